//! The anchors that GitHub and the site give to headings.
//!
//! GitHub's are those of `github-slugger`, which states GitHub's rules and tests them against GitHub:
//! lower case, all but letters, marks, decimal digits, connectors, hyphens and blanks taken away, blanks to
//! hyphens, and a number for one that is taken. The site's are those of the `toc` extension of
//! Python-Markdown 3.11. It makes anchors of texts; which texts are headings it is given.

use crate::text::{Pattern, pattern};
use std::collections::{HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;

/// The anchor of a heading's text on GitHub, before it is made unique.
pub fn github(text: &str) -> String {
    let kept = text.to_lowercase();
    kept.chars().filter(|c| is_kept(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// What Unicode calls a word's, but for the two joiners; `regex` knows the tables.
fn is_kept(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ');
    }
    static WORD: Pattern = Pattern::new(|| pattern(r"^\w$"));
    !matches!(c, '\u{200c}' | '\u{200d}') && WORD.is_match(c.encode_utf8(&mut [0; 4]))
}

/// The anchor of a heading's text on the site, before it is made unique: ASCII only, runs of blanks and
/// separators are one separator.
pub fn site(text: &str, separator: &str) -> String {
    let is_kept = |c: &char| c.is_ascii_alphanumeric() || *c == '_' || *c == '-' || is_blank(*c);
    let ascii: String = text.nfkd().filter(char::is_ascii).filter(is_kept).collect();
    let mut anchor = String::with_capacity(ascii.len());
    let mut in_run = false;
    for c in ascii.trim_matches(is_blank).chars() {
        let parts = is_blank(c) || separator.contains(c);
        if !parts {
            anchor.push(c.to_ascii_lowercase());
        } else if !in_run {
            anchor.push_str(separator);
        }
        in_run = parts;
    }
    anchor
}

/// What Python takes for a blank among ASCII.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r' | '\x1c'..='\x1f')
}

/// Gives each heading of a page its own anchor, as GitHub does.
#[derive(Debug, Default)]
pub struct GithubAnchors {
    /// How often each anchor was asked for.
    seen: HashMap<String, usize>,
}

impl GithubAnchors {
    pub fn next(&mut self, text: &str) -> String {
        let slug = github(text);
        let mut anchor = slug.clone();
        while self.seen.contains_key(&anchor) {
            let count = self.seen.entry(slug.clone()).or_insert(0);
            *count += 1;
            anchor = format!("{slug}-{count}");
        }
        self.seen.insert(anchor.clone(), 0);
        anchor
    }
}

/// Gives each heading of a page its own anchor, as Python-Markdown does.
#[derive(Debug)]
pub struct SiteAnchors<'s> {
    separator: &'s str,
    seen: HashSet<String>,
}

impl<'s> SiteAnchors<'s> {
    pub fn new(separator: &'s str) -> Self {
        SiteAnchors { separator, seen: HashSet::new() }
    }

    pub fn next(&mut self, text: &str) -> String {
        let mut anchor = site(text, self.separator);
        if anchor.is_empty() || self.seen.contains(&anchor) {
            let (stem, count) = counted(&anchor);
            let mut numbered = (count + 1..).map(|count| format!("{stem}_{count}"));
            anchor = numbered.find(|anchor| !self.seen.contains(anchor)).expect("numbers have no end");
        }
        self.seen.insert(anchor.clone());
        anchor
    }
}

/// An anchor without the number at its end, and that number.
fn counted(anchor: &str) -> (&str, u64) {
    let digits = anchor.len() - anchor.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (stem, number) = anchor.split_at(anchor.len() - digits);
    match (stem.strip_suffix('_'), number.parse()) {
        (Some(stem), Ok(number)) if number < u64::MAX / 2 => (stem, number),
        _ => (anchor, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Heading, anchor on GitHub, anchor on the site. Those of GitHub were worked out from the tables that
    /// `github-slugger` is made of; those of the site are compared with the real thing in `tests/links.rs`.
    #[test]
    fn hostile_headings_get_the_anchors_of_both() {
        let check = |text, on_github, on_site| {
            assert_eq!((github(text).as_str(), site(text, "-").as_str()), (on_github, on_site), "{text}");
        };
        check("Goals", "goals", "goals");
        check("A & B", "a--b", "a-b");
        check(
            "Risks, Known Limitations and Mitigations",
            "risks-known-limitations-and-mitigations",
            "risks-known-limitations-and-mitigations",
        );
        check("Example - Namespace", "example---namespace", "example-namespace");
        check("snake_case `code`", "snake_case-code", "snake_case-code");
        check("🚀 Launch", "-launch", "launch");
        check("⚙\u{fe0f} Settings", "\u{fe0f}-settings", "settings");
        check("Žlutý kůň", "žlutý-kůň", "zluty-kun");
        check("中文 标题", "中文-标题", "");
        check("ﬁne Ⅳ x²", "ﬁne-ⅳ-x", "fine-iv-x2");
        check("!?.,:;", "", "");
        check("a\u{a0}b", "ab", "a-b");
        check("1.2.3 – x", "123--x", "123-x");
        check("--x--", "--x--", "-x-");
    }

    #[test]
    fn anchors_that_are_taken_get_numbers() {
        let mut on_github = GithubAnchors::default();
        let mut on_site = SiteAnchors::new("-");
        let mut check = |text, github: &str, site: &str| {
            assert_eq!(
                (on_github.next(text).as_str(), on_site.next(text).as_str()),
                (github, site),
                "{text}"
            );
        };
        check("Story", "story", "story");
        check("Story", "story-1", "story_1");
        check("Story 1", "story-1-1", "story-1");
        check("Story", "story-2", "story_2");
        check("Story_1", "story_1", "story_3");
        check("!", "", "_1");
        check("?", "-1", "_2");
    }
}
