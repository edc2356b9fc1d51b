//! A patch for a reader's eyes.

use super::terminal::{ADDED, BOLD, DIM, REMOVED, Terminal, quotable};

/// A patch, coloured and harmless to a terminal. It need not apply.
pub fn readable(patch: &[u8], terminal: &Terminal) -> String {
    let readable = |line: &str| {
        let style = match line.as_bytes() {
            [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] | [b'd', ..] => Some(BOLD),
            [b'+', ..] => Some(ADDED),
            [b'-', ..] => Some(REMOVED),
            [b' ', ..] => None,
            _ => Some(DIM),
        };
        let line = quotable(line.trim_end_matches(['\r', '\t']));
        style.map_or(line.clone(), |s| terminal.paint(s, &line)) + "\n"
    };
    String::from_utf8_lossy(patch).split_terminator('\n').map(readable).collect()
}
