//! The sections of a document: names, levels, and which is inside of which.

use super::document::{Document, Heading};
use super::names::{Name, Vocabulary};
use crate::text::{Pattern, pattern};
use std::ops::Range;
use std::sync::OnceLock;

#[derive(Debug, Clone, Default)]
pub struct Outline {
    pub rows: Vec<Row>,
    vocabulary: OnceLock<Vocabulary>,
}

/// One section.
#[derive(Debug, Clone)]
pub struct Row {
    pub name: Name,
    /// Whether the heading is marked as one that may be left out; the mark is no part of the name.
    pub is_optional: bool,
    /// 1 to 6, as written.
    pub level: u8,
    /// Index of the section around it.
    pub parent: Option<usize>,
    /// Index of its heading in the document.
    pub heading: usize,
}

/// The text of a heading without what belongs to no name at its end: attributes for the site, such as
/// `{ #goals }`, and the mark of a footnote.
pub fn without_tail(text: &str) -> &str {
    let mut text = text;
    loop {
        let tail = match text.chars().next_back() {
            Some('}') => text.rfind('{').filter(|at| is_attribute_list(&text[at + 1..text.len() - 1])),
            Some(']') => text.rfind("[^"),
            _ => None,
        };
        let rest = tail.map(|at| text[..at].trim_end()).filter(|rest| !rest.is_empty());
        let Some(rest) = rest else { return text };
        text = rest;
    }
}

/// The text of a heading without the remark that it may be left out, as `(optional)`, `(if applicable)` or `Optional:`,
/// where it has one.
fn without_option(text: &str, source: &str) -> Option<String> {
    static REMARK: Pattern = Pattern::new(|| {
        let said = "(?i-u:optional|if applicable|not required)";
        let bracketed = format!(r"[(\[（] *{said}(?: *[,;:–—-][^)\]）]*)? *[)\]）]");
        let parted = "(?:[:,]| [–—-])";
        pattern(&format!("{bracketed}|^{said}{parted} +|{parted} +{said}$| {said}$"))
    });
    let lower = text.to_ascii_lowercase();
    ["optional", "applicable", "required"].iter().find(|said| lower.contains(*said))?;
    let remark = REMARK.find(text)?.range();
    // A last word that nothing sets off is one of the name.
    if text[remark.clone()].trim_start().starts_with(char::is_alphabetic)
        && remark.start > 0
        && !source.ends_with(['*', '_'])
    {
        return None;
    }
    let name = format!("{} {}", &text[..remark.start], &text[remark.end..]);
    let name = name.trim_matches([' ', ':', '-']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// Whether what is between braces gives an id, a class or a value, and is no word in braces.
fn is_attribute_list(inside: &str) -> bool {
    let first = inside.trim_start_matches(':').trim_start();
    first.starts_with(['#', '.'])
        || inside.starts_with(':')
        || first.split(' ').next().is_some_and(|w| w.contains('='))
}

impl Outline {
    /// The sections of a document: all headings below its title, given by its index.
    pub fn of(document: &Document, title: Option<usize>) -> Self {
        let headings =
            document.headings.iter().enumerate().filter(|(at, _)| title.is_none_or(|title| *at > title));
        let row = |(heading, h): (usize, &Heading)| {
            let text = without_tail(&h.text);
            let required = without_option(text, document.text.slice(h.text_span.clone()));
            let name = Name::new(required.as_deref().unwrap_or(text));
            Row { name, is_optional: required.is_some(), level: h.level, parent: None, heading }
        };
        Outline { rows: headings.map(row).collect(), vocabulary: OnceLock::new() }.with_parents()
    }

    /// The words of the names, counted when they are first asked for.
    pub fn vocabulary(&self) -> &Vocabulary {
        self.vocabulary.get_or_init(|| Vocabulary::new(self.rows.iter().map(|row| &row.name)))
    }

    /// The same with some rows `by` levels deeper, or higher if negative.
    pub fn releveled(&self, rows: &Range<usize>, by: i8) -> Outline {
        let mut outline = self.clone();
        for row in &mut outline.rows[rows.clone()] {
            row.level = (row.level as i8 + by).clamp(1, 7) as u8;
        }
        outline.with_parents()
    }

    fn with_parents(mut self) -> Self {
        let mut around: Vec<usize> = Vec::new();
        for row in 0..self.rows.len() {
            while around.last().is_some_and(|i| self.rows[*i].level >= self.rows[row].level) {
                around.pop();
            }
            self.rows[row].parent = around.last().copied();
            around.push(row);
        }
        self
    }

    /// Whether some section is inside of this one.
    pub fn has_children(&self, row: usize) -> bool {
        self.rows.get(row + 1).is_some_and(|next| next.parent == Some(row))
    }

    /// The sections inside of `row`.
    pub fn inside(&self, row: usize) -> Range<usize> {
        let is_outside = |other: &usize| self.rows[*other].level <= self.rows[row].level;
        row + 1..(row + 1..self.rows.len()).find(is_outside).unwrap_or(self.rows.len())
    }

    /// The sections around `row`, the nearest first.
    pub fn ancestors(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.rows[row].parent, |i| self.rows[*i].parent)
    }
}
