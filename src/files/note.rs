//! What a reader of the output must know that is no finding.

use crate::git::ObjectError;
use serde::Serialize;

/// Something the reader of the output must know that is no finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Note {
    /// A stable word for tools, such as `no-template` or `shallow`.
    pub kind: &'static str,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl Note {
    /// Whether it is about an object that could not be read.
    pub fn is_unreadable(&self) -> bool {
        matches!(self.kind, "missing-object" | "corrupt-object")
    }

    pub fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Note { kind, message: message.into(), path: None }
    }

    pub fn at(kind: &'static str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Note { kind, message: message.into(), path: Some(path.into()) }
    }
}

impl From<&ObjectError> for Note {
    fn from(error: &ObjectError) -> Self {
        let kind = if error.is_missing() { "missing-object" } else { "corrupt-object" };
        Note::new(kind, error.to_string())
    }
}

/// Puts notes in the order of their kind and path, each once.
pub fn tidy(notes: &mut Vec<Note>) {
    notes.sort_by(|one, other| {
        (one.kind, &one.path, &one.message).cmp(&(other.kind, &other.path, &other.message))
    });
    notes.dedup();
}
