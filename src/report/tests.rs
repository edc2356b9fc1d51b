//! What each format makes of sample reports, as snapshots in `snapshots/`.

use super::test_reports::{BAD_OKEP, empty, finding, large, okep, small};
use super::{Terminal, View, auto, full, github, markdown, short, statistics};
use crate::audit::report::{Baseline, Report, Source};
use crate::files::Note;
use crate::rules::finding::{Edit, Fix, Severity};
use insta::assert_snapshot;

const PLAIN: Terminal = Terminal { width: 80, color: false, unicode: true };

fn wide(width: usize) -> Terminal {
    Terminal { width, ..PLAIN }
}

fn all() -> View {
    View { all: true, ..View::default() }
}

fn refused(suggestions: &[(&str, &str)]) -> View {
    let suggestion = |(what, command): &(&str, &str)| ((*what).to_owned(), (*command).to_owned());
    View {
        refused: Some("commit"),
        suggestions: suggestions.iter().map(suggestion).collect(),
        ..View::default()
    }
}

/// A change that adds an OKEP of which `n` prompts are unanswered.
fn draft(n: usize) -> Report {
    let path = "docs/okeps/okep-7001-rate-limits.md";
    let section =
        |i: usize| format!("## Section {i}\n\n(Describe part {i} of the proposal in a few sentences.)\n\n");
    let text: String = (1..=n).map(section).collect();
    let mut report = empty().with_text(path, &text).with_okep(okep(path, 7001, "Rate Limits", "2026-02-14"));
    (report.source, report.since, report.partial) = (Source::Index, Some("0123456789".into()), true);
    for i in 1..=n {
        let prompt = format!("(Describe part {i} of");
        let message = format!("unanswered prompt in `Section {i}`: `{prompt} ...`");
        let one = finding("template-text", Severity::Error, path, &message).at(&report, &prompt);
        report = report.with(one.subject(&format!("Section {i}")).helped("answer it and delete it"));
    }
    report
}

#[test]
fn a_few_findings_are_shown_in_full() {
    assert_snapshot!("few_80", auto::auto(&small(), &all(), &PLAIN));
    assert_snapshot!("few_40", auto::auto(&small(), &all(), &wide(40)));
    let ascii = Terminal { unicode: false, ..PLAIN };
    assert_snapshot!("few_ascii", auto::auto(&small(), &View::default(), &ascii));
}

#[test]
fn many_findings_are_a_line_each_and_those_of_one_rule_and_file_together() {
    assert_snapshot!("many_80", auto::auto(&large(), &all(), &PLAIN));
    assert_snapshot!("many_120", auto::auto(&large(), &all(), &wide(120)));
    assert_snapshot!("many_40", auto::auto(&large(), &all(), &wide(40)));
    assert_snapshot!(
        "many_with_hints",
        auto::auto(&large(), &View { hints: true, ..View::default() }, &PLAIN)
    );
}

#[test]
fn a_refused_commit_says_what_failed_and_what_to_type() {
    let mut one = small();
    (one.source, one.since, one.partial) = (Source::Index, Some("0123456789".into()), true);
    for reported in &mut one.findings {
        let is_new = reported.finding.rule == "not-in-nav";
        reported.baseline = Some(if is_new { Baseline::New } else { Baseline::Existing });
    }
    let view = refused(&[
        ("1 safe fix", "okep check --staged --fix; git add mkdocs.yml"),
        ("skip okep", "git commit --no-verify"),
    ]);
    assert_snapshot!("refused_one", auto::auto(&one, &view, &PLAIN));
    let view = refused(&[
        ("in detail", "okep check --staged --format full"),
        ("skip okep", "git commit --no-verify"),
    ]);
    let draft = draft(15);
    assert_snapshot!("refused_draft", auto::auto(&draft, &view, &wide(100)));
    assert!(auto::auto(&draft, &view, &PLAIN).lines().count() <= 40);
}

#[test]
fn a_long_list_is_cut_and_the_rest_is_counted() {
    let mut report = empty();
    for number in 1..300 {
        let path = format!("docs/okeps/okep-{number}-a.md");
        report = report.with_okep(okep(&path, number, "A", "2025-02-14"));
        let one = finding("missing-issue", Severity::Error, &path, "no line names the tracking issue");
        report = report.with(one);
    }
    let shown = auto::auto(&report, &all(), &PLAIN);
    assert!(shown.lines().count() <= 200, "{} lines", shown.lines().count());
    assert!(shown.contains("… 259 more OKEPs\n"), "{shown}");
    assert!(shown.contains(" more findings in "), "{shown}");
    let one_file = empty().with_okep(okep("a.md", 1, "A", "2025-02-14"));
    let links = (0..40).fold(one_file.with_text("a.md", &"x\n".repeat(50)), |report, at| {
        let mut one = finding("broken-link", Severity::Warning, "a.md", "`b.png` does not exist");
        one.place = Some(report.texts["a.md"].place(2 * at..2 * at + 1));
        report.with(one)
    });
    assert_snapshot!("folded_lines", auto::auto(&links, &View::default(), &PLAIN));
}

#[test]
fn nothing_found_is_one_line() {
    let check = |report: &Report, expected: &str| assert_eq!(auto::auto(report, &all(), &PLAIN), expected);
    check(&empty(), "no OKEPs checked, no problems found\n");
    let mut report = empty().with_okep(okep("docs/okeps/okep-1-a.md", 1, "A", "2025-01-02"));
    check(&report, "1 OKEP checked, no problems found\n");
    let hint = finding("extra-section", Severity::Hint, "docs/okeps/okep-1-a.md", "x");
    check(
        &report.clone().with(hint),
        "1 OKEP checked: 1 hint (hints not shown: `--format full` lists them)\n",
    );
    report.since = Some("0123456789abcdef".into());
    check(&report, "1 OKEP checked, no new problems\n");
    report = report.with(finding("broken-link", Severity::Warning, "docs/okeps/okep-1-a.md", "x"));
    report.findings[0].baseline = Some(Baseline::Existing);
    check(&report, "1 OKEP checked, no new problems (1 older finding not shown)\n");
}

#[test]
fn notes_precede_the_verdict() {
    let mut report = empty();
    report.notes.push(Note::at("not-utf8", "docs/okeps/\u{1b}c.md", "1 byte is not UTF-8"));
    report.notes.push(Note::new("shallow", "the clone is shallow"));
    assert_eq!(
        auto::auto(&report, &all(), &PLAIN),
        "note: docs/okeps/\\u{1b}c.md: 1 byte is not UTF-8\nnote: the clone is shallow\n\n\
         no OKEPs checked, no problems found\n"
    );
}

#[test]
fn full_has_everything_and_short_is_one_line_a_finding() {
    assert_snapshot!("full", full::full(&small(), &View::default(), &PLAIN));
    assert_snapshot!("short", short::short(&small()));
    assert_snapshot!("statistics", statistics::statistics(&large(), &View::default(), &PLAIN));
}

#[test]
fn github_and_markdown() {
    assert_snapshot!("github", github::github(&small()));
    assert_snapshot!("markdown", markdown::markdown(&small()));
}

/// One finding in `text` about `needle`, with a fix of these edits.
fn one(text: &str, needle: &str, edits: &[(usize, usize, &str)]) -> String {
    let path = "docs/okeps/okep-7-a.md";
    let report = empty().with_text(path, text);
    let mut one = finding("stub-section", Severity::Warning, path, "it is short");
    if !needle.is_empty() {
        one = one.at(&report, needle);
    }
    if !edits.is_empty() {
        let edits = edits.iter().map(|(start, end, new)| Edit::replace(path, *start..*end, *new));
        one = one.fixed(Fix::safe("fix it", edits.collect()));
    }
    full::blocks(&report.clone().with(one.clone()), &[&one], &wide(44))
}

#[test]
fn what_a_fix_changes_is_shown_among_the_lines_of_the_finding() {
    let cases = [
        ("a line", one("a\nb\nc\n", "b", &[(2, 3, "B")])),
        ("a deletion", one("a\nb\nc\n", "", &[(2, 4, "")])),
        ("an insertion at the end", one("a\nb\n", "", &[(4, 4, "c\n")])),
        ("without a final line break", one("a\nb", "", &[(3, 3, "\nc")])),
        ("into an empty file", one("", "", &[(0, 0, "a\n")])),
        ("far from the place", one("a\nb\nc\nd\ne\n", "a", &[(8, 9, "E")])),
        (
            "several of one line, and later ones",
            one("one two\nx\ny\n", "", &[(0, 3, "1"), (4, 7, "2"), (10, 11, "z")]),
        ),
        (
            "more than there is room for",
            one(&"## A\n".repeat(20), "", &(0..20).map(|i| (i * 5, i * 5 + 1, "")).collect::<Vec<_>>()),
        ),
        ("far to the right", one(&format!("{}old end\n", "word ".repeat(20)), "", &[(100, 103, "new")])),
        (
            "outside of the file, inside of a character, overlapping",
            one("ä\n", "", &[(1, 2, "x"), (7, 9, "y"), (0, 2, "a"), (0, 2, "b")]),
        ),
    ];
    assert_snapshot!("changes", cases.map(|(name, shown)| format!("# {name}\n{shown}")).concat());
}

#[test]
fn the_lines_of_a_finding_are_quoted() {
    let cases = [
        ("a part of a line", one("see [a](b.md) there\n", "b.md", &[])),
        ("whole lines", one("# A\n\ntext\n", "# A", &[])),
        ("several lines", one("a\nb\nc\n", "a\nb\n", &[])),
        ("many lines, by the first", one(BAD_OKEP, &BAD_OKEP[..200], &[])),
        ("hostile text", one("# a\u{1b}[2Jb\u{202e}\tTBD\r\n", "TBD", &[])),
        ("a byte order mark", one("\u{feff}# TBD\n", "TBD", &[])),
        ("wide characters", one("用户定义网络 TBD 用户\n", "TBD", &[])),
        (
            "far to the right",
            one(&format!("{}TBD{}\n", "word ".repeat(900), " word".repeat(900)), "TBD", &[]),
        ),
        ("an empty file", one("", "", &[])),
    ];
    assert_snapshot!("quotes", cases.map(|(name, shown)| format!("# {name}\n{shown}")).concat());
}
