//! Whether a block is a table to the site, which then reads all its lines as rows.

use std::collections::HashMap;

/// Whether the block whose first line is `header` and whose other lines are `rows` is a table.
pub(super) fn is_table<'a>(header: &str, mut rows: impl Iterator<Item = &'a str>) -> bool {
    let header = header.trim_matches(' ');
    let Some(separator) = rows.next().map(|r| r.trim_matches(' ')) else { return false };
    // The separator is the cheap and nearly always decisive test.
    if !separator.bytes().all(|b| matches!(b, b'|' | b':' | b'-' | b' ')) {
        return false;
    }
    let border = header.starts_with('|') || ends_with_border(header);
    let columns = columns(header, border);
    if columns == 1 && !(border && std::iter::once(separator).chain(rows).all(has_border)) {
        return false;
    }
    columns == self::columns(separator, border)
}

fn has_border(row: &str) -> bool {
    let row = row.trim_matches(' ');
    row.starts_with('|') || ends_with_border(row)
}

fn ends_with_border(row: &str) -> bool {
    row.strip_suffix('|').is_some_and(|r| r.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 0)
}

fn columns(mut row: &str, border: bool) -> usize {
    if border {
        row = row.strip_prefix('|').unwrap_or(row);
        if ends_with_border(row) {
            row = row[..row.len() - 1].trim_end_matches("\\\\");
        }
    }
    if row.bytes().any(|b| matches!(b, b'`' | b'\\')) {
        pipes_outside_code(row) + 1
    } else {
        row.bytes().filter(|b| *b == b'|').count() + 1
    }
}

/// A run of backticks in a row, an escaped one counted as it is when it opens and when it closes; or a pipe.
#[derive(PartialEq)]
enum CellMark {
    Ticks { opens: usize, closes: usize },
    Pipe,
}

fn pipes_outside_code(row: &str) -> usize {
    let marks = marks(row);
    let closes_at =
        |at: usize, length: usize| matches!(marks[at], CellMark::Ticks { closes, .. } if closes == length);
    // Where the last run of each length is: no other is looked for in vain.
    let last: HashMap<usize, usize> = marks
        .iter()
        .enumerate()
        .filter_map(|(at, mark)| match mark {
            CellMark::Ticks { closes, .. } => Some((*closes, at)),
            CellMark::Pipe => None,
        })
        .collect();
    let (mut at, mut outside) = (0, 0);
    while let Some(mark) = marks.get(at) {
        at += 1;
        match mark {
            CellMark::Pipe => outside += 1,
            CellMark::Ticks { opens, .. }
                if *opens > 0 && last.get(opens).is_some_and(|last| *last >= at) =>
            {
                at = (at..marks.len()).find(|at| closes_at(*at, *opens)).map_or(at, |close| close + 1);
            }
            CellMark::Ticks { .. } => {}
        }
    }
    outside
}

fn marks(row: &str) -> Vec<CellMark> {
    let bytes = row.as_bytes();
    let mut marks = Vec::new();
    let mut i = 0;
    while i < bytes.len() {
        let (escape, ticks) = match (bytes[i], bytes.get(i + 1)) {
            (b'\\', Some(b'\\' | b'|')) => (2, 0),
            (b'\\', Some(b'`')) => (1, run(&bytes[i + 1..])),
            (b'`', _) => (0, run(&bytes[i..])),
            (b'|', _) => {
                marks.push(CellMark::Pipe);
                (1, 0)
            }
            _ => (1, 0),
        };
        if ticks > 0 {
            marks.push(CellMark::Ticks { opens: ticks - escape, closes: ticks });
        }
        i += escape + ticks;
    }
    marks
}

fn run(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| **b == b'`').count()
}
