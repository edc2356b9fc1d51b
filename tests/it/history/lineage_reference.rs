//! Which file of which commit is which OKEP, slowly: by the files of every commit of the main line.

use super::repo::{Repo, TEMPLATE_PATH};
use std::collections::BTreeMap;

/// The files of a commit that are or may be OKEPs, by path, with their blobs.
pub type OkepFiles = BTreeMap<String, String>;

/// The OKEPs of the main line; an OKEP is a number.
pub struct LineageReference {
    /// Oldest first.
    line: Vec<String>,
    files: BTreeMap<String, OkepFiles>,
    /// For each commit of the line the OKEP at each path.
    okeps: Vec<BTreeMap<String, usize>>,
}

impl LineageReference {
    pub fn of(repo: &Repo, line: &[String], commits: impl Iterator<Item = String>) -> Self {
        let files: BTreeMap<String, OkepFiles> = commits.map(|c| (c.clone(), okep_files(repo, &c))).collect();
        let okeps = follow(&line.iter().map(|commit| files[commit].clone()).collect::<Vec<_>>());
        LineageReference { line: line.to_vec(), files, okeps }
    }

    /// The OKEP at a path of a commit; `newest` is the newest commit of the line that it is, or contains.
    ///
    /// It is the one that is or was there on the line, else the one that was renamed to it, else one of its number.
    pub fn who(&self, commit: &str, newest: &str, path: &str) -> String {
        let at = self.line.iter().position(|other| other == newest).expect("it is on the line");
        let renamed = |at: usize| {
            let (before, now) = (&self.files[&self.line[at]], &self.files[commit]);
            self.okeps[at].get(renames(before, now).get(path)?).copied()
        };
        let same_number = |other: &str| number(path).is_some() && number(other) == number(path);
        let end = self.line.len() - 1;
        let okep = self.okeps[at].get(path).copied();
        let okep = okep.or_else(|| self.last(&|other| other == path)).or_else(|| renamed(at));
        let okep = okep.or_else(|| renamed(end)).or_else(|| self.last(&same_number));
        okep.map_or_else(|| number(path).unwrap_or(path).to_owned(), |okep| self.name(okep))
    }

    /// The OKEP that a path of the report means: the last one that was there.
    pub fn reported(&self, path: &str) -> String {
        let okep = self.last(&|other| other == path);
        okep.map_or_else(|| number(path).unwrap_or(path).to_owned(), |okep| self.name(okep))
    }

    /// The last path of an OKEP.
    fn name(&self, okep: usize) -> String {
        let at = |state: &BTreeMap<String, usize>| {
            state.iter().filter(|(_, other)| **other == okep).map(|(path, _)| path.clone()).next_back()
        };
        self.okeps.iter().rev().find_map(at).expect("it was on the line")
    }

    fn last(&self, is_it: &dyn Fn(&str) -> bool) -> Option<usize> {
        let end = self.okeps.last()?;
        end.iter()
            .find(|(path, _)| is_it(path))
            .map(|(_, okep)| *okep)
            .or_else(|| left(&self.okeps, end, is_it))
    }
}

fn okep_files(repo: &Repo, commit: &str) -> OkepFiles {
    let listing = repo.git(&["ls-tree", "-r", commit, "docs/okeps"]);
    let file = |line: &str| {
        let (entry, path) = line.split_once('\t').expect("a blob, and its path");
        (path.to_owned(), entry.to_owned())
    };
    listing.lines().map(file).filter(|(path, _)| path != TEMPLATE_PATH).collect()
}

pub fn number(path: &str) -> Option<&str> {
    path.rsplit('/').next()?.strip_prefix("okep-")?.split('-').next()
}

type IsAlike<'a> = &'a dyn Fn(&str, &str) -> bool;

/// For each file that `new` has and `old` has not the one that it was: of the same number, with the same blob, or
/// the only one that went where it is the only one that came.
fn renames(old: &OkepFiles, new: &OkepFiles) -> BTreeMap<String, String> {
    let mut went: Vec<&String> = old.keys().filter(|path| !new.contains_key(*path)).collect();
    let mut came: Vec<&String> = new.keys().filter(|path| !old.contains_key(*path)).collect();
    let mut renames = BTreeMap::new();
    let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
    let same_number = |a: &str, b: &str| number(a).is_some() && number(a) == number(b);
    let ways: [IsAlike; 4] = [
        &|a, b| same_number(a, b) && name(a) == name(b),
        &|a, b| same_number(a, b) && old[a] == new[b],
        &same_number,
        &|a, b| old[a] == new[b],
    ];
    for is_alike in ways {
        came.retain(|path| match went.iter().position(|other| is_alike(other, path)) {
            Some(at) => {
                renames.insert((*path).clone(), went.remove(at).clone());
                false
            }
            None => true,
        });
    }
    if let ([old], [new]) = (went.as_slice(), came.as_slice()) {
        renames.insert((*new).clone(), (*old).clone());
    }
    renames
}

/// Which OKEP each file of the line is: one that is renamed, or removed and added again, is the same.
fn follow(line: &[OkepFiles]) -> Vec<BTreeMap<String, usize>> {
    let mut states: Vec<BTreeMap<String, usize>> = Vec::new();
    let (mut before, mut count) = (OkepFiles::new(), 0);
    for files in line {
        let last = states.last().cloned().unwrap_or_default();
        let renames = renames(&before, files);
        let same = |path: &String| Some((path.clone(), *last.get(renames.get(path).unwrap_or(path))?));
        let mut now: BTreeMap<String, usize> = files.keys().filter_map(same).collect();
        let held = now.clone();
        for path in files.keys().filter(|path| !held.contains_key(*path)) {
            let same_number = |other: &str| number(path).is_some() && number(other) == number(path);
            let returned = left(&states, &held, &|other| other == path);
            let returned = returned.or_else(|| left(&states, &held, &same_number));
            let okep =
                returned.filter(|okep| !now.values().any(|other| other == okep)).unwrap_or_else(|| {
                    count += 1;
                    count - 1
                });
            now.insert(path.clone(), okep);
        }
        states.push(now);
        before = files.clone();
    }
    states
}

/// The OKEP that was the last to leave the line from such a path; `next` is what comes after `states`.
fn left(
    states: &[BTreeMap<String, usize>],
    next: &BTreeMap<String, usize>,
    is_it: &dyn Fn(&str) -> bool,
) -> Option<usize> {
    let leaves = |at: usize| {
        let after = states.get(at + 1).unwrap_or(next);
        let is_gone = |okep: &usize| !after.values().any(|other| other == okep);
        states[at]
            .iter()
            .filter(|(path, okep)| is_it(path) && is_gone(okep))
            .map(|(_, okep)| *okep)
            .next_back()
    };
    (0..states.len()).rev().find_map(leaves)
}
