//! The tables of OKEPs against sections: today's template, and the one in force when each landed.

use super::HtmlPage;
use super::ids::Ids;
use super::text::{escape_control, heard, name};
use crate::history::head_audit::Tip;
use crate::history::matrix::{Matrix, MatrixCell, MatrixState, matrices};
use maud::{Markup, html};

pub fn tables(page: &HtmlPage, tip: &Tip, ids: &Ids) -> Markup {
    let (today, landed) = matrices(&tip.snapshot, tip.template_history.as_ref(), &tip.findings);
    html! {
        p {
            "Which OKEP has which section of the template. An OKEP is held to the template that was in force when "
            "it landed; what was added later is not required. Each word links to the finding and its proposed change."
        }
        div.switch role="group" aria-label="Which template" hidden {
            button type="button" data-shows="matrix-today" aria-pressed="true" { "Today’s template" }
            button type="button" data-shows="matrix-landed" aria-pressed="false" { "In force when each landed" }
        }
        (table(page, ids, tip, &today, "today", "Against today’s template"))
        (table(page, ids, tip, &landed, "landed", "Against the template in force when each OKEP landed"))
        (legend())
    }
}

fn table(page: &HtmlPage, ids: &Ids, tip: &Tip, matrix: &Matrix, id: &str, caption: &str) -> Markup {
    let shown = |path: &str| page.story.okeps.iter().position(|o| o.deleted.is_none() && o.path == path);
    let rows = tip.snapshot.okeps.iter().zip(&matrix.rows);
    html! {
        div.scroll.view id={ "matrix-" (id) } role="region" aria-labelledby={ "matrix-" (id) "-h" } tabindex="0" {
            table.matrix data-view=(id) {
                caption id={ "matrix-" (id) "-h" } { (caption) }
                thead {
                    tr {
                        th.corner scope="col" { "OKEP" }
                        @for section in &matrix.sections {
                            th.section scope="col" { span class=[(section.depth > 0).then_some("deeper")] { (escape_control(&section.name)) } }
                        }
                    }
                }
                tbody {
                    @for (okep, cells) in rows {
                        @if let Some(at) = shown(&okep.path) {
                            @let story = &page.story.okeps[at];
                            tr data-okep=(escape_control(&okep.path)) {
                                th scope="row" {
                                    a href={ "#" (ids.okeps[at]) } { (name(story)) }
                                    @if let Some(title) = &story.title { span.title { (escape_control(title)) } }
                                }
                                @for (section, cell) in matrix.sections.iter().zip(cells) {
                                    (self::cell(ids, tip, cell, &section.name))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn cell(ids: &Ids, tip: &Tip, cell: &MatrixCell, section: &str) -> Markup {
    html! {
        td data-state=(cell.state.into_str()) data-section=(escape_control(section)) {
            @match cell.state {
                MatrixState::Present => { span.glyph.present aria-hidden="true" { "✓" } (heard("present")) },
                MatrixState::NotAsked => { span.glyph aria-hidden="true" { "–" } (heard("not required then")) },
                MatrixState::Unknown => { span.glyph aria-hidden="true" { "?" } (heard("unknown")) },
                _ => @for index in &cell.findings {
                    @let finding = &tip.findings[*index];
                    @let state = MatrixState::of(finding);
                    // Another finding shows its own severity.
                    @let (class, word) = match state {
                        MatrixState::Faulty => (format!("chip faulty {}", finding.severity.as_str()), finding.rule),
                        _ => (format!("chip {}", state.into_str()), state.into_str()),
                    };
                    @match ids.finding(finding) {
                        Some(open) => a class=(class) href={ "#" (open.anchor) } data-rule=(finding.rule) {
                            (word)
                            @if state == MatrixState::Excused {
                                (heard(&format!(": {}, not required when it landed", finding.rule)))
                            }
                        },
                        None => span class=(class) { (word) },
                    }
                },
            }
        }
    }
}

/// What each state means, in the order of the legend.
const STATES: [(MatrixState, &str); 10] = [
    (MatrixState::Present, "it is there"),
    (MatrixState::Renamed, "under another name"),
    (MatrixState::Misplaced, "at another level, in another section or out of order"),
    (MatrixState::Empty, "a heading and nothing under it"),
    (MatrixState::Stub, "only a placeholder"),
    (MatrixState::Missing, "it is not there"),
    (MatrixState::Faulty, "it is there, with another finding"),
    (MatrixState::Excused, "added to the template after the OKEP landed"),
    (MatrixState::NotAsked, "the template in force did not have it"),
    (MatrixState::Unknown, "the document is blank or could not be read"),
];

fn legend() -> Markup {
    html! {
        dl.legend.states {
            @for (state, words) in STATES {
                div {
                    dt { @match state {
                        MatrixState::Present => { span.glyph.present { "✓" } " present" },
                        MatrixState::NotAsked => { span.glyph { "–" } " not required" },
                        MatrixState::Unknown => { span.glyph { "?" } " unknown" },
                        MatrixState::Faulty => span.chip.faulty { "its rule" },
                        state => span class={ "chip " (state.into_str()) } { (state.into_str()) },
                    } }
                    dd { (words) }
                }
            }
        }
    }
}
