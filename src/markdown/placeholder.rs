//! Text in place of an answer: TBD, TODO, "to be discussed", "to be updated ...".

use super::document::{Block, Document, Heading};
use super::section_bounds;
use crate::text::{BytePattern, byte_pattern};
use regex::bytes::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A placeholder is short; a longer text says something, unless all of it is when the section will be written.
const MOST_WORDS: usize = 14;
const MOST_WORDS_WITH_A_DATE: usize = 40;
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
const MARKS: &str = "tbd|tba|tbc|todo|wip|fixme|placeholder";

/// What says of itself that it is still to be written: where it is short, and where it may be long too. As all below it
/// is for words as [`words_of`] gives them, each with a blank before it.
static ANNOUNCEMENTS: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    // What a section calls itself there.
    let this_section = "(?: this section| this part| section| the details| more details| further details\
         | more information| details| content| the content| the rest)";
    let any = format!("(?:{this_section}| this)");
    // What may be between that and the rest.
    let filler =
        "(?: (?:a|are|as|currently|has|have|is|just|need|needs|now|of|only|remains|right|still|under|yet))";
    let will_be = format!("(?:{any}?{filler}* to|{this_section}?{filler}* will) be");
    // What only the text's authors can do: it is open whatever follows.
    let undecided =
        "(?:clarified|confirmed|continued|decided|discussed|finalised|finalized|investigated|refined)";
    // What features may do as well. A version or a number after it is an answer.
    let announced = "(?:added|announced|completed|defined|described|detailed|determined|documented|done|expanded\
         |extended|filled in|filled|provided|revised|specified|updated|written)";
    // When, with which or where in the text; "in the user guide" is an answer.
    let when = "(?: in(?: [^ ]+)*? (?:detail|details|follow|future|later|next|subsequent)| (?:after|as|at|based\
         |before|during|following|further|here|if|later|next|once|pending|separately|shortly|soon|together|until\
         |upon|when|while|with|within|yet))";
    let long = format!(
        // A field may well be a placeholder; only what speaks of the section is one.
        "{any}{filler}+ (?:{MARKS})$|{any}?{filler}*(?: coming soon| works? in progress| to follow)$\
         |{any}?{filler}* under{filler}* (?:discussion|construction)$\
         |{will_be} (?:{undecided}(?:{when}(?: .*)?)?|{announced}(?:{when}(?: [^0-9]*)?)?)$"
    );
    let short = format!(" (?:{MARKS})(?: |$)|{will_be} {undecided}(?: |$)");
    [short, long].map(|announcement| byte_pattern(&format!("^(?:{announcement})")))
});

/// A mark, alone or behind a word, or one of those that are nothing but a mark behind what it stands for.
static MARK: BytePattern = BytePattern::new(|| {
    byte_pattern(&format!(
        "^(?:(?: [^ ]+)? (?:{MARKS})| to do| t b d| t b a| t b c|(?: [^ ]+){{0,6}} (tbd|tba|tbc|todo))$"
    ))
});

/// The end of "Unit tests: TBD", and none of "nothing is TBD".
static NAMED_MARK: BytePattern =
    BytePattern::new(|| byte_pattern(r"(?i)(?:[:=(-]|–|—)[\s*_`]*(?:tbd|tba|tbc|todo)[^a-z0-9]*$"));

/// The words of a text in lower case, each with a blank before it, and how many there are; none where there are too
/// many for a placeholder.
fn words_of(text: &str) -> Option<(String, usize)> {
    let (mut joined, mut count) = (String::with_capacity(text.len().min(256)), 0);
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        count += 1;
        if count > MOST_WORDS_WITH_A_DATE {
            return None;
        }
        joined.push(' ');
        joined.push_str(word);
    }
    joined.make_ascii_lowercase();
    Some((joined, count))
}

/// Whether a text only says that there is none yet.
pub fn is_placeholder(text: &str) -> bool {
    if text.chars().all(|c| matches!(c, '.' | '…' | '?' | ' ' | '_' | '*')) {
        return !text.is_empty();
    }
    if has_second_sentence(text) {
        return false;
    }
    let Some((words, count)) = words_of(text) else { return false };
    // Each expression below needs one of these words. Few texts have one; for the others none is compiled.
    let is_key = |word: &str| {
        matches!(word, "b" | "be" | "construction" | "discussion" | "do" | "follow" | "progress" | "soon")
            || matches!(word, "tbd" | "tba" | "tbc" | "todo" | "wip" | "fixme" | "placeholder")
    };
    if !words.split(' ').any(is_key) {
        return false;
    }
    let [short, long] = &*ANNOUNCEMENTS;
    let is_announced =
        || long.is_match(words.as_bytes()) || count <= MOST_WORDS && short.is_match(words.as_bytes());
    is_announced() || is_marked(&words, text)
}

/// Whether a text is a mark, or gives one for what it names: "Unit tests: TBD".
fn is_mark(text: &str) -> bool {
    words_of(text).is_some_and(|(words, _)| is_marked(&words, text))
}

fn is_marked(words: &str, text: &str) -> bool {
    let found = MARK.captures(words.as_bytes());
    found.is_some_and(|found| found.get(1).is_none() || NAMED_MARK.is_match(text.as_bytes()))
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
