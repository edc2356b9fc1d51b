//! The report in GitHub's Markdown, for the summary of a job or a comment on a pull request.
//!
//! Nothing from a repository is Markdown or HTML here: punctuation is written as character references,
//! which never begin a structure, and what could name a person or an issue stands in `<code>`, where
//! GitHub looks for neither.

use super::{Terminal, count, counted, counts_by_okep, escape_control, quotable};
use crate::audit::report::{Counts, OkepSummary, Report};
use crate::rules::finding::{Finding, Severity};
use std::fmt::Write as _;

/// GitHub takes comments of 65,536 characters; beyond this, in bytes, findings are only counted.
const ROOM: usize = 50_000;

/// The findings that count, how to mend them, the OKEPs and the notes.
pub fn markdown(report: &Report) -> String {
    let mut out = heading(report);
    let live: Vec<&Finding> = by_severity(report);
    if !live.is_empty() {
        out.push_str("\n| | rule | where | what |\n|---|---|---|---|\n");
        let shown = write_while_room(&mut out, &live, ROOM / 2, row);
        more(&mut out, live.len() - shown);
        details(&mut out, "How to mend it", |out| {
            let helpful: Vec<&Finding> = live.iter().copied().filter(|f| !remedy(f).is_empty()).collect();
            let shown = write_while_room(out, &helpful, ROOM / 4, remedy);
            more(out, helpful.len() - shown);
        });
    }
    // Where the audit compares, an OKEP that the change leaves as it was has no row.
    let counts = counts_by_okep(report);
    let wanted = |o: &&OkepSummary| report.since.is_none() || counts.contains_key(o.path.as_str());
    let of = |o: &OkepSummary| counts.get(o.path.as_str()).copied().unwrap_or_default();
    let okeps: Vec<String> = report.okeps.iter().filter(wanted).map(|o| okep_row(o, of(o))).collect();
    if !okeps.is_empty() && !live.is_empty() {
        details(&mut out, &count(okeps.len(), "OKEP"), |out| {
            out.push_str("| OKEP | title | errors | warnings | hints |\n|---|---|---:|---:|---:|\n");
            let shown = write_while_room(out, &okeps, ROOM / 8, String::clone);
            more(out, okeps.len() - shown);
        });
    }
    if !report.notes.is_empty() {
        out.push('\n');
        let shown = write_while_room(&mut out, &report.notes, ROOM / 8, |note| {
            let path = note.path.as_deref().map(|p| format!("{}: ", code(p))).unwrap_or_default();
            format!("- Note: {path}{}\n", prose(&note.message))
        });
        more(&mut out, report.notes.len() - shown);
    }
    out
}

fn heading(report: &Report) -> String {
    let plain = Terminal { width: 200, color: false, unicode: true, links: false };
    let counts = report.counts();
    let mut out = String::from("### okep: ");
    if counts == Counts::default() {
        let new = if report.since.is_some() { "nothing new" } else { "nothing" };
        let _ = writeln!(out, "{new} to complain about in {}", count(report.okeps.len(), "OKEP"));
    } else {
        let _ = writeln!(out, "{} in {}", counted(counts, &plain), count(report.okeps.len(), "OKEP"));
    }
    match report.existing() {
        0 => {}
        1 => out.push_str("\n1 finding was there before this change and is not shown.\n"),
        n => {
            let _ = writeln!(out, "\n{n} findings were there before this change and are not shown.");
        }
    }
    out
}

fn by_severity(report: &Report) -> Vec<&Finding> {
    let mut live: Vec<&Finding> = report.live().collect();
    live.sort_by_key(|f| f.severity);
    live
}

fn row(finding: &&Finding) -> String {
    let glyph = match finding.severity {
        Severity::Error => "❌ error",
        Severity::Warning => "⚠️ warning",
        Severity::Hint => "💡 hint",
    };
    let place = finding.place.as_ref().map_or(String::new(), |p| format!(":{}", p.line));
    let place = code(&format!("{}{place}", finding.path));
    format!("| {glyph} | `{}` | {place} | {} |\n", finding.rule, prose(&finding.message))
}

fn remedy(finding: &&Finding) -> String {
    let mut lines: Vec<String> = finding.help.iter().map(|line| prose(line)).collect();
    if let Some(fix) = &finding.fix {
        let flag = match fix.safety {
            crate::rules::finding::Safety::Safe => "--fix",
            crate::rules::finding::Safety::Suggested => "--fix=all",
        };
        lines.push(format!("<code>okep check {flag}</code> would {}", prose(&fix.title)));
    }
    if lines.is_empty() {
        return String::new();
    }
    let at = finding.place.as_ref().map_or(String::new(), |p| format!(":{}", p.line));
    let mut out = format!("- {}: {}\n", code(&format!("{}{at}", finding.path)), prose(&finding.message));
    for line in lines {
        let _ = writeln!(out, "  - {line}");
    }
    out
}

fn okep_row(okep: &OkepSummary, counts: Counts) -> String {
    let title = okep.title.as_deref().map(inert).unwrap_or_default();
    let Counts { errors, warnings, hints } = counts;
    format!("| {} | {title} | {errors} | {warnings} | {hints} |\n", code(&okep.path))
}

/// Writes the items while they fit into `room` bytes, and says how many did.
fn write_while_room<T>(out: &mut String, items: &[T], room: usize, write: impl Fn(&T) -> String) -> usize {
    let end = out.len() + room;
    for (written, item) in items.iter().enumerate() {
        let text = write(item);
        if out.len() + text.len() > end {
            return written;
        }
        out.push_str(&text);
    }
    items.len()
}

fn more(out: &mut String, left: usize) {
    if left > 0 {
        let _ = writeln!(out, "\n… and {left} more; `okep check` shows all.");
    }
}

fn details(out: &mut String, title: &str, write: impl FnOnce(&mut String)) {
    let mut inside = String::new();
    write(&mut inside);
    if !inside.is_empty() {
        let _ = write!(out, "\n<details><summary>{title}</summary>\n\n{inside}\n</details>\n");
    }
}

/// A sentence whose backticks are code, as everywhere in messages.
fn prose(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((inside, after)) = after.split_once('`') else { break };
        out.push_str(&inert(before));
        out.push_str(&code(inside));
        rest = after;
    }
    out + &inert(rest)
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", references(&escape_control(text)))
}

/// Text outside of code: what could name a person, an issue or an address is code all the same.
fn inert(text: &str) -> String {
    let mut out = String::new();
    for (i, word) in escape_control(text).split(' ').enumerate() {
        if i > 0 {
            out.push(' ');
        }
        if word.contains(['@', '#']) || word.contains("://") || word.contains("www.") {
            out.push_str(&code(word));
        } else {
            out.push_str(&references(word));
        }
    }
    out
}

/// Every sign that could mean something, as a character reference; a full stop is one only in addresses.
fn references(text: &str) -> String {
    let address = text.to_ascii_lowercase().contains("www.");
    let plain = if address { ",;?-/'" } else { ",;?-/'." };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !plain.contains(c) || c == ' ' && out.is_empty() {
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// A block of code, fenced by more backticks than it holds in a row.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let mut longest = 2;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let lines: Vec<String> = text.lines().map(quotable).collect();
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::super::test_reports::{empty, finding, large, okep};
    use super::*;
    use crate::audit::report::Baseline;
    use crate::files::Note;
    use crate::rules::finding::{Edit, Fix};
    use pulldown_cmark::{Event, Options, Parser, Tag};

    #[test]
    fn what_is_wrong_is_a_table_and_the_remedy_folded() {
        let path = "docs/okeps/okep-7-a.md";
        let report = empty().with_text(path, "# A\n").with_okep(okep(path, 7, "A", "2025-02-14"));
        let one = finding("missing-section", Severity::Error, path, "section `Risks` is missing");
        let fix = Fix::safe("add it", vec![Edit::insert(path, 0, "x")]);
        let mut report = report.with(one.helped("add `## Risks`").fixed(fix));
        report.notes.push(Note::new("shallow", "the clone is shallow"));
        assert_eq!(
            markdown(&report),
            "### okep: 1 error in 1 OKEP\n\n| | rule | where | what |\n|---|---|---|---|\n\
             | ❌ error | `missing-section` | <code>docs/okeps/okep-7-a.md</code> \
             | section <code>Risks</code> is missing |\n\n\
             <details><summary>How to mend it</summary>\n\n\
             - <code>docs/okeps/okep-7-a.md</code>: section <code>Risks</code> is missing\n  \
             - add <code>&#35;&#35; Risks</code>\n  - <code>okep check --fix</code> would add it\n\n</details>\n\n\
             <details><summary>1 OKEP</summary>\n\n\
             | OKEP | title | errors | warnings | hints |\n|---|---|---:|---:|---:|\n\
             | <code>docs/okeps/okep-7-a.md</code> | A | 1 | 0 | 0 |\n\n</details>\n\n\
             - Note: the clone is shallow\n"
        );
    }

    #[test]
    fn nothing_wrong_is_a_line_and_what_was_there_is_counted() {
        let mut report = empty().with(finding("missing-section", Severity::Error, "p", "m"));
        report.since = Some("c0ffee".into());
        report.findings[0].baseline = Some(Baseline::Existing);
        assert_eq!(
            markdown(&report),
            "### okep: nothing new to complain about in 0 OKEPs\n\n\
             1 finding was there before this change and is not shown.\n"
        );
    }

    #[test]
    fn nothing_in_a_repository_is_markup() {
        for hostile in [
            "<script>alert(1)</script><img src=x onerror=y>",
            "[a](https://example.org) ![b](c) **d** ~~e~~ https://example.org www.example.org",
            "a | b\n\n# c\n- d\n```\n</details>\n|---|",
            "`</code><b>` & &amp; \\| $x$ :tada: *_e_*",
        ] {
            let mut report = empty()
                .with_okep(okep(hostile, 7, hostile, "2025"))
                .with(finding("broken-link", Severity::Error, hostile, hostile).helped(hostile));
            report.notes.push(Note::at("shallow", hostile, hostile));
            let text = markdown(&report);
            for event in Parser::new_ext(&text, Options::all()) {
                match event {
                    Event::Html(html) | Event::InlineHtml(html) => {
                        let known = ["<code>", "</code>", "<details><summary>", "</details>"];
                        assert!(known.iter().any(|k| html.starts_with(k)), "{html} in\n{text}");
                    }
                    Event::Start(
                        tag @ (Tag::Link { .. }
                        | Tag::Image { .. }
                        | Tag::Emphasis
                        | Tag::Strong
                        | Tag::Strikethrough
                        | Tag::CodeBlock(_)),
                    ) => panic!("{tag:?} in\n{text}"),
                    _ => {}
                }
            }
            let rows = text.lines().filter(|l| l.starts_with('|')).count();
            assert_eq!(rows, 6, "two tables of one row: {text}");
        }
    }

    #[test]
    fn nobody_is_called_and_no_issue_is_named() {
        assert_eq!(prose("ask @ada of #7"), "ask <code>&#64;ada</code> of <code>&#35;7</code>");
    }

    #[test]
    fn a_large_report_fits_into_a_comment_and_says_what_is_left_out() {
        let text = markdown(&large());
        assert!(text.len() < 65_000, "{}", text.len());
        let mut many = empty();
        for n in 0..3000 {
            let path = format!("docs/okeps/okep-{n}-a.md");
            many = many.with_okep(okep(&path, n, "A", "2025")).with(
                finding("missing-section", Severity::Error, &path, "section `Risks` is missing")
                    .helped("add it"),
            );
        }
        let text = markdown(&many);
        assert!(text.len() < 65_000 && text.contains("more; `okep check` shows all."), "{}", text.len());
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fenced("", "````\nx"), "`````\n````\nx\n`````\n");
    }
}
