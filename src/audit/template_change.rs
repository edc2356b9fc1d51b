//! Findings that are there only because the same change edits the template.

use crate::audit::audit;
use crate::audit::baseline::{Compared, NewNames, State, compare};
use crate::audit::report::{Baseline, count};
use crate::files::Note;
use crate::okep::snapshot::Snapshot;
use crate::okep::template_history::TemplateHistory;
use crate::rules::finding::Finding;
use std::collections::{BTreeMap, BTreeSet};

/// Makes notes of the new findings that are there only because the same change edits the template.
pub fn take_out_template_change(
    compared: &mut Compared,
    now: &State,
    before: &[State],
    template_history: Option<&TemplateHistory>,
) {
    let Some(base) = before.first().filter(|base| base.template_text() != now.template_text()) else {
        return;
    };
    let by_template = findings(compared, now, base, template_history);
    let taken: Vec<&Finding> = by_template.iter().map(|i| &compared.findings[*i]).collect();
    compared.notes.extend(notes(&taken, &now.snapshot));
    let keeps = |i: &usize| !by_template.contains(i);
    let kept: Vec<usize> = (0..compared.findings.len()).filter(keeps).collect();
    compared.baseline = kept.iter().map(|i| compared.baseline[*i]).collect();
    compared.findings = kept.iter().map(|i| compared.findings[*i].clone()).collect();
}

/// Which of the new findings an OKEP that was there before has only by the template of `now`.
fn findings(
    compared: &Compared,
    now: &State,
    base: &State,
    template_history: Option<&TemplateHistory>,
) -> BTreeSet<usize> {
    let mut by_old_template = now.snapshot.clone();
    by_old_template.template = base.snapshot.template.clone();
    let without = audit(&by_old_template, template_history).findings;
    let found_by_both = compare(&compared.findings, &without, &NewNames::new());
    let was_there = |finding: &Finding| {
        let path = finding.okep.as_deref().unwrap_or_default();
        let number = now.snapshot.number_of(path);
        base.snapshot.okep(path).is_some()
            || number.is_some_and(|number| base.snapshot.okep_of_number(number).is_some())
    };
    let is_new = |i: &usize| compared.baseline[*i] == Some(Baseline::New);
    (0..compared.findings.len())
        .filter(|i| is_new(i) && found_by_both[*i] == Baseline::New && was_there(&compared.findings[*i]))
        .collect()
}

/// One line for each requirement that a change of the template adds, with the OKEPs that are exempt.
fn notes(findings: &[&Finding], now: &Snapshot) -> Vec<Note> {
    let mut requirements: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for finding in findings {
        let path = finding.okep.as_deref().unwrap_or_default();
        let name = now.okep(path).and_then(|o| o.number()).map_or_else(|| path.to_owned(), |n| n.to_string());
        requirements.entry((finding.rule, &finding.subject)).or_default().push(name);
    }
    let note = |((rule, subject), okeps): ((&str, &str), Vec<String>)| {
        let message = format!(
            "this change of the template adds `{rule}` for `{subject}`; {} that landed before it may stay \
             as they are: {}",
            count(okeps.len(), "OKEP"),
            okeps.join(", ")
        );
        Note { path: now.template.path.clone(), ..Note::new("template-change", message) }
    };
    requirements.into_iter().map(note).collect()
}
