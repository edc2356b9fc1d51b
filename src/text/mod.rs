//! Bytes as text: lines, columns, byte order marks and line endings.
//!
//! It knows nothing of Markdown or YAML. Offsets are bytes into the file as it was read, a byte
//! order mark included; lines and columns count from 1, columns in characters.

mod bytes;
pub mod nearest;
pub mod path;
pub mod url_path;

pub use bytes::Bytes;

use gix::bstr::ByteSlice;
use regex::Regex;
use std::ops::Range;
use std::sync::{Arc, LazyLock, OnceLock};

/// A file's bytes as a string of the very same length, with an index of its lines.
///
/// Bytes that are not UTF-8 are replaced one by one with `?`, so that every offset into the text is
/// an offset into the file.
#[derive(Debug, Clone)]
pub struct Text {
    text: Arc<str>,
    line_starts: Vec<u32>,
    /// How many characters begin before each [`STEP`]-th byte; counted when a column is first asked for.
    counted: OnceLock<Vec<usize>>,
    /// Byte offset of the first byte that is not UTF-8.
    pub invalid_at: Option<usize>,
    /// How many bytes are not UTF-8.
    pub invalid_bytes: usize,
}

/// Up to as many bytes characters are counted anew for each column: to count from the start of the line would take the
/// square of it for thousands of places in one line.
const STEP: usize = 1024;

/// Where something is in a file.
///
/// `span` is in bytes; lines and columns count from 1 and columns in characters, the end exclusive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
    pub span: Span,
}

/// A byte range that orders by its start, then its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        let invalid = |text: &Text| (text.invalid_at, text.invalid_bytes);
        self.text == other.text && invalid(self) == invalid(other)
    }
}

impl Eq for Text {}

impl Default for Text {
    fn default() -> Self {
        Text::new([])
    }
}

impl From<Span> for Range<usize> {
    fn from(r: Span) -> Self {
        r.start..r.end
    }
}

impl Text {
    /// Files are smaller than 4 GiB; see [`crate::git::MAX_FILE_BYTES`].
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        let (text, invalid_at, invalid_bytes): (Arc<str>, _, _) = match bytes.into() {
            Bytes::Utf8(text) => {
                let zeros = utf16_zeros(text.as_bytes());
                (text, zeros.first().copied(), zeros.len())
            }
            Bytes::Other(bytes) => {
                let (text, invalid_at, invalid_bytes) = same_length_utf8(&bytes);
                (text.into(), invalid_at, invalid_bytes)
            }
        };
        let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|i| i as u32 + 1);
        let line_starts: Vec<u32> = std::iter::once(0).chain(breaks).collect();
        Text { text, line_starts, counted: OnceLock::new(), invalid_at, invalid_bytes }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn len(&self) -> usize {
        self.text.len()
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Bytes of the byte order mark at the start: 3 or 0.
    pub fn bom_len(&self) -> usize {
        bom_len(&self.text)
    }

    /// The line ending most of the file uses: `"\r\n"` or `"\n"`.
    pub fn line_ending(&self) -> &'static str {
        let bytes = self.text.as_bytes();
        let crlf = memchr::memchr_iter(b'\r', bytes).filter(|i| bytes.get(i + 1) == Some(&b'\n')).count();
        let lf = self.line_starts.len() - 1;
        if crlf * 2 > lf { "\r\n" } else { "\n" }
    }

    /// The line ending of the neighbours of `offset`: of the line before, else of its own, else the usual one.
    pub fn line_ending_near(&self, offset: usize) -> &'static str {
        let line = self.line_of(self.clamp(offset));
        let ending = |line| {
            let whole = &self.text[self.line_start(line)..self.line_start(line + 1)];
            ["\r\n", "\n"].into_iter().find(|ending| whole.ends_with(ending))
        };
        ((line - 1).max(1)..=line).find_map(ending).unwrap_or_else(|| self.line_ending())
    }

    /// The line, counted from 1, that holds the byte at `offset`.
    pub fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start as usize <= offset)
    }

    /// Number of lines; a final line break does not begin another.
    pub fn line_count(&self) -> usize {
        let starts = self.line_starts.len();
        if self.line_start(starts) == self.text.len() && starts > 1 { starts - 1 } else { starts }
    }

    /// Byte offset at which `line` (from 1) starts; the end of the text where there is no such line.
    pub fn line_start(&self, line: usize) -> usize {
        let start = line.checked_sub(1).and_then(|l| self.line_starts.get(l));
        start.map_or(self.text.len(), |start| *start as usize)
    }

    /// The whole line that holds `offset`, its line break included.
    pub fn line_range(&self, offset: usize) -> Range<usize> {
        let line = self.line_of(offset);
        self.line_start(line)..self.line_start(line + 1)
    }

    /// The line (from 1) without its line break.
    pub fn line(&self, line: usize) -> &str {
        let range = self.line_start(line)..self.line_start(line + 1);
        self.text[range].trim_end_matches(['\n', '\r'])
    }

    /// The nearest character boundary at or below `offset`, inside the text.
    pub fn clamp(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// The span, clamped to the text and to character boundaries.
    pub fn clamped(&self, span: Range<usize>) -> Range<usize> {
        let end = self.clamp(span.end);
        self.clamp(span.start).min(end)..end
    }

    /// The slice at `span`, which is clamped.
    pub fn slice(&self, span: Range<usize>) -> &str {
        &self.text[self.clamped(span)]
    }

    /// The place of a byte span, which is clamped.
    pub fn place(&self, span: Range<usize>) -> Place {
        let Range { start, end } = self.clamped(span);
        let (line, column) = self.line_column(start);
        let (end_line, end_column) = self.line_column(end);
        Place { line, column, end_line, end_column, span: Span { start, end } }
    }

    fn line_column(&self, offset: usize) -> (usize, usize) {
        let line = self.line_of(offset);
        let start = self.line_start(line);
        let skip = if start == 0 && offset >= self.bom_len() { self.bom_len() } else { 0 };
        (line, self.characters_before(offset) - self.characters_before(start + skip) + 1)
    }

    fn characters_before(&self, offset: usize) -> usize {
        let counted = self.counted.get_or_init(|| {
            let steps = self.text.as_bytes().chunks(STEP).scan(0, |all, step| {
                *all += characters(step);
                Some(*all)
            });
            std::iter::once(0).chain(steps).collect()
        });
        let step = offset / STEP;
        counted[step] + characters(&self.text.as_bytes()[step * STEP..offset])
    }
}

/// Bytes of the byte order mark that a text begins with: 3 or 0.
pub fn bom_len(text: &str) -> usize {
    text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len()
}

/// `range` of a text without the blanks at its ends.
pub fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let slice = &text[range.clone()];
    let start = range.start + (slice.len() - slice.trim_start().len());
    let end = (range.start + slice.trim_end().len()).max(start);
    start..end
}

/// How many characters begin in a piece of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b & 0xc0 != 0x80).count()
}

/// Where the zero bytes are of a text that is UTF-16 without a mark: letters from A to z have one each.
fn utf16_zeros(bytes: &[u8]) -> Vec<usize> {
    let zeros: Vec<usize> = memchr::memchr_iter(0, bytes).collect();
    if zeros.len() * 4 > bytes.len() { zeros } else { Vec::new() }
}

/// `bytes` as UTF-8 of the same length, the offset of the first foreign byte, and their number.
fn same_length_utf8(bytes: &[u8]) -> (String, Option<usize>, usize) {
    let mut text = String::with_capacity(bytes.len());
    let mut first = None;
    let mut count = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            first.get_or_insert(text.len());
            count += chunk.invalid().len();
            text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
        }
    }
    (text, first, count)
}

/// A regular expression that is compiled when it is first asked.
pub type Pattern = LazyLock<Regex>;

/// A regular expression of the program's own.
pub fn pattern(expression: &str) -> Regex {
    Regex::new(expression).expect("it is a regular expression")
}

/// The same over bytes, for what begins and ends at ASCII characters: it takes a fraction of the time to compile.
pub fn byte_pattern(expression: &str) -> regex::bytes::Regex {
    regex::bytes::Regex::new(&format!("(?-u){expression}")).expect("it is a regular expression")
}

/// A [`byte_pattern`] that is compiled when it is first asked.
pub type BytePattern = LazyLock<regex::bytes::Regex>;

/// The words of a text in lower case, without markup and punctuation; a hyphen parts words.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Whether a word is one of a list, in which blanks are between words.
pub fn is_one_of(words: &str, word: &str) -> bool {
    // A search of the whole list is faster.
    words.contains(word) && words.split(' ').any(|one| one == word)
}

/// Whether two contents are the same but for line endings, which git may change on the way to disk.
pub fn same_text(a: &[u8], b: &[u8]) -> bool {
    a == b || a.replace("\r\n", "\n") == b.replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters_and_lines_count_from_one() {
        let text = Text::new("ä b\nc".as_bytes());
        let place = text.place(3..4);
        assert_eq!((place.line, place.column, place.end_line, place.end_column), (1, 3, 1, 4));
        assert_eq!(text.place(5..6).line, 2);
        assert_eq!(text.place(99..200).span, Span { start: 6, end: 6 });
    }

    #[test]
    fn columns_of_long_lines_are_characters_too() {
        let line = "ä€🚀x".repeat(700);
        let text = Text::new(format!("\u{feff}{line}\n{line}\nshort ä x\n").as_bytes());
        for (at, _) in text.as_str().char_indices() {
            let (line, column) = text.line_column(at);
            let before = &text.as_str()[text.line_start(line)..at];
            assert_eq!(column, before.trim_start_matches('\u{feff}').chars().count() + 1, "byte {at}");
        }
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let text = Text::new("\u{feff}# x\n".as_bytes());
        assert_eq!(text.place(3..6).column, 1);
    }

    #[test]
    fn foreign_bytes_keep_every_offset() {
        let text = Text::new(b"a\xff\xfeb\xc3");
        assert_eq!(text.as_str(), "a??b?");
        assert_eq!((text.invalid_at, text.invalid_bytes), (Some(1), 3));
    }

    #[test]
    fn the_line_ending_is_that_of_the_majority() {
        assert_eq!(Text::new(b"a\r\nb\r\nc\n").line_ending(), "\r\n");
        assert_eq!(Text::new(b"a\nb\r\nc\n").line_ending(), "\n");
        assert_eq!(Text::new(b"").line_ending(), "\n");
    }

    #[test]
    fn a_final_line_break_begins_no_line() {
        assert_eq!(Text::new(b"a\nb\n").line_count(), 2);
        assert_eq!(Text::new(b"a\nb").line_count(), 2);
        assert_eq!(Text::new(b"").line_count(), 1);
        assert_eq!(Text::new(b"a\r\n").line(1), "a");
    }
}
