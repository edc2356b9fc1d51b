//! Repositories made by the real git, alike on every machine: no user configuration, fixed identity and
//! dates, no trace of a hook that the tests may run in.
#![allow(dead_code)]

use crate::support::isolated;
use okep::audit::scope::inputs;
use okep::files::{Content, Layout, Note, Tree};
use okep::git::Repo;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

/// A folder that goes with the value, and the git repository in it.
pub struct Sandbox {
    _folder: tempfile::TempDir,
    pub root: PathBuf,
}

/// An isolated process with a fixed identity and date.
pub fn clean(program: impl AsRef<std::ffi::OsStr>, dir: &Path) -> Command {
    let mut command = isolated(program, dir);
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@example.org");
        command.env(format!("GIT_{who}_DATE"), "2025-02-14T12:00:00 +0100");
    }
    command
}

pub fn succeed(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let stdout = String::from_utf8_lossy(&stdout).into_owned();
    assert!(status.success(), "{command:?}\n{stdout}{}", String::from_utf8_lossy(&stderr));
    stdout
}

impl Sandbox {
    /// An empty folder that is no repository.
    pub fn folder() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let root = folder.path().canonicalize().expect("it is there");
        Sandbox { _folder: folder, root }
    }

    pub fn new() -> Self {
        Self::with(&[])
    }

    /// A repository made by `git init` with more options.
    pub fn with(options: &[&str]) -> Self {
        let sandbox = Self::folder();
        sandbox.git(&[&["init", "-q", "-b", "master"], options].concat());
        sandbox
    }

    pub fn git(&self, args: &[&str]) -> String {
        self.git_in(".", args)
    }

    pub fn git_in(&self, folder: &str, args: &[&str]) -> String {
        let config = ["-c", "protocol.file.allow=always", "-c", "init.defaultBranch=master"];
        succeed(clean("git", &self.root.join(folder)).args(config).args(args))
    }

    pub fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
        self
    }

    pub fn commit(&self, message: &str) -> String {
        self.commit_on(message, "2025-02-14T12:00:00 +0100")
    }

    /// Commits all there is, with that committer date, and gives the full hash.
    pub fn commit_on(&self, message: &str, date: &str) -> String {
        self.git(&["add", "-A"]);
        let args = ["commit", "-q", "--allow-empty", "-m", message];
        succeed(clean("git", &self.root).env("GIT_COMMITTER_DATE", date).args(args));
        self.hash("HEAD")
    }

    pub fn hash(&self, rev: &str) -> String {
        self.git(&["rev-parse", rev]).trim().to_owned()
    }

    pub fn repo(&self) -> Arc<Repo> {
        self.repo_in(".")
    }

    pub fn repo_in(&self, folder: &str) -> Arc<Repo> {
        let dir = self.root.join(folder);
        Repo::discover(Some(&dir)).expect("the repository opens").expect("there is one")
    }
}

pub fn worktree(repo: &Arc<Repo>) -> Tree {
    Tree::worktree(repo).expect("the working tree is readable")
}

pub fn index(repo: &Arc<Repo>) -> Tree {
    Tree::index(repo).expect("the index is readable")
}

pub fn commit(repo: &Arc<Repo>, rev: &str) -> Tree {
    Tree::commit(repo, repo.resolve(rev).expect("there is such a commit")).expect("the commit is readable")
}

/// The paths of the files that findings depend on.
pub fn paths(tree: &Tree) -> Vec<String> {
    inputs(tree, &Layout::default()).into_keys().collect()
}

/// A tree in words: `path = text` or what is in its place, and the notices as `! kind path`.
pub fn words(tree: &Tree) -> Vec<String> {
    words_of(tree, &Layout::default())
}

/// The same where the proposals are elsewhere.
pub fn words_of(tree: &Tree, layout: &Layout) -> Vec<String> {
    let file = |path: String| match tree.file(&path).expect("it is listed").content {
        Content::Bytes(bytes) => format!("{path} = {}", String::from_utf8_lossy(&bytes).trim_end()),
        Content::Symlink => format!("{path} = (symlink)"),
        Content::LfsPointer => format!("{path} = (pointer)"),
        Content::TooLarge(bytes) => format!("{path} = ({bytes} bytes)"),
        Content::Unavailable(_) => format!("{path} = (unavailable)"),
    };
    let mut words: Vec<String> = inputs(tree, layout).into_keys().map(file).collect();
    let listing = tree.list(&layout.folder);
    let mut notices: Vec<Note> = listing.notices.iter().cloned().chain(tree.notices()).collect();
    notices.sort_by(|one, other| (one.kind, &one.path).cmp(&(other.kind, &other.path)));
    words.extend(notices.iter().map(|notice| match &notice.path {
        Some(path) => format!("! {} {path}", notice.kind),
        None => format!("! {}", notice.kind),
    }));
    words
}

/// What a process of its own sees, started in `dir` with `env`, as [`words`]: see [`child_entry`].
pub fn seen(dir: &Path, what: &str, env: &[(&str, &str)]) -> Vec<String> {
    let dump = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    let mut command = clean(this_program(), dir);
    command
        .args(["--exact", "git::child_entry", "--quiet"])
        .env("OKEP_CHILD", what)
        .env("OKEP_DUMP", dump.path());
    succeed(command.envs(env.iter().copied()));
    let dump = std::fs::read_to_string(dump.path()).expect("the child wrote it");
    dump.lines().map(str::to_owned).collect()
}

pub fn this_program() -> PathBuf {
    std::env::current_exe().expect("the test program knows where it is")
}

/// The body of a test `child_entry`, which does nothing unless [`seen`] or a hook started it: it appends
/// what it sees to the file OKEP_DUMP. OKEP_CHILD is `index` or `worktree`, then perhaps a folder for `-C`.
pub fn child_entry() {
    let Ok(what) = std::env::var("OKEP_CHILD") else { return };
    let (what, dir) = what.split_once(' ').map_or((what.as_str(), None), |(what, dir)| (what, Some(dir)));
    let words = match Repo::discover(dir.map(Path::new)) {
        Ok(None) => vec!["no repository".into()],
        Err(error) => vec![format!("error: {error}")],
        Ok(Some(repo)) => match what {
            "index" => Tree::index(&repo).map(|tree| words(&tree)),
            "worktree" => Tree::worktree(&repo).map(|tree| words(&tree)),
            what => unreachable!("{what}"),
        }
        .unwrap_or_else(|error| vec![format!("error: {error}")]),
    };
    let dump = std::env::var_os("OKEP_DUMP").expect("the parent set it");
    std::fs::write(dump, words.join("\n")).expect("the dump can be written");
}
