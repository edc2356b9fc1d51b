//! How registers name OKEPs: what rules about `nav` and the landing page share.

use super::okep::Okep;
use super::path::{file_name, number, stem};
use super::snapshot::Snapshot;

/// What a register calls an OKEP: its title, else the words of its file name.
pub fn label(okep: &Okep) -> String {
    match okep.title.as_ref().filter(|t| !t.name.is_empty()) {
        Some(title) => title.name.clone(),
        None => {
            let stem = stem(file_name(&okep.path)).unwrap_or_default();
            let words = stem.trim_start_matches(|c: char| !c.is_ascii_digit());
            words.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').replace(['-', '_'], " ")
        }
    }
}

/// The OKEP that an entry for a file that is not there probably means: the one of its number.
pub fn meant<'a>(snapshot: &'a Snapshot, dead: &str) -> Option<&'a Okep> {
    snapshot.okep_of_number(number(dead)?)
}

/// Whether a register's entry names an OKEP that is not in the tree.
pub fn is_dead(snapshot: &Snapshot, doc: &str) -> bool {
    snapshot.number_of(doc).is_some() && !snapshot.paths.contains(doc)
}
