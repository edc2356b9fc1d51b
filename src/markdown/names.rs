//! When two headings name the same section.
//!
//! Case, hyphens, blanks and punctuation do not count; after that, slips of the pen, and then words in
//! common. No section's name is here.

use crate::text::{Pattern, pattern};
use foldhash::{HashMap, HashMapExt};
use std::collections::BTreeSet;
use strsim::osa_distance;

/// Most words of a heading that are compared, so that no two headings are a burden.
const MAX_WORDS: usize = 100;
/// A word or a name of more bytes has no slips of the pen.
const MAX_BYTES: usize = 200;

/// A heading's name, prepared for comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name as written, blanks folded.
    pub text: String,
    /// Letters and digits only, in lower case: equal for names that differ in form alone.
    pub normal: String,
    /// The words that carry meaning, in lower case and without endings, in order.
    pub words: Vec<String>,
    /// Where in `words` each further thing begins that the name lists: "Risks, Limitations and Costs".
    parts: Vec<usize>,
}

/// Words that carry no meaning in a heading.
const EMPTY_WORDS: [&str; 12] = ["a", "an", "and", "any", "for", "in", "of", "on", "or", "the", "to", "with"];

/// Words before a name that make it another section: what is planned for later is not
/// what is planned.
const TURNING_WORDS: [&str; 10] =
    ["anti", "former", "future", "long", "next", "no", "non", "not", "out", "stretch"];

impl Name {
    pub fn new(text: &str) -> Self {
        let mut words = Vec::new();
        let mut normal = String::new();
        let mut parts = Vec::new();
        let spelled = text[number_length(text)..].replace('&', " and ");
        let mut divided = false;
        for word in spelled.split_inclusive(|c: char| !c.is_alphanumeric()) {
            let end = word.chars().next_back();
            let word = word.trim_end_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
            normal.push_str(&word);
            divided |= matches!(word.as_str(), "and" | "or");
            if !word.is_empty() && !EMPTY_WORDS.contains(&word.as_str()) && words.len() < MAX_WORDS {
                if divided && !words.is_empty() {
                    parts.push(words.len());
                }
                divided = false;
                words.push(stem(&word));
            }
            divided |= matches!(end, Some('/' | ',' | ';' | '+'));
        }
        Name { text: text.to_owned(), normal, words, parts }
    }

    /// Whether the heading carries a number of its own, such as "2.1 Goals".
    pub fn is_numbered(&self) -> bool {
        number_length(&self.text) > 0
    }

    /// The words of each thing the name lists.
    fn parts(&self) -> impl Iterator<Item = &[String]> {
        let starts = std::iter::once(0).chain(self.parts.iter().copied());
        let ends = self.parts.iter().copied().chain([self.words.len()]);
        starts.zip(ends).map(|(start, end)| &self.words[start..end])
    }

    /// Whether the names differ in form alone, or by a slip of the pen.
    pub fn spells(&self, other: &Name) -> bool {
        let cut = self.words.len() == MAX_WORDS;
        if self.normal == other.normal || (self.words == other.words && !cut) {
            return !self.normal.is_empty() && !self.words.is_empty();
        }
        is_slip(&self.normal, &other.normal, 12) && self.turning().eq(other.turning())
    }

    /// The words of the name that turn it into another.
    fn turning(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str).filter(|w| is_turning(w))
    }
}

/// The bytes of the section number, and the blank after it, that a heading begins with: "2.1 ", "IV. ".
fn number_length(text: &str) -> usize {
    // A letter alone is a word; a year, or a version without more, is no number of a section.
    static NUMBER: Pattern =
        Pattern::new(|| pattern(r"^(?:[0-9]{1,2}(?:[.][0-9]{1,2})*[.]*[)]?|[IVX]+[.)])[ \t]+"));
    let length = NUMBER.find(text).map_or(0, |number| number.end());
    if text[length..].starts_with(char::is_alphabetic) { length } else { 0 }
}

/// The word without its plural or participle ending, so that "tests" and "testing" meet.
fn stem(word: &str) -> String {
    let long_enough = |rest: &str| rest.chars().count() >= 3;
    for (ending, instead) in [("ies", "y"), ("ing", ""), ("ss", "ss"), ("s", "")] {
        if let Some(rest) = word.strip_suffix(ending)
            && long_enough(rest)
        {
            return format!("{rest}{instead}");
        }
    }
    word.to_owned()
}

/// How well names cover each other, weighed by how telling their words are among a set of names.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// How many names of the set each word is in.
    spread: HashMap<String, usize>,
}

impl Vocabulary {
    pub fn new<'a>(names: impl IntoIterator<Item = &'a Name>) -> Self {
        let mut spread = HashMap::new();
        for name in names {
            let words: BTreeSet<&String> = name.words.iter().collect();
            words.into_iter().for_each(|word| *spread.entry(word.clone()).or_insert(0) += 1);
        }
        Vocabulary { spread }
    }

    fn weight(&self, word: &str) -> f64 {
        1.0 / self.spread.get(word).copied().unwrap_or(1) as f64
    }

    /// From 0 (nothing in common, or another section) to 1, how well `other` stands for the set's `name`.
    ///
    /// Two names meet over a word that only one name of the set has; a word that several share ("goals"
    /// of "Goals" and "Non-Goals") tells little, and makes for a [`WEAK`] likeness at most. A heading that
    /// lists several things stands for what one of them stands for.
    pub fn likeness(&self, name: &Name, other: &Name) -> f64 {
        let whole = self.covers(name, other, &other.words);
        let turned = other.words.first().is_some_and(|w| is_turning(w) && !name.words.contains(w));
        if other.parts.is_empty() || turned {
            return whole;
        }
        other.parts().map(|part| self.part_likeness(name, other, part)).fold(whole, f64::max)
    }

    /// Whether one of several things that `other` lists stands for `name`.
    pub fn lists(&self, name: &Name, other: &Name) -> bool {
        !other.parts.is_empty() && other.parts().any(|part| self.part_likeness(name, other, part) > 0.0)
    }

    fn part_likeness(&self, name: &Name, other: &Name, part: &[String]) -> f64 {
        if part == name.words {
            return 0.9;
        }
        match self.covers(name, other, part) {
            strong if strong > WEAK => (0.9 * strong).max(LEAST),
            weak => 0.9 * weak,
        }
    }

    /// Whether `other` is one of the things that `name` lists, and nothing more.
    pub fn is_part(&self, name: &Name, other: &Name) -> bool {
        !name.parts.is_empty()
            && !other.words.is_empty()
            && name.parts().any(|part| {
                let last = part.len().saturating_sub(1);
                part.get(last).is_some_and(|w| self.is_telling(w))
                    && meets(part, last, &other.words)
                    && (0..other.words.len()).all(|i| meets(&other.words, i, part))
            })
    }

    /// How well `words`, all of the heading `other` or a part of it, cover a name.
    fn covers(&self, name: &Name, other: &Name, words: &[String]) -> f64 {
        let shared = |i: &usize| meets(&name.words, *i, words);
        let all = 0..name.words.len();
        let total: f64 = name.words.iter().map(|w| self.weight(w)).sum();
        let common: f64 = all.clone().filter(shared).map(|i| self.weight(&name.words[i])).sum();
        let telling = all.clone().filter(|i| self.is_telling(&name.words[*i]) && shared(i)).count();
        let is_other = turned(name, words, telling > 0) || is_progress(name, words);
        if common == 0.0 || is_other || self.is_compound(name, other, words) {
            return 0.0;
        }
        let covered = common / total;
        let known = (0..words.len()).filter(|i| meets(words, *i, &name.words)).count();
        let wholly_inside = known == words.len();
        let same = |(one, other): (&String, &String)| same_word(one, other);
        let begins = name.words.first().zip(words.first()).is_some_and(same);
        let ends = name.words.last().zip(words.last()).is_some_and(same);
        let score = 0.7 * covered + 0.3 * known as f64 / words.len().max(1) as f64;
        // Headings that share out a list are all alike, so that the first of them stands for it.
        if telling > 0 && wholly_inside && self.is_part(name, other) {
            return PART;
        }
        if telling > 0 && (covered > 0.55 || (wholly_inside && (covered > 0.45 || begins))) {
            return score.max(LEAST);
        }
        let whole = all.clone().all(|i| shared(&i)) && (begins || ends);
        let beginning = telling > 0 && begins && name.words.len() == 2 && covered > 0.45 && words.len() <= 3;
        let end = telling > 1 && covered > 0.45 && all.clone().next_back().is_some_and(|i| shared(&i));
        let whole_part = !name.parts.is_empty()
            && name.parts().any(|part| {
                part.len() > 1
                    && part.iter().any(|w| self.is_telling(w))
                    && (0..part.len()).all(|i| meets(part, i, words))
            });
        if whole || beginning || end || whole_part { WEAK * score } else { 0.0 }
    }

    fn is_telling(&self, word: &str) -> bool {
        self.weight(word) > 0.99 && self.spread.contains_key(word)
    }

    /// Whether the heading begins with what another section of the set is about and only borrows the word
    /// of this one: an "API Reference" is of the API, and no "References". The last word is what it is about,
    /// unless a preposition is before it: "Alternatives to this proposal" are no "Proposal".
    fn is_compound(&self, name: &Name, other: &Name, words: &[String]) -> bool {
        name.words.len() == 1
            && words.first().is_some_and(|w| self.is_telling(w) && !same_word(w, &name.words[0]))
            && (!other.normal.ends_with(&name.normal)
                || other.text.split(' ').any(|word| ["for", "in", "of", "on", "to", "with"].contains(&word)))
    }
}

/// A likeness up to this one counts only at the right place, and only for what nothing else stands for.
pub const WEAK: f64 = 0.4;
/// The least likeness that is more than weak.
const LEAST: f64 = 0.45;
/// That of a heading that is one of the things a name lists.
const PART: f64 = 0.6;

fn is_turning(word: &str) -> bool {
    TURNING_WORDS.contains(&word)
}

/// Whether a word that turns a name into another is in one of the two only.
///
/// Where the two share a word that tells, only what is before it counts: "Alternatives not taken"
/// are alternatives.
fn turned(name: &Name, words: &[String], telling: bool) -> bool {
    let shared = words.iter().position(|w| !is_turning(w) && name.words.iter().any(|n| same_word(n, w)));
    let counted = if telling { shared.unwrap_or(words.len()) } else { words.len() };
    let turning = words[..counted].iter().map(String::as_str).filter(|w| is_turning(w));
    !turning.eq(name.turning())
}

/// Whether a heading ends in how far something has come, as a status does, and the name does not.
fn is_progress(name: &Name, words: &[String]) -> bool {
    const WORDS: [&str; 5] = ["history", "progress", "schedule", "statu", "timeline"];
    let is_one = |word: &String| WORDS.contains(&word.as_str());
    words.last().is_some_and(is_one) && !name.words.iter().any(is_one)
}

/// Whether the word `words[i]` is among `others`, alone or written as one with its neighbour.
fn meets(words: &[String], i: usize, others: &[String]) -> bool {
    let word = words[i].as_str();
    let joined = |a: &str, b: &str, both: &str| both.strip_prefix(a) == Some(b);
    let before = i.checked_sub(1).map(|j| words[j].as_str());
    let after = words.get(i + 1).map(String::as_str);
    others.iter().any(|o| {
        same_word(word, o)
            || before.is_some_and(|before| joined(before, word, o))
            || after.is_some_and(|after| joined(word, after, o))
    }) || others.windows(2).any(|pair| joined(&pair[0], &pair[1], word))
}

/// Equal words, or one a slip of the pen away from the other.
fn same_word(a: &str, b: &str) -> bool {
    // A slip of the first letter is rare, and comparing it first spares nearly all distances.
    a == b || a.as_bytes().first() == b.as_bytes().first() && is_slip(a, b, 8)
}

/// Whether two texts are a slip of the pen apart, or two where both have as many bytes as a long one.
fn is_slip(a: &str, b: &str, long: usize) -> bool {
    let length = a.len().min(b.len());
    let allowed = if length >= long { 2 } else { usize::from(length >= 5) };
    allowed > 0
        && length <= MAX_BYTES
        && a.len().abs_diff(b.len()) <= allowed
        && differing_letters(a, b) <= 2 * allowed
        && osa_distance(a, b) <= allowed
}

/// How many letters, at least, are in one of two words and not in the other; one slip accounts for two at most.
fn differing_letters(a: &str, b: &str) -> usize {
    let mut more = [0isize; 64];
    a.chars().for_each(|c| more[c as usize % 64] += 1);
    b.chars().for_each(|c| more[c as usize % 64] -= 1);
    more.iter().map(|count| count.unsigned_abs()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: [&str; 15] = [
        "Problem Statement",
        "Goals",
        "Non-Goals",
        "Introduction",
        "User-Stories/Use-Cases",
        "Proposed Solution",
        "API Details",
        "Implementation Details",
        "Testing Details",
        "Documentation Details",
        "Risks, Known Limitations and Mitigations",
        "OVN-Kubernetes Version Skew",
        "Backwards Compatibility",
        "Alternatives",
        "References",
    ];

    /// The name of the set that `heading` stands for, and how: `=` form, `~` words.
    fn check(heading: &str, expected: &str) {
        let names: Vec<Name> = SET.iter().map(|n| Name::new(n)).collect();
        let vocabulary = Vocabulary::new(&names);
        let heading = Name::new(heading);
        let found = match names.iter().find(|n| n.spells(&heading)) {
            Some(name) => format!("= {}", name.text),
            None => names
                .iter()
                .map(|n| (vocabulary.likeness(n, &heading), n))
                .filter(|(s, _)| *s > 0.0)
                .rev()
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .map_or(String::new(), |(_, n)| format!("~ {}", n.text)),
        };
        assert_eq!(found, expected, "{}", heading.text);
    }

    #[test]
    fn form_and_slips_do_not_count() {
        check("OVN Kubernetes Version Skew", "= OVN-Kubernetes Version Skew");
        check("user stories / use cases", "= User-Stories/Use-Cases");
        check("Non Goals:", "= Non-Goals");
        check("Introdution", "= Introduction");
        check("Goal", "= Goals");
        check("Risks, Known Limitations & Mitigations", "= Risks, Known Limitations and Mitigations");
        check("Backward Compatibility", "= Backwards Compatibility");
        check("1. Goals", "= Goals");
        check("2 Non-Goals", "= Non-Goals");
        check("3.1. API Details", "= API Details");
        check("IV) References", "= References");
    }

    #[test]
    fn words_in_common_tell_the_section() {
        check("User Stories", "~ User-Stories/Use-Cases");
        check("Use Cases", "~ User-Stories/Use-Cases");
        check("Testing Strategy", "~ Testing Details");
        check("Test Plan", "~ Testing Details");
        check("Known Risks and Limitations", "~ Risks, Known Limitations and Mitigations");
        check("Alternative Implementation Ideas", "~ Alternatives");
        check("Considered Alternatives", "~ Alternatives");
        check("Implementation Details of the Server", "~ Implementation Details");
        check("Version Skew", "~ OVN-Kubernetes Version Skew");
        check("Risks", "~ Risks, Known Limitations and Mitigations");
        check("Primary Goals", "~ Goals");
        check("Goals and Objectives", "~ Goals");
        check("Goals and Non-Goals", "~ Goals");
        check("Non Goals / Out of scope", "~ Non-Goals");
        check("Version Skew Strategy", "~ OVN-Kubernetes Version Skew");
        check("Upgrade / Version Skew", "~ OVN-Kubernetes Version Skew");
        check("Problem Description", "~ Problem Statement");
        check("Known Issues and Limitations", "~ Risks, Known Limitations and Mitigations");
        check("Limitations", "~ Risks, Known Limitations and Mitigations");
        check("Risks / Drawbacks", "~ Risks, Known Limitations and Mitigations");
        check("Usecases", "~ User-Stories/Use-Cases");
        check("Alternatives not taken", "~ Alternatives");
        check("Alternative solutions to the user stories", "~ Alternatives");
        check("Alternatives to the Introduction", "~ Alternatives");
        check("API Reference", "~ API Details");
    }

    #[test]
    fn another_section_is_no_misspelling() {
        check("Future Goals", "");
        check("Future-Stretch-Goals", "");
        check("Feature Compatibility", "");
        check("Networking Glossary", "");
        check("User Personas:", "");
        check("Dependencies", "");
        check("Details", "");
        check("Terminology", "");
        check("Goals for the Future", "");
        check("Out of Scope", "");
        check("Future Work and Goals", "");
        check("OVN-Kubernetes Architecture", "");
        check("Security and Privacy", "");
        check("Known Issues", "");
        check("Feature Gate", "");
        check("2024 Roadmap", "");
        check("Cross Feature Interaction", "");
        check("", "");
        check("🚀", "");
    }
}
