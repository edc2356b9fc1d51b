//! The index page of the proposal folder, where one exists, and the OKEPs it links to.

use super::mkdocs::{AbsoluteLinks, PageSettings};
use crate::markdown::document::Document;
use crate::text::path;
use crate::text::path::percent_decoded;
use crate::text::url_path::is_address;
use std::ops::Range;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct IndexPage {
    pub path: String,
    pub document: Arc<Document>,
    /// Its links to Markdown files of the proposal folder, in order.
    pub entries: Vec<LandingEntry>,
    /// The files that only the site's reader finds links to: in tabs, and in blocks of `!!!` and `???`.
    pub in_blocks: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandingEntry {
    /// The file it names, from the root of the repository.
    pub doc: String,
    /// The whole link.
    pub span: Range<usize>,
    /// The target as written, anchor included.
    pub target: String,
}

impl IndexPage {
    /// Reads the links of a page as the site resolves them, where there is one.
    pub fn new(path: &str, document: Arc<Document>, site: Option<&PageSettings>) -> Self {
        let links = document.links.iter().filter(|l| !l.image);
        let entries = links.filter_map(|l| {
            let doc = page(path, &l.target, site)?;
            Some(LandingEntry { doc, span: l.span.clone(), target: l.target.clone() })
        });
        let entries = entries.collect();
        let indents = site.map(|s| s.extensions).is_some_and(|on| on.tabbed || on.admonition || on.details);
        let in_blocks = if indents { indented_links(document.text.as_str()) } else { Vec::new() };
        let in_blocks = in_blocks.into_iter().filter_map(|target| page(path, target, site)).collect();
        IndexPage { path: path.to_owned(), document, entries, in_blocks }
    }

    pub fn lists(&self, doc: &str) -> bool {
        self.entries.iter().any(|e| e.doc == doc) || self.in_blocks.iter().any(|listed| listed == doc)
    }
}

/// The Markdown file that a link of the page at `from` names, from the root of the repository.
fn page(from: &str, target: &str, site: Option<&PageSettings>) -> Option<String> {
    let file = percent_decoded(target.split(['#', '?']).next().unwrap_or_default());
    if file.is_empty() || is_address(&file) {
        return None;
    }
    let doc = match file.strip_prefix('/') {
        None => path::resolve(from, &file)?,
        Some(below) => {
            let docs = site.filter(|s| s.absolute == AbsoluteLinks::RelativeToDocs)?.docs_dir.as_deref()?;
            path::join(docs, below)?
        }
    };
    path::stem(path::file_name(&doc))?;
    Some(doc)
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
    }

    #[test]
    fn what_a_tab_lists_is_listed() {
        check("=== \"New\"\n\n    * [A](okep-1-a.md)\n", true, &[A]);
        check("=== \"New\"\n\n    * [A](okep-1-a.md)\n", false, &[]);
        check("=== \"New\"\n    | [A](/okeps/okep-1-a.md \"t\") |\n", true, &[A]);
    }
}
