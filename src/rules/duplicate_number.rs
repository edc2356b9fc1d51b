//! Two OKEPs of one number.

use super::{Check, Finding, Related, Rule, Severity};
use crate::okep::proposal::Okep;
use crate::okep::snapshot::Snapshot;
use std::collections::BTreeMap;

pub static RULE: Rule = Rule {
    id: "duplicate-number",
    severity: Severity::Error,
    offence: "two OKEPs have the same number",
    why: "OKEPs are cited by number; a number that two of them share is ambiguous.",
    bad: "okep-5224-connecting-udns.md\nokep-5224-network-policy.md",
    good: "okep-5224-connecting-udns.md\nokep-5301-network-policy.md",
    check: Check::Tree(check, None),
    ..Rule::BASE
};

fn check(snapshot: &Snapshot) -> Vec<Finding> {
    let mut by_number: BTreeMap<u64, Vec<&Okep>> = BTreeMap::new();
    for okep in &snapshot.okeps {
        if let Some(number) = okep.name.number {
            by_number.entry(number).or_default().push(okep);
        }
    }
    let again = by_number.iter().flat_map(|(n, all)| all[1..].iter().map(|okep| of_number(*n, okep, all)));
    again.chain(snapshot.okeps.iter().filter_map(|okep| of_template(snapshot, okep))).collect()
}

fn of_number(number: u64, okep: &Okep, okeps: &[&Okep]) -> Finding {
    let others = okeps.iter().map(|other| &other.path).filter(|other| **other != okep.path);
    let named: Vec<String> = others.clone().map(|path| format!("`{path}`")).collect();
    let message = format!("number {number} is also used by {}", named.join(" and "));
    let mut finding = RULE.about(Some(&okep.path), &okep.path, number.to_string(), message);
    let message = format!("also has number {number}");
    let related = |path: &String| Related { path: path.clone(), place: None, message: message.clone() };
    finding.related = others.map(related).collect();
    finding.help("give the newer one the number of its own tracking issue")
}

fn of_template(snapshot: &Snapshot, okep: &Okep) -> Option<Finding> {
    let templates_own = snapshot.template.path.as_ref().and(snapshot.template.number);
    let number = okep.name.number.filter(|number| Some(*number) == templates_own)?;
    let message = format!("number {number} is the template's");
    let finding = RULE.about(Some(&okep.path), &okep.path, number.to_string(), message);
    Some(finding.help("give it the number of its own tracking issue"))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, NAV, OKEP, check_files};

    #[test]
    fn a_number_is_taken_once() {
        let nav = format!("{NAV}    - More: okeps/okep-7-more-tea.md\n");
        check_files(
            &[(OKEP, GOOD), ("docs/okeps/okep-7-more-tea.md", GOOD), ("mkdocs.yml", &nav)],
            &["duplicate-number:- 7"],
        );
    }
}
