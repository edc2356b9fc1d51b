//! The command line's definition.

use crate::cli::values::{Color, FailOn, day, okep_number, pull_request_number, rule};
use crate::rules::finding::{Safety, Severity};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Checks enhancement proposals (OKEPs): form, numbers, tracking issue, navigation, links
#[derive(Debug, Parser)]
#[command(name = "okep", version, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Run as if started in DIR
    #[arg(id = "chdir", short = 'C', value_name = "DIR", global = true)]
    pub dir: Option<PathBuf>,
    /// When to write colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, global = true)]
    pub color: Color,
    #[command(flatten)]
    pub check: CheckArgs,
}

const AFTER_HELP: &str = "\
Without a command, `okep` is `okep check`: it checks the working tree. `okep 5674` checks OKEP-5674.

Exit status:
  0  nothing at or above --fail-on
  1  findings
  2  could not check, or could not write a fix";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check the OKEPs of the working tree, of what is staged, or of a commit
    Check(CheckArgs),
    /// Check every commit: when each finding was introduced and fixed
    History(HistoryArgs),
    /// Explain what a rule forbids, why, and how to fix it; without a rule, list all rules
    Explain {
        /// A rule, such as `missing-section`
        rule: Option<String>,
    },
    /// Start an OKEP from the repository's own template, and add it to nav and the index page
    New(NewArgs),
    /// Install, remove or show the git hooks that check each commit or push
    Hook {
        #[command(subcommand)]
        action: HookAction,
    },
    /// Report where a commit message names another OKEP than the staged files; called by the hook
    #[command(hide = true)]
    CommitMsg { message: PathBuf },
    /// Check what a push introduces; called by the hook, with what git gives it
    #[command(hide = true)]
    PrePush { remote: Option<String>, url: Option<String> },
    /// Check while you write: a language server for editors, on standard input and output
    Lsp {
        /// Accepted because some clients pass it; standard input and output are the only way to talk to it
        #[arg(long, hide = true)]
        stdio: bool,
    },
    /// Build a sample repository with faults and a history, and check it
    Demo {
        /// Where to build it; a new or empty folder
        // Of another name than `-C`: to clap an argument of the same name is the same argument.
        #[arg(value_name = "DIR", default_value = "okep-demo")]
        place: PathBuf,
    },
    /// Print completions for a shell
    Completions { shell: clap_complete::Shell },
    /// Print the manual page, or write those of all commands into DIR
    Man {
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub enum HookAction {
    /// Check each commit and merge from now on; other hooks are left as they are
    Install(InstallArgs),
    /// Remove okep's own hooks, and nothing else
    Uninstall,
    /// Show the hooks; exits with 1 where neither commits nor pushes are checked
    Status,
}

#[derive(Debug, Args)]
pub struct NewArgs {
    /// Its tracking issue: the number or the URL
    pub issue: String,
    /// What is proposed, in a few words; it also names the file
    pub title: String,
    /// Put it into a folder of its own, for images and companion pages
    #[arg(long)]
    pub folder: bool,
    /// Name the file after NAME instead of the title
    #[arg(long, value_name = "NAME")]
    pub slug: Option<String>,
    /// Use the number even if an OKEP on another branch has it
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct InstallArgs {
    /// Check each push instead of each commit
    #[arg(long)]
    pub pre_push: bool,
    /// Also compare the commit's subject with its files, as a hint
    #[arg(long)]
    pub commit_msg: bool,
}

#[derive(Debug, Args, Clone, Default, PartialEq, Eq)]
pub struct CheckArgs {
    /// Only these OKEPs (by number), files or folders
    pub paths: Vec<PathBuf>,
    /// Check what is staged; only newly introduced findings fail
    #[arg(long, conflicts_with = "rev")]
    pub staged: bool,
    /// Check a commit
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,
    /// Only findings introduced since the merge base of REV and HEAD fail
    #[arg(long, value_name = "REV", conflicts_with = "staged")]
    pub since: Option<String>,
    /// The number of the checked pull request; an OKEP that it adds must have another one
    #[arg(long, value_name = "N", requires = "since", value_parser = pull_request_number)]
    pub pull_request: Option<u64>,
    /// Read the text of this file from standard input instead of the disk; give `-` as PATH to check it alone
    #[arg(long, value_name = "PATH", conflicts_with_all = ["staged", "rev", "fix"])]
    pub stdin_filename: Option<PathBuf>,
    /// Only the OKEP of this number, and the files of its folder; may be given several times
    #[arg(long, value_name = "N", value_parser = okep_number)]
    pub okep: Vec<u64>,
    /// Check and fix these rules only
    #[arg(long, value_name = "RULE,...", value_parser = rule, value_delimiter = ',')]
    pub select: Vec<&'static str>,
    /// Neither check nor fix these rules
    #[arg(long, value_name = "RULE,...", value_parser = rule, value_delimiter = ',')]
    pub ignore: Vec<&'static str>,
    /// The severity from which findings fail
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t)]
    pub fail_on: FailOn,
    /// Warnings fail too
    #[arg(long, conflicts_with = "fail_on")]
    pub strict: bool,
    /// How to print the result
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
    /// Count findings by rule
    #[arg(long, conflicts_with_all = ["format", "quiet"])]
    pub statistics: bool,
    /// Print nothing but the findings, one per line
    #[arg(short, long, conflicts_with = "format")]
    pub quiet: bool,
    /// Also print that there was nothing to check
    #[arg(short, long, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Print the fixes as a patch for `git apply`
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, require_equals = true,
          default_missing_value = "safe", conflicts_with_all = ["format", "statistics", "quiet"])]
    pub diff: Option<Safety>,
    /// Write the fixes, and print them
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, require_equals = true,
          default_missing_value = "safe", conflicts_with_all = ["format", "statistics", "quiet", "diff"])]
    pub fix: Option<Safety>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// As much as there is to act on: a few findings in full, more of them a line each
    #[default]
    Auto,
    /// Every finding with its source lines and the proposed change
    Full,
    /// One line per finding: `path:line:column: severity[rule] message`
    Short,
    /// For tools; described by a JSON schema in `schemas/`
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// For the summary of a job, or a comment
    Markdown,
}

#[derive(Debug, Args, Clone, Default)]
pub struct HistoryArgs {
    /// Where to start (default: HEAD); A..B shows only what happened in B and is not in A
    #[arg(value_name = "REV")]
    pub revisions: Vec<String>,
    /// Start from all branches, remote branches and tags
    #[arg(long, conflicts_with = "revisions")]
    pub all: bool,
    /// Show only what happened on this day or later: 2026-01-31, or as in "3 weeks ago"
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub since: Option<String>,
    /// Show only the OKEP of this number
    #[arg(long, value_name = "N", value_parser = okep_number)]
    pub okep: Option<u64>,
    /// Show only what authors with NAME in their name introduced or fixed
    #[arg(long, value_name = "NAME")]
    pub author: Option<String>,
    /// Show only findings of this rule; may be given several times
    #[arg(long, value_name = "RULE", value_parser = rule)]
    pub rule: Vec<&'static str>,
    /// Show only findings of this severity or a higher one
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub severity: Option<Severity>,
    /// Exit with 1 if a finding of this severity or a higher one is shown and still open
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "never")]
    pub fail_on: FailOn,
    /// How to print the result
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: HistoryFormat,
    /// End with the fixes of what is still open, as a patch for `git apply`
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, require_equals = true,
          default_missing_value = "safe", conflicts_with = "format")]
    pub diff: Option<Safety>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum HistoryFormat {
    /// OKEPs, open and fixed findings, revisions of the template
    #[default]
    Table,
    /// For tools; described by a JSON schema in `schemas/`
    Json,
    /// The findings, for spreadsheets
    Csv,
    /// One page that needs nothing else: pictures, sections, and what to fix
    Html,
}
