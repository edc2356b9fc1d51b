//! OKEPs that the landing page does not list.

use super::{Check, Rule};
use crate::finding::{Edit, Finding, Fix, Severity};
use crate::model::landing::{Landing, LandingEntry};
use crate::model::okep::Okep;
use crate::model::path::folder_of;
use crate::model::register;
use crate::model::snapshot::Snapshot;
use crate::model::title::PREFIX;

pub static RULE: Rule = Rule {
    id: "not-in-index",
    severity: Severity::Warning,
    fix: "suggested",
    offence: "landing page exists and does not list it",
    why: "Who comes through the landing page takes what it lists for all there is.",
    bad: "* [BGP](okep-5296-bgp.md)",
    good: "* [BGP](okep-5296-bgp.md)\n* [EVPN](okep-5088-evpn.md)",
    check: Check::Tree(check),
    of_its_time: false,
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

fn finding(snapshot: &Snapshot, landing: &Landing, okep: &Okep) -> Finding {
    let target = relative(&landing.path, &okep.path);
    let message = format!("the landing page does not list `{target}`");
    let finding = RULE.about(Some(&okep.path), &landing.path, SUBJECT, message);
    let siblings: Vec<(u64, &LandingEntry)> =
        landing.entries.iter().filter_map(|e| Some((snapshot.number_of(&e.doc)?, e))).collect();
    let number = okep.number();
    let ascending = siblings.is_sorted_by_key(|(n, _)| *n);
    let behind = match number.filter(|_| ascending) {
        Some(number) => siblings.iter().rev().find(|(n, _)| *n < number),
        None => siblings.last(),
    };
    let Some((entry, before)) = behind.map(|(_, e)| (e, false)).or(siblings.first().map(|(_, e)| (e, true)))
    else {
        return finding.help(format!("link to `{target}` from it"));
    };
    let text = &landing.document.text;
    let mut finding = finding;
    finding.place = Some(text.place(entry.span.clone()));
    let Some(line) = like(landing, entry, okep, &target) else {
        return finding.help(format!("link to `{target}` beside the others"));
    };
    let around = text.line_range(entry.span.start);
    let ending = text.line_ending_near(around.end);
    let edit = match (before, text.slice(around.clone()).ends_with('\n')) {
        (true, _) => Edit::insert(&landing.path, around.start, format!("{line}{ending}")),
        (false, true) => Edit::insert(&landing.path, around.end, format!("{line}{ending}")),
        (false, false) => Edit::insert(&landing.path, around.end, format!("{ending}{line}")),
    };
    let title = "list it on the landing page";
    finding.help(format!("add `{}`", line.trim())).fix(Some(Fix::suggested(title, vec![edit])))
}

/// A line for the OKEP in the form of the entry beside it: a list item or a row of a table.
fn like(landing: &Landing, entry: &LandingEntry, okep: &Okep, target: &str) -> Option<String> {
    let text = &landing.document.text;
    let line = text.line_range(entry.span.start);
    let source = text.slice(entry.span.clone());
    let before = text.slice(line.start..entry.span.start);
    let whole = text.slice(line.clone()).trim_end();
    let label = source.strip_prefix('[')?.split("](").next()?;
    let title = register::label(okep).replace(['[', ']', '|'], "");
    let number = okep.number();
    let label = match number {
        Some(n) if label.to_ascii_uppercase().starts_with(PREFIX) => format!("{PREFIX}-{n}: {title}"),
        Some(n) if label.trim_start_matches('#').parse::<u64>().is_ok() => {
            label.replace(|c: char| c.is_ascii_digit(), "").to_owned() + &n.to_string()
        }
        _ => title,
    };
    // Neither blanks nor brackets may stand in a link as they are.
    let target = target.replace('%', "%25").replace(' ', "%20").replace('(', "%28").replace(')', "%29");
    let link = format!("[{label}]({target})");
    let lead = before.trim_start();
    if lead.starts_with('|') {
        let cells = whole.matches('|').count().saturating_sub(1);
        let at = before.matches('|').count().saturating_sub(1);
        let row: Vec<&str> = (0..cells).map(|i| if i == at { link.as_str() } else { "" }).collect();
        return (cells > at).then(|| format!("| {} |", row.join(" | ")));
    }
    let is_item =
        lead.starts_with(['*', '-', '+']) && lead.trim_start_matches(['*', '-', '+']).trim().is_empty();
    is_item.then(|| format!("{before}{link}"))
}

/// The path of `to` as a link from the file at `from` in the same folder or one above it.
fn relative(from: &str, to: &str) -> String {
    to.strip_prefix(folder_of(from)).map_or(to, |rest| rest.trim_start_matches('/')).to_owned()
}
