//! The tracking issue between title and first section.

use super::{Check, Demand, Edit, Finding, Fix, OkepContext, Per, Rule, Severity};
use crate::markdown::lists;
use crate::markdown::names::Name;
use crate::okep::issue::{self, IssueLine};
use crate::text::{Pattern, is_one_of, pattern, words};

pub static RULE: Rule = Rule {
    id: "missing-issue",
    severity: Severity::Error,
    offence: "no issue line before the first section",
    why: "Every OKEP is discussed and tracked in an issue; without the link, readers cannot find it.",
    bad: "# OKEP-5224: Connecting UDNs\n\n## Problem Statement",
    good: "# OKEP-5224: Connecting UDNs\n\n* Issue: [#5224](https://github.com/ovn-kubernetes/ovn-kubernetes/issues/5224)\n\n## Problem Statement",
    check: Check::Okep(Per::Okep(check), Some(fix)),
    demand: Demand::OfTemplate,
    fixability: "suggested",
    ..Rule::BASE
};

fn check(context: &OkepContext) -> Option<Finding> {
    let form = context.template().issue.as_ref()?;
    if context.document().is_blank() || context.okep.issue.is_none() && context.is_in_parts() {
        return None;
    }
    let remedy = match (further_down(context, form), wanted(context, form)) {
        (Some(line), _) => format!("line {line} links it; move that line before the first section"),
        (None, Some(wanted)) => format!("add `{wanted}` under the title"),
        (None, None) => "link the tracking issue under the title".into(),
    };
    let finding = match &context.okep.issue {
        None => {
            let message = "no line between the title and the first section links the tracking issue";
            RULE.absent(context, "issue", message.into())
        }
        // An issue of another tracker is one too; `foreign-issue` speaks of it.
        Some(issue) if issue.number().is_some() || issue.elsewhere.is_some() => return None,
        Some(issue) => RULE.at(context, issue.span.clone(), "issue", "the issue line names no issue".into()),
    };
    Some(finding.help(remedy))
}

fn fix(context: &OkepContext, _: &Finding) -> Option<Fix> {
    let form = context.template().issue.as_ref()?;
    let wanted = wanted(context, form)?;
    let is_word = |rest: &str| !rest.trim_matches([':', ' ', '*', '_']).contains(' ');
    match &context.okep.issue {
        Some(issue) if stands_in(context, issue, form) => {
            let wanted = lists::like_its_list(context.document(), issue.span.start, &wanted);
            let edit = Edit::replace(&context.okep.path, issue.span.clone(), wanted);
            Some(Fix::suggested("name the issue", vec![edit]))
        }
        // A word that is not understood may name the issue.
        Some(issue) if has_label_of(issue, form) && issue.after_label().is_none_or(is_word) => None,
        None if further_down(context, form).is_some() => None,
        // What else the line says is the author's.
        _ => insertion(context, &wanted),
    }
}

/// The line of a section that links the OKEP's issue, where none before the sections is an issue line.
fn further_down(context: &OkepContext, form: &IssueLine) -> Option<usize> {
    let okep = context.okep;
    let number = okep.number().filter(|_| okep.issue.is_none())?;
    let preamble = okep.document.preamble(okep.title.as_ref().map(|title| title.heading));
    let line = issue::in_sections(&okep.document, preamble.end, form, number)?;
    Some(okep.document.text.line_of(line.span.start))
}

/// The line to write; none where the template's is part of something larger, or where the number is known to be that
/// of something else.
fn wanted(context: &OkepContext, form: &IssueLine) -> Option<String> {
    let number = context.okep.number().filter(|_| !form.is_part)?;
    if is_taken(context, number) { None } else { form.for_number(number) }
}

/// Whether a line before the first section names a discussion or a pull request of this number: the two and issues
/// are numbered together.
fn is_taken(context: &OkepContext, number: u64) -> bool {
    static OTHER_KIND: Pattern =
        Pattern::new(|| pattern(r"(?i-u)\b(?:discussions?|mr|prs?|pulls?|requests)\b"));
    let document = context.document();
    let preamble = document.preamble(context.okep.title.as_ref().map(|title| title.heading));
    document.text.slice(document.body_start..preamble.end).lines().any(|line| {
        let mut words = line.split(|c: char| !c.is_alphanumeric());
        !line.trim_start().starts_with('#')
            && words.any(|word| word == number.to_string())
            && OTHER_KIND.is_match(line)
    })
}

/// Puts the line under the title: as the first item of the list that is there, else with blank lines around it.
fn insertion(context: &OkepContext, wanted: &str) -> Option<Fix> {
    let document = context.document();
    let title = context.okep.title.as_ref()?;
    let text = &document.text;
    let line = text.line_range(document.headings[title.heading].span.end.saturating_sub(1));
    let at = line.start + text.slice(line.clone()).trim_end_matches(['\n', '\r']).len();
    let ending = text.line_ending_near(line.end);
    let below = text.slice(line.end..text.len());
    let next = line.end + below.len() - below.trim_start().len();
    let list = lists::with_item(document, next).filter(|_| lists::is_marked(wanted));
    let edit = if let Some(list) = list {
        // The site takes the items of both lists for those of one.
        list.bullet?;
        let item = text.line_range(next);
        // A table of contents is no place for it.
        if document.links_in(&item).iter().any(|link| link.target.starts_with('#')) {
            return None;
        }
        let indent = text.slice(item.start..next);
        let gap = ending.repeat(if list.gaps.first() == Some(&true) { 2 } else { 1 });
        let new = format!("{indent}{}{gap}", lists::like_item(document, next, wanted));
        Edit::insert(&context.okep.path, item.start, new)
    } else if lists::is_marked(wanted) && next - text.line_range(next).start > 1 {
        // Below an item, indented text would be part of it.
        return None;
    } else {
        let is_apart = line.end == text.len() || text.slice(text.line_range(line.end)).trim().is_empty();
        let tail = if is_apart { "" } else { ending };
        Edit::insert(&context.okep.path, at, format!("{ending}{ending}{wanted}{tail}"))
    };
    Some(Fix::suggested("link the tracking issue", vec![edit]))
}

/// Words in place of an issue that is still to be opened.
const PLACEHOLDERS: &str =
    "a added be created filed follow link n none not open opened pending tba tbc tbd to todo yet";

fn has_label_of(issue: &IssueLine, form: &IssueLine) -> bool {
    let labels = issue.label.as_deref().zip(form.label.as_deref());
    labels.is_some_and(|(own, form)| Name::new(form).spells(&Name::new(own)))
}

/// Whether a line has the template's label and nothing behind it but the place of an issue to come, or the OKEP's
/// number in a form that links to nothing.
fn stands_in(context: &OkepContext, issue: &IssueLine, form: &IssueLine) -> bool {
    if !issue.plain || !has_label_of(issue, form) {
        return false;
    }
    let rest = issue.after_label().unwrap_or_default();
    let rest = issue.link.as_ref().map_or(rest.to_owned(), |link| rest.replace(&link.url, ""));
    let number = context.okep.number().map_or(String::new(), |number| number.to_string());
    words(&rest).all(|word| {
        is_one_of(PLACEHOLDERS, &word)
            || word.bytes().all(|b| matches!(b, b'x' | b'n'))
            || word.strip_prefix("gh").unwrap_or(&word) == number
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{
        ISSUE, OKEP, TEMPLATE, TEMPLATE_PATH, check, fixed, fixed_issue, notices, planned, tree,
        tree_without_template, with, with_issue,
    };

    #[test]
    fn without_a_template_no_repository_is_named() {
        let tree = tree_without_template(&[(OKEP, &with_issue("* Issue: TBD"))]);
        let findings = planned(&tree);
        let finding = findings.iter().find(|f| f.rule == "missing-issue").expect("it is missing");
        let fix = finding.fix.as_ref().expect("the number is known");
        assert_eq!(fix.edits[0].replacement, "* Issue: #7");
    }

    #[test]
    fn the_issue_is_named_before_the_first_section() {
        check(
            &with("* Issue: [#7](https://github.com/org/net/issues/7)\n\n", ""),
            &["missing-issue:- issue"],
        );
        check(&with("[#7](https://github.com/org/net/issues/7)", "TBD"), &["missing-issue:3 issue"]);
        check(&with("* Issue:", "- Issue:"), &["malformed-issue:3 issue"]);
        check(&with("* Issue:", "Issue:"), &["malformed-issue:3 issue"]);
        let elsewhere = with("* Issue: [#7](https://github.com/org/net/issues/7)\n\n", "")
            .replace("Tea is slow.", "* Issue: [#7](https://github.com/org/net/issues/7)");
        check(&elsewhere, &["missing-issue:- issue"]);
    }

    #[test]
    fn an_issue_line_of_a_section_is_moved_and_not_written_again() {
        let missing = |above: &str| {
            let document = with(ISSUE, above);
            let found = planned(&tree(&[(OKEP, &document)]));
            let finding = found.into_iter().find(|f| f.rule == "missing-issue").expect("it is missing");
            (finding.help.join("\n").contains("line 5 links it"), finding.fix.is_some())
        };
        let table = format!("| Issue | [#7]({URL}/issues/7) |\n|---|---|");
        let link = format!("* [#7]({URL}/issues/7)");
        for line in [ISSUE, &table, &link] {
            assert_eq!(missing(&format!("## Metadata\n\n{line}")), (true, false), "{line}");
        }
        let passing = format!("As said in [#7]({URL}/issues/7).");
        for line in [&passing, &ISSUE.replace('7', "8"), &ISSUE.replace("issues", "pull")] {
            assert_eq!(missing(&format!("## Metadata\n\n{line}")), (false, true), "{line}");
        }
    }

    const URL: &str = "https://github.com/org/net";

    #[test]
    fn what_is_named_in_passing_is_no_issue_line() {
        check(&with_issue("Proof of concept: [PR](@/pull/99)"), &["missing-issue:- issue"]);
        let first = "Needs a fix in OVN first: [ovn #200](https://github.com/ovn-org/ovn/issues/200)";
        check(&with_issue(first), &["missing-issue:- issue"]);
        check(&with_issue(&format!("{ISSUE}\n\n{first}")), &[]);
        check(&with_issue(&format!("* Proof of concept: [PR](@/pull/99)\n{ISSUE}")), &[]);
        check(
            &with_issue("* PR: [#99](@/pull/99)\n* Tracked by [#7](@/issues/7)"),
            &["malformed-issue:4 issue"],
        );
        check(&with_issue("* Issue: [PR](@/pull/99), [#7](@/issues/7)"), &["malformed-issue:3 issue"]);
        check(&with_issue("* Issues: [#8](@/issues/8), [#7](@/issues/7)"), &["malformed-issue:3 issue"]);
        check(&with_issue("* Issue: [#7](@/issues/7), [#8](@/issues/8)"), &[]);
    }

    #[test]
    fn a_template_without_a_readable_issue_line_is_a_notice() {
        let noted = |form: &str| {
            let template = TEMPLATE.replace("* Issue: [#1](https://github.com/org/net/issues/1)", form);
            notices(&tree(&[(TEMPLATE_PATH, &template)])).contains(&"no-issue-line")
        };
        assert!(noted("* Tracker: [X-1](https://issues.example.org/browse/X-1)"));
        assert!(noted("* Issue: #1"));
        assert!(noted(""));
        assert!(!noted("* Tracker: [#1](https://gitlab.com/grp/sub/tea/-/issues/1)"));
        assert!(!noted("* Issue: [#xxxx](https://github.com/org/net/issues/xxxx)"));
    }

    #[test]
    fn a_placeholder_is_replaced_and_the_authors_words_stay() {
        let check_fix =
            |lines: &str, expected: &str| assert_eq!(fixed_issue("missing-issue", lines), expected);
        check_fix("* Issue: TBD", "suggested: * issue: [#7](@/issues/7)");
        check_fix("* Issue: none yet", "suggested: * issue: [#7](@/issues/7)");
        check_fix("* Issue: not opened yet", "suggested: * issue: [#7](@/issues/7)");
        check_fix("* Issue: to be created", "suggested: * issue: [#7](@/issues/7)");
        for words in ["we shall open one as soon as all agree.", "see the [list](http://x.y)"] {
            let line = format!("* issue: {words}");
            check_fix(&line, &format!("suggested: * issue: [#7](@/issues/7)\n{line}"));
        }
        for words in ["N/A", "none", "GH7"] {
            check_fix(&format!("* Issue: {words}"), "suggested: * issue: [#7](@/issues/7)");
        }
        check_fix("* Issue: GH8", "-");
    }

    #[test]
    fn the_line_joins_the_list_below_the_title() {
        let check_fix =
            |lines: &str, expected: &str| assert_eq!(fixed_issue("missing-issue", lines), expected);
        check_fix("- [Problem](#problem)\n- [Goals](#goals)", "-");
        check_fix("- [x](y.md)", "suggested: - issue: [#7](@/issues/7)\n- [x](y.md)");
        check_fix("* By: me\n* As: draft", "suggested: * issue: [#7](@/issues/7)\n* by: me\n* as: draft");
        check_fix("- By: me\n- As: draft", "suggested: - issue: [#7](@/issues/7)\n- by: me\n- as: draft");
        check_fix(
            "* By: me\n\n* As: draft",
            "suggested: * issue: [#7](@/issues/7)\n\n* by: me\n\n* as: draft",
        );
        let more = ["* By: me\n* As: draft\n\n    more", "* By: me\n* As: draft\n\n* At: home"];
        for lines in more.into_iter().chain(["* By: me\n\n    more\n\n    and more"]) {
            let joined = format!("suggested: * issue: [#7](@/issues/7)\n{}", lines.to_lowercase());
            check_fix(lines, &joined);
        }
        check_fix("-   By: me", "suggested: -   issue: [#7](@/issues/7)\n-   by: me");
        check_fix("By: me\n\n* As: draft", "suggested: * issue: [#7](@/issues/7)\n\nby: me\n\n* as: draft");
        check_fix("1. By: me", "-");
        check_fix("* By: me\n* Issue: TBD", "suggested: * by: me\n* issue: [#7](@/issues/7)");
        check_fix("- By: me\n- Issue: TBD", "suggested: - by: me\n- issue: [#7](@/issues/7)");
    }

    #[test]
    fn the_number_of_a_discussion_or_a_pull_request_is_no_issue() {
        let check_fix =
            |lines: &str, expected: &str| assert_eq!(fixed_issue("missing-issue", lines), expected);
        for line in [
            "* Discussion: [#7](@/discussions/7)",
            "* Pull Request: [#7](@/pull/7)",
            "* Proof of concept: <@/pull/7#files>",
            "* PR: #7",
        ] {
            check_fix(line, "-");
        }
        for line in ["* Discussion: [#17](@/discussions/17)", "* PR: #77", "* Review: round 7"] {
            let line = line.to_lowercase();
            check_fix(&line, &format!("suggested: * issue: [#7](@/issues/7)\n{line}"));
        }
    }

    #[test]
    fn no_indented_text_gets_into_the_item() {
        assert_eq!(fixed_issue("missing-issue", "    tea"), "-");
    }

    #[test]
    fn a_row_is_written_inside_of_a_table_only() {
        let form = "| Issue | [#1](https://github.com/org/net/issues/1) |\n|---|---|\n| By | me |";
        let template = TEMPLATE.replace("* Issue: [#1](https://github.com/org/net/issues/1)", form);
        let document = with_issue("Some words.");
        assert_eq!(fixed("missing-issue", &[(TEMPLATE_PATH, &template), (OKEP, &document)]), "-");
    }

    #[test]
    fn a_definition_is_written_below_its_term_only() {
        let form = "Issue\n: [#1](https://github.com/org/net/issues/1)";
        let template = TEMPLATE.replace("* Issue: [#1](https://github.com/org/net/issues/1)", form);
        let document = with_issue("Some words.");
        assert_eq!(fixed("missing-issue", &[(TEMPLATE_PATH, &template), (OKEP, &document)]), "-");
    }
}
