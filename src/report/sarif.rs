//! SARIF 2.1.0, for code scanning and other collectors of results.
//!
//! The structs are the part of the format that is used and nothing else. No path of this machine gets in:
//! files are told from `%SRCROOT%`, which whoever reads the log sets to their own checkout.

use super::json::escaped;
use crate::audit::report::{Baseline, Report, Reported, Source};
use crate::files::Note;
use crate::rules::finding::{Edit, Finding, Fix, Severity};
use crate::rules::{RULES, Rule};
use crate::text::Place;
use crate::text::path::{file_name, okep_name, stem};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const ROOT: &str = "%SRCROOT%";

/// The report as SARIF, pretty-printed; `complete` says whether all could be read.
///
/// Existing findings are results too, as `unchanged`: a collector that is told of new ones only would
/// take the others for mended.
pub fn sarif(report: &Report, complete: bool, version: &str) -> String {
    let mut seen = HashMap::new();
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [SarifRun {
            tool: Tool {
                driver: Driver {
                    name: "okep",
                    version,
                    semantic_version: version,
                    rules: RULES.iter().map(|rule| descriptor(rule)).collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: complete,
                tool_execution_notifications: report.notes.iter().map(notification).collect(),
            }],
            original_uri_base_ids: BTreeMap::from([(
                ROOT,
                BaseId { description: text("the root of the repository".to_owned()) },
            )]),
            results: report.findings.iter().map(|r| result(r, report, &mut seen)).collect(),
            column_kind: "unicodeCodePoints",
            properties: properties(report),
        }],
    };
    let json = serde_json::to_string_pretty(&log).expect("plain structs with string keys always encode");
    escaped(&json) + "\n"
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: [SarifRun<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun<'a> {
    tool: Tool<'a>,
    invocations: [Invocation<'a>; 1],
    original_uri_base_ids: BTreeMap<&'a str, BaseId>,
    results: Vec<SarifResult<'a>>,
    column_kind: &'a str,
    properties: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'a str,
    version: &'a str,
    semantic_version: &'a str,
    rules: Vec<Descriptor<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    id: &'a str,
    short_description: Message,
    full_description: Message,
    help: Message,
    default_configuration: Configuration<'a>,
    properties: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
struct Configuration<'a> {
    level: &'a str,
}

#[derive(Serialize)]
struct Message {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

#[derive(Serialize)]
struct BaseId {
    description: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    message: Message,
    level: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    properties: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'a str,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<SarifFix>,
    properties: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<RelatedMessage>,
}

#[derive(Serialize, PartialEq)]
struct RelatedMessage {
    text: String,
}

#[derive(Serialize, PartialEq)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize, PartialEq)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifFix {
    description: Message,
    artifact_changes: Vec<ArtifactChange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<SarifReplacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifReplacement {
    deleted_region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<SarifContent>,
}

#[derive(Serialize)]
struct SarifContent {
    text: String,
}

fn properties(report: &Report) -> BTreeMap<&str, &str> {
    let (kind, commit) = match &report.source {
        Source::Worktree => ("worktree", None),
        Source::Index => ("index", None),
        Source::Commit(commit) => ("commit", Some(commit.as_str())),
    };
    let mut properties = BTreeMap::from([("source", kind)]);
    properties.extend(commit.map(|commit| ("commit", commit)));
    properties.extend(report.since.as_deref().map(|since| ("since", since)));
    properties
}

fn descriptor(rule: &'static Rule) -> Descriptor<'static> {
    let grandfatherable = match rule.is_of_template() {
        true => "\n\nAn OKEP is held to the template that was in force when it landed.",
        false => "",
    };
    let plain =
        format!("{}\n\nInstead of\n\n{}\n\nwrite\n\n{}{grandfatherable}", rule.why, rule.bad, rule.good);
    let markdown = format!(
        "{}\n\nInstead of\n\n{}\nwrite\n\n{}{grandfatherable}",
        rule.why,
        super::markdown::fenced("", rule.bad),
        super::markdown::fenced("", rule.good),
    );
    Descriptor {
        id: rule.id,
        short_description: text(rule.offence.to_owned()),
        full_description: text(format!("{}. {}", rule.offence, rule.why)),
        help: Message { text: plain, markdown: Some(markdown) },
        default_configuration: Configuration { level: level(rule.severity) },
        properties: BTreeMap::from([("fix", rule.fixability)]),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

fn result<'a>(reported: &'a Reported, report: &Report, seen: &mut HashMap<String, usize>) -> SarifResult<'a> {
    let finding = &reported.finding;
    let mut related: Vec<Location> = Vec::new();
    for other in &finding.related {
        let message = Some(RelatedMessage { text: unlinked(&other.message) });
        let location = Location { message, ..location(&other.path, other.place.as_ref()) };
        // The format wants each place once.
        if !related.contains(&location) {
            related.push(location);
        }
    }
    let mut properties = BTreeMap::from([("subject", finding.subject.as_str())]);
    properties.extend(finding.okep.as_deref().map(|okep| ("okep", okep)));
    if let Some(revision) = &finding.grandfathered {
        properties.insert("grandfatheredBy", &revision.commit);
        properties.insert("grandfatheredOn", &revision.date);
    }
    let lines = std::iter::once(&finding.message).chain(&finding.help).map(|line| unlinked(line));
    SarifResult {
        rule_id: finding.rule,
        rule_index: RULES.iter().position(|rule| rule.id == finding.rule),
        level: level(finding.severity),
        message: text(lines.collect::<Vec<_>>().join("\n")),
        locations: [first_location(finding)],
        related_locations: related,
        partial_fingerprints: fingerprints(finding, seen),
        baseline_state: reported.baseline.map(|baseline| match baseline {
            Baseline::New => "new",
            Baseline::Existing => "unchanged",
        }),
        fixes: finding.fix.as_ref().and_then(|f| fix(f, report)).into_iter().collect(),
        properties,
    }
}

/// The finding's place; what is absent stands at the first line, since GitHub refuses a result without
/// a line.
fn first_location(finding: &Finding) -> Location {
    let mut location = location(&finding.path, finding.place.as_ref());
    location.physical_location.region.get_or_insert(Region {
        start_line: 1,
        start_column: None,
        end_line: None,
        end_column: None,
    });
    location
}

fn location(path: &str, place: Option<&Place>) -> Location {
    let region = place.map(region);
    Location {
        physical_location: PhysicalLocation { artifact_location: artifact(path), region },
        message: None,
    }
}

fn artifact(path: &str) -> ArtifactLocation {
    ArtifactLocation { uri: uri(path), uri_base_id: ROOT }
}

fn region(place: &Place) -> Region {
    let at_least_one = |n: usize| n.max(1);
    Region {
        start_line: at_least_one(place.line),
        start_column: Some(at_least_one(place.column)),
        end_line: Some(at_least_one(place.end_line)),
        end_column: Some(at_least_one(place.end_column)),
    }
}

/// A relative reference: what is no unreserved character of a URI is percent-encoded, and so a colon in
/// a file's name makes no scheme.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

/// The finding's identity as a hash, and how often it stood before: lines, commits and the OKEP's title
/// may change. The second name is the one that GitHub goes by.
fn fingerprints(finding: &Finding, seen: &mut HashMap<String, usize>) -> BTreeMap<&'static str, String> {
    let about = finding.okep.as_deref().unwrap_or(&finding.path);
    let number = stem(file_name(about)).and_then(okep_name).and_then(|name| name.number);
    let about = number.map_or_else(|| about.to_owned(), |n| n.to_string());
    let hash = fnv(&[finding.rule, &about, &finding.subject]);
    let times = seen.entry(hash.clone()).and_modify(|n| *n += 1).or_insert(1);
    let fingerprint = format!("{hash}:{times}");
    BTreeMap::from([("okepFinding/v1", fingerprint.clone()), ("primaryLocationLineHash", fingerprint)])
}

/// FNV-1a of the parts, each ended by a byte that no text holds: the standard library's own hash may be
/// another one tomorrow.
fn fnv(parts: &[&str]) -> String {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// A fix as replacements; one that renames a file, which SARIF has no word for, is left to the help text.
fn fix(fix: &Fix, report: &Report) -> Option<SarifFix> {
    if !fix.renames.is_empty() || fix.edits.is_empty() {
        return None;
    }
    let mut by_path: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        by_path.entry(&edit.path).or_default().push(edit);
    }
    let mut changes = Vec::new();
    for (path, mut edits) in by_path {
        let source = report.texts.get(path)?;
        edits.sort();
        let replacement = |edit: &&Edit| SarifReplacement {
            deleted_region: region(&source.place(edit.start..edit.end)),
            inserted_content: (!edit.replacement.is_empty())
                .then(|| SarifContent { text: edit.replacement.clone() }),
        };
        let replacements = edits.iter().map(replacement).collect();
        changes.push(ArtifactChange { artifact_location: artifact(path), replacements });
    }
    let description = text(format!("{} ({})", unlinked(&fix.title), fix.safety.as_str()));
    Some(SarifFix { description, artifact_changes: changes })
}

fn notification(note: &Note) -> Notification<'_> {
    Notification {
        message: text(unlinked(&note.message)),
        level: "note",
        locations: note.path.iter().map(|path| location(path, None)).collect(),
        properties: BTreeMap::from([("kind", note.kind)]),
    }
}

fn text(text: String) -> Message {
    Message { text, markdown: None }
}

/// Text in which SARIF sees no link: to it `[words](target)` is one in any message.
fn unlinked(text: &str) -> String {
    if !text.contains("](") {
        return text.to_owned();
    }
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
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
        // Whoever keeps results stands on this very value.
        assert_eq!(one.as_deref(), Some("ccae3a676337c278:1"));
    }

    #[test]
    fn existing_findings_are_told_apart() {
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
        assert_eq!(unlinked("`[#5]` is"), "`[#5]` is");
        assert_eq!(unlinked("[safe](https://example.org)"), "\\[safe\\](https://example.org)");
    }
}
