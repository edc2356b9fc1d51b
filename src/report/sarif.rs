//! SARIF 2.1.0, for code scanning and other collectors of results.
//!
//! No path of this machine gets in: files are relative to `%SRCROOT%`, which whoever reads the log sets to their
//! own checkout.

use super::json::{printed, source, without_nulls};
use super::markdown::fenced;
use crate::audit::report::{Baseline, Report, Reported};
use crate::files::Note;
use crate::fix::apply::by_path;
use crate::rules::finding::{Edit, Finding, Fix, Related, Severity};
use crate::rules::{RULES, Rule};
use crate::text::Place;
use crate::text::path::{file_name, okep_name, stem};
use crate::text::url_path::percent_encoded;
use serde_json::{Value, json};
use std::collections::HashMap;

/// The report as SARIF, pretty-printed; `complete` says whether everything could be read.
///
/// Existing findings are results too, as `unchanged`: a collector that gets new ones only would take the others
/// for fixed.
pub fn sarif(report: &Report, complete: bool, version: &str) -> String {
    let mut seen = HashMap::new();
    let rules: Vec<Value> = RULES.iter().map(|rule| descriptor(rule)).collect();
    let notifications: Vec<Value> = report.notes.iter().map(notification).collect();
    let results: Vec<Value> = report.findings.iter().map(|r| result(r, report, &mut seen)).collect();
    printed(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "okep", "version": version, "semanticVersion": version, "rules": rules,
            } },
            "invocations": [{ "executionSuccessful": complete, "toolExecutionNotifications": notifications }],
            "originalUriBaseIds": { ROOT: { "description": { "text": "the root of the repository" } } },
            "results": results,
            "columnKind": "unicodeCodePoints",
            "properties": source("source", report),
        }],
    }))
}

const ROOT: &str = "%SRCROOT%";

fn descriptor(rule: &Rule) -> Value {
    let template = match rule.is_of_template() {
        true => "\n\nAn OKEP is held to the template that was in force when it landed.",
        false => "",
    };
    let text = format!("{}\n\nInstead of\n\n{}\n\nwrite\n\n{}{template}", rule.why, rule.bad, rule.good);
    let (bad, good) = (fenced("", rule.bad), fenced("", rule.good));
    let markdown = format!("{}\n\nInstead of\n\n{bad}\nwrite\n\n{good}{template}", rule.why);
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.offence },
        "fullDescription": { "text": format!("{}. {}", rule.offence, rule.why) },
        "help": { "text": text, "markdown": markdown },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "fix": rule.fixability },
    })
}

fn level(severity: Severity) -> &'static str {
    if severity == Severity::Hint { "note" } else { severity.as_str() }
}

fn result(reported: &Reported, report: &Report, seen: &mut HashMap<String, usize>) -> Value {
    let finding = &reported.finding;
    let lines = std::iter::once(&finding.message).chain(&finding.help);
    // What is absent is at the first line: GitHub refuses a result without a line.
    let place = finding.place.as_ref().map_or_else(|| json!({ "startLine": 1 }), region);
    let related = |other: &Related| {
        let mut place = location(&other.path, other.place.as_ref().map(region));
        place["message"] = text(&other.message);
        place
    };
    let related: Vec<Value> = finding.related.iter().map(related).collect();
    let fingerprint = fingerprint(finding, seen);
    let revision = finding.grandfathered.as_ref();
    let baseline = reported.baseline.map(|state| if state == Baseline::New { "new" } else { "unchanged" });
    without_nulls(json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": text(&lines.map(String::as_str).collect::<Vec<_>>().join("\n")),
        "locations": [location(&finding.path, Some(place))],
        // The second name is the one that GitHub goes by.
        "partialFingerprints": { "okepFinding/v1": fingerprint, "primaryLocationLineHash": fingerprint },
        "properties": without_nulls(json!({
            "subject": finding.subject,
            "okep": finding.okep,
            "grandfatheredBy": revision.map(|revision| &revision.commit),
            "grandfatheredOn": revision.map(|revision| &revision.date),
        })),
        "ruleIndex": RULES.iter().position(|rule| rule.id == finding.rule),
        "relatedLocations": (!related.is_empty()).then_some(related),
        "baselineState": baseline,
        "fixes": finding.fix.as_ref().and_then(|f| fix(f, report)).map(|fix| [fix]),
    }))
}

fn location(path: &str, region: Option<Value>) -> Value {
    let place = json!({ "artifactLocation": artifact(path), "region": region });
    json!({ "physicalLocation": without_nulls(place) })
}

fn artifact(path: &str) -> Value {
    json!({ "uri": percent_encoded(path), "uriBaseId": ROOT })
}

fn region(place: &Place) -> Value {
    json!({
        "startLine": place.line.max(1), "startColumn": place.column.max(1),
        "endLine": place.end_line.max(1), "endColumn": place.end_column.max(1),
    })
}

/// The finding's identity as a hash, and how often it occurred before: lines, commits and the OKEP's title may
/// change.
fn fingerprint(finding: &Finding, seen: &mut HashMap<String, usize>) -> String {
    let about = finding.okep.as_deref().unwrap_or(&finding.path);
    let number = stem(file_name(about)).and_then(okep_name).and_then(|name| name.number);
    let about = number.map_or_else(|| about.to_owned(), |n| n.to_string());
    let hash = fnv(&[finding.rule, &about, &finding.subject]);
    let times = seen.entry(hash.clone()).and_modify(|n| *n += 1).or_insert(1);
    format!("{hash}:{times}")
}

/// FNV-1a of the parts, each ended by a byte that no text holds: the standard library's own hash may change
/// from one release to the next.
fn fnv(parts: &[&str]) -> String {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// A fix as replacements; one that renames a file, which SARIF has no word for, is left to the help text.
fn fix(fix: &Fix, report: &Report) -> Option<Value> {
    if !fix.renames.is_empty() || fix.edits.is_empty() {
        return None;
    }
    let change = |(path, mut edits): (&str, Vec<&Edit>)| {
        let source = report.texts.get(path)?;
        edits.sort();
        let replacement = |edit: &Edit| {
            without_nulls(json!({
                "deletedRegion": region(&source.place(edit.start..edit.end)),
                "insertedContent": (!edit.replacement.is_empty()).then(|| json!({ "text": edit.replacement })),
            }))
        };
        let replacements: Vec<Value> = edits.into_iter().map(replacement).collect();
        Some(json!({ "artifactLocation": artifact(path), "replacements": replacements }))
    };
    let changes: Vec<Value> = by_path(&fix.edits).into_iter().map(change).collect::<Option<_>>()?;
    let description = text(&format!("{} ({})", fix.title, fix.safety));
    Some(json!({ "description": description, "artifactChanges": changes }))
}

fn notification(note: &Note) -> Value {
    without_nulls(json!({
        "message": text(&note.message),
        "level": "note",
        "properties": { "kind": note.kind },
        "locations": note.path.as_ref().map(|path| [location(path, None)]),
    }))
}

/// A message in which SARIF sees no link: to it `[words](target)` is one.
fn text(text: &str) -> Value {
    let is_link = text.contains("](");
    let escaped = text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    json!({ "text": if is_link { &escaped } else { text } })
}

#[cfg(test)]
mod tests {
    use super::super::test_reports::{empty, finding, small};
    use super::*;
    use serde_json::{Value, json};

    fn results(report: &Report) -> Vec<Value> {
        let log: Value = serde_json::from_str(&sarif(report, true, "1.2.3")).expect("is JSON");
        log["runs"][0]["results"].as_array().expect("a list").clone()
    }

    #[test]
    fn a_finding_has_its_place_its_fix_and_its_identity() {
        let path = "docs/okeps/okep-7-a b.md";
        let report = empty().with_text(path, "# A\nä b\n");
        let start = report.span(path, "b\n").start;
        let fix = Fix::safe("do it", vec![Edit::replace(path, start..start + 1, "c")]);
        let one = finding("stub-section", Severity::Hint, path, "m").at(&report, "b").subject("s");
        let results = results(&report.with(one.fixed(fix)));
        let at = json!({"uri": "docs/okeps/okep-7-a%20b.md", "uriBaseId": "%SRCROOT%"});
        let region = json!({"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 4});
        assert_eq!(
            results[0]["locations"],
            json!([{"physicalLocation": {"artifactLocation": at, "region": region}}])
        );
        assert_eq!(
            results[0]["fixes"][0]["artifactChanges"],
            json!([{
                "artifactLocation": at,
                "replacements": [{"deletedRegion": region, "insertedContent": {"text": "c"}}],
            }])
        );
        assert_eq!((&results[0]["ruleId"], &results[0]["level"]), (&json!("stub-section"), &json!("note")));
        let index = results[0]["ruleIndex"].as_u64().expect("a number");
        assert_eq!(RULES[index as usize].id, "stub-section");
    }

    #[test]
    fn a_fingerprint_outlives_lines_and_titles_and_tells_twins_apart() {
        let print = |path: &str, subject: &str, line| {
            let report = empty().with_text(path, "a\nb\nc\n");
            let mut one = finding("stub-section", Severity::Error, path, "m").subject(subject);
            one.place = Some(report.texts[path].place(line..line + 1));
            let twice = results(&report.with(one.clone()).with(one));
            let of =
                |r: &Value| r["partialFingerprints"]["primaryLocationLineHash"].as_str().map(str::to_owned);
            assert_ne!(of(&twice[0]), of(&twice[1]));
            of(&twice[0])
        };
        let one = print("docs/okeps/okep-7-a.md", "s", 0);
        assert_eq!(one, print("docs/okeps/okep-7-b/okep-7-b.md", "s", 2));
        assert_ne!(one, print("docs/okeps/okep-8-a.md", "s", 0));
        assert_ne!(one, print("docs/okeps/okep-7-a.md", "t", 0));
        // Tools that keep results rely on this very value.
        assert_eq!(one.as_deref(), Some("ccae3a676337c278:1"));
    }

    #[test]
    fn existing_findings_are_marked() {
        let mut report = small();
        report.findings[0].baseline = Some(Baseline::New);
        report.findings[1].baseline = Some(Baseline::Existing);
        let results = results(&report);
        assert_eq!(results.len(), report.findings.len());
        assert_eq!(results[0]["baselineState"], "new");
        assert_eq!(results[1]["baselineState"], "unchanged");
        assert_eq!(results[2].get("baselineState"), None);
    }

    #[test]
    fn a_link_in_a_message_is_no_link() {
        assert_eq!(text("`[#5]` is")["text"], "`[#5]` is");
        assert_eq!(text("[safe](https://example.org)")["text"], "\\[safe\\](https://example.org)");
    }
}
