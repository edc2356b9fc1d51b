//! What could not be read.

use crate::files::Note;
use std::collections::BTreeSet;

#[derive(Debug, Default)]
pub struct Unread {
    /// Each once, whatever the states that have it.
    notes: BTreeSet<Note>,
}

impl Unread {
    /// Takes up those notes of a tree that are about something that could not be read.
    pub fn notices(&mut self, notes: impl IntoIterator<Item = Note>) {
        let counts = |note: &Note| note.is_unreadable() || note.kind == "too-large";
        self.notes.extend(notes.into_iter().filter(counts).map(|note| Note { path: None, ..note }));
    }

    /// How many objects are not in the repository.
    pub fn missing(&self) -> usize {
        self.notes.iter().filter(|note| note.kind == "missing-object").count()
    }

    /// Whether something is there and cannot be read.
    pub fn is_damaged(&self) -> bool {
        self.notes.iter().any(|note| note.kind == "corrupt-object")
    }

    /// Of missing objects one is named, and the rest are counted.
    pub fn notes(&self) -> impl Iterator<Item = &Note> {
        let is_missing = |note: &&Note| note.kind == "missing-object";
        let others = self.notes.iter().filter(move |note| !is_missing(note));
        others.chain(self.notes.iter().filter(is_missing).take(1))
    }
}
