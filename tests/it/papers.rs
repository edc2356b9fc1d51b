//! What `ARCHITECTURE.md` and `CONTRIBUTING.md` name is there.

use crate::architecture::ROOMS;
use regex::Regex;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What a pattern with one group finds.
fn all(pattern: &str, text: &str) -> Vec<String> {
    let pattern = Regex::new(pattern).expect("a valid pattern");
    pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

fn rust_files(folder: PathBuf) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("it is readable");
    let paths = entries.map(|entry| entry.expect("it is readable").path());
    paths
        .flat_map(|path| if path.is_dir() { rust_files(path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

#[test]
fn the_rooms_are_listed_in_their_order() {
    let text = read("ARCHITECTURE.md");
    let (_, rooms) = text.split_once("## The rooms").expect("it has a section on them");
    let (rooms, _) = rooms.split_once("Outside of `src/`").expect("it has a table of other folders");
    assert_eq!(all(r"(?m)^\| `(\w+)` \|", rooms), ROOMS);
}

#[test]
fn every_file_that_is_named_is_there() {
    for paper in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        for path in all(r"`((?:src|tests|benches|fuzz|fixtures|schemas)/[\w./]*)`", &read(paper)) {
            assert!(root().join(&path).exists() || path.contains("NAME"), "{paper} names `{path}`");
        }
    }
}

#[test]
fn every_function_of_the_flow_is_there() {
    let flow = all(r"(?m)^\| (`src/\S+`: `\w+`) \|", &read("ARCHITECTURE.md"));
    assert!((8..=20).contains(&flow.len()), "from the command line to a finding: {}", flow.len());
    for step in flow {
        let (path, function) = step.split_once("`: `").expect("the pattern says so");
        let text = read(path.trim_matches('`'));
        assert!(text.contains(&format!("fn {}", function.trim_matches('`'))), "there is no {step}");
    }
}

#[test]
fn every_invariant_has_its_test() {
    let text = read("ARCHITECTURE.md");
    let (_, table) = text.split_once("## What always holds").expect("it has a section on invariants");
    let (table, _) = table.split_once("## Glossary").expect("it has a glossary");
    let folders = ["src", "tests"].map(|folder| rust_files(root().join(folder)));
    let sources: String = folders.concat().iter().map(read).collect();
    for name in all(r"(?m)\| `(\w+)` \|$", table) {
        assert!(sources.contains(&format!("fn {name}(")), "there is no test `{name}`");
    }
}
