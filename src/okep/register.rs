//! How registers name OKEPs: what rules about `nav` and the index page share.

use super::nav_entries;
use super::proposal::Okep;
use super::snapshot::Snapshot;
use super::title::PREFIX;
use crate::files::PathKind;
use crate::markdown::names::Name;
use crate::markdown::outline::without_tail;
use crate::site::index_page::IndexPage;
use crate::site::index_page_edit::{self, LandingPlan, NewListing, Sibling};
use crate::site::mkdocs::{Registered, Site};
use crate::site::nav_edit::{self, NavPlan};
use crate::text::Text;
use crate::text::path::{file_name, okep_name, stem};
use std::collections::HashMap;

/// What a register calls an OKEP: its title if it has one of its own, else the words of its file name.
pub fn label(snapshot: &Snapshot, okep: &Okep) -> String {
    let is_own = |name: &str| !name.is_empty() && snapshot.template.title_name() != Some(name);
    match okep.title.as_ref().filter(|t| is_own(&t.name)) {
        Some(title) => without_tail(&title.name).to_owned(),
        None => {
            let stem = stem(file_name(&okep.path)).unwrap_or_default();
            let words = stem.trim_start_matches(|c: char| !c.is_ascii_digit());
            words.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').replace(['-', '_'], " ")
        }
    }
}

/// How `nav`, whose text is given, takes an OKEP up.
pub fn nav_plan(snapshot: &Snapshot, site: &Site, okep: &Okep, text: &Text, proves: bool) -> NavPlan {
    let sibling = |doc: &str| snapshot.number_of(doc);
    nav_edit::insert(site, text.as_str().as_bytes(), &okep.path, &label(snapshot, okep), &sibling, proves)
}

/// How the index page takes an OKEP up.
pub fn index_plan(snapshot: &Snapshot, landing: &IndexPage, okep: &Okep) -> LandingPlan {
    let label = label(snapshot, okep);
    let listing = NewListing { path: &okep.path, number: okep.number(), label: &label, prefix: PREFIX };
    index_page_edit::insert(landing, &listing, &|doc| sibling(snapshot, doc))
}

/// What a list knows of the page at a path, where that is an OKEP.
fn sibling(snapshot: &Snapshot, path: &str) -> Option<Sibling> {
    let number = snapshot.number_of(path)?;
    let label = snapshot.okep(path).map_or_else(String::new, |okep| label(snapshot, okep));
    Some(Sibling { number, label })
}

/// The only OKEP that an entry for a file that is not there may mean.
pub fn meant<'a>(snapshot: &'a Snapshot, dead: &str) -> Option<&'a Okep> {
    let [okep] = nav_entries::meant(snapshot, dead)[..] else { return None };
    Some(okep)
}

/// Entries of `nav` with the title of an OKEP that it lacks and the path of one that has an entry of its own: lines that
/// were copied, and only the title changed. Each by its index, with the OKEP.
pub fn copied_entries(snapshot: &Snapshot) -> Vec<(usize, &Okep)> {
    let Some(site) = snapshot.site.as_ref().filter(|site| site.is_known()) else { return Vec::new() };
    let mut of_page: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, entry) in site.nav.entries().iter().enumerate() {
        let doc = entry.doc.as_deref().filter(|doc| snapshot.number_of(doc).is_some());
        doc.into_iter().for_each(|doc| of_page.entry(doc).or_default().push(index));
    }
    let twice: Vec<usize> = of_page.into_values().filter(|entries| entries.len() > 1).flatten().collect();
    if twice.is_empty() {
        return Vec::new();
    }
    let is_missing = |okep: &&Okep| site.registered(&okep.path) == Registered::Missing;
    let missing = snapshot.okeps.iter().filter(is_missing);
    let copied = missing.filter_map(|okep| {
        let label = label(snapshot, okep);
        let own =
            [label.clone(), format!("{PREFIX}-{}: {label}", okep.number()?)].map(|t| Name::new(&t).normal);
        let has_title = |index: &&usize| {
            let title = site.nav.entries()[**index].title.as_deref().map(|title| Name::new(title).normal);
            title.is_some_and(|title| own.contains(&title))
        };
        let [index] = twice.iter().filter(has_title).collect::<Vec<_>>()[..] else { return None };
        Some((*index, okep))
    });
    copied.collect()
}

/// What comes before the fix of an entry that means a file, and perhaps an OKEP of a number: once a page in the folder
/// that is named like that OKEP has its name, or the file that is on disk is staged, the entry may point to it.
pub fn first_step(snapshot: &Snapshot, number: Option<u64>, file: Option<&str>) -> Option<String> {
    let is_meant = |folder: &&str| okep_name(file_name(folder)).and_then(|name| name.number) == number;
    let mut folders = snapshot.orphan_folders.iter().map(|orphan| orphan.folder.as_str());
    match folders.find(is_meant).filter(|_| number.is_some()) {
        Some(folder) => Some(format!("rename the proposal in `{folder}` first")),
        None => file
            .filter(|file| snapshot.tree.is_unstaged(file))
            .map(|file| format!("stage the file, which is on disk: `git add {file}`")),
    }
}

/// Whether a register's entry names an OKEP that is not there; what is in another repository, say, is unknown.
pub fn is_dead(snapshot: &Snapshot, doc: &str) -> bool {
    snapshot.number_of(doc).is_some() && snapshot.path_kind(doc) == PathKind::Nothing
}
