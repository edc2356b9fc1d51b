//! The form of the issue line, where it reads the same.

use super::{Check, Demand, Edit, Finding, Fix, OkepContext, Per, Rule, Severity};
use crate::markdown::document::{Block, BlockKind, fold_blanks};
use crate::markdown::lists;
use crate::okep::issue::IssueLine;
use crate::text::{is_one_of, words};

pub static RULE: Rule = Rule {
    id: "malformed-issue",
    severity: Severity::Hint,
    offence: "the issue line is not in the template's form, but reads the same",
    why: "A line in the template's form can be found by search and by tools.",
    bad: "- Issue: [\\#5259](https://github.com/ovn-kubernetes/ovn-kubernetes/issues/5259)",
    good: "* Issue: [#5259](https://github.com/ovn-kubernetes/ovn-kubernetes/issues/5259)",
    check: Check::Okep(Per::Okep(check), Some(fix)),
    demand: Demand::OfTemplate,
    fixability: "safe",
    ..Rule::BASE
};

fn check(context: &OkepContext) -> Option<Finding> {
    let (form, issue) = (context.template().issue.as_ref()?, context.okep.issue.as_ref()?);
    let link = form.link.as_ref()?;
    let says_enough = issue.number().is_some() && issue.elsewhere.is_none();
    // The issue of another project has another form, which names that.
    if !says_enough || issue.link.as_ref().is_some_and(|l| l.pull_request || !l.same_project(link)) {
        return None;
    }
    let written = fold_blanks(&issue.text);
    let Some(wanted) = wanted(context, issue, form) else {
        let message = format!("the issue line is `{written}`, without a link");
        let finding = RULE.at(context, issue.span.clone(), "issue", message);
        return Some(finding.help("link the number to the tracking issue"));
    };
    let folded = fold_blanks(&wanted);
    let message = format!("the issue line is `{written}`; the template's form is `{folded}`");
    let mut finding = RULE.at(context, issue.span.clone(), "issue", message);
    // Rewritten, the line would lose words of the author's.
    let help = match (issue.plain && !issue.is_reference(), keeps_words(issue, &wanted)) {
        (false, _) => Some("put the issue link on a line of its own"),
        (_, false) => Some("put the issue link on a line of its own, and the rest of this line on another"),
        (true, true) => None,
    };
    finding.help.extend(help.map(str::to_owned));
    (written != folded).then_some(finding)
}

/// The line in the template's form; in a list with other items it has the bullet or number that it has.
fn wanted(context: &OkepContext, issue: &IssueLine, form: &IssueLine) -> Option<String> {
    let line = issue.in_form_of(form)?;
    Some(lists::like_its_list(context.document(), issue.span.start, &line))
}

fn fix(context: &OkepContext, _: &Finding) -> Option<Fix> {
    let (form, issue) = (context.template().issue.as_ref()?, context.okep.issue.as_ref()?);
    let wanted = wanted(context, issue, form)?;
    if form.is_part || !keeps_words(issue, &wanted) || !may_become(context, issue, &wanted) {
        return None;
    }
    let complete = issue.link.as_ref().is_some_and(|l| l.number.is_some());
    let make = if complete { Fix::safe } else { Fix::suggested };
    let edit = Edit::replace(&context.okep.path, issue.span.clone(), wanted);
    Some(make("write the issue line in the template's form".to_owned(), vec![edit]))
}

/// Whether the line may have the bullet that `wanted` has, or has none.
///
/// A paragraph becomes a list item, or the reverse, only where it is all of its block, and no bullet changes where a
/// list is next to it that it would be part of.
fn may_become(context: &OkepContext, issue: &IssueLine, wanted: &str) -> bool {
    let is_bullet = |c: char| matches!(c, '*' | '-' | '+');
    let (bullet, sign) = (issue.bullet, wanted.chars().next().filter(|_| lists::is_marked(wanted)));
    if bullet == sign {
        return true;
    }
    let document = context.document();
    let Some(own) = document.blocks.iter().position(|b| b.span.end >= issue.span.end) else { return false };
    let block = &document.blocks[own];
    let begins = block.marker.unwrap_or(block.span.start) == issue.span.start;
    let ends = document.text.slice(issue.span.end..block.span.end).trim().is_empty();
    let is_whole = begins && ends && !block.has_children;
    let is_next = |other: &Block| {
        let (one, other_start) = (block.span.start, other.span.start);
        let between = one.min(other_start)..one.max(other_start);
        other.kind == BlockKind::Item && !document.headings.iter().any(|h| between.contains(&h.span.start))
    };
    let neighbours = [own.checked_sub(1), Some(own + 1)].into_iter().flatten();
    let keeps_kind = bullet.is_some_and(is_bullet) && sign.is_some_and(is_bullet);
    (keeps_kind || is_whole) && !neighbours.filter_map(|at| document.blocks.get(at)).any(is_next)
}

/// Whether the issue line loses no word of the author's in the form `wanted`.
fn keeps_words(issue: &IssueLine, wanted: &str) -> bool {
    let kept: Vec<String> = words(wanted).collect();
    // Those of an anchor of HTML are its form, and the host may be named another way.
    let is_kept = |word: String| kept.contains(&word) || is_one_of("http www a href", &word);
    let written = issue.after_label().unwrap_or(&issue.text);
    issue.plain && !issue.is_reference() && words(written).all(is_kept)
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{
        GOOD, ISSUE, OKEP, TEMPLATE, TEMPLATE_PATH, check, check_issue_form, fixed, fixed_issue, with_issue,
    };

    #[test]
    fn an_issue_elsewhere_before_the_first_section_counts() {
        let above = format!("{ISSUE}\n\n{}", with_issue("Some words."));
        check(&above, &[]);
        check(
            &with_issue("| Issue | [#7](@/issues/7) |\n|---|---|\n| Author | me |"),
            &["malformed-issue:3 issue"],
        );
    }

    #[test]
    fn the_label_is_the_templates() {
        let form = "- Tracker: [#1](https://github.com/org/net/issues/1)";
        check_issue_form(form, "- Tracker: [#7](https://github.com/org/net/issues/7)", &[]);
        check_issue_form(form, "- Tracker: TBD", &["missing-issue:3 issue"]);
        check_issue_form(
            form,
            "- Issue: [#7](https://github.com/org/net/issues/7)",
            &["malformed-issue:3 issue"],
        );
        let form = "Tracking: [#1](https://github.com/org/net/issues/1)";
        check_issue_form(form, "Tracking: [#7](https://github.com/org/net/issues/7)", &[]);
    }

    #[test]
    fn no_word_is_lost_where_the_issue_line_is_rewritten() {
        let check_fix = |lines: &str, expected: &str| {
            assert_eq!(fixed_issue("malformed-issue", lines), expected, "{lines}");
        };
        check_fix("- Issue: [\\#7](@/issues/7)", "safe: * issue: [#7](@/issues/7)");
        check_fix("* Issue: <a href=\"@/issues/7\">#7</a>", "safe: * issue: [#7](@/issues/7)");
        check_fix("* Issue: [#7](http://www.github.com/org/net/issues/7)", "safe: * issue: [#7](@/issues/7)");
        check_fix("Issue:\n[#7](@/issues/7)", "safe: * issue: [#7](@/issues/7)");
        check_fix("Authors: me\nIssue: [#7](@/issues/7)\nStatus: draft", "-");
        check_fix("- Issue: [#7](@/issues/7?a=b#c)", "safe: * issue: [#7](@/issues/7?a=b#c)");
        check_fix("* Issue: [OVN-K8s #7](@/issues/7)", "-");
        check_fix("* Issue: see [#7](@/issues/7)", "-");
        check_fix("- Issue: [#7](@/issues/7 \"all of it\")", "-");
        check_fix("The work is tracked in [#7](@/issues/7), see there.", "-");
        check_fix("**Issue: [#7](@/issues/7)**", "-");
        check_fix("| Issue | [#7](@/issues/7) |\n|---|---|", "-");
    }

    #[test]
    fn the_bullets_of_a_list_are_alike() {
        let list = |issue: &str| format!("- Authors: me\n{issue}");
        check(&with_issue(&list("- Issue: [#7](@/issues/7)")), &[]);
        let check_fix = |lines: &str, expected: &str| {
            assert_eq!(fixed_issue("malformed-issue", lines), expected, "{lines}");
        };
        check_fix(&list("- Issue: [\\#7](@/issues/7)"), "safe: - authors: me\n- issue: [#7](@/issues/7)");
        check_fix(
            "-   Issue: [\\#7](@/issues/7)\n-   By: me",
            "safe: -   issue: [#7](@/issues/7)\n-   by: me",
        );
        let nested = "* Links\n  - Issue: [\\#7](@/issues/7)\n  - By: me";
        check_fix(nested, "safe: * links\n  - issue: [#7](@/issues/7)\n  - by: me");
        // Another bullet makes another list.
        let apart = "* Authors: me\n\n- Issue: [#7](@/issues/7)";
        check(&with_issue(apart), &["malformed-issue:5 issue"]);
        // Of both, one list would become, with blank lines between its items.
        check_fix(apart, "-");
    }

    #[test]
    fn a_numbered_item_of_a_numbered_list_keeps_its_number() {
        let list = |issue: &str| format!("1. Authors: me\n2. {issue}\n3. Status: draft");
        check(&with_issue(&list("Issue: [#7](@/issues/7)")), &[]);
        assert_eq!(
            fixed_issue("malformed-issue", &list("Issue: [\\#7](@/issues/7)")),
            "safe: 1. authors: me\n2. issue: [#7](@/issues/7)\n3. status: draft"
        );
        let single = "1. Issue: [#7](@/issues/7)";
        assert_eq!(fixed_issue("malformed-issue", single), "safe: * issue: [#7](@/issues/7)");
        assert_eq!(fixed_issue("malformed-issue", &format!("{single}\n* Status: draft")), "-");
        assert_eq!(fixed_issue("malformed-issue", &format!("{single}\n   and more")), "-");
    }

    #[test]
    fn a_line_of_a_paragraph_or_next_to_a_list_becomes_no_item() {
        for lines in [
            "Authors: me\nIssue: [#7](@/issues/7)",
            "Issue: [#7](@/issues/7)\nStatus: draft",
            "Issue: [#7](@/issues/7)\n\n* Status: draft",
            "* Status: draft\n\nIssue: [#7](@/issues/7)",
        ] {
            assert_eq!(fixed_issue("malformed-issue", lines), "-", "{lines}");
        }
        assert_eq!(
            fixed_issue("malformed-issue", "Issue: [#7](@/issues/7)"),
            "safe: * issue: [#7](@/issues/7)"
        );
    }

    #[test]
    fn a_row_is_written_inside_of_a_table_only() {
        let form = "| Field | Value |\n|---|---|\n| Issue | [#1](https://github.com/org/net/issues/1) |";
        let template = TEMPLATE.replace("* Issue: [#1](https://github.com/org/net/issues/1)", form);
        let files = [(TEMPLATE_PATH, template.as_str()), (OKEP, GOOD)];
        assert_eq!(fixed("malformed-issue", &files), "-");
    }

    #[test]
    fn a_definition_is_written_below_its_term_only() {
        let form = "Issue\n: [#1](https://github.com/org/net/issues/1)";
        let template = TEMPLATE.replace("* Issue: [#1](https://github.com/org/net/issues/1)", form);
        assert_eq!(fixed("malformed-issue", &[(TEMPLATE_PATH, &template), (OKEP, GOOD)]), "-");
    }
}
