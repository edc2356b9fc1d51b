//! Template sections out of the template's order.

use super::{Check, Demand, Finding, Fix, OkepContext, Per, Rule, Severity};
use crate::okep::alignment::MatchKind;
use crate::rules::edits::markdown;

pub static RULE: Rule = Rule {
    id: "unordered-section",
    severity: Severity::Warning,
    offence: "sections are not in the template's order",
    why: "Readers of many proposals know where to look; sections out of order are overlooked.",
    bad: "## Alternatives\n\n## Goals",
    good: "## Goals\n\n## Alternatives",
    check: Check::Okep(Per::Section(check), Some(fix)),
    demand: Demand::OfTemplateSection,
    fixability: "suggested",
    ..Rule::BASE
};

fn check(context: &OkepContext, section: usize) -> Option<Finding> {
    let heading = context.heading_of(section).filter(|_| context.alignment.unordered.contains(&section))?;
    let name = context.section_name(section);
    let neighbour = context.neighbour(section, |other| context.is_settled(other));
    let wanted = neighbour.map_or("elsewhere".to_owned(), |other| context.next_to(section, other));
    let message = format!("`{}` is out of order; the template has it {wanted}", heading.text);
    let finding = RULE.at(context, heading.span.clone(), name, message);
    let finding = finding.help(format!("move it and its subsections {wanted}"));
    let next = neighbour.and_then(|other| Some(&context.heading_of(other)?.span));
    Some(finding.related(context, next, "the section it belongs next to"))
}

fn fix(context: &OkepContext, finding: &Finding) -> Option<Fix> {
    let section = finding.index?;
    // Text of which it is not certain that it is that section stays where it is.
    let found = context.alignment.matches[section].filter(|m| !matches!(m.kind, MatchKind::Words(_)))?;
    markdown::move_section(context, section, found.row)
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, OKEP, check, fixed, with};

    #[test]
    fn the_fewest_sections_move() {
        let moved = GOOD.replace("## Goals\n\n* Fast tea\n\n", "") + "\n## Goals\n\n* Fast tea\n";
        check(&moved, &["unordered-section:31 Goals"]);
        let extra_between = with("## Non-Goals", "## Terms\n\nTea.\n\n## Non-Goals");
        check(&extra_between, &["extra-section:13 Terms"]);
    }

    #[test]
    fn a_section_moves_with_all_that_is_in_it() {
        let (before, rest) = GOOD.split_once("## Proposed").expect("it has a solution");
        let (solution, after) = rest.split_once("## Alternatives").expect("it has alternatives");
        let moved = format!("{before}## Alternatives{after}\n## Proposed{}\n", solution.trim_end());
        check(&moved, &["unordered-section:25 Proposed Solution"]);
        assert_eq!(fixed("unordered-section", &[(OKEP, &moved)]), format!("suggested: {GOOD}"));
    }

    #[test]
    fn what_only_resembles_a_section_is_not_moved() {
        let last = |name: &str| {
            let document = GOOD.replace("## Problem\n\nTea is slow.\n\n", "");
            let document = format!("{document}\n## {name}\n\nTea is slow.\n");
            fixed("unordered-section", &[(OKEP, &document)])
        };
        assert!(last("Problem").starts_with("suggested: "));
        assert!(last("problem").starts_with("suggested: "));
        assert_eq!(last("Problem of the Tea Makers"), "-");
    }
}
