//! The JSON of `okep check`, `schema: 1`: a contract that tools stand on.
//!
//! The structs below are the contract and nothing else; the core types know nothing of JSON. A field
//! marked `?` in the design is left out where it has no value, every other one is `null`.

use super::{counts_by_okep, is_harmful};
use crate::audit::report::{Baseline, Issue, OkepSummary, Report, Reported, Source};
use crate::files::Note;
use crate::rules::finding::{Edit, Finding, Fix, Related, Rename, Revision};
use serde::Serialize;
use std::fmt::Write as _;

pub(super) const SCHEMA: u32 = 1;

/// The report as JSON, pretty-printed and ended by a line break.
///
/// The counts, of an OKEP and of the whole, are of the findings that count: all of them, or the new
/// ones where the audit compares. `summary.new` and `summary.existing` say how many findings carry that
/// `baseline`, so both are 0 where the audit compares with nothing.
///
/// Characters that would disturb a terminal are written as `\u` escapes, which parse to the same.
pub fn check(report: &Report, version: &str) -> String {
    let counts = report.counts();
    let by_okep = counts_by_okep(report);
    let with = |baseline| report.findings.iter().filter(|r| r.baseline == Some(baseline)).count();
    let check = CheckJson {
        schema: SCHEMA,
        tool: ToolJson { name: "okep", version },
        source: source(report),
        okeps: (report.okeps.iter())
            .map(|o| okep(o, by_okep.get(o.path.as_str()).copied().unwrap_or_default()))
            .collect(),
        findings: report.findings.iter().map(finding).collect(),
        summary: SummaryJson {
            okeps: report.okeps.len(),
            errors: counts.errors,
            warnings: counts.warnings,
            hints: counts.hints,
            new: with(Baseline::New),
            existing: with(Baseline::Existing),
        },
        notes: report.notes.iter().map(note).collect(),
    };
    let json = serde_json::to_string_pretty(&check).expect("plain structs with string keys always encode");
    escaped(&json) + "\n"
}

/// Escapes what [`is_harmful`]: outside of strings JSON holds no such character but the line breaks
/// that serde writes, inside of them serde has already escaped the C0 controls.
pub(super) fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !is_harmful(c) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

#[derive(Serialize)]
struct CheckJson<'a> {
    schema: u32,
    tool: ToolJson<'a>,
    source: SourceJson<'a>,
    okeps: Vec<OkepJson<'a>>,
    findings: Vec<FindingJson<'a>>,
    summary: SummaryJson,
    notes: Vec<NoteJson<'a>>,
}

#[derive(Serialize)]
pub(super) struct ToolJson<'a> {
    pub name: &'a str,
    pub version: &'a str,
}

#[derive(Serialize)]
struct SourceJson<'a> {
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<&'a str>,
}

#[derive(Serialize)]
struct OkepJson<'a> {
    path: &'a str,
    number: Option<u64>,
    title: Option<&'a str>,
    issue: Option<IssueJson<'a>>,
    landed: Option<RevisionJson<'a>>,
    in_nav: Option<bool>,
    in_index: Option<bool>,
    errors: usize,
    warnings: usize,
    hints: usize,
}

#[derive(Serialize)]
struct IssueJson<'a> {
    number: u64,
    url: &'a str,
}

#[derive(Serialize)]
struct RevisionJson<'a> {
    commit: &'a str,
    date: &'a str,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'a str,
    severity: &'a str,
    okep: Option<&'a str>,
    path: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
    subject: &'a str,
    message: &'a str,
    help: &'a [String],
    baseline: Option<&'a str>,
    grandfathered: Option<RevisionJson<'a>>,
    related: Vec<RelatedJson<'a>>,
    fix: Option<FixJson<'a>>,
}

#[derive(Serialize)]
struct RelatedJson<'a> {
    path: &'a str,
    line: Option<usize>,
    message: &'a str,
}

#[derive(Serialize)]
struct FixJson<'a> {
    title: &'a str,
    safety: &'a str,
    edits: Vec<EditJson<'a>>,
    renames: Vec<RenameJson<'a>>,
}

#[derive(Serialize)]
struct EditJson<'a> {
    path: &'a str,
    start: usize,
    end: usize,
    replacement: &'a str,
}

#[derive(Serialize)]
struct RenameJson<'a> {
    from: &'a str,
    to: &'a str,
}

#[derive(Serialize)]
struct SummaryJson {
    okeps: usize,
    errors: usize,
    warnings: usize,
    hints: usize,
    new: usize,
    existing: usize,
}

#[derive(Serialize)]
pub(super) struct NoteJson<'a> {
    kind: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
}

fn source(report: &Report) -> SourceJson<'_> {
    let (kind, commit) = match &report.source {
        Source::Worktree => ("worktree", None),
        Source::Index => ("index", None),
        Source::Commit(commit) => ("commit", Some(commit.as_str())),
    };
    SourceJson { kind, commit, since: report.since.as_deref() }
}

fn okep(okep: &OkepSummary, counts: crate::audit::report::Counts) -> OkepJson<'_> {
    OkepJson {
        path: &okep.path,
        number: okep.number,
        title: okep.title.as_deref(),
        issue: okep.issue.as_ref().map(issue),
        landed: okep.landed.as_ref().map(revision),
        in_nav: okep.in_nav,
        in_index: okep.in_index,
        errors: counts.errors,
        warnings: counts.warnings,
        hints: counts.hints,
    }
}

fn finding(reported: &Reported) -> FindingJson<'_> {
    let Finding {
        rule,
        severity,
        okep,
        path,
        place,
        subject,
        message,
        help,
        related,
        grandfathered,
        detail: _,
        fix: repair,
    } = &reported.finding;
    FindingJson {
        rule,
        severity: severity.as_str(),
        okep: okep.as_deref(),
        path,
        line: place.as_ref().map(|p| p.line),
        column: place.as_ref().map(|p| p.column),
        end_line: place.as_ref().map(|p| p.end_line),
        end_column: place.as_ref().map(|p| p.end_column),
        subject,
        message,
        help,
        baseline: reported.baseline.map(|b| match b {
            Baseline::New => "new",
            Baseline::Existing => "existing",
        }),
        grandfathered: grandfathered.as_ref().map(revision),
        related: related.iter().map(other_place).collect(),
        fix: repair.as_ref().map(fix),
    }
}

fn issue(issue: &Issue) -> IssueJson<'_> {
    IssueJson { number: issue.number, url: &issue.url }
}

fn revision(revision: &Revision) -> RevisionJson<'_> {
    RevisionJson { commit: &revision.commit, date: &revision.date }
}

fn other_place(related: &Related) -> RelatedJson<'_> {
    let line = related.place.as_ref().map(|p| p.line);
    RelatedJson { path: &related.path, line, message: &related.message }
}

fn fix(fix: &Fix) -> FixJson<'_> {
    FixJson {
        title: &fix.title,
        safety: fix.safety.as_str(),
        edits: fix.edits.iter().map(edit).collect(),
        renames: fix.renames.iter().map(rename).collect(),
    }
}

fn edit(edit: &Edit) -> EditJson<'_> {
    EditJson { path: &edit.path, start: edit.start, end: edit.end, replacement: &edit.replacement }
}

fn rename(rename: &Rename) -> RenameJson<'_> {
    RenameJson { from: &rename.from, to: &rename.to }
}

pub(super) fn note(note: &Note) -> NoteJson<'_> {
    NoteJson { kind: note.kind, message: &note.message, path: note.path.as_deref() }
}

#[cfg(test)]
mod tests {
    use super::super::test_reports::{empty, finding, okep, revision};
    use super::*;
    use crate::rules::finding::Severity;
    use serde_json::{Value, json};

    fn parsed(report: &Report) -> Value {
        let text = check(report, "1.2.3");
        assert!(text.ends_with("}\n"));
        serde_json::from_str(&text).expect("is JSON")
    }

    #[test]
    fn every_field_is_there_and_null_where_it_has_no_value() {
        let bare = OkepSummary {
            number: None,
            title: None,
            issue: None,
            landed: None,
            in_nav: None,
            ..okep("p", 1, "", "")
        };
        let mut report = empty().with_okep(bare).with(finding("missing-issue", Severity::Error, "p", "m"));
        report.notes.push(Note::new("shallow", "the clone is shallow"));
        assert_eq!(
            parsed(&report),
            json!({
                "schema": 1,
                "tool": {"name": "okep", "version": "1.2.3"},
                "source": {"kind": "worktree"},
                "okeps": [{
                    "path": "p", "number": null, "title": null, "issue": null, "landed": null,
                    "in_nav": null, "in_index": null, "errors": 0, "warnings": 0, "hints": 0,
                }],
                "findings": [{
                    "rule": "missing-issue", "severity": "error", "okep": null, "path": "p",
                    "line": null, "column": null, "end_line": null, "end_column": null,
                    "subject": "", "message": "m", "help": [], "baseline": null,
                    "grandfathered": null, "related": [], "fix": null,
                }],
                "summary": {"okeps": 1, "errors": 1, "warnings": 0, "hints": 0, "new": 0, "existing": 0},
                "notes": [{"kind": "shallow", "message": "the clone is shallow"}],
            })
        );
    }

    #[test]
    fn every_value_is_there() {
        let path = "docs/okeps/okep-7-a.md";
        let fix = Fix::suggested("do it", vec![Edit::replace(path, 2..4, "x\u{1b}")]).and_rename("a", "b");
        let report = empty()
            .with_text(path, "# OKEP-7: A\nä b\n")
            .with_okep(OkepSummary { in_index: Some(false), ..okep(path, 7, "A", "2025-02-14") });
        let one =
            finding("stub-section", Severity::Hint, path, "m").at(&report, "b").subject("s").helped("h");
        let one = one.relating(&report, path, "A\n", "r").grandfathered("2025-12-10").fixed(fix);
        let mut report = report.with(one).with(finding("not-in-nav", Severity::Error, "mkdocs.yml", "old"));
        report.source = Source::Commit("c0ffee".into());
        report.since = Some("decade".into());
        report.okeps[0].landed = Some(revision("abad1dea", "2025-02-14"));
        report.findings[0].baseline = Some(Baseline::New);
        report.findings[1].baseline = Some(Baseline::Existing);
        report.notes.push(Note::at("not-utf8", path, "1 byte"));
        let json = parsed(&report);
        assert_eq!(json["source"], json!({"kind": "commit", "commit": "c0ffee", "since": "decade"}));
        assert_eq!(
            json["okeps"],
            json!([{
                "path": path, "number": 7, "title": "A",
                "issue": {"number": 7, "url": "https://github.com/ovn-org/ovn-kubernetes/issues/7"},
                "landed": {"commit": "abad1dea", "date": "2025-02-14"},
                "in_nav": true, "in_index": false, "errors": 0, "warnings": 0, "hints": 1,
            }])
        );
        assert_eq!(
            json["findings"][0],
            json!({
                "rule": "stub-section", "severity": "hint", "okep": path, "path": path,
                "line": 2, "column": 3, "end_line": 2, "end_column": 4,
                "subject": "s", "message": "m", "help": ["h"], "baseline": "new",
                "grandfathered": {"commit": "53926b5c0ffee53926b5c0ffee53926b5c0ffee5", "date": "2025-12-10"},
                "related": [{"path": path, "line": 1, "message": "r"}],
                "fix": {
                    "title": "do it", "safety": "suggested",
                    "edits": [{"path": path, "start": 2, "end": 4, "replacement": "x\u{1b}"}],
                    "renames": [{"from": "a", "to": "b"}],
                },
            })
        );
        assert_eq!(json["findings"][1]["baseline"], "existing");
        assert_eq!(
            json["summary"],
            json!({"okeps": 1, "errors": 0, "warnings": 0, "hints": 1, "new": 1, "existing": 1})
        );
        assert_eq!(json["notes"], json!([{"kind": "not-utf8", "message": "1 byte", "path": path}]));
        report.source = Source::Index;
        assert_eq!(parsed(&report)["source"], json!({"kind": "index", "since": "decade"}));
    }

    #[test]
    fn what_would_disturb_a_terminal_is_escaped_and_parses_back() {
        let hostile = "\u{1b}[2J\u{9b}\u{202e}\u{e0041}\u{7f}\"\\";
        let report = empty().with(finding("broken-link", Severity::Warning, "p", hostile));
        assert_eq!(parsed(&report)["findings"][0]["message"], hostile);
        let text = check(&report, "1");
        assert!(text.contains(r#""message": "\u001b[2J\u009b\u202e\udb40\udc41\u007f\"\\","#), "{text}");
    }
}
