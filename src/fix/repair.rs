//! `--diff` and `--fix`: what is to be fixed of what a check found, shown or written.
//!
//! The shell around `fix::engine` and `fix::write`; it prints nothing.

use crate::audit::check;
use crate::audit::check::{Outcome, Request};
use crate::audit::identity::{AfterRenames, identity};
use crate::audit::report::{Baseline, HALF_STAGED, Reported, Source};
use crate::cli::suggested_commands;
use crate::files::{Note, Tree};
use crate::fix::atomic;
use crate::fix::engine::{Fixed, borrowed, fix};
use crate::fix::verify::verify;
use crate::fix::write::{self, RealDisk};
use crate::git::{Error as GitError, Repo};
use crate::okep::snapshot::Parsed;
use crate::report::{count, diff, escape_control};
use crate::rules::finding::{Finding, Safety};
use crate::text::path::folder_of;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "`--fix` writes files, and `{flag}` judges {what}: {remedy}; \
         `--diff` shows the same edits for `git apply`"
    )]
    NotTheWorktree { flag: &'static str, what: &'static str, remedy: &'static str },
    #[error("there is no work tree to write to; `--diff` shows the same edits")]
    NoWorktree,
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Write(#[from] write::Error),
    #[error(transparent)]
    Check(#[from] check::Error),
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
    let shown = outcome.report.findings.iter_mut().filter(shown).map(|r| &mut r.finding).collect();
    let state = borrowed(&outcome.tree, snapshot, &outcome.audited);
    let history = outcome.template_history.as_ref();
    let notes = verify(&state, &outcome.layout, history, &Parsed::default(), shown);
    outcome.report.notes.extend(notes);
    outcome.report.notes.sort();
}

/// Refuses to write what is not the working tree, before anything is judged.
pub fn may_write(request: &Request) -> Result<(), Error> {
    if request.staged {
        let remedy = "the hook never stages; run `okep check --fix`, look at it, and `git add` it yourself";
        return Err(Error::NotTheWorktree { flag: "--staged", what: "the index", remedy });
    }
    if request.rev.is_some() {
        let remedy = "check the commit out first, or leave `--rev` out";
        return Err(Error::NotTheWorktree { flag: "--rev", what: "a commit", remedy });
    }
    Ok(())
}

/// A commit as it is judged, and what can be repaired of what `asked` asks for; nothing is written.
///
/// It is what `okep check --rev COMMIT --diff` shows, a full hash given.
pub fn of_commit(
    dir: Option<&Path>,
    commit: &str,
    most: Safety,
    asked: &dyn Fn(&Finding) -> bool,
) -> Result<(Outcome, Repair), Error> {
    let request = Request::of_commit(dir, commit);
    let outcome = check::check(&request)?;
    let repair = plan(&request, &outcome, most, asked)?;
    Ok((outcome, repair))
}

/// Finds out what is to be fixed of what was found and is `asked` for; nothing is written.
pub fn plan(
    request: &Request,
    outcome: &Outcome,
    most: Safety,
    asked: &dyn Fn(&Finding) -> bool,
) -> Result<Repair, Error> {
    let out_of_bounds = match outcome.report.source {
        Source::Worktree => out_of_bounds(request, outcome)?,
        _ => BTreeMap::new(),
    };
    let live: HashSet<_> = outcome.report.live().map(|f| identity(f, &AfterRenames(&[]))).collect();
    let compares = outcome.report.since.is_some();
    let excepted: HashSet<_> = outcome.excepted.iter().map(|f| identity(f, &AfterRenames(&[]))).collect();
    let wanted = |f: &Finding| {
        let id = identity(f, &AfterRenames(&[]));
        let summary = !outcome.off.contains(f.rule) && !excepted.contains(&id);
        outcome.is_asked_for(f) && asked(f) && summary && (!compares || live.contains(&id))
    };
    let spared = |f: &Finding| touched(f).any(|path| out_of_bounds.contains_key(path));
    let run = |tree: &Tree, wanted: &dyn Fn(&Finding) -> bool| {
        fix(tree, &outcome.layout, outcome.template_history.as_ref(), most, wanted)
    };
    let fixed = run(&outcome.tree, &|f| wanted(f) && !spared(f));
    let patch = diff::between(&outcome.tree, &fixed.tree, &fixed.renames);
    let mut notes = fixed.notes.clone();
    let mut left_alone = Vec::new();
    let alone = |f: &&Finding| f.fix.as_ref().is_some_and(|x| x.safety <= most) && wanted(f) && spared(f);
    if fixed.left.iter().any(|f| alone(&f)) {
        let rest = run(&fixed.tree, &wanted);
        left_alone = diff::between(&fixed.tree, &rest.tree, &rest.renames);
        let paths: BTreeSet<&str> = fixed.left.iter().filter(alone).flat_map(touched).collect();
        let why = |path: &str| match *out_of_bounds.get(path)? {
            HALF_STAGED => {
                Some(half_staged(path, "so it is left alone; stage your working copy first", outcome))
            }
            reason => Some(Note::at("left-alone", path, reason)),
        };
        notes.extend(paths.into_iter().filter_map(why));
    } else if fixed.applied.is_empty() {
        // Whoever was refused a commit and mended the file has still to stage it.
        let half = out_of_bounds.iter().filter(|(_, why)| **why == HALF_STAGED);
        let half = half.filter(|(path, _)| outcome.asked.is_empty() || outcome.asked.contains(path));
        notes.extend(
            half.map(|(path, _)| half_staged(path, "and nothing is to be fixed on disk; stage it", outcome)),
        );
    }
    let more = |f: &&Finding| f.fix.as_ref().is_some_and(|x| x.safety > most) && wanted(f);
    let suggested = fixed.left.iter().filter(more).count();
    Ok(Repair { fixed, patch, left_alone, notes, suggested })
}

fn half_staged(path: &str, what: &str, outcome: &Outcome) -> Note {
    let away = outcome.root.as_deref().is_none_or(suggested_commands::is_away);
    let message = format!("staged only in part, {what}: `{}`", suggested_commands::stage([path], away));
    Note::at(HALF_STAGED, path, message)
}

fn touched(finding: &Finding) -> impl Iterator<Item = &str> {
    let fix = finding.fix.iter();
    fix.flat_map(|f| {
        let renamed = f.renames.iter().flat_map(|r| [r.from.as_str(), r.to.as_str()]);
        f.edits.iter().map(|e| e.path.as_str()).chain(renamed)
    })
}

/// The files that are not to be written, each with the reason.
fn out_of_bounds(request: &Request, outcome: &Outcome) -> Result<BTreeMap<String, &'static str>, Error> {
    let mut found = BTreeMap::new();
    for path in outcome.tree.files.keys() {
        let on_disk = outcome.root.as_ref().map(|root| root.join(path));
        if path.split('/').any(|part| part == "..") {
            found.insert(path.clone(), "outside the work tree, so it is left alone");
        } else if on_disk.is_none_or(|p| p.symlink_metadata().is_err()) {
            found.insert(path.clone(), "not checked out, so it is left alone");
        }
    }
    let Some(repo) = Repo::discover(request.dir.as_deref())? else { return Ok(found) };
    let head = repo.head().id();
    for layout in std::iter::once(&outcome.layout).chain(&outcome.around) {
        let index = match repo.index(layout, &check::inherits) {
            Ok(index) => index,
            Err(GitError::Unmerged { paths }) => {
                let conflict = "in conflict, so it is left alone: resolve it first";
                found.extend(paths.into_iter().map(|path| (path, conflict)));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let head = match head {
            Some(id) => repo.commit(&id.to_string(), layout, &check::inherits)?.1,
            None => Tree::default(),
        };
        let half_staged = |path: &&String| {
            let (Some(staged), Some(on_disk)) = (index.bytes(path), outcome.tree.bytes(path)) else {
                return false;
            };
            head.bytes(path) != Some(staged) && !same_text(staged, on_disk)
        };
        found.extend(outcome.tree.files.keys().filter(half_staged).map(|path| (path.clone(), HALF_STAGED)));
    }
    Ok(found)
}

/// Whether two contents are the same but for line endings, which git may change on the way to disk.
pub(crate) fn same_text(a: &[u8], b: &[u8]) -> bool {
    let bare = |bytes: &[u8]| -> Vec<u8> {
        let broken = bytes.split_inclusive(|b| *b == b'\n');
        broken
            .flat_map(|line| line.strip_suffix(b"\r\n").map_or([line, b""], |l| [l, b"\n"]).concat())
            .collect()
    };
    a == b || bare(a) == bare(b)
}

/// Writes a repair and judges what is left.
pub fn write(request: &Request, outcome: &Outcome, repair: &Repair) -> Result<Outcome, Error> {
    let root = outcome.root.as_deref().ok_or(Error::NoWorktree)?;
    let fixed = &repair.fixed;
    write::write(root, &outcome.tree, &fixed.tree, &fixed.renames, &RealDisk)?;
    let renamed = |path: &PathBuf| {
        let inside = outcome.inside(request, path);
        let to = fixed.renames.iter().filter(|r| r.from == inside).map(|r| root.join(&r.to)).next_back();
        to.unwrap_or_else(|| path.clone())
    };
    let paths = request.paths.iter().map(renamed).collect();
    Ok(check::check(&Request { paths, ..request.clone() })?)
}

/// Keeps other runs from writing until what is judged now has been written.
///
/// # Errors
/// Another one is at it, or there is no telling where the repository is.
pub fn alone(request: &Request) -> Result<impl Sized + use<>, Error> {
    let repo = Repo::discover(request.dir.as_deref())?;
    let here = request.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    Ok(write::alone(repo.as_ref().and_then(|repo| repo.root()).unwrap_or(&here))?)
}

/// Takes away what runs that were killed left beside the files, and tells of what may be another's. Whoever
/// asks holds [`alone`]: what another run has just exchanged is as old as the author's file was.
pub fn sweep(outcome: &Outcome) -> Vec<Note> {
    let Some(root) = outcome.root.as_deref() else { return Vec::new() };
    let inside = outcome.tree.files.keys().filter(|path| !path.split('/').any(|part| part == ".."));
    let folders: BTreeSet<&str> = inside.map(|path| folder_of(path)).collect();
    let left = folders.into_iter().flat_map(|folder| atomic::sweep(&root.join(folder)));
    let message = "a temporary file of another okep, at work or killed: a later `--fix` takes it away";
    let summary = |path: PathBuf| {
        let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        Note::at("leftover", path, message)
    };
    left.map(summary).collect()
}

/// What a repair did, or would do, a line for each fix.
pub fn summary(repair: &Repair, did: bool) -> String {
    let mut out = String::new();
    let mut files: BTreeSet<&str> = BTreeSet::new();
    for finding in &repair.fixed.applied {
        let title = finding.fix.as_ref().map_or("", |f| f.title.as_str());
        files.extend(touched(finding));
        out.push_str(&format!(
            "{}: {}: {}\n",
            escape_control(&finding.path),
            finding.rule,
            escape_control(title)
        ));
    }
    let (fixes, files) = (count_of(repair.fixed.applied.len(), "fix", "es"), count(files.len(), "file"));
    out.push_str(&match (repair.fixed.applied.is_empty(), did) {
        (true, _) if repair.suggested > 0 => {
            let more = count_of(repair.suggested, "suggestion", "s");
            format!("nothing to fix safely; {more}: `--diff=all` shows, `--fix=all` writes\n")
        }
        // The notes say what could be, and why it is not.
        (true, _) if repair.notes.iter().any(|n| [HALF_STAGED, "left-alone"].contains(&n.kind)) => {
            String::new()
        }
        (true, _) => "nothing to fix\n".to_owned(),
        (false, true) => format!("{fixes} in {files}\n"),
        (false, false) => format!("{fixes} in {files}, none of them written\n"),
    });
    out.push_str(&lines(&repair.notes));
    out
}

/// What the judge has to say beside its findings, a line each; what the repair says itself is left out.
pub fn notes(outcome: &Outcome, repair: &Repair) -> String {
    lines(outcome.report.notes.iter().filter(|n| !repair.notes.contains(n)))
}

fn lines<'n>(notes: impl IntoIterator<Item = &'n Note>) -> String {
    let line = |note: &Note| {
        let path = note.path.as_deref().map_or(String::new(), |p| format!("{}: ", escape_control(p)));
        format!("note: {path}{}\n", escape_control(&note.message))
    };
    notes.into_iter().map(line).collect()
}

fn count_of(n: usize, word: &str, plural: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}{plural}") }
}
