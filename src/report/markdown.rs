//! The report in GitHub's Markdown, for the summary of a job or a comment on a pull request.
//!
//! Nothing from a repository is Markdown or HTML here: punctuation is written as character references,
//! which never begin a structure, and what could name a person or an issue is in `<code>`, where
//! GitHub looks for neither.

use super::layout::{ExcerptLine, excerpts, remarks};
use super::summary::{by_severity, count, plain_verdict};
use super::terminal::{escape_control, quotable};
use crate::audit::report::{Counts, OkepSummary, Report, Source};
use crate::rules::finding::{Finding, Safety};
use std::fmt::Write as _;

/// GitHub takes comments of 65,536 characters; beyond this, in bytes, findings are only counted.
const ROOM: usize = 50_000;

/// The findings that count, how to fix them, the OKEPs and the notes.
pub fn markdown(report: &Report) -> String {
    let mut out = format!("### okep: {}\n", plain_verdict(report));
    let live = by_severity(report);
    if live.is_empty() {
        return out + &notes(report);
    }
    out += "\n| | rule | where | what |\n|---|---|---|---|\n";
    let rows = live.iter().map(|finding| row(finding));
    out += &while_room(rows, ROOM / 2);
    let remedies = live.iter().filter_map(|finding| remedy(finding, report));
    out += &details("How to fix it", &while_room(remedies, ROOM / 4));
    // Where the audit compares, an OKEP that the change leaves as it was has no row.
    let mut okeps = report.counted_okeps();
    okeps.retain(|(_, counts)| report.since.is_none() || counts.total() > 0);
    if !okeps.is_empty() {
        let rows = okeps.iter().map(|(okep, counts)| okep_row(okep, *counts));
        let table = "| OKEP | title | errors | warnings | hints |\n|---|---|---:|---:|---:|\n".to_owned();
        out += &details(&count(okeps.len(), "OKEP"), &(table + &while_room(rows, ROOM / 8)));
    }
    out + &notes(report)
}

fn notes(report: &Report) -> String {
    let note = |note: &crate::files::Note| {
        let path = note.path.as_deref().map(|path| format!("{}: ", code(path))).unwrap_or_default();
        format!("- Note: {path}{}\n", prose(&note.message))
    };
    let notes = while_room(report.notes.iter().map(note), ROOM / 8);
    if notes.is_empty() { notes } else { format!("\n{notes}") }
}

fn row(finding: &Finding) -> String {
    let severity = ["❌ error", "⚠️ warning", "💡 hint"][finding.severity as usize];
    format!("| {severity} | `{}` | {} | {} |\n", finding.rule, place(finding), prose(&finding.message))
}

fn place(finding: &Finding) -> String {
    let line = finding.place.as_ref().map_or(String::new(), |place| format!(":{}", place.line));
    code(&format!("{}{line}", finding.path))
}

/// What to do about a finding, if there is anything to say.
fn remedy(finding: &Finding, report: &Report) -> Option<String> {
    let mut out = format!("- {}: {}\n", place(finding), prose(&finding.message));
    let remarks = remarks(finding, &report.okeps);
    out.extend(remarks.iter().map(|(label, text)| format!("  - {label}: {}\n", prose(text))));
    if let Some(fix) = &finding.fix {
        let writes = match (&report.source, fix.safety) {
            // A commit is not rewritten.
            (Source::Commit(_), _) => "the change",
            (_, Safety::Safe) => "<code>okep check --fix</code> writes it",
            (_, Safety::Suggested) => "<code>okep check --fix=all</code> writes it",
        };
        let _ = writeln!(out, "  - {writes}:");
        let excerpts = excerpts(finding, &|path| report.texts.get(path).cloned());
        let patch: String = excerpts.iter().map(|(path, lines)| patch(path, lines)).collect();
        let fence = fenced("diff", &patch);
        // Inside of the list item, but for the blank lines around.
        out += &format!("\n  {}\n\n", fence.trim_end().replace('\n', "\n  "));
    }
    (!remarks.is_empty()).then_some(out)
}

/// The lines of an excerpt as a diff; the path is a comment of it.
fn patch(path: &str, lines: &[ExcerptLine]) -> String {
    let line = |line: &ExcerptLine| {
        let sign = line.kind.map_or("…".to_owned(), |kind| kind.to_string());
        sign + &line.pieces.iter().map(|(_, piece)| piece.as_str()).collect::<String>() + "\n"
    };
    format!("# {}\n", escape_control(path)) + &lines.iter().map(line).collect::<String>()
}

fn okep_row(okep: &OkepSummary, counts: Counts) -> String {
    let title = okep.title.as_deref().map(inert).unwrap_or_default();
    let Counts { errors, warnings, hints } = counts;
    format!("| {} | {title} | {errors} | {warnings} | {hints} |\n", code(&okep.path))
}

/// The items while they fit into `room` bytes, and how many do not.
fn while_room(items: impl Iterator<Item = String>, room: usize) -> String {
    let mut out = String::new();
    let mut more = 0;
    for item in items {
        if more > 0 || out.len() + item.len() > room {
            more += 1;
        } else {
            out += &item;
        }
    }
    if more > 0 {
        let _ = writeln!(out, "\n… and {more} more; `okep check --format full` shows all.");
    }
    out
}

fn details(title: &str, inside: &str) -> String {
    match inside {
        "" => String::new(),
        inside => format!("\n<details><summary>{title}</summary>\n\n{inside}\n</details>\n"),
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
    let is_name = |word: &str| word.contains(['@', '#']) || word.contains("://") || word.contains("www.");
    let inert = |word: &str| if is_name(word) { code(word) } else { references(word) };
    escape_control(text).split(' ').map(inert).collect::<Vec<_>>().join(" ")
}

/// Every sign that could mean something, as a character reference; a full stop is one only in addresses.
fn references(text: &str) -> String {
    let address = text.to_ascii_lowercase().contains("www.");
    let plain = if address { ",;?-/'" } else { ",;?-/'." };
    let is_sign = |at: usize, c: char| c.is_ascii_punctuation() && !plain.contains(c) || c == ' ' && at == 0;
    let shown = |(at, c)| if is_sign(at, c) { format!("&#{};", u32::from(c)) } else { c.to_string() };
    text.char_indices().map(shown).collect()
}

/// A block of code, fenced by more backticks than it holds in a row.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let runs = text.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0).max(2) + 1);
    let lines: Vec<String> = text.lines().map(quotable).collect();
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::super::test_reports::{empty, finding, large, okep};
    use super::*;
    use crate::files::Note;
    use crate::rules::finding::{Edit, Fix, Severity};
    use pulldown_cmark::{Event, Options, Parser, Tag};

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
            let fix = Fix::safe(hostile, vec![Edit::insert("a.md", 0, hostile)]);
            let mut report = report.with_text("a.md", hostile);
            report.findings[0].finding.path = "a.md".into();
            report.findings[0].finding.fix = Some(fix);
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
                        | Tag::Strikethrough),
                    ) => panic!("{tag:?} in\n{text}"),
                    _ => {}
                }
            }
            let rows = text.lines().filter(|l| l.starts_with('|')).count();
            assert_eq!(rows, 6, "two tables of one row: {text}");
        }
    }

    #[test]
    fn no_person_is_notified_and_no_issue_is_linked() {
        assert_eq!(prose("ask @ada of #7"), "ask <code>&#64;ada</code> of <code>&#35;7</code>");
    }

    #[test]
    fn a_large_report_fits_into_a_comment_and_says_what_is_left_out() {
        assert!(markdown(&large()).len() < 65_000);
        let mut many = empty();
        for n in 0..3000 {
            let path = format!("docs/okeps/okep-{n}-a.md");
            many = many.with_okep(okep(&path, n, "A", "2025")).with(
                finding("missing-section", Severity::Error, &path, "section `Risks` is missing")
                    .helped("add it"),
            );
        }
        let text = markdown(&many);
        assert!(
            text.len() < 65_000 && text.contains("more; `okep check --format full` shows all."),
            "{}",
            text.len()
        );
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fenced("", "````\nx"), "`````\n````\nx\n`````\n");
    }
}
