//! A finding as a compiler shows it, and `--format full`: every finding like that.

use super::layout::{ExcerptLine, excerpts, remarks};
use super::summary::{View, by_severity, count, summary};
use super::terminal::{ADDED, BOLD, DIM, REMOVED, Terminal, escape_control, prefix, severity};
use crate::audit::report::Report;
use crate::rules::finding::Finding;
use anstyle::Style;
use similar::ChangeTag;
use unicode_width::UnicodeWidthStr;

/// The report with every finding in full, errors first.
pub fn full(report: &Report, view: &View, terminal: &Terminal) -> String {
    blocks(report, &by_severity(report), terminal) + &summary(report, view, terminal)
}

/// The findings in full, a blank line after each.
pub(super) fn blocks(report: &Report, findings: &[&Finding], terminal: &Terminal) -> String {
    findings.iter().map(|finding| block(report, finding, terminal) + "\n").collect()
}

fn block(report: &Report, finding: &Finding, terminal: &Terminal) -> String {
    let excerpts = excerpts(finding, &|path| report.texts.get(path).cloned());
    let numbers = excerpts.iter().flat_map(|(_, lines)| lines).map(|line| line.number);
    let gutter = numbers.max().unwrap_or(0).to_string().len();
    let tag = format!("{}[{}]", finding.severity, finding.rule);
    let tag = terminal.paint(severity(finding.severity), &tag);
    let mut out = terminal.wrap(&format!("{tag}: "), &escape_control(&finding.message), 4);
    let place = finding.place.as_ref().map_or(String::new(), |place| format!(":{}", place.line));
    out += &place_line(&format!("{}{place}", finding.path), gutter, terminal);
    for (path, lines) in &excerpts {
        if *path != finding.path {
            out += &place_line(path, gutter, terminal);
        }
        out += &excerpt(lines, gutter, terminal);
    }
    for (label, text) in remarks(finding, &report.okeps) {
        let label = format!("{:gutter$} = {label}: ", "");
        out += &terminal.wrap(&label, &escape_control(&text), label.len());
    }
    out
}

fn place_line(place: &str, gutter: usize, terminal: &Terminal) -> String {
    format!("{:gutter$}{} {}\n", "", terminal.paint(DIM, "-->"), escape_control(place))
}

fn excerpt(lines: &[ExcerptLine], gutter: usize, terminal: &Terminal) -> String {
    let room = terminal.width.saturating_sub(gutter + 3).max(8);
    let mut out = String::new();
    for line in lines {
        let (sign, style) = match line.kind {
            Some(ChangeTag::Equal) => ("|", Style::new()),
            Some(ChangeTag::Delete) => ("-", REMOVED),
            Some(ChangeTag::Insert) => ("+", ADDED),
            None => {
                let more = if line.number > 0 { count(line.number, "more line") } else { String::new() };
                let gap = format!("{:gutter$} {} {more}", "", terminal.ellipsis());
                out += &format!("{}\n", gap.trim_end());
                continue;
            }
        };
        let pieces = clipped(line, room, terminal);
        let style_of = |marked: bool| if marked { style.underline().bold() } else { style };
        let text: String =
            pieces.iter().map(|(marked, text)| terminal.paint(style_of(*marked), text)).collect();
        let number = terminal.paint(DIM, &format!("{:gutter$}", line.number));
        let shown = format!("{number} {} {text}", terminal.paint(style, sign));
        out += &format!("{}\n", shown.trim_end());
        if line.kind == Some(ChangeTag::Equal)
            && let Some(marked) = pieces.iter().position(|(marked, _)| *marked)
        {
            let before: usize = pieces[..marked].iter().map(|(_, text)| text.width()).sum();
            let carets = "^".repeat(pieces[marked].1.width().max(1));
            out += &format!("{:gutter$} | {:before$}{}\n", "", "", terminal.paint(BOLD, &carets));
        }
    }
    out
}

/// The line in at most `room` columns: the first marked piece stays in sight, and the line's beginning where
/// there is room for both.
fn clipped(line: &ExcerptLine, room: usize, terminal: &Terminal) -> Vec<(bool, String)> {
    let width: usize = line.pieces.iter().map(|(_, text)| text.width()).sum();
    let before: usize =
        line.pieces.iter().take_while(|(marked, _)| !marked).map(|(_, text)| text.width()).sum();
    let mut pieces = Vec::new();
    let (mut skip, mut room) = (0, room);
    if width > room && before < width && before + 12 > room {
        skip = before.saturating_sub(room / 3);
        pieces.push((false, terminal.ellipsis().to_owned()));
        room = room.saturating_sub(terminal.ellipsis().len().min(3));
    }
    for (marked, text) in &line.pieces {
        let start = prefix(text, skip).len();
        skip = skip.saturating_sub(text.width());
        let text = &text[start..];
        let shown = terminal.cut(text, room);
        room = room.saturating_sub(shown.width());
        let is_cut = shown != text;
        pieces.push((*marked, shown));
        if is_cut || room == 0 {
            break;
        }
    }
    pieces
}
