//! Listing an OKEP on the index page: one line in the form of the one next to it.
//!
//! Pure: what is there in, one edit out. The new line comes after the whole item or row of its neighbour.
//! A page whose entries are neither list items nor rows of a table is explained instead.

use super::index_page::{IndexPage, LandingEntry};
use crate::markdown::document::options;
use crate::text::path::folder_of;
use pulldown_cmark::{Event, Parser, Tag};
use std::ops::Range;

/// An edit of the index page, or what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandingPlan {
    /// The link's target, as the page would write it.
    pub target: String,
    /// The bytes to replace and by what; otherwise what to write by hand.
    pub edit: Result<(Range<usize>, String), String>,
    /// The entry it belongs next to, where there is one.
    pub beside: Option<Range<usize>>,
}

/// A page to be listed.
#[derive(Debug, Clone, Copy)]
pub struct NewListing<'a> {
    /// From the root of the repository.
    pub path: &'a str,
    pub number: Option<u64>,
    /// The title, without the number.
    pub label: &'a str,
    /// The word before a number, as `OKEP` in `OKEP-7`.
    pub prefix: &'a str,
}

/// Lists an OKEP with its siblings, in the order of their numbers where they have one.
///
/// `is_sibling` gives the number of a page that belongs with the new one.
pub fn insert(
    landing: &IndexPage,
    okep: &NewListing,
    is_sibling: &dyn Fn(&str) -> Option<u64>,
) -> LandingPlan {
    let target = relative(&landing.path, okep.path);
    let siblings: Vec<(u64, &LandingEntry)> =
        landing.entries.iter().filter_map(|e| Some((is_sibling(&e.doc)?, e))).collect();
    let Some((entry, before)) = neighbour(&siblings, okep.number) else {
        return LandingPlan { edit: Err(format!("link to `{target}` from it")), target, beside: None };
    };
    let beside = Some(entry.span.clone());
    let Some((form, line)) = form(landing, entry)
        .and_then(|form| like(landing, &form, entry, okep, &target).map(|line| (form, line)))
    else {
        return LandingPlan { edit: Err(format!("link to `{target}` next to the others")), target, beside };
    };
    let text = &landing.document.text;
    let lines = form.lines();
    let ending = text.line_ending_near(lines.end);
    let edit = match (before, text.slice(lines.clone()).ends_with('\n')) {
        (true, _) => (lines.start..lines.start, format!("{line}{ending}")),
        (false, true) => (lines.end..lines.end, format!("{line}{ending}")),
        (false, false) => (lines.end..lines.end, format!("{ending}{line}")),
    };
    LandingPlan { target, edit: Ok(edit), beside }
}

/// The sibling that the new one comes after, or before where that is said: by number where they are by
/// number, rising or falling, else after the last.
fn neighbour<'l>(
    siblings: &[(u64, &'l LandingEntry)],
    number: Option<u64>,
) -> Option<(&'l LandingEntry, bool)> {
    let rising = siblings.is_sorted_by_key(|(n, _)| *n);
    let falling = siblings.is_sorted_by(|a, b| a.0 >= b.0);
    let behind = match number {
        Some(number) if rising => siblings.iter().rev().find(|(n, _)| *n < number),
        Some(number) if falling => siblings.iter().rev().find(|(n, _)| *n > number),
        _ => siblings.last(),
    };
    let (first, behind) = (siblings.first().map(|(_, e)| (*e, true)), behind.map(|(_, e)| (*e, false)));
    behind.or(first)
}

/// What an entry is in.
enum Form {
    /// A list item, with the lines of all that it holds.
    Item(Range<usize>),
    /// A row below the head of a table, with its line, the cell of the entry, and how many there are.
    Row { line: Range<usize>, cell: usize, cells: usize },
}

impl Form {
    fn lines(&self) -> Range<usize> {
        match self {
            Form::Item(lines) => lines.clone(),
            Form::Row { line, .. } => line.clone(),
        }
    }
}

/// The innermost list item, or the row of a table, that holds an entry.
fn form(landing: &IndexPage, entry: &LandingEntry) -> Option<Form> {
    let text = &landing.document.text;
    let start = landing.document.body_start;
    let events = Parser::new_ext(text.slice(start..text.len()), options()).into_offset_iter();
    let (mut found, mut cells, mut cell, mut head) = (None, 0, 0, false);
    for (event, range) in events {
        let range = range.start + start..range.end + start;
        let Event::Start(tag) = event else { continue };
        if let Tag::Table(columns) = &tag {
            cells = columns.len();
        }
        if !(range.contains(&entry.span.start) || matches!(tag, Tag::TableCell)) {
            continue;
        }
        match tag {
            Tag::Item => {
                let end = range.start + text.slice(range.clone()).trim_end().len();
                let first = text.line_range(range.start);
                let last = text.line_range(end.saturating_sub(1));
                let alone = text.slice(first.start..range.start).trim().is_empty();
                found = alone.then_some(Form::Item(first.start..last.end));
            }
            Tag::TableHead => head = true,
            Tag::TableRow => {
                (head, cell) = (false, 0);
                found = Some(Form::Row { line: text.line_range(range.start), cell: 0, cells });
            }
            Tag::TableCell if range.start <= entry.span.start => {
                if let Some(Form::Row { line, cell: at, .. }) = &mut found
                    && line.contains(&range.start)
                {
                    *at = cell;
                    cell += 1;
                }
            }
            _ => {}
        }
    }
    found.filter(|_| !head)
}

/// A line for the OKEP in the form of the entry next to it.
fn like(
    landing: &IndexPage,
    form: &Form,
    entry: &LandingEntry,
    okep: &NewListing,
    target: &str,
) -> Option<String> {
    let text = &landing.document.text;
    let link = link(text.slice(entry.span.clone()), okep, target)?;
    let before = text.slice(form.lines().start..entry.span.start);
    match form {
        Form::Item(_) => {
            let marker = before.trim();
            matches!(marker, "*" | "-" | "+").then(|| format!("{before}{link}"))
        }
        Form::Row { cell, cells, .. } => {
            let indent = &before[..before.len() - before.trim_start().len()];
            let row: Vec<&str> = (0..*cells).map(|i| if i == *cell { link.as_str() } else { "" }).collect();
            (cells > cell).then(|| format!("{indent}| {} |", row.join(" | ")))
        }
    }
}

/// A link to the OKEP with a label like that of the link next to it.
fn link(beside: &str, okep: &NewListing, target: &str) -> Option<String> {
    let label = beside.strip_prefix('[')?.split("](").next()?;
    let title = okep.label.replace(['[', ']', '|'], "");
    let label = match okep.number {
        Some(n) if label.to_ascii_uppercase().starts_with(okep.prefix) => {
            format!("{}-{n}: {title}", okep.prefix)
        }
        Some(n) if label.trim_start_matches('#').parse::<u64>().is_ok() => {
            label.replace(|c: char| c.is_ascii_digit(), "").to_owned() + &n.to_string()
        }
        _ => title,
    };
    // Neither blanks nor brackets may be in a link as they are.
    let target = target.replace('%', "%25").replace(' ', "%20").replace('(', "%28").replace(')', "%29");
    Some(format!("[{label}]({target})"))
}

/// The path of `to` as a link from the file at `from` in the same folder or one above it.
fn relative(from: &str, to: &str) -> String {
    to.strip_prefix(folder_of(from)).map_or(to, |rest| rest.trim_start_matches('/')).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::document::Document;
    use std::sync::Arc;

    /// Lists OKEP 7 on a page; `expected` is the page after, or none where it is left to the author.
    fn check(page: &str, expected: Option<&str>) {
        let landing = IndexPage::new("docs/okeps/index.md", Arc::new(Document::parse(page.as_bytes())), None);
        let okep =
            NewListing { path: "docs/okeps/okep-7-tea.md", number: Some(7), label: "Tea", prefix: "OKEP" };
        let found = insert(&landing, &okep, &crate::text::path::number).edit.ok().map(|(span, line)| {
            let mut page = page.to_owned();
            page.replace_range(span, &line);
            page
        });
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn the_entry_comes_after_the_whole_item() {
        check(
            "* [A](okep-5-a.md)\n  goes on\n\n  * deeper\n\n* [X](x.md)\n",
            Some("* [A](okep-5-a.md)\n  goes on\n\n  * deeper\n* [Tea](okep-7-tea.md)\n\n* [X](x.md)\n"),
        );
        check(
            "* Group\n  * [A](okep-5-a.md) - lazy\nline\n* End",
            Some("* Group\n  * [A](okep-5-a.md) - lazy\nline\n  * [Tea](okep-7-tea.md)\n* End"),
        );
        check("* [A](okep-5-a.md)", Some("* [A](okep-5-a.md)\n* [Tea](okep-7-tea.md)"));
    }

    #[test]
    fn the_order_of_the_list_is_kept() {
        let b = "* [B](okep-9-b.md)\n";
        let (a, tea) = ("* [A](okep-5-a.md)\n", "* [Tea](okep-7-tea.md)\n");
        check(&format!("{a}{b}"), Some(&format!("{a}{tea}{b}")));
        check(&format!("{b}{a}"), Some(&format!("{b}{tea}{a}")));
        let c = "* [C](okep-8-c.md)\n";
        check(&format!("{c}{b}"), Some(&format!("{tea}{c}{b}")));
        check(&format!("{a}{b}{c}"), Some(&format!("{a}{b}{c}{tea}")));
    }

    #[test]
    fn rows_have_as_many_cells_as_the_table() {
        check(
            "| N | T |\n|---|---|\n| 5 | [A \\| b](okep-5-a.md) |\n",
            Some("| N | T |\n|---|---|\n| 5 | [A \\| b](okep-5-a.md) |\n|  | [Tea](okep-7-tea.md) |\n"),
        );
        check(
            "N | T\n--|--\n5 | [A](okep-5-a.md)\n",
            Some("N | T\n--|--\n5 | [A](okep-5-a.md)\n|  | [Tea](okep-7-tea.md) |\n"),
        );
        check("| [5](okep-5-a.md) | T |\n|---|---|\n| x | y |\n", None);
    }

    #[test]
    fn what_has_another_form_is_left_to_the_author() {
        for page in ["See [A](okep-5-a.md).\n", "* **[A](okep-5-a.md)**\n", "1. [A](okep-5-a.md)\n"] {
            check(page, None);
        }
    }
}
