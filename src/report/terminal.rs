//! What the reader's terminal can show, and text made to fit it.
//!
//! Whatever comes from a repository passes through [`escape_control`] on its way to a terminal.

use crate::files::Note;
use crate::rules::finding::Severity;
use crate::text::path::file_name;
use anstyle::{AnsiColor, Style};
use std::borrow::Cow;
use textwrap::{Options, WordSplitter, WrapAlgorithm};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What the reader's terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether colours may be written.
    pub color: bool,
    /// Whether characters outside ASCII may be written.
    pub unicode: bool,
}

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const ADDED: Style = AnsiColor::Green.on_default();
pub(super) const REMOVED: Style = AnsiColor::Red.on_default();

impl Terminal {
    pub(super) fn paint(&self, style: Style, text: &str) -> String {
        if self.color && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    pub(super) fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    /// `first` and `text` in lines that fit, the later ones indented by `indent` blanks, each ended by a line
    /// break.
    ///
    /// A longer word keeps a line of its own, so that a path can still be copied.
    pub(super) fn wrap(&self, first: &str, text: &str, indent: usize) -> String {
        let blanks = " ".repeat(indent);
        let options = Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(&blanks)
            .break_words(false)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        textwrap::fill(text, options) + "\n"
    }

    /// `text` in at most `room` columns, cut at the end.
    pub(super) fn cut(&self, text: &str, room: usize) -> String {
        if text.width() <= room {
            return text.to_owned();
        }
        let room = room.saturating_sub(self.ellipsis().width());
        format!("{}{}", prefix(text, room).trim_end(), self.ellipsis())
    }
}

pub(super) fn severity(severity: Severity) -> Style {
    let color = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Hint => AnsiColor::Cyan,
    };
    color.on_default().bold()
}

/// The longest beginning of `text` that fits into `room` columns.
pub(super) fn prefix(text: &str, room: usize) -> &str {
    let mut used = 0;
    let fits = text.char_indices().map(|(at, c)| (at + c.len_utf8(), c)).take_while(|(_, c)| {
        // The character that asks for an emoji may widen the one before it.
        used += if *c == '\u{fe0f}' { 1 } else { c.width().unwrap_or(0) };
        used <= room
    });
    &text[..fits.last().map_or(0, |(end, _)| end)]
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
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' => c.escape_default().to_string(),
        c if is_harmful(c) => c.escape_unicode().to_string(),
        c => c.to_string(),
    };
    Cow::Owned(text.chars().map(shown).collect())
}

/// What a note says, and of which file.
pub(super) fn note_text(note: &Note) -> String {
    let path = note.path.as_ref().map_or(String::new(), |path| format!("{}: ", escape_control(path)));
    format!("{path}{}", escape_control(&note.message))
}

/// The number of an OKEP, or the name of its file where it has none.
pub(super) fn okep_label(number: Option<u64>, path: &str) -> String {
    number.map_or_else(|| escape_control(file_name(path)).into_owned(), |number| format!("{number:04}"))
}

pub(super) fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// One line of a file, without its line break, ready to be quoted: tabs are four blanks.
pub(super) fn quotable(line: &str) -> String {
    escape_control(&line.replace('\t', "    ")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NARROW: Terminal = Terminal { width: 10, color: false, unicode: true };

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
        assert_eq!(NARROW.cut("用户定义网络", 12), "用户定义网络");
        assert_eq!(NARROW.cut("用户定义网络", 11), "用户定义网…");
        assert_eq!(Terminal { unicode: false, ..NARROW }.cut("用户定义网络", 10), "用户定...");
        assert_eq!(NARROW.cut("abc", 0), "…");
        assert_eq!(prefix("", 3), "");
    }

    #[test]
    fn text_is_wrapped_at_blanks_and_no_path_is_broken() {
        assert_eq!(NARROW.wrap("", "one two three", 2), "one two\n  three\n");
        assert_eq!(
            NARROW.wrap("", "see docs/okeps/okep-1-a.md now", 0),
            "see\ndocs/okeps/okep-1-a.md\nnow\n"
        );
    }
}
