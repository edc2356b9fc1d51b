//! The one layout of a finding: what is wrong, where, the lines with the change, and what to do.
//!
//! A format decorates [`excerpts`] and [`remarks`], and adds nothing to them.

use super::terminal::quotable;
use crate::audit::report::OkepSummary;
use crate::fix::apply::{by_path, spliced};
use crate::rules::finding::{Edit, Finding, Rename, Safety};
use crate::text::{Place, Span, Text};
use similar::{Change, ChangeTag, DiffOp, DiffTag, InlineChange, TextDiff};
use std::ops::Range;
use std::sync::Arc;

/// Lines of one excerpt; of a longer one the rest is counted.
const MOST_LINES: usize = 24;
/// A place of more lines is quoted by its first.
const LONG_PLACE: usize = 6;
/// In more lines, or in longer ones (in bytes), changed words are not looked for: that takes the square of them.
const LONG_CHANGE: usize = 20;
const LONG_LINE: usize = 2000;

/// One line of an excerpt, made harmless for a terminal.
#[derive(Debug, PartialEq, Eq)]
pub struct ExcerptLine {
    /// None for lines that are not shown; `number` counts those of them that change.
    pub kind: Option<ChangeTag>,
    /// Counted from 1: in the new text where the line is added, else in the old one.
    pub number: usize,
    /// The line in pieces; the marked ones are what the finding is about, or what changes.
    pub pieces: Vec<(bool, String)>,
}

/// The lines of a file, with its path.
type Excerpt<'f> = (&'f str, Vec<ExcerptLine>);

/// What to know and to do about a finding, in order: a label (`help`, `note`, `safe fix`, `suggested fix` or `rename`) and
/// its text. `okeps` says when its OKEP landed.
pub fn remarks(finding: &Finding, okeps: &[OkepSummary]) -> Vec<(&'static str, String)> {
    let mut remarks = Vec::new();
    // A safe fix is all that there is to do.
    if finding.fix.as_ref().is_none_or(|fix| fix.safety != Safety::Safe) {
        remarks.extend(finding.help.iter().map(|help| ("help", help.clone())));
    }
    for related in &finding.related {
        let place = match &related.place {
            Some(place) if related.path == finding.path => format!("line {}", place.line),
            Some(place) => format!("{}:{}", related.path, place.line),
            None => related.path.clone(),
        };
        remarks.push(("note", format!("{} ({place})", related.message)));
    }
    remarks.extend(grandfathered(finding, okeps).map(|text| ("note", text)));
    if let Some(fix) = &finding.fix {
        let label = if fix.safety == Safety::Safe { "safe fix" } else { "suggested fix" };
        remarks.push((label, fix.title.clone()));
        remarks.extend(fix.renames.iter().map(|Rename { from, to }| ("rename", format!("{from} to {to}"))));
    }
    remarks
}

/// Why an OKEP is not held to what a finding demands, where it is not.
pub fn grandfathered(finding: &Finding, okeps: &[OkepSummary]) -> Option<String> {
    let revision = finding.grandfathered.as_ref()?;
    let path = finding.okep.as_deref().unwrap_or(&finding.path);
    let landed = okeps.iter().find(|okep| okep.path == path).and_then(|okep| okep.landed.as_ref());
    let landed = landed.map_or(String::new(), |landed| format!(" on {}", landed.date));
    let commit: String = revision.commit.chars().take(7).collect();
    // What is absent was added; a name or a link is another one since.
    let what = if finding.place.is_none() { "added to the template" } else { "the template changed" };
    let date = &revision.date;
    Some(format!("{what} on {date} ({commit}), after this OKEP landed{landed}; not required"))
}

/// The lines that a finding is about and those that its fix changes, by file, its own one first. `text` gives the files
/// that it and its fix point into.
pub fn excerpts<'f>(finding: &'f Finding, text: &dyn Fn(&str) -> Option<Arc<Text>>) -> Vec<Excerpt<'f>> {
    let mut files = by_path(finding.fix.iter().flat_map(|fix| &fix.edits));
    let own = (finding.path.as_str(), files.remove(finding.path.as_str()).unwrap_or_default());
    let excerpt = |(path, edits): (&'f str, Vec<&Edit>)| {
        let place = finding.place.as_ref().filter(|_| path == finding.path);
        let lines = text(path).map_or_else(Vec::new, |text| lines(&text, place, &edits));
        (path != finding.path || !lines.is_empty()).then_some((path, lines))
    };
    std::iter::once(own).chain(files).filter_map(excerpt).collect()
}

/// The lines at `place` and those that `edits` change, cut where they are many.
fn lines(text: &Text, place: Option<&Place>, edits: &[&Edit]) -> Vec<ExcerptLine> {
    let place = place.map(|place| text.place(place.span.into()));
    let quoted = place.as_ref().map_or(0..0, |place| quoted(text, place));
    let mut lines = match place {
        Some(place) if edits.is_empty() => marked(text, place.span, quoted),
        _ => changed(text, quoted, edits),
    };
    let rest: Vec<ExcerptLine> = lines.drain(MOST_LINES.min(lines.len())..).collect();
    let more = rest.iter().filter(|line| line.kind.is_some()).count();
    if more > 0 {
        lines.push(ExcerptLine::gap(more));
    }
    lines
}

/// The lines of a place, counted from 0.
fn quoted(text: &Text, place: &Place) -> Range<usize> {
    let last = if place.end_column == 1 { place.end_line - 1 } else { place.end_line }.max(place.line);
    let last = if last - place.line < LONG_PLACE { last } else { place.line };
    place.line - 1..last.min(text.line_count())
}

/// The lines of a place; where it is part of one line, that part is marked.
fn marked(text: &Text, span: Span, quoted: Range<usize>) -> Vec<ExcerptLine> {
    let line = |at: usize| {
        let (whole, start) = (text.line(at + 1), text.line_start(at + 1));
        let inside = |offset: usize| offset.saturating_sub(start).min(whole.len());
        let part = inside(span.start)..inside(span.end);
        let is_part = quoted.len() == 1 && whole[part.clone()].trim() != whole.trim();
        let Range { start, end } = if is_part { part } else { 0..0 };
        let pieces = [(false, &whole[..start]), (true, &whole[start..end]), (false, &whole[end..])];
        ExcerptLine::new(ChangeTag::Equal, Some(at), &pieces)
    };
    quoted.clone().map(line).collect()
}

/// The lines that edits change, with those of `quoted` and the one before an insertion.
fn changed(text: &Text, quoted: Range<usize>, edits: &[&Edit]) -> Vec<ExcerptLine> {
    let source = text.as_str().as_bytes();
    let after = spliced(source, edits.to_vec()).unwrap_or_else(|_| source.to_vec());
    let after = String::from_utf8_lossy(&after);
    let (old, new): (Vec<&str>, Vec<&str>) = (text.as_str().lines().collect(), after.lines().collect());
    let diff = TextDiff::from_slices(&old, &new);
    let mut lines: Vec<ExcerptLine> = Vec::new();
    // Where the line after the last one shown is, in the old text.
    let mut next = 0;
    for (nth, op) in diff.ops().iter().enumerate() {
        let removed = op.old_range();
        let is_context = matches!(diff.ops().get(nth + 1), Some(DiffOp::Insert { .. }));
        let is_shown = |at: usize| quoted.contains(&at) || is_context && at + 1 == removed.end;
        let is_inline =
            op.tag() == DiffTag::Replace && !is_long(&old[removed.clone()]) && !is_long(&new[op.new_range()]);
        let is_seen = |c: &Change<&str>| c.tag() != ChangeTag::Equal || c.old_index().is_some_and(is_shown);
        let changes: Vec<InlineChange<str>> = match is_inline {
            true => diff.iter_inline_changes_deadline(op, None).collect(),
            false => diff.iter_changes(op).filter(is_seen).map(InlineChange::from).collect(),
        };
        for change in &changes {
            let index = change.old_index().or(change.new_index());
            let line = ExcerptLine::new(change.tag(), index, change.values());
            let (at, after) = change.old_index().map_or((removed.end, removed.end), |at| (at, at + 1));
            if at > next && !lines.is_empty() {
                lines.push(ExcerptLine::gap(0));
            }
            next = after;
            lines.push(line);
        }
    }
    lines
}

fn is_long(lines: &[&str]) -> bool {
    lines.len() > LONG_CHANGE || lines.iter().any(|line| line.len() > LONG_LINE)
}

impl ExcerptLine {
    fn gap(number: usize) -> Self {
        ExcerptLine { kind: None, number, pieces: Vec::new() }
    }

    /// The line at `index`, counted from 0.
    fn new(kind: ChangeTag, index: Option<usize>, pieces: &[(bool, &str)]) -> Self {
        let shown =
            |(marked, piece): &(bool, &str)| (*marked, quotable(piece.trim_start_matches('\u{feff}')));
        let pieces = pieces.iter().filter(|piece| !piece.1.is_empty()).map(shown).collect();
        ExcerptLine { kind: Some(kind), number: index.map_or(0, |index| index + 1), pieces }
    }
}
