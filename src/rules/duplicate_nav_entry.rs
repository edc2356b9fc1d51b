//! OKEPs that `nav` names twice, or outside the section that holds the others.

use super::{Check, Finding, Related, Rule, Severity};
use crate::okep::register;
use crate::okep::snapshot::Snapshot;
use crate::site::mkdocs::NavEntry;
use std::collections::{BTreeSet, HashMap};

pub static RULE: Rule = Rule {
    id: "duplicate-nav-entry",
    severity: Severity::Warning,
    offence: "`nav` lists an OKEP twice, or outside of the section that holds the others",
    why: "MkDocs highlights a page at one place of the navigation only; readers who use the other entry \
          lose their place.",
    bad: "- BGP: okeps/okep-5296-bgp.md\n- Border Gateway Protocol: okeps/okep-5296-bgp.md",
    good: "- BGP: okeps/okep-5296-bgp.md",
    check: Check::Tree(check, None),
    is_superfluous: true,
    ..Rule::BASE
};

fn check(snapshot: &Snapshot) -> Vec<Finding> {
    let Some(site) = &snapshot.site else { return Vec::new() };
    let register = site.nav.tree().map_or(site.path.as_str(), |t| t.path.as_str());
    let Some(text) = snapshot.text(register) else { return Vec::new() };
    // What has the title of another OKEP, `not-in-nav` reports of that.
    let copied = register::copied_entries(snapshot);
    let is_own = |(at, _): &(usize, &NavEntry)| copied.iter().all(|(copy, _)| copy != at);
    let is_okep = |(_, doc): &(&NavEntry, &str)| snapshot.number_of(doc).is_some() && snapshot.contains(doc);
    let entries = site.nav.entries().iter().enumerate().filter(is_own);
    let entries: Vec<_> = entries.filter_map(|(_, e)| Some((e, e.doc.as_deref()?))).filter(is_okep).collect();
    let report = |entry: &NavEntry, doc: &str, message: String| {
        RULE.about(Some(doc), register, entry.target.clone(), message).placed(&text, entry.span.clone())
    };
    let mut first_of: HashMap<&str, &NavEntry> = HashMap::new();
    let again = entries.iter().filter_map(|(entry, doc)| {
        let first = *first_of.entry(doc).or_insert(entry);
        if std::ptr::eq(first, *entry) {
            return None;
        }
        let line = text.line_of(first.span.start);
        let message = format!("`{}` is already in `nav`, at line {line}", entry.target);
        let mut finding = report(entry, doc, message);
        let place = Some(text.place(first.span.clone()));
        finding.related.push(Related { path: register.to_owned(), place, message: "first here".into() });
        Some(finding.help("delete one of the two entries"))
    });
    let away = outside(&entries).into_iter().map(|(entry, doc, home)| {
        let message = format!("`{}` is outside of `{home}`, which holds the other OKEPs", entry.target);
        report(entry, doc, message).help(format!("move the entry to `{home}` in `{}`", site.path))
    });
    again.chain(away).collect()
}

/// Entries outside the section that holds all other OKEPs, of which there must be two, with that section.
///
/// Groups inside one section are an order of their own, so only the outermost section counts.
fn outside<'n>(entries: &[(&'n NavEntry, &'n str)]) -> Vec<(&'n NavEntry, &'n str, &'n str)> {
    let sections: BTreeSet<&String> = entries.iter().filter_map(|(entry, _)| entry.section.first()).collect();
    let mut found = Vec::new();
    for home in sections {
        let away = entries.iter().filter(|(entry, _)| entry.section.first() != Some(home));
        let Some((_, stray)) = away.clone().next() else { continue };
        let is_only = away.clone().all(|(_, doc)| doc == stray);
        if is_only && entries.iter().filter(|(_, doc)| doc != stray).count() > 1 {
            found.extend(away.map(|(entry, doc)| (*entry, *doc, home.as_str())));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, NAV, OKEP, check_files};

    #[test]
    fn an_okep_is_in_the_section_of_the_others() {
        let doc = |n: u32| {
            GOOD.replace("#7", &format!("#{n}"))
                .replace("/7", &format!("/{n}"))
                .replace("OKEP-7", &format!("OKEP-{n}"))
        };
        let (a, b, c) = (doc(7), doc(8), doc(9));
        let files = |nav: &'static str| {
            [
                ("docs/okeps/okep-7-a.md", a.as_str()),
                ("docs/okeps/okep-8-b.md", b.as_str()),
                ("docs/okeps/okep-9-c.md", c.as_str()),
                ("mkdocs.yml", nav),
            ]
        };
        check_files(
            &files(
                "nav:\n  - P:\n    - okeps/okep-7-a.md\n    - okeps/okep-8-b.md\n  - Q:\n    - okeps/okep-9-c.md\n",
            ),
            &["duplicate-nav-entry:6 okeps/okep-9-c.md"],
        );
        check_files(
            &files(
                "nav:\n  - P:\n    - X:\n      - okeps/okep-7-a.md\n      - okeps/okep-8-b.md\n    - Y:\n      - okeps/okep-9-c.md\n",
            ),
            &[],
        );
    }

    #[test]
    fn an_okep_is_in_nav_once() {
        let twice = format!("{NAV}    - Tea: okeps/okep-7-faster-tea.md\n");
        check_files(
            &[(OKEP, GOOD), ("mkdocs.yml", &twice)],
            &["duplicate-nav-entry:4 okeps/okep-7-faster-tea.md"],
        );
        check_files(&[(OKEP, GOOD), ("mkdocs.yml", NAV)], &[]);
    }
}
