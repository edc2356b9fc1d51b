//! OKEPs that a change adds under the number of its own pull request, known before the merge.

use crate::audit::report::{Baseline, Report, Reported};
use crate::okep::snapshot::Snapshot;
use crate::rules::event::{Event, PullRequest};
use crate::rules::{Check, RULES};
use crate::text::path::okep_number;

/// Adds what rules about landings find about the OKEPs of number `pull_request`, unless a file of `before`, the paths
/// of the state compared with, has it already.
pub fn report_number<'a>(
    report: &mut Report,
    snapshot: &Snapshot,
    mut before: impl Iterator<Item = &'a str>,
    folder: &str,
    pull_request: u64,
) {
    if before.any(|path| okep_number(path, folder) == Some(pull_request)) {
        return;
    }
    for okep in snapshot.okeps.iter().filter(|okep| okep.number() == Some(pull_request)) {
        let event = Event::Landed {
            path: &okep.path,
            number: Some(pull_request),
            issue: okep.issue.as_ref().and_then(|issue| issue.number()),
            pull_request: Some(PullRequest::Merged(pull_request)),
        };
        for rule in &RULES {
            let Check::History(check) = rule.check else { continue };
            let found = check(&event);
            report.findings.extend(found.map(|finding| Reported { finding, baseline: Some(Baseline::New) }));
        }
    }
    report.findings.sort_by(|a, b| a.finding.path.cmp(&b.finding.path));
}
