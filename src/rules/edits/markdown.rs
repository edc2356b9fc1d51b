//! Edits of Markdown that rules propose: sections put in, moved and levelled, prompts taken out.
//!
//! Everything here returns edits of one file; nothing is applied.

use crate::markdown::document::{Document, Heading, fold_blanks};
use crate::markdown::placeholder::is_stub;
use crate::markdown::section_bounds::{begin, end, line_start, text_end};
use crate::okep::prompts::Leftover;
use crate::okep::template::Template;
use crate::rules::context::OkepContext;
use crate::rules::finding::{Edit, Fix};
use std::ops::Range;

/// Puts the headings of some rows `by` levels deeper, or higher if negative.
///
/// None where one of them would leave the six levels there are.
pub fn relevel(context: &OkepContext, rows: Range<usize>, by: i8) -> Option<Vec<Edit>> {
    let rows = context.okep.outline.rows[rows].iter();
    let edits: Option<Vec<Vec<Edit>>> =
        rows.map(|row| relevel_one(context.document(), &context.okep.path, row.heading, by)).collect();
    Some(edits?.concat())
}

/// Which way headings that are `by` levels too deep must go, and how far.
pub fn movement(by: i8) -> (&'static str, String) {
    let verb = if by < 0 { "demote" } else { "promote" };
    match by.unsigned_abs() {
        1 => (verb, "one level".to_owned()),
        levels => (verb, format!("{levels} levels")),
    }
}

/// Puts one heading at a level, and at the margin: one that is indented is none for the site.
pub fn put_at_level(document: &Document, path: &str, heading: usize, level: u8) -> Option<Vec<Edit>> {
    let Heading { level: now, setext, span, .. } = &document.headings[heading];
    let mut edits = margin(document, path, heading);
    // The site takes `name: words` on the first line for metadata where no `#` is before it.
    if level != *now || *setext && span.start == document.body_start {
        edits.extend(relevel_one(document, path, heading, level as i8 - *now as i8)?);
    }
    Some(edits)
}

/// The edit that takes the blanks before a heading away, where there are any.
pub fn margin(document: &Document, path: &str, heading: usize) -> Vec<Edit> {
    let at = document.headings[heading].span.start;
    let start = line_start(document, at);
    let indent = document.text.slice(start..at);
    let is_indent = !indent.is_empty() && indent.bytes().all(|b| b == b' ');
    is_indent.then(|| Edit::replace(path, start..at, "")).into_iter().collect()
}

/// The edits for one heading, in order; closing `#` that were as many as the opening ones stay so, and one that is
/// underlined gets `#`. None where its text would lose what it ends in.
pub fn relevel_one(document: &Document, path: &str, heading: usize, by: i8) -> Option<Vec<Edit>> {
    let Heading { level: now, setext, ref span, .. } = document.headings[heading];
    let level = u8::try_from(now as i8 + by).ok().filter(|l| (1..=6).contains(l))?;
    let source = document.text.slice(span.clone());
    if !setext {
        let by = by.unsigned_abs() as usize;
        let closing = closing_hashes(source);
        let at = |start| match level > now {
            true => Edit::insert(path, start, "#".repeat(by)),
            false => Edit::replace(path, start..start + by, ""),
        };
        let is_balanced = closing == usize::from(now);
        let end = is_balanced.then(|| at(span.end - closing));
        return Some([at(span.start)].into_iter().chain(end).collect());
    }
    let (text, _) = source.rsplit_once('\n')?;
    let (text, hashes) = (text.trim_end(), "#".repeat(level.into()));
    if text.ends_with('#') {
        return None;
    }
    if text.contains('\n') {
        return Some(vec![Edit::replace(path, span.clone(), format!("{hashes} {}", fold_blanks(text)))]);
    }
    let lead = Edit::insert(path, span.start, format!("{hashes} "));
    Some(vec![lead, Edit::replace(path, span.start + text.len()..span.end, "")])
}

/// How many `#` close a heading; escaped ones and those of a word are its text.
fn closing_hashes(heading: &str) -> usize {
    let text = heading.trim_end_matches('#');
    if text.ends_with([' ', '\t']) && !text.trim().is_empty() { heading.len() - text.len() } else { 0 }
}

/// Where a section of the template belongs: behind the nearest section before it that is where it
/// should, else before the nearest one after it, else at the end of the section around it.
pub fn where_belongs(context: &OkepContext, section: usize) -> Option<usize> {
    let row_of = |s: usize| context.alignment.matches[s].map(|m| m.row);
    let neighbour = context.neighbour(section, |other| context.is_settled(other));
    match (neighbour, context.template().outline.rows[section].parent) {
        (Some(after), _) if after > section => Some(begin_of(context, row_of(after)?)),
        (Some(around), _) | (None, Some(around)) => {
            Some(begin_of(context, context.okep.outline.inside(row_of(around)?).end))
        }
        (None, None) => Some(text_end(context.document())),
    }
}

/// Where a missing section belongs: before what stands for the sections inside it, else as its siblings
/// tell. None where those inside are apart, so that no place is right for all.
pub fn where_missing(context: &OkepContext, section: usize) -> Option<usize> {
    let template = &context.template().outline.rows;
    let rows = &context.okep.outline.rows;
    let inside = context.template().outline.inside(section);
    let inside = inside
        .filter(|s| template[*s].parent == Some(section) && !context.alignment.is_misplaced(*s))
        .filter_map(|s| context.alignment.matches[s].map(|m| m.row));
    let (first, last) = inside.fold((usize::MAX, 0), |(a, b), row| (a.min(row), b.max(row)));
    if first > last {
        return where_belongs(context, section);
    }
    let sibling = |s: &usize| template[*s].parent == template[section].parent;
    let found = |s: usize| context.alignment.matches[s].filter(|_| !context.alignment.unordered.contains(&s));
    let in_order = (0..template.len())
        .filter(sibling)
        .filter_map(|s| Some((s, found(s)?.row)))
        .all(|(s, row)| if s < section { row < first } else { row > last });
    let together = (first..=last).all(|row| rows[row].level > template[section].level);
    (in_order && together).then(|| begin_of(context, first))
}

/// Whether a comment that is open at a place would hide what is put there.
pub fn is_hidden(document: &Document, at: usize) -> bool {
    let before = document.text.slice(document.body_start..at);
    before.rfind("<!--").is_some_and(|open| !before[open..].contains("-->"))
}

/// Where a row begins; for the row after the last one, where the text ends.
fn begin_of(context: &OkepContext, row: usize) -> usize {
    let row = context.okep.outline.rows.get(row);
    row.map_or_else(|| text_end(context.document()), |row| begin(context.document(), row.heading))
}

/// What the template says under a section, up to the next heading and what belongs to that; its line breaks are
/// single line feeds.
pub fn prompt(template: &Template, section: usize) -> String {
    let document = &template.document;
    let heading = &document.headings[template.outline.rows[section].heading];
    let body = document.text.slice(heading.span.end..end(document, heading).max(heading.span.end));
    // A carriage return by itself ends a line too.
    body.trim().replace("\r\n", "\n").replace('\r', "\n")
}

/// Inserts a section at the start of a line or at the end of the file, blank lines around it.
///
/// `section` has the line breaks it is to have and none at its end; the file keeps its last one, or
/// its lack of one.
pub fn insert_section(context: &OkepContext, at: usize, section: String) -> Edit {
    let document = context.document();
    let ending = document.text.line_ending_near(at);
    let before = document.text.slice(document.body_start..at);
    let lead = if before.is_empty() { 0 } else { 2 - breaks_at_end(before).min(2) };
    let is_at_line = before.is_empty() || before.ends_with('\n');
    let tail = if at >= document.text.len() { usize::from(is_at_line) } else { 2 };
    let (lead, tail) = (ending.repeat(lead), ending.repeat(tail));
    Edit::insert(&context.okep.path, at, format!("{lead}{section}{tail}"))
}

/// How many line breaks are behind the last text.
fn breaks_at_end(text: &str) -> usize {
    text[text.trim_end().len()..].matches('\n').count()
}

/// Moves the section of a row, with all that is under it, to where the template has it.
pub fn move_section(context: &OkepContext, section: usize, row: usize) -> Option<Fix> {
    let document = context.document();
    // An open fence would swallow what it is moved before.
    if context.alignment.shift != 0 || document.unclosed_fence.is_some() {
        return None;
    }
    let last = moved_rows(context, section, row);
    if empties(context, row..last) {
        return None;
    }
    let (start, end) = (begin_of(context, row), begin_of(context, last));
    let target = where_belongs(context, section)?;
    if (start..=end).contains(&target) || is_hidden(document, target) || is_hidden(document, end) {
        return None;
    }
    // What follows must not run into what is before.
    let (before, after) =
        (document.text.slice(document.body_start..start), document.text.slice(end..document.text.len()));
    let is_parted = before.is_empty() || breaks_at_end(before) > 1;
    let delete = up_to_the_end(document, start..end);
    if !(is_parted || after.is_empty() || after.starts_with('#'))
        || (delete.start + 1..delete.end).contains(&target)
    {
        return None;
    }
    let insert = insert_section(context, target, document.text.slice(start..end).trim_end().to_owned());
    let title = format!("move `{}` to where the template has it", context.section_name(section));
    Some(Fix::suggested(title, vec![insert, Edit::replace(&context.okep.path, delete, "")]))
}

/// The first row after `row` that does not move along: one that is not deeper, or that stands for a
/// section the template does not have inside this one.
fn moved_rows(context: &OkepContext, section: usize, row: usize) -> usize {
    let template = &context.template().outline;
    let stays = |r: &usize| {
        context.alignment.section_of[*r]
            .is_some_and(|s| template.ancestors(s).all(|around| around != section))
    };
    let inside = context.okep.outline.inside(row);
    inside.clone().find(stays).unwrap_or(inside.end)
}

/// Whether the section around would be left with nothing, or with a promise only.
fn empties(context: &OkepContext, moved: Range<usize>) -> bool {
    let rows = &context.okep.outline.rows;
    let Some(parent) = rows[moved.start].parent else { return false };
    let stays = |r: &usize| rows[*r].parent == Some(parent) && !moved.contains(r);
    let heading = context.heading(parent);
    !(0..rows.len()).any(|r| stays(&r)) && (!heading.has_content || is_stub(context.document(), heading))
}

/// What is to be deleted; at the end of the file the blank lines before it go too, and the last line break stays.
pub fn up_to_the_end(document: &Document, deleted: Range<usize>) -> Range<usize> {
    let text = document.text.as_str();
    let last = text.strip_suffix('\n').map_or(text, |rest| rest.strip_suffix('\r').unwrap_or(rest)).len();
    if deleted.end < last {
        return deleted;
    }
    text[..deleted.start].trim_end_matches(['\n', '\r', ' ', '\t']).len()..last
}

/// The range to delete for a prompt: its lines where it is all of its block, else its sentences.
pub fn removal(document: &Document, leftover: &Leftover) -> Range<usize> {
    let (block, text) = (&document.blocks[leftover.block], &document.text);
    let Range { start, end } = leftover.span;
    if leftover.whole_block {
        let start = line_start(document, block.marker.unwrap_or(block.span.start));
        return start..text.line_range(block.span.end.saturating_sub(1)).end;
    }
    if start == block.span.start {
        return start..block.span.end - text.slice(end..block.span.end).trim_start().len();
    }
    block.span.start + text.slice(block.span.start..start).trim_end().len()..end
}

/// What is to be deleted; where that is whole lines below blank ones, or at the start, with the blank lines after it.
pub fn with_blanks(document: &Document, deleted: Range<usize>) -> Range<usize> {
    let text = &document.text;
    let ends_line = deleted.end == text.len() || text.slice(deleted.clone()).ends_with('\n');
    if !ends_line || text.line_range(deleted.start).start != deleted.start {
        return deleted;
    }
    let blank = |at: usize| text.slice(text.line_range(at)).trim().is_empty();
    let mut end = deleted.end;
    let apart = deleted.start <= document.body_start || blank(deleted.start - 1);
    while (apart || text.slice(end..text.len()).trim().is_empty()) && end < text.len() && blank(end) {
        end = text.line_range(end).end;
    }
    deleted.start..end
}
