//! More sentences than the template asks for.

use super::{Check, Demand, Rule};
use crate::markdown::prose;
use crate::rules::context::OkepContext;
use crate::rules::finding::{Finding, Severity};

pub static RULE: Rule = Rule {
    id: "long-problem-statement",
    severity: Severity::Hint,
    offence: "more than twice the sentences that the template asks for, such as the problem in one or two",
    why: "Who reads the problem in two sentences knows whether to read on. What led to it is for the \
          introduction.",
    bad: "## Problem Statement\n\n(two paragraphs on how the problem came about)",
    good: "## Problem Statement\n\nNodes keep addresses of pods that are gone, until none is left.",
    check: Check::Okep(check),
    demand: Demand::OfTemplate,
    ..Rule::BASE
};

fn check(judged: &OkepContext) -> Vec<Finding> {
    let template_requirements = judged.template().template_requirements.iter().enumerate();
    template_requirements
        .filter_map(|(section, template_requirements)| {
            finding(judged, section, template_requirements.sentences?)
        })
        .collect()
}

fn finding(judged: &OkepContext, section: usize, most: usize) -> Option<Finding> {
    let heading = judged.heading_of(section)?;
    let found = prose::sentences(judged.document(), &heading.body);
    // Where a sentence ends is a matter of taste: only what is long by any count is told.
    if found <= most * 2 || judged.leftovers().iter().any(|l| heading.body.contains(&l.span.start)) {
        return None;
    }
    let asked = if most == 1 { "1 sentence".to_owned() } else { format!("{most} sentences") };
    let message = format!("`{}` has {found} sentences; the template asks for {asked}", heading.text);
    let finding = RULE.at(judged, heading.span.clone(), judged.section_name(section), message);
    Some(finding.help("say here what is wrong, and move what led to it to the section that introduces it"))
}
