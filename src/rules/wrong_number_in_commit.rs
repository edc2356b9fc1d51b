//! Commit subjects that name another OKEP than the commit touches.

use super::{Check, Event, Finding, Rule, Severity};
use crate::okep::commit_subject::mismatch;

pub static RULE: Rule = Rule {
    id: "wrong-number-in-commit",
    severity: Severity::Hint,
    offence: "the subject of a commit names another OKEP than the one it changes",
    why: "People use `git log --grep` to find out why a proposal says what it says; a wrong number hides \
          the change from them.",
    bad: "OKEP-5242: name the router   changes   okep-5224-connecting-udns.md",
    good: "OKEP-5224: name the router   changes   okep-5224-connecting-udns.md",
    check: Check::History(check),
    ..Rule::BASE
};

fn check(event: &Event) -> Option<Finding> {
    let Event::Commit { subject, touched, folder } = *event else { return None };
    let found = mismatch(subject, touched.iter().copied(), folder)?;
    let (first, (_, path)) = (found.named.first()?, found.touched.first()?);
    let touched: Vec<String> = found.touched.iter().map(|(n, _)| format!("OKEP-{n}")).collect();
    let touched = touched.join(", ");
    let message = format!("the subject names OKEP-{first}, but the commit changes {touched}");
    let finding = RULE.about(Some(path), path, format!("OKEP-{first}"), message);
    Some(finding.help("if the commit is not yet published, amend its subject"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_subject(subject: &str, touched: &[u64], expected: &[&str]) {
        let touched: Vec<String> = touched.iter().map(|n| format!("docs/okeps/okep-{n}-a.md")).collect();
        let touched: Vec<&str> = touched.iter().map(String::as_str).collect();
        let found = check(&Event::Commit { subject, touched: &touched, folder: "docs/okeps" });
        assert_eq!(found.iter().map(|f| f.subject.as_str()).collect::<Vec<_>>(), expected, "{subject}");
    }

    #[test]
    fn a_subject_that_names_another_okep_is_reported() {
        check_subject("OKEP-5242: name the router", &[5224], &["OKEP-5242"]);
        check_subject("docs: okep-5242 and OKEP#5", &[5224], &["OKEP-5242"]);
    }

    #[test]
    fn a_subject_that_names_one_of_them_or_none_is_fine() {
        check_subject("OKEP-5224: name the router", &[5224], &[]);
        check_subject("OKEP-5224, OKEP-5300: move", &[5300, 5400], &[]);
        check_subject("Fix typo in the okep", &[5224], &[]);
        check_subject("NotAnOkep-5 is a word", &[5224], &[]);
        check_subject("OKEP-5242: öko", &[], &[]);
        check_subject("Merge OKEP-5242 work", &[5224], &[]);
        check_subject("Revert \"OKEP-5242: name the router\"", &[5224], &[]);
        check_subject("okep 2026 roadmap", &[5224], &[]);
    }

    #[test]
    fn a_template_is_no_okep() {
        let touched = ["docs/okeps/okep-4368-template.md"];
        let event =
            Event::Commit { subject: "OKEP-5242: ask for more", touched: &touched, folder: "docs/okeps" };
        assert!(check(&event).is_none());
    }
}
