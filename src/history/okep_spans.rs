//! Set arithmetic: when each OKEP was added to the first-parent line, was renamed, left it, and was in nav.

use super::found::{FileAt, Listed, ShownFinding};
use super::timeline::Timeline;
use crate::okep::template_history::Landing;
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};

/// An OKEP from when the line has it; places are indices into the line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OkepSpan {
    pub who: u32,
    pub added: usize,
    /// Whether it is known that it was added just then.
    pub known: bool,
    /// How it landed on the main line; none where it has not.
    pub landing: Option<Landing>,
    /// The commit that first held it; none where that is unknown.
    pub written: Option<u32>,
    /// On how many commits of the line its text or path is new.
    pub revisions: usize,
    /// Every path it had, in order.
    pub paths: Vec<u32>,
    /// Its files, or the last ones that it had.
    pub files: Vec<FileAt>,
    pub listing: NavListing,
    /// When it was removed; none while it is there.
    pub removed: Option<usize>,
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
    /// When they first found it, where that is known.
    pub first: Option<usize>,
    /// From when to when it was there and they did not.
    pub without: Vec<(usize, usize)>,
    /// Since when they do not.
    pub since: Option<usize>,
    /// Whether there ever was a navigation that could say.
    pub was_shown: bool,
    /// Whether some register could not be read.
    pub is_uncertain: bool,
}

impl NavListing {
    fn see(&mut self, at: usize, shown: ShownFinding) {
        self.was_shown |= matches!(shown, ShownFinding::Yes | ShownFinding::No);
        match shown {
            ShownFinding::Yes => {
                // What could not be read before may have shown it.
                self.first = self.first.or((!self.is_uncertain).then_some(at));
                self.end(at);
            }
            ShownFinding::No => self.since = self.since.or(Some(at)),
            ShownFinding::Nowhere => self.end(at),
            // A menu that is generated for a while says nothing.
            ShownFinding::Unknown => {}
            ShownFinding::Unread => self.is_uncertain = true,
        }
    }

    fn end(&mut self, at: usize) {
        self.without.extend(self.since.take().map(|since| (since, at)));
    }
}

impl Timeline<'_> {
    /// Every OKEP that was ever on the line, in the order in which they were added.
    pub fn okeps(&self) -> Vec<OkepSpan> {
        let mut spans: IndexMap<u32, OkepSpan> = IndexMap::new();
        let mut is_open = self.open;
        // Pages that may have been OKEPs.
        let mut maybe: BTreeSet<u32> = BTreeSet::new();
        for (at, state) in self.changes() {
            let Some(verdict) = self.verdicts.state(state) else {
                is_open = true;
                let present = spans.values_mut().filter(|span| span.removed.is_none());
                present.for_each(|span| span.listing.is_uncertain = true);
                continue;
            };
            let mut now: BTreeMap<u32, Vec<&Listed>> = BTreeMap::new();
            verdict.okeps.iter().for_each(|listed| now.entry(listed.who).or_default().push(listed));
            for (who, listed) in &now {
                let is_uncertain = is_open || maybe.contains(who);
                let span = spans.entry(*who).or_insert_with(|| self.arrival(*who, at, is_uncertain));
                let files = listed.iter().filter_map(|listed| self.verdicts.file_at(state, listed.path));
                span.is_at(at, files.collect(), is_uncertain);
                listed.iter().for_each(|listed| span.listing.see(at, listed.shown));
            }
            let is_gone = |span: &&mut OkepSpan| span.removed.is_none() && !now.contains_key(&span.who);
            for span in spans.values_mut().filter(is_gone) {
                if verdict.unread.contains(&span.who) {
                    span.listing.is_uncertain = true;
                } else {
                    (span.removed, span.gone_known) = (Some(at), !is_open);
                    span.listing.end(at);
                }
            }
            maybe = verdict.unread.iter().copied().collect();
            is_open = false;
        }
        spans.values_mut().filter(|span| span.removed.is_none()).for_each(|span| span.last = self.last());
        spans.into_values().collect()
    }

    fn arrival(&self, who: u32, at: usize, is_uncertain: bool) -> OkepSpan {
        let holds = |commit: u32| {
            let verdict = self.verdicts.of_commit(commit)?;
            Some(verdict.okeps.iter().any(|listed| listed.who == who))
        };
        let written = if is_uncertain { None } else { self.origin(self.commits[at], &holds) };
        OkepSpan { who, added: at, known: !is_uncertain, written, ..OkepSpan::default() }
    }
}

impl OkepSpan {
    fn is_at(&mut self, at: usize, files: Vec<FileAt>, is_uncertain: bool) {
        let removed = self.removed.take();
        self.absences.extend(removed.map(|removed| (removed, at)));
        self.last = at;
        self.listing.is_uncertain |= is_uncertain;
        let before = std::mem::replace(&mut self.files, files);
        if removed.is_none() && before == self.files {
            return;
        }
        self.revisions += 1;
        let held = |path: u32, files: &[FileAt]| files.iter().any(|f| f.path == path);
        // What comes back was at its last path, and comes with all of its files.
        let left = if removed.is_some() { before.len().saturating_sub(1) } else { 0 };
        let went = before[left..].iter().find(|f| !held(f.path, &self.files));
        let came = self.files.iter().find(|f| removed.is_some() || !held(f.path, &before));
        let known = !is_uncertain;
        let moved = went.zip(came).map(|(from, to)| Move { at, from: from.path, to: to.path, known });
        self.moves.extend(moved);
        for FileAt { path, .. } in &self.files {
            if !self.paths.contains(path) {
                self.paths.push(*path);
            }
        }
    }
}
