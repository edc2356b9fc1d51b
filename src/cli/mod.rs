//! The command line: its definition, and where results and errors go.
//!
//! Results on stdout, talk on stderr; 0 nothing at or above `--fail-on`, 1 findings, 2 could not judge.

pub mod commit_msg;
pub mod demo;
pub mod history;
pub mod hook;
pub mod hook_clients;
pub mod hook_text;
pub mod invocation;
pub mod manual;
pub mod new;
pub mod progress;
pub mod suggested_commands;

use crate::audit::check;
use crate::audit::check::{Outcome, Request};
use crate::audit::report::Report;
use crate::cli::history::HistoryArgs;
use crate::cli::invocation::{Caller, caller};
use crate::fix::{atomic, repair};
use crate::report;
use crate::report::Terminal;
use crate::report::explain;
use crate::rules::finding::{Safety, Severity};
use crate::text::nearest::did_you_mean;
use anstream::AutoStream;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Judges enhancement proposals (OKEPs): form, numbers, issue, registration
#[derive(Debug, Parser)]
#[command(name = "okep", version, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Run as if started in DIR
    #[arg(id = "chdir", short = 'C', value_name = "DIR", global = true)]
    dir: Option<PathBuf>,
    #[command(flatten)]
    check: CheckArgs,
}

const AFTER_HELP: &str = "\
Without a command, `okep` is `okep check`: the working tree of the repository around.

Exit status:
  0  nothing at or above --fail-on
  1  findings
  2  could not judge";

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge the OKEPs of the working tree, of what is staged, or of a commit
    Check(CheckArgs),
    /// Audit every commit: who brought and who mended each finding
    History(HistoryArgs),
    /// Tell what a rule forbids, why, and how to put it right; without a rule, list all
    Explain {
        /// A rule, such as `missing-section`
        rule: Option<String>,
    },
    /// Begin an OKEP from the repository's own template, and register it
    New {
        /// The number of its tracking issue
        issue: String,
        /// What is proposed, in a few words; the file is named after it
        title: String,
        /// Give it a folder of its own, for images and companion pages
        #[arg(long)]
        folder: bool,
        /// Name the file after NAME and not after the title
        #[arg(long, value_name = "NAME")]
        slug: Option<String>,
    },
    /// Install, remove or show the git hooks that judge each commit
    Hook {
        #[command(subcommand)]
        action: HookAction,
    },
    /// Say where a commit message names another OKEP than the staged files; called by the hook
    #[command(hide = true)]
    CommitMsg { message: PathBuf },
    /// Build a sample repository with faults and a history, and audit it
    Demo {
        /// Where to build it; must be absent or empty
        // Of another name than `-C`: to clap an argument of the same name is the same argument.
        #[arg(value_name = "DIR", default_value = "okep-demo")]
        place: PathBuf,
    },
    /// Print completions for a shell
    #[command(hide = true)]
    Completions { shell: clap_complete::Shell },
    /// Print the manual page, or write those of all commands into FOLDER
    #[command(hide = true)]
    Man { folder: Option<PathBuf> },
}

#[derive(Debug, Subcommand)]
enum HookAction {
    /// Have each commit and merge judged; another hook is never touched
    Install {
        /// Also compare the commit's subject with its files, as a hint
        #[arg(long)]
        commit_msg: bool,
    },
    /// Remove okep's own hooks, and nothing else
    Uninstall,
    /// Say where git takes hooks from and what stands there; 1 if commits are not judged
    Status,
}

#[derive(Debug, Args, Clone, Default, PartialEq, Eq)]
struct CheckArgs {
    /// Only these OKEPs, files or folders
    paths: Vec<PathBuf>,
    /// Judge what is staged; only what it brings fails
    #[arg(long, conflicts_with = "rev")]
    staged: bool,
    /// Judge a commit
    #[arg(long, value_name = "REV")]
    rev: Option<String>,
    /// Only what came since the merge base of REV and HEAD fails
    #[arg(long, value_name = "REV", conflicts_with = "staged")]
    since: Option<String>,
    /// The severity from which findings fail
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t)]
    fail_on: FailOn,
    /// Warnings fail too
    #[arg(long, conflicts_with = "fail_on")]
    strict: bool,
    /// How to print the result
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
    /// Print the repairs as a patch for `git apply`
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, require_equals = true,
          default_missing_value = "safe", conflicts_with = "format")]
    diff: Option<Which>,
    /// Write the repairs, and print them
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, require_equals = true,
          default_missing_value = "safe", conflicts_with_all = ["format", "diff"])]
    fix: Option<Which>,
}

/// Which repairs are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// What changes the form only
    Safe,
    /// What changes the words or leaves work to do, too
    All,
}

impl Which {
    pub fn most(self) -> Safety {
        match self {
            Which::Safe => Safety::Safe,
            Which::All => Safety::Suggested,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum FailOn {
    #[default]
    Error,
    Warning,
    Hint,
    /// Findings are shown and do not fail
    Never,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One row an OKEP, then the findings with their fixes
    #[default]
    Table,
    /// Every finding with its source lines
    Full,
    /// For tools; a contract, `schema: 1`
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// For the summary of a job, or a comment
    Markdown,
}

/// Runs the command line and says how it went.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match parse(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
            return match written(error.print()) {
                Ok(()) => code,
                Err(failed) => refuse(&failed.to_string()),
            };
        }
    };
    // Clap's own setting for this would take `-C DIR check` for a path called `check`.
    if cli.command.is_some() && cli.check != CheckArgs::default() {
        let message = "error: options of `check` go after `check`, and other commands do not take them";
        let _ = writeln!(anstream::stderr(), "{message}");
        return ExitCode::from(2);
    }
    let result = match &cli.command {
        None => check(cli.dir.as_ref(), &cli.check),
        Some(Command::Check(args)) => check(cli.dir.as_ref(), args),
        Some(Command::History(args)) => history(cli.dir.as_deref(), args),
        Some(Command::Explain { rule }) => explain(rule.as_deref()),
        Some(Command::New { issue, title, folder, slug }) => {
            let wish = new::NewOkep { issue, title, own_folder: *folder, slug: slug.as_deref() };
            let said = new::new(cli.dir.as_deref(), &wish);
            said.map_err(Into::into)
                .and_then(|said| Ok(print(&escape_control(&said)).map(|()| ExitCode::SUCCESS)?))
        }
        Some(Command::Hook { action }) => hook(cli.dir.as_deref(), action),
        Some(Command::CommitMsg { message }) => {
            if let Some(hint) = commit_msg::hint(cli.dir.as_deref(), message) {
                let _ = write!(anstream::stderr(), "{}", escape_control(&hint));
            }
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Demo { place }) => demo(cli.dir.as_ref(), place),
        Some(Command::Completions { shell }) => completions(*shell),
        Some(Command::Man { folder }) => man(folder.as_deref()),
    };
    match result {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => refuse(&error.to_string()),
    }
}

fn refuse(reason: &str) -> ExitCode {
    let _ = writeln!(anstream::stderr(), "error: {}", report::escape_control(reason));
    ExitCode::from(2)
}

/// Only `-C` may stand before a command: what else stands there would be read and forgotten.
fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let cli = Cli::try_parse_from(arguments).map_err(|error| {
        let conflict = error.kind() == clap::error::ErrorKind::ArgumentConflict;
        if !conflict || !error.to_string().contains("--format") {
            return error;
        }
        let message = "`--diff` and `--fix` print a patch, whatever the format; \
                       `okep check --format json` holds every fix, with its edits";
        Cli::command().error(clap::error::ErrorKind::ArgumentConflict, message)
    })?;
    if cli.command.is_some() && cli.check != CheckArgs::default() {
        let message = "options of `check` stand after the command, as in `okep check --staged`";
        return Err(Cli::command().error(clap::error::ErrorKind::ArgumentConflict, message));
    }
    Ok(cli)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

/// Writes to stdout; a reader that has gone away is no error.
fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// How writing the output went.
fn written(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            let said = format!("the output cannot be written: {error}{}", atomic::remedy(&error));
            Err(io::Error::new(error.kind(), said))
        }
        Ok(()) => Ok(()),
    }
}

/// Lines that may name files, as a terminal may have them.
fn escape_control(lines: &str) -> String {
    lines.lines().map(|line| format!("{}\n", report::escape_control(line))).collect()
}

fn check(dir: Option<&PathBuf>, args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let caller = match args.staged {
        true => caller(|name| std::env::var(name).ok()),
        false => Caller::Person,
    };
    if let Caller::Refs { from, to } = &caller {
        let said = format!(
            "PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF are set: judging `{to}` against its merge base with \
             `{from}`, not what is staged"
        );
        let _ = writeln!(anstream::stderr(), "{}", report::escape_control(&said));
        let rev = Some(to.clone());
        return check(dir, &CheckArgs { staged: false, rev, since: Some(from.clone()), ..args.clone() });
    }
    let request = Request {
        dir: dir.cloned(),
        staged: args.staged,
        or_whole_index: caller == Caller::Client,
        rev: args.rev.clone(),
        since: args.since.clone(),
        paths: args.paths.clone(),
        thorough: matches!(args.format, Format::Json | Format::Sarif)
            || args.diff.is_some()
            || args.fix.is_some(),
    };
    if let Some(which) = args.fix.or(args.diff) {
        let here = dir.map_or(PathBuf::new(), Clone::clone);
        let taken =
            |p: &&PathBuf| ["all", "safe"].iter().any(|w| p.as_os_str() == *w) && !here.join(p).exists();
        if let Some(path) = args.paths.iter().find(taken) {
            let (flag, word) = (if args.fix.is_some() { "--fix" } else { "--diff" }, path.display());
            anyhow::bail!("`{word}` is no file here; which repairs are meant is written `{flag}={word}`");
        }
        return repair(&request, args, which.most());
    }
    let committing = caller == Caller::Commit;
    let judged = check::check(&request);
    let mut outcome = match judged {
        Err(error) if committing => anyhow::bail!("{error}; {REFUSED}"),
        judged => judged?,
    };
    repair::show(&mut outcome, request.thorough);
    outcome.report.away = outcome.root.as_deref().is_some_and(suggested_commands::is_away);
    let report = &outcome.report;
    let terminal = terminal();
    if committing && args.format == Format::Table && is_quiet(report) && !outcome.incomplete {
        return Ok(ExitCode::SUCCESS);
    }
    print(&match args.format {
        Format::Table => report::table::table(report, &terminal),
        Format::Full => report::full::full(report, &terminal),
        Format::Json => report::json::check(report, VERSION),
        Format::Sarif => report::sarif::sarif(report, !outcome.incomplete, VERSION),
        Format::Github => report::github::github(report),
        Format::Markdown => report::markdown::markdown(report),
    })?;
    let code = exit(&outcome, args);
    if committing && code != ExitCode::SUCCESS {
        let _ = writeln!(anstream::stderr(), "okep: {REFUSED}");
    }
    Ok(code)
}

const REFUSED: &str = "the commit is refused; `git commit --no-verify` makes it without this check";

/// Whether there is nothing to say to somebody who only wants to commit.
fn is_quiet(report: &Report) -> bool {
    report.live().next().is_none() && report.notes.iter().all(|note| note.kind == "nothing-staged")
}

/// Shows what can be repaired, or writes it; exits by what is left.
fn repair(request: &Request, args: &CheckArgs, most: Safety) -> anyhow::Result<ExitCode> {
    let writes = args.fix.is_some();
    if writes {
        repair::may_write(request)?;
    }
    let alone = if writes { Some(repair::alone(request)?) } else { None };
    let outcome = check::check(request)?;
    let mut repair = repair::plan(request, &outcome, most, &|_| true)?;
    if writes {
        repair.notes.extend(repair::sweep(&outcome));
    }
    let after = match writes && !repair.patch.is_empty() {
        true => match repair::write(request, &outcome, &repair) {
            Ok(after) => after,
            Err(error) => {
                // Said before the patch, and again after it: what is printed looks like what was done.
                let _ = writeln!(anstream::stderr(), "error: {}", report::escape_control(&error.to_string()));
                let _ = writeln!(anstream::stderr(), "this is what was to be written:");
                print_patch(&repair.patch)?;
                return Err(error.into());
            }
        },
        false => outcome,
    };
    // All is written; whoever reads the patch in a pager keeps nobody else waiting.
    drop(alone);
    // What was written is told, whether or not the patch can be.
    let printed = print_patch(&repair.patch);
    let mut err = anstream::stderr().lock();
    let _ = write!(err, "{}{}", repair::summary(&repair, writes), repair::notes(&after, &repair));
    if !repair.left_alone.is_empty() {
        let _ = write!(err, "{}", report::diff::readable(&repair.left_alone, &terminal()));
    }
    if writes || repair.patch.is_empty() {
        let _ =
            write!(err, "{}", report::remaining::left(&after.report, &command_that_shows(args), &terminal()));
    }
    drop(err);
    printed?;
    Ok(exit(&after, args))
}

/// `okep check` of the same, without its repairs.
fn command_that_shows(args: &CheckArgs) -> String {
    let mut words = vec!["okep check".to_owned()];
    let options = [("--rev", &args.rev), ("--since", &args.since)];
    words.extend(args.staged.then(|| "--staged".to_owned()));
    words.extend(options.iter().filter_map(|(name, value)| {
        let value = value.as_deref()?;
        Some(format!("{name} {}", suggested_commands::shell(value)))
    }));
    words.extend(args.paths.iter().map(|path| suggested_commands::shell(&path.to_string_lossy())));
    words.join(" ")
}

/// A patch as it is where it is taken by a file or a program, coloured and harmless for the eye.
fn print_patch(patch: &[u8]) -> io::Result<()> {
    if io::stdout().is_terminal() {
        return print(&report::diff::readable(patch, &terminal()));
    }
    let mut out = io::stdout().lock();
    written(out.write_all(patch).and_then(|()| out.flush()))
}

fn history(dir: Option<&Path>, args: &HistoryArgs) -> anyhow::Result<ExitCode> {
    let told = history::run(dir, args, &terminal(), VERSION)?;
    print(&told.text)?;
    if let Some(repair) = &told.repair {
        print_patch(&repair.patch)?;
        let _ = write!(anstream::stderr(), "{}", repair::summary(repair, false));
    }
    if !told.whole {
        let message = "error: not everything could be read; the notes name the broken objects";
        let _ = writeln!(anstream::stderr(), "{message}");
        return Ok(ExitCode::from(2));
    }
    Ok(ExitCode::SUCCESS)
}

fn exit(outcome: &Outcome, args: &CheckArgs) -> ExitCode {
    if outcome.incomplete {
        let message =
            "error: not everything could be read, so this is no verdict; the notes say what is missing";
        let _ = writeln!(anstream::stderr(), "{message}");
        return ExitCode::from(2);
    }
    let fail_on = if args.strict { FailOn::Warning } else { args.fail_on };
    let worst = match fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Hint => Severity::Hint,
        FailOn::Never => return ExitCode::SUCCESS,
    };
    ExitCode::from(u8::from(outcome.report.live().any(|f| f.severity <= worst)))
}

fn explain(id: Option<&str>) -> anyhow::Result<ExitCode> {
    let terminal = terminal();
    let Some(id) = id else {
        print(&explain::all(&terminal))?;
        return Ok(ExitCode::SUCCESS);
    };
    match crate::rules::rule(id) {
        Some(rule) => print(&explain::one(rule, &terminal))?,
        None => anyhow::bail!(
            "there is no rule `{id}`{}; `okep explain` lists them",
            did_you_mean(id, crate::rules::ids())
        ),
    }
    Ok(ExitCode::SUCCESS)
}

fn hook(dir: Option<&Path>, action: &HookAction) -> anyhow::Result<ExitCode> {
    let (said, judged) = match action {
        HookAction::Install { commit_msg } => {
            let installed = hook::install(dir, *commit_msg)?;
            print(&escape_control(&installed.said))?;
            return installed.hindrance.map_or(Ok(ExitCode::SUCCESS), |why| Err(why.into()));
        }
        HookAction::Uninstall => (hook::uninstall(dir)?, true),
        HookAction::Status => hook::status(dir)?,
    };
    print(&escape_control(&said))?;
    Ok(ExitCode::from(u8::from(!judged)))
}

fn demo(from: Option<&PathBuf>, dir: &PathBuf) -> anyhow::Result<ExitCode> {
    let dir = from.map_or_else(|| dir.clone(), |from| from.join(dir));
    demo::build(&dir)?;
    let request = Request { dir: Some(dir.clone()), ..Request::default() };
    let mut outcome = check::check(&request)?;
    repair::show(&mut outcome, false);
    let shown = dir.display();
    print(&format!(
        "A sample repository with six OKEPs now stands in `{shown}`. This is `okep check` in it:\n\n{}\n\
         Next, try\n  okep -C {shown} check --format full\n  okep explain missing-section\n\
         and for its history as a page to look at\n  okep -C {shown} history --format html > okep-demo.html\n",
        report::table::table(&outcome.report, &terminal())
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn completions(shell: clap_complete::Shell) -> anyhow::Result<ExitCode> {
    print(&manual::completions(&command(), shell)?)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the manual page, or writes all of them into a folder.
fn man(folder: Option<&Path>) -> anyhow::Result<ExitCode> {
    let pages = manual::pages(&command())?;
    let Some(folder) = folder else {
        let page = pages.iter().find(|(name, _)| name == "okep.1");
        print(page.map_or("", |(_, page)| page))?;
        return Ok(ExitCode::SUCCESS);
    };
    for (name, page) in pages {
        let path = folder.join(name);
        std::fs::write(&path, page)
            .map_err(|error| anyhow::anyhow!("`{}` cannot be written: {error}", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What stdout can show.
fn terminal() -> Terminal {
    let out = io::stdout();
    let choice = AutoStream::choice(&out);
    let color = choice != anstream::ColorChoice::Never;
    let terminal = terminal_size::terminal_size().filter(|_| out.is_terminal());
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let width = terminal.map(|(w, _)| usize::from(w.0)).or(columns).unwrap_or(100);
    Terminal { width: width.clamp(40, 200), color, unicode: unicode(), links: false }
}

/// Whether the locale says UTF-8; without a word about it, only a terminal that is not dumb is trusted.
fn unicode() -> bool {
    let set = |name| std::env::var(name).ok().filter(|v: &String| !v.is_empty());
    if set("TERM").as_deref() == Some("dumb") {
        return false;
    }
    match set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")) {
        Some(locale) => {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        None => cfg!(windows) || cfg!(target_os = "macos"),
    }
}

/// The definition of the command line, for help, completions and the man page.
pub fn command() -> clap::Command {
    Cli::command()
}
