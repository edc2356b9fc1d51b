//! Which files are one OKEP where several carry its number.
//!
//! A number stands for one OKEP, whatever its file is called, for as long as no two files of that number
//! are on the first-parent line at once; those that do are OKEPs of their own. What was side by side on
//! other branches alone does not count: so looks a rename in the making.

use super::catalog::Catalog;
use super::graph::Graph;
use crate::text::path::{Role, file_name};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The paths that are not the first OKEP of their number, each with which one they are, from 1 on.
pub fn number_collisions(catalog: &Catalog, graph: &Graph) -> Vec<(u32, u32)> {
    let states = states(catalog, graph);
    let mut together: HashMap<u32, BTreeSet<u32>> = HashMap::new();
    let mut contested: BTreeSet<u64> = BTreeSet::new();
    for state in &states {
        for (number, paths) in state.iter().filter(|(_, paths)| paths.len() > 1) {
            contested.insert(*number);
            for path in paths {
                together.entry(*path).or_default().extend(paths.iter().filter(|p| *p != path));
            }
        }
    }
    contested.into_iter().flat_map(|number| disambiguated(catalog, &states, number, &together)).collect()
}

/// For each distinct state of the line, oldest first, the paths of each number that several paths have.
fn states(catalog: &Catalog, graph: &Graph) -> Vec<BTreeMap<u64, Vec<u32>>> {
    let mut states = Vec::new();
    let several = several(catalog);
    if several.is_empty() {
        return states;
    }
    let mut before = None;
    let line = if graph.is_empty() { Vec::new() } else { graph.line(0).0 };
    for key in line.into_iter().map(|commit| catalog.state(commit).key) {
        let Some(folder) = catalog.folders[key as usize].as_ref().filter(|_| before != Some(key)) else {
            continue;
        };
        before = Some(key);
        let mut state: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        for file in folder.files.iter().filter(|f| !catalog.blobs[f.blob as usize].symlink) {
            if let Some(number) = several.get(&file.path) {
                state.entry(*number).or_default().push(file.path);
            }
        }
        if states.last() != Some(&state) {
            states.push(state);
        }
    }
    states
}

/// The paths of OKEPs whose number another path has as well, with that number.
fn several(catalog: &Catalog) -> HashMap<u32, u64> {
    let numbered = || {
        let infos = catalog.paths.iter().enumerate().filter(|(_, info)| info.role == Role::Okep);
        infos.filter_map(|(path, info)| Some((path as u32, info.number?)))
    };
    let mut paths: HashMap<u64, usize> = HashMap::new();
    numbered().for_each(|(_, number)| *paths.entry(number).or_default() += 1);
    numbered().filter(|(_, number)| paths[number] > 1).collect()
}

/// Gives each path of a number, as it comes, to an OKEP with whose files it never was: to the one whose
/// file just went, of several to the one of the same file name, else to the first; or to one more.
fn disambiguated(
    catalog: &Catalog,
    states: &[BTreeMap<u64, Vec<u32>>],
    number: u64,
    together: &HashMap<u32, BTreeSet<u32>>,
) -> Vec<(u32, u32)> {
    let mut okeps: Vec<Vec<u32>> = Vec::new();
    let mut before: &[u32] = &[];
    let name = |path: u32| file_name(&catalog.paths[path as usize].path);
    for state in states {
        let now = state.get(&number).map_or(&[][..], Vec::as_slice);
        let went = |path: &u32| before.contains(path) && !now.contains(path);
        for path in now {
            if okeps.iter().any(|okep| okep.contains(path)) {
                continue;
            }
            let apart = |okep: &[u32]| okep.iter().any(|p| together.get(path).is_some_and(|t| t.contains(p)));
            let fits = (0..okeps.len()).filter(|at| !apart(&okeps[*at]));
            let best = fits.min_by_key(|at| {
                let removed_paths = okeps[*at].iter().filter(|p| went(p));
                removed_paths.map(|p| if name(*p) == name(*path) { 0 } else { 1 }).min().unwrap_or(2)
            });
            match best {
                Some(at) => okeps[at].push(*path),
                None => okeps.push(vec![*path]),
            }
        }
        before = now;
    }
    let others = okeps.into_iter().enumerate().skip(1);
    others.flat_map(|(nth, paths)| paths.into_iter().map(move |path| (path, nth as u32))).collect()
}
