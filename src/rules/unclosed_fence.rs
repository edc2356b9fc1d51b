//! A code fence that swallows the rest of the document.

use super::{Check, Edit, Finding, Fix, OkepContext, Rule, Severity};
use crate::rules::edits::markdown;

pub static RULE: Rule = Rule {
    id: "unclosed-fence",
    severity: Severity::Error,
    offence: "a code fence that is never closed",
    why: "On GitHub everything after it is code: headings, tables and links are lost. The site renders it \
          differently, so a preview of one of them does not show it.",
    bad: "```yaml\nkind: Pod\n\n## Testing Details",
    good: "```yaml\nkind: Pod\n```\n\n## Testing Details",
    check: Check::Okep(check, Some(fix)),
    fixability: "suggested",
    reveals: true,
    ..Rule::BASE
};

fn check(context: &OkepContext) -> Vec<Finding> {
    let document = context.document();
    let Some(fence) = &document.unclosed_fence else { return Vec::new() };
    let text = &document.text;
    let end = end(context, fence.resumes);
    let line = text.line_of(end);
    let ends = if end < text.len() {
        format!("nothing closes it; it should probably end before line {line}")
    } else {
        "nothing closes it before the end of the file".to_owned()
    };
    // The fence is itself made of backticks: quoting it in more of them would hide it.
    let message = format!("the fence {} is never closed", text.slice(fence.opening.clone()).trim());
    let finding = RULE.at(context, fence.opening.clone(), text.slice(fence.opening.clone()).trim(), message);
    if is_stray(text.slice(fence.opening.clone()), text.slice(fence.opening.end..text.len())) {
        return vec![finding.help("nothing follows it: it is one fence too many")];
    }
    vec![finding.help(ends)]
}

fn fix(context: &OkepContext, _: &Finding) -> Option<Fix> {
    let document = context.document();
    let fence = document.unclosed_fence.as_ref()?;
    let text = &document.text;
    if is_stray(text.slice(fence.opening.clone()), text.slice(fence.opening.end..text.len())) {
        let lines = markdown::with_blanks(document, text.line_range(fence.opening.start));
        return Some(Fix::suggested("delete the fence", vec![Edit::replace(&context.okep.path, lines, "")]));
    }
    // The closing line goes after the last line of the code, before the blank lines that follow it; the
    // blanks at the end of that line stay there, since behind a fence not all of them let it close.
    let end = end(context, fence.resumes);
    let code = text.slice(fence.opening.start..end).trim_end();
    let last = fence.opening.start + code.len();
    let rest = text.slice(last..end);
    let at = last + rest.find(['\r', '\n']).unwrap_or(rest.len());
    let ending = text.line_ending_near(at);
    let indent: String = fence.indent.chars().map(|c| if c == '>' || c == '\t' { c } else { ' ' }).collect();
    let edit = Edit::insert(&context.okep.path, at, format!("{ending}{indent}{}", fence.fence));
    Some(Fix::suggested("close the fence", vec![edit]))
}

/// Where the fence should end: before the first heading of the template's in it, or else where the page is read on.
fn end(context: &OkepContext, resumes: usize) -> usize {
    let sections = 0..context.template().outline.rows.len();
    sections.filter_map(|section| context.in_open_fence(section)).min().unwrap_or(resumes)
}

/// Whether a fence opens nothing: it names no language, and only blanks follow up to the end of the file.
fn is_stray(opening: &str, rest: &str) -> bool {
    opening.trim().chars().all(|c| matches!(c, '`' | '~')) && rest.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{check, check_fix, with};

    #[test]
    fn a_fence_is_closed() {
        check(&with("A `Kettle`.", "```yaml\nkind: Kettle"), &["unclosed-fence:21 ```yaml"]);
        check(&with("A `Kettle`.", "```yaml\n# x\n\n# y\n```   \n"), &[]);
        check(&with("A `Kettle`.", "* item\n\n    ```yaml\n    kind: x\n   ```\n\n### Cups\n\nx"), &[]);
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
