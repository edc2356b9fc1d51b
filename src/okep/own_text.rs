//! Whether an author has said anything of their own in a stretch of a document.

use super::prompts::{Leftover, Prompts};
use crate::markdown::document::Document;
use crate::markdown::placeholder::is_placeholder;
use crate::markdown::visible::is_visible_tag;
use crate::text::{Pattern, pattern};
use regex::Captures;
use std::ops::Range;

/// Whether `range` holds text that is in no revision of the template, and neither a comment nor a placeholder.
///
/// `leftovers` are the prompts that are still in the document; `issue` is left out as well.
pub fn has_own_text(
    document: &Document,
    range: &Range<usize>,
    prompts: &Prompts,
    leftovers: &[Leftover],
    issue: Option<&Range<usize>>,
) -> bool {
    let spans = leftovers.iter().map(|l| &l.span).chain(issue);
    let left_out: Vec<_> = spans.filter(|s| s.start < range.end && range.start < s.end).collect();
    let is_left = |at: usize| !left_out.iter().any(|span| span.contains(&at));
    let mut text = String::new();
    let mut start = range.start;
    for line in document.text.slice(range.clone()).split_inclusive('\n') {
        // What is left of a line of the template is not the author's either.
        if says(line) && prompts.has_line(line.trim()) {
            text.push('\n');
        } else {
            text.extend(line.char_indices().filter(|(at, _)| is_left(start + at)).map(|(_, c)| c));
        }
        start += line.len();
    }
    let text = without_html(&text);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut paragraphs = lines.split(|line| line.is_empty());
    paragraphs.any(|paragraph| {
        let own: Vec<&str> =
            paragraph.iter().copied().filter(|line| says(line) && !prompts.has_line(line)).collect();
        !own.is_empty() && !own.iter().all(|line| is_placeholder(line)) && !is_placeholder(&own.join(" "))
    })
}

fn says(line: &str) -> bool {
    line.contains(|c: char| c.is_alphanumeric())
}

/// The text without comments and without the tags that show nothing, such as places to link to.
fn without_html(text: &str) -> String {
    static HTML: Pattern = Pattern::new(|| pattern("(?s)<!--.*?(?:-->|$)|</*([a-zA-Z0-9]+)[^>]*>"));
    let shown = |html: &Captures| match html.get(1) {
        Some(name) if is_visible_tag(name.as_str()) => html[0].to_owned(),
        _ => String::new(),
    };
    HTML.replace_all(text, shown).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "# T\n\n## Goals\n\n(What is this to reach, in a list of short items?)\n\n| A | B |\n|---|---|\n| x | |\n";

    fn check(body: &str, expected: bool) {
        let prompts = Prompts::of(&Document::parse(TEMPLATE.as_bytes()), None);
        let document = Document::parse(format!("# D\n\n## Goals\n\n{body}\n").as_bytes());
        let (leftovers, _) = prompts.leftovers(&document, None);
        let range = document.headings[1].body.clone();
        assert_eq!(has_own_text(&document, &range, &prompts, &leftovers, None), expected, "{body}");
    }

    const PROMPT: &str = "(What is this to reach, in a list of short items?)";

    #[test]
    fn an_answer_is_the_authors() {
        for answer in [
            "* Fast tea",
            "None",
            "| A | B |\n|---|---|\n| x | yes |",
            "```\ncode\n```",
            "![x](y.png)",
            "<img src=\"y.png\">",
            "a < b > c",
        ] {
            check(answer, true);
            check(&format!("{PROMPT}\n\n{answer}"), true);
        }
        check(&format!("Fast tea. {PROMPT}"), true);
    }

    #[test]
    fn what_is_left_of_a_line_of_the_template_is_not() {
        let line = "[A word] (What is this to reach, in a list of short items?)";
        let template = format!("# T\n\n## Goals\n\n{line}\n");
        let prompts = Prompts::of(&Document::parse(template.as_bytes()), None);
        let own = |body: &str| {
            let document = Document::parse(format!("# D\n\n## Goals\n\n{body}\n").as_bytes());
            let at = document.text.as_str().find('(').expect("the prompt is there");
            let end = document.text.as_str().find(')').expect("it ends") + 1;
            let leftover = Leftover { span: at..end, whole_block: false, block: 0 };
            has_own_text(&document, &document.headings[1].body.clone(), &prompts, &[leftover], None)
        };
        assert!(!own(line));
        assert!(own(&line.replace("A word", "Ours")));
    }

    #[test]
    fn prompts_comments_and_placeholders_are_not() {
        check("", false);
        check(PROMPT, false);
        check("(What is this to reach,\nin a list of short items?)", false);
        for other in [
            "TBD",
            "<TBD>",
            "<br>",
            "<a id=\"goals\"></a>",
            "- TBD\n- TODO",
            "<!-- fast tea -->",
            "<!--\nfast\n\ntea\n-->",
            "To be discussed.",
            "---",
        ] {
            check(other, false);
            check(&format!("{PROMPT}\n\n{other}"), false);
        }
        check(
            "To be updated after the maintainers of both projects\nhave agreed on the name of the field.",
            false,
        );
        check("| A | B |\n|---|---|\n| x | |", false);
    }
}
