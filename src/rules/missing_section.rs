//! Sections of the template that an OKEP does not have.

use super::{Check, Rule};
use crate::finding::{Finding, Fix, Severity};
use crate::fix::markdown;
use crate::judged::Judged;

pub static RULE: Rule = Rule {
    id: "missing-section",
    severity: Severity::Error,
    fix: "suggested (skeleton)",
    offence: "a section of the template is absent",
    why: "Each section is a question reviewers will ask. \"None\" is an answer; silence is not.",
    bad: "## Alternatives\n\n(end of file)",
    good: "## Alternatives\n\nNone that keep the API stable.\n\n## References\n\nNone",
    check: Check::Okep(check),
    of_its_time: true,
};

fn check(judged: &Judged) -> Vec<Finding> {
    if judged.document().is_blank() {
        return Vec::new();
    }
    let rows = &judged.template().outline.rows;
    (0..rows.len())
        .filter(|section| judged.alignment.matches[*section].is_none())
        .map(|section| {
            let name = judged.section_name(section);
            let finding = RULE.absent(judged, name, format!("section `{name}` is missing"));
            let around = rows[section]
                .parent
                .map_or(String::new(), |p| format!(" inside `{}`", judged.section_name(p)));
            let hashes = "#".repeat(rows[section].level.into());
            let finding =
                finding.help(format!("add `{hashes} {name}`{around}{}", neighbour(judged, section)));
            finding.fix(skeleton(judged, section))
        })
        .collect()
}

/// Where the section belongs, told by the nearest sibling that is there.
fn neighbour(judged: &Judged, section: usize) -> String {
    let rows = &judged.template().outline.rows;
    let sibling =
        |s: &usize| rows[*s].parent == rows[section].parent && judged.alignment.matches[*s].is_some();
    let before = (0..section).rev().find(sibling);
    let after = (section + 1..rows.len()).find(sibling);
    let line = |s: usize| judged.heading_of(s).map_or(0, |h| judged.document().text.line_of(h.span.start));
    match (before, after) {
        (Some(s), _) => format!(" after `{}` (line {})", judged.section_name(s), line(s)),
        (None, Some(s)) => format!(" before `{}` (line {})", judged.section_name(s), line(s)),
        (None, None) => String::new(),
    }
}

fn skeleton(judged: &Judged, section: usize) -> Option<Fix> {
    let row = &judged.template().outline.rows[section];
    let parent_is_missing = row.parent.is_some_and(|p| judged.alignment.matches[p].is_none());
    if parent_is_missing || judged.alignment.shift != 0 || judged.document().unclosed_fence.is_some() {
        return None;
    }
    let at = markdown::where_missing(judged, section)?;
    let prompt = markdown::hidden_prompt(judged.template(), section);
    let hashes = "#".repeat(row.level.into());
    let text = format!("{hashes} {}\n\nTBD\n{prompt}", judged.section_source(section));
    let ending = judged.document().text.line_ending_near(at);
    let edit = markdown::insert_section(judged, at, text.trim_end().replace('\n', ending));
    Some(Fix::suggested(format!("add a skeleton of `{}`", row.name.text), vec![edit]))
}
