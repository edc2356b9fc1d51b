//! How the list around a line is written, so that an edit of one item leaves it one list, tight or loose.

use crate::markdown::document::{Document, options};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// A list, at any depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// None where it is numbered.
    pub bullet: Option<char>,
    /// Where its items begin: at their bullets.
    pub items: Vec<usize>,
    /// Whether there are no blank lines between its items.
    pub tight: bool,
}

/// The list whose item begins at a byte.
pub fn with_item(document: &Document, offset: usize) -> Option<List> {
    lists(document).into_iter().find(|list| list.items.contains(&offset))
}

/// Whether a line begins with a bullet.
pub fn is_marked(line: &str) -> bool {
    !marker(line).is_empty()
}

/// The item `line` with the bullet of the item at `offset`, and the blanks behind it.
pub fn like_item(document: &Document, offset: usize, line: &str) -> String {
    let own = marker(document.text.slice(offset..document.text.len()));
    format!("{own}{}", &line[marker(line).len()..])
}

/// The same where the item at `offset` has others around it; else `line` as it is.
pub fn like_its_list(document: &Document, offset: usize, line: &str) -> String {
    let list = with_item(document, offset).filter(|list| list.bullet.is_some() && list.items.len() > 1);
    list.map_or_else(|| line.to_owned(), |_| like_item(document, offset, line))
}

/// The bullet that a line begins with, and the blanks behind it.
fn marker(line: &str) -> &str {
    let Some(rest) = line.strip_prefix(['*', '-', '+']) else { return "" };
    let blanks = rest.len() - rest.trim_start_matches(' ').len();
    if blanks == 0 { "" } else { &line[..1 + blanks] }
}

fn lists(document: &Document) -> Vec<List> {
    let start = document.body_start;
    let text = &document.text;
    let events = Parser::new_ext(text.slice(start..text.len()), options()).into_offset_iter();
    let mut lists: Vec<List> = Vec::new();
    // The lists that are open, each with whether it is inside of an item.
    let mut open: Vec<usize> = Vec::new();
    let mut containers = 0;
    for (event, range) in events {
        match event {
            Event::Start(Tag::List(number)) => {
                let first = text.slice(start + range.start..start + range.end).trim_start().chars().next();
                open.push(lists.len());
                lists.push(List {
                    bullet: first.filter(|_| number.is_none()),
                    items: Vec::new(),
                    tight: true,
                });
                containers = 0;
            }
            Event::End(TagEnd::List(_)) => drop(open.pop()),
            Event::Start(Tag::BlockQuote(_)) => containers += 1,
            Event::End(TagEnd::BlockQuote(_)) => containers -= 1,
            Event::Start(tag) => {
                let Some(list) = open.last().map(|at| &mut lists[*at]) else { continue };
                match tag {
                    Tag::Item => list.items.push(start + range.start),
                    Tag::Paragraph if containers == 0 => list.tight = false,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(Option<char>, usize, bool)>) {
        let at = text.find('|').expect("it is marked");
        let document = Document::parse(text.replace('|', "").as_bytes());
        let found = with_item(&document, at).map(|l| (l.bullet, l.items.len(), l.tight));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_list_is_known_by_bullet_items_and_blank_lines() {
        check("- a\n|- x\n  - b\n", Some((Some('-'), 2, true)));
        check("---\n\n* a\n\n|* x\n", Some((Some('*'), 2, false)));
        check("- a\n|* x\n", Some((Some('*'), 1, true)));
        check("- a\n\n  b\n\n  |+ x\n  + y\n", Some((Some('+'), 2, true)));
        check("a\n\n|x\n", None);
        check("|1. x\n", Some((None, 1, true)));
    }

    #[test]
    fn an_item_is_written_like_the_others() {
        let like = |text: &str| like_its_list(&Document::parse(text.as_bytes()), 0, "* new");
        assert_eq!(like("-   a\n-   b\n"), "-   new");
        assert_eq!(like("- a\n"), "* new");
        assert_eq!(like("1. a\n2. b\n"), "* new");
    }
}
