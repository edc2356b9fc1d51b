//! Running text as its reader counts it: sentences, words, and answers that say that there is nothing.
//!
//! It errs on the side of fewer sentences: whoever reads that a text is long must see that it is.

use super::document::{Block, BlockKind, Document};
use std::ops::Range;

/// How many sentences the paragraphs in `range` have at the least; list items are none.
pub fn sentences(document: &Document, range: &Range<usize>) -> usize {
    let blocks = document.blocks_in(range).iter().filter(|b| b.kind == BlockKind::Paragraph);
    blocks.map(|block| sentences_in(document.text.slice(block.span.clone()))).sum()
}

/// The sentences of one paragraph.
pub fn sentences_in(paragraph: &str) -> usize {
    let text = without_code(paragraph);
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut count = 0;
    let mut length = 0;
    for (at, word) in words.iter().enumerate() {
        length += usize::from(word.contains(char::is_alphabetic));
        let next = words.get(at + 1);
        let ends = next.is_none() || (ends_sentence(word) && next.is_some_and(|next| begins_sentence(next)));
        if ends && length >= FEWEST_WORDS {
            count += 1;
            length = 0;
        }
    }
    count
}

/// What has fewer words is a label or a mark.
const FEWEST_WORDS: usize = 3;

/// Words after which a period ends no sentence, or may end none.
const ABBREVIATIONS: [&str; 22] = [
    "al", "approx", "ca", "cf", "dr", "e.g", "ed", "eg", "eq", "etc", "fig", "i.e", "ie", "incl", "inc",
    "mr", "ms", "no", "resp", "sec", "st", "vs",
];

fn ends_sentence(word: &str) -> bool {
    let word = word.trim_end_matches(['"', '\'', '*', '_', ')', ']', '”', '’']);
    let Some(stem) = word.strip_suffix(['.', '?', '!']) else { return false };
    if word.ends_with(['?', '!']) {
        return true;
    }
    let stem = stem.trim_start_matches(['"', '\'', '*', '_', '(', '[', '“', '‘']);
    let abbreviated = ABBREVIATIONS.iter().any(|a| a.eq_ignore_ascii_case(stem));
    // Initials, versions, addresses and dots in a row end nothing for sure.
    let odd = stem.chars().count() < 2 || stem.contains(['.', '/', '@']) || stem.ends_with(':');
    let number = stem.chars().all(|c| c.is_ascii_digit());
    !abbreviated && !odd && !number
}

fn begins_sentence(word: &str) -> bool {
    let word = word.trim_start_matches(['"', '\'', '*', '_', '(', '[', '“', '‘']);
    word.starts_with(char::is_uppercase)
}

/// The text with a word in place of each code span.
fn without_code(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    let is_code = |at: usize| at % 2 == 1 && at + 1 < pieces.len();
    pieces.iter().enumerate().map(|(at, piece)| if is_code(at) { "x" } else { piece }).collect()
}

/// How many words are in `range`, markup aside.
pub fn words(document: &Document, range: &Range<usize>) -> usize {
    let count = |b: &Block| {
        let text = document.text.slice(b.span.clone());
        text.split_whitespace().filter(|w| w.contains(char::is_alphanumeric)).count()
    };
    document.blocks_in(range).iter().map(count).sum()
}

/// Whether all of `range` says that there is nothing to say: "None", "N/A", "No new goals."
pub fn is_none(document: &Document, range: &Range<usize>) -> bool {
    let blocks = document.blocks_in(range);
    let [only] = blocks else { return blocks.is_empty() };
    let text = document.text.slice(only.span.clone());
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric() && c != '/');
    let words: Vec<&str> = words.filter(|w| !w.is_empty()).collect();
    let said = words.join(" ") + " ";
    sentences_in(text) <= 1
        && (words.is_empty()
            || NOTHING.split('|').any(|nothing| said.starts_with(&format!("{nothing} ")))
            || words.len() <= 4 && words.iter().any(|w| matches!(*w, "none" | "n/a" | "na" | "nothing")))
}

/// How an answer begins that says there is nothing.
const NOTHING: &str = "none|n/a|na|nothing|no|not applicable|there are no|there are none|there is no";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_counted_as_a_reader_does() {
        let check = |text, expected| assert_eq!(sentences_in(text), expected, "{text}");
        check("Tea is slow. Nobody waits for it!\nWho would?", 2);
        check("It is slow, e.g. The kettle, i.e. Mine, is cold etc. And so on vs. That", 1);
        check("Version 1.2. Then 1.3. Then https://example.org/a. All the same", 1);
        check("Call `a. B` and `c. D` once", 1);
        check("It waits (for water. Always.) Then it boils over.", 2);
        check("Two words. And two", 1);
        check("the first is here. the second begins small", 1);
        check("", 0);
    }

    #[test]
    fn nothing_is_said_in_many_ways() {
        let check = |text: &str, expected| {
            let document = Document::parse(text.as_bytes());
            assert_eq!(is_none(&document, &(0..text.len())), expected, "{text}");
        };
        check("None", true);
        check("**N/A**", true);
        check("* None.", true);
        check("There are no goals beyond the one above.", true);
        check("No change of the wire format is planned.", true);
        check("We know of none.", true);
        check("", true);
        check("Faster tea for all.", false);
        check("No milk at all. We also want sugar in every cup.", false);
        check("One thing.\n\nAnother thing.", false);
    }
}
