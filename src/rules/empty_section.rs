//! Headings with nothing under them.

use super::{Check, PlanFix, Rule};
use crate::markdown::placeholder::is_stub;
use crate::rules::context::OkepContext;
use crate::rules::edits::markdown;
use crate::rules::finding::{Detail, Finding, Fix, Severity};

pub static RULE: Rule = Rule {
    id: "empty-section",
    severity: Severity::Warning,
    offence: "heading with neither text nor deeper headings; says when the content stands in sibling headings",
    why: "A heading without an answer leaves readers guessing whether there is none or it was \
          forgotten. \"None\" and \"N/A\" are answers.",
    bad: "## Non-Goals\n\n## Introduction",
    good: "## Non-Goals\n\nNone\n\n## Introduction",
    check: Check::Okep(check),
    fix: Some(PlanFix::Okep(fix)),
    fixability: "suggested where siblings hold its content",
    ..Rule::BASE
};

fn check(judged: &OkepContext) -> Vec<Finding> {
    let rows = judged.okep.outline.rows.len();
    let empty = (0..rows)
        .filter(|row| !judged.heading(*row).has_content && !judged.okep.outline.has_children(*row))
        .filter(|row| !is_stub(judged.document(), judged.heading(*row)));
    empty.map(|row| finding(judged, row).detail(Detail::Row(row))).collect()
}

fn finding(judged: &OkepContext, row: usize) -> Finding {
    let heading = judged.heading(row);
    let subject = judged.subject_of_row(row);
    let siblings = judged.adopted_by(row);
    let Some(first) = siblings.first() else {
        let message = format!("section `{}` is empty", heading.text);
        let finding = RULE.at(judged, heading.span.clone(), subject, message);
        return finding.help("write it, or say `None` or `N/A` if there is nothing to say");
    };
    let names: Vec<String> = siblings.iter().map(|r| format!("`{}`", judged.heading(*r).text)).collect();
    let shown = match names.len() {
        0..=3 => names.join(", "),
        more => format!("{} and {} more", names[..2].join(", "), more - 2),
    };
    let message =
        format!("section `{}` is empty; its content seems to stand beside it, in {shown}", heading.text);
    let finding = RULE.at(judged, heading.span.clone(), subject, message);
    let finding = finding.related(judged, judged.heading(*first).span.clone(), "the first heading beside it");
    finding.help("put the headings that follow one level deeper, if they belong to it")
}

/// Puts the siblings that hold the section's content, with all under them, one level deeper.
fn fix(judged: &OkepContext, finding: &Finding) -> Option<Fix> {
    let Detail::Row(row) = finding.detail else { return None };
    let siblings = judged.adopted_by(row);
    let (first, last) = (*siblings.first()?, *siblings.last()?);
    let rows = &judged.okep.outline.rows;
    let level = rows[last].level;
    let end = (last + 1..rows.len()).find(|r| rows[*r].level <= level).unwrap_or(rows.len());
    let headings: Vec<usize> = (first..end).map(|r| rows[r].heading).collect();
    let edits = markdown::relevel(judged.document(), &judged.okep.path, &headings, 1)?;
    Some(Fix::suggested("put the headings that follow one level deeper", edits))
}
