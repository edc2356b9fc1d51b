//! Whether a block is a table to the site, which then reads all its lines as rows.

use crate::text::{Pattern, pattern};
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

/// How many pipes of a row divide cells: those that are neither escaped nor in code.
fn pipes_outside_code(row: &str) -> usize {
    static MARKS: Pattern = Pattern::new(|| pattern(r"\\[\\|]|\\?`+|\|"));
    let marks: Vec<&str> = MARKS.find_iter(row).map(|found| found.as_str()).collect();
    let ticks = |mark: &str| mark.bytes().filter(|b| *b == b'`').count();
    // Where the last run of each length is: no other is looked for in vain.
    let last: HashMap<usize, usize> = marks.iter().enumerate().map(|(at, mark)| (ticks(mark), at)).collect();
    let (mut at, mut outside) = (0, 0);
    while let Some(mark) = marks.get(at) {
        at += 1;
        outside += usize::from(*mark == "|");
        // The backslash takes one from a run that opens code, and none from one that closes it.
        let opens = ticks(mark).saturating_sub(usize::from(mark.starts_with('\\')));
        if opens > 0 && last.get(&opens).is_some_and(|last| *last >= at) {
            at += marks[at..].iter().take_while(|mark| ticks(mark) != opens).count() + 1;
        }
    }
    outside
}
