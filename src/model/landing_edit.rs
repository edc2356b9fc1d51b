//! Listing an OKEP on the landing page: one line in the form of the one beside it.
//!
//! Pure: what is there in, one edit out. A page whose entries are neither list items nor rows of a table
//! is explained instead.

use super::landing::{Landing, LandingEntry};
use super::okep::Okep;
use super::path::folder_of;
use super::register;
use super::title::PREFIX;
use std::ops::Range;

/// An edit of the landing page, or what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandingPlan {
    /// The link's target, as the page would write it.
    pub target: String,
    /// The bytes to replace and by what; otherwise what to write by hand.
    pub edit: Result<(Range<usize>, String), String>,
    /// The entry it belongs beside, where there is one.
    pub beside: Option<Range<usize>>,
}

/// Lists an OKEP with its siblings, in the order of their numbers where they have one.
///
/// `is_sibling` gives the number of a page that belongs with the new one.
pub fn insert(landing: &Landing, okep: &Okep, is_sibling: &dyn Fn(&str) -> Option<u64>) -> LandingPlan {
    let target = relative(&landing.path, &okep.path);
    let siblings: Vec<(u64, &LandingEntry)> =
        landing.entries.iter().filter_map(|e| Some((is_sibling(&e.doc)?, e))).collect();
    let number = okep.number();
    let ascending = siblings.is_sorted_by_key(|(n, _)| *n);
    let behind = match number.filter(|_| ascending) {
        Some(number) => siblings.iter().rev().find(|(n, _)| *n < number),
        None => siblings.last(),
    };
    let Some((entry, before)) = behind.map(|(_, e)| (e, false)).or(siblings.first().map(|(_, e)| (e, true)))
    else {
        return LandingPlan { edit: Err(format!("link to `{target}` from it")), target, beside: None };
    };
    let beside = Some(entry.span.clone());
    let text = &landing.document.text;
    let Some(line) = like(landing, entry, okep, &target) else {
        return LandingPlan { edit: Err(format!("link to `{target}` beside the others")), target, beside };
    };
    let around = text.line_range(entry.span.start);
    let ending = text.line_ending_near(around.end);
    let edit = match (before, text.slice(around.clone()).ends_with('\n')) {
        (true, _) => (around.start..around.start, format!("{line}{ending}")),
        (false, true) => (around.end..around.end, format!("{line}{ending}")),
        (false, false) => (around.end..around.end, format!("{ending}{line}")),
    };
    LandingPlan { target, edit: Ok(edit), beside }
}

/// A line for the OKEP in the form of the entry beside it: a list item or a row of a table.
fn like(landing: &Landing, entry: &LandingEntry, okep: &Okep, target: &str) -> Option<String> {
    let text = &landing.document.text;
    let line = text.line_range(entry.span.start);
    let source = text.slice(entry.span.clone());
    let before = text.slice(line.start..entry.span.start);
    let whole = text.slice(line.clone()).trim_end();
    let label = source.strip_prefix('[')?.split("](").next()?;
    let title = register::label(okep).replace(['[', ']', '|'], "");
    let number = okep.number();
    let label = match number {
        Some(n) if label.to_ascii_uppercase().starts_with(PREFIX) => format!("{PREFIX}-{n}: {title}"),
        Some(n) if label.trim_start_matches('#').parse::<u64>().is_ok() => {
            label.replace(|c: char| c.is_ascii_digit(), "").to_owned() + &n.to_string()
        }
        _ => title,
    };
    // Neither blanks nor brackets may stand in a link as they are.
    let target = target.replace('%', "%25").replace(' ', "%20").replace('(', "%28").replace(')', "%29");
    let link = format!("[{label}]({target})");
    let lead = before.trim_start();
    if lead.starts_with('|') {
        let cells = whole.matches('|').count().saturating_sub(1);
        let at = before.matches('|').count().saturating_sub(1);
        let row: Vec<&str> = (0..cells).map(|i| if i == at { link.as_str() } else { "" }).collect();
        return (cells > at).then(|| format!("| {} |", row.join(" | ")));
    }
    let is_item =
        lead.starts_with(['*', '-', '+']) && lead.trim_start_matches(['*', '-', '+']).trim().is_empty();
    is_item.then(|| format!("{before}{link}"))
}

/// The path of `to` as a link from the file at `from` in the same folder or one above it.
fn relative(from: &str, to: &str) -> String {
    to.strip_prefix(folder_of(from)).map_or(to, |rest| rest.trim_start_matches('/')).to_owned()
}
