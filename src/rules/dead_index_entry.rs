//! Links of the landing page to an OKEP that is not there.

use super::{Check, Rule};
use crate::okep::register;
use crate::okep::snapshot::Snapshot;
use crate::rules::finding::{Edit, Finding, Fix, Severity};
use crate::site::index_page::{IndexPage, LandingEntry};
use crate::text::path::folder_of;
use std::ops::Range;

pub static RULE: Rule = Rule {
    id: "dead-index-entry",
    severity: Severity::Error,
    fix: "suggested",
    offence: "landing page names an OKEP that is not there",
    why: "The link leads readers to a missing page.",
    bad: "* [BGP](okep-5296-bgp-integration.md)",
    good: "* [BGP](okep-5296-bgp.md)",
    check: Check::Tree(check),
    grandfatherable: false,
};

fn check(snapshot: &Snapshot) -> Vec<Finding> {
    let Some(landing) = &snapshot.landing else { return Vec::new() };
    let dead = landing.entries.iter().filter(|e| register::is_dead(snapshot, &e.doc));
    dead.map(|entry| finding(snapshot, landing, entry)).collect()
}

fn finding(snapshot: &Snapshot, landing: &IndexPage, entry: &LandingEntry) -> Finding {
    let text = &landing.document.text;
    let meant = register::meant(snapshot, &entry.doc);
    let message = format!("the landing page links to `{}`, which is not there", entry.target);
    let mut finding =
        RULE.about(meant.map(|o| o.path.as_str()), &landing.path, entry.target.clone(), message);
    finding.place = Some(text.place(entry.span.clone()));
    let source = text.slice(entry.span.clone());
    match meant.filter(|o| !landing.lists(&o.path)) {
        Some(okep) => {
            let folder = folder_of(&landing.path);
            let target =
                okep.path.strip_prefix(folder).map_or(okep.path.as_str(), |p| p.trim_start_matches('/'));
            let anchor = entry.target.find(['#', '?']).map_or("", |at| &entry.target[at..]);
            let finding = finding.help(format!("link to `{target}`"));
            let fix = source.rfind(&entry.target).map(|at| {
                let start = entry.span.start + at;
                let span = start..start + entry.target.len();
                let edit = Edit::replace(&landing.path, span, format!("{target}{anchor}"));
                Fix::suggested("link to the file it is now", vec![edit])
            });
            finding.fix(fix)
        }
        None => {
            if let Some(folder) = register::awaited(snapshot, &entry.doc) {
                return finding.help(format!("name the proposal in `{folder}` first"));
            }
            let lines = own_lines(landing, entry);
            let delete =
                |lines| Fix::suggested("delete its line", vec![Edit::replace(&landing.path, lines, "")]);
            finding.help("delete the link").fix(lines.map(delete))
        }
    }
}

/// The lines of the list item or the table row of which the entry is the only link.
fn own_lines(landing: &IndexPage, entry: &LandingEntry) -> Option<Range<usize>> {
    let text = &landing.document.text;
    let mut lines = text.line_range(entry.span.start);
    let lead = text.slice(lines.start..entry.span.start).trim_start();
    if lead.starts_with(['*', '-', '+']) {
        let item =
            landing.document.blocks.iter().find(|b| {
                b.marker.is_some_and(|m| lines.contains(&m)) && b.span.contains(&entry.span.start)
            })?;
        if item.has_children {
            return None;
        }
        lines.end = text.line_range(item.span.end.saturating_sub(1)).end;
    } else if !lead.starts_with('|') {
        return None;
    }
    if landing.document.links.iter().filter(|l| lines.contains(&l.span.start)).count() != 1 {
        return None;
    }
    // Where the last line has no break, the lines before give up theirs.
    if !text.slice(lines.clone()).ends_with('\n') {
        lines.start = text.slice(0..lines.start).trim_end_matches(['\n', '\r']).len();
    }
    Some(lines)
}
