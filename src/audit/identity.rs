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

/// What is known of the names of OKEPs and sections in the states that are compared.
pub trait Naming {
    /// Which OKEP the path is that a finding is about.
    fn okep(&self, finding: &Finding, path: &str) -> OkepKey;

    /// The subject of a finding as it is called in all of the states.
    fn subject(&self, finding: &Finding) -> String {
        finding.subject.clone()
    }
}

/// The identity of a finding.
pub fn identity(finding: &Finding, naming: &impl Naming) -> Identity {
    let okep = finding.okep.as_deref().map(|path| naming.okep(finding, path));
    let subject = if is_own_path(finding) { String::new() } else { naming.subject(finding) };
    Identity { rule: finding.rule, okep, subject }
}

/// Whether the subject is the path of the OKEP, or the end of it.
fn is_own_path(finding: &Finding) -> bool {
    let rest = finding.okep.as_deref().and_then(|path| path.strip_suffix(&finding.subject));
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// Findings of one state, or of states between which these files were renamed.
pub struct AfterRenames<'a>(pub &'a [Rename]);

impl AfterRenames<'_> {
    /// A path after the renames.
    pub fn path(&self, path: &str) -> String {
        self.0.iter().fold(
            path.to_owned(),
            |path, rename| {
                if path == rename.from { rename.to.clone() } else { path }
            },
        )
    }
}

impl Naming for AfterRenames<'_> {
    fn okep(&self, _: &Finding, path: &str) -> OkepKey {
        OkepKey::Path(self.path(path))
    }

    fn subject(&self, finding: &Finding) -> String {
        let subject = finding.subject.clone();
        self.0.iter().fold(subject, |text, r| text.replace(file_name(&r.from), file_name(&r.to)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::finding::Severity;
    use crate::text::{Place, Span};

    fn finding(subject: &str) -> Finding {
        let path = "docs/okeps/okep-1-a.md";
        Finding::new("broken-link", Severity::Warning, Some(path), path, subject, "")
    }

    #[test]
    fn a_finding_keeps_its_identity_wherever_it_is() {
        let mut moved = finding("Goals");
        moved.place =
            Some(Place { line: 9, column: 1, end_line: 9, end_column: 5, span: Span { start: 80, end: 84 } });
        moved.message = "in other words".into();
        moved.severity = Severity::Hint;
        assert_eq!(identity(&moved, &AfterRenames(&[])), identity(&finding("Goals"), &AfterRenames(&[])));
    }

    #[test]
    fn another_rule_okep_or_subject_is_another_finding() {
        let one = identity(&finding("Goals"), &AfterRenames(&[]));
        assert_ne!(identity(&finding("Tests"), &AfterRenames(&[])), one);
        let (mut other_rule, mut of_none) = (finding("Goals"), finding("Goals"));
        (other_rule.rule, of_none.okep) = ("stub-section", None);
        assert_ne!(identity(&other_rule, &AfterRenames(&[])), one);
        assert_ne!(identity(&of_none, &AfterRenames(&[])), one);
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
            let before = identity(&finding(before), &AfterRenames(std::slice::from_ref(&rename)));
            assert_eq!(before, identity(&after(now), &AfterRenames(&[])));
        };
        check("Goals", "Goals");
        check("okep-1-a.md", "okep-1-b.md");
        check("docs/okeps/okep-1-a.md", "docs/okeps/okep-1-b.md");
        check("see ../okep-1-a.md", "see ../okep-1-b.md");
    }
}
