//! What the fix of each rule makes of a document: harm done to a clean one, and what comes out.

use super::fixed;
use super::sample::{CLEAN, TEMPLATE};
use okep::files::Tree;
use okep::rules::finding::Safety;

const PATH: &str = "docs/okeps/okep-7-quiet-links.md";

/// Writes `harm` for `right` in the clean document, and expects `expected` in its place after the fixes.
fn check(most: Safety, right: &str, harm: &str, expected: &str) {
    assert!(CLEAN.contains(right), "{right}");
    for ending in ["\n", "\r\n"] {
        for last in [ending, ""] {
            let written = |text: &str| {
                let text = CLEAN.replacen(right, text, 1).replace('\n', ending);
                format!("{}{last}", text.trim_end())
            };
            let mut tree = Tree::default();
            tree.insert("docs/okeps/okep-1000-template.md", TEMPLATE.as_bytes());
            tree.insert("docs/okeps/okep-8-loud-links.md", CLEAN.replace('7', "8").as_bytes());
            // Some findings are about the difference between GitHub and a site.
            tree.insert("mkdocs.yml", b"site_name: Net\n".as_slice());
            tree.insert(PATH, written(harm).into_bytes());
            let result = fixed(&tree, most);
            let found = String::from_utf8_lossy(&result.tree.bytes(PATH).expect("it is there")).into_owned();
            assert_eq!(found, written(expected), "{:#?}", result.notes);
        }
    }
}

fn safe(right: &str, harm: &str) {
    check(Safety::Safe, right, harm, right);
}

/// A suggestion, which the safe fixes leave alone.
fn suggested(right: &str, harm: &str, expected: &str) {
    check(Safety::Safe, right, harm, harm);
    check(Safety::Suggested, right, harm, expected);
}

const TITLE: &str = "# OKEP-7: Quiet Links";
const ISSUE: &str = "* Issue: [#7](https://github.com/org/net/issues/7)";

#[test]
fn titles() {
    safe(TITLE, "## okep 7 - Quiet Links");
    safe(TITLE, "OKEP-7 Quiet Links\n==================");
    check(Safety::Safe, TITLE, "# OKEP 7 : **Quiet** `Links`", "# OKEP-7: **Quiet** `Links`");
    suggested(TITLE, "# Quiet Links", TITLE);
    suggested(TITLE, "# OKEP-70: Quiet Links", TITLE);
    check(Safety::Suggested, TITLE, "# OKEP-XXXX: Title", "# OKEP-XXXX: Title");
    safe(TITLE, "   # okep 7 - Quiet Links");
    safe(TITLE, "# OKEP\u{2011}7: Quiet Links");
}

/// Without its blanks it still ends in a backslash, which makes it text on the site.
#[test]
fn an_edit_after_which_the_pages_still_differ_is_left_out() {
    let harm = format!("{TITLE}\n\n  #### f\\");
    check(Safety::Suggested, TITLE, &harm, &harm);
    let mut tree = Tree::default();
    tree.insert("docs/okeps/okep-1000-template.md", TEMPLATE.as_bytes());
    tree.insert("mkdocs.yml", b"site_name: Net\n".as_slice());
    tree.insert(PATH, CLEAN.replacen(TITLE, &harm, 1).into_bytes());
    assert_eq!(fixed(&tree, Safety::Suggested).notes, []);
}

/// Only what stands before the name is edited; all the author's marks are kept.
#[test]
fn titles_keep_their_markup() {
    let kept = |harm: &str, expected: &str| check(Safety::Safe, TITLE, harm, expected);
    let names = [
        "[Quiet](http://x.y) Links <!-- c -->",
        "Quiet <span id=\"q\">Links</span>",
        "Map&lt;T&gt; \\* `a_b` __c__ [Links]",
        "Quiet Links {#quiet}",
        "![i](i.png) Quiet Links",
    ];
    for name in names {
        kept(&format!("# okep 7 - {name}"), &format!("# OKEP-7: {name}"));
    }
    kept("# **okep 7** - Quiet Links", "# **OKEP-7**: Quiet Links");
    kept("# `okep-7` Quiet Links", "# `OKEP-7`: Quiet Links");
    kept("[okep 7](http://x.y) Quiet\n===", "# [OKEP-7](http://x.y): Quiet");
    check(Safety::Suggested, TITLE, "# *Quiet* [Links](x.md)", "# OKEP-7: *Quiet* [Links](x.md)");
    // A backslash at the end reads differently here and there, which is mended too.
    kept("# okep 7 - Quiet \\", "# OKEP-7: Quiet \\\\");
    // Markup between the words and their separator: where it belongs is unknown.
    for left in ["# okep 7 *- Quiet* Links", "# [okep-7] Quiet Links", "# Quiet Links - OKEP-7"] {
        check(Safety::Suggested, TITLE, left, left);
    }
}

#[test]
fn issue_lines() {
    safe(ISSUE, "- Issue: [\\#7](https://github.com/org/net/issues/7)");
    safe(ISSUE, "* Issue: [#7](https://github.com/old/net/issues/7)");
    safe(ISSUE, "Tracking issue: <http://github.com/org/net/issues/7>");
    let left = |harm: &str| check(Safety::Suggested, ISSUE, harm, harm);
    left("* Issue: see [#7 and all](https://github.com/org/net/issues/7)");
    left("* Issue: [#7](https://github.com/org/net/issues/7 \"all about it\")");
    let comment = "[#7](https://github.com/org/net/issues/7#issuecomment-5)";
    check(Safety::Safe, ISSUE, &format!("- issue: {comment}"), &format!("* Issue: {comment}"));
    suggested(ISSUE, "* Issue: [#7](https://github.com/other/project/issues/7)", ISSUE);
    suggested(&format!("{ISSUE}\n\n"), "", &format!("{ISSUE}\n\n"));
    suggested(&format!("{ISSUE}\n"), "Authors: us\n", &format!("{ISSUE}\n\nAuthors: us\n"));
    suggested(ISSUE, "* Issue: TBD", ISSUE);
    suggested(ISSUE, "* Issue: [#xxxx](https://github.com/org/net/issues/xxxx)", ISSUE);
    // Words of the author's are not replaced.
    let words = "* Issues: see the [list](http://x.y)";
    suggested(ISSUE, words, &format!("{ISSUE}\n{words}"));
}

#[test]
fn names_of_sections() {
    safe("## Future Goals", "## future-goals");
    let marked = |harm: &str, expected: &str| check(Safety::Safe, "## Goals", harm, expected);
    marked("## **goals**", "## **Goals**");
    marked("## [goals](http://x.y) <a id=\"g\"></a>", "## [Goals](http://x.y) <a id=\"g\"></a>");
    marked("Goals:\n------", "Goals\n------");
    marked("   ## `goals` ##", "## `Goals` ##");
    marked("## goals {#g}", "## Goals {#g}");
    // Suggested, a link to the heading follows the anchor that it has with these words.
    marked("## Goals {#g}", "## Goals {#g}");
    marked("## Goals[^1]", "## Goals[^1]");
    check(Safety::Suggested, "## Goals", "## go*als*", "## go*als*");
    suggested("## Known Risks and Limitations", "## Risks and Limitations", "## Known Risks and Limitations");
    safe("## Goals", "## 2. Goals");
    let numbered = CLEAN.replace("## Goals", "## 2. Goals").replace("## Alternatives", "## 9 Alternatives");
    safe(CLEAN, &numbered);
    // No renaming mends a heading that stands for two sections.
    let both = "## Goals and Future Goals\n\n* Silence\n* Nothing else\n\n";
    check(
        Safety::Suggested,
        "## Goals\n\n* Silence\n* Nothing else\n\n## Future Goals\n\nNone\n\n",
        both,
        both,
    );
    // Links on the page follow.
    let right = "[goals](#goals).\n\n## Goals";
    check(Safety::Safe, right, "[goals](#goal).\n\n## Goal", right);
}

#[test]
fn levels_and_places() {
    let shifted = CLEAN.replace("\n##", "\n###");
    safe(CLEAN, &shifted);
    suggested("### Testing Details", "## Testing Details", "### Testing Details");
    // What slips alone comes back alone; what slips with all that stands in it, with all of it.
    suggested("## Proposed Solution", "# Proposed Solution", "## Proposed Solution");
    let solution = CLEAN.split_once("## Proposed").and_then(|(_, rest)| rest.split_once("## Known"));
    let solution = format!("## Proposed{}", solution.expect("it has both").0);
    suggested(&solution, &solution.replace("##", "#"), &solution);
    suggested(&solution, &solution.replace("##", "###"), &solution);
    // The second of two is told and stays where it is.
    let twice = format!("{CLEAN}\n### API Details\n\nAgain.\n");
    suggested(CLEAN, &twice.replacen("## Proposed", "# Proposed", 1), &twice);
    let stories = "### Story 1: Sleep\n\nAs an operator, I want to sleep.\n\n### Story 2: Work";
    suggested(stories, &stories.replace("###", "#####"), stories);
    let right = "## Goals\n\n* Silence\n* Nothing else\n\n## Future Goals\n\nNone\n\n";
    let swapped = "## Future Goals\n\nNone\n\n## Goals\n\n* Silence\n* Nothing else\n\n";
    suggested(right, swapped, right);
    let api = "### API Details\n\n#### Fields\n\n| field";
    suggested("### API Details\n\n| field", &api.replace("####", "###"), api);
}

#[test]
fn sections_that_are_missing() {
    // Without a prompt there is nothing to ask.
    check(Safety::Suggested, "## Future Goals\n\nNone\n\n", "", "");
    let prompt = "(What else was thought of? Why not?)";
    suggested("## Alternatives\n\nNone\n\n", "", &format!("## Alternatives\n\n{prompt}\n\n"));
    suggested(
        "\n## References\n\n* [The other one](okep-8-loud-links.md#goals)\n",
        "",
        "\n## References\n\n(Every link that a reader needs belongs here.)\n",
    );
    // The section around others comes before them.
    let prompt = "What is the solution that you propose to us?";
    let right = "## Proposed Solution\n\nTurn them off.\n\n";
    suggested(right, "", &format!("## Proposed Solution\n\n{prompt}\n\n"));
}

/// What stands right above a heading goes with it, and nothing comes between them.
#[test]
fn what_belongs_to_a_heading_stays_with_it() {
    let goals = "## Goals\n\n* Silence\n* Nothing else\n\n";
    let future = "## Future Goals\n\nNone\n\n";
    for above in ["<a id=\"f\"></a>\n", "<!-- of the\nfuture -->\n", "<a id=\"f\"></a>\n\n", "---\n\n"] {
        let right = format!("{goals}{above}{future}");
        let swapped = format!("{above}{future}{goals}");
        check(Safety::Suggested, &format!("{goals}{future}"), &swapped, &right);
        let missing = format!("{above}{future}");
        let prompt = "(A list of what the proposal is to reach.)";
        let added = format!("## Goals\n\n{prompt}\n\n{above}{future}");
        check(Safety::Suggested, &format!("{goals}{future}"), &missing, &added);
    }
    // Blanks at the end of a line are a line break, and definitions belong to the whole page.
    let spaced = goals.replace("else\n", "else  \n");
    check(
        Safety::Suggested,
        &format!("{goals}{future}"),
        &format!("{future}{spaced}"),
        &format!("{spaced}{future}"),
    );
    let last = "* [The other one](okep-8-loud-links.md#goals)\n";
    let alternatives = "## Alternatives\n\nNone\n\n## References\n\n";
    check(
        Safety::Suggested,
        &format!("{alternatives}{last}"),
        &format!("## References\n\n{last}\n## Alternatives\n\nNone\n\n[1]: http://x.y\n"),
        &format!("{alternatives}{last}\n[1]: http://x.y\n"),
    );
    let references = format!("## References\n\n{last}");
    let tail = "[1]: http://x.y\n[^n]: words\n";
    let prompt = "(Every link that a reader needs belongs here.)";
    check(Safety::Suggested, &references, tail, &format!("## References\n\n{prompt}\n\n{tail}"));
    // What follows does not run into what stands before.
    check(
        Safety::Suggested,
        &format!("{alternatives}{last}"),
        &format!("## References\n\n{last}## Alternatives\n\nNone\n\n[1]: http://x.y\n"),
        &format!("{alternatives}{last}\n[1]: http://x.y\n"),
    );
    // Nothing is put where a comment hides it.
    check(Safety::Suggested, &references, "<!-- open\n", "<!-- open\n");
}

#[test]
fn levels_that_do_not_go_together_are_left() {
    let none = "## Alternatives\n\nNone\n";
    let skewed = format!("{none}\n##### one\n\nx\n\n#### two\n\nx\n");
    check(Safety::Suggested, none, &skewed, &skewed);
    let closed = format!("{none}\n#### one ####\n\nx\n\n##### two #####\n\nx ####\n");
    let right = closed.replace("#### one ####", "### one ###").replace("##### two #####", "#### two ####");
    suggested(none, &closed, &right);
}

#[test]
fn prompts_that_were_left() {
    let prompt = "(A list of what the proposal is to reach.)";
    let right = "## Goals\n\n* Silence\n";
    suggested(right, &format!("## Goals\n\n{prompt}\n\n* Silence\n"), right);
    suggested(
        right,
        &format!("## Goals\n\n{prompt} And more.\n\n* Silence\n"),
        "## Goals\n\nAnd more.\n\n* Silence\n",
    );
    let goals = "## Goals\n\n* Silence\n* Nothing else\n";
    // It is the author who answers it.
    let unanswered = format!("## Goals\n\n{prompt}\n");
    check(Safety::Suggested, goals, &unanswered, &unanswered);
    let last = "* [The other one](okep-8-loud-links.md#goals)\n";
    suggested(last, &format!("{last}\n{prompt}\n"), last);
    // Two in a row that end the file, after a list of the author's own.
    let items = "* Unit tests\n* Tests of the whole feature on a real cluster\n";
    suggested(last, &format!("{last}{items}"), last);
    suggested(last, &format!("{last}\n\n{items}"), last);
    // A list that ends with the prompt keeps the blank line after it.
    suggested(goals, &format!("{goals}* {prompt}\n"), goals);
    let glued = format!("{ISSUE}\n(Please open an issue for each proposal first.)");
    suggested(ISSUE, &glued, ISSUE);
}

#[test]
fn fences_and_headings_that_read_differently() {
    suggested("quiet: true\n```\n", "quiet: true\n", "quiet: true\n```\n");
    // Blanks that end the last line would keep the fence behind them from closing.
    for blanks in [" ", "\t", "\u{a0}", " \u{a0}\t "] {
        let open = format!("quiet: true{blanks}\n");
        suggested("quiet: true\n```\n", &open, &format!("{open}```\n"));
    }
    let tildes = "Turn them off.\n\n  ~~~~yaml\n  a: b\n\n\u{a0}wide\t\n";
    suggested("Turn them off.\n", tildes, &format!("{tildes}  ~~~~\n"));
    safe("## Alternatives", "##Alternatives");
    // One fence too many is not closed a second time.
    let last = "* [The other one](okep-8-loud-links.md#goals)\n";
    suggested(last, &format!("{last}\n```\n"), last);
}

/// Which of the texts of a conflict stays is not for a machine to say.
#[test]
fn a_file_in_conflict_is_left_alone() {
    let both = "<<<<<<< ours\n## goals\n=======\n## Goals\n>>>>>>> theirs";
    check(Safety::Suggested, "## Goals", both, both);
    let fenced = "```diff\n<<<<<<< ours\n>>>>>>> theirs\n```\n\n";
    check(Safety::Safe, "## Goals\n\n", &format!("## goals\n\n{fenced}"), &format!("## Goals\n\n{fenced}"));
}

/// A section around others comes with theirs, each with its own prompt.
#[test]
fn a_section_around_others_comes_with_them() {
    let (before, rest) = CLEAN.split_once("## Proposed Solution\n").expect("it is there");
    let (_, after) = rest.split_once("## Known Risks").expect("it is there");
    let removed_paths = format!("{before}## Known Risks{after}");
    let mut tree = Tree::default();
    tree.insert("docs/okeps/okep-1000-template.md", TEMPLATE.as_bytes());
    tree.insert("docs/okeps/okep-8-loud-links.md", CLEAN.replace('7', "8").as_bytes());
    tree.insert(PATH, removed_paths.as_bytes());
    let result = fixed(&tree, Safety::Suggested);
    let found = String::from_utf8_lossy(&result.tree.bytes(PATH).expect("it is there")).into_owned();
    let added = found.strip_prefix(before).and_then(|f| f.strip_suffix(&format!("## Known Risks{after}")));
    let added = added.expect("the rest is as it was");
    let (_, asked) = TEMPLATE.split_once("## Proposed Solution\n").expect("it is there");
    let (asked, _) = asked.split_once("## Known Risks").expect("it is there");
    assert_eq!(added, format!("## Proposed Solution\n{asked}"));
    assert_eq!(result.applied.len(), 1);
}
