//! Every finding with the lines it is about, as a compiler shows them.
//!
//! `annotate-snippets` panics on a span that is past the end, reversed or inside a character, and it
//! scans all the source it is given. [`Quote`] is the one place that hands it source: a window of a few
//! lines, made harmless, with spans clamped to it.

use super::inline_diff::short;
use super::summary::summary;
use super::{Terminal, escape_control, held_to_its_time, is_harmful, landed, location, quotable};
use crate::audit::report::Report;
use crate::rules::finding::{Finding, Related, Safety, Severity};
use crate::text::{Place, Text};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::ops::Range;

/// A span over more lines than this is shown by its first line: a section need not be quoted whole.
const LONG_SPAN: usize = 6;
/// A related place this many lines away is still shown in the finding's own excerpt.
const NEAR: usize = 40;
/// Of a longer line, in bytes, only the surroundings of the span are quoted.
const LONG_LINE: usize = 2000;
/// Lines of a fix that are shown.
const LINES_OF_FIX: usize = 24;

/// The report with an excerpt for each finding, in the report's order.
pub fn full(report: &Report, terminal: &Terminal) -> String {
    let renderer = if terminal.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer
        .term_width(terminal.width.max(20))
        .decor_style(if terminal.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii })
        .hyperlink(terminal.links);
    let mut out = String::new();
    for finding in report.live() {
        out.push_str(&one(finding, report, &renderer));
        out.push('\n');
        if let Some(fix) = &finding.fix {
            out.push_str(&short(fix, &finding.path, &report.texts, terminal, 4, LINES_OF_FIX));
        }
        out.push('\n');
    }
    out + &summary(report, terminal)
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Hint => Level::NOTE.with_name("hint"),
    }
}

fn one(finding: &Finding, report: &Report, renderer: &Renderer) -> String {
    let quote = finding.place.as_ref().and_then(|p| Quote::new(report.texts.get(&finding.path)?, p, finding));
    let mut group = Group::with_title(
        level(finding.severity).primary_title(escape_control(&finding.message)).id(finding.rule),
    );
    group = match (&quote, &finding.place) {
        (Some(quote), Some(place)) => quote.add_to(group, &finding.path, place),
        (_, place) => group.element(origin(&finding.path, place.as_ref())),
    };
    for help in &finding.help {
        group = group.element(Level::HELP.message(escape_control(help)));
    }
    if let Some(revision) = &finding.grandfathered {
        let text = format!("hint only: {}", held_to_its_time(revision, &landed(report, finding)));
        group = group.element(Level::NOTE.message(text));
    }
    let shown: &[usize] = quote.as_ref().map_or(&[], |q| &q.related);
    let mut elsewhere = Vec::new();
    let rest = finding.related.iter().enumerate().filter(|(i, _)| !shown.contains(i));
    for (_, Related { path, place, message }) in rest {
        let text = report.texts.get(path).zip(place.as_ref());
        match text.and_then(|(text, place)| Some((place, Quote::alone(text, place)?))) {
            Some((place, quote)) => elsewhere.push((path, place, message, quote)),
            None => {
                let at = location(path, place.as_ref());
                group = group.element(Level::NOTE.message(format!("{} ({at})", escape_control(message))));
            }
        }
    }
    let mut groups = vec![group];
    for (path, place, message, quote) in &elsewhere {
        let group = Group::with_title(Level::NOTE.secondary_title(escape_control(message)));
        groups.push(quote.add_to(group, path, place));
    }
    if let Some(fix) = &finding.fix {
        let name = match fix.safety {
            Safety::Safe => "safe fix",
            Safety::Suggested => "suggested fix",
        };
        let title = Level::HELP.with_name(name).secondary_title(escape_control(&fix.title));
        groups.push(Group::with_title(title));
    }
    renderer.render(&groups)
}

fn origin(path: &str, place: Option<&Place>) -> Origin<'static> {
    let origin = Origin::path(escape_control(path).into_owned());
    match place {
        Some(place) => origin.line(place.line).char_column(place.column),
        None => origin,
    }
}

/// A few lines of a file as they may be shown, with the spans to mark in them.
struct Quote {
    source: String,
    first_line: usize,
    /// Spans in `source`: in order, inside it and at character boundaries.
    marks: Vec<(AnnotationKind, Range<usize>, Option<String>)>,
    /// Which of the finding's related places are marked.
    related: Vec<usize>,
}

impl Quote {
    fn alone(text: &Text, place: &Place) -> Option<Self> {
        Quote::with(text, place, Vec::new())
    }

    /// The finding's place, with those of its related places that stand near it in the same file.
    fn new(text: &Text, place: &Place, finding: &Finding) -> Option<Self> {
        let here = text.line_of(span(text, place).start);
        let near = finding.related.iter().enumerate().filter(|(_, r)| r.path == finding.path);
        let near = near.filter_map(|(i, r)| Some((i, r.place.as_ref()?, r.message.as_str())));
        let near = near.filter(|(_, p, _)| text.line_of(span(text, p).start).abs_diff(here) <= NEAR);
        Quote::with(text, place, near.collect())
    }

    fn with(text: &Text, place: &Place, near: Vec<(usize, &Place, &str)>) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let primary = span(text, place);
        let all: Vec<Range<usize>> =
            std::iter::once(primary.clone()).chain(near.iter().map(|(_, p, _)| span(text, p))).collect();
        let start = all.iter().map(|s| s.start).min()?;
        let end = all.iter().map(|s| s.end).max()?;
        let mut window = text.line_range(start).start..text.line_range(end).end;
        let mut first_line = text.line_of(start);
        if window.len() > LONG_LINE * NEAR || text.line_range(primary.start).len() > LONG_LINE {
            window = text.clamp(primary.start.saturating_sub(LONG_LINE / 4))
                ..text.clamp(primary.end.saturating_add(LONG_LINE / 4));
            let line = text.line_range(primary.start);
            window = window.start.max(line.start)..window.end.min(line.end);
            first_line = text.line_of(primary.start);
        }
        let inside = |s: &Range<usize>| window.start <= s.start && s.end <= window.end;
        let shown = ShownPart::new(text, window.clone());
        let mut marks = vec![(AnnotationKind::Primary, shown.at(&primary), None)];
        let mut related = Vec::new();
        for ((i, _, message), span) in near.iter().zip(&all[1..]).filter(|(_, s)| inside(s)) {
            marks.push((AnnotationKind::Context, shown.at(span), Some(escape_control(message).into_owned())));
            related.push(*i);
        }
        Some(Quote { source: shown.source, first_line, marks, related })
    }

    /// The excerpt under its `path:line:column`.
    ///
    /// The crate counts the column in what it quotes. Where that is not the column in the file, because
    /// the line was cut or has spelled-out characters before it, the place is said apart.
    fn add_to<'a>(&'a self, group: Group<'a>, path: &str, place: &Place) -> Group<'a> {
        let marks =
            self.marks.iter().map(|(kind, span, label)| kind.span(span.clone()).label(label.as_deref()));
        let snippet = Snippet::source(&self.source[..]).line_start(self.first_line).annotations(marks);
        let before = &self.source[..self.marks[0].1.start];
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        if self.first_line + before.matches('\n').count() == place.line && column == place.column {
            group.element(snippet.path(escape_control(path).into_owned()))
        } else {
            group.element(origin(path, Some(place))).element(snippet)
        }
    }
}

/// The bytes to mark: inside the text, in order, without line breaks at the end, not too many lines.
fn span(text: &Text, place: &Place) -> Range<usize> {
    let end = text.clamp(place.span.end);
    let start = text.clamp(place.span.start).min(end);
    let lines = text.line_of(end) - text.line_of(start);
    let end = if lines > LONG_SPAN { text.line_range(start).end } else { end };
    start..start + text.as_str()[start..end].trim_end_matches(['\n', '\r']).len()
}

/// A window of a text in which each line is harmless, and where its bytes went.
struct ShownPart<'a> {
    window: &'a str,
    offset: usize,
    source: String,
}

impl<'a> ShownPart<'a> {
    fn new(text: &'a Text, window: Range<usize>) -> Self {
        let offset = window.start;
        let window = &text.as_str()[window];
        ShownPart { window, offset, source: shown(window) }
    }

    /// The span in `source` of a span in the text.
    fn at(&self, span: &Range<usize>) -> Range<usize> {
        let at = |offset: usize| {
            let inside = offset.saturating_sub(self.offset).min(self.window.len());
            let mut at = shown(&self.window[..inside]).len().min(self.source.len());
            while !self.source.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (start, end) = (at(span.start), at(span.end));
        start..end.max(start)
    }
}

/// Lines made harmless one by one, with `\n` between them. The byte order mark goes without a trace.
fn shown(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.contains(|c| c != '\n' && is_harmful(c)) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        match line.strip_suffix('\n') {
            Some(line) => {
                out.push_str(&quotable(line.strip_suffix('\r').unwrap_or(line)));
                out.push('\n');
            }
            None => out.push_str(&quotable(line)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::test_reports::{BAD_OKEP, empty, finding, okep, small};
    use super::*;

    const LOOK: Terminal = Terminal { width: 80, color: false, unicode: false, links: false };

    fn check(report: &Report, expected: &str) {
        let full = full(report, &LOOK);
        assert!(full == expected, "@@BEGIN {expected}\n{full}@@END");
    }

    /// One finding in `text` about `needle`.
    fn one(text: &str, needle: &str) -> Report {
        let path = "docs/okeps/okep-7-a.md";
        let report = empty().with_text(path, text).with_okep(okep(path, 7, "A", "2025-02-14"));
        let one = finding("stub-section", Severity::Warning, path, "it is short").at(&report, needle);
        report.with(one)
    }

    #[test]
    fn each_finding_is_quoted_with_its_remedy() {
        check(&small(), "\
error[missing-section]: the section `Alternatives` of the template is missing
--> docs/okeps/okep-5193-user-defined-networks.md
 = help: add it after `Testing`, or write `None` in it where there are none
suggested fix: add the section, to be filled
    24 +
    25 + # Alternatives
    26 +
    27 + TBD

hint[foreign-issue]: the issue link names `ovn-org/ovn-kubernetes`, the template's names `ovn-kubernetes/ovn-kubernetes`
 --> docs/okeps/okep-5193-user-defined-networks.md:3:37
  |
3 | * Issue: [#5193](https://github.com/ovn-org/ovn-kubernetes/issues/5193)
  |                                     ^^^^^^^^^^^^^^^^^^^^^^
  |
  = note: hint only: the template gained this on 2025-12-10 (53926b5), after the OKEP landed 2025-02-14
safe fix: name the template's repository
    3 - * Issue: [#5193](https://github.com/ovn-org/ovn-kubernetes/issues/5193)
    3 + * Issue: [#5193](https://github.com/ovn-kubernetes/ovn-kubernetes/iss...

warning[renamed-section]: the section `Future-Goals` stands for the template's `Future Goals`
  --> docs/okeps/okep-5193-user-defined-networks.md:13:1
   |
13 | # Future-Goals
   | ^^^^^^^^^^^^^^
   |
note: the template's heading
  --> docs/okeps/okep-4368-template.md:7:1
   |
 7 | # Future Goals
   | ^^^^^^^^^^^^^^
safe fix: write the heading as the template does
    13 - # Future-Goals
    13 + # Future Goals

error[template-text]: a prompt of the template was left in `Proposed Solution`
  --> docs/okeps/okep-5193-user-defined-networks.md:19:1
   |
19 | What is the proposed solution to solve the problem statement? See [the p...
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: answer the question and delete it
suggested fix: delete the prompt
    19 - What is the proposed solution to solve the problem statement? See [t...
    19 + See [the plan](#plan).

warning[stub-section]: the section `Testing` says only `TBD`
  --> docs/okeps/okep-5193-user-defined-networks.md:23:1
   |
23 | TBD
   | ^^^
   |
   = help: write it, or say `None`

error[not-in-nav]: `okeps/okep-5193-user-defined-networks.md` is not in `nav`
 --> mkdocs.yml:4:5
  |
4 |     - OKEP-4368: okeps/okep-4368-template.md
  |     ^^^^^^^^^^^
  |
  = help: readers find an OKEP through `nav` only
safe fix: add the entry after that of OKEP-4368
    5 +     - OKEP-5193: okeps/okep-5193-user-defined-networks.md

1 OKEP: 3 errors, 2 warnings, 1 hint; 3 can be fixed with `okep check --fix`, 2
more with `--fix=all`
");
    }

    #[test]
    fn related_places_nearby_stand_in_the_excerpt() {
        let path = "docs/okeps/okep-5193-user-defined-networks.md";
        let report = small();
        let twice = finding("duplicate-section", Severity::Warning, path, "`Goals` stands twice")
            .at(&report, "# Future-Goals")
            .relating(&report, path, "# Goals", "first here");
        let mut report = report.with(twice);
        report.findings.drain(..6);
        check(
            &report,
            "\
warning[duplicate-section]: `Goals` stands twice
  --> docs/okeps/okep-5193-user-defined-networks.md:13:1
   |
 9 | # Goals
   | ------- first here
...
13 | # Future-Goals
   | ^^^^^^^^^^^^^^

1 OKEP: 1 warning
",
        );
    }

    #[test]
    fn a_long_span_is_shown_by_its_first_line() {
        check(
            &one(BAD_OKEP, &BAD_OKEP[..200]),
            "\
warning[stub-section]: it is short
 --> docs/okeps/okep-7-a.md:1:1
  |
1 | # OKEP-5193: User Defined Networks
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

1 OKEP: 1 warning
",
        );
    }

    #[test]
    fn hostile_text_is_spelled_out_under_its_own_column() {
        check(
            &one("# a\u{1b}[2Jb\u{202e}\tTBD\r\n", "TBD"),
            "\
warning[stub-section]: it is short
 --> docs/okeps/okep-7-a.md:1:11
  |
 ::: 
1 | # a\\u{1b}[2Jb\\u{202e}    TBD
  |                          ^^^

1 OKEP: 1 warning
",
        );
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        check(
            &one("\u{feff}# TBD\n", "TBD"),
            "\
warning[stub-section]: it is short
 --> docs/okeps/okep-7-a.md:1:3
  |
1 | # TBD
  |   ^^^

1 OKEP: 1 warning
",
        );
    }

    #[test]
    fn of_a_very_long_line_only_the_surroundings_are_read() {
        let text = format!("{}TBD{}\n", "word ".repeat(100_000), " word".repeat(100_000));
        let report = one(&text, "TBD");
        let place = report.findings[0].finding.place.clone().expect("was set");
        let quote = Quote::alone(&report.texts["docs/okeps/okep-7-a.md"], &place).expect("has a text");
        assert!(quote.source.len() < 2 * LONG_LINE);
        check(
            &report,
            "\
warning[stub-section]: it is short
 --> docs/okeps/okep-7-a.md:1:500001
  |
 ::: 
1 | ...rd word word word word word word TBD word word word word word word wor...
  |                                     ^^^

1 OKEP: 1 warning
",
        );
    }
}
