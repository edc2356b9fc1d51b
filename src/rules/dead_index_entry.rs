//! Links of the index page to an OKEP that is not there.

use super::{Check, Edit, Finding, Fix, Rule, Severity};
use crate::okep::register;
use crate::okep::snapshot::Snapshot;
use crate::site::index_page::{IndexPage, LandingEntry};
use crate::text::path::{folder_of, number};
use std::ops::Range;

pub static RULE: Rule = Rule {
    id: "dead-index-entry",
    severity: Severity::Error,
    offence: "the index page lists an OKEP that does not exist",
    why: "The link leads readers to a missing page.",
    bad: "* [BGP](okep-5296-bgp-integration.md)",
    good: "* [BGP](okep-5296-bgp.md)",
    check: Check::Tree(check, Some(fix)),
    fixability: "suggested",
    is_superfluous: true,
    ..Rule::BASE
};

fn check(snapshot: &Snapshot) -> Vec<Finding> {
    let Some(landing) = &snapshot.landing else { return Vec::new() };
    let dead = landing.entries.iter().enumerate().filter(|(_, e)| register::is_dead(snapshot, &e.doc));
    dead.map(|(index, entry)| {
        let okep = register::meant(snapshot, &entry.doc).map(|okep| okep.path.as_str());
        let message = format!("the index page links to `{}`, which does not exist", entry.target);
        let finding = RULE.about(okep, &landing.path, entry.target.clone(), message).index(index);
        let finding = finding.placed(&landing.document.text, entry.span.clone());
        finding.help(remedy(snapshot, landing, entry).0)
    })
    .collect()
}

/// What to do, and the fix that does it, where there is one.
fn remedy(snapshot: &Snapshot, landing: &IndexPage, entry: &LandingEntry) -> (String, Option<Fix>) {
    if let Some(okep) = register::meant(snapshot, &entry.doc).filter(|o| !landing.lists(&o.path)) {
        // Its path, as the index page links to it.
        let below = okep.path.strip_prefix(folder_of(&landing.path));
        let target = below.map_or(okep.path.as_str(), |path| path.trim_start_matches('/'));
        let edit = landing.document.text.slice(entry.span.clone()).rfind(&entry.target).map(|at| {
            let start = entry.span.start + at;
            let anchor = entry.target.find(['#', '?']).map_or("", |at| &entry.target[at..]);
            Edit::replace(&landing.path, start..start + entry.target.len(), format!("{target}{anchor}"))
        });
        let fix = edit.map(|edit| Fix::suggested("update the path", vec![edit]));
        return (format!("link to `{target}`"), fix);
    }
    if let Some(by_hand) = register::first_step(snapshot, number(&entry.doc), Some(&entry.doc)) {
        return (by_hand, None);
    }
    let edit = own_lines(landing, entry).map(|lines| Edit::replace(&landing.path, lines, ""));
    ("delete the link".to_owned(), edit.map(|edit| Fix::suggested("delete its line", vec![edit])))
}

fn fix(snapshot: &Snapshot, finding: &Finding) -> Option<Fix> {
    let landing = snapshot.landing.as_ref()?;
    remedy(snapshot, landing, landing.entries.get(finding.index?)?).1
}

/// The lines of the list item or the table row of which the entry is the only link.
fn own_lines(landing: &IndexPage, entry: &LandingEntry) -> Option<Range<usize>> {
    let text = &landing.document.text;
    let mut lines = text.line_range(entry.span.start);
    let lead = text.slice(lines.start..entry.span.start).trim_start();
    match landing.document.blocks.iter().find(|block| block.span.contains(&entry.span.start)) {
        Some(item) if lead.starts_with(['*', '-', '+']) && !item.has_children => {
            item.marker.filter(|marker| lines.contains(marker))?;
            lines.end = text.line_range(item.span.end.saturating_sub(1)).end;
        }
        // The cells of a table are no blocks.
        None if lead.starts_with('|') => {}
        _ => return None,
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

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, OKEP, check_files, planned, tree};

    #[test]
    fn an_entry_names_an_okep_that_is_there() {
        let alive = "# Proposals\n\n* [Tea](okep-7-faster-tea.md)\n";
        check_files(&[(OKEP, GOOD), ("docs/okeps/index.md", alive)], &[]);
        let dead = format!("{alive}* [Old](okep-6-old-tea.md)\n");
        check_files(
            &[(OKEP, GOOD), ("docs/okeps/index.md", &dead)],
            &["dead-index-entry:4 okep-6-old-tea.md"],
        );
    }

    #[test]
    fn an_entry_with_another_number_is_known_by_the_rest_of_its_name() {
        let check = |entry: &str, expected: &str| {
            let index = format!("# Proposals\n\n* [Tea]({entry})\n");
            let findings = planned(&tree(&[(OKEP, GOOD), ("docs/okeps/index.md", &index)]));
            let fix = findings.iter().find(|f| f.rule == "dead-index-entry").and_then(|f| f.fix.as_ref());
            let edit = &fix.expect("the entry is dead").edits[0];
            let mut fixed = index.clone();
            fixed.replace_range(edit.start..edit.end, &edit.replacement);
            assert_eq!(fixed, format!("# Proposals\n\n{expected}"), "{entry}");
        };
        check("okep-8-faster-tea.md", "* [Tea](okep-7-faster-tea.md)\n");
        check("okep-7-slower-tea.md#goals", "* [Tea](okep-7-faster-tea.md#goals)\n");
        check("okep-8-slower-tea.md", "");
    }

    #[test]
    fn an_entry_is_not_deleted_before_the_okep_has_its_name() {
        let index = "# Proposals\n\n* [Old](okep-6-old-tea.md)\n* [Older](okep-5-tea.md)\n";
        let mut files = vec![("docs/okeps/okep-6-old-tea/proposal.md", GOOD), ("docs/okeps/index.md", index)];
        let has_fix = |files: &[(&str, &str)], subject: &str| {
            let findings = planned(&tree(files));
            let finding =
                findings.iter().find(|f| f.rule == "dead-index-entry" && f.subject.ends_with(subject));
            finding.expect("the entry is dead").fix.is_some()
        };
        assert!(!has_fix(&files, "okep-6-old-tea.md"));
        assert!(has_fix(&files, "okep-5-tea.md"));
        // An OKEP of that number is the one that is meant.
        files.push(("docs/okeps/okep-6-new-tea.md", GOOD));
        assert!(has_fix(&files, "okep-6-old-tea.md"));
    }
}
