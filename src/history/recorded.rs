//! From a walk to a report: what the other files of this folder compute, one after the other.

use super::audits::Audits;
use super::links::lacking;
use super::numbers::{Numbering, PresentNames};
use super::okep_spans::OkepSpan;
use super::report::{FindingStory, Story};
use super::reporter::Reporter;
use super::states::{States, outside};
use super::template_reports::{TemplatePlace, template_places};
use super::timeline::{FindingSpan, Timeline, TimelineRow};
use super::verdicts::Verdicts;
use super::walk::Walk;
use crate::files::{Layout, Note};
use crate::git::{MainLine, Repo};
use crate::okep::landings::LandingsOverTime;
use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The report on a walk; landings are those of the line `main`.
pub fn tell(repo: &Arc<Repo>, walk: &Walk, layout: &Layout, main: &MainLine) -> Story {
    let (landings, outside) = rayon::join(
        || LandingsOverTime::new(repo, main, layout, |tip| walk.line_of(tip)),
        || outside(repo, walk, layout),
    );
    let mut states = States::new(walk, &landings, outside);
    let names = PresentNames::of(landings.newest());
    let mut numbers = Numbering::new(layout, &names);
    let mut audits = Audits::new(repo, layout, landings);
    let mut found = audits.all(walk, &states, &mut numbers);
    if let Some(lack) = lacking(repo, layout, walk, &states, &found, &numbers.questions.all) {
        let before = states.refine(&lack);
        found.states = before.iter().map(|state| found.states[*state as usize].clone()).collect();
    }
    let verdicts = Verdicts::new(found, &states, numbers);
    let line = TimelineRow::new(&walk.graph, 0);
    let timeline = Timeline { graph: &walk.graph, line: &line, states: &states, verdicts: &verdicts };
    let (findings_on_line, spans) = (timeline.findings(), timeline.okeps());
    let templates = template_places(&timeline);
    let commits = wanted(&line, &findings_on_line, &spans, &templates);
    let mut reporter = Reporter {
        repo,
        layout,
        walk,
        line: &line,
        states: &states,
        verdicts: &verdicts,
        names: &names,
        commit_info: HashMap::new(),
        about: HashMap::new(),
        backwards: Cell::new(false),
        notes: Vec::new(),
    };
    reporter.look_up(&commits);
    let okeps = reporter.okeps(&spans);
    let mut findings = reporter.findings(&findings_on_line);
    findings.extend(reporter.of_landings(&spans));
    findings.extend(reporter.of_commits(&spans));
    let templates = reporter.templates(&templates, &findings, &mut audits);
    findings.sort_by(|a, b| {
        let key = |f: &FindingStory| f.introduced.as_ref().map(|i| i.landed.date.clone());
        let place = (&a.path, a.rule, &a.subject).cmp(&(&b.path, b.rule, &b.subject));
        place.then_with(|| (key(a), a.number, &a.okep).cmp(&(key(b), b.number, &b.okep)))
    });
    reporter.note_folder();
    if reporter.backwards.get() {
        let message = "commit dates go backwards in places; days between those are not counted";
        reporter.notes.push(Note::new("dates", message));
    }
    let unread = verdicts.found.unread.and(&audits.unread);
    let mut story = Story {
        walk: reporter.walked(),
        okeps,
        templates,
        findings,
        notes: reporter.notes,
        damaged: walk.damaged || unread.is_damaged(),
    };
    story.walk.missing_objects = walk.missing + unread.missing();
    story.notes.extend(walk.notes.iter().chain(unread.notes()).cloned());
    if story.walk.missing_objects > 1 {
        let message = format!(
            "{} objects are missing from this repository; what depends on them is unknown",
            story.walk.missing_objects
        );
        story.notes.push(Note::new("missing-objects", message));
    }
    story.notes.sort();
    story.notes.dedup();
    story
}

/// The commits whose author, day or subject is reported.
fn wanted(
    line: &TimelineRow,
    findings: &[FindingSpan],
    spans: &[OkepSpan],
    templates: &[TemplatePlace],
) -> Vec<u32> {
    let at = |place: usize| line.commits[place];
    let mut wanted: BTreeSet<u32> =
        line.commits.first().into_iter().chain(line.commits.last()).copied().collect();
    for span in findings {
        wanted.extend(span.written);
        wanted.insert(at(span.introduced));
        wanted.extend(span.fixed.iter().flat_map(|(place, fixed)| [at(*place), *fixed]));
    }
    for span in spans {
        wanted.extend(span.written);
        let places = [Some(span.landed), span.listing.first, span.removed].into_iter().flatten();
        let spans = span.absences.iter().chain(&span.listing.without).flat_map(|(from, to)| [*from, *to]);
        let since = span.listing.all_without(span.landed).map(|(from, _)| from);
        wanted.extend(places.chain(spans).chain(since).chain(span.moves.iter().map(|m| m.at)).map(at));
    }
    wanted.extend(templates.iter().map(|template| at(template.at)));
    wanted.into_iter().collect()
}
