//! The report on each OKEP: when it landed, where it was, and what it has now.

use super::okep_spans::OkepSpan;
use super::report::{Author, OkepStory};
use super::reporter::Reporter;
use super::verdicts::RecordedOf;
use crate::audit::report::Counts;
use crate::files::Note;
use crate::text::path;

impl Reporter<'_> {
    /// The OKEPs that were ever on the line, by path; later parts need their names.
    pub fn okeps(&mut self, spans: &[OkepSpan]) -> Vec<OkepStory> {
        let states = |span: &OkepSpan| [span.added, span.last].map(|at| (self.line.state(at), span.who));
        let recorded = self.verdicts.recorded_of(spans.iter().flat_map(states));
        let mut okeps: Vec<OkepStory> = spans.iter().map(|span| self.okep(span, &recorded)).collect();
        let about = |(span, okep): (&OkepSpan, &OkepStory)| (span.who, (okep.number, okep.path.clone()));
        self.about = spans.iter().zip(&okeps).map(about).collect();
        okeps.sort_by(|a, b| (&a.path, a.number).cmp(&(&b.path, b.number)));
        okeps
    }

    fn okep(&self, span: &OkepSpan, recorded: &RecordedOf) -> OkepStory {
        let last = self.line.state(span.last);
        let listed = self.verdicts.okeps(last).iter().find(|o| o.who == span.who);
        let path = listed.map_or_else(|| span.files[span.files.len() - 1].path, |l| l.path);
        let facts = self.verdicts.facts(last, path);
        let end = span.removed.unwrap_or(self.line.last());
        let (listing, landing) = (&span.listing, span.landing.as_ref());
        let has_landed_here = self.landed_with(span).is_some();
        let first = listing.first.filter(|_| has_landed_here);
        let registered = first.and_then(|at| Some((self.place(at), self.days(span.added, at)?)));
        let without = listing.without.iter().copied().chain(listing.since.map(|since| (since, end)));
        let unregistered = || without.map(|(from, to)| self.days(from, to)).sum();
        let is_known = listing.was_shown && !listing.is_uncertain;
        let came = self.line.state(span.added);
        let then_known = has_landed_here && self.verdicts.is_known(came, span.who);
        let counts = |state: usize| {
            let mut counts = Counts::default();
            let recorded = recorded.get(&(state, span.who)).into_iter().flatten();
            recorded.for_each(|finding| counts.add(finding.severity));
            counts
        };
        let story = OkepStory {
            number: path::number(self.verdicts.path(path)).or(facts.and_then(|facts| facts.number)),
            path: self.verdicts.path(path).to_owned(),
            title: facts.and_then(|facts| facts.title.clone()),
            added: span.known.then(|| self.place(span.added)),
            has_landed: landing.is_some(),
            landed: landing.and_then(|landing| Some(self.landing_place(landing.revision.as_ref()?))),
            written: span.written.map(|commit| Author {
                commit: self.id(commit).to_string(),
                author: self.info(commit).author.clone(),
                date: self.info(commit).date.clone(),
            }),
            revisions: span.revisions,
            paths: span.paths.iter().map(|path| self.verdicts.path(*path).to_owned()).collect(),
            days_unregistered: if is_known { unregistered() } else { None },
            register_unread: listing.is_uncertain,
            is_unregistered: listing.since.is_some(),
            registered,
            deleted: span.removed.filter(|_| span.gone_known).map(|at| self.place(at)),
            when_landed: then_known.then(|| counts(came)),
            now: if span.removed.is_some() { Counts::default() } else { counts(last) },
            now_known: span.removed.is_some() || self.verdicts.is_known(last, span.who),
        };
        self.note_moves(span, &story);
        story
    }

    fn note_moves(&self, span: &OkepSpan, story: &OkepStory) {
        // What happened at a place that could not be read happened there, or before.
        let when = |known: bool| if known { "" } else { "or before " };
        let by = |at: usize| {
            let place = self.place(at);
            format!("{} by {}", place.date, place.commit)
        };
        for moved in &span.moves {
            let (from, to) = (self.verdicts.path(moved.from), self.verdicts.path(moved.to));
            let message = format!("moved from `{from}` on {}{}", when(moved.known), by(moved.at));
            self.note(Note::at("moved", to, message));
        }
        for (removed, back) in &span.absences {
            let message = format!("removed on {} and restored on {}", by(*removed), by(*back));
            self.note(Note::at("returned", &story.path, message));
        }
        if let Some(at) = span.removed {
            let message = format!("removed on {}{}", when(span.gone_known), by(at));
            self.note(Note::at("deleted", &story.path, message));
        }
    }
}
