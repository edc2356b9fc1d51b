//! Patterns over paths: `exclude_docs` and its kin as pathspec reads them, and the rest entries of the
//! `awesome-pages` plugin.
//!
//! All three languages are defined by the regular expressions their Python libraries make of them, so
//! they become regular expressions here too: `regex` matches in linear time, whatever the pattern.

use regex::Regex;
use std::sync::LazyLock;

/// Most lines of one setting; each becomes a regular expression to try on every page.
pub const MAX_LINES: usize = 1_000;

/// What MkDocs leaves out of every site.
pub static DEFAULTS: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::parse(".*\n/templates/").expect("MkDocs's own patterns are valid"));

/// The lines of `exclude_docs`, `draft_docs` or `not_in_nav`: gitignore's language.
#[derive(Debug, Clone, Default)]
pub struct Patterns(Vec<Pattern>);

#[derive(Debug, Clone)]
struct Pattern {
    regex: Regex,
    include: bool,
}

impl Patterns {
    /// Reads one pattern a line; a line that pathspec refuses is an error, reported with its number from 1.
    pub fn parse(text: &str) -> Result<Patterns, String> {
        let breaks = ['\n', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
        let mut patterns = Vec::new();
        for line in text.split(breaks).map(|l| l.trim_end_matches('\r')) {
            match gitignore(line) {
                Err(()) => return Err(format!("`{line}` is not a valid gitignore pattern")),
                Ok(None) => {}
                Ok(Some((source, include))) => {
                    let regex =
                        Regex::new(&source).map_err(|_| format!("`{line}` cannot be read as a pattern"))?;
                    patterns.push(Pattern { regex, include });
                }
            }
        }
        Ok(Patterns(patterns))
    }

    /// The patterns of `self`, then those of `more`, which win.
    pub fn and(mut self, more: Patterns) -> Patterns {
        self.0.extend(more.0);
        self
    }

    /// Whether the path, relative to the docs folder, is matched: the last pattern that names the file
    /// decides; where none does, the last one that names a folder above it.
    pub fn matches(&self, path: &str) -> bool {
        let mut by_folder = None;
        for pattern in self.0.iter().rev() {
            let Some(captures) = pattern.regex.captures(path) else { continue };
            if captures.name("folder").is_none() {
                return pattern.include;
            }
            by_folder.get_or_insert(pattern.include);
        }
        by_folder.unwrap_or(false)
    }
}

/// The regular expression of one line and whether it includes; none for a comment and the like.
fn gitignore(line: &str) -> Result<Option<(String, bool)>, ()> {
    let line = if line.ends_with("\\ ") { line } else { line.trim_end() };
    if line.is_empty() || line.starts_with('#') || line == "/" {
        return Ok(None);
    }
    let (include, line) = match line.strip_prefix('!') {
        Some(rest) => (false, rest),
        None => (true, line),
    };
    let only_folders = line.ends_with('/');
    let mut segments: Vec<&str> = line.split('/').collect();
    if segments[0].is_empty() {
        segments.remove(0);
    } else if segments.len() == 1 || (segments.len() == 2 && segments[1].is_empty()) {
        segments.insert(0, "**");
    }
    let Some(last) = segments.last_mut() else { return Err(()) };
    if last.is_empty() {
        *last = "**";
    }
    segments.dedup_by(|a, b| *a == "**" && *b == "**");
    let end = if only_folders { "(?P<folder>/)" } else { "(?:(?P<folder>/)|$)" };
    let source = match segments[..] {
        ["**"] | ["**", "*", "**"] if only_folders => end.into(),
        ["**"] | ["**", "*"] => ".".into(),
        ["**", "*", "**"] => "/".into(),
        _ => match translate(&segments, only_folders, end)? {
            Some(source) => source,
            None => return Ok(None),
        },
    };
    Ok(Some((source, include)))
}

/// None where a bracket is not closed: such a pattern matches nothing.
fn translate(segments: &[&str], only_folders: bool, end: &str) -> Result<Option<String>, ()> {
    let last = segments.len() - 1;
    let mut out = String::from("^");
    let mut slash = false;
    for (i, segment) in segments.iter().enumerate() {
        if *segment == "**" {
            match i {
                0 => out.push_str("(?:.+/)?"),
                _ if i < last => {
                    out.push_str("(?:/.+)?");
                    slash = true;
                }
                _ => out.push_str(if only_folders { end } else { "/" }),
            }
            continue;
        }
        if slash {
            out.push('/');
        }
        match *segment {
            "*" => out.push_str("[^/]+"),
            _ => match glob(segment)? {
                Some(source) => out.push_str(&source),
                None => return Ok(None),
            },
        }
        if i == last {
            out.push_str("(?:(?P<folder>/)|$)");
        }
        slash = true;
    }
    Ok(Some(out))
}

/// One segment of gitignore's glob; an error for a backslash at its end.
fn glob(segment: &str) -> Result<Option<String>, ()> {
    let mut out = String::new();
    let mut rest = segment;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let escaped = rest.chars().next().ok_or(())?;
                rest = &rest[escaped.len_utf8()..];
                literal(&mut out, escaped);
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '[' => match bracket(rest, false) {
                Some((class, length)) => {
                    out.push_str(&class);
                    rest = &rest[length..];
                }
                None => return Ok(None),
            },
            c => literal(&mut out, c),
        }
    }
    Ok(Some(out))
}

fn literal(out: &mut String, c: char) {
    out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
}

/// The class that begins after `[`, and how many bytes it takes, its `]` included.
fn bracket(after: &str, not_dot: bool) -> Option<(String, usize)> {
    let negated = after.starts_with(['!', '^']);
    let body_start = usize::from(negated);
    let body = &after[body_start..];
    let close = body.char_indices().skip(1).find(|(_, c)| *c == ']')?.0;
    let chars: Vec<char> = body[..close].chars().collect();
    let mut class = String::from(if negated { "[^" } else { "[" });
    let mut at = 0;
    while at < chars.len() {
        match chars[at..] {
            [from, '-', to, ..] => {
                escaped(&mut class, from);
                class.push('-');
                escaped(&mut class, to);
                at += 3;
            }
            _ => {
                escaped(&mut class, chars[at]);
                at += 1;
            }
        }
    }
    class.push(']');
    if not_dot {
        class = format!("[{class}&&[^./]]");
    }
    Some((class, body_start + close + 1))
}

fn escaped(class: &mut String, c: char) {
    if matches!(c, '\\' | '[' | ']' | '^' | '-' | '&' | '~') {
        class.push('\\');
    }
    class.push(c);
}

/// An entry such as `... | flat | okeps/*.md`: what it catches of the pages that are named nowhere.
#[derive(Debug, Clone)]
pub enum RestPattern {
    All,
    Matching(Regex),
    /// A regular expression that only Python can read.
    Unknown,
}

impl RestPattern {
    /// None where the text is no rest entry; every text that starts with three dots is one.
    pub fn parse(text: &str) -> Option<RestPattern> {
        let mut rest = text.strip_prefix("...")?.trim_start();
        if let Some(after) = rest.strip_prefix('|')
            && let Some(after) = after.trim_start().strip_prefix("flat")
        {
            rest = after.trim_start();
        }
        let Some(pattern) = rest.strip_prefix('|') else { return Some(RestPattern::All) };
        let pattern = pattern.trim_start();
        let regex = match pattern.strip_prefix("regex=") {
            Some(source) => Regex::new(source),
            None => Regex::new(&path_glob(pattern.strip_prefix("glob=").unwrap_or(pattern))),
        };
        Some(regex.map_or(RestPattern::Unknown, RestPattern::Matching))
    }

    /// Whether it catches the path, relative to the docs folder; none where only Python knows.
    pub fn matches(&self, path: &str) -> Option<bool> {
        match self {
            RestPattern::All => Some(true),
            RestPattern::Matching(regex) => Some(regex.is_match(path)),
            RestPattern::Unknown => None,
        }
    }
}

/// wcmatch's glob over a whole path: `**` crosses folders, wildcards pass over names that start with a
/// dot.
fn path_glob(pattern: &str) -> String {
    const NAME: &str = "[^./][^/]*";
    let segments: Vec<&str> = pattern.split('/').collect();
    let last = segments.len() - 1;
    let mut out = String::from("^");
    for (i, segment) in segments.iter().enumerate() {
        if *segment == "**" {
            out.push_str(&format!("(?:{NAME}/)*"));
            if i == last {
                out.push_str(&format!("(?:{NAME})?"));
            }
            continue;
        }
        out.push_str(&path_glob_segment(segment, NAME));
        if i < last {
            out.push('/');
        }
    }
    out.push('$');
    out
}

fn path_glob_segment(segment: &str, name: &str) -> String {
    let mut out = String::new();
    let mut rest = segment;
    if !segment.is_empty() && segment.chars().all(|c| c == '*') {
        return name.into();
    }
    while let Some(c) = rest.chars().next() {
        let first = rest.len() == segment.len();
        rest = &rest[c.len_utf8()..];
        match c {
            '*' => {
                rest = rest.trim_start_matches('*');
                out.push_str(&if first { format!("(?:{name})?") } else { "[^/]*".into() });
            }
            '?' => out.push_str(if first { "[^./]" } else { "[^/]" }),
            '[' => match bracket(rest, first) {
                Some((class, length)) => {
                    out.push_str(&class);
                    rest = &rest[length..];
                }
                None => literal(&mut out, c),
            },
            '\\' => match rest.chars().next() {
                Some(escaped) => {
                    rest = &rest[escaped.len_utf8()..];
                    literal(&mut out, escaped);
                }
                None => literal(&mut out, c),
            },
            c => literal(&mut out, c),
        }
    }
    out
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
