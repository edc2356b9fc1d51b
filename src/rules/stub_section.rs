//! Sections that only promise to be written.

use super::{Check, Demand, Finding, OkepContext, Per, Rule, Severity};
use crate::markdown::placeholder::is_stub;

pub static RULE: Rule = Rule {
    id: "stub-section",
    severity: Severity::Warning,
    offence: "a section with nothing but a placeholder, such as TBD or \"to be discussed\"",
    why: "What is left for later is easily merged without an answer.",
    bad: "## Documentation Details\n\nTo be discussed.",
    good: "## Documentation Details\n\nA page under `features/`, linked from the overview.",
    check: Check::Okep(Per::Heading(check), None),
    demand: Demand::OfSection,
    ..Rule::BASE
};

fn check(context: &OkepContext, row: usize) -> Option<Finding> {
    let (document, heading) = (context.document(), context.heading(row));
    if context.has_subsections(row) || !is_stub(document, heading) {
        return None;
    }
    let block = document.blocks[heading.blocks.clone()].first();
    let text = document.text.slice(block.map_or(heading.body.clone(), |block| block.span.clone())).trim();
    let first = text.lines().next().unwrap_or_default().trim();
    let message = format!("section `{}` only says `{first}`", heading.text);
    let finding = RULE.at(context, heading.span.clone(), context.subject_of_row(row), message);
    Some(finding.help("fill it in, or write `None` or `N/A`"))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{check, with};

    #[test]
    fn placeholders_are_stubs() {
        check(&with("Drink it.", "TBD"), &["stub-section:23 Testing Details"]);
        check(
            &with("Drink it.", "To be updated when the design is agreed."),
            &["stub-section:23 Testing Details"],
        );
        check(&with("Drink it.", "* TODO\n* TBD"), &["stub-section:23 Testing Details"]);
        for stub in ["<TBD>", "* Unit tests: TBD\n* e2e tests: TBD\n* Scale tests: TBD\n* Upgrade tests: TBD"]
        {
            check(&with("Drink it.", stub), &["stub-section:23 Testing Details"]);
        }
        check(&with("Drink it.", "* Unit tests:\n  * TBD"), &["stub-section:23 Testing Details"]);
        check(&with("Drink it.", "* Unit tests: drink it\n* e2e tests: TBD"), &[]);
        check(&with("Drink it.", "* TODO: a\n* TODO: b\n* TODO: c\n* TODO: d"), &[]);
        check(&with("Drink it.", "To be added in v1.3."), &[]);
        check(&with("Drink it.", "The number of cups is to be discussed."), &[]);
        check(&with("Drink it.", "TBD\n\n```\ntea --hot\n```"), &[]);
    }
}
