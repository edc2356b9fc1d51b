//! What the main line knows: when each OKEP landed, and which template was in force then.

use crate::files::Note;
use crate::git::{Id, Revision};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of OKEPs at one commit of the main line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TemplateHistory {
    /// The OKEPs that this commit holds, by path.
    pub landed: BTreeMap<String, LandedOkep>,
    /// The template, each time its text changed, oldest first.
    pub templates: Vec<TemplateRevision>,
    /// What to ask for OKEPs that are not in `landed`, in this order: the local copy of a default branch that
    /// was merged into it (`git pull`); and the newest commit of the main line, for the OKEPs of a branch that
    /// is behind, or of a release branch that they were cherry-picked to.
    pub next: Option<Box<TemplateHistory>>,
    /// What could not be known or was odd, for the output.
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandedOkep {
    /// Its contents at that commit.
    pub blob: Id,
    pub landing: Landing,
}

/// How an OKEP came to the main line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// The first commit of the main line that holds the OKEP; none where it is already in the oldest one that
    /// can be read.
    pub revision: Option<Revision>,
    pub under: LandedUnder,
}

/// Which template was in force when an OKEP landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LandedUnder {
    /// An index into [`TemplateHistory::templates`]; none where there was no template.
    pub template: Option<usize>,
    /// Where it is not known, the OKEP landed under that template or an earlier one.
    pub is_known: bool,
}

/// A text of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateRevision {
    /// The commit of the main line that introduced it.
    pub revision: Revision,
    pub path: String,
    pub id: Id,
    pub bytes: Arc<[u8]>,
}

impl TemplateHistory {
    /// This history, and those to ask after it.
    pub fn all(&self) -> impl Iterator<Item = &TemplateHistory> {
        std::iter::successors(Some(self), |history| history.next.as_deref())
    }

    /// Where there is no history to ask.
    pub fn nothing(reason: impl Into<String>) -> Self {
        TemplateHistory { notes: vec![Note::new("no-history", reason)], ..TemplateHistory::default() }
    }
}
