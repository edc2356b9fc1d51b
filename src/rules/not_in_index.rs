//! OKEPs that the landing page does not list.

use super::{Check, PlanFix, Rule};
use crate::okep::proposal::Okep;
use crate::okep::register;
use crate::okep::snapshot::Snapshot;
use crate::rules::finding::{Edit, Finding, Fix, Severity};
use crate::site::index_page::IndexPage;
use crate::site::index_page_edit;
use crate::site::index_page_edit::LandingPlan;

pub static RULE: Rule = Rule {
    id: "not-in-index",
    severity: Severity::Warning,
    offence: "landing page exists and does not list it",
    why: "Who comes through the landing page takes what it lists for all there is.",
    bad: "* [BGP](okep-5296-bgp.md)",
    good: "* [BGP](okep-5296-bgp.md)\n* [EVPN](okep-5088-evpn.md)",
    check: Check::Tree(check),
    fix: Some(PlanFix::Tree(fix)),
    fixability: "suggested",
    ..Rule::BASE
};

/// Not the path: an OKEP that moves is missing as it was before.
const SUBJECT: &str = "landing page";

fn check(snapshot: &Snapshot) -> Vec<Finding> {
    let Some(landing) = &snapshot.landing else { return Vec::new() };
    // An entry that still names it by an earlier path is one cause, and `dead-index-entry` tells it.
    let dead = landing.entries.iter().filter(|e| register::is_dead(snapshot, &e.doc));
    let renamed: Vec<&str> =
        dead.filter_map(|e| register::meant(snapshot, &e.doc)).map(|o| o.path.as_str()).collect();
    snapshot
        .okeps
        .iter()
        .filter(|o| !landing.lists(&o.path) && !renamed.contains(&o.path.as_str()))
        .map(|okep| finding(snapshot, landing, okep))
        .collect()
}

fn finding(snapshot: &Snapshot, landing: &IndexPage, okep: &Okep) -> Finding {
    let plan = plan(snapshot, landing, okep);
    let message = format!("the landing page does not list `{}`", plan.target);
    let mut finding = RULE.about(Some(&okep.path), &landing.path, SUBJECT, message);
    finding.place = plan.beside.map(|entry| landing.document.text.place(entry));
    match plan.edit {
        Ok((_, line)) => finding.help(format!("add `{}`", line.trim())),
        Err(by_hand) => finding.help(by_hand),
    }
}

fn fix(snapshot: &Snapshot, finding: &Finding) -> Option<Fix> {
    let landing = snapshot.landing.as_ref()?;
    let okep = snapshot.okep(finding.okep.as_deref()?)?;
    let plan = plan(snapshot, landing, okep);
    let (span, line) = plan.edit.ok()?;
    Some(Fix::suggested("list it on the landing page", vec![Edit::replace(&landing.path, span, line)]))
}

fn plan(snapshot: &Snapshot, landing: &IndexPage, okep: &Okep) -> LandingPlan {
    let label = register::label(okep);
    let is_sibling = |doc: &str| snapshot.number_of(doc);
    index_page_edit::insert(landing, &register::listing(okep, &label), &is_sibling)
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, OKEP, check_files};

    #[test]
    fn an_okep_is_listed_on_the_index_page() {
        let listed = "# Proposals\n\n* [Tea](okep-7-faster-tea.md#goals)\n";
        check_files(&[(OKEP, GOOD), ("docs/okeps/index.md", listed)], &[]);
        check_files(
            &[(OKEP, GOOD), ("docs/okeps/index.md", "# Proposals\n")],
            &["not-in-index:- landing page"],
        );
    }
}
