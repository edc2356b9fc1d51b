//! More sentences than the template asks for.

use super::{Check, Demand, Finding, OkepContext, Per, Rule, Severity};
use crate::markdown::prose;

pub static RULE: Rule = Rule {
    id: "long-problem-statement",
    severity: Severity::Hint,
    offence: "more than twice the number of sentences that the template asks for",
    why: "Whoever reads the problem in two sentences knows whether to read on. Its background belongs in \
          the introduction.",
    bad: "## Problem Statement\n\n(two paragraphs on how the problem came about)",
    good: "## Problem Statement\n\nNodes keep addresses of pods that are gone, until none is left.",
    check: Check::Okep(Per::Section(check), None),
    demand: Demand::OfTemplate,
    ..Rule::BASE
};

fn check(context: &OkepContext, section: usize) -> Option<Finding> {
    let most = context.template().template_requirements[section].sentences?;
    let heading = context.heading_of(section)?;
    let found = prose::sentences(context.document(), &heading.body);
    // Where a sentence ends is a matter of taste: only what is long by any count is reported.
    if found <= most * 2 || context.has_prompt(&heading.body) {
        return None;
    }
    let asked = if most == 1 { "1 sentence".to_owned() } else { format!("{most} sentences") };
    let message = format!("`{}` has {found} sentences; the template asks for {asked}", heading.text);
    let finding = RULE.at(context, heading.span.clone(), context.section_name(section), message);
    Some(finding.help("state the problem here, and move its background to the introduction"))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{check, check_only, with};

    #[test]
    fn a_problem_has_about_as_many_sentences_as_the_template_asks_for() {
        let problem = |text: &str| with("Tea is slow.\n", text);
        let five = "Tea is slow. Guests must wait for it. Some of them leave. Those who stay are thirsty. \
                All blame the cook.\n";
        check(&problem(five), &["long-problem-statement:5 Problem"]);
        check(&problem(&five.replace("Some of", "\n\nSome of")), &["long-problem-statement:5 Problem"]);
        for quiet in [
            "Tea is slow. Guests must wait for it. Some of them leave. Those who stay are thirsty.\n",
            "Tea is slow, e.g. Green tea, i.e. Sencha etc. With v1.2. It is as slow as in 1.1. See \
         https://example.org/a. All `a. B. C. D. E` wait.\n",
            "Tea is slow in these:\n\n* The first room is cold.\n* The second room is far.\n* The third is \
         shut.\n* The fourth room is wet.\n* The fifth room is dry.\n",
        ] {
            check_only("long-problem-statement", &problem(quiet), &[]);
        }
    }
}
