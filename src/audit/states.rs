//! The states of one check: the one that is checked, and those that it is compared with.

use crate::audit::target::CheckTarget;
use crate::audit::{AuditCache, Verdict, audit_with};
use crate::okep::config::Config;
use crate::okep::snapshot::Snapshot;
use crate::okep::template_history::TemplateHistory;
use crate::text::Text;

/// A snapshot and the configuration of its tree.
#[derive(Clone)]
pub struct State {
    pub snapshot: Snapshot,
    pub config: Config,
}

impl State {
    pub fn template_text(&self) -> &Text {
        &self.snapshot.template.document.text
    }
}

/// A state that is checked, and those that it is compared with.
pub struct CheckStates<'a> {
    pub target: &'a CheckTarget,
    pub now: State,
    pub before: Vec<State>,
}

impl CheckStates<'_> {
    /// The snapshots of the state that is checked and of those before it, in this order.
    pub fn snapshots(&self) -> impl Iterator<Item = &Snapshot> {
        std::iter::once(&self.now).chain(&self.before).map(|state| &state.snapshot)
    }

    /// The verdicts on all [`Self::snapshots`].
    pub fn audit(&self, history: Option<&TemplateHistory>, cache: &AuditCache) -> Vec<Verdict> {
        let audited = |snapshot| audit_with(snapshot, history, cache).verdict(snapshot);
        self.snapshots().map(audited).collect()
    }
}
