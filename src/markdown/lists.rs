//! How the list around a line is written, so that an edit of one item leaves it one list, tight or loose.

use crate::markdown::document::Document;
use crate::text::{Pattern, pattern};
use std::ops::Range;

/// A list, at any depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// None where it is numbered.
    pub bullet: Option<char>,
    /// Its items, each from its bullet or number on.
    pub items: Vec<Range<usize>>,
    /// Whether a blank line is above the second item and each that follows. Of a list that is loose for GitHub, the
    /// site takes an item for loose only next to a blank line.
    pub gaps: Vec<bool>,
}

/// The list whose item begins at a byte.
pub fn with_item(document: &Document, offset: usize) -> Option<List> {
    let lists = document.lists.iter().filter(|items| items.iter().any(|item| item.start == offset));
    lists.map(|items| read(document, items)).next()
}

/// The innermost list with an item that holds a byte, and the item.
pub fn around(document: &Document, offset: usize) -> Option<(List, Range<usize>)> {
    let item = |items: &Vec<Range<usize>>| items.iter().find(|item| item.contains(&offset)).cloned();
    document.lists.iter().rev().find_map(|items| item(items).map(|item| (read(document, items), item)))
}

fn read(document: &Document, items: &[Range<usize>]) -> List {
    let text = &document.text;
    let written = items.first().map_or("", |item| text.slice(item.clone()));
    let bullet = written.trim_start().chars().next().filter(|first| !first.is_ascii_digit());
    let is_blank_above = |item: &Range<usize>| {
        let above = text.line_range(text.line_range(item.start).start - 1);
        text.slice(above).trim().is_empty()
    };
    let gaps = items.iter().skip(1).map(is_blank_above).collect();
    List { bullet, items: items.to_vec(), gaps }
}

/// Whether a line begins with a bullet or a number.
pub fn is_marked(line: &str) -> bool {
    !marker(line).is_empty()
}

/// The item `line` with the bullet or number of the item at `offset`, and the blanks behind it.
pub fn like_item(document: &Document, offset: usize, line: &str) -> String {
    let own = marker(document.text.slice(offset..document.text.len()));
    format!("{own}{}", &line[marker(line).len()..])
}

/// The same where the item at `offset` has others around it; else `line` as it is.
pub fn like_its_list(document: &Document, offset: usize, line: &str) -> String {
    let written = document.text.slice(offset..document.text.len());
    if marker(written) == marker(line) {
        return line.to_owned();
    }
    let list = with_item(document, offset).filter(|list| list.items.len() > 1);
    list.map_or_else(|| line.to_owned(), |_| like_item(document, offset, line))
}

/// The bullet or number that a line begins with, and the blanks behind it.
fn marker(line: &str) -> &str {
    static MARKER: Pattern = Pattern::new(|| pattern("^(?:[*+-]|[0-9]{1,9}[.)]) +"));
    MARKER.find(line).map_or("", |marker| marker.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(Option<char>, usize, bool)>) {
        let at = text.find('|').expect("it is marked");
        let document = Document::parse(text.replace('|', "").as_bytes());
        let found =
            with_item(&document, at).map(|l| (l.bullet, l.items.len(), l.gaps.first() != Some(&true)));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_list_is_known_by_bullet_items_and_blank_lines() {
        check("- a\n|- x\n  - b\n", Some((Some('-'), 2, true)));
        check("---\n\n* a\n\n|* x\n", Some((Some('*'), 2, false)));
        check("- a\n|* x\n", Some((Some('*'), 1, true)));
        check("- a\n\n  b\n\n  |+ x\n  + y\n", Some((Some('+'), 2, true)));
        check("|- a\n- b\n\n- c\n", Some((Some('-'), 3, true)));
        check("|- a\n\n  b\n- c\n", Some((Some('-'), 2, true)));
        check("a\n\n|x\n", None);
        check("|1. x\n", Some((None, 1, true)));
    }

    #[test]
    fn an_item_is_written_like_the_others() {
        let like = |text: &str| like_its_list(&Document::parse(text.as_bytes()), 0, "* new");
        assert_eq!(like("-   a\n-   b\n"), "-   new");
        assert_eq!(like("- a\n"), "* new");
        assert_eq!(like("1. a\n2. b\n"), "1. new");
        assert_eq!(like("12)  a\n13) b\n"), "12)  new");
    }
}
