//! Synthetic repositories by `git fast-import`: the same bytes for the same parameters.
//!
//! The line is one of merged pull requests, as in the repository this tool is made for: most commits touch
//! code, some of them proposals, the template or the navigation.
#![allow(dead_code, reason = "each benchmark uses a part of it")]

use std::fmt::Write as _;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Debug, Clone, Copy)]
pub struct Parameters {
    pub commits: usize,
    /// Of a hundred steps of the line, how many merge a branch of one to three commits.
    pub merges: u64,
    pub okeps: usize,
    /// Files besides the proposals.
    pub width: usize,
    /// Of a thousand commits, how many touch a proposal; a fifth as many touch the navigation.
    pub churn: u64,
    /// How often the template changes; each change adds a section.
    pub templates: usize,
    /// How many broken links each proposal has.
    pub broken: usize,
    pub seed: u64,
}

impl Parameters {
    /// What the repository this tool is made for is like, with so many commits and proposals.
    pub fn of(commits: usize, okeps: usize) -> Self {
        Parameters { commits, merges: 40, okeps, width: 15_000, churn: 12, templates: 4, broken: 0, seed: 7 }
    }
}

/// Builds the repository at `repo` as a clone of it looks.
pub fn synthesise(repo: &Path, parameters: Parameters) -> PathBuf {
    build(repo, parameters).expect("git fast-import builds it");
    if parameters.commits <= 100_000 {
        // Above that, repacking takes longer than all the rest.
        git(repo).args(["repack", "-adfq"]).status().expect("git repacks");
    }
    repo.to_owned()
}

/// Paths in a folder of code.
const FOLDER: usize = 40;
const START: u64 = 1_500_000_000;

/// Builds the repository at `dir`, which must not exist.
fn build(dir: &Path, parameters: Parameters) -> std::io::Result<()> {
    git(dir.parent().expect("a repository stands in some folder"))
        .args(["init", "-q", "-b", "master"])
        .arg(dir)
        .status()?;
    let mut import = git(dir).args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn()?;
    let out = BufWriter::with_capacity(1 << 20, import.stdin.take().expect("it was just piped"));
    let mut writer = Writer { out, parameters, random: parameters.seed | 1, commit: 0, templates: 0 };
    writer.history()?;
    drop(writer);
    assert!(import.wait()?.success(), "git fast-import failed");
    Ok(())
}

/// `git` in a folder, with nobody's configuration.
pub fn git(dir: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(dir).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    for (name, _) in std::env::vars_os().filter(|(n, _)| n.to_string_lossy().starts_with("GIT_")) {
        if !name.to_string_lossy().starts_with("GIT_CONFIG_") {
            git.env_remove(name);
        }
    }
    git
}

struct Writer<W: Write> {
    out: W,
    parameters: Parameters,
    random: u64,
    commit: usize,
    templates: usize,
}

impl<W: Write> Writer<W> {
    /// A number below `bound`, by xorshift.
    fn below(&mut self, bound: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % bound.max(1)
    }

    fn history(&mut self) -> std::io::Result<()> {
        let mut tip = self.first()?;
        while self.commit < self.parameters.commits {
            if self.below(100) < self.parameters.merges && self.commit + 4 < self.parameters.commits {
                let mut side = tip;
                let mut changes = String::new();
                for _ in 0..1 + self.below(3) {
                    let change = self.change();
                    side = self.write("topic", Some(side), None, "Change something", &change)?;
                    changes.push_str(&change);
                }
                let subject = format!("Merge pull request #{} from author/topic", 1000 + self.commit);
                // The merge's tree is told in full by the changes, since fast-import merges nothing.
                tip = self.write("master", Some(tip), Some(side), &subject, &changes)?;
            } else {
                let change = self.change();
                tip = self.write("master", Some(tip), None, "Change something", &change)?;
            }
        }
        self.out.write_all(b"reset refs/heads/topic\nfrom 0000000000000000000000000000000000000000\n\n")?;
        writeln!(self.out, "done")?;
        self.out.flush()
    }

    fn first(&mut self) -> std::io::Result<usize> {
        let mut files = String::new();
        for file in 0..self.parameters.width {
            inline(&mut files, &code_path(file), &format!("package p{file}\n"));
        }
        // A root and a docs folder as wide as they are in real projects: that is what a walk reads.
        for file in 0..40 {
            inline(&mut files, &format!("{}-file-{file}.txt", NAMES[file % NAMES.len()]), "text\n");
            inline(&mut files, &format!("docs/{}-page-{file}.md", NAMES[file % NAMES.len()]), "# Page\n");
        }
        inline(&mut files, "mkdocs.yml", &self.navigation(0));
        inline(&mut files, &template_path(), &template(0));
        for okep in 0..self.parameters.okeps {
            let text = self.okep(okep);
            inline(&mut files, &okep_path(okep), &text);
        }
        self.write("master", None, None, "Begin", &files)
    }

    /// What one commit changes.
    fn change(&mut self) -> String {
        let mut files = String::new();
        let lot = self.below(1000);
        let due = self.commit * self.parameters.templates / self.parameters.commits.max(1);
        if due > self.templates {
            self.templates = due;
            inline(&mut files, &template_path(), &template(due));
        } else if lot < self.parameters.churn && self.parameters.okeps > 0 {
            let okep = self.below(self.parameters.okeps as u64) as usize;
            let text = self.okep(okep);
            inline(&mut files, &okep_path(okep), &text);
        } else if lot < self.parameters.churn * 6 / 5 {
            let navigation = self.navigation(self.commit);
            inline(&mut files, "mkdocs.yml", &navigation);
        } else {
            let file = self.below(self.parameters.width as u64) as usize;
            let number = self.commit;
            inline(&mut files, &code_path(file), &format!("package p{file}\nconst revision = {number}\n"));
        }
        files
    }

    fn write(
        &mut self,
        branch: &str,
        from: Option<usize>,
        merge: Option<usize>,
        subject: &str,
        files: &str,
    ) -> std::io::Result<usize> {
        self.commit += 1;
        let mark = self.commit;
        let date = START + mark as u64 * 600;
        let author = self.below(40);
        let who = format!("Author {author} <author{author}@example.org> {date} +0000");
        writeln!(self.out, "commit refs/heads/{branch}\nmark :{mark}\nauthor {who}\ncommitter {who}")?;
        let mut message = format!("{subject}\n\n");
        for word in 0..30 + self.below(40) {
            message.push_str(WORDS[self.below(WORDS.len() as u64) as usize]);
            message.push(if word % 10 == 9 { '\n' } else { ' ' });
        }
        let _ = write!(message, "\n\nSigned-off-by: Author {author} <author{author}@example.org>\n");
        writeln!(self.out, "data {}\n{message}", message.len())?;
        if let Some(from) = from {
            writeln!(self.out, "from :{from}")?;
        }
        if let Some(merge) = merge {
            writeln!(self.out, "merge :{merge}")?;
        }
        self.out.write_all(files.as_bytes())?;
        writeln!(self.out)?;
        Ok(mark)
    }

    /// A proposal of about three hundred lines, with a fault or two.
    fn okep(&mut self, okep: usize) -> String {
        let number = 5000 + okep;
        let mut text = format!(
            "# OKEP-{number}: Proposal {okep}\n\n\
             * Issue: [#{number}](https://github.com/example-org/example-net/issues/{number})\n"
        );
        let skipped = self.below(30) as usize;
        for (at, section) in SECTIONS.iter().enumerate().filter(|(at, _)| *at != skipped) {
            let _ = write!(text, "\n## {section}\n\n");
            for _ in 0..if self.below(20) == 0 { 0 } else { 16 + 2 * (at % 3) } {
                for _ in 0..12 {
                    text.push_str(WORDS[self.below(WORDS.len() as u64) as usize]);
                    text.push(' ');
                }
                text.push('\n');
            }
        }
        for link in 0..self.parameters.broken {
            let _ = write!(text, "\nSee [part {link}](#nowhere-{link}).\n");
        }
        text
    }

    fn navigation(&mut self, revision: usize) -> String {
        let mut text = format!("site_name: Synthetic {revision}\nnav:\n  - Home: index.md\n  - Proposals:\n");
        // One in forty is left out, and of many no more than one or two.
        let listed = self.parameters.okeps.max(40) as u64;
        for okep in 0..self.parameters.okeps {
            if self.below(listed) > 0 {
                let _ =
                    writeln!(text, "    - Proposal {okep}: okeps/okep-{}-proposal-{okep}.md", 5000 + okep);
            }
        }
        text
    }
}

fn inline(out: &mut String, path: &str, text: &str) {
    let _ = write!(out, "M 100644 inline {path}\ndata {}\n{text}\n", text.len());
}

fn code_path(file: usize) -> String {
    format!("code/part{}/file{}.go", file / FOLDER, file % FOLDER)
}

fn okep_path(okep: usize) -> String {
    format!("docs/okeps/okep-{}-proposal-{okep}.md", 5000 + okep)
}

fn template_path() -> String {
    "docs/okeps/okep-4000-template.md".into()
}

fn template(revision: usize) -> String {
    let mut text = "# OKEP-4000: OKEP Template\n\n\
                    * Issue: [#4000](https://github.com/example-org/example-net/issues/4000)\n"
        .to_owned();
    for (at, section) in SECTIONS.iter().enumerate() {
        let _ = write!(text, "\n## {section}\n\n(Say here what belongs into part {at}, at length.)\n");
    }
    for extra in 0..revision {
        let _ = write!(text, "\n## Question {extra}\n\n(Answer question number {extra} here.)\n");
    }
    text
}

const NAMES: [&str; 8] = ["build", "contrib", "dist", "go", "helm", "make", "test", "zone"];

const SECTIONS: [&str; 12] = [
    "Problem Statement",
    "Goals",
    "Non-Goals",
    "Introduction",
    "User Stories",
    "Proposed Solution",
    "API Details",
    "Implementation Details",
    "Testing Details",
    "Documentation Details",
    "Risks",
    "Alternatives",
];

const WORDS: [&str; 24] = [
    "network",
    "pod",
    "node",
    "route",
    "gateway",
    "the",
    "a",
    "is",
    "every",
    "of",
    "subnet",
    "policy",
    "when",
    "traffic",
    "leaves",
    "[link](https://example.org)",
    "`code`",
    "*must*",
    "and",
    "router",
    "switch",
    "controller",
    "watches",
    "address",
];
