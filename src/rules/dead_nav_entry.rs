//! Entries of `nav` that name an OKEP that is not there.

use super::{Check, Rule};
use crate::okep::register;
use crate::okep::snapshot::Snapshot;
use crate::rules::finding::{Edit, Finding, Fix, Severity};
use crate::site::mkdocs::{NavEntry, Site};
use crate::site::nav_edit;

pub static RULE: Rule = Rule {
    id: "dead-nav-entry",
    severity: Severity::Error,
    fix: "suggested",
    offence: "`nav` names an OKEP that is not there",
    why: "The entry leads readers to a missing page, and a build in strict mode fails.",
    bad: "- BGP: okeps/okep-5296-bgp-integration.md",
    good: "- BGP: okeps/okep-5296-bgp.md",
    check: Check::Tree(check),
    grandfatherable: false,
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
    let Some(text) = snapshot.texts.get(register).filter(|_| snapshot.plans) else { return finding };
    finding.place = Some(text.place(entry.span.clone()));
    let bytes = text.as_str().as_bytes();
    let listed = |path: &str| site.nav.entry_of(path).is_some();
    let (plan, title, help) = match meant.filter(|o| !listed(&o.path)) {
        Some(okep) => {
            let target = site.target(&okep.path).unwrap_or_else(|| okep.path.clone());
            let plan = nav_edit::retarget(site, bytes, index, &okep.path);
            (plan, "name the file it is now", format!("name `{target}`"))
        }
        None => {
            if let Some(folder) = register::awaited(snapshot, doc) {
                return finding.help(format!("name the proposal in `{folder}` first"));
            }
            (nav_edit::remove(site, bytes, index), "delete the entry", "delete the entry".to_owned())
        }
    };
    match plan.edit {
        Ok((span, replacement)) => {
            let edit = Edit::replace(&plan.path, span, replacement);
            finding.help(help).fix(Some(Fix::suggested(title, vec![edit])))
        }
        Err(why) => finding.help(why),
    }
}
