//! Carries fixes out on files in memory: all edits and renames of a fix, or none.
//!
//! It knows nothing of rules; bytes outside the edits are copied as they are.

use crate::files::{File, Tree};
use crate::rules::finding::{Edit, Fix, Rename};
use std::collections::BTreeMap;

/// Whether two fixes touch the same bytes, or the one renames what the other edits.
pub fn conflict(a: &Fix, b: &Fix) -> bool {
    let edits_meet = a.edits.iter().any(|x| b.edits.iter().any(|y| touch(x, y)));
    edits_meet || renames_into(a, b) || renames_into(b, a)
}

/// Whether two edits touch, if only end to end: which of two insertions comes first would be chance.
pub fn touch(a: &Edit, b: &Edit) -> bool {
    a.path == b.path && a.start <= b.end && b.start <= a.end
}

fn renames_into(a: &Fix, b: &Fix) -> bool {
    a.renames.iter().any(|r| {
        let names = |path: &String| *path == r.from || *path == r.to;
        b.edits.iter().any(|e| names(&e.path)) || b.renames.iter().any(|o| names(&o.from) || names(&o.to))
    })
}

/// The files that fixes change, by their path before, with their bytes after.
///
/// # Errors
/// A reason where an edit lies outside its file, overlaps another, or names no file that was read.
pub fn edited<'f>(
    tree: &Tree,
    fixes: impl IntoIterator<Item = &'f Fix>,
) -> Result<BTreeMap<&'f str, Vec<u8>>, String> {
    let apply = |(path, edits): (&'f str, Vec<&Edit>)| {
        let bytes = tree.bytes(path).ok_or_else(|| format!("it edits `{path}`, which was not read"))?;
        Ok((path, spliced(&bytes, edits).map_err(|why| format!("{why} in `{path}`"))?))
    };
    by_path(fixes.into_iter().flat_map(|f| &f.edits)).into_iter().map(apply).collect()
}

/// Edits by the file that they are of.
pub fn by_path<'e>(edits: impl IntoIterator<Item = &'e Edit>) -> BTreeMap<&'e str, Vec<&'e Edit>> {
    let mut by_path: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    edits.into_iter().for_each(|edit| by_path.entry(&edit.path).or_default().push(edit));
    by_path
}

/// `bytes` with the edits carried out; of several insertions at one place the first named comes first.
pub fn spliced(bytes: &[u8], mut edits: Vec<&Edit>) -> Result<Vec<u8>, &'static str> {
    edits.sort_by_key(|e| (e.start, e.end));
    let mut out = Vec::with_capacity(bytes.len() + edits.iter().map(|e| e.replacement.len()).sum::<usize>());
    let mut at = 0;
    for edit in edits {
        if edit.start < at {
            return Err("two of its edits overlap");
        }
        let kept = bytes.get(at..edit.start).filter(|_| edit.start <= edit.end && edit.end <= bytes.len());
        out.extend_from_slice(kept.ok_or("an edit lies outside the file")?);
        out.extend_from_slice(edit.replacement.as_bytes());
        at = edit.end;
    }
    out.extend_from_slice(&bytes[at..]);
    // What is no UTF-8 can be copied or left, but never be part of an edit: its text is not known.
    if foreign(bytes) != foreign(&out) {
        return Err("it would lose bytes that are not UTF-8");
    }
    Ok(out)
}

fn foreign(bytes: &[u8]) -> usize {
    if std::str::from_utf8(bytes).is_ok() {
        return 0;
    }
    bytes.utf8_chunks().map(|c| c.invalid().len()).sum()
}

/// `tree` with the fixes carried out.
///
/// # Errors
/// As [`edited`], and where a rename has no source or its target is taken.
pub fn apply(tree: &Tree, fixes: &[&Fix]) -> Result<Tree, String> {
    let files = edited(tree, fixes.iter().copied())?;
    let changed = files.into_iter().map(|(path, bytes)| (path.to_owned(), Some(File::new(bytes))));
    let mut after = tree.with(changed);
    for Rename { from, to } in fixes.iter().flat_map(|f| &f.renames) {
        let file = after.file(from).ok_or_else(|| format!("there is no `{from}` to rename"))?;
        if after.contains(to) {
            return Err(format!("`{to}` already exists"));
        }
        after = after.with([(from.clone(), None), (to.clone(), Some(file))]);
    }
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], edits: &[(usize, usize, &str)], expected: Result<&[u8], &str>) {
        let edits: Vec<Edit> = edits.iter().map(|(s, e, r)| Edit::replace("a", *s..*e, *r)).collect();
        let found = spliced(bytes, edits.iter().collect());
        assert_eq!(found, expected.map(<[u8]>::to_vec));
    }

    #[test]
    fn edits_are_carried_out_in_the_order_of_their_places() {
        check(b"abc", &[(2, 3, "C"), (0, 1, "A")], Ok(b"AbC"));
        check(b"ab", &[(1, 1, "x"), (1, 1, "y"), (1, 2, "B")], Ok(b"axyB"));
        check(b"", &[(0, 0, "x")], Ok(b"x"));
    }

    #[test]
    fn what_does_not_fit_is_refused_whole() {
        check(b"abc", &[(0, 2, ""), (1, 3, "")], Err("two of its edits overlap"));
        check(b"abc", &[(2, 9, "")], Err("an edit lies outside the file"));
        check(b"abc", &[(9, 9, "")], Err("an edit lies outside the file"));
        check(b"a\xffb", &[(0, 2, "?")], Err("it would lose bytes that are not UTF-8"));
        check(b"a\xffb", &[(2, 3, "c")], Ok(b"a\xffc"));
    }

    #[test]
    fn fixes_that_meet_are_in_conflict() {
        let edit = |path: &str, span| Fix::safe("", vec![Edit::replace(path, span, "")]);
        assert!(conflict(&edit("a", 0..2), &edit("a", 2..3)));
        assert!(!conflict(&edit("a", 0..2), &edit("a", 3..3)));
        assert!(!conflict(&edit("a", 0..2), &edit("b", 0..2)));
        let rename = Fix::suggested("", Vec::new()).and_rename("a", "b");
        assert!(conflict(&rename, &edit("a", 0..1)) && conflict(&edit("b", 0..1), &rename));
        assert!(!conflict(&rename, &edit("c", 0..1)));
    }
}
