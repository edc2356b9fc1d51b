//! The manual pages and the completions, made from the one definition of the command line.
//!
//! They show what `--help` shows: hidden commands are left out.

use crate::cli::output::VERSION;
use anyhow::Context;
use clap::Command;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;
use clap_mangen::Man;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The manual page to print; none where those of all commands are written into a folder.
///
/// # Errors
/// They cannot be written.
pub fn page(command: &Command, folder: Option<&Path>) -> anyhow::Result<String> {
    let mut pages = pages(command)?;
    let Some(folder) = folder else { return Ok(pages.remove("okep.1").unwrap_or_default()) };
    std::fs::create_dir_all(folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    for (name, page) in pages {
        let path = folder.join(name);
        std::fs::write(&path, page).with_context(|| format!("`{}` cannot be written", path.display()))?;
    }
    Ok(String::new())
}

/// A manual page for the command and for each of its subcommands, by file name.
///
/// # Errors
/// The page of a command is no UTF-8.
fn pages(command: &Command) -> io::Result<BTreeMap<String, String>> {
    let mut root = command.clone().disable_help_subcommand(true);
    root.build();
    let mut pages = BTreeMap::new();
    let mut commands = vec![&root];
    while let Some(command) = commands.pop() {
        let man = Man::new(command.clone());
        let mut page = Vec::new();
        man.render(&mut page)?;
        let page = String::from_utf8(page).map_err(io::Error::other)?;
        pages.insert(man.get_filename(), titled(&with_values(&page, command)));
        commands.extend(command.get_subcommands().filter(|sub| !sub.is_hide_set()));
    }
    Ok(pages)
}

/// Completions, with the rules where one is asked for.
///
/// # Errors
/// What was made is no UTF-8.
pub fn completions(command: &Command, shell: Shell) -> anyhow::Result<String> {
    let rules = PossibleValuesParser::new(crate::rules::RULES.iter().map(|rule| rule.id));
    let explain = |explain: Command| explain.mut_arg("rule", |rule| rule.value_parser(rules));
    // Hidden commands would be completed too.
    let visible = command.get_subcommands().filter(|sub| !sub.is_hide_set()).cloned();
    let bare = Command::new("okep").version(VERSION).args(command.get_arguments().cloned());
    let mut command = bare.subcommands(visible).mut_subcommand("explain", explain);
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "okep", &mut script);
    Ok(String::from_utf8(script)?)
}

/// The synopsis names options without their values, which looks as if they took none.
fn with_values(page: &str, command: &Command) -> String {
    let mut page = page.to_owned();
    for option in command.get_opts() {
        let Some(value) = option.get_value_names().and_then(|names| names.first()) else { continue };
        let (before, after) = if option.is_require_equals_set() { ("[=", "]") } else { (" ", "") };
        let value = format!("{before}\\fI{value}\\fR{after}");
        let name = match (option.get_long(), option.get_short()) {
            (Some(long), _) => format!("\\-\\-{}", long.replace('-', "\\-")),
            (None, Some(short)) => format!("\\-{short}"),
            (None, None) => continue,
        };
        for bare in [format!("[\\fB{name}\\fR]"), format!("[\\fB{name} \\fR]")] {
            page = page.replacen(&bare, &format!("[\\fB{name}\\fR{value}]"), 1);
        }
    }
    page
}

/// The text after the help has a title of its own.
fn titled(page: &str) -> String {
    page.replace(".SH EXTRA\n", ".SH NOTES\n").replace("\nExit status:\n", "\n.SH \"EXIT STATUS\"\n")
}
