//! A report as something to read or to parse: values in, text out.
//!
//! Nothing here prints, reads a file, an environment or a clock. Whatever comes from a repository
//! passes through [`escape_control`] on its way to a terminal.

pub mod inline_diff;
#[cfg(test)]
mod invariants;
mod okep_table;
pub mod remaining;
#[cfg(test)]
mod test_reports;
mod text_table;

pub mod diff;
pub mod explain;
mod fold;
pub mod full;
pub mod github;
pub mod history;
pub mod history_csv;
pub mod history_json;
pub mod html;
pub mod json;
pub mod markdown;
pub mod sarif;
mod summary;
pub mod table;

use crate::audit::report::{Counts, OkepSummary, Report};
use crate::rules::finding::{Finding, Revision, Severity};
use crate::text::Place;
use anstyle::{AnsiColor, Style};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What the reader's terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether colours may be written.
    pub color: bool,
    /// Whether signs outside ASCII may be written.
    pub unicode: bool,
    /// Whether hyperlinks may be written.
    pub links: bool,
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const HEADER: Style = Style::new().bold().underline();

impl Terminal {
    fn paint(&self, style: Style, text: &str) -> String {
        if self.color && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn severity(severity: Severity) -> Style {
        match severity {
            Severity::Error => AnsiColor::Red.on_default().bold(),
            Severity::Warning => AnsiColor::Yellow.on_default().bold(),
            Severity::Hint => AnsiColor::Cyan.on_default().bold(),
        }
    }

    fn ellipsis(&self) -> &'static str {
        self.glyph("…", "...")
    }

    fn glyph<T>(&self, unicode: T, ascii: T) -> T {
        if self.unicode { unicode } else { ascii }
    }
}

/// Text from a repository with every character spelled out that could move the cursor, colour,
/// reorder or hide what a terminal shows: ESC reads `\u{1b}`, a line break `\n`.
///
/// Those are the C0 and C1 controls, line and paragraph separators, bidirectional marks, overrides
/// and isolates, zero-width characters and tags. The joiner inside an emoji sequence is spelled out
/// too: it is as invisible as the rest.
pub fn escape_control(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if !is_harmful(c) {
            shown.push(c);
        } else if matches!(c, '\n' | '\r' | '\t') {
            shown.extend(c.escape_default());
        } else {
            shown.extend(c.escape_unicode());
        }
    }
    Cow::Owned(shown)
}

fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// One line of a file, without its line break, ready to be quoted: tabs are four blanks.
fn quotable(line: &str) -> String {
    escape_control(&line.replace('\t', "    ")).into_owned()
}

/// Columns that a terminal needs for `text`. Our own colours take none; no other escape gets here.
fn width(text: &str) -> usize {
    let mut pieces = text.split('\u{1b}');
    let first = pieces.next().map_or(0, UnicodeWidthStr::width);
    first + pieces.map(|p| p.split_once('m').map_or(0, |(_, rest)| rest.width())).sum::<usize>()
}

/// `text` in at most `room` columns, cut at the end.
fn shorten(text: &str, room: usize, terminal: &Terminal) -> String {
    if text.len() <= most_bytes(room) && width(text) <= room {
        return text.to_owned();
    }
    let ellipsis = terminal.ellipsis();
    let room = room.saturating_sub(width(ellipsis));
    format!("{}{ellipsis}", prefix(text, room).trim_end())
}

/// The longest beginning of `text` that fits into `room` columns.
fn prefix(text: &str, room: usize) -> &str {
    let mut used = 0;
    let fits = text.char_indices().map(|(at, c)| (at + c.len_utf8(), c)).take_while(|(end, c)| {
        // The sign that asks for an emoji may widen the one before it.
        used += if *c == '\u{fe0f}' { 1 } else { c.width().unwrap_or(0) };
        used <= room && *end <= most_bytes(room)
    });
    &text[..fits.last().map_or(0, |(end, _)| end)]
}

/// No honest text of so many columns takes more bytes: accents can be piled up without end.
fn most_bytes(room: usize) -> usize {
    room.saturating_mul(16).saturating_add(64)
}

/// `text` broken at blanks into lines of at most `room` columns, of which the first has only `first`.
///
/// A longer word keeps a line of its own, so that a path can still be copied, unless it holds wide
/// characters: those scripts break anywhere. What stands in backticks is a word where it is short.
fn wrap(text: &str, first: usize, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for mut word in words(text, room / 2) {
        let room = if lines.len() == 1 { first } else { room }.max(2);
        let line = lines.last_mut().expect("starts with one line");
        if line.is_empty() {
            line.push_str(word);
        } else if width(line) + 1 + width(word) <= room {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
        if width(word) > room && width(word) > word.chars().count() {
            lines.pop();
            while !word.is_empty() {
                let head = prefix(word, room).len().max(word.chars().next().map_or(0, char::len_utf8));
                lines.push(word[..head].to_owned());
                word = &word[head..];
            }
        }
    }
    lines
}

/// The words of `text`; those between backticks as one where they take no more than `most` columns.
fn words(text: &str, most: usize) -> Vec<&str> {
    let mut words: Vec<&str> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(' ').unwrap_or(rest.len());
        let ticks = rest[..end].matches('`').count();
        let closed = if ticks % 2 == 1 { rest[end..].find('`').map(|at| end + at + 1) } else { None };
        let closed = closed.map(|at| at + rest[at..].find(' ').unwrap_or(rest.len() - at));
        let end = closed.filter(|at| width(&rest[..*at]) <= most).unwrap_or(end);
        words.push(&rest[..end]);
        rest = rest[end..].trim_start_matches(' ');
    }
    words.retain(|w| !w.is_empty());
    words
}

/// Writes `text` wrapped, with `label` before its first line and blanks below the label; a narrow
/// terminal has no room for those.
fn write_wrapped(
    out: &mut String,
    indent: usize,
    label: &str,
    style: Style,
    text: &str,
    terminal: &Terminal,
) {
    let hang =
        if terminal.width < 60 { indent + 2 * usize::from(!label.is_empty()) } else { indent + width(label) };
    let room = terminal.width.saturating_sub(hang);
    let lines = wrap(text, terminal.width.saturating_sub(indent + width(label)), room);
    for (i, line) in lines.iter().enumerate() {
        let _ = match i {
            0 => writeln!(out, "{:indent$}{}{}", "", terminal.paint(style, label), line),
            _ => writeln!(out, "{:hang$}{line}", ""),
        };
    }
}

/// `1 error`, `2 errors`, `3 hints`.
pub(crate) fn count(n: usize, word: &str) -> String {
    if n == 1 { format!("{n} {word}") } else { format!("{n} {word}s") }
}

/// `9 errors, 21 warnings, 30 hints`, without what there is none of.
fn counted(counts: Counts, terminal: &Terminal) -> String {
    let parts = [
        (counts.errors, Severity::Error),
        (counts.warnings, Severity::Warning),
        (counts.hints, Severity::Hint),
    ];
    let parts = parts.iter().filter(|(n, _)| *n > 0);
    let parts = parts.map(|(n, s)| terminal.paint(Terminal::severity(*s), &count(*n, s.as_str())));
    parts.collect::<Vec<_>>().join(", ")
}

/// `path:line:column`, or the path alone.
fn location(path: &str, place: Option<&Place>) -> String {
    match place {
        Some(place) => format!("{}:{}:{}", escape_control(path), place.line, place.column),
        None => escape_control(path).into_owned(),
    }
}

/// The number of an OKEP, or the name of its file where it has none.
fn name(okep: Option<&OkepSummary>, path: &str) -> String {
    match okep.and_then(|o| o.number) {
        Some(number) => format!("{number:04}"),
        None => escape_control(path.rsplit('/').next().unwrap_or(path)).into_owned(),
    }
}

/// Why a grandfathered finding is no more than a hint.
fn held_to_its_time(revision: &Revision, landed: &str) -> String {
    let commit = escape_control(prefix(&revision.commit, 7));
    format!("the template gained this on {} ({commit}), after {landed}", escape_control(&revision.date))
}

/// `the OKEP landed 2025-02-14`.
fn landed(report: &Report, finding: &Finding) -> String {
    let path = finding.okep.as_deref().unwrap_or(&finding.path);
    let okep = report.okeps.iter().find(|o| o.path == path);
    match okep.and_then(|o| o.landed.as_ref()) {
        Some(revision) => format!("the OKEP landed {}", escape_control(&revision.date)),
        None => "the OKEP landed".to_owned(),
    }
}

/// The counts of every OKEP that has findings that count.
fn counts_by_okep(report: &Report) -> BTreeMap<&str, Counts> {
    let mut counts: BTreeMap<&str, Counts> = BTreeMap::new();
    for finding in report.live() {
        if let Some(okep) = &finding.okep {
            counts.entry(okep).or_default().add(finding.severity);
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Terminal = Terminal { width: 40, color: false, unicode: true, links: false };

    #[test]
    fn what_moves_hides_or_reorders_is_spelled_out() {
        let check = |text: &str, expected: &str| assert_eq!(escape_control(text), expected);
        check("docs/okeps/ok.md", "docs/okeps/ok.md");
        check("a\u{1b}[31mb\u{9b}2J\u{7f}", "a\\u{1b}[31mb\\u{9b}2J\\u{7f}");
        check("a\nb\r\tc\0", "a\\nb\\r\\tc\\u{0}");
        check("\u{202e}gnp.exe\u{2066}", "\\u{202e}gnp.exe\\u{2066}");
        check("\u{feff}a\u{200b}b\u{2028}", "\\u{feff}a\\u{200b}b\\u{2028}");
        // Accents, CJK and emoji are what they are.
        check("naïve e\u{301} 用户 🚀 ✔\u{fe0f}", "naïve e\u{301} 用户 🚀 ✔\u{fe0f}");
    }

    #[test]
    fn text_is_cut_by_columns_not_by_characters() {
        assert_eq!(shorten("用户定义网络", 12, &LOOK), "用户定义网络");
        assert_eq!(shorten("用户定义网络", 11, &LOOK), "用户定义网…");
        assert_eq!(shorten("用户定义网络", 10, &Terminal { unicode: false, ..LOOK }), "用户定...");
        assert_eq!(shorten("abc", 0, &LOOK), "…");
        assert_eq!(prefix("", 3), "");
    }

    #[test]
    fn text_is_wrapped_at_blanks() {
        let check = |text: &str, room, expected: &[&str]| assert_eq!(wrap(text, room, room), expected);
        check("one two three", 7, &["one two", "three"]);
        check("see docs/okeps/okep-1-a.md now", 10, &["see", "docs/okeps/okep-1-a.md", "now"]);
        check("the `a b` c", 10, &["the `a b`", "c"]);
        check("three `a b` c", 10, &["three", "`a b` c"]);
        check("用户定义网络", 5, &["用户", "定义", "网络"]);
        check("", 5, &[""]);
    }
}
