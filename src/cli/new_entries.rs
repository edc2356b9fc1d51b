//! The entries of a new OKEP in `nav` and on the index page.

use crate::files::{Content, Tree};
use crate::okep::proposal::Okep;
use crate::okep::register;
use crate::okep::snapshot::Snapshot;
use crate::site::mkdocs::{Registered, Site};
use std::fs;
use std::ops::Range;
use std::path::Path;

/// A register, and how it takes the OKEP up.
pub struct NewEntry {
    pub path: String,
    /// The file with it; otherwise what to do by hand.
    pub edit: Result<Vec<u8>, String>,
}

/// How the registers of a tree, whose files are in `root`, take up an OKEP that it has.
pub fn registers(root: &Path, after: &Snapshot, okep: &Okep) -> Vec<NewEntry> {
    let label = register::label(after, okep);
    let nav = match &after.site {
        Some(site) => nav_entry(root, after, site, okep),
        None => {
            let page = okep.path.strip_prefix("docs/").unwrap_or(&okep.path);
            let line = format!("- {label}: {page}");
            after.layout.registers.iter().find_map(|path| unread(&after.tree, path, &line))
        }
    };
    let index = match &after.landing {
        Some(landing) => {
            let plan = register::index_plan(after, landing, okep);
            Some(entry(root, &after.tree, &landing.path, plan.edit))
        }
        None => {
            let folder = &after.layout.folder;
            let page = okep.path.strip_prefix(&format!("{folder}/")).unwrap_or(&okep.path);
            let line = format!("* [{}]({page})", okep.document.headings.first().map_or("", |h| &h.text));
            unread(&after.tree, &format!("{folder}/index.md"), &line)
        }
    };
    nav.into_iter().chain(index).collect()
}

/// The entry in `nav`, where it has none.
fn nav_entry(root: &Path, after: &Snapshot, site: &Site, okep: &Okep) -> Option<NewEntry> {
    let by_hand = match site.registered(&okep.path) {
        Registered::Missing => {
            let text = after.text(site.nav.tree().map_or(&site.path, |tree| &tree.path))?;
            let plan = register::nav_plan(after, site, okep, &text, true);
            return Some(entry(root, &after.tree, &plan.path, plan.edit));
        }
        Registered::OutsideDocsDir => {
            "the proposal folder is outside of the docs folder, so the site does not include it".to_owned()
        }
        Registered::Unknown => {
            let page = site.target(&okep.path).unwrap_or_else(|| okep.path.clone());
            let label = register::label(after, okep);
            format!("its `nav` is not understood; add `- {label}: {page}` where it lists pages")
        }
        _ => return None,
    };
    Some(NewEntry { path: site.path.clone(), edit: Err(by_hand) })
}

/// Why nothing is added to a file that is there and was not read.
fn unread(tree: &Tree, path: &str, line: &str) -> Option<NewEntry> {
    let reason = match tree.file(path)?.content {
        Content::Bytes(_) => return None,
        Content::Symlink => "it is a symbolic link, which okep does not follow",
        Content::LfsPointer => "it is a Git LFS pointer",
        Content::TooLarge(_) => "it is too large",
        Content::Unavailable(_) => "it cannot be read",
    };
    Some(NewEntry { path: path.to_owned(), edit: Err(format!("{reason}; add `{line}` by hand")) })
}

fn entry(root: &Path, tree: &Tree, path: &str, edit: Result<(Range<usize>, String), String>) -> NewEntry {
    let edit = edit.and_then(|(span, text)| {
        // A sparse checkout may leave it out, so that it was read from the index.
        let on_disk = fs::read(root.join(path)).ok();
        let planned_for = |disk: &Vec<u8>| tree.bytes(path).is_some_and(|read| *read == **disk);
        let Some(mut now) = on_disk.filter(planned_for) else {
            return Err(format!("it changed on disk meanwhile; add `{}`", text.trim()));
        };
        now.splice(span, text.into_bytes());
        Ok(now)
    });
    NewEntry { path: path.to_owned(), edit }
}
