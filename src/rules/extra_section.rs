//! Top-level sections of the author's own.

use super::{Check, Demand, Finding, OkepContext, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "extra-section",
    severity: Severity::Hint,
    offence: "a top-level section the template does not have",
    why: "It may be fine where it is. Often it belongs inside a section of the template, where readers \
          look for it.",
    bad: "## Cross Feature Interaction",
    good: "## Proposed Solution\n\n### Cross Feature Interaction",
    check: Check::Okep(check, None),
    demand: Demand::OfTemplate,
    ..Rule::BASE
};

fn check(context: &OkepContext) -> Vec<Finding> {
    if context.template().outline.rows.is_empty() {
        return Vec::new();
    }
    let top = context.template().top_level();
    let own = (0..context.okep.outline.rows.len()).filter(|row| {
        let name = &context.okep.outline.rows[*row].name;
        let twice = context.alignment.duplicates.iter().any(|(_, r)| r == row);
        let shares = context.alignment.shared_out.iter().any(|(_, r)| r == row);
        context.alignment.section_of[*row].is_none()
            && context.level(*row) <= top
            && !twice
            && !shares
            && !context.requirements.dropped.contains(&name.normal)
    });
    own.map(|row| {
        let heading = context.heading(row);
        let message = format!("the template has no section `{}`", heading.text);
        let finding = RULE.at(context, heading.span.clone(), heading.text.clone(), message);
        finding.help("keep it if it fits nowhere else; otherwise move it into a section of the template")
    })
    .collect()
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
