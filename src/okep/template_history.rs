//! What the main line knows: when each OKEP landed, and which template was in force then.

use crate::files::{Layout, Note, Tree};
use crate::git::{Id, Revision};
use crate::okep::lineage::{GoneOkeps, Lineage, PathAndContent, renames};
use crate::okep::snapshot::Snapshot;
use crate::okep::template::Template;
use crate::text::path::{self, Role};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of OKEPs at one commit of the main line; a clone shares it.
#[derive(Debug, Clone, Default)]
pub struct TemplateHistory {
    /// Whether it has commits of the main line that the checked ones do not contain.
    pub is_ahead: bool,
    /// The OKEPs that this commit holds, by path.
    pub landed: Arc<BTreeMap<String, LandedOkep>>,
    /// Those that were removed, whether they returned or not, by path and number.
    pub(super) gone: Arc<GoneOkeps>,
    /// How each OKEP landed, whether it is held or not.
    pub landings: Arc<Vec<Landing>>,
    /// The template, each time its text changed, oldest first.
    pub templates: Arc<Vec<TemplateRevision>>,
    /// What to ask for OKEPs that are not in `landed`, in this order: the local copy of a default branch that
    /// was merged into it (`git pull`); and the newest commit of the main line, for the OKEPs of a branch that
    /// is behind, or of a release branch that they were cherry-picked to.
    pub next: Option<Arc<TemplateHistory>>,
    /// What could not be known or was odd, for the output.
    pub notes: Vec<Note>,
    /// In which order the templates of this commit landed.
    pub(super) order: TemplateOrder,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandedOkep {
    /// Which OKEP of the main line it is, whatever its path: see [`crate::okep::lineage::Lineage`].
    pub okep: usize,
    /// Its contents at that commit.
    pub blob: Id,
}

/// How an OKEP came to the main line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// The first commit of the main line that holds the OKEP; none where it is already in the oldest one that
    /// can be read.
    pub revision: Option<Revision>,
    pub under: LandedUnder,
}

/// Which template was in force when an OKEP landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LandedUnder {
    /// An index into [`TemplateHistory::templates`]; none where there was no template.
    pub template: Option<usize>,
    /// Where it is not known, the OKEP landed under that template or an earlier one.
    pub is_known: bool,
}

/// A text of the template.
#[derive(Debug, Clone)]
pub struct TemplateRevision {
    /// The commit of the main line that introduced it.
    pub revision: Revision,
    pub id: Id,
    pub template: Template,
}

impl TemplateHistory {
    /// This history, and those to ask after it.
    pub fn all(&self) -> impl Iterator<Item = &TemplateHistory> {
        std::iter::successors(Some(self), |history| history.next.as_deref())
    }

    /// How an OKEP of a snapshot landed, also one that the snapshot has under another name or has again; and which OKEP of
    /// which of [`Self::all`] histories it is. None where it has not landed.
    pub fn landed_as(&self, snapshot: &Snapshot, path: &str) -> Option<(usize, usize, &Landing)> {
        self.all().enumerate().find_map(|(at, history)| {
            let okep = history.landed_okep(snapshot, path)?;
            Some((at, okep, &history.landings[okep]))
        })
    }

    fn landed_okep(&self, snapshot: &Snapshot, path: &str) -> Option<usize> {
        let landed = self.landed.get(path).or_else(|| self.renamed_okep(snapshot, path));
        let is_held = |okep: usize| self.landed.values().any(|landed| landed.okep == okep);
        landed.map(|landed| landed.okep).or_else(|| self.gone.returned(path).filter(|okep| !is_held(*okep)))
    }

    /// The OKEP that a snapshot has under another name.
    fn renamed_okep(&self, snapshot: &Snapshot, path: &str) -> Option<&LandedOkep> {
        let removed = self.landed.iter().filter(|(path, _)| !snapshot.contains(path));
        let removed: Vec<_> = removed.map(|(path, okep)| (path.as_str(), Some(okep.blob))).collect();
        removed.first()?;
        // The template moves with the folder, and is no OKEP that was renamed.
        let paths = snapshot.okeps.iter().map(|o| o.path.as_str()).chain(snapshot.template.path.as_deref());
        let content = |path: &str| snapshot.tree.id(path);
        let added = paths.filter(|path| !self.landed.contains_key(*path));
        let added: Vec<_> = added.map(|path| (path, content(path))).collect();
        let at = added.iter().position(|(added, _)| *added == path)?;
        let (was, blob) = removed[renames(&removed, &added)[at]?];
        // What others have added meanwhile is not what a branch added under another name.
        let is_same = path::number(was) == path::number(path) || blob == added[at].1;
        self.landed.get(was).filter(|_| is_same || !self.is_ahead)
    }

    /// Of the files of a state that are named like a template, the one that landed first.
    pub fn first_template(&self, templates: TemplateContents) -> Option<String> {
        let mut order = self.order.clone();
        order.step(templates);
        order.first(|_| false)
    }

    /// Where there is no history to ask.
    pub fn nothing(reason: impl Into<String>) -> Self {
        TemplateHistory { notes: vec![Note::new("no-history", reason)], ..TemplateHistory::default() }
    }
}

/// Files that are named like a template, with their ids.
type TemplateContents = BTreeMap<String, Option<Id>>;

/// Those of a tree; none where there is one at most, or the repository names the one that counts.
pub fn templates(tree: &Tree, layout: &Layout) -> Option<TemplateContents> {
    let listing = tree.list(&layout.folder);
    let mut paths: Vec<&String> = listing.files.keys().collect();
    paths.retain(|path| layout.role(path) == Role::Template);
    let contents = || paths.iter().map(|path| ((*path).clone(), tree.id(path))).collect();
    (paths.len() > 1 && layout.template.is_none()).then(contents)
}

/// In which order the templates of the last state landed.
#[derive(Debug, Clone, Default)]
pub(super) struct TemplateOrder {
    /// Its numbers are in the order in which templates landed, of several at once in that of their paths.
    lineage: Lineage,
    pub contents: TemplateContents,
}

impl TemplateOrder {
    pub fn step(&mut self, now: TemplateContents) {
        let mut added = lacking(&now, &self.contents);
        added.sort_by_key(|(path, _)| path::template_order(path));
        self.lineage.step(&lacking(&self.contents, &now), &added);
        self.contents = now;
    }

    /// The one that the repository names, else the one that landed first; of several the first by its number.
    pub fn first(&self, is_named: impl Fn(&str) -> bool) -> Option<String> {
        let present = self.lineage.present.iter();
        present.min_by_key(|(path, template)| (!is_named(path), **template)).map(|(path, _)| path.clone())
    }
}

/// The files of `one` that `other` does not have.
fn lacking<'a>(one: &'a TemplateContents, other: &TemplateContents) -> Vec<PathAndContent<'a, Id>> {
    let lacks = |(path, _): &(&String, &Option<Id>)| !other.contains_key(*path);
    one.iter().filter(lacks).map(|(path, id)| (path.as_str(), *id)).collect()
}
