//! Links over time: which of the paths that links point to are not there, commit by commit.
//!
//! They are looked up by the trees on the way to them: first within the folder around the proposals, of which all
//! commits that leave it alone share one, and from the root only for what lies outside of it.

use super::found::{FoundInStates, StateVerdict};
use super::states::States;
use super::walk::Walk;
use crate::files::PathKind;
use crate::git::commit::Trees;
use crate::git::{Id, ObjectError, Repo};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Where a path is looked up, as an index into [`Walk::arounds`] or [`Walk::ids`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Root {
    Around(u32),
    Commit(u32),
}

/// For each commit, the questions of its pages that are answered by no; none where nothing is asked.
pub fn lacking(repo: &Repo, walk: &Walk, states: &States, found: &FoundInStates) -> Option<Vec<Box<[u32]>>> {
    let questions = &found.questions;
    if questions.is_empty() {
        return None;
    }
    let asked_by = |verdict: &StateVerdict| -> BTreeSet<u32> {
        let findings = verdict.parts.iter().flat_map(|part| &found.parts[*part as usize]);
        findings.flat_map(|finding| &finding.unless).copied().collect()
    };
    let asked: Vec<BTreeSet<u32>> =
        found.states.iter().map(|verdict| verdict.as_deref().map(asked_by).unwrap_or_default()).collect();
    let around = found.layout.folder.split('/').next().unwrap_or_default();
    let path = |question: u32| questions[question as usize].path.as_str();
    let within = |question: u32| path(question).strip_prefix(around).and_then(|rest| rest.strip_prefix('/'));
    // Each root with the questions that it is asked.
    let root = |commit: usize, question: u32| match walk.around[commit] {
        around if within(question).is_some() && walk.arounds[around as usize].is_some() => {
            Root::Around(around)
        }
        _ => Root::Commit(commit as u32),
    };
    let mut jobs: BTreeMap<Root, BTreeSet<u32>> = BTreeMap::new();
    for (commit, state) in states.of.iter().enumerate() {
        for question in &asked[*state as usize] {
            jobs.entry(root(commit, *question)).or_default().insert(*question);
        }
    }
    let unmet = |(root, asked): (&Root, &BTreeSet<u32>)| -> Vec<(Root, u32)> {
        let local = repo.handle();
        let trees = Trees::new(local);
        let tree_of = |id: Id| {
            let tree = local.find_commit(id).and_then(|commit| Ok(commit.tree_id()?.detach()));
            tree.map_err(|_| ObjectError::missing(local, id))
        };
        let tree = match *root {
            Root::Around(around) => Ok(walk.arounds[around as usize].expect("it is a tree")),
            Root::Commit(commit) => tree_of(walk.ids[commit as usize]),
        };
        let is_unmet = |question: &&u32| {
            let path = match root {
                Root::Around(_) => within(**question).unwrap_or_default(),
                Root::Commit(_) => path(**question),
            };
            let kind = tree.clone().and_then(|tree| trees.path_kind(tree, path));
            let unknown = |error| {
                repo.has_vanished(error);
                PathKind::Unknown
            };
            !questions[**question as usize].is_met(kind.unwrap_or_else(unknown))
        };
        asked.iter().filter(is_unmet).map(|question| (*root, *question)).collect()
    };
    let unmet: HashSet<(Root, u32)> = jobs.par_iter().flat_map_iter(unmet).collect();
    let lack = |(commit, state): (usize, &u32)| -> Box<[u32]> {
        let is_lacking = |question: &&u32| unmet.contains(&(root(commit, **question), **question));
        asked[*state as usize].iter().filter(is_lacking).copied().collect()
    };
    Some(states.of.iter().enumerate().map(lack).collect())
}
