//! Fenced code, by the rules of pymdownx.superfences and of Python-Markdown's own fenced_code.
//!
//! They differ from CommonMark's: the closing fence has the length and the indent of the opening
//! one, an unknown option makes no fence, less indented text abandons one, and a fence that is never
//! closed is no fence at all. To fenced_code a fence is never indented.

use crate::text::{Pattern, pattern};
use std::collections::HashSet;
use std::ops::Range;

use super::lines::{SourceLine, TAB};

/// The lines with each fenced block reduced to its opening fence, which no later step knows.
pub(super) struct Fenced<'t> {
    pub lines: Vec<SourceLine<'t>>,
    /// The whole fenced blocks.
    pub ranges: Vec<Range<usize>>,
    /// Start of the fence that superfences does not see closed.
    pub open: Option<usize>,
}

struct Fence {
    /// Bytes and columns of the blanks and `>` before the fence.
    prefix: usize,
    columns: usize,
    quotes: usize,
    mark: u8,
    len: usize,
    blank_before: bool,
}

pub(super) fn stash<'t>(text: &'t str, lines: Vec<SourceLine<'t>>, superfences: bool) -> Fenced<'t> {
    let source = |at: usize| &text[lines[at].start..lines[at].end];
    let mut out = Fenced { lines: Vec::with_capacity(lines.len()), ranges: Vec::new(), open: None };
    // Fences that no line further down closes.
    let mut unclosed = HashSet::new();
    let mut at = 0;
    while at < lines.len() {
        let start = lines[at].start;
        let mut fence = opening(source(at), superfences);
        let end =
            fence.as_mut().filter(|fence| !unclosed.contains(&(fence.mark, fence.len))).and_then(|fence| {
                (at + 1..lines.len()).find_map(|at| Some((at, fence.is_closed_by(source(at))?)))
            });
        let next = match (end, &fence) {
            (Some((close, true)), Some(fence)) => {
                out.ranges.push(start..lines[close].end);
                let opening = SourceLine::new(text, start, start + fence.prefix + 3);
                // Without superfences, the site sets a blank line before and after it.
                let blank = (!superfences).then(|| SourceLine::new(text, start, start));
                out.lines.extend(blank.clone().into_iter().chain([opening]).chain(blank));
                at = close + 1;
                continue;
            }
            (Some((abandoned, _)), _) => abandoned + 1,
            (None, Some(_)) if superfences => {
                out.open = Some(start);
                lines.len()
            }
            (None, fence) => {
                unclosed.extend(fence.as_ref().map(|fence| (fence.mark, fence.len)));
                at + 1
            }
        };
        out.lines.extend_from_slice(&lines[at..next]);
        at = next;
    }
    out
}

// What may follow an opening fence, as the two extensions have it: a language, then options, or `{…}`.
static SUPERFENCES: Pattern = Pattern::new(|| {
    pattern(
        r#"(?x)^[\ \t]*(?: [.]?\{.*\} | (?:[.]?[\w\#.+-]+(?:[\ \t]+|$))? (?: \{.*\} | (?: (?:
            hl_lines=(?: "[-0-9\ \t]+" | '[-0-9\ \t]+' ) |
            linenums=(?: "[0-9][^"]*" | '[0-9][^']*' ) |
            title(?:_mode)?=(?: "[^"]*" | '[^']*' )
        ) (?:[\ \t]+|$) )* ) )[\ \t]*$"#,
    )
});
static FENCED_CODE: Pattern = Pattern::new(|| {
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

impl Fence {
    /// Whether the line closes the fence; false where it ends it as one that is none, and none where it is inside.
    fn is_closed_by(&mut self, line: &str) -> Option<bool> {
        if self.columns == 0 {
            return self.closes(line).then_some(true);
        }
        let (used, columns, quotes, cut_tab) = prefix(line, self.columns);
        let content = &line[used..];
        let closes = !cut_tab && self.closes(content);
        if self.quotes > 0 {
            if quotes > self.quotes {
                return Some(false);
            }
            if content.is_empty() && !cut_tab {
                self.blank_before = true;
                return None;
            }
            if used < self.prefix || self.blank_before && quotes < self.quotes {
                return Some(false);
            }
        } else if quotes > 0 {
            return Some(false);
        } else if content.trim().is_empty() {
            return None;
        } else if columns != self.columns {
            return Some(false);
        }
        self.blank_before = false;
        closes.then_some(true)
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

/// The fence that a line opens, where the extension knows what follows it.
fn opening(line: &str, superfences: bool) -> Option<Fence> {
    let (prefix, columns, quotes, _) = prefix(line, usize::MAX);
    let mark = *line.as_bytes().get(prefix).filter(|b| matches!(b, b'`' | b'~'))?;
    let len = run(&line.as_bytes()[prefix..], mark);
    let info = &line[prefix + len..];
    let known = if superfences { &SUPERFENCES } else { &FENCED_CODE };
    let is_fence = len >= 3 && (superfences || prefix == 0) && (is_plain(info) || known.is_match(info));
    is_fence.then_some(Fence { prefix, columns, quotes, mark, len, blank_before: false })
}

fn run(bytes: &[u8], mark: u8) -> usize {
    bytes.iter().take_while(|b| **b == mark).count()
}
