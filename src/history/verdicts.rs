//! The findings of each state, put together from what was found about its pages, its tree and its links.
//!
//! They are numbers, so that what was introduced and fixed is arithmetic. Commits and dates play no part.

use super::found::{FoundInStates, FoundPage, Listed, ShownFinding, StateVerdict};
use super::numbers::{FileAt, Numbered, Numbering, RecordedFinding};
use super::states::States;
use crate::audit::identity::OkepKey;
use crate::okep::suppressions::Suppression;
use crate::okep::template::Template;
use crate::text::path::number;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A finding's identity, and what it depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KnownIdentity {
    pub rule: &'static str,
    /// Index into [`Verdicts::keys`].
    pub who: u32,
    /// A section by its present name.
    pub subject: String,
    pub registration: bool,
    pub navigation: bool,
}

/// A finding in a state: its identity, and which of several alike it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId {
    /// Index into [`Verdicts::identities`].
    pub identity: u32,
    pub nth: u32,
}

/// The findings of a state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Set {
    /// In ascending order.
    pub marks: Arc<[FindingId]>,
    /// OKEPs about which nothing is known, because a file could not be read; in ascending order.
    pub unknown: Vec<u32>,
    /// OKEPs of which it is unknown whether readers find them, because a plugin or a broken register decides.
    pub unshown: Vec<u32>,
    /// Whether a register could not be read, so that what it lists is unknown.
    pub registers_unread: bool,
    /// Whether nothing is known of any OKEP.
    pub all_unknown: bool,
}

impl Set {
    /// Whether it is unknown if the state has a finding of this identity.
    pub fn leaves_open(&self, identity: &KnownIdentity) -> bool {
        self.all_unknown
            || self.unknown.binary_search(&identity.who).is_ok()
            || (identity.registration && self.registers_unread)
            || (identity.navigation && self.unshown.binary_search(&identity.who).is_ok())
    }

    pub fn has(&self, mark: FindingId) -> bool {
        self.marks.binary_search(&mark).is_ok()
    }
}

/// The findings of OKEPs in states, each with its identity; states and OKEPs are numbers.
pub type RecordedOf<'a> = HashMap<(usize, u32), Vec<(u32, &'a RecordedFinding)>>;

pub struct Verdicts {
    pub paths: Vec<String>,
    /// The OKEPs; none for what is about no single one.
    pub keys: Vec<Option<OkepKey>>,
    pub identities: Vec<KnownIdentity>,
    pub sets: Vec<Set>,
    /// For each state its set.
    pub set_of: Vec<u32>,
    pub found: FoundInStates,
    /// For each state, as it was before links were looked up, the one it was.
    was: Vec<u32>,
    lacks: Vec<Box<[u32]>>,
    /// The identity of a finding that is about an OKEP; see [`super::numbers::LocalIdentity`].
    identity_of: HashMap<(u32, u32), u32>,
    local_okep: Vec<Option<u32>>,
    /// By its path, the OKEP that a finding is about in a state that lists none there.
    unlisted: HashMap<u32, u32>,
    /// The number of what is about no single OKEP.
    nobody: u32,
}

impl Verdicts {
    /// Puts together the findings of each state; `was` has for each state the one in which it was checked.
    pub fn new(found: FoundInStates, states: &States, was: Vec<u32>, mut numbers: Numbering) -> Self {
        let nobody = numbers.okeps.number(None);
        // An OKEP that no state lists, as one that only an entry of a register names.
        let mut unlisted = HashMap::new();
        for path in numbers.local.all.iter().filter_map(|local| local.okep) {
            let number = || numbers.okeps.number(Some(unlisted_key(&numbers.paths.all[path as usize])));
            unlisted.entry(path).or_insert_with(number);
        }
        let mut verdicts = Verdicts {
            paths: numbers.paths.all,
            keys: Vec::new(),
            identities: Vec::new(),
            sets: Vec::new(),
            set_of: Vec::new(),
            found,
            was,
            lacks: states.all.iter().map(|state| state.lack.clone()).collect(),
            identity_of: HashMap::new(),
            local_okep: numbers.local.all.iter().map(|local| local.okep).collect(),
            unlisted,
            nobody,
        };
        let (mut identities, mut sets) = (Numbered::default(), Numbered::default());
        for state in 0..states.all.len() {
            let mut marks: Vec<u32> = Vec::new();
            let mut identity_of = std::mem::take(&mut verdicts.identity_of);
            for recorded in verdicts.recorded(state) {
                let local = &numbers.local.all[recorded.local as usize];
                let who = verdicts.who(state, recorded);
                marks.push(*identity_of.entry((recorded.local, who)).or_insert_with(|| {
                    let (rule, subject) = (local.rule, local.subject.clone());
                    let (registration, navigation) = (local.registration, local.navigation);
                    identities.number(KnownIdentity { rule, who, subject, registration, navigation })
                }));
            }
            verdicts.identity_of = identity_of;
            verdicts.set_of.push(sets.number(verdicts.set(state, marks)));
        }
        (verdicts.keys, verdicts.identities, verdicts.sets) = (numbers.okeps.all, identities.all, sets.all);
        verdicts
    }

    /// What was found in a state; none where it could not be read.
    pub fn state(&self, state: usize) -> Option<&StateVerdict> {
        self.found.states[self.was[state] as usize].as_ref()
    }

    fn set(&self, state: usize, mut identities: Vec<u32>) -> Set {
        let Some(verdict) = self.state(state) else {
            return Set { all_unknown: true, ..Set::default() };
        };
        identities.sort_unstable();
        let mut marks: Vec<FindingId> = Vec::with_capacity(identities.len());
        for identity in identities {
            let nth = marks.last().filter(|mark| mark.identity == identity).map_or(0, |mark| mark.nth + 1);
            marks.push(FindingId { identity, nth });
        }
        let pages = self.pages(verdict).filter(|page| !page.facts.is_known);
        let who = |page: &FoundPage| Some(self.listed(verdict, page.path)?.who);
        let unclear = |o: &&Listed| matches!(o.shown, ShownFinding::Unknown | ShownFinding::Unread);
        Set {
            marks: marks.into(),
            unknown: sorted(pages.filter_map(who).chain(verdict.unread.iter().copied())),
            unshown: sorted(verdict.okeps.iter().filter(unclear).map(|listed| listed.who)),
            registers_unread: verdict.registers_unread,
            all_unknown: false,
        }
    }

    fn pages<'a>(&'a self, verdict: &'a StateVerdict) -> impl Iterator<Item = &'a FoundPage> {
        verdict.pages.iter().map(|page| &self.found.pages[*page as usize])
    }

    /// The OKEP at a path of a state.
    fn listed<'a>(&self, verdict: &'a StateVerdict, path: u32) -> Option<&'a Listed> {
        let at = verdict.okeps.binary_search_by_key(&path, |listed| listed.path).ok()?;
        Some(&verdict.okeps[at])
    }

    /// The findings of a state that its documents do not suppress.
    fn recorded(&self, state: usize) -> Vec<&RecordedFinding> {
        let Some(verdict) = self.state(state) else { return Vec::new() };
        let lack = &self.lacks[state];
        let mut recorded: Vec<&RecordedFinding> =
            self.found.trees[verdict.tree as usize].recorded.iter().collect();
        self.pages(verdict).for_each(|page| recorded.extend(&page.recorded));
        let links = || verdict.links.iter().map(|links| &self.found.links[*links as usize]);
        for links in links() {
            let holds = |unless: &[u32]| unless.iter().all(|question| lack.binary_search(question).is_ok());
            recorded
                .extend(links.claims.iter().filter(|(unless, _)| holds(unless)).map(|(_, finding)| finding));
        }
        for suppression in links().flat_map(|links| &links.facts.suppressions) {
            recorded.retain(|finding| !self.is_suppressed(finding, suppression));
        }
        recorded
    }

    fn is_suppressed(&self, finding: &RecordedFinding, suppression: &Suppression) -> bool {
        let okep = self.local_okep[finding.local as usize].map(|path| self.paths[path as usize].as_str());
        suppression.covers_at(finding.rule, &finding.subject, [Some(&*finding.path), okep], &|_| None)
    }

    /// The OKEP that a finding is about in a state.
    fn who(&self, state: usize, finding: &RecordedFinding) -> u32 {
        let Some(path) = self.local_okep[finding.local as usize] else { return self.nobody };
        let listed = self.state(state).and_then(|verdict| self.listed(verdict, path));
        listed.map_or_else(|| self.unlisted[&path], |listed| listed.who)
    }

    /// The findings of some OKEPs in some states; each state is gone through once, on all cores.
    pub fn recorded_of(&self, wanted: impl IntoIterator<Item = (usize, u32)>) -> RecordedOf<'_> {
        let mut okeps: BTreeMap<usize, HashSet<u32>> = BTreeMap::new();
        wanted.into_iter().for_each(|(state, who)| _ = okeps.entry(state).or_default().insert(who));
        let of_state = |(state, okeps): (usize, HashSet<u32>)| {
            let mut of_state = RecordedOf::new();
            for finding in self.recorded(state) {
                let who = self.who(state, finding);
                if okeps.contains(&who) {
                    let identity = self.identity_of[&(finding.local, who)];
                    of_state.entry((state, who)).or_default().push((identity, finding));
                }
            }
            of_state
        };
        okeps.into_par_iter().flat_map_iter(of_state).collect()
    }

    /// The page that the OKEP at a path of a state is; none where it could not be read.
    pub fn page(&self, state: usize, path: u32) -> Option<&FoundPage> {
        let mut pages = self.pages(self.state(state)?);
        let page = pages.find(|page| page.path == path)?;
        Some(page).filter(|page| page.facts.is_known)
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
        let set = &self.sets[self.set_of[state] as usize];
        !set.all_unknown && !set.registers_unread && set.unknown.binary_search(&who).is_err()
    }

    /// A template that could be read.
    pub fn template(&self, file: FileAt) -> Option<&Template> {
        self.found.templates.get(&file).map(|template| &**template)
    }

    pub fn number(&self, path: u32) -> Option<u64> {
        number(&self.paths[path as usize])
    }
}

fn unlisted_key(path: &str) -> OkepKey {
    number(path).map_or_else(|| OkepKey::Path(path.to_owned()), OkepKey::Number)
}

fn sorted(items: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut items: Vec<u32> = items.collect();
    items.sort_unstable();
    items.dedup();
    items
}
