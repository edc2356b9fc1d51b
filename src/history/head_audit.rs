//! The commit where history ends, checked with everything: findings with their places and verified fixes.
//!
//! History itself keeps neither lines nor fixes; these are those of a check of the last commit, with the
//! suppressions and severities of the repository, as they count there for what is open.

use crate::audit::check::{self, Outcome};
use crate::audit::target::{CheckTarget, Options};
use crate::files::Note;
use crate::fix::repair;
use crate::git::{Id, Repo};
use crate::history::repo_history::RepoHistory;
use crate::okep::forge::Forge;
use crate::okep::snapshot::Snapshot;
use crate::okep::template_history::TemplateHistory;
use crate::rules::finding::Finding;
use std::sync::Arc;

pub struct Tip {
    /// The full hash.
    pub commit: String,
    pub snapshot: Snapshot,
    pub template_history: Option<TemplateHistory>,
    /// In the audit's order, without the fixes that cannot be proven.
    pub findings: Vec<Finding>,
    /// What the check and its proofs had to tell.
    pub notes: Vec<Note>,
    /// Where the repository can be looked at: where the template's issues are, else where a remote is.
    pub forge: Option<Forge>,
}

/// Audits a commit; none where it holds no proposal folder.
///
/// # Errors
/// It cannot be read, or its configuration is wrong.
pub fn audited(repo: &Arc<Repo>, commit: Id) -> Result<Option<Outcome>, check::Error> {
    let target = CheckTarget::of_commit(repo, commit)?;
    let options = Options { thorough: true, ..Options::default() };
    match check::check(&target, &options, &RepoHistory(Some(repo.clone()))) {
        Err(check::Error::NoFolder { .. }) => Ok(None),
        outcome => outcome.map(Some),
    }
}

/// The same with everything that there is to show of it.
///
/// # Errors
/// As [`audited`].
pub fn tip(repo: &Arc<Repo>, commit: Id) -> Result<Option<Tip>, check::Error> {
    let Some(mut outcome) = audited(repo, commit)? else { return Ok(None) };
    repair::show(&mut outcome, true);
    let Outcome { snapshot: Some(snapshot), template_history, report, .. } = outcome else { return Ok(None) };
    let findings = report.findings.into_iter().map(|reported| reported.finding).collect();
    let link = snapshot.template.issue.as_ref().and_then(|issue| issue.link.as_ref());
    let remotes = repo.remotes();
    let remote = || remotes.iter().find_map(|url| Forge::of_remote(url));
    let forge = link.and_then(Forge::of_issue).or_else(remote);
    let commit = commit.to_string();
    Ok(Some(Tip { commit, snapshot, template_history, findings, notes: report.notes, forge }))
}
