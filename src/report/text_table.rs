//! A plain table of short cells: columns that keep their width, and columns that give way.
//!
//! Cells are cut to fit before they are painted, so that no escape code is ever measured.

use super::{BOLD, DIM, Terminal, shorten, width, write_wrapped};
use anstyle::Style;

/// Blanks between two columns.
const GAP: usize = 2;
/// Blanks before the first.
const INDENT: usize = 2;

pub(super) struct Column {
    pub title: &'static str,
    pub right: bool,
    /// The least room it can do with, if it gives way to others.
    pub least: Option<usize>,
    /// Which column is left out first where there is no room for all: the highest. None of rank 0 is.
    pub rank: u8,
}

pub(super) const fn fixed(title: &'static str) -> Column {
    Column { title, right: false, least: None, rank: 0 }
}

pub(super) const fn number(title: &'static str) -> Column {
    Column { title, right: true, least: None, rank: 0 }
}

pub(super) const fn giving(title: &'static str, least: usize) -> Column {
    Column { title, right: false, least: Some(least), rank: 0 }
}

impl Column {
    pub const fn rank(self, rank: u8) -> Column {
        Column { rank, ..self }
    }
}

pub(super) type Cell = (Style, String);

pub(super) fn plain(text: impl Into<String>) -> Cell {
    (Style::new(), text.into())
}

/// The table, each line indented by two blanks and ended by a line break.
///
/// It is no wider than the terminal: texts are cut, and where that is not enough, columns are left out and
/// named below.
pub(super) fn sheet(columns: &[Column], rows: &[Vec<Cell>], terminal: &Terminal) -> String {
    let wanted: Vec<usize> =
        columns.iter().enumerate().map(|(at, column)| wanted(at, column, rows)).collect();
    let kept = kept(columns, &wanted, terminal.width);
    let widths = fit(columns, &wanted, &kept, terminal.width);
    let line = |cells: &[Cell]| {
        let mut line = String::new();
        for (at, room) in kept.iter().zip(&widths) {
            let (style, text) = &cells[*at];
            let text = shorten(text, *room, terminal);
            let blanks = " ".repeat(room.saturating_sub(width(&text)));
            let text = terminal.paint(*style, &text);
            let cell = if columns[*at].right { blanks + &text } else { text + &blanks };
            line.push_str(&cell);
            line.push_str(&" ".repeat(GAP));
        }
        format!("  {}\n", line.trim_end())
    };
    let titles: Vec<Cell> = columns.iter().map(|c| (BOLD, c.title.to_owned())).collect();
    let mut out = line(&titles);
    let rule = terminal.glyph("─", "-").repeat(widths.iter().sum::<usize>() + GAP * (kept.len() - 1));
    out.push_str(&format!("  {}\n", terminal.paint(DIM, &rule)));
    for row in rows {
        out.push_str(&line(row));
    }
    let left_out: Vec<&str> =
        columns.iter().enumerate().filter(|(at, _)| !kept.contains(at)).map(|(_, c)| c.title).collect();
    if !left_out.is_empty() {
        let text = format!("no room for: {}", left_out.join(", "));
        write_wrapped(&mut out, 2, "", DIM, &text, terminal);
    }
    out
}

/// The width that a column wants for all its cells.
fn wanted(at: usize, column: &Column, rows: &[Vec<Cell>]) -> usize {
    let cells = rows.iter().map(|row| width(&row[at].1)).max().unwrap_or(0);
    cells.max(width(column.title))
}

/// The columns for which there is room when all that can give way have done so.
fn kept(columns: &[Column], wanted: &[usize], room: usize) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..columns.len()).collect();
    loop {
        let least = |at: &usize| columns[*at].least.map_or(wanted[*at], |least| least.min(wanted[*at]));
        let needed = INDENT + kept.iter().map(least).sum::<usize>() + GAP * (kept.len() - 1);
        let last = kept.iter().copied().max_by_key(|at| columns[*at].rank).filter(|at| columns[*at].rank > 0);
        match last.filter(|_| needed > room) {
            Some(last) => kept.retain(|at| *at != last),
            None => return kept,
        }
    }
}

/// The width of each column that is kept: what its cells want, as far as the terminal has room.
fn fit(columns: &[Column], wanted: &[usize], kept: &[usize], room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = kept.iter().map(|at| wanted[*at]).collect();
    let room = room.saturating_sub(INDENT + GAP * (kept.len() - 1));
    let mut over = widths.iter().sum::<usize>().saturating_sub(room);
    // The widest of those that give way goes first, one column at a time, so that they meet; on a terminal
    // that is narrower still, all give way.
    for least in [None, Some(1)] {
        while over > 0 {
            let least = |at: usize| least.or(columns[kept[at]].least);
            let limit_work = |at: &usize| least(*at).is_some_and(|least| widths[*at] > least);
            let Some(at) = (0..kept.len()).filter(limit_work).max_by_key(|at| widths[*at]) else { break };
            widths[at] -= 1;
            over -= 1;
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_give_way_are_cut_and_the_others_are_not() {
        let terminal = Terminal { width: 24, color: false, unicode: true, links: false };
        let rows = [vec![plain("5224"), plain("a rather long title"), plain("12")]];
        let columns = [fixed("OKEP"), giving("Title", 5), number("Age")];
        let expected = "  OKEP  Title        Age\n  ──────────────────────\n  5224  a rather l…   12\n";
        assert_eq!(sheet(&columns, &rows, &terminal), expected);
    }

    #[test]
    fn what_has_no_room_is_left_out_and_named() {
        let rows = [vec![plain("5224"), plain("a rather long title"), plain("12")]];
        let columns = [fixed("OKEP"), giving("Title", 8), number("Age").rank(1)];
        let at =
            |width| sheet(&columns, &rows, &Terminal { width, color: false, unicode: true, links: false });
        let expected = "  OKEP  Title\n  ──────────────────\n  5224  a rather lo…\n  no room for: Age\n";
        assert_eq!(at(20), expected);
        let too_wide = |width: usize| at(width).lines().take(3).any(|l| super::width(l) > width);
        assert!((10..40).all(|width| !too_wide(width)));
    }
}
