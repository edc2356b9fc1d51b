//! Repositories made by the real git, and the built binary run in them.
//!
//! Neither sees the user's configuration, nor the repository, hook or terminal that the tests run in.
//! Names, dates and branch are fixed, so that a commit is the same on every machine.
#![allow(dead_code)]

use serde_json::Value;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;

pub const TEMPLATE: &str = "docs/okeps/okep-2100-template.md";
pub const QUIET_GAUGES: &str = "docs/okeps/okep-2104-quiet-gauges.md";
pub const SHARED_BUOYS: &str = "docs/okeps/okep-2107-shared-buoys/okep-2107-shared-buoys.md";

/// An OKEP as `fixtures/clean` asks for, whatever its number.
pub fn good_okep(number: u32, title: &str) -> String {
    let section = |name: &str| format!("\n{name}\n\nWhat there is to say of it.\n");
    let names = [
        "## Problem",
        "## Goals",
        "## Non-Goals",
        "## Stories",
        "## Design",
        "### Interface",
        "### Tests",
        "### Handbook",
        "## Risks",
        "## Upgrade and Rollback",
        "## Alternatives",
        "## References",
    ];
    let sections: String = names.iter().map(|n| section(n)).collect();
    let url = "https://github.com/tidewater-org/tidewater/issues";
    format!("# OKEP-{number}: {title}\n\n* Issue: [#{number}]({url}/{number})\n{sections}")
}

/// A folder that goes with the value; mostly a git repository.
pub struct Repo {
    folder: tempfile::TempDir,
    pub root: PathBuf,
    commits: Cell<u32>,
}

/// What a run of the binary left behind.
#[derive(Debug)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl Repo {
    /// The files of `fixtures/<fixture>` and no git.
    pub fn folder(fixture: &str) -> Repo {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let top = folder.path().canonicalize().expect("it is there");
        let root = top.join("repo");
        std::fs::create_dir_all(top.join("home")).expect("the folder is writable");
        std::fs::create_dir_all(&root).expect("the folder is writable");
        if !fixture.is_empty() {
            copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(fixture), &root);
        }
        Repo { folder, root, commits: Cell::new(0) }
    }

    /// A repository of `git init` with more options, without a commit, holding the fixture's files.
    pub fn init(fixture: &str, options: &[&str]) -> Repo {
        let repo = Repo::folder(fixture);
        repo.git(&[&["init", "-q"], options].concat());
        repo
    }

    /// A repository whose only commit is the fixture.
    pub fn of(fixture: &str) -> Repo {
        let repo = Repo::init(fixture, &[]);
        repo.commit("Begin");
        repo
    }

    pub fn clean() -> Repo {
        Repo::of("clean")
    }

    /// The folder above, where clones and worktrees may go.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.root.parent().expect("it has one").join(name)
    }

    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().expect("below the root")).expect("writable");
        std::fs::write(path, bytes).expect("writable");
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).expect("a text that is there")
    }

    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.root.join(path)).expect("it is there");
    }

    /// Replaces the one place where `from` stands.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {path}");
        self.write(path, text.replacen(from, to, 1));
    }

    /// Writes an OKEP of that number and enters it in both registers.
    pub fn add_okep(&self, number: u32, name: &str) {
        let file = format!("okep-{number}-{}.md", name.to_lowercase().replace(' ', "-"));
        self.write(&format!("docs/okeps/{file}"), good_okep(number, name));
        self.write("mkdocs.yml", self.read("mkdocs.yml") + &format!("      - {name}: okeps/{file}\n"));
        let index = "docs/okeps/index.md";
        self.write(index, self.read(index) + &format!("* [OKEP-{number}: {name}]({file})\n"));
    }

    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = isolated(program, &self.root);
        command.env("HOME", self.beside("home"));
        command
    }

    pub fn git_command(&self, args: &[&str]) -> Command {
        let mut command = self.command("git");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@example.org");
            let minute = self.commits.get();
            command.env(format!("GIT_{who}_DATE"), format!("2025-02-14T12:{minute:02}:00 +0000"));
        }
        for setting in ["init.defaultBranch=main", "protocol.file.allow=always", "commit.gpgSign=false"] {
            command.args(["-c", setting]);
        }
        command.args(args);
        command
    }

    /// Runs git, which must succeed, and gives what it printed.
    pub fn git(&self, args: &[&str]) -> String {
        let ran = self.try_git(args);
        assert_eq!(ran.code, 0, "git {args:?}\n{}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    pub fn try_git(&self, args: &[&str]) -> Ran {
        ran(self.git_command(args))
    }

    /// Runs git in a folder beside the repository.
    pub fn git_in(&self, dir: &Path, args: &[&str]) -> Ran {
        let mut command = self.git_command(args);
        command.current_dir(dir);
        ran(command)
    }

    /// Runs git with the binary on PATH, as where it is installed; with more variables.
    pub fn git_with_okep(&self, env: &[(&str, &str)], args: &[&str]) -> Ran {
        let mut command = self.git_command(args);
        command.env("PATH", path_with_okep()).envs(env.iter().copied());
        ran(command)
    }

    /// Commits all there is, and gives the commit's hash.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.commits.set(self.commits.get() + 1);
        self.git(&["commit", "-q", "-m", message]);
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// Has commits and merges judged by the binary, as a user would set it up.
    pub fn install_hooks(&self) {
        for hook in ["pre-commit", "pre-merge-commit"] {
            let script = format!("#!/bin/sh\nexec '{}' check --staged\n", env!("CARGO_BIN_EXE_okep"));
            self.write(&format!(".git/hooks/{hook}"), script);
            make_executable(&self.root.join(".git/hooks").join(hook));
        }
    }

    pub fn okep_command(&self, args: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_okep"));
        command.args(args);
        command
    }

    pub fn okep(&self, args: &[&str]) -> Ran {
        ran(self.okep_command(args))
    }

    pub fn okep_in(&self, dir: impl AsRef<Path>, args: &[&str]) -> Ran {
        let mut command = self.okep_command(args);
        command.current_dir(self.root.join(dir));
        ran(command)
    }

    pub fn okep_with(&self, env: &[(&str, &str)], args: &[&str]) -> Ran {
        let mut command = self.okep_command(args);
        command.envs(env.iter().copied());
        ran(command)
    }

    /// `okep check --format json` with more arguments.
    pub fn json(&self, args: &[&str]) -> Ran {
        self.okep(&[&["check", "--format", "json"], args].concat())
    }
}

impl Ran {
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}\n{}{}", self.stdout, self.stderr))
    }

    /// The findings that count, as `severity rule path:line subject`, without hints.
    pub fn faults(&self) -> Vec<String> {
        self.said(|f| f["baseline"] != "existing" && f["severity"] != "hint")
    }

    /// The hints, in the same form.
    pub fn hints(&self) -> Vec<String> {
        self.said(|f| f["baseline"] != "existing" && f["severity"] == "hint")
    }

    fn said(&self, wanted: impl Fn(&Value) -> bool) -> Vec<String> {
        let value = self.value();
        let findings = value["findings"].as_array().expect("a list");
        findings.iter().filter(|f| wanted(f)).map(shown).collect()
    }

    /// The kinds of the notes, each once.
    pub fn notes(&self) -> Vec<String> {
        let value = self.value();
        let notes = value["notes"].as_array().expect("a list").iter();
        let mut kinds: Vec<String> = notes.map(|n| n["kind"].as_str().expect("a word").to_owned()).collect();
        kinds.dedup();
        kinds
    }

    /// The message of the first note of a kind.
    pub fn note(&self, kind: &str) -> String {
        let value = self.value();
        let mut notes = value["notes"].as_array().expect("a list").iter();
        let note = notes.find(|n| n["kind"] == kind);
        note.unwrap_or_else(|| panic!("no note `{kind}` in {:?}", self.notes()))["message"].to_string()
    }

    /// Asserts a refusal: exit code 2, nothing on stdout, an error on stderr that holds `parts`: one line, and
    /// what to do about it below, indented.
    #[track_caller]
    pub fn refuses(&self, parts: &[&str]) {
        assert_eq!(self.code, 2, "{self:?}");
        assert_eq!(self.stdout, "", "results go to stdout, and there is none");
        let is_below = self.stderr.lines().skip(1).all(|line| line.starts_with("  "));
        assert!(self.stderr.starts_with("error: ") && is_below, "{}", self.stderr);
        for part in parts {
            assert!(self.stderr.contains(part), "no {part:?} in {}", self.stderr);
        }
    }

    /// Asserts the exit code, and shows all where it is another.
    #[track_caller]
    pub fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

fn shown(finding: &Value) -> String {
    let text = |name: &str| finding[name].as_str().expect("a string").to_owned();
    let line = finding["line"].as_u64().map_or("-".to_owned(), |l| l.to_string());
    format!("{} {} {}:{line} {}", text("severity"), text("rule"), text("path"), text("subject"))
}

/// A process that sees nothing of the user's configuration, nor of the repository, hook or terminal that the
/// tests run in.
pub fn isolated(program: impl AsRef<OsStr>, dir: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["GIT_", "CLICOLOR", "LC_"].iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    for name in ["XDG_CONFIG_HOME", "NO_COLOR", "TERM", "LANG", "COLUMNS", "CI"] {
        command.env_remove(name);
    }
    command.env("HOME", "/nonexistent").env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C.UTF-8");
    command.current_dir(dir).stdin(Stdio::null());
    command
}

/// Runs to the end.
pub fn ran(mut command: Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    let code = status.code().expect("no signal ends it");
    Ran { stdout: text(stdout), stderr: text(stderr), code }
}

/// The PATH of the tests, with the folder of the binary in front.
pub fn path_with_okep() -> std::ffi::OsString {
    let folder = Path::new(env!("CARGO_BIN_EXE_okep")).parent().expect("it stands in a folder");
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&rest));
    std::env::join_paths(folders).expect("they were a PATH before")
}

pub fn make_executable(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(path, mode).expect("the file is ours");
    }
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("writable");
    for entry in std::fs::read_dir(from).unwrap_or_else(|e| panic!("{}: {e}", from.display())) {
        let entry = entry.expect("readable");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("readable and writable");
        }
    }
}

/// The Python that has MkDocs, set up by `tests/run.sh`.
pub fn python() -> Option<String> {
    variable("OKEP_TEST_PYTHON")
}

/// The value of a variable that `tests/run.sh` sets; says, once, that tests are skipped where it is not.
pub fn variable(name: &'static str) -> Option<String> {
    static TOLD: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
    let value = std::env::var(name).ok().filter(|v| !v.is_empty());
    if value.is_none() && TOLD.lock().expect("nobody panics in here").insert(name) {
        // Past the capture of the test runner, which hides what a passing test prints.
        let _ = writeln!(std::io::stderr(), "skipped: {name} is not set; tests/run.sh sets it");
    }
    value
}
