//! The rooms of `ARCHITECTURE.md`, as the sources of `src/` keep to them.

mod source;

use source::{File, files};
use std::collections::{BTreeMap, BTreeSet};

/// Each room imports only from the rooms before it.
pub const ROOMS: [&str; 13] = [
    "text", "git", "files", "markdown", "site", "okep", "rules", "audit", "fix", "history", "report", "lsp",
    "cli",
];
/// Rooms that print, and rooms that read the environment.
const PRINTING: [&str; 2] = ["lsp", "cli"];
const ENVIRONMENT: [&str; 2] = ["git", "cli"];
/// Names of types that say little without their module.
const COMMON: [&str; 2] = ["Error", "Result"];

/// Compares what is found with what is known. An entry that is no longer found has to go, so that the
/// lists only shrink.
#[track_caller]
fn check(found: impl IntoIterator<Item = String>, known: &[&str]) {
    let found: BTreeSet<String> = found.into_iter().collect();
    let known: BTreeSet<String> = known.iter().map(|entry| (*entry).to_owned()).collect();
    let new: Vec<&String> = found.difference(&known).collect();
    let repaired: Vec<&String> = known.difference(&found).collect();
    assert!(new.is_empty(), "new violations: {new:#?}");
    assert!(repaired.is_empty(), "repaired, remove these entries from the test: {repaired:#?}");
}

#[test]
fn every_file_is_in_a_room() {
    let homeless = files().iter().filter(|file| match file.module.first() {
        Some(room) => !ROOMS.contains(&room.as_str()),
        None => !["lib.rs", "main.rs"].contains(&file.name.as_str()),
    });
    check(homeless.map(|file| file.name.clone()), &[]);
}

#[test]
fn a_room_imports_only_from_the_rooms_above_it() {
    let position = |name: &str| ROOMS.iter().position(|room| *room == name);
    let mut found = vec![];
    for file in files() {
        for path in &file.paths {
            let (Some(from), Some(to)) = (file.module.first(), path.first()) else { continue };
            if let (Some(from), Some(to)) = (position(from), position(to))
                && from < to
            {
                found.push(format!("{} imports from {}", file.name, ROOMS[to]));
            }
        }
    }
    check(found, KNOWN_IMPORTS);
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let imports = imports();
    let in_circle = imports.keys().filter(|module| reaches(&imports, module, module));
    check(in_circle.map(|module| module.join("::")), KNOWN_CIRCLES);
}

#[test]
fn no_rule_imports_another_rule() {
    let imports = imports();
    let rules: BTreeSet<&Vec<String>> =
        files().iter().filter(|file| file.is_rule).map(|file| &file.module).collect();
    assert_eq!(rules.len(), okep::rules::RULES.len());
    let mut found = vec![];
    for (from, to) in &imports {
        let others = to.iter().filter(|to| rules.contains(from) && rules.contains(to));
        found.extend(others.map(|to| format!("{} imports {}", from.join("::"), to.join("::"))));
    }
    check(found, KNOWN_RULES);
}

#[test]
fn no_two_types_have_one_name() {
    let mut places: BTreeMap<&String, Vec<&str>> = BTreeMap::new();
    for file in files() {
        for name in file.types.iter().filter(|name| !COMMON.contains(&name.as_str())) {
            places.entry(name).or_default().push(&file.name);
        }
    }
    let twice = places.into_iter().filter(|(_, files)| files.len() > 1);
    check(twice.map(|(name, files)| format!("{name}: {}", files.join(", "))), KNOWN_NAMES);
}

#[test]
fn only_the_outer_rooms_print_and_know_the_environment() {
    let mut found = vec![];
    for file in files() {
        let may = |rooms: &[&str]| file.module.first().is_none_or(|room| rooms.contains(&room.as_str()));
        if file.prints && !may(&PRINTING) {
            found.push(format!("{} prints", file.name));
        }
        if file.reads_environment && !may(&ENVIRONMENT) {
            found.push(format!("{} reads the environment", file.name));
        }
    }
    check(found, &[]);
}

/// The modules with a file of their own that each such module imports. A folder's `mod.rs` may gather its
/// parts, and its parts may use what it defines: neither counts.
fn imports() -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
    let modules: BTreeSet<&Vec<String>> = files().iter().map(|file: &File| &file.module).collect();
    let mut imports: BTreeMap<Vec<String>, BTreeSet<Vec<String>>> = BTreeMap::new();
    for file in files().iter().filter(|file| !file.module.is_empty()) {
        for path in &file.paths {
            let target = (1..=path.len()).rev().map(|end| path[..end].to_vec()).find(|m| modules.contains(m));
            let Some(target) = target else { continue };
            if !target.starts_with(&file.module) && !file.module.starts_with(&target) {
                imports.entry(file.module.clone()).or_default().insert(target);
            }
        }
    }
    imports
}

/// Whether imports lead from one module to another, in one step or more.
fn reaches(imports: &BTreeMap<Vec<String>, BTreeSet<Vec<String>>>, from: &[String], to: &[String]) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(module) = open.pop() {
        for next in imports.get(module).into_iter().flatten() {
            if next == to {
                return true;
            }
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    false
}

// Violations that are known. None may be added; whoever repairs one removes its entry.
const KNOWN_IMPORTS: &[&str] = &[];
const KNOWN_CIRCLES: &[&str] = &[];
const KNOWN_RULES: &[&str] = &[];
const KNOWN_NAMES: &[&str] = &[];
