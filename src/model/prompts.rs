//! The prompts of a template: what it says to the author, which must not stay in an OKEP.
//!
//! Texts are compared sentence by sentence, blind to case, markup, punctuation, line breaks and the
//! organisation in a URL. A sentence is a hash of its words; nothing is copied.

use super::document::{Block, BlockKind, Document};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// A sentence of this many words is a prompt wherever it stands; a shorter one only as a whole block.
const TELLING_WORDS: usize = 4;
/// A whole block of fewer words is never a prompt.
const FEWEST_WORDS: usize = 2;
/// How many words in a row make two sentences resemble each other.
const SHINGLE: usize = 4;

/// Every sentence of some template revisions.
#[derive(Debug, Clone, Default)]
pub struct Prompts {
    /// The hash of each sentence, and whether it stood as a block of its own.
    sentences: HashMap<u64, bool>,
    shingles: HashSet<u64>,
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
    /// Adds every sentence of the template but those of its headings and its issue link.
    pub fn add(&mut self, template: &Document) {
        for block in &template.blocks {
            let mut seen = Vec::new();
            let sentences = sentences(template, block, |shingle| {
                seen.push(shingle);
                false
            });
            self.shingles.extend(seen);
            for sentence in sentences.iter().filter(|s| s.words >= FEWEST_WORDS || !s.alone) {
                let alone = self.sentences.entry(sentence.hash).or_insert(false);
                *alone |= sentence.alone;
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.sentences.is_empty()
    }

    /// The prompts left in a document, and whether other text resembles a prompt so much that an
    /// earlier revision of the template may hold it.
    pub fn leftovers(&self, document: &Document) -> (Vec<Leftover>, bool) {
        let mut found: Vec<Leftover> = Vec::new();
        let mut resembles = false;
        if self.is_empty() {
            return (found, false);
        }
        for (index, block) in document.blocks.iter().enumerate() {
            let label = block.kind == BlockKind::Item && block.has_children;
            if label {
                continue;
            }
            let sentences = sentences(document, block, |shingle| self.shingles.contains(&shingle));
            let prompts = self.among(&sentences);
            let whole = !prompts.is_empty() && prompts.iter().all(|p| *p);
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

    /// Which sentences of a block are prompts; a short one is where the one beside it is.
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

/// The sentences of one block; `known` is asked for every run of [`SHINGLE`] words.
fn sentences(document: &Document, block: &Block, mut known: impl FnMut(u64) -> bool) -> Vec<Sentence> {
    let source = document.text.slice(block.span.clone());
    let base = block.span.start;
    let mut found: Vec<Sentence> = Vec::new();
    let mut current: Option<Sentence> = None;
    let mut window = [0u64; SHINGLE];
    let mut ended = false;
    for word in source.split_ascii_whitespace() {
        let at = base + (word.as_ptr() as usize - source.as_ptr() as usize);
        let hash = word_hash(word);
        if hash == EMPTY {
            continue;
        }
        if ended && begins_sentence(word) {
            found.extend(current.take());
        }
        let sentence = current.get_or_insert(Sentence {
            span: at..at,
            hash: EMPTY,
            words: 0,
            alone: false,
            shingles: (0, 0),
        });
        sentence.span.end = at + word.len();
        sentence.hash = (sentence.hash ^ hash).wrapping_mul(PRIME).rotate_left(5);
        window.rotate_left(1);
        window[SHINGLE - 1] = hash;
        sentence.words += 1;
        if sentence.words >= SHINGLE {
            let shingle = window.iter().fold(EMPTY, |h, w| (h ^ w).wrapping_mul(PRIME).rotate_left(5));
            sentence.shingles.0 += 1;
            sentence.shingles.1 += usize::from(known(shingle));
        }
        ended = ends_sentence(word);
    }
    found.extend(current);
    if let [only] = found.as_mut_slice() {
        only.alone = true;
    }
    found
}

const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// A hash of the word's letters and digits in lower case; [`EMPTY`] where it has none.
fn word_hash(word: &str) -> u64 {
    let mut hash = EMPTY;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    let without_organisation = word.find("github.com/").map(|at| at + "github.com/".len());
    let (head, tail) = match without_organisation {
        Some(at) => (&word[..at], word[at..].split_once('/').map_or("", |(_, rest)| rest)),
        None => (word, ""),
    };
    for part in [head, tail] {
        if part.is_ascii() {
            part.bytes().filter(u8::is_ascii_alphanumeric).for_each(|b| add(b.to_ascii_lowercase()));
        } else {
            let mut utf8 = [0; 4];
            for c in part.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase) {
                c.encode_utf8(&mut utf8).bytes().for_each(&mut add);
            }
        }
    }
    hash
}

fn ends_sentence(word: &str) -> bool {
    let closed = word.trim_end_matches(['"', '”', '*', '_', '`', '\'']);
    closed.ends_with(['.', '?', '!', ')'])
}

fn begins_sentence(word: &str) -> bool {
    let first = word.trim_start_matches(['"', '“', '*', '_', '`', '\'', '(', '[']).chars().next();
    first.is_some_and(|c| !c.is_lowercase()) || word.starts_with('(')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "# T\n\n* Issue: [#1](https://github.com/o/r/issues/1)\n(Open one if\nyou have none. Then use its number as yours.)\n\n## S\n\n(What is this *all* about?)\n\n* Unit tests\n* see https://github.com/old/r/blob/x for details on this\n\ne.g\n";

    fn check(document: &str, expected: &[&str]) {
        let mut prompts = Prompts::default();
        prompts.add(&Document::parse(TEMPLATE.as_bytes()));
        let document = Document::parse(document.as_bytes());
        let (found, _) = prompts.leftovers(&document);
        let found: Vec<&str> = found.iter().map(|l| document.text.slice(l.span.clone())).collect();
        assert_eq!(found, expected);
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
        let found = prompts.leftovers(&document).0;
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
        let resembles = |text: &str| prompts.leftovers(&Document::parse(text.as_bytes())).1;
        assert!(resembles("Say here which version of it this feature is meant for.\n"));
        assert!(!resembles("It is planned for the next version, as the milestone says.\n"));
    }
}
