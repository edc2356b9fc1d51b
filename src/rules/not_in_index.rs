//! OKEPs that the index page does not list.

use super::{Check, Edit, Finding, Fix, Rule, Severity};
use crate::okep::proposal::Okep;
use crate::okep::register;
use crate::okep::snapshot::Snapshot;
use crate::okep::title::PREFIX;
use crate::site::index_page::IndexPage;

use std::collections::BTreeSet;

pub static RULE: Rule = Rule {
    id: "not-in-index",
    severity: Severity::Warning,
    offence: "the index page does not list the OKEP",
    why: "Readers who come through the index page take its list for complete.",
    bad: "* [BGP](okep-5296-bgp.md)",
    good: "* [BGP](okep-5296-bgp.md)\n* [EVPN](okep-5088-evpn.md)",
    check: Check::Tree(check, Some(fix)),
    fixability: "suggested",
    ..Rule::BASE
};

/// Not the path: an OKEP that moves is missing as it was before.
const SUBJECT: &str = "index page";

fn check(snapshot: &Snapshot) -> Vec<Finding> {
    let landing = snapshot.landing.as_ref().filter(|landing| is_list(snapshot, landing));
    let Some(landing) = landing else { return Vec::new() };
    // An entry that still names it by an earlier path is one cause, and `dead-index-entry` reports it; one that
    // names it by the right path another, which the finding about its own path is enough for.
    let meant = |doc: &str| match register::is_dead(snapshot, doc) {
        true => register::meant(snapshot, doc),
        false => snapshot.okep_at_wrong_path(doc),
    };
    let entries = landing.entries.iter().filter_map(|entry| meant(&entry.doc));
    let renamed: Vec<&str> = entries.map(|okep| okep.path.as_str()).collect();
    let is_named = |okep: &Okep| {
        okep.number().is_some_and(|number| landing.names(&okep.path, &format!("{PREFIX}-{number}")))
    };
    let is_listed = |o: &&Okep| landing.lists(&o.path) || renamed.contains(&o.path.as_str()) || is_named(o);
    let missing = snapshot.okeps.iter().filter(|okep| !is_listed(okep));
    missing.map(|okep| finding(snapshot, landing, okep)).collect()
}

/// Whether a page lists OKEPs: it links to two of them at least.
fn is_list(snapshot: &Snapshot, landing: &IndexPage) -> bool {
    let entries = landing.entries.iter().filter(|e| e.is_listed);
    let docs = entries.map(|e| &e.doc).chain(landing.others.iter().filter(|doc| snapshot.contains(doc)));
    let numbers: BTreeSet<u64> = docs.filter_map(|doc| snapshot.number_of(doc)).collect();
    numbers.len() > 1
}

fn finding(snapshot: &Snapshot, landing: &IndexPage, okep: &Okep) -> Finding {
    let plan = register::index_plan(snapshot, landing, okep);
    let message = format!("the index page does not list `{}`", plan.target);
    let mut finding = RULE.about(Some(&okep.path), &landing.path, SUBJECT, message);
    finding.place = plan.next_to.map(|entry| landing.document.text.place(entry));
    let add = |(_, line): (_, String)| format!("add `{}`", line.trim());
    finding.help(plan.edit.map_or_else(|by_hand| by_hand, add))
}

fn fix(snapshot: &Snapshot, finding: &Finding) -> Option<Fix> {
    let landing = snapshot.landing.as_ref()?;
    let okep = snapshot.okep(finding.okep.as_deref()?)?;
    let plan = register::index_plan(snapshot, landing, okep);
    let (span, line) = plan.edit.ok()?;
    Some(Fix::suggested("list it on the index page", vec![Edit::replace(&landing.path, span, line)]))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, NAV, OKEP, check_files};

    #[test]
    fn an_okep_is_listed_on_the_index_page() {
        let (eight, nine) = (other(8), other(9));
        let nav = format!("{NAV}    - okeps/okep-8-tea.md\n    - okeps/okep-9-tea.md\n");
        let check = |page: &str, expected: &[&str]| {
            let files = [
                (OKEP, GOOD),
                ("docs/okeps/okep-8-tea.md", &eight),
                ("docs/okeps/okep-9-tea.md", &nine),
                ("mkdocs.yml", &nav),
                ("docs/okeps/index.md", page),
            ];
            check_files(&files, expected);
        };
        let both = "# Proposals\n\n* [A](okep-8-tea.md)\n* [B](okep-9-tea.md)\n";
        check(both, &["not-in-index:3 index page"]);
        check(&format!("{both}* [Tea](okep-7-faster-tea.md#goals)\n"), &[]);
        // A page that names one or none of them is no list.
        check("# Proposals\n", &[]);
        check("# Proposals\n\nAn example is [this one](okep-8-tea.md).\n", &[]);
        check("# Proposals\n\nRead [this one](okep-8-tea.md) or [that one](okep-9-tea.md).\n", &[]);
        // Without a link, or by an address of the repository, it is listed too.
        check(&format!("{both}* OKEP-7 Faster Tea\n"), &[]);
        check(&format!("{both}\n| **okep-7** | Tea |\n|---|---|\n"), &[]);
        let blob = "https://github.com/org/net/blob/main/docs/okeps/okep-7-faster-tea.md";
        check(&format!("{both}* [Tea]({blob}#goals)\n"), &[]);
        for other in ["* OKEP-77 Tea\n", "\nIt is not OKEP-7.\n", &format!("* [Tea]({blob}x)\n")] {
            check(&format!("{both}{other}"), &["not-in-index:3 index page"]);
        }
        // By the address of a page it is listed too.
        check(&format!("{both}* [Tea](okep-7-faster-tea/)\n"), &[]);
    }

    fn other(number: u32) -> String {
        GOOD.replace("OKEP-7", &format!("OKEP-{number}"))
            .replace("#7", &format!("#{number}"))
            .replace("/7)", &format!("/{number})"))
    }
}
