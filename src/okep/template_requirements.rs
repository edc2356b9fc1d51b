//! What the prompts of a template ask of the form of an answer: a list, some sentences, a story's form.
//!
//! Read from the template's own words, so that a template that does not ask does not get it. It checks
//! no answer; see `prose` for what is in one.

use crate::markdown::document::Document;
use crate::markdown::outline::Outline;

/// What one section of a template asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asks {
    /// A bullet list.
    pub list: bool,
    /// No more sentences than this.
    pub sentences: Option<usize>,
    /// Stories of the form "As a ..., I want ...".
    pub story: bool,
}

impl Asks {
    /// What each section of an outline asks, in its order.
    pub fn of(document: &Document, outline: &Outline) -> Vec<Asks> {
        let body = |row: &crate::markdown::outline::Row| document.headings[row.heading].body.clone();
        outline.rows.iter().map(|row| Asks::read(document.text.slice(body(row)))).collect()
    }

    fn read(prompt: &str) -> Asks {
        let words = words(prompt);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        Asks { list: asks_list(&words), sentences: asks_sentences(&words), story: asks_story(&words) }
    }
}

/// The words of a text in lower case, without markup and punctuation; a hyphen parts words.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

/// "Bullet list", "bulleted points", "a list of bullets"; "list what you know" asks for no form.
fn asks_list(words: &[&str]) -> bool {
    let bullet = |w: &&str| matches!(*w, "bullet" | "bullets" | "bulleted" | "itemized" | "itemised");
    let list = |w: &&str| matches!(*w, "list" | "lists" | "point" | "points" | "bullets");
    // "Do not write a bullet list" and "see the bulleted list above" ask for none.
    let is_meant = |at: usize| {
        let before = &words[at.saturating_sub(4)..at];
        !before.iter().any(|w| matches!(*w, "not" | "no" | "see" | "without" | "than"))
    };
    let two = |pair: &[&str]| {
        (bullet(&pair[0]) && list(&pair[1]))
            || (matches!(pair[0], "as" | "in" | "use") && pair[1] == "bullets")
    };
    let three = |three: &[&str]| list(&three[0]) && three[1] == "of" && bullet(&three[2]);
    words.windows(2).enumerate().any(|(at, found)| two(found) && is_meant(at))
        || words.windows(3).enumerate().any(|(at, found)| three(found) && is_meant(at))
}

/// The larger of the numbers right before "sentence" or "sentences": "1-2 sentence", "one or two sentences".
fn asks_sentences(words: &[&str]) -> Option<usize> {
    let at = words.iter().position(|w| matches!(*w, "sentence" | "sentences"))?;
    let before = words[..at].iter().rev().take_while(|w| number(w).is_some() || matches!(**w, "or" | "to"));
    let begin = at - before.clone().count();
    let is_least = words[..begin].last().is_some_and(|w| matches!(*w, "least" | "minimum" | "than"));
    before.filter_map(|w| number(w)).max().filter(|n| !is_least && (1..=10).contains(n))
}

fn number(word: &str) -> Option<usize> {
    const WORDS: [&str; 10] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let named = WORDS.iter().position(|w| *w == word).map(|at| at + 1);
    named.or_else(|| word.parse().ok())
}

fn asks_story(words: &[&str]) -> bool {
    let has = |first: &str, second: &[&str]| {
        words.windows(2).any(|pair| pair[0] == first && second.contains(&pair[1]))
    };
    has("as", &["a", "an"]) && has("i", &["want"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prompt: &str, expected: Asks) {
        assert_eq!(Asks::read(prompt), expected, "{prompt}");
    }

    #[test]
    fn demands_are_read_from_the_prompt() {
        let list = Asks { list: true, ..Asks::default() };
        check("(Bullet list of the goals.)", list);
        check("Write them as bullet\npoints.", list);
        check("A list of bullets, please.", list);
        let sentences = |n| Asks { sentences: Some(n), ..Asks::default() };
        check("(1-2 sentence summary of it)", sentences(2));
        check("One or two sentences on what is wrong.", sentences(2));
        check("A single paragraph of at most 3 sentences", sentences(3));
        let story = Asks { story: true, ..Asks::default() };
        check("1. **As a** [user]\n2. **I want** [goal]\n3. **so that** [reason]", story);
        check("Tell it as: As an [role], I want [ability].", story);
    }

    #[test]
    fn what_asks_for_no_form_is_left_alone() {
        for prompt in [
            "",
            "(List other designs and why they were not taken.)",
            "Say it in whole sentences.",
            "As a rule, say who is worse off.",
            "What I want to know: who needs it?",
            "There are 99 sentences in the handbook.",
            "(At least 2 sentences on what is wrong)",
            "Do not write a bullet list; describe the goals.",
            "Primary goals. See the bulleted list in the introduction.",
        ] {
            check(prompt, Asks::default());
        }
    }
}
