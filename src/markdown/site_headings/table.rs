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

/// A run of backticks in a row, an escaped one counted as it is when it opens and when it closes.
struct Ticks {
    start: usize,
    opens: usize,
    closes: usize,
}

fn pipes_outside_code(row: &str) -> usize {
    let (ticks, pipes) = marks(row);
    // The run that closes each, found from the right so that one pass is enough.
    let mut nearest = HashMap::new();
    let mut close = vec![None; ticks.len()];
    for (i, tick) in ticks.iter().enumerate().rev() {
        close[i] = if tick.opens > 0 { nearest.get(&tick.opens).copied() } else { None };
        nearest.insert(tick.closes, i);
    }
    let mut outside = 0;
    let mut tick = 0;
    let mut code = 0..0;
    for pipe in pipes {
        while tick < ticks.len() && ticks[tick].start < pipe {
            match close[tick] {
                Some(end) => {
                    code = ticks[tick].start..ticks[end].start;
                    tick = end + 1;
                }
                None => tick += 1,
            }
        }
        outside += usize::from(!code.contains(&pipe));
    }
    outside
}

fn marks(row: &str) -> (Vec<Ticks>, Vec<usize>) {
    let bytes = row.as_bytes();
    let (mut ticks, mut pipes) = (Vec::new(), Vec::new());
    let mut i = 0;
    while i < bytes.len() {
        match (bytes[i], bytes.get(i + 1)) {
            (b'\\', Some(b'\\' | b'|')) => i += 2,
            (b'\\', Some(b'`')) => {
                let len = run(&bytes[i + 1..]);
                ticks.push(Ticks { start: i, opens: len - 1, closes: len });
                i += len + 1;
            }
            (b'`', _) => {
                let len = run(&bytes[i..]);
                ticks.push(Ticks { start: i, opens: len, closes: len });
                i += len;
            }
            (b, _) => {
                if b == b'|' {
                    pipes.push(i);
                }
                i += 1;
            }
        }
    }
    (ticks, pipes)
}

fn run(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| **b == b'`').count()
}
