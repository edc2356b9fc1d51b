//! When two headings name the same section.
//!
//! Case, hyphens, blanks and punctuation do not count; after that, slips of the pen, and then words in
//! common. No section's name stands here.

use strsim::osa_distance;

/// A heading's name, prepared for comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name as written, blanks folded.
    pub text: String,
    /// Letters and digits only, in lower case: equal for names that differ in form alone.
    pub normal: String,
    /// The words that carry meaning, in lower case and without endings, in order.
    pub words: Vec<String>,
}

/// Words that carry no meaning in a heading.
const EMPTY_WORDS: [&str; 12] = ["a", "an", "and", "any", "for", "in", "of", "on", "or", "the", "to", "with"];

/// Words that make another section out of a name they stand before: what is planned for later is not
/// what is planned.
const TURNING_WORDS: [&str; 10] =
    ["anti", "former", "future", "long", "next", "no", "non", "not", "out", "stretch"];

impl Name {
    pub fn new(text: &str) -> Self {
        let mut words = Vec::new();
        let mut normal = String::new();
        let spelled = text.replace('&', " and ");
        for word in spelled.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
            let word = word.to_lowercase();
            normal.push_str(&word);
            if !EMPTY_WORDS.contains(&word.as_str()) {
                words.push(stem(&word));
            }
        }
        Name { text: text.to_owned(), normal, words }
    }

    /// Whether the names differ in form alone, or by a slip of the pen.
    pub fn spells(&self, other: &Name) -> bool {
        if self.normal == other.normal || self.words == other.words {
            return !self.normal.is_empty() && !self.words.is_empty();
        }
        let length = self.normal.chars().count().min(other.normal.chars().count());
        let allowed = if length >= 12 { 2 } else { usize::from(length >= 5) };
        allowed > 0
            && self.normal.chars().count().abs_diff(other.normal.chars().count()) <= allowed
            && self.turning() == other.turning()
            && osa_distance(&self.normal, &other.normal) <= allowed
    }

    /// The words of the name that turn it into another.
    fn turning(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).filter(|w| TURNING_WORDS.contains(w)).collect()
    }
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
pub struct Vocabulary {
    /// How many names of the set each word stands in.
    spread: std::collections::HashMap<String, usize>,
}

impl Vocabulary {
    pub fn new<'a>(names: impl IntoIterator<Item = &'a Name>) -> Self {
        let mut spread = std::collections::HashMap::new();
        for name in names {
            let mut words: Vec<&String> = name.words.iter().collect();
            words.sort();
            words.dedup();
            for word in words {
                *spread.entry(word.clone()).or_insert(0) += 1;
            }
        }
        Vocabulary { spread }
    }

    fn weight(&self, word: &str) -> f64 {
        1.0 / self.spread.get(word).copied().unwrap_or(1) as f64
    }

    /// From 0 (nothing in common, or another section) to 1, how well `other` stands for the set's `name`.
    ///
    /// Two names meet over a word that only one name of the set has; a word that several share ("goals"
    /// of "Goals" and "Non-Goals") tells nothing.
    pub fn likeness(&self, name: &Name, other: &Name) -> f64 {
        let shared = |word: &String| other.words.iter().any(|w| same_word(word, w));
        let total: f64 = name.words.iter().map(|w| self.weight(w)).sum();
        let common: f64 = name.words.iter().filter(|w| shared(w)).map(|w| self.weight(w)).sum();
        let telling = name.words.iter().any(|w| self.weight(w) > 0.99 && shared(w));
        if total == 0.0 || !telling || self.turned(name, other) {
            return 0.0;
        }
        let covered = common / total;
        let known = other.words.iter().filter(|w| name.words.iter().any(|n| same_word(n, w))).count();
        let wholly_inside = known == other.words.len();
        let begins = match (name.words.first(), other.words.first()) {
            (Some(a), Some(b)) => same_word(a, b),
            _ => false,
        };
        let enough = covered > 0.55 || (wholly_inside && (covered > 0.45 || begins));
        if !enough {
            return 0.0;
        }
        0.7 * covered + 0.3 * known as f64 / other.words.len().max(1) as f64
    }

    /// Whether a word that turns a name into another stands in one of the two only.
    fn turned(&self, name: &Name, other: &Name) -> bool {
        name.turning() != other.turning()
    }
}

/// Equal words, or one a slip of the pen away from the other.
fn same_word(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let length = a.len().min(b.len());
    let allowed = if length >= 8 { 2 } else { usize::from(length >= 5) };
    // A slip of the first letter is rare, and comparing it first spares nearly all distances.
    allowed > 0
        && a.as_bytes().first() == b.as_bytes().first()
        && a.len().abs_diff(b.len()) <= allowed
        && osa_distance(a, b) <= allowed
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
        check("Cross Feature Interaction", "");
        check("", "");
        check("🚀", "");
    }
}
