//! Findings as diagnostics.

use super::outcome_view::OutcomeView;
use crate::audit::check::Error;
use crate::files::CONFIG;
use crate::okep::config;
use crate::report::json::without_nulls;
use crate::report::layout::grandfathered;
use crate::rules::finding::Finding;
use crate::rules::rule;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The diagnostics of the open documents, of the files that make nav, and of the index page, by path; of these even
/// where there are none.
pub fn of_outcome(view: &OutcomeView) -> BTreeMap<String, Vec<Value>> {
    let (outcome, snapshot) = (view.outcome, view.snapshot);
    let register = outcome.config.layout.registers.iter().find(|path| outcome.tree.contains(path));
    let inherited = snapshot.site.iter().flat_map(|site| &site.files);
    let index_page = snapshot.landing.iter().map(|page| &page.path);
    let registers = register.into_iter().chain(inherited).chain(index_page).map(String::as_str);
    let paths: BTreeSet<&str> = view.open.keys().copied().chain(registers).collect();
    let of = |path: &str| {
        let findings = outcome.report.live().filter(|finding| finding.path == path);
        (path.to_owned(), findings.map(|finding| diagnostic(view, finding)).collect())
    };
    paths.into_iter().map(of).collect()
}

/// The diagnostics of a check that could not be made: of `okep.toml`, where that is wrong.
pub fn of_error(error: &Error) -> BTreeMap<String, Vec<Value>> {
    use config::Error::{Absent, Wrong};
    let Error::Config(Wrong { line, message, .. } | Absent { line, message }) = error else {
        return BTreeMap::new();
    };
    let at = |character: usize| json!({ "line": line.saturating_sub(1), "character": character });
    // To the end of the line, wherever that is.
    let range = json!({ "start": at(0), "end": at(1000) });
    let diagnostic = json!({ "range": range, "severity": 1, "source": "okep", "message": message });
    BTreeMap::from([(CONFIG.to_owned(), vec![diagnostic])])
}

pub fn diagnostic(view: &OutcomeView, finding: &Finding) -> Value {
    let landed = grandfathered(finding, &view.outcome.report.okeps);
    let lines = [&finding.message].into_iter().chain(&finding.help).chain(&landed);
    let related = finding.related.iter().map(|related| {
        let location = view.location(&related.path, related.place.as_ref());
        json!({ "location": location, "message": related.message })
    });
    let is_superfluous = rule(finding.rule).is_some_and(|rule| rule.is_superfluous);
    without_nulls(json!({
        "range": view.location(&finding.path, finding.place.as_ref())["range"],
        "severity": SEVERITIES[finding.severity as usize],
        "code": finding.rule,
        "source": "okep",
        "message": lines.map(String::as_str).collect::<Vec<_>>().join("\n"),
        "relatedInformation": related.collect::<Vec<_>>(),
        "codeDescription": view.client.page_of(finding.rule).map(|uri| json!({ "href": uri })),
        "tags": is_superfluous.then_some([UNNECESSARY]),
    }))
}

/// The protocol's numbers of an error, a warning and a hint.
const SEVERITIES: [u8; 3] = [1, 2, 4];
/// The tag of what an editor may fade.
const UNNECESSARY: u8 = 1;
