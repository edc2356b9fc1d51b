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

/// The edits for one heading, in order; closing `#` that were as many as the opening ones stay so.
pub fn relevel_one(document: &Document, path: &str, heading: usize, by: i8) -> Option<Vec<Edit>> {
    let heading = &document.headings[heading];
    let level = u8::try_from(heading.level as i8 + by).ok().filter(|l| (1..=6).contains(l))?;
    let start = heading.span.start;
    if !heading.setext {
        let by = by.unsigned_abs() as usize;
        let closing = closing_hashes(document.text.slice(heading.span.clone()));
        let at = |start| match level > heading.level {
            true => Edit::insert(path, start, "#".repeat(by)),
            false => Edit::replace(path, start..start + by, ""),
        };
        let balanced = closing == usize::from(heading.level);
        let ends = [Some(at(start)), balanced.then(|| at(heading.span.end - closing))];
        return Some(ends.into_iter().flatten().collect());
    }
    underlined_at_level(document, path, heading, level)
}

/// The edits that turn an underlined heading into one that `#` leads; none where the text would lose what it ends in.
fn underlined_at_level(document: &Document, path: &str, heading: &Heading, level: u8) -> Option<Vec<Edit>> {
    let (text, _) = document.text.slice(heading.span.clone()).rsplit_once('\n')?;
    let hashes = "#".repeat(level.into());
    if text.trim_end().ends_with('#') {
        return None;
    }
    if text.contains('\n') {
        return Some(vec![Edit::replace(
            path,
            heading.span.clone(),
            format!("{hashes} {}", fold_blanks(text)),
        )]);
    }
    let line = heading.span.start + text.trim_end().len();
    let lead = Edit::insert(path, heading.span.start, format!("{hashes} "));
    Some(vec![lead, Edit::replace(path, line..heading.span.end, "")])
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
            Some(end_before(context, context.okep.outline.inside(row_of(around)?).end))
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
    let row_of =
        |s: usize| context.alignment.matches[s].filter(|_| !context.alignment.unordered.contains(&s));
    let in_order = (0..template.len())
        .filter(sibling)
        .filter_map(|s| Some((s, row_of(s)?.row)))
        .all(|(s, row)| if s < section { row < first } else { row > last });
    let together = (first..=last).all(|row| rows[row].level > template[section].level);
    (in_order && together).then(|| begin_of(context, first))
}

/// Whether a comment that is open at a place would hide what is put there.
pub fn is_hidden(document: &Document, at: usize) -> bool {
    let before = document.text.slice(document.body_start..at).as_bytes();
    let open = memchr::memrchr_iter(b'<', before).find(|at| before[*at..].starts_with(b"<!--"));
    open.is_some_and(|open| memchr::memmem::find(&before[open..], b"-->").is_none())
}

/// Where the text before a row ends; for the row after the last one, the end of the document.
fn end_before(context: &OkepContext, row: usize) -> usize {
    let is_end = row == context.okep.outline.rows.len();
    if is_end { text_end(context.document()) } else { begin_of(context, row) }
}

fn begin_of(context: &OkepContext, row: usize) -> usize {
    begin(context.document(), context.okep.outline.rows[row].heading)
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
    let is_end = at >= document.text.len();
    let lead = match before {
        "" => String::new(),
        b if ends_with_blank_line(b) => String::new(),
        b if b.ends_with('\n') => ending.to_owned(),
        _ => ending.repeat(2),
    };
    let tail = match is_end {
        true if before.is_empty() || before.ends_with('\n') => ending.to_owned(),
        true => String::new(),
        false => ending.repeat(2),
    };
    Edit::insert(&context.okep.path, at, format!("{lead}{section}{tail}"))
}

fn ends_with_blank_line(text: &str) -> bool {
    let Some(without) = text.strip_suffix('\n') else { return false };
    let last = without.rsplit('\n').next().unwrap_or_default();
    last.trim().is_empty() && without.contains('\n')
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
    let start = begin_of(context, row);
    let end = end_before(context, last);
    let target = where_belongs(context, section)?;
    if is_hidden(document, target) || is_hidden(document, end) {
        return None;
    }
    let name = context.section_name(section);
    if (start..=end).contains(&target) {
        return None;
    }
    let moved = document.text.slice(start..end);
    let insert = insert_section(context, target, without_blank_end(moved).to_owned());
    let delete = Edit::replace(&context.okep.path, cut(document, start..parted(document, start..end)?), "");
    if delete.start < insert.start && insert.start < delete.end {
        return None;
    }
    Some(Fix::suggested(format!("move `{name}` to where the template has it"), vec![insert, delete]))
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

/// Where to end the deletion of a section, so that what follows does not run into what is before:
/// its blank lines stay where nothing else parts the two. None where it has none.
fn parted(document: &Document, range: Range<usize>) -> Option<usize> {
    let text = &document.text;
    let before = text.slice(document.body_start..range.start);
    let after = text.slice(range.end..text.len());
    if before.is_empty() || ends_with_blank_line(before) || after.is_empty() || after.starts_with('#') {
        return Some(range.end);
    }
    let own = text.slice(range.clone());
    let rest = without_blank_end(own);
    let kept = &own[rest.len()..];
    let line = final_break(&kept[..kept.find('\n').map_or(0, |i| i + 1)]);
    (line < kept.len()).then_some(range.start + rest.len() + line)
}

/// The text without the blank lines at its end and the last line's break.
fn without_blank_end(text: &str) -> &str {
    let rest = text.trim_end().len();
    let line = text[rest..].find('\n').map_or(text.len(), |i| rest + i);
    text[..line].strip_suffix('\r').unwrap_or(&text[..line])
}

/// The range to delete for a section: at the end of the file the blank lines before it go too.
fn cut(document: &Document, range: Range<usize>) -> Range<usize> {
    if range.end < document.text.len() {
        return range;
    }
    let before = document.text.slice(0..range.start).trim_end_matches(['\n', '\r', ' ', '\t']).len();
    // The last line break of the file stays what it was, or stays away.
    before..range.end - final_break(document.text.slice(range.clone()))
}

/// What is to be deleted up to the end of the file, with the blank lines that it would leave there.
pub fn up_to_the_end(document: &Document, deleted: Range<usize>) -> Range<usize> {
    let text = document.text.as_str();
    let last = text.len() - final_break(text);
    if deleted.end < last { deleted } else { cut(document, deleted.start..text.len()) }
}

/// Bytes of the line break at the end of a text.
fn final_break(text: &str) -> usize {
    match text.strip_suffix('\n') {
        Some(rest) => 1 + usize::from(rest.ends_with('\r')),
        None => 0,
    }
}

/// The range to delete for a prompt: its lines where it is all of its block, else its sentences.
pub fn removal(document: &Document, leftover: &Leftover) -> Range<usize> {
    let block = &document.blocks[leftover.block];
    let text = &document.text;
    if leftover.whole_block {
        let start = line_start(document, block.marker.unwrap_or(block.span.start));
        return start..text.line_range(block.span.end.saturating_sub(1)).end;
    }
    if leftover.span.start == block.span.start {
        let rest = text.slice(leftover.span.end..block.span.end);
        let blanks = rest.len() - rest.trim_start().len();
        return leftover.span.start..leftover.span.end + blanks;
    }
    let before = text.slice(block.span.start..leftover.span.start);
    let blanks = before.len() - before.trim_end().len();
    leftover.span.start - blanks..leftover.span.end
}

/// A range of whole lines to delete, with the blank lines after it where blank lines are before it.
pub fn with_blanks(document: &Document, lines: Range<usize>) -> Range<usize> {
    let text = &document.text;
    let blank = |at: usize| text.slice(text.line_range(at)).trim().is_empty();
    let mut end = lines.end;
    let apart = lines.start == document.body_start || blank(lines.start - 1);
    while (apart || text.slice(end..text.len()).trim().is_empty()) && end < text.len() && blank(end) {
        end = text.line_range(end).end;
    }
    cut(document, lines.start..end)
}
