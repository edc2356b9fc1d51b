//! One check: a state of the files, compared with those it came from.
//!
//! The steps of the flow, each a function of its own: configuration, bases, scope, snapshots, audit, history
//! where a finding needs it, comparison, report. Fixes come after that, and elsewhere. Everything is read
//! through trees, so that all of it works on a tree in memory.

use crate::audit::asked::{entry_target, is_about, keep_asked};
use crate::audit::baseline::Compared;
use crate::audit::cache::Known;
pub use crate::audit::check_error::Error;
use crate::audit::history_source::HistorySource;
use crate::audit::pull_request::report_number;
use crate::audit::report::{HALF_STAGED, Report, Source};
use crate::audit::scope::ChangeScope;
use crate::audit::states::{CheckStates, State};
use crate::audit::target::{Base, CheckTarget, Options};
use crate::audit::template_change::take_out_template_change;
use crate::audit::template_choice::choose_template;
use crate::files::{Note, Tree};
use crate::git::{Error as GitError, Id};
use crate::okep::config::Config;
use crate::okep::snapshot::{Parsed, Snapshot};
use crate::okep::template_history::TemplateHistory;
use crate::rules;
use crate::rules::finding::Finding;
use crate::rules::page_links::lost;
use crate::text::same_text;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

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
    let mut bases: Vec<(&Base, Config)> =
        target.bases.iter().map(|base| (base, config_before(base))).collect();
    // A change that removes the folder is checked, staged or not.
    let was_there = || bases.iter().any(|(base, before)| before.layout.is_in(&base.tree));
    if !config.layout.is_in(&target.tree) && target.source != Source::Index && !was_there() {
        return Err(Error::no_folder(&target.tree, &config.layout, target.place.clone()));
    }
    let mut scope = ChangeScope::of(target, &config, options);
    if scope == ChangeScope::Nothing {
        return Ok(nothing(target, config));
    }
    let (several_templates, known_history) =
        choose_template(target, &mut config, &mut bases, history).unzip();
    if several_templates.is_some() {
        scope = ChangeScope::of(target, &config, options);
    }
    let mut states = read(target, &config, &bases, &scope, parsed);
    let reads_links = |snapshot: &Snapshot| snapshot.site.as_ref().map(|site| site.pages.clone());
    let reads_links_now = reads_links(&states.now.snapshot);
    if states.snapshots().any(|snapshot| reads_links(snapshot) != reads_links_now)
        && scope.changed().is_some()
    {
        // How links are read has changed for every page.
        scope = ChangeScope::Whole;
        states = read(target, &config, &bases, &scope, parsed);
    }
    no_conflicts(&target.tree)?;
    let ask = || history.template_history(target, &config);
    // Both read the main line.
    let (moved, template_history) = rayon::join(
        || target.tip.map(|tip| moved(&states, tip, history)).unwrap_or_default(),
        || states.need_history(options.thorough, cache).then(|| known_history.unwrap_or_else(ask)),
    );
    states.now.snapshot.tree.moved = Arc::new(moved);
    let without_history = match template_history {
        Some(_) => None,
        None => states.audit_without_history(cache),
    };
    let template_history = template_history.or_else(|| without_history.is_none().then(ask));
    let mut verdicts = without_history.unwrap_or_else(|| states.audit(template_history.as_ref(), cache));
    let mut compared = Compared::of(&states, &verdicts, template_history.as_ref());
    take_out_template_change(&mut compared, &states, template_history.as_ref());
    let Compared { findings, excepted, notes } = compared;
    let now = &states.now.snapshot;
    let mut report = Report::of(now, target.source.clone(), findings, notes, template_history.as_ref());
    report.since = target.bases.first().map(|base| base.commit.to_string());
    let before = states.snapshots().skip(1).flat_map(|snapshot| &snapshot.okeps);
    report.numbers_before = before.filter_map(|okep| okep.name.number).collect();
    report.partial = scope.changed().is_some();
    if let Some(changed) = scope.changed() {
        report.drop_existing_elsewhere(changed);
    }
    if let Some(number) = options.pull_request {
        let before = states.snapshots().skip(1).flat_map(Snapshot::paths);
        report_number(&mut report, now, before, &config.layout.folder, number);
    }
    report.add_texts(now);
    report.notes.extend(target.notes.iter().cloned().chain(several_templates));
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

/// A mistake that was there before is no reason not to check what fixes it.
fn config_before(base: &Base) -> Config {
    Config::of(&base.tree, rules::ids()).unwrap_or_default()
}

fn read<'a>(
    target: &'a CheckTarget,
    config: &Config,
    bases: &[(&Base, Config)],
    scope: &ChangeScope,
    parsed: &Parsed,
) -> CheckStates<'a> {
    let state = |tree: &Tree, config: &Config| State {
        snapshot: Snapshot::of_change(tree, &config.layout, parsed, scope.changed()),
        config: config.clone(),
    };
    let before = bases.iter().map(|(base, config)| state(&base.tree, config)).collect();
    CheckStates { target, now: state(&target.tree, config), before }
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
    let mut report = Report { source: target.source.clone(), ..Report::default() };
    report.since = target.bases.first().map(|base| base.commit.to_string());
    report.notes.extend(target.notes.clone());
    report.notes.extend(target.tree.list(&config.layout.folder).notices.clone());
    report.notes.extend(target.tree.notices());
    let message = "nothing that OKEPs depend on is staged";
    report.notes.push(Note::new("nothing-staged", message));
    let (tree, root) = (target.tree.clone(), target.root.clone());
    Outcome { report, tree, config, root, ..Outcome::default() }
}

impl Outcome {
    /// All of the tree that was checked, or of one with some edits; what the check parsed is not parsed again.
    pub fn whole(&self, tree: &Tree) -> Snapshot {
        let parsed = self.snapshot.as_ref().map(Snapshot::parsed);
        Snapshot::new(tree, &self.config.layout, parsed.unwrap_or(&Parsed::default()))
    }

    /// Whether a finding is about what was asked.
    pub fn is_asked_for(&self, finding: &Finding) -> bool {
        let is_asked = |path: &str| is_about(&self.asked, path);
        let named = || entry_target(finding, self.snapshot.as_ref()?);
        is_asked(&finding.path)
            || finding.okep.as_deref().map_or_else(|| named().is_some_and(|path| is_asked(&path)), is_asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::report::Baseline;
    use std::sync::Mutex;

    const TEMPLATE: &str = "docs/okeps/okep-1-template.md";
    const OKEP: &str = "docs/okeps/okep-7-a.md";

    /// A history that knows nothing, and notes what it is asked.
    #[derive(Default)]
    struct AskedHistory(Mutex<Vec<String>>);

    impl HistorySource for AskedHistory {
        fn template_history(&self, _: &CheckTarget, _: &Config) -> TemplateHistory {
            self.0.lock().expect("nobody panics").push("template".to_owned());
            TemplateHistory::nothing("none")
        }

        fn moved(&self, _: Id, paths: &BTreeSet<String>, _: &Tree) -> BTreeMap<String, String> {
            self.0.lock().expect("nobody panics").extend(paths.iter().cloned());
            BTreeMap::new()
        }
    }

    fn tree(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        tree.insert(
            TEMPLATE,
            &b"# OKEP-1: T\n\n* Issue: [#1](https://github.com/o/n/issues/1)\n\n## Goals\n"[..],
        );
        files.iter().for_each(|(path, text)| tree.insert(*path, text.as_bytes()));
        tree
    }

    fn okep(text: &str) -> String {
        format!("# OKEP-7: A\n\n* Issue: [#7](https://github.com/o/n/issues/7)\n\n{text}")
    }

    fn null() -> Id {
        Id::null(gix::hash::Kind::Sha1)
    }

    /// The index, compared with a state before.
    fn staged(now: Tree, before: Tree) -> CheckTarget {
        let target = CheckTarget::new(now, Source::Index, String::new());
        let bases = vec![Base { commit: null(), tree: before }];
        CheckTarget { compares: true, bases, tip: Some(null()), ..target }
    }

    /// The findings that count, as `rule subject`, and what history was asked.
    fn found(target: &CheckTarget) -> (Vec<String>, Vec<String>) {
        let history = AskedHistory::default();
        let outcome = check(target, &Options::default(), &history).expect("it can be checked");
        let found = outcome.report.live().map(|f| format!("{} {}", f.rule, f.subject)).collect();
        (found, history.0.into_inner().expect("nobody panics"))
    }

    #[test]
    fn a_tree_in_memory_is_checked_whole() {
        let target =
            CheckTarget::new(tree(&[(OKEP, &okep("## Goals\n"))]), Source::Worktree, "memory".into());
        assert_eq!(found(&target), (vec!["empty-section Goals".to_owned()], vec![]));
        let nothing = CheckTarget::new(Tree::default(), Source::Worktree, "memory".into());
        let error = check(&nothing, &Options::default(), &AskedHistory::default()).err().expect("no folder");
        assert!(error.to_string().contains("no `docs/okeps` in memory"), "{error}");
    }

    #[test]
    fn only_what_is_new_counts() {
        let before = tree(&[(OKEP, &okep("## Goals\n"))]);
        let same = okep("## Goals\n\n<!-- more -->\n");
        assert_eq!(found(&staged(tree(&[(OKEP, &same)]), before.clone())).0, [""; 0]);
        let worse = okep("## Goals\n\n## Other\n");
        let target = staged(tree(&[(OKEP, &worse)]), before);
        assert_eq!(found(&target).0, ["empty-section Other", "extra-section Other"]);
        let outcome =
            check(&target, &Options::default(), &AskedHistory::default()).expect("it can be checked");
        assert!(outcome.report.findings.iter().any(|r| r.baseline == Some(Baseline::Existing)));
    }

    #[test]
    fn nothing_is_new_where_the_text_before_is_not_here() {
        let now = tree(&[(OKEP, &okep("## Goals\n"))]);
        assert_eq!(found(&staged(now.clone(), tree(&[]))).0, ["empty-section Goals"]);
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
        assert_eq!(found(&staged(now, tree(&[(OKEP, pointer)]))).0, [""; 0]);
    }

    #[test]
    fn history_is_asked_only_where_a_finding_counts() {
        let good = okep("## Goals\n\n* tea\n");
        let before = tree(&[(OKEP, &good)]);
        let asked = |now: &str| found(&staged(tree(&[(OKEP, now)]), before.clone())).1;
        assert_eq!(asked(&format!("{good}* more tea\n")), [""; 0]);
        assert_eq!(asked(&okep("No section.\n")), ["template"]);
        let two_templates = tree(&[(OKEP, &good), ("docs/okeps/okep-2-template.md", "# OKEP-2: T\n")]);
        assert_eq!(found(&staged(two_templates.clone(), two_templates)), (vec![], vec![]));
        let old = tree(&[(OKEP, &okep("No section.\n"))]);
        let target = staged(tree(&[(OKEP, &okep("No section, still.\n"))]), old);
        assert_eq!(found(&target), (vec![], vec![]));
        let dead = format!("{good}* [x](https://github.com/o/n/blob/main/docs/gone.md)\n");
        assert_eq!(asked(&dead), ["docs/gone.md"]);
    }

    #[test]
    fn a_change_of_the_template_is_a_note() {
        let before = tree(&[(OKEP, &okep("## Goals\n\n* tea\n"))]);
        let mut now = before.clone();
        let more = "# OKEP-1: T\n\n* Issue: [#1](https://github.com/o/n/issues/1)\n\n## Goals\n\n## Risks\n";
        now.insert(TEMPLATE, more.as_bytes());
        let target = staged(now, before);
        let outcome =
            check(&target, &Options::default(), &AskedHistory::default()).expect("it can be checked");
        assert_eq!(outcome.report.live().count(), 0);
        assert!(outcome.report.notes.iter().any(|note| note.kind == "template-change"));
    }

    #[test]
    fn a_template_whose_text_is_not_here_is_not_emptied() {
        let before = tree(&[(OKEP, &okep("## Goals\n\n* tea\n"))]);
        let notes = |text: &[u8]| {
            let mut now = before.clone();
            now.insert(TEMPLATE, text);
            let outcome = check(&staged(now, before.clone()), &Options::default(), &AskedHistory::default());
            let mut kinds: Vec<&str> =
                outcome.expect("it can be checked").report.notes.iter().map(|note| note.kind).collect();
            kinds.retain(|kind| !matches!(*kind, "no-register" | "lfs-pointer"));
            kinds
        };
        assert_eq!(notes(b"# OKEP-1: T\n"), ["empty-template", "template-change"]);
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
        assert_eq!(notes(pointer), ["unread-template"]);
        assert_eq!(notes(b"\xff\xfe#\0 \0T\0"), ["not-utf8"]);
    }

    #[test]
    fn a_working_copy_that_differs_is_a_note() {
        let before = tree(&[]);
        let now = tree(&[(OKEP, &okep("## Goals\n"))]);
        let half_staged = |on_disk: &str| {
            let mut now = now.clone();
            now.working_copy = Some(Arc::new(tree(&[(OKEP, &okep(on_disk))])));
            let target = staged(now, before.clone());
            let outcome = check(&target, &Options::default(), &AskedHistory::default());
            let notes = outcome.expect("it can be checked").report.notes;
            notes.iter().filter(|note| note.kind == HALF_STAGED).count()
        };
        assert_eq!((half_staged("## Goals\n"), half_staged("## Goals\r\n")), (0, 0));
        assert_eq!(half_staged("## Goals\n\n* tea\n"), 1);
    }
}
