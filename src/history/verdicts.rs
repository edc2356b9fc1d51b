//! The findings of each state, put together from what was found about its pages, its tree and its links.
//!
//! They are numbers, so that what was introduced and fixed is arithmetic. Commits and dates play no part.

use super::found::{
    FileAt, FoundInStates, Listed, PageFacts, RecordedFinding, ShownFinding, StateVerdict, Topic, number,
};
use super::states::States;
use crate::okep::suppressions::Suppression;
use indexmap::IndexSet;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// A finding in a state: its identity, and which of several alike it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId {
    /// Index into [`FoundInStates::topics`].
    pub topic: u32,
    /// Index into [`FoundInStates::okeps`].
    pub who: u32,
    pub nth: u32,
}

/// The findings of a state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Set {
    /// In ascending order.
    pub marks: Arc<[FindingId]>,
    /// OKEPs about which nothing is known, because a file could not be read.
    pub unknown: BTreeSet<u32>,
    /// OKEPs of which it is unknown whether readers find them, because a plugin or a broken register decides.
    pub unshown: BTreeSet<u32>,
    /// Whether a register could not be read, so that what it lists is unknown.
    pub registers_unread: bool,
    /// Whether nothing is known of any OKEP.
    pub all_unknown: bool,
}

impl Set {
    pub fn has(&self, mark: FindingId) -> bool {
        self.marks.binary_search(&mark).is_ok()
    }
}

/// The findings of OKEPs in states; states and OKEPs are numbers.
pub type RecordedOf<'a> = HashMap<(usize, u32), Vec<&'a RecordedFinding>>;

pub struct Verdicts<'a> {
    pub states: &'a States,
    sets: IndexSet<Set>,
    /// For each state its set.
    set_of: Vec<u32>,
    pub found: FoundInStates,
}

impl<'a> Verdicts<'a> {
    /// Puts together the findings of each state.
    pub fn new(found: FoundInStates, states: &'a States) -> Self {
        let mut verdicts = Verdicts { states, sets: IndexSet::new(), set_of: Vec::new(), found };
        for state in 0..states.all.len() {
            let set = verdicts.set(state);
            verdicts.set_of.push(number(&mut verdicts.sets, set));
        }
        verdicts
    }

    /// The state of a commit.
    pub fn state_of(&self, commit: u32) -> usize {
        self.states.of[commit as usize] as usize
    }

    /// What was found in a state; none where it could not be read.
    pub fn state(&self, state: usize) -> Option<&StateVerdict> {
        self.found.states[state].as_deref()
    }

    /// The findings of a state.
    pub fn set_at(&self, state: usize) -> &Set {
        &self.sets[self.set_of[state] as usize]
    }

    pub fn of_commit(&self, commit: u32) -> Option<&StateVerdict> {
        self.state(self.state_of(commit))
    }

    fn set(&self, state: usize) -> Set {
        let Some(verdict) = self.state(state) else {
            return Set { all_unknown: true, ..Set::default() };
        };
        let recorded = self.recorded(state, verdict).into_iter();
        let mut identities: Vec<(u32, u32)> = recorded.map(|f| (f.topic, self.who(verdict, f))).collect();
        identities.sort_unstable();
        let mut marks: Vec<FindingId> = Vec::with_capacity(identities.len());
        for (topic, who) in identities {
            let before = marks.last().filter(|mark| (mark.topic, mark.who) == (topic, who));
            marks.push(FindingId { topic, who, nth: before.map_or(0, |mark| mark.nth + 1) });
        }
        let pages = verdict.pages.iter().filter(|page| self.found.facts[*page].is_none());
        let who = |page: &FileAt| Some(self.listed(verdict, page.path)?.who);
        let unclear = |o: &&Listed| matches!(o.shown, ShownFinding::Unknown | ShownFinding::Unread);
        Set {
            marks: marks.into(),
            unknown: pages.filter_map(who).chain(verdict.unread.iter().copied()).collect(),
            unshown: verdict.okeps.iter().filter(unclear).map(|listed| listed.who).collect(),
            registers_unread: verdict.registers_unread,
            all_unknown: false,
        }
    }

    /// The OKEP at a path of a state.
    fn listed<'v>(&self, verdict: &'v StateVerdict, path: u32) -> Option<&'v Listed> {
        let at = verdict.okeps.binary_search_by_key(&path, |listed| listed.path).ok()?;
        Some(&verdict.okeps[at])
    }

    /// The findings of a state that its documents do not suppress.
    fn recorded(&self, state: usize, verdict: &StateVerdict) -> Vec<&RecordedFinding> {
        let lack = &self.states.all[state].lack;
        let is_lacking = |question: &u32| lack.binary_search(question).is_ok();
        let facts = verdict.pages.iter().filter_map(|page| self.found.facts[page].as_ref());
        let suppressions: Vec<&Suppression> = facts.flat_map(|facts| &facts.suppressions).collect();
        let is_suppressed = |finding: &RecordedFinding| {
            let (path, okep) = (self.path(finding.path), finding.okep.map(|path| self.path(path)));
            let rule = self.topic(finding.topic).rule;
            suppressions.iter().any(|s| s.covers_at(rule, &finding.subject, path, okep, &|_| None))
        };
        let parts = verdict.parts.iter().flat_map(|part| &self.found.parts[*part as usize]);
        let holds = parts.filter(|finding| finding.unless.iter().all(is_lacking));
        holds.filter(|finding| !is_suppressed(finding)).collect()
    }

    /// The OKEP that a finding is about in a state.
    fn who(&self, verdict: &StateVerdict, finding: &RecordedFinding) -> u32 {
        let listed = finding.okep.and_then(|path| self.listed(verdict, path));
        listed.map_or(finding.unlisted, |listed| listed.who)
    }

    /// The findings of some OKEPs in some states; each state is gone through once, on all cores.
    pub fn recorded_of(&self, wanted: impl IntoIterator<Item = (usize, u32)>) -> RecordedOf<'_> {
        let mut okeps: BTreeMap<usize, HashSet<u32>> = BTreeMap::new();
        wanted.into_iter().for_each(|(state, who)| _ = okeps.entry(state).or_default().insert(who));
        let of_state = |(state, okeps): (usize, HashSet<u32>)| {
            let mut of_state = RecordedOf::new();
            let Some(verdict) = self.state(state) else { return of_state };
            for finding in self.recorded(state, verdict) {
                let who = self.who(verdict, finding);
                if okeps.contains(&who) {
                    of_state.entry((state, who)).or_default().push(finding);
                }
            }
            of_state
        };
        okeps.into_par_iter().flat_map_iter(of_state).collect()
    }

    /// What the OKEP at a path of a state says about itself; none where it could not be read.
    pub fn facts(&self, state: usize, path: u32) -> Option<&PageFacts> {
        let page = self.state(state)?.pages.iter().find(|page| page.path == path)?;
        self.found.facts[page].as_ref()
    }

    /// The file at a path of a state.
    pub fn file_at(&self, state: usize, path: u32) -> Option<FileAt> {
        let files = &self.state(state)?.files;
        Some(files[files.binary_search_by_key(&path, |file| file.path).ok()?])
    }

    /// The OKEPs of a state, in the order of the numbers of their paths.
    pub fn okeps(&self, state: usize) -> &[Listed] {
        self.state(state).map_or(&[], |verdict| &verdict.okeps)
    }

    /// Whether all is known of an OKEP in a state: its text, and what the registers say of it.
    pub fn is_known(&self, state: usize, who: u32) -> bool {
        let set = self.set_at(state);
        !set.all_unknown && !set.registers_unread && !set.unknown.contains(&who)
    }

    pub fn path(&self, path: u32) -> &str {
        &self.found.paths[path as usize]
    }

    pub fn topic(&self, topic: u32) -> &Topic {
        &self.found.topics[topic as usize]
    }
}
