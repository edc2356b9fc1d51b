//! The rows of a table and their cells.

use super::document::Document;
use crate::text::{Pattern, pattern};
use std::ops::Range;

/// A row below the head of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// Its line, without the line break.
    pub span: Range<usize>,
    /// The cells as written, blanks around them left out.
    pub cells: Vec<String>,
}

impl TableRow {
    /// Whether the first cell says something and no other does: a row to fill in.
    pub fn is_blank(&self) -> bool {
        let mut cells = self.cells.iter().map(|cell| says(cell));
        self.cells.len() > 1 && cells.next() == Some(true) && cells.all(|says| !says)
    }

    pub fn first(&self) -> &str {
        self.cells.first().map_or("", String::as_str)
    }
}

/// Whether a cell shows anything.
fn says(cell: &str) -> bool {
    let visible = cell.replace("&nbsp;", "").replace("<br>", "");
    let visible = visible.trim();
    let is_comment = visible.starts_with("<!--") && visible.ends_with("-->");
    !visible.is_empty() && !is_comment
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns, as written.
    pub head: Vec<String>,
    pub rows: Vec<TableRow>,
}

/// The tables inside of `range`, in order.
pub fn tables(document: &Document, range: &Range<usize>) -> Vec<Table> {
    let tables = document.tables.iter().filter(|table| range.contains(&table.start));
    tables.map(|table| read(document, table)).collect()
}

/// The table at `table`, one of the document's.
pub fn read(document: &Document, table: &Range<usize>) -> Table {
    let text = document.text.slice(table.clone());
    let mut read = Table::default();
    let mut at = table.start;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let row = line.trim_start_matches(['>', ' ', '\t']).trim_end();
        let start = at + line.len() - line.trim_start_matches(['>', ' ', '\t']).len();
        // The second line divides the head from the rows.
        match index {
            0 => read.head = cells(row),
            1 => {}
            _ if row.is_empty() => {}
            _ => {
                // A row may leave out its last cells, which are blank then.
                let mut cells = cells(row);
                cells.resize(cells.len().max(read.head.len()), String::new());
                read.rows.push(TableRow { span: start..start + row.len(), cells });
            }
        }
        at += line.len();
    }
    read
}

/// The cells of a row; a `\|` is text.
fn cells(row: &str) -> Vec<String> {
    static CELL: Pattern = Pattern::new(|| pattern(r"((?:\\.|[^|\\]|\\$)*)\|?"));
    let row = row.strip_prefix('|').unwrap_or(row);
    CELL.captures_iter(row).map(|cell| cell[1].trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(table: &str, expected: &[(&[&str], bool)]) {
        let document = Document::parse(table.as_bytes());
        let tables = tables(&document, &(0..table.len()));
        let rows: Vec<TableRow> = tables.into_iter().flat_map(|table| table.rows).collect();
        let found: Vec<(Vec<&str>, bool)> =
            rows.iter().map(|r| (r.cells.iter().map(String::as_str).collect(), r.is_blank())).collect();
        let expected: Vec<(Vec<&str>, bool)> = expected.iter().map(|(c, b)| (c.to_vec(), *b)).collect();
        assert_eq!(found, expected, "{table}");
        rows.iter().for_each(|r| assert!(document.text.slice(r.span.clone()).contains(r.first())));
    }

    #[test]
    fn rows_have_the_cells_of_their_line() {
        check("| a | b |\n|---|---|\n| x | |\n| y | z |\n", &[(&["x", ""], true), (&["y", "z"], false)]);
        check("a | b\n--|--\nx | |\ny | z", &[(&["x", ""], true), (&["y", "z"], false)]);
        check("| a | b |\n|---|---|\n| x \\| y | |\n", &[(&["x \\| y", ""], true)]);
        check("> | a | b |\n> |---|---|\n> | x | &nbsp; |\n", &[(&["x", "&nbsp;"], true)]);
        check("| a | b |\n|---|---|\n|   | y |\n", &[(&["", "y"], false)]);
        check("| a |\n|---|\n| x |\n", &[(&["x"], false)]);
    }
}
