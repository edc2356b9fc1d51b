//! The first heading of an OKEP: `# OKEP-NNNN: Title`.

use crate::markdown::document::{Document, Heading};
use crate::text::path::number_placeholder;
use std::ops::Range;

/// A heading that is meant to be an OKEP's title, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Title {
    /// Index of the heading in the document.
    pub heading: usize,
    pub number: Option<u64>,
    /// Where the digits of the number are.
    pub number_span: Option<Range<usize>>,
    /// What follows the number, or all of it where there is none.
    pub name: String,
    /// Whether it is a first-level heading of the form `OKEP-NNNN: Title`.
    pub well_formed: bool,
    /// Whether only blanks, case or punctuation keep it from being well formed.
    pub reads_the_same: bool,
}

/// The word before an OKEP's number.
pub const PREFIX: &str = "OKEP";

/// The title of a document whose first heading is one: `is_section` tells the template's sections, so
/// that a document without a title does not lose its first section.
///
/// A title in its form may be below a banner, such as `# Draft`.
pub fn read(document: &Document, is_section: &dyn Fn(&Heading) -> bool) -> Option<Title> {
    let first = document.headings.first()?;
    if has_prefix(first) {
        return Some(numbered(document, 0));
    }
    let is_title = first.level == 1 && !is_section(first);
    let above_sections = document.headings.iter().take_while(|h| is_title && !is_section(h));
    let below = above_sections.skip(1).position(|h| h.level == 1 && has_prefix(h));
    let below = below.map(|at| numbered(document, at + 1)).filter(|title| title.well_formed);
    below.or_else(|| is_title.then(|| Title { name: first.text.clone(), ..Title::default() }))
}

/// Whether a heading begins as an OKEP's title does, in any case.
pub fn has_prefix(heading: &Heading) -> bool {
    heading.text.get(..PREFIX.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(PREFIX))
}

fn numbered(document: &Document, at: usize) -> Title {
    let heading = &document.headings[at];
    let rest = heading.text[PREFIX.len()..]
        .trim_start_matches(|c: char| matches!(c, ' ' | '_' | '#' | ':' | '：' | '\\') || is_dash(c));
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let placeholder = number_placeholder(rest);
    let number = rest[..digits].parse::<u64>().ok().filter(|_| placeholder == 0);
    let separator_and_name = &rest[digits.max(placeholder)..];
    let name = match separator_and_name.strip_prefix(": ") {
        // After the separator a dot or dash may begin a name, as in `.NET support`.
        Some(name) if name.starts_with(['.', '-']) && name[1..].starts_with(char::is_alphanumeric) => {
            name.trim()
        }
        _ => {
            let name = separator_and_name.trim_start_matches(is_separator);
            let separator = &separator_and_name[..separator_and_name.len() - name.len()];
            // A dot between a blank and a letter is the name's.
            let name =
                if separator.ends_with(" .") { &separator_and_name[separator.len() - 1..] } else { name };
            name.trim()
        }
    };
    let is_parted = is_parted(separator_and_name, name);
    // The digits may be part of another number, such as `5,001`.
    if !is_parted && name.starts_with(|c: char| c.is_ascii_digit()) {
        return Title { heading: at, name: heading.text.clone(), ..Title::default() };
    }
    let form = number.map(|_| format!("{PREFIX}-{}: {name}", &rest[..digits]));
    let in_form = form.as_deref() == Some(heading.text.as_str());
    let has_name = !name.is_empty();
    let source = document.text.slice(heading.span.clone());
    let start = source.find(&rest[..digits]).map(|start| heading.span.start + start);
    Title {
        heading: at,
        number,
        number_span: start.filter(|_| number.is_some()).map(|start| start..start + digits),
        name: name.to_owned(),
        well_formed: in_form && heading.level == 1 && has_name,
        reads_the_same: number.is_some() && has_name && is_parted,
    }
}

/// Whether it is certain where the number ends and the name begins: `5001a`, `5001.1` and `5001, 5002` may be other
/// numbers, and a sign that is no known separator may be part of either.
fn is_parted(separator_and_name: &str, name: &str) -> bool {
    let written = separator_and_name.trim_end();
    let separator = &written[..written.len() - name.len()];
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return separator.contains([':', '：']) || [" - ", " – ", " — "].contains(&separator);
    }
    // Behind a blank, words before the name's colon may belong to the number, as in `5001 v2: name`.
    if separator.trim().is_empty() && name.contains(": ") {
        return false;
    }
    let is_opening = |c: char| c.is_alphanumeric() || "`\"'(\u{201c}\u{2018}.-$@<*_~".contains(c);
    // A hyphen between a blank and a letter may be the name's, as in `-flag`.
    let is_option = separator.ends_with(" -");
    !separator.is_empty() && !is_option && name.starts_with(is_opening)
}

/// Whether a character may be between number and name.
fn is_separator(c: char) -> bool {
    matches!(c, ' ' | ':' | '：' | '.' | ',' | ';' | '；' | '|' | '→' | '·' | '~') || is_dash(c)
}

/// Whether a character is a hyphen or a dash of any length.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}
