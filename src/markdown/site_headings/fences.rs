//! Fenced code, by the rules of pymdownx.superfences and of Python-Markdown's own fenced_code.
//!
//! They differ from CommonMark's: the closing fence has the length and the indent of the opening
//! one, an unknown option makes no fence, less indented text abandons one, and a fence that is never
//! closed is no fence at all. To fenced_code a fence is never indented.

use crate::text::pattern;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::lines::{Piece, TAB};
use regex::Regex;

/// The lines with each fenced block reduced to its opening fence, which no later step knows.
pub(super) struct Fenced {
    pub pieces: Vec<Piece>,
    /// The whole fenced blocks.
    pub ranges: Vec<Range<usize>>,
    /// Start of the fence that superfences does not see closed.
    pub open: Option<usize>,
}

struct Fence {
    /// Index of the opening line among the pieces kept.
    piece: usize,
    /// Bytes and columns of the blanks and `>` before the fence.
    prefix: usize,
    columns: usize,
    quotes: usize,
    mark: u8,
    len: usize,
    blank_before: bool,
}

pub(super) fn stash(text: &str, lines: Vec<Piece>, superfences: bool) -> Fenced {
    if superfences { stash_anywhere(text, lines) } else { stash_at_margin(text, lines) }
}

fn stash_anywhere(text: &str, lines: Vec<Piece>) -> Fenced {
    let mut out = Fenced { pieces: Vec::with_capacity(lines.len()), ranges: Vec::new(), open: None };
    let mut fence: Option<Fence> = None;
    for piece in lines {
        let line = &text[piece.start..piece.end];
        out.pieces.push(piece);
        let Some(open) = &mut fence else {
            fence = opening(line).map(|f| Fence { piece: out.pieces.len() - 1, ..f });
            continue;
        };
        match open.classify(line) {
            FenceState::Inside => {}
            FenceState::Abandoned => fence = None,
            FenceState::Closed => {
                let opening = &mut out.pieces[open.piece];
                out.ranges.push(opening.start..piece.end);
                opening.end = opening.start + open.prefix + 3;
                out.pieces.truncate(open.piece + 1);
                fence = None;
            }
        }
    }
    out.open = fence.map(|f| out.pieces[f.piece].start);
    out
}

fn stash_at_margin(text: &str, lines: Vec<Piece>) -> Fenced {
    let line = |piece: &Piece| &text[piece.start..piece.end];
    // The lines that may close a fence, by the fence.
    let mut closings: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, piece) in lines.iter().enumerate() {
        let fence = line(piece).trim_end_matches([' ', '\t']);
        let mark = fence.bytes().next();
        if fence.len() >= 3 && matches!(mark, Some(b'`' | b'~')) && fence.bytes().all(|b| Some(b) == mark) {
            closings.entry(fence).or_default().push(i);
        }
    }
    let mut out = Fenced { pieces: Vec::with_capacity(lines.len()), ranges: Vec::new(), open: None };
    let mut i = 0;
    while i < lines.len() {
        let piece = lines[i];
        let closing = opening_at_margin(line(&piece)).and_then(|fence| {
            let at = closings.get(fence)?;
            at.get(at.partition_point(|close| *close <= i)).copied()
        });
        match closing {
            Some(close) => {
                // The site sets a blank line before and after it.
                let (blank, fence) = (Piece::new(piece.start, piece.start), piece.start..piece.start + 3);
                out.pieces.extend([blank, Piece::new(fence.start, fence.end), blank]);
                out.ranges.push(piece.start..lines[close].end);
                i = close + 1;
            }
            None => {
                out.pieces.push(piece);
                i += 1;
            }
        }
    }
    out
}

// What may follow an opening fence, as the two extensions have it: a language, then options, or `{…}`.
static SUPERFENCES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x)^[\ \t]*(?: [.]?\{.*\} | (?:[.]?[\w\#.+-]+(?:[\ \t]+|$))? (?: \{.*\} | (?: (?:
            hl_lines=(?: "[-0-9\ \t]+" | '[-0-9\ \t]+' ) |
            linenums=(?: "[0-9][^"]*" | '[0-9][^']*' ) |
            title(?:_mode)?=(?: "[^"]*" | '[^']*' )
        ) (?:[\ \t]+|$) )* ) )[\ \t]*$"#,
    )
});
static FENCED_CODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x)^[\ \t]*(?: \{.*\} |
            [.]?[\w\#.+-]*[\ \t]*(?: hl_lines=(?: "[^"]*" | '[^']*' )[\ \t]* )?
        )$"#,
    )
});

/// Whether nothing or a language alone follows a fence, which both extensions accept. Most pages have no more, and
/// compiling the two expressions takes longer than reading a page.
fn is_plain(info: &str) -> bool {
    let language = info.trim_matches([' ', '\t']);
    language.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'#' | b'.' | b'+' | b'-'))
}

/// The fence that a line opens, where fenced_code knows what follows it.
fn opening_at_margin(line: &str) -> Option<&str> {
    let mark = *line.as_bytes().first().filter(|b| matches!(b, b'`' | b'~'))?;
    let (fence, info) = line.split_at(run(line.as_bytes(), mark));
    (fence.len() >= 3 && (is_plain(info) || FENCED_CODE.is_match(info))).then_some(fence)
}

enum FenceState {
    Inside,
    Closed,
    Abandoned,
}

impl Fence {
    fn classify(&mut self, line: &str) -> FenceState {
        if self.columns == 0 {
            return if self.closes(line) { FenceState::Closed } else { FenceState::Inside };
        }
        let (used, columns, quotes, cut_tab) = prefix(line, self.columns);
        let content = &line[used..];
        let closes = !cut_tab && self.closes(content);
        if self.quotes > 0 {
            if quotes > self.quotes {
                return FenceState::Abandoned;
            }
            if content.is_empty() && !cut_tab {
                self.blank_before = true;
                return FenceState::Inside;
            }
            if used < self.prefix || self.blank_before && quotes < self.quotes {
                return FenceState::Abandoned;
            }
        } else if quotes > 0 {
            return FenceState::Abandoned;
        } else if content.trim().is_empty() {
            return FenceState::Inside;
        } else if columns != self.columns {
            return FenceState::Abandoned;
        }
        self.blank_before = false;
        if closes { FenceState::Closed } else { FenceState::Inside }
    }

    fn closes(&self, content: &str) -> bool {
        content.as_bytes().first() == Some(&self.mark)
            && run(content.as_bytes(), self.mark) == self.len
            && content[self.len..].trim_matches([' ', '\t']).is_empty()
    }
}

/// Bytes, columns and quote marks of the line's prefix up to `limit` columns, and whether a tab
/// reaches beyond them.
fn prefix(line: &str, limit: usize) -> (usize, usize, usize, bool) {
    let (mut used, mut columns, mut quotes) = (0, 0, 0);
    for b in line.bytes() {
        if columns >= limit || !matches!(b, b' ' | b'>' | b'\t') {
            break;
        }
        used += 1;
        quotes += usize::from(b == b'>');
        columns += if b == b'\t' { TAB - columns % TAB } else { 1 };
    }
    (used, columns.min(limit), quotes, columns > limit)
}

fn opening(line: &str) -> Option<Fence> {
    let (prefix, columns, quotes, _) = prefix(line, usize::MAX);
    let mark = *line.as_bytes().get(prefix)?;
    if !matches!(mark, b'`' | b'~') {
        return None;
    }
    let len = run(&line.as_bytes()[prefix..], mark);
    let info = &line[prefix + len..];
    let fence = Fence { piece: 0, prefix, columns, quotes, mark, len, blank_before: false };
    (len >= 3 && (is_plain(info) || SUPERFENCES.is_match(info))).then_some(fence)
}

fn run(bytes: &[u8], mark: u8) -> usize {
    bytes.iter().take_while(|b| **b == mark).count()
}
