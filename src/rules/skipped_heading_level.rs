//! Headings more than one level deeper than the one before.

use super::{Check, PlanFix, Rule};
use crate::rules::context::OkepContext;
use crate::rules::edits::markdown;
use crate::rules::finding::{Detail, Finding, Fix, Severity};

pub static RULE: Rule = Rule {
    id: "skipped-heading-level",
    severity: Severity::Warning,
    offence: "a level grows by more than one",
    why: "Outlines, tables of contents and screen readers show a hole where a level is missing.",
    bad: "## User-Stories/Use-Cases\n\n#### Story 1",
    good: "## User-Stories/Use-Cases\n\n### Story 1",
    check: Check::Okep(check),
    fix: Some(PlanFix::Okep(fix)),
    fixability: "suggested",
    ..Rule::BASE
};

fn check(judged: &OkepContext) -> Vec<Finding> {
    let mut findings = Vec::new();
    for row in 0..judged.okep.outline.rows.len() {
        let (level, before) = (judged.level(row), level_before(judged, row));
        // The section itself stands elsewhere, or the one that it stands right in.
        let around = judged.okep.outline.rows[row].parent.filter(|_| stands_right(judged, row));
        let misplaced = is_misplaced(judged, row) || around.is_some_and(|row| is_misplaced(judged, row));
        if level > before + 1 && !misplaced {
            findings.push(finding(judged, row, before));
        }
    }
    findings
}

/// The level of the heading above a row; without one, of the title, or so deep that nothing is skipped.
fn level_before(judged: &OkepContext, row: usize) -> u8 {
    match row.checked_sub(1) {
        Some(above) => judged.level(above),
        None if judged.okep.title.is_some() => 1,
        None => u8::MAX - 1,
    }
}

fn is_misplaced(judged: &OkepContext, row: usize) -> bool {
    judged.alignment.section_of[row].is_some_and(|s| judged.alignment.misplaced.contains(&s))
}

/// Whether a section of the template stands at its level.
fn stands_right(judged: &OkepContext, row: usize) -> bool {
    let sections = &judged.template().outline.rows;
    judged.alignment.section_of[row].is_some_and(|s| sections[s].level == judged.level(row))
}

fn finding(judged: &OkepContext, row: usize, before: u8) -> Finding {
    let heading = judged.heading(row);
    let level = judged.level(row);
    let above = row.checked_sub(1).map(|r| judged.heading(r));
    let under = above.map_or(String::new(), |h| format!(", under `{}`", h.text));
    let message = format!("`{}` is at level {level} right after level {before}{under}", heading.text);
    let finding = RULE.at(judged, heading.span.clone(), judged.subject_of_row(row), message);
    finding.detail(Detail::Row(row)).help(format!("put it, and what goes with it, at level {}", before + 1))
}

/// Promotes the heading, its siblings and all under them, as far as they go together.
///
/// None where one that goes with them is less deep: it would come to stand inside the one before it.
fn fix(judged: &OkepContext, finding: &Finding) -> Option<Fix> {
    let Detail::Row(row) = finding.detail else { return None };
    let before = level_before(judged, row);
    let by = judged.level(row) - before - 1;
    let rows = &judged.okep.outline.rows;
    let level = rows[row].level;
    let end = (row + 1..rows.len()).find(|r| rows[*r].level < level).unwrap_or(rows.len());
    if rows.get(end).is_some_and(|next| judged.level(end) > before + 1 && next.level < level) {
        return None;
    }
    // A section at the template's level stays there: what is missing is the section around it.
    // A heading of the author's own must not become a section beside the template's.
    let to_the_top = |r: usize| {
        judged.alignment.section_of[r].is_none() && judged.level(r) - by <= judged.template().top_level()
    };
    if (row..end).any(|r| stands_right(judged, r) || (judged.level(r) > by && to_the_top(r))) {
        return None;
    }
    let headings: Vec<usize> = (row..end).map(|r| rows[r].heading).collect();
    let edits = markdown::relevel(judged.document(), &judged.okep.path, &headings, -(by as i8))?;
    Some(Fix::suggested("close the gap in the levels", edits))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{check, with};

    #[test]
    fn a_level_grows_by_one() {
        check(
            &with("A `Kettle`.", "A `Kettle`.\n\n##### Lid\n\n##### Spout\n\nx"),
            &["empty-section:23 Lid", "skipped-heading-level:23 Lid"],
        );
        check(&with("A `Kettle`.", "A `Kettle`.\n\n#### Lid\n\nx\n\n##### Knob\n\nx"), &[]);
    }
}
