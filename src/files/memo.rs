//! What was read of the files of one source: each thing is looked up when it is asked for, and once.

use super::file::File;
use super::found::{Listing, Spot, content_notice};
use super::note::Note;
use super::once_map::OnceMap;
use super::source::TreeSource;
use crate::git::PathKind;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Default)]
pub(super) struct Memo {
    pub source: TreeSource,
    /// By folder.
    listings: OnceMap<String, Listing>,
    pub spots: OnceMap<String, Option<Spot>>,
    files: OnceMap<String, Option<File>>,
    pub kinds: OnceMap<String, PathKind>,
    notices: Mutex<BTreeSet<Note>>,
}

impl Memo {
    pub fn of(source: TreeSource) -> Self {
        Memo { source, ..Memo::default() }
    }

    pub fn list(&self, folder: &str) -> Arc<Listing> {
        self.listings.get(folder.to_owned(), || {
            let found = self.source.list(folder);
            let mut listing = Listing { notices: found.notices, ..Listing::default() };
            listing.notices.sort();
            listing.notices.dedup();
            for (path, spot) in found.files {
                listing.files.insert(path.clone(), spot.id());
                // A file in conflict is reported only once it is asked for.
                if spot != Spot::Unmerged {
                    self.spots.get(path, || Some(spot));
                }
            }
            listing
        })
    }

    /// What is at `path`, looked up.
    pub fn spot(&self, path: &str) -> Arc<Option<Spot>> {
        let find = || match self.source.find(path) {
            Ok(spot) => spot,
            Err(notice) => {
                self.notices().insert(notice.clone());
                Some(Spot::Unreadable(notice.message))
            }
        };
        self.spots.get(path.to_owned(), find)
    }

    pub fn file(&self, path: &str) -> Option<File> {
        let spot = self.spot(path);
        let spot = spot.as_ref().as_ref()?;
        let read = || {
            let (file, notice) = self.source.read(path, spot);
            let about_content = file.as_ref().and_then(|file| content_notice(path, &file.content));
            self.notices().extend(notice.into_iter().chain(about_content));
            file
        };
        Option::clone(&self.files.get(path.to_owned(), read))
    }

    pub fn id(&self, path: &str) -> Option<String> {
        let known = Option::as_ref(&self.spot(path))?.id();
        known.or_else(|| self.file(path)?.id)
    }

    pub fn notices(&self) -> MutexGuard<'_, BTreeSet<Note>> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files that were read from the index because a sparse checkout leaves them out.
    pub fn left_out(&self) -> usize {
        if !matches!(self.source, TreeSource::Worktree { .. }) {
            return 0;
        }
        let is_left_out = |path: &str| matches!(&*self.spot(path), Some(Spot::Object(e)) if !e.symlink);
        self.files.made().iter().filter(|(path, _)| is_left_out(path)).count()
    }
}
