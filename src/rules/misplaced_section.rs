//! Sections at the wrong level or inside of the wrong section.

use super::{Check, Demand, Finding, Fix, OkepContext, Per, Rule, Severity};
use crate::markdown::outline::Row;
use crate::okep::alignment::{Misplacement, align};
use crate::rules::edits::markdown::{movement, relevel};

pub static RULE: Rule = Rule {
    id: "misplaced-section",
    severity: Severity::Warning,
    offence: "right name, wrong level or parent; neighbours with one cause are one finding",
    why: "The outline shows what belongs together: the tests of a solution are part of its section.",
    bad: "## Proposed Solution\n\n## Testing Details",
    good: "## Proposed Solution\n\n### Testing Details",
    check: Check::Okep(Per::Section(check), Some(fix)),
    demand: Demand::OfTemplateSection,
    fixability: "suggested",
    ..Rule::BASE
};

/// What is misplaced from a section on, with one cause.
fn misplacement<'a>(context: &'a OkepContext, section: usize) -> Option<&'a Misplacement> {
    context.alignment.misplacements.iter().find(|found| found.sections.first() == Some(&section))
}

/// One finding for all sections with one cause, at the first of them.
fn check(context: &OkepContext, section: usize) -> Option<Finding> {
    let found = misplacement(context, section)?;
    let others = &found.sections[1..];
    let row = context.alignment.matches[section]?.row;
    let heading = context.heading(row);
    let name = context.section_name(section);
    let inside = |around: Option<&str>| around.map_or(String::new(), |name| format!(" inside `{name}`"));
    let around = context.template().outline.rows[section].parent.map(|p| context.section_name(p));
    let subject = match others.len() {
        0 => format!("`{}` is", heading.text),
        1 => format!("`{}` and 1 more section are", heading.text),
        more => format!("`{}` and {more} more sections are", heading.text),
    };
    let Row { level, parent, .. } = context.okep.outline.rows[row];
    let wanted = (level as i8 - found.by).max(1);
    let belongs = format!("belongs at level {wanted}{}", inside(around));
    let (verb, levels) = movement(found.by);
    let (message, help) = match (found.by, others.is_empty()) {
        (0, is_alone) => {
            let now = parent.map_or(" at the top".to_owned(), |p| inside(Some(&context.heading(p).text)));
            let what = if is_alone { "it" } else { "them" };
            let message = format!("{subject}{now}; the template has `{name}`{}", inside(around));
            (message, format!("move {what}{}", inside(around)))
        }
        (_, true) => {
            let neighbour = context.neighbour(section, |other| context.is_settled(other));
            let neighbour = neighbour.filter(|_| !is_right_after(context, found));
            let place = neighbour.map_or(String::new(), |n| format!(", {}", context.next_to(section, n)));
            let help = format!("move it and its subsections to level {wanted}{place}");
            (format!("{subject} at level {level}, but {belongs}"), help)
        }
        (by, false) => {
            let side = if by < 0 { "high" } else { "deep" };
            let help = format!("{verb} them and every heading between them by {levels}");
            (format!("{subject} {levels} too {side}; `{name}` {belongs}"), help)
        }
    };
    let finding = RULE.at(context, heading.span.clone(), name, message);
    let others = others.iter().filter_map(|section| Some(&context.heading_of(*section)?.span));
    Some(finding.related(context, others, "misplaced by the same cause").help(help))
}

/// Changes the levels of the whole range in place; none where that would not put all of it right.
fn fix(context: &OkepContext, finding: &Finding) -> Option<Fix> {
    let found = misplacement(context, finding.index?)?;
    // After an open fence it is not certain what is a heading.
    if found.by == 0 || context.document().unclosed_fence.is_some() || !is_right_after(context, found) {
        return None;
    }
    let edits = relevel(context, found.rows.clone(), -found.by)?;
    let (verb, levels) = movement(found.by);
    let title = match found.rows.len() {
        1 => format!("{verb} the heading by {levels}"),
        more => format!("{verb} {more} headings by {levels}"),
    };
    Some(Fix::suggested(title, edits))
}

/// Whether the sections are where the template has them once their range has its levels, and no other is worse off.
fn is_right_after(context: &OkepContext, found: &Misplacement) -> bool {
    let outline = context.okep.outline.releveled(&found.rows, -found.by);
    let before = &context.alignment;
    let after = align(&context.template().outline, &context.requirements.old_names, &outline);
    let is_fixed = |section: &usize| !after.is_misplaced(*section);
    let was_so = |section: &usize| before.is_misplaced(*section) && !found.sections.contains(section);
    let misplaced = after.misplacements.iter().flat_map(|m| &m.sections);
    // What is inside of a section without text of its own stays inside of it.
    let empties = |row: usize| {
        !context.heading(row).has_content
            && context.okep.outline.has_children(row)
            && !outline.has_children(row)
    };
    !found.rows.clone().any(empties)
        && found.sections.iter().all(is_fixed)
        && misplaced.into_iter().all(was_so)
        && after.unordered.iter().all(|section| before.unordered.contains(section))
        && before.matches == after.matches
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{
        GOOD, OKEP, TEMPLATE, TEMPLATE_PATH, check, check_fix, check_with_risks, planned, tree, with,
    };

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
    fn the_help_says_where_a_level_is_not_enough() {
        let help = |document: &str| {
            let findings = planned(&tree(&[(OKEP, document)]));
            findings.into_iter().find(|f| f.rule == "misplaced-section").expect("it is too high").help.clone()
        };
        let testing = "### Testing Details\n\nDrink it.\n\n";
        let last = format!("{}\n#{}", with(testing, ""), &testing[2..]);
        assert_eq!(help(&last), ["move it and its subsections to level 3, after `API Details`"]);
        let high = with("### Testing", "## Testing");
        assert_eq!(help(&high), ["move it and its subsections to level 3"]);
    }

    #[test]
    fn no_level_empties_a_section() {
        let template =
            TEMPLATE.replace("* Unit Testing details", "* Unit Testing details\n\n##### Early\n\n##### Late");
        let has_fix = |early: &str| {
            let document = with("Drink it.", &format!("Drink it.\n\n#### Early\n\n{early}##### Late\n\nx"));
            let findings = planned(&tree(&[(TEMPLATE_PATH, &template), (OKEP, &document)]));
            let found = findings.iter().find(|f| f.rule == "misplaced-section").expect("it is too high");
            assert_eq!(found.subject, "Early");
            found.fix.is_some()
        };
        assert!(has_fix("Text.\n\n"));
        assert!(!has_fix(""));
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

    /// The good document with this in place of its solution.
    fn with_solution(sections: &str) -> String {
        let (before, rest) = GOOD.split_once("## Proposed Solution\n").expect("it has one");
        let (_, after) = rest.split_once("## Alternatives\n").expect("it has some");
        format!("{before}{sections}## Alternatives\n{after}")
    }

    const RIGHT: &str = "## Proposed Solution\n\n### API Details\n\nA `Kettle`.\n\n#### Lid\n\nx\n\n### Spout\n\nx\n\n\
                         ### Testing Details\n\nDrink it.\n\n";

    /// One finding for this solution, whose fix makes `fixed` of it.
    #[track_caller]
    fn check_run(solution: &str, expected: &str, fixed: Option<&str>) {
        let document = with_solution(solution);
        check(&document, &[expected]);
        check_fix("misplaced-section", &document, fixed.map(with_solution).as_deref());
    }

    #[test]
    fn neighbours_with_one_cause_are_one_finding_and_the_fix_changes_levels_in_place() {
        check(&with_solution(RIGHT), &[]);
        let at_the_top = RIGHT.replace("\n###", "\n##");
        check_run(&at_the_top, "misplaced-section:19 API Details", Some(RIGHT));
        let too_deep = RIGHT.replace("\n###", "\n####");
        check_run(&too_deep, "misplaced-section:19 API Details", Some(RIGHT));
        let all = format!("#{}", RIGHT.replace("\n###", "\n####"));
        check_run(&all, "misplaced-section:17 Proposed Solution", Some(RIGHT));
        let higher = RIGHT.replace("\n##", "\n#").replacen("##", "#", 1);
        check_run(&higher, "misplaced-section:17 Proposed Solution", Some(RIGHT));
    }

    #[test]
    fn one_wrong_level_is_one_finding_and_its_fix_touches_what_is_under_it() {
        let api = RIGHT
            .replace("### API", "## API")
            .replace("#### Lid", "### Lid")
            .replace("### Spout\n\nx\n\n", "");
        check_run(&api, "misplaced-section:19 API Details", Some(&RIGHT.replace("### Spout\n\nx\n\n", "")));
        let testing = RIGHT.replace("### Testing", "## Testing");
        check_run(&testing, "misplaced-section:31 Testing Details", Some(RIGHT));
        let solution = RIGHT.replace("## Proposed", "# Proposed");
        check_run(&solution, "misplaced-section:17 Proposed Solution", Some(RIGHT));
    }

    #[test]
    fn underlined_headings_and_closing_marks_go_along() {
        let written =
            |a: &str, b: &str| RIGHT.replace("### API Details", a).replace("### Testing Details", b);
        let harm = written("API Details\n---", "## Testing Details ##")
            .replace("### Spout", "## Spout")
            .replace("#### Lid", "### Lid");
        check_run(
            &harm,
            "misplaced-section:19 API Details",
            Some(&written("### API Details", "### Testing Details ###")),
        );
    }

    #[test]
    fn a_right_level_inside_of_another_section_has_no_fix() {
        let inside =
            with("## Alternatives\n\nCoffee.\n", "## Alternatives\n\n### Testing Details\n\nDrink it.\n")
                .replace("### Testing Details\n\nDrink it.\n\n## Alt", "## Alt");
        check(&inside, &["misplaced-section:25 Testing Details"]);
        check_fix("misplaced-section", &inside, None);
        let both = with_solution("## Proposed Solution\n\nx\n\n")
            .replace("Coffee.\n", "Coffee.\n\n### API Details\n\nx\n\n### Testing Details\n\nx\n");
        check(&both, &["misplaced-section:25 API Details"]);
    }

    #[test]
    fn a_change_that_would_put_nothing_right_is_not_offered() {
        // Its level would be right, and the author's own section would be around it.
        let own = RIGHT.replace("### Spout", "## Spout").replace("### Testing", "## Testing");
        check(&with_solution(&own), &["extra-section:27 Spout", "misplaced-section:31 Testing Details"]);
        check_fix("misplaced-section", &with_solution(&own), None);
        // Past the sixth level there is no heading.
        let deep = RIGHT.replace("\n### API", "\n## API").replace("\n#### Lid", "\n###### Lid");
        let found = planned(&tree(&[(OKEP, &with_solution(&deep))]));
        assert!(found.iter().all(|f| f.rule != "misplaced-section" || f.fix.is_none()), "{found:#?}");
    }

    #[test]
    fn the_message_has_the_levels_of_the_file() {
        let message = |document: &str| {
            let found = planned(&tree(&[(OKEP, document)]));
            let found = found.into_iter().find(|f| f.rule == "misplaced-section").expect("it is found");
            (found.message.clone(), found.related.len())
        };
        assert_eq!(
            message(&with_solution(&RIGHT.replace("### Testing", "## Testing"))),
            ("`Testing Details` is at level 2, but belongs at level 3 inside `Proposed Solution`".into(), 0)
        );
        assert_eq!(
            message(&with_solution(&RIGHT.replace("\n###", "\n##"))),
            (
                "`API Details` and 1 more section are one level too high; `API Details` belongs at level 3 \
                 inside `Proposed Solution`"
                    .into(),
                1
            )
        );
        // With all headings one level too deep, the right level is one deeper too.
        let shifted = with_solution(&RIGHT.replace("### Testing", "## Testing")).replace("\n#", "\n##");
        assert!(message(&shifted).0.contains("is at level 3, but belongs at level 4"), "{shifted}");
    }
}
