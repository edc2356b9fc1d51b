//! Long lists of which most are almost the same as another: what they have in common is held once.
//!
//! A list is cut into blocks behind items whose key says so, wherever they are; what comes or goes
//! changes the block around it and no other. It knows nothing of what the items mean.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// An item of such a list; it cuts the list or not by its key, which should outlast what is said of it.
pub trait SharedItem: Copy + Eq + Hash {
    fn key(&self) -> u32;
}

impl SharedItem for u32 {
    fn key(&self) -> u32 {
        *self
    }
}

impl SharedItem for (u32, u32) {
    fn key(&self) -> u32 {
        self.0
    }
}

/// Of so many items one cuts, on average; as a power of two.
const CUTS: u32 = 5;
/// No block is longer.
const LONGEST: usize = 256;

/// A list; two are equal if the same [`Sharing`] made them of the same items.
#[derive(Debug)]
pub struct Shared<T> {
    blocks: Box<[Arc<[T]>]>,
}

/// Makes lists that share their blocks.
#[derive(Debug)]
pub struct Sharing<T> {
    blocks: HashSet<Arc<[T]>>,
}

impl<T> Default for Sharing<T> {
    fn default() -> Self {
        Sharing { blocks: HashSet::new() }
    }
}

impl<T: SharedItem> Sharing<T> {
    pub fn share(&mut self, items: &[T]) -> Shared<T> {
        let mut blocks = Vec::new();
        let mut rest = items;
        while !rest.is_empty() {
            let cut = rest.iter().take(LONGEST).position(|item| cuts(item.key()));
            let (block, after) = rest.split_at(cut.map_or(LONGEST.min(rest.len()), |at| at + 1));
            blocks.push(match self.blocks.get(block) {
                Some(block) => block.clone(),
                None => {
                    let block: Arc<[T]> = block.into();
                    self.blocks.insert(block.clone());
                    block
                }
            });
            rest = after;
        }
        Shared { blocks: blocks.into() }
    }
}

/// Whether a list is cut behind an item; keys that follow each other do so as evenly as others.
fn cuts(key: u32) -> bool {
    key.wrapping_mul(0x9E37_79B1) >> (32 - CUTS) == 0
}

impl<T> Shared<T> {
    pub fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.blocks.iter().flat_map(|block| block.iter())
    }

    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The parts of the list; equal parts of lists are at the same place in memory.
    pub fn blocks(&self) -> &[Arc<[T]>] {
        &self.blocks
    }

    /// The item that `order` calls equal, in a list that is in that order.
    pub fn find(&self, order: impl Fn(&T) -> std::cmp::Ordering) -> Option<&T> {
        let after = self.blocks.partition_point(|block| order(&block[0]).is_le());
        let block = &self.blocks[after.checked_sub(1)?];
        block.binary_search_by(order).ok().map(|at| &block[at])
    }

    /// The items of the blocks that another list does not have: all that it lacks, and what is around.
    pub fn unlike<'a>(&'a self, other: &Self) -> impl Iterator<Item = &'a T> + use<'a, T> {
        let known: HashSet<*const T> = other.blocks.iter().map(|block| block.as_ptr()).collect();
        self.blocks
            .iter()
            .filter(move |block| !known.contains(&block.as_ptr()))
            .flat_map(|block| block.iter())
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Shared { blocks: Box::default() }
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared { blocks: self.blocks.clone() }
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        let same = |(one, other): (&Arc<[T]>, &Arc<[T]>)| Arc::ptr_eq(one, other);
        self.blocks.len() == other.blocks.len() && self.blocks.iter().zip(&other.blocks).all(same)
    }
}

impl<T> Eq for Shared<T> {}

impl<T> Hash for Shared<T> {
    fn hash<H: Hasher>(&self, to: &mut H) {
        self.blocks.iter().for_each(|block| block.as_ptr().hash(to));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(shared: &Shared<u32>) -> Vec<u32> {
        shared.iter().copied().collect()
    }

    #[test]
    fn a_list_is_what_it_was_made_of() {
        let mut sharing = Sharing::default();
        for length in [0, 1, 31, 1000, 5000] {
            let items: Vec<u32> = (0..length).map(|n| n * 7).collect();
            let shared = sharing.share(&items);
            assert_eq!(list(&shared), items);
            assert_eq!(shared.is_empty(), items.is_empty());
            for wanted in 0..100 {
                let found = shared.find(|item| item.cmp(&wanted)).copied();
                assert_eq!(found, items.iter().find(|i| **i == wanted).copied());
            }
        }
    }

    #[test]
    fn lists_are_equal_if_their_items_are() {
        let mut sharing = Sharing::default();
        let items: Vec<u32> = (0..1000).collect();
        assert_eq!(sharing.share(&items), sharing.share(&items));
        assert_ne!(sharing.share(&items), sharing.share(&items[1..]));
        assert_ne!(sharing.share(&items), sharing.share(&items[..999]));
    }

    #[test]
    fn what_comes_or_goes_changes_the_block_around_it_and_no_other() {
        let mut sharing = Sharing::default();
        let items: Vec<u32> = (0..2000).collect();
        let whole = sharing.share(&items);
        let held = sharing.blocks.len();
        for removed_paths in 0..2000 {
            let rest: Vec<u32> = items.iter().copied().filter(|item| *item != removed_paths).collect();
            let other = sharing.share(&rest);
            let lacking: Vec<u32> = whole.unlike(&other).copied().collect();
            assert!(lacking.contains(&removed_paths));
            assert!(lacking.len() <= 2 * LONGEST, "{} items around {removed_paths}", lacking.len());
            assert!(other.unlike(&whole).count() <= 2 * LONGEST);
        }
        // Two thousand lists of two thousand items, and for each a block or two.
        assert!(sharing.blocks.len() <= held + 2 * 2000);
    }
}
