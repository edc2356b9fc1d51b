//! From a walk to a report: what the other files of this folder compute, one after the other.

use super::audits::Audits;
use super::found::FoundInStates;
use super::links::lacking;
use super::report::{FindingStory, Story};
use super::reporter::Reporter;
use super::states::{States, outside};
use super::timeline::Timeline;
use super::verdicts::Verdicts;
use super::walk::Walk;
use crate::audit::identity::OkepKey;
use crate::files::{Layout, Note, tidy};
use crate::git::{MainLine, Repo};
use crate::okep::landings::LandingsOverTime;
use crate::okep::requirements::Requirements;
use crate::okep::snapshot::Parsed;
use crate::okep::template_history::TemplateRevision;
use std::collections::BTreeSet;
use std::mem::ManuallyDrop;
use std::sync::Arc;

/// The report on a walk; landings are those of the line `main`. `parsed` keeps what was parsed of the last states.
pub fn tell(repo: &Arc<Repo>, walk: &Walk, layout: &Layout, main: &MainLine, parsed: &Parsed) -> Story {
    let (landings, outside) = rayon::join(
        || LandingsOverTime::new(repo, main, layout, |tip| walk.line_of(tip)),
        || outside(repo, walk, layout),
    );
    let mut states = States::new(walk, &landings, outside);
    let revisions = landings.newest().history.templates.split_last();
    let names = |last: &TemplateRevision, before: &[TemplateRevision]| {
        Requirements::new(&last.template, None, before, Arc::default())
    };
    let names = revisions.map(|(last, before)| names(last, before));
    let mut found = FoundInStates { layout: layout.clone(), names, ..FoundInStates::default() };
    // What all states share is freed by the end of the process, which is faster than to drop it value by value.
    let mut audits = ManuallyDrop::new(Audits::new(repo, layout, landings, parsed.clone()));
    audits.all(walk, &states, &mut found);
    if let Some(lack) = lacking(repo, walk, &states, &found) {
        let before = states.refine(&lack);
        found.states = before.iter().map(|state| found.states[*state as usize].clone()).collect();
    }
    let verdicts = ManuallyDrop::new(Verdicts::new(found, &states));
    let line = Timeline::new(walk, &verdicts);
    let mut spans = line.okeps();
    for span in &mut spans {
        if let Some(OkepKey::Landed(line, okep)) = verdicts.found.okeps[span.who as usize] {
            span.landing = Some(audits.landings.lines[line].newest.history.landings[okep].clone());
        }
    }
    let mut reporter = Reporter::new(repo, &line);
    let mut okeps = reporter.okeps(&spans);
    let mut findings = reporter.findings(&line.findings());
    let of_history = [reporter.of_landings(&spans), reporter.of_commits(&spans)].concat();
    // Of these the states know nothing.
    for finding in of_history.iter().filter(|finding| finding.fixed.is_none()) {
        let okep = okeps.iter_mut().find(|okep| finding.okep.as_ref() == Some(&okep.path));
        okep.into_iter().for_each(|okep| okep.now.add(finding.severity));
    }
    findings.extend(of_history);
    let templates = reporter.templates(&findings, &mut audits);
    fn key(f: &FindingStory) -> impl Ord {
        let introduced = f.introduced.as_ref().map(|introduced| &introduced.landed.date);
        (&f.path, f.rule, &f.subject, introduced, f.number, &f.okep)
    }
    findings.sort_by(|a, b| key(a).cmp(&key(b)));
    reporter.note_folder();
    let unread = audits.unread.iter().chain(&walk.unread).cloned();
    let (missing_objects, unread): (BTreeSet<Note>, BTreeSet<Note>) =
        unread.partition(|note| note.kind == "missing-object");
    let missing = missing_objects.len();
    if missing > 1 {
        let message =
            format!("{missing} objects are missing from this repository; what depends on them is unknown");
        reporter.note(Note::new("missing-objects", message));
    }
    let walked = reporter.walked(missing);
    let mut notes = reporter.notes.into_inner();
    let damaged = unread.iter().any(Note::is_unreadable);
    // Of missing objects one is named, and the rest are counted.
    notes.extend(walk.notes.iter().cloned().chain(unread).chain(missing_objects.into_iter().take(1)));
    tidy(&mut notes);
    Story { walk: walked, okeps, templates, findings, notes, damaged }
}
