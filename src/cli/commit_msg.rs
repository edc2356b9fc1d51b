//! `okep commit-msg`: what the hook of that name says about a message in the making.
//!
//! A hint only: it goes to stderr and never holds up a commit, also where nothing could be read.

use crate::audit::check;
use crate::git::Repo;
use crate::okep::commit_subject::mismatch;
use std::path::Path;

/// What there is to say about the message in `file`; none where all is well.
pub fn hint(dir: Option<&Path>, file: &Path) -> Option<String> {
    let file = dir.map_or_else(|| file.to_owned(), |dir| dir.join(file));
    let unread =
        |reason: String| Some(format!("hint: the subject was not compared with the files: {reason}\n"));
    let message = match std::fs::read(&file) {
        Ok(message) => message,
        Err(error) => return unread(format!("`{}`: {error}", file.display())),
    };
    let message = String::from_utf8_lossy(&message);
    let marks = match Repo::discover(dir) {
        Ok(Some(repo)) => repo.comment_marks(),
        _ => vec!["#".to_owned()],
    };
    let subject = subject(&message, &marks)?;
    let check::StagedPaths { paths, before, folder } = match check::staged_paths(dir) {
        Ok(staged) => staged,
        Err(error) => return unread(error.to_string()),
    };
    let found = mismatch(subject, paths.iter().map(String::as_str), &folder)?;
    // Git does not tell an amended commit, whose files are those of HEAD too.
    mismatch(subject, paths.iter().chain(&before).map(String::as_str), &folder)?;
    let named: Vec<String> = found.named.iter().map(|n| format!("OKEP-{n}")).collect();
    let touched: Vec<String> = found.touched.iter().map(|(n, path)| format!("OKEP-{n} (`{path}`)")).collect();
    Some(format!(
        "hint[wrong-number-in-commit]: the subject names {}, and the commit changes {}\n  \
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
    fn comments_begin_as_git_is_told() {
        check("; OKEP-2: a comment\nOKEP-1: a\n", &[";"], Some("OKEP-1: a"));
        check("# OKEP-1: a\n", &[";"], Some("# OKEP-1: a"));
        check("// OKEP-2: a comment\n//\nOKEP-1: a\n", &["//"], Some("OKEP-1: a"));
    }
}
