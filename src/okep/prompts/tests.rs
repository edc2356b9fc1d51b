use super::*;
use crate::okep::template::Template;
use std::sync::Arc;

const TEMPLATE: &str = "# T\n\n* Issue: [#1](https://github.com/o/r/issues/1)\n(Open one if\nyou have none. Then use its number as yours.)\n\n## S\n\n(What is this *all* about?)\n\n* Unit tests\n* see https://github.com/old/r/blob/x for details on this\n\ne.g\n";

fn check(document: &str, expected: &[&str]) {
    check_with(TEMPLATE, document, expected);
}

/// What of a document is a prompt of a template.
#[track_caller]
pub fn check_with(template: &str, document: &str, expected: &[&str]) {
    let template = Template::new(Some(String::new()), Arc::new(Document::parse(template.as_bytes())));
    let prompts = template.prompts();
    let document = Document::parse(document.as_bytes());
    let (found, _) = prompts.leftovers(&document, None);
    let found: Vec<&str> = found.iter().map(|l| document.text.slice(l.span.clone())).collect();
    assert_eq!(found, expected);
}

#[test]
fn whole_sentences_are_found_however_they_are_broken() {
    check("What is this\nall about?\n", &["What is this\nall about?"]);
    check("(What is this all about?) It is about tea.\n", &["(What is this all about?)"]);
    check("Then use its number as yours.\n", &["Then use its number as yours."]);
    check(
        "* see https://github.com/new/r/blob/x for details\n  on this\n",
        &["see https://github.com/new/r/blob/x for details\n  on this"],
    );
}

#[test]
fn a_blank_line_is_not_what_makes_a_prompt() {
    let template = "(... details, can point to code\nthat is not merged)\n\nsay in which version it is\nto be introduced\n";
    let (first, second) = template.split_once("\n\n").expect("two prompts");
    for prompt in [first, second.trim_end()] {
        check_with(template, &format!("Ours.\n{prompt}\n"), &[prompt]);
        check_with(template, &format!("{prompt}\nOurs.\n"), &[prompt]);
        check_with(template, &format!("ours\n{prompt}\nours\n"), &[prompt]);
    }
    check_with(template, "It is to be\nto be introduced\nsoon.\n", &[]);
    check_with(
        template,
        "(\u{2026} details, can point to code that is not merged)\n",
        &["(\u{2026} details, can point to code that is not merged)"],
    );
}

#[test]
fn one_word_is_a_prompt_between_prompts() {
    let template = "Tell us what it is for.\n\ne.g\n\nTo make better tea of it.\n";
    check_with(template, template, &["Tell us what it is for.", "e.g", "To make better tea of it."]);
    check_with(template, "Tea.\n\ne.g\n\nTo make better tea of it.\n", &["To make better tea of it."]);
    // What is answered by a table is no prompt, whatever is around it.
    let asked =
        "(Say what it is for.)\n\nWhich versions does it run with?\n\n(Name all that depends on it.)\n";
    let answered = asked.replace("with?\n", "with?\n\n| v |\n|---|\n| 1.2 |\n");
    check_with(asked, &answered, &["(Say what it is for.)", "(Name all that depends on it.)"]);
}

#[test]
fn a_short_prompt_goes_with_the_one_next_to_it() {
    let template = "(What is the problem at hand? Who has it? Please add a link to it.)\n";
    let document = "Who has it? Please add a link to it.\n\n## S\n\nWho has it? All of us.\n";
    check_with(template, document, &["Who has it? Please add a link to it."]);
}

#[test]
fn short_prompts_count_as_whole_blocks_only() {
    check("* Unit tests\n", &["Unit tests"]);
    check("* Unit tests cover it.\n* Unit tests\n  * of the parser\n", &[]);
    check("e.g\n", &[]);
}

#[test]
fn a_field_below_the_title_may_have_the_value_of_the_template() {
    let template = "# T\n\n* Status: draft\n* **Kind:** Feature\n* Authors: (names)\n* Date: YYYY-MM-DD\n* Sponsor: TBD\n\n## S\n\n* Unit: tests\n";
    let asked = ["Authors: (names)", "Date: YYYY-MM-DD", "Sponsor: TBD", "Unit: tests"];
    check_with(template, template, &asked);
    check_with(template, "# A\n\n* Status: draft\n* Authors: us\n\n## S\n\nText.\n", &[]);
}

#[test]
fn what_names_the_authors_own_list_stays() {
    let template = "* Tests of the new parser:\n* Tests of the whole system?\n\nWhich versions does it run with?\n\n(Name all that depends on it here.)\n";
    check_with(
        template,
        "* Tests of the new parser:\n  * ours\n* Tests of the whole system?\n\n  None so far.\n",
        &[],
    );
    check_with(template, "Which versions does it run with?\n\n* 1.2\n", &[]);
    check_with(template, "Which versions does it run with?\n\n| v |\n|---|\n| 1.2 |\n", &[]);
    check_with(template, "Which versions does it run with?\n\n```\nall of them\n```\n", &[]);
    check_with(template, "* Tests of the new parser:\n* ours\n", &[]);
    // With nothing of the author's below it, it is a question still.
    check_with(template, "Which versions does it run with?\n", &["Which versions does it run with?"]);
    check_with(template, "Which versions does it run with?\n\nTBD\n", &["Which versions does it run with?"]);
    check_with(
        template,
        "Which versions does it run with?\n\n## Next\n\nText.\n",
        &["Which versions does it run with?"],
    );
    let parenthesized = "(Name all that depends on it here.)";
    for mark in ["", "_", "*", "**"] {
        let prompt = format!("{mark}{parenthesized}{mark}");
        check_with(template, &format!("{prompt}\n\n* the router\n"), &[&prompt]);
    }
}

#[test]
fn a_question_may_have_its_answer_on_the_next_line() {
    let question = "Which versions does it run with?";
    for answered in [
        format!("{question}\n1.2 and all that follow.\n"),
        format!("**{question}**\n1.2 and all that follow.\n"),
        format!("* {question}  \n  1.2 and all that follow.\n"),
        format!("{question}\n:   1.2 and all that follow.\n"),
        format!("{question} - 1.2 and all that follow.\n"),
        format!("{question} 1.2 and all that follow.\n"),
        "* Which versions does\n  it run with? 1.2 and all that follow.\n".to_owned(),
    ] {
        check_with(&format!("{question}\n"), &answered, &[]);
    }
    check_with(question, &format!("{question}\nTBD\n"), &[question]);
    check_with(question, &format!("({question})\n1.2 and all that follow.\n"), &[&format!("({question})")]);
    let statement = "Name the versions it runs with.";
    check_with(statement, &format!("{statement}\n1.2 and all that follow.\n"), &[statement]);
}

#[test]
fn a_run_of_prompts_is_not_answered_by_what_is_below_its_last() {
    let items = ["add details about the modes", "add details about the knobs"];
    let list = format!("* {}\n* {}\n", items[0], items[1]);
    check_with(&list, &format!("## S\n\n{list}\nOurs.\n"), &items);
    check_with(&list, &format!("We say:\n\n{list}\nOurs.\n"), &items);
    let paragraphs = format!("{}\n\n{}\n", items[0], items[1]);
    check_with(&paragraphs, &format!("{paragraphs}\nOurs.\n"), &items);
    // One of them alone, after an answer or a heading, names what is below it.
    check_with(&list, &format!("* {}\n\nOurs.\n", items[1]), &[]);
    check_with(&list, &format!("* ours\n{list}\nOurs.\n"), &items[..1]);
    check_with(&list, &format!("* {}\n\n## S\n\n* {}\n\nOurs.\n", items[0], items[1]), &items[..1]);
    let code = format!("{}\n\n```\nours\n```\n\n{}\n\nOurs.\n", items[0], items[1]);
    check_with(&paragraphs, &code, &[]);
    let questions = "Who needs it today?\n\nWhich versions does it run with?\n";
    check_with(questions, &format!("{questions}\n1.2\n"), &["Who needs it today?"]);
}

#[test]
fn answers_that_share_words_are_no_prompts() {
    check("What is this proposal all about? Tea.\n", &[]);
    check("Who has it? Everybody.\n", &[]);
    check("```\nWhat is this all about?\n```\n", &[]);
}

#[test]
fn a_reworded_prompt_resembles_one() {
    let prompts =
        Prompts::of(&Document::parse(b"Say here which version of it this feature is planned for.\n"), None);
    let resembles = |text: &str| prompts.leftovers(&Document::parse(text.as_bytes()), None).1;
    assert!(resembles("Say here which version of it this feature is meant for.\n"));
    assert!(!resembles("It is planned for the next version, as the milestone says.\n"));
}

#[test]
fn what_has_the_form_of_the_prompts_resembles_one() {
    let prompts = Prompts::of(&Document::parse(b"(What is wrong today, and for whom?)\n"), None);
    let resembles = |text: &str| prompts.leftovers(&Document::parse(text.as_bytes()), None).1;
    assert!(resembles("(Tell who is to keep it alive after the release.)\n"));
    assert!(!resembles("(none)\n"));
    assert!(!resembles("It is kept alive by its authors (see the list of owners).\n"));
}

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
