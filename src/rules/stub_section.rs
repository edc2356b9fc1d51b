//! Sections that only promise to be written.

use super::{Check, Rule};
use crate::finding::{Finding, Severity};
use crate::judged::Judged;
use crate::model::document::Heading;

pub static RULE: Rule = Rule {
    id: "stub-section",
    severity: Severity::Warning,
    fix: "-",
    offence: "only TBD, TODO, \"to be discussed\", \"to be updated ...\"",
    why: "What is to be decided later is easily merged undecided.",
    bad: "## Documentation Details\n\nTo be discussed.",
    good: "## Documentation Details\n\nA page under `features/`, linked from the overview.",
    check: Check::Okep(check),
    of_its_time: false,
};

/// A promise is short; a longer text says something.
const MOST_WORDS: usize = 14;
/// More blocks of text than this are no stub.
const MOST_BLOCKS: usize = 3;

fn check(judged: &Judged) -> Vec<Finding> {
    let stubs = (0..judged.okep.outline.rows.len())
        .filter(|row| !judged.okep.outline.has_children(*row) && is_stub(judged, judged.heading(*row)));
    stubs
        .map(|row| {
            let heading = judged.heading(row);
            let block = &judged.document().blocks[heading.blocks.start];
            let text = judged.document().text.slice(block.span.clone());
            let first = text.lines().next().unwrap_or_default().trim();
            let message = format!("section `{}` only says `{first}`", heading.text);
            let finding = RULE.at(judged, heading.span.clone(), judged.subject_of_row(row), message);
            finding.help("write it, or say `None` or `N/A` if there is nothing to say")
        })
        .collect()
}

/// Whether all that stands directly under a heading is a promise.
pub(crate) fn is_stub(judged: &Judged, heading: &Heading) -> bool {
    let blocks = &judged.document().blocks[heading.blocks.clone()];
    !heading.has_matter
        && !blocks.is_empty()
        && blocks.len() <= MOST_BLOCKS
        && blocks.iter().all(|b| is_promise(judged.document().text.slice(b.span.clone())))
}

/// Words that, alone or with a note, say that something is not written yet.
const MARKS: [&str; 7] = ["tbd", "tba", "tbc", "todo", "wip", "fixme", "placeholder"];

/// What a text that says "to be ..." announces of itself, not of the feature.
const PROMISED: [&str; 25] = [
    "added",
    "announced",
    "clarified",
    "completed",
    "confirmed",
    "continued",
    "decided",
    "defined",
    "described",
    "detailed",
    "determined",
    "discussed",
    "documented",
    "done",
    "expanded",
    "filled",
    "finalised",
    "finalized",
    "investigated",
    "provided",
    "refined",
    "revised",
    "specified",
    "updated",
    "written",
];

fn is_promise(text: &str) -> bool {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .take(MOST_WORDS + 1)
        .map(str::to_lowercase)
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.len() > MOST_WORDS || has_second_sentence(text) {
        return false;
    }
    match words.as_slice() {
        [] => text.chars().all(|c| matches!(c, '.' | '…' | '?' | ' ' | '_' | '*')) && !text.is_empty(),
        [mark, ..] if MARKS.contains(mark) => true,
        [_, mark] | [_, _, mark] if MARKS.contains(mark) => true,
        ["to", "be", verb, ..] | ["will", "be", verb] | ["will", "be", verb, "later" | "soon"] => {
            PROMISED.contains(verb)
        }
        ["coming", "soon"] | ["work", "in", "progress"] => true,
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
    fn a_promise_is_no_answer() {
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
        ] {
            assert!(is_promise(text), "{text}");
        }
    }

    #[test]
    fn an_answer_is_no_promise() {
        for text in [
            "None",
            "N/A",
            "No changes.",
            "To be introduced in version 1.2.",
            "The name is to be discussed with the API reviewers before beta.",
            "TBD. Until then the old field is served, which keeps every client working.",
            "Todos os nomes são de exemplo aqui, e a lista segue abaixo com todos os nós do cluster.",
        ] {
            assert!(!is_promise(text), "{text}");
        }
    }
}
