//! Headings with nothing under them.

use super::{Check, Finding, Fix, OkepContext, Per, Rule, Severity};
use crate::markdown::document::Heading;
use crate::markdown::placeholder::is_stub;
use crate::rules::edits::markdown;

pub static RULE: Rule = Rule {
    id: "empty-section",
    severity: Severity::Warning,
    offence: "a heading with neither text nor deeper headings",
    why: "A heading without an answer leaves readers guessing whether there is none or it was \
          forgotten. \"None\" and \"N/A\" are answers.",
    bad: "## Non-Goals\n\n## Introduction",
    good: "## Non-Goals\n\nNone\n\n## Introduction",
    check: Check::Okep(Per::Heading(check), Some(fix)),
    fixability: "suggested where siblings hold its content",
    ..Rule::BASE
};

fn check(context: &OkepContext, row: usize) -> Option<Finding> {
    let heading = context.heading(row);
    if heading.has_content || context.has_subsections(row) || is_stub(context.document(), heading) {
        return None;
    }
    let siblings: Vec<&Heading> = siblings(context, row).into_iter().map(|r| context.heading(r)).collect();
    let finding = |more: &str| {
        let message = format!("section `{}` is empty{more}", heading.text);
        RULE.at(context, heading.span.clone(), context.subject_of_row(row), message)
    };
    let Some(first) = siblings.first() else {
        return Some(finding("").help("fill it in, or write `None` or `N/A`"));
    };
    let names: Vec<String> = siblings.iter().map(|sibling| format!("`{}`", sibling.text)).collect();
    let shown = match names.len() {
        0..=3 => names.join(", "),
        more => format!("{} and {} more", names[..2].join(", "), more - 2),
    };
    let finding = finding(&format!("; its content seems to be in the headings after it: {shown}"));
    let finding = finding.related(context, [&first.span], "the first heading after it");
    Some(finding.help("move the headings after it one level deeper if they belong to it"))
}

/// Puts the siblings that hold the section's content, with all under them, one level deeper.
fn fix(context: &OkepContext, finding: &Finding) -> Option<Fix> {
    let row = finding.index?;
    let siblings = siblings(context, row);
    let (first, last) = (*siblings.first()?, *siblings.last()?);
    let edits = markdown::relevel(context, first..context.okep.outline.inside(last).end, 1)?;
    Some(Fix::suggested("move the headings after it one level deeper", edits))
}

/// Rows that follow an empty section of the template as its siblings and hold what belongs into it.
///
/// At the top level a section of the author's own is nothing unusual and tells nothing.
fn siblings(context: &OkepContext, row: usize) -> Vec<usize> {
    let rows = &context.okep.outline.rows;
    let is_own = |row: usize| context.alignment.section_of[row].is_none();
    if is_own(row) || context.level(row) <= context.template().top_level() {
        return Vec::new();
    }
    let level = rows[row].level;
    let is_below = |r: &usize| rows[*r].level > level || rows[*r].level == level && is_own(*r);
    (row + 1..rows.len()).take_while(is_below).filter(|r| rows[*r].level == level).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{check, with};

    #[test]
    fn a_heading_alone_is_no_section() {
        check(&with("## Non-Goals\n\nNone\n", "## Non-Goals\n"), &["empty-section:13 Non-Goals"]);
        check(&with("\nN/A\n", ""), &["empty-section:31 References"]);
        check(&with("\nNone\n", "\n<!-- none\n\nat all -->\n"), &["empty-section:13 Non-Goals"]);
        for content in [
            "```\nx\n```",
            "![x](https://example.org/x.png)",
            "| a |\n|---|\n| b |",
            "* x",
            "> x",
            "<b>x</b>",
            "#### Deeper\n\nx",
        ] {
            check(&with("A `Kettle`.", content), &[]);
        }
    }

    #[test]
    fn what_nobody_sees_is_no_content() {
        let alone = |content: &str| with("\nNone\n", &format!("\n{content}\n"));
        for nothing in [
            "<!-- one --> <!-- two -->",
            "<a name=\"x\"></a>",
            "<br>",
            "&nbsp;",
            "<div></div>",
            "<div\n class=\"x\">\n</div>",
            "*",
        ] {
            check(&alone(nothing), &["empty-section:13 Non-Goals"]);
        }
        for something in [
            "<!-- c --> None",
            "<!-- c\n d --> None",
            "<a name=\"x\"></a>None",
            "<div>None</div>",
            "<img src=\"https://example.org/x.png\">",
            "<p>\n<img src=\"https://example.org/x.png\">\n</p>",
            "<!-- c -->\nNone",
            "a <!-- c",
            "* `x`",
            "1 < 2",
            "[1]: https://example.com/",
            "[x]: https://example.com/\n[y]: https://example.com/",
            "[^1]\n\n[^1]: Note.",
        ] {
            check(&alone(something), &[]);
        }
        // A definition counts where it is, not everywhere.
        check(&alone("").replace("N/A", "[1]: https://example.com/"), &["empty-section:13 Non-Goals"]);
    }

    #[test]
    fn a_section_whose_content_is_in_sibling_headings_is_empty() {
        let siblings = with(
            "### API Details\n\nA `Kettle`.",
            "### API Details\n\n### Kettle\n\nHot.\n\n### Cup\n\nRound.",
        );
        check(&siblings, &["empty-section:19 API Details"]);
    }
}
