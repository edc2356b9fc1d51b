//! A patch carried out by the letter, as an oracle for the patches that okep writes.
//!
//! It is stricter than `git apply`: every number of a hunk's header must be right, and so must each
//! line of context. It knows edits and renames, which is all that fixes make; names are plain.

use std::collections::BTreeMap;

type Files = BTreeMap<String, Vec<u8>>;

/// The files after the patch.
///
/// # Errors
/// The line of the patch that does not fit, and why.
pub fn applied(files: &Files, patch: &[u8]) -> Result<Files, String> {
    let mut after = files.clone();
    let mut lines = patch.split_inclusive(|b| *b == b'\n').peekable();
    while let Some(line) = lines.next() {
        let header = String::from_utf8_lossy(line).into_owned();
        let names = header.trim_end().strip_prefix("diff --git a/").ok_or_else(|| format!("{header:?}"))?;
        let (from, to) = names.split_once(" b/").ok_or_else(|| format!("{header:?}"))?;
        while lines.peek().is_some_and(|l| !l.starts_with(b"@@") && !l.starts_with(b"diff --git")) {
            lines.next();
        }
        let old = after.remove(from).ok_or_else(|| format!("there is no `{from}`"))?;
        let old: Vec<&[u8]> = old.split_inclusive(|b| *b == b'\n').collect();
        let mut new = Vec::new();
        let mut at = 0;
        while let Some(header) = lines.next_if(|l| l.starts_with(b"@@")) {
            let header = String::from_utf8_lossy(header).into_owned();
            let (start, removed, first, added) = ranges(&header).ok_or_else(|| header.clone())?;
            let start = if removed == 0 { start } else { start.wrapping_sub(1) };
            let skipped = old.get(at..start).ok_or_else(|| format!("{header} goes back"))?;
            new.extend(skipped.iter().map(|l| l.to_vec()));
            at = start;
            let first = if added == 0 { first } else { first.wrapping_sub(1) };
            if new.len() != first {
                return Err(format!("{header} is line {} of the new file", new.len()));
            }
            let mut left = (removed, added);
            while left != (0, 0) {
                let line = lines.next().ok_or("the patch ends in a hunk")?;
                let (glyph, mut text) = (line[0], line[1..].to_vec());
                if lines.next_if(|l| l.starts_with(b"\\ No newline")).is_some() {
                    text.pop();
                }
                if matches!(glyph, b' ' | b'-') {
                    let there = old.get(at).copied();
                    if there != Some(&text[..]) {
                        return Err(format!("{:?} is not {there:?}", String::from_utf8_lossy(&text)));
                    }
                    at += 1;
                    left.0 = usize::checked_sub(left.0, 1).ok_or("more is taken than was said")?;
                }
                if matches!(glyph, b' ' | b'+') {
                    new.push(text);
                    left.1 = usize::checked_sub(left.1, 1).ok_or("more is put in than was said")?;
                }
            }
        }
        new.extend(old[at..].iter().map(|l| l.to_vec()));
        if after.insert(to.to_owned(), new.concat()).is_some() {
            return Err(format!("`{to}` was there"));
        }
    }
    Ok(after)
}

/// The four numbers of `@@ -a,b +c,d @@`.
fn ranges(header: &str) -> Option<(usize, usize, usize, usize)> {
    let mut parts = header.trim_end().strip_prefix("@@ -")?.strip_suffix(" @@")?.split(" +");
    let mut range = || {
        let part = parts.next()?;
        let (start, length) = part.split_once(',').unwrap_or((part, "1"));
        Some((start.parse().ok()?, length.parse().ok()?))
    };
    let ((a, b), (c, d)) = (range()?, range()?);
    Some((a, b, c, d))
}
