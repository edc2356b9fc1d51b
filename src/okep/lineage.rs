//! Which file of one state is the same OKEP as which file of another: the one place that says so.
//!
//! Landings, baselines and history ask here. It is pure: files are paths and, where they are known, the ids of
//! their contents.

use crate::text::path::{file_name, page_number};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A file by its path and what identifies its contents; contents that are unknown are like no others.
pub type PathAndContent<'a, C> = (&'a str, Option<C>);

type Files<'a, C> = [PathAndContent<'a, C>];

/// Gives what files that are alike have in common, of number, file name and contents; none for a file like no other.
type Likeness<C> = fn(&PathAndContent<C>) -> Option<(Option<u64>, Option<String>, Option<C>)>;

/// For each of the `added` files the one of the `removed` that it is under another name, as an index.
///
/// A file is renamed where one is removed and another added with the same number, with the same contents, or
/// as the only pair; of several the one whose file name is the same counts, then the one whose contents are.
pub fn renames<C: Eq + Clone>(removed: &Files<C>, added: &Files<C>) -> Vec<Option<usize>> {
    let mut from: Vec<Option<usize>> = vec![None; added.len()];
    let mut is_taken = vec![false; removed.len()];
    let likenesses: [Likeness<C>; 4] = [
        |(path, _)| Some((Some(page_number(path)?), Some(file_name(path).to_owned()), None)),
        |(path, content)| Some((Some(page_number(path)?), None, Some(content.clone()?))),
        |(path, _)| Some((Some(page_number(path)?), None, None)),
        |(_, content)| Some((None, None, Some(content.clone()?))),
    ];
    for likeness in likenesses {
        let old: Vec<_> = removed.iter().map(likeness).collect();
        for (file, from) in added.iter().zip(&mut from).filter(|(_, from)| from.is_none()) {
            let Some(new) = likeness(file) else { continue };
            *from = (0..old.len()).find(|at| !is_taken[*at] && old[*at].as_ref() == Some(&new));
            from.iter().for_each(|at| is_taken[*at] = true);
        }
    }
    let old: Vec<usize> = (0..removed.len()).filter(|old| !is_taken[*old]).collect();
    let new: Vec<usize> = (0..added.len()).filter(|at| from[*at].is_none()).collect();
    if let ([old], [new]) = (old.as_slice(), new.as_slice()) {
        from[*new] = Some(*old);
    }
    from
}

/// Follows OKEPs along a line of states; an OKEP is a number, in the order in which they first appear.
#[derive(Debug, Clone, Default)]
pub struct Lineage {
    /// The OKEP at each path of the last state.
    pub present: BTreeMap<String, usize>,
    pub gone: Arc<GoneOkeps>,
    /// How many OKEPs there were.
    pub count: usize,
}

/// The OKEP that was last at a path, or had a number, and was removed.
#[derive(Debug, Clone, Default)]
pub struct GoneOkeps {
    paths: HashMap<String, usize>,
    numbers: HashMap<u64, usize>,
}

impl GoneOkeps {
    /// The OKEP that one at a path is, if it was removed and is not back yet.
    pub fn returned(&self, path: &str) -> Option<usize> {
        self.paths.get(path).or_else(|| self.numbers.get(&page_number(path)?)).copied()
    }
}

impl Lineage {
    /// Takes up what the next state removes and adds; gives the OKEP of each of the `added`.
    ///
    /// One that was removed and returns, under its path or its number, is the same OKEP.
    pub fn step<C: Eq + Clone>(&mut self, removed: &Files<C>, added: &Files<C>) -> Vec<usize> {
        let removed_okeps: Vec<usize> = removed
            .iter()
            .map(|(path, _)| self.present.remove(*path).expect("it was added before"))
            .collect();
        let held = (!added.is_empty()).then(|| self.present.values());
        let mut present: HashSet<usize> = held.into_iter().flatten().copied().collect();
        let from = renames(removed, added);
        present.extend(from.iter().flatten().map(|old| removed_okeps[*old]));
        for ((path, _), okep) in
            removed.iter().zip(&removed_okeps).filter(|(_, okep)| !present.contains(okep))
        {
            let gone = Arc::make_mut(&mut self.gone);
            gone.paths.insert((*path).to_owned(), *okep);
            page_number(path).map(|number| gone.numbers.insert(number, *okep));
        }
        let mut okeps = Vec::with_capacity(added.len());
        for ((path, _), from) in added.iter().zip(from) {
            let returned = || self.gone.returned(path).filter(|okep| !present.contains(okep));
            let okep = from.map(|old| removed_okeps[old]).or_else(returned).unwrap_or_else(|| {
                self.count += 1;
                self.count - 1
            });
            present.insert(okep);
            self.present.insert((*path).to_owned(), okep);
            okeps.push(okep);
        }
        okeps
    }

    /// The OKEP that is or was last at a path.
    pub fn ever(&self, path: &str) -> Option<usize> {
        self.present.get(path).or_else(|| self.gone.paths.get(path)).copied()
    }

    /// An OKEP that has, or had last, the number of a path.
    pub fn ever_of_number(&self, path: &str) -> Option<usize> {
        let wanted = page_number(path)?;
        let present = self.present.iter().find(|(path, _)| page_number(path) == Some(wanted));
        present.map(|(_, okep)| okep).or_else(|| self.gone.numbers.get(&wanted)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A state is a list of `PATH=CONTENT`, the contents being one letter.
    fn files(state: &str) -> Vec<PathAndContent<'_, &str>> {
        state
            .split_whitespace()
            .map(|file| match file.split_once('=') {
                Some((path, content)) => (path, Some(content)),
                None => (file, None),
            })
            .collect()
    }

    /// Follows OKEPs through `states`; `expected` are those of the last one, as `PATH@OKEP`.
    #[track_caller]
    fn check(states: &[&str], expected: &str) {
        let mut lineage = Lineage::default();
        let mut before: Vec<PathAndContent<'_, &str>> = Vec::new();
        for state in states {
            let now = files(state);
            let lacks =
                |files: &[PathAndContent<'_, &str>], path: &str| files.iter().all(|(p, _)| *p != path);
            let removed: Vec<_> = before.iter().filter(|(path, _)| lacks(&now, path)).copied().collect();
            let added: Vec<_> = now.iter().filter(|(path, _)| lacks(&before, path)).copied().collect();
            lineage.step(&removed, &added);
            before = now;
        }
        let found: Vec<String> =
            lineage.present.iter().map(|(path, okep)| format!("{path}@{okep}")).collect();
        assert_eq!(found.join(" "), expected, "{states:?}");
    }

    #[test]
    fn what_is_added_is_a_new_okep() {
        check(&["okep-1-a.md"], "okep-1-a.md@0");
        check(&["okep-1-a.md", "okep-1-a.md okep-2-b.md"], "okep-1-a.md@0 okep-2-b.md@1");
        check(&[], "");
    }

    #[test]
    fn a_file_of_the_same_number_is_the_same_okep() {
        check(&["okep-1-a.md", "x/OKEP-1-b.md okep-2-a.md"], "okep-2-a.md@1 x/OKEP-1-b.md@0");
        // It was not removed.
        check(&["okep-1-a.md", "okep-1-a.md okep-1-b.md"], "okep-1-a.md@0 okep-1-b.md@1");
        // Of two, the one of the same name.
        check(&["okep-1-a.md okep-1-b.md", "d/okep-1-b.md d/okep-1-a.md"], "d/okep-1-a.md@0 d/okep-1-b.md@1");
        // One is not two.
        check(&["okep-1-a.md", "okep-1-b.md okep-1-c.md"], "okep-1-b.md@0 okep-1-c.md@1");
    }

    #[test]
    fn a_file_of_the_same_contents_is_the_same_okep() {
        check(&["okep-1-a.md=x okep-2-b.md=y", "okep-7-a.md=x okep-8-b.md=y"], "okep-7-a.md@0 okep-8-b.md@1");
        check(&["okep-1-a.md=x okep-2-b.md=y", "okep-7-a.md=z okep-8-b.md=z"], "okep-7-a.md@2 okep-8-b.md@3");
        // The number says more than the contents.
        check(&["okep-1-a.md=x", "okep-1-b.md=y okep-2-a.md=x"], "okep-1-b.md@0 okep-2-a.md@1");
    }

    #[test]
    fn the_only_pair_is_the_same_okep() {
        check(&["okep-1-a.md=x", "okep-2-b.md=y"], "okep-2-b.md@0");
        check(&["okep-1-a.md=x okep-3-c.md", "okep-3-c.md okep-2-b.md=y"], "okep-2-b.md@0 okep-3-c.md@1");
        check(&["okep-1-a.md=x", "okep-2-b.md=y okep-3-c.md=z"], "okep-2-b.md@1 okep-3-c.md@2");
    }

    #[test]
    fn what_returns_is_the_same_okep() {
        check(&["okep-1-a.md", "", "", "okep-1-a.md"], "okep-1-a.md@0");
        check(&["okep-1-a.md", "", "okep-1-b.md"], "okep-1-b.md@0");
        check(&["okep-1-a.md", "", "okep-2-a.md"], "okep-2-a.md@1");
        // It was renumbered, so that another one takes its old path.
        check(&["okep-1-a.md", "okep-2-a.md", "okep-2-a.md okep-1-a.md"], "okep-1-a.md@1 okep-2-a.md@0");
    }
}
