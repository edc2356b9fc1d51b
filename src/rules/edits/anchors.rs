//! Links that must follow a heading to its new name.
//!
//! GitHub and the site make anchors by rules of their own; each link keeps the form it has.

use super::rename::{destinations, file_of, target_of};
use crate::markdown::document::{Document, Link};
use crate::markdown::slugs;
use crate::okep::snapshot::{Page, Snapshot};
use crate::rules::finding::Edit;
use std::collections::HashMap;

/// A link, and the page that it is on.
pub type LinkOn<'a> = (&'a str, &'a Document, &'a Link);

/// Whether a page may link to a heading of a file `*.md`: a cheap look at its bytes, before it is parsed.
pub fn may_link_to_heading(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"md#").is_some()
}

/// Links to headings that name a page, by the path of that page: those of the pages of a snapshot, and of more.
pub fn links_to_headings<'a>(snapshot: &'a Snapshot, more: &'a [Page]) -> HashMap<String, Vec<LinkOn<'a>>> {
    let mut found: HashMap<String, Vec<LinkOn>> = HashMap::new();
    let more = more.iter().map(|page| (page.path.as_str(), &*page.document));
    for (page, document) in snapshot.pages().chain(more) {
        for link in document.links.iter().filter(|link| link.target.contains('#')) {
            if let Some(to) = target_of(page, link) {
                found.entry(to).or_default().push((page, document, link));
            }
        }
    }
    found
}

/// The links of a page to its own headings, such as those of a table of contents.
pub fn to_own_headings<'a>(page: &'a str, document: &'a Document) -> impl Iterator<Item = LinkOn<'a>> {
    document.links.iter().filter(|link| link.target.starts_with('#')).map(move |link| (page, document, link))
}

/// The edits that let links to the headings of a page follow edits of it. Where headings share an anchor, before or
/// after, the links may mean either and are left alone.
pub fn follow_edits(links: &[LinkOn], before: &Document, after: &Document) -> Vec<Edit> {
    let forms = [slugs::github, site].map(|form| {
        [before, after].map(|page| page.headings.iter().map(|h| form(&h.text)).collect::<Vec<_>>())
    });
    let renamed = |anchor: &str| {
        forms.iter().find_map(|[was, is]| {
            let at = was.iter().position(|slug| slug == anchor).filter(|_| was.len() == is.len())?;
            (!is.contains(&was[at]) && !was.contains(&is[at])).then(|| is[at].clone())
        })
    };
    let mut edits = Vec::new();
    for (page, document, link) in links {
        let (file, end) = (file_of(&link.target), link.target.len());
        let Some(new) = link.target[file.len()..].strip_prefix('#').and_then(renamed) else { continue };
        for at in destinations(document, link.kind, &link.span, &link.target) {
            edits.push(Edit::replace(page, at + file.len() + 1..at + end, new.clone()));
        }
    }
    edits.sort();
    edits.dedup();
    edits
}

/// A link in raw HTML to a heading, as it is written, that would lead nowhere under a new name: what is
/// HTML and what is code is not distinguished here, so that it is for the author to fix.
pub fn in_html(document: &Document, heading: usize, name: &str) -> Option<String> {
    let text = document.text.as_str().as_bytes();
    memchr::memmem::find(text, b"href=")?;
    let old = &document.headings[heading].text;
    let lost = [(slugs::github(old), slugs::github(name)), (site(old), site(name))];
    let mut lost = lost.into_iter().filter(|(from, to)| from != to && !from.is_empty());
    lost.find_map(|(from, _)| {
        let written = [format!("href=\"#{from}\""), format!("href='#{from}'")];
        written.into_iter().find(|link| memchr::memmem::find(text, link.as_bytes()).is_some())
    })
}

/// The anchor that the site gives a heading, where the repository does not configure others.
fn site(text: &str) -> String {
    slugs::site(text, "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page whose first heading gets another name.
    fn check(text: &str, expected: &str) {
        let before = Document::parse(text.as_bytes());
        let mut result = text.to_owned();
        result.replace_range(before.headings[0].text_span.clone(), "Test Plan / Details");
        let after = Document::parse(result.as_bytes());
        let mut result = text.to_owned();
        let links: Vec<LinkOn> = to_own_headings("a.md", &before).collect();
        for edit in follow_edits(&links, &before, &after).iter().rev() {
            result.replace_range(edit.start..edit.end, &edit.replacement);
        }
        assert_eq!(result, expected);
    }

    #[test]
    fn each_link_keeps_its_form() {
        check(
            "## A & B\n\n[x](#a--b) [y](#a-b)\n",
            "## A & B\n\n[x](#test-plan--details) [y](#test-plan-details)\n",
        );
        check(
            "## T\n\n[x](<#t> \"#t\") [y][]\n\n[y]: #t\n",
            "## T\n\n[x](<#test-plan--details> \"#t\") [y][]\n\n[y]: #test-plan--details\n",
        );
        check("## T\n\n[x][] [x]\n\n[x]: #t\n", "## T\n\n[x][] [x]\n\n[x]: #test-plan--details\n");
        check("## T\n\n[x](#other) [y](b.md#t)\n", "## T\n\n[x](#other) [y](b.md#t)\n");
    }

    #[test]
    fn an_anchor_that_two_headings_share_is_left_alone() {
        check("## T\n\n[x](#t)\n\n## T\n", "## T\n\n[x](#t)\n\n## T\n");
    }
}
