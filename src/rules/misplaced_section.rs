//! Sections at the wrong level or inside the wrong section.

use super::{Check, Demand, PlanFix, Rule};
use crate::rules::context::OkepContext;
use crate::rules::edits::markdown;
use crate::rules::finding::{Detail, Finding, Fix, Severity};

pub static RULE: Rule = Rule {
    id: "misplaced-section",
    severity: Severity::Warning,
    offence: "right name, wrong level or parent; moving it takes its whole range along",
    why: "The outline tells what belongs to what: tests of the proposed solution stand inside it.",
    bad: "## Proposed Solution\n\n## Testing Details",
    good: "## Proposed Solution\n\n### Testing Details",
    check: Check::Okep(check),
    demand: Demand::OfTemplate,
    fix: Some(PlanFix::Okep(fix)),
    fixability: "suggested",
    ..Rule::BASE
};

fn check(judged: &OkepContext) -> Vec<Finding> {
    judged
        .alignment
        .misplaced
        .iter()
        .filter_map(|section| Some(finding(judged, *section)?.detail(Detail::Section(*section))))
        .collect()
}

fn finding(judged: &OkepContext, section: usize) -> Option<Finding> {
    let row = judged.alignment.matches[section]?.row;
    let heading = judged.heading(row);
    let name = judged.section_name(section);
    let rows = &judged.template().outline.rows;
    let stands_in = judged.okep.outline.rows[row].parent.map(|p| judged.heading(p).text.as_str());
    let wanted_in = rows[section].parent.map(|p| judged.section_name(p));
    let level = judged.level(row);
    let stands = place(level, stands_in);
    let wanted = place(rows[section].level, wanted_in);
    let message = format!("`{}` stands at {stands}; the template has it at {wanted}", heading.text);
    let finding = RULE.at(judged, heading.span.clone(), name, message);
    let finding = finding.help(format!("move it, with all that stands under it, to {wanted}"));
    Some(finding)
}

fn fix(judged: &OkepContext, finding: &Finding) -> Option<Fix> {
    let Detail::Section(section) = finding.detail else { return None };
    let row = judged.alignment.matches[section]?.row;
    // At the right level inside of another section it may belong there.
    let is_level_right = judged.level(row) == judged.template().outline.rows[section].level;
    if is_level_right { None } else { markdown::move_section(judged, section, row) }
}

fn place(level: u8, parent: Option<&str>) -> String {
    match parent {
        Some(parent) => format!("level {level} inside `{parent}`"),
        None => format!("level {level}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{check, check_with_risks, with};

    #[test]
    fn a_section_inside_a_renamed_one_is_misplaced_not_missing() {
        for parent in ["Proposed Solution", "Proposal"] {
            let inside = with("## Alternatives", "### Risks and Mitigations\n\nx\n\n## Alternatives")
                .replace("## Proposed Solution", &format!("## {parent}"));
            let name = "Risks, Known Limits and Mitigations";
            let misplaced = [format!("misplaced-section:27 {name}"), format!("renamed-section:27 {name}")];
            let mut expected = vec!["renamed-section:17 Proposed Solution"];
            expected.extend(misplaced.iter().map(String::as_str));
            check_with_risks(&inside, &expected[usize::from(parent == "Proposed Solution")..]);
        }
        // Inside a section of the author's own it is the author's.
        let own = with("## Alternatives", "## Terms\n\n### Risks\n\nx\n\n## Alternatives");
        check_with_risks(
            &own,
            &["missing-section:- Risks, Known Limits and Mitigations", "extra-section:27 Terms"],
        );
    }

    #[test]
    fn sections_have_their_level_and_their_parent() {
        check(&with("### Testing Details", "## Testing Details"), &["misplaced-section:23 Testing Details"]);
        check(
            &with("## Proposed Solution", "# Proposed Solution"),
            &["misplaced-section:17 Proposed Solution"],
        );
        check(&with("### API Details", "#### API Details"), &["misplaced-section:19 API Details"]);
        // A parent under another name is still the parent.
        check(&with("## Proposed Solution", "## Solution"), &["renamed-section:17 Proposed Solution"]);
    }
}
