//! The one layout of a finding: what is wrong, where, the lines with the change, and what to do.
//!
//! A format decorates a [`FindingLayout`] and adds nothing to it.

use super::terminal::quotable;
use crate::audit::report::OkepSummary;
use crate::fix::apply::spliced;
use crate::rules::finding::{Edit, Finding, Fix, Safety};
use crate::text::{Place, Text};
use similar::{DiffOp, TextDiff};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Lines of one excerpt; of a longer one the rest is counted.
const MOST_LINES: usize = 24;
/// A place of more lines is quoted by its first.
const LONG_PLACE: usize = 6;
/// In more lines, or in longer ones (in bytes), changed words are not looked for: that takes the square of them.
const LONG_CHANGE: usize = 20;
const LONG_LINE: usize = 2000;

/// A finding as every format shows it.
#[derive(Debug)]
pub struct FindingLayout<'a> {
    pub finding: &'a Finding,
    /// The lines that it is about and those that its fix changes: of its own file first.
    pub excerpts: Vec<Excerpt>,
    /// What to know and to do about it, in order.
    pub remarks: Vec<Remark>,
}

/// A line of text below a finding.
#[derive(Debug, PartialEq, Eq)]
pub struct Remark {
    /// `help`, `note`, `safe fix`, `suggested fix` or `rename`.
    pub label: &'static str,
    pub text: String,
}

/// Lines of one file, in order.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    pub path: String,
    pub lines: Vec<ExcerptLine>,
}

/// One line of an excerpt, made harmless for a terminal.
#[derive(Debug, PartialEq, Eq)]
pub struct ExcerptLine {
    pub kind: LineKind,
    /// Counted from 1: in the new text where the line is added, else in the old one.
    pub number: usize,
    /// The line in pieces; the marked ones are what the finding is about, or what changes.
    pub pieces: Vec<(bool, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    Same,
    Removed,
    Added,
    /// Lines that are not shown; `number` counts those that change.
    Gap,
}

impl<'a> FindingLayout<'a> {
    /// Lays a finding out. `text` gives the files that it and its fix point into, `okeps` says when its OKEP
    /// landed.
    pub fn new(
        finding: &'a Finding,
        okeps: &[OkepSummary],
        text: &dyn Fn(&str) -> Option<Arc<Text>>,
    ) -> Self {
        FindingLayout { finding, excerpts: excerpts(finding, text), remarks: remarks(finding, okeps) }
    }
}

fn remarks(finding: &Finding, okeps: &[OkepSummary]) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = Vec::new();
    // A safe fix is all that there is to do.
    if finding.fix.as_ref().is_none_or(|fix| fix.safety != Safety::Safe) {
        remarks.extend(finding.help.iter().map(|help| Remark { label: "help", text: help.clone() }));
    }
    for related in &finding.related {
        let place = match &related.place {
            Some(place) if related.path == finding.path => format!("line {}", place.line),
            Some(place) => format!("{}:{}", related.path, place.line),
            None => related.path.clone(),
        };
        remarks.push(Remark { label: "note", text: format!("{} ({place})", related.message) });
    }
    remarks.extend(grandfathered(finding, okeps).map(|text| Remark { label: "note", text }));
    if let Some(fix) = &finding.fix {
        remarks.push(Remark { label: fix_label(fix.safety), text: fix.title.clone() });
        for rename in &fix.renames {
            remarks.push(Remark { label: "rename", text: format!("{} to {}", rename.from, rename.to) });
        }
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

pub fn fix_label(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe fix",
        Safety::Suggested => "suggested fix",
    }
}

fn excerpts(finding: &Finding, text: &dyn Fn(&str) -> Option<Arc<Text>>) -> Vec<Excerpt> {
    let mut files: BTreeMap<(bool, &str), Vec<&Edit>> = BTreeMap::new();
    files.insert((false, &finding.path), Vec::new());
    for edit in finding.fix.iter().flat_map(|fix: &Fix| &fix.edits) {
        files.entry((edit.path != finding.path, &edit.path)).or_default().push(edit);
    }
    let excerpt = |((elsewhere, path), edits): ((bool, &str), Vec<&Edit>)| {
        let place = finding.place.as_ref().filter(|_| !elsewhere);
        let lines = text(path).map_or_else(Vec::new, |text| lines(&text, place, &edits));
        Excerpt { path: path.to_owned(), lines }
    };
    files.into_iter().map(excerpt).filter(|e| !e.lines.is_empty() || e.path != finding.path).collect()
}

/// The lines at `place` and those that `edits` change, cut where they are many.
fn lines(text: &Text, place: Option<&Place>, edits: &[&Edit]) -> Vec<ExcerptLine> {
    let quoted = place.map_or(0..0, |place| quoted(text, place));
    let mut lines = match place {
        Some(place) if edits.is_empty() => marked(text, place, quoted),
        _ => changed(text, quoted, edits),
    };
    let rest: Vec<ExcerptLine> = lines.drain(MOST_LINES.min(lines.len())..).collect();
    let more = rest.iter().filter(|line| line.kind != LineKind::Gap).count();
    if more > 0 {
        lines.push(ExcerptLine::gap(more));
    }
    lines
}

/// The lines of a place, counted from 0.
fn quoted(text: &Text, place: &Place) -> Range<usize> {
    let place = text.place(place.span.into());
    let last = if place.end_column == 1 { place.end_line - 1 } else { place.end_line }.max(place.line);
    let last = if last - place.line < LONG_PLACE { last } else { place.line };
    place.line - 1..last.min(text.line_count())
}

/// The lines of a place; where it is part of one line, that part is marked.
fn marked(text: &Text, place: &Place, quoted: Range<usize>) -> Vec<ExcerptLine> {
    let span = text.place(place.span.into()).span;
    let line = |at: usize| {
        let (whole, start) = (text.line(at + 1), text.line_start(at + 1));
        let inside = |offset: usize| offset.saturating_sub(start).min(whole.len());
        let (from, to) = (inside(span.start), inside(span.end));
        let pieces = match quoted.len() == 1 && whole[from..to].trim() != whole.trim() {
            true => vec![(false, &whole[..from]), (true, &whole[from..to]), (false, &whole[to..])],
            false => vec![(false, whole)],
        };
        ExcerptLine::new(LineKind::Same, at, pieces)
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
    let mut show = |at: usize, line: ExcerptLine| {
        if at > next && !lines.is_empty() {
            lines.push(ExcerptLine::gap(0));
        }
        next = if line.kind == LineKind::Added { at } else { at + 1 };
        lines.push(line);
    };
    for (nth, op) in diff.ops().iter().enumerate() {
        let (removed, added) = (op.old_range(), op.new_range());
        if let DiffOp::Equal { .. } = op {
            let is_context = matches!(diff.ops().get(nth + 1), Some(DiffOp::Insert { .. }));
            for at in removed.clone().filter(|at| quoted.contains(at) || is_context && at + 1 == removed.end)
            {
                show(at, ExcerptLine::new(LineKind::Same, at, vec![(false, old[at])]));
            }
        } else if is_long(&old[removed.clone()]) || is_long(&new[added.clone()]) {
            for at in removed.clone() {
                show(at, ExcerptLine::new(LineKind::Removed, at, vec![(false, old[at])]));
            }
            for at in added {
                show(removed.end, ExcerptLine::new(LineKind::Added, at, vec![(false, new[at])]));
            }
        } else {
            for change in diff.iter_inline_changes_deadline(op, None) {
                let pieces = change.values().to_vec();
                match (change.old_index(), change.new_index()) {
                    (Some(at), _) => show(at, ExcerptLine::new(LineKind::Removed, at, pieces)),
                    (_, Some(at)) => show(removed.end, ExcerptLine::new(LineKind::Added, at, pieces)),
                    (None, None) => {}
                }
            }
        }
    }
    lines
}

fn is_long(lines: &[&str]) -> bool {
    lines.len() > LONG_CHANGE || lines.iter().any(|line| line.len() > LONG_LINE)
}

impl ExcerptLine {
    fn gap(number: usize) -> Self {
        ExcerptLine { kind: LineKind::Gap, number, pieces: Vec::new() }
    }

    /// The line at `index`, counted from 0.
    fn new(kind: LineKind, index: usize, pieces: Vec<(bool, &str)>) -> Self {
        let shown = |(marked, piece): (bool, &str)| (marked, quotable(piece.trim_start_matches('\u{feff}')));
        let pieces = pieces.into_iter().filter(|piece| !piece.1.is_empty());
        ExcerptLine { kind, number: index + 1, pieces: pieces.map(shown).collect() }
    }
}
