//! The command line: its definition, and where results and errors go.
//!
//! Results on stdout, talk on stderr; 0 nothing at or above `--fail-on`, 1 findings, 2 could not judge.

pub mod args;
pub mod commit_msg;
pub mod demo;
mod explain;
pub mod history;
pub mod hook;
pub mod invocation;
pub mod manual;
pub mod new;
mod output;
mod pre_push;
pub mod progress;
pub mod suggested_commands;
pub mod target;
mod terminal;
pub mod values;

pub use values::Which;

use crate::audit::check::Outcome;
use crate::audit::report::Report;
use crate::audit::selection::Selection;
use crate::cli::args::{CheckArgs, Cli, Command, Format, HookAction};
use crate::cli::history::HistoryArgs;
use crate::cli::invocation::{Caller, caller};
use crate::cli::output::{escape_control, is_broken_pipe, print, print_patch, refuse, written};
use crate::cli::pre_push::Push;
use crate::cli::target::Request;
use crate::cli::terminal::terminal;
use crate::fix::repair;
use crate::fix::repair::Repair;
use crate::git::{Id, Repo};
use crate::report;
use crate::rules::finding::Safety;
use crate::text::nearest::nearest;
use clap::{CommandFactory, Parser};
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

const VERSION: &str = env!("CARGO_PKG_VERSION");

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
    cli.color.apply();
    let result = match &cli.command {
        None => check(cli.dir.as_ref(), &cli.check),
        Some(Command::Check(args)) => check(cli.dir.as_ref(), args),
        Some(Command::History(args)) => history(cli.dir.as_deref(), args),
        Some(Command::Explain { rule }) => explain::run(rule.as_deref()),
        Some(Command::New { issue, title, folder, slug, force }) => {
            let slug = slug.as_deref();
            let wanted = new::NewOkep { issue, title, own_folder: *folder, slug, force: *force };
            let message = new::new(cli.dir.as_deref(), &wanted);
            message
                .map_err(Into::into)
                .and_then(|message| Ok(print(&escape_control(&message)).map(|()| ExitCode::SUCCESS)?))
        }
        Some(Command::Hook { action }) => hook(cli.dir.as_deref(), action),
        Some(Command::CommitMsg { message }) => {
            if let Some(hint) = commit_msg::hint(cli.dir.as_deref(), message) {
                let _ = write!(anstream::stderr(), "{}", escape_control(&hint));
            }
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::PrePush { .. }) => pre_push(cli.dir.as_ref()),
        Some(Command::Demo { place }) => demo(cli.dir.as_ref(), place),
        Some(Command::Completions { shell }) => manual::print_completions(&command(), *shell),
        Some(Command::Man { folder }) => manual::print_pages(&command(), folder.as_deref()),
    };
    match result {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => refuse(&error.to_string()),
    }
}

/// Only `-C` may be before a command: anything else there would be read and forgotten.
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
        let message = "options of `check` go after the command, as in `okep check --staged`";
        return Err(Cli::command().error(clap::error::ErrorKind::ArgumentConflict, message));
    }
    if cli.command.is_none()
        && let Some((word, command)) = mistyped_command(&cli)
    {
        let message =
            format!("`{word}` is neither a command nor a path here; a similar command is `{command}`");
        return Err(Cli::command().error(clap::error::ErrorKind::InvalidSubcommand, message));
    }
    Ok(cli)
}

/// The first argument and the command that was probably meant, where it is a word near to one and not a path.
fn mistyped_command(cli: &Cli) -> Option<(String, String)> {
    let path = cli.check.paths.first()?;
    let word = path.to_str().filter(|word| word.chars().all(|c| c.is_ascii_alphabetic() || c == '-'))?;
    let here = cli.dir.as_deref().unwrap_or(Path::new("."));
    if here.join(path).symlink_metadata().is_ok() {
        return None;
    }
    let definition = Cli::command();
    let visible = definition.get_subcommands().filter(|command| !command.is_hide_set());
    let names: Vec<&str> = visible.map(clap::Command::get_name).collect();
    Some((word.to_owned(), nearest(word, &names)?.to_owned()))
}

fn check(dir: Option<&PathBuf>, args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let args = &numbers_for_paths(dir, args);
    if args.stdin_filename.is_none() && args.paths.iter().any(|path| path.as_os_str() == "-") {
        anyhow::bail!(
            "`-` is standard input: name the file that it is the text of, with `--stdin-filename PATH -`"
        );
    }
    let caller = match args.staged {
        true => caller(|name| std::env::var(name).ok()),
        false => Caller::Person,
    };
    match caller {
        Caller::Refs { from, to } => {
            let message = format!(
                "PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF are set: checking `{to}` against its merge base with \
                 `{from}`, not what is staged"
            );
            let _ = writeln!(anstream::stderr(), "{}", report::escape_control(&message));
            let args = CheckArgs { staged: false, rev: Some(to), since: Some(from), ..args.clone() };
            check_state(dir, &args, &How::default())
        }
        Caller::Push { local, from } => {
            let repo = pre_push::repository(dir.map(PathBuf::as_path))?;
            check_push(dir, args, pre_push::of_pre_commit(&repo, &local, from.as_deref())?, &repo)
        }
        Caller::Commit => check_state(dir, args, &How { refusal: Some(COMMIT_REFUSED), ..How::default() }),
        Caller::Client => check_state(dir, args, &How { or_whole_index: true, ..How::default() }),
        Caller::Person => check_state(dir, args, &How::default()),
    }
}

/// The arguments with what is not a path here but the number of an OKEP taken as one: `5674`, `okep-5674`.
fn numbers_for_paths(dir: Option<&PathBuf>, args: &CheckArgs) -> CheckArgs {
    let here = dir.map_or(Path::new("."), PathBuf::as_path);
    let mut args = args.clone();
    let numbers = &mut args.okep;
    args.paths.retain(|path| {
        let number = path.to_str().and_then(|word| values::okep_number(word).ok());
        let number = number.filter(|_| here.join(path).symlink_metadata().is_err());
        numbers.extend(number);
        number.is_none()
    });
    args
}

fn selection(args: &CheckArgs) -> Selection {
    let paths = !args.paths.is_empty();
    Selection { select: args.select.clone(), ignore: args.ignore.clone(), okeps: args.okep.clone(), paths }
}

/// What a hook adds to the arguments of a check.
#[derive(Default)]
struct How {
    /// Where nothing is staged, check the whole index.
    or_whole_index: bool,
    /// More commits whose findings are not new.
    bases: Vec<Id>,
    /// What is refused where the check fails, and the way around it.
    refusal: Option<&'static str>,
    /// The repository, where it is open already.
    repo: Option<Arc<Repo>>,
}

/// Checks what each ref that is pushed would introduce.
fn pre_push(dir: Option<&PathBuf>) -> anyhow::Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    let repo = pre_push::repository(dir.map(PathBuf::as_path))?;
    for push in pre_push::of_git(&repo, std::io::stdin().lock())? {
        let one = check_push(dir, &CheckArgs::default(), push, &repo)?;
        if one != ExitCode::SUCCESS {
            code = one;
        }
    }
    Ok(code)
}

fn check_push(
    dir: Option<&PathBuf>,
    args: &CheckArgs,
    push: Push,
    repo: &Arc<Repo>,
) -> anyhow::Result<ExitCode> {
    let args = CheckArgs { staged: false, rev: Some(push.commit), ..args.clone() };
    let (bases, refusal, repo) = (push.bases, Some(PUSH_REFUSED), Some(repo.clone()));
    let how = How { bases, refusal, repo, or_whole_index: false };
    match check_state(dir, &args, &how) {
        // A branch without OKEPs, such as that of a built site.
        Err(error) if error.downcast_ref().is_some_and(target::Error::is_no_folder) => Ok(ExitCode::SUCCESS),
        result => result,
    }
}

/// The file whose text is on standard input, and the paths that are asked for: that file for `-`.
type Unsaved = Option<(PathBuf, Vec<u8>)>;

fn unsaved(args: &CheckArgs) -> anyhow::Result<(Unsaved, Vec<PathBuf>)> {
    let Some(path) = &args.stdin_filename else { return Ok((None, args.paths.clone())) };
    let mut text = Vec::new();
    std::io::stdin().lock().read_to_end(&mut text)?;
    let asked = |asked: &PathBuf| if asked.as_os_str() == "-" { path.clone() } else { asked.clone() };
    Ok((Some((path.clone(), text)), args.paths.iter().map(asked).collect()))
}

fn check_state(dir: Option<&PathBuf>, args: &CheckArgs, how: &How) -> anyhow::Result<ExitCode> {
    let (unsaved, paths) = unsaved(args)?;
    let request = Request {
        dir: dir.cloned(),
        staged: args.staged,
        or_whole_index: how.or_whole_index,
        rev: args.rev.clone(),
        since: args.since.clone(),
        bases: how.bases.clone(),
        unsaved,
        pull_request: args.pull_request,
        paths,
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
    let repo = match &how.repo {
        Some(repo) => Ok(Some(repo.clone())),
        None => Repo::discover(dir.map(PathBuf::as_path)),
    };
    let checked = repo.map_err(Into::into).and_then(|repo| target::check(&request, repo.as_ref()));
    let mut outcome = match (checked, how.refusal) {
        (Err(error), Some(refusal)) if !error.is_no_folder() => anyhow::bail!("{error}; {refusal}"),
        (checked, _) => checked?,
    };
    selection(args).apply(&mut outcome.report, &outcome.layout.folder)?;
    repair::show(&mut outcome, request.thorough);
    outcome.report.away = outcome.root.as_deref().is_some_and(suggested_commands::is_away);
    let report = &outcome.report;
    let terminal = terminal();
    if how.refusal.is_some() && args.format == Format::Table && is_quiet(report) && !outcome.incomplete {
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
    if let Some(refusal) = how.refusal.filter(|_| code != ExitCode::SUCCESS) {
        let _ = writeln!(anstream::stderr(), "okep: {refusal}");
    }
    Ok(code)
}

const COMMIT_REFUSED: &str = "the commit is refused; `git commit --no-verify` makes it without this check";
const PUSH_REFUSED: &str = "the push is refused; `git push --no-verify` pushes without this check";

/// Whether there is nothing to report to somebody who only wants to commit or push.
fn is_quiet(report: &Report) -> bool {
    report.live().next().is_none() && report.notes.iter().all(|note| note.kind == "nothing-staged")
}

/// Shows what can be repaired, or writes it; exits by what is left.
fn repair(request: &Request, args: &CheckArgs, most: Safety) -> anyhow::Result<ExitCode> {
    let writes = args.fix.is_some();
    if writes {
        repair::may_write(request.staged, request.rev.as_deref())?;
    }
    let repo = Repo::discover(request.dir.as_deref())?;
    let here = request.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let root = repo.as_ref().and_then(|repo| repo.root()).unwrap_or(&here).to_owned();
    let alone = if writes { Some(repair::alone(&root)?) } else { None };
    let selection = selection(args);
    let mut outcome = target::check(request, repo.as_ref())?;
    let folder = outcome.layout.folder.clone();
    selection.apply(&mut outcome.report, &folder)?;
    let mut repair = repair::plan(&outcome, repo.as_ref(), most, &|f| selection.includes(f, &folder))?;
    if writes {
        repair.notes.extend(repair::sweep(&outcome));
    }
    let after = match writes && !repair.patch.is_empty() {
        true => match repair::write(&outcome, &repair) {
            Ok(()) => {
                let mut after = check_again(request, repo.as_ref(), &outcome, &repair)?;
                // A fix may have renamed the OKEP.
                let _ = selection.apply(&mut after.report, &folder);
                after
            }
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

/// Checks what is left after a repair was written; a file that was asked for may have another name now.
fn check_again(
    request: &Request,
    repo: Option<&Arc<Repo>>,
    outcome: &Outcome,
    repair: &Repair,
) -> anyhow::Result<Outcome> {
    let from = request.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let root = outcome.root.as_deref().unwrap_or(&from);
    let renamed = |path: &PathBuf| {
        let inside = target::inside(path, &from, root);
        match repair::renamed(&inside, repair) {
            now if now == inside => path.clone(),
            now => root.join(now),
        }
    };
    let paths = request.paths.iter().map(renamed).collect();
    Ok(target::check(&Request { paths, ..request.clone() }, repo)?)
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
    words.extend(args.okep.iter().map(|number| format!("--okep {number}")));
    for (name, rules) in [("--select", &args.select), ("--ignore", &args.ignore)] {
        words.extend((!rules.is_empty()).then(|| format!("{name} {}", rules.join(","))));
    }
    words.extend(args.paths.iter().map(|path| suggested_commands::shell(&path.to_string_lossy())));
    words.join(" ")
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
    let fail_on = if args.strict { values::FailOn::Warning } else { args.fail_on };
    ExitCode::from(u8::from(outcome.report.live().any(|f| fail_on.fails(f.severity))))
}

fn hook(dir: Option<&Path>, action: &HookAction) -> anyhow::Result<ExitCode> {
    let (message, checks) = match action {
        HookAction::Install { pre_push, commit_msg } => {
            let wanted = hook::WantedHooks { pre_push: *pre_push, commit_msg: *commit_msg };
            let installed = hook::install(dir, wanted)?;
            print(&escape_control(&installed.message))?;
            return installed.obstacle.map_or(Ok(ExitCode::SUCCESS), |why| Err(why.into()));
        }
        HookAction::Uninstall => (hook::uninstall(dir)?, true),
        HookAction::Status => hook::status(dir)?,
    };
    print(&escape_control(&message))?;
    Ok(ExitCode::from(u8::from(!checks)))
}

fn demo(from: Option<&PathBuf>, dir: &PathBuf) -> anyhow::Result<ExitCode> {
    let dir = from.map_or_else(|| dir.clone(), |from| from.join(dir));
    demo::build(&dir)?;
    let request = Request { dir: Some(dir.clone()), ..Request::default() };
    let repo = Repo::discover(Some(&dir))?;
    let mut outcome = target::check(&request, repo.as_ref())?;
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

/// The definition of the command line, for help, completions and the man page.
pub fn command() -> clap::Command {
    Cli::command()
}
