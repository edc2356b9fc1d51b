//! Whether a commit's subject names another OKEP than its files: the hook and the history both ask.
//!
//! Pure. It knows no commit and reads no message beyond the one line it is given.

use crate::text::path::{self, Role};
use crate::text::{Pattern, pattern};
use indexmap::IndexSet;
use std::collections::BTreeMap;

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
/// It is silent where there is nothing to compare: the subject names no OKEP or is about another commit, or the commit
/// touches none. One of those touched may be named in whatever way.
pub fn mismatch<'a>(subject: &str, paths: impl Iterator<Item = &'a str>, folder: &str) -> Option<Mismatch> {
    let of_another = ["Merge ", "Revert ", "Reapply ", "fixup!", "squash!", "amend!"];
    if of_another.iter().any(|begin| subject.starts_with(begin)) {
        return None;
    }
    let (mut touched, mut all) = (BTreeMap::new(), Vec::new());
    for path in paths {
        let Some(number) = path::okep_number(path, folder) else { continue };
        all.push(number);
        if path::role(path, folder) != Role::Template {
            touched.entry(number).or_insert_with(|| path.to_owned());
        }
    }
    let mut numbers = subject.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok());
    let named = named(subject);
    let is_one = !touched.is_empty() && !named.is_empty() && !numbers.any(|number| all.contains(&number));
    is_one.then(|| Mismatch { named, touched: touched.into_iter().collect() })
}

/// The numbers in the form of a reference to an OKEP: `OKEP-5224`, `okep_5224`, `okep5224`, `OKEP #5224`.
///
/// After a blank or a colon a number may be any: a year, a count, a version; and so may one of few digits directly
/// after the word, as in `okep2`. A template carries a number too, but who names it speaks of no OKEP.
fn named(subject: &str) -> Vec<u64> {
    static REFERENCE: Pattern = Pattern::new(|| {
        let goes_on = r"[0-9a-z]|\.[0-9]|[ _-]*template";
        pattern(&format!(r"(?i)(?:^|[^0-9a-z])okep(?:(?:[-_#]| #)([0-9]+)|([0-9]{{4,}}))({goes_on})?"))
    });
    let references = REFERENCE.captures_iter(subject).filter(|found| found.get(3).is_none());
    let numbers = references.filter_map(|found| found.get(1).or(found.get(2))?.as_str().parse().ok());
    numbers.collect::<IndexSet<u64>>().into_iter().collect()
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
    fn a_subject_that_names_another_okep_is_reported() {
        check("OKEP-5225: mend typos", &["okep-5224-connecting-udns.md"], "[5225] / [5224]");
        check(
            "okep5225, okep_5226",
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
    fn a_number_that_is_no_reference_is_none() {
        for subject in [
            "OKEP: 3 new sections",
            "okep: 2 fixes",
            "OKEP - 2 typos",
            "Fix OKEP 2 links",
            "OKEP: 5225 words less",
            "okep 2026 roadmap",
            "OKEP 2.0 process",
            "okep-2.0 process",
            "okep2 process",
            "Bump from OKEP 2 to 3",
            "OKEPs 5225 and 5226",
        ] {
            check(subject, &["okep-5224-a.md"], "");
        }
    }

    #[test]
    fn a_number_of_what_is_touched_suffices_however_it_is_written() {
        check("OKEPs 5224 and 5225, after OKEP-5226", &["okep-5224-a.md"], "");
        check("5224: follow OKEP-5225", &["okep-5224-a.md"], "");
        check("OKEP-52240: mend typos", &["okep-5224-a.md"], "[52240] / [5224]");
    }

    #[test]
    fn a_subject_about_another_commit_is_not_compared() {
        for begin in ["Revert \"", "Reapply \"", "fixup! ", "squash! ", "amend! ", "Merge "] {
            check(&format!("{begin}OKEP-5225: work"), &["okep-5224-a.md"], "");
        }
        check("Reverting OKEP-5225: work", &["okep-5224-a.md"], "[5225] / [5224]");
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
        check("OKEP 5225 words", &["okep-5224-a.md"], "");
        check("ÖKEP-5225 \u{130}okep-", &["okep-5224-a.md"], "");
        check("", &["okep-5224-a.md"], "");
    }
}
