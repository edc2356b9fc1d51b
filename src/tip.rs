//! The commit where history ends, audited with everything: findings with their places and proven fixes.
//!
//! History itself keeps neither lines nor fixes; this joins what `check` knows of the last commit. What a
//! repository excepts is not excepted here, as history tells what there was. It prints nothing.

use crate::audit::audit;
use crate::check::{self, Request};
use crate::finding::{Finding, Fix};
use crate::fix::apply::apply;
use crate::fix::{engine, proof};
use crate::forge::Forge;
use crate::git::Repo;
use crate::lore::Lore;
use crate::model::snapshot::{Parsed, Snapshot};
use crate::render::diff;
use crate::tree::{Note, Tree};
use std::path::Path;

pub struct Tip {
    /// The full hash.
    pub commit: String,
    pub tree: Tree,
    pub snapshot: Snapshot,
    pub lore: Option<Lore>,
    /// In the audit's order, without the fixes that cannot be proven.
    pub findings: Vec<Finding>,
    /// What the proofs had to tell.
    pub notes: Vec<Note>,
    /// Where the repository can be looked at: where the template's issues are, else where a remote is.
    pub forge: Option<Forge>,
}

/// Audits `commit`, a full hash; none where it holds no proposal folder.
pub fn tip(dir: Option<&Path>, commit: &str) -> Result<Option<Tip>, check::Error> {
    let request = Request {
        dir: dir.map(Path::to_owned),
        rev: Some(commit.to_owned()),
        thorough: true,
        unproven: true,
        ..Request::default()
    };
    let outcome = match check::check(&request) {
        Err(check::Error::NoFolder { .. }) => return Ok(None),
        outcome => outcome?,
    };
    let Some(snapshot) = outcome.snapshot else { return Ok(None) };
    let (tree, lore) = (outcome.tree, outcome.lore);
    let all = audit(&snapshot, lore.as_ref()).findings;
    let mut findings = all.clone();
    let state = engine::borrowed(&tree, &snapshot, &all);
    let shown = findings.iter_mut().collect();
    let notes = proof::prove(&state, &outcome.layout, lore.as_ref(), &Parsed::default(), shown);
    let link = snapshot.template.issue.as_ref().and_then(|issue| issue.link.as_ref());
    let remotes = Repo::discover(dir)?.map(|repo| repo.remotes()).unwrap_or_default();
    let remote = || remotes.iter().find_map(|url| Forge::of_remote(url));
    let forge = link.and_then(Forge::of_issue).or_else(remote);
    Ok(Some(Tip { commit: commit.to_owned(), tree, snapshot, lore, findings, notes, forge }))
}

impl Tip {
    /// What a fix would change, as a unified diff; none where it does not fit the tree.
    pub fn patch(&self, fix: &Fix) -> Option<String> {
        let after = apply(&self.tree, &[fix], || None).ok()?;
        let patch = diff::between(&self.tree, &after, &fix.renames);
        Some(String::from_utf8_lossy(&patch).into_owned())
    }
}
