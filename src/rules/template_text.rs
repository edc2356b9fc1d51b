//! Prompts of the template that an author left in place.

use super::{Check, Edit, Finding, Fix, OkepContext, Per, Rule, Severity};
use crate::markdown::section_bounds::{begin, text_end};
use crate::okep::issue::IssueLine;
use crate::okep::own_text::has_own_text;
use crate::okep::prompts::Leftover;
use crate::rules::edits::markdown;
use std::ops::Range;

pub static RULE: Rule = Rule {
    id: "template-text",
    severity: Severity::Error,
    offence: "a prompt of the template was left in place",
    why: "A prompt is a question to the author. Left in place, it reads as the proposal's own words.",
    bad: "## Goals\n\n(Bullet list of Primary goals of this proposal.)\n\n* Connect networks",
    good: "## Goals\n\n* Connect networks",
    check: Check::Okep(Per::Offence(check), Some(fix)),
    fixability: "suggested where the section is answered",
    is_superfluous: true,
    ..Rule::BASE
};

fn check(context: &OkepContext) -> Vec<Finding> {
    groups(context).map(|group| finding(context, group)).collect()
}

/// The prompts of each section.
fn groups<'a>(context: &'a OkepContext) -> impl Iterator<Item = &'a [Leftover]> {
    context.leftovers().chunk_by(|a, b| section_of(context, a) == section_of(context, b))
}

/// Index of the heading above the text.
fn section_of(context: &OkepContext, leftover: &Leftover) -> usize {
    context.document().headings.partition_point(|h| h.span.start <= leftover.span.start)
}

fn finding(context: &OkepContext, group: &[Leftover]) -> Finding {
    let runs = runs(group);
    let document = context.document();
    let first = runs[0].clone();
    let section = section_of(context, &group[0]);
    let row = section.checked_sub(1).and_then(|heading| context.row_of_heading(heading));
    let subject = row.map_or("preamble", |row| context.subject_of_row(row));
    let text = crate::markdown::document::fold_blanks(document.text.slice(first.clone()));
    let shown = if text.chars().count() > 60 { format!("{text:.57}...") } else { text };
    let message = match subject {
        "preamble" => format!("template prompt left above the first section: `{shown}`"),
        subject => format!("template prompt left in `{subject}`: `{shown}`"),
    };
    let finding = RULE.at(context, first, subject, message).related(context, &runs[1..], "and here");
    let answered = is_answered(context, section);
    finding.help(if answered { "delete it; the section is answered" } else { "answer it and delete it" })
}

/// The stretches of text that are prompts throughout.
fn runs(group: &[Leftover]) -> Vec<Range<usize>> {
    let runs = group.chunk_by(|one, next| next.block == one.block + 1 && next.whole_block);
    runs.map(|run| run[0].span.start..run[run.len() - 1].span.end).collect()
}

/// Deletes the prompts of a section that has an answer next to them.
fn fix(context: &OkepContext, finding: &Finding) -> Option<Fix> {
    let group = groups(context).find(|group| finding.is_at(&runs(group)[0]))?;
    let document = context.document();
    if !is_answered(context, section_of(context, &group[0])) {
        return None;
    }
    let removals = merged(group.iter().map(|leftover| markdown::removal(document, leftover)).collect());
    let with_blanks = |removal| markdown::with_blanks(document, removal);
    // What has become one deletion may reach the end from further up.
    let removals = merged(removals.into_iter().map(with_blanks).collect());
    let removals = removals.into_iter().map(|removal| markdown::up_to_the_end(document, removal));
    let edits = removals.map(|removal| Edit::replace(&context.okep.path, removal, "")).collect();
    Some(Fix::suggested("delete the prompt", edits))
}

/// Whether the author has said something between a heading (its index from 1, 0 for none) and the next one; before
/// the first section the OKEP's own issue is enough.
fn is_answered(context: &OkepContext, section: usize) -> bool {
    let document = context.document();
    let start = section.checked_sub(1).map_or(document.body_start, |h| document.headings[h].span.end);
    // What belongs to the next heading is no answer to this one.
    let next = document.headings.get(section);
    let end = next.map_or_else(|| text_end(document), |_| begin(document, section)).max(start);
    let own_issue = |issue: &&IssueLine| issue.number().is_some() && issue.number() == context.okep.number();
    let issue = context.okep.issue.as_ref();
    let other_issue = issue.filter(|issue| !own_issue(issue)).map(|issue| &issue.span);
    let prompts = &context.requirements.prompts;
    has_own_text(document, &(start..end), prompts, context.leftovers(), other_issue)
}

/// Ranges in order, those that touch as one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    ranges.dedup_by(|range, last| {
        let touches = range.start <= last.end;
        last.end = if touches { last.end.max(range.end) } else { last.end };
        touches
    });
    ranges
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{
        ISSUE, OKEP, TEMPLATE, TEMPLATE_PATH, check, check_files, check_fix, fixed_issue, with,
    };

    #[test]
    fn prompts_do_not_stay() {
        check(
            &with("Tea is slow.", "(One or two sentences on what\nis wrong today.)"),
            &["template-text:7 Problem"],
        );
        check(&with("Drink it.", "* Unit Testing details"), &["template-text:25 Testing Details"]);
        check(&with("Drink it.", "* Unit Testing details: drink it."), &[]);
        check(
            &with("issues/7)\n", "issues/7)\n(Open one if you have none yet. Then use its number.)\n"),
            &["template-text:4 preamble"],
        );
        check(
            &with("Coffee.", "> (Other designs and why they were not taken.)\n\nCoffee."),
            &["template-text:29 Alternatives"],
        );
    }

    #[test]
    fn the_issue_line_is_no_prompt() {
        let prompt = "(Open one if you have none yet. Then use its number.)";
        // An untouched copy: the line is the template's own, word by word.
        let own = "* Issue: [#1](https://github.com/org/net/issues/1)";
        let copy = with(ISSUE, &format!("{own}\n{prompt}"));
        check(&copy, &["number-mismatch:3 number", "template-text:4 preamble"]);
        let fixed = |lines: &str| fixed_issue("template-text", lines);
        let kept = "suggested: * issue: [#7](@/issues/7)";
        assert_eq!(fixed(&format!("{ISSUE}\n{prompt}")), kept);
        assert_eq!(fixed(&format!("{ISSUE} {prompt}")), kept);
        assert_eq!(fixed(&format!("* Issue: [#1](@/issues/1)\n{prompt}")), "-");
        // Neither are words that an author puts before or behind it.
        check(&with(ISSUE, &format!("{ISSUE}\n(Opened in May.)")), &[]);
        // A prompt without parentheses begins behind the link as well.
        let template = TEMPLATE.replace(
            "(Open one if you have none yet. Then use its number.)",
            "open one if you have none yet",
        );
        let document = with(ISSUE, &format!("{ISSUE}\nopen one if you have none yet"));
        check_files(&[(TEMPLATE_PATH, &template), (OKEP, &document)], &["template-text:4 preamble"]);
    }

    #[test]
    fn a_prompt_goes_where_the_section_is_answered() {
        let prompt = "(Other designs and why they were not taken.)";
        let answered = |text: &str| with("Coffee.", text);
        let check_answer = |text: &str, expected: Option<&str>| {
            check_fix("template-text", &answered(text), expected.map(answered).as_deref());
        };
        check_answer(&format!("{prompt}\n\nCoffee."), Some("Coffee."));
        check_answer(&format!("Coffee.\n\n{prompt}"), Some("Coffee."));
        check_answer(&format!("Coffee. {prompt}"), Some("Coffee."));
        check_answer(
            &format!("{prompt}\n\n| Tea | Coffee |\n|---|---|"),
            Some("| Tea | Coffee |\n|---|---|"),
        );
        for unanswered in
            ["", "TBD", "<!-- coffee -->", "* TODO", "To be discussed.", "### Coffee\n\nIt is bitter."]
        {
            check_answer(&format!("{prompt}\n\n{unanswered}"), None);
        }
    }

    #[test]
    fn before_the_first_section_the_own_issue_is_an_answer() {
        let prompt = "(Open one if you have none yet. Then use its number.)";
        let check_issue = |lines: &str, expected: &str| {
            assert_eq!(fixed_issue("template-text", &lines.replace('P', prompt)), expected, "{lines}");
        };
        check_issue("* Issue: [#7](@/issues/7)\nP", "suggested: * issue: [#7](@/issues/7)");
        check_issue("* Issue: [#8](@/issues/8)\nP", "-");
        check_issue("* Issue: TBD\nP", "-");
        check_issue("P", "-");
    }
}
