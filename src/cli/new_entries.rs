//! The entries of a new OKEP in `nav` and on the index page.

use crate::files::{Content, Tree};
use crate::okep::proposal::Okep;
use crate::okep::register;
use crate::okep::snapshot::Snapshot;
use crate::site::mkdocs::Registered;
use crate::site::{index_page_edit, nav_edit};
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
    let mut entries = Vec::new();
    let sibling = |doc: &str| after.number_of(doc);
    let (tree, label) = (&after.tree, register::label(after, okep));
    let unread = |path: &str, line: &str| {
        let reason = match tree.file(path)?.content {
            Content::Bytes(_) => return None,
            Content::Symlink => "it is a symbolic link, which okep does not follow",
            Content::LfsPointer => "it is a Git LFS pointer",
            Content::TooLarge(_) => "it is too large",
            Content::Unavailable(_) => "it cannot be read",
        };
        Some(NewEntry { path: path.to_owned(), edit: Err(format!("{reason}; add `{line}` by hand")) })
    };
    if after.site.is_none() {
        let page = okep.path.strip_prefix("docs/").unwrap_or(&okep.path);
        let line = format!("- {label}: {page}");
        entries.extend(after.layout.registers.iter().find_map(|path| unread(path, &line)));
    }
    if after.landing.is_none() {
        let page = okep.path.strip_prefix(&format!("{}/", after.layout.folder)).unwrap_or(&okep.path);
        let line = format!("* [{}]({page})", okep.document.headings.first().map_or("", |h| &h.text));
        entries.extend(unread(&format!("{}/index.md", after.layout.folder), &line));
    }
    if let Some(site) = &after.site {
        match site.registered(&okep.path) {
            Registered::Missing => {
                let file = site.nav.tree().map_or(site.path.as_str(), |tree| tree.path.as_str());
                let text = after.text(file);
                let bytes = text.as_ref().map_or("", |text| text.as_str()).as_bytes();
                let plan = nav_edit::insert(site, bytes, &okep.path, &label, &sibling);
                entries.push(entry(root, tree, &plan.path, plan.edit));
            }
            Registered::OutsideDocsDir => {
                let why =
                    "the proposal folder is outside of the docs folder, so the site does not include it";
                entries.push(NewEntry { path: site.path.clone(), edit: Err(why.into()) });
            }
            Registered::Unknown => {
                let page = site.target(&okep.path).unwrap_or_else(|| okep.path.clone());
                let why =
                    format!("its `nav` is not understood; add `- {label}: {page}` where it lists pages");
                entries.push(NewEntry { path: site.path.clone(), edit: Err(why) });
            }
            _ => {}
        }
    }
    if let Some(landing) = &after.landing {
        let listing = register::listing(okep, &label);
        let plan = index_page_edit::insert(landing, &listing, &|doc| register::sibling(after, doc));
        entries.push(entry(root, tree, &landing.path, plan.edit));
    }
    entries
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
