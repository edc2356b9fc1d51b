//! The landing page of the proposal folder, where one exists: `index.md` and the OKEPs it links to.

use super::document::Document;
use super::path;
use std::ops::Range;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct Landing {
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

impl Landing {
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
        Landing { path: path.to_owned(), document, entries }
    }

    pub fn lists(&self, doc: &str) -> bool {
        self.entries.iter().any(|e| e.doc == doc)
    }
}

/// The text with `%XX` resolved; kept as it is where that gives no UTF-8.
pub fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = (*first == b'%').then(|| tail.get(..2)).flatten().and_then(|h| std::str::from_utf8(h).ok());
        match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
