//! Builds the sample repository of `okep demo`: proposals with typical mistakes, and a history in
//! which mistakes come and go.
//!
//! The repository is the file `demo.fast-import`, which `git fast-export --all` wrote in a repository like
//! it; this file turns it into git objects, a working tree and an index. It checks nothing, reads no git
//! configuration and no environment, and starts no process.

use gix::ObjectId;
use gix::objs::tree::EntryKind;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};

/// What `git fast-export` wrote, without renames, tags and signatures.
const STREAM: &str = include_str!("demo.fast-import");

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
    let import = Import { repo: &repo, rest: STREAM, texts: HashMap::new(), commits: HashMap::new() };
    let tip = import.run().map_err(|source| git_error("write the history", dir, source))?;
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

/// The files of a commit: their texts by path.
type Files = BTreeMap<&'static str, &'static str>;

/// A commit that was written, with everything that the next one builds upon.
#[derive(Clone)]
struct Written {
    commit: ObjectId,
    tree: ObjectId,
    files: Files,
    committer: gix::actor::Signature,
}

/// Reads the stream from its beginning and writes what it holds.
struct Import<'r> {
    repo: &'r gix::Repository,
    rest: &'static str,
    /// Texts and commits by their marks.
    texts: HashMap<&'static str, &'static str>,
    commits: HashMap<&'static str, Written>,
}

impl Import<'_> {
    /// Writes all commits and returns the last one.
    fn run(mut self) -> gix::Result<Written> {
        let mut last = None;
        while let Some(line) = self.line() {
            if line == "blob" {
                let mark = self.value("mark ");
                let text = self.data();
                self.texts.insert(mark, text);
            } else if line.starts_with("commit ") {
                let mark = self.value("mark ");
                let written = self.commit()?;
                self.commits.insert(mark, written.clone());
                last = Some(written);
            }
        }
        Ok(last.expect("the stream has commits"))
    }

    fn commit(&mut self) -> gix::Result<Written> {
        let author = signature(self.value("author "))?;
        let committer = signature(self.value("committer "))?;
        let message = self.data();
        let mut parents = Vec::new();
        let mut files = Files::new();
        while let Some(line) = self.line().filter(|line| !line.is_empty()) {
            let (command, rest) = line.split_once(' ').expect("a command has a value");
            match command {
                "from" | "merge" => {
                    let parent = &self.commits[rest];
                    parents.push(parent.commit);
                    if command == "from" {
                        files = parent.files.clone();
                    }
                }
                "M" => {
                    let mut parts = rest.splitn(3, ' ').skip(1);
                    let (mark, path) = parts.next().zip(parts.next()).expect("a mark and a path");
                    files.insert(path, self.texts[mark]);
                }
                "D" => drop(files.remove(rest)),
                _ => unreachable!("`git fast-export` writes no {command} here"),
            }
        }
        self.write(files, parents, author, committer, message)
    }

    fn write(
        &self,
        files: Files,
        parents: Vec<ObjectId>,
        author: gix::actor::Signature,
        committer: gix::actor::Signature,
        message: &str,
    ) -> gix::Result<Written> {
        let mut editor = self.repo.edit_tree(self.repo.empty_tree().id)?;
        for (path, text) in &files {
            editor.upsert(*path, EntryKind::Blob, self.repo.write_blob(text)?)?;
        }
        let tree = editor.write()?.detach();
        let commit = self.repo.write_object(&gix::objs::Commit {
            tree,
            parents: parents.into(),
            author,
            committer: committer.clone(),
            encoding: None,
            message: message.into(),
            extra_headers: Vec::new(),
        })?;
        Ok(Written { commit: commit.detach(), tree, files, committer })
    }

    fn line(&mut self) -> Option<&'static str> {
        let (line, rest) = self.rest.split_once('\n')?;
        self.rest = rest;
        Some(line)
    }

    /// The value of the next line, which begins with `name`.
    fn value(&mut self, name: &str) -> &'static str {
        self.line().and_then(|line| line.strip_prefix(name)).expect("`git fast-export` writes it here")
    }

    fn data(&mut self) -> &'static str {
        let length = self.value("data ").parse().expect("`git fast-export` writes a length");
        let (data, rest) = self.rest.split_at(length);
        self.rest = rest;
        data
    }
}

/// `Name <address> seconds zone`.
fn signature(line: &str) -> gix::Result<gix::actor::Signature> {
    let signature = gix::actor::SignatureRef::from_bytes(line.as_bytes())?;
    signature.to_owned()
}

fn point_branch_at(repo: &gix::Repository, tip: &Written) -> gix::Result<()> {
    use gix::refs::transaction::{PreviousValue, RefEdit};
    let name = BRANCH.try_into().expect("the name of the branch is valid");
    let edit = RefEdit::update(name, tip.commit, PreviousValue::MustNotExist, "okep demo");
    let mut time = gix::date::parse::TimeBuf::default();
    repo.edit_references_as([edit], Some(tip.committer.to_ref(&mut time))).map(drop)
}

fn write_worktree(dir: &Path, files: &Files) -> Result<(), Error> {
    for (path, text) in files {
        let path = dir.join(path);
        let folder = path.parent().expect("a file below `dir` has a parent");
        std::fs::create_dir_all(folder).map_err(|source| Error::Io {
            action: "create",
            path: folder.into(),
            source,
        })?;
        std::fs::write(&path, text).map_err(|source| Error::Io { action: "write", path, source })?;
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
