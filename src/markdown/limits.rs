//! How much of a document is checked: beyond a bound it is reported and not checked.
//!
//! The bounds lie far above what people write and are there for what somebody made to keep a hook busy.
//! Those of `mkdocs.yml` are in `mkdocs`, and that of a file's bytes in [`crate::files`].

use super::document::Document;
use super::outline::Outline;
use super::reader::MAX_OPEN_FENCES;

/// Most headings of a document.
pub const MAX_HEADINGS: usize = 2_000;
/// Most pairs of a word in the template's headings and one in the document's.
pub const MAX_WORD_PAIRS: usize = 10_000_000;

/// Why a document is not checked, if it is not: what it has more of than its bound allows.
pub fn beyond(document: &Document) -> Option<String> {
    let headings = document.headings.len() + document.nested_headings.len();
    if document.open_fences > MAX_OPEN_FENCES {
        return Some(format!(
            "more than {MAX_OPEN_FENCES} code fences that are never closed: not checked; close them"
        ));
    }
    (headings > MAX_HEADINGS).then(|| {
        format!("{headings} headings; documents with over {MAX_HEADINGS} are not checked; divide it")
    })
}

/// Why two outlines are not compared, if they are not.
pub fn beyond_comparison(template: &Outline, document: &Outline) -> Option<String> {
    let words = |outline: &Outline| outline.rows.iter().map(|r| r.name.words.len()).sum::<usize>();
    let (asked, has) = (words(template), words(document));
    (asked.saturating_mul(has) > MAX_WORD_PAIRS).then(|| {
        format!(
            "{has} words in headings, and {asked} in the template's, are too many to compare: not checked"
        )
    })
}
