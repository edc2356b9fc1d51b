//! One check: a state of the files, compared with those it came from.
//!
//! The steps of the flow, each a function of its own: configuration, bases, scope, snapshots, audit, history
//! where a finding needs it, comparison, report. Fixes come after that, and elsewhere. Everything is read
//! through trees, so that all of it works on a tree in memory.

use crate::audit::asked::{UnknownPath, is_about, keep_asked};
use crate::audit::baseline::{Compared, State};
use crate::audit::history_source::{HistoryQuery, HistorySource};
use crate::audit::pull_request::report_number;
use crate::audit::report::{HALF_STAGED, Report, Source};
use crate::audit::report_of::report_of;
use crate::audit::scope::ChangeScope;
use crate::audit::target::{Base, CheckTarget, Options};
use crate::audit::template_change::take_out_template_change;
use crate::audit::{Verdict, audit};
use crate::files::{CONFIG, Layout, Note, Tree};
use crate::git::{Error as GitError, Id};
use crate::okep::config;
use crate::okep::config::Config;
use crate::okep::snapshot::{Parsed, Snapshot};
use crate::okep::template_history::TemplateHistory;
use crate::rules;
use crate::rules::finding::Finding;
use crate::rules::page_links::lost;
use crate::text::path;
use crate::text::path::Role;
use crate::text::same_text;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error("no `{folder}` in {place}: there are no OKEPs to judge; name the repository with `-C DIR`")]
    NoFolder { folder: String, place: String },
    #[error(transparent)]
    UnknownPath(#[from] UnknownPath),
}

/// A report, and what it was made of.
#[derive(Debug)]
pub struct Outcome {
    pub report: Report,
    /// Something could not be read, so that passing means little.
    pub incomplete: bool,
    pub tree: Tree,
    /// None where there was nothing to audit.
    pub snapshot: Option<Snapshot>,
    pub template_history: Option<TemplateHistory>,
    pub layout: Layout,
    pub root: Option<PathBuf>,
    /// All that the audit found, whatever the policy and the baseline make of it.
    pub audited: Vec<Finding>,
    /// What was found and is suppressed.
    pub excepted: Vec<Finding>,
    /// The rules that are off.
    pub off: BTreeSet<&'static str>,
    /// The files and folders that were asked about, from the root; none where all were.
    pub asked: Vec<String>,
    pub parsed: Parsed,
}

/// Checks a target; `history` is asked where a finding needs history.
///
/// # Errors
/// The configuration is wrong, a file in question is in conflict, or there is nothing to check.
pub fn check(target: &CheckTarget, options: &Options, history: &dyn HistorySource) -> Result<Outcome, Error> {
    let mut config = configuration(&target.tree)?;
    if !config.layout.is_in(&target.tree) && target.source != Source::Index {
        return Err(Error::NoFolder { folder: config.layout.folder, place: target.place.clone() });
    }
    let mut bases: Vec<(&Base, Config)> =
        target.bases.iter().map(|base| (base, config_before(base))).collect();
    let several_templates = choose_template(target, &mut config, &mut bases, history);
    let mut scope = ChangeScope::of(target, &config, options);
    if scope.is_nothing() {
        return Ok(nothing(target, config.layout));
    }
    let parsed = Parsed::default();
    let (mut now, mut before) = states(target, &config, &bases, &scope, &parsed);
    let reads_links = |state: &State| state.snapshot.site.as_ref().map(|site| site.pages.clone());
    if before.iter().any(|state| reads_links(state) != reads_links(&now)) && scope.changed().is_some() {
        // How links are read has changed for every page.
        scope = ChangeScope::whole();
        (now, before) = states(target, &config, &bases, &scope, &parsed);
    }
    no_conflicts(&target.tree)?;
    if let Some(tip) = target.tip {
        now.snapshot.tree.moved = Arc::new(moved(&now, &before, target, tip, history));
    }
    let mut template_history = None;
    let mut verdicts = audit_all(&now, &before, None);
    if target.tip.is_some() {
        let compared = Compared::of(target.compares, &now, &before, &verdicts, None);
        if needs_history(target, options, &now, &before, &verdicts[0], &compared) {
            template_history = Some(history.template_history(query(target, &config, &target.commits())));
            verdicts = audit_all(&now, &before, template_history.as_ref());
        }
    }
    let mut compared = Compared::of(target.compares, &now, &before, &verdicts, template_history.as_ref());
    take_out_template_change(&mut compared, &now, &before, template_history.as_ref());
    let mut report = report_of(&now.snapshot, target.source.clone(), &compared, template_history.as_ref());
    report.since = target.bases.first().map(|base| base.commit.to_string());
    report.partial = scope.changed().is_some();
    if let Some(number) = options.pull_request {
        let before = before.iter().flat_map(|state| state.snapshot.paths());
        report_number(&mut report, &now.snapshot, before, &config.layout.folder, number);
    }
    report.add_texts(&now.snapshot);
    report.notes.extend(target.notes.iter().cloned().chain(several_templates));
    report.notes.extend(half_staged(&report, target));
    report.notes.extend(target.tree.notices());
    report.notes.sort();
    report.notes.dedup();
    let asked = keep_asked(&mut report, &options.paths, &now.snapshot, &before)?;
    let Compared { excepted, off, .. } = compared;
    let incomplete = now.snapshot.incomplete || before.iter().any(|b| b.snapshot.incomplete);
    Ok(Outcome {
        report,
        incomplete,
        tree: now.snapshot.tree.clone(),
        snapshot: Some(now.snapshot),
        template_history,
        layout: config.layout,
        root: target.root.clone(),
        audited: verdicts.swap_remove(0).findings,
        excepted,
        off,
        asked,
        parsed,
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

/// A mistake that was there before is no reason not to check what fixes it.
fn config_before(base: &Base) -> Config {
    Config::of(&base.tree, rules::ids()).unwrap_or_default()
}

fn states(
    target: &CheckTarget,
    config: &Config,
    bases: &[(&Base, Config)],
    scope: &ChangeScope,
    parsed: &Parsed,
) -> (State, Vec<State>) {
    let state = |tree: &Tree, config: &Config| State {
        snapshot: Snapshot::of_change(tree, &config.layout, parsed, scope.changed()),
        config: config.clone(),
    };
    let before = bases.iter().map(|(base, config)| state(&base.tree, config)).collect();
    (state(&target.tree, config), before)
}

/// The verdicts of a state and of those before it, in this order.
fn audit_all(now: &State, before: &[State], template_history: Option<&TemplateHistory>) -> Vec<Verdict> {
    std::iter::once(now).chain(before).map(|state| audit(&state.snapshot, template_history)).collect()
}

/// Where the files went that links newly miss.
fn moved(
    now: &State,
    before: &[State],
    target: &CheckTarget,
    tip: Id,
    history: &dyn HistorySource,
) -> BTreeMap<String, String> {
    // What was dead before is not this change's to fix.
    let known: BTreeSet<String> = before.iter().flat_map(|state| lost(&state.snapshot)).collect();
    let lost: BTreeSet<String> = &lost(&now.snapshot) - &known;
    if lost.is_empty() { BTreeMap::new() } else { history.moved(tip, &lost, &target.tree) }
}

/// Whether some finding that counts could be another one in the light of history.
fn needs_history(
    target: &CheckTarget,
    options: &Options,
    now: &State,
    before: &[State],
    verdict: &Verdict,
    compared: &Compared,
) -> bool {
    let template_changed = before.iter().any(|b| b.template_text() != now.template_text());
    if options.thorough {
        return true;
    }
    if target.source != Source::Index || !target.compares || template_changed {
        return !verdict.needs_history.is_empty();
    }
    verdict.needs_history.iter().any(|needs| {
        let path = needs.path.as_str();
        let text = |state: &State| state.snapshot.okep(path).map(|okep| okep.document.text.clone());
        let changed = before.iter().find_map(text) != text(now);
        (needs.unmet_requirement && compared.has_new_requirement(path)) || (needs.near_a_prompt && changed)
    })
}

fn query<'a>(target: &'a CheckTarget, config: &'a Config, commits: &'a [Id]) -> HistoryQuery<'a> {
    HistoryQuery { tree: &target.tree, config, commits, since: target.since }
}

/// Of several files that are named like a template, the one that landed first counts, also in the states
/// compared with; says which one that is.
fn choose_template(
    target: &CheckTarget,
    config: &mut Config,
    bases: &mut [(&Base, Config)],
    history: &dyn HistorySource,
) -> Option<Note> {
    let folder = &config.layout.folder;
    let listing = target.tree.list(folder);
    let is_template = |path: &&str| path::role(path, folder) == Role::Template;
    let templates: Vec<&str> = listing.files.keys().map(String::as_str).filter(is_template).collect();
    if templates.len() < 2 || config.layout.template.is_some() {
        return None;
    }
    let first = history.first_template(query(target, config, &target.commits()), &templates)?;
    let others = templates.iter().filter(|path| **path != first).map(|path| format!("`{path}`"));
    let message = format!(
        "several files are named like a template: this one counts, which landed first, and not {}; \
         `template = \"PATH\"` in {CONFIG} names another",
        others.collect::<Vec<_>>().join(", ")
    );
    for (_, config) in bases.iter_mut().filter(|(base, _)| base.tree.contains(&first)) {
        config.layout.template.get_or_insert_with(|| first.clone());
    }
    config.layout.template = Some(first.clone());
    Some(Note::at("several-templates", first, message))
}

/// The files in question whose working copy differs: who fixes them must stage them.
fn half_staged(report: &Report, target: &CheckTarget) -> Vec<Note> {
    let Some(working_copy) = &target.working_copy else { return Vec::new() };
    let paths: BTreeSet<&String> = report.live().flat_map(|f| f.okep.iter().chain([&f.path])).collect();
    let differs = |path: &&String| {
        let texts = target.tree.bytes(path).zip(working_copy.bytes(path));
        texts.is_some_and(|(staged, on_disk)| !same_text(&staged, &on_disk))
    };
    let message = "staged only in part: what is staged was judged, and the working copy differs";
    let half = paths.into_iter().filter(differs);
    half.map(|path| Note::at(HALF_STAGED, path.clone(), message)).collect()
}

fn nothing(target: &CheckTarget, layout: Layout) -> Outcome {
    let mut report = Report::empty(target.source.clone());
    report.since = target.bases.first().map(|base| base.commit.to_string());
    report.notes.extend(target.notes.clone());
    report.notes.extend(target.tree.list(&layout.folder).notices.clone());
    report.notes.extend(target.tree.notices());
    let message = "nothing staged touches an OKEP, the template or a register";
    report.notes.push(Note::new("nothing-staged", message));
    Outcome {
        report,
        incomplete: false,
        tree: target.tree.clone(),
        snapshot: None,
        template_history: None,
        layout,
        root: target.root.clone(),
        audited: Vec::new(),
        excepted: Vec::new(),
        off: BTreeSet::new(),
        asked: Vec::new(),
        parsed: Parsed::default(),
    }
}

impl Outcome {
    /// Whether a finding is about what was asked.
    pub fn is_asked_for(&self, finding: &Finding) -> bool {
        is_about(&self.asked, &finding.path)
            || finding.okep.as_deref().is_some_and(|path| is_about(&self.asked, path))
    }
}
