//! `okep history`: walks every commit, has it checked, and prints the story.

use crate::cli::output::{VERSION, print, print_error, print_patch};
use crate::cli::progress::Progress;
use crate::cli::target::repository;
use crate::cli::terminal::terminal;
use crate::cli::values::{self, FailOn};
use crate::files::{Layout, Note, Tree};
use crate::fix::repair::{self, Repair};
use crate::git::{Error as GitError, Id, MainLine, Repo, Select, Tips};
use crate::history::apply_policy::ruled;
use crate::history::filter::Narrow;
use crate::history::head_audit;
use crate::history::recorded::tell;
use crate::history::report::{FindingStory, Story};
use crate::okep::config::{self, Config};
use crate::okep::snapshot::{Parsed, Snapshot};
use crate::report::{self, html::HtmlPage};
use crate::rules;
use crate::rules::finding::{Safety, Severity};
use anyhow::{anyhow, bail};
use clap::{Args, ValueEnum};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Debug, Args, Clone, Default)]
pub struct HistoryArgs {
    /// Where to start (default: HEAD); A..B shows only what happened in B and is not in A
    #[arg(value_name = "REV")]
    revisions: Vec<String>,
    /// Start from all branches, remote branches and tags
    #[arg(long, conflicts_with = "revisions")]
    all: bool,
    /// Show only what happened on this day or later: 2026-01-31, or as in "3 weeks ago"
    #[arg(long, value_name = "DAY", value_parser = day)]
    since: Option<String>,
    /// Show only the OKEP of this number
    #[arg(long, value_name = "N", value_parser = values::okep_number)]
    okep: Option<u64>,
    /// Show only what authors with NAME in their name introduced or fixed
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// Show only findings of this rule; may be given several times
    #[arg(long, value_name = "RULE", value_parser = values::rule)]
    rule: Vec<&'static str>,
    /// Show only findings of this severity or a higher one
    #[arg(long, value_enum, value_name = "SEVERITY")]
    severity: Option<Severity>,
    /// Exit with 1 if a finding of this severity or a higher one is shown and still open
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "never")]
    fail_on: FailOn,
    /// How to print the result
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: HistoryFormat,
    /// End with the fixes of what is still open, as a patch for `git apply`
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, require_equals = true,
          default_missing_value = "safe", conflicts_with = "format")]
    diff: Option<Safety>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum HistoryFormat {
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

fn day(text: &str) -> Result<String, String> {
    let wrong = || "not a date such as 2026-01-31, `yesterday` or `3 weeks ago`".to_owned();
    let plain = |c: char| c.is_ascii_digit() || c == '-';
    if text.chars().all(plain) {
        let date: Result<jiff::civil::Date, _> = text.parse();
        return date.map(|d| d.to_string()).map_err(|_| wrong());
    }
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let back = match text {
        "today" => jiff::Span::new(),
        "yesterday" => jiff::Span::new().days(-1),
        _ if !text.ends_with(" ago") => return Err(wrong()),
        ago => ago.parse().map_err(|_| wrong())?,
    };
    today.checked_add(back).map(|d| d.to_string()).map_err(|_| "that is too long ago".to_owned())
}

/// Walks the history and prints what was asked for.
pub fn history(dir: Option<&Path>, args: &HistoryArgs) -> anyhow::Result<ExitCode> {
    let range = range(&args.revisions)?;
    let named = range.as_ref().map_or(args.revisions.as_slice(), |(_, tip)| std::slice::from_ref(tip));
    let select = match (args.all, named) {
        (true, _) => Select::All,
        (false, []) => Select::Head,
        (false, named) => Select::Named(named),
    };
    let repo = repository(dir, ("is no history", "name one with `-C DIR`"))?;
    let walked = |progress: &Progress| walked(&repo, select, progress);
    let mut story = Progress::during("reading history", walked).map_err(explain_number)?;
    let narrow = Narrow {
        since: args.since.clone(),
        range: range.map(|(base, tip)| in_range(&repo, &base, &tip)).transpose()?,
        severity: args.severity,
        okep: args.okep,
        author: args.author.clone(),
        rules: args.rule.clone(),
    };
    if let Some(number) = args.okep.filter(|number| story.okeps.iter().all(|o| o.number != Some(*number))) {
        bail!(
            "there is no OKEP-{number} in the commits that were read; `okep history` lists those that there are"
        );
    }
    let all = story.findings.clone();
    narrow.narrow(&mut story);
    let terminal = terminal();
    let mut text = match args.format {
        HistoryFormat::Table => report::history::table(&story, &terminal),
        HistoryFormat::Json => report::history_json::history(&story, VERSION),
        HistoryFormat::Csv => report::history_csv::csv(&story),
        HistoryFormat::Html => {
            let tip = first_tip(&story).map(|commit| head_audit::tip(&repo, commit)).transpose()?.flatten();
            let (tip, narrowed) = (tip.as_ref(), !narrow.is_everything());
            report::html::page(&HtmlPage { story: &story, all: &all, narrowed, tip, version: VERSION })
        }
    };
    let repair = args.diff.map(|most| suggestions(&repo, &story, &narrow, most)).transpose()?.flatten();
    if repair.as_ref().is_some_and(|repair| !repair.patch.is_empty()) {
        text += &report::history::heading("Fixes", &terminal);
    }
    print(&text)?;
    if let Some(repair) = &repair {
        print_patch(&repair.patch)?;
        print_error(&report::fixes::summary(repair, false));
    }
    if story.damaged {
        print_error("error: not everything could be read; the notes name the broken objects\n");
        return Ok(ExitCode::from(2));
    }
    let fails = |f: &FindingStory| f.fixed.is_none() && args.fail_on.fails(f.severity);
    Ok(ExitCode::from(u8::from(story.findings.iter().any(fails))))
}

/// The revisions of `A..B`, where one is left out HEAD in its place; none where there is no range.
fn range(revisions: &[String]) -> anyhow::Result<Option<(String, String)>> {
    let is_range = |revision: &&String| revision.contains("..") && !revision.contains("...");
    let Some(range) = revisions.iter().find(is_range) else { return Ok(None) };
    let or_head = |name: &str| if name.is_empty() { "HEAD" } else { name }.to_owned();
    match range.split_once("..") {
        Some((base, tip)) if revisions.len() == 1 => Ok(Some((or_head(base), or_head(tip)))),
        _ => bail!("the range `{range}` is not alone; name one range, or revisions without `..`"),
    }
}

/// The commits of the line of `tip` that `base` does not have.
fn in_range(repo: &Repo, base: &str, tip: &str) -> Result<BTreeSet<String>, GitError> {
    let commits = repo.line_after(repo.resolve(base)?, repo.resolve(tip)?);
    Ok(commits.iter().map(Id::to_string).collect())
}

/// The commit at the end of the line that the story is about.
fn first_tip(story: &Story) -> Option<Id> {
    let commit = story.walk.tips.first()?;
    Some(Id::from_hex(commit.as_bytes()).expect("it was an id before it was a string"))
}

/// What can be repaired of what is open at the end of the line; none where no commit is there.
fn suggestions(
    repo: &Arc<Repo>,
    story: &Story,
    narrow: &Narrow,
    most: Safety,
) -> anyhow::Result<Option<Repair>> {
    let Some(tip) = first_tip(story) else { return Ok(None) };
    // The proposals of old are reported, and of none that is left is there anything to fix.
    let Some(outcome) = head_audit::audited(repo, tip)? else { return Ok(None) };
    Ok(Some(repair::plan(&outcome, Some(repo), false, most, &|finding| narrow.wants(story, finding))?))
}

/// Names the option that takes the number of an OKEP, where one is given as a revision.
fn explain_number(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref() {
        Some(GitError::UnknownRevision { revision: written, .. }) if values::okep_number(written).is_ok() => {
            anyhow!(
                "`{written}` is not a commit of this repository; for one OKEP: `okep history --okep {written}`"
            )
        }
        _ => error,
    }
}

/// The story of a repository.
fn walked(repo: &Arc<Repo>, select: Select, progress: &Progress) -> anyhow::Result<Story> {
    let is_all = matches!(select, Select::All);
    let Tips { main, mut all, notices } = repo.tips(select)?;
    let notes = notices.into_iter().map(|(kind, message)| Note::new(kind, message)).collect();
    let Some(main) = main else {
        return Ok(Story { notes, ..Story::default() });
    };
    let config = config(repo, main)?;
    let layout = config.layout.clone();
    let mut story = {
        let line = MainLine::of(repo, config.main_branch.as_deref(), None, main);
        // The line that is reported ends in the first tip, whatever is checked out.
        if let Some(at) = all.iter().position(|tip| is_all && line.branch.is_some() && *tip == line.tip) {
            all[..=at].rotate_right(1);
        }
        let walk = repo.walk(&all, &layout, &|done| progress.set(done));
        tell(repo, &walk, &layout, &line)
    };
    // What a partial or a shallow clone lacks is missing by intent.
    let by_intent = repo.is_partial() || story.walk.shallow;
    story.damaged |= story.walk.missing_objects > 0 && !by_intent;
    let is_whole = story.walk.missing_objects == 0 && !story.damaged;
    if is_whole && story.okeps.is_empty() && story.templates.is_empty() {
        let (folder, references) = (&layout.folder, repo.references_with(&layout.folder));
        let Some(first) = references.first() else {
            bail!(
                "`{folder}` never held an OKEP, so there is no history to show; name the repository with `-C DIR`, \
                 or the folder in `okep.toml`"
            );
        };
        let others = match references.len() {
            1 => "has".to_owned(),
            n => format!("and {} more have", n - 1),
        };
        bail!(
            "`{folder}` never held an OKEP in what was read; `{first}` {others} some: `okep history {first}`"
        );
    }
    ruled(&mut story, &config);
    story.walk.tips = all.iter().map(Id::to_string).collect();
    story.notes.extend(notes);
    let tip = tip_notes(repo, main, &layout, is_whole && !by_intent);
    let vanished = if is_whole && !by_intent { repo.vanished() } else { Vec::new() };
    // What the walk does not read itself, or what was there when it did and has vanished since.
    story.damaged |= !vanished.is_empty() || tip.iter().any(Note::is_unreadable);
    story.walk.missing_objects += vanished.len();
    story.notes.extend(tip.into_iter().chain(vanished.iter().map(Note::from)));
    story.notes.sort();
    story.notes.dedup();
    Ok(story)
}

/// The configuration of the tip, which says where the proposals are, and counts for what is open there.
fn config(repo: &Arc<Repo>, tip: Id) -> Result<Config, config::Error> {
    match Tree::commit(repo, tip) {
        Ok(tree) => Config::of(&tree, rules::ids()),
        Err(_) => Ok(Config::default()),
    }
}

/// What a check of the tip notes; of objects only where all of the walk's were there (`is_whole`), for
/// otherwise they are counted for all commits together.
fn tip_notes(repo: &Arc<Repo>, tip: Id, layout: &Layout, is_whole: bool) -> Vec<Note> {
    let tree = match Tree::commit(repo, tip) {
        Ok(tree) => tree,
        Err(error) if is_whole => return vec![Note::new("missing-object", error.to_string())],
        Err(_) => return Vec::new(),
    };
    let snapshot = Snapshot::new(&tree, layout, &Parsed::default());
    let file = |note: &Note| note.path.as_ref().is_some_and(|path| tree.contains(path));
    let notes: Vec<Note> = snapshot.notes.into_iter().chain(tree.notices()).collect();
    // Where a folder cannot be read, what seems to lack is not known to.
    let is_folder_gone = notes.iter().any(|note| note.is_unreadable() && !file(note));
    let counts = |note: &Note| if note.is_unreadable() { is_whole } else { !is_folder_gone };
    notes.into_iter().filter(counts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates_or_so_long_ago() {
        assert_eq!(day("2026-01-31").as_deref(), Ok("2026-01-31"));
        for good in ["today", "yesterday", "1 day ago", "2 weeks ago", "3 months ago", "10 years ago"] {
            let day = day(good).expect(good);
            assert!(day.parse::<jiff::civil::Date>().is_ok(), "{good}: {day}");
        }
        for wrong in
            ["2026-02-30", "2026-01-31T10:00", "2026-01-31 ", "", "-1 days ago", "3 moons ago", "ago"]
        {
            assert!(day(wrong).is_err(), "{wrong}");
        }
    }
}
