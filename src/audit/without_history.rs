//! Whether a check can do without history, which it reads only where a finding needs it.

use crate::audit::baseline::{Compared, State};
use crate::audit::report::Source;
use crate::audit::target::{CheckTarget, Options};
use crate::audit::{AuditCache, Verdict, any_needs_history, audit_with};
use crate::okep::template_history::TemplateHistory;

/// The verdicts of a state and of those before it, in this order.
pub(super) fn audit_all(
    now: &State,
    before: &[State],
    template_history: Option<&TemplateHistory>,
    cache: &AuditCache,
) -> Vec<Verdict> {
    let audited =
        |State { snapshot, .. }: &State| audit_with(snapshot, template_history, cache).verdict(snapshot);
    std::iter::once(now).chain(before).map(audited).collect()
}

/// Whether history is needed, as far as that is known before states are compared.
pub(super) fn needs_history(
    target: &CheckTarget,
    options: &Options,
    now: &State,
    before: &[State],
    cache: &AuditCache,
) -> bool {
    let needs =
        || options.thorough || is_whole(target, now, before) && any_needs_history(&now.snapshot, cache);
    target.tip.is_some() && needs()
}

/// Whether all findings count, and not only those of a change that is staged.
fn is_whole(target: &CheckTarget, now: &State, before: &[State]) -> bool {
    let template_changed = before.iter().any(|b| b.template_text() != now.template_text());
    target.source != Source::Index || !target.compares || template_changed
}

/// The verdicts without history; none where some finding that counts could be another one in the light of history.
pub(super) fn without_history(
    target: &CheckTarget,
    now: &State,
    before: &[State],
    cache: &AuditCache,
) -> Option<Vec<Verdict>> {
    let verdicts = audit_all(now, before, None, cache);
    if target.tip.is_none() || is_whole(target, now, before) {
        return Some(verdicts);
    }
    let compared = Compared::of(target.compares, now, before, &verdicts, None);
    let needs_history = verdicts[0].needs_history.iter().any(|needs| {
        let path = needs.path.as_str();
        let text = |state: &State| state.snapshot.okep(path).map(|okep| okep.document.text.clone());
        let changed = before.iter().find_map(text) != text(now);
        (needs.unmet_requirement && compared.has_new_requirement(path)) || (needs.near_a_prompt && changed)
    });
    (!needs_history).then_some(verdicts)
}
