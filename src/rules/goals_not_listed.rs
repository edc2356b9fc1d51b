//! Running text where the template asks for a list.

use super::{Check, Demand, Finding, OkepContext, Per, Rule, Severity};
use crate::markdown::document::{Block, BlockKind};
use crate::markdown::placeholder::is_stub;
use crate::markdown::prose;
use crate::text::{Pattern, pattern};

pub static RULE: Rule = Rule {
    id: "goals-not-listed",
    severity: Severity::Hint,
    offence: "running text in a section for which the template asks for a bullet list",
    why: "Goals are checked one by one, in reviews and when the work is done; in a paragraph they are \
          easily overlooked.",
    bad: "## Goals\n\nAddresses are kept across a restart. They are handed out in order, too.",
    good: "## Goals\n\n* Addresses are kept across a restart.\n* They are handed out in order.",
    check: Check::Okep(Per::Section(check), None),
    demand: Demand::OfTemplate,
    ..Rule::BASE
};

/// One short sentence may be all there is to list.
const FEWEST_WORDS: usize = 10;

fn check(context: &OkepContext, section: usize) -> Option<Finding> {
    // As an author may begin an item: with a sign, bold words, `Goal 1`, or a short label such as `1.`, `(a)` or `G1:`.
    static ITEM: Pattern = Pattern::new(|| {
        pattern(
            r"(?m)^[^\S\n]*(?:[-+\\:]|\*\*|[^\w\x00-\x7f]|(?i:goal)\s[0-9]|\(*[A-Za-z0-9]{1,3}[.):]+(?:\s|$))",
        )
    });
    let is_asked = context.template().template_requirements[section].list;
    let row = context.alignment.matches[section].filter(|_| is_asked)?.row;
    let heading = context.heading(row);
    let document = context.document();
    let blocks = &document.blocks[heading.blocks.clone()];
    let text = |block: &Block| document.text.slice(block.span.clone());
    // Tables, code and deeper headings order things in their own way.
    let ordered = heading.has_matter || context.okep.outline.has_children(row);
    let listed = blocks.iter().any(|b| b.kind == BlockKind::Item);
    // The goals of another text are listed there, or are not.
    let elsewhere = blocks.first().is_some_and(|b| ["See ", "Same "].iter().any(|w| text(b).starts_with(w)));
    if ordered || listed || elsewhere || is_stub(document, heading) || prose::is_none(document, &heading.body)
    {
        return None;
    }
    let is_short = blocks.len() < 2
        && prose::sentences(document, &heading.body) < 2
        && prose::words(document, &heading.body) < FEWEST_WORDS;
    if is_short || context.has_prompt(&heading.body) || blocks.iter().any(|b| ITEM.is_match(text(b))) {
        return None;
    }
    let message = format!("the template asks for a list in `{}`; this is running text", heading.text);
    let finding = RULE.at(context, heading.span.clone(), context.section_name(section), message);
    Some(finding.help("make each one an item of a bulleted or numbered list"))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{check, check_only, with};

    #[test]
    fn goals_are_listed_where_the_template_asks_for_a_list() {
        let goals = |text: &str| with("* Fast tea\n", text);
        let loud = ["goals-not-listed:9 Goals"];
        check(&goals("Tea is to be fast. It is to stay hot as well.\n"), &loud);
        check(&goals("Tea is to be fast.\n\nIt is to stay hot.\n"), &loud);
        check(&goals("Tea is to be fast, to stay hot, and to be served to all guests at once.\n"), &loud);
        for quiet in [
            "1. Tea is to be fast.\n2. It is to stay hot.\n",
            "Of tea there are two things to say. These are they:\n\n- Fast.\n- Hot.\n",
            "Fast tea for all.\n",
            "There are no goals beyond those of the proposal before this one, which lists them.\n",
            "None\n",
            "Tea is to be:\n\n| fast | hot |\n|---|---|\n| yes | yes |\n",
            "**G1** Tea is to be fast. All of it.\n\n**G2** Tea is to be hot. All of it.\n",
            "(1) Tea is to be fast.\n(2) It is to stay hot.\n",
            "Of both kinds. There are two.\n\n### Near\n\nFast tea. Hot tea.\n",
            "G1: Tea is to be fast.\n\nG2: It is to stay hot.\n",
            "Goal 1: tea is to be fast.\n\nGoal 2: it is to stay hot.\n",
            "a. Tea is to be fast.\nb. It is to stay hot.\n",
            "✅ Tea is to be fast.\n✅ It is to stay hot.\n",
            "See the goals in the issue. They are kept there, and nowhere else.\n",
        ] {
            check_only("goals-not-listed", &goals(quiet), &[]);
        }
        // Other sections need no list.
        check_only("goals-not-listed", &with("Coffee.\n", "Coffee is one. Water is another one.\n"), &[]);
    }
}
