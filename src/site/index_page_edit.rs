//! Listing an OKEP on the index page: one line in the form of the one next to it.
//!
//! Pure: what is there in, one edit out. The new line comes after the whole item or row of its neighbour.
//! A page whose entries are neither list items, rows of a table nor bold links above a text is explained instead.

use super::index_page::{IndexPage, LandingEntry};
use crate::markdown::lists::{self, List};
use crate::markdown::tables;
use crate::text::path::{folder_of, percent_decoded, relative};
use crate::text::{Text, trimmed};
use std::cmp::Reverse;
use std::ops::Range;

/// An edit of the index page, or what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandingPlan {
    /// The link's target, as the page would write it.
    pub target: String,
    /// The bytes to replace and by what; otherwise what to write by hand.
    pub edit: Result<(Range<usize>, String), String>,
    /// The entry it belongs next to, where there is one.
    pub next_to: Option<Range<usize>>,
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

/// A page that is listed already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sibling {
    pub number: u64,
    /// The title, without the number.
    pub label: String,
}

/// Lists an OKEP with its siblings, in the order of their numbers where they have one.
///
/// `known` gives what is known of a page that belongs with the new one.
pub fn insert(page: &IndexPage, okep: &NewListing, known: &dyn Fn(&str) -> Option<Sibling>) -> LandingPlan {
    let target = relative(folder_of(&page.path), okep.path);
    let siblings: Vec<_> = page.entries.iter().filter_map(|e| Some((known(&e.doc)?, e))).collect();
    let Some((at, before)) = neighbour(&siblings, okep.number) else {
        return LandingPlan { edit: Err(format!("link to `{target}` from it")), target, next_to: None };
    };
    let (sibling, entry) = &siblings[at];
    let edit = NextTo { landing: page, okep, entry, sibling }.edit(before);
    let edit = edit.ok_or_else(|| format!("link to `{target}` next to the others"));
    LandingPlan { target, edit, next_to: Some(entry.span.clone()) }
}

/// The sibling that the new one comes after, or before where that is said: by number where they are by
/// number, rising or falling, else after the last.
fn neighbour(siblings: &[(Sibling, &LandingEntry)], number: Option<u64>) -> Option<(usize, bool)> {
    let rising = siblings.is_sorted_by_key(|(s, _)| s.number);
    let falling = siblings.is_sorted_by_key(|(s, _)| Reverse(s.number));
    let behind = match number {
        Some(number) if rising => siblings.iter().rposition(|(s, _)| s.number < number),
        Some(number) if falling => siblings.iter().rposition(|(s, _)| s.number > number),
        _ => siblings.len().checked_sub(1),
    };
    behind.map(|behind| (behind, false)).or((!siblings.is_empty()).then_some((0, true)))
}

/// A new listing, and the entry that it is written like.
struct NextTo<'a> {
    landing: &'a IndexPage,
    okep: &'a NewListing<'a>,
    entry: &'a LandingEntry,
    sibling: &'a Sibling,
}

/// How an entry is written.
enum EntryForm {
    /// An item of a list.
    Item(List),
    /// A row below the head of a table: its cells, and how many columns there are.
    Row { cells: Vec<String>, columns: usize },
    /// A paragraph that begins with the entry.
    Paragraph,
}

impl NextTo<'_> {
    /// The edit that adds the OKEP after the entry, or before it, with a blank line between the two where one is
    /// between the others; none where the form of the entries is not understood.
    fn edit(&self, before: bool) -> Option<(Range<usize>, String)> {
        let (lines, form) = self.form()?;
        let line = self.like(&lines, &form, before)?;
        let text = &self.landing.document.text;
        let ending = text.line_ending_near(lines.end);
        let gap = match &form {
            EntryForm::Item(list) if !self.is_apart(&lines, list)? => "",
            EntryForm::Row { .. } => "",
            EntryForm::Item(_) | EntryForm::Paragraph => ending,
        };
        Some(match (before, text.slice(lines.clone()).ends_with('\n')) {
            (true, _) => (lines.start..lines.start, format!("{line}{ending}{gap}")),
            (false, true) => (lines.end..lines.end, format!("{gap}{line}{ending}")),
            (false, false) => (lines.end..lines.end, format!("{ending}{gap}{line}")),
        })
    }

    /// Whether blank lines are between the items of the list; none where they are between some, or where the item on
    /// these lines ends in a paragraph of its own that for the site would go on in the next line.
    fn is_apart(&self, lines: &Range<usize>, list: &List) -> Option<bool> {
        let text = &self.landing.document.text;
        let paragraphs = text.slice(lines.clone()).trim_end().replace("\r\n", "\n");
        let last = paragraphs.rsplit_once("\n\n").map(|(_, last)| last.trim_start());
        let ends_in_paragraph = last.is_some_and(|last| !last.starts_with(['*', '-', '+']));
        match list.gaps.first() {
            Some(apart) if list.gaps.iter().any(|gap| gap != apart) => None,
            Some(false) if ends_in_paragraph => None,
            Some(apart) => Some(*apart),
            None => Some(ends_in_paragraph),
        }
    }

    /// The row of a table, or else the innermost list item or the paragraph, that holds the entry, with all its lines.
    fn form(&self) -> Option<(Range<usize>, EntryForm)> {
        let (document, at) = (&self.landing.document, self.entry.span.start);
        let text = &document.text;
        if let Some(table) = document.tables.iter().find(|table| table.contains(&at)) {
            let table = tables::read(document, table);
            let row = table.rows.into_iter().find(|row| row.span.contains(&at))?;
            let form = EntryForm::Row { cells: row.cells, columns: table.head.len() };
            return Some((text.line_range(at), form));
        }
        if let Some((list, item)) = lists::around(document, at) {
            let lines = lines(text, &item);
            let is_alone = text.slice(lines.start..item.start).trim().is_empty();
            return is_alone.then_some((lines, EntryForm::Item(list)));
        }
        let block = document.blocks.iter().find(|block| block.span.contains(&at))?;
        let lines = lines(text, &block.span);
        let is_at_margin = lines.start == block.span.start;
        is_at_margin.then_some((lines, EntryForm::Paragraph))
    }

    /// A line for the OKEP in the form of the entry, to come after it, or before it where that is said.
    fn like(&self, lines: &Range<usize>, form: &EntryForm, is_before: bool) -> Option<String> {
        let (text, entry) = (&self.landing.document.text, &self.entry.span);
        let (link, is_number) = link(text.slice(entry.clone()), self.okep, &self.target()?)?;
        let before = text.slice(lines.start..entry.start);
        let after = text.slice(entry.end..lines.end);
        let strong = ["**", "__"].into_iter().find(|mark| before.ends_with(mark) && after.starts_with(mark));
        let strong = strong.unwrap_or_default();
        // Behind a link that is a number alone is the title.
        let separator = after[strong.len()..].split(char::is_alphanumeric).next().unwrap_or_default();
        let is_titled = is_number && !separator.is_empty() && separator.chars().all(|c| " :-–—".contains(c));
        let title = if is_titled { format!("{separator}{}", self.okep.label) } else { String::new() };
        let marker = before.strip_suffix(strong).unwrap_or(before).trim();
        let is_written = match form {
            EntryForm::Item(list) if list.bullet.is_none() => {
                let number = marker.strip_suffix(['.', ')'])?;
                let number = Some(number).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
                let lead = before.replacen(number, &self.number_in(list, is_before)?.to_string(), 1);
                return Some(format!("{lead}{link}{strong}{title}"));
            }
            EntryForm::Item(_) => matches!(marker, "*" | "-" | "+"),
            // Without a text in it, the one below may be about it.
            EntryForm::Paragraph => marker.is_empty() && !strong.is_empty() && after.trim().contains('\n'),
            EntryForm::Row { cells, columns } => {
                let indent = &before[..before.len() - before.trim_start().len()];
                let mut row: Vec<String> = cells.iter().map(|cell| self.cell_like(cell)).collect();
                let own = cells.iter().position(|cell| cell.contains(text.slice(entry.clone())))?;
                row[own] = link;
                row.resize(*columns, String::new());
                return Some(format!("{indent}| {} |", row.join(" | ")));
            }
        };
        is_written.then(|| format!("{before}{link}{strong}{title}"))
    }

    /// The number of a new item next to the entry: that of all items, or the next one at the end of the list; none where
    /// the items below would need others.
    fn number_in(&self, list: &List, is_before: bool) -> Option<u64> {
        let text = &self.landing.document.text;
        let number = |item: &Range<usize>| {
            text.slice(item.clone()).split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        };
        let numbers: Vec<u64> = list.items.iter().map(number).collect::<Option<_>>()?;
        let (last, first) = (*numbers.last()?, numbers[0]);
        let is_last = !is_before && list.items.last()?.contains(&self.entry.span.start);
        let is_same = numbers.len() > 1 && numbers.iter().all(|number| *number == first);
        if is_same { Some(first) } else { is_last.then_some(last + 1) }
    }

    /// A cell with the number or the title of the OKEP where `next_to` is nothing but that of the one next to it; else
    /// empty.
    fn cell_like(&self, next_to: &str) -> String {
        let Some(own) = self.okep.number else { return String::new() };
        let Sibling { number, label } = self.sibling;
        if next_to.eq_ignore_ascii_case(label) {
            return self.okep.label.replace('|', "\\|");
        }
        let before = next_to.strip_suffix(&number.to_string());
        let is_prefix =
            |before: &&str| matches!(*before, "" | "#") || before.strip_suffix('-') == Some(self.okep.prefix);
        before.filter(is_prefix).map_or(String::new(), |before| format!("{before}{own}"))
    }

    /// The link's target in the form of that of the entry: from the docs folder, or with `./` before it.
    fn target(&self) -> Option<String> {
        let file = self.entry.target.split(['#', '?']).next().unwrap_or_default();
        let folder = folder_of(&self.landing.path);
        let before = percent_decoded(file).strip_suffix(&relative(folder, &self.entry.doc))?.to_owned();
        Some(format!("{before}{}", relative(folder, self.okep.path)))
    }
}

/// The lines of a block, without the blank ones that follow it.
fn lines(text: &Text, block: &Range<usize>) -> Range<usize> {
    let end = trimmed(text.as_str(), block.clone()).end;
    text.line_range(block.start).start..text.line_range(end.saturating_sub(1)).end
}

/// A link to the OKEP with a label like that of the link next to it, and whether that is a number alone.
fn link(next_to: &str, okep: &NewListing, target: &str) -> Option<(String, bool)> {
    let label = next_to.strip_prefix('[')?.split("](").next()?;
    let inside = |mark: &&'static str| Some((*mark, label.strip_prefix(mark)?.strip_suffix(mark)?));
    let (mark, label) = ["**", "__", "*", "_", "`"].iter().find_map(inside).unwrap_or(("", label));
    let title = okep.label.replace(['[', ']', '|'], "");
    let lead = label.trim_end_matches(|c: char| c.is_ascii_digit());
    let word = lead.trim_matches(['#', '-', ' ']);
    let is_number = lead != label && (word.is_empty() || word.eq_ignore_ascii_case(okep.prefix));
    let is_prefixed = label.to_ascii_uppercase().starts_with(okep.prefix);
    let label = match okep.number {
        Some(n) if is_number => format!("{lead}{n}"),
        Some(n) if is_prefixed => format!("{}-{n}: {title}", okep.prefix),
        _ => title,
    };
    let label = format!("{mark}{label}{mark}");
    // Neither blanks nor brackets may be in a link as they are.
    let target = target.replace('%', "%25").replace(' ', "%20").replace('(', "%28").replace(')', "%29");
    Some((format!("[{label}]({target})"), is_number))
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
        let sibling =
            |path: &str| Some(Sibling { number: crate::text::path::number(path)?, label: "Pot".into() });
        let found = insert(&landing, &okep, &sibling).edit.ok().map(|(span, line)| {
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
            Some("* [A](okep-5-a.md)\n  goes on\n\n  * deeper\n\n* [Tea](okep-7-tea.md)\n\n* [X](x.md)\n"),
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
            Some("| N | T |\n|---|---|\n| 5 | [A \\| b](okep-5-a.md) |\n| 7 | [Tea](okep-7-tea.md) |\n"),
        );
        check(
            "N | T\n--|--\n5 | [A](okep-5-a.md)\n",
            Some("N | T\n--|--\n5 | [A](okep-5-a.md)\n| 7 | [Tea](okep-7-tea.md) |\n"),
        );
        check("| [5](okep-5-a.md) | T |\n|---|---|\n| x | y |\n", None);
        check(
            "| T | N |\n|---|---|\n| [A](okep-5-a.md) | see [A](okep-5-a.md) |\n",
            Some(
                "| T | N |\n|---|---|\n| [A](okep-5-a.md) | see [A](okep-5-a.md) |\n| [Tea](okep-7-tea.md) |  |\n",
            ),
        );
    }

    #[test]
    fn blank_lines_are_where_they_are_between_the_others() {
        let (a, b) = ("* [A](okep-5-a.md)\n", "* [B](okep-9-b.md)\n");
        let tea = "* [Tea](okep-7-tea.md)\n";
        let more = "\n    about it\n";
        check(&format!("{a}{more}"), Some(&format!("{a}{more}\n{tea}")));
        check(&format!("{a}{more}\n{b}{more}"), Some(&format!("{a}{more}\n{tea}\n{b}{more}")));
        check(&format!("{a}\n{b}"), Some(&format!("{a}\n{tea}\n{b}")));
        let c = "* [C](okep-8-c.md)\n";
        check(&format!("{c}\n{b}"), Some(&format!("{tea}\n{c}\n{b}")));
        check(&format!("{a}{b}\n* [C](c.md)\n"), None);
        check(&format!("{a}{more}{b}"), None);
    }

    #[test]
    fn numbers_and_targets_are_written_like_the_others() {
        let list = |before: &str| format!("* [A]({before}okep-5-a.md)\n");
        for before in ["./", "../okeps/"] {
            let expected = format!("{}* [Tea]({before}okep-7-tea.md)\n", list(before));
            check(&list(before), Some(&expected));
        }
        let head = "| N | T | By |\n|---|---|---|\n";
        for before in ["#", "OKEP-", ""] {
            let row = format!("{head}| {before}5 | [A](okep-5-a.md) | 55 |\n");
            check(&row, Some(&format!("{row}| {before}7 | [Tea](okep-7-tea.md) |  |\n")));
        }
        let titled = format!("{head}| [5](okep-5-a.md) | Pot | draft |\n");
        check(&titled, Some(&format!("{titled}| [7](okep-7-tea.md) | Tea |  |\n")));
    }

    #[test]
    fn a_number_is_linked_like_the_number_of_the_others() {
        for form in ["[OKEP-N](@)", "[**OKEP-N**](@)", "[`#N`](@)", "[N](@)", "**[OKEP-N](@)**"] {
            let entry = |number: &str, path: &str| form.replace('N', number).replace('@', path);
            for separator in [" ", " - ", ": ", " — "] {
                let item = format!("* {}{separator}Pot\n", entry("5", "okep-5-a.md"));
                check(&item, Some(&format!("{item}* {}{separator}Tea\n", entry("7", "okep-7-tea.md"))));
            }
        }
    }

    #[test]
    fn a_bold_link_has_bold_links_next_to_it() {
        let (a, b) = ("**[A](okep-5-a.md)**\nabout it\n", "**[B](okep-9-b.md)**\\\nabout it\n");
        let tea = "**[Tea](okep-7-tea.md)**\n";
        check(&format!("{a}\n{b}\nend\n"), Some(&format!("{a}\n{tea}\n{b}\nend\n")));
        check(&format!("{b}\nend\n"), Some(&format!("{tea}\n{b}\nend\n")));
        check(a.trim_end(), Some(&format!("{a}\n{}", tea.trim_end())));
        check("**[A](okep-5-a.md)**\n\nabout it\n", None);
        check("[A](okep-5-a.md)\nabout it\n", None);
        check("> **[A](okep-5-a.md)**\n> about it\n", None);
        let item = "* __[A](okep-5-a.md)__: about it\n";
        check(item, Some(&format!("{item}* __[Tea](okep-7-tea.md)__\n")));
    }

    #[test]
    fn a_numbered_list_goes_on_with_its_numbers() {
        let (a, b) = ("[A](okep-5-a.md)\n", "[B](okep-6-b.md)\n");
        let tea = "[Tea](okep-7-tea.md)\n";
        check(&format!("1. {a}"), Some(&format!("1. {a}2. {tea}")));
        check(&format!("8) {a}9) {b}"), Some(&format!("8) {a}9) {b}10) {tea}")));
        check(&format!("1. {a}1. {b}"), Some(&format!("1. {a}1. {b}1. {tea}")));
        let c = "[C](okep-9-c.md)\n";
        check(&format!("1. {a}1. {c}"), Some(&format!("1. {a}1. {tea}1. {c}")));
        check(&format!("1. {a}2. {c}"), None);
        check(&format!("1. {c}"), None);
    }

    #[test]
    fn what_has_another_form_is_left_to_the_author() {
        for page in ["1. see. [A](okep-5-a.md)\n", "See [A](okep-5-a.md).\n", "* *[A](okep-5-a.md)*\n"] {
            check(page, None);
        }
    }
}
