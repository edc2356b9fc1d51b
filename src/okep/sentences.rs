//! The sentences of a text as hashes of their words, blind to case, markup, punctuation and line breaks.
//!
//! Nothing is copied, and nearly every word is looked at once.

use crate::markdown::document::{Block, Document};
use std::collections::HashSet;
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

/// Finds the sentences of one block, before and behind the `issue` line where that is part of it;
/// `known` is asked for every run of [`SHINGLE`] words.
pub fn sentences(
    document: &Document,
    block: &Block,
    issue: Option<&Range<usize>>,
    mut known: impl FnMut(u64) -> bool,
    found: &mut Vec<Sentence>,
) {
    let source = document.text.slice(block.span.clone()).as_bytes();
    let base = block.span.start;
    found.clear();
    let mut current: Option<Sentence> = None;
    let mut window = [0u64; SHINGLE];
    let mut ended = false;
    for Word { start: mut at, end, mut hash } in words(source) {
        if let Some(issue) = issue.filter(|i| i.contains(&(base + at))) {
            found.extend(current.take());
            at = issue.end - base;
            if at >= end {
                continue;
            }
            hash = word_hash(&source[at..end]);
        }
        let (word, start) = (&source[at..end], base + at);
        if hash == EMPTY {
            continue;
        }
        // What is in parentheses on a line of its own was put there as such.
        let set_off = word.starts_with(b"(") && begins_line(&source[..start - base]);
        if (ended && begins_sentence(word)) || set_off {
            found.extend(current.take());
        }
        let sentence = current.get_or_insert(Sentence {
            span: start..start,
            hash: EMPTY,
            words: 0,
            alone: false,
            shingles: (0, 0),
        });
        sentence.span.end = base + end;
        sentence.hash = mixed(sentence.hash.rotate_left(7) ^ hash);
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

pub fn line_hash(line: &str) -> u64 {
    words(line.as_bytes()).fold(EMPTY, |hash, word| match word.hash {
        EMPTY => hash,
        word => mixed(hash.rotate_left(7) ^ word),
    })
}

/// One number for a run of words.
pub fn shingle([a, b, c, d]: [u64; SHINGLE]) -> u64 {
    a ^ b.rotate_left(13) ^ c.rotate_left(26) ^ d.rotate_left(39)
}

/// A word of a text: what is between blanks and control characters.
pub struct Word {
    pub start: usize,
    pub end: usize,
    /// As [`word_hash`] makes it.
    pub hash: u64,
}

/// The words of a text, in order.
pub fn words(source: &[u8]) -> impl Iterator<Item = Word> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while *source.get(at)? <= b' ' {
            at += 1;
        }
        let word = short_word(source, at).unwrap_or_else(|| {
            let length = source[at..].iter().position(|b| *b <= b' ').unwrap_or(source.len() - at);
            Word { start: at, end: at + length, hash: word_hash(&source[at..at + length]) }
        });
        at = word.end;
        Some(word)
    })
}

/// The word at `at`, where it has fewer than eight bytes and no punctuation at its ends, as most have: they
/// are looked at all at once.
fn short_word(source: &[u8], at: usize) -> Option<Word> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let bytes = u64::from_le_bytes(*source[at..].first_chunk()?);
    // The lowest bit that is set is that of the first byte below 0x21; those above it may be wrong.
    let blanks = bytes.wrapping_sub(ONES * 0x21) & !bytes & (ONES << 7);
    let length = blanks.trailing_zeros() as usize / 8;
    if blanks == 0 || !is_text(source[at]) || !is_text(source[at + length - 1]) {
        return None;
    }
    let head = bytes & (u64::MAX >> (64 - 8 * length));
    Some(Word { start: at, end: at + length, hash: hash_of(head, length) })
}

pub const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;

/// A hash of the word between its punctuation, in lower case; [`EMPTY`] where nothing is left of it.
///
/// The first eight bytes and the length stand for a word: a sentence of four such words is met again
/// by chance in no document, and nothing has to be copied or looked at twice.
pub fn word_hash(word: &[u8]) -> u64 {
    let Some(first) = word.iter().position(|b| is_text(*b)) else { return EMPTY };
    let last = word.iter().rposition(|b| is_text(*b)).expect("the first is one too");
    let word = &word[first..=last];
    if word.len() > FORGE.len()
        && word.starts_with(b"http")
        && let Some(at) = memchr::memmem::find(word, FORGE)
    {
        // Whichever organisation a repository of the forge belongs to.
        let rest = &word[at + FORGE.len()..];
        let rest = &rest[memchr::memchr(b'/', rest).unwrap_or(rest.len())..];
        return rest.iter().fold(PRIME, |h, b| (h ^ u64::from(b | 0x20)).wrapping_mul(PRIME));
    }
    let head = match word.first_chunk() {
        Some(head) => u64::from_le_bytes(*head),
        None => word.iter().rev().fold(0, |head, byte| head << 8 | u64::from(*byte)),
    };
    hash_of(head, word.len())
}

/// The hash of a word by its first eight bytes, the first of them lowest, and its length.
fn hash_of(head: u64, length: usize) -> u64 {
    mixed((head | 0x2020_2020_2020_2020) ^ ((length as u64) << 56))
}

/// Whether a byte is part of a word, and no punctuation at its ends.
fn is_text(byte: u8) -> bool {
    IS_TEXT[usize::from(byte)]
}

const IS_TEXT: [bool; 256] = {
    let mut is_text = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        is_text[byte] = byte >= 0x80 || (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    is_text
};

const FORGE: &[u8] = b"github.com/";

fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 31)).wrapping_mul(PRIME);
    hash ^ (hash >> 29)
}

/// Whether nothing but blanks is between the end of `before` and the start of its last line.
fn begins_line(before: &[u8]) -> bool {
    before.iter().rev().find(|b| !matches!(b, b' ' | b'\t')) == Some(&b'\n')
}

fn ends_sentence(word: &[u8]) -> bool {
    let is_mark = |b: &&u8| matches!(b, b'"' | b'*' | b'_' | b'`' | b'\'');
    matches!(word.iter().rev().find(|b| !is_mark(b)), Some(b'.' | b'?' | b'!' | b')'))
}

fn begins_sentence(word: &[u8]) -> bool {
    let is_mark = |b: &&u8| matches!(b, b'"' | b'*' | b'_' | b'`' | b'\'' | b'[');
    word.iter().find(|b| !is_mark(b)).is_some_and(|b| !b.is_ascii_lowercase())
}

/// A set of hashes with a small bitmap before it: nearly every question is answered by the bitmap.
#[derive(Debug, Clone, Default)]
pub struct Shingles {
    known: HashSet<u64>,
    bitmap: Vec<u64>,
}

impl Shingles {
    const BITS: usize = 1 << 16;

    pub fn insert(&mut self, hash: u64) {
        self.bitmap.resize(Self::BITS / 64, 0);
        let bit = hash as usize % Self::BITS;
        self.bitmap[bit / 64] |= 1 << (bit % 64);
        self.known.insert(hash);
    }

    pub fn contains(&self, hash: u64) -> bool {
        let bit = hash as usize % Self::BITS;
        self.bitmap.get(bit / 64).is_some_and(|bits| bits & (1 << (bit % 64)) != 0)
            && self.known.contains(&hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_one_hash_whichever_way_it_is_read() {
        let text = "a of seven7! (eightly) ninesome, \u{e9}t\u{e9} -- a\u{1}b\tc\r\nhttps://github.com/o/r \u{1f680} end";
        let blank = |c: char| c <= ' ';
        let expected: Vec<&str> = text.split(blank).filter(|w| !w.is_empty()).collect();
        let found: Vec<Word> = words(text.as_bytes()).collect();
        assert_eq!(found.iter().map(|w| &text[w.start..w.end]).collect::<Vec<_>>(), expected);
        for (word, text) in found.iter().zip(expected) {
            assert_eq!(word.hash, word_hash(text.as_bytes()), "{text}");
        }
        assert_eq!(found.iter().filter(|w| w.hash == EMPTY).count(), 1, "`--` says nothing");
    }
}
