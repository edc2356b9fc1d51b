//! The landing page of the proposal folder, where one exists: `index.md` and the OKEPs it links to.

use crate::markdown::document::Document;
use crate::text::path;
use crate::text::path::percent_decoded;
use std::ops::Range;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct IndexPage {
    pub path: String,
    pub document: Arc<Document>,
    /// Its links to Markdown files of the proposal folder, in order.
    pub entries: Vec<LandingEntry>,
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
    pub fn new(path: &str, document: Arc<Document>) -> Self {
        let entries = document
            .links
            .iter()
            .filter(|l| !l.image && !l.target.contains("://") && !l.target.starts_with(['/', '#']))
            .filter_map(|l| {
                let file = l.target.split(['#', '?']).next().unwrap_or_default();
                let doc = path::resolve(path, &percent_decoded(file))?;
                path::stem(path::file_name(&doc))?;
                Some(LandingEntry { doc, span: l.span.clone(), target: l.target.clone() })
            })
            .collect();
        IndexPage { path: path.to_owned(), document, entries }
    }

    pub fn lists(&self, doc: &str) -> bool {
        self.entries.iter().any(|e| e.doc == doc)
    }
}
