//! `--diff` and `--fix`: what is to be fixed of what a check found, shown or written.
//!
//! The shell around `fix::engine` and `fix::write`; it prints nothing.

use crate::audit::check::Outcome;
use crate::audit::identity::{Identity, identity};
use crate::audit::report::{Baseline, HALF_STAGED, Reported, Source};
use crate::audit::scope::inputs;
use crate::files::{Note, Tree};
use crate::fix::engine::{Fixed, fix};
use crate::fix::verify::verify;
use crate::fix::{dead_suppressions, patch, write};
use crate::git::{Error as GitError, Repo};
use crate::rules::finding::{Finding, Fix, Safety};
use crate::text::same_text;
use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "`--fix` writes files, and `--rev` checks a commit: check the commit out first, or leave `--rev` out; \
         `--diff` shows the same edits for `git apply`"
    )]
    NotTheWorktree,
    #[error("there is no work tree to write to; `--diff` shows the same edits")]
    NoWorktree,
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Write(#[from] write::Error),
}

/// Fixes that are ready to be shown or written.
pub struct Repair {
    pub fixed: Fixed,
    /// The edits as a patch for `git apply`.
    pub patch: Vec<u8>,
    /// The patch for files that are left alone, because only part of them is staged.
    pub left_alone: Vec<u8>,
    pub notes: Vec<Note>,
    /// How many fixes are left that were not asked for, because they change what is said.
    pub suggested: usize,
}

/// Plans and verifies the fixes of the findings that are shown, each by itself.
pub fn show(outcome: &mut Outcome, thorough: bool) {
    let Some(snapshot) = &outcome.snapshot else { return };
    let shown = |r: &&mut Reported| thorough || r.baseline != Some(Baseline::Existing);
    let mut findings = std::mem::take(&mut outcome.report.findings);
    let shown = findings.iter_mut().filter(shown).map(|r| &mut r.finding).collect();
    let notes = verify(outcome, snapshot, shown);
    outcome.report.notes.extend(notes);
    outcome.report.findings = findings;
    outcome.report.notes.sort();
    outcome.report.add_texts(snapshot);
}

/// The findings of a check that count, whatever state it was of.
pub fn introduced(outcome: &Outcome) -> HashSet<Identity> {
    outcome.report.live().map(|f| identity(f, &[])).collect()
}

/// Finds out what is to be fixed of what was found and is `asked` for; nothing is written.
///
/// Where the files are staged again, `staged` has the findings of what is staged now: files that are staged only in
/// part are left alone, and those are named that are right on disk and not yet staged.
pub fn plan(
    outcome: &Outcome,
    repo: Option<&Arc<Repo>>,
    staged: Option<&HashSet<Identity>>,
    most: Safety,
    asked: &dyn Fn(&Finding) -> bool,
) -> Result<Repair, Error> {
    let bounds = match outcome.report.source {
        Source::Worktree => Some(Bounds::of(outcome, repo, staged.is_some())?),
        _ => None,
    };
    let out_of_bounds = |path: &str| bounds.as_ref().and_then(|bounds| bounds.reason(path));
    let live = introduced(outcome);
    let compares = outcome.report.since.is_some();
    let counts = counts(outcome);
    let wanted = |f: &Finding| {
        let is_new = || live.contains(&identity(f, &[]));
        outcome.is_asked_for(f) && asked(f) && counts(f) && (!compares || is_new())
    };
    let spared = |f: &Finding| touched(f).any(|path| out_of_bounds(path).is_some());
    let run = |tree: &Tree, wanted: &dyn Fn(&Finding) -> bool| {
        fix(&outcome.whole(tree), outcome.template_history.as_ref(), most, wanted)
    };
    let mut fixed = run(&outcome.tree, &|f| wanted(f) && !spared(f));
    dead_suppressions::delete(&mut fixed, outcome, &|path| out_of_bounds(path).is_none());
    let patch = patch::between(&outcome.tree, &fixed.tree, &fixed.renames);
    let mut notes = fixed.notes.clone();
    let mut left_alone = Vec::new();
    let alone = |f: &&Finding| f.fix.as_ref().is_some_and(|x| x.safety <= most) && wanted(f) && spared(f);
    if fixed.left.iter().any(|f| alone(&f)) {
        let rest = run(&fixed.tree, &wanted);
        left_alone = patch::between(&fixed.tree, &rest.tree, &rest.renames);
        let paths: BTreeSet<&str> = fixed.left.iter().filter(alone).flat_map(touched).collect();
        let why = |path: &str| match out_of_bounds(path)? {
            HALF_STAGED => {
                let message = "staged only in part, so it is left alone: stage the rest of it, or fix the working \
                               copy without `--staged`";
                Some(Note::at(HALF_STAGED, path, message))
            }
            reason => Some(Note::at("left-alone", path, reason)),
        };
        notes.extend(paths.into_iter().filter_map(why));
    } else if fixed.applied.is_empty() {
        // Whoever was refused a commit and fixed the file has still to stage it.
        let asked = |path: &String| outcome.asked.is_empty() || outcome.asked.contains(path);
        let is_fixed = staged.is_some_and(|staged| !staged.is_subset(&live));
        for path in inputs(&outcome.tree, &outcome.config.layout).into_keys().filter(asked) {
            let message = if out_of_bounds(&path) == Some(HALF_STAGED) {
                "staged only in part, and there is nothing to fix in your working copy"
            } else if is_fixed && bounds.as_ref().is_some_and(|bounds| bounds.is_unstaged(&path)) {
                "changed on disk and not staged, and there is nothing to fix in your working copy"
            } else {
                continue;
            };
            notes.push(Note::at(HALF_STAGED, path, message));
        }
    }
    let more = |f: &&Finding| f.fix.as_ref().is_some_and(|x| x.safety > most) && wanted(f);
    let suggested = fixed.left.iter().filter(more).count();
    Ok(Repair { fixed, patch, left_alone, notes, suggested })
}

/// Whether a finding counts: its rule is on, and no suppression covers it.
pub fn counts(outcome: &Outcome) -> impl Fn(&Finding) -> bool {
    let excepted: HashSet<_> = outcome.excepted.iter().map(|f| identity(f, &[])).collect();
    let off: HashSet<_> = outcome.config.off().collect();
    move |f| !off.contains(f.rule) && !excepted.contains(&identity(f, &[]))
}

/// The files that the fix of a finding changes or renames.
pub fn touched(finding: &Finding) -> impl Iterator<Item = &str> {
    finding.fix.iter().flat_map(Fix::paths)
}

const UNWRITABLE_NAME: &str = "a backslash is in its name, so it is left alone: rename it by hand";
const READ_ONLY: &str = "read-only, so it is left alone: make it writable and try again";

impl Repair {
    /// Whether a fix that was asked for is not written because its file cannot be.
    pub fn has_unwritable(&self) -> bool {
        self.notes.iter().any(|note| [UNWRITABLE_NAME, READ_ONLY].contains(&note.message.as_str()))
    }
}

/// Which files are not to be written.
struct Bounds<'a> {
    tree: &'a Tree,
    root: Option<&'a Path>,
    /// The index and HEAD, where there is a repository.
    index: Option<(Tree, Tree)>,
    /// Whether the files are to be staged after they are written.
    to_stage: bool,
}

impl<'a> Bounds<'a> {
    fn of(outcome: &'a Outcome, repo: Option<&Arc<Repo>>, to_stage: bool) -> Result<Self, Error> {
        let index = |repo: &Arc<Repo>| -> Result<_, GitError> {
            let head = repo.head_id().map(|id| Tree::commit(repo, id)).transpose()?;
            Ok((Tree::index(repo)?, head.unwrap_or_default()))
        };
        let (tree, root, index) = (&outcome.tree, outcome.root.as_deref(), repo.map(index).transpose()?);
        Ok(Bounds { tree, root, index, to_stage })
    }

    /// Why a file is left alone.
    fn reason(&self, path: &str) -> Option<&'static str> {
        if path.split('/').any(|part| part == "..") {
            return Some("outside the work tree, so it is left alone");
        }
        if path.contains('\\') {
            return Some(UNWRITABLE_NAME);
        }
        if !self.tree.contains(path) {
            return None;
        }
        match self.root.and_then(|root| root.join(path).symlink_metadata().ok()) {
            None => return Some("not checked out, so it is left alone"),
            Some(on_disk) if on_disk.is_file() && on_disk.permissions().readonly() => return Some(READ_ONLY),
            Some(_) => {}
        }
        let (index, head) = self.index.as_ref()?;
        if index.conflicts().iter().any(|conflict| conflict == path) {
            return Some("in conflict, so it is left alone: resolve it first");
        }
        let is_half_staged = || index.id(path) != head.id(path) && self.is_unstaged(path);
        (self.to_stage && is_half_staged()).then_some(HALF_STAGED)
    }

    /// Whether a tracked file says something else on disk than in the index.
    fn is_unstaged(&self, path: &str) -> bool {
        let staged = self.index.as_ref().and_then(|(index, _)| index.bytes(path));
        staged.zip(self.tree.bytes(path)).is_some_and(|(staged, on_disk)| !same_text(&staged, &on_disk))
    }
}

/// Writes a repair.
///
/// # Errors
/// There is no working tree, or a file cannot be written.
pub fn write(outcome: &Outcome, repair: &Repair) -> Result<(), Error> {
    let root = outcome.root.as_deref().ok_or(Error::NoWorktree)?;
    write::write(root, &outcome.tree, &repair.fixed.tree, &repair.fixed.renames)?;
    Ok(())
}
