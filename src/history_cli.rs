//! `okep history`: walks every commit, has it judged, and prints the story.

use crate::check;
use crate::cli::Which;
use crate::config::{self, Config};
use crate::git::{Error as GitError, Id, Repo, Select, Tips};
use crate::history::catalog::{Catalog, folders};
use crate::history::narrow::Narrow;
use crate::history::story::Story;
use crate::history::tell::tell;
use crate::model::mkdocs;
use crate::progress::Progress;
use crate::render::html::Page;
use crate::render::{self, Look};
use crate::repair::{self, Repair};
use crate::tip;
use crate::tree::{CONFIG, Layout, Note};
use clap::{Args, ValueEnum};
use std::path::Path;

#[derive(Debug, Args, Clone, Default)]
pub struct HistoryArgs {
    /// Where to start; HEAD without any
    #[arg(value_name = "REV")]
    revisions: Vec<String>,
    /// Start from all branches, remote branches and tags
    #[arg(long, conflicts_with = "revisions")]
    all: bool,
    /// Show only what happened on this day or later
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    since: Option<String>,
    /// Show only the OKEP of this number
    #[arg(long, value_name = "N")]
    okep: Option<u64>,
    /// Show only what somebody of this name, or a part of it, wrote or mended
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// Show only findings of this rule
    #[arg(long, value_name = "RULE", value_parser = rule)]
    rule: Option<String>,
    /// How to print the story
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: HistoryFormat,
    /// End with what can be repaired at the tip, as a patch for `git apply`; of several tips, at the one
    /// whose line is told
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, require_equals = true,
          default_missing_value = "safe", conflicts_with = "format")]
    diff: Option<Which>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum HistoryFormat {
    /// OKEPs, open and mended findings, revisions of the template
    #[default]
    Table,
    /// For tools; a contract, `schema: 1`
    Json,
    /// The findings, for spreadsheets
    Csv,
    /// One page that needs nothing else: pictures, sections, and what to mend
    Html,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error(transparent)]
    Repair(#[from] repair::Error),
    #[error(transparent)]
    Tip(#[from] check::Error),
}

fn day(text: &str) -> Result<String, String> {
    let date: Result<jiff::civil::Date, _> = text.parse();
    date.map(|d| d.to_string()).map_err(|_| "not a day of the form 2026-01-31".to_owned())
}

fn rule(id: &str) -> Result<String, String> {
    match crate::rules::rule(id) {
        Some(rule) => Ok(rule.id.to_owned()),
        None => Err(format!("there is no such rule{}", render::explain::nearest(id))),
    }
}

/// What is to be printed.
pub struct Told {
    pub text: String,
    /// What ends it: the repairs of what is still open, where they were asked for.
    pub repair: Option<Repair>,
    /// Whether all could be read.
    pub whole: bool,
}

/// Tells the story that is asked for.
pub fn run(dir: Option<&Path>, args: &HistoryArgs, look: &Look, version: &str) -> Result<Told, Error> {
    let select = match (args.all, args.revisions.as_slice()) {
        (true, _) => Select::All,
        (false, []) => Select::Head,
        (false, named) => Select::Named(named),
    };
    let mut story = read(dir, select)?;
    let narrow = Narrow {
        since: args.since.clone(),
        okep: args.okep,
        author: args.author.clone(),
        rule: args.rule.clone(),
    };
    let all = match args.format {
        HistoryFormat::Html => story.findings.clone(),
        _ => Vec::new(),
    };
    narrow.narrow(&mut story);
    let mut text = match args.format {
        HistoryFormat::Table => render::history::table(&story, look),
        HistoryFormat::Json => render::history_json::history(&story, version),
        HistoryFormat::Csv => render::history_csv::csv(&story),
        HistoryFormat::Html => {
            let tip = story.walk.tips.first().map(|commit| tip::tip(dir, commit)).transpose()?.flatten();
            let (tip, narrowed) = (tip.as_ref(), !narrow.is_everything());
            render::html::page(&Page { story: &story, all: &all, narrowed, tip, version })
        }
    };
    let repair = args.diff.map(|which| suggestions(dir, &story, &narrow, which)).transpose()?.flatten();
    if repair.as_ref().is_some_and(|repair| !repair.patch.is_empty()) {
        text += &render::history::heading("Suggestions", look);
    }
    Ok(Told { text, repair, whole: !story.damaged })
}

/// What can be repaired of what is open at the end of the line that is told; none where no commit is there.
fn suggestions(
    dir: Option<&Path>,
    story: &Story,
    narrow: &Narrow,
    which: Which,
) -> Result<Option<Repair>, Error> {
    let Some(tip) = story.walk.tips.first() else { return Ok(None) };
    match repair::of_commit(dir, tip, which.most(), &|finding| narrow.wants(story, finding)) {
        Ok((_, repair)) => Ok(Some(repair)),
        // The proposals of old are told, and of none that is left is there anything to mend.
        Err(repair::Error::Check(check::Error::NoFolder { .. })) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The story of the repository around `dir`.
pub fn read(dir: Option<&Path>, select: Select) -> Result<Story, Error> {
    let Some(repo) = Repo::discover(dir)? else {
        return Err(GitError::no_repository(dir, "is no history", "name one with `-C DIR`").into());
    };
    let Tips { main, all, notes } = repo.tips(select)?;
    let Some(main) = main else {
        let mut story = Story { notes, ..Story::default() };
        story.notes.push(Note::new("no-commits", "there is no commit yet, so there is no history"));
        return Ok(story);
    };
    let layout = layout(&repo, main)?;
    let mut story = Progress::during("reading history", |progress| {
        let walk = repo.walk(&all, &layout, &mkdocs::inherits, &|done| progress.set(done));
        let listings = repo.folders(&folders(&walk), &layout);
        let mut catalog = Catalog::new(&walk, listings, &layout);
        let deeds = |commits: &[u32]| {
            let ids: Vec<Id> = commits.iter().map(|c| walk.ids[*c as usize]).collect();
            repo.deeds(&ids)
        };
        tell(&walk, &mut catalog, &layout, &repo, &deeds)
    });
    story.walk.tips = all.iter().map(Id::to_string).collect();
    story.notes.extend(notes);
    story.notes.sort();
    story.notes.dedup();
    Ok(story)
}

/// Where the proposals are: where the tip's configuration says, in the usual place, or where the site's
/// pages are at the tip. Of the rest of the configuration history knows nothing: it tells what there was.
fn layout(repo: &Repo, tip: Id) -> Result<Layout, Error> {
    let inherits = |path: &str, bytes: &[u8]| mkdocs::inherits(path, bytes);
    let tree = repo.commit_where(tip, &Layout::default(), &inherits, &|path| path == CONFIG);
    let config = tree.map(|tree| Config::of(&tree)).unwrap_or_else(|_| Ok(Config::default()))?;
    let mut layout = config.layout;
    if config.names_folder {
        return Ok(layout);
    }
    let below = format!("{}/", layout.folder);
    let listed = repo.commit_ids(&tip.to_string(), &layout, &inherits);
    if listed.is_ok_and(|files| files.iter().any(|(path, _)| path.starts_with(&below))) {
        return Ok(layout);
    }
    let Ok((_, tree)) = repo.commit(&tip.to_string(), &layout, &inherits) else { return Ok(layout) };
    let register = layout.registers.iter().find(|r| tree.files.contains_key(*r));
    let site = register.map(|register| mkdocs::read(register, &|path: &str| tree.bytes(path).cloned()));
    if let Some(docs) = site.and_then(|site| site.docs_dir)
        && let Some(name) = layout.folder.rsplit('/').next()
    {
        layout.folder = format!("{docs}/{name}");
    }
    Ok(layout)
}
