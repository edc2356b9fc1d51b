//! Headings that an author meant and GitHub does not show as such.

use super::context::OkepContext;
use crate::markdown::document::BlockKind;

/// Where a document has a heading of this section that GitHub does not show as one, and what to do about it.
pub fn hidden_heading(context: &OkepContext, section: usize) -> Option<(usize, String)> {
    let document = context.document();
    let text = document.text.as_str();
    if let Some(heading) = document.nested_headings.iter().find(|h| context.is_named(section, &h.text)) {
        return Some((heading.span.start, "inside of a list or a quote; move it out".into()));
    }
    if let Some(at) = bold_line(context, section) {
        return Some((at, "as bold text; write it with `#`".into()));
    }
    if let Some((fence, at)) = swallowed(context, section) {
        let fence = document.text.line_of(fence);
        return Some((at, format!("in the code block of line {fence}; close that block above it")));
    }
    for html in &document.html {
        // What these open goes on behind blank lines.
        let is_long = ["<!", "<?", "<pre", "<script", "<style", "<textarea"]
            .iter()
            .any(|tag| text[html.start..].get(..tag.len()).is_some_and(|t| t.eq_ignore_ascii_case(tag)));
        let mut at = html.start;
        for line in text[html.clone()].split_inclusive('\n') {
            let shown = line.trim();
            let name = shown.trim_start_matches('#').strip_prefix(' ').filter(|_| shown.starts_with('#'));
            if name.is_some_and(|name| !is_long && context.is_named(section, name)) {
                return Some((at, "where GitHub takes it for HTML; put a blank line above it".into()));
            }
            let tag =
                shown.strip_prefix("<h").and_then(|tag| Some(tag.split_once('>')?.1.split_once("</h")?.0));
            if tag.is_some_and(|inner| context.is_named(section, inner.trim())) {
                return Some((at, "as raw HTML; write it as Markdown".into()));
            }
            at += line.len();
        }
    }
    None
}

/// Where a line of a paragraph is the section's name in bold, and nothing else.
fn bold_line(context: &OkepContext, section: usize) -> Option<usize> {
    let document = context.document();
    for block in document.blocks.iter().filter(|block| block.kind == BlockKind::Paragraph) {
        let mut at = block.span.start;
        let text = document.text.slice(block.span.clone());
        if !text.contains("**") && !text.contains("__") {
            continue;
        }
        for line in text.split_inclusive('\n') {
            let shown = line.trim().trim_end_matches(':');
            let inner = |mark| shown.strip_prefix(mark)?.strip_suffix(mark);
            if inner("**").or_else(|| inner("__")).is_some_and(|name| context.is_named(section, name)) {
                return Some(at);
            }
            at += line.len();
        }
    }
    None
}

/// Where a heading of the section is in a code block that was meant to end above it: a further fence opens below it, in
/// the block or for the rest of the file. The fence of the block comes first.
pub fn swallowed(context: &OkepContext, section: usize) -> Option<(usize, usize)> {
    let document = context.document();
    let open = document.unclosed_fence.as_ref().map_or(0, |open| open.opening.start);
    document.fences.iter().find_map(|fence| {
        let at = context.heading_line(section, fence.clone())?;
        let code = document.text.slice(fence.clone());
        let signs = code.len() - code.trim_start_matches(['`', '~']).len();
        let opens = |line: &str| {
            line.trim()
                .strip_prefix(&code[..signs])
                .is_some_and(|info| !info.trim_start_matches(['`', '~']).is_empty())
        };
        let below = document.text.slice(at..fence.end);
        (open > fence.start || below.lines().any(opens)).then_some((fence.start, at))
    })
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
