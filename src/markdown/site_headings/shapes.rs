//! What a single line can be to the block parser, by its characters alone.

use super::lines::TAB;
use crate::markdown::extensions::Extensions;
use crate::text::{Pattern, pattern};

/// What a processor searches a whole block for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineMark {
    Admonition,
    Details,
    Tab,
    Hash,
    Rule,
    Quote,
    Reference,
}

/// Number of kinds of marks.
pub(super) const MARKS: usize = 7;

/// Blanks at the front of the line.
pub(super) fn indent(text: &str) -> usize {
    text.bytes().take_while(|b| *b == b' ').count()
}

// The expressions of Python-Markdown and of the extensions, for one line.
static ITEM: Pattern = Pattern::new(|| pattern("^ {0,3}(?:[*+-]|[0-9]+[.]) +"));
static THEMATIC_BREAK: Pattern =
    Pattern::new(|| pattern("^(?:(?:- {0,2}){3,}|(?:[*] {0,2}){3,}|(?:_ {0,2}){3,}) *$"));
static REFERENCE: Pattern = Pattern::new(|| pattern(&format!(r"^\[[^\[\]]*\]: *\S+(?:\s *{TITLE})? *$")));
static ADMONITION: Pattern = Pattern::new(|| pattern(&format!(r#"^!!! ?{CLASSES}(?: +".*")? *$"#)));
static DETAILS: Pattern =
    Pattern::new(|| pattern(&format!(r#"^[?]{{3}}[+]? ?(?:{CLASSES}|(?:{CLASSES})? +".*") *$"#)));
/// `=== "Title"`, perhaps with `+` or `!` before the title.
static CONTENT_TAB: Pattern = Pattern::new(|| pattern(r#"^===(?:[+]!|![+]|[+!])? +".*" *$"#));
static TITLE_LINE: Pattern = Pattern::new(|| pattern(&format!("^ *{TITLE} *$")));
const CLASSES: &str = r"[\w-]+(?: +[\w-]+)*";
const TITLE: &str = r#"(?:\(.*\)|".*"|'.*')"#;

/// The offset of the content, where the line starts a list item.
pub(super) fn item(text: &str) -> Option<usize> {
    // Nearly every line is text.
    let is_sign = |c: char| matches!(c, '*' | '+' | '-') || c.is_ascii_digit();
    let marker = text.trim_start_matches(' ').starts_with(is_sign).then(|| ITEM.find(text))?;
    marker.map(|marker| marker.end())
}

pub(super) fn is_title(line: &str) -> bool {
    TITLE_LINE.is_match(line)
}

/// The one mark a line can have, with the extensions that are on: each starts with another character.
pub(super) fn mark(text: &str, on: Extensions) -> Option<LineMark> {
    let first = *text.as_bytes().first()?;
    // Nearly every line is distinguished here.
    if first.is_ascii_alphanumeric() || first >= 0x80 {
        return None;
    }
    let content = if first == b' ' { &text[indent(text).min(TAB)..] } else { text };
    match (first, *content.as_bytes().first()?) {
        (b'!', _) => {
            let is_one = on.admonition && text.starts_with("!!!") && ADMONITION.is_match(text);
            is_one.then_some(LineMark::Admonition)
        }
        (b'?', _) => (on.details && DETAILS.is_match(text)).then_some(LineMark::Details),
        (b'=', _) => (on.tabbed && CONTENT_TAB.is_match(text)).then_some(LineMark::Tab),
        (b'#', _) => hash_heading(text, on).map(|_| LineMark::Hash),
        _ if text.len() - content.len() >= TAB => None,
        (_, c @ (b'-' | b'*' | b'_')) => {
            let is_rule = content.bytes().all(|b| b == c || b == b' ') && THEMATIC_BREAK.is_match(content);
            is_rule.then_some(LineMark::Rule)
        }
        (_, b'>') => Some(LineMark::Quote),
        (_, b'[') => REFERENCE.is_match(content).then_some(LineMark::Reference),
        _ => None,
    }
}

/// The level and the text between the hashes.
///
/// Hashes at the end close the heading even without a blank before them; a backslash escapes the
/// first of them, and one at the end of the line makes the line text.
pub(super) fn hash_heading(text: &str, on: Extensions) -> Option<(u8, &str)> {
    let level = text.bytes().take(6).take_while(|b| *b == b'#').count();
    let rest = &text[level..];
    if level == 0 || on.sane_headers && !rest.starts_with(' ') {
        return None;
    }
    let header = rest.trim_end_matches('#');
    let escaped = header.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1;
    match (escaped, header.len() < rest.len()) {
        (true, false) => None,
        (true, true) => Some((level as u8, &rest[..header.len() + 1])),
        (false, _) => Some((level as u8, header)),
    }
}
