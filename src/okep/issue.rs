//! The tracking issue of an OKEP: the line before the first section that links to it.
//!
//! The line of the highest rank there is the issue line. The template's own line gives the form (bullet, label,
//! repository); what it glues to the line as a prompt is not part of it. Nothing is checked here.

use super::issue_candidates::{Sought, likeliest};
pub use super::issue_line::{Elsewhere, IssueLine};
pub use super::issue_link::ForgeLink;
use crate::markdown::document::Document;
use std::ops::Range;

/// The issue line of a template, whose preamble ends at `end`: whatever is before its link is its label. A link to a
/// placeholder names no repository.
pub fn of_template(document: &Document, end: usize) -> Option<IssueLine> {
    let sought = Sought { template: true, ..Sought::default() };
    let mut line = likeliest(document, &(document.body_start..end), &sought)?;
    line.link = line.link.filter(|link| !link.is_placeholder());
    Some(line)
}

/// The issue line of an OKEP, whose preamble ends at `end`, that should look like the template's `form` and have one
/// of the numbers that the OKEP calls its `own`.
pub fn of_okep(document: &Document, end: usize, form: Option<&IssueLine>, own: &[u64]) -> Option<IssueLine> {
    likeliest(document, &(document.body_start..end), &Sought { template: false, form, own })
}

/// The line of the sections, which begin at `from`, that would be the issue line of an OKEP, were it before them.
pub fn in_sections(document: &Document, from: usize, form: &IssueLine, number: u64) -> Option<IssueLine> {
    let sought = Sought { template: false, form: Some(form), own: &[number] };
    let is_own = |line: &IssueLine| {
        let link = line.link.as_ref().filter(|link| !link.pull_request);
        let is_number = link.and_then(|link| link.number.as_ref()).is_some_and(|n| n.value == number);
        // What is linked in running text is named in passing.
        is_number && (line.plain || line.label.is_some())
    };
    let sections = document.headings.iter().map(|heading| heading.body.clone());
    // Few sections name the number, and to look for an issue line costs more than to look for that.
    let digits = number.to_string();
    let is_named = |section: &Range<usize>| document.text.slice(section.clone()).contains(&digits);
    let mut named = sections.filter(|section| section.start >= from && is_named(section));
    named.find_map(|section| likeliest(document, &section, &sought).filter(is_own))
}

#[cfg(test)]
mod tests {
    use super::super::issue_link::forge_url;
    use super::*;

    fn form() -> IssueLine {
        let template = "# OKEP-1: T\n\n* Issue: [#1](https://github.com/o/r/issues/1)\n";
        let document = Document::parse(template.as_bytes());
        of_template(&document, document.preamble(Some(0)).end).expect("it has an issue line")
    }

    fn check(line: &str, expected: &str) {
        let document = Document::parse(format!("# OKEP-1: T\n\n{line}\n\n## S\n").as_bytes());
        let found = of_okep(&document, document.preamble(Some(0)).end, Some(&form()), &[7]).map_or(
            "none".into(),
            |l| {
                let link = l.link.as_ref().map_or("-".to_owned(), |k| {
                    let kind = if k.pull_request { "pull" } else { "issue" };
                    format!("{} {kind} {:?} {}", k.repository, k.number.as_ref().map(|n| n.value), k.tail)
                });
                format!(
                    "{:?} {:?} {:?} | {} | {}",
                    l.bullet,
                    l.label,
                    l.shown.as_ref().map(|n| n.value),
                    link.trim(),
                    document.text.slice(l.span.clone())
                )
            },
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn issue_lines_are_found_in_every_usual_form() {
        check(
            "* Issue: [#12](https://github.com/o/r/issues/12)\n(a prompt)",
            "Some('*') Some(\"Issue\") Some(12) | o/r issue Some(12) | * Issue: [#12](https://github.com/o/r/issues/12)",
        );
        check(
            "- Issue: [\\#12](https://github.com/o/r/issues/12)",
            "Some('-') Some(\"Issue\") Some(12) | o/r issue Some(12) | - Issue: [\\#12](https://github.com/o/r/issues/12)",
        );
        check(
            "**Issue**: <https://github.com/o/r/pull/12#note>",
            "None Some(\"Issue\") None | o/r pull Some(12) #note | **Issue**: <https://github.com/o/r/pull/12#note>",
        );
        check(
            "Issue: https://github.com/o/r/issues/12",
            "None Some(\"Issue\") None | o/r issue Some(12) | Issue: https://github.com/o/r/issues/12",
        );
        check("* Issue: #12", "Some('*') Some(\"Issue\") Some(12) | - | * Issue: #12");
        check("* Issue: TBD", "Some('*') Some(\"Issue\") None | - | * Issue: TBD");
        check("Some text about [a thing](https://example.org).", "none");
    }

    /// The number and the link's that are found, or `none`, and whether the line may be rewritten.
    fn described(before_sections: &str, form: &IssueLine) -> String {
        let document = Document::parse(format!("{before_sections}\n\n## S\n").as_bytes());
        let title = document.headings.first().filter(|h| h.level == 1).map(|_| 0);
        of_okep(&document, document.preamble(title).end, Some(form), &[7]).map_or("none".to_owned(), |line| {
            let shown = line.shown.as_ref().map_or("-".to_owned(), |n| n.value.to_string());
            let place = document.text.place(line.span.clone()).line;
            let kind = line.link.as_ref().map_or("-", |l| if l.pull_request { "pull" } else { "issue" });
            let number = line.link.as_ref().and_then(|l| l.number.as_ref()).map_or(0, |n| n.value);
            format!("{place}: {shown} {kind} {number}{}", if line.plain { "" } else { " amid words" })
        })
    }

    fn find(lines: &str, expected: &str) {
        assert_eq!(
            described(&format!("# OKEP-7: T\n\n{}", lines.replace('@', URL)), &form()),
            expected,
            "{lines}"
        );
    }

    const URL: &str = "https://github.com/o/r";

    #[test]
    fn only_a_marked_number_or_nothing_but_digits_is_shown() {
        find("* Issue: [#7](@/issues/7)", "3: 7 issue 7");
        find("* Issue: [7](@/issues/7)", "3: 7 issue 7");
        find("* Issue: [OVN-K8s #7](@/issues/7)", "3: 7 issue 7");
        find("* Issue: [2024 Tea roadmap #7](@/issues/7)", "3: 7 issue 7");
        for words in ["Layer2 tea", "v2 tracker", "2024 roadmap", "#7th cup"] {
            find(&format!("* Issue: [{words}](@/issues/7)"), "3: - issue 7");
        }
        find("* Issue: 7", "3: 7 - 0");
        find("* Issue: K8s", "3: - - 0");
        find("* Issue: #8 @/issues/7", "3: 8 issue 7");
    }

    #[test]
    fn links_in_passing_are_no_issue_line() {
        find("Proof of concept: [PR](@/pull/99)", "none");
        find("Proof of concept: [PR](@/pull/7)", "none");
        find("Needs a fix in OVN first: [ovn #200](https://github.com/ovn-org/ovn/issues/200)", "none");
        find("This replaces [#99](@/issues/99).", "none");
        find("a fix of the\nissue in [tea](@/issues/99) is needed", "none");
        find("The work is tracked in [#7](@/issues/7), see there.", "3: 7 issue 7 amid words");
        find("[#7](@/issues/7)", "3: 7 issue 7");
        find("* [#8](@/issues/8)", "3: 8 issue 8");
    }

    #[test]
    fn the_likeliest_line_and_link_are_the_issue() {
        find("* PR: [#99](@/pull/99)\n* Tracked by [#7](@/issues/7)", "4: 7 issue 7 amid words");
        find("* Issue: [PR](@/pull/99), [#7](@/issues/7)", "3: 7 issue 7 amid words");
        find("* Issues: [#8](@/issues/8), [#7](@/issues/7)", "3: 7 issue 7 amid words");
        find("* Issue: [PR](@/pull/99), [#8](@/issues/8)", "3: 8 issue 8 amid words");
        find("* Issue: [#99](@/pull/99)", "3: 99 pull 99");
        // The number is named, and the link is another thing.
        find("* Issue: #7 (see [#8](@/discussions/8))", "3: 7 - 0");
        find("* Issue: #7, [PR](@/pull/99)", "3: 7 - 0");
        find("* Issue: #7 [here](@/issues/8)", "3: 7 issue 8");
        find("* Related issues: [#99](@/issues/99)\n* Issue: [#8](@/issues/8)", "4: 8 issue 8");
        find("* Issue: TBD\n* Issue: [#7](@/issues/7)", "4: 7 issue 7");
        find("* Issue: [#8](@/issues/8)\n\nIt follows [#7](@/issues/7).", "3: 8 issue 8");
    }

    #[test]
    fn a_line_is_read_without_its_neighbours() {
        find("Authors: @me\nIssue: [#7](@/issues/7)\nStatus: draft", "4: 7 issue 7");
        find("Issue:\n[#7](@/issues/7)", "3: 7 issue 7");
        find("* Issue:\n  * [#7](@/issues/7)", "3: 7 issue 7");
        find("> Authors: me\n> Issue: [#7](@/issues/7)", "4: 7 issue 7");
    }

    #[test]
    fn the_issue_of_something_else_is_no_issue_line() {
        for what in ["Depends on", "Related", "Parent", "Upstream", "Follow-up"] {
            find(&format!("* {what} issue: [#8](@/issues/8)"), "none");
            find(&format!("* {what} issue: [#8](@/issues/8)\n* Issue: [#9](@/issues/9)"), "4: 9 issue 9");
            find(&format!("* {what} issue: [#7](@/issues/7)"), "3: 7 issue 7 amid words");
        }
        for what in ["Tracking", "GitHub", "Enhancement"] {
            find(&format!("* {what} issue: [#8](@/issues/8)"), "3: 8 issue 8");
        }
    }

    #[test]
    fn the_own_number_is_found_in_a_list() {
        find("* Issues:\n  * [#8](@/issues/8)\n  * [#7](@/issues/7)", "3: 7 issue 7 amid words");
        find("* Issues:\n  * [#8](@/issues/8)\n  * [#9](@/issues/9)", "3: 8 issue 8");
        find("* Issues:\n  * [#8](@/issues/8)\n* Other: [#7](@/issues/7)", "3: 8 issue 8");
        find("* Issue: #8, #7", "3: 7 - 0");
        find("* Issue: GH-8, GH-7", "3: 7 - 0");
        find("* Issue: other/repo#8, #7", "3: 7 - 0");
        find("* Issue: #8, #9", "3: 8 - 0");
    }

    #[test]
    fn emphasis_around_a_link_is_not_cut() {
        find("**Issue:** [#7](@/issues/7)", "3: 7 issue 7");
        find("**Issue: [#7](@/issues/7)**", "3: 7 issue 7 amid words");
    }

    #[test]
    fn an_anchor_of_html_is_a_link() {
        find("* Issue: <a href=\"@/issues/7\">#7</a>", "3: 7 issue 7");
        let row = "<tr><td>Issue</td>\n<td><a href=\"@/issues/7\">#7</a></td></tr>";
        find(&format!("<table>\n{row}\n</table>"), "5: 7 issue 7 amid words");
        find("<p>Issue: <a href=\"@/issues/7\">#7</a></p>", "3: 7 issue 7 amid words");
        find("<!-- @/issues/7 -->", "none");
        find("Tea is <a href=\"@/issues/9\">brewed</a>.", "none");
    }

    #[test]
    fn the_issue_may_be_above_the_title_and_in_a_table() {
        assert_eq!(
            described(&format!("* Issue: [#7]({URL}/issues/7)\n\n# OKEP-7: T\n\nx"), &form()),
            "1: 7 issue 7"
        );
        assert_eq!(described(&format!("# OKEP-7: [T]({URL}/issues/7)\n\nx"), &form()), "none");
        find("| Field | Value |\n|---|---|\n| Issue | [#7](@/issues/7) |", "5: 7 issue 7 amid words");
        find("| Issue | [#7](@/issues/7) |\n|---|---|\n| Author | me |", "3: 7 issue 7 amid words");
        find("| PR | [#7](@/pull/7) |\n|---|---|", "none");
    }

    #[test]
    fn an_issue_of_another_tracker_is_foreign() {
        let leads = |line: &str| {
            let document = Document::parse(format!("# OKEP-7: T\n\n{line}\n").as_bytes());
            let line = of_okep(&document, document.preamble(Some(0)).end, Some(&form()), &[7])
                .expect("it has a label");
            line.elsewhere.map(|e| document.text.slice(e.span).to_owned())
        };
        let url = "https://issues.example.org/browse/X-7";
        assert_eq!(leads(&format!("* Issue: [#7]({url})")).as_deref(), Some(url));
        assert_eq!(leads(&format!("* Issue: [X-7]({url})")).as_deref(), Some(url));
        assert_eq!(leads("* Issue: TBD, see [the docs](https://example.org/docs)"), None);
        assert_eq!(leads("* Issue: #7"), None);
    }

    fn form_of(line: &str) -> IssueLine {
        let template = Document::parse(format!("# OKEP-1: T\n\n{line}\n(Open one.)\n\n## S\n").as_bytes());
        of_template(&template, template.preamble(Some(0)).end).expect("it has an issue line")
    }

    #[test]
    fn a_template_has_the_label_and_the_form_that_it_has() {
        let check = |line: &str, expected: &str| {
            let form = form_of(line);
            assert_eq!(form.for_number(7).as_deref(), Some(expected));
            assert_eq!(
                described(&format!("# OKEP-7: T\n\n{expected}"), &form).split(' ').nth(2),
                Some("issue")
            );
        };
        check("- Tracker: [#1](https://g.org/o/r/issues/1)", "- Tracker: [#7](https://g.org/o/r/issues/7)");
        check("Tracking: [\\#1](https://g.org/o/r/issues/1)", "Tracking: [\\#7](https://g.org/o/r/issues/7)");
        check("**Issue**: <https://g.org/o/r/issues/1>", "**Issue**: <https://g.org/o/r/issues/7>");
        check("* Issue: [#xxxx](https://g.org/o/r/issues/xxxx)", "* Issue: [#7](https://g.org/o/r/issues/7)");
        check(
            "* Tracker: [#1](https://gitlab.com/grp/sub/tea/-/issues/1)",
            "* Tracker: [#7](https://gitlab.com/grp/sub/tea/-/issues/7)",
        );
        let form = form_of("- Tracker: [#1](https://g.org/o/r/issues/1)");
        assert_eq!(described("# OKEP-7: T\n\n- Tracker: TBD", &form), "3: - - 0");
        assert_eq!(described("# OKEP-7: T\n\n- Authors: TBD", &form), "none");
        assert_eq!(
            described("# OKEP-7: T\n\n- Issue: [#7](https://g.org/o/r/issues/7)", &form),
            "3: 7 issue 7"
        );
    }

    #[test]
    fn groups_and_merge_requests_of_gitlab_are_read() {
        let link = |url: &str| forge_url(url, 0).map(|l| (l.repository.clone(), l.pull_request));
        let of = |repository: &str, pull| Some((repository.to_owned(), pull));
        assert_eq!(link("https://gitlab.com/grp/tea/-/issues/7"), of("grp/tea", false));
        assert_eq!(link("https://gitlab.com/grp/sub/tea/-/merge_requests/7"), of("grp/sub/tea", true));
        assert_eq!(link("https://gitlab.com/grp/tea/-/blob/main/issues/7"), None);
        assert_eq!(link("https://github.com/o/r/blob/main/issues/7"), None);
    }
}
