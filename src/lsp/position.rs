//! Places in a text as the protocol counts them: lines and characters from 0, characters in bytes or in units of
//! UTF-16, lines ended by `\n`, `\r\n` or `\r`.

use crate::text::Place;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How characters are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    #[default]
    #[serde(rename = "utf-16")]
    Utf16,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LinePosition {
    pub line: usize,
    pub character: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRange {
    pub start: LinePosition,
    pub end: LinePosition,
}

/// The lines of a text.
pub struct Lines<'t> {
    text: &'t str,
    encoding: Encoding,
    /// Where each line starts, in bytes; the first one after a byte order mark that no editor shows.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// The lines of a text that begins at byte `start` to an editor.
    pub fn new(text: &'t str, start: usize, encoding: Encoding) -> Self {
        let bytes = text.as_bytes();
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes);
        let ends = ends.filter(|at| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
        Lines { text, encoding, starts: std::iter::once(start).chain(ends.map(|at| at + 1)).collect() }
    }

    /// The position of a byte; inside of a character or a line break the one before it.
    pub fn position(&self, offset: usize) -> LinePosition {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let Range { start, end } = self.content(line);
        let mut at = offset.clamp(start, end);
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        LinePosition { line, character: self.units(&self.text[start..at]) }
    }

    /// The byte at a position; past the end of a line or of the text its end.
    pub fn offset(&self, position: LinePosition) -> usize {
        if position.line >= self.starts.len() {
            return self.text.len();
        }
        let Range { start, end } = self.content(position.line);
        let mut left = position.character;
        let inside = self.text[start..end].char_indices().find(|(_, c)| {
            let width = self.units(c.encode_utf8(&mut [0; 4]));
            let is_here = left < width;
            left = left.saturating_sub(width);
            is_here
        });
        inside.map_or(end, |(at, _)| start + at)
    }

    pub fn range(&self, span: Range<usize>) -> LineRange {
        LineRange { start: self.position(span.start), end: self.position(span.end) }
    }

    /// Where something is; at the start of the text where a thing is absent.
    pub fn range_of(&self, place: Option<&Place>) -> LineRange {
        self.range(place.map_or(0..0, |place| place.span.into()))
    }

    /// The range of these very bytes; none where the protocol cannot name them.
    pub fn exact(&self, span: Range<usize>) -> Option<LineRange> {
        let range = self.range(span.clone());
        (self.bytes(range) == Some(span)).then_some(range)
    }

    /// The bytes of a range; none where it ends before it starts.
    pub fn bytes(&self, range: LineRange) -> Option<Range<usize>> {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        (start <= end).then_some(start..end)
    }

    /// A line without its line break.
    fn content(&self, line: usize) -> Range<usize> {
        let start = self.starts[line];
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        start..start + self.text[start..end].trim_end_matches(['\n', '\r']).len()
    }

    fn units(&self, text: &str) -> usize {
        match self.encoding {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.encode_utf16().count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, offset: usize, expected: [(usize, usize); 2]) {
        for (encoding, (line, character)) in [Encoding::Utf8, Encoding::Utf16].into_iter().zip(expected) {
            let lines = Lines::new(text, 0, encoding);
            let position = LinePosition { line, character };
            assert_eq!(lines.position(offset), position, "{encoding:?}");
            assert_eq!(lines.offset(position), offset, "{encoding:?}");
        }
    }

    #[test]
    fn characters_are_bytes_or_units_of_utf16() {
        check("aä€🚀b", 10, [(0, 10), (0, 5)]);
        check("aä€🚀b", 3, [(0, 3), (0, 2)]);
        check("", 0, [(0, 0), (0, 0)]);
        check("🚀\n🚀x", 9, [(1, 4), (1, 2)]);
    }

    #[test]
    fn every_kind_of_line_break_ends_a_line() {
        let text = "a\nb\r\nc\rd\n";
        for (offset, expected) in [(2, (1, 0)), (5, (2, 0)), (7, (3, 0)), (9, (4, 0)), (3, (1, 1))] {
            check(text, offset, [expected, expected]);
        }
    }

    #[test]
    fn what_is_nowhere_is_at_the_nearest_place() {
        let lines = Lines::new("a🚀\r\nb", 0, Encoding::Utf16);
        let at = |line, character| lines.offset(LinePosition { line, character });
        assert_eq!(
            [at(0, 2), at(0, 9), at(1, 9), at(7, 0)],
            [1, 5, 8, 8],
            "inside of a character, and beyond"
        );
        assert_eq!(at(usize::MAX, usize::MAX), 8);
        assert_eq!(lines.position(3), LinePosition { line: 0, character: 1 });
        assert_eq!(lines.position(6), LinePosition { line: 0, character: 3 }, "inside of a line break");
        assert_eq!(lines.position(99), LinePosition { line: 1, character: 1 });
        assert_eq!(lines.exact(6..8), None);
        assert!(lines.exact(5..8).is_some());
    }

    #[test]
    fn a_byte_order_mark_is_no_character() {
        let lines = Lines::new("\u{feff}# A\n", 3, Encoding::Utf16);
        assert_eq!(lines.position(5), LinePosition { line: 0, character: 2 });
        assert_eq!(lines.offset(LinePosition { line: 0, character: 2 }), 5);
        assert_eq!(lines.exact(0..4), None);
    }
}
