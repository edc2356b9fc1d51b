//! Whether a check can do without history, which it reads only where a finding needs it.

use crate::audit::baseline::Compared;
use crate::audit::report::Source;
use crate::audit::states::{CheckStates, State};
use crate::audit::{AuditCache, Verdict, any_needs_history};
use std::collections::HashSet;

impl CheckStates<'_> {
    /// Whether history is needed, as far as that is known before states are compared; `thorough` is whether
    /// everything is to be known.
    pub(super) fn need_history(&self, thorough: bool, cache: &AuditCache) -> bool {
        let need = || thorough || self.all_count() && any_needs_history(&self.now.snapshot, cache);
        self.target.tip.is_some() && need()
    }

    /// Whether all findings count, and not only those of a change that is staged.
    fn all_count(&self) -> bool {
        let template = self.now.template_text();
        let template_changed = self.before.iter().any(|before| before.template_text() != template);
        self.target.source != Source::Index || !self.target.compares || template_changed
    }

    /// The verdicts without history; none where some finding that counts could be another one in the light of
    /// history.
    pub(super) fn audit_without_history(&self, cache: &AuditCache) -> Option<Vec<Verdict>> {
        let verdicts = self.audit(None, cache);
        if self.target.tip.is_none() || self.all_count() {
            return Some(verdicts);
        }
        let compared = Compared::of(self, &verdicts, None);
        let needs_history = verdicts[0].needs_history.iter().any(|needs| {
            let path = needs.path.as_str();
            let text = |state: &State| state.snapshot.okep(path).map(|okep| okep.document.text.clone());
            let changed = self.before.iter().find_map(text) != text(&self.now);
            (needs.unmet_requirement && (compared.has_new_requirement(path) || self.lost_heading(path)))
                || (needs.near_a_prompt && changed)
        });
        (!needs_history).then_some(verdicts)
    }

    /// Whether an OKEP had a heading that it has no more: it may have been a section by an earlier name, so that what
    /// is missing without history was not missing before.
    fn lost_heading(&self, path: &str) -> bool {
        let names = |state: &State| -> Option<HashSet<String>> {
            Some(state.snapshot.okep(path)?.outline.rows.iter().map(|row| row.name.normal.clone()).collect())
        };
        let now = names(&self.now).unwrap_or_default();
        self.before.iter().filter_map(names).any(|before| !before.is_subset(&now))
    }
}
