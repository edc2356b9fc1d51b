//! Entries of `nav` that name an OKEP that is not there.

use super::{Check, PlanFix, Rule};
use crate::okep::proposal::Okep;
use crate::okep::register;
use crate::okep::snapshot::Snapshot;
use crate::rules::finding::{Detail, Edit, Finding, Fix, Severity};
use crate::site::mkdocs::{NavEntry, Site};
use crate::site::nav_edit;
use crate::site::nav_edit::NavPlan;
use crate::text::Text;

pub static RULE: Rule = Rule {
    id: "dead-nav-entry",
    severity: Severity::Error,
    offence: "`nav` names an OKEP that is not there",
    why: "The entry leads readers to a missing page, and a build in strict mode fails.",
    bad: "- BGP: okeps/okep-5296-bgp-integration.md",
    good: "- BGP: okeps/okep-5296-bgp.md",
    check: Check::Tree(check),
    fix: Some(PlanFix::Tree(fix)),
    fixability: "suggested",
    ..Rule::BASE
};

fn check(snapshot: &Snapshot) -> Vec<Finding> {
    let Some(site) = &snapshot.site else { return Vec::new() };
    let entries = site.nav.entries().iter().enumerate();
    let dead = entries.filter_map(|(index, entry)| {
        let doc = entry.doc.as_deref()?;
        register::is_dead(snapshot, doc).then(|| finding(snapshot, site, index, entry, doc))
    });
    dead.collect()
}

fn finding(snapshot: &Snapshot, site: &Site, index: usize, entry: &NavEntry, doc: &str) -> Finding {
    let register = site.nav.tree().map_or(site.path.as_str(), |t| t.path.as_str());
    let meant = register::meant(snapshot, doc);
    let message = format!("`nav` names `{}`, which is not there", entry.target);
    let mut finding = RULE.about(meant.map(|o| o.path.as_str()), register, entry.target.clone(), message);
    finding.detail = Detail::Entry(index);
    let Some(text) = snapshot.text(register) else { return finding };
    finding.place = Some(text.place(entry.span.clone()));
    match plan(snapshot, site, index, doc, &text) {
        Plan::Awaited(folder) => finding.help(format!("name the proposal in `{folder}` first")),
        Plan::Edit(NavPlan { edit: Err(why), .. }) => finding.help(why),
        Plan::Edit(_) => match unlisted(snapshot, site, doc) {
            Some(okep) => {
                let target = site.target(&okep.path).unwrap_or_else(|| okep.path.clone());
                finding.help(format!("name `{target}`"))
            }
            None => finding.help("delete the entry"),
        },
    }
}

fn fix(snapshot: &Snapshot, finding: &Finding) -> Option<Fix> {
    let site = snapshot.site.as_ref()?;
    let Detail::Entry(index) = finding.detail else { return None };
    let doc = site.nav.entries().get(index)?.doc.as_deref()?;
    let text = &*snapshot.text(&finding.path)?;
    let Plan::Edit(plan) = plan(snapshot, site, index, doc, text) else { return None };
    let (span, replacement) = plan.edit.ok()?;
    let title = match unlisted(snapshot, site, doc) {
        Some(_) => "name the file it is now",
        None => "delete the entry",
    };
    Some(Fix::suggested(title, vec![Edit::replace(&plan.path, span, replacement)]))
}

enum Plan<'a> {
    /// A folder named like the OKEP is there, and holds none yet.
    Awaited(&'a str),
    Edit(NavPlan),
}

fn plan<'a>(snapshot: &'a Snapshot, site: &Site, index: usize, doc: &str, text: &Text) -> Plan<'a> {
    let bytes = text.as_str().as_bytes();
    if let Some(okep) = unlisted(snapshot, site, doc) {
        return Plan::Edit(nav_edit::retarget(site, bytes, index, &okep.path));
    }
    match register::awaited(snapshot, doc) {
        Some(folder) => Plan::Awaited(folder),
        None => Plan::Edit(nav_edit::remove(site, bytes, index)),
    }
}

/// The OKEP that a dead entry means, where no other entry names it.
fn unlisted<'a>(snapshot: &'a Snapshot, site: &Site, doc: &str) -> Option<&'a Okep> {
    register::meant(snapshot, doc).filter(|okep| site.nav.entry_of(&okep.path).is_none())
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, NAV, OKEP, check_files, planned, tree};

    #[test]
    fn an_entry_names_a_file_that_is_there() {
        let dead = ["dead-nav-entry:3 okeps/okep-7-faster-tea.md"];
        check_files(&[("mkdocs.yml", NAV)], &dead);
        check_files(&[("docs/okeps/okep-7-tea/okep-7-tea.md", GOOD), ("mkdocs.yml", NAV)], &dead);
        check_files(&[(OKEP, GOOD), ("mkdocs.yml", NAV)], &[]);
    }

    #[test]
    fn an_entry_is_not_deleted_before_the_okep_has_its_name() {
        let entries =
            "nav:\n  - Old: okeps/okep-6-old-tea.md\n  - Older: okeps/okep-5-tea.md\n  - index.md\n";
        let mut files = vec![("docs/okeps/okep-6-old-tea/proposal.md", GOOD), ("mkdocs.yml", entries)];
        let has_fix = |files: &[(&str, &str)], subject: &str| {
            let findings = planned(&tree(files));
            let finding =
                findings.iter().find(|f| f.rule == "dead-nav-entry" && f.subject.ends_with(subject));
            finding.expect("the entry is dead").fix.is_some()
        };
        assert!(!has_fix(&files, "okep-6-old-tea.md"));
        assert!(has_fix(&files, "okep-5-tea.md"));
        // An OKEP of that number is the one that is meant.
        files.push(("docs/okeps/okep-6-new-tea.md", GOOD));
        assert!(has_fix(&files, "okep-6-old-tea.md"));
    }
}
