//! `okep history`: walks every commit, has it checked, and prints the story.

use crate::cli::args::{HistoryArgs, HistoryFormat};
use crate::cli::output::{VERSION, print, print_error, print_patch, terminal};
use crate::cli::progress::Progress;
use crate::cli::target::repository;
use crate::cli::values;
use crate::files::{Layout, Note, Tree};
use crate::fix::repair::{self, Repair};
use crate::git::{Error as GitError, Id, MainLine, Repo, Tips};
use crate::history::apply_policy::ruled;
use crate::history::filter::Narrow;
use crate::history::head_audit;
use crate::history::recorded::tell;
use crate::history::repo_history::main_branch_note;
use crate::history::report::{FindingStory, Story};
use crate::okep::config::Config;
use crate::okep::snapshot::{Parsed, Snapshot};
use crate::report::{self, fixes::Writing, html::HtmlPage};
use crate::rules;
use crate::rules::finding::Safety;
use anyhow::{anyhow, bail};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// Walks the history and prints what was asked for.
pub fn history(dir: Option<&Path>, args: &HistoryArgs) -> anyhow::Result<ExitCode> {
    let range = range(&args.revisions)?;
    let named = range.as_ref().map_or(args.revisions.as_slice(), |(_, tip)| std::slice::from_ref(tip));
    let repo = repository(dir, ("is no history", "name one with `-C DIR`"))?;
    let walked = |progress: &Progress| walked(&repo, named, args.all, progress);
    let mut story = Progress::during("reading history", walked).map_err(explain_number)?;
    let commits = |(base, tip): (String, String)| -> Result<BTreeSet<String>, GitError> {
        let commits = repo.line_after(repo.resolve(&base)?, repo.resolve(&tip)?);
        Ok(commits.iter().map(Id::to_string).collect())
    };
    let HistoryArgs { since, severity, okep, author, rule: rules, .. } = args.clone();
    let range = range.map(commits).transpose()?;
    let narrow = Narrow { since, range, severity, okep, author, rules };
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
            let (tip, narrowed) = (tip.as_ref(), narrow != Narrow::default());
            report::html::page(&HtmlPage { story: &story, all: &all, narrowed, tip, version: VERSION })
        }
    };
    let repair = args.diff.map(|most| fixes(&repo, &story, &narrow, most)).transpose()?.flatten();
    if repair.as_ref().is_some_and(|repair| !repair.patch.is_empty()) {
        text += &report::history::heading("Fixes", &terminal);
    }
    print(text)?;
    if let Some(repair) = &repair {
        print_patch(&repair.patch)?;
        print_error(&report::fixes::summary(repair, Writing::Impossible));
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

/// The commit at the end of the line that the story is about.
fn first_tip(story: &Story) -> Option<Id> {
    let commit = story.walk.tips.first()?;
    Some(Id::from_hex(commit.as_bytes()).expect("it was an id before it was a string"))
}

/// What can be repaired of what is open at the end of the line; none where no commit is there.
fn fixes(repo: &Arc<Repo>, story: &Story, narrow: &Narrow, most: Safety) -> anyhow::Result<Option<Repair>> {
    let Some(tip) = first_tip(story) else { return Ok(None) };
    // The proposals of old are reported, and of none that is left is there anything to fix.
    let Some(outcome) = head_audit::audited(repo, tip)? else { return Ok(None) };
    Ok(Some(repair::plan(&outcome, Some(repo), None, most, &|finding| narrow.wants(story, finding))?))
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
fn walked(repo: &Arc<Repo>, named: &[String], is_all: bool, progress: &Progress) -> anyhow::Result<Story> {
    let Tips { mut all, notices } = repo.tips(named, is_all)?;
    let mut notes: Vec<Note> = notices.into_iter().map(|(kind, message)| Note::new(kind, message)).collect();
    let Some(main) = all.first().copied() else { return Ok(Story { notes, ..Story::default() }) };
    let tip = Tree::commit(repo, main);
    // That of the tip says where the proposals are, and counts for what is open there.
    let config = tip.as_ref().map_or(Ok(Config::default()), |tree| Config::of(tree, rules::ids()))?;
    let layout = config.layout.clone();
    let line = MainLine::of(repo, config.main_branch.as_deref(), main);
    // The line that is reported ends in the first tip, whatever is checked out.
    if let Some(at) = all.iter().position(|tip| is_all && line.branch.is_some() && *tip == line.tip) {
        all[..=at].rotate_right(1);
    }
    let walk = repo.walk(&all, &layout, &|done| progress.set(done));
    let parsed = Parsed::default();
    let mut story = tell(repo, &walk, &layout, &line, &parsed);
    notes.extend(main_branch_note(&line, &config));
    // What a partial or a shallow clone lacks is missing by intent.
    let by_intent = repo.is_partial || story.walk.shallow;
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
        let more = references.len() - 1;
        let others = if more == 0 { "has".to_owned() } else { format!("and {more} more have") };
        bail!(
            "`{folder}` never held an OKEP in what was read; `{first}` {others} some: `okep history {first}`"
        );
    }
    ruled(&mut story, &config);
    story.walk.tips = all.iter().map(Id::to_string).collect();
    story.notes.extend(notes);
    let of_tip = tip_notes(&tip, &layout, &parsed, is_whole && !by_intent);
    let vanished = if is_whole && !by_intent { repo.vanished() } else { Vec::new() };
    // What the walk does not read itself, or what was there when it did and has vanished since.
    story.damaged |= !vanished.is_empty() || of_tip.iter().any(Note::is_unreadable);
    story.walk.missing_objects += vanished.len();
    story.notes.extend(of_tip.into_iter().chain(vanished.iter().map(Note::from)));
    story.notes.sort();
    story.notes.dedup();
    Ok(story)
}

/// What a check of the tip notes; of objects only where all of the walk's were there (`is_whole`), for
/// otherwise they are counted for all commits together.
fn tip_notes(tip: &Result<Tree, GitError>, layout: &Layout, parsed: &Parsed, is_whole: bool) -> Vec<Note> {
    let tree = match tip {
        Ok(tree) => tree,
        Err(error) if is_whole => return vec![Note::new("missing-object", error.to_string())],
        Err(_) => return Vec::new(),
    };
    let snapshot = Snapshot::new(tree, layout, parsed);
    let file = |note: &Note| note.path.as_ref().is_some_and(|path| tree.contains(path));
    let notes: Vec<Note> = snapshot.notes.into_iter().chain(tree.notices()).collect();
    // Where a folder cannot be read, what seems to lack is not known to.
    let is_folder_gone = notes.iter().any(|note| note.is_unreadable() && !file(note));
    let counts = |note: &Note| if note.is_unreadable() { is_whole } else { !is_folder_gone };
    notes.into_iter().filter(counts).collect()
}
