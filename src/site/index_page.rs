//! The index page of the proposal folder, where one exists, and the OKEPs it links to.

use super::mkdocs::{AbsoluteLinks, PageSettings};
use crate::markdown::document::{BlockKind, Document, Link};
use crate::text::path::{self, percent_decoded};
use crate::text::url_path::is_address;
use std::ops::Range;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct IndexPage {
    pub path: String,
    pub document: Arc<Document>,
    /// Its links to Markdown files of the proposal folder, in order.
    pub entries: Vec<LandingEntry>,
    /// The files that it lists in other ways: in tabs and blocks of `!!!` and `???`, and by the address of a page.
    pub others: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandingEntry {
    /// The file it names, from the root of the repository.
    pub doc: String,
    /// The whole link.
    pub span: Range<usize>,
    /// The target as written, anchor included.
    pub target: String,
    /// Whether it is an entry by its form, and not a link in running text.
    pub is_listed: bool,
}

impl IndexPage {
    /// Reads the links of a page as the site resolves them, where there is one.
    pub fn new(path: &str, document: Arc<Document>, site: Option<&PageSettings>) -> Self {
        let entry = |l: &Link| {
            let doc = page(path, &l.target, site)?;
            path::stem(path::file_name(&doc))?;
            let is_listed = is_listed(&document, l.span.start);
            Some(LandingEntry { doc, span: l.span.clone(), target: l.target.clone(), is_listed })
        };
        let links = || document.links.iter().filter(|l| !l.image);
        let entries = links().filter_map(entry).collect();
        let indents = site.map(|s| s.extensions).is_some_and(|on| on.tabbed || on.admonition || on.details);
        let in_blocks = if indents { indented_links(document.text.as_str()) } else { Vec::new() };
        let in_blocks = in_blocks.into_iter().filter_map(|target| page(path, target, site));
        let addresses = links().filter_map(|l| page(path, &l.target, site)).flat_map(|at| files_at(&at));
        let others = in_blocks.chain(addresses).collect();
        IndexPage { path: path.to_owned(), document, entries, others }
    }

    pub fn lists(&self, doc: &str) -> bool {
        self.entries.iter().any(|e| e.doc == doc) || self.others.iter().any(|listed| listed == doc)
    }

    /// Whether an entry names a file without a link that the site resolves: by an address that ends in its path, or by
    /// `name` alone, such as `OKEP-7`.
    pub fn names(&self, doc: &str, name: &str) -> bool {
        let is_address_of = |l: &Link| {
            let file = l.target.split(['#', '?']).next().and_then(|file| file.strip_suffix(doc));
            file.is_some_and(|before| before.ends_with('/') && is_address(before))
        };
        let text = self.document.text.as_str().to_ascii_lowercase();
        let is_entry = |(at, name): (usize, &str)| {
            let goes_on = |c: char| c.is_alphanumeric() || "-_/".contains(c);
            !text[at + name.len()..].starts_with(goes_on) && is_listed(&self.document, at)
        };
        self.document.links.iter().any(is_address_of)
            || text.match_indices(&name.to_ascii_lowercase()).any(is_entry)
    }
}

/// Whether a link is an entry of a list: in an item, in a table, in a heading, or at the beginning of its paragraph.
fn is_listed(document: &Document, at: usize) -> bool {
    let block = document.blocks.iter().find(|block| block.span.contains(&at));
    let Some(block) = block else { return true };
    let before = document.text.slice(block.span.start..at);
    block.kind == BlockKind::Item || before.trim_matches(['*', '_', ' ']).is_empty()
}

/// The files of which a path without an ending is the address on the site.
fn files_at(path: &str) -> Vec<String> {
    let name = path::file_name(path);
    if name.contains('.') {
        return Vec::new();
    }
    vec![format!("{path}.md"), format!("{path}/{name}.md"), format!("{path}/index.md")]
}

/// What a link of the page at `from` names, from the root of the repository.
fn page(from: &str, target: &str, site: Option<&PageSettings>) -> Option<String> {
    let file = percent_decoded(target.split(['#', '?']).next().unwrap_or_default());
    if file.is_empty() || is_address(&file) {
        return None;
    }
    let Some(below) = file.strip_prefix('/') else { return path::resolve(from, &file) };
    let docs = site.filter(|s| s.absolute == AbsoluteLinks::RelativeToDocs)?.docs_dir.as_deref()?;
    path::join(docs, below)
}

/// The targets of links in indented lines, which GitHub shows as code.
fn indented_links(text: &str) -> Vec<&str> {
    let lines = text.lines().filter(|line| line.starts_with("    ") || line.starts_with('\t'));
    let targets = lines.flat_map(|line| line.split("](").skip(1));
    targets.filter_map(|rest| rest.split([')', ' ']).next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The OKEPs that a page lists, where `relative` says whether `/` is the docs folder and tabs are on.
    fn check(page: &str, relative: bool, expected: &[&str]) {
        let mut site = PageSettings::default();
        if relative {
            site.absolute = AbsoluteLinks::RelativeToDocs;
            site.extensions.tabbed = true;
        }
        let page = Arc::new(Document::parse(page.as_bytes()));
        let index = IndexPage::new("docs/okeps/index.md", page, Some(&site));
        let okeps = ["docs/okeps/okep-1-a.md", "docs/okeps/okep-2-b.md"];
        let listed: Vec<&str> = okeps.into_iter().filter(|okep| index.lists(okep)).collect();
        assert_eq!(listed, expected);
    }

    const A: &str = "docs/okeps/okep-1-a.md";

    #[test]
    fn links_are_resolved_as_the_site_does() {
        check("* [A](okep-1-a.md)\n", false, &[A]);
        check("* [A](../okeps/okep%2D1-a.md#goals)\n", false, &[A]);
        check("* [A](/okeps/okep-1-a.md)\n", true, &[A]);
        check("* [A](/okeps/okep-1-a.md)\n", false, &[]);
        check("* [A](/docs/okeps/okep-1-a.md)\n", true, &[]);
        check("* [A](https://example.org/okeps/okep-1-a.md)\n", true, &[]);
        check("* [A](okep-1-a)\n* [B](okep-2-b/#goals)\n", true, &[A, "docs/okeps/okep-2-b.md"]);
    }

    #[test]
    fn what_a_tab_lists_is_listed() {
        check("=== \"New\"\n\n    * [A](okep-1-a.md)\n", true, &[A]);
        check("=== \"New\"\n\n    * [A](okep-1-a.md)\n", false, &[]);
        check("=== \"New\"\n    | [A](/okeps/okep-1-a.md \"t\") |\n", true, &[A]);
    }

    #[test]
    fn an_entry_is_one_by_its_form() {
        let check = |page: &str, expected| {
            let page = Arc::new(Document::parse(page.as_bytes()));
            let index = IndexPage::new("docs/okeps/index.md", page, None);
            assert_eq!(index.entries[0].is_listed, expected);
        };
        check("* about [A](okep-1-a.md)\n", true);
        check("| a |\n|---|\n| see [A](okep-1-a.md) |\n", true);
        check("### [A](okep-1-a.md)\n", true);
        check("**[A](okep-1-a.md)**\nIt is about tea.\n", true);
        check("[A](okep-1-a.md) is about tea.\n", true);
        check("An example is [A](okep-1-a.md).\n", false);
    }
}
