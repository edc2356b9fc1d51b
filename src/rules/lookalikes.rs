//! Text that looks like a heading, and that GitHub does not show as one.

use crate::markdown::document::{BlockKind, Document};
use crate::markdown::names::Name;
use crate::text::{Pattern, pattern};
use memchr::memchr2;
use std::ops::Range;

/// Text that its author may have meant for a heading.
pub struct Lookalike {
    /// A byte of its line.
    pub at: usize,
    pub name: Name,
    /// The fenced code that it is in.
    pub fence: Option<Range<usize>>,
    /// In what form it is there, and what makes a heading of it.
    pub form: String,
}

/// All of a document, form by form.
pub fn lookalikes(document: &Document) -> Vec<Lookalike> {
    // What these open goes on behind blank lines.
    static LONG: Pattern = Pattern::new(|| pattern(r"(?i-u)^<(?:!|\?|pre|script|style|textarea)"));
    let nested = document.nested_headings.iter().map(|heading| {
        let form = "inside of a list or a quote; move it out".to_owned();
        Lookalike { at: heading.span.start, name: Name::new(&heading.text), fence: None, form }
    });
    let mut found: Vec<_> = nested.collect();
    let mut add = |range: &Range<usize>, fence: Option<&Range<usize>>, form: &str, name_in: NameIn| {
        let mut at = range.start;
        for line in document.text.slice(range.clone()).split_inclusive('\n') {
            let name = name_in(line.trim_end()).map(Name::new);
            found.extend(name.map(|name| Lookalike {
                at,
                name,
                fence: fence.cloned(),
                form: form.to_owned(),
            }));
            at += line.len();
        }
    };
    for block in document.blocks.iter().filter(|block| block.kind == BlockKind::Paragraph) {
        if memchr2(b'*', b'_', document.text.slice(block.span.clone()).as_bytes()).is_some() {
            add(&block.span, None, "as bold text; write it with `#`", in_bold);
        }
    }
    for fence in &document.fences {
        let line = document.text.line_of(fence.start);
        let form = format!("in the code block of line {line}; close that block above it");
        // One `#` is more likely a comment of the code.
        add(fence, Some(fence), &form, |line| in_heading(line).filter(|_| line.starts_with("##")));
    }
    for html in &document.html {
        if !LONG.is_match(document.text.slice(html.clone())) {
            let form = "where GitHub takes it for HTML; put a blank line above it";
            add(html, None, form, |line| in_heading(line.trim_start()));
        }
        add(html, None, "as raw HTML; write it as Markdown", in_tag);
    }
    found
}

/// Finds the name in a line that has one.
type NameIn = fn(&str) -> Option<&str>;

fn in_bold(line: &str) -> Option<&str> {
    let line = line.trim().trim_end_matches(':');
    ["**", "__"].iter().find_map(|mark| line.strip_prefix(mark)?.strip_suffix(mark))
}

fn in_heading(line: &str) -> Option<&str> {
    line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' ')
}

fn in_tag(line: &str) -> Option<&str> {
    let (_, behind) = line.trim_start().strip_prefix("<h")?.split_once('>')?;
    Some(behind.split_once("</h")?.0)
}

impl Lookalike {
    /// Whether it is in code that was meant to end above it: a further fence opens below it, in the block or for the
    /// rest of the file.
    pub fn is_swallowed(&self, document: &Document) -> bool {
        let Some(fence) = &self.fence else { return false };
        let code = document.text.slice(fence.clone());
        let signs = &code[..code.len() - code.trim_start_matches(['`', '~']).len()];
        let opens = |line: &str| {
            let info = line.trim().strip_prefix(signs);
            info.is_some_and(|info| !info.trim_start_matches(['`', '~']).is_empty())
        };
        document.unclosed_fence.as_ref().is_some_and(|open| open.opening.start > fence.start)
            || document.text.slice(self.at..fence.end).lines().any(opens)
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{OKEP, check, check_fix, planned, tree, with};

    /// The help for the one section that is missing, and whether there is a fix.
    fn help(document: &str) -> (String, bool) {
        let findings = planned(&tree(&[(OKEP, document)]));
        let missing = findings.into_iter().find(|f| f.rule == "missing-section").expect("it is missing");
        (missing.help.join("\n"), missing.fix.is_some())
    }

    #[test]
    fn a_section_in_raw_html_is_pointed_out() {
        let html = help(&with("## Goals", "<h2 align=\"left\">Goals</h2>"));
        assert_eq!(html, ("line 9 has this heading as raw HTML; write it as Markdown".to_owned(), false));
        assert!(help(&with("## Goals", "<h2>Aims</h2>")).1);
    }

    #[test]
    fn a_section_in_bold_or_swallowed_by_a_fence_is_pointed_out() {
        let bold = "line 19 has this heading as bold text; write it with `#`";
        for line in ["**API Details**", "**API details:**", "__API Details__:", "**API Details**\nare here"] {
            assert_eq!(help(&with("### API Details", line)), (bold.to_owned(), false), "{line}");
        }
        for line in ["**API**", "The **API Details**", "* **API Details**"] {
            assert!(help(&with("### API Details", line)).1, "{line}");
        }
        let open = with("A `Kettle`.", "```yaml\nkind: Kettle").replace("Drink it.", "```sh\ndrink\n```");
        let found = "line 24 has this heading in the code block of line 21; close that block above it";
        assert_eq!(help(&open), (found.to_owned(), false));
        check(&open.replace("Kettle\n\n", "Kettle\n```\n\n"), &[]);
        // Its end is the beginning of the next one, whose end then opens one.
        let shifted = open.replace("```sh", "```");
        assert_eq!(help(&shifted), (found.to_owned(), false));
        check_fix("unclosed-fence", &shifted, None);
        // Code may show headings.
        let shown = with("A `Kettle`.", "```md\n## Alternatives\n```");
        assert!(help(&shown.replace("## Alternatives\n\nCoffee.\n", "")).1);
    }
}
