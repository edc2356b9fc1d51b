//! Set arithmetic: when each OKEP landed on the first-parent line, was renamed, left it, and was in nav.

use super::catalog::{FileAt, FolderContents};
use super::graph::NONE;
use super::state::{Listed, ShownFinding};
use super::timeline::{Has, Timeline};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// An OKEP from when it landed; places are indices into the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OkepSpan {
    pub who: u32,
    pub came: usize,
    /// Whether it is known that it landed just then.
    pub known: bool,
    /// The commit that first held it; none where that is unknown.
    pub written: Option<u32>,
    /// On how many commits of the line its text or path is new.
    pub revisions: usize,
    /// Every path it had, in order.
    pub paths: Vec<u32>,
    /// The last of them.
    pub path: u32,
    pub listing: NavListing,
    pub removed_paths: Option<usize>,
    /// Whether it is known that it was removed just then.
    pub gone_known: bool,
    /// The last place at which it was there and could be read.
    pub last: usize,
    pub moves: Vec<Move>,
    /// When it was removed and added again.
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
    /// From when to when it was there and they did not.
    pub without: Vec<(usize, usize)>,
    /// Since when they do not.
    since: Option<usize>,
    /// Whether there ever was a navigation that could say.
    pub was_shown: bool,
    /// Whether some register could not be read.
    pub uncertainty: bool,
    first_in_doubt: bool,
}

impl NavListing {
    fn see(&mut self, at: usize, shown: ShownFinding) {
        self.was_shown |= matches!(shown, ShownFinding::Yes | ShownFinding::No);
        match shown {
            ShownFinding::Yes => {
                self.first.get_or_insert(at);
                self.end(at);
            }
            ShownFinding::No => {
                self.since.get_or_insert(at);
            }
            ShownFinding::Nowhere => self.end(at),
            // A menu that is generated for a while says nothing.
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

    /// From when to when it was not in nav, with `end` for now.
    pub fn all_without(&self, end: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.without.iter().copied().chain(self.since.map(|since| (since, end)))
    }
}

impl Timeline<'_> {
    /// Every OKEP that was ever on the line, in the order in which they landed.
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
            // Where nothing is uncertain, OKEPs that are as before need no look.
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
                // Where pages were uncertain, the last place of each is known already.
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

    /// The OKEPs of a state with their files. Of two states that are `like` each other only those are given
    /// that may differ, and without files those that were removed.
    fn path_kind(&self, state: usize, like: Option<usize>) -> BTreeMap<u32, Vec<(Listed, Option<FileAt>)>> {
        let mut path_kind: BTreeMap<u32, Vec<(Listed, Option<FileAt>)>> = BTreeMap::new();
        let (Some(okeps), Some(folder)) = (self.verdicts.okeps(state), self.folder(state)) else {
            return path_kind;
        };
        let with_file = |listed: &Listed| {
            let path = &self.catalog.paths[listed.path as usize].path;
            (*listed, self.catalog.file_at(folder, path))
        };
        let like = like.and_then(|like| self.verdicts.okeps(like).zip(self.folder(like)));
        let Some((okeps_like, folder_like)) = like else {
            okeps.iter().for_each(|o| path_kind.entry(o.who).or_default().push(with_file(o)));
            return path_kind;
        };
        let (files, like) = (&folder.files, &folder_like.files);
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

    fn folder(&self, state: usize) -> Option<&FolderContents> {
        self.catalog.folders[self.catalog.states[state].key as usize].as_ref()
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
