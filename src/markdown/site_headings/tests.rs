//! Ambiguities and their remedies: `check(document, messages, fixed)`.

use super::{Ambiguity, site_headings, site_reading};
use crate::markdown::document::Document;
use crate::markdown::extensions::Extensions;

/// Those of OVN-Kubernetes.
const ON: Extensions = Extensions {
    admonition: true,
    attr_list: false,
    details: true,
    md_in_html: false,
    meta: true,
    sane_headers: false,
    snippets: true,
    superfences: true,
    tabbed: false,
    def_list: false,
    footnotes: false,
    blocks: false,
    unknown: false,
};

/// Compares the messages for `document` and what its edits make of it. Once they are made, only the
/// differences without an edit may be left.
#[track_caller]
fn check(document: &str, expected: &[&str], fixed: &str) {
    check_with(ON, document, expected, fixed);
}

#[track_caller]
fn check_with(on: Extensions, document: &str, expected: &[&str], fixed: &str) {
    let found = find(document, on);
    let messages: Vec<_> = found.iter().map(|a| a.message.as_str()).collect();
    assert_eq!(messages, expected, "{document}");
    let edited = apply(document, &found);
    assert_eq!(edited, fixed);
    let left: Vec<_> = find(&edited, on).into_iter().map(|a| a.message).collect();
    let expected: Vec<_> = found.into_iter().filter(|a| a.edit.is_none()).map(|a| a.message).collect();
    assert_eq!(left, expected, "after the edits");
}

#[track_caller]
fn silent(document: &str) {
    check(document, &[], document);
}

#[track_caller]
fn silent_with(on: Extensions, document: &str) {
    check_with(on, document, &[], document);
}

fn find(document: &str, on: Extensions) -> Vec<Ambiguity> {
    site_reading(&Document::parse(document.as_bytes()), on).ambiguities
}

fn apply(document: &str, found: &[Ambiguity]) -> String {
    let mut out = document.to_owned();
    for (range, with) in found.iter().rev().filter_map(|a| a.edit.as_ref()) {
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
    check(
        "##\u{a0}Two\u{a0}words\n",
        &["`##\u{a0}Two\u{a0}words` is no heading on GitHub and the level 2 heading `Two words` on the site"],
        "## Two\u{a0}words\n",
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
        "as told\n##in #5259\n",
        &["`##in #5259` is no heading on GitHub and the level 2 heading `in #5259` on the site"],
        "as told\n## in #5259\n",
    );
    check(
        "#1 is an issue\n",
        &["`#1 is an issue` is no heading on GitHub and the level 1 heading `1 is an issue` on the site"],
        "\\#1 is an issue\n",
    );
    silent("as told in #5259,\n  #5260\nand elsewhere\n");
}

#[test]
fn a_fence_behind_a_tab_next_to_indented_code_is_code() {
    silent("    code\n\t```\n\t# x\n\t```\n\n## y\n");
    let text = "\n\t```\n\t```\n!!! note\n\n\t# b\n";
    check(text, &["`# b` is no heading on GitHub and the level 1 heading `b` on the site"], text);
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
    check(
        "- item\n\n  # x\n\n  more\n",
        &["`# x` is the level 1 heading `x` on GitHub and no heading on the site"],
        "- item\n\n  # x\n\n  more\n",
    );
    // What is below it is outside of the list.
    check(
        "- item\n\n  # x\n\nmore\n",
        &["`# x` is the level 1 heading `x` on GitHub and no heading on the site"],
        "- item\n\n# x\n\nmore\n",
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
            "`one` is the level 2 heading `one two` on GitHub and no heading on the site",
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
fn a_fence_that_is_none_on_the_site_is_closed_as_it_is_opened() {
    let plain = Extensions { superfences: false, ..ON };
    let found = |rest: &str| {
        format!("`# b{rest}` is no heading on GitHub and the level 1 heading `b{rest}` on the site")
    };
    for on in [plain, ON] {
        check_with(on, "~~~sh\n# b\n~~~~\n", &[&found("")], "~~~sh\n# b\n~~~\n");
        check_with(on, "```\n# b\n ```\n", &[&found("")], "```\n# b\n```\n");
        check_with(on, "~~~sh\n# b\n~~~\n", &[], "~~~sh\n# b\n~~~\n");
    }
    let opening = "~~~ sh {.x}\n# b\n~~~\n";
    check_with(plain, opening, &[&found("")], opening);
    assert!(find(opening, plain)[0].help.contains("the line that opens the fence"));
    silent_with(ON, opening);
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
fn tabs_close_a_fence_and_a_heading() {
    silent("# a\n\n```\n# b\n```\t\n\n## c\t##\n\n## d\t\n");
    silent("# a\n\n~~~~ \t\n# b\n~~~~ \t\n\n## c\n");
    silent("- x\n\n    ```\n    # b\n    ```\t\n\n## c\n");
    silent("# a\n\n```\n\t# b\n\n```\t\t\n## c\n");
}

#[test]
fn a_fence_is_closed_in_the_form_in_which_it_is_opened() {
    let message = "`# b` is no heading on GitHub and the level 1 heading `b` on the site";
    check("```sh\n# b\n````\n\n## c\n", &[message], "```sh\n# b\n```\n\n## c\n");
    check("~~~\n# b\n~~~~~~ \n", &[message], "~~~\n# b\n~~~ \n");
    check("```sh\n# b\n  ```\n\n## c\n", &[message], "```sh\n# b\n```\n\n## c\n");
    check(
        "```sh\n# b\n\n# c\n````\n",
        &["`# b` is no heading on GitHub and the level 1 heading `b` on the site, and so for 1 more heading"],
        "```sh\n# b\n\n# c\n```\n",
    );
    // To the site the next fence closes it.
    check(
        "```sh\nx\n````\n\n## c\n\n```sh\ny\n```\n",
        &["`## c` is the level 2 heading `c` on GitHub and no heading on the site"],
        "```sh\nx\n```\n\n## c\n\n```sh\ny\n```\n",
    );
    silent("````sh\n# b\n````\n\n## c\n");
    silent("````sh\n# b\n```\n````\n\n## c\n");
}

#[test]
fn html_right_below_a_list_takes_the_heading_along() {
    let message = "`## c` is no heading on GitHub and the level 2 heading `c` on the site";
    check("* x\n<br>\n## c\n", &[message], "* x\n<br>\n\n## c\n");
    check("1. x\n   y\n<img src=\"a.png\">\n## c\n", &[message], "1. x\n   y\n<img src=\"a.png\">\n\n## c\n");
    check("> x\n</span>\n## c\n", &[message], "> x\n</span>\n\n## c\n");
    check("- x\n  - y\n<br/>\n## c\n", &[message], "- x\n  - y\n<br/>\n\n## c\n");
    check("| x |\n|---|\n<br>\n## c\n", &[message], "| x |\n|---|\n<br>\n\n## c\n");
    // Within the outer item it ends with that.
    silent("- x\n  - y\n  <br/>\n## c\n");
    silent("* x\n\n<br>\n\n## c\n");
    silent("* x\n  <br>\n## c\n");
    silent("* x <br>\n## c\n");
    silent("x\n<br>\n## c\n");
}

#[test]
fn front_matter_holds_no_heading_whether_or_not_it_loads() {
    silent("---\ntitle: @ada\n---\n\n# a\n");
    silent("---\ntitle: a\ntitle: b\n---\n\n# a\n");
    silent("---\nowner: [ada\n---\n\n# a\n");
    check(
        "---\ntitle: @ada\n---\n\n#a\n",
        &["`#a` is no heading on GitHub and the level 1 heading `a` on the site"],
        "---\ntitle: @ada\n---\n\n# a\n",
    );
}

#[test]
fn an_indented_heading_after_a_list_is_one_on_github_only() {
    let message = "`## c` is the level 2 heading `c` on GitHub and no heading on the site";
    check("- x\n\n ## c\n", &[message], "- x\n\n## c\n");
    check("1. x\n\n  ## c\n", &[message], "1. x\n\n## c\n");
    check("* x\n ## c\n", &[message], "* x\n## c\n");
    silent("- x\n\n## c\n");
}

#[test]
fn a_tab_shows_its_headings_on_the_site_only() {
    let tabbed = Extensions { tabbed: true, ..ON };
    let message = ["`## b` is no heading on GitHub and the level 2 heading `b` on the site"];
    for tab in ["=== \"T\"\n\n    ## b\n", "===+ \"T\"\n    ## b\n", "x\n\n=== \"T\"\n\n    y\n\n    ## b\n"]
    {
        check_with(tabbed, tab, &message, tab);
        silent(tab);
    }
    silent_with(tabbed, "=== \"T\"\n\n    x\n\n## b\n");
}

#[test]
fn headings_in_html_count_where_it_says_markdown_and_the_site_reads_it() {
    let on = Extensions { md_in_html: true, ..ON };
    let message = ["`## a` is the level 2 heading `a` on GitHub and no heading on the site"];
    for tag in ["<details markdown>", "<details markdown=\"1\">", "<details open markdown='block'>"] {
        let page = format!("{tag}\n<summary>s</summary>\n\n## a\n\n</details>\n\n## b\n");
        silent_with(on, &page);
        check(&page, &message, &page);
    }
    for tag in ["<details>", "<details markdown=\"span\">", "<details markdown=\"0\">"] {
        let page = format!("{tag}\n\n## a\n\n</details>\n\n## b\n");
        check_with(on, &page, &message, &page);
    }
}

#[test]
fn blocks_of_extensions_that_are_off_are_text() {
    let off = Extensions::default();
    for page in ["!!! note\n\n    # x\n", "??? note\n\n    # x\n"] {
        silent_with(off, page);
        check(page, &["`# x` is no heading on GitHub and the level 1 heading `x` on the site"], page);
    }
    // Without superfences a fence begins at the margin.
    let fenced = "- x\n\n    ```\n    # y\n    ```\n";
    silent(fenced);
    check_with(
        off,
        fenced,
        &["`# y` is no heading on GitHub and the level 1 heading `y` on the site"],
        fenced,
    );
    silent_with(off, "```sh\n# y\n```\n\n~~~ {.sh}\n# y\n~~~\n\n## z\n");
    let sane = Extensions { sane_headers: true, ..ON };
    silent_with(sane, "#NoSpace\n\n#12 is an issue\n");
}

#[test]
fn nothing_is_said_where_the_sites_headings_are_unknown() {
    silent_with(Extensions { unknown: true, ..ON }, "##a\n");
    silent("##a\n\n--8<-- \"b.md\"\n");
    silent_with(Extensions { blocks: true, ..ON }, "##a\n\n/// note\nx\n///\n");
    check(
        "##a\n\n;--8<-- \"b.md\"\n",
        &["`##a` is no heading on GitHub and the level 2 heading `a` on the site"],
        "## a\n\n;--8<-- \"b.md\"\n",
    );
}

#[test]
fn an_attribute_list_is_no_text_where_the_site_knows_it() {
    let on = Extensions { attr_list: true, ..ON };
    let text = |raw: &str, on| site_headings(raw, on).remove(0).text;
    assert_eq!(text("## Goals { #goals }\n", on), "Goals");
    assert_eq!(text("## Goals {: .wide data-x='y' }\n", on), "Goals");
    assert_eq!(text("## Goals ## {#goals}\n", on), "Goals");
    assert_eq!(text("## Goals { #goals }\n", ON), "Goals { #goals }");
    assert_eq!(text("## Goals{#goals}\n", on), "Goals{#goals}");
    silent_with(on, "## Goals { #goals }\n\n### Tests {: .wide }\n");
}

mod any_text {
    use proptest::prelude::*;

    use super::{ON, site_headings};

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
            for heading in site_headings(&text, ON) {
                prop_assert!(text.get(heading.span.clone()).is_some());
                prop_assert!((1..=6).contains(&heading.level));
            }
        }
    }
}
