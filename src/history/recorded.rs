//! From a walk to a report: what the other files of this folder compute, one after the other.

use super::catalog::Catalog;
use super::commit_info::CommitInfo;
use super::number_collisions::number_collisions;
use super::objects::Objects;
use super::okep_spans::OkepSpan;
use super::report::{FindingStory, Story};
use super::reporter::Reporter;
use super::state::Landed;
use super::template_reports::{TemplatePlace, before_templates, template_places};
use super::timeline::{FindingSpan, Timeline, TimelineRow};
use super::verdicts::Verdicts;
use super::walk::Walk;
use crate::files::{Layout, Note};
use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};

/// The report on a walk, whose catalogue is `catalog`; `read_commits` reads authors, days and subjects.
pub fn tell(
    walk: &Walk,
    catalog: &mut Catalog,
    layout: &Layout,
    objects: &impl Objects,
    read_commits: &dyn Fn(&[u32]) -> Vec<CommitInfo>,
) -> Story {
    for (path, nth) in number_collisions(catalog, &walk.graph) {
        catalog.paths[path as usize].nth = nth;
    }
    let line = TimelineRow::new(&walk.graph, 0);
    let landings = line.landings(catalog);
    let landed = |path: u32| landings[path as usize];
    let templates = template_places(&line, catalog);
    let book = catalog.in_force[catalog.state(0).in_force as usize];
    let tip = Landed { chain: book.chain, stands: book.stands, is_known: true };
    let also = before_templates(&line, catalog, &templates);
    let verdicts = Verdicts::new(catalog, walk, layout, &landed, &also, tip, objects);
    let catalog = &*catalog;
    let timeline = Timeline { graph: &walk.graph, line: &line, catalog, verdicts: &verdicts };
    let (lives, stays) = (timeline.lives(), timeline.stays());
    let commits = wanted(&line, &lives, &stays, &templates);
    let infos = read_commits(&commits);
    let commit_info: HashMap<u32, CommitInfo> = commits.into_iter().zip(infos).collect();
    let mut reporter = Reporter {
        walk,
        line: &line,
        catalog,
        verdicts: &verdicts,
        commit_info,
        about: HashMap::new(),
        backwards: Cell::new(false),
        notes: Vec::new(),
    };
    let okeps = reporter.okeps(&stays);
    let mut findings: Vec<FindingStory> = lives.iter().map(|life| reporter.finding(life)).collect();
    findings.extend(reporter.of_landings(&stays));
    findings.extend(reporter.of_commits(read_commits, &layout.folder));
    let templates = reporter.templates(&templates, &findings);
    findings.sort_by(|a, b| {
        let key = |f: &FindingStory| f.introduced.as_ref().map(|i| i.landed.date.clone());
        let place = (&a.path, a.rule, &a.subject).cmp(&(&b.path, b.rule, &b.subject));
        place.then_with(|| (key(a), a.number, &a.okep).cmp(&(key(b), b.number, &b.okep)))
    });
    reporter.note_folder(layout);
    if reporter.backwards.get() {
        let message = "commit dates go backwards in places; days between those are not counted";
        reporter.notes.push(Note::new("dates", message));
    }
    let mut story = Story {
        walk: reporter.walked(),
        okeps,
        templates,
        findings,
        notes: reporter.notes,
        damaged: walk.damaged || catalog.unread.damaged || verdicts.unread.damaged,
    };
    story.walk.missing_objects = walk.missing + catalog.unread.missing + verdicts.unread.missing;
    let notes = [&walk.notes, &catalog.unread.notes, &verdicts.unread.notes];
    story.notes.extend(notes.into_iter().flatten().cloned());
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
    lives: &[FindingSpan],
    stays: &[OkepSpan],
    templates: &[TemplatePlace],
) -> Vec<u32> {
    let at = |place: usize| line.commits[place];
    let mut wanted: BTreeSet<u32> =
        line.commits.first().into_iter().chain(line.commits.last()).copied().collect();
    for life in lives {
        wanted.extend(life.written);
        wanted.insert(at(life.came));
        wanted.extend(life.removed_paths.iter().flat_map(|(place, fixed)| [at(*place), *fixed]));
    }
    for stay in stays {
        wanted.extend(stay.written);
        let places = [Some(stay.came), stay.listing.first, stay.removed_paths].into_iter().flatten();
        let spans = stay.absences.iter().chain(&stay.listing.without).flat_map(|(from, to)| [*from, *to]);
        let since = stay.listing.all_without(stay.came).map(|(from, _)| from);
        wanted.extend(places.chain(spans).chain(since).chain(stay.moves.iter().map(|m| m.at)).map(at));
    }
    wanted.extend(templates.iter().map(|template| at(template.at)));
    wanted.into_iter().collect()
}
