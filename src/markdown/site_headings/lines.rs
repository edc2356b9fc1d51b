//! A file cut into lines as Python-Markdown sees them: no front matter, tabs expanded, blanks empty.
//!
//! Lines stay slices of the file; only lines with tabs are copied.

use crate::markdown::front_matter;
use crate::text::{Pattern, bom_len, pattern};
use std::borrow::Cow;

/// Columns of a tab and of one level of nesting.
pub(super) const TAB: usize = 4;

/// A line on its way through the block parser, which takes indents and markers off its front.
#[derive(Debug, Clone)]
pub(super) struct SourceLine<'a> {
    pub text: Cow<'a, str>,
    /// Byte offset in the file of the line's first character, and past its last one.
    pub start: usize,
    pub end: usize,
}

impl<'a> SourceLine<'a> {
    /// A line, or a part of one, of a file. Nothing but blanks is an empty line, which separates blocks.
    pub fn new(file: &'a str, start: usize, end: usize) -> Self {
        let mut line = SourceLine::with_blanks(file, start, end);
        if line.text.trim_start_matches(' ').is_empty() {
            line.text = Cow::Borrowed("");
        }
        line
    }

    /// The same, but that blanks separate no blocks: they are all that raw HTML has left of a line.
    pub fn with_blanks(file: &'a str, start: usize, end: usize) -> Self {
        let text = &file[start..end];
        let has_tabs = memchr::memchr(b'\t', text.as_bytes()).is_some();
        let text = if has_tabs { Cow::Owned(expanded(text)) } else { Cow::Borrowed(text) };
        SourceLine { text, start, end }
    }
}

fn expanded(line: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for (i, part) in line.split('\t').enumerate() {
        let width = if i > 0 { TAB - column % TAB } else { 0 };
        out.push_str(&"    "[..width]);
        out.push_str(part);
        column += width + part.chars().count();
    }
    out
}

/// The lines of `text` from `body` on; `\n`, `\r\n` and `\r` end a line.
pub(super) fn split(text: &str, body: usize) -> Vec<SourceLine<'_>> {
    let mut lines = Vec::new();
    let mut start = body;
    while start < text.len() {
        let (end, next) = line_end(text, start);
        lines.push(SourceLine::new(text, start, end));
        start = next;
    }
    lines
}

/// The end of the line at `at` and the start of the next.
fn line_end(text: &str, at: usize) -> (usize, usize) {
    let rest = &text[at..];
    match memchr::memchr2(b'\n', b'\r', rest.as_bytes()) {
        None => (text.len(), text.len()),
        Some(end) if rest[end..].starts_with("\r\n") => (at + end, at + end + 2),
        Some(end) => (at + end, at + end + 1),
    }
}

/// Where the Markdown starts: past the byte order mark and what the site takes for front matter.
///
/// MkDocs cuts front matter first; then the `meta` extension looks for more at the start of what is
/// left, and takes a leading `---` away even where it is meant as a rule.
pub(super) fn body_start(text: &str, meta: bool) -> usize {
    let bom = bom_len(text);
    let mut at = match front_matter::block(text, bom) {
        Some((yaml, end)) if text[..end].ends_with('\n') => {
            if is_mapping(&text[yaml]) {
                skip_line_breaks(text, end)
            } else {
                bom
            }
        }
        _ => skip_line_breaks(text, key_value_lines(text, bom, false)),
    };
    if !meta {
        return at;
    }
    if text[at..].starts_with("---") {
        at = line_end(text, at).1;
    }
    key_value_lines(text, at, true)
}

/// Whether PyYAML loads a text as a mapping; a key that it holds twice is no fault to it.
fn is_mapping(yaml: &str) -> bool {
    match serde_yaml::from_str::<serde_yaml::Value>(yaml) {
        Ok(value) => value.is_mapping(),
        Err(error) => error.to_string().contains("duplicate entry"),
    }
}

fn skip_line_breaks(text: &str, at: usize) -> usize {
    text.len() - text[at..].trim_start_matches(['\n', '\r']).len()
}

/// The offset past the `Key: value` lines at `at`, and past the blank line that ends them.
///
/// `delimited` tells the `meta` extension, where `---` and `...` end them too, from MkDocs itself.
fn key_value_lines(text: &str, at: usize, delimited: bool) -> usize {
    static KEY: Pattern = Pattern::new(|| pattern("^ {0,3}[A-Za-z0-9_-]+:"));
    let mut line = at;
    let mut key = false;
    while line < text.len() {
        let (end, next) = line_end(text, line);
        let content = &text[line..end];
        if content.trim().is_empty() || delimited && ["---", "..."].iter().any(|d| content.starts_with(d)) {
            return next;
        }
        key = KEY.is_match(content) || key && (content.starts_with("    ") || content.starts_with('\t'));
        if !key {
            break;
        }
        line = next;
    }
    line
}
