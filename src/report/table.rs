//! The default output: a table of OKEPs, then what is wrong by file, then one line of summary.

use super::summary::summary;
use super::{
    BOLD, HEADER, Terminal, counted, escape_control, held_to_its_time, landed, location, width, write_wrapped,
};
use super::{fold, inline_diff, okep_table};
use crate::audit::report::{Counts, OkepSummary, Report};
use crate::rules::finding::{Finding, Safety, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// With more findings than this, the fixes are shown in fewer lines.
const MANY_FINDINGS: usize = 20;

/// The report for a terminal; a report in which nothing is wrong is a line.
///
/// Where the audit compares with an older state, OKEPs without a new finding get no row.
pub fn table(report: &Report, terminal: &Terminal) -> String {
    let mut out = String::new();
    let live: Vec<&Finding> = report.live().collect();
    if live.is_empty() {
        return summary(report, terminal);
    }
    let okeps = rows(report, &live);
    if !okeps.is_empty() {
        out.push_str(&okep_table::grid(report, &okeps, terminal));
        out.push('\n');
    }
    let lines_of_fix = if live.len() > MANY_FINDINGS { 6 } else { 12 };
    let (single, folds) = fold::fold(live);
    for (path, findings) in by_file(&single) {
        write_file(&mut out, path, &findings, report, terminal, lines_of_fix);
    }
    if !folds.is_empty() {
        out.push_str(&terminal.paint(HEADER, "Hints that many OKEPs share"));
        out.push_str(", as OKEP:line\n\n");
    }
    for fold in folds {
        fold.write(&mut out, report, terminal);
        out.push('\n');
    }
    out + &summary(report, terminal)
}

fn rows<'a>(report: &'a Report, live: &[&Finding]) -> Vec<&'a OkepSummary> {
    let wrong: BTreeSet<&str> = live.iter().filter_map(|f| f.okep.as_deref()).collect();
    let compared = report.since.is_some();
    report.okeps.iter().filter(|o| !compared || wrong.contains(o.path.as_str())).collect()
}

/// The findings of each file, the worst first, and the files with the worst first.
fn by_file<'a>(findings: &[&'a Finding]) -> Vec<(&'a str, Vec<&'a Finding>)> {
    let mut files: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for &finding in findings {
        files.entry(&finding.path).or_default().push(finding);
    }
    let mut files: Vec<_> = files.into_iter().collect();
    for (_, findings) in &mut files {
        findings.sort_by_key(|f| f.severity);
    }
    files.sort_by_key(|(_, findings)| findings.first().map(|f| f.severity));
    files
}

fn write_file(
    out: &mut String,
    path: &str,
    findings: &[&Finding],
    report: &Report,
    terminal: &Terminal,
    lines_of_fix: usize,
) {
    let mut counts = Counts::default();
    findings.iter().for_each(|f| counts.add(f.severity));
    out.push_str(&terminal.paint(HEADER, &escape_control(path)));
    out.push_str(&format!("  {}\n\n", counted(counts, terminal)));
    for finding in findings {
        write_finding(out, finding, report, terminal, lines_of_fix);
        out.push('\n');
    }
}

fn write_finding(
    out: &mut String,
    finding: &Finding,
    report: &Report,
    terminal: &Terminal,
    lines_of_fix: usize,
) {
    let place = location(&finding.path, finding.place.as_ref());
    let tag = format!("{}[{}]", finding.severity, finding.rule);
    let message = escape_control(&finding.message);
    let painted = terminal.paint(Terminal::severity(finding.severity), &tag);
    if width(&place) + width(&tag) + width(&message) + 4 <= terminal.width {
        out.push_str(&format!("{place}  {painted}  {message}\n"));
    } else if width(&place) + width(&tag) + 2 <= terminal.width {
        out.push_str(&format!("{place}  {painted}\n"));
        write_wrapped(out, 4, "", BOLD, &message, terminal);
    } else {
        out.push_str(&format!("{place}\n    {painted}\n"));
        write_wrapped(out, 4, "", BOLD, &message, terminal);
    }
    for help in &finding.help {
        write_wrapped(out, 4, "help: ", BOLD, &escape_control(help), terminal);
    }
    for related in &finding.related {
        let at = match &related.place {
            Some(place) if related.path == finding.path => format!("line {}", place.line),
            place => location(&related.path, place.as_ref()),
        };
        let text = format!("{at}: {}", escape_control(&related.message));
        write_wrapped(out, 4, "see: ", BOLD, &text, terminal);
    }
    if let Some(revision) = &finding.grandfathered {
        let label = if finding.severity == Severity::Hint { "hint only: " } else { "note: " };
        write_wrapped(out, 4, label, BOLD, &held_to_its_time(revision, &landed(report, finding)), terminal);
    }
    if let Some(fix) = &finding.fix {
        let label = match fix.safety {
            Safety::Safe => "safe fix: ",
            Safety::Suggested => "suggested fix: ",
        };
        write_wrapped(out, 4, label, BOLD, &escape_control(&fix.title), terminal);
        out.push_str(&inline_diff::short(fix, &finding.path, &report.texts, terminal, 6, lines_of_fix));
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_reports::{TEMPLATE, empty, finding, large, okep, small};
    use super::*;
    use crate::audit::report::Baseline;
    use crate::rules::finding::{Edit, Fix};

    fn terminal(width: usize) -> Terminal {
        Terminal { width, color: false, unicode: true, links: false }
    }

    fn check(report: &Report, width: usize, expected: &str) {
        let table = table(report, &terminal(width));
        assert!(table == expected, "@@BEGIN {expected}\n{table}@@END");
    }

    #[test]
    fn a_refused_commit_is_told_place_reason_and_remedy() {
        check(
            &small(),
            80,
            "\
OKEP  Title               Landed      Nav  E  W  H  What is wrong
────────────────────────────────────────────────────────────────────────────────
5193  User Defined Netw…  2025-02-14  ✗    3  2  1  missing-section, not-in-nav,
                                                    template-text, +3

docs/okeps/okep-5193-user-defined-networks.md  2 errors, 2 warnings, 1 hint

docs/okeps/okep-5193-user-defined-networks.md  error[missing-section]
    the section `Alternatives` of the template is missing
    help: add it after `Testing`, or write `None` in it where there are none
    suggested fix: add the section, to be filled
      24 +
      25 + # Alternatives
      26 +
      27 + TBD

docs/okeps/okep-5193-user-defined-networks.md:19:1  error[template-text]
    a prompt of the template was left in `Proposed Solution`
    help: answer the question and delete it
    suggested fix: delete the prompt
      19 - What is the proposed solution to solve the problem statement? See [t…
      19 + See [the plan](#plan).

docs/okeps/okep-5193-user-defined-networks.md:13:1  warning[renamed-section]
    the section `Future-Goals` stands for the template's `Future Goals`
    see: docs/okeps/okep-4368-template.md:7:1: the template's heading
    safe fix: write the heading as the template does
      13 - # Future-Goals
      13 + # Future Goals

docs/okeps/okep-5193-user-defined-networks.md:23:1  warning[stub-section]
    the section `Testing` says only `TBD`
    help: write it, or say `None`

docs/okeps/okep-5193-user-defined-networks.md:3:37  hint[foreign-issue]
    the issue link names `ovn-org/ovn-kubernetes`, the template's names
    `ovn-kubernetes/ovn-kubernetes`
    hint only: the template gained this on 2025-12-10 (53926b5), after the OKEP
               landed 2025-02-14
    safe fix: name the template's repository
      3 - * Issue: [#5193](https://github.com/ovn-org/ovn-kubernetes/issues/519…
      3 + * Issue: [#5193](https://github.com/ovn-kubernetes/ovn-kubernetes/iss…

mkdocs.yml  1 error

mkdocs.yml:4:5  error[not-in-nav]
    `okeps/okep-5193-user-defined-networks.md` is not in `nav`
    help: readers find an OKEP through `nav` only
    safe fix: add the entry after that of OKEP-4368
      5 +     - OKEP-5193: okeps/okep-5193-user-defined-networks.md

1 OKEP: 3 errors, 2 warnings, 1 hint; 3 can be fixed with `okep check --fix`, 2
more with `--fix=all`
",
        );
    }

    #[test]
    fn a_narrow_terminal_still_tells_all() {
        let mut report = small();
        report.findings.retain(|r| ["foreign-issue", "not-in-nav"].contains(&r.finding.rule));
        check(
            &report,
            40,
            "\
OKEP  Title                  E  W  H
────────────────────────────────────
5193  User Defined Networks  1     1

mkdocs.yml  1 error

mkdocs.yml:4:5  error[not-in-nav]
    `okeps/okep-5193-user-defined-networks.md`
    is not in `nav`
    help: readers find an OKEP through
      `nav` only
    safe fix: add the entry after that
      of OKEP-4368
      5 +     - OKEP-5193: okeps/okep-5…

docs/okeps/okep-5193-user-defined-networks.md  1 hint

docs/okeps/okep-5193-user-defined-networks.md:3:37
    hint[foreign-issue]
    the issue link names
    `ovn-org/ovn-kubernetes`, the
    template's names
    `ovn-kubernetes/ovn-kubernetes`
    hint only: the template gained this
      on 2025-12-10 (53926b5), after the
      OKEP landed 2025-02-14
    safe fix: name the template's
      repository
      3 - …b.com/ovn-org/ovn-kubernetes…
      3 + …b.com/ovn-kubernetes/ovn-kub…

1 OKEP: 1 error, 1 hint; 2 can be fixed
with `okep check --fix`
",
        );
    }

    #[test]
    fn a_short_message_shares_the_line_of_its_place() {
        let path = "docs/okeps/okep-7-a.md";
        let report = empty().with_text(path, "# OKEP-7: A\n").with_okep(okep(path, 7, "A", "2025-02-14"));
        let one = finding("malformed-title", Severity::Error, path, "the title is `A`").at(&report, "A\n");
        check(
            &report.with(one),
            80,
            "\
OKEP  Title  Landed      Nav  Idx  E  W  H  What is wrong
───────────────────────────────────────────────────────────
0007  A      2025-02-14  ✓    -    1        malformed-title

docs/okeps/okep-7-a.md  1 error

docs/okeps/okep-7-a.md:1:11  error[malformed-title]  the title is `A`

1 OKEP: 1 error
",
        );
    }

    #[test]
    fn only_new_findings_and_their_okeps_are_shown() {
        let mut report =
            small().with_okep(okep("docs/okeps/okep-5259-no-overlay.md", 5259, "No-overlay", "2025-08-11"));
        report.since = Some("0123456789".into());
        for reported in &mut report.findings {
            let new = reported.finding.rule == "stub-section";
            reported.baseline = Some(if new { Baseline::New } else { Baseline::Existing });
        }
        check(
            &report,
            80,
            "\
OKEP  Title                  Landed      Nav  Idx  E  W  H  What is wrong
─────────────────────────────────────────────────────────────────────────
5193  User Defined Networks  2025-02-14  ✗    -       1     stub-section

docs/okeps/okep-5193-user-defined-networks.md  1 warning

docs/okeps/okep-5193-user-defined-networks.md:23:1  warning[stub-section]
    the section `Testing` says only `TBD`
    help: write it, or say `None`

2 OKEPs: 1 warning
5 findings were there before this change and are not shown
",
        );
    }

    #[test]
    fn hints_that_many_okeps_share_are_told_once() {
        let mut report = empty();
        for number in [4368, 5193, 5259, 5552] {
            let path = format!("docs/okeps/okep-{number}-x.md");
            report = report.with_text(&path, "# X\n\n- Issue: #1\n").with_okep(okep(
                &path,
                number,
                "X",
                "2025-02-14",
            ));
            let missing =
                finding("missing-section", Severity::Hint, &path, "the section `Feedback` is missing")
                    .grandfathered("2025-12-10");
            let issue =
                finding("malformed-issue", Severity::Hint, &path, "the issue line begins with `-`, not `*`")
                    .at(&report, "- Issue")
                    .helped("write the line as the template does")
                    .fixed(Fix::safe("write `*`", vec![Edit::replace(&path, 5..6, "*")]));
            report = report.with(missing);
            report = if number == 5193 { report } else { report.with(issue) };
            let stub = finding("stub-section", Severity::Warning, &path, "`Testing` says only `TBD`");
            report = if number > 5200 { report.with(stub) } else { report };
        }
        check(
            &report,
            80,
            "\
OKEP  Title  Landed      Nav  E  W  H  What is wrong
───────────────────────────────────────────────────────────────────────
4368  X      2025-02-14  ✓          2  malformed-issue, missing-section
5193  X      2025-02-14  ✓          1  missing-section
5259  X      2025-02-14  ✓       1  2  stub-section, malformed-issue,
                                       missing-section
5552  X      2025-02-14  ✓       1  2  stub-section, malformed-issue,
                                       missing-section

docs/okeps/okep-5259-x.md  1 warning

docs/okeps/okep-5259-x.md  warning[stub-section]  `Testing` says only `TBD`

docs/okeps/okep-5552-x.md  1 warning

docs/okeps/okep-5552-x.md  warning[stub-section]  `Testing` says only `TBD`

Hints that many OKEPs share, as OKEP:line

hint[missing-section]  in 4 OKEPs
    the section `Feedback` is missing: 4368, 5193, 5259, 5552
    hint only: the template gained this on 2025-12-10 (53926b5), after these
               OKEPs landed

hint[malformed-issue]  in 3 OKEPs
    the issue line begins with `-`, not `*`: 4368:3, 5259:3, 5552:3
    help: write the line as the template does
    fixes: 3 of 3; `--format full` shows each

4 OKEPs: 2 warnings, 7 hints; 3 can be fixed with `okep check --fix`
",
        );
    }

    #[test]
    fn a_fault_without_an_okep_has_no_table() {
        let one = finding("unreadable-register", Severity::Error, "mkdocs.yml", "`mkdocs.yml` is no YAML");
        check(
            &empty().with(one),
            80,
            "\
mkdocs.yml  1 error

mkdocs.yml  error[unreadable-register]  `mkdocs.yml` is no YAML

0 OKEPs: 1 error
",
        );
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        for report in [small(), large()] {
            let painted = table(&report, &Terminal { color: true, ..terminal(80) });
            let mut pieces = painted.split('\u{1b}');
            let mut plain = pieces.next().unwrap_or_default().to_owned();
            pieces.for_each(|piece| plain.push_str(piece.split_once('m').expect("a colour").1));
            assert_eq!(plain, table(&report, &terminal(80)));
        }
    }

    #[test]
    fn two_hundred_findings_stay_readable() {
        for width in [80, 120] {
            let table = table(&large(), &terminal(width));
            assert!(table.lines().count() < 700, "{} lines", table.lines().count());
            for line in table.lines().filter(|l| !l.contains("docs/okeps/") && !l.contains("../images")) {
                assert!(super::width(line) <= width, "{line}");
            }
        }
        assert!(!table(&large(), &terminal(80)).contains(TEMPLATE));
    }
}
