//! What holds for every format, whatever the report: no panic, and nothing in the output that could steer a
//! terminal.

use super::terminal::is_harmful;
use super::test_reports::{empty, finding, large, okep, small};
use super::{Terminal, View, auto, full, github, json, markdown, sarif, short, statistics};
use crate::audit::report::{Baseline, Issue, OkepSummary, Report, Reported, Source};
use crate::files::Note;
use crate::git::Revision;
use crate::rules::finding::{Edit, Finding, Fix, Related, Safety, Severity};
use crate::text::{Place, Span, Text};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

const RULES: [&str; 3] = ["missing-section", "long-problem-statement", "not-in-nav"];

/// Short texts made of what goes wrong: controls, wide and invisible characters, half line breaks.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        vec(
            prop_oneof![
                any::<char>(),
                prop::sample::select(vec![
                    'a', ' ', '`', '\n', '\r', '\t', '\u{1b}', '\u{9b}', '\u{202e}', '\u{200b}', '\u{feff}',
                    'ä', '用', '🚀', '\u{301}', '\0', '\u{200d}', '\u{fe0f}', 'm',
                ]),
            ],
            0..30,
        )
        .prop_map(String::from_iter),
        "[a-z \n]{0,200}",
    ]
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![Just("a.md".to_owned()), Just("b.md".to_owned()), text()]
}

fn place() -> impl Strategy<Value = Place> {
    (0..300usize, 0..300usize, any::<bool>(), 0..9usize).prop_map(|(start, end, far, line)| {
        let start = if far { usize::MAX - start } else { start };
        Place { line, column: line, end_line: line, end_column: 0, span: Span { start, end } }
    })
}

fn fix() -> impl Strategy<Value = Fix> {
    let edit = (path(), 0..250usize, 0..250usize, text());
    let edit = edit.prop_map(|(path, start, end, replacement)| Edit { path, start, end, replacement });
    (text(), vec(edit, 0..4), option::of((path(), path()))).prop_map(|(title, edits, rename)| {
        let fix = Fix { title, safety: Safety::Safe, edits, renames: Vec::new() };
        rename.into_iter().fold(fix, |fix, (from, to)| fix.and_rename(from, to))
    })
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let related = (path(), option::of(place()), text());
    let related = related.prop_map(|(path, place, message)| Related { path, place, message });
    let head = (0..RULES.len(), 0..3usize, option::of(path()), path(), option::of(place()));
    let texts = (text(), text(), vec(text(), 0..3));
    let rest = (vec(related, 0..3), option::of((text(), text())), option::of(fix()));
    (head, texts, rest).prop_map(|((rule, severity, okep, path, place), (subject, message, help), rest)| {
        let severity = [Severity::Error, Severity::Warning, Severity::Hint][severity];
        let rule = crate::rules::rule(RULES[rule]).expect("it is a rule");
        let mut finding = rule.about(okep.as_deref(), &path, subject, message);
        finding.severity = severity;
        (finding.place, finding.help, finding.related) = (place, help, rest.0);
        finding.grandfathered = rest.1.map(|(commit, date)| Revision { commit, date });
        finding.fix = rest.2;
        finding
    })
}

fn any_report() -> impl Strategy<Value = Report> {
    let okep =
        (path(), option::of(any::<u64>()), option::of(text()), option::of(text()), option::of(any::<bool>()));
    let okep = okep.prop_map(|(path, number, title, other, listed)| OkepSummary {
        path,
        number,
        title,
        issue: other.clone().map(|url| Issue { number: 1, url }),
        landed: other.map(|date| Revision { commit: date.clone(), date }),
        in_nav: listed,
        in_index: None,
    });
    let baseline = option::of(prop::sample::select(vec![Baseline::New, Baseline::Existing]));
    let reported = (any_finding(), baseline).prop_map(|(finding, baseline)| Reported { finding, baseline });
    (vec(okep, 0..4), vec(reported, 0..6), option::of(text()), text(), text(), option::of(path())).prop_map(
        |(okeps, findings, since, a, b, noted)| {
            let note = Note { kind: "shallow", message: a.clone(), path: noted };
            let texts = [("a.md".to_owned(), a), ("b.md".to_owned(), b)];
            let texts = texts.map(|(path, text)| (path, Arc::new(Text::new(text.as_bytes()))));
            let source = since.clone().map_or(Source::Worktree, Source::Commit);
            Report {
                source,
                since,
                okeps,
                findings,
                notes: vec![note],
                texts: texts.into(),
                ..Report::default()
            }
        },
    )
}

/// The text without the escape sequences that are ours: colours.
fn without_ours(text: &str) -> String {
    let mut pieces = text.split('\u{1b}');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let sgr = piece.strip_prefix('[').and_then(|p| p.split_once('m'));
        match sgr.filter(|(codes, _)| codes.chars().all(|c| c.is_ascii_digit() || c == ';')) {
            Some((_, rest)) => out.push_str(rest),
            None => panic!("an escape that is not ours: {piece:?}"),
        }
    }
    out
}

fn assert_harmless(text: &str, terminal: &Terminal) {
    let plain = without_ours(text);
    let found = plain.chars().find(|c| *c != '\n' && is_harmful(*c));
    assert_eq!(found, None, "{plain:?}");
    assert!(terminal.color || !text.contains('\u{1b}'));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_renderer_panics_and_nothing_harmful_gets_out(
        report in any_report(),
        width in 0..200usize,
        color in any::<bool>(),
        unicode in any::<bool>(),
        (hints, all, refused) in any::<(bool, bool, bool)>(),
        what in text(),
    ) {
        let terminal = Terminal { width, color, unicode };
        let suggestions = vec![("try".to_owned(), what)];
        let view = View { hints, all, refused: refused.then_some("commit"), suggestions };
        assert_harmless(&auto::auto(&report, &view, &terminal), &terminal);
        assert_harmless(&full::full(&report, &view, &terminal), &terminal);
        assert_harmless(&statistics::statistics(&report, &view, &terminal), &terminal);
        let plain = Terminal { color: false, ..terminal };
        let short = short::short(&report);
        assert_harmless(&short, &plain);
        prop_assert_eq!(short.lines().count(), report.live().count());
        let commands = github::github(&report);
        assert_harmless(&commands, &plain);
        prop_assert_eq!(commands.lines().count(), report.live().count() + report.notes.len() + 1);
        assert_harmless(&markdown::markdown(&report), &plain);
        let sarif = sarif::sarif(&report, true, "0");
        assert_harmless(&sarif, &plain);
        serde_json::from_str::<serde_json::Value>(&sarif).expect("is JSON");
        let json = json::check(&report, "0");
        assert_harmless(&json, &plain);
        let parsed: serde_json::Value = serde_json::from_str(&json).expect("is JSON");
        for (parsed, reported) in parsed["findings"].as_array().expect("is a list").iter().zip(&report.findings) {
            prop_assert_eq!(parsed["message"].as_str(), Some(&reported.finding.message[..]));
        }
    }
}

#[test]
fn every_finding_of_a_large_report_is_printed_in_full() {
    let report = large();
    let terminal = Terminal { width: 200, color: false, unicode: true };
    let full = full::full(&report, &View::default(), &terminal);
    let tag = |f: &Finding| format!("{}[{}]: {}\n", f.severity, f.rule, f.message);
    for finding in report.live() {
        let alike = report.live().filter(|f| tag(f) == tag(finding)).count();
        assert_eq!(full.matches(&tag(finding)).count(), alike, "{}", tag(finding));
    }
}

#[test]
fn hundreds_of_findings_in_a_large_file_are_quoted() {
    let path = "docs/okeps/okep-7-a.md";
    let text = "## Section\n\nText of a section.\n\n".repeat(4000);
    let mut report = empty().with_text(path, &text).with_okep(okep(path, 7, "A", "2025-02-14"));
    for line in (1..16_000).step_by(20) {
        let mut one = finding("stub-section", Severity::Warning, path, "m");
        let start = report.texts[path].line_start(line);
        one.place = Some(report.texts[path].place(start..start + 2));
        report = report.with(one);
    }
    let terminal = Terminal { width: 80, color: false, unicode: true };
    let full = full::full(&report, &View::default(), &terminal);
    assert_eq!(full.matches("warning[stub-section]").count(), 800);
    // One line for all of them, since they are of one rule and file.
    let auto = auto::auto(&report, &View { all: true, ..View::default() }, &terminal);
    assert!(auto.lines().count() < 10, "{auto}");
}

#[test]
fn colour_changes_nothing_but_colour() {
    for report in [small(), large()] {
        let plain = Terminal { width: 80, color: false, unicode: true };
        let view = View { all: true, ..View::default() };
        for show in [auto::auto, full::full, statistics::statistics] {
            let painted = show(&report, &view, &Terminal { color: true, ..plain });
            assert!(painted.contains('\u{1b}'));
            assert_eq!(without_ours(&painted), show(&report, &view, &plain));
        }
    }
}

#[test]
fn two_hundred_findings_stay_readable() {
    for width in [80, 120] {
        let terminal = Terminal { width, color: false, unicode: true };
        let auto = auto::auto(&large(), &View { all: true, ..View::default() }, &terminal);
        assert!(auto.lines().count() < 150, "{} lines", auto.lines().count());
        // A path is never broken, so that it can be copied.
        for line in auto.lines().filter(|line| !line.contains("docs/okeps/")) {
            assert!(line.width() <= width, "{line}");
        }
    }
}
