//! A `mkdocs.yml` that MkDocs itself could not load.

use super::{Check, Finding, Rule, Severity};
use crate::okep::snapshot::Snapshot;

pub static RULE: Rule = Rule {
    id: "unreadable-register",
    severity: Severity::Error,
    offence: "`mkdocs.yml` cannot be loaded by MkDocs",
    why: "The site does not build, and which OKEPs are in `nav` is unknown.",
    bad: "nav:\n  - BGP: okeps: okep-5296-bgp.md",
    good: "nav:\n  - BGP: okeps/okep-5296-bgp.md",
    check: Check::Tree(check, None),
    ..Rule::BASE
};

fn check(snapshot: &Snapshot) -> Vec<Finding> {
    let problems = snapshot.site.iter().flat_map(|site| &site.problems);
    problems
        .map(|problem| {
            let message = format!("MkDocs cannot load it: {}", problem.message);
            let mut finding = RULE.about(None, &problem.path, problem.path.clone(), message);
            finding.place = snapshot.text(&problem.path).map(|t| t.place(problem.span.clone()));
            finding.help("fix it first; `nav` is not checked until then")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, NAV, OKEP, check_files};

    #[test]
    fn a_configuration_that_mkdocs_could_not_load_is_one_finding() {
        check_files(
            &[(OKEP, GOOD), ("mkdocs.yml", "nav:\n  - a: b: c\n")],
            &["unreadable-register:2 mkdocs.yml"],
        );
        check_files(&[(OKEP, GOOD), ("mkdocs.yml", NAV)], &[]);
    }
}
