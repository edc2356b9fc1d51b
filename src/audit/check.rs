//! `okep check`: reads what is to be judged and what it is compared with, asks history where a finding
//! needs it, and makes one report of it all.
//!
//! This is the thin shell around `audit` and `ratchet`; it prints nothing.

use crate::audit::backlinks;
use crate::audit::baseline;
use crate::audit::policy::{Policy, PolicyOutcome};
use crate::audit::report::{Baseline, HALF_STAGED, Issue, OkepSummary, Report, Reported, Source};
use crate::audit::{Verdict, audit, landing};
use crate::files::{CONFIG, Layout, Note, PathKind, Tree};
use crate::fix::repair::same_text;
use crate::git::{Error as GitError, Head, Id, Repo, Wanted, plain_folder, plain_path_kinds};
use crate::okep::config;
use crate::okep::config::Config;
use crate::okep::snapshot::{Parsed, Snapshot};
use crate::okep::template_history::TemplateHistory;
use crate::rules::finding::Finding;
use crate::rules::page_links::{lost, questions};
use crate::rules::{self, rule};
use crate::site::mkdocs;
use crate::text::path;
use crate::text::path::Role;
use crate::text::path::percent_decoded;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What to judge.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The folder given with `-C`.
    pub dir: Option<PathBuf>,
    pub staged: bool,
    /// With `staged`: where nothing at all is staged there is no change, and the whole index is judged.
    pub or_whole_index: bool,
    pub rev: Option<String>,
    pub since: Option<String>,
    /// More commits whose findings are not new.
    pub bases: Vec<Id>,
    /// Only what is about these files or folders, as the user wrote them.
    pub paths: Vec<PathBuf>,
    /// Whether everything is to be known about every OKEP, or only what failing or passing hangs on.
    pub thorough: bool,
}

impl Request {
    /// Everything about every OKEP of a commit, a full hash given.
    pub fn of_commit(dir: Option<&Path>, commit: &str) -> Self {
        let (dir, rev) = (dir.map(Path::to_owned), Some(commit.to_owned()));
        Request { dir, rev, thorough: true, ..Request::default() }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("commits are made faster than what is staged can be read; try again")]
    HeadMoved,
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error("no `{folder}` in {place}: there are no OKEPs to judge; name the repository with `-C DIR`")]
    NoFolder { folder: String, place: String },
    #[error(
        "`{path}` names no OKEP and no file that one depends on; `okep check` without it lists what is judged"
    )]
    UnknownPath { path: String },
}

/// What only a repository has, and how to do without it.
type Lack = (&'static str, &'static str);
const NOTHING_STAGED: Lack = ("is nothing staged", "leave `--staged` out to judge the files as they are");
const NOTHING_COMMITTED: Lack = ("is nothing committed", "leave `--rev` out to judge the files as they are");
const NOTHING_TO_COMPARE: Lack =
    ("is nothing to compare with", "leave `--since` out to judge the files as they are");

/// A report, and whether it is whole.
#[derive(Debug)]
pub struct Outcome {
    pub report: Report,
    /// Something could not be read, so that passing means little.
    pub incomplete: bool,
    /// The tree that was judged, and what was made of it.
    pub tree: Tree,
    pub snapshot: Option<Snapshot>,
    pub template_history: Option<TemplateHistory>,
    pub layout: Layout,
    /// By which pages around the proposal folder were read as well, where they were.
    pub around: Option<Layout>,
    /// The folder that paths start from; none for a bare repository.
    pub root: Option<PathBuf>,
    /// What was found and is excepted.
    pub excepted: Vec<Finding>,
    /// All that the audit found, whatever the policy and the baseline make of it.
    pub audited: Vec<Finding>,
    /// The rules that are off: what they find is neither told nor fixed.
    pub off: BTreeSet<&'static str>,
    /// The files and folders that were asked about, from the root; none where all were.
    pub asked: Vec<String>,
}

impl Outcome {
    /// Whether a finding is about what was asked.
    pub fn is_asked_for(&self, finding: &Finding) -> bool {
        is_about(&self.asked, &finding.path)
            || finding.okep.as_deref().is_some_and(|p| is_about(&self.asked, p))
    }

    /// A path as the user wrote it, from the root.
    pub fn inside(&self, request: &Request, path: &Path) -> String {
        let from = request.dir.clone().unwrap_or_else(|| PathBuf::from("."));
        inside(path, &from, self.root.as_deref().unwrap_or(&from))
    }
}

fn is_about(asked: &[String], path: &str) -> bool {
    let within = |a: &String| a.is_empty() || path == a || path.starts_with(&format!("{a}/"));
    asked.is_empty() || asked.iter().any(within)
}

/// Judges what is asked for.
pub fn check(request: &Request) -> Result<Outcome, Error> {
    while_head_stands(|| check_once(request))
}

/// As often as this what is staged is read anew, because a commit was made meanwhile.
const TRIES: usize = 5;

/// Tries again where a commit was made meanwhile, a moment later each time.
fn while_head_stands<T>(mut once: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    for waits in 1..TRIES {
        match once() {
            Err(Error::HeadMoved) => std::thread::sleep(Duration::from_millis(10 << waits)),
            result => return result,
        }
    }
    once()
}

fn check_once(request: &Request) -> Result<Outcome, Error> {
    let repo = Repo::discover(request.dir.as_deref())?;
    let Some(repo) = repo else { return without_repository(request) };
    let head = repo.head();
    let mut request = request.clone();
    let whole_index = request.staged && request.or_whole_index && !repo.anything_staged()?;
    // What is not compared with anything is judged whole.
    request.or_whole_index = whole_index;
    let (config, layout) = (Config::default(), Layout::default());
    Reading { repo: &repo, cuts_links: false, request: &request, config, layout }.run(head)
}

/// The working tree, read and not judged.
pub struct Here {
    /// None outside of a repository.
    pub repo: Option<Arc<Repo>>,
    /// The folder that the paths start from.
    pub root: PathBuf,
    pub tree: Tree,
    pub layout: Layout,
}

/// Reads the working tree, or a folder that is in no repository.
///
/// # Errors
/// There is no working tree, or no proposal folder in it.
pub fn here(dir: Option<&Path>) -> Result<Here, Error> {
    let mut layout = Layout::default();
    let repo = Repo::discover(dir)?;
    let root = match &repo {
        Some(repo) => repo.root().map(Path::to_path_buf).unwrap_or_default(),
        None => dir.unwrap_or(Path::new(".")).to_path_buf(),
    };
    let read = |layout: &Layout| match &repo {
        Some(repo) => repo.worktree(layout, &inherits),
        None => plain_folder(&root, layout, &inherits),
    };
    let mut tree = read(&layout)?;
    no_folder_for_config(Some(&root))?;
    let config = Config::of(&tree, rules::ids())?;
    if config.layout != layout {
        layout = config.layout.clone();
        tree = read(&layout)?;
    }
    config.stands_in(&tree)?;
    if !has_folder(&tree, &layout)
        && !config.names_folder
        && let Some(folder) = other_folder(&layout, &tree)
    {
        layout.folder = folder;
        tree = read(&layout)?;
    }
    match has_folder(&tree, &layout) {
        true => Ok(Here { repo, root, tree, layout }),
        false => Err(Error::NoFolder { folder: layout.folder, place: format!("`{}`", root.display()) }),
    }
}

/// What a commit of what is staged would add, change or delete, as far as a verdict depends on it.
pub struct StagedPaths {
    pub paths: BTreeSet<String>,
    /// The same of the commit at HEAD, compared with its first parent.
    pub before: BTreeSet<String>,
    /// The proposal folder.
    pub folder: String,
}

/// Compares what is staged with HEAD, by ids alone.
///
/// # Errors
/// There is no repository, or it cannot be read.
pub fn staged_paths(dir: Option<&Path>) -> Result<StagedPaths, Error> {
    let Some(repo) = Repo::discover(dir)? else {
        let (lacks, remedy) = NOTHING_STAGED;
        return Err(GitError::no_repository(dir, lacks, remedy).into());
    };
    let request = Request { staged: true, ..Request::default() };
    let mut reading = Reading {
        repo: &repo,
        cuts_links: false,
        request: &request,
        config: Config::default(),
        layout: Layout::default(),
    };
    let head = repo.head();
    let few = |path: &str| !path.ends_with(".md");
    let (mut tree, _, _) = reading.read(&head, &few)?;
    if reading.configure(&tree)? {
        (tree, _, _) = reading.read(&head, &few)?;
    }
    if !has_folder(&tree, &reading.layout)
        && !reading.config.names_folder
        && let Some(folder) = other_folder(&reading.layout, &tree)
    {
        reading.layout.folder = folder;
    }
    let ids = |ids: Vec<(String, Id)>| ids.into_iter().collect::<HashSet<_>>();
    let now = ids(repo.index_ids(&reading.layout, &inherits)?);
    let of = |rev: &str| repo.commit_ids(rev, &reading.layout, &inherits).map(ids);
    let head = head.id().map(|id| id.to_string());
    // The first commit of all adds everything, which says nothing of what it is about.
    let parent = head.as_ref().and_then(|head| of(&format!("{head}^")).ok());
    let head = head.map_or_else(|| Ok(HashSet::new()), |head| of(&head))?;
    let parent = parent.unwrap_or_else(|| head.clone());
    let differ =
        |a: &HashSet<(String, Id)>, b| a.symmetric_difference(b).map(|(path, _)| path.clone()).collect();
    let (paths, before) = (differ(&now, &head), differ(&head, &parent));
    Ok(StagedPaths { paths, before, folder: reading.layout.folder })
}

pub(crate) fn inherits(path: &str, bytes: &[u8]) -> Option<String> {
    mkdocs::inherits(path, bytes)
}

fn without_repository(request: &Request) -> Result<Outcome, Error> {
    let dir = request.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let asked = [
        (request.staged, NOTHING_STAGED),
        (request.rev.is_some(), NOTHING_COMMITTED),
        (request.since.is_some(), NOTHING_TO_COMPARE),
    ];
    if let Some((_, (lacks, remedy))) = asked.into_iter().find(|(asked, _)| *asked) {
        return Err(GitError::no_repository(Some(&dir), lacks, remedy).into());
    }
    let mut tree = plain_folder(&dir, &Layout::default(), &inherits)?;
    let config = Config::of(&tree, rules::ids())?;
    let layout = config.layout.clone();
    if layout != Layout::default() {
        tree = plain_folder(&dir, &layout, &inherits)?;
    }
    no_folder_for_config(Some(&dir))?;
    config.stands_in(&tree)?;
    if !has_folder(&tree, &layout) {
        return Err(Error::NoFolder { folder: layout.folder, place: format!("`{}`", dir.display()) });
    }
    let reason =
        "not a git repository: when OKEPs landed is not known, so all are judged by the template at hand";
    tree.notes.push(Note::new("no-history", reason));
    let parsed = Parsed::default();
    let mut snapshot = Snapshot::new(&tree, &layout, &parsed);
    let found = plain_path_kinds(&dir, &questions(&snapshot));
    stand(&mut tree, &mut snapshot, found);
    let mut verdict = audit(&snapshot, None);
    let names = backlinks::at_stake(&verdict.findings);
    if !names.is_empty() {
        let found = plain_folder(&dir, &backlinks::layout(&snapshot), &|_, _| None)?;
        let (files, notes) = backlinks::pages(found, &tree, &names);
        tree.files.extend(files);
        tree.notes.extend(notes);
        snapshot = Snapshot::new(&tree, &layout, &parsed);
        verdict = audit(&snapshot, None);
    }
    let ruled = Policy::of(&config, &snapshot).apply(verdict.findings.clone(), &snapshot);
    let mut report = report(&snapshot, ruled.findings, Source::Worktree, None);
    report.notes.extend(ruled.notes);
    report.notes.sort();
    let asked = narrow(&mut report, &request.paths, &dir, &dir, &[])?;
    Ok(Outcome {
        incomplete: snapshot.incomplete,
        report,
        tree,
        snapshot: Some(snapshot),
        template_history: None,
        layout,
        around: None,
        root: Some(dir),
        excepted: ruled.excepted,
        audited: verdict.findings,
        off: ruled.off,
        asked,
    })
}

/// A folder of the configuration's name is no file of any tree, and would be passed over in silence.
fn no_folder_for_config(root: Option<&Path>) -> Result<(), Error> {
    match root.is_some_and(|root| root.join(CONFIG).is_dir()) {
        true => Err(config::Error::Unreadable { reason: "it is a folder".to_owned() }.into()),
        false => Ok(()),
    }
}

fn has_folder(tree: &Tree, layout: &Layout) -> bool {
    let folder = format!("{}/", layout.folder);
    tree.files.range(folder.clone()..).next().is_some_and(|(path, _)| path.starts_with(&folder))
}

/// Where `docs_dir` has the site's pages elsewhere, the proposals are looked for there.
fn other_folder(layout: &Layout, tree: &Tree) -> Option<String> {
    let register = layout.registers.iter().find(|r| tree.files.contains_key(*r))?;
    let site = mkdocs::read(register, &|path: &str| tree.bytes(path).cloned());
    let name = layout.folder.rsplit('/').next()?;
    site.docs_dir.map(|docs| format!("{docs}/{name}"))
}

/// Takes up what stands where links lead to.
fn stand(tree: &mut Tree, snapshot: &mut Snapshot, found: BTreeMap<String, PathKind>) {
    tree.path_kind = Arc::new(found);
    snapshot.path_kind = tree.path_kind.clone();
}

struct Reading<'a> {
    repo: &'a Repo,
    /// Whether what is staged takes away a file that a page seems to link to.
    cuts_links: bool,
    request: &'a Request,
    config: Config,
    /// That of the configuration, or where the OKEPs were found.
    layout: Layout,
}

impl Reading<'_> {
    fn run(mut self, head: Head) -> Result<Outcome, Error> {
        if self.request.staged {
            // What a commit touches can only be told once it is known where to look.
            let tree = self.repo.index_where(&self.layout, &inherits, &|path| path == CONFIG)?;
            // The index is read once, and is to be compared with the commit that it stood on then.
            if self.repo.head() != head {
                return Err(Error::HeadMoved);
            }
            self.configure(&tree)?;
        }
        if !self.request.or_whole_index
            && let Some(touched) = self.touched(&head)?
        {
            let outcome = self.run_where(&head, Some(&touched))?;
            let about_unread = |f: &Finding| {
                let okep = f.okep.as_deref().and_then(|path| outcome.snapshot.as_ref()?.okep(path));
                okep.is_some_and(|o| o.unread)
            };
            // What is to be renamed may be named by any other.
            let renames = |f: &Finding| rule(f.rule).is_some_and(|r| r.renames);
            if !outcome.report.live().any(|f| about_unread(f) || renames(f)) {
                return Ok(outcome);
            }
        }
        self.run_where(&head, None)
    }

    /// Takes up the configuration of a tree, and says whether another tree is to be read for it.
    fn configure(&mut self, tree: &Tree) -> Result<bool, Error> {
        self.config = Config::of(tree, rules::ids())?;
        let elsewhere = self.config.layout != self.layout;
        self.layout = self.config.layout.clone();
        Ok(elsewhere)
    }

    /// The paths that a commit would change, where they say all that new findings can hang on: the
    /// template and the configuration are the same, one state is compared with, and not everything is asked for.
    fn touched(&mut self, head: &Head) -> Result<Option<HashSet<String>>, Error> {
        let (true, Some(id)) = (self.request.staged && !self.request.thorough, head.id()) else {
            return Ok(None);
        };
        if !self.repo.merge_heads().is_empty() {
            return Ok(None);
        }
        let now: HashSet<(String, Id)> = self.repo.index_ids(&self.layout, &inherits)?.into_iter().collect();
        let before: HashSet<(String, Id)> =
            self.repo.commit_ids(&id.to_string(), &self.layout, &inherits)?.into_iter().collect();
        let touched: HashSet<String> =
            now.symmetric_difference(&before).map(|(path, _)| path.clone()).collect();
        // A link in a file that nobody touched may lead to one that goes.
        self.cuts_links = self.cuts_links(id)?;
        if self.cuts_links {
            return Ok(None);
        }
        let is_of_all =
            |path: &String| path == CONFIG || path::role(path, &self.layout.folder) == Role::Template;
        Ok((!touched.iter().any(is_of_all)).then_some(touched))
    }

    /// Whether a page names a file or a folder that a commit of what is staged would take away.
    fn cuts_links(&self, head: Id) -> Result<bool, Error> {
        let removed_paths = self.repo.removed_paths(head)?;
        if removed_paths.is_empty() {
            return Ok(false);
        }
        let names: HashSet<&str> = removed_paths.iter().map(|path| path::file_name(path)).collect();
        let tree = self.repo.index_where(&self.layout, &inherits, &|path| path::stem(path).is_some())?;
        let names_one = |path: &String| {
            let Some(bytes) = tree.bytes(path) else { return false };
            let text = String::from_utf8_lossy(bytes);
            let plain = percent_decoded(&text);
            names.iter().any(|name| text.contains(name) || plain.contains(name))
        };
        Ok(tree.files.keys().any(names_one))
    }

    fn run_where(&mut self, head: &Head, touched: Option<&HashSet<String>>) -> Result<Outcome, Error> {
        let folder = self.layout.folder.clone();
        let wanted = move |path: &str| {
            let role = path::role(path, &folder);
            touched.is_none_or(|t| t.contains(path)) || role != Role::Okep
        };
        let (mut tree, source, tip) = self.read(head, &wanted)?;
        if self.configure(&tree)? {
            (tree, _, _) = self.read(head, &|_| true)?;
        }
        if !has_folder(&tree, &self.layout)
            && !self.config.names_folder
            && let Some(folder) = other_folder(&self.layout, &tree)
        {
            self.layout.folder = folder;
            (tree, _, _) = self.read(head, &|_| true)?;
        }
        if source == Source::Worktree {
            no_folder_for_config(self.repo.root())?;
        }
        self.config.stands_in(&tree)?;
        let mut bases = self.bases(head, tip, &wanted)?;
        if !has_folder(&tree, &self.layout) && !self.request.staged {
            let top = self.repo.root().map_or("this repository".into(), |r| format!("`{}`", r.display()));
            let place = match &source {
                Source::Commit(id) => format!("commit `{id}` of {top}"),
                _ => top,
            };
            return Err(Error::NoFolder { folder: self.layout.folder.clone(), place });
        }
        if let Head::Unreadable(reason) = head {
            tree.notes.push(Note::new("head-unreadable", format!("HEAD cannot be read: {reason}")));
        }
        if self.request.or_whole_index {
            let message =
                "nothing is staged and no commit is being made: all that is in the index was judged";
            tree.notes.push(Note::new("whole-index", message));
        } else if self.request.staged
            && !self.request.thorough
            && !self.cuts_links
            && self.nothing_staged(&tree, &bases)
        {
            return Ok(self.nothing(tree, source, &bases));
        }
        let parsed = Parsed::default();
        let mut now = Snapshot::new(&tree, &self.layout, &parsed);
        let mut before: Vec<Snapshot> =
            bases.iter().map(|b| Snapshot::new(&b.tree, &b.layout, &parsed)).collect();
        let pages = |snapshot: &Snapshot| snapshot.site.as_ref().map(|site| site.pages.clone());
        if touched.is_some() && before.iter().any(|b| pages(b) != pages(&now)) {
            // How links are read has changed for every page.
            return self.run_where(head, None);
        }
        let found = self.path_kind(&source, &questions(&now))?;
        stand(&mut tree, &mut now, found);
        for (base, snapshot) in bases.iter_mut().zip(&mut before) {
            let found = self.repo.commit_path_kinds(base.commit, &questions(snapshot));
            stand(&mut base.tree, snapshot, found);
        }
        if let Some(tip) = tip {
            // What was dead before is not this change's to mend.
            let known: BTreeSet<String> = before.iter().flat_map(lost).collect();
            let lost: BTreeSet<String> = &lost(&now) - &known;
            if !lost.is_empty() {
                tree.moved = Arc::new(self.repo.moved(tip, &lost, source == Source::Index));
                now.moved = tree.moved.clone();
            }
        }
        let rulings = Policy::of(&self.config, &now);
        let excused: Vec<Policy> =
            bases.iter().zip(&before).map(|(b, snapshot)| Policy::of(&b.config, snapshot)).collect();
        let judge = |template_history| {
            CheckedState::of(&now, &rulings, before.iter().zip(&excused), self.compares(), template_history)
        };
        let mut judgement = judge(None);
        let mut template_history = None;
        if let Some(tip) = tip.filter(|_| judgement.wants_history(&now, &before, self.request)) {
            let mut known = self.repo.template_history(tip, &self.layout);
            if self.request.since.is_some() {
                // What a branch brings has not landed, whatever its own commits say.
                let had = |path: &str| {
                    let number = now.number_of(path);
                    before.iter().any(|b| {
                        b.paths.contains(path) || number.is_some_and(|n| b.okep_of_number(n).is_some())
                    })
                };
                known.landed.retain(|path, _| had(path));
            }
            judgement = judge(Some(&known));
            template_history = Some(known);
        }
        let shown = |i: &usize| self.request.thorough || judgement.baseline[*i] != Some(Baseline::Existing);
        let shown = (0..judgement.findings.len()).filter(shown).map(|i| &judgement.findings[i]);
        let around = self.around(&source, &now, &mut tree, &backlinks::at_stake(shown))?;
        if around.is_some() {
            now = Snapshot::new(&tree, &self.layout, &parsed);
            let before = before.iter().zip(&excused);
            judgement = CheckedState::of(&now, &rulings, before, self.compares(), template_history.as_ref());
        }
        let mut outcome = self.outcome(tree, now, &before, judgement, template_history, source, &bases)?;
        outcome.report.partial = touched.is_some();
        outcome.around = around;
        Ok(outcome)
    }

    fn read(&self, head: &Head, wanted: &Wanted) -> Result<(Tree, Source, Option<Id>), Error> {
        if self.request.staged {
            return Ok((self.repo.index_where(&self.layout, &inherits, wanted)?, Source::Index, head.id()));
        }
        if let Some(rev) = &self.request.rev {
            let (id, tree) = self.repo.commit(rev, &self.layout, &inherits)?;
            return Ok((tree, Source::Commit(id.to_string()), Some(id)));
        }
        Ok((self.repo.worktree(&self.layout, &inherits)?, Source::Worktree, head.id()))
    }

    /// Takes up the pages around the proposal folder that may name one of the files, and says by which
    /// layout they were read.
    fn around(
        &self,
        source: &Source,
        now: &Snapshot,
        tree: &mut Tree,
        names: &[String],
    ) -> Result<Option<Layout>, Error> {
        if names.is_empty() {
            return Ok(None);
        }
        let (layout, alone) = (backlinks::layout(now), |_: &str, _: &[u8]| None);
        let found = match source {
            Source::Worktree => self.repo.worktree(&layout, &alone)?,
            Source::Index => self.repo.index(&layout, &alone)?,
            Source::Commit(id) => self.repo.commit(id, &layout, &alone)?.1,
        };
        let (files, notes) = backlinks::pages(found, tree, names);
        tree.files.extend(files);
        tree.notes.extend(notes);
        Ok(Some(layout))
    }

    fn path_kind(
        &self,
        source: &Source,
        asked: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, PathKind>, Error> {
        Ok(match source {
            Source::Index => self.repo.index_path_kinds(asked)?,
            Source::Worktree => self.repo.worktree_path_kinds(asked)?,
            Source::Commit(id) => {
                let id = Id::from_hex(id.as_bytes()).expect("it was an id before it was a string");
                self.repo.commit_path_kinds(id, asked)
            }
        })
    }

    fn compares(&self) -> bool {
        (self.request.staged && !self.request.or_whole_index)
            || self.request.since.is_some()
            || !self.request.bases.is_empty()
    }

    /// The states whose findings are not new: HEAD and what is being merged, or a merge base.
    fn bases(&self, head: &Head, tip: Option<Id>, wanted: &Wanted) -> Result<Vec<Base>, Error> {
        let mut ids = self.request.bases.clone();
        if self.request.staged && !self.request.or_whole_index {
            ids.extend(head.id());
            ids.extend(self.repo.merge_heads());
        }
        if let Some(since) = &self.request.since {
            ids.push(match tip {
                Some(tip) => self.repo.merge_base_with(since, tip)?,
                None => self.repo.merge_base(since)?,
            });
        }
        let read = |id: Id| -> Result<Base, Error> {
            let mut tree = self.repo.commit_where(id, &self.layout, &inherits, wanted)?;
            // A mistake that was there before is no reason not to judge what mends it.
            let config = Config::of(&tree, rules::ids()).unwrap_or_default();
            let mut layout = self.layout.clone();
            if config.layout != self.config.layout {
                layout = config.layout.clone();
                tree = self.repo.commit_where(id, &layout, &inherits, &|_| true)?;
            }
            Ok(Base { id: id.to_string(), commit: id, tree, config, layout })
        };
        ids.into_iter().map(read).collect()
    }

    /// The files in question of which the working copy is another: whoever mends them must stage them.
    fn half_staged(&self, report: &Report, tree: &Tree) -> Vec<Note> {
        let Some(root) = self.repo.root().filter(|_| self.request.staged) else { return Vec::new() };
        let paths: BTreeSet<&String> = report.live().flat_map(|f| f.okep.iter().chain([&f.path])).collect();
        let differs = |path: &&String| {
            let disk = root.join(path);
            // Whatever else stands there may have no end.
            let is_file = disk.symlink_metadata().is_ok_and(|found| found.is_file());
            let disk = is_file.then(|| std::fs::read(&disk).ok()).flatten();
            tree.bytes(path).zip(disk).is_some_and(|(staged, disk)| !same_text(staged, &disk))
        };
        let message = "staged only in part: what is staged was judged, and the working copy differs";
        let half = paths.into_iter().filter(differs);
        half.map(|path| Note::at(HALF_STAGED, path.clone(), message)).collect()
    }

    fn nothing_staged(&self, tree: &Tree, bases: &[Base]) -> bool {
        match bases {
            [base] => base.tree.files == tree.files,
            [] => tree.files.is_empty(),
            _ => false,
        }
    }

    fn nothing(&self, mut tree: Tree, source: Source, bases: &[Base]) -> Outcome {
        let message = "nothing staged touches an OKEP, the template or a register";
        let mut notes = std::mem::take(&mut tree.notes);
        notes.push(Note::new("nothing-staged", message));
        let report = Report {
            source,
            since: bases.first().map(|b| b.id.clone()),
            okeps: Vec::new(),
            findings: Vec::new(),
            notes,
            partial: false,
            away: false,
            texts: BTreeMap::new(),
        };
        let layout = self.layout.clone();
        let root = self.repo.root().map(Path::to_owned);
        Outcome {
            report,
            incomplete: false,
            tree,
            snapshot: None,
            template_history: None,
            layout,
            around: None,
            root,
            excepted: Vec::new(),
            audited: Vec::new(),
            off: BTreeSet::new(),
            asked: Vec::new(),
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn outcome(
        &self,
        tree: Tree,
        now: Snapshot,
        before: &[Snapshot],
        judgement: CheckedState,
        template_history: Option<TemplateHistory>,
        source: Source,
        bases: &[Base],
    ) -> Result<Outcome, Error> {
        let mut report = report(&now, judgement.findings.clone(), source, template_history.as_ref());
        report.since = bases.first().map(|b| b.id.clone());
        for (reported, baseline) in report.findings.iter_mut().zip(&judgement.baseline) {
            reported.baseline = *baseline;
        }
        report.notes.extend(judgement.notes.clone());
        report.notes.extend(self.half_staged(&report, &tree));
        report.notes.sort();
        report.notes.dedup();
        let top = self.repo.root().map(Path::to_owned).unwrap_or_default();
        let from = self.request.dir.clone().unwrap_or_else(|| PathBuf::from("."));
        let removed_paths = before.iter().flat_map(|b| b.paths.iter().map(String::as_str));
        let asked =
            narrow(&mut report, &self.request.paths, &from, &top, &removed_paths.collect::<Vec<_>>())?;
        let incomplete = now.incomplete || before.iter().any(|b| b.incomplete);
        let layout = self.layout.clone();
        let root = self.repo.root().map(Path::to_owned);
        let (excepted, audited, off) = (judgement.excepted, judgement.verdict.findings, judgement.off);
        Ok(Outcome {
            report,
            incomplete,
            tree,
            snapshot: Some(now),
            template_history,
            layout,
            around: None,
            root,
            excepted,
            audited,
            off,
            asked,
        })
    }
}

struct Base {
    id: String,
    commit: Id,
    tree: Tree,
    config: Config,
    layout: Layout,
}

/// The findings of a state, each marked as new or existing.
struct CheckedState {
    findings: Vec<Finding>,
    baseline: Vec<Option<Baseline>>,
    excepted: Vec<Finding>,
    off: BTreeSet<&'static str>,
    verdict: Verdict,
    notes: Vec<Note>,
}

impl CheckedState {
    /// `before` are the states compared with, each with what it excepts: what a state excepted was not
    /// there for anybody, so that it is new where the exception goes. A rule that was off, or milder,
    /// had its findings all the same.
    fn of<'a>(
        now: &Snapshot,
        rulings: &Policy,
        before: impl Iterator<Item = (&'a Snapshot, &'a Policy)> + Clone,
        compares: bool,
        template_history: Option<&TemplateHistory>,
    ) -> Self {
        let verdict = audit(now, template_history);
        let mut notes: Vec<Note> = template_history.map(|l| l.notes.clone()).unwrap_or_default();
        notes.retain(|note| note.kind != "several-templates");
        let PolicyOutcome { mut findings, excepted, off, notes: told } =
            rulings.apply(verdict.findings.clone(), now);
        notes.extend(told);
        let mut baseline: Vec<Option<Baseline>> = vec![compares.then_some(Baseline::New); findings.len()];
        for (base, excused) in before.clone() {
            let existing = excused.allow(audit(base, template_history).findings, base);
            mark(&mut baseline, &findings, now, &existing, base);
        }
        if let Some((base, _)) = before.clone().next()
            && base.template.document.text != now.template.document.text
        {
            let brought = by_template(&findings, &baseline, now, base, template_history);
            notes.extend(template_notes(&brought.iter().map(|i| &findings[*i]).collect::<Vec<_>>(), now));
            let keep = |i: &usize| !brought.contains(i);
            baseline = (0..baseline.len()).filter(keep).map(|i| baseline[i]).collect();
            findings = (0..findings.len()).filter(keep).map(|i| findings[i].clone()).collect();
        }
        CheckedState { findings, baseline, excepted, off, verdict, notes }
    }

    /// Whether some finding that counts could be another one in the light of history.
    fn wants_history(&self, now: &Snapshot, before: &[Snapshot], request: &Request) -> bool {
        if request.thorough {
            return true;
        }
        let needs_history = &self.verdict.needs_history;
        let template_changed = before.iter().any(|b| b.template.document.text != now.template.document.text);
        if !request.staged || request.or_whole_index || template_changed {
            return !needs_history.is_empty();
        }
        let was = |path: &str| before.iter().find_map(|b| b.okep(path));
        let counts = |path: &str| {
            self.findings.iter().zip(&self.baseline).any(|(f, b)| {
                *b == Some(Baseline::New)
                    && f.okep.as_deref() == Some(path)
                    && rule(f.rule).is_some_and(|r| r.is_of_template())
            })
        };
        needs_history.iter().any(|needs_history| {
            let path = needs_history.path.as_str();
            let changed =
                now.okep(path).zip(was(path)).is_none_or(|(a, b)| a.document.text != b.document.text);
            (needs_history.unmet_requirement && counts(path)) || (needs_history.near_a_prompt && changed)
        })
    }
}

fn mark(
    baseline: &mut [Option<Baseline>],
    findings: &[Finding],
    now: &Snapshot,
    existing: &[Finding],
    base: &Snapshot,
) {
    let compared = baseline::compare(findings, &paths(now), existing, &paths(base));
    for (mark, compared) in baseline.iter_mut().zip(compared) {
        if compared == Baseline::Existing {
            *mark = Some(Baseline::Existing);
        }
    }
}

fn paths(snapshot: &Snapshot) -> HashSet<&str> {
    snapshot.okeps.iter().map(|o| o.path.as_str()).collect()
}

/// The new findings that an OKEP has only because the same change edits the template.
fn by_template(
    findings: &[Finding],
    baseline: &[Option<Baseline>],
    now: &Snapshot,
    base: &Snapshot,
    template_history: Option<&TemplateHistory>,
) -> BTreeSet<usize> {
    let mut by_old_template = now.clone();
    by_old_template.template = base.template.clone();
    let without = audit(&by_old_template, template_history).findings;
    let compared = baseline::compare(findings, &paths(now), &without, &paths(now));
    let landed = |f: &Finding| {
        let path = f.okep.as_deref().unwrap_or_default();
        base.okep(path).is_some() || now.number_of(path).is_some_and(|n| base.okep_of_number(n).is_some())
    };
    (0..findings.len())
        .filter(|i| {
            baseline[*i] == Some(Baseline::New) && compared[*i] == Baseline::New && landed(&findings[*i])
        })
        .collect()
}

/// One line for each demand that a change of the template brings, with the OKEPs it will not bind.
fn template_notes(brought: &[&Finding], now: &Snapshot) -> Vec<Note> {
    let mut demands: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for finding in brought {
        let path = finding.okep.as_deref().unwrap_or_default();
        let name = now.okep(path).and_then(|o| o.number()).map_or_else(|| path.to_owned(), |n| n.to_string());
        demands.entry((finding.rule, &finding.subject)).or_default().push(name);
    }
    demands
        .into_iter()
        .map(|((rule, subject), okeps)| {
            let count = if okeps.len() == 1 { "1 OKEP".to_owned() } else { format!("{} OKEPs", okeps.len()) };
            let message = format!(
                "this change of the template brings `{rule}` `{subject}`; it will not bind {count} that landed before: {}",
                okeps.join(", ")
            );
            Note { path: now.template.path.clone(), ..Note::new("template-change", message) }
        })
        .collect()
}

fn report(
    snapshot: &Snapshot,
    findings: Vec<Finding>,
    source: Source,
    template_history: Option<&TemplateHistory>,
) -> Report {
    let in_nav = |path: &str| {
        let site = snapshot.site.as_ref()?;
        site.nav.tree()?;
        site.registered(path).shown()
    };
    let okeps = snapshot
        .okeps
        .iter()
        .map(|okep| {
            let issue = okep.issue.as_ref().and_then(|i| {
                let link = i.link.as_ref()?;
                Some(Issue { number: link.number.as_ref()?.value, url: link.url.clone() })
            });
            OkepSummary {
                path: okep.path.clone(),
                number: okep.number(),
                title: okep.title.as_ref().map(|t| t.name.clone()),
                issue,
                landed: template_history
                    .and_then(|l| landing(l, snapshot, &okep.path))
                    .map(|l| l.revision.clone()),
                in_nav: in_nav(&okep.path),
                in_index: snapshot.landing.as_ref().map(|l| l.lists(&okep.path)),
            }
        })
        .collect();
    let findings = findings.into_iter().map(|finding| Reported { finding, baseline: None }).collect();
    Report {
        source,
        since: None,
        okeps,
        findings,
        notes: snapshot.notes.clone(),
        partial: false,
        away: false,
        texts: snapshot.texts.clone(),
    }
}

/// Keeps what is about the paths the user named; `before` are paths of the states compared with.
fn narrow(
    report: &mut Report,
    paths: &[PathBuf],
    from: &Path,
    top: &Path,
    before: &[&str],
) -> Result<Vec<String>, Error> {
    let mut asked = Vec::new();
    for path in paths {
        let inside = vec![inside(path, from, top)];
        let known = |p: &str| is_about(&inside, p);
        let judged = report.okeps.iter().any(|o| known(&o.path))
            || report.texts.keys().any(|p| known(p))
            || before.iter().any(|p| known(p));
        if !judged && !is_file_inside(path, from, top) {
            return Err(Error::UnknownPath { path: path.display().to_string() });
        }
        if !judged {
            let message = "no OKEP, and no file that one depends on: not judged";
            report.notes.push(Note::at("not-an-okep", inside[0].clone(), message));
        }
        asked.extend(inside);
    }
    if paths.is_empty() {
        return Ok(asked);
    }
    let is_asked = |p: &str| is_about(&asked, p);
    report.okeps.retain(|o| is_asked(&o.path));
    report.findings.retain(|r| {
        let f = &r.finding;
        is_asked(&f.path)
            || f.okep.as_deref().is_some_and(is_asked)
            || f.related.iter().any(|r| is_asked(&r.path))
    });
    report.notes.retain(|n| n.path.as_deref().is_none_or(is_asked));
    Ok(asked)
}

/// Whether a path is that of a file of the repository, such as a hook manager passes with all others.
fn is_file_inside(path: &Path, from: &Path, top: &Path) -> bool {
    let real = |p: &Path| std::fs::canonicalize(p).ok();
    let (Some(full), Some(top)) = (real(&from.join(path)), real(top)) else { return false };
    full.is_file() && full.starts_with(top)
}

/// A path as the user wrote it, from the top of the repository, `/` between the parts; outside of it an
/// absolute path, which no file of a tree has.
fn inside(path: &Path, from: &Path, top: &Path) -> String {
    let real = |p: &Path| std::fs::canonicalize(p).unwrap_or_else(|_| p.to_owned());
    let (from, top) = (real(from), real(top));
    let full = without_dots(&from.join(path));
    // A path that leads here through a link is known by where it ends.
    let found = [full.clone(), real(&full)].iter().find_map(|p| Some(p.strip_prefix(&top).ok()?.to_owned()));
    let parts: Vec<_> = found.as_ref().unwrap_or(&full).iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// The path without `.` and `..`, whatever there is on disk.
fn without_dots(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => drop(clean.pop()),
            part => clean.push(part),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_staged_is_read_again_while_commits_are_made() {
        let tried = |moves: usize| {
            let mut tries = 0;
            let result = while_head_stands(|| {
                tries += 1;
                if tries > moves { Ok(tries) } else { Err(Error::HeadMoved) }
            });
            (result.map_err(|error| error.to_string()), tries)
        };
        assert_eq!(tried(0), (Ok(1), 1));
        assert_eq!(tried(TRIES - 1), (Ok(TRIES), TRIES));
        let (result, tries) = tried(TRIES);
        assert!(result.is_err_and(|said| said.ends_with("try again")) && tries == TRIES);
    }
}
