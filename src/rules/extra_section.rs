//! Top-level sections of the author's own.

use super::{Check, Demand, Finding, OkepContext, Per, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "extra-section",
    severity: Severity::Hint,
    offence: "a top-level section the template does not have",
    why: "It may be fine where it is. Often it belongs inside a section of the template, where readers \
          look for it.",
    bad: "## Cross Feature Interaction",
    good: "## Proposed Solution\n\n### Cross Feature Interaction",
    check: Check::Okep(Per::Heading(check), None),
    demand: Demand::OfTemplate,
    ..Rule::BASE
};

fn check(context: &OkepContext, row: usize) -> Option<Finding> {
    let alignment = &context.alignment;
    let (template, name) = (context.template(), &context.okep.outline.rows[row].name);
    if template.outline.rows.is_empty()
        || context.level(row) > template.top_level()
        || alignment.section_of[row].is_some()
        || alignment.duplicates.iter().chain(&alignment.shared_out).any(|(_, other)| *other == row)
        || context.requirements.dropped.contains(&name.normal)
    {
        return None;
    }
    let heading = context.heading(row);
    let message = format!("the template has no section `{}`", heading.text);
    let finding = RULE.at(context, heading.span.clone(), heading.text.clone(), message);
    Some(finding.help("keep it if it fits nowhere else; otherwise move it into a section of the template"))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{check, with};

    #[test]
    fn future_goals_are_no_misspelt_goals() {
        check(
            &with("## Goals", "## Future Goals"),
            &["missing-section:- Goals", "extra-section:9 Future Goals"],
        );
        check(
            &with("## Non-Goals", "## Future Goals\n\nMore.\n\n## Non-Goals"),
            &["extra-section:13 Future Goals"],
        );
    }
}
