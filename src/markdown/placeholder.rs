//! Text in place of an answer: TBD, TODO, "to be discussed", "to be updated ...".

use super::document::{Block, Document, Heading};
use super::section_bounds;
use crate::text::is_one_of;
use std::ops::Range;

/// A placeholder is short; a longer text says something, unless all of it is when the section will be written.
const MOST_WORDS: usize = 14;
const MOST_WORDS_WITH_A_DATE: usize = 40;
/// Of words that name what a mark stands for: "Unit tests: TBD".
const MOST_WORDS_BEFORE_A_MARK: usize = 6;
/// More placeholders than this may be a list of work to do, unless each is a bare mark.
const MOST_BLOCKS: usize = 3;

/// Whether everything directly under a heading is a placeholder.
pub fn is_stub(document: &Document, heading: &Heading) -> bool {
    let text = |span: &Range<usize>| document.text.slice(span.clone());
    let mut blocks = &document.blocks[heading.blocks.clone()];
    if blocks.len() > 1 && is_placeholder(text(&blocks[0].span)) {
        // What is before the next heading and belongs to it is no answer, nor are footnotes.
        let end = section_bounds::end(document, heading);
        blocks = &blocks[..blocks.partition_point(|b| b.span.start < end)];
    }
    if !heading.has_content {
        // `<TBD>` is an HTML tag that shows nothing; its author sees a mark.
        let tag = text(&heading.body).trim().strip_prefix('<').and_then(|t| t.strip_suffix('>'));
        return tag.is_some_and(is_placeholder);
    }
    let is_label = |b: &Block| b.has_children && is_label(text(&b.span));
    let mut placeholders = blocks.iter().filter(|b| !is_label(b)).map(|b| text(&b.span)).peekable();
    if heading.has_matter || placeholders.peek().is_none() {
        return false;
    }
    if blocks.len() <= MOST_BLOCKS { placeholders.all(is_placeholder) } else { placeholders.all(is_mark) }
}

/// Whether a text only names what is in the list below it.
fn is_label(text: &str) -> bool {
    text.trim_end().ends_with(':') && text.split_whitespace().count() <= 4
}

/// Words that, alone or with a note, say that something is not written yet.
const MARKS: [&str; 7] = ["tbd", "tba", "tbc", "todo", "wip", "fixme", "placeholder"];

/// Those that are nothing but a mark wherever they are.
const PURE_MARKS: [&str; 4] = ["tbd", "tba", "tbc", "todo"];

/// What a section calls itself where it says that it is not written yet.
const SUBJECTS: [&[&str]; 13] = [
    &["this", "section"],
    &["this", "part"],
    &["section"],
    &["the", "details"],
    &["more", "details"],
    &["further", "details"],
    &["more", "information"],
    &["details"],
    &["content"],
    &["the", "content"],
    &["the", "rest"],
    &["this"],
    &[],
];

/// What may be between the subject and the rest.
const FILLERS: &str = "a are as currently has have is just need needs now of only remains right still under \
     yet";

/// What only the text's authors can do: it is open whatever follows.
const UNDECIDED: &str = "clarified confirmed continued decided discussed finalised finalized investigated \
     refined";

/// Words that tell when, with which or where in the text; any other goes on about the feature.
const WHEN: &str = "after as at based before during following further here if later next once pending \
     separately shortly soon together until upon when while with within yet";

/// What a text that says "to be ..." announces of itself, and features may do as well.
const ANNOUNCED: &str = "added announced completed defined described detailed determined documented done \
     expanded extended filled provided revised specified updated written";

/// What makes a time out of "in ...".
const LATER: [&str; 7] = ["detail", "details", "follow", "future", "later", "next", "subsequent"];

/// The words of a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty())
}

/// Whether a placeholder of more than a few words could begin with this one.
fn opens_a_placeholder(word: &str) -> bool {
    let is = |other: &&str| word.eq_ignore_ascii_case(other);
    let verbs = ["coming", "construction", "discussion", "to", "will", "work", "works"];
    let firsts = SUBJECTS.iter().filter_map(|subject| subject.first());
    MARKS.iter().chain(&verbs).chain(firsts).any(is) || is_one_of(FILLERS, &word.to_ascii_lowercase())
}

/// Whether a text only says that there is none yet.
pub fn is_placeholder(text: &str) -> bool {
    // Nearly every block ends here, and has cost no more than its first words.
    let is_long = words(text).nth(MOST_WORDS_BEFORE_A_MARK + 1).is_some();
    if is_long && !words(text).next().is_some_and(opens_a_placeholder) {
        return false;
    }
    if words(text).nth(MOST_WORDS_WITH_A_DATE).is_some() {
        return false;
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> = words(&lower).collect();
    if words.is_empty() {
        return text.chars().all(|c| matches!(c, '.' | '…' | '?' | ' ' | '_' | '*')) && !text.is_empty();
    }
    if has_second_sentence(text) {
        return false;
    }
    let short = words.len() <= MOST_WORDS;
    (short && (MARKS.contains(&words[0]) || is_mark(text))) || announces_itself(&words, short)
}

/// Whether a text is a mark, or gives one for what it names: "Unit tests: TBD".
fn is_mark(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> = words(&lower).take(MOST_WORDS + 1).collect();
    match words.as_slice() {
        [mark] | [_, mark] if MARKS.contains(mark) => true,
        ["to", "do"] | ["t", "b", "d" | "a" | "c"] => true,
        [named @ .., mark] if PURE_MARKS.contains(mark) && named.len() <= MOST_WORDS_BEFORE_A_MARK => {
            // Cut off at the mark, so that a mark in running text ("nothing is TBD") says nothing.
            let before = text.trim_end_matches(|c: char| !c.is_alphanumeric());
            let before = before.get(..before.len() - mark.len()).unwrap_or_default();
            let before = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '`'));
            before.ends_with([':', '-', '–', '—', '=', '('])
        }
        _ => false,
    }
}

/// Whether a text says of itself that it is still to be written.
fn announces_itself(words: &[&str], short: bool) -> bool {
    let Some((subject, rest)) =
        SUBJECTS.iter().find_map(|subject| Some((subject, words.strip_prefix(*subject)?)))
    else {
        return false;
    };
    let fillers = rest.iter().take_while(|w| is_one_of(FILLERS, w)).count();
    match &rest[fillers..] {
        // A field may well be a placeholder; only what speaks of the section is one.
        [mark] if MARKS.contains(mark) => fillers > 0 && !subject.is_empty(),
        ["coming", "soon"] | ["work" | "works", "in", "progress"] => true,
        ["discussion" | "construction"] => words.contains(&"under"),
        ["to", "follow"] => true,
        // "This will be added" speaks of the feature.
        ["will", "be", ..] if *subject == ["this"] => false,
        ["to" | "will", "be", verb, rest @ ..] => {
            let rest = if *verb == "filled" { rest.strip_prefix(&["in"]).unwrap_or(rest) } else { rest };
            let timely = match rest {
                [] => true,
                // "In the user guide" is an answer.
                ["in", when @ ..] => when.iter().any(|w| LATER.contains(w)),
                [first, ..] => is_one_of(WHEN, first),
            };
            // A version or a number is an answer too.
            let numbered = rest.iter().any(|w| w.bytes().any(|b| b.is_ascii_digit()));
            let open = is_one_of(UNDECIDED, verb);
            (open || is_one_of(ANNOUNCED, verb)) && (timely || (open && short)) && (open || !numbered)
        }
        _ => false,
    }
}

fn has_second_sentence(text: &str) -> bool {
    text.trim_end().trim_end_matches(['.', '!']).contains(". ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_no_answer() {
        for text in [
            "TBD",
            "*TBD*",
            "TODO: describe the API",
            "To be discussed.",
            "to be updated after review",
            "...",
            "(TBD)",
            "This is TBD",
            "Coming soon!",
            "WIP",
            "This section is TBD",
            "This section is still a work in progress.",
            "This section will be updated later.",
            "Details to be discussed.",
            "More details will be added soon.",
            "Still to be discussed",
            "Needs to be discussed.",
            "Yet to be decided",
            "To be filled in",
            "To be determined in a later revision.",
            "T.B.D.",
            "To Do",
            "<TBD>",
            "Unit tests: TBD",
            "**End-to-end tests** - TBD.",
            "Will be updated once the API is settled.",
            "To be updated after the maintainers of both projects have agreed on the form of the new \
             field and on its name.",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn an_answer_is_no_placeholder() {
        for text in [
            "None",
            "N/A",
            "No changes.",
            "To be introduced in version 1.2.",
            "To be introduced in 1.2",
            "To be added in v1.3.",
            "To be documented in the user guide.",
            "To be added to the northbound schema.",
            "To be updated by the node controller.",
            "To be added in the CRD",
            "This will be added once the node is ready.",
            "The field is only a placeholder",
            "Nothing is TBD",
            "We keep a list of what is still to be discussed.",
            "The API is settled, only the name is TBD",
            "The name is to be discussed with the API reviewers before beta.",
            "TBD. Until then the old field is served, which keeps every client working.",
            "Todos os nomes são de exemplo aqui, e a lista segue abaixo com todos os nós do cluster.",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
