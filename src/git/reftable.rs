//! References of repositories that keep them as a reftable, which gix cannot read yet.
//!
//! All of them are read, also to look one name up: the format is that of
//! `Documentation/technical/reftable.adoc` in git's own sources. Indexes, reflogs and checksums are left
//! alone.

use super::Id;
use super::reference::{DANGLING, Reference};
use gix::bstr::ByteSlice;
use std::collections::BTreeMap;
use std::path::Path;

/// A symbolic reference may name another one, and so on: no more often than this.
const MAX_STEPS: usize = 5;

enum RefValue {
    Deleted,
    Id(Id),
    Symbolic(String),
}

type RefValues = BTreeMap<String, RefValue>;

/// Whether the repository keeps its references so.
pub(crate) fn is_used(local: &gix::Repository) -> bool {
    local.common_dir().join("reftable").join("tables.list").is_file()
}

/// The id that `rev` begins with, as git would look for a reference of that name, and what follows it.
pub(crate) fn expand(local: &gix::Repository, rev: &str) -> Result<Option<String>, String> {
    let end = rev.find(['~', '^', ':', '{']).unwrap_or(rev.len());
    let (name, rest) = rev.split_at(end);
    let name = if name == "@" { "HEAD" } else { name };
    for form in ["{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD"]
    {
        if let Some(id) = resolve(local, &form.replace("{}", name))? {
            return Ok(Some(format!("{id}{rest}")));
        }
    }
    Ok(None)
}

/// The id that a reference points to in the end, by its full name; none where there is no such reference.
pub(crate) fn resolve(local: &gix::Repository, name: &str) -> Result<Option<Id>, String> {
    let mut name = name.to_owned();
    for _ in 0..MAX_STEPS {
        // A linked worktree keeps its own HEAD and such in a table of its own.
        let own = !name.starts_with("refs/")
            || name.starts_with("refs/bisect/")
            || name.starts_with("refs/worktree/");
        let folder = if own { local.git_dir() } else { local.common_dir() };
        match read(folder, local.object_hash())?.remove(&name) {
            None | Some(RefValue::Deleted) => return Ok(None),
            Some(RefValue::Id(id)) => return Ok(Some(id)),
            Some(RefValue::Symbolic(target)) => name = target,
        }
    }
    Err(format!("`{name}` is a symbolic reference that never ends"))
}

/// Every reference below one of `prefixes`, in the order of their names.
pub(crate) fn all(local: &gix::Repository, prefixes: &[&str]) -> Result<Vec<Reference>, String> {
    let mut values = read(local.common_dir(), local.object_hash())?;
    values.retain(|name, _| prefixes.iter().any(|prefix| name.starts_with(prefix)));
    let reference = |(name, value): (String, RefValue)| match value {
        RefValue::Deleted => None,
        RefValue::Id(id) => Some(Reference { name, target: Ok(id), symbolic: None }),
        RefValue::Symbolic(target) => {
            let id = resolve(local, &target).and_then(|id| id.ok_or_else(|| DANGLING.to_owned()));
            Some(Reference { name, target: id, symbolic: Some(target) })
        }
    };
    Ok(values.into_iter().filter_map(reference).collect())
}

/// The reference that HEAD names; none where it names a commit.
pub(crate) fn head_name(local: &gix::Repository) -> Option<String> {
    match read(local.git_dir(), local.object_hash()).ok()?.remove("HEAD")? {
        RefValue::Symbolic(target) => Some(target),
        RefValue::Deleted | RefValue::Id(_) => None,
    }
}

/// All that the tables of a git folder say; of several the newest that knows a name counts.
fn read(git_dir: &Path, hash: gix::hash::Kind) -> Result<RefValues, String> {
    let folder = git_dir.join("reftable");
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).map_err(|error| format!("`{}`: {error}", path.display()))
    };
    let mut values = RefValues::new();
    for table in String::from_utf8_lossy(&read("tables.list")?).lines() {
        let path = folder.join(table);
        let broken = || format!("`{}` cannot be read as a reftable", path.display());
        add_table(&read(table)?, hash, &mut values).ok_or_else(broken)?;
    }
    Ok(values)
}

/// Reads the blocks of references, which come first in a table; none for a broken one.
fn add_table(table: &[u8], hash: gix::hash::Kind, values: &mut RefValues) -> Option<()> {
    if !table.starts_with(b"REFT") {
        return None;
    }
    let (header, footer) = match table.get(4)? {
        1 => (24, 68),
        2 => (28, 72),
        _ => return None,
    };
    let block_size = uint24(table, 5)?;
    let end = table.len().checked_sub(footer)?;
    let mut at = 0;
    while at < end {
        // The first block counts the header of the table as its own.
        let start = if at == 0 { header } else { at };
        if table.get(start) != Some(&b'r') {
            break;
        }
        let length = uint24(table, start + 1)?;
        let block = table.get(at..at + length)?;
        let restarts = usize::from(u16::from_be_bytes(block.last_chunk().copied()?));
        let records = block.get(start - at + 4..length.checked_sub(2 + 3 * restarts)?)?;
        add_records(records, hash, values)?;
        let padded = block_size > length && table.get(at + length) == Some(&0);
        at += if padded { block_size } else { length.max(1) };
    }
    Some(())
}

fn add_records(mut records: &[u8], hash: gix::hash::Kind, values: &mut RefValues) -> Option<()> {
    let mut key: Vec<u8> = Vec::new();
    while !records.is_empty() {
        let shared = varint(&mut records)?;
        let suffix = varint(&mut records)?;
        key.truncate(shared);
        key.extend(take(&mut records, suffix >> 3)?);
        varint(&mut records)?;
        let value = match suffix & 7 {
            0 => RefValue::Deleted,
            kind @ (1 | 2) => {
                let id = Id::try_from(take(&mut records, hash.len_in_bytes())?).ok()?;
                // A tag also says what it points to in the end.
                take(&mut records, if kind == 2 { hash.len_in_bytes() } else { 0 })?;
                RefValue::Id(id)
            }
            3 => {
                let length = varint(&mut records)?;
                RefValue::Symbolic(take(&mut records, length)?.to_str_lossy().into_owned())
            }
            _ => return None,
        };
        values.insert(key.to_str_lossy().into_owned(), value);
    }
    Some(())
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

fn uint24(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + 3)?;
    Some(bytes.iter().fold(0, |value, byte| value << 8 | usize::from(*byte)))
}

/// Seven bits a byte, the highest first, and one more for each byte that goes on.
fn varint(bytes: &mut &[u8]) -> Option<usize> {
    let mut byte = take(bytes, 1)?[0];
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = take(bytes, 1)?[0];
        value = value.checked_add(1)?.checked_mul(128)? | usize::from(byte & 0x7f);
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), version in 1..3u8) {
            let sha1 = gix::hash::Kind::Sha1;
            add_records(&bytes, sha1, &mut RefValues::new());
            let table = [b"REFT".as_slice(), &[version, 0, 0, 64], &bytes].concat();
            add_table(&table, sha1, &mut RefValues::new());
        }
    }
}
