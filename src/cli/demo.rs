//! Builds the sample repository of `okep demo`: proposals with typical faults, and a history in
//! which the faults come and go.
//!
//! What the repository holds is reported by the table in `history`; this file turns that table into git
//! objects, a working tree and an index. It checks nothing, reads no git configuration and no
//! environment, and starts no process. The same table gives the same commit hashes everywhere.

mod history;

use gix::ObjectId;
use gix::objs::tree::EntryKind;
use history::{DemoChange, DemoCommit, DemoPullRequest, DemoRevision, HISTORY, Person, Step};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// How git describes the sample repository; the last thing that is written.
const DESCRIPTION: &str = "The sample repository of `okep demo`\n";

/// The branch that `HEAD` names.
const BRANCH: &str = "refs/heads/main";

/// Why the sample repository could not be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{0}` is not empty; name a folder that is empty or does not exist yet")]
    NotEmpty(PathBuf),
    #[error("`{0}` is not a folder; name a folder that is empty or does not exist yet")]
    NotAFolder(PathBuf),
    #[error("could not {action} `{path}`; check the permissions and the free space there")]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error("could not {action} in the new repository `{path}`; remove that folder and try again")]
    Git { action: &'static str, path: PathBuf, source: gix::Error },
}

/// Builds the sample repository in `dir`, which is created where it does not exist.
///
/// Nothing is touched where `dir` is anything but absent or an empty folder. Where writing fails
/// half way, what was written remains and the error names it.
pub fn build(dir: &Path) -> Result<(), Error> {
    demand_empty(dir)?;
    let repo = init(dir)?;
    let tip = write_history(&repo).map_err(|source| git_error("write the history", dir, source))?;
    point_branch_at(&repo, &tip).map_err(|source| git_error("create the branch `main`", dir, source))?;
    write_worktree(dir, &tip.files)?;
    write_index(&repo, dir, tip.tree)?;
    let path = description(dir);
    std::fs::write(&path, DESCRIPTION).map_err(|source| Error::Io { action: "write", path, source })
}

/// Whether the sample repository is in `dir` already, whatever was done with it since.
pub fn is_in(dir: &Path) -> bool {
    std::fs::read(description(dir)).is_ok_and(|text| text == DESCRIPTION.as_bytes())
}

fn description(dir: &Path) -> PathBuf {
    dir.join(".git/description")
}

fn demand_empty(dir: &Path) -> Result<(), Error> {
    match std::fs::read_dir(dir).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Error::NotEmpty(dir.into())),
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(err) if err.kind() == io::ErrorKind::NotADirectory => Err(Error::NotAFolder(dir.into())),
        Err(source) => Err(Error::Io { action: "read", path: dir.into(), source }),
    }
}

fn git_error(action: &'static str, dir: &Path, source: gix::Error) -> Error {
    Error::Git { action, path: dir.into(), source }
}

/// A repository that knows nothing of the user: neither configuration nor environment is read, and
/// gix adds hook samples of its own in place of the user's template folder.
fn init(dir: &Path) -> Result<gix::Repository, Error> {
    std::fs::create_dir_all(dir).map_err(|source| Error::Io {
        action: "create",
        path: dir.into(),
        source,
    })?;
    let create = gix::create::Options { object_hash: Some(gix::hash::Kind::Sha1), ..Default::default() };
    gix::ThreadSafeRepository::init_opts(
        dir,
        gix::create::Kind::WithWorktree,
        create,
        gix::open::Options::isolated(),
    )
    .map(|repo| repo.to_thread_local())
    .map_err(|source| git_error("begin", dir, source))
}

// ------------------------------------------------------------------------------------------------
// From the table to commits.

/// The files of one commit by path.
type DemoFiles = BTreeMap<&'static str, DemoDocument>;

/// A file as it reads today, and what of that has not happened yet, oldest first.
#[derive(Clone)]
struct DemoDocument {
    today: &'static str,
    pending: Vec<DemoRevision>,
}

impl DemoDocument {
    /// The text with every pending revision taken back, newest first; lines end in LF however the
    /// sources of `okep` were checked out.
    fn text(&self) -> String {
        let today = self.today.replace("\r\n", "\n");
        self.pending.iter().rev().copied().flatten().fold(today, |text, passage| {
            debug_assert_eq!(text.matches(passage.now).count(), 1, "one place for {:?}", passage.now);
            text.replacen(passage.now, passage.then, 1)
        })
    }
}

/// A commit that was written, with all that a next one builds upon.
#[derive(Clone)]
struct WrittenDemo {
    commit: ObjectId,
    tree: ObjectId,
    files: DemoFiles,
    committer: gix::actor::Signature,
}

/// Writes all commits and returns the last one of the first-parent line.
fn write_history(repo: &gix::Repository) -> gix::Result<WrittenDemo> {
    let mut main: Vec<WrittenDemo> = Vec::new();
    for step in HISTORY {
        let written = match step {
            Step::DemoCommit(commit) => write_commit(repo, commit, main.last())?,
            Step::DemoPullRequest(request) => write_pull_request(repo, request, &main)?,
        };
        main.push(written);
    }
    Ok(main.pop().expect("the table is not empty"))
}

fn write_commit(
    repo: &gix::Repository,
    commit: &DemoCommit,
    parent: Option<&WrittenDemo>,
) -> gix::Result<WrittenDemo> {
    let mut files = parent.map(|p| p.files.clone()).unwrap_or_default();
    commit.changes.iter().for_each(|change| apply(change, &mut files));
    let author = signature(&commit.by, commit.written)?;
    let committer = signature(&commit.by, commit.committed.unwrap_or(commit.written))?;
    let parents = parent.map(|p| p.commit).into_iter().collect();
    write(repo, files, parents, author, committer, commit.message.into())
}

/// Writes the commits of a branch and its merge, which has the files of `main` with all changes of
/// the branch applied.
fn write_pull_request(
    repo: &gix::Repository,
    request: &DemoPullRequest,
    main: &[WrittenDemo],
) -> gix::Result<WrittenDemo> {
    let DemoPullRequest { number, branch, behind, commits, by, merged } = request;
    let (tip, base) = (&main[main.len() - 1], &main[main.len() - 1 - behind]);
    let (mut head, mut files) = (base.clone(), tip.files.clone());
    for commit in *commits {
        head = write_commit(repo, commit, Some(&head))?;
        commit.changes.iter().for_each(|change| apply(change, &mut files));
    }
    let who = signature(by, merged)?;
    let title = commits.first().and_then(|c| c.message.lines().next()).unwrap_or_default();
    let message = format!("Merge pull request #{number} from {branch}\n\n{title}\n");
    write(repo, files, vec![tip.commit, head.commit], who.clone(), who, message)
}

fn write(
    repo: &gix::Repository,
    files: DemoFiles,
    parents: Vec<ObjectId>,
    author: gix::actor::Signature,
    committer: gix::actor::Signature,
    message: String,
) -> gix::Result<WrittenDemo> {
    let mut editor = repo.edit_tree(repo.empty_tree().id)?;
    for (path, document) in &files {
        editor.upsert(*path, EntryKind::Blob, repo.write_blob(document.text())?)?;
    }
    let tree = editor.write()?.detach();
    let commit = repo.write_object(&gix::objs::Commit {
        tree,
        parents: parents.into(),
        author,
        committer: committer.clone(),
        encoding: None,
        message: message.into(),
        extra_headers: Vec::new(),
    })?;
    Ok(WrittenDemo { commit: commit.detach(), tree, files, committer })
}

fn apply(change: &DemoChange, files: &mut DemoFiles) {
    match *change {
        DemoChange::Add { path, today, later } => {
            files.insert(path, DemoDocument { today, pending: later.to_vec() });
        }
        DemoChange::Revise(path, revision) => {
            let document = files.get_mut(path).expect("only files that are there are revised");
            let at = document.pending.iter().position(|r| *r == revision);
            document.pending.remove(at.expect("a revision happens once, to the file that waits for it"));
        }
        DemoChange::Move { from, to } => {
            let document = files.remove(from).expect("only files that are there are moved");
            files.insert(to, document);
        }
        DemoChange::Remove(path) => {
            files.remove(path).expect("only files that are there are removed");
        }
    }
}

fn signature(who: &Person, when: &str) -> gix::Result<gix::actor::Signature> {
    let time = gix::date::parse(when, None)?;
    Ok(gix::actor::Signature { name: who.name.into(), email: who.email.into(), time })
}

// ------------------------------------------------------------------------------------------------
// From the last commit to a clean checkout.

fn point_branch_at(repo: &gix::Repository, tip: &WrittenDemo) -> gix::Result<()> {
    use gix::refs::transaction::{PreviousValue, RefEdit};
    let name = BRANCH.try_into().expect("the name of the branch is valid");
    let edit = RefEdit::update(name, tip.commit, PreviousValue::MustNotExist, "okep demo");
    let mut time = gix::date::parse::TimeBuf::default();
    repo.edit_references_as([edit], Some(tip.committer.to_ref(&mut time))).map(drop)
}

fn write_worktree(dir: &Path, files: &DemoFiles) -> Result<(), Error> {
    for (path, document) in files {
        let path = dir.join(path);
        let folder = path.parent().expect("a file below `dir` has a parent");
        std::fs::create_dir_all(folder).map_err(|source| Error::Io {
            action: "create",
            path: folder.into(),
            source,
        })?;
        std::fs::write(&path, document.text()).map_err(|source| Error::Io {
            action: "write",
            path: path.clone(),
            source,
        })?;
    }
    Ok(())
}

/// Writes the index of `tree` with what the file system says of each file, as `git status` would
/// otherwise take every file for changed until it has read it.
fn write_index(repo: &gix::Repository, dir: &Path, tree: ObjectId) -> Result<(), Error> {
    let git = |source| git_error("write the index", dir, source);
    let mut index = repo.index_from_tree(&tree).map_err(git)?;
    for (entry, path) in index.entries_mut_with_paths() {
        let path = dir.join(gix::path::from_bstr(path).map_err(git)?);
        entry.stat = stat(&path).map_err(|source| Error::Io { action: "inspect", path, source })?;
    }
    index.write(Default::default()).map_err(git)
}

fn stat(path: &Path) -> io::Result<gix::index::entry::Stat> {
    let metadata = gix::index::fs::Metadata::from_path_no_follow(path)?;
    gix::index::entry::Stat::from_fs(&metadata).map_err(io::Error::other)
}

#[cfg(test)]
mod tests;
