//! A code fence that nothing closes, and where the text probably goes on.

use crate::text::{Pattern, pattern};
use std::ops::Range;

/// A fence that nothing closes before the end of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnclosedFence {
    /// The opening line, without its line break.
    pub opening: Range<usize>,
    /// The characters of the fence, such as three backticks.
    pub fence: String,
    /// What is before the fence on its line.
    pub indent: String,
    /// Where the text is read on as if the fence had been closed: at a heading, or at the end of the file.
    pub resumes: usize,
}

/// The fenced block at `range`, where it runs to the end of the file without a closing line.
pub fn unclosed(text: &str, range: &Range<usize>) -> Option<UnclosedFence> {
    if !text[range.end..].trim().is_empty() {
        return None;
    }
    let block = &text[range.clone()];
    let first_line = block.lines().next()?;
    let glyph = first_line.trim_start().chars().next()?;
    let length = first_line.trim_start().chars().take_while(|c| *c == glyph).count();
    let closes = |line: &str| {
        let line = line.trim_matches([' ', '\t', '>', '\r']);
        line.len() >= length && line.chars().all(|c| c == glyph)
    };
    if block.lines().skip(1).filter(|l| !l.trim().is_empty()).last().is_some_and(closes) {
        return None;
    }
    let line_start = text[..range.start].rfind('\n').map_or(0, |i| i + 1);
    let opening_end = range.start + first_line.trim_end().len();
    let body_start = range.start + block.find('\n').map_or(block.len(), |i| i + 1);
    Some(UnclosedFence {
        opening: range.start..opening_end,
        fence: glyph.to_string().repeat(length),
        indent: text[line_start..range.start].to_owned(),
        resumes: resumes(text, body_start),
    })
}

/// The first line after `from` that can only be a heading: two or more `#`, after a blank line.
///
/// One `#` is more likely a comment of the code than a heading of the document.
fn resumes(text: &str, from: usize) -> usize {
    static HEADING: Pattern = Pattern::new(|| pattern(r"(?m)^[^\S\n]*\n(#{2,6} [^\n]*\S)"));
    let heading = HEADING.captures(&text[from..]).and_then(|found| found.get(1));
    heading.map_or(text.len(), |heading| from + heading.start())
}
