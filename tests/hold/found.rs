//! What fuzzing, real files and nasty shapes once found: each broke a promise and must not again.

use crate::promised::{Kept, document, fixes, register};
use okep::files::Tree;
use okep::rules::finding::Safety;

fn check(kept: Result<Kept, String>) {
    if let Err(broken) = kept {
        panic!("{broken}");
    }
}

#[test]
fn a_headings_text_is_inside_of_it() {
    // A vertical tab at its end or its start is a letter to the parser and a blank to us.
    for bytes in
        [&b"## Led\x0b"[..], b"##\x0b", b"## a \x0b\n\nText\x0c", b"Led\x0b\n===\n", b"\x0bLed\nGoals\n---\n"]
    {
        check(document::holds(bytes));
    }
}

/// A page in a folder named like an OKEP, which is judged only once a fix has named it so.
fn unnamed_page(page: &str, template: &str) -> Tree {
    let mut tree = Tree::default();
    tree.insert("docs/okeps/okep-7-quiet-links/proposal.md", page.as_bytes());
    tree.insert("docs/okeps/okep-1000-template.md", template.as_bytes());
    tree
}

#[test]
fn what_is_found_once_a_page_has_its_name_is_held_to_that_page() {
    let template = include_str!("../../fuzz/src/template.md");
    let twice = "# OKEP-7: Quiet Links\n\n## Proposed Solution\n\nTurn them off.\n\n### Testing Details\n\n\
                 ### How\n\nBy hand.\n\n### Testing Details\n";
    check(fixes::hold(&unnamed_page(twice, template)));
    let template =
        "### Story: Work\n## Proposed Solution\n### Story: Work\n## Proposed Solution\n### Limits\n";
    check(fixes::hold(&unnamed_page(" ## Led\n", template)));
}

#[test]
fn an_entry_is_not_dead_while_the_proposal_it_means_has_no_name() {
    let page = "# OKEP-7: Quiet Links\n\n* Issue: [#7](https://github.com/org/net/issues/7)\n";
    for named in ["okep-7-quiet-links/okep-7-quiet-links.md", "okep-7-loud-links.md"] {
        let mut tree =
            unnamed_page(page, "# OKEP-1: T\n\n* Issue: [#1](https://github.com/org/net/issues/1)\n");
        tree.insert("docs/okeps/index.md", format!("# All\n\n* [Quiet]({named})\n").into_bytes());
        let nav = format!("nav:\n  - All: okeps/index.md\n  - Quiet: okeps/{named}\n");
        tree.insert("mkdocs.yml", nav.into_bytes());
        let fixed = fixes::fixed(&tree, Safety::Suggested);
        let rules: Vec<&str> = fixed.applied.iter().map(|f| f.rule).collect();
        assert!(rules[0] == "malformed-filename" && fixed.left.is_empty(), "{rules:?}, {:#?}", fixed.left);
        check(fixes::hold(&tree));
    }
}

#[test]
fn several_prompts_that_end_a_file_take_their_blank_lines_along() {
    let preamble = "# OKEP-7: A\n\n* Issue: [#7](https://github.com/o/n/issues/7)\n\n";
    let prompts =
        "The first of the prompts here.\n\nThe second of the prompts here.\n\nThe last of the prompts here.";
    let template = format!("# OKEP-1: T\n\n* Issue: [#1](https://github.com/o/n/issues/1)\n\n{prompts}");
    for ending in ["", "\n", "\n\n"] {
        let mut tree = Tree::default();
        tree.insert("docs/okeps/okep-1-template.md", template.as_bytes());
        tree.insert("docs/okeps/okep-7-a.md", format!("{preamble}{prompts}{ending}").into_bytes());
        check(fixes::hold(&tree));
        let fixed = fixes::fixed(&tree, Safety::Suggested);
        let left = fixed.tree.bytes("docs/okeps/okep-7-a.md").expect("it is there");
        let ending = if ending.is_empty() { "" } else { "\n" };
        assert_eq!(String::from_utf8_lossy(&left), format!("{}{ending}", preamble.trim_end()));
    }
}

#[test]
fn what_a_problem_of_a_register_points_at_is_whole_characters() {
    // An item without bytes of its own: what stands before it is no dash.
    check(register::holds("nav:\n- A: a.md\nnav:\n- ## \u{fffd}".as_bytes(), "A"));
    check(register::holds(b"nav:\n- ## T D\xdf\xb6\xef\xbf\xbd", "A"));
}

#[test]
fn a_prompt_does_not_keep_the_line_ending_of_the_template() {
    let template = "# OKEP-1: T\n\n* Issue: [#1](https://github.com/o/n/issues/1)\n\n## Goals\n\nSay\r\r\nwhat\rfor.\n\n## Risks\n\nx\n";
    let mut tree = Tree::default();
    tree.insert("docs/okeps/okep-1-template.md", template.as_bytes());
    let page = "# OKEP-7: A\n\n* Issue: [#7](https://github.com/o/n/issues/7)\n\n## Risks\n\nNone.\n";
    tree.insert("docs/okeps/okep-7-a.md", page.as_bytes());
    check(fixes::hold(&tree));
    let fixed = fixes::fixed(&tree, Safety::Suggested);
    let text = String::from_utf8_lossy(&fixed.tree.bytes("docs/okeps/okep-7-a.md").expect("it is there"))
        .into_owned();
    assert!(text.contains("Say") && text.contains("for.") && !text.contains('\r'), "{text}");
}
