//! Set arithmetic: which findings each commit of the first-parent line introduced and fixed.
//!
//! The line gets a finding with the commit that has it while the one before has not; it was written by the
//! commit that has it while none of its parents has. It is fixed in the same way. What a file that could not
//! be read has is unknown: it is neither introduced nor fixed.

use super::catalog::{Catalog, FolderContents};
use super::graph::Graph;
use super::landings::landings_ever;
use super::shared::{Shared, Sharing};
use super::state::{FindingId, Landed, Set};
use super::verdicts::Verdicts;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The first-parent line that is reported.
#[derive(Debug, Default)]
pub struct TimelineRow {
    /// Oldest first.
    pub commits: Vec<u32>,
    /// Whether history goes on before the first of them.
    pub open: bool,
    /// For each commit of the graph, with which commit of the line it was merged, as an index into the line.
    pub brought: Vec<u32>,
}

/// A finding from when it was introduced on the line until it was fixed; places are indices into the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingSpan {
    pub mark: FindingId,
    pub came: usize,
    /// The commit that introduced it, none where that is unknown.
    pub written: Option<u32>,
    /// When it was fixed, and by which commit.
    pub removed_paths: Option<(usize, u32)>,
}

impl TimelineRow {
    pub fn new(graph: &Graph, tip: u32) -> Self {
        let (commits, open) = graph.line(tip);
        let brought = graph.introduced_by(&commits);
        TimelineRow { commits, open, brought }
    }

    /// The places of the line whose state differs from the one before, with that state.
    pub fn changes<'a>(&'a self, catalog: &'a Catalog) -> impl Iterator<Item = (usize, usize)> + 'a {
        let state = |at: usize| catalog.state_of[self.commits[at] as usize] as usize;
        let is_new = move |at: &usize| *at == 0 || state(*at) != state(at - 1);
        (0..self.commits.len()).filter(is_new).map(move |at| (at, state(at)))
    }

    /// For each path the templates in force when the OKEP at it landed; none where that is unknown.
    pub fn landings(&self, catalog: &Catalog) -> Vec<Option<Landed>> {
        let mut landed: HashMap<String, Option<Landed>> = HashMap::new();
        let mut stretch = Stretch::new(self.open);
        for (_, state) in self.changes(catalog) {
            let state = catalog.states[state];
            match &catalog.folders[state.key as usize] {
                Some(folder) => {
                    let book = catalog.in_force[state.in_force as usize];
                    stretch.add(folder, Landed { chain: book.chain, stands: book.stands, is_known: true });
                }
                // What is there after this landed here or later, which is unknown.
                None => std::mem::replace(&mut stretch, Stretch::new(true)).tell(catalog, &mut landed),
            }
        }
        stretch.tell(catalog, &mut landed);
        catalog.paths.iter().map(|info| landed.get(&info.path).copied().flatten()).collect()
    }
}

/// A part of the line that could be read.
struct Stretch {
    /// Whether there is something before it.
    open: bool,
    /// The numbers of the paths of each state that has others than the one before.
    paths: Vec<Shared<u32>>,
    sharing: Sharing<u32>,
    landed: Vec<Landed>,
}

impl Stretch {
    fn new(open: bool) -> Self {
        Stretch { open, paths: Vec::new(), sharing: Sharing::default(), landed: Vec::new() }
    }

    fn add(&mut self, folder: &FolderContents, landed: Landed) {
        let paths: Vec<u32> = folder.files.iter().map(|f| f.path).collect();
        let paths = self.sharing.share(&paths);
        if self.paths.last() != Some(&paths) {
            self.paths.push(paths);
            self.landed.push(landed);
        }
    }

    /// The first landing of a path counts.
    fn tell(self, catalog: &Catalog, all: &mut HashMap<String, Option<Landed>>) {
        let nothing = Shared::default();
        let before = std::iter::once(&nothing).chain(&self.paths);
        let unlike = |one: &Shared<u32>, other: &Shared<u32>| -> BTreeSet<&str> {
            one.unlike(other).map(|path| catalog.paths[*path as usize].path.as_str()).collect()
        };
        let changes = before.zip(&self.paths).map(|(before, now)| {
            let (removed_paths, came) = (unlike(before, now), unlike(now, before));
            (
                removed_paths.difference(&came).copied().collect(),
                came.difference(&removed_paths).copied().collect(),
            )
        });
        for (path, at) in landings_ever(changes, self.open) {
            let edge = || Landed { is_known: false, ..self.landed[0] };
            all.entry(path.to_owned()).or_insert_with(|| Some(at.map_or_else(edge, |at| self.landed[at])));
        }
    }
}

/// What the arithmetic is computed from.
pub struct Timeline<'a> {
    pub graph: &'a Graph,
    pub line: &'a TimelineRow,
    pub catalog: &'a Catalog,
    pub verdicts: &'a Verdicts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Has {
    Yes,
    No,
    Unknown,
}

impl Timeline<'_> {
    fn set(&self, commit: u32) -> &Set {
        let state = self.catalog.state_of[commit as usize];
        &self.verdicts.sets[self.verdicts.set_of[state as usize] as usize]
    }

    fn has(&self, commit: u32, mark: FindingId) -> Has {
        let set = self.set(commit);
        if set.marks.find(|other| other.cmp(&mark)).is_some() {
            return Has::Yes;
        }
        let identity = &self.verdicts.identities[mark.identity as usize];
        if set.leaves_open(identity) { Has::Unknown } else { Has::No }
    }

    /// Every finding that was ever on the line, in the order in which they were introduced.
    pub fn lives(&self) -> Vec<FindingSpan> {
        let mut lives: Vec<FindingSpan> = Vec::new();
        let mut open: BTreeMap<FindingId, usize> = BTreeMap::new();
        // Those of them that the last state may have.
        let mut hidden: BTreeSet<FindingId> = BTreeSet::new();
        let nothing = Shared::default();
        let mut before: Option<&Set> = None;
        for (at, _) in self.line.changes(self.catalog) {
            let set = self.set(self.line.commits[at]);
            if before == Some(set) {
                continue;
            }
            let marks_before = before.map_or(&nothing, |before| &before.marks);
            let mut candidates = std::mem::take(&mut hidden);
            candidates.extend(marks_before.unlike(&set.marks));
            for mark in candidates {
                let Some(life) = open.get(&mark).copied() else { continue };
                match self.has(self.line.commits[at], mark) {
                    Has::Yes => {}
                    Has::Unknown => {
                        hidden.insert(mark);
                    }
                    Has::No => {
                        open.remove(&mark);
                        lives[life].removed_paths = Some((at, self.fixed(at, &|c| self.has(c, mark))));
                    }
                }
            }
            for mark in set.marks.unlike(marks_before) {
                if !open.contains_key(mark) {
                    open.insert(*mark, lives.len());
                    let written = self.written(at, *mark, before);
                    lives.push(FindingSpan { mark: *mark, came: at, written, removed_paths: None });
                }
            }
            before = Some(set);
        }
        lives
    }

    /// The commit that introduced a finding of the line at `at`, where that is known.
    fn written(&self, at: usize, mark: FindingId, before: Option<&Set>) -> Option<u32> {
        let identity = &self.verdicts.identities[mark.identity as usize];
        if before.map_or(self.line.open, |set| set.leaves_open(identity)) {
            return None;
        }
        self.origin(self.line.commits[at], &|c| self.has(c, mark))
    }

    /// The commit behind `from` that has something while none of its parents has it.
    ///
    /// A merge that has it from one of its parents did not introduce it; where several have it, the first of
    /// them counts.
    pub(super) fn origin(&self, from: u32, has: &dyn Fn(u32) -> Has) -> Option<u32> {
        let mut commit = from;
        loop {
            let parents = self.graph.parents(commit);
            let which = |wanted: Has| parents.iter().copied().find(|p| has(*p) == wanted);
            match which(Has::Yes).or_else(|| which(Has::Unknown)) {
                Some(parent) => commit = parent,
                None => return (has(commit) == Has::Yes && !self.graph.is_cut(commit)).then_some(commit),
            }
        }
    }

    /// The commit merged by the line's commit `at` that lacks something while all of its parents have it; the
    /// commit of the line itself where the merge fixed it.
    fn fixed(&self, at: usize, has: &dyn Fn(u32) -> Has) -> u32 {
        let landed = self.line.commits[at];
        let mut seen = BTreeSet::from([landed]);
        let mut next = std::collections::VecDeque::from([landed]);
        while let Some(commit) = next.pop_front() {
            let parents = self.graph.parents(commit);
            if !parents.is_empty() && parents.iter().all(|p| has(*p) == Has::Yes) {
                return commit;
            }
            let inside = |p: &&u32| self.line.brought[**p as usize] as usize == at && has(**p) == Has::No;
            next.extend(parents.iter().filter(inside).filter(|p| seen.insert(**p)));
        }
        landed
    }
}
