//! OKEPs that the site's navigation does not show.

use super::{Check, Edit, Finding, Fix, Rule, Severity};
use crate::okep::nav_entries::{dead_entries, meant};
use crate::okep::proposal::Okep;
use crate::okep::register;
use crate::okep::snapshot::Snapshot;
use crate::site::mkdocs::{Registered, Site};
use crate::site::nav_edit;
use std::collections::HashSet;

pub static RULE: Rule = Rule {
    id: "not-in-nav",
    severity: Severity::Error,
    offence: "the OKEP is missing from `nav`",
    why: "Readers of the site find pages through the navigation. MkDocs builds a page that is missing from \
          it without a warning, even in strict mode.",
    bad: "nav:\n  - Enhancement Proposals:\n    - BGP: okeps/okep-5296-bgp.md",
    good: "nav:\n  - Enhancement Proposals:\n    - BGP: okeps/okep-5296-bgp.md\n    - EVPN: okeps/okep-5088-evpn.md",
    check: Check::Tree(check, Some(fix)),
    fixability: "safe, suggested where an entry has its title and the path of another",
    ..Rule::BASE
};

/// Not the path: an OKEP that moves is missing as it was before.
const SUBJECT: &str = "nav";

fn check(snapshot: &Snapshot) -> Vec<Finding> {
    let Some(site) = &snapshot.site else { return Vec::new() };
    // An entry that means it is one cause, which `dead-nav-entry` reports.
    let dead = dead_entries(snapshot);
    let dead = dead.iter().filter(|dead| dead.meant.len() == 1).map(|dead| dead.meant[0]);
    // Neither is one missing whose own path is wrong, and which an entry names by the right one.
    let docs = site.nav.entries().iter().filter_map(|entry| entry.doc.as_deref());
    let misnamed = docs.clone().filter_map(|doc| snapshot.okep_at_wrong_path(doc));
    // What is behind a symbolic link of its name is unknown, and may be the OKEP.
    let is_linked = |doc: &&str| snapshot.contains(doc) && snapshot.tree.is_symlink(doc);
    let linked = docs.filter(is_linked).flat_map(|doc| meant(snapshot, doc));
    let meant: HashSet<&str> = dead.chain(misnamed).chain(linked).map(|okep| okep.path.as_str()).collect();
    let copied = register::copied_entries(snapshot);
    let found = |okep: &Okep| match site.registered(&okep.path) {
        Registered::Missing => {
            let copy = copied.iter().find(|(_, of)| of.path == okep.path).map(|(index, _)| *index);
            Some(missing(snapshot, site, okep, copy))
        }
        Registered::OutsideDocsDir => Some(outside(site, okep)),
        _ => None,
    };
    snapshot.okeps.iter().filter(|okep| !meant.contains(okep.path.as_str())).filter_map(found).collect()
}

/// What to say of an OKEP that `nav` lacks; `copy` is the index of the entry that has its title and another's path.
fn missing(snapshot: &Snapshot, site: &Site, okep: &Okep, copy: Option<usize>) -> Finding {
    let target = site.target(&okep.path).unwrap_or_else(|| okep.path.clone());
    let register = site.nav.tree().map_or(site.path.as_str(), |t| t.path.as_str());
    let message = format!("`{target}` is not in `nav`");
    let mut finding = RULE.about(Some(&okep.path), register, SUBJECT, message);
    finding.index = copy;
    let Some(text) = snapshot.text(register) else { return finding };
    if let Some(entry) = copy.map(|index| &site.nav.entries()[index]) {
        let title = entry.title.as_deref().unwrap_or_default();
        let help = format!("`{title}` has the path `{}`; change it to `{target}`", entry.target);
        return finding.placed(&text, entry.span.clone()).help(help);
    }
    let plan = register::nav_plan(snapshot, site, okep, &text, false);
    let add = |(_, line): (_, String)| format!("add `{}`", line.trim().trim_start_matches("- "));
    finding.placed(&text, plan.place).help(plan.edit.map_or_else(|why| why, add))
}

fn fix(snapshot: &Snapshot, finding: &Finding) -> Option<Fix> {
    let site = snapshot.site.as_ref()?;
    let is_missing = |okep: &&Okep| site.registered(&okep.path) == Registered::Missing;
    let okep = snapshot.okep(finding.okep.as_deref()?).filter(is_missing)?;
    let text = &*snapshot.text(&finding.path)?;
    let plan = match finding.index {
        Some(copy) => nav_edit::retarget(site, text.as_str().as_bytes(), copy, &okep.path, None),
        None => register::nav_plan(snapshot, site, okep, text, true),
    };
    let edits = plan.edit.ok().map(|(span, new)| vec![Edit::replace(&plan.path, span, new)])?;
    Some(match finding.index {
        Some(_) => Fix::suggested("correct the path", edits),
        None => Fix::safe("add it to `nav`", edits),
    })
}

fn outside(site: &Site, okep: &Okep) -> Finding {
    let docs = site.docs_dir.as_deref().unwrap_or_default();
    let message =
        format!("`{}` is outside of the docs folder `{docs}`, so the site does not include it", okep.path);
    let finding = RULE.about(Some(&okep.path), &site.path, SUBJECT, message);
    finding.help("move it into the docs folder, or set `docs_dir`")
}

#[cfg(test)]
mod tests {
    use crate::files::{Content, File};
    use crate::rules::test_support::{GOOD, NAV, OKEP, check_files, found, of_rule, planned, tree};

    #[test]
    fn an_entry_with_its_title_and_the_path_of_another_is_one_finding() {
        let other = GOOD.replace("OKEP-7", "OKEP-8").replace("#7", "#8").replace("/7)", "/8)");
        let other = other.replacen("Faster Tea", "Slow Coffee", 1);
        let check = |title: &str, expected: &[&str]| {
            let nav = format!("{NAV}    - {title}: okeps/okep-7-faster-tea.md\n");
            let files = [(OKEP, GOOD), ("docs/okeps/okep-8-coffee.md", &*other), ("mkdocs.yml", &*nav)];
            check_files(&files, expected);
            let found = planned(&tree(&files));
            let fix = found
                .iter()
                .find(|f| f.rule == "not-in-nav")
                .and_then(|f| f.fix.clone())
                .expect("it has one");
            fix.edits[0].replacement.clone()
        };
        for title in ["Slow Coffee", "slow coffee", "\"OKEP-8: Slow Coffee\""] {
            assert_eq!(check(title, &["not-in-nav:4 nav"]), "okeps/okep-8-coffee.md");
        }
        let added =
            check("Faster Tea", &["not-in-nav:4 nav", "duplicate-nav-entry:4 okeps/okep-7-faster-tea.md"]);
        assert_eq!(added, "    - Slow Coffee: okeps/okep-8-coffee.md\n");
    }

    #[test]
    fn the_title_has_no_attribute_list() {
        let document = GOOD.replacen("Faster Tea", "Faster Tea { #tea .x }", 1);
        let files = [(OKEP, document.as_str()), ("mkdocs.yml", "nav:\n  - Home: index.md\n")];
        let found = planned(&tree(&files));
        let found = found.iter().find(|f| f.rule == "not-in-nav").expect("it is not in nav");
        assert_eq!(found.help, ["add `Faster Tea: okeps/okep-7-faster-tea.md`"]);
    }

    #[test]
    fn an_okep_is_in_nav() {
        let commented = "nav:\n  - Home: index.md\n  - Proposals:\n    # - Faster Tea: okeps/okep-7-faster-tea.md\n    - x.md\n";
        check_files(&[(OKEP, GOOD), ("mkdocs.yml", commented)], &["not-in-nav:5 nav"]);
        check_files(&[(OKEP, GOOD), ("mkdocs.yml", NAV)], &[]);
    }

    #[test]
    fn a_site_without_nav_shows_every_page() {
        check_files(&[(OKEP, GOOD), ("mkdocs.yml", "site_name: x\n")], &[]);
        check_files(&[(OKEP, GOOD), ("mkdocs.yml", "nav:\n")], &[]);
    }

    #[test]
    fn what_is_behind_a_link_of_its_name_may_be_the_okep() {
        let check = |link: &str, expected: &[&str]| {
            let nav = format!("nav:\n  - A: okeps/{link}\n");
            let files = [("docs/okeps/okep-7-tea/okep-7-tea.md", GOOD), ("mkdocs.yml", &nav)];
            let link = (format!("docs/okeps/{link}"), Some(File { id: None, content: Content::Symlink }));
            assert_eq!(of_rule("not-in-nav", found(&tree(&files).with([link]))), expected);
        };
        check("okep-7-tea.md", &[]);
        check("okep-7-faster-tea.md", &[]);
        check("okep-8-coffee.md", &["not-in-nav:2 nav"]);
    }
}
