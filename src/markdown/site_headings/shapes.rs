//! What a single line can be to the block parser, by its characters alone.

use super::lines::TAB;
use crate::markdown::extensions::Extensions;

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

/// The offset of the content, where the line starts a list item.
pub(super) fn item(text: &str) -> Option<usize> {
    let blanks = indent(text);
    let bytes = &text.as_bytes()[blanks..];
    let marker = match bytes.first()? {
        b'*' | b'+' | b'-' => 1,
        b'0'..=b'9' => {
            let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
            if bytes.get(digits) != Some(&b'.') {
                return None;
            }
            digits + 1
        }
        _ => return None,
    };
    let space = bytes[marker..].iter().take_while(|b| **b == b' ').count();
    (blanks < TAB && space > 0).then_some(blanks + marker + space)
}

/// The shapes that the extensions of a site know.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shapes {
    pub extensions: Extensions,
}

impl Shapes {
    /// The one mark a line can have: each starts with another character.
    pub fn mark(self, text: &str) -> Option<LineMark> {
        let first = *text.as_bytes().first()?;
        // Nearly every line is distinguished here.
        if first.is_ascii_alphanumeric() || first >= 0x80 {
            return None;
        }
        let content = if first == b' ' { &text[indent(text).min(TAB)..] } else { text };
        let on = self.extensions;
        match (first, *content.as_bytes().first()?) {
            (b'!', _) => (on.admonition && is_admonition(text)).then_some(LineMark::Admonition),
            (b'?', _) => (on.details && is_details(text)).then_some(LineMark::Details),
            (b'=', _) => (on.tabbed && is_tab(text)).then_some(LineMark::Tab),
            (b'#', _) => self.hash_heading(text).map(|_| LineMark::Hash),
            _ if text.len() - content.len() >= TAB => None,
            (_, c @ (b'-' | b'*' | b'_')) => is_rule(content, c).then_some(LineMark::Rule),
            (_, b'>') => Some(LineMark::Quote),
            (_, b'[') => is_reference(content).then_some(LineMark::Reference),
            _ => None,
        }
    }

    /// The level and the text between the hashes.
    ///
    /// Hashes at the end close the heading even without a blank before them; a backslash escapes the
    /// first of them, and one at the end of the line makes the line text.
    pub fn hash_heading(self, text: &str) -> Option<(u8, &str)> {
        let level = text.bytes().take(6).take_while(|b| *b == b'#').count();
        let rest = &text[level..];
        if level == 0 || self.extensions.sane_headers && !rest.starts_with(' ') {
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
}

/// `=== "Title"`, perhaps with `+` or `!` before the title.
fn is_tab(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("===") else { return false };
    let special = ["+!", "!+", "+", "!"].iter().find_map(|sign| rest.strip_prefix(sign)).unwrap_or(rest);
    let title = special.trim_start_matches(' ');
    let quoted = title.trim_end_matches(' ');
    title.len() < special.len() && quoted.len() > 1 && quoted.starts_with('"') && quoted.ends_with('"')
}

/// Three marks or more with at most two blanks between them.
fn is_rule(content: &str, mark: u8) -> bool {
    let content = content.trim_end_matches(' ').as_bytes();
    let mut blanks = 0;
    let mut marks = 0;
    for b in content {
        match *b {
            b if b == mark => (marks, blanks) = (marks + 1, 0),
            b' ' if blanks < 2 => blanks += 1,
            _ => return false,
        }
    }
    marks >= 3
}

fn is_admonition(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("!!!") else { return false };
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    match rest.split_once('"') {
        None => is_classes(rest.trim_end_matches(' ')),
        Some((classes, title)) => {
            classes.ends_with(' ')
                && is_classes(classes.trim_end_matches(' '))
                && title.trim_end_matches(' ').ends_with('"')
        }
    }
}

fn is_details(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("???") else { return false };
    let rest = rest.strip_prefix('+').unwrap_or(rest);
    let classes = |c: &str| is_classes(c.strip_prefix(' ').unwrap_or(c));
    match rest.split_once('"') {
        None => classes(rest.trim_end_matches(' ')),
        Some((before, title)) => {
            let words = before.trim_end_matches(' ');
            before.ends_with(' ')
                && (words.is_empty() || classes(words))
                && title.trim_end_matches(' ').ends_with('"')
        }
    }
}

fn is_classes(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(' ')
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '))
}

/// `[label]: target`, perhaps with a title, on one line; rarer forms are taken as text.
fn is_reference(content: &str) -> bool {
    let Some((label, target)) = content[1..].split_once("]:") else { return false };
    if label.contains(['[', ']']) {
        return false;
    }
    let target = target.trim_matches(' ');
    let end = target.find(char::is_whitespace).unwrap_or(target.len());
    let title = target[end..].trim_matches(' ');
    end > 0 && (title.is_empty() || is_title(title))
}

pub(super) fn is_title(text: &str) -> bool {
    let close = match text.as_bytes().first() {
        Some(b'(') => b')',
        Some(quote @ (b'"' | b'\'')) => *quote,
        _ => return false,
    };
    text.len() > 1 && text.as_bytes().last() == Some(&close)
}
