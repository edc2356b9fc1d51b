//! Hover: what a rule asks, and what the template asks in a section.

use super::outcome_view::OutcomeView;
use super::position::LinePosition;
use crate::audit::TemplateTimeline;
use crate::okep::template::Template;
use crate::report::explain;
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
pub fn asked(template: &Template, section: usize) -> String {
    let row = &template.outline.rows[section];
    let body = template.document.text.slice(template.document.headings[row.heading].body.clone());
    let body = body.replace("<!--", "").replace("-->", "");
    let source =
        template.path.as_ref().map_or("the built-in template".to_owned(), |path| format!("`{path}`"));
    let body = if body.trim().is_empty() { "Nothing is asked here in particular." } else { body.trim() };
    format!("**{}** in {source}:\n\n{body}\n", row.name.text)
}
