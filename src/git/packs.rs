//! Where objects are in the packs: a hint for the order in which to read many of them.
//!
//! Packs store most trees as a difference from another. In the order of their offsets each object comes
//! after the one it builds on, whichever way round the pack was made, and so finds it in the cache: on a
//! history written by `git fast-import` that is ten times faster than the order of the commits. A hint is
//! all it is: what it does not know is read all the same.

use super::Id;
use gix::hashtable::HashSet;
use gix::odb::pack::index;

/// A repository with more packs than this wants `git gc`, and the rest of them go without the hint.
const MAX_PACKS: usize = 32;

pub(crate) struct Packs {
    pub indexes: Vec<index::File>,
}

impl Packs {
    pub fn of(local: &gix::Repository) -> Self {
        let own = local.objects.store_ref().path().to_path_buf();
        let others = gix::odb::alternate::resolve(own.clone(), local.current_dir()).unwrap_or_default();
        let folders = std::iter::once(own).chain(others).map(|objects| objects.join("pack"));
        let files = folders.filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
        let packs = files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|e| e == "idx"));
        let open = packs.take(MAX_PACKS).filter_map(|path| index::File::at(path, local.object_hash()).ok());
        Packs { indexes: open.collect() }
    }

    /// The first pack that holds an object, and which of its objects it is.
    pub fn find(&self, id: Id) -> Option<(usize, u32)> {
        self.indexes.iter().enumerate().find_map(|(pack, index)| Some((pack, index.lookup(id)?)))
    }

    /// Distinct objects in the order in which they are best read; those that are in no pack come last.
    pub fn in_order(&self, ids: impl Iterator<Item = Id>) -> impl Iterator<Item = Id> {
        let mut distinct: Vec<Id> = ids.collect::<HashSet<Id>>().into_iter().collect();
        let offset = |(pack, entry): (usize, u32)| (pack, self.indexes[pack].pack_offset_at_index(entry));
        distinct.sort_by_cached_key(|id| (self.find(*id).map_or((usize::MAX, 0), offset), *id));
        distinct.into_iter()
    }
}
