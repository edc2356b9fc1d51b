//! Set arithmetic: which findings each commit of the line introduced and fixed.
//!
//! The line gets a finding with the commit that has it while the one before has not; it was written by the
//! commit that has it while none of its parents has. It is fixed in the same way. What a file that could not
//! be read has is unknown: it is neither introduced nor fixed.

use super::verdicts::{FindingId, Set, Verdicts};
use super::walk::Walk;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The line that is reported, and what was found in its states.
pub struct Timeline<'a> {
    pub walk: &'a Walk,
    pub verdicts: &'a Verdicts<'a>,
    /// Oldest first.
    pub commits: Vec<u32>,
    /// Whether history goes on before the first of them.
    pub open: bool,
    /// For each commit of the graph, with which commit of the line it was merged, as an index into the line.
    pub merged_with: Vec<u32>,
}

/// A finding from when it was introduced on the line until it was fixed; places are indices into the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingSpan {
    pub mark: FindingId,
    pub introduced: usize,
    /// The commit that introduced it, none where that is unknown.
    pub written: Option<u32>,
    /// When it was fixed, and by which commit.
    pub fixed: Option<(usize, u32)>,
}

impl<'a> Timeline<'a> {
    /// The first-parent line that ends in the first commit of a walk.
    pub fn new(walk: &'a Walk, verdicts: &'a Verdicts<'a>) -> Self {
        let (commits, open) = walk.graph.line(0);
        let merged_with = walk.graph.introduced_by(&commits);
        Timeline { walk, verdicts, commits, open, merged_with }
    }

    /// The state at a place of the line.
    pub fn state(&self, at: usize) -> usize {
        self.verdicts.state_of(self.commits[at])
    }

    /// The last place.
    pub fn last(&self) -> usize {
        self.commits.len().saturating_sub(1)
    }

    /// The places of the line whose state differs from the one before, with that state.
    pub fn changes(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let is_new = move |at: &usize| *at == 0 || self.state(*at) != self.state(at - 1);
        (0..self.commits.len()).filter(is_new).map(move |at| (at, self.state(at)))
    }

    fn set(&self, commit: u32) -> &Set {
        self.verdicts.set_at(self.verdicts.state_of(commit))
    }

    /// Whether a commit has a finding; none where that is unknown.
    fn has(&self, commit: u32, mark: FindingId) -> Option<bool> {
        let set = self.set(commit);
        let has = set.has(mark);
        (has || !self.leaves_open(set, mark)).then_some(has)
    }

    /// Whether it is unknown if a state has a finding.
    fn leaves_open(&self, set: &Set, FindingId { topic, who, .. }: FindingId) -> bool {
        let topic = self.verdicts.topic(topic);
        set.all_unknown
            || set.unknown.contains(&who)
            || (topic.registration && set.registers_unread)
            || (topic.navigation && set.unshown.contains(&who))
    }

    /// Every finding that was ever on the line, in the order in which they were introduced, but for those of which the
    /// last state leaves open whether it has them.
    pub fn findings(&self) -> Vec<FindingSpan> {
        let mut spans: Vec<FindingSpan> = Vec::new();
        // Those that are not fixed, whether the state before has them or leaves that open.
        let mut open: BTreeMap<FindingId, usize> = BTreeMap::new();
        let mut before: Option<&Set> = None;
        for (at, _) in self.changes() {
            let commit = self.commits[at];
            let set = self.set(commit);
            if before == Some(set) {
                continue;
            }
            open.retain(|mark, span| {
                let is_fixed = self.has(commit, *mark) == Some(false);
                if is_fixed {
                    spans[*span].fixed = Some((at, self.fixed(at, &|c| self.has(c, *mark))));
                }
                !is_fixed
            });
            for mark in set.marks.iter().filter(|mark| before.is_none_or(|last| !last.has(**mark))) {
                if !open.contains_key(mark) {
                    open.insert(*mark, spans.len());
                    let is_open = before.map_or(self.open, |set| self.leaves_open(set, *mark));
                    let origin = || self.origin(commit, &|c| self.has(c, *mark));
                    let written = if is_open { None } else { origin() };
                    spans.push(FindingSpan { mark: *mark, introduced: at, written, fixed: None });
                }
            }
            before = Some(set);
        }
        spans.retain(|span| span.fixed.is_some() || before.is_some_and(|last| last.has(span.mark)));
        spans
    }

    /// The commit behind `from` that has something while none of its parents has it; of some it may be unknown.
    ///
    /// A merge that has it from one of its parents did not introduce it; where several have it, the first of
    /// them counts.
    pub(super) fn origin(&self, from: u32, has: &dyn Fn(u32) -> Option<bool>) -> Option<u32> {
        let mut commit = from;
        loop {
            let parents = self.walk.graph.parents(commit);
            let which = |wanted: Option<bool>| parents.iter().copied().find(|p| has(*p) == wanted);
            match which(Some(true)).or_else(|| which(None)) {
                Some(parent) => commit = parent,
                None => {
                    return (has(commit) == Some(true) && !self.walk.graph.is_cut(commit)).then_some(commit);
                }
            }
        }
    }

    /// The last commit that a merge adds to the line at `at` and that `differs` from its parent.
    pub fn merged_change(&self, merge: u32, at: usize, differs: impl Fn(u32, u32) -> bool) -> Option<u32> {
        let is_change =
            |commit: u32, parents: &[u32]| matches!(parents, [parent] if differs(commit, *parent));
        self.merged(merge, at, is_change, |_| true)
    }

    /// The commit merged by the line's commit `at` that lacks something while all of its parents have it; the
    /// commit of the line itself where the merge fixed it.
    fn fixed(&self, at: usize, has: &dyn Fn(u32) -> Option<bool>) -> u32 {
        let landed = self.commits[at];
        let is_fix =
            |_: u32, parents: &[u32]| !parents.is_empty() && parents.iter().all(|p| has(*p) == Some(true));
        self.merged(landed, at, is_fix, |parent| has(parent) == Some(false)).unwrap_or(landed)
    }

    /// The nearest of the commits behind `from` that came to the line at `at`, itself among them, which `is_it`, by its
    /// number and parents; only through commits that `goes_on` takes.
    fn merged(
        &self,
        from: u32,
        at: usize,
        is_it: impl Fn(u32, &[u32]) -> bool,
        goes_on: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        let mut seen = BTreeSet::from([from]);
        let mut next = VecDeque::from([from]);
        while let Some(commit) = next.pop_front() {
            let parents = self.walk.graph.parents(commit);
            if is_it(commit, parents) {
                return Some(commit);
            }
            let inside = |p: &&u32| self.merged_with[**p as usize] as usize == at && goes_on(**p);
            next.extend(parents.iter().filter(inside).filter(|p| seen.insert(**p)));
        }
        None
    }
}
