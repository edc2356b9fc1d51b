//! What an editor shows at a position. Hover: what a rule asks, and what the template asks in a section. Completion:
//! the sections of the template that are still missing, and the line of the tracking issue.

use super::outcome_view::OutcomeView;
use super::position::LinePosition;
use crate::audit::TemplateTimeline;
use crate::okep::template::Template;
use crate::report::explain;
use crate::rules::context::OkepContext;
use crate::rules::rule;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What there is to say about a position, as Markdown.
pub fn hover(view: &OutcomeView, path: &str, position: LinePosition) -> Option<Value> {
    let text = view.snapshot.text(path)?;
    let lines = view.lines(path, &text);
    let is_here = |place| {
        let range = lines.range_of(place);
        range.start <= position && position <= range.end
    };
    let here = view.outcome.report.live().filter(|f| f.path == path && is_here(f.place.as_ref()));
    let rules: BTreeSet<&str> = here.map(|finding| finding.rule).collect();
    let explained = rules.into_iter().filter_map(rule).map(explain::markdown);
    let asked = asked_at(view, path, lines.offset(position));
    let parts: Vec<String> = asked.into_iter().chain(explained).collect();
    (!parts.is_empty())
        .then(|| json!({ "contents": { "kind": "markdown", "value": parts.join("\n---\n\n") } }))
}

/// What the template asks in the section whose heading is at `offset`.
fn asked_at(view: &OutcomeView, path: &str, offset: usize) -> Option<String> {
    let okep = view.snapshot.okep(path)?;
    let heading =
        okep.document.headings.iter().position(|h| h.span.start <= offset && offset <= h.span.end)?;
    let timeline = TemplateTimeline::of(view.snapshot, view.outcome.template_history.as_ref());
    let section = timeline.with_context(okep, |context| {
        let row = context.row_of_heading(heading)?;
        context.alignment.section_of[row]
    })?;
    Some(asked(&view.snapshot.template, section))
}

/// A section of the template as Markdown, comments included.
fn asked(template: &Template, section: usize) -> String {
    let row = &template.outline.rows[section];
    let body = template.document.text.slice(template.document.headings[row.heading].body.clone());
    let body = body.replace("<!--", "").replace("-->", "");
    let source =
        template.path.as_ref().map_or("the built-in template".to_owned(), |path| format!("`{path}`"));
    let body = if body.trim().is_empty() { "Nothing is asked here in particular." } else { body.trim() };
    format!("**{}** in {source}:\n\n{body}\n", row.name.text)
}

/// What may begin a line that can be completed.
pub const TRIGGERS: [&str; 3] = ["#", "*", "["];

/// What can be written at a position of an OKEP, in place of what the line holds before it.
pub fn completion(view: &OutcomeView, path: &str, position: LinePosition) -> Vec<Value> {
    let Some(okep) = view.snapshot.okep(path) else { return Vec::new() };
    let text = &okep.document.text;
    let lines = view.lines(path, text);
    let at = lines.offset(position);
    let start = lines.offset(LinePosition { character: 0, ..position });
    let typed = text.slice(start..at);
    let timeline = TemplateTimeline::of(view.snapshot, view.outcome.template_history.as_ref());
    let found: Vec<(String, String)> = timeline.with_context(okep, |context| {
        if typed.starts_with('#') {
            sections(context, start)
        } else {
            issue_line(context, at).into_iter().collect()
        }
    });
    let range = lines.range(start..at);
    let hashes = typed.trim_start_matches('#').len();
    let item = |(line, documentation): (String, String)| {
        // Whoever typed another number of `#` means the section all the same.
        let filter = match line.trim_start_matches('#') {
            name if name.len() < line.len() => format!("{}{name}", &typed[..typed.len() - hashes]),
            _ => line.clone(),
        };
        json!({
            "label": line,
            "kind": SNIPPET,
            "filterText": filter,
            "textEdit": { "range": range, "newText": line },
            "documentation": { "kind": "markdown", "value": documentation },
        })
    };
    found.into_iter().map(item).collect()
}

const SNIPPET: u8 = 15;

/// The headings that are missing but for the one that begins at `start`, each with what the template asks there.
fn sections(context: &OkepContext, start: usize) -> Vec<(String, String)> {
    if !context.document().headings.iter().any(|heading| heading.span.start == start) {
        return Vec::new();
    }
    let is_missing =
        |section: &usize| context.heading_of(*section).is_none_or(|heading| heading.span.start == start);
    let line = |section: usize| {
        let level = context.template().outline.rows[section].level;
        let line = format!("{} {}", "#".repeat(level.into()), context.section_source(section));
        (line, asked(context.template(), section))
    };
    (0..context.template().outline.rows.len()).filter(is_missing).map(line).collect()
}

/// The line that links the issue, where the place before the first section lacks one.
fn issue_line(context: &OkepContext, at: usize) -> Option<(String, String)> {
    let okep = context.okep;
    let preamble = context.document().preamble(okep.title.as_ref().map(|title| title.heading));
    if okep.issue.as_ref().is_some_and(|issue| issue.number().is_some())
        || !preamble.contains(&at) && at != preamble.end
    {
        return None;
    }
    let form = context.template().issue.as_ref().filter(|form| !form.is_part)?;
    Some((form.for_number(okep.number()?)?, "The tracking issue, in the form of the template".to_owned()))
}
