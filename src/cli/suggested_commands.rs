//! Commands that people are told to run, written so that a shell and git take them as they stand.
//!
//! It runs nothing, and reads of the surroundings only in which folder the reader stands.

use std::path::Path;

/// More files than this are not named one by one.
const FEW: usize = 4;

/// The word as a shell takes it.
pub fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@+".contains(c);
    let is_plain = !word.is_empty() && word.chars().all(plain);
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// Paths from the root as words for git; `away` from the top of the working tree it takes `:/` for it.
pub fn for_git<'a>(paths: impl IntoIterator<Item = &'a str>, away: bool) -> String {
    let top = if away { ":/" } else { "" };
    let words: Vec<String> = paths.into_iter().map(|path| shell(&format!("{top}{path}"))).collect();
    words.join(" ")
}

/// The command that stages tracked files, named where they are few.
pub fn stage<'a>(paths: impl IntoIterator<Item = &'a str>, away: bool) -> String {
    let paths: Vec<&str> = paths.into_iter().collect();
    if paths.len() > FEW { "git add -u".to_owned() } else { format!("git add {}", for_git(paths, away)) }
}

/// Whether the reader stands elsewhere than in `root`. A hook runs at the top and is told by git where
/// its caller stood.
pub fn is_away(root: &Path) -> bool {
    let called_below = std::env::var_os("GIT_PREFIX").is_some_and(|prefix| !prefix.is_empty());
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).ok();
    called_below || here.is_none() || here != root.canonicalize().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_reaches_git_as_it_is() {
        assert_eq!(shell("docs/okeps/a-1.md"), "docs/okeps/a-1.md");
        assert_eq!(shell("it's a $(file).md"), r"'it'\''s a $(file).md'");
        assert_eq!(shell(""), "''");
    }

    #[test]
    fn few_files_are_named_and_many_are_not() {
        assert_eq!(stage(["a.md", "b c.md"], false), "git add a.md 'b c.md'");
        assert_eq!(stage(["a.md"], true), "git add :/a.md");
        assert_eq!(stage(["a", "b", "c", "d", "e"], true), "git add -u");
    }
}
