//! OKEPs that `nav` names twice, or outside the section that holds the others.

use super::{Check, Rule};
use crate::finding::{Finding, Related, Severity};
use crate::model::mkdocs::{NavEntry, Site};
use crate::model::snapshot::Snapshot;
use crate::text::Text;

pub static RULE: Rule = Rule {
    id: "duplicate-nav-entry",
    severity: Severity::Warning,
    fix: "-",
    offence: "`nav` names it twice, or outside the section that holds the others",
    why: "MkDocs shows a page at one place of the navigation only; the other entry leads readers astray.",
    bad: "- BGP: okeps/okep-5296-bgp.md\n- Border Gateway Protocol: okeps/okep-5296-bgp.md",
    good: "- BGP: okeps/okep-5296-bgp.md",
    check: Check::Tree(check),
    of_its_time: false,
};

fn check(snapshot: &Snapshot) -> Vec<Finding> {
    let Some(site) = &snapshot.site else { return Vec::new() };
    let register = site.nav.tree().map_or(site.path.as_str(), |t| t.path.as_str());
    let Some(text) = snapshot.texts.get(register) else { return Vec::new() };
    let entries: Vec<(&NavEntry, &str)> = site
        .nav
        .entries()
        .iter()
        .filter_map(|e| Some((e, e.doc.as_deref()?)))
        .filter(|(_, doc)| snapshot.number_of(doc).is_some() && snapshot.paths.contains(*doc))
        .collect();
    let mut findings = twice(&entries, register, text);
    findings.extend(outside(site, &entries, register, text));
    findings
}

fn twice(entries: &[(&NavEntry, &str)], register: &str, text: &Text) -> Vec<Finding> {
    let again = entries.iter().enumerate().filter_map(|(i, (entry, doc))| {
        let (first, _) = entries[..i].iter().find(|(_, d)| d == doc)?;
        let line = text.line_of(first.span.start);
        let message = format!("`{}` stands in `nav` already, at line {line}", entry.target);
        let mut finding = RULE.about(Some(doc), register, entry.target.clone(), message);
        finding.place = Some(text.place(entry.span.clone()));
        let place = Some(text.place(first.span.clone()));
        finding.related.push(Related { path: register.to_owned(), place, message: "first here".into() });
        Some(finding.help("delete one of the two entries"))
    });
    again.collect()
}

/// Entries outside the innermost section that holds all other OKEPs, of which there must be two.
fn outside(site: &Site, entries: &[(&NavEntry, &str)], register: &str, text: &Text) -> Vec<Finding> {
    let strays = entries.iter().enumerate().filter_map(|(i, (entry, doc))| {
        let others: Vec<&NavEntry> = entries
            .iter()
            .enumerate()
            .filter(|(j, (_, d))| *j != i && d != doc)
            .map(|(_, (e, _))| *e)
            .collect();
        let home = common(&others);
        // Groups inside one section are an order of their own.
        if others.len() < 2 || home.is_empty() || entry.section.first() == home.first() {
            return None;
        }
        let home = &home[..1];
        let message =
            format!("`{}` stands outside `{}`, which holds the other OKEPs", entry.target, home.join(" / "));
        let mut finding = RULE.about(Some(doc), register, entry.target.clone(), message);
        finding.place = Some(text.place(entry.span.clone()));
        Some(finding.help(format!("move the entry to `{}` in `{}`", home.join(" / "), site.path)))
    });
    strays.collect()
}

fn common<'a>(entries: &[&'a NavEntry]) -> &'a [String] {
    let Some((first, rest)) = entries.split_first() else { return &[] };
    let shared = rest.iter().fold(first.section.len(), |n, e| {
        n.min(first.section.iter().zip(&e.section).take_while(|(a, b)| a == b).count())
    });
    &first.section[..shared]
}
