//! `okep commit-msg`: what the hook of that name says about a message in the making.
//!
//! A hint only: it goes to stderr and never holds up a commit, also where nothing could be read.

use crate::audit::check::configuration;
use crate::audit::scope::inputs;
use crate::cli::target::{NOTHING_STAGED, repository};
use crate::files::{Layout, Tree};
use crate::okep::commit_subject::mismatch;
use anyhow::anyhow;
use std::collections::BTreeSet;
use std::path::Path;

/// What there is to say about the message in `file`; none where all is well.
pub fn hint(dir: Option<&Path>, file: &Path) -> Option<String> {
    compared(dir, file).unwrap_or_else(|reason| {
        Some(format!("hint: the subject was not compared with the files: {reason}\n"))
    })
}

fn compared(dir: Option<&Path>, file: &Path) -> anyhow::Result<Option<String>> {
    let file = dir.map_or_else(|| file.to_owned(), |dir| dir.join(file));
    let message = std::fs::read(&file).map_err(|error| anyhow!("`{}`: {error}", file.display()))?;
    let message = String::from_utf8_lossy(&message);
    let repo = repository(dir, NOTHING_STAGED);
    let marks = repo.as_ref().map_or_else(|_| vec!["#".to_owned()], |repo| repo.comment_marks());
    let Some(subject) = subject(&message, &marks) else { return Ok(None) };
    let repo = repo?;
    let index = Tree::index(&repo)?;
    let layout = configuration(&index)?.layout;
    let head_id = repo.head_id();
    let head = head_id.map(|id| Tree::commit(&repo, id)).transpose()?.unwrap_or_default();
    // The first commit of all adds everything, which says nothing of what it is about.
    let parent = head_id.and_then(|id| repo.resolve(&format!("{id}^")).ok());
    let parent = parent.and_then(|id| Tree::commit(&repo, id).ok()).unwrap_or_else(|| head.clone());
    let staged = differing(&index, &head, &layout);
    let Some(hint) = hint_of(subject, &staged, &layout) else { return Ok(None) };
    // Git does not tell an amended commit, whose files are those of HEAD too.
    let amended = &staged | &differing(&head, &parent, &layout);
    Ok(hint_of(subject, &amended, &layout).map(|_| hint))
}

/// What a commit adds, changes or deletes, as far as findings depend on it: compared by ids alone.
fn differing(now: &Tree, before: &Tree, layout: &Layout) -> BTreeSet<String> {
    let (now, before) = (inputs(now, layout), inputs(before, layout));
    let differs = |path: &&String| now.get(*path) != before.get(*path);
    now.keys().chain(before.keys()).filter(differs).cloned().collect()
}

fn hint_of(subject: &str, paths: &BTreeSet<String>, layout: &Layout) -> Option<String> {
    let found = mismatch(subject, paths.iter().map(String::as_str), &layout.folder)?;
    let named: Vec<String> = found.named.iter().map(|n| format!("OKEP-{n}")).collect();
    let touched: Vec<String> = found.touched.iter().map(|(n, path)| format!("OKEP-{n} (`{path}`)")).collect();
    Some(format!(
        "hint[wrong-number-in-commit]: the subject names {}, but the commit changes {}\n  \
         help: if the subject is wrong, `git commit --amend` puts it right\n",
        named.join(" and "),
        touched.join(" and "),
    ))
}

/// The first line that is neither blank nor one of git's own comments, which begin with one of `marks`.
fn subject<'a>(message: &'a str, marks: &[String]) -> Option<&'a str> {
    let lines = message.strip_prefix('\u{feff}').unwrap_or(message).lines().map(str::trim);
    let comment = |line: &str| {
        let rest = marks.iter().find_map(|mark| line.strip_prefix(mark.as_str()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
    };
    lines.into_iter().find(|line| !line.is_empty() && !comment(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, marks: &[&str], expected: Option<&str>) {
        let marks: Vec<String> = marks.iter().map(|mark| (*mark).to_owned()).collect();
        assert_eq!(subject(message, &marks), expected, "{message}");
    }

    #[test]
    fn the_subject_is_the_first_line_that_says_something() {
        check("\n# a template\n#\n  OKEP-1: a \n\nbody\n", &["#"], Some("OKEP-1: a"));
        check("#12 is mended", &["#"], Some("#12 is mended"));
        check("# only comments\n", &["#"], None);
    }

    #[test]
    fn comments_begin_as_git_is_configured() {
        check("; OKEP-2: a comment\nOKEP-1: a\n", &[";"], Some("OKEP-1: a"));
        check("# OKEP-1: a\n", &[";"], Some("# OKEP-1: a"));
        check("// OKEP-2: a comment\n//\nOKEP-1: a\n", &["//"], Some("OKEP-1: a"));
    }
}
