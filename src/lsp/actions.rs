//! Code actions: the fixes of findings, all safe fixes of a document, and suppressions.

use super::diagnostics::diagnostic;
use super::outcome_view::OutcomeView;
use super::position::LineRange;
use crate::fix::engine;
use crate::fix::patch::changes;
use crate::fix::repair::counts;
use crate::fix::verify::verify;
use crate::okep::suppressions::suppression;
use crate::report::explain::capital;
use crate::rules::finding::{Edit, Finding, Fix, Safety};
use crate::text::path::file_name;
use serde::Deserialize;
use serde_json::{Value, json};
use similar::TextDiff;

const QUICK_FIX: &str = "quickfix";
const FIX_ALL: &str = "source.fixAll.okep";
/// The kinds of all actions.
pub const KINDS: [&str; 2] = [QUICK_FIX, FIX_ALL];

/// What a client asks actions for.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionContext {
    /// Kinds of actions; all where there are none.
    only: Option<Vec<String>>,
    /// 2 where nobody asked and the cursor came by.
    trigger_kind: Option<u8>,
}

impl ActionContext {
    fn wants(&self, kind: &str) -> bool {
        let is_of = |only: &String| {
            kind.strip_prefix(only.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.only.as_ref().is_none_or(|only| only.iter().any(is_of))
    }
}

/// The actions for some lines of a document, the preferred ones first.
pub fn actions(view: &OutcomeView, path: &str, range: LineRange, context: &ActionContext) -> Vec<Value> {
    let mut actions = Vec::new();
    if context.wants(QUICK_FIX) {
        let mut findings = on_lines(view, path, range);
        // What is not verified is not offered; `check` has notes on it.
        verify(view.outcome, view.snapshot, findings.iter_mut().collect());
        findings.sort_by_key(|finding| finding.fix.as_ref().map_or(Safety::Suggested, |fix| fix.safety));
        for make in [fix, suppress] {
            let made = findings.iter().filter_map(|finding| Some((finding, make(view, finding)?)));
            actions.extend(made.map(|(finding, mut action)| {
                // A diagnostic is that of the document that is asked about.
                let own = (finding.path == path).then(|| diagnostic(view, finding));
                action["diagnostics"] = own.into_iter().collect();
                action
            }));
        }
    }
    if context.wants(FIX_ALL) && (context.only.is_some() || context.trigger_kind != Some(2)) {
        actions.extend(fix_all(view, path));
    }
    actions
}

/// The findings of a document that are on some of its lines; on the title of an OKEP also those about it in other
/// files, such as nav.
fn on_lines(view: &OutcomeView, path: &str, range: LineRange) -> Vec<Finding> {
    let Some(text) = view.snapshot.text(path) else { return Vec::new() };
    let lines = view.lines(path, &text);
    let is_in = |place: LineRange| place.start.line <= range.end.line && range.start.line <= place.end.line;
    let okep = view.snapshot.okep(path);
    let title = okep.and_then(|okep| Some(okep.document.headings[okep.title.as_ref()?.heading].span.clone()));
    let on_title = is_in(lines.range(title.unwrap_or(0..0)));
    let is_there = |finding: &&Finding| match finding.path == path {
        true => is_in(lines.range_of(finding.place.as_ref())),
        false => on_title && finding.okep.as_deref() == Some(path),
    };
    view.outcome.report.live().filter(is_there).cloned().collect()
}

fn fix(view: &OutcomeView, finding: &Finding) -> Option<Value> {
    let fix = finding.fix.as_ref()?;
    Some(json!({
        "title": format!("{}{} ({})", capital(&fix.title), of_which(finding), finding.rule),
        "kind": QUICK_FIX,
        "isPreferred": fix.safety == Safety::Safe,
        "edit": view.workspace_edit(fix)?,
    }))
}

/// The OKEP of a finding in another file: several may miss the same thing on one line.
fn of_which(finding: &Finding) -> String {
    let okep = finding.okep.as_deref().filter(|okep| *okep != finding.path);
    okep.map_or(String::new(), |okep| format!(": {}", file_name(okep)))
}

/// A comment that accepts a finding, with its reason left to the author: without one it is an error.
fn suppress(view: &OutcomeView, finding: &Finding) -> Option<Value> {
    let okep = view.snapshot.okep(finding.okep.as_deref()?)?;
    let comment = suppression(finding.rule, &finding.subject)?;
    let document = &okep.document;
    let text = &document.text;
    if document.unclosed_fence.is_some() || text.invalid_at.is_some() {
        return None;
    }
    let ending = text.line_ending();
    let before = if text.as_str().ends_with('\n') { "" } else { ending };
    let edit = Edit::insert(&okep.path, text.len(), format!("{before}{ending}{comment}{ending}"));
    Some(json!({
        "title": format!("Accept this with a reason{} (`okep: allow {}`)", of_which(finding), finding.rule),
        "kind": QUICK_FIX,
        "edit": view.workspace_edit(&Fix::suggested("", vec![edit]))?,
    }))
}

/// All safe fixes of what is found about a document, as `check --fix` of it writes them; none where there are none.
fn fix_all(view: &OutcomeView, path: &str) -> Option<Value> {
    let outcome = view.outcome;
    let counts = counts(outcome);
    let wanted = |f: &Finding| (f.path == path || f.okep.as_deref() == Some(path)) && counts(f);
    let history = outcome.template_history.as_ref();
    let fixed = engine::fix(&outcome.whole(&outcome.tree), history, Safety::Safe, &wanted);
    let mut edits = Vec::new();
    for change in changes(&outcome.tree, &fixed.tree, &[]) {
        let (before, after) = (change.old?, change.new?);
        let (before, after) = (std::str::from_utf8(&before).ok()?, std::str::from_utf8(&after).ok()?);
        edits.extend(differences(change.to, before, after));
    }
    let title = format!("okep: apply all safe fixes ({})", fixed.applied.len());
    let fix = Fix { renames: fixed.renames, ..Fix::safe(title, edits) };
    let edit = view.workspace_edit(&fix).filter(|_| !fixed.applied.is_empty())?;
    Some(json!({ "title": fix.title, "kind": FIX_ALL, "edit": edit }))
}

/// The lines that differ, as edits.
fn differences(path: &str, before: &str, after: &str) -> Vec<Edit> {
    let [old, new] = [before, after].map(|text| text.split_inclusive('\n').collect::<Vec<&str>>());
    let offset = |line: usize| old[..line].iter().map(|line| line.len()).sum::<usize>();
    let diff = TextDiff::from_slices(&old, &new);
    let changed = diff.ops().iter().filter(|op| op.tag() != similar::DiffTag::Equal);
    let edit = |op: &similar::DiffOp| {
        let (removed, added) = (op.old_range(), op.new_range());
        Edit::replace(path, offset(removed.start)..offset(removed.end), new[added].concat())
    };
    changed.map(edit).collect()
}
