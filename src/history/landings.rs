//! The landing of each path over the states of a line, where only the paths are known.

use crate::text::path::number;
use std::collections::HashMap;

/// The landing of every path that ever was; a smaller one is earlier, and none
/// is earliest. `changes` are the paths that went with each state, and those that came.
pub fn landings_ever<'a>(
    changes: impl Iterator<Item = (Vec<&'a str>, Vec<&'a str>)>,
    open: bool,
) -> HashMap<&'a str, Option<usize>> {
    let mut first: HashMap<&str, Option<usize>> = HashMap::new();
    for (at, (removed_paths, came)) in changes.enumerate() {
        let mut removed_paths: Vec<(u64, &str)> =
            removed_paths.into_iter().filter_map(|path| Some((number(path)?, path))).collect();
        removed_paths.sort_unstable();
        let landed: Vec<_> = came
            .iter()
            .map(|path| {
                let new = (!(open && at == 0)).then_some(at);
                let returned = first.get(path).copied();
                let renamed = number(path).and_then(|number| {
                    let same = removed_paths
                        .iter()
                        .filter(|(removed_paths, _)| *removed_paths == number)
                        .map(|(_, path)| *path);
                    same.min_by_key(|removed_paths| (name(removed_paths) != name(path), first[removed_paths]))
                        .map(|removed_paths| first[removed_paths])
                });
                [Some(new), returned, renamed].into_iter().flatten().min().expect("new is always there")
            })
            .collect();
        first.extend(came.into_iter().zip(landed));
    }
    first
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
