//! Text in place of an answer: TBD, TODO, "to be discussed", "to be updated ...".

use super::document::{Block, Document, Heading};
use super::section_bounds;
use crate::text::{BytePattern, byte_pattern, is_one_of};
use std::ops::Range;

/// A placeholder is short; a longer text says something, unless all of it is when the section will be written.
const MOST_WORDS: usize = 14;
const MOST_WORDS_WITH_A_DATE: usize = 40;
/// Of "Unit tests of the node: TBD", the mark included.
const MOST_WORDS_WITH_A_MARK: usize = 7;
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
const MARKS: &str = "tbd tba tbc todo wip fixme placeholder";

/// What a section calls itself where it says that it is still to be written.
const SUBJECTS: &str = "this section|this part|section|the details|more details|further details|more information\
     |details|content|the content|the rest|this";

/// The words that an announcement may begin with, besides [`FILLERS`] and [`MARKS`].
const STARTS: &str = "this section the more further details content coming work works to will";

/// What may be between the subject and the rest.
const FILLERS: &str =
    "a are as currently has have is just need needs now of only remains right still under yet";

/// What only the text's authors can do: it is open whatever follows.
const UNDECIDED: &str =
    "clarified confirmed continued decided discussed finalised finalized investigated refined";

/// What features may do as well. A version or a number after it is an answer.
const ANNOUNCED: &str = "added announced completed defined described detailed determined documented done expanded \
     extended filled provided revised specified updated written";

/// The words that begin what says when, with what, or where in the text it will be.
const WHEN: &str = "after as at based before during following further here if later next once pending separately \
     shortly soon together until upon when while with within yet";

/// The same after "in" and other words; "in the user guide" is an answer.
const IN_WHEN: &str = "detail details follow future later next subsequent";

/// The end of "Unit tests: TBD", and none of "nothing is TBD".
static NAMED_MARK: BytePattern =
    BytePattern::new(|| byte_pattern(r"(?i)(?:[:=(-]|–|—)[\s*_`]*(?:tbd|tba|tbc|todo)[^a-z0-9]*$"));

/// Whether a text only says that there is none yet.
pub fn is_placeholder(text: &str) -> bool {
    if text.chars().all(|c| matches!(c, '.' | '…' | '?' | ' ' | '_' | '*')) {
        return !text.is_empty();
    }
    let has_second_sentence = text.trim_end().trim_end_matches(['.', '!']).contains(". ");
    let lower = text.to_ascii_lowercase();
    let words = words_of(&lower).filter(|_| !has_second_sentence);
    words.is_some_and(|words| is_announcement(&words) || is_marked(&words, text))
}

/// Whether a text is a mark, or gives one for what it names: "Unit tests: TBD".
fn is_mark(text: &str) -> bool {
    words_of(&text.to_ascii_lowercase()).is_some_and(|words| is_marked(&words, text))
}

/// The words of a text; none where there are too many for a placeholder.
fn words_of(text: &str) -> Option<Vec<&str>> {
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    let first = *words.peek()?;
    let may_announce = [STARTS, FILLERS, MARKS].iter().any(|words| is_one_of(words, first));
    let most = if may_announce { MOST_WORDS_WITH_A_DATE } else { MOST_WORDS_WITH_A_MARK };
    let words: Vec<&str> = words.take(most + 1).collect();
    (words.len() <= most).then_some(words)
}

/// A mark, alone or behind a word, or one of those that are nothing but a mark behind what it stands for.
fn is_marked(words: &[&str], text: &str) -> bool {
    match words {
        ["to", "do"] | ["t", "b", "d" | "a" | "c"] => true,
        [mark] | [_, mark] if is_one_of(MARKS, mark) => true,
        [_, .., "tbd" | "tba" | "tbc" | "todo"] => {
            words.len() <= MOST_WORDS_WITH_A_MARK && NAMED_MARK.is_match(text.as_bytes())
        }
        _ => false,
    }
}

/// Whether a text says of itself that it is still to be written.
fn is_announcement(words: &[&str]) -> bool {
    let is_short = words.len() <= MOST_WORDS;
    let mut subjects = SUBJECTS.split('|').map(|subject| subject.split(' ').collect::<Vec<_>>());
    let subject = subjects.find(|subject| words.starts_with(subject)).unwrap_or_default();
    let rest = &words[subject.len()..];
    let fillers = rest.iter().position(|word| !is_one_of(FILLERS, word)).unwrap_or(rest.len());
    let (fillers, rest) = rest.split_at(fillers);
    let (what, then) = match rest {
        ["coming", "soon"] | ["work" | "works", "in", "progress"] | ["to", "follow"] => return true,
        ["discussion" | "construction"] => return fillers.contains(&"under"),
        ["to", "be", what, then @ ..] => (what, then),
        ["will", "be", what, then @ ..] if subject != ["this"] => (what, then),
        // A field may well be a placeholder; only what speaks of the section is one.
        [mark] if !subject.is_empty() && !fillers.is_empty() => return is_one_of(MARKS, mark),
        [mark, ..] => return is_short && fillers.is_empty() && subject.is_empty() && is_one_of(MARKS, mark),
        [] => return false,
    };
    if is_one_of(UNDECIDED, what) {
        return is_short || then.is_empty() || after_when(then).is_some();
    }
    let is_open = |then: &[&str]| {
        let has_number =
            |words: &[&str]| words.iter().any(|word| word.contains(|c: char| c.is_ascii_digit()));
        then.is_empty() || after_when(then).is_some_and(|rest| !has_number(rest))
    };
    is_one_of(ANNOUNCED, what)
        && (is_open(then) || *what == "filled" && then.strip_prefix(&["in"]).is_some_and(is_open))
}

/// What is behind the words that say when.
fn after_when<'w, 't>(words: &'w [&'t str]) -> Option<&'w [&'t str]> {
    match words {
        ["in", rest @ ..] => {
            rest.iter().rposition(|word| is_one_of(IN_WHEN, word)).map(|last| &rest[last + 1..])
        }
        [first, rest @ ..] => is_one_of(WHEN, first).then_some(rest),
        [] => None,
    }
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
