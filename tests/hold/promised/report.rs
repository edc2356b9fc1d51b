//! Any tree, reported: every format is whole and harmless, and JSON says what was found.

use super::{Broken, Kept};
use okep::audit::report::{Baseline, OkepSummary, Report, Reported};
use okep::audit::{TemplateTimeline, audit};
use okep::files::{Layout, Tree};
use okep::fix::plan::plan;
use okep::okep::snapshot::{Parsed, Snapshot};
use okep::report::{Terminal, View, auto, escape_control, full, github, json, markdown, sarif, short};
use serde_json::Value;

/// A report of all that is found; every third finding was there before.
fn report(tree: &Tree) -> Report {
    let snapshot = Snapshot::new(tree, &Layout::default(), &Parsed::default());
    let mut findings = audit(&snapshot, None).findings;
    plan(&snapshot, &TemplateTimeline::of(&snapshot, None), findings.iter_mut().collect());
    let summary = |okep: &okep::okep::proposal::Okep| OkepSummary {
        path: okep.path.clone(),
        number: okep.number(),
        title: okep.title.as_ref().map(|t| t.name.clone()),
        issue: None,
        landed: None,
        in_nav: None,
        in_index: snapshot.landing.as_ref().map(|l| l.lists(&okep.path)),
    };
    let baseline = |i: usize| Some(if i % 3 == 2 { Baseline::Existing } else { Baseline::New });
    let reported = |(i, finding)| Reported { finding, baseline: baseline(i) };
    let mut report = Report {
        okeps: snapshot.okeps.iter().map(summary).collect(),
        findings: findings.into_iter().enumerate().map(reported).collect(),
        notes: snapshot.notes.clone(),
        ..Report::default()
    };
    report.add_texts(&snapshot);
    report
}

pub fn holds(tree: &Tree) -> Result<Kept, Broken> {
    let mut kept = Kept::default();
    let report = report(tree);
    kept.findings += report.findings.len();
    round_trip(&report, &mut kept)?;
    let sarif = sarif::sarif(&report, true, "0");
    let parsed: Value = serde_json::from_str(&sarif).map_err(|e| format!("SARIF is no JSON: {e}"))?;
    let results = parsed["runs"][0]["results"].as_array().map_or(0, Vec::len);
    kept.hold(results > 0 || report.live().next().is_none(), || "SARIF has results")?;
    let commands = github::github(&report);
    let expected = report.live().count() + report.notes.len() + 1;
    kept.hold(commands.lines().count() == expected, || format!("a command a line:\n{commands}"))?;
    for width in [20, 80, 200] {
        let terminal = Terminal { width, color: false, unicode: width != 80 };
        let view = View { hints: width != 80, all: true, ..View::default() };
        quiet(&auto::auto(&report, &view, &terminal), "auto", &mut kept)?;
        quiet(&full::full(&report, &view, &terminal), "full", &mut kept)?;
    }
    let (markdown, short) = (markdown::markdown(&report), short::short(&report));
    for (text, name) in [(sarif, "SARIF"), (commands, "github"), (markdown, "markdown"), (short, "short")] {
        quiet(&text, name, &mut kept)?;
    }
    Ok(kept)
}

/// Nothing in it could steer a terminal.
fn quiet(text: &str, name: &str, kept: &mut Kept) -> Result<(), Broken> {
    let plain = text.replace('\n', "");
    kept.hold(escape_control(&plain) == plain, || format!("{name} is harmless:\n{text:?}"))
}

/// What is written as JSON reads back as what was found.
fn round_trip(report: &Report, kept: &mut Kept) -> Result<(), Broken> {
    let text = json::check(report, "0");
    quiet(&text, "JSON", kept)?;
    let parsed: Value = serde_json::from_str(&text).map_err(|e| format!("it is no JSON: {e}"))?;
    let again = serde_json::to_string(&parsed).and_then(|text| serde_json::from_str::<Value>(&text));
    kept.hold(again.is_ok_and(|again| again == parsed), || "JSON comes back as it went")?;
    let list = |name: &str| parsed[name].as_array().cloned().unwrap_or_default();
    let (findings, okeps, notes) = (list("findings"), list("okeps"), list("notes"));
    let lengths = (findings.len(), okeps.len(), notes.len());
    kept.hold(lengths == (report.findings.len(), report.okeps.len(), report.notes.len()), || {
        format!("all is told: {lengths:?}")
    })?;
    for (said, Reported { finding, .. }) in findings.iter().zip(&report.findings) {
        let edits: Vec<(String, u64, u64, String)> = (finding.fix.iter().flat_map(|f| &f.edits))
            .map(|e| (e.path.clone(), e.start as u64, e.end as u64, e.replacement.clone()))
            .collect();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let number = |value: &Value| value.as_u64().unwrap_or(u64::MAX);
        let written: Vec<(String, u64, u64, String)> =
            (said["fix"]["edits"].as_array().into_iter().flatten())
                .map(|e| (text(&e["path"]), number(&e["start"]), number(&e["end"]), text(&e["replacement"])))
                .collect();
        let line = finding.place.as_ref().map(|p| p.line as u64);
        let same = text(&said["rule"]) == finding.rule
            && text(&said["subject"]) == finding.subject
            && text(&said["message"]) == finding.message
            && text(&said["path"]) == finding.path
            && said["okep"].as_str() == finding.okep.as_deref()
            && said["line"].as_u64() == line
            && written == edits;
        kept.hold(same, || format!("{finding:#?}\nis written as\n{said:#}"))?;
    }
    for (said, okep) in okeps.iter().zip(&report.okeps) {
        let same = said["path"] == okep.path.as_str() && said["number"].as_u64() == okep.number;
        kept.hold(same && said["title"].as_str() == okep.title.as_deref(), || format!("{okep:?} is {said}"))?;
    }
    Ok(())
}
