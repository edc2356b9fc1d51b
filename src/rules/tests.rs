//! What each rule says, and where it is silent: `check(document, expected)`.

use super::RULES;
use crate::audit::{TemplateTimeline, audit};
use crate::files::{Layout, PathKind, Tree};
use crate::fix::plan::plan;
use crate::okep::snapshot::{Parsed, Snapshot};
use crate::rules::finding::Finding;

const TEMPLATE: &str = "\
# OKEP-1: OKEP Template

* Issue: [#1](https://github.com/org/net/issues/1)
(Open one if you have none yet. Then use its number.)

## Problem

(One or two sentences on what is wrong today.)

## Goals

(Bullet list of what this is to reach.)

## Non-Goals

## Proposed Solution

What is the solution to the problem above?

### API Details

* add details if the API is changing

### Testing Details

* Unit Testing details

## Alternatives

(Other designs and why they were not taken.)

## References
";

const GOOD: &str = "\
# OKEP-7: Faster Tea

* Issue: [#7](https://github.com/org/net/issues/7)

## Problem

Tea is slow.

## Goals

* Fast tea

## Non-Goals

None

## Proposed Solution

### API Details

A `Kettle`.

### Testing Details

Drink it.

## Alternatives

Coffee.

## References

N/A
";

const NAV: &str = "nav:\n  - Proposals:\n    - Faster Tea: okeps/okep-7-faster-tea.md\n";

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    tree.insert("docs/okeps/okep-1-template.md", TEMPLATE.as_bytes());
    tree.insert("mkdocs.yml", NAV.as_bytes());
    for (path, text) in files {
        tree.insert(*path, text.as_bytes());
    }
    tree
}

/// The findings as `rule:line subject`, a line each; `-` where a thing is absent.
fn told(tree: &Tree) -> String {
    let snapshot = Snapshot::new(tree, &Layout::default(), &Parsed::default());
    let lines: Vec<String> = audit(&snapshot, None)
        .findings
        .iter()
        .map(|f| {
            let line = f.place.as_ref().map_or("-".into(), |p| p.line.to_string());
            format!("{}:{line} {}", f.rule, f.subject)
        })
        .collect();
    lines.join("\n")
}

fn check_tree(files: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(told(&tree(files)), expected.join("\n"));
}

/// Judges one document beside the template and a `nav` that names it.
fn check(document: &str, expected: &[&str]) {
    check_tree(&[("docs/okeps/okep-7-faster-tea.md", document)], expected);
}

const OKEP: &str = "docs/okeps/okep-7-faster-tea.md";

/// The findings with their fixes.
fn planned(snapshot: &Snapshot) -> Vec<Finding> {
    let mut findings = audit(snapshot, None).findings;
    plan(snapshot, &TemplateTimeline::of(snapshot, None), findings.iter_mut().collect());
    findings
}

/// The findings of one rule.
fn of_rule(told: &str, rule: &str) -> Vec<String> {
    told.lines().filter(|l| l.starts_with(&format!("{rule}:"))).map(str::to_owned).collect()
}

/// As [`check`], blind to other rules.
fn check_only(rule: &str, document: &str, expected: &[&str]) {
    assert_eq!(of_rule(&told(&tree(&[(OKEP, document)])), rule), expected, "{document}");
}

/// The good document with one passage replaced.
fn with(old: &str, new: &str) -> String {
    assert_eq!(GOOD.matches(old).count(), 1, "{old:?} stands once in the good document");
    GOOD.replace(old, new)
}

#[test]
fn a_good_document_is_left_alone() {
    check(GOOD, &[]);
    check(&GOOD.replace('\n', "\r\n"), &[]);
    check(&format!("\u{feff}{GOOD}"), &[]);
    check(&format!("---\ntitle: Tea\n---\n{GOOD}"), &[]);
    check(GOOD.trim_end(), &[]);
}

#[test]
fn titles_are_of_one_form() {
    check(&with("# OKEP-7: Faster Tea", "# okep 7 - Faster Tea"), &["malformed-title:1 title"]);
    check(&with("# OKEP-7: Faster Tea", "# Faster Tea"), &["malformed-title:1 title"]);
    check(&with("# OKEP-7: Faster Tea", "# OKEP-7: `Faster` Tea"), &[]);
    // At the very start MkDocs takes `OKEP-7: ...` for a header of the page, and shows no title.
    let underlined = with("# OKEP-7: Faster Tea", "OKEP-7: Faster Tea\n===");
    check(&underlined, &["ambiguous-heading:1 OKEP-7: Faster Tea"]);
    check(&with("# OKEP-7: Faster Tea", "# OKEP-7:"), &["malformed-title:1 title"]);
    check(&with("# OKEP-7: Faster Tea", "# OKEP-7: OKEP Template"), &["malformed-title:1 title"]);
}

#[test]
fn a_document_without_a_title_keeps_its_first_section() {
    check(
        "## Problem\n\nx\n",
        &[
            "malformed-title:- title",
            "missing-issue:- issue",
            "missing-section:- API Details",
            "missing-section:- Alternatives",
            "missing-section:- Goals",
            "missing-section:- Non-Goals",
            "missing-section:- Proposed Solution",
            "missing-section:- References",
            "missing-section:- Testing Details",
        ],
    );
}

#[test]
fn an_empty_file_is_one_finding() {
    check("", &["malformed-title:- title"]);
    check("\n\n", &["malformed-title:- title"]);
}

#[test]
fn all_numbers_agree() {
    check(&with("# OKEP-7:", "# OKEP-8:"), &["number-mismatch:1 number"]);
    check(&with("[#7]", "[#8]"), &["number-mismatch:3 number"]);
    check(&with("issues/7", "issues/8"), &["number-mismatch:3 number"]);
    check(&with("[#7]", "[\\#7]"), &["malformed-issue:3 issue"]);
    // Digits of a name are no number of an issue.
    check(&with("[#7]", "[Layer2 tea]"), &["malformed-issue:3 issue"]);
    check(&with("[#7]", "[OVN-K8s #7]"), &["malformed-issue:3 issue"]);
    check(&with("[#7]", "[OVN-K8s #8]"), &["malformed-issue:3 issue", "number-mismatch:3 number"]);
}

#[test]
fn the_issue_stands_before_the_first_section() {
    check(&with("* Issue: [#7](https://github.com/org/net/issues/7)\n\n", ""), &["missing-issue:- issue"]);
    check(&with("[#7](https://github.com/org/net/issues/7)", "TBD"), &["missing-issue:3 issue"]);
    check(&with("* Issue:", "- Issue:"), &["malformed-issue:3 issue"]);
    check(&with("* Issue:", "Issue:"), &["malformed-issue:3 issue"]);
    let elsewhere = with("* Issue: [#7](https://github.com/org/net/issues/7)\n\n", "")
        .replace("Tea is slow.", "* Issue: [#7](https://github.com/org/net/issues/7)");
    check(&elsewhere, &["missing-issue:- issue"]);
}

#[test]
fn the_issue_is_one_of_the_templates_repository() {
    check(&with("github.com/org/net", "github.com/old/net"), &["foreign-issue:3 issue"]);
    check(&with("net/issues/7", "net/pull/7"), &["foreign-issue:3 issue"]);
    check(&with("github.com/org/net", "github.com/Org/Net"), &[]);
    // Another project is named in running text, and right.
    check(&with("Tea is slow.", "See https://github.com/old/net/issues/9."), &[]);
}

const ISSUE: &str = "* Issue: [#7](https://github.com/org/net/issues/7)";

/// The good document with other lines for its issue line; `@` stands for the template's repository.
fn with_issue(lines: &str) -> String {
    with(ISSUE, &lines.replace('@', "https://github.com/org/net"))
}

#[test]
fn what_is_named_in_passing_is_no_issue_line() {
    check(&with_issue("Proof of concept: [PR](@/pull/99)"), &["missing-issue:- issue"]);
    let first = "Needs a fix in OVN first: [ovn #200](https://github.com/ovn-org/ovn/issues/200)";
    check(&with_issue(first), &["missing-issue:- issue"]);
    check(&with_issue(&format!("{ISSUE}\n\n{first}")), &[]);
    check(&with_issue(&format!("* Proof of concept: [PR](@/pull/99)\n{ISSUE}")), &[]);
    check(&with_issue("* PR: [#99](@/pull/99)\n* Tracked by [#7](@/issues/7)"), &["malformed-issue:4 issue"]);
    check(&with_issue("* Issue: [PR](@/pull/99), [#7](@/issues/7)"), &["malformed-issue:3 issue"]);
    check(&with_issue("* Issues: [#8](@/issues/8), [#7](@/issues/7)"), &["malformed-issue:3 issue"]);
    check(&with_issue("* Issue: [#7](@/issues/7), [#8](@/issues/8)"), &[]);
}

#[test]
fn the_issue_may_stand_elsewhere_before_the_first_section() {
    let above = format!("{ISSUE}\n\n{}", with_issue("Some words."));
    check(&above, &[]);
    check(
        &with_issue("| Issue | [#7](@/issues/7) |\n|---|---|\n| Author | me |"),
        &["malformed-issue:3 issue"],
    );
}

#[test]
fn an_issue_of_another_tracker_is_foreign() {
    check(&with_issue("* Issue: [#7](https://issues.example.org/browse/X-7)"), &["foreign-issue:3 issue"]);
    check(&with_issue("* Issue: [X-7](https://issues.example.org/browse/X-7)"), &["foreign-issue:3 issue"]);
    check(&with_issue("* Issue: [TBD](https://example.org/docs)"), &["missing-issue:3 issue"]);
    check(&with_issue("* Issue: #7"), &["malformed-issue:3 issue"]);
}

/// What the fix for the finding of `rule` leaves of the lines put in for the issue line, with the fix's
/// safety before it; `-` where there is no fix.
fn mended_issue(rule: &str, lines: &str) -> String {
    let path = "docs/okeps/okep-7-faster-tea.md";
    let document = with_issue(lines);
    let snapshot = Snapshot::new(&tree(&[(path, &document)]), &Layout::default(), &Parsed::default());
    let found = planned(&snapshot);
    let finding = found.iter().find(|f| f.rule == rule).expect("the rule speaks");
    assert!(!finding.message.contains('\n'), "{}", finding.message);
    let Some(fix) = &finding.fix else { return "-".to_owned() };
    let mut text = document.clone();
    for edit in fix.edits.iter().rev() {
        text.replace_range(edit.start..edit.end, &edit.replacement);
    }
    let (head, tail) = GOOD.split_once(ISSUE).expect("it stands there");
    let inside = text.strip_prefix(head).and_then(|t| t.strip_suffix(tail)).expect("the rest is as it was");
    format!("{:?}: {}", fix.safety, inside.replace("https://github.com/org/net", "@")).to_lowercase()
}

#[test]
fn no_word_is_lost_where_the_issue_line_is_rewritten() {
    let malformed = |lines: &str, expected: &str| {
        assert_eq!(mended_issue("malformed-issue", lines), expected, "{lines}");
    };
    malformed("- Issue: [\\#7](@/issues/7)", "safe: * issue: [#7](@/issues/7)");
    malformed("* Issue: <a href=\"@/issues/7\">#7</a>", "safe: * issue: [#7](@/issues/7)");
    malformed("* Issue: [#7](http://www.github.com/org/net/issues/7)", "safe: * issue: [#7](@/issues/7)");
    malformed("Issue:\n[#7](@/issues/7)", "safe: * issue: [#7](@/issues/7)");
    malformed(
        "Authors: me\nIssue: [#7](@/issues/7)\nStatus: draft",
        "suggested: authors: me\n* issue: [#7](@/issues/7)\nstatus: draft",
    );
    malformed("- Issue: [#7](@/issues/7?a=b#c)", "safe: * issue: [#7](@/issues/7?a=b#c)");
    malformed("* Issue: [OVN-K8s #7](@/issues/7)", "-");
    malformed("* Issue: see [#7](@/issues/7)", "-");
    malformed("- Issue: [#7](@/issues/7 \"all of it\")", "-");
    malformed("The work is tracked in [#7](@/issues/7), see there.", "-");
    malformed("**Issue: [#7](@/issues/7)**", "-");
    malformed("| Issue | [#7](@/issues/7) |\n|---|---|", "-");
    let missing = |lines: &str, expected: &str| assert_eq!(mended_issue("missing-issue", lines), expected);
    missing("* Issue: TBD", "suggested: * issue: [#7](@/issues/7)");
    missing("* Issue: to be created", "suggested: * issue: [#7](@/issues/7)");
    for words in ["we shall open one as soon as all agree.", "see the [list](http://x.y)"] {
        let line = format!("* issue: {words}");
        missing(&line, &format!("suggested: * issue: [#7](@/issues/7)\n\n{line}"));
    }
}

/// Judges a document beside a template whose issue line is another.
fn check_form(form: &str, issue: &str, expected: &[&str]) {
    let template = TEMPLATE.replace("* Issue: [#1](https://github.com/org/net/issues/1)", form);
    let document = with(ISSUE, issue);
    check_tree(
        &[("docs/okeps/okep-1-template.md", &template), ("docs/okeps/okep-7-faster-tea.md", &document)],
        expected,
    );
}

#[test]
fn the_label_is_the_templates() {
    let form = "- Tracker: [#1](https://github.com/org/net/issues/1)";
    check_form(form, "- Tracker: [#7](https://github.com/org/net/issues/7)", &[]);
    check_form(form, "- Tracker: TBD", &["missing-issue:3 issue"]);
    check_form(form, "- Issue: [#7](https://github.com/org/net/issues/7)", &["malformed-issue:3 issue"]);
    let form = "Tracking: [#1](https://github.com/org/net/issues/1)";
    check_form(form, "Tracking: [#7](https://github.com/org/net/issues/7)", &[]);
}

#[test]
fn a_template_whose_issue_line_cannot_be_read_says_so() {
    let noted = |form: &str| {
        let template = TEMPLATE.replace("* Issue: [#1](https://github.com/org/net/issues/1)", form);
        let tree = tree(&[("docs/okeps/okep-1-template.md", &template)]);
        let notes = Snapshot::new(&tree, &Layout::default(), &Parsed::default()).notes;
        notes.iter().any(|n| n.kind == "no-issue-line")
    };
    assert!(noted("* Tracker: [X-1](https://issues.example.org/browse/X-1)"));
    assert!(noted("* Issue: #1"));
    assert!(noted(""));
    assert!(!noted("* Tracker: [#1](https://gitlab.com/grp/sub/tea/-/issues/1)"));
    assert!(!noted("* Issue: [#xxxx](https://github.com/org/net/issues/xxxx)"));
}

#[test]
fn issues_of_gitlab_are_checked() {
    let form = "* Tracker: [#1](https://gitlab.com/grp/sub/tea/-/issues/1)";
    check_form(form, "* Tracker: [#7](https://gitlab.com/grp/sub/tea/-/issues/7)", &[]);
    check_form(form, "", &["missing-issue:- issue"]);
    let other = "* Tracker: [#7](https://gitlab.com/grp/sub/milk/-/issues/7)";
    check_form(form, other, &["foreign-issue:3 issue"]);
    let merge_request = "* Tracker: [#7](https://gitlab.com/grp/sub/tea/-/merge_requests/7)";
    check_form(form, merge_request, &["foreign-issue:3 issue"]);
    let numbers = "* Tracker: [#7](https://gitlab.com/grp/sub/tea/-/issues/8)";
    check_form(form, numbers, &["number-mismatch:3 number"]);
}

#[test]
fn every_section_is_there() {
    check(&with("## Alternatives\n\nCoffee.\n\n", ""), &["missing-section:- Alternatives"]);
    check(&with("### API Details\n\nA `Kettle`.\n\n", ""), &["missing-section:- API Details"]);
    check(&with("Tea is slow.", "```\n# Alternatives\n```"), &[]);
}

#[test]
fn a_heading_in_raw_html_is_told_with_what_is_missing() {
    let help = |document: &str| {
        let tree = tree(&[("docs/okeps/okep-7-faster-tea.md", document)]);
        let snapshot = Snapshot::new(&tree, &Layout::default(), &Parsed::default());
        let found = planned(&snapshot);
        let missing = found.into_iter().find(|f| f.rule == "missing-section").expect("it is missing");
        (missing.help.join("\n").contains("line 9 has it as raw HTML"), missing.fix.is_some())
    };
    assert_eq!(help(&with("## Goals", "<h2 align=\"left\">Goals</h2>")), (true, false));
    assert_eq!(help(&with("## Goals", "<h2>Aims</h2>")), (false, true));
}

#[test]
fn sections_under_another_name_are_told_once() {
    check(&with("## Non-Goals", "## Non Goals"), &["renamed-section:13 Non-Goals"]);
    check(&with("## Alternatives", "## Considered Alternatives"), &["renamed-section:27 Alternatives"]);
    check(&with("### Testing Details", "### Testing Strategy"), &["renamed-section:23 Testing Details"]);
    check(&with("## References", "## Refrences"), &["renamed-section:31 References"]);
    check(&with("## Alternatives", "## **Alternatives**"), &[]);
}

#[test]
fn numbers_of_sections_are_one_finding() {
    let number = |mut text: String| {
        for (i, name) in ["Problem", "Goals", "Non-Goals", "Proposed", "Alternatives"].iter().enumerate() {
            text = text.replace(&format!("## {name}"), &format!("## {}. {name}", i + 1));
        }
        text
    };
    check(&number(GOOD.to_owned()), &["renamed-section:5 Problem"]);
    check(&with("## Goals", "## 2. Goals"), &["renamed-section:9 Goals"]);
    // A template that numbers its sections is followed.
    let template = ("docs/okeps/okep-1-template.md", &*number(TEMPLATE.to_owned()));
    check_tree(&[template, ("docs/okeps/okep-7-faster-tea.md", &number(GOOD.to_owned()))], &[]);
    // Steps inside a section are the author's own.
    check(&with("A `Kettle`.", "#### 1. Fill\n\nx\n\n#### 2. Boil\n\nx"), &[]);
}

#[test]
fn a_heading_that_borrows_a_sections_name_stands_for_it() {
    check(&with("## Goals", "## Primary Goals"), &["renamed-section:9 Goals"]);
    check(&with("## Non-Goals", "## Non Goals / Out of scope"), &["renamed-section:13 Non-Goals"]);
    // Beside the section itself it is another one.
    check(
        &with("## Non-Goals", "## Goals of the Brewery\n\nMore.\n\n## Non-Goals"),
        &["extra-section:13 Goals of the Brewery"],
    );
    check(
        &with("## References", "## API Reference"),
        &["missing-section:- References", "extra-section:31 API Reference"],
    );
}

#[test]
fn sections_under_one_heading_are_one_finding() {
    let merged = with("## Goals\n\n* Fast tea\n\n## Non-Goals", "## Goals and Non-Goals");
    check(&merged, &["renamed-section:9 Goals"]);
    check(
        &with("## Goals\n\n* Fast tea\n\n## Non-Goals", "## Goals and Objectives"),
        &["missing-section:- Non-Goals", "renamed-section:9 Goals"],
    );
}

/// Judges against a template with one more section, which lists several things.
fn check_risks(document: &str, expected: &[&str]) {
    let template =
        TEMPLATE.replace("## Alternatives", "## Risks, Known Limits and Mitigations\n\n## Alternatives");
    let template = ("docs/okeps/okep-1-template.md", &*template);
    check_tree(&[template, ("docs/okeps/okep-7-faster-tea.md", document)], expected);
}

#[test]
fn a_section_in_several_headings_is_one_finding() {
    let shared_out = with(
        "## Alternatives",
        "## Risks\n\nx\n\n## Known Limits\n\nx\n\n## Mitigations\n\nx\n\n## Alternatives",
    );
    check_risks(&shared_out, &["renamed-section:27 Risks, Known Limits and Mitigations"]);
    let whole = with(
        "## Alternatives",
        "## Risks, Known Limits and Mitigations\n\nx\n\n## Mitigations\n\nx\n\n## Alternatives",
    );
    check_risks(&whole, &["extra-section:31 Mitigations"]);
}

#[test]
fn a_section_inside_a_renamed_one_is_misplaced_not_missing() {
    for parent in ["Proposed Solution", "Proposal"] {
        let inside = with("## Alternatives", "### Risks and Mitigations\n\nx\n\n## Alternatives")
            .replace("## Proposed Solution", &format!("## {parent}"));
        let name = "Risks, Known Limits and Mitigations";
        let misplaced = [format!("misplaced-section:27 {name}"), format!("renamed-section:27 {name}")];
        let mut expected = vec!["renamed-section:17 Proposed Solution"];
        expected.extend(misplaced.iter().map(String::as_str));
        check_risks(&inside, &expected[usize::from(parent == "Proposed Solution")..]);
    }
    // Inside a section of the author's own it is the author's.
    let own = with("## Alternatives", "## Terms\n\n### Risks\n\nx\n\n## Alternatives");
    check_risks(&own, &["missing-section:- Risks, Known Limits and Mitigations", "extra-section:27 Terms"]);
}

#[test]
fn future_goals_are_no_misspelt_goals() {
    check(&with("## Goals", "## Future Goals"), &["missing-section:- Goals", "extra-section:9 Future Goals"]);
    check(
        &with("## Non-Goals", "## Future Goals\n\nMore.\n\n## Non-Goals"),
        &["extra-section:13 Future Goals"],
    );
}

#[test]
fn sections_stand_at_their_level_inside_their_section() {
    check(&with("### Testing Details", "## Testing Details"), &["misplaced-section:23 Testing Details"]);
    check(&with("## Proposed Solution", "# Proposed Solution"), &["misplaced-section:17 Proposed Solution"]);
    check(&with("### API Details", "#### API Details"), &["misplaced-section:19 API Details"]);
    // A parent under another name is still the parent.
    check(&with("## Proposed Solution", "## Solution"), &["renamed-section:17 Proposed Solution"]);
}

#[test]
fn a_shift_of_all_headings_is_one_finding() {
    let up = GOOD.replace("\n## ", "\n# ").replace("\n### ", "\n## ");
    check(&up, &["shifted-headings:5 headings"]);
    let down = GOOD.replace("\n### ", "\n#### ").replace("\n## ", "\n### ");
    check(&down, &["shifted-headings:5 headings"]);
    let title_too = format!("#{}", down);
    check(&title_too, &["shifted-headings:1 headings"]);
}

#[test]
fn the_fewest_sections_move() {
    let moved = GOOD.replace("## Goals\n\n* Fast tea\n\n", "") + "\n## Goals\n\n* Fast tea\n";
    check(&moved, &["unordered-section:31 Goals"]);
    let extra_between = with("## Non-Goals", "## Terms\n\nTea.\n\n## Non-Goals");
    check(&extra_between, &["extra-section:13 Terms"]);
}

#[test]
fn a_section_stands_once() {
    check(&with("## References", "## Goals\n\nMore.\n\n## References"), &["duplicate-section:31 Goals"]);
    // Inside a section of the author's own it is another thing.
    check(&with("A `Kettle`.", "A `Kettle`.\n\n#### Goals\n\nOf the kettle."), &[]);
}

#[test]
fn a_heading_alone_is_no_section() {
    check(&with("## Non-Goals\n\nNone\n", "## Non-Goals\n"), &["empty-section:13 Non-Goals"]);
    check(&with("\nN/A\n", ""), &["empty-section:31 References"]);
    check(&with("\nNone\n", "\n<!-- none\n\nat all -->\n"), &["empty-section:13 Non-Goals"]);
    for content in
        ["```\nx\n```", "![x](x.png)", "| a |\n|---|\n| b |", "* x", "> x", "<b>x</b>", "#### Deeper\n\nx"]
    {
        check(&with("A `Kettle`.", content), &[]);
    }
}

#[test]
fn what_nobody_sees_is_no_content() {
    let alone = |content: &str| with("\nNone\n", &format!("\n{content}\n"));
    for nothing in [
        "<!-- one --> <!-- two -->",
        "<a name=\"x\"></a>",
        "<br>",
        "&nbsp;",
        "<div></div>",
        "<div\n class=\"x\">\n</div>",
        "*",
    ] {
        check(&alone(nothing), &["empty-section:13 Non-Goals"]);
    }
    for something in [
        "<!-- c --> None",
        "<!-- c\n d --> None",
        "<a name=\"x\"></a>None",
        "<div>None</div>",
        "<img src=\"x.png\">",
        "<p>\n<img src=\"x.png\">\n</p>",
        "<!-- c -->\nNone",
        "a <!-- c",
        "* `x`",
        "1 < 2",
        "[1]: https://example.com/",
        "[x]: https://example.com/\n[y]: https://example.com/",
        "[^1]\n\n[^1]: Note.",
    ] {
        check(&alone(something), &[]);
    }
    // A definition counts where it stands, not everywhere.
    check(&alone("").replace("N/A", "[1]: https://example.com/"), &["empty-section:13 Non-Goals"]);
}

#[test]
fn content_in_sibling_headings_is_told() {
    let siblings =
        with("### API Details\n\nA `Kettle`.", "### API Details\n\n### Kettle\n\nHot.\n\n### Cup\n\nRound.");
    check(&siblings, &["empty-section:19 API Details"]);
}

#[test]
fn promises_are_stubs() {
    check(&with("Drink it.", "TBD"), &["stub-section:23 Testing Details"]);
    check(
        &with("Drink it.", "To be updated when the design is agreed."),
        &["stub-section:23 Testing Details"],
    );
    check(&with("Drink it.", "* TODO\n* TBD"), &["stub-section:23 Testing Details"]);
    for stub in ["<TBD>", "* Unit tests: TBD\n* e2e tests: TBD\n* Scale tests: TBD\n* Upgrade tests: TBD"] {
        check(&with("Drink it.", stub), &["stub-section:23 Testing Details"]);
    }
    check(&with("Drink it.", "* Unit tests:\n  * TBD"), &["stub-section:23 Testing Details"]);
    check(&with("Drink it.", "* Unit tests: drink it\n* e2e tests: TBD"), &[]);
    check(&with("Drink it.", "* TODO: a\n* TODO: b\n* TODO: c\n* TODO: d"), &[]);
    check(&with("Drink it.", "To be added in v1.3."), &[]);
    check(&with("Drink it.", "The number of cups is to be discussed."), &[]);
    check(&with("Drink it.", "TBD\n\n```\ntea --hot\n```"), &[]);
}

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
    let fixed = |lines: &str| mended_issue("template-text", lines);
    let kept = "suggested: * issue: [#7](@/issues/7)";
    assert_eq!(fixed(&format!("{ISSUE}\n{prompt}")), kept);
    assert_eq!(fixed(&format!("{ISSUE} {prompt}")), kept);
    let own = "* issue: [#1](@/issues/1)";
    assert_eq!(fixed(&format!("* Issue: [#1](@/issues/1)\n{prompt}")), format!("suggested: {own}"));
    // Neither are words that an author puts before or behind it.
    check(&with(ISSUE, &format!("{ISSUE}\n(Opened in May.)")), &[]);
    // A prompt without parentheses begins behind the link as well.
    let template = TEMPLATE
        .replace("(Open one if you have none yet. Then use its number.)", "open one if you have none yet");
    let document = with(ISSUE, &format!("{ISSUE}\nopen one if you have none yet"));
    check_tree(
        &[("docs/okeps/okep-1-template.md", &template), ("docs/okeps/okep-7-faster-tea.md", &document)],
        &["template-text:4 preamble"],
    );
}

#[test]
fn a_level_grows_by_one() {
    check(
        &with("A `Kettle`.", "A `Kettle`.\n\n##### Lid\n\n##### Spout\n\nx"),
        &["empty-section:23 Lid", "skipped-heading-level:23 Lid"],
    );
    check(&with("A `Kettle`.", "A `Kettle`.\n\n#### Lid\n\nx\n\n##### Knob\n\nx"), &[]);
}

#[test]
fn a_fence_is_closed() {
    check(&with("A `Kettle`.", "```yaml\nkind: Kettle"), &["unclosed-fence:21 ```yaml"]);
    check(&with("A `Kettle`.", "```yaml\n# x\n\n# y\n```   \n"), &[]);
    check(&with("A `Kettle`.", "* item\n\n    ```yaml\n    kind: x\n   ```\n\n### Cups\n\nx"), &[]);
}

#[test]
fn bytes_are_utf8() {
    let mut tree = tree(&[]);
    let mut bytes = GOOD.as_bytes().to_vec();
    bytes[20] = 0xff;
    tree.insert("docs/okeps/okep-7-faster-tea.md", bytes);
    assert_eq!(told(&tree), "not-utf8:1 encoding");
}

#[test]
fn file_names_are_of_one_form() {
    let nav = NAV.replace("okep-7-faster-tea", "okep-7-Faster_Tea");
    check_tree(
        &[("docs/okeps/okep-7-Faster_Tea.md", GOOD), ("mkdocs.yml", &nav)],
        &["malformed-filename:- file name"],
    );
    check_tree(
        &[("docs/okeps/okep-7-faster-tea/notes.md", "# Notes\n\nx\n"), ("mkdocs.yml", "nav:\n  - x.md\n")],
        &["malformed-filename:- docs/okeps/okep-7-faster-tea"],
    );
}

#[test]
fn companions_are_no_okeps() {
    let nav = NAV.replace("okep-7-faster-tea", "okep-7-faster-tea/okep-7-faster-tea");
    check_tree(
        &[
            ("docs/okeps/okep-7-faster-tea/okep-7-faster-tea.md", GOOD),
            ("docs/okeps/okep-7-faster-tea/notes.md", "#### Notes\n"),
            ("mkdocs.yml", &nav),
        ],
        &[],
    );
}

#[test]
fn a_number_is_taken_once() {
    let nav = format!("{NAV}    - More: okeps/okep-7-more-tea.md\n");
    check_tree(
        &[
            ("docs/okeps/okep-7-faster-tea.md", GOOD),
            ("docs/okeps/okep-7-more-tea.md", GOOD),
            ("mkdocs.yml", &nav),
        ],
        &["duplicate-number:- 7"],
    );
}

#[test]
fn okeps_are_registered() {
    let good = ("docs/okeps/okep-7-faster-tea.md", GOOD);
    let nav = "nav:\n  - Home: index.md\n  - Proposals:\n    # - Faster Tea: okeps/okep-7-faster-tea.md\n    - x.md\n";
    check_tree(&[good, ("mkdocs.yml", nav)], &["not-in-nav:5 nav"]);
    check_tree(&[good, ("mkdocs.yml", "site_name: x\n")], &[]);
    check_tree(&[good, ("mkdocs.yml", "nav:\n")], &[]);
    check_tree(&[("mkdocs.yml", NAV)], &["dead-nav-entry:3 okeps/okep-7-faster-tea.md"]);
    let moved = [("docs/okeps/okep-7-tea/okep-7-tea.md", GOOD), ("mkdocs.yml", NAV)];
    check_tree(&moved, &["dead-nav-entry:3 okeps/okep-7-faster-tea.md"]);
    let twice = format!("{NAV}    - Tea: okeps/okep-7-faster-tea.md\n");
    check_tree(&[good, ("mkdocs.yml", &twice)], &["duplicate-nav-entry:4 okeps/okep-7-faster-tea.md"]);
    check_tree(&[good, ("mkdocs.yml", "nav:\n  - a: b: c\n")], &["unreadable-register:2 mkdocs.yml"]);
}

#[test]
fn an_okep_stands_with_the_others_in_nav() {
    let doc = |n: u32| {
        GOOD.replace("#7", &format!("#{n}"))
            .replace("/7", &format!("/{n}"))
            .replace("OKEP-7", &format!("OKEP-{n}"))
    };
    let (a, b, c) = (doc(7), doc(8), doc(9));
    let files = |nav: &'static str| {
        [
            ("docs/okeps/okep-7-a.md", a.as_str()),
            ("docs/okeps/okep-8-b.md", b.as_str()),
            ("docs/okeps/okep-9-c.md", c.as_str()),
            ("mkdocs.yml", nav),
        ]
    };
    check_tree(
        &files(
            "nav:\n  - P:\n    - okeps/okep-7-a.md\n    - okeps/okep-8-b.md\n  - Q:\n    - okeps/okep-9-c.md\n",
        ),
        &["duplicate-nav-entry:6 okeps/okep-9-c.md"],
    );
    check_tree(
        &files(
            "nav:\n  - P:\n    - X:\n      - okeps/okep-7-a.md\n      - okeps/okep-8-b.md\n    - Y:\n      - okeps/okep-9-c.md\n",
        ),
        &[],
    );
}

#[test]
fn okeps_stand_on_the_landing_page() {
    let good = ("docs/okeps/okep-7-faster-tea.md", GOOD);
    let listed = "# Proposals\n\n* [Tea](okep-7-faster-tea.md#goals)\n";
    check_tree(&[good, ("docs/okeps/index.md", listed)], &[]);
    check_tree(&[good, ("docs/okeps/index.md", "# Proposals\n")], &["not-in-index:- landing page"]);
    let dead = "# Proposals\n\n* [Tea](okep-7-faster-tea.md)\n* [Old](okep-6-old-tea.md)\n";
    check_tree(&[good, ("docs/okeps/index.md", dead)], &["dead-index-entry:4 okep-6-old-tea.md"]);
}

#[test]
fn what_a_register_names_is_not_deleted_before_the_proposal_has_its_name() {
    let mut files = vec![
        ("docs/okeps/okep-6-old-tea/proposal.md", GOOD),
        ("docs/okeps/index.md", "# Proposals\n\n* [Old](okep-6-old-tea.md)\n* [Older](okep-5-tea.md)\n"),
        (
            "mkdocs.yml",
            "nav:\n  - Old: okeps/okep-6-old-tea.md\n  - Older: okeps/okep-5-tea.md\n  - index.md\n",
        ),
    ];
    let findings = planned(&Snapshot::new(&tree(&files), &Layout::default(), &Parsed::default()));
    let fixed = |rule: &str, subject: &str| {
        let of = findings.iter().find(|f| f.rule == rule && f.subject.ends_with(subject));
        of.expect("it is told").fix.is_some()
    };
    for rule in ["dead-index-entry", "dead-nav-entry"] {
        assert!(!fixed(rule, "okep-6-old-tea.md") && fixed(rule, "okep-5-tea.md"), "{rule}");
    }
    // Where a proposal of that number stands, that is what is meant.
    files.push(("docs/okeps/okep-6-new-tea.md", GOOD));
    let snapshot = Snapshot::new(&tree(&files), &Layout::default(), &Parsed::default());
    for rule in ["dead-index-entry", "dead-nav-entry"] {
        let meant = |f: &&Finding| f.rule == rule && f.subject.ends_with("okep-6-old-tea.md");
        let findings = planned(&snapshot);
        assert!(findings.iter().find(meant).expect("it is told").fix.is_some(), "{rule}");
    }
}

#[test]
fn headings_read_the_same_everywhere() {
    check(&with("A `Kettle`.", "#### Lid\n\nx\n\n####Spout\n\nx"), &["ambiguous-heading:25 Spout"]);
    check(&with("A `Kettle`.", "#### Lid\n\nx"), &[]);
    // What only the site shows as a heading is not missing as well.
    check(&with("## Goals", "##Goals"), &["ambiguous-heading:9 Goals"]);
    check(&with("### API Details", "###API details:"), &["ambiguous-heading:19 API details:"]);
    check(&with("## Goals", "##Aims"), &["missing-section:- Goals", "ambiguous-heading:9 Aims"]);
}

#[test]
fn without_a_template_the_built_in_outline_serves_and_says_so() {
    let mut tree = tree(&[("docs/okeps/okep-7-faster-tea.md", GOOD)]);
    tree.files.remove("docs/okeps/okep-1-template.md");
    let snapshot = Snapshot::new(&tree, &Layout::default(), &Parsed::default());
    assert!(snapshot.notes.iter().any(|n| n.kind == "no-template"));
    assert!(told(&tree).contains("missing-section:- Backwards Compatibility"));
}

#[test]
fn ids_are_unique_and_every_rule_is_told_in_full() {
    let mut ids: Vec<&str> = RULES.iter().map(|r| r.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), RULES.len());
    for rule in RULES {
        for text in [rule.fixability, rule.offence, rule.why, rule.bad, rule.good] {
            assert!(!text.trim().is_empty(), "{} has all its texts", rule.id);
        }
    }
}

#[test]
fn goals_are_listed_where_the_template_asks_for_a_list() {
    let goals = |text: &str| with("* Fast tea\n", text);
    let told = ["goals-not-listed:9 Goals"];
    check(&goals("Tea is to be fast. It is to stay hot as well.\n"), &told);
    check(&goals("Tea is to be fast.\n\nIt is to stay hot.\n"), &told);
    check(&goals("Tea is to be fast, to stay hot, and to be served to all guests at once.\n"), &told);
    for quiet in [
        "1. Tea is to be fast.\n2. It is to stay hot.\n",
        "Of tea there are two things to say. These are they:\n\n- Fast.\n- Hot.\n",
        "Fast tea for all.\n",
        "There are no goals beyond those of the proposal before this one, which stand there.\n",
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
    // Nothing is asked of the others.
    check_only("goals-not-listed", &with("Coffee.\n", "Coffee is one. Water is another one.\n"), &[]);
}

#[test]
fn a_problem_is_told_in_about_as_many_sentences_as_the_template_asks_for() {
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

#[test]
fn stories_say_who_wants_what_where_the_template_asks_for_it() {
    let template_requirements = TEMPLATE.replace(
        "## Proposed Solution\n",
        "## Stories\n\n1. **As a** [user]\n2. **I want** [goal]\n\n## Proposed Solution\n",
    );
    let found = |text: &str, template: &str| {
        let section = format!("## Stories\n\n{text}\n## Proposed Solution\n");
        let document = with("## Proposed Solution\n", &section);
        let tree = tree(&[("docs/okeps/okep-1-template.md", template), (OKEP, &document)]);
        of_rule(&told(&tree), "story-form")
    };
    let plain = "### Story 1\n\nThe tea is poured at once when a guest comes in, because the water is hot \
                 already.\n";
    assert_eq!(found(plain, &template_requirements), ["story-form:17 Stories"]);
    assert!(found(plain, TEMPLATE).is_empty(), "nobody asked");
    for quiet in [
        "**As a** *guest*, **I want** tea. It is to be hot and in a cup, so that nobody is burnt by it.\n",
        "### One\n\nThere is a long day before this story begins. In it:\n\n* As an admin I want to see \
         how long each guest has waited.\n",
        "Guests come in from the cold. We want them to get their tea before they have sat down.\n",
        "None, since no guest will ever notice any of what is proposed in the sections below.\n",
        "See the goals.\n",
        "See the stories of the proposal before this one, which adds nothing to the list that stands there.\n",
        "A guest of the house needs to be able to drink tea at each of the tables that are there.\n",
        "Cooks of all kitchens want to know how many of the guests have been waiting for their tea.\n",
        "As head cook, tea shall be hot in each of the cups that are brought to the tables.\n",
        "**Persona:** cook. **Goal:** hot tea in each of the cups that are brought to the tables.\n",
        "TBD\n",
    ] {
        assert!(found(quiet, &template_requirements).is_empty(), "{quiet}");
    }
}

/// The findings of a tree of which all paths are known: the files, and what else is said to stand.
fn told_among(files: &[(&str, &str)], others: &[&str]) -> String {
    let mut tree = tree(files);
    let parsed = Parsed::default();
    let snapshot = Snapshot::new(&tree, &Layout::default(), &parsed);
    let path_kind = |path: &String| match others {
        _ if others.contains(&path.as_str()) => PathKind::File,
        _ if others.iter().any(|other| other.starts_with(&format!("{path}/"))) => PathKind::Folder,
        _ => PathKind::Nothing,
    };
    let asked = crate::rules::page_links::questions(&snapshot);
    tree.path_kind = std::sync::Arc::new(asked.into_iter().map(|p| (p.clone(), path_kind(&p))).collect());
    told(&tree)
}

/// What the rules about links say of a text in the solution's place.
fn check_links(text: &str, others: &[&str], expected: &[&str]) {
    let document =
        with("### API Details\n\nA `Kettle`.\n", &format!("{text}\n\n### API Details\n\nA `Kettle`.\n"));
    let told = told_among(&[(OKEP, &document)], others);
    assert_eq!(told, expected.join("\n"), "{text}");
}

#[test]
fn relative_links_lead_to_files_of_the_docs_folder() {
    check_links(
        "[a](../egress.md) ![b](images/tea.png)",
        &["docs/egress.md", "docs/okeps/images/tea.png"],
        &[],
    );
    check_links("[a](../egress.md#x)", &[], &["broken-link:19 ../egress.md#x"]);
    check_links("![a](images/tea%20leaf.png?raw=true \"t\")", &["docs/okeps/images/tea leaf.png"], &[]);
    check_links("[a][b]\n\n[b]: gone.md", &[], &["broken-link:19 gone.md"]);
    check_links("[a](../../Makefile.am)", &["Makefile.am"], &["broken-link:19 ../../Makefile.am"]);
    check_links("[a](../../../x.md)", &[], &["broken-link:19 ../../../x.md"]);
    // A folder is no file, and another case is another name.
    check_links("[a](v1.2)", &["docs/okeps/v1.2/a.md"], &["broken-link:19 v1.2"]);
    check_links("[a](Egress.md)", &["docs/okeps/egress.md"], &["broken-link:19 Egress.md"]);
    // The template and the OKEP itself stand.
    check_links("[a](okep-1-template.md) [b](./okep-7-faster-tea.md)", &[], &[]);
    // The same link twice is one finding.
    check_links("[a](gone.md)\n[b](gone.md)", &[], &["broken-link:19 gone.md"]);
}

#[test]
fn what_is_no_link_to_a_file_is_left_alone() {
    for quiet in [
        "[a](https://example.org/gone.md) <https://example.org/x.md> [b](mailto:a@b.c) <a@b.org>",
        "[a](//example.org/x.md) [b](/images/gone.png) [c](?plain=1)",
        "[a](gone) [b](../gone/) [c](.) [d]()",
        "`[a](gone.md)` \\[a](gone.md)\n\n```\n[a](gone.md)\n```\n\n    [a](gone.md)",
        "[a]: gone.md",
        "<!-- <a href=\"gone.md\">x</a> -->",
    ] {
        check_links(quiet, &[], &[]);
    }
}

#[test]
fn links_in_html_start_at_the_file_or_at_its_page() {
    let told = ["broken-link:19 images/tea.png"];
    check_links("<img src=\"images/tea.png\" width=3>", &[], &told);
    check_links("x <img src='images/tea.png'/> y", &["docs/okeps/images/tea.png"], &[]);
    check_links("<img src=images/tea.png>", &["docs/okeps/okep-7-faster-tea/images/tea.png"], &[]);
    check_links("<a href=\"../gone.html\">a</a>", &[], &["broken-link:19 ../gone.html"]);
    check_links("<a href=\"../egress.html\">a</a> <a href=\"../egress/\">b</a>", &["docs/egress.md"], &[]);
}

#[test]
fn mkdocs_says_how_links_are_read() {
    let with_site = |site: &str, text: &str| {
        let document = with("Coffee.\n", text);
        let nav = NAV.replace("okeps/", if site.contains("docs_dir") { "docs/okeps/" } else { "okeps/" });
        told_among(&[(OKEP, &document), ("mkdocs.yml", &format!("{site}{nav}"))], &["docs/egress.md"])
    };
    let check =
        |site: &str, text: &str, expected: &str| assert_eq!(with_site(site, text), expected, "{site}");
    check("", "[a](gone.md)\n", "broken-link:29 gone.md");
    check("validation:\n  links:\n    not_found: ignore\n", "[a](gone.md)\n", "");
    check("validation:\n  not_found: info\n", "[a](gone.md)\n", "");
    check("validation:\n  unrecognized_links: warn\n", "[a](gone)\n", "broken-link:29 gone");
    check("validation:\n  absolute_links: warn\n", "[a](/x.md)\n", "broken-link:29 /x.md");
    let relative = "validation:\n  absolute_links: relative_to_docs\n";
    check(relative, "[a](/egress.md) [b](/okeps/okep-7-faster-tea.md)\n", "");
    check(relative, "[a](/docs/egress.md)\n", "broken-link:29 /docs/egress.md");
}

#[test]
fn pages_beside_an_okep_have_their_links_judged_too() {
    let files = [
        ("docs/okeps/okep-8-a/okep-8-a.md", GOOD.replace('7', "8")),
        ("docs/okeps/okep-8-a/more.md", "# More\n\n[a](okep-8-a.md) [b](gone.md) [c](#mroe)\n".into()),
        ("mkdocs.yml", "nav:\n  - a: okeps/okep-8-a/okep-8-a.md\n".into()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
    assert_eq!(told_among(&files, &[]), "broken-link:3 gone.md\nbroken-anchor:3 #mroe");
}

#[test]
fn links_into_the_repository_itself_lead_to_files_of_its_tree() {
    let link = |rest: &str| format!("[a](https://github.com/org/net/{rest})");
    let dead = |rest: &str| format!("dead-repository-link:19 https://github.com/org/net/{rest}");
    let check = |rest: &str, loud: bool| {
        let expected = if loud { vec![dead(rest)] } else { Vec::new() };
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check_links(&link(rest), &["go/pkg/tea.go", "docs/egress.md"], &expected);
    };
    check("blob/master/go/pkg/tea.go#L7", false);
    check("tree/main/go/pkg", false);
    check("blob/master/go/pkg/coffee.go#L7-L9", true);
    check("tree/master/go/cmd/", true);
    check("blob/0123456789abcdef0123456789abcdef01234567/go/gone.go", false);
    check("blob/release-1.0/go/gone.go", false);
    check("pull/9", false);
    check_links("[a](https://github.com/other/net/blob/master/gone.go)", &[], &[]);
}

#[test]
fn anchors_of_the_page_exist_on_both_pages() {
    check_links(
        "[a](#goals) [b](#non-goals) [c](#okep-7-faster-tea) [d](okep-7-faster-tea.md#goals)",
        &[],
        &[],
    );
    check_links("[a](#gaols)", &[], &["broken-anchor:19 #gaols"]);
    check_links("[a](okep-7-faster-tea.md#gone)", &[], &["broken-anchor:19 #gone"]);
    check_links("[a](#Goals)", &[], &["broken-anchor:19 #Goals"]);
    // Anchors of other pages are not looked at.
    check_links("[a](../egress.md#gone)", &["docs/egress.md"], &[]);
    let heading = |text: &str| format!("### Cup & Saucer\n\n{text}");
    check_links(&heading("[a](#cup--saucer)"), &[], &["broken-anchor:21 #cup--saucer"]);
    check_links(&heading("[a](#cup-saucer)"), &[], &["broken-anchor:21 #cup-saucer"]);
    check_links(
        &heading("<a id=\"cup\"></a>\n\n[a](#cup)\n\nx <a name=top1>y</a> [a](#top1) [b](#top)"),
        &[],
        &[],
    );
    check_links("### Cup\n\nx\n\n### Cup\n\n[a](#cup) [b](#cup-1)", &[], &["broken-anchor:25 #cup-1"]);
    // What a footnote's mark leaves of an anchor hangs on the site's extensions.
    check_links("### Cup[^1] two\n\n[a](#cup-two)\n\n[^1]: Of tea.\n", &[], &[]);
}
