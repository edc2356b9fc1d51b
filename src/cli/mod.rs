//! The command line: which command runs, and the exit status.
//!
//! 0 nothing at or above `--fail-on`, 1 findings, 2 could not check, or could not write a fix.

pub mod args;
mod check;
pub mod commit_msg;
pub mod demo;
pub mod history;
pub mod hook;
pub mod invocation;
pub mod manual;
pub mod new;
mod new_entries;
mod output;
pub mod progress;
pub mod suggested_commands;
pub mod target;
pub mod values;

use crate::cli::args::{CheckArgs, Cli, Command, HookAction};
use crate::cli::output::{
    VERSION, escape_lines, is_broken_pipe, print, print_error, refuse, terminal, written,
};
use crate::cli::values::similar_or_all;
use crate::lsp;
use crate::report::explain;
use crate::rules::rule;
use crate::text::nearest::nearest;
use anyhow::anyhow;
use clap::{CommandFactory, Parser};
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// Runs the command line; gives the exit status.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match parse(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
            return written(error.print()).map_or_else(|failed| refuse(&failed.to_string()), |()| code);
        }
    };
    cli.color.apply();
    let dir = cli.dir.as_deref();
    let result = match &cli.command {
        None => check::check(dir, &cli.check),
        Some(Command::Check(args)) => check::check(dir, args),
        Some(Command::History(args)) => history::history(dir, args),
        Some(Command::Explain { rule }) => printed(explained(rule.as_deref())),
        Some(Command::New(args)) => printed(new::new(dir, args).map(|said| escape_lines(&said))),
        Some(Command::Hook { action }) => hook(dir, action),
        Some(Command::CommitMsg { message }) => {
            print_error(&escape_lines(&commit_msg::hint(dir, message).unwrap_or_default()));
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::PrePush { .. }) => check::pre_push(dir),
        Some(Command::Lsp { stdio: _ }) => {
            lsp::serve(VERSION).map(|ended_well| ExitCode::from(u8::from(!ended_well))).map_err(Into::into)
        }
        Some(Command::Demo { place }) => printed(check::demo(dir, place)),
        Some(Command::Completions { shell }) => printed(manual::completions(&command(), *shell)),
        Some(Command::Man { folder }) => printed(manual::page(&command(), folder.as_deref())),
    };
    match result {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => refuse(&error.to_string()),
    }
}

/// Only `-C` may be before a command: anything else there would be read and forgotten.
fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let conflict = |message| Cli::command().error(clap::error::ErrorKind::ArgumentConflict, message);
    let cli = Cli::try_parse_from(arguments).map_err(|error| {
        let text = error.to_string();
        let is_conflict = error.kind() == clap::error::ErrorKind::ArgumentConflict;
        let about_a_patch = text.contains("--diff") || text.contains("--fix");
        match is_conflict && about_a_patch && text.contains("--format") {
            true => conflict(
                "`--diff` and `--fix` print a patch, whatever the format; `okep check --format json` has every \
                 fix with its edits",
            ),
            false => error,
        }
    })?;
    if cli.command.is_some() && cli.check != CheckArgs::default() {
        return Err(conflict("options of `check` go after the command, as in `okep check --staged`"));
    }
    if let Some((word, near)) = mistyped_command(&cli) {
        let message = format!("`{word}` is neither a command nor a path here; a similar command is `{near}`");
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

/// Prints what a command has to say, and no more.
fn printed(text: anyhow::Result<String>) -> anyhow::Result<ExitCode> {
    print(text?)?;
    Ok(ExitCode::SUCCESS)
}

/// What a rule wants and why; all rules where none is named.
fn explained(id: Option<&str>) -> anyhow::Result<String> {
    let terminal = terminal();
    let Some(id) = id else { return Ok(explain::all(&terminal)) };
    let rule = rule(id).ok_or_else(|| anyhow!("there is no rule `{id}`{}", similar_or_all(id)))?;
    Ok(explain::one(rule, &terminal))
}

fn hook(dir: Option<&Path>, action: &HookAction) -> anyhow::Result<ExitCode> {
    let (message, checks) = match action {
        HookAction::Install(wanted) => {
            let (message, obstacle) =
                hook::install(dir, wanted).unwrap_or_else(|why| (String::new(), Some(why)));
            print(escape_lines(&message))?;
            let Some(why) = obstacle else { return Ok(ExitCode::SUCCESS) };
            print_error(&escape_lines(&format!("error: {why}")));
            return Ok(ExitCode::from(2));
        }
        HookAction::Uninstall => (hook::uninstall(dir)?, true),
        HookAction::Status => hook::status(dir)?,
    };
    print(escape_lines(&message))?;
    Ok(ExitCode::from(u8::from(!checks)))
}

/// The definition of the command line, for help, completions and the man page.
pub fn command() -> clap::Command {
    Cli::command()
}
