//! The story as tables: OKEPs, findings, revisions of the template, and notes.

use super::HtmlPage;
use super::ids::Ids;
use super::text::{commit, escape_control, file_name, heard, outside, place, prose};
use crate::audit::report::Counts;
use crate::files::Note;
use crate::history::report::{FindingStory, OkepStory, TemplateKind, Transition};
use crate::okep::forge::Forge;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Something wide that scrolls by itself; `label` is the id of what names it.
pub fn scroll(label: &str, inside: Markup) -> Markup {
    html! { div.scroll role="region" aria-labelledby=(label) tabindex="0" { (inside) } }
}

fn forge<'a>(page: &HtmlPage<'a>) -> Option<&'a Forge> {
    page.tip.and_then(|tip| tip.forge.as_ref())
}

pub fn okeps(page: &HtmlPage, ids: &Ids) -> Markup {
    html! {
        section #okeps aria-labelledby="okeps-h" {
            h2 #okeps-h { "OKEPs" }
            @if page.story.okeps.is_empty() { p { "There is none." } } @else {
                (scroll("okeps-c", html! {
                    table.sortable {
                        caption #okeps-c { "Every OKEP that landed" }
                        thead {
                            tr {
                                th scope="col" { "OKEP" } th scope="col" { "Title" } th scope="col" { "Author" }
                                th scope="col" { "Written" } th scope="col" { "Landed" } th scope="col" { "Registered" }
                                th.number scope="col" { "Revisions" }
                                th.number scope="col" { "Errors" span.unit { "then → now" } }
                                th.number scope="col" { "Warnings" span.unit { "then → now" } }
                                th.number scope="col" { "Hints" span.unit { "then → now" } }
                            }
                        }
                        tbody {
                            @for (okep, id) in page.story.okeps.iter().zip(&ids.okeps) { (self::okep(okep, id, forge(page))) }
                        }
                    }
                }))
            }
        }
    }
}

fn okep(okep: &OkepStory, id: &str, forge: Option<&Forge>) -> Markup {
    let now = okep.deleted.is_none().then_some(okep.now);
    let then = okep.when_landed;
    let number = |of: fn(&Counts) -> usize, class: &str| {
        let now = now.as_ref().map(of);
        html! {
            td.number data-sort=[now] {
                span.then { @if let Some(then) = &then { (of(then)) } @else { "?" } } " → "
                @match now {
                    Some(n) => strong class=[(n > 0).then_some(class)] { (n) },
                    None => "gone",
                }
            }
        }
    };
    html! {
        tr {
            th scope="row" data-sort=[okep.number] { a href={ "#" (id) } { (super::spans::name(okep)) } }
            td { (escape_control(okep.title.as_deref().unwrap_or_default())) }
            td { (escape_control(okep.written.as_ref().map_or("", |w| &w.author))) }
            td { @if let Some(w) = &okep.written { time { (escape_control(&w.date)) } " " (commit(forge, &w.commit)) } }
            td { @match &okep.landed { Some(at) => (place(forge, at)), None => "before" } }
            td { (registered(okep, forge)) }
            td.number { (okep.revisions) }
            (number(|c| c.errors, "error")) (number(|c| c.warnings, "warning")) (number(|c| c.hints, "hint"))
        }
    }
}

fn registered(okep: &OkepStory, forge: Option<&Forge>) -> Markup {
    html! {
        @match (&okep.registered, okep.days_unregistered) {
            (Some(registered), _) => {
                (place(forge, &registered.at))
                @if registered.days_after_landing > 0 { ", after " (registered.days_after_landing) " days" }
            },
            (None, Some(days)) if days > 0 => { "not for " (days) " days" },
            _ => { "–" (heard("not known")) },
        }
        @if let Some(deleted) = &okep.deleted { ", removed " (place(forge, deleted)) }
    }
}

pub fn findings(page: &HtmlPage, ids: &Ids) -> Markup {
    let findings = &page.story.findings;
    html! {
        section #findings aria-labelledby="findings-h" {
            h2 #findings-h { "Findings" }
            @if findings.is_empty() { p { "There is none." } } @else {
                (filters(findings))
                (scroll("findings-c", html! {
                    table.sortable #findings-table {
                        caption #findings-c { "Every finding on the first-parent line, open or mended" }
                        thead {
                            tr {
                                th scope="col" { "OKEP" } th scope="col" { "Severity" } th scope="col" { "Rule" }
                                th scope="col" { "About" } th scope="col" { "State" } th scope="col" { "Since" }
                                th scope="col" { "Brought by" } th scope="col" { "Mended" } th scope="col" { "Mended by" }
                                th.number scope="col" { "Days" }
                            }
                        }
                        tbody { @for finding in findings { (self::finding(finding, page, ids)) } }
                    }
                }))
            }
        }
    }
}

/// Controls that only the script can serve, and that it shows.
fn filters(findings: &[FindingStory]) -> Markup {
    let rules: BTreeSet<&str> = findings.iter().map(|f| f.rule).collect();
    let moments = findings.iter().flat_map(|f| [&f.introduced, &f.fixed]).flatten();
    let authors: BTreeSet<String> = moments.map(|m| escape_control(&m.author).into_owned()).collect();
    let choice = |name: &str, label: &str, options: Vec<String>| {
        html! {
            label { (label) " "
                select name=(name) {
                    option value="" { "all" }
                    @for option in &options { option value=(option) { (option) } }
                }
            }
        }
    };
    let owned = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    html! {
        form.filters #filters aria-label="Filter the findings" hidden {
            (choice("rule", "Rule", owned(&rules.into_iter().collect::<Vec<_>>())))
            (choice("severity", "Severity", owned(&["error", "warning", "hint"])))
            (choice("author", "Author", authors.into_iter().collect()))
            (choice("state", "State", owned(&["open", "mended"])))
            label { "Words " input type="search" name="words" autocomplete="off"; }
            button type="reset" { "Show all" }
            p #shown role="status" {}
        }
    }
}

fn finding(finding: &FindingStory, page: &HtmlPage, ids: &Ids) -> Markup {
    let forge = forge(page);
    let severity = finding.severity.as_str();
    let state = if finding.fixed.is_some() { "mended" } else { "open" };
    let open = ids.story(finding).filter(|_| finding.fixed.is_none());
    let okep = page.story.okeps.iter().position(|o| o.number.is_some() && o.number == finding.number);
    let by = |m: &Option<Transition>| {
        m.as_ref().map(|m| escape_control(&m.author).into_owned()).unwrap_or_default()
    };
    let (brought, fixed) = (by(&finding.introduced), by(&finding.fixed));
    html! {
        tr data-rule=(finding.rule) data-severity=(severity) data-state=(state) data-brought=(brought) data-fixed=(fixed) {
            td data-sort=[finding.number] {
                @match (okep, finding.number) {
                    (Some(okep), _) => a href={ "#" (ids.okeps[okep]) } { (super::spans::name(&page.story.okeps[okep])) },
                    (None, Some(number)) => { (number) },
                    (None, None) => { (file_name(&finding.path)) },
                }
            }
            td data-sort=(finding.severity as usize) { span class={ "chip " (severity) } { (severity) } }
            td { code { (finding.rule) } }
            td {
                @match open {
                    Some(open) => a href={ "#" (open.anchor) } { (about(finding)) },
                    None => (about(finding)),
                }
            }
            td { (state) }
            td { (moment(&finding.introduced, forge)) }
            td { (brought) }
            td { @if finding.fixed.is_some() { (moment(&finding.fixed, forge)) } }
            td { (fixed) }
            td.number { @match finding.age_days { Some(days) => (days), None => "?" } }
        }
    }
}

fn about(finding: &FindingStory) -> String {
    if finding.subject.is_empty() {
        file_name(&finding.path)
    } else {
        escape_control(&finding.subject).into_owned()
    }
}

fn moment(moment: &Option<Transition>, forge: Option<&Forge>) -> Markup {
    html! {
        @match moment {
            Some(moment) => {
                time { (escape_control(&moment.landed.date)) } " " (commit(forge, &moment.written))
                @if let Some(number) = moment.landed.pull_request { " " (super::text::pull_request(forge, number)) }
            },
            None => "before",
        }
    }
}

pub fn templates(page: &HtmlPage) -> Markup {
    let templates = &page.story.templates;
    html! {
        @if !templates.is_empty() {
            section #template aria-labelledby="template-h" {
                h2 #template-h { "Template" }
                (scroll("template-c", html! {
                    table {
                        caption #template-c { "The revisions of the template" }
                        thead { tr { th scope="col" { "Revision" } th scope="col" { "Landed" } th scope="col" { "What it did" } } }
                        tbody {
                            @for (i, template) in templates.iter().enumerate() {
                                tr {
                                    th scope="row" { "T" (i + 1) }
                                    td {
                                        @if template.kind == TemplateKind::Edge { "before " time { (escape_control(&template.at.date)) } }
                                        @else { (place(forge(page), &template.at)) }
                                    }
                                    td.wide { (prose(&crate::report::history::change(template))) }
                                }
                            }
                        }
                    }
                }))
            }
        }
    }
}

/// What history and the audit of the last commit had to tell, each once.
pub fn all_notes<'a>(page: &HtmlPage<'a>) -> Vec<&'a Note> {
    let mut notes: BTreeSet<&Note> = page.story.notes.iter().collect();
    if let Some(tip) = page.tip {
        notes.extend(&tip.notes);
        notes.extend(&tip.snapshot.notes);
        notes.extend(tip.template_history.iter().flat_map(|l| &l.notes));
    }
    notes.into_iter().collect()
}

pub fn notes(page: &HtmlPage) -> Markup {
    let notes = all_notes(page);
    let forge = forge(page);
    let file = |path: &str| page.tip.and_then(|tip| Some(forge?.file(&tip.commit, path, None)));
    html! {
        @if !notes.is_empty() {
            section #notes aria-labelledby="notes-h" {
                h2 #notes-h { "Notes" }
                ul {
                    @for note in notes {
                        li {
                            @if let Some(path) = &note.path { (outside(file(path), html! { code { (escape_control(path)) } })) ": " }
                            (prose(&note.message))
                        }
                    }
                }
            }
        }
    }
}
