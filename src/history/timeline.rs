//! Set arithmetic: what came to the first-parent line and left it, and which commits wrote that.
//!
//! A finding comes to the line with the commit that has it while the one before has not; it was written
//! by the commit that has it while none of its parents has. It leaves in the same way. What a file that
//! could not be read says about itself is unknown: it neither comes nor goes.

use super::catalog::{Catalog, FileAt, Holding};
use super::graph::{Graph, NONE};
use super::shared::{Shared, Sharing};
use super::state::{FindingId, Landed, Listed, Set, ShownFinding};
use super::verdicts::Verdicts;
use crate::okep::template_history::landings_ever;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The first-parent line that is told.
#[derive(Debug, Default)]
pub struct TimelineRow {
    /// Oldest first.
    pub commits: Vec<u32>,
    /// Whether history goes on before the first of them.
    pub open: bool,
    /// For each commit of the graph, which commit of the line brought it, as an index into it.
    pub brought: Vec<u32>,
}

/// A finding from when it came to the line until it left it; places are indices into the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingSpan {
    pub mark: FindingId,
    pub came: usize,
    /// The commit that brought it, none where that cannot be known.
    pub written: Option<u32>,
    /// When it left, and the commit that mended it.
    pub removed_paths: Option<(usize, u32)>,
}

/// An OKEP from when it came to the line; places are indices into the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OkepSpan {
    pub who: u32,
    pub came: usize,
    /// Whether it is known that it came just then.
    pub known: bool,
    /// The commit that first held it; none where that cannot be known.
    pub written: Option<u32>,
    /// On how many commits of the line its text or path is new.
    pub revisions: usize,
    /// Every path it had, in order.
    pub paths: Vec<u32>,
    /// The last of them.
    pub path: u32,
    pub listing: NavListing,
    pub removed_paths: Option<usize>,
    /// Whether it is known that it went just then.
    pub gone_known: bool,
    /// The last place at which it stood and could be read.
    pub last: usize,
    pub moves: Vec<Move>,
    /// When it went and came back.
    pub absences: Vec<(usize, usize)>,
}

/// Another path of an OKEP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    pub at: usize,
    pub from: u32,
    pub to: u32,
    /// Whether it is known that it moved just then.
    pub known: bool,
}

/// Whether readers found an OKEP in the navigation; places are indices into the line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NavListing {
    /// When they first found it.
    pub first: Option<usize>,
    /// From when to when it stood and they did not.
    pub without: Vec<(usize, usize)>,
    /// Since when they do not.
    since: Option<usize>,
    /// Whether there ever was a navigation that could say.
    pub told: bool,
    /// Whether some register could not be read.
    pub uncertainty: bool,
    first_in_doubt: bool,
}

impl NavListing {
    fn see(&mut self, at: usize, shown: ShownFinding) {
        self.told |= matches!(shown, ShownFinding::Yes | ShownFinding::No);
        match shown {
            ShownFinding::Yes => {
                self.first.get_or_insert(at);
                self.end(at);
            }
            ShownFinding::No => {
                self.since.get_or_insert(at);
            }
            ShownFinding::Nowhere => self.end(at),
            // What hides the menu for a while settles nothing.
            ShownFinding::Unknown => {}
            ShownFinding::Unread => self.uncertainty(),
        }
    }

    fn uncertainty(&mut self) {
        self.uncertainty = true;
        self.first_in_doubt |= self.first.is_none();
    }

    fn end(&mut self, at: usize) {
        self.without.extend(self.since.take().map(|since| (since, at)));
    }

    /// When readers first found it, where that is known.
    pub fn first_known(&self) -> Option<usize> {
        self.first.filter(|_| !self.first_in_doubt)
    }

    /// Whether readers cannot find it at the end.
    pub fn is_without(&self) -> bool {
        self.since.is_some()
    }

    /// From when to when it stood unregistered, `end` standing for now.
    pub fn all_without(&self, end: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.without.iter().copied().chain(self.since.map(|since| (since, end)))
    }
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
            match &catalog.holdings[state.key as usize] {
                Some(holding) => {
                    let book = catalog.books[state.book as usize];
                    stretch.add(holding, Landed { chain: book.chain, stands: book.stands });
                }
                // What stands after this landed here or later: nobody knows.
                None => std::mem::replace(&mut stretch, Stretch::new(true)).tell(catalog, &mut landed),
            }
        }
        stretch.tell(catalog, &mut landed);
        catalog.paths.iter().map(|info| landed.get(&info.path).copied().flatten()).collect()
    }
}

/// A part of the line that could be read.
struct Stretch {
    /// Whether something goes before it.
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

    fn add(&mut self, holding: &Holding, landed: Landed) {
        let paths: Vec<u32> = holding.files.iter().map(|f| f.path).collect();
        let paths = self.sharing.share(&paths);
        if self.paths.last() != Some(&paths) {
            self.paths.push(paths);
            self.landed.push(landed);
        }
    }

    /// What is told of a path first stays.
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
            all.entry(path.to_owned()).or_insert(at.map(|at| self.landed[at]));
        }
    }
}

/// What the arithmetic stands on.
pub struct Timeline<'a> {
    pub graph: &'a Graph,
    pub line: &'a TimelineRow,
    pub catalog: &'a Catalog,
    pub verdicts: &'a Verdicts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Has {
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

    /// Every finding that ever stood on the line, in the order in which they came.
    pub fn lives(&self) -> Vec<FindingSpan> {
        let mut lives: Vec<FindingSpan> = Vec::new();
        let mut open: BTreeMap<FindingId, usize> = BTreeMap::new();
        // Those of them of which the last state says nothing.
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

    /// The commit that brought a finding to the line at `at`, where that can be known.
    fn written(&self, at: usize, mark: FindingId, before: Option<&Set>) -> Option<u32> {
        let identity = &self.verdicts.identities[mark.identity as usize];
        if before.map_or(self.line.open, |set| set.leaves_open(identity)) {
            return None;
        }
        self.origin(self.line.commits[at], &|c| self.has(c, mark))
    }

    /// The commit behind `from` that has something while none of its parents has it.
    ///
    /// A merge that has it from one of its parents did not bring it; where several have it, the first of
    /// them counts.
    fn origin(&self, from: u32, has: &dyn Fn(u32) -> Has) -> Option<u32> {
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

    /// The commit that the line's commit `at` brought and that lacks something while all of its parents
    /// have it; the commit of the line itself where the merge settled it.
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

    /// Every OKEP that ever stood on the line, in the order in which they came.
    pub fn stays(&self) -> Vec<OkepSpan> {
        let mut stays: Vec<OkepSpan> = Vec::new();
        let mut of: HashMap<u32, usize> = HashMap::new();
        let mut path_kind: BTreeMap<u32, Vec<FileAt>> = BTreeMap::new();
        let mut in_doubt = self.line.open;
        // Pages that may have been OKEPs.
        let mut doubtful: BTreeSet<u32> = BTreeSet::new();
        // The last place that could be read, with its state.
        let mut before: Option<(usize, usize)> = None;
        for (at, state) in self.line.changes(self.catalog) {
            if self.verdicts.okeps(state).is_none() {
                in_doubt = true;
                path_kind.keys().for_each(|who| stays[of[who]].listing.uncertainty());
                continue;
            }
            let unread = self.verdicts.unread(state);
            // Where nothing is in doubt, what is as it was before stays as it is.
            let sure = !in_doubt && doubtful.is_empty() && unread.is_empty();
            let like = before.filter(|_| sure).map(|(_, state)| state);
            let mut now = self.path_kind(state, like);
            if like.is_none() {
                let went = path_kind.keys().filter(|who| !now.contains_key(who));
                now.extend(went.map(|who| (*who, Vec::new())).collect::<Vec<_>>());
            }
            for (who, files) in now.iter().filter(|(_, files)| !files.is_empty()) {
                let uncertainty = in_doubt || doubtful.contains(who);
                let stay = *of.entry(*who).or_insert_with(|| {
                    stays.push(self.arrival(*who, at, uncertainty));
                    stays.len() - 1
                });
                let at_paths: Vec<FileAt> = files.iter().filter_map(|(_, file)| *file).collect();
                stays[stay].stand(at, &at_paths, path_kind.get(who), uncertainty);
                files.iter().for_each(|(listed, _)| stays[stay].listing.see(at, listed.shown));
                path_kind.insert(*who, at_paths);
            }
            for who in now.into_iter().filter(|(_, files)| files.is_empty()).map(|(who, _)| who) {
                let Some(stay) = of.get(&who).filter(|_| path_kind.contains_key(&who)) else { continue };
                let stay = &mut stays[*stay];
                // Where pages were in doubt, each that stood was told so.
                if let Some((at, _)) = before.filter(|_| doubtful.is_empty()) {
                    stay.last = at;
                }
                if unread.contains(&who) {
                    stay.listing.uncertainty();
                } else {
                    stay.go(at, !in_doubt);
                    path_kind.remove(&who);
                }
            }
            doubtful = unread.iter().copied().collect();
            in_doubt = false;
            before = Some((at, state));
        }
        if let Some(end) = self.line.commits.len().checked_sub(1) {
            stays.iter_mut().filter(|s| s.removed_paths.is_none()).for_each(|s| s.last = end);
        }
        stays
    }

    /// The OKEPs of a state with their files. Of two states that are `like` each other only those are told
    /// that may differ, and without files those that went.
    fn path_kind(&self, state: usize, like: Option<usize>) -> BTreeMap<u32, Vec<(Listed, Option<FileAt>)>> {
        let mut path_kind: BTreeMap<u32, Vec<(Listed, Option<FileAt>)>> = BTreeMap::new();
        let (Some(okeps), Some(holding)) = (self.verdicts.okeps(state), self.holding(state)) else {
            return path_kind;
        };
        let with_file = |listed: &Listed| {
            let path = &self.catalog.paths[listed.path as usize].path;
            (*listed, self.catalog.file_at(holding, path))
        };
        let like = like.and_then(|like| self.verdicts.okeps(like).zip(self.holding(like)));
        let Some((okeps_like, holding_like)) = like else {
            okeps.iter().for_each(|o| path_kind.entry(o.who).or_default().push(with_file(o)));
            return path_kind;
        };
        let (files, like) = (&holding.files, &holding_like.files);
        let files = files.unlike(like).chain(like.unlike(files)).map(|file| file.path);
        let listed = okeps.unlike(okeps_like).chain(okeps_like.unlike(okeps)).map(|listed| listed.path);
        for who in files.chain(listed).filter_map(|path| self.verdicts.who_at(path)) {
            path_kind.entry(who).or_default();
        }
        for listed in okeps.iter() {
            if let Some(files) = path_kind.get_mut(&listed.who) {
                files.push(with_file(listed));
            }
        }
        path_kind
    }

    fn holding(&self, state: usize) -> Option<&Holding> {
        self.catalog.holdings[self.catalog.states[state].key as usize].as_ref()
    }

    fn arrival(&self, who: u32, at: usize, in_doubt: bool) -> OkepSpan {
        let holds = |commit: u32| {
            let state = self.catalog.state_of[commit as usize] as usize;
            match self.verdicts.okeps(state) {
                None => Has::Unknown,
                Some(okeps) if okeps.iter().any(|o| o.who == who) => Has::Yes,
                Some(_) => Has::No,
            }
        };
        let written = if in_doubt { None } else { self.origin(self.line.commits[at], &holds) };
        OkepSpan {
            who,
            came: at,
            known: !in_doubt,
            written,
            revisions: 0,
            paths: Vec::new(),
            path: NONE,
            listing: NavListing::default(),
            removed_paths: None,
            gone_known: true,
            last: at,
            moves: Vec::new(),
            absences: Vec::new(),
        }
    }
}

impl OkepSpan {
    fn stand(&mut self, at: usize, files: &[FileAt], before: Option<&Vec<FileAt>>, in_doubt: bool) {
        self.absences.extend(self.removed_paths.take().map(|removed_paths| (removed_paths, at)));
        self.last = at;
        if in_doubt {
            self.listing.uncertainty();
        }
        if before.is_some_and(|before| before == files) {
            return;
        }
        self.revisions += 1;
        let held = |path: u32, files: &[FileAt]| files.iter().any(|f| f.path == path);
        let went = match before {
            Some(before) => before.iter().find(|f| !held(f.path, files)).map(|f| f.path),
            None => Some(self.path).filter(|path| !self.paths.is_empty() && !held(*path, files)),
        };
        let came = files.iter().find(|f| before.is_none_or(|before| !held(f.path, before)));
        let moved = went.zip(came).map(|(from, to)| Move { at, from, to: to.path, known: !in_doubt });
        self.moves.extend(moved);
        for file in files {
            self.path = file.path;
            if !self.paths.contains(&file.path) {
                self.paths.push(file.path);
            }
        }
    }

    fn go(&mut self, at: usize, known: bool) {
        self.removed_paths = Some(at);
        self.gone_known = known;
        self.listing.end(at);
    }
}
