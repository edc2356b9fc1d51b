//! Patterns over paths: `exclude_docs` and its kin, which are gitignore's, and the rest entries of the
//! `awesome-pages` plugin.

use gix::glob::wildmatch::Mode;
use gix::glob::{Pattern, pattern::Case, wildmatch};
use regex::Regex;
use std::sync::LazyLock;

/// Most lines of one setting; each is a pattern to try on every page.
pub const MAX_LINES: usize = 1_000;

/// A `*` is within one folder.
const MODE: Mode = Mode::NO_MATCH_SLASH_LITERAL;

/// What MkDocs leaves out of every site.
pub static DEFAULTS: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::parse(".*\n/templates/").expect("MkDocs's own patterns are valid"));

/// The lines of `exclude_docs`, `draft_docs` or `not_in_nav`: gitignore's language.
#[derive(Debug, Clone, Default)]
pub struct Patterns(Vec<Pattern>);

impl Patterns {
    /// Reads one pattern a line; a line that pathspec, which MkDocs has, refuses is an error.
    pub fn parse(text: &str) -> Result<Patterns, String> {
        let breaks = ['\n', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
        let lines = text.split(breaks).map(|line| line.trim_end_matches('\r'));
        let lines = lines.map(|line| if line.ends_with("\\ ") { line } else { line.trim_end() });
        let lines = lines.filter(|line| !line.starts_with('#') && *line != "/");
        match lines.clone().find(|line| is_refused(line)) {
            Some(line) => Err(format!("`{line}` is not a valid gitignore pattern")),
            None => Ok(Patterns(lines.filter_map(|line| Pattern::from_bytes(line.as_bytes())).collect())),
        }
    }

    /// The patterns of `self`, then those of `more`, which win.
    pub fn and(mut self, more: Patterns) -> Patterns {
        self.0.extend(more.0);
        self
    }

    /// Whether the path, relative to the docs folder, is matched: the last pattern that names the file
    /// decides; where none does, the last one that names a folder above it.
    pub fn matches(&self, path: &str) -> bool {
        let is_named = |pattern: &&Pattern, path: &str, is_folder: bool| {
            let name = path.rfind('/').map(|at| at + 1);
            pattern.matches_repo_relative_path(path.into(), name, Some(is_folder), Case::Sensitive, MODE)
        };
        let folders = || path.match_indices('/').map(|(at, _)| &path[..at]);
        let of_file = self.0.iter().rev().find(|pattern| is_named(pattern, path, false));
        let in_folder = |pattern: &&Pattern| folders().any(|folder| is_named(pattern, folder, true));
        let found = of_file.or_else(|| self.0.iter().rev().find(in_folder));
        found.is_some_and(|pattern| !pattern.is_negative())
    }
}

/// Whether pathspec gives up on a line: no pattern, a backslash at the end, or a range that goes down.
fn is_refused(line: &str) -> bool {
    let goes_down = |class: &str| class.as_bytes().windows(3).any(|w| w[1] == b'-' && w[0] > w[2]);
    let mut classes = line.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
    let backslashes = line.bytes().rev().take_while(|byte| *byte == b'\\').count();
    line == "!" || backslashes % 2 == 1 || classes.any(|(class, _)| goes_down(class))
}

/// An entry such as `... | flat | okeps/*.md`: what it catches of the pages that are named nowhere.
#[derive(Debug, Clone)]
pub enum RestPattern {
    Glob(String),
    Matching(Regex),
    /// A regular expression that only Python can read.
    Unknown,
}

impl RestPattern {
    /// None where the text is no rest entry; every text that starts with three dots is one.
    pub fn parse(text: &str) -> Option<RestPattern> {
        let rest = text.strip_prefix("...")?.trim_start();
        let flat = rest.strip_prefix('|').and_then(|after| after.trim_start().strip_prefix("flat"));
        let rest = flat.unwrap_or(rest).trim_start();
        let Some(pattern) = rest.strip_prefix('|') else {
            return Some(RestPattern::Matching(crate::text::pattern("")));
        };
        let pattern = pattern.trim_start();
        Some(match pattern.strip_prefix("regex=") {
            Some(source) => Regex::new(source).map_or(RestPattern::Unknown, RestPattern::Matching),
            None => RestPattern::Glob(pattern.strip_prefix("glob=").unwrap_or(pattern).to_owned()),
        })
    }

    /// Whether it catches the path, relative to the docs folder; none where only Python knows.
    pub fn matches(&self, path: &str) -> Option<bool> {
        match self {
            // Wildcards pass over names that begin with a dot.
            RestPattern::Glob(_) if path.split('/').any(|name| name.starts_with('.')) => Some(false),
            RestPattern::Glob(glob) => Some(wildmatch(glob.as_str().into(), path.into(), MODE)),
            RestPattern::Matching(regex) => Some(regex.is_match(path)),
            RestPattern::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(patterns: &str, matched: &[&str], unmatched: &[&str]) {
        let compiled = Patterns::parse(patterns).expect("a valid pattern");
        for path in matched {
            assert!(compiled.matches(path), "`{patterns}` should match {path}");
        }
        for path in unmatched {
            assert!(!compiled.matches(path), "`{patterns}` should not match {path}");
        }
    }

    #[test]
    fn gitignore_patterns_mean_what_they_mean_to_git() {
        check("okeps", &["okeps", "okeps/a.md", "x/okeps/a.md"], &["okepsx/a.md"]);
        check("/okeps/", &["okeps/a.md"], &["x/okeps/a.md", "okeps"]);
        check("okeps/*.md", &["okeps/a.md"], &["okeps/x/a.md", "x/okeps/a.md"]);
        check("okeps/**/a.md", &["okeps/a.md", "okeps/x/y/a.md"], &["okeps/b.md"]);
        check("okeps/**", &["okeps/a.md", "okeps/x/a.md"], &["okeps"]);
        check("**/a.md", &["a.md", "x/y/a.md"], &["x/ba.md"]);
        check("*", &["a.md", "x/a.md"], &[]);
        check("*/", &["x/a.md"], &["a.md"]);
        check("okep-[0-9]*.md", &["okep-1.md", "x/okep-12.md"], &["okep-x.md"]);
        check("[!a]x", &["bx"], &["ax"]);
        check("[]x]y", &["]y", "xy"], &["ay"]);
        check("a?.md", &["ab.md"], &["a.md", "a/.md"]);
        check("# a.md\n\n/\n", &[], &["a.md"]);
        check("\\#a.md", &["#a.md"], &["a.md"]);
        check("[unclosed", &[], &["[unclosed", "u"]);
        check("a\\ ", &["a "], &["a"]);
    }

    #[test]
    fn the_last_pattern_wins_and_a_file_beats_a_folder() {
        check("*.md\n!keep.md", &["a.md"], &["keep.md", "x/keep.md"]);
        check("okeps/\n!okeps/keep.md", &["okeps/a.md"], &["okeps/keep.md"]);
        check("!okeps/keep.md\nokeps/", &["okeps/a.md"], &["okeps/keep.md"]);
    }

    #[test]
    fn patterns_that_pathspec_refuses() {
        assert!(Patterns::parse("a\\").is_err());
        assert!(Patterns::parse("!").is_err());
        assert!(Patterns::parse("[z-a]").is_err());
    }

    fn rest(entry: &str, matched: &[&str], unmatched: &[&str]) {
        let pattern = RestPattern::parse(entry).expect("a rest entry");
        for path in matched {
            assert_eq!(pattern.matches(path), Some(true), "`{entry}` should catch {path}");
        }
        for path in unmatched {
            assert_eq!(pattern.matches(path), Some(false), "`{entry}` should not catch {path}");
        }
    }

    #[test]
    fn rest_entries() {
        rest("...", &["a.md", "x/a.md"], &[]);
        rest("... | flat", &["x/a.md"], &[]);
        rest("... | okeps/*.md", &["okeps/a.md"], &["a.md", "okeps/x/a.md", "okeps/.a.md"]);
        rest("...|flat|glob=okeps/**/*.md", &["okeps/a.md", "okeps/x/a.md"], &["a.md"]);
        rest("... | regex=^okeps/okep-\\d+", &["okeps/okep-12-a.md"], &["x/okeps/okep-1.md"]);
        rest("... | *-[!a].md", &["x-b.md"], &["x-a.md"]);
        assert!(matches!(RestPattern::parse("... | regex=(?=a)"), Some(RestPattern::Unknown)));
        assert!(RestPattern::parse("..a.md").is_none());
    }
}
