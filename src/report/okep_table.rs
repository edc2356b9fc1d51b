//! The table of OKEPs: one row each, what is wrong with it at a glance.
//!
//! The cells are cut and broken to fit before `comfy-table` lays them out, and painted afterwards, so
//! that no escape code is ever measured.

use super::{BAD, BOLD, DIM, GOOD, Terminal, counts_by_okep, escape_control, name, shorten, width};
use crate::audit::report::{Counts, OkepSummary, Report};
use crate::rules::finding::Severity;
use anstyle::Style;
use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use std::collections::{BTreeMap, BTreeSet};

/// Blanks between two columns: one of padding, and one where a line between them would stand.
const GAP: usize = 2;
/// The least room for a title, and for the names of rules: the longest has 22 letters, and a comma.
const LEAST_TITLE: usize = 14;
const LEAST_WRONG: usize = 24;
/// A title longer than this is shortened however wide the terminal is.
const MOST_TITLE: usize = 44;
/// Lines that the names of rules may take in one row.
const WRONG_LINES: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OkepColumn {
    Okep,
    Title,
    Landed,
    Nav,
    Index,
    Errors,
    Warnings,
    Hints,
    Wrong,
}

/// One cell: its lines, each in pieces that are painted alike. An empty cell has no lines.
type OkepCell = Vec<Vec<(Style, String)>>;

const PLAIN: Style = Style::new();

/// The table of `okeps`, each line ended by a line break.
pub(super) fn grid(report: &Report, okeps: &[&OkepSummary], terminal: &Terminal) -> String {
    let rows = Rows::new(report, okeps);
    let (columns, room) = rows.fit(terminal);
    let mut table = Table::new();
    let line = LineStyle::none().fill(terminal.glyph('─', '-')).junction(terminal.glyph('─', '-'));
    table.load_style(TableStyle::new().header_separator(line));
    table.set_header(columns.iter().map(|c| header(*c, terminal)));
    let cells: Vec<Vec<OkepCell>> = (0..okeps.len())
        .map(|row| columns.iter().map(|c| rows.cell(row, *c, room[*c as usize], terminal)).collect())
        .collect();
    for row in &cells {
        table.add_row(row.iter().map(plain));
    }
    for (i, column) in columns.iter().enumerate() {
        let column_of_table = table.column_mut(i).expect("has as many columns as its header");
        column_of_table.set_padding((u16::from(i > 0), 0));
        if matches!(column, OkepColumn::Errors | OkepColumn::Warnings | OkepColumn::Hints) {
            column_of_table.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut lines = table.lines();
    let mut out = String::new();
    let head = lines.next().unwrap_or_default();
    out.push_str(&terminal.paint(BOLD, head.trim_end()));
    out.push('\n');
    out.push_str(&terminal.paint(DIM, lines.next().unwrap_or_default().trim_end()));
    out.push('\n');
    for (row, okep) in cells.iter().zip(okeps) {
        for nth in 0..row.iter().map(Vec::len).max().unwrap_or(0) {
            let pieces = row.iter().filter_map(|cell| cell.get(nth)).flatten();
            let link =
                okep.issue.as_ref().filter(|_| nth == 0 && terminal.links).and_then(|i| target(&i.url));
            out.push_str(&painted(lines.next().unwrap_or_default().trim_end(), pieces, link, terminal));
            out.push('\n');
        }
    }
    out
}

fn header(column: OkepColumn, terminal: &Terminal) -> &'static str {
    let (long, short) = match column {
        OkepColumn::Okep => ("OKEP", "OKEP"),
        OkepColumn::Title => ("Title", "Title"),
        OkepColumn::Landed => ("Landed", "Landed"),
        OkepColumn::Nav => ("Nav", "Nav"),
        OkepColumn::Index => ("Index", "Idx"),
        OkepColumn::Errors => ("Errors", "E"),
        OkepColumn::Warnings => ("Warnings", "W"),
        OkepColumn::Hints => ("Hints", "H"),
        OkepColumn::Wrong => ("What is wrong", "What is wrong"),
    };
    if terminal.width >= 110 { long } else { short }
}

fn plain(cell: &OkepCell) -> String {
    let lines = cell.iter().map(|line| line.iter().map(|p| p.1.as_str()).collect::<String>());
    lines.collect::<Vec<_>>().join("\n")
}

/// A line of the table with its pieces painted where they stand, the first one linked to `link`.
/// Between them there are only blanks.
fn painted<'a>(
    line: &str,
    pieces: impl Iterator<Item = &'a (Style, String)>,
    mut link: Option<&str>,
    terminal: &Terminal,
) -> String {
    let mut out = String::new();
    let mut rest = line;
    for (style, piece) in pieces.map(|(style, piece)| (style, piece.trim_end())) {
        let Some(at) = rest.find(piece).filter(|_| !piece.is_empty()) else { continue };
        out.push_str(&rest[..at]);
        let piece_painted = terminal.paint(*style, piece);
        match link.take() {
            Some(url) => out.push_str(&format!("\x1b]8;;{url}\x1b\\{piece_painted}\x1b]8;;\x1b\\")),
            None => out.push_str(&piece_painted),
        }
        rest = &rest[at + piece.len()..];
    }
    out + rest
}

/// A URL that may stand in an escape sequence: of the web, and of visible ASCII only.
fn target(url: &str) -> Option<&str> {
    let web = url.starts_with("https://") || url.starts_with("http://");
    Some(url).filter(|url| web && url.bytes().all(|b| b.is_ascii_graphic()))
}

/// What the rows are made of.
struct Rows<'a> {
    okeps: &'a [&'a OkepSummary],
    counts: BTreeMap<&'a str, Counts>,
    /// Of each OKEP, its rules with their counts, the worst first.
    wrong: BTreeMap<&'a str, Vec<(Severity, &'static str, usize)>>,
}

impl<'a> Rows<'a> {
    fn new(report: &'a Report, okeps: &'a [&'a OkepSummary]) -> Self {
        let mut rules: BTreeMap<&str, BTreeMap<(Severity, &'static str), usize>> = BTreeMap::new();
        for finding in report.live() {
            if let Some(okep) = &finding.okep {
                *rules.entry(okep).or_default().entry((finding.severity, finding.rule)).or_default() += 1;
            }
        }
        let wrong = |rules: BTreeMap<(Severity, &'static str), usize>| {
            // A rule that stands with two severities is one word, at the worse of them.
            let mut seen = BTreeSet::new();
            let total = |rule| rules.iter().filter(|((_, r), _)| *r == rule).map(|(_, n)| n).sum();
            let mut wrong: Vec<_> = (rules.keys().filter(|(_, rule)| seen.insert(*rule)))
                .map(|(severity, rule)| (*severity, *rule, total(*rule)))
                .collect();
            wrong.sort_by_key(|(severity, _, n)| (*severity, std::cmp::Reverse(*n)));
            wrong
        };
        let wrong = rules.into_iter().map(|(okep, rules)| (okep, wrong(rules))).collect();
        Rows { okeps, counts: counts_by_okep(report), wrong }
    }

    /// The columns that fit, and the room of each by its place in [`OkepColumn`].
    fn fit(&self, terminal: &Terminal) -> (Vec<OkepColumn>, [usize; 9]) {
        use OkepColumn::*;
        let mut columns = vec![Okep, Title, Landed, Nav, Index, Errors, Warnings, Hints, Wrong];
        if self.okeps.iter().all(|o| o.landed.is_none()) {
            columns.retain(|c| *c != Landed);
        }
        let mut room = [usize::MAX; 9];
        for column in &columns {
            let cells = (0..self.okeps.len()).map(|row| self.cell(row, *column, usize::MAX, terminal));
            let cells = cells.flat_map(|cell| cell.into_iter().map(|line| line_width(&line)));
            room[*column as usize] = cells.max().unwrap_or(0).max(width(header(*column, terminal)));
        }
        room[Okep as usize] = room[Okep as usize].min(12);
        let fits = |columns: &[OkepColumn], most_title: usize, most_wrong: usize| {
            let needs = columns.iter().map(|c| match c {
                Title => room[Title as usize].min(most_title),
                Wrong => room[Wrong as usize].min(most_wrong),
                c => room[*c as usize],
            });
            needs.sum::<usize>() + GAP * (columns.len() - 1) <= terminal.width
        };
        // Where nobody is asked to be listed, the column makes room for more of the others.
        for (column, asked) in [(Index, self.asked(|o| o.in_index)), (Nav, self.asked(|o| o.in_nav))] {
            if !asked && !fits(&columns, MOST_TITLE, usize::MAX) {
                columns.retain(|c| *c != column);
            }
        }
        for column in [Landed, Index, Nav, Wrong] {
            if !fits(&columns, LEAST_TITLE, LEAST_WRONG) {
                columns.retain(|c| *c != column);
            }
        }
        let fixed = columns.iter().filter(|c| !matches!(c, Title | Wrong)).map(|c| room[*c as usize]);
        let free = terminal.width.saturating_sub(fixed.sum::<usize>() + GAP * (columns.len() - 1));
        if columns.contains(&Wrong) {
            let wrong = room[Wrong as usize];
            let half = free.saturating_sub(wrong).max(free * 2 / 5).max(LEAST_TITLE);
            room[Title as usize] = room[Title as usize].min(MOST_TITLE).min(half);
            room[Wrong as usize] = wrong.min(free.saturating_sub(room[Title as usize]));
        } else {
            room[Title as usize] = room[Title as usize].min(free.max(8));
        }
        (columns, room)
    }

    fn asked(&self, listed: fn(&OkepSummary) -> Option<bool>) -> bool {
        self.okeps.iter().any(|o| listed(o).is_some())
    }

    fn cell(&self, row: usize, column: OkepColumn, room: usize, terminal: &Terminal) -> OkepCell {
        let okep = self.okeps[row];
        let counts = self.counts.get(okep.path.as_str()).copied().unwrap_or_default();
        let number = |n: usize, severity| match n {
            0 => Vec::new(),
            n => one(Terminal::severity(severity), n.to_string()),
        };
        match column {
            OkepColumn::Okep => match okep.number {
                Some(_) => one(BOLD, name(Some(okep), &okep.path)),
                None => one(DIM, "-".to_owned()),
            },
            OkepColumn::Title => match &okep.title {
                Some(title) => one(PLAIN, shorten(&escape_control(title), room, terminal)),
                None => one(DIM, shorten(&name(None, &okep.path), room, terminal)),
            },
            OkepColumn::Landed => match &okep.landed {
                Some(landed) => one(PLAIN, escape_control(&landed.date).into_owned()),
                None => one(DIM, "-".to_owned()),
            },
            OkepColumn::Nav => mark(okep.in_nav, terminal),
            OkepColumn::Index => mark(okep.in_index, terminal),
            OkepColumn::Errors => number(counts.errors, Severity::Error),
            OkepColumn::Warnings => number(counts.warnings, Severity::Warning),
            OkepColumn::Hints => number(counts.hints, Severity::Hint),
            OkepColumn::Wrong => self.wrong(okep, room, terminal),
        }
    }

    fn wrong(&self, okep: &OkepSummary, room: usize, terminal: &Terminal) -> OkepCell {
        let Some(rules) = self.wrong.get(okep.path.as_str()) else {
            return one(GOOD, "nothing".to_owned());
        };
        let used_up = |line: Option<&Vec<(Style, String)>>| line.map_or(0, |line| line_width(line));
        let mut lines: OkepCell = vec![Vec::new()];
        for (i, (severity, rule, n)) in rules.iter().enumerate() {
            let word = match n {
                1 => (*rule).to_owned(),
                n => format!("{rule} {}{n}", terminal.glyph("×", "x")),
            };
            let last = i + 1 == rules.len();
            let comma = if last { "" } else { ", " };
            // The last line keeps room to say how many rules it leaves out.
            let more = format!("+{}", rules.len() - i);
            let overfull = |lines: &OkepCell| {
                let reserve = if last || lines.len() < WRONG_LINES { 0 } else { width(&more) + 1 };
                let used = used_up(lines.last());
                used.saturating_add(width(&word) + comma.trim_end().len() + reserve) > room
            };
            if lines.len() < WRONG_LINES && i > 0 && overfull(&lines) {
                lines.push(Vec::new());
            }
            if lines.len() == WRONG_LINES && overfull(&lines) {
                let above = &lines[WRONG_LINES - 2];
                if used_up(lines.last()) == 0 && used_up(Some(above)).saturating_add(width(&more)) <= room {
                    lines.pop();
                }
                lines.last_mut().expect("starts with one line").push((DIM, more));
                break;
            }
            let line = lines.last_mut().expect("starts with one line");
            line.push((
                Terminal::severity(*severity).effects(anstyle::Effects::new()),
                shorten(&word, room, terminal),
            ));
            line.push((PLAIN, comma.to_owned()));
        }
        for line in &mut lines {
            if let Some((_, end)) = line.last_mut() {
                *end = end.trim_end().to_owned();
            }
        }
        lines
    }
}

fn one(style: Style, text: String) -> OkepCell {
    vec![vec![(style, text)]]
}

fn line_width(line: &[(Style, String)]) -> usize {
    line.iter().map(|p| width(&p.1)).sum()
}

fn mark(listed: Option<bool>, terminal: &Terminal) -> OkepCell {
    match listed {
        Some(true) => one(GOOD, terminal.glyph("✓", "yes").to_owned()),
        Some(false) => one(BAD, terminal.glyph("✗", "NO").to_owned()),
        None => one(DIM, "-".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_reports::{empty, finding, okep};
    use super::*;
    use crate::audit::report::Report;

    fn terminal(width: usize) -> Terminal {
        Terminal { width, color: false, unicode: true, links: false }
    }

    fn two() -> Report {
        let wide = "docs/okeps/okep-5193-wide.md";
        let nameless = OkepSummary {
            number: None,
            title: None,
            issue: None,
            landed: None,
            in_nav: Some(false),
            ..okep("docs/okeps/OKEP.md", 0, "", "")
        };
        empty()
            .with_okep(nameless)
            .with_okep(okep(wide, 5193, "用户定义网络 🚀 for everybody", "2025-02-14"))
            .with_okep(okep("docs/okeps/okep-0007-seven.md", 7, "Seven", "2024-12-31"))
            .with(finding("missing-section", Severity::Error, wide, "a"))
            .with(finding("missing-section", Severity::Error, wide, "b"))
            .with(finding("missing-section", Severity::Hint, wide, "c"))
            .with(finding("goals-not-listed", Severity::Hint, wide, "d"))
            .with(finding("long-problem-statement", Severity::Hint, wide, "e"))
            .with(finding("skipped-heading-level", Severity::Warning, wide, "f"))
    }

    fn check(width: usize, expected: &str) {
        let report = two();
        let okeps: Vec<_> = report.okeps.iter().collect();
        let grid = grid(&report, &okeps, &terminal(width));
        assert!(grid == expected, "@@BEGIN {expected}\n{grid}@@END");
        for line in grid.lines() {
            assert!(super::width(line) <= width, "{line}");
        }
    }

    #[test]
    fn wide_terminals_get_every_column() {
        check(120, "\
OKEP  Title                         Landed      Nav  Errors  Warnings  Hints  What is wrong
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
-     OKEP.md                       -           ✗                             nothing
5193  用户定义网络 🚀 for everybo…  2025-02-14  ✓         2         1      3  missing-section ×3, skipped-heading-level,
                                                                              goals-not-listed, long-problem-statement
0007  Seven                         2024-12-31  ✓                             nothing
");
    }

    #[test]
    fn eighty_columns_hold_all_that_is_asked() {
        check(
            80,
            "\
OKEP  Title               Landed      Nav  E  W  H  What is wrong
─────────────────────────────────────────────────────────────────────────────
-     OKEP.md             -           ✗             nothing
5193  用户定义网络 🚀 f…  2025-02-14  ✓    2  1  3  missing-section ×3,
                                                    skipped-heading-level, +2
0007  Seven               2024-12-31  ✓             nothing
",
        );
    }

    #[test]
    fn narrow_terminals_lose_what_is_said_elsewhere() {
        check(
            60,
            "\
OKEP  Title          Nav  E  W  H  What is wrong
─────────────────────────────────────────────────────────
-     OKEP.md        ✗             nothing
5193  用户定义网络…  ✓    2  1  3  missing-section ×3, +3
0007  Seven          ✓             nothing
",
        );
        check(
            40,
            "\
OKEP  Title                      E  W  H
────────────────────────────────────────
-     OKEP.md
5193  用户定义网络 🚀 for ever…  2  1  3
0007  Seven
",
        );
    }

    #[test]
    fn marks_can_be_plain_ascii() {
        let report = two();
        let okeps: Vec<_> = report.okeps.iter().collect();
        let grid = grid(&report, &okeps, &Terminal { unicode: false, ..terminal(80) });
        // The title is the author's.
        assert!(grid.replace(|c| "用户定义网络🚀".contains(c), "").is_ascii(), "{grid}");
    }

    #[test]
    fn a_hostile_issue_url_is_no_link() {
        assert_eq!(target("https://example.org/issues/7"), Some("https://example.org/issues/7"));
        assert_eq!(target("https://example.org/\u{1b}]8;;"), None);
        assert_eq!(target("javascript:alert(1)"), None);
    }

    #[test]
    fn colours_and_links_leave_the_text_alone() {
        let report = two();
        let okeps: Vec<_> = report.okeps.iter().collect();
        let painted = grid(&report, &okeps, &Terminal { color: true, links: true, ..terminal(80) });
        let seven = painted.lines().last().expect("has rows");
        assert_eq!(
            seven,
            "\x1b]8;;https://github.com/ovn-org/ovn-kubernetes/issues/7\x1b\\\x1b[1m0007\x1b[0m\x1b]8;;\x1b\\  \
             Seven               2024-12-31  \x1b[32m✓\x1b[0m             \x1b[32mnothing\x1b[0m"
        );
    }
}
