//! The prompts of a template: what it says to the author, which must not stay in an OKEP.
//!
//! Texts are compared sentence by sentence, blind to case, markup, punctuation, line breaks and the
//! organisation in a URL. A sentence is a hash of its words; nothing is copied.

use super::{issue, title};
use crate::markdown::document::{Block, BlockKind, Document};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// A sentence of this many words is a prompt wherever it is; a shorter one only as a whole block.
const TELLING_WORDS: usize = 4;
/// A whole block of fewer words is never a prompt.
const FEWEST_WORDS: usize = 2;
/// How many words in a row make two sentences resemble each other.
const SHINGLE: usize = 4;

/// Every sentence of some template revisions.
#[derive(Debug, Clone, Default)]
pub struct Prompts {
    /// The hash of each sentence, and whether it was as a block of its own.
    sentences: HashMap<u64, bool>,
    /// The hash of each line, whatever it is part of.
    lines: HashSet<u64>,
    shingles: Shingles,
    /// Whether whole blocks in parentheses are among them, as many templates write their prompts.
    in_parentheses: bool,
}

/// A run of sentences in a document that are prompts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// From the first word to the last.
    pub span: Range<usize>,
    /// Whether it is all of its block, so that the block's lines may go.
    pub whole_block: bool,
    /// Index of the block in the document.
    pub block: usize,
}

struct Sentence {
    span: Range<usize>,
    hash: u64,
    words: usize,
    alone: bool,
    /// How many runs of words it has, and how many of those a template knows.
    shingles: (usize, usize),
}

impl Prompts {
    /// Adds every sentence of the template but those of its headings and its issue line.
    pub fn add(&mut self, template: &Document) {
        let title = title::read(template, &|_| false).map(|t| t.heading);
        let issue = issue::of_template(template, title).map(|i| i.span);
        self.lines.extend(template.text.as_str().lines().map(line_hash));
        let mut sentences = Vec::new();
        for block in &template.blocks {
            let shingles = &mut self.shingles;
            let learn = |shingle| {
                shingles.insert(shingle);
                false
            };
            self::sentences(template, block, issue.as_ref(), learn, &mut sentences);
            self.in_parentheses |= is_in_parentheses(template, block);
            for sentence in sentences.iter().filter(|s| s.words >= FEWEST_WORDS || !s.alone) {
                let alone = self.sentences.entry(sentence.hash).or_insert(false);
                *alone |= sentence.alone;
            }
        }
    }

    /// Whether a line is one of a template.
    pub fn has_line(&self, line: &str) -> bool {
        self.lines.contains(&line_hash(line))
    }

    pub fn is_empty(&self) -> bool {
        self.sentences.is_empty()
    }

    /// The prompts left in a document, and whether other text resembles a prompt so much that an
    /// earlier revision of the template may hold it. The document's `issue` line is none of them, even
    /// where it is the template's own.
    pub fn leftovers(&self, document: &Document, issue: Option<&Range<usize>>) -> (Vec<Leftover>, bool) {
        let mut found: Vec<Leftover> = Vec::new();
        let mut resembles = false;
        if self.is_empty() {
            return (found, false);
        }
        let mut sentences = Vec::new();
        for (index, block) in document.blocks.iter().enumerate() {
            let label = block.kind == BlockKind::Item && block.has_children;
            if label {
                continue;
            }
            let in_parentheses = self.in_parentheses && is_in_parentheses(document, block);
            let holds_issue = issue.is_some_and(|i| i.start < block.span.end && block.span.start < i.end);
            let source = document.text.slice(block.span.clone()).as_bytes();
            if !in_parentheses && !holds_issue && !self.may_touch(source) {
                continue;
            }
            let is_known = |shingle| self.shingles.contains(shingle);
            self::sentences(document, block, issue, is_known, &mut sentences);
            // The form of the template's prompts, in words of another revision perhaps.
            let in_form = in_parentheses && sentences.iter().map(|s| s.words).sum::<usize>() >= TELLING_WORDS;
            let touches = |s: &Sentence| s.shingles.1 > 0 || self.sentences.contains_key(&s.hash);
            if !sentences.iter().any(touches) {
                resembles |= in_form;
                continue;
            }
            let prompts = self.among(&sentences);
            resembles |= in_form && !prompts.iter().all(|p| *p);
            let whole = !holds_issue && !prompts.is_empty() && prompts.iter().all(|p| *p);
            let mut run: Option<Range<usize>> = None;
            for (sentence, is_prompt) in sentences.iter().zip(prompts) {
                if is_prompt {
                    match &mut run {
                        Some(run) => run.end = sentence.span.end,
                        None => run = Some(sentence.span.clone()),
                    }
                } else {
                    resembles |= sentence.shingles.0 > 1 && sentence.shingles.1 * 2 >= sentence.shingles.0;
                    found.extend(run.take().map(|span| Leftover { span, whole_block: whole, block: index }));
                }
            }
            found.extend(run.map(|span| Leftover { span, whole_block: whole, block: index }));
        }
        (found, resembles)
    }

    /// Whether a block could hold a sentence of a template, known by its words alone: nearly none does, and to
    /// find its sentences costs more than to hash its words. A block of few words is looked at in full.
    fn may_touch(&self, source: &[u8]) -> bool {
        let mut window = [0u64; SHINGLE];
        let mut count = 0;
        for word in words(source).filter(|word| word.hash != EMPTY) {
            window = [window[1], window[2], window[3], word.hash];
            count += 1;
            if count >= SHINGLE && self.shingles.contains(shingle(window)) {
                return true;
            }
        }
        count < SHINGLE
    }

    /// Which sentences of a block are prompts; a short one is where the one next to it is.
    fn among(&self, sentences: &[Sentence]) -> Vec<bool> {
        let known = |s: &Sentence| self.sentences.get(&s.hash).copied();
        let telling =
            |s: &Sentence| known(s).is_some_and(|alone| s.words >= TELLING_WORDS || (s.alone && alone));
        let mut prompts: Vec<bool> = sentences.iter().map(telling).collect();
        let short: Vec<bool> = sentences.iter().map(|s| known(s).is_some()).collect();
        for i in 1..prompts.len() {
            prompts[i] |= prompts[i - 1] && short[i];
        }
        for i in (1..prompts.len()).rev() {
            prompts[i - 1] |= prompts[i] && short[i - 1];
        }
        prompts
    }
}

/// Finds the sentences of one block, before and behind the `issue` line where that is part of it;
/// `known` is asked for every run of [`SHINGLE`] words.
fn sentences(
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

fn line_hash(line: &str) -> u64 {
    words(line.as_bytes()).fold(EMPTY, |hash, word| match word.hash {
        EMPTY => hash,
        word => mixed(hash.rotate_left(7) ^ word),
    })
}

/// One number for a run of words.
fn shingle([a, b, c, d]: [u64; SHINGLE]) -> u64 {
    a ^ b.rotate_left(13) ^ c.rotate_left(26) ^ d.rotate_left(39)
}

/// A word of a text: what is between blanks and control characters.
struct Word {
    start: usize,
    end: usize,
    /// As [`word_hash`] makes it.
    hash: u64,
}

/// The words of a text, in order.
fn words(source: &[u8]) -> impl Iterator<Item = Word> {
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

const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;

/// A hash of the word between its punctuation, in lower case; [`EMPTY`] where nothing is left of it.
///
/// The first eight bytes and the length stand for a word: a sentence of four such words is met again
/// by chance in no document, and nothing has to be copied or looked at twice.
fn word_hash(word: &[u8]) -> u64 {
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

/// Whether all of a block is in parentheses.
fn is_in_parentheses(document: &Document, block: &Block) -> bool {
    let text = document.text.slice(block.span.clone()).trim();
    text.starts_with('(') && text.ends_with(')')
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
struct Shingles {
    known: HashSet<u64>,
    bitmap: Vec<u64>,
}

impl Shingles {
    const BITS: usize = 1 << 16;

    fn insert(&mut self, hash: u64) {
        self.bitmap.resize(Self::BITS / 64, 0);
        let bit = hash as usize % Self::BITS;
        self.bitmap[bit / 64] |= 1 << (bit % 64);
        self.known.insert(hash);
    }

    fn contains(&self, hash: u64) -> bool {
        let bit = hash as usize % Self::BITS;
        self.bitmap.get(bit / 64).is_some_and(|bits| bits & (1 << (bit % 64)) != 0)
            && self.known.contains(&hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "# T\n\n* Issue: [#1](https://github.com/o/r/issues/1)\n(Open one if\nyou have none. Then use its number as yours.)\n\n## S\n\n(What is this *all* about?)\n\n* Unit tests\n* see https://github.com/old/r/blob/x for details on this\n\ne.g\n";

    fn check(document: &str, expected: &[&str]) {
        let mut prompts = Prompts::default();
        prompts.add(&Document::parse(TEMPLATE.as_bytes()));
        let document = Document::parse(document.as_bytes());
        let (found, _) = prompts.leftovers(&document, None);
        let found: Vec<&str> = found.iter().map(|l| document.text.slice(l.span.clone())).collect();
        assert_eq!(found, expected);
    }

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

    #[test]
    fn whole_sentences_are_found_however_they_are_broken() {
        check("What is this\nall about?\n", &["What is this\nall about?"]);
        check("(What is this all about?) It is about tea.\n", &["(What is this all about?)"]);
        check("Then use its number as yours.\n", &["Then use its number as yours."]);
        check(
            "* see https://github.com/new/r/blob/x for details\n  on this\n",
            &["see https://github.com/new/r/blob/x for details\n  on this"],
        );
    }

    #[test]
    fn a_short_prompt_goes_with_the_one_beside_it() {
        let mut prompts = Prompts::default();
        prompts
            .add(&Document::parse(b"(What is the problem at hand? Who has it? Please add a link to it.)\n"));
        let document = Document::parse(b"Who has it? Please add a link to it.\n\nWho has it? All of us.\n");
        let found = prompts.leftovers(&document, None).0;
        assert_eq!(found.len(), 1);
        assert_eq!(document.text.slice(found[0].span.clone()), "Who has it? Please add a link to it.");
    }

    #[test]
    fn short_prompts_count_as_whole_blocks_only() {
        check("* Unit tests\n", &["Unit tests"]);
        check("* Unit tests cover it.\n* Unit tests\n  * of the parser\n", &[]);
        check("e.g\n", &[]);
    }

    #[test]
    fn answers_that_share_words_are_no_prompts() {
        check("What is this proposal all about? Tea.\n", &[]);
        check("Who has it? Everybody.\n", &[]);
        check("```\nWhat is this all about?\n```\n", &[]);
    }

    #[test]
    fn a_reworded_prompt_resembles_one() {
        let mut prompts = Prompts::default();
        prompts.add(&Document::parse(b"Say here which version of it this feature is planned for.\n"));
        let resembles = |text: &str| prompts.leftovers(&Document::parse(text.as_bytes()), None).1;
        assert!(resembles("Say here which version of it this feature is meant for.\n"));
        assert!(!resembles("It is planned for the next version, as the milestone says.\n"));
    }

    #[test]
    fn what_has_the_form_of_the_prompts_resembles_one() {
        let mut prompts = Prompts::default();
        prompts.add(&Document::parse(b"(What is wrong today, and for whom?)\n"));
        let resembles = |text: &str| prompts.leftovers(&Document::parse(text.as_bytes()), None).1;
        assert!(resembles("(Tell who is to keep it alive after the release.)\n"));
        assert!(!resembles("(none)\n"));
        assert!(!resembles("It is kept alive by its authors (see the list of owners).\n"));
    }
}
