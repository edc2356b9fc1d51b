//! The report on each OKEP: when it landed, where it was, and what it has now.

use super::okep_spans::OkepSpan;
use super::report::{Author, NavPresence, OkepStory};
use super::reporter::Reporter;
use super::shared::Shared;
use crate::audit::report::Counts;
use crate::files::Note;

impl Reporter<'_> {
    /// The OKEPs that were ever on the line, by path; later parts need their names.
    pub fn okeps(&mut self, stays: &[OkepSpan]) -> Vec<OkepStory> {
        let mut okeps: Vec<OkepStory> = Vec::new();
        for stay in stays {
            let okep = self.okep(stay);
            self.about.insert(stay.who, (okep.number, okep.path.clone()));
            okeps.push(okep);
        }
        okeps.sort_by(|a, b| (&a.path, a.number).cmp(&(&b.path, b.number)));
        okeps
    }

    fn okep(&mut self, stay: &OkepSpan) -> OkepStory {
        let last = self.state(stay.last);
        let listed = self.verdicts.okeps(last).into_iter().flat_map(Shared::iter).find(|o| o.who == stay.who);
        let path = listed.map_or(stay.path, |l| l.path);
        let document = self.verdicts.document(self.catalog, last, path);
        let name = |path: u32| self.catalog.paths[path as usize].path.clone();
        let end = stay.removed_paths.unwrap_or(self.last());
        let listing = &stay.listing;
        let registered = listing.first_known().filter(|_| stay.known).and_then(|at| {
            Some(NavPresence { at: self.place(at), days_after_landing: self.days(stay.came, at)? })
        });
        let unregistered = || listing.all_without(end).map(|(from, to)| self.days(from, to)).sum();
        let came = self.state(stay.came);
        let then_known = stay.known && self.verdicts.is_known(came, stay.who);
        let story = OkepStory {
            number: self.number(stay.who).or(document.and_then(|d| d.number)),
            path: name(path),
            title: document.and_then(|d| d.title.as_deref()).map(str::to_owned),
            landed: stay.known.then(|| self.place(stay.came)),
            written: stay.written.map(|commit| Author {
                commit: self.walk.ids[commit as usize].to_string(),
                author: self.commit_info[&commit].author.clone(),
                date: self.commit_info[&commit].date.clone(),
            }),
            revisions: stay.revisions,
            paths: stay.paths.iter().map(|p| name(*p)).collect(),
            days_unregistered: Some(())
                .filter(|()| listing.was_shown && !listing.uncertainty)
                .and_then(|()| unregistered()),
            register_unread: listing.uncertainty,
            is_unregistered: listing.is_without(),
            registered,
            deleted: stay.removed_paths.filter(|_| stay.gone_known).map(|at| self.place(at)),
            when_landed: then_known.then(|| self.counts(came, stay.who)),
            now: if stay.removed_paths.is_some() { Counts::default() } else { self.counts(last, stay.who) },
            now_known: stay.removed_paths.is_some() || self.verdicts.is_known(last, stay.who),
        };
        self.note_moves(stay, &story);
        story
    }

    fn note_moves(&mut self, stay: &OkepSpan, story: &OkepStory) {
        let name = |path: u32| self.catalog.paths[path as usize].path.as_str();
        // What happened at a place that could not be read happened there, or before.
        let when = |known: bool| if known { "" } else { "or before " };
        for moved in &stay.moves {
            let place = self.place(moved.at);
            let (from, when) = (name(moved.from), when(moved.known));
            let message = format!("moved from `{from}` on {when}{} by {}", place.date, place.commit);
            self.notes.push(Note::at("moved", name(moved.to), message));
        }
        for (removed_paths, back) in &stay.absences {
            let (removed_paths, back) = (self.place(*removed_paths), self.place(*back));
            let message = format!(
                "removed on {} by {} and restored on {} by {}",
                removed_paths.date, removed_paths.commit, back.date, back.commit
            );
            self.notes.push(Note::at("returned", &story.path, message));
        }
        if let Some(at) = stay.removed_paths {
            let place = self.place(at);
            let message = format!("removed on {}{} by {}", when(stay.gone_known), place.date, place.commit);
            self.notes.push(Note::at("deleted", &story.path, message));
        }
    }

    fn counts(&self, state: usize, who: u32) -> Counts {
        let mut counts = Counts::default();
        let recorded = self.verdicts.recorded_of(self.catalog, state, who);
        recorded.iter().for_each(|t| counts.add(t.severity));
        counts
    }
}
