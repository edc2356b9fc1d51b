//! All headings of a document off by the same number of levels.

use super::{Check, Demand, Finding, Fix, OkepContext, Per, Rule, Severity};
use crate::rules::edits::markdown::{movement, relevel, relevel_one};

pub static RULE: Rule = Rule {
    id: "shifted-headings",
    severity: Severity::Error,
    offence: "every heading is one level off",
    why: "With sections at the title's level the site shows no outline, and the page has ten titles.",
    bad: "# OKEP-5494: Title\n\n# Problem Statement\n\n# Goals",
    good: "# OKEP-5494: Title\n\n## Problem Statement\n\n## Goals",
    check: Check::Okep(Per::Okep(check), Some(fix)),
    demand: Demand::OfTemplate,
    fixability: "safe",
    ..Rule::BASE
};

fn check(context: &OkepContext) -> Option<Finding> {
    let shift = context.alignment.shift;
    if shift == 0 {
        return None;
    }
    let title = context.okep.title.as_ref().map(|t| &context.document().headings[t.heading]);
    let title_too = is_title_too(context);
    let rows = &context.okep.outline.rows;
    let first = if title_too { title } else { rows.first().map(|r| &context.document().headings[r.heading]) };
    let named = context.alignment.matches.iter().flatten().filter(|m| {
        context.alignment.section_of[m.row].is_some_and(|s| {
            context.template().outline.rows[s].level as i8 + shift == rows[m.row].level as i8
        })
    });
    let height = if shift < 0 { "high" } else { "deep" };
    let (verb, plural) = movement(shift);
    let message =
        format!("every heading is {plural} too {height}: {} of the template's sections", named.count());
    let finding = RULE.at(context, first?.span.clone(), "headings", message);
    let but_title = if title_too || title.is_none() { "" } else { " but the title" };
    Some(finding.help(format!("{verb} every heading{but_title} by {plural}")))
}

/// Whether the title is off by as much, and goes along.
fn is_title_too(context: &OkepContext) -> bool {
    let title = context.okep.title.as_ref();
    title.is_some_and(|t| context.document().headings[t.heading].level as i8 == 1 + context.alignment.shift)
}

fn fix(context: &OkepContext, _: &Finding) -> Option<Fix> {
    // After an open fence it is not certain what is a heading.
    if context.document().unclosed_fence.is_some() {
        return None;
    }
    let by = -context.alignment.shift;
    let mut edits = relevel(context, 0..context.okep.outline.rows.len(), by)?;
    if let Some(title) = context.okep.title.as_ref().filter(|_| is_title_too(context)) {
        edits.extend(relevel_one(context.document(), &context.okep.path, title.heading, by)?);
        edits.sort();
    }
    let (verb, plural) = movement(context.alignment.shift);
    Some(Fix::safe(format!("{verb} all headings by {plural}"), edits))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, check};

    #[test]
    fn a_shift_of_all_headings_is_one_finding() {
        let up = GOOD.replace("\n## ", "\n# ").replace("\n### ", "\n## ");
        check(&up, &["shifted-headings:5 headings"]);
        let down = GOOD.replace("\n### ", "\n#### ").replace("\n## ", "\n### ");
        check(&down, &["shifted-headings:5 headings"]);
        let title_too = format!("#{down}");
        check(&title_too, &["shifted-headings:1 headings"]);
    }
}
