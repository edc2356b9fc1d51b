//! A file cut into lines as Python-Markdown sees them: no front matter, tabs expanded, blanks empty.
//!
//! Lines stay slices of the file; only lines with tabs are copied, into one buffer for all of them.

use crate::markdown::front_matter;

/// Columns of a tab and of one level of nesting.
pub(super) const TAB: usize = 4;

/// A stretch of the file that the block parser reads as one line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// Byte offset of its first character.
    pub start: usize,
    /// Byte offset past its last character, the line break not included.
    pub end: usize,
    /// Blank lines separate blocks, except those that only lost their text to raw HTML.
    pub keep_blank: bool,
    /// Holds tabs.
    pub tabs: bool,
}

impl Piece {
    pub fn new(start: usize, end: usize) -> Piece {
        Piece { start, end, keep_blank: false, tabs: false }
    }
}

/// A line on its way through the block parser, which takes indents and markers off its front.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceLine<'a> {
    pub text: &'a str,
    /// Byte offset in the file past the line's last character.
    pub end: usize,
    /// Where the line starts in the file.
    pub start: usize,
    /// The text is a copy with its tabs expanded.
    pub expanded: bool,
}

/// The lines that pieces are; `expanded` are those with tabs.
pub(super) fn lines<'a>(
    text: &'a str,
    pieces: &[Piece],
    expanded: &'a [Option<String>],
) -> Vec<SourceLine<'a>> {
    let line = |(piece, expanded): (&Piece, &'a Option<String>)| {
        let mut text = expanded.as_deref().unwrap_or(&text[piece.start..piece.end]);
        if !piece.keep_blank && text.trim_start_matches(' ').is_empty() {
            text = "";
        }
        SourceLine { text, start: piece.start, end: piece.end, expanded: piece.tabs }
    };
    pieces.iter().zip(expanded).map(line).collect()
}

/// The pieces that hold tabs, expanded to columns of four.
pub(super) fn expand_tabs(text: &str, pieces: &[Piece]) -> Vec<Option<String>> {
    pieces.iter().map(|piece| piece.tabs.then(|| expanded(&text[piece.start..piece.end]))).collect()
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
pub(super) fn split(text: &str, body: usize) -> Vec<Piece> {
    let mut lines = Vec::new();
    let mut start = body;
    while start < text.len() {
        let (end, next) = line_end(text, start);
        let tabs = memchr::memchr(b'\t', &text.as_bytes()[start..end]).is_some();
        lines.push(Piece { tabs, ..Piece::new(start, end) });
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
    let bom = front_matter::bom_len(text);
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
    let mut line = at;
    let mut key = false;
    while line < text.len() {
        let (end, next) = line_end(text, line);
        let content = &text[line..end];
        if content.trim().is_empty() || delimited && ["---", "..."].iter().any(|d| content.starts_with(d)) {
            return next;
        }
        key = is_key(content) || key && (content.starts_with("    ") || content.starts_with('\t'));
        if !key {
            break;
        }
        line = next;
    }
    line
}

fn is_key(line: &str) -> bool {
    let name = line.trim_start_matches(' ');
    let end = name.bytes().position(|b| !(b.is_ascii_alphanumeric() || b == b'_' || b == b'-'));
    line.len() - name.len() <= 3 && end.is_some_and(|e| e > 0 && name.as_bytes()[e] == b':')
}
