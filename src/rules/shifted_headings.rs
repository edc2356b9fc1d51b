//! All headings of a document off by the same number of levels.

use super::{Check, Rule};
use crate::rules::context::OkepContext;
use crate::rules::edits::markdown;
use crate::rules::finding::{Finding, Fix, Severity};

pub static RULE: Rule = Rule {
    id: "shifted-headings",
    severity: Severity::Error,
    fix: "safe",
    offence: "all headings of the document one level off: one finding, one fix, not ten",
    why: "With sections at the title's level the site shows no outline, and the page has ten titles.",
    bad: "# OKEP-5494: Title\n\n# Problem Statement\n\n# Goals",
    good: "# OKEP-5494: Title\n\n## Problem Statement\n\n## Goals",
    check: Check::Okep(check),
    grandfatherable: true,
};

fn check(judged: &OkepContext) -> Vec<Finding> {
    let shift = judged.alignment.shift;
    if shift == 0 {
        return Vec::new();
    }
    let title = judged.okep.title.as_ref().map(|t| &judged.document().headings[t.heading]);
    // A title that is off by as much goes along.
    let title_too = title.is_some_and(|t| t.level as i8 == 1 + shift);
    let rows = &judged.okep.outline.rows;
    let first = if title_too { title } else { rows.first().map(|r| &judged.document().headings[r.heading]) };
    let Some(first) = first else { return Vec::new() };
    let named = judged.alignment.matches.iter().flatten().filter(|m| {
        judged.alignment.section_of[m.row]
            .is_some_and(|s| judged.template().outline.rows[s].level as i8 + shift == rows[m.row].level as i8)
    });
    let levels = shift.unsigned_abs();
    let (height, verb) = if shift < 0 { ("high", "demote") } else { ("deep", "promote") };
    let plural = if levels == 1 { "one level".to_owned() } else { format!("{levels} levels") };
    let message =
        format!("all headings stand {plural} too {height}: {} of the template's sections", named.count());
    let finding = RULE.at(judged, first.span.clone(), "headings", message);
    let but_title = if title_too || title.is_none() { "" } else { " but the title" };
    let finding = finding.help(format!("{verb} every heading{but_title} by {plural}"));
    let headings: Vec<usize> = (0..judged.document().headings.len())
        .filter(|h| title_too || judged.okep.title.as_ref().is_none_or(|t| t.heading != *h))
        .collect();
    // After an open fence nothing is sure to be a heading.
    let sure = judged.document().unclosed_fence.is_none();
    let edits =
        sure.then(|| markdown::relevel(judged.document(), &judged.okep.path, &headings, -shift)).flatten();
    let title = format!("{verb} all headings by {plural}");
    vec![finding.fix(edits.map(|edits| Fix::safe(title, edits)))]
}
