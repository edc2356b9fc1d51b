//! The sentences of a text as hashes of their words, blind to case, markup, punctuation and line breaks.
//!
//! Nothing is copied.

use crate::markdown::document::Document;
use std::ops::Range;

/// How many words in a row make two sentences resemble each other.
pub const SHINGLE: usize = 4;

/// A sentence of a block.
pub struct Sentence {
    pub span: Range<usize>,
    pub hash: u64,
    pub words: usize,
    /// Whether it is all of its block.
    pub alone: bool,
    /// How many runs of words it has, and how many of those a template knows.
    pub shingles: (usize, usize),
}

/// Finds the sentences of a block or of some of its lines, before and behind the `issue` line where that is part of it;
/// `known` is asked for every run of [`SHINGLE`] words.
pub fn sentences(
    document: &Document,
    span: &Range<usize>,
    issue: Option<&Range<usize>>,
    mut known: impl FnMut(u64) -> bool,
    found: &mut Vec<Sentence>,
) {
    let source = document.text.slice(span.clone()).as_bytes();
    let base = span.start;
    found.clear();
    let mut current: Option<Sentence> = None;
    let mut window = [0u64; SHINGLE];
    let (mut ended, mut set_off) = (false, None);
    for (Range { start: at, end }, hash) in words(source) {
        if issue.is_some_and(|issue| issue.contains(&(base + at))) {
            found.extend(current.take());
            continue;
        }
        let word = &source[at..end];
        // What is in parentheses on a line of its own was put there as such.
        if word.starts_with(b"(") && begins_line(&source[..at]) {
            set_off = Some(at);
        }
        let Some(hash) = hash else { continue };
        if (ended && begins_sentence(word)) || set_off.is_some() {
            found.extend(current.take());
        }
        let start = base + set_off.take().unwrap_or(at);
        let sentence = current.get_or_insert(Sentence {
            span: start..start,
            hash: SEED,
            words: 0,
            alone: false,
            shingles: (0, 0),
        });
        sentence.span.end = base + end;
        sentence.hash = with_word(sentence.hash, hash);
        window = [window[1], window[2], window[3], hash];
        sentence.words += 1;
        if sentence.words >= SHINGLE {
            sentence.shingles.0 += 1;
            sentence.shingles.1 += usize::from(known(shingle(window)));
        }
        ended = ends_sentence(word);
    }
    found.extend(current);
    if let [only] = found.as_mut_slice() {
        only.alone = true;
    }
}

/// The hash of all words of a line.
pub fn line_hash(line: &str) -> u64 {
    let line = line.as_bytes();
    words(line).filter_map(|(_, hash)| hash).fold(SEED, with_word)
}

/// One number for a run of words.
fn shingle([a, b, c, d]: [u64; SHINGLE]) -> u64 {
    a ^ b.rotate_left(13) ^ c.rotate_left(26) ^ d.rotate_left(39)
}

/// The words of a text in order, as parted by blanks and control characters. Each comes with the hash of its text in
/// lower case, without the punctuation around it; none where it is all punctuation.
///
/// Eight bytes are looked at together: `benches/document.rs` takes a quarter less time than byte by byte.
fn words(source: &[u8]) -> impl Iterator<Item = (Range<usize>, Option<u64>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while *source.get(at)? <= b' ' {
            at += 1;
        }
        let (start, mut all) = (at, 0);
        loop {
            let bytes = eight_bytes(&source[at..]);
            // The highest bit of each byte is set where that byte is a blank or a control character.
            let ends = !((bytes | HIGHEST) - 0x2121_2121_2121_2121) & !bytes & HIGHEST;
            let length = ends.trailing_zeros() / 8;
            all |= bytes.checked_shl(64 - 8 * length).unwrap_or(0);
            at += length as usize;
            if length < 8 {
                break;
            }
        }
        let word = &source[start..at];
        Some((start..at, if all & HIGHEST == 0 { word_hash(word) } else { foreign_word_hash(word) }))
    })
}

const HIGHEST: u64 = 0x8080_8080_8080_8080;

/// The first eight bytes, padded with blanks.
fn eight_bytes(source: &[u8]) -> u64 {
    u64::from_le_bytes(source.first_chunk().copied().unwrap_or_else(|| {
        let mut bytes = [b' '; 8];
        bytes[..source.len()].copy_from_slice(source);
        bytes
    }))
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;
const FORGE: &[u8] = b"github.com/";

fn word_hash(word: &[u8]) -> Option<u64> {
    let first = word.iter().position(u8::is_ascii_alphanumeric)?;
    let last = word.iter().rposition(u8::is_ascii_alphanumeric)?;
    Some(hash_of_bytes(&word[first..=last]))
}

/// The hash of a word with other letters, or with quotes and dashes as an editor sets them.
fn foreign_word_hash(word: &[u8]) -> Option<u64> {
    let plain = String::from_utf8_lossy(word).replace('\u{2019}', "'");
    let plain = plain.trim_matches(|c: char| !c.is_alphanumeric());
    (!plain.is_empty()).then(|| hash_of_bytes(plain.as_bytes()))
}

fn hash_of_bytes(mut word: &[u8]) -> u64 {
    if word.starts_with(b"http")
        && let Some(at) = memchr::memmem::find(word, FORGE)
    {
        // Whichever organisation a repository of the forge belongs to.
        let rest = &word[at + FORGE.len()..];
        word = &rest[memchr::memchr(b'/', rest).unwrap_or(rest.len())..];
    }
    // Eight bytes at once; the bit that is set makes letters small.
    let with = |hash: u64, number: u64| {
        (hash.rotate_left(23) ^ (number | 0x2020_2020_2020_2020)).wrapping_mul(PRIME)
    };
    // The last bytes may be read twice; the length tells such words apart.
    let mut hash = PRIME + word.len() as u64;
    while let Some((chunk, rest)) = word.split_first_chunk() {
        hash = with(hash, u64::from_le_bytes(*chunk));
        word = rest;
    }
    let rest = match (word.first_chunk(), word.last_chunk()) {
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        _ => word.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)),
    };
    with(hash, rest)
}

/// The hash of words followed by one more.
fn with_word(hash: u64, word: u64) -> u64 {
    let hash = hash.rotate_left(7) ^ word;
    let hash = (hash ^ (hash >> 31)).wrapping_mul(PRIME);
    hash ^ (hash >> 29)
}

/// Whether nothing but blanks is between the end of `before` and the start of its last line.
fn begins_line(before: &[u8]) -> bool {
    before.iter().rev().find(|b| !matches!(b, b' ' | b'\t')).is_none_or(|b| *b == b'\n')
}

fn ends_sentence(word: &[u8]) -> bool {
    let is_mark = |b: &&u8| matches!(b, b'"' | b'*' | b'_' | b'`' | b'\'');
    matches!(word.iter().rev().find(|b| !is_mark(b)), Some(b'.' | b'?' | b'!' | b')'))
}

fn begins_sentence(word: &[u8]) -> bool {
    let is_mark = |b: &&u8| matches!(b, b'"' | b'*' | b'_' | b'`' | b'\'' | b'[');
    word.iter().find(|b| !is_mark(b)).is_some_and(|b| !b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_one_hash_however_it_is_written() {
        let text =
            "a of seven7! (eightly) \u{e9}t\u{e9} -- a\u{1}b\tc\r\nhttps://github.com/o/r \u{1f680} end";
        let words: Vec<&str> = words(text.as_bytes()).map(|(word, _)| &text[word]).collect();
        let blank = |c: char| c <= ' ';
        assert_eq!(words, text.split(blank).filter(|w| !w.is_empty()).collect::<Vec<_>>());
        let hash = |word: &str| super::words(word.as_bytes()).next().and_then(|(_, hash)| hash);
        assert_eq!(
            words.iter().filter(|word| hash(word).is_none()).count(),
            2,
            "`--` and a picture say nothing"
        );
        assert_eq!(hash("\u{201c}don\u{2019}t\u{2026}\u{201d}"), hash("\"don't...\""));
        assert_eq!((hash("\u{2013}"), hash("\u{2026}")), (None, None));
        assert_eq!(hash("**Goals**:"), hash("goals"));
        assert_eq!(hash("(https://github.com/o/r/issues)"), hash("http://github.com/other/r/issues"));
        assert_ne!(hash("goals"), hash("goal"));
    }
}
