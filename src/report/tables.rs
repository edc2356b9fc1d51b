//! Tables for a terminal: `comfy-table` lays them out.

use super::terminal::{BOLD, Terminal};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Row, Table, TableStyle};
use unicode_width::UnicodeWidthStr;

/// A cell: the title of its column, how the cells of that are set, and its text.
pub(super) struct Cell(pub &'static str, pub Cells, pub String);

impl Cell {
    /// A number; nothing where it is 0.
    pub(super) fn count(title: &'static str, n: usize) -> Cell {
        Cell(title, Cells::Number, if n == 0 { String::new() } else { n.to_string() })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cells {
    Text,
    Number,
    /// Text that is cut where the terminal has no room for it.
    Cut,
}

/// Blanks between two columns.
const GAP: usize = 2;
/// A column of text that may be cut has at least this room.
const LEAST: usize = 8;

/// The table, one line a row.
///
/// A column of empty cells is left out; where there is no room for all columns the last ones are, and named.
/// Without rows there is no table.
pub(super) fn table(rows: &[Vec<Cell>], terminal: &Terminal) -> String {
    let Some(columns) = rows.first() else { return String::new() };
    let mut kept: Vec<usize> =
        (0..columns.len()).filter(|at| rows.iter().any(|row| !row[*at].2.is_empty())).collect();
    let least = |at: &usize| {
        let Cell(title, cells, _) = &columns[*at];
        let widest = rows.iter().map(|row| row[*at].2.width()).chain([title.width()]).max().unwrap_or(0);
        if *cells == Cells::Cut { widest.min(LEAST) } else { widest }
    };
    let mut left_out = Vec::new();
    while kept.iter().map(|at| least(at) + GAP).sum::<usize>() > terminal.width + GAP && kept.len() > 2 {
        left_out.extend(kept.pop().map(|at| columns[at].0));
    }
    let one_line = |cells: Vec<&str>| {
        let mut row = Row::from(cells);
        row.max_height(1);
        row
    };
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_truncation_indicator(terminal.ellipsis());
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(terminal.width).unwrap_or(u16::MAX));
    table.set_header(one_line(kept.iter().map(|at| columns[*at].0).collect()));
    for row in rows {
        table.add_row(one_line(kept.iter().map(|at| row[*at].2.as_str()).collect()));
    }
    for (nth, at) in kept.iter().enumerate() {
        let column = table.column_mut(nth).expect("the header has as many cells");
        column.set_padding((0, if nth + 1 < kept.len() { GAP as u16 } else { 0 }));
        if columns[*at].1 != Cells::Cut {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        if columns[*at].1 == Cells::Number {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut lines = table.lines();
    let header = lines.next().unwrap_or_default();
    let mut out = terminal.paint(BOLD, header.trim_end()) + "\n";
    out.extend(lines.map(|line| format!("{}\n", line.trim_end())));
    if !left_out.is_empty() {
        left_out.reverse();
        out += &terminal.wrap("", &format!("no room for: {}", left_out.join(", ")), 0);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_where_there_is_no_room_and_the_last_columns_are_left_out() {
        let row = |title: &str, errors: usize| {
            vec![
                Cell("OKEP", Cells::Text, "5224".to_owned()),
                Cell("Title", Cells::Cut, title.to_owned()),
                Cell("Nav", Cells::Text, String::new()),
                Cell::count("Errors", errors),
            ]
        };
        let rows = [row("a rather long title", 12), row("short", 0)];
        let at = |width| table(&rows, &Terminal { width, color: false, unicode: true });
        assert_eq!(
            at(40),
            "OKEP  Title                Errors\n5224  a rather long title      12\n5224  short\n"
        );
        assert_eq!(at(24), "OKEP  Title       Errors\n5224  a rather…       12\n5224  short\n");
        assert_eq!(
            at(18),
            "OKEP  Title\n5224  a rather…\n5224  short\nno room for: Errors\n"
                .replace("no room for: Errors", "no room for:\nErrors")
        );
        assert!((10..40).all(|width| at(width).lines().all(|line| line.width() <= width.max(14))));
    }
}
