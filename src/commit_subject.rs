//! Whether a commit's subject names another OKEP than its files: the hook and the history both ask.
//!
//! Pure. It knows no commit and reads no message beyond the one line it is given.

use crate::model::path::{self, Role};
use std::collections::BTreeSet;

/// A subject that names OKEPs, none of which the commit touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The numbers in the subject, in its order.
    pub named: Vec<u64>,
    /// The numbers of the OKEPs the commit touches, each with one path that says so.
    pub touched: Vec<(u64, String)>,
}

/// Compares a subject with the `paths` that the commit adds, changes or deletes; both names of a renamed
/// file count. `folder` is the proposal folder.
///
/// It is silent where there is nothing to compare: the subject names no OKEP, or the commit touches
/// none; and where one of those named is among those touched. The subject of a merge is git's.
pub fn mismatch<'a>(
    subject: &str,
    paths: impl IntoIterator<Item = &'a str>,
    folder: &str,
) -> Option<Mismatch> {
    let named = named(subject);
    if named.is_empty() || subject.starts_with("Merge ") {
        return None;
    }
    let mut touched: Vec<(u64, String)> = Vec::new();
    let mut numbers = BTreeSet::new();
    for path in paths {
        let Some(number) = path::okep_number(path, folder) else { continue };
        if named.contains(&number) {
            return None;
        }
        if path::role(path, folder) != Role::Template && numbers.insert(number) {
            touched.push((number, path.to_owned()));
        }
    }
    touched.sort();
    (!touched.is_empty()).then_some(Mismatch { named, touched })
}

/// The numbers that follow the word OKEP, as in `OKEP-5224`, `okep 5224:` or `OKEP #5224`.
///
/// A template carries a number too, but who names it speaks of no OKEP.
pub fn named(subject: &str) -> Vec<u64> {
    let lower = subject.to_ascii_lowercase();
    let mut numbers = Vec::new();
    for (at, word) in lower.match_indices("okep") {
        let inside_a_word = lower[..at].ends_with(|c: char| c.is_alphanumeric());
        let rest = &lower[at + word.len()..];
        let number = rest.trim_start_matches([' ', '-', '_', '#', ':']);
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, after) = number.split_at(digits);
        let goes_on = after.starts_with(|c: char| c.is_alphanumeric());
        let template = after.trim_start_matches([' ', '-', '_']).starts_with("template");
        if inside_a_word || goes_on || template {
            continue;
        }
        if let Ok(number) = digits.parse()
            && !numbers.contains(&number)
        {
            numbers.push(number);
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mismatch as `named / touched`, with paths below the proposal folder.
    fn check(subject: &str, paths: &[&str], expected: &str) {
        let paths: Vec<String> = paths.iter().map(|p| format!("docs/okeps/{p}")).collect();
        let found = mismatch(subject, paths.iter().map(String::as_str), "docs/okeps");
        let shown = found.map_or(String::new(), |m| {
            let touched: Vec<u64> = m.touched.iter().map(|(n, _)| *n).collect();
            format!("{:?} / {touched:?}", m.named)
        });
        assert_eq!(shown, expected, "{subject}");
    }

    #[test]
    fn a_subject_that_names_another_okep_is_told() {
        check("OKEP-5225: mend typos", &["okep-5224-connecting-udns.md"], "[5225] / [5224]");
        check(
            "okep 5225, okep_5226",
            &["okep-5224-a/images/b.png", "okep-5221-c.md"],
            "[5225, 5226] / [5221, 5224]",
        );
        check("docs: OKEP #5225 in nav", &["okep-5224-a/okep-5224-a.md"], "[5225] / [5224]");
    }

    #[test]
    fn one_of_several_suffices() {
        check("OKEP-5224: follow OKEP-5193", &["okep-5224-a.md"], "");
        check("OKEP-5224 mends a link", &["okep-5193-b.md", "okep-5224-a.md"], "");
        check("OKEP-5225, not OKEP-5224: rename", &["okep-5224-a.md", "okep-5225-a.md"], "");
    }

    #[test]
    fn what_names_no_okep_or_touches_none_is_not_compared() {
        check("Mend typos (#5225)", &["okep-5224-a.md"], "");
        check("OKEP: mend typos in 5225 words", &["okep-5224-a.md"], "");
        check("OKEP-5225: in nav", &["index.md", "../../mkdocs.yml"], "");
        check("OKEP-5224: ask for more", &["okep-4368-template.md"], "");
        check("Follow the wording of the OKEP-4368 template", &["okep-5224-a.md"], "");
        check("bookep-5225", &["okep-5224-a.md"], "");
        check("OKEP-5225th", &["okep-5224-a.md"], "");
        check("OKEP-99999999999999999999999", &["okep-5224-a.md"], "");
        check("Merge branch 'okep-5225'", &["okep-5224-a.md"], "");
        check("ÖKEP-5225 \u{130}okep-", &["okep-5224-a.md"], "");
        check("", &["okep-5224-a.md"], "");
    }
}
