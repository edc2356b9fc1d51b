//! All headings of a document off by the same number of levels.

use super::{Check, Demand, Finding, Fix, OkepContext, Per, Rule, Severity};
use crate::rules::edits::markdown::{movement, relevel_one};

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
    let shift = Some(context.alignment.shift).filter(|shift| *shift != 0)?;
    let moved = moved(context);
    let first = &context.document().headings[*moved.first()?];
    let rows = &context.okep.outline.rows;
    let named = context.alignment.matches.iter().flatten().filter(|m| {
        context.alignment.section_of[m.row].is_some_and(|s| {
            context.template().outline.rows[s].level as i8 + shift == rows[m.row].level as i8
        })
    });
    let height = if shift < 0 { "high" } else { "deep" };
    let (verb, plural) = movement(shift);
    let message =
        format!("every heading is {plural} too {height}: {} of the template's sections", named.count());
    let finding = RULE.at(context, first.span.clone(), "headings", message);
    let is_right = context.okep.title.as_ref().is_some_and(|title| title.heading != moved[0]);
    let but_title = if is_right { " but the title" } else { "" };
    Some(finding.help(format!("{verb} every heading{but_title} by {plural}")))
}

/// The headings that are off: those of all sections, and the title where it is off by as much.
fn moved(context: &OkepContext) -> Vec<usize> {
    let title = context.okep.title.as_ref().map(|title| title.heading);
    let is_off = |at: &usize| context.document().headings[*at].level as i8 == 1 + context.alignment.shift;
    title.filter(is_off).into_iter().chain(context.okep.outline.rows.iter().map(|row| row.heading)).collect()
}

fn fix(context: &OkepContext, _: &Finding) -> Option<Fix> {
    let document = context.document();
    // After an open fence it is not certain what is a heading.
    if document.unclosed_fence.is_some() {
        return None;
    }
    let shift = context.alignment.shift;
    let moved = moved(context).into_iter();
    let edits = moved.map(|heading| relevel_one(document, &context.okep.path, heading, -shift));
    let (verb, plural) = movement(shift);
    Some(Fix::safe(format!("{verb} all headings by {plural}"), edits.collect::<Option<Vec<_>>>()?.concat()))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, OKEP, check, planned, tree};

    #[test]
    fn a_shift_of_all_headings_is_one_finding() {
        let up = GOOD.replace("\n## ", "\n# ").replace("\n### ", "\n## ");
        check(&up, &["shifted-headings:5 headings"]);
        let down = GOOD.replace("\n### ", "\n#### ").replace("\n## ", "\n### ");
        check(&down, &["shifted-headings:5 headings"]);
        let title_too = format!("#{down}");
        check(&title_too, &["shifted-headings:1 headings"]);
        let message = |document: &str| planned(&tree(&[(OKEP, document)]))[0].message.clone();
        assert_eq!(message(&up), "every heading is one level too high: 8 of the template's sections");
        assert_eq!(message(&down), "every heading is one level too deep: 8 of the template's sections");
    }
}
