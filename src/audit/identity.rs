//! What makes two findings the same one: the only place that decides it.
//!
//! The baseline, the verification of fixes and history compare findings of different states. They differ in
//! what they know of the names in those states, and in nothing else.

use crate::rules::finding::{Finding, Rename};
use crate::text::path::file_name;

/// A finding's identity: rule, OKEP and subject, never a line or a commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    pub rule: &'static str,
    /// None where the finding is about no single OKEP.
    pub okep: Option<OkepKey>,
    /// Empty where it is the OKEP's own path, which a rename changes.
    pub subject: String,
}

/// Which OKEP it is, whatever its file is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OkepKey {
    Number(u64),
    /// An OKEP of the main line, as its lineage counts them: which line, and which OKEP.
    Landed(usize, usize),
    Path(String),
}

/// The identity of a finding, by the names after these renames.
pub fn identity(finding: &Finding, renames: &[Rename]) -> Identity {
    let okep = |path: &str| OkepKey::Path(path_after(path, renames));
    Identity::of(finding, okep, |subject| subject_after(subject, renames))
}

impl Identity {
    /// The identity of a finding, where states differ in how they call OKEPs and what findings are about.
    pub fn of(
        finding: &Finding,
        okep: impl FnOnce(&str) -> OkepKey,
        subject: impl FnOnce(&str) -> String,
    ) -> Self {
        let subject = if is_own_path(finding) { String::new() } else { subject(&finding.subject) };
        Identity { rule: finding.rule, okep: finding.okep.as_deref().map(okep), subject }
    }
}

/// Whether the subject is the path of the OKEP, or the end of it.
fn is_own_path(finding: &Finding) -> bool {
    let rest = finding.okep.as_deref().and_then(|path| path.strip_suffix(&finding.subject));
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// A path after the renames.
pub fn path_after(path: &str, renames: &[Rename]) -> String {
    renames.iter().fold(path, |path, rename| if path == rename.from { &rename.to } else { path }).to_owned()
}

/// What a finding is about after the renames, which may be a link to one of the files.
pub fn subject_after(subject: &str, renames: &[Rename]) -> String {
    let replaced = |text: String, r: &Rename| text.replace(file_name(&r.from), file_name(&r.to));
    renames.iter().fold(subject.to_owned(), replaced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::finding::Severity;
    use crate::text::{Place, Span};

    fn finding(subject: &str) -> Finding {
        let path = "docs/okeps/okep-1-a.md";
        let rule = crate::rules::rule("broken-link").expect("it is a rule");
        rule.about(Some(path), path, subject, String::new())
    }

    #[test]
    fn a_finding_keeps_its_identity_wherever_it_is() {
        let mut moved = finding("Goals");
        moved.place =
            Some(Place { line: 9, column: 1, end_line: 9, end_column: 5, span: Span { start: 80, end: 84 } });
        moved.message = "in other words".into();
        moved.severity = Severity::Hint;
        assert_eq!(identity(&moved, &[]), identity(&finding("Goals"), &[]));
    }

    #[test]
    fn another_rule_okep_or_subject_is_another_finding() {
        let one = identity(&finding("Goals"), &[]);
        assert_ne!(identity(&finding("Tests"), &[]), one);
        let (mut other_rule, mut of_none) = (finding("Goals"), finding("Goals"));
        (other_rule.rule, of_none.okep) = ("stub-section", None);
        assert_ne!(identity(&other_rule, &[]), one);
        assert_ne!(identity(&of_none, &[]), one);
    }

    #[test]
    fn renames_change_no_identity() {
        let rename = Rename { from: "docs/okeps/okep-1-a.md".into(), to: "docs/okeps/okep-1-b.md".into() };
        let after = |subject: &str| {
            let mut finding = finding(subject);
            finding.okep = Some(rename.to.clone());
            finding
        };
        let check = |before: &str, now: &str| {
            let before = identity(&finding(before), std::slice::from_ref(&rename));
            assert_eq!(before, identity(&after(now), &[]));
        };
        check("Goals", "Goals");
        check("okep-1-a.md", "okep-1-b.md");
        check("docs/okeps/okep-1-a.md", "docs/okeps/okep-1-b.md");
        check("see ../okep-1-a.md", "see ../okep-1-b.md");
    }
}
