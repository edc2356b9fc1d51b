//! When the OKEPs of a snapshot landed, also those that the snapshot has under another name.

use crate::git::Id;
use crate::okep::lineage::{PathAndContent, renames};
use crate::okep::snapshot::Snapshot;
use crate::okep::template_history::{LandedOkep, TemplateHistory};

/// An OKEP as it landed, and by which of the histories, in the order in which they are asked; none where it has
/// not landed.
pub fn landed_as<'a>(
    history: &'a TemplateHistory,
    snapshot: &Snapshot,
    path: &str,
) -> Option<(usize, &'a LandedOkep)> {
    history.all().enumerate().find_map(|(at, history)| Some((at, landed_okep(history, snapshot, path)?)))
}

fn landed_okep<'a>(history: &'a TemplateHistory, snapshot: &Snapshot, path: &str) -> Option<&'a LandedOkep> {
    if let Some(okep) = history.landed.get(path) {
        return Some(okep);
    }
    let removed: Vec<(&String, &LandedOkep)> =
        history.landed.iter().filter(|(path, _)| !snapshot.contains(path)).collect();
    removed.first()?;
    // The template moves with the folder, and is no OKEP that was renamed.
    let paths = snapshot.okeps.iter().map(|o| o.path.as_str()).chain(snapshot.template.path.as_deref());
    let added: Vec<&str> = paths.filter(|path| !history.landed.contains_key(*path)).collect();
    let at = added.iter().position(|added| *added == path)?;
    // Contents are compared only where the names do not say it.
    let names = |path: &'a str| (path, None::<Id>);
    let by_name: Vec<_> = removed.iter().map(|(path, _)| names(path)).collect();
    let from = renames(&by_name, &added.iter().map(|path| (*path, None)).collect::<Vec<_>>())[at];
    let from = from.or_else(|| {
        let removed: Vec<_> = removed.iter().map(|(path, okep)| (path.as_str(), Some(okep.blob))).collect();
        let content = |path: &str| Id::from_hex(snapshot.tree.id(path)?.as_bytes()).ok();
        let added: Vec<PathAndContent<_>> = added.iter().map(|path| (*path, content(path))).collect();
        renames(&removed, &added)[at]
    });
    from.map(|from| removed[from].1)
}
