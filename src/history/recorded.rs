//! From a walk to a story: names, days and people for the numbers of the timeline.

use super::catalog::{Catalog, FileAt};
use super::commit_info::CommitInfo;
use super::number_collisions::number_collisions;
use super::report::{
    Author, FindingCause, FindingStory, NavPresence, OkepStory, Story, SubjectPlace, TemplateKind,
    TemplateStory, Transition, Walked,
};
use super::shared::Shared;
use super::state::{FindingId, Landed, Listed, RecordedFinding};
use super::timeline::{FindingSpan, OkepSpan, Timeline, TimelineRow};
use super::verdicts::{Objects, Verdicts};
use super::walk::{Key, Walk};
use crate::audit::identity::OkepKey;
use crate::audit::report::Counts;
use crate::files::{Layout, Note};
use crate::okep::requirements::{TemplateChange, template_change};
use crate::okep::template::Template;
use crate::rules::event::{Event, PullRequest};
use crate::rules::finding::Finding;
use crate::rules::{Check, RULES, rule};
use crate::text::path::Role;
use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};

/// What a walk tells, whose catalogue is `catalog`; `read_commits` says who did what when.
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
    let book = catalog.books[catalog.state(0).book as usize];
    let tip = Landed { chain: book.chain, stands: book.stands };
    let also = before_templates(&line, catalog, &templates);
    let verdicts = Verdicts::new(catalog, walk, layout, &landed, &also, tip, objects);
    let catalog = &*catalog;
    let timeline = Timeline { graph: &walk.graph, line: &line, catalog, verdicts: &verdicts };
    let (lives, stays) = (timeline.lives(), timeline.stays());
    let commits = wanted(&line, &lives, &stays, &templates);
    let told = read_commits(&commits);
    let deeds_of: HashMap<u32, CommitInfo> = commits.into_iter().zip(told).collect();
    let mut telling = Telling {
        walk,
        line: &line,
        catalog,
        verdicts: &verdicts,
        commit_info: deeds_of,
        about: HashMap::new(),
        backwards: Cell::new(false),
        notes: Vec::new(),
    };
    let okeps = telling.okeps(&stays);
    let mut findings: Vec<FindingStory> = lives.iter().map(|life| telling.finding(life)).collect();
    findings.extend(telling.landed_wrongly(&stays));
    findings.extend(telling.misnamed(read_commits, &layout.folder));
    let templates = telling.templates(&templates, &findings);
    findings.sort_by(|a, b| {
        let key = |f: &FindingStory| f.introduced.as_ref().map(|i| i.landed.date.clone());
        let place = (&a.path, a.rule, &a.subject).cmp(&(&b.path, b.rule, &b.subject));
        place.then_with(|| (key(a), a.number, &a.okep).cmp(&(key(b), b.number, &b.okep)))
    });
    telling.tell_folder(layout);
    if telling.backwards.get() {
        let message = "the dates of the line go backwards in places: no day is counted between those";
        telling.notes.push(Note::new("dates", message));
    }
    let mut story = Story {
        walk: telling.walked(),
        okeps,
        templates,
        findings,
        notes: telling.notes,
        damaged: walk.damaged || catalog.damaged || verdicts.damaged,
    };
    story.walk.missing_objects = walk.missing + catalog.missing + verdicts.missing;
    story.notes.extend([&walk.notes, &catalog.notes, &verdicts.notes].into_iter().flatten().cloned());
    if story.walk.missing_objects > 1 {
        let message = format!(
            "{} objects are not in this repository: what hangs on them is unknown, not gone",
            story.walk.missing_objects
        );
        story.notes.push(Note::new("missing-objects", message));
    }
    story.notes.sort();
    story.notes.dedup();
    story
}

/// A place of the line where another template comes into force, or none any more.
struct TemplatePlace {
    at: usize,
    /// None where it was removed.
    chain: Option<u32>,
    kind: TemplateKind,
}

fn template_places(line: &TimelineRow, catalog: &Catalog) -> Vec<TemplatePlace> {
    let mut places: Vec<TemplatePlace> = Vec::new();
    let mut last: Option<u32> = None;
    let mut in_doubt = line.open;
    for (at, state) in line.changes(catalog) {
        let state = catalog.states[state];
        if catalog.holdings[state.key as usize].is_none() {
            in_doubt = true;
            continue;
        }
        let book = catalog.books[state.book as usize];
        let removed = places.last().is_some_and(|p| p.chain.is_none());
        let kind = match (book.chain.filter(|_| book.stands), last) {
            (None, last) if last.is_some() && !removed => Some(TemplateKind::Removed),
            (None, _) => None,
            (chain, last) if chain == last => removed.then_some(TemplateKind::Back),
            _ if in_doubt => Some(TemplateKind::Edge),
            (_, None) => Some(TemplateKind::First),
            _ => Some(TemplateKind::Changed),
        };
        let chain = book.chain.filter(|_| book.stands);
        places.extend(kind.map(|kind| TemplatePlace { at, chain, kind }));
        last = chain.or(last);
        in_doubt = false;
    }
    places
}

/// The OKEPs as they stood before each new template, to be judged by the new one.
fn before_templates(
    line: &TimelineRow,
    catalog: &Catalog,
    templates: &[TemplatePlace],
) -> Vec<(FileAt, u32)> {
    let mut also = Vec::new();
    for at in templates.iter().filter(|t| t.kind == TemplateKind::Changed).map(|t| t.at) {
        let book = catalog.state(line.commits[at]).book;
        let files = catalog.holding(line.commits[at - 1]).into_iter().flat_map(|h| h.files.iter());
        let okeps = files.filter(|f| catalog.path(**f).role == Role::Okep);
        also.extend(okeps.map(|file| (*file, book)));
    }
    also
}

/// The commits whose author, day or subject will be told.
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

struct Telling<'a> {
    walk: &'a Walk,
    line: &'a TimelineRow,
    catalog: &'a Catalog,
    verdicts: &'a Verdicts,
    commit_info: HashMap<u32, CommitInfo>,
    /// Number and path of each OKEP that stood on the line.
    about: HashMap<u32, (Option<u64>, String)>,
    /// Whether dates go backwards along the line.
    backwards: Cell<bool>,
    notes: Vec<Note>,
}

impl Telling<'_> {
    fn walked(&mut self) -> Walked {
        for (commit, commit_info) in &self.commit_info {
            if commit_info.dateless && !self.walk.graph.is_absent(*commit) {
                let message =
                    format!("the date of commit {} cannot be read", self.walk.ids[*commit as usize]);
                self.notes.push(Note::new("bad-date", message));
            }
        }
        let keys = self.walk.keys.iter().filter(|k| matches!(k, Key::Known { .. }));
        let line = &self.line.commits;
        let day = |commit: &u32| self.commit_info[commit].date.clone();
        Walked {
            tips: Vec::new(),
            commits: self.walk.graph.readable(),
            states: keys.count(),
            documents: self.verdicts.documents,
            shallow: self.walk.shallow,
            missing_objects: 0,
            days: line.first().zip(line.last()).map(|(first, last)| (day(first), day(last))),
            line: line.len(),
        }
    }

    fn state(&self, at: usize) -> usize {
        self.catalog.state_of[self.line.commits[at] as usize] as usize
    }

    fn place(&self, at: usize) -> SubjectPlace {
        let commit = self.line.commits[at];
        let commit_info = &self.commit_info[&commit];
        SubjectPlace {
            commit: self.walk.ids[commit as usize].to_string(),
            date: commit_info.date.clone(),
            pull_request: PullRequest::of(&commit_info.subject).map(PullRequest::number),
        }
    }

    fn moment(&self, at: usize, written: u32) -> Transition {
        Transition {
            written: self.walk.ids[written as usize].to_string(),
            author: self.commit_info[&written].author.clone(),
            landed: self.place(at),
        }
    }

    fn last(&self) -> usize {
        self.line.commits.len().saturating_sub(1)
    }

    /// Days between two places of the line; dates that go backwards are no days.
    fn days(&self, from: usize, to: usize) -> Option<i64> {
        let date =
            |at: usize| self.commit_info[&self.line.commits[at]].date.parse::<jiff::civil::Date>().ok();
        let days: i64 = date(from)?.until(date(to)?).ok()?.get_days().into();
        if days < 0 {
            self.backwards.set(true);
        }
        Some(days.max(0))
    }

    fn okeps(&mut self, stays: &[OkepSpan]) -> Vec<OkepStory> {
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
                .filter(|()| listing.told && !listing.uncertainty)
                .and_then(|()| unregistered()),
            register_unread: listing.uncertainty,
            is_unregistered: listing.is_without(),
            registered,
            deleted: stay.removed_paths.filter(|_| stay.gone_known).map(|at| self.place(at)),
            when_landed: then_known.then(|| self.counts(came, stay.who)),
            now: if stay.removed_paths.is_some() { Counts::default() } else { self.counts(last, stay.who) },
            now_known: stay.removed_paths.is_some() || self.verdicts.is_known(last, stay.who),
        };
        self.tell_moves(stay, &story);
        story
    }

    fn tell_moves(&mut self, stay: &OkepSpan, story: &OkepStory) {
        let name = |path: u32| self.catalog.paths[path as usize].path.as_str();
        // What a place that could not be read hides happened there, or before.
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
                "removed on {} by {} and brought back on {} by {}",
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

    /// Says since when there is a folder in an unusual place: what stood elsewhere before is not followed.
    fn tell_folder(&mut self, layout: &Layout) {
        let holds = |at: &usize| {
            self.catalog.holding(self.line.commits[*at]).is_some_and(|holding| !holding.files.is_empty())
        };
        let first = (0..self.line.commits.len()).find(holds).filter(|at| *at > 0);
        if let Some(at) = first.filter(|_| layout.folder != Layout::default().folder) {
            let commit = self.walk.ids[self.line.commits[at] as usize];
            let message = format!(
                "holds pages since commit {commit}; what stood in another folder before is not followed, and \
                 is told as if it had landed then"
            );
            self.notes.push(Note::at("folder", &layout.folder, message));
        }
    }

    fn number(&self, who: u32) -> Option<u64> {
        match &self.verdicts.whos[who as usize] {
            Some(OkepKey::Number(number) | OkepKey::Another(number, _)) => Some(*number),
            Some(OkepKey::Path(_)) | None => None,
        }
    }

    /// Number and path of an OKEP; none for what is about none.
    fn about(&self, who: u32) -> (Option<u64>, Option<String>) {
        match self.about.get(&who) {
            Some((number, path)) => (*number, Some(path.clone())),
            None => (self.number(who), None),
        }
    }

    fn counts(&self, state: usize, who: u32) -> Counts {
        let mut counts = Counts::default();
        let told = self.verdicts.recorded_of(self.catalog, state, who);
        told.iter().for_each(|t| counts.add(t.severity));
        counts
    }

    /// The finding as it stood at a place of the line.
    fn recorded_at(&self, at: usize, mark: FindingId) -> Option<&RecordedFinding> {
        let who = self.verdicts.identities[mark.identity as usize].who;
        let told = self.verdicts.recorded_of(self.catalog, self.state(at), who);
        told.into_iter().filter(|t| t.identity == mark.identity).nth(mark.nth as usize)
    }

    fn finding(&self, life: &FindingSpan) -> FindingStory {
        let identity = &self.verdicts.identities[life.mark.identity as usize];
        let first = self.recorded_at(life.came, life.mark).expect("it stands where it came");
        let end = life.removed_paths.map_or(self.last(), |(at, _)| at);
        // Before it went it was there, unless the file could not be read just then.
        let still = life.removed_paths.map_or(end, |(at, _)| at - 1);
        let last = self.recorded_at(still, life.mark).unwrap_or(first);
        let introduced = life.written.map(|written| self.moment(life.came, written));
        let (number, okep) = self.about(identity.who);
        FindingStory {
            rule: identity.rule,
            severity: last.severity,
            number,
            okep,
            path: last.path.to_string(),
            subject: last.subject.to_string(),
            cause: self.cause(life, first, identity.who),
            age_days: introduced.as_ref().and_then(|_| self.days(life.came, end)),
            introduced,
            fixed: life.removed_paths.map(|(at, fixed)| self.moment(at, fixed)),
        }
    }

    fn cause(&self, life: &FindingSpan, told: &RecordedFinding, who: u32) -> FindingCause {
        let identity = &self.verdicts.identities[life.mark.identity as usize];
        if identity.registration {
            return FindingCause::Registration;
        }
        if rule(identity.rule).is_some_and(|r| matches!(r.check, Check::Links(_))) {
            let page = |at: usize| self.page(self.state(at), &told.path);
            let same = life.came > 0 && page(life.came).is_some() && page(life.came) == page(life.came - 1);
            return if same { FindingCause::Tree } else { FindingCause::Document };
        }
        let demand = rule(identity.rule).is_some_and(|r| matches!(r.check, Check::Okep(_)));
        let by_template = life.came > 0 && demand && {
            let (now, before) = (self.state(life.came), self.state(life.came - 1));
            let books = self.catalog.states[now].book != self.catalog.states[before].book;
            books && self.files(now, who) == self.files(before, who)
        };
        if told.grandfathered || by_template { FindingCause::Template } else { FindingCause::Document }
    }

    /// The blob at a path of a state.
    fn page(&self, state: usize, path: &str) -> Option<u32> {
        let holding = self.catalog.holdings[self.catalog.states[state].key as usize].as_ref()?;
        self.catalog.file_at(holding, path).map(|f| f.blob)
    }

    /// The files of an OKEP in a state.
    fn files(&self, state: usize, who: u32) -> Vec<FileAt> {
        let listed = self.verdicts.okeps(state).into_iter().flat_map(Shared::iter).filter(|o| o.who == who);
        let holding = self.catalog.holdings[self.catalog.states[state].key as usize].as_ref();
        let file = |o: &Listed| self.catalog.file_at(holding?, &self.catalog.paths[o.path as usize].path);
        listed.filter_map(file).collect()
    }

    /// What the rules about history find in the landings.
    fn landed_wrongly(&self, stays: &[OkepSpan]) -> Vec<FindingStory> {
        let mut findings = Vec::new();
        for stay in stays.iter().filter(|s| s.known) {
            let state = self.state(stay.came);
            let Some(path) = stay.paths.first() else { continue };
            let document = self.verdicts.document(self.catalog, state, *path);
            let event = Event::Landed {
                path: &self.catalog.paths[*path as usize].path,
                number: self.number(stay.who),
                issue: document.and_then(|d| d.issue),
                pull_request: PullRequest::of(&self.commit_info[&self.line.commits[stay.came]].subject),
            };
            let introduced = stay.written.map(|written| self.moment(stay.came, written));
            let fixed = stay.removed_paths.map(|at| self.moment(at, self.line.commits[at]));
            let age_days = self.days(stay.came, stay.removed_paths.unwrap_or(self.last()));
            let about = self.about(stay.who);
            findings.extend(of_history(&event).into_iter().map(|finding| FindingStory {
                introduced: introduced.clone(),
                fixed: fixed.clone(),
                age_days,
                ..plain(finding, about.clone())
            }));
        }
        findings
    }

    /// What the rules about history find in the commits that the line brought.
    fn misnamed(
        &mut self,
        read_commits: &dyn Fn(&[u32]) -> Vec<CommitInfo>,
        folder: &str,
    ) -> Vec<FindingStory> {
        let graph = &self.walk.graph;
        let is_own = |commit: &u32| {
            self.line.brought.get(*commit as usize).is_some_and(|at| *at != super::graph::NONE)
                && graph.parents(*commit).len() < 2
                && !graph.is_cut(*commit)
        };
        let mut findings = Vec::new();
        let changed: Vec<u32> = (0..graph.len() as u32)
            .filter(is_own)
            .filter(|c| {
                let parent = graph.parents(*c).first();
                parent.is_none_or(|p| self.catalog.state(*p).key != self.catalog.state(*c).key)
            })
            .collect();
        for part in changed.chunks(4096) {
            let told = read_commits(part);
            for (commit, commit_info) in part.iter().zip(told) {
                if !commit_info.subject.to_ascii_lowercase().contains("okep") {
                    continue;
                }
                let touched = self.touched(*commit);
                let paths: Vec<&str> =
                    touched.iter().map(|path| self.catalog.paths[*path as usize].path.as_str()).collect();
                let event = Event::Commit { subject: &commit_info.subject, touched: &paths, folder };
                let found = of_history(&event);
                if found.is_empty() {
                    continue;
                }
                let at = self.line.brought[*commit as usize] as usize;
                let landing = self.line.commits[at];
                self.commit_info.insert(*commit, commit_info);
                if !self.commit_info.contains_key(&landing) {
                    self.commit_info
                        .extend(read_commits(&[landing]).pop().map(|commit_info| (landing, commit_info)));
                }
                findings.extend(found.into_iter().map(|finding| {
                    let path = touched.iter().map(|path| &self.catalog.paths[*path as usize]);
                    let who =
                        path.filter(|info| info.path == finding.path).map(|info| Some(info.key())).next();
                    let who = who.and_then(|who| self.verdicts.whos.iter().position(|w| *w == who));
                    let about = who.map_or_else(Default::default, |who| self.about(who as u32));
                    let introduced = Some(self.moment(at, *commit));
                    let age_days = self.days(at, self.last());
                    FindingStory { introduced, age_days, ..plain(finding, about) }
                }));
            }
        }
        findings
    }

    /// The files that a commit changed, by path; none where it cannot be known.
    fn touched(&self, commit: u32) -> Vec<u32> {
        let files = |commit: u32| self.catalog.holding(commit).map(|holding| &holding.files);
        let nothing = Shared::default();
        let before = match self.walk.graph.parents(commit).first() {
            Some(parent) => files(*parent),
            None => Some(&nothing),
        };
        let (Some(now), Some(before)) = (files(commit), before) else { return Vec::new() };
        let unlike = |one: &Shared<FileAt>, other| one.unlike(other).copied().collect::<BTreeSet<_>>();
        let mut touched: Vec<u32> =
            unlike(now, before).symmetric_difference(&unlike(before, now)).map(|f| f.path).collect();
        touched
            .sort_by(|a, b| self.catalog.paths[*a as usize].path.cmp(&self.catalog.paths[*b as usize].path));
        touched.dedup();
        touched
    }

    fn templates(&self, places: &[TemplatePlace], findings: &[FindingStory]) -> Vec<TemplateStory> {
        let mut stories = Vec::new();
        // The outer none: there was none yet.
        let mut before: Option<Option<&Template>> = None;
        for TemplatePlace { at, chain, kind } in places {
            let place = self.place(*at);
            let template = chain.and_then(|chain| self.verdicts.template(self.catalog, chain));
            let names = |template: &Template| template.names().map(|n| n.text.clone()).collect();
            let kind = match kind {
                TemplateKind::Removed | TemplateKind::Back => *kind,
                _ if template.is_none() => TemplateKind::Unread,
                TemplateKind::Changed if matches!(before, Some(None)) => TemplateKind::AfterUnread,
                _ => *kind,
            };
            let mut change = TemplateChange::default();
            match (kind, before.flatten(), template) {
                (TemplateKind::Changed, Some(before), Some(now)) => change = template_change(before, now),
                (TemplateKind::First | TemplateKind::Edge, _, Some(now)) => change.added = names(now),
                (TemplateKind::Removed, Some(before), _) => change.removed = names(before),
                _ => {}
            }
            let excused = findings.iter().filter(|f| {
                let landed = f.introduced.as_ref().map(|i| &i.landed.commit);
                f.cause == FindingCause::Template && landed == Some(&place.commit)
            });
            stories.push(TemplateStory {
                change,
                kind,
                followed_by: if kind == TemplateKind::Changed { self.followers(*at) } else { Vec::new() },
                excused: excused.count(),
                at: place,
            });
            if chain.is_some() {
                before = Some(template);
            }
        }
        stories
    }

    /// The OKEPs that would have findings under the template of the commit at `at`, had it not mended
    /// them as well.
    fn followers(&self, at: usize) -> Vec<u64> {
        let (now, before) = (self.state(at), self.state(at - 1));
        let (book, old_book) = (self.catalog.states[now].book, self.catalog.states[before].book);
        let demands = |file: FileAt, book: u32| -> BTreeSet<u32> {
            let told = self.verdicts.under(file, book).into_iter().flat_map(|v| &v.recorded);
            let asked = |t: &&RecordedFinding| {
                let rule = rule(self.verdicts.identities[t.identity as usize].rule);
                rule.is_some_and(|r| r.is_of_template())
            };
            told.filter(asked).map(|t| t.identity).collect()
        };
        let mut followers = Vec::new();
        if self.verdicts.okeps(before).is_none() {
            return followers;
        }
        for listed in self.verdicts.okeps(now).into_iter().flat_map(Shared::iter) {
            let Some(number) = self.number(listed.who) else { continue };
            let of = |state: usize| self.files(state, listed.who).first().copied();
            let (Some(file), Some(old)) = (of(now), of(before)) else { continue };
            let brought: BTreeSet<u32> = &demands(old, book) - &demands(old, old_book);
            if brought.difference(&demands(file, book)).next().is_some() && !followers.contains(&number) {
                followers.push(number);
            }
        }
        followers
    }
}

fn of_history(event: &Event) -> Vec<Finding> {
    let checks = RULES.iter().filter_map(|r| match r.check {
        Check::History(check) => Some(check),
        Check::Okep(_) | Check::Tree(_) | Check::Links(_) => None,
    });
    checks.flat_map(|check| check(event)).collect()
}

fn plain(finding: Finding, (number, okep): (Option<u64>, Option<String>)) -> FindingStory {
    FindingStory {
        rule: finding.rule,
        severity: finding.severity,
        number,
        okep,
        path: finding.path,
        subject: finding.subject,
        cause: FindingCause::Document,
        introduced: None,
        fixed: None,
        age_days: None,
    }
}
