//! A plain table of short cells: columns that keep their width, and columns that give way.
//!
//! Cells are cut to fit before they are painted, so that no escape code is ever measured.

use super::{BOLD, DIM, Look, shorten, width};
use anstyle::Style;

/// Blanks between two columns.
const GAP: usize = 2;

pub(super) struct Column {
    pub title: &'static str,
    pub right: bool,
    /// The least room it can do with, if it gives way to others.
    pub least: Option<usize>,
}

pub(super) const fn fixed(title: &'static str) -> Column {
    Column { title, right: false, least: None }
}

pub(super) const fn number(title: &'static str) -> Column {
    Column { title, right: true, least: None }
}

pub(super) const fn giving(title: &'static str, least: usize) -> Column {
    Column { title, right: false, least: Some(least) }
}

pub(super) type Cell = (Style, String);

pub(super) fn plain(text: impl Into<String>) -> Cell {
    (Style::new(), text.into())
}

/// The table, each line indented by two blanks and ended by a line break.
pub(super) fn sheet(columns: &[Column], rows: &[Vec<Cell>], look: &Look) -> String {
    let widths = fit(columns, rows, look);
    let line = |cells: &mut dyn Iterator<Item = Cell>| {
        let mut line = String::new();
        for ((column, room), (style, text)) in columns.iter().zip(&widths).zip(cells) {
            let text = shorten(&text, *room, look);
            let blanks = " ".repeat(room.saturating_sub(width(&text)));
            let text = look.paint(style, &text);
            let cell = if column.right { blanks + &text } else { text + &blanks };
            line.push_str(&cell);
            line.push_str(&" ".repeat(GAP));
        }
        format!("  {}\n", line.trim_end())
    };
    let mut out = line(&mut columns.iter().map(|c| (BOLD, c.title.to_owned())));
    let rule = look.sign("─", "-").repeat(widths.iter().sum::<usize>() + GAP * (columns.len() - 1));
    out.push_str(&format!("  {}\n", look.paint(DIM, &rule)));
    for row in rows {
        out.push_str(&line(&mut row.iter().cloned()));
    }
    out
}

/// The width of each column: what its cells want, as far as the terminal has room.
fn fit(columns: &[Column], rows: &[Vec<Cell>], look: &Look) -> Vec<usize> {
    let wanted = |at: usize| rows.iter().map(|r| width(&r[at].1)).max().unwrap_or(0);
    let mut widths: Vec<usize> =
        columns.iter().enumerate().map(|(at, c)| wanted(at).max(width(c.title))).collect();
    let room = look.width.saturating_sub(2 + GAP * (columns.len() - 1));
    let mut over = widths.iter().sum::<usize>().saturating_sub(room);
    // The widest of those that give way goes first, one column at a time, so that they meet.
    while over > 0 {
        let spare = |at: &usize| columns[*at].least.is_some_and(|least| widths[*at] > least);
        let Some(at) = (0..columns.len()).filter(spare).max_by_key(|at| widths[*at]) else { break };
        widths[at] -= 1;
        over -= 1;
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_give_way_are_cut_and_the_others_are_not() {
        let look = Look { width: 24, color: false, unicode: true, links: false };
        let rows = [vec![plain("5224"), plain("a rather long title"), plain("12")]];
        let columns = [fixed("OKEP"), giving("Title", 5), number("Age")];
        let expected = "  OKEP  Title        Age\n  ──────────────────────\n  5224  a rather l…   12\n";
        assert_eq!(sheet(&columns, &rows, &look), expected);
    }
}
