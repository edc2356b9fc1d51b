//! Paths of this machine, as paths of a tree.

use std::borrow::Cow;
use std::path::Path;

/// A path as the user wrote it, from the top of the repository, `/` between the parts; outside of it an
/// absolute path, which no file of a tree has.
pub fn inside(path: &Path, from: &Path, top: &Path) -> String {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (from, top) = (real(from), real(top));
    // A bare repository has no folders on disk: its paths start from its root.
    let is_bare = top.as_os_str().is_empty();
    let full = if is_bare { path.to_owned() } else { from.join(path) };
    let full =
        gix::path::normalize_and_clean(Cow::Borrowed(&full), &top).map_or(full.clone(), Cow::into_owned);
    // A path through a link is known by where it ends.
    let found = [full.clone(), real(&full)].iter().find_map(|p| Some(p.strip_prefix(&top).ok()?.to_owned()));
    let parts: Vec<_> = found.as_ref().unwrap_or(&full).iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
