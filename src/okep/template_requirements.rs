//! What the prompts of a template ask of the form of an answer: a list, some sentences, a story's form.
//!
//! Read from the template's own words, so that a template that does not ask does not get it. It checks
//! no answer; see `prose` for what is in one.

use crate::markdown::document::Document;
use crate::markdown::outline::{Outline, Row};
use crate::text::{Pattern, is_one_of, pattern, words};
use regex::Match;

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
        let body = |row: &Row| document.headings[row.heading].body.clone();
        outline.rows.iter().map(|row| Asks::read(document.text.slice(body(row)))).collect()
    }

    fn read(prompt: &str) -> Asks {
        let words = format!(" {} ", words(prompt).collect::<Vec<_>>().join(" "));
        let has = |phrase: &str| words.contains(phrase);
        let story = (has(" as a ") || has(" as an ")) && has(" i want ");
        Asks { list: asks_list(&words), sentences: asks_sentences(&words), story }
    }
}

/// "Bullet list", "bulleted points", "a list of bullets"; "list what you know" asks for no form.
fn asks_list(words: &str) -> bool {
    static LIST: Pattern = Pattern::new(|| {
        let (bullet, list) = ("(?:bullets?|bulleted|itemi[sz]ed)", "(?:lists?|points?|bullets)");
        pattern(&format!(r"(?-u)\b(?:{bullet} {list}|(?:as|in|use) bullets|{list} of {bullet})\b"))
    });
    // "Do not write a bullet list" and "see the bulleted list above" ask for none.
    let is_meant = |found: Match| {
        let mut before = words[..found.start()].trim_end().rsplit(' ').take(4);
        !before.any(|word| is_one_of("not no see without than", word))
    };
    (words.contains("bullet") || words.contains("itemi")) && LIST.find_iter(words).any(is_meant)
}

/// The larger of the numbers right before "sentence" or "sentences": "1-2 sentence", "one or two sentences".
fn asks_sentences(words: &str) -> Option<usize> {
    const NUMBERS: [&str; 10] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    static SENTENCES: Pattern = Pattern::new(|| {
        let word = NUMBERS.join("|");
        pattern(&format!(r"(?-u)\b(least |minimum |than )?((?:(?:[0-9]+|{word}|or|to) )*)sentences?\b"))
    });
    let words = Some(words).filter(|words| words.contains("sentence"))?;
    let found = SENTENCES.captures(words).filter(|found| found.get(1).is_none())?;
    let number = |word: &str| {
        let named = NUMBERS.iter().position(|one| *one == word).map(|at| at + 1);
        named.or_else(|| word.parse().ok())
    };
    found[2].split(' ').filter_map(number).max().filter(|n| (1..=10).contains(n))
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
