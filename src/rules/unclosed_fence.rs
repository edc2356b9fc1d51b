//! A code fence that swallows the rest of the document.

use super::{Check, Edit, Finding, Fix, OkepContext, Per, Rule, Severity};
use crate::markdown::document::{Document, UnclosedFence};
use crate::rules::edits::markdown;
use crate::text::{Pattern, Text, pattern};
use std::ops::Range;

pub static RULE: Rule = Rule {
    id: "unclosed-fence",
    severity: Severity::Error,
    offence: "a code fence that is never closed",
    why: "On GitHub everything after it is code: headings, tables and links are lost. The site renders it \
          differently, so a preview of one of them does not show it.",
    bad: "```yaml\nkind: Pod\n\n## Testing Details",
    good: "```yaml\nkind: Pod\n```\n\n## Testing Details",
    check: Check::Okep(Per::Okep(check), Some(fix)),
    fixability: "suggested",
    reveals: true,
    ..Rule::BASE
};

fn check(context: &OkepContext) -> Option<Finding> {
    let document = context.document();
    let fence = document.unclosed_fence.as_ref()?;
    let text = &document.text;
    let end = end(context, fence.resumes);
    let opening = text.slice(fence.opening.clone()).trim();
    // The fence is itself made of backticks: quoting it in more of them would hide it.
    let message = format!("the fence {opening} is never closed");
    let finding = RULE.at(context, fence.opening.clone(), opening, message);
    let line = |at: usize| text.line_of(at);
    Some(finding.help(match mistaken(text, fence.opening.end..end).first() {
        _ if is_stray(document, fence) => "nothing follows it: it is one fence too many".to_owned(),
        Some((end, _)) => format!("line {} looks like its end, but closes no such fence", line(end.start)),
        None if end == text.len() => "nothing closes it before the end of the file".to_owned(),
        None => format!("nothing closes it; it should probably end before line {}", line(end)),
    }))
}

fn fix(context: &OkepContext, _: &Finding) -> Option<Fix> {
    let document = context.document();
    let fence = document.unclosed_fence.as_ref()?;
    let text = &document.text;
    // It may be the end of a block that begins too early.
    let is_swallowed = |section: usize| {
        context.alignment.matches[section].is_none()
            && context.lookalikes(section).any(|found| found.is_swallowed(document))
    };
    if (0..context.template().outline.rows.len()).any(is_swallowed) {
        return None;
    }
    if is_stray(document, fence) {
        let lines = markdown::with_blanks(document, text.line_range(fence.opening.start));
        let lines = markdown::up_to_the_end(document, lines);
        return Some(Fix::suggested("delete the fence", vec![Edit::replace(&context.okep.path, lines, "")]));
    }
    // The closing line goes after the last line of the code, before the blank lines that follow it; the
    // blanks at the end of that line stay there, since behind a fence not all of them let it close.
    let end = end(context, fence.resumes);
    let indent: String = fence.indent.chars().map(|c| if c == '>' || c == '\t' { c } else { ' ' }).collect();
    let closing = format!("{indent}{}", fence.fence);
    let edit = match &mistaken(text, fence.opening.end..end)[..] {
        [(line, true)] => Edit::replace(&context.okep.path, line.clone(), closing),
        [] => {
            let last = fence.opening.start + text.slice(fence.opening.start..end).trim_end().len();
            let rest = text.slice(last..end);
            let at = last + rest.find(['\r', '\n']).unwrap_or(rest.len());
            Edit::insert(&context.okep.path, at, format!("{}{closing}", text.line_ending_near(at)))
        }
        // Which of them closes what is not known.
        _ => return None,
    };
    Some(Fix::suggested("close the fence", vec![edit]))
}

/// Where the fence should end: before the first heading of the template's in it, or else where the page is read on.
fn end(context: &OkepContext, resumes: usize) -> usize {
    let sections = 0..context.template().outline.rows.len();
    sections.filter_map(|section| context.in_open_fence(section)).min().unwrap_or(resumes)
}

/// The lines of the code that may be meant to close it, without their line breaks, and whether nothing but the signs
/// of a fence is on them: too few, others, or too far to the right.
fn mistaken(text: &Text, code: Range<usize>) -> Vec<(Range<usize>, bool)> {
    static CLOSING: Pattern =
        Pattern::new(|| pattern(r"(?mR)^[ \t>]*(?:(`{2,}|~{2,})[ \t>]*|(?:```|~~~).*)$"));
    let found = CLOSING.captures_iter(text.slice(code.clone())).filter_map(|found| {
        let line = found.get(0)?;
        Some((code.start + line.start()..code.start + line.end(), found.get(1).is_some()))
    });
    found.collect()
}

/// Whether a fence opens nothing: it names no language, and only blanks follow up to the end of the file.
fn is_stray(document: &Document, fence: &UnclosedFence) -> bool {
    let text = &document.text;
    let opening = text.slice(fence.opening.clone()).trim();
    opening.trim_matches(['`', '~']).is_empty() && text.slice(fence.opening.end..text.len()).trim().is_empty()
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, OKEP, check, check_fix, planned, tree, with};

    #[test]
    fn a_fence_is_closed() {
        check(&with("A `Kettle`.", "```yaml\nkind: Kettle"), &["unclosed-fence:21 ```yaml"]);
        check(&with("A `Kettle`.", "```yaml\n# x\n\n# y\n```   \n"), &[]);
        check(&with("A `Kettle`.", "* item\n\n    ```yaml\n    kind: x\n   ```\n\n### Cups\n\nx"), &[]);
    }

    #[test]
    fn a_fence_with_nothing_behind_it_is_one_too_many() {
        let document = format!("{GOOD}\n```\n");
        let found = planned(&tree(&[(OKEP, &document)]));
        let fence = found.iter().find(|f| f.rule == "unclosed-fence").expect("it is found");
        assert_eq!(fence.help, ["nothing follows it: it is one fence too many"]);
        check_fix("unclosed-fence", &document, Some(GOOD));
    }

    #[test]
    fn a_mistaken_closing_fence_is_not_left_in_the_code() {
        let open =
            |closing: &str| with("A `Kettle`.", &format!("```yaml\nkind: Kettle\n{closing}\n\nIt boils."));
        for closing in ["``", "~~~", "    ```", "\t```"] {
            let closed = open("```");
            check_fix("unclosed-fence", &open(closing), Some(&closed));
        }
        for closing in ["```yaml", "``` done", "``\n~~~"] {
            check_fix("unclosed-fence", &open(closing), None);
        }
        let longer = open("```").replace("```yaml", "````yaml");
        check_fix("unclosed-fence", &longer, Some(&longer.replace("```\n", "````\n")));
        let code = open("``x`` = 1").replace("\n\nIt boils.", "");
        check_fix("unclosed-fence", &code, Some(&code.replace("= 1", "= 1\n```")));
    }

    #[test]
    fn a_section_right_below_the_code_is_neither_code_nor_missing() {
        let open = with("A `Kettle`.\n\n### Testing", "```yaml\nkind: Kettle\n### Testing");
        check(&open, &["unclosed-fence:21 ```yaml"]);
        let closed = open.replace("Kettle\n### Testing", "Kettle\n```\n### Testing");
        check_fix("unclosed-fence", &open, Some(&closed));
        // Other text after `##` may be the code's.
        let open = with("A `Kettle`.", "```yaml\n## a kettle\nkind: Kettle");
        check_fix("unclosed-fence", &open, Some(&open.replace("kind: Kettle", "kind: Kettle\n```")));
        let comment = with("A `Kettle`.\n\n### Testing Details", "```yaml\n# Testing Details");
        check(&comment, &["missing-section:- Testing Details", "unclosed-fence:21 ```yaml"]);
    }
}
