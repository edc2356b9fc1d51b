//! Sections of the template that appear twice.

use super::{Check, Demand, Finding, OkepContext, Per, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "duplicate-section",
    severity: Severity::Warning,
    offence: "a section of the template appears twice",
    why: "Readers stop at the first; the text of the second is overlooked, and links to its anchor are \
          ambiguous.",
    bad: "## Goals\n\n## Goals",
    good: "## Goals",
    check: Check::Okep(Per::Offence(check), None),
    demand: Demand::OfTemplateSection,
    ..Rule::BASE
};

fn check(context: &OkepContext) -> Vec<Finding> {
    let twice = context.alignment.duplicates.iter().filter_map(|(section, row)| {
        let heading = context.heading(*row);
        let first = context.heading_of(*section)?;
        let name = context.section_name(*section);
        let line = context.document().text.line_of(first.span.start);
        let message = format!("section `{name}` appears twice, first at line {line}");
        let finding = RULE.at(context, heading.span.clone(), name, message);
        let finding = finding.help("merge the two sections, or give this one a name of its own");
        Some(finding.related(context, [&first.span], "first here"))
    });
    twice.collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{check, with};

    #[test]
    fn a_section_appears_once() {
        check(&with("## References", "## Goals\n\nMore.\n\n## References"), &["duplicate-section:31 Goals"]);
        // Inside a section of the author's own it is another thing.
        check(&with("A `Kettle`.", "A `Kettle`.\n\n#### Goals\n\nOf the kettle."), &[]);
    }
}
