//! One check: a state of the files, compared with those it came from.
//!
//! The steps of the flow, each a function of its own: configuration, bases, scope, snapshots, audit, history
//! where a finding needs it, comparison, report. Fixes come after that, and elsewhere. Everything is read
//! through trees, so that all of it works on a tree in memory.

use crate::audit::asked::{UnknownPath, entry_target, is_about, keep_asked};
use crate::audit::baseline::Compared;
use crate::audit::cache::{AuditCache, Known};
use crate::audit::report::{Baseline, HALF_STAGED, OkepSummary, Report, Reported, Source};
use crate::audit::scope::changed_inputs;
use crate::audit::target::{Base, CheckStates, CheckTarget, HistorySource, Options, State};
use crate::audit::template_change;
use crate::audit::{Verdict, any_needs_history, of_history};
use crate::files::{CONFIG, Layout, Note, Tree};
use crate::git::{Error as GitError, Id};
use crate::okep::config::{self, Config};
use crate::okep::snapshot::{Parsed, Snapshot};
use crate::okep::template::several;
use crate::okep::template_history::{TemplateHistory, templates};
use crate::rules;
use crate::rules::event::{Event, PullRequest};
use crate::rules::finding::Finding;
use crate::rules::page_links::lost;
use crate::text::path::okep_number;
use crate::text::same_text;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

/// Why a check could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error(
        "no `{folder}` in {place}: {}; name their repository with `-C DIR`, or another folder as `folder` in \
         `{CONFIG}`",
        .unread.as_deref().unwrap_or("there are no OKEPs here")
    )]
    NoFolder {
        folder: String,
        place: String,
        /// What is in place of the folder, or of one above it.
        unread: Option<String>,
    },
    #[error(transparent)]
    UnknownPath(#[from] UnknownPath),
}

impl Error {
    /// There is no proposal folder in a tree; `place` says in words where that is.
    pub fn no_folder(tree: &Tree, layout: &Layout, place: String) -> Self {
        let said = |note: &Note| Some(format!("`{}` is {}", note.path.as_ref()?, note.message));
        let unread = tree.list(&layout.folder).notices.iter().find_map(said);
        Error::NoFolder { folder: layout.folder.clone(), place, unread }
    }
}

/// A report, and what it was made of.
#[derive(Default)]
pub struct Outcome {
    pub report: Report,
    /// Something could not be read, so that passing means little.
    pub incomplete: bool,
    pub tree: Tree,
    /// None where there was nothing to audit.
    pub snapshot: Option<Snapshot>,
    pub template_history: Option<TemplateHistory>,
    pub config: Config,
    pub root: Option<PathBuf>,
    /// All that the audit found, whatever the policy and the baseline make of it.
    pub audited: Vec<Finding>,
    /// What was found and is suppressed.
    pub excepted: Vec<Finding>,
    /// The files and folders that were asked about, from the root; none where all were.
    pub asked: Vec<String>,
}

/// Checks a target; `history` is asked where a finding needs history.
///
/// # Errors
/// The configuration is wrong, a file in question is in conflict, or there is nothing to check.
pub fn check(target: &CheckTarget, options: &Options, history: &dyn HistorySource) -> Result<Outcome, Error> {
    check_with(target, options, history, &Known::default())
}

/// The same with what is known from earlier checks.
///
/// # Errors
/// As [`check`].
pub fn check_with(
    target: &CheckTarget,
    options: &Options,
    history: &dyn HistorySource,
    Known { parsed, cache }: &Known,
) -> Result<Outcome, Error> {
    let mut config = configuration(&target.tree)?;
    // A mistake that was there before is no reason not to check what fixes it.
    let config_before = |base: &Base| Config::of(&base.tree, rules::ids()).unwrap_or_default();
    let mut bases: Vec<_> = target.bases.iter().map(|base| (base, config_before(base))).collect();
    // A change that removes the folder is checked, staged or not.
    let was_there = || bases.iter().any(|(base, before)| before.layout.is_in(&base.tree));
    if !config.layout.is_in(&target.tree) && target.source != Source::Index && !was_there() {
        return Err(Error::no_folder(&target.tree, &config.layout, target.place.clone()));
    }
    let mut scope = changed_inputs(target, &config, options);
    if scope.as_ref().is_some_and(BTreeSet::is_empty) {
        return Ok(nothing(target, config));
    }
    let (choice, known_history) = choose_template(target, &mut config, &mut bases, history).unzip();
    if choice.is_some() {
        scope = changed_inputs(target, &config, options);
    }
    let read = |scope: Option<&BTreeSet<String>>| {
        let state = |tree: &Tree, config: &Config| State {
            snapshot: Snapshot::of_change(tree, &config.layout, parsed, scope),
            config: config.clone(),
        };
        let before = bases.iter().map(|(base, config)| state(&base.tree, config)).collect();
        CheckStates { target, now: state(&target.tree, &config), before }
    };
    let mut states = read(scope.as_ref());
    let reads_links = |snapshot: &Snapshot| snapshot.site.as_ref().map(|site| site.pages.clone());
    let reads_links_now = reads_links(&states.now.snapshot);
    if states.snapshots().any(|snapshot| reads_links(snapshot) != reads_links_now) && scope.is_some() {
        // How links are read has changed for every page.
        scope = None;
        states = read(None);
    }
    no_conflicts(&target.tree)?;
    let ask = || history.template_history(target, &config);
    // Both read the main line.
    let (moved, template_history) = rayon::join(
        || target.tip.map(|tip| moved(&states, tip, history)).unwrap_or_default(),
        || states.need_history(options.thorough, cache).then(|| known_history.unwrap_or_else(ask)),
    );
    states.now.snapshot.tree.moved = Arc::new(moved);
    let without_history = if template_history.is_none() { states.audit_without_history(cache) } else { None };
    let template_history = template_history.or_else(|| without_history.is_none().then(ask));
    let mut verdicts = without_history.unwrap_or_else(|| states.audit(template_history.as_ref(), cache));
    let mut compared = Compared::of(&states, &verdicts, template_history.as_ref());
    template_change::take_out(&mut compared, &states, template_history.as_ref());
    let Compared { findings, excepted, notes } = compared;
    let now = &states.now.snapshot;
    let summary = |okep| OkepSummary::of(okep, now, template_history.as_ref());
    let before = states.snapshots().skip(1).flat_map(|snapshot| &snapshot.okeps);
    let mut report = Report {
        source: target.source.clone(),
        since: target.bases.first().map(|base| base.commit.to_string()),
        okeps: now.okeps.iter().map(summary).collect(),
        numbers_before: before.filter_map(|okep| okep.name.number).collect(),
        findings,
        notes: now.notes.iter().chain(&target.notes).cloned().chain(notes).chain(choice).collect(),
        partial: scope.is_some(),
        ..Report::default()
    };
    if let Some(changed) = &scope {
        report.drop_existing_elsewhere(changed);
    }
    if let Some(number) = options.pull_request {
        report_number(&mut report, &states, number);
    }
    report.add_texts(now);
    report.notes.extend(half_staged(&report, target));
    report.notes.extend(target.tree.notices());
    report.notes.sort();
    report.notes.dedup();
    let snapshots: Vec<&Snapshot> = states.snapshots().collect();
    let asked = keep_asked(&mut report, &options.paths, &snapshots)?;
    let incomplete = snapshots.iter().any(|snapshot| snapshot.incomplete);
    Ok(Outcome {
        report,
        incomplete,
        tree: now.tree.clone(),
        snapshot: Some(states.now.snapshot),
        template_history,
        config,
        root: target.root.clone(),
        audited: verdicts.swap_remove(0).findings,
        excepted,
        asked,
    })
}

/// The configuration of a tree that is to be checked.
///
/// # Errors
/// It is wrong or cannot be read, or a file in question is in conflict.
pub fn configuration(tree: &Tree) -> Result<Config, Error> {
    let config = Config::of(tree, rules::ids());
    let present = config.as_ref().map(|config| config.require_present(tree));
    no_conflicts(tree)?;
    present.ok().transpose()?;
    Ok(config?)
}

fn no_conflicts(tree: &Tree) -> Result<(), GitError> {
    let paths = tree.conflicts();
    if paths.is_empty() { Ok(()) } else { Err(GitError::Unmerged { paths }) }
}

/// Of several files that are named like a template, the one that landed first counts, also in the states
/// compared with; says which one that is, and gives the history that was asked for it.
fn choose_template(
    target: &CheckTarget,
    config: &mut Config,
    bases: &mut [(&Base, Config)],
    history: &dyn HistorySource,
) -> Option<(Note, TemplateHistory)> {
    let templates = templates(&target.tree, &config.layout)?;
    let paths: Vec<String> = templates.keys().cloned().collect();
    let known = history.template_history(target, config);
    let first = known.first_template(templates)?;
    let others: Vec<&str> = paths.iter().map(String::as_str).filter(|path| *path != first).collect();
    let note = several(&first, &others, " because it landed first", &config.layout.folder);
    for (_, config) in bases.iter_mut().filter(|(base, _)| base.tree.contains(&first)) {
        config.layout.template.get_or_insert_with(|| first.clone());
    }
    config.layout.template = Some(first);
    Some((note, known))
}

/// Adds what rules about landings find about the OKEPs of number `pull_request`, unless a state before has one already:
/// what a change adds under the number of its own pull request is known before the merge.
fn report_number(report: &mut Report, states: &CheckStates, pull_request: u64) {
    let snapshot = &states.now.snapshot;
    let mut before = states.snapshots().skip(1).flat_map(Snapshot::paths);
    if before.any(|path| okep_number(path, &snapshot.layout.folder) == Some(pull_request)) {
        return;
    }
    for okep in snapshot.okeps.iter().filter(|okep| okep.number() == Some(pull_request)) {
        let event = Event::Landed {
            path: &okep.path,
            number: Some(pull_request),
            issue: okep.issue.as_ref().and_then(|issue| issue.number()),
            pull_request: Some(PullRequest { number: pull_request, is_in_brackets: false }),
        };
        let found = of_history(&event).into_iter();
        report.findings.extend(found.map(|finding| Reported { finding, baseline: Some(Baseline::New) }));
    }
    report.findings.sort_by(|a, b| a.finding.path.cmp(&b.finding.path));
}

/// Where the files went that links newly miss.
fn moved(states: &CheckStates, tip: Id, history: &dyn HistorySource) -> BTreeMap<String, String> {
    // What was dead before is not this change's to fix.
    let known: BTreeSet<String> = states.snapshots().skip(1).flat_map(lost).collect();
    let lost: BTreeSet<String> = &lost(&states.now.snapshot) - &known;
    if lost.is_empty() { BTreeMap::new() } else { history.moved(tip, &lost, &states.target.tree) }
}

/// The files in question whose working copy differs: who fixes them must stage them.
fn half_staged(report: &Report, target: &CheckTarget) -> Vec<Note> {
    let Some(working_copy) = &target.tree.working_copy else { return Vec::new() };
    let paths: BTreeSet<&String> = report.live().flat_map(|f| f.okep.iter().chain([&f.path])).collect();
    let differs = |path: &&String| {
        let texts = target.tree.bytes(path).zip(working_copy.bytes(path));
        texts.is_some_and(|(staged, on_disk)| !same_text(&staged, &on_disk))
    };
    let message = "the staged version was checked; your working copy differs";
    let half = paths.into_iter().filter(differs);
    half.map(|path| Note::at(HALF_STAGED, path.clone(), message)).collect()
}

fn nothing(target: &CheckTarget, config: Config) -> Outcome {
    let listing = target.tree.list(&config.layout.folder);
    let message = Note::new("nothing-staged", "nothing that OKEPs depend on is staged");
    let notes = target.notes.iter().chain(&listing.notices).cloned().chain(target.tree.notices());
    let report = Report {
        source: target.source.clone(),
        since: target.bases.first().map(|base| base.commit.to_string()),
        notes: notes.chain([message]).collect(),
        ..Report::default()
    };
    Outcome { report, tree: target.tree.clone(), config, ..Outcome::default() }
}

/// Whether a check can do without history, which it reads only where a finding needs it.
impl CheckStates<'_> {
    /// Whether history is needed, as far as that is known before states are compared; `thorough` is whether
    /// everything is to be known.
    fn need_history(&self, thorough: bool, cache: &AuditCache) -> bool {
        let need = || thorough || self.all_count() && any_needs_history(&self.now.snapshot, cache);
        self.target.tip.is_some() && need()
    }

    /// Whether all findings count, and not only those of a change that is staged.
    fn all_count(&self) -> bool {
        let template = self.now.template_text();
        let template_changed = self.before.iter().any(|before| before.template_text() != template);
        self.target.source != Source::Index || !self.target.compares || template_changed
    }

    /// The verdicts without history; none where some finding that counts could be another one in the light of
    /// history.
    fn audit_without_history(&self, cache: &AuditCache) -> Option<Vec<Verdict>> {
        let verdicts = self.audit(None, cache);
        if self.target.tip.is_none() || self.all_count() {
            return Some(verdicts);
        }
        let compared = Compared::of(self, &verdicts, None);
        let needs_history = verdicts[0].needs_history.iter().any(|needs| {
            let path = needs.path.as_str();
            let text = |state: &State| state.snapshot.okep(path).map(|okep| okep.document.text.clone());
            let changed = self.before.iter().find_map(text) != text(&self.now);
            (needs.unmet_requirement && (compared.has_new_requirement(path) || self.lost_heading(path)))
                || (needs.near_a_prompt && changed)
        });
        (!needs_history).then_some(verdicts)
    }

    /// Whether an OKEP had a heading that it has no more: it may have been a section by an earlier name, so that what
    /// is missing without history was not missing before.
    fn lost_heading(&self, path: &str) -> bool {
        let names = |state: &State| -> Option<HashSet<String>> {
            Some(state.snapshot.okep(path)?.outline.rows.iter().map(|row| row.name.normal.clone()).collect())
        };
        let now = names(&self.now).unwrap_or_default();
        self.before.iter().filter_map(names).any(|before| !before.is_subset(&now))
    }
}

impl Outcome {
    /// All of the tree that was checked, or of one with some edits; what the check parsed is not parsed again.
    pub fn whole(&self, tree: &Tree) -> Snapshot {
        let parsed = self.snapshot.as_ref().map(Snapshot::parsed);
        Snapshot::new(tree, &self.config.layout, parsed.unwrap_or(&Parsed::default()))
    }

    /// Whether a finding is about what was asked.
    pub fn is_asked_for(&self, finding: &Finding) -> bool {
        let named = self.snapshot.as_ref().and_then(|snapshot| entry_target(finding, snapshot));
        let mut paths = [Some(&finding.path), finding.okep.as_ref(), named.as_ref()].into_iter().flatten();
        paths.any(|path| is_about(&self.asked, path))
    }
}

#[cfg(test)]
mod tests;
