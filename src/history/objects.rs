//! Where history reads files, and what could not be read.

use crate::files::{Content, Note, PathKind};
use crate::git::{Entry, Id};

/// The files of a repository; the only thing that history does not compute.
pub trait Objects: Sync {
    /// Makes something for each job on all cores, in order; a job may read files.
    fn each<T: Send>(
        &self,
        jobs: usize,
        make: impl Fn(usize, &dyn Fn(Entry) -> Result<Content, Note>) -> T + Sync,
    ) -> Vec<T>;

    /// What is at paths below roots, in order.
    fn path_kind(&self, asked: &[Asked]) -> Answers;
}

/// Where a path is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    Tree(Id),
    Commit(Id),
}

/// Paths that are asked for below a root.
pub type Asked<'p> = (Root, Vec<&'p str>);

/// What is at each of them.
pub type Answers = Vec<Vec<PathKind>>;

/// What could not be read.
#[derive(Debug, Default)]
pub struct Unread {
    /// How many objects are not in the repository.
    pub missing: usize,
    /// Something is there and cannot be read.
    pub damaged: bool,
    /// Of missing objects one is named, and the rest are counted.
    pub notes: Vec<Note>,
}

impl Unread {
    pub fn add(&mut self, note: Note) {
        if note.kind == "missing-object" {
            self.missing += 1;
            self.notes.extend((self.missing == 1).then_some(note));
        } else {
            self.damaged |= note.kind != "too-large";
            self.notes.push(note);
        }
    }
}
