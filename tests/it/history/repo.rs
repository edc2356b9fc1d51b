//! A repository for one test: real git, fixed people and days, nobody's configuration.

use crate::support::isolated;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub struct Repo {
    folder: tempfile::TempDir,
    pub dir: PathBuf,
    day: u32,
}

/// A template with three sections.
pub const TEMPLATE: &str = "# OKEP-1000: OKEP Template\n\n\
    * Issue: [#1000](https://github.com/example/net/issues/1000)\n\n\
    ## Problem Statement\n\n(What is the problem, and who has it? Tell us all.)\n\n\
    ## Goals\n\n(What is to be reached by this, point by point?)\n\n\
    ## Alternatives\n\n(What else was thought of, and why was it left?)\n";

pub const TEMPLATE_PATH: &str = "docs/okeps/okep-1000-template.md";

/// A proposal without a fault.
pub fn okep(number: u64) -> String {
    format!(
        "# OKEP-{number}: Proposal\n\n* Issue: [#{number}](https://github.com/example/net/issues/{number})\n\n\
         ## Problem Statement\n\nThere is one.\n\n## Goals\n\nTo solve it.\n\n## Alternatives\n\nNone.\n"
    )
}

pub fn path(number: u64) -> String {
    format!("docs/okeps/okep-{number}-proposal.md")
}

pub fn nav(paths: &[String]) -> String {
    let mut text = "site_name: Test\nnav:\n  - Home: index.md\n".to_owned();
    for path in paths {
        text += &format!("  - Proposal: {}\n", path.strip_prefix("docs/").expect("pages are in docs"));
    }
    text
}

impl Repo {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let dir = folder.path().join("repo");
        std::fs::create_dir(&dir).expect("it is a new folder");
        let repo = Repo { folder, dir, day: 0 };
        repo.git(&["init", "-q", "-b", "main"]);
        repo
    }

    /// A path beside the repository.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        said(self.git_command(&self.dir).args(arguments))
    }

    pub fn git_command(&self, dir: &Path) -> Command {
        let mut git = isolated("git", dir);
        let date = format!("{} +0000", 1_735_689_600 + u64::from(self.day) * 86_400);
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), format!("Person {}", self.day % 3));
            git.env(format!("GIT_{who}_EMAIL"), "person@example.org");
            git.env(format!("GIT_{who}_DATE"), &date);
        }
        git
    }

    pub fn write(&mut self, path: &str, text: &str) -> &mut Self {
        let path = self.dir.join(path);
        std::fs::create_dir_all(path.parent().expect("files stand in folders")).expect("it can be made");
        std::fs::write(path, text).expect("the working tree can be written");
        self
    }

    pub fn remove(&mut self, path: &str) -> &mut Self {
        std::fs::remove_file(self.dir.join(path)).expect("it is there");
        self
    }

    /// Commits everything, a day after the commit before; the full hash.
    pub fn commit(&mut self, subject: &str) -> String {
        self.day += 1;
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", subject]);
        self.head()
    }

    /// Merges a branch into the current one, a day after the commit before; the full hash.
    pub fn merge(&mut self, branch: &str, pull_request: u64) -> String {
        self.day += 1;
        let subject = format!("Merge pull request #{pull_request} from person/{branch}");
        self.git(&["merge", "-q", "--no-ff", "-m", &subject, branch]);
        self.head()
    }

    /// Lets the next commit be made on the day after this one.
    pub fn back_to(&mut self, day: u32) {
        self.day = day;
    }

    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    /// Takes the object of this name away.
    pub fn lose(&self, name: &str) {
        let id = self.git(&["rev-parse", name]);
        std::fs::remove_file(self.dir.join(".git/objects").join(&id[..2]).join(&id[2..]))
            .expect("it is a loose object");
    }

    /// A repository with template, navigation and one registered proposal.
    pub fn started() -> Self {
        let mut repo = Repo::new();
        repo.write(TEMPLATE_PATH, TEMPLATE).write("mkdocs.yml", &nav(&[])).commit("Begin");
        repo.write(&path(1), &okep(1)).write("mkdocs.yml", &nav(&[path(1)])).commit("Propose");
        repo
    }

    pub fn history(&self, arguments: &[&str]) -> Value {
        json(&self.dir, arguments)
    }
}

fn said(command: &mut Command) -> String {
    let output = command.output().expect("git can be run");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub fn okep_command(dir: &Path, arguments: &[&str]) -> Command {
    let mut okep = isolated(env!("CARGO_BIN_EXE_okep"), dir);
    okep.args(arguments);
    okep
}

pub fn run(dir: &Path, arguments: &[&str]) -> Output {
    okep_command(dir, arguments).output().expect("okep can be run")
}

/// What `okep history --format json` says in `dir`, whatever its exit code.
pub fn json(dir: &Path, arguments: &[&str]) -> Value {
    let output = run(dir, &[&["history", "--format", "json"], arguments].concat());
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// The kinds of the notes.
pub fn notes(story: &Value) -> Vec<String> {
    let notes = story["notes"].as_array().expect("notes are a list");
    notes.iter().map(|n| n["kind"].as_str().expect("a note has a kind").to_owned()).collect()
}

/// The findings of a rule.
pub fn of_rule<'a>(story: &'a Value, rule: &str) -> Vec<&'a Value> {
    let findings = story["findings"].as_array().expect("findings are a list");
    findings.iter().filter(|f| f["rule"] == rule).collect()
}
