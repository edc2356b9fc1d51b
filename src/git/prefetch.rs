//! Commits read ahead of the walk, on all cores: a walk cannot know its next commit before it has read the
//! last one, but almost every commit of a pack will be asked for.
//!
//! Where a pack was made by `git`, its commits come first and the search ends behind them. They are taken
//! out of the pack where they are, which spares the search for each in all packs and caches. A commit
//! that is stored as a difference, or that cannot be read, is left to the walk.

use super::Id;
use super::packs::Packs;
use gix::objs::CommitRefIter;
use gix::odb::pack::data::entry::Header;
use gix::odb::pack::{data, index};
use gix::traverse::commit::ParentIds;
use gix::zlib::Inflate;
use rayon::prelude::*;

/// Fewer objects than this are not worth the search.
const LEAST: u32 = 4096;
/// Objects whose kinds are looked at together; after two such blocks without a commit the search ends.
const BLOCK: usize = 8192;
/// A commit of more bytes than this is left to the walk.
const MOST_BYTES: u64 = 1 << 20;
/// No commit.
const NONE: u32 = u32::MAX;

/// Which of its commits each object of a pack is, and the root trees and parents of those.
type PackCommits = (Vec<u32>, Vec<Option<CommitLinks>>);
type CommitLinks = (Id, ParentIds);

/// The commits of each pack.
#[derive(Default)]
pub(crate) struct Prefetch(Vec<PackCommits>);

impl Prefetch {
    pub fn of(packs: &Packs) -> Self {
        if packs.indexes.iter().map(index::File::num_objects).sum::<u32>() < LEAST {
            return Prefetch::default();
        }
        let of_pack = |index: &index::File| {
            let data = data::File::at(index.path().with_extension("pack"), index.object_hash()).ok();
            let entries = data.as_ref().map(|data| commits(index, data)).unwrap_or_default();
            let read = |(inflate, buffer): &mut (Inflate, Vec<u8>), (offset, _): &(u64, u32)| {
                read(data.as_ref()?, *offset, inflate, buffer)
            };
            let commits = entries.par_iter().map_init(Default::default, read).collect();
            let mut numbers = vec![NONE; if entries.is_empty() { 0 } else { index.num_objects() as usize }];
            for (number, (_, entry)) in (0..).zip(entries) {
                numbers[entry as usize] = number;
            }
            (numbers, commits)
        };
        Prefetch(packs.indexes.iter().map(of_pack).collect())
    }

    /// The root tree and the parents of a commit that was read ahead.
    pub fn get(&self, packs: &Packs, id: Id) -> Option<(Id, Vec<Id>)> {
        // Most often nothing was read ahead.
        self.0.first()?;
        let (pack, entry) = packs.find(id)?;
        let (numbers, commits) = &self.0[pack];
        let (root, parents) = commits.get(*numbers.get(entry as usize)? as usize)?.as_ref()?;
        Some((*root, parents.to_vec()))
    }
}

/// The root tree and the parents of the commit at `offset`.
fn read(pack: &data::File, offset: u64, inflate: &mut Inflate, buffer: &mut Vec<u8>) -> Option<CommitLinks> {
    let entry = pack.entry(offset).ok().filter(|entry| entry.decompressed_size <= MOST_BYTES)?;
    buffer.resize(entry.decompressed_size as usize, 0);
    pack.decompress_entry(&entry, inflate, buffer).ok()?;
    let mut commit = CommitRefIter::from_bytes(buffer, pack.object_hash());
    Some((commit.tree_id().ok()?, commit.parent_ids().collect()))
}

/// The objects of a pack that are commits, as offset and number, in the order in which they are in it.
fn commits(index: &index::File, data: &data::File) -> Vec<(u64, u32)> {
    let mut places: Vec<(u64, u32)> =
        (0..index.num_objects()).map(|entry| (index.pack_offset_at_index(entry), entry)).collect();
    places.par_sort_unstable();
    let mut commits = Vec::new();
    let mut without = 0;
    for block in places.chunks(BLOCK) {
        let is_commit = |(offset, _): &&(u64, u32)| {
            data.entry(*offset).is_ok_and(|entry| matches!(entry.header, Header::Commit))
        };
        let before = commits.len();
        commits.par_extend(block.par_iter().filter(is_commit));
        without = if commits.len() == before { without + 1 } else { 0 };
        if without == 2 {
            break;
        }
    }
    commits
}
