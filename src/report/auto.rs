//! The default output: how much is printed follows how much there is.
//!
//! A few errors and warnings are shown in full. More are one line each, by file, and those of one rule and
//! file one line together; `--format full` has each of them.

use super::full::blocks;
use super::summary::{View, count, listed, summary};
use super::tables::{Cell, Cells, table};
use super::terminal::{BOLD, Terminal, escape_control, okep_label, severity};
use crate::audit::report::{Counts, OkepSummary, Report};
use crate::rules::finding::Finding;
use crate::text::path::file_name;
use indexmap::IndexMap;
use std::collections::BTreeMap;
use textwrap::core::display_width;

/// As many findings are shown in full.
const FEW: usize = 5;
/// As many findings are listed one by one, also where several are of one rule and file.
const FEW_LINES: usize = 25;
/// Beyond this, files and OKEPs are only counted.
const MOST_LINES: usize = 140;
const MOST_ROWS: usize = 40;
/// Lines or subjects of folded findings that are named.
const MOST_NAMES: usize = 12;

/// The report for a terminal; a report without findings is a line.
pub fn auto(report: &Report, view: &View, terminal: &Terminal) -> String {
    let findings = listed(report, view);
    let mut out = String::new();
    if view.all && !findings.is_empty() {
        out += &okeps(report, terminal);
        out += "\n";
    }
    if is_folded(report, view) {
        out += &by_file(&findings, terminal);
    } else {
        out += &blocks(report, &findings, terminal);
    }
    out + &summary(report, view, terminal)
}

/// Whether findings are one line each, so that there is more to see of them.
pub fn is_folded(report: &Report, view: &View) -> bool {
    listed(report, view).len() > FEW
}

fn okeps(report: &Report, terminal: &Terminal) -> String {
    // What the table has in these is also said elsewhere.
    let is_narrow = terminal.width < 70;
    let listed = |shown: Option<bool>| {
        let shown = shown.filter(|_| !is_narrow).map(|shown| if shown { "yes" } else { "no" });
        shown.unwrap_or_default().to_owned()
    };
    let row = |(okep, counts): (&OkepSummary, Counts)| {
        let landed = okep.landed.as_ref().filter(|_| !is_narrow).map_or("", |landed| &landed.date);
        vec![
            Cell("OKEP", Cells::Cut, okep_label(okep.number, &okep.path)),
            Cell("Title", Cells::Cut, escape_control(okep.title.as_deref().unwrap_or_default()).into_owned()),
            Cell("Landed", Cells::Text, escape_control(landed).into_owned()),
            Cell("Nav", Cells::Text, listed(okep.in_nav)),
            Cell("Index", Cells::Text, listed(okep.in_index)),
            Cell::count("Errors", counts.errors),
            Cell::count("Warnings", counts.warnings),
            Cell::count("Hints", counts.hints),
        ]
    };
    let mut okeps = report.counted_okeps();
    let all = okeps.len();
    if all > MOST_ROWS {
        okeps.sort_by_key(|(_, counts)| std::cmp::Reverse((counts.errors, counts.warnings)));
        okeps.truncate(MOST_ROWS);
    }
    let mut out = table(&okeps.into_iter().map(row).collect::<Vec<_>>(), terminal);
    if all > MOST_ROWS {
        out += &format!("{} {} more OKEPs\n", terminal.ellipsis(), all - MOST_ROWS);
    }
    out
}

/// The findings of one rule in one file.
type Group<'a> = Vec<&'a Finding>;

/// A line for each rule of each file, the files with the worst first.
fn by_file(findings: &[&Finding], terminal: &Terminal) -> String {
    let mut files: BTreeMap<&str, IndexMap<(&str, &str), Group>> = BTreeMap::new();
    for finding in findings {
        let groups = files.entry(&finding.path).or_default();
        groups.entry((finding.rule, finding.severity.as_str())).or_default().push(finding);
    }
    let mut files: Vec<(&str, IndexMap<_, Group>)> = files.into_iter().collect();
    files.sort_by_key(|(_, groups)| groups[0][0].severity);
    let rules = findings.iter().map(|finding| finding.rule.len()).max().unwrap_or(0);
    let lists_all = findings.len() <= FEW_LINES;
    let mut out = String::new();
    for (nth, (path, groups)) in files.iter().enumerate() {
        if out.lines().count() > MOST_LINES {
            let rest: usize = files[nth..].iter().flat_map(|(_, groups)| groups.values()).map(Vec::len).sum();
            let (rest, in_files) = (count(rest, "more finding"), count(files.len() - nth, "file"));
            out += &format!("{} {rest} in {in_files}\n", terminal.ellipsis());
            break;
        }
        out += &format!("{}\n", terminal.paint(BOLD, &escape_control(path)));
        out.extend(groups.values().map(|group| row(group, rules, lists_all, terminal)));
    }
    if findings.iter().any(|finding| finding.fix.is_some()) {
        out += "* a fix exists\n";
    }
    out + "\n"
}

/// `line severity rule * message`, with the other lines where the group has several findings.
fn row(group: &Group, rules: usize, lists_all: bool, terminal: &Terminal) -> String {
    let first = group[0];
    let line = first.place.as_ref().map_or(String::new(), |place| place.line.to_string());
    let mark = if group.iter().any(|finding| finding.fix.is_some()) { "*" } else { " " };
    let name = terminal.paint(severity(first.severity), &format!("{:<8}", first.severity));
    let start = format!("{line:>6}  {name} {:rules$} {mark} ", first.rule);
    let mut text = escape_control(&first.message).into_owned();
    if group.len() > 1 && !lists_all {
        text += &format!("; and {} more{}", group.len() - 1, others(&group[1..]));
    }
    // A narrow terminal has no room for two columns of words.
    let is_narrow = terminal.width < 2 * display_width(&start);
    let indent = if is_narrow { 10 } else { display_width(&start) };
    let mut shown = match is_narrow {
        true => format!("{}\n{}", start.trim_end(), terminal.wrap(&" ".repeat(indent), &text, indent)),
        false => terminal.wrap(&start, &text, indent),
    };
    if lists_all {
        shown += &places(group, indent - 6, terminal);
    }
    shown
}

/// Where findings are, by their lines; where they have none, or all the same, by their OKEPs or their subjects.
fn others(findings: &[&Finding]) -> String {
    let lines = findings.iter().filter_map(|finding| finding.place.as_ref());
    let mut lines: Vec<String> = lines.map(|place| place.line.to_string()).collect();
    if lines.len() > 1 && lines.iter().all(|line| *line == lines[0]) {
        lines.clear();
    }
    let name = |f: &&Finding| {
        let okep = f.okep.as_deref().filter(|okep| *okep != f.path);
        format!("`{}`", escape_control(okep.map_or(&f.subject, file_name)))
    };
    let (before, names, after) = match lines[..] {
        [] => (": ", findings.iter().map(name).collect(), ""),
        [_] => (" (line ", lines, ")"),
        _ => (" (lines ", lines, ")"),
    };
    let more = names.len().saturating_sub(MOST_NAMES);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{before}{}{rest}{after}", names[..names.len() - more].join(", "))
}

/// All findings of a group but the first in a line each: where they are, and as much of what is wrong as fits,
/// without the words that all begin with.
fn places(group: &Group, indent: usize, terminal: &Terminal) -> String {
    let words = |finding: &Finding| format!("{} ", finding.message);
    let first = words(group[0]);
    let is_shared = |end: &usize| {
        let shared = &first[..*end];
        // A name is not cut.
        group.iter().all(|finding| words(finding).starts_with(shared)) && shared.matches('`').count() % 2 == 0
    };
    let shared = first.match_indices(' ').map(|(at, _)| at + 1).rfind(is_shared).unwrap_or(0);
    let line = |finding: &&Finding| {
        let line = finding.place.as_ref().map_or(String::new(), |place| place.line.to_string());
        let message = escape_control(finding.message.get(shared..).unwrap_or_default());
        let text = format!("{line:>6}{:indent$}{message}", "");
        format!("{}\n", terminal.cut(text.trim_end(), terminal.width))
    };
    group[1..].iter().map(line).collect()
}
