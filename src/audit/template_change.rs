//! Findings that are there only because the same change edits the template.

use crate::audit::audit;
use crate::audit::baseline::{Compared, NewNames, compare};
use crate::audit::report::{Baseline, Reported, count};
use crate::audit::target::{CheckStates, State};
use crate::files::Note;
use crate::markdown::names::Name;
use crate::okep::snapshot::Snapshot;
use crate::okep::template_history::TemplateHistory;
use crate::rules::finding::Finding;
use std::collections::BTreeMap;

/// Makes notes of the new findings that are there only because the same change edits the template.
pub fn take_out(compared: &mut Compared, states: &CheckStates, history: Option<&TemplateHistory>) {
    let CheckStates { now, before, .. } = states;
    let has_changed = |base: &&State| base.template_text() != now.template_text();
    let Some(base) = before.first().filter(has_changed) else { return };
    let mut is_by_template = by_template(&compared.findings, now, base, history).into_iter();
    let is_taken = |_: &mut Reported| is_by_template.next() == Some(true);
    let taken: Vec<Reported> = compared.findings.extract_if(.., is_taken).collect();
    match removed(&base.snapshot, &now.snapshot) {
        Some(note) => compared.notes.push(note),
        None => compared.notes.extend(notes(&taken, &now.snapshot, history)),
    }
}

/// What is no longer checked, where the change removes the template or leaves it without sections.
fn removed(before: &Snapshot, now: &Snapshot) -> Option<Note> {
    let path = before.template.path.as_ref()?;
    // What a link, a pointer of Git LFS or other bytes stand for is unknown, and has a note of its own.
    let is_unknown = |path| now.document(path).is_none_or(|read| read.text.invalid_at.is_some());
    if now.template.path.as_deref().is_some_and(is_unknown) {
        return None;
    }
    let what = match (&now.template.path, now.template.outline.rows.is_empty()) {
        (None, _) => "removes the template",
        (Some(_), true) => "empties the template",
        (Some(_), false) => return None,
    };
    let is_lost = |name: &&Name| now.template.names().all(|other| !other.spells(name));
    let sections: Vec<String> =
        before.template.names().filter(is_lost).map(|name| format!("`{}`", name.text)).collect();
    let sections = (!sections.is_empty()).then(|| format!("the sections {}", sections.join(", ")));
    let repository = before.repository.as_ref().filter(|_| now.repository.is_none());
    let repository = repository.map(|_| "the repository of issue links".to_owned());
    let lost = sections.into_iter().chain(["prompts left in place".to_owned()]).chain(repository);
    let lost = lost.collect::<Vec<_>>().join("; ");
    Some(Note::at("template-change", path, format!("this change {what}; no longer checked: {lost}")))
}

/// For each finding, whether it is new, and an OKEP that was there before has it only by the template of `now`.
fn by_template(
    found: &[Reported],
    now: &State,
    base: &State,
    history: Option<&TemplateHistory>,
) -> Vec<bool> {
    let mut by_old_template = now.snapshot.clone();
    by_old_template.template = base.snapshot.template.clone();
    let without = audit(&by_old_template, history).findings;
    let by_both = compare(found.iter().map(|reported| &reported.finding), &without, &NewNames::new());
    let was_there = |finding: &Finding| {
        let path = finding.okep.as_deref().unwrap_or_default();
        let number = now.snapshot.number_of(path);
        base.snapshot.okep(path).is_some()
            || number.is_some_and(|number| base.snapshot.okep_of_number(number).is_some())
    };
    // The template under a name that is none of a template's is no OKEP.
    let is_template = |finding: &Finding| {
        let okep = finding.okep.as_deref().and_then(|path| now.snapshot.okep(path));
        okep.is_some_and(|okep| okep.document.text.as_str() == base.template_text().as_str())
    };
    let is_by_template = |(Reported { finding, baseline }, by_both): (&Reported, Baseline)| {
        *baseline == Some(Baseline::New)
            && (is_template(finding) || by_both == Baseline::New && was_there(finding))
    };
    found.iter().zip(by_both).map(is_by_template).collect()
}

/// What a change of the template means for the OKEPs that landed before it, and for the others.
const AFFECTED: [&str; 2] = ["that landed before it may stay as they are", "not landed yet must follow it"];

/// One line for each requirement that a change of the template adds, with the OKEPs that are exempt, and those that
/// are not since they have not landed.
fn notes(findings: &[Reported], now: &Snapshot, history: Option<&TemplateHistory>) -> Vec<Note> {
    let mut requirements: BTreeMap<(&str, &str), [Vec<String>; 2]> = BTreeMap::new();
    for Reported { finding, .. } in findings {
        let path = finding.okep.as_deref().unwrap_or_default();
        let name = now.okep(path).and_then(|o| o.number()).map_or_else(|| path.to_owned(), |n| n.to_string());
        let has_landed = history.is_some_and(|history| history.landed_as(now, path).is_some());
        let groups = requirements.entry((finding.rule, &finding.subject)).or_default();
        groups[usize::from(!has_landed)].push(name);
    }
    let note = |((rule, subject), groups): ((&str, &str), [Vec<String>; 2])| {
        let mut message = format!("this change of the template adds `{rule}` for `{subject}`");
        for (okeps, what) in groups.iter().zip(AFFECTED).filter(|(okeps, _)| !okeps.is_empty()) {
            message += &format!("; {} {what}: {}", count(okeps.len(), "OKEP"), okeps.join(", "));
        }
        Note { path: now.template.path.clone(), ..Note::new("template-change", message) }
    };
    requirements.into_iter().map(note).collect()
}
