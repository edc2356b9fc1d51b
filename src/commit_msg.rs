//! `okep commit-msg`: what the hook of that name says about a message in the making.
//!
//! Advice only: it goes to stderr and never holds up a commit, also where nothing could be read.

use crate::check;
use crate::commit_subject::mismatch;
use std::path::Path;

/// What there is to say about the message in `file`; none where all is well.
pub fn advice(dir: Option<&Path>, file: &Path) -> Option<String> {
    let file = dir.map_or_else(|| file.to_owned(), |dir| dir.join(file));
    let unread =
        |reason: String| Some(format!("advice: the subject was not compared with the files: {reason}\n"));
    let message = match std::fs::read(&file) {
        Ok(message) => message,
        Err(error) => return unread(format!("`{}`: {error}", file.display())),
    };
    let message = String::from_utf8_lossy(&message);
    let subject = subject(&message)?;
    let (paths, folder) = match check::staged_paths(dir) {
        Ok(staged) => staged,
        Err(error) => return unread(error.to_string()),
    };
    let found = mismatch(subject, paths.iter().map(String::as_str), &folder)?;
    let named: Vec<String> = found.named.iter().map(|n| format!("OKEP-{n}")).collect();
    let touched: Vec<String> = found.touched.iter().map(|(n, path)| format!("OKEP-{n} (`{path}`)")).collect();
    Some(format!(
        "advice[wrong-number-in-commit]: the subject names {}, and the commit changes {}\n  \
         help: if the subject is wrong, `git commit --amend` puts it right\n",
        named.join(" and "),
        touched.join(" and "),
    ))
}

/// The first line that is neither blank nor one of git's own comments.
fn subject(message: &str) -> Option<&str> {
    let lines = message.strip_prefix('\u{feff}').unwrap_or(message).lines().map(str::trim);
    lines.into_iter().find(|line| !line.is_empty() && *line != "#" && !line.starts_with("# "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_is_the_first_line_that_says_something() {
        assert_eq!(subject("\n# a template\n#\n  OKEP-1: a \n\nbody\n"), Some("OKEP-1: a"));
        assert_eq!(subject("#12 is mended"), Some("#12 is mended"));
        assert_eq!(subject("# only comments\n"), None);
    }
}
