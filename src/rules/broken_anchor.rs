//! Links to an anchor of their own page that GitHub, the site or both do not have.

use super::{Anchors, Check, Claim, Finding, Fix, Linked, PageLink, Rule, Severity, parts};
use crate::rules::edits::rename::{retargeted, target_of};
use crate::text::path::percent_decoded;
use std::collections::BTreeSet;
use strsim::osa_distance;

pub static RULE: Rule = Rule {
    id: "broken-anchor",
    severity: Severity::Warning,
    offence: "a link to an anchor of the page that does not work on GitHub, on the site, or on both",
    why: "GitHub and MkDocs make anchors from headings in different ways: for \" & \" GitHub writes two \
          hyphens and MkDocs one. A dead anchor leaves the reader at the top of the page.",
    bad: "See [the API](#api-detials).\n\n### API Details",
    good: "See [the API](#api-details).\n\n### API Details",
    check: Check::Links(check, Some(fix)),
    fixability: "suggested",
    ..Rule::BASE
};

fn check(page: &Linked) -> Vec<Claim> {
    let broken = page.links().iter().filter_map(|link| broken(page, link));
    broken.map(|finding| Claim { finding, unless: Vec::new() }).collect()
}

fn broken(page: &Linked, link: &PageLink) -> Option<Finding> {
    let anchor = own_anchor(page, link)?;
    let anchors = page.anchors();
    let decoded = percent_decoded(anchor);
    if anchors.named.iter().any(|a| a == anchor || *a == decoded) || is_made_elsewhere(page, &decoded) {
        return None;
    }
    let on_github = heading_of(&anchors.github, anchor);
    let on_site = anchors.site.as_deref().and_then(|site| heading_of(site, anchor));
    // Where the site's anchors are not known, or there is no site, GitHub's count alone.
    let message = match (on_github, on_site, &anchors.site) {
        (Some(_), None, Some(_)) => format!("`#{anchor}` works on GitHub but not on the site"),
        (None, Some(_), Some(_)) => format!("`#{anchor}` works on the site but not on GitHub"),
        (None, None, Some(_)) => format!("`#{anchor}` exists neither on GitHub nor on the site"),
        (None, _, None) if page.settings.is_none() => format!("`#{anchor}` does not exist on this page"),
        (Some(_), Some(_), Some(_)) | (_, _, None) => return None,
    };
    let finding = RULE.linked(page, link, format!("#{anchor}"), message);
    if let Some(heading) = on_github.or(on_site) {
        return Some(finding.help(format!(
            "put `<a id=\"{anchor}\"></a>` above the heading `{heading}`, or reword it so that both agree"
        )));
    }
    let otherwise = "use the anchor of a heading on this page, or put `<a id=...></a>` where it should point";
    let near = nearest(anchors, &decoded).map(|near| format!("did you mean `#{near}`?"));
    Some(finding.help(near.unwrap_or(otherwise.to_owned())))
}

/// The text of the heading that has an anchor, as it is or percent-encoded.
fn heading_of<'a>(headings: &'a [(String, String)], anchor: &str) -> Option<&'a str> {
    let decoded = percent_decoded(anchor);
    let found = headings.iter().find(|(_, a)| a == anchor || *a == decoded);
    found.map(|(text, _)| text.as_str())
}

/// The anchor of a link to its own page, as written.
fn own_anchor<'l>(page: &Linked, link: &'l PageLink) -> Option<&'l str> {
    let anchor = parts(&link.target).1?;
    let is_own =
        link.target.starts_with('#') || target_of(page.path, &link.target).as_deref() == Some(page.path);
    is_own.then_some(anchor)
}

/// Anchors that are not of headings: GitHub's own, those of lines and footnotes, and the top of a page.
fn is_made_elsewhere(page: &Linked, anchor: &str) -> bool {
    let of_footnotes = ["fn:", "fnref:", "fn-", "fnref-", "user-content-"];
    let footnotes =
        page.settings.is_none_or(|s| s.extensions.footnotes) || anchor.starts_with("user-content-");
    anchor == "top" || (footnotes && of_footnotes.iter().any(|start| anchor.starts_with(start)))
}

/// The one anchor of both pages that is nearly this one.
fn nearest(anchors: &Anchors, anchor: &str) -> Option<String> {
    let wanted = Some(letters(anchor)).filter(|wanted| !wanted.is_empty())?;
    let both = anchors.by_letters.get_or_init(|| {
        let on_site: Option<BTreeSet<&str>> =
            anchors.site.as_ref().map(|site| site.iter().map(|(_, a)| a.as_str()).collect());
        let on_github: BTreeSet<&str> = anchors.github.iter().map(|(_, a)| a.as_str()).collect();
        let both = on_github.into_iter().filter(|a| on_site.as_ref().is_none_or(|site| site.contains(a)));
        both.map(|anchor| (letters(anchor), anchor.to_owned())).collect()
    });
    let length = wanted.chars().count();
    let most = if length >= 12 { 2 } else { usize::from(length >= 5) };
    let is_near = |near: &str| {
        near.chars().count().abs_diff(length) <= most && (1..=most).contains(&osa_distance(near, &wanted))
    };
    let mut found: Vec<_> = both.iter().filter(|(near, _)| *near == wanted).collect();
    if found.is_empty() {
        found = both.iter().filter(|(near, _)| is_near(near)).collect();
    }
    if let [(_, one)] = found[..] { Some(one.clone()) } else { None }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Every link to the anchor gets the near one, or none does.
fn fix(page: &Linked, finding: &Finding) -> Option<Fix> {
    let anchor = finding.subject.strip_prefix('#')?;
    let anchors = page.anchors();
    let headings = [Some(&anchors.github), anchors.site.as_ref()];
    if headings.into_iter().flatten().any(|headings| heading_of(headings, anchor).is_some()) {
        return None;
    }
    let near = nearest(anchors, &percent_decoded(anchor))?;
    let edits = retargeted(page, &|link| own_anchor(page, link) == Some(anchor), anchor, &near)?;
    Some(Fix::suggested(format!("link it to `#{near}`"), edits))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{NAV, OKEP, check_files, check_links, with};

    #[test]
    fn an_anchor_that_an_extension_may_make_is_unknown() {
        let check = |extension: &str, text: &str, expected: &[&str]| {
            let config = format!("{NAV}markdown_extensions: [{extension}]\n");
            let document = with("A `Kettle`.", text);
            check_files(&[(OKEP, &document), ("mkdocs.yml", &config)], expected);
        };
        for (extension, text) in [
            ("pymdownx.tabbed", "=== \"Cup\"\n\n    a\n\n[a](#cup)"),
            ("pymdownx.blocks.html", "[a](#cup)\n\n/// html | div#cup\n\nx\n///"),
            ("def_list", "[a](#cup)\n\nT\n:   d\n\n    #### Cup\n\n    x"),
            ("footnotes", "a[^n] [a](#cup)\n\n[^n]: x\n\n    #### Cup"),
        ] {
            check(extension, text, &[]);
        }
        // GitHub makes two hyphens of the sign between blanks.
        let text = "#### Cup & Saucer :tea:\n\n[a](#cup--saucer-tea)";
        check("pymdownx.emoji", text, &[]);
        check("tables", text, &["broken-anchor:23 #cup--saucer-tea"]);
        let broken = &["broken-anchor:23 #cup"];
        check("pymdownx.tabbed", "a\n\n[a](#cup)", broken);
        check("footnotes", "a[^n]\n\n[a](#cup)\n\n[^n]: x", broken);
    }

    #[test]
    fn anchors_exist_on_github_and_on_the_site() {
        check_links(
            "[a](#goals) [b](#non-goals) [c](#okep-7-faster-tea) [d](okep-7-faster-tea.md#goals)",
            &[],
            &[],
        );
        check_links("[a](#gaols)", &[], &["broken-anchor:19 #gaols"]);
        check_links("[a](okep-7-faster-tea.md#gone)", &[], &["broken-anchor:19 #gone"]);
        check_links("[a](#Goals)", &[], &["broken-anchor:19 #Goals"]);
        // Anchors of other pages are not looked at.
        check_links("[a](../egress.md#gone)", &["docs/egress.md"], &[]);
        let heading = |text: &str| format!("### Cup & Saucer\n\n{text}");
        check_links(&heading("[a](#cup--saucer)"), &[], &["broken-anchor:21 #cup--saucer"]);
        check_links(&heading("[a](#cup-saucer)"), &[], &["broken-anchor:21 #cup-saucer"]);
        check_links(
            &heading("<a id=\"cup\"></a>\n\n[a](#cup)\n\nx <a name=top1>y</a> [a](#top1) [b](#top)"),
            &[],
            &[],
        );
        check_links("### Cup\n\nx\n\n### Cup\n\n[a](#cup) [b](#cup-1)", &[], &["broken-anchor:25 #cup-1"]);
        // What a footnote's mark leaves of an anchor hangs on the site's extensions.
        check_links("### Cup[^1] two\n\n[a](#cup-two)\n\n[^1]: Of tea.\n", &[], &[]);
    }
}
