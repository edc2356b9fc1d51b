//! Ambiguities and their remedies: `check(document, told, fixed)`.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Ambiguity, GithubHeading, ambiguities};

/// Compares the messages for `document` and what its edits make of it. Once they are made, only the
/// differences without an edit may be left.
#[track_caller]
fn check(document: &str, told: &[&str], fixed: &str) {
    let found = find(document);
    let messages: Vec<_> = found.iter().map(|a| a.message.as_str()).collect();
    assert_eq!(messages, told);
    let edited = apply(document, &found);
    assert_eq!(edited, fixed);
    let left: Vec<_> = find(&edited).into_iter().map(|a| a.message).collect();
    let expected: Vec<_> = found.into_iter().filter(|a| a.edits.is_empty()).map(|a| a.message).collect();
    assert_eq!(left, expected, "after the edits");
}

#[track_caller]
fn silent(document: &str) {
    check(document, &[], document);
}

fn find(document: &str) -> Vec<Ambiguity> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES;
    let body = super::lines::front_matter_end(document);
    let mut headings = Vec::new();
    for (event, span) in Parser::new_ext(&document[body..], options).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                headings.push((level as u8, body + span.start..body + span.end, String::new(), true));
            }
            Event::End(TagEnd::Heading(_)) => headings.iter_mut().for_each(|h| h.3 = false),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = headings.last_mut().filter(|h| h.3) {
                    heading.2.push_str(&text);
                }
            }
            _ => {}
        }
    }
    let github: Vec<_> = headings
        .iter()
        .map(|(level, span, text, _)| GithubHeading { level: *level, span: span.clone(), text })
        .collect();
    ambiguities(document, &github)
}

fn apply(document: &str, found: &[Ambiguity]) -> String {
    let mut out = document.to_owned();
    for (range, with) in found.iter().rev().flat_map(|a| a.edits.iter().rev()) {
        out.replace_range(range.clone(), with);
    }
    out
}

#[test]
fn a_hash_needs_a_blank_behind_it() {
    check(
        "#NoSpace\n\n##Two words\n",
        &[
            "`#NoSpace` is no heading on GitHub and the level 1 heading `NoSpace` on the site",
            "`##Two words` is no heading on GitHub and the level 2 heading `Two words` on the site",
        ],
        "# NoSpace\n\n## Two words\n",
    );
    silent("# Space\n\n##\ttab\n\nC#, \\#x\n");
}

#[test]
fn a_hash_in_running_text_is_escaped() {
    check(
        "as told in\n#5259 and elsewhere\n",
        &[
            "`#5259 and elsewhere` is no heading on GitHub and the level 1 heading `5259 and elsewhere` on the site",
        ],
        "as told in\n\\#5259 and elsewhere\n",
    );
    check(
        "#1 is an issue\n",
        &["`#1 is an issue` is no heading on GitHub and the level 1 heading `1 is an issue` on the site"],
        "\\#1 is an issue\n",
    );
    silent("as told in #5259,\n  #5260\nand elsewhere\n");
}

#[test]
fn seven_hashes_are_left_to_the_author() {
    check(
        "####### seven\n",
        &["`####### seven` is no heading on GitHub and the level 6 heading `# seven` on the site"],
        "####### seven\n",
    );
    silent("###### six\n");
}

#[test]
fn an_indent_hides_a_heading_from_the_site() {
    check(
        "text\n\n  ## x\n\n>  # y\n",
        &[
            "`## x` is the level 2 heading `x` on GitHub and no heading on the site",
            "`# y` is the level 1 heading `y` on GitHub and no heading on the site",
        ],
        "text\n\n## x\n\n> # y\n",
    );
    silent("text\n\n## x\n\n    # code\n\n> # y\n");
}

#[test]
fn a_heading_in_a_list_needs_four_blanks_and_no_machine_knows_better() {
    check(
        "- item\n\n  # x\n",
        &["`# x` is the level 1 heading `x` on GitHub and no heading on the site"],
        "- item\n\n  # x\n",
    );
    silent("1.  item\n\n    # x\n\n- # y\n");
}

#[test]
fn hashes_at_the_end_are_eaten_by_the_site() {
    check(
        "## C#\n\n## D##\n\n## E ##  \n",
        &[
            "`## C#` is the level 2 heading `C#` on GitHub and the level 2 heading `C` on the site",
            "`## D##` is the level 2 heading `D##` on GitHub and the level 2 heading `D` on the site",
            "`## E ##` is the level 2 heading `E` on GitHub and the level 2 heading `E ##` on the site",
        ],
        "## C\\#\n\n## D\\#\\#\n\n## E ##\n",
    );
    silent("## C# ##\n\n## C\\#\n\n## C# and more\n\n## `C#`\n\n## E ##\n");
}

#[test]
fn a_backslash_at_the_end_is_no_heading_to_the_site() {
    check(
        "# a\\\n",
        &["`# a\\` is the level 1 heading `a\\` on GitHub and no heading on the site"],
        "# a\\\\\n",
    );
    silent("# a\\\\\n");
}

#[test]
fn an_underlined_paragraph_is_a_heading_on_github_only() {
    check(
        "one\ntwo\n---\n\nthree\n  ===\n",
        &[
            "`one` is the level 2 heading `onetwo` on GitHub and no heading on the site",
            "`three` is the level 1 heading `three` on GitHub and no heading on the site",
        ],
        "## one two\n\n# three\n",
    );
    silent("one\n---\n\ntwo\n===\n\nthree\nfour\n\n---\n");
}

#[test]
fn an_underlined_item_is_a_heading_on_the_site_only() {
    check(
        "- item\n===\n\n> quote\n---\n",
        &[
            "`- item` is no heading on GitHub and the level 1 heading `- item` on the site",
            "`> quote` is no heading on GitHub and the level 2 heading `> quote` on the site",
        ],
        "- item\n\n===\n\n> quote\n\n---\n",
    );
    silent("- item\n\n===\n\n> quote\n\n---\n");
}

#[test]
fn a_table_swallows_the_heading_below_it() {
    check(
        "| a | b |\r\n|---|---|\r\n| 1 | 2 |\r\n# x\r\n",
        &["`# x` is the level 1 heading `x` on GitHub and no heading on the site"],
        "| a | b |\r\n|---|---|\r\n| 1 | 2 |\r\n\r\n# x\r\n",
    );
    silent("| a | b |\n|---|---|\n| 1 | 2 |\n\n# x\n");
}

#[test]
fn the_body_of_an_admonition_is_code_on_github() {
    check(
        "!!! note\n\n    # x\n",
        &["`# x` is no heading on GitHub and the level 1 heading `x` on the site"],
        "!!! note\n\n    # x\n",
    );
    silent("!!! note\n\n    text\n\n# x\n");
}

#[test]
fn raw_html_is_one_cause_for_all_headings_in_it() {
    check(
        "<details>\n\n## a\n\n## b\n\n</details>\n\n## c\n",
        &[
            "`## a` is the level 2 heading `a` on GitHub and no heading on the site, and so for 1 more heading",
        ],
        "<details>\n\n## a\n\n## b\n\n</details>\n\n## c\n",
    );
    silent("<details>\ntext\n</details>\n\n## a\n\n<h2>b</h2>\n");
}

#[test]
fn markup_within_a_heading_is_no_difference() {
    silent("# \"a\" -- :rocket: `b` *c* [d](e) <b>f</b> ![g](h) i\\_j {#k}\n\n## l &amp; m {: #n }\n");
}

#[test]
fn nothing_is_said_behind_an_open_fence() {
    silent("# a\n\n```go\n# b\n\n## c\n\n##d\n");
    silent("# a\n\n~~~\n# b\n");
    check(
        "#a\n\n```go\n##b\n",
        &["`#a` is no heading on GitHub and the level 1 heading `a` on the site"],
        "# a\n\n```go\n##b\n",
    );
}

#[test]
fn front_matter_and_byte_order_mark_keep_every_offset() {
    check(
        "\u{feff}---\ntitle: x\n---\n\n#ä\n",
        &["`#ä` is no heading on GitHub and the level 1 heading `ä` on the site"],
        "\u{feff}---\ntitle: x\n---\n\n# ä\n",
    );
    silent("\u{feff}---\ntitle: x\n---\n\n# ä\n");
}

#[test]
fn an_edit_that_does_not_help_is_not_offered() {
    let found = find("  # f\\\n");
    assert_eq!(found.len(), 1);
    assert!(
        found[0].edits.is_empty(),
        "removing the blanks alone leaves the backslash: {:?}",
        found[0].edits
    );
}

#[test]
fn spans_that_do_not_fit_the_text_are_ignored() {
    let heading = |span| GithubHeading { level: 1, span, text: "x" };
    assert_eq!(ambiguities("ä\n", &[heading(1..2), heading(5..9)]), []);
}

mod any_text {
    use proptest::prelude::*;

    use super::super::site_headings;
    use super::{apply, find};

    const PARTS: &[&str] = &[
        "# a",
        "#b",
        " # c",
        "    # d",
        "\t# e",
        "- ",
        "1. ",
        "> ",
        "===",
        "---",
        "text",
        "\n",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "```",
        "~~~",
        "<div>",
        "</div>",
        "<!--",
        "-->",
        "<a b=\"",
        "!!! note",
        "??? x",
        "| a | b |",
        "|---|---|",
        "`",
        "\\",
        "#",
        "ä",
        "\u{feff}",
        "---\na: b\n---\n",
        "[a]: b",
        "key: v",
        " ",
        "    ",
    ];

    fn document() -> impl Strategy<Value = String> {
        proptest::collection::vec(proptest::sample::select(PARTS), 0..40).prop_map(|p| p.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn never_panics_and_spans_lie_in_the_text(text in document()) {
            for heading in site_headings(&text) {
                prop_assert!(text.get(heading.span.clone()).is_some());
                prop_assert!((1..=6).contains(&heading.level));
            }
        }

        #[test]
        fn edits_leave_no_more_than_what_has_none(text in document()) {
            let found = find(&text);
            let unfixed = found.iter().filter(|a| a.edits.is_empty()).count();
            prop_assert!(find(&apply(&text, &found)).len() <= unfixed);
        }
    }
}
