//! Headings more than one level deeper than the one before.

use super::{Check, Finding, Fix, OkepContext, Per, Rule, Severity};
use crate::rules::edits::markdown;

pub static RULE: Rule = Rule {
    id: "skipped-heading-level",
    severity: Severity::Warning,
    offence: "a heading level is skipped",
    why: "Outlines, tables of contents and screen readers show a gap where a level is missing.",
    bad: "## User-Stories/Use-Cases\n\n#### Story 1",
    good: "## User-Stories/Use-Cases\n\n### Story 1",
    check: Check::Okep(Per::Heading(check), Some(fix)),
    fixability: "suggested",
    ..Rule::BASE
};

fn check(context: &OkepContext, row: usize) -> Option<Finding> {
    let before = level_before(context, row);
    if context.level(row) <= before + 1 || is_of_template(context, row) {
        return None;
    }
    let heading = context.heading(row);
    // Of the file, whatever else is wrong with the levels there.
    let level = context.okep.outline.rows[row].level;
    let wanted = level - (context.level(row) - before - 1);
    let above = row.checked_sub(1).map(|r| context.heading(r));
    let under = above.map_or(String::new(), |h| format!(", under `{}`", h.text));
    let message = format!("`{}` is at level {level} right after level {}{under}", heading.text, wanted - 1);
    let finding = RULE.at(context, heading.span.clone(), context.subject_of_row(row), message);
    Some(finding.help(format!("move it, its subsections and its siblings to level {wanted}")))
}

/// The level of the heading above a row; without one, of the title, or so deep that nothing is skipped.
fn level_before(context: &OkepContext, row: usize) -> u8 {
    match row.checked_sub(1) {
        Some(above) => context.level(above),
        None if context.okep.title.is_some() => 1,
        None => u8::MAX - 1,
    }
}

/// Whether a row has the level that the template gives to a section, to those next to it, or to the first of those
/// inside of it: where that skips one, the template does, or another section is missing.
fn is_of_template(context: &OkepContext, row: usize) -> bool {
    let sections = &context.template().outline.rows;
    let level = context.level(row);
    let around = (0..row).rev().find(|above| context.level(*above) < level);
    let around = around.and_then(|around| context.alignment.section_of[around]);
    match context.alignment.section_of[row] {
        Some(section) => sections[section].level == level,
        None => around.is_some_and(|p| sections.iter().any(|s| s.parent == Some(p) && s.level == level)),
    }
}

/// Promotes the heading, its siblings and all under them, as far as they go together.
///
/// None where one that goes with them is less deep: it would be inside of the one before it.
fn fix(context: &OkepContext, finding: &Finding) -> Option<Fix> {
    let row = finding.index?;
    let before = level_before(context, row);
    let by = context.level(row) - before - 1;
    let rows = &context.okep.outline.rows;
    let level = rows[row].level;
    let end = (row + 1..rows.len()).find(|r| rows[*r].level < level).unwrap_or(rows.len());
    if end < rows.len() && context.level(end) > before + 1 {
        return None;
    }
    // A section at the template's level stays there: what is missing is the section around it.
    // A heading of the author's own must not become a section next to the template's.
    let sections = &context.template().outline.rows;
    let is_right =
        |r: usize| context.alignment.section_of[r].is_some_and(|s| sections[s].level == context.level(r));
    let to_the_top = |r: usize| {
        context.alignment.section_of[r].is_none()
            && context.level(r).saturating_sub(by) <= context.template().top_level()
    };
    if (row..end).any(|r| is_right(r) || to_the_top(r)) {
        return None;
    }
    let edits = markdown::relevel(context, row..end, -(by as i8))?;
    Some(Fix::suggested("close the gap in the levels", edits))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{
        OKEP, TEMPLATE, TEMPLATE_PATH, check, check_files, check_fix, planned, tree, with,
    };

    #[test]
    fn a_level_grows_by_one() {
        check(
            &with("A `Kettle`.", "A `Kettle`.\n\n##### Lid\n\n##### Spout\n\nx"),
            &["empty-section:23 Lid", "skipped-heading-level:23 Lid"],
        );
        check(&with("A `Kettle`.", "A `Kettle`.\n\n#### Lid\n\nx\n\n##### Knob\n\nx"), &[]);
        let skipped = with("A `Kettle`.", "A `Kettle`.\n\n##### Lid\n\nx\n\n###### Knob\n\nx");
        let closed = skipped.replace("# Lid", " Lid").replace("# Knob", " Knob");
        check_fix("skipped-heading-level", &skipped, Some(&closed));
    }

    #[test]
    fn a_level_that_the_template_skips_is_not_skipped_by_the_author() {
        let plan =
            |prompt: &str| format!("#### Lids\n\nx\n\n###### Knobs\n\n{prompt}\n\n### Testing Details");
        let template = TEMPLATE.replace("### Testing Details", &plan("(Which knobs are there?)"));
        let template = (TEMPLATE_PATH, template.as_str());
        let okep = |text: &str| with("### Testing Details", text);
        check_files(&[template, (OKEP, &okep(&plan("Two.")))], &[]);
        // Nor by a section of the author's own next to it.
        let own = plan("Two.").replace("###### Knobs", "###### Feet\n\nx\n\n###### Knobs");
        check_files(&[template, (OKEP, &okep(&own))], &[]);
        let elsewhere = okep(&plan("Two.")).replace("A `Kettle`.", "A `Kettle`.\n\n##### Feet\n\nx");
        check_files(&[template, (OKEP, &elsewhere)], &["skipped-heading-level:23 Feet"]);
        // Where the section around is missing, that is the one thing to report.
        let missing = okep(&plan("Two.")).replace("#### Lids\n\nx\n\n", "");
        check_files(&[template, (OKEP, &missing)], &["missing-section:- Lids"]);
    }

    #[test]
    fn the_message_has_the_levels_of_the_file() {
        let deep = with("A `Kettle`.", "A `Kettle`.\n\n##### Lid\n\nx")
            .replace("\n## ", "\n### ")
            .replace("\n### A", "\n#### A")
            .replace("\n### T", "\n#### T")
            .replace("\n##### Lid", "\n###### Lid")
            .replace("\n#### Alt", "\n### Alt");
        let found = planned(&tree(&[(OKEP, &deep)]));
        let skip = found.iter().find(|f| f.rule == "skipped-heading-level").expect("it is found");
        assert_eq!(skip.message, "`Lid` is at level 6 right after level 4, under `API Details`");
        assert_eq!(skip.help, ["move it, its subsections and its siblings to level 5"]);
    }
}
