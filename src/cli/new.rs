//! `okep new`: begins an OKEP from the repository's own template and enters it in both registers.
//!
//! Nothing is written before all is known to fit; nothing that is there is written over but the lines
//! that go into the registers. The prompts are left to the author.

use crate::audit::check::{self, configuration};
use crate::audit::target::CheckTarget;
use crate::cli::args::{CheckArgs, NewArgs};
use crate::cli::new_entries::{NewEntry, registers};
use crate::cli::suggested_commands;
use crate::cli::target::Request;
use crate::files::{Layout, Note, Tree};
use crate::fix::{atomic, write};
use crate::git::Repo;
use crate::markdown::document::{Document, fold_blanks};
use crate::okep::draft::draft;
use crate::okep::issue_link::forge_url;
use crate::okep::snapshot::{Parsed, Snapshot};
use crate::okep::title;
use crate::text::path::{self, Role, slug};
use anyhow::{Result, anyhow, bail, ensure};
use indexmap::IndexSet;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// A file name may have 255 bytes on the usual file systems; the rest is for the ending and the temporary
/// files of other programs.
const LONGEST_NAME: usize = 240;

/// Begins an OKEP. Gives what there is to say.
///
/// # Errors
/// Something does not fit; unless the message tells what was written, nothing was.
pub fn new(dir: Option<&Path>, args: &NewArgs) -> Result<String> {
    let NewArgs { issue, title, folder: own_folder, slug: name, force } = args;
    let Some((number, its_repository)) = issue_of(issue) else {
        bail!(
            "`{issue}` is neither the number of an issue nor its URL; open a tracking issue first: the OKEP \
             gets its number"
        );
    };
    let title = bare(title, number)?;
    let named = name.as_ref().unwrap_or(&title);
    let slug = slug(named);
    ensure!(
        !slug.is_empty(),
        "no file name can be made from the title `{named}`: it needs letters from a to z or digits; give \
         one with `--slug NAME`"
    );
    let before_slug = format!("okep-{number}-");
    let stem = format!("{before_slug}{}", slug.strip_prefix(&before_slug).unwrap_or(&slug));
    ensure!(
        stem.len() <= LONGEST_NAME,
        "the file name would have {} bytes, more than file systems allow; give a shorter one with `--slug \
         NAME`",
        stem.len()
    );
    let repo = Repo::discover(dir)?;
    ensure!(
        repo.as_ref().is_none_or(|repo| repo.root().is_some()),
        "`{}` is a bare repository, and a new OKEP is a file of a working tree: `git worktree add \
         ../okeps` there makes one",
        dir.unwrap_or(Path::new(".")).display()
    );
    ensure!(
        !path::is_template(&format!("{stem}.md")),
        "the file would be `{stem}.md`, which is the name of a template; choose another {}",
        if name.is_some() { "`--slug`" } else { "title" }
    );
    let (CheckTarget { mut tree, root, .. }, layout) = opened(dir, repo.as_ref())?;
    let root = root.unwrap_or_default();
    let before = Snapshot::new(&tree, &layout, &Parsed::default());
    let link = before.template.issue.as_ref().and_then(|line| line.link.as_ref());
    if let Some((its, link)) = its_repository.zip(link)
        && !its.eq_ignore_ascii_case(&link.repository)
    {
        bail!(
            "the issue is in `{its}`, but the template's issue link names `{}`; give an issue of \
             that repository",
            link.repository
        );
    }
    let mut notes = unless_taken(repo.as_ref(), &before, number, *force)?;
    let own = format!("{}/{stem}", layout.folder);
    let path = if *own_folder { format!("{own}/{stem}.md") } else { format!("{own}.md") };
    for path in [&path, &own] {
        if root.join(path).symlink_metadata().is_ok() {
            return Err(exists(path));
        }
    }
    let template = &before.template;
    let own_bytes = template.path.as_deref().and_then(|path| tree.bytes(path));
    let bytes = own_bytes.unwrap_or_else(|| template.document.text.as_str().as_bytes().into());
    let (text, names_issue) = draft(template, &bytes, number, &title);
    tree.insert(path.clone(), text);
    let after = Snapshot::new(&tree, &layout, &Parsed::default());
    let okep = after.okep(&path).expect("its file is in the tree, and named like an OKEP");
    let reads = okep.document.headings.first().map(|h| h.text.clone()).unwrap_or_default();
    let well_formed = okep.title.as_ref().is_some_and(|t| t.well_formed && t.number == Some(number));
    keeps(&title, &reads, number, well_formed)?;
    let kinds = ["no-template", "several-templates", "no-register", "unreadable"];
    notes.extend(before.notes.iter().chain(&tree.notices()).filter(|n| kinds.contains(&n.kind)).cloned());
    if !names_issue {
        let message = "the template has no link to an issue: write the line yourself";
        notes.push(Note::new("no-issue-line", message));
    }
    let entries = registers(&root, &after, okep);
    write(&root, &tree, &path, &entries)?;
    let listed = |repo| Tree::worktree(repo).is_ok_and(|tree| tree.files().iter().any(|file| *file == path));
    if repo.as_ref().is_some_and(|repo| !listed(repo)) {
        let message = "git ignores it, so that it is neither checked nor committed: change `.gitignore`";
        notes.push(Note::at(IGNORED, &path, message));
    }
    Ok(said(dir, repo.as_deref(), &path, &entries, &notes))
}

/// The kind of the note about a new file that git ignores.
const IGNORED: &str = "ignored";

/// The working tree, or a folder that is in no repository, and where in it OKEPs are.
fn opened(dir: Option<&Path>, repo: Option<&Arc<Repo>>) -> Result<(CheckTarget, Layout)> {
    let target = match repo {
        Some(repo) => CheckTarget::of_worktree(repo)?,
        None => CheckTarget::of_folder(dir.unwrap_or(Path::new(".")))?,
    };
    let layout = configuration(&target.tree)?.layout;
    if !layout.is_in(&target.tree) {
        return Err(check::Error::no_folder(&target.tree, &layout, target.place).into());
    }
    Ok((target, layout))
}

/// The number of an issue and its repository where that is named: `5674`, `#5674`, `GH-5674`, `tea/pot#5674`, or
/// the URL.
fn issue_of(issue: &str) -> Option<(u64, Option<String>)> {
    let issue = issue.trim();
    if issue.contains("://") {
        let link = forge_url(issue, 0).filter(|link| !link.pull_request)?;
        return Some((link.number?.value, Some(link.repository))).filter(|(number, _)| *number > 0);
    }
    let (repository, digits) = match issue.split_once('#') {
        Some((repository, digits)) => (Some(repository).filter(|name| !name.is_empty()), digits),
        None => (None, issue.strip_prefix("GH-").unwrap_or(issue)),
    };
    let is_number = digits.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = digits.parse().ok().filter(|number| is_number && *number > 0)?;
    Some((number, repository.map(str::to_owned)))
}

/// Refuses a title of which the heading says something else, on GitHub or on the site.
fn keeps(title: &str, reads: &str, number: u64, well_formed: bool) -> Result<()> {
    // What only marks, such as backticks, is no word.
    let said = |text: &str| fold_blanks(&text.replace(['`', '*', '_', '~', '\\'], ""));
    let heading = |title: &str| format!("{}-{number}: {title}", title::PREFIX);
    let (reads, remedy) = if let Some(rest) = title.strip_suffix('#').filter(|rest| !rest.ends_with('\\')) {
        let remedy = format!("MkDocs drops `#` at the end of a heading; write `{rest}\\#`");
        (heading(rest.trim_end_matches('#').trim_end()), remedy)
    } else if well_formed && said(reads) == said(&heading(title)) {
        return Ok(());
    } else if let Some((open, close)) = title.find('<').zip(title.rfind('>')).filter(|(o, c)| o < c) {
        let (before, tags, after) = (&title[..open], &title[open..=close], &title[close + 1..]);
        let remedy = "text between `<` and `>` is HTML; put it in backticks";
        (reads.to_owned(), format!("{remedy}: '{before}`{tags}`{after}'"))
    } else {
        let remedy = "reword it, or put the part that Markdown interprets in backticks";
        (reads.to_owned(), remedy.to_owned())
    };
    bail!("as a heading, the title `{title}` would be shown as `{reads}`; {remedy}")
}

/// The title without blanks around and without the number, should it carry its own.
fn bare(title: &str, number: u64) -> Result<String> {
    const EMPTY: &str = "the title is empty; say in a few words what is proposed";
    let title = fold_blanks(title).trim().to_owned();
    if title.is_empty() || title.chars().any(char::is_control) {
        bail!(EMPTY);
    }
    let document = Document::parse(format!("# {title}\n").as_bytes());
    let read = title::read(&document, &|_| false).and_then(|read| Some((read.number?, read.name)));
    match read {
        Some((its, _)) if its != number => bail!(
            "the title `{title}` has number {its}, but the issue has number {number}; give the same number in \
             both"
        ),
        Some((_, name)) if name.is_empty() => bail!(EMPTY),
        Some((_, name)) => Ok(name),
        None => Ok(title),
    }
}

/// How places on branches begin in a message.
const ON_BRANCH: &str = "on branch";

/// What could not be looked at, unless the number is taken where one could look.
fn unless_taken(repo: Option<&Arc<Repo>>, before: &Snapshot, number: u64, force: bool) -> Result<Vec<Note>> {
    let folder = before.layout.folder.as_str();
    let carries = |path: &str| path::okep_number(path, folder) == Some(number);
    let mut places: BTreeMap<String, IndexSet<String>> = BTreeMap::new();
    let mut notes = Vec::new();
    let mut add = |path: &str, place: String| {
        places.entry(path.to_owned()).or_default().insert(place);
    };
    // Files that other tools would not take for an OKEP count by their title.
    let by_title = before.okeps.iter().filter(|o| o.number() == Some(number)).map(|o| o.path.as_str());
    let template = before.template.path.as_deref().filter(|_| before.template.number == Some(number));
    for path in before.paths().filter(|p| carries(p)).chain(by_title).chain(template) {
        add(path, "in the working tree".to_owned());
    }
    if let Some(repo) = repo {
        let index = Tree::index(repo)?;
        let head = repo.head_id().map(|id| Tree::commit(repo, id)).transpose()?.unwrap_or_default();
        for (tree, place) in [(index, "in the index"), (head, "in HEAD")] {
            let files = &tree.list(folder).files;
            files.keys().filter(|path| carries(path)).for_each(|path| add(path, place.to_owned()));
        }
        let (branches, unread) = repo.on_branches(folder, &carries);
        for (path, names) in &branches {
            names.iter().for_each(|name| add(path, format!("{ON_BRANCH} `{name}`")));
        }
        notes = unread.into_iter().map(|message| Note::new("branches-unread", message)).collect();
    }
    if places.is_empty() {
        return Ok(notes);
    }
    // Pages next to an OKEP say nothing more where the OKEP itself is there.
    let is_page = |path: &String| path::role(path, folder) == Role::InOkepFolder;
    if !places.keys().all(is_page) {
        places.retain(|path, _| !is_page(path));
    }
    let only_on_branches = places.values().flatten().all(|place| place.starts_with(ON_BRANCH));
    let place = |(path, places): (&String, &IndexSet<String>)| {
        let shown: Vec<&str> = places.iter().take(4).map(String::as_str).collect();
        let more = places.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("`{path}` ({}{more})", shown.join(", "))
    };
    let places = places.iter().map(place).collect::<Vec<_>>().join(" and ");
    if only_on_branches && force {
        notes.push(Note::new("number-on-branch", format!("number {number} is also used by {places}")));
        return Ok(notes);
    }
    let remedy = if only_on_branches { "; `--force` uses it anyway" } else { "" };
    bail!("number {number} is taken by {places}; an OKEP has the number of its own tracking issue{remedy}")
}

fn write(root: &Path, tree: &Tree, path: &str, entries: &[NewEntry]) -> Result<()> {
    let folder = path::folder_of(path);
    let on_disk = root.join(folder);
    let _alone = write::alone(root)?;
    fs::create_dir_all(&on_disk).map_err(|error| {
        anyhow!("the folder `{folder}` cannot be created: {error}{}", atomic::remedy(&error))
    })?;
    let (mut before, mut after) = (tree.clone(), tree.clone());
    before.remove(path);
    for entry in entries {
        if let Ok(now) = &entry.edit {
            after.insert(entry.path.clone(), now.clone());
        }
    }
    let Err(error) = write::write(root, &before, &after, &[]) else { return Ok(()) };
    // An empty folder that is left would be in the way of the next try; one with a file in it stays.
    let _ = fs::remove_dir(on_disk);
    Err(match error {
        write::Error::Taken { path } => exists(&path),
        error => error.into(),
    })
}

fn exists(path: &str) -> anyhow::Error {
    anyhow!("`{path}` already exists, and okep does not overwrite it")
}

fn said(dir: Option<&Path>, repo: Option<&Repo>, path: &str, entries: &[NewEntry], notes: &[Note]) -> String {
    let mut said = format!("created `{path}`\n");
    let mut files = vec![path];
    for entry in entries {
        match &entry.edit {
            Ok(_) => {
                said += &format!("added it to `{}`\n", entry.path);
                files.push(&entry.path);
            }
            Err(by_hand) => said += &format!("not added to `{}`: {by_hand}\n", entry.path),
        }
    }
    for note in notes {
        let place = note.path.as_ref().map_or(String::new(), |path| format!("`{path}`: "));
        said += &format!("note: {place}{}\n", note.message);
    }
    said += match notes.iter().any(|note| note.kind == "no-template") {
        true => "\nNext:\n  fill in its sections\n",
        false => "\nNext:\n  answer the template's prompts in it, and delete them\n",
    };
    // Neither command would find it.
    if notes.iter().any(|note| note.kind == IGNORED) {
        return said;
    }
    let args = CheckArgs { okep: path::number(path).into_iter().collect(), ..CheckArgs::default() };
    let request = Request { dir: dir.map(Path::to_owned), args, ..Request::default() };
    said += &format!("  {}\n", suggested_commands::check(&request, ""));
    if let Some(root) = repo.and_then(Repo::root) {
        let away = dir.is_some() || suggested_commands::is_away(root);
        said += &format!("  {}\n", suggested_commands::stage(&request, files, away));
    }
    said
}
