//! Links that must follow a heading to its new name.
//!
//! GitHub and the site make anchors by rules of their own; each link keeps the form it has.

use super::rename::{destinations, target_of};
use crate::markdown::document::Document;
use crate::markdown::slugs;
use crate::okep::snapshot::{Page, Snapshot};
use crate::rules::finding::Edit;
use crate::rules::page_links::{PageLink, links, parts};
use crate::text::path::{self, folder_of};
use std::collections::HashMap;

/// A link to a heading, and the page that it is on.
#[derive(Clone)]
pub struct LinkOn<'a> {
    page: &'a str,
    document: &'a Document,
    link: PageLink,
}

/// Whether a page may link to a heading of another page, by its file or its address: a cheap look at its bytes,
/// before it is parsed.
pub fn may_link_to_heading(bytes: &[u8]) -> bool {
    [b"md#", &b"/#"[..]].iter().any(|end| memchr::memmem::find(bytes, end).is_some())
}

/// Links to headings that name a page, by the path of that page: those of the pages of a snapshot, and of more.
pub fn links_to_headings<'a>(snapshot: &'a Snapshot, more: &'a [Page]) -> HashMap<String, Vec<LinkOn<'a>>> {
    let mut found: HashMap<String, Vec<LinkOn>> = HashMap::new();
    let more = more.iter().map(|page| (page.path.as_str(), &*page.document));
    for (page, document) in snapshot.pages().chain(more) {
        for link in to_headings(page, document) {
            if let Some(to) = link.page() {
                found.entry(to).or_default().push(link);
            }
        }
    }
    found
}

/// The links of a page to its own headings, such as those of a table of contents.
pub fn to_own_headings<'a>(page: &'a str, document: &'a Document) -> impl Iterator<Item = LinkOn<'a>> {
    to_headings(page, document).filter(|on| on.link.target.starts_with('#'))
}

fn to_headings<'a>(page: &'a str, document: &'a Document) -> impl Iterator<Item = LinkOn<'a>> {
    let links = links(document).into_iter().filter(|link| link.target.contains('#'));
    links.map(move |link| LinkOn { page, document, link })
}

impl LinkOn<'_> {
    /// The page that the link names; in HTML, which MkDocs passes through as it is, perhaps by its address.
    fn page(&self) -> Option<String> {
        let (file, _) = parts(&self.link.target);
        let is_relative = self.link.kind.is_none() && !file.starts_with('/') && !file.contains("://");
        let Some(address) = file.strip_suffix('/').filter(|_| is_relative) else {
            return target_of(self.page, &self.link.target);
        };
        let is_folder = path::is_folder_page(self.page);
        let own = if is_folder { folder_of(self.page) } else { path::stem(self.page)? };
        Some(format!("{}.md", path::join(own, address)?))
    }
}

/// The edits that let links to the headings of a page follow edits of it. Where headings share an anchor, before or
/// after, the links may mean either and are left alone.
pub fn follow_edits(links: &[LinkOn], before: &Document, after: &Document) -> Vec<Edit> {
    // Those of the site where the repository does not configure others.
    let forms = [slugs::github, |text: &str| slugs::site(text, "-")].map(|form| {
        [before, after].map(|page| page.headings.iter().map(|h| form(&h.text)).collect::<Vec<_>>())
    });
    let renamed = |anchor: &str| {
        forms.iter().find_map(|[was, is]| {
            let at = was.iter().position(|slug| slug == anchor).filter(|_| was.len() == is.len())?;
            (!is.contains(&was[at]) && !was.contains(&is[at])).then(|| is[at].clone())
        })
    };
    let mut edits = Vec::new();
    for LinkOn { page, document, link } in links {
        let ((file, _), end) = (parts(&link.target), link.target.len());
        let Some(new) = link.target[file.len()..].strip_prefix('#').and_then(renamed) else { continue };
        let places = destinations(document, link).into_iter();
        edits.extend(places.map(|at| Edit::replace(page, at + file.len() + 1..at + end, new.clone())));
    }
    edits.sort();
    edits.dedup();
    edits
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
        check(
            "## T\n\n<a href=\"#t\">x</a>, <a class=y href='#t'>x</a> and `<a href=\"#t\">`\n",
            "## T\n\n<a href=\"#test-plan--details\">x</a>, <a class=y href='#test-plan--details'>x</a> and `<a href=\"#t\">`\n",
        );
        check("## T\n\n[x](#other) [y](b.md#t)\n", "## T\n\n[x](#other) [y](b.md#t)\n");
    }

    #[test]
    fn html_names_a_page_by_its_file_or_its_address() {
        let check = |page: &str, href: &str, expected: Option<&str>| {
            let document = Document::parse(format!("<a href=\"{href}#t\">x</a>\n").as_bytes());
            let found: Vec<_> = to_headings(page, &document).map(|link| link.page()).collect();
            assert_eq!(found, [expected.map(str::to_owned)], "{page}: {href}");
        };
        check("docs/a.md", "b/c.md", Some("docs/b/c.md"));
        check("docs/a.md", "../b/c/", Some("docs/b/c.md"));
        check("docs/b/index.md", "../b/c/", Some("docs/b/c.md"));
        check("docs/a.md", "https://example.org/b/", None);
        check("docs/a.md", "/b/c.md", None);
    }

    #[test]
    fn an_anchor_that_two_headings_share_is_left_alone() {
        check("## T\n\n[x](#t)\n\n## T\n", "## T\n\n[x](#t)\n\n## T\n");
    }
}
