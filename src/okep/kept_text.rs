//! What a template shows that every OKEP may have as it is.

use crate::markdown::document::{Block, BlockKind, Document};
use crate::markdown::names::Name;
use std::cell::LazyCell;
use std::collections::HashSet;
use std::ops::Range;

/// Whether a template asks its questions in HTML comments for the most part, so that what it shows is meant to stay.
pub fn asks_in_comments(template: &Document, issue: Option<&Range<usize>>) -> bool {
    let count = |text: &str| text.split_whitespace().count();
    let comments = template.html.iter().map(|range| template.text.slice(range.clone()));
    let hidden: usize = comments.filter(|html| html.trim_start().starts_with("<!--")).map(count).sum();
    let is_issue = |b: &&Block| issue.is_some_and(|i| i.start < b.span.end && b.span.start < i.end);
    let shown = template.blocks.iter().filter(|b| !is_issue(b));
    hidden > shown.map(|b| count(template.text.slice(b.span.clone()))).sum()
}

/// Whether a list item is one that every OKEP may have as the template has it: a task, or a link to a section of the
/// page itself, with what it is about behind it.
pub fn stays(document: &Document, item: &Block) -> bool {
    let text = document.text.slice(item.span.clone()).trim_start();
    if ["[ ]", "[x]", "[X]"].iter().any(|task| text.starts_with(task)) {
        return true;
    }
    let links = document.links_in(&item.span);
    let Some(first) = links.first() else { return false };
    let before = document.text.slice(item.span.start..first.span.start.max(item.span.start));
    !before.contains(char::is_alphabetic) && links.iter().all(|link| link.target.starts_with('#'))
}

/// Whether a list item has the name of a section of the page, as in a table of contents without links.
pub fn names_section(document: &Document) -> impl Fn(&Block) -> bool {
    let name = |text: &str| Name::new(text).normal;
    let names: LazyCell<HashSet<String>, _> =
        LazyCell::new(move || document.headings.iter().map(|h| name(&h.text)).collect());
    move |item| item.kind == BlockKind::Item && names.contains(&name(document.text.slice(item.span.clone())))
}

#[cfg(test)]
mod tests {
    use super::super::prompts::tests::check_with;

    #[test]
    fn a_table_of_contents_is_no_prompt() {
        let contents =
            "- [The Problem](#the-problem)\n  - [Its Cause](#its-cause)\n1. [What to do](#what-to-do)\n";
        check_with(contents, contents, &[]);
        let about = "- [Goals](#goals): what we want to get done here\n";
        check_with(about, about, &[]);
        let names = "* The Old Problem\n* What to do\n\n## The old problem\n\n## What to do\n";
        check_with(names, names, &[]);
        check_with(names, "* The Old Problem\n* What to do\n\n## What to do\n", &["The Old Problem"]);
        let linked = "* [Open an issue first](https://example.org/new), then write it down\n";
        check_with(linked, linked, &["[Open an issue first](https://example.org/new), then write it down"]);
        let own = "* See [the goals](#goals) and write down what they are\n";
        check_with(own, own, &["See [the goals](#goals) and write down what they are"]);
    }

    #[test]
    fn a_task_is_no_prompt_whether_or_not_it_is_done() {
        let tasks = "- [ ] Ask a reviewer of the network group\n- [ ] Write the user documentation\n";
        check_with(tasks, tasks, &[]);
        check_with(tasks, &tasks.replace("[ ]", "[x]"), &[]);
        let items = tasks.replace("[ ] ", "");
        let both = ["Ask a reviewer of the network group", "Write the user documentation"];
        check_with(&items, &items, &both);
    }

    #[test]
    fn a_template_that_asks_in_comments_shows_what_is_to_stay() {
        let form = "## S\n\n<!--\nSay in a few words for whom this is and what it is good for, please.\n-->\n\n\
                    - Name of the feature gate\n- Will it change any default behaviour?\n";
        check_with(form, form, &[]);
        let few = "## S\n\n<!-- two words -->\n\n- Say what the feature gate is named\n";
        check_with(few, few, &["Say what the feature gate is named"]);
    }
}
