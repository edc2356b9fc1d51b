//! The history as tables: OKEPs, findings, revisions of the template, and notes.

use super::HtmlPage;
use super::ids::Ids;
use super::text::{escape_control, file_name, heard, name, outside, place, prose, table, transition};
use crate::audit::report::Counts;
use crate::files::Note;
use crate::history::report::{FindingStory, OkepStory, TemplateKind, Transition};
use crate::report::history::change;
use maud::{Markup, html};
use std::collections::BTreeSet;

const OKEP_COLUMNS: [&str; 9] =
    ["OKEP", "Title", "Author", "Landed", "In nav", "Revisions", "Errors", "Warnings", "Hints"];

pub fn okeps(page: &HtmlPage, ids: &Ids) -> Markup {
    let caption = ("okeps-c", "Every OKEP that landed; findings at landing and now");
    let okeps = page.story.okeps.iter().zip(&ids.okeps);
    let rows = html! { @for (okep, id) in okeps { (self::okep(page, okep, id)) } };
    html! {
        @if page.story.okeps.is_empty() { p { "There are none." } }
        @else { (table(Some("sortable"), None, caption, &OKEP_COLUMNS, &OKEP_COLUMNS[5..], rows)) }
    }
}

fn okep(page: &HtmlPage, okep: &OkepStory, id: &str) -> Markup {
    let now = okep.deleted.is_none().then_some(okep.now);
    let number = |of: fn(&Counts) -> usize, class: &str| {
        let (then, now) = (okep.when_landed.as_ref().map(of), now.as_ref().map(of));
        html! {
            td.number data-sort=[now] {
                span.then { @match then { Some(then) => (then), None => "?" } } " → "
                @match now {
                    Some(n) => strong class=[(n > 0).then_some(class)] { (n) },
                    None => "removed",
                }
            }
        }
    };
    html! {
        tr {
            th scope="row" data-sort=[okep.number] { a href={ "#" (id) } { (name(okep)) } }
            td { (escape_control(okep.title.as_deref().unwrap_or_default())) }
            td { (escape_control(okep.written.as_ref().map_or("", |w| &w.author))) }
            td { @match &okep.landed { Some(at) => (place(page, at)), None if okep.has_landed => "before", None => "" } }
            td { (registered(page, okep)) }
            td.number { (okep.revisions) }
            (number(|c| c.errors, "error")) (number(|c| c.warnings, "warning")) (number(|c| c.hints, "hint"))
        }
    }
}

fn registered(page: &HtmlPage, okep: &OkepStory) -> Markup {
    html! {
        @match (&okep.registered, okep.days_unregistered) {
            (Some((at, days)), _) if *days > 0 => { (place(page, at)) ", after " (days) " days" },
            (Some(_), _) => "since landing",
            (None, Some(days)) if days > 0 => { "missing for " (days) " days" },
            _ => { "–" (heard("unknown")) },
        }
        @if let Some(deleted) = &okep.deleted { ", removed " (place(page, deleted)) }
    }
}

pub fn findings(page: &HtmlPage, ids: &Ids) -> Markup {
    let mut findings: Vec<&FindingStory> = page.story.findings.iter().collect();
    findings.sort_by_key(|f| (f.fixed.is_some(), f.severity, f.number));
    let caption = ("findings-c", "Every finding on the first-parent line, open or fixed");
    let columns = ["OKEP", "Severity", "Rule", "About", "State", "Introduced", "Fixed", "Days"];
    let rows = html! { @for finding in &findings { (self::finding(finding, page, ids)) } };
    html! {
        @if findings.is_empty() { p { "There are none." } } @else {
            (filters(&findings))
            (table(Some("sortable"), Some("findings-table"), caption, &columns, &["Days"], rows))
        }
    }
}

/// Controls that only the script can serve, and that it shows.
fn filters(findings: &[&FindingStory]) -> Markup {
    let rules: BTreeSet<String> = findings.iter().map(|f| f.rule.to_owned()).collect();
    let transitions = findings.iter().flat_map(|f| [&f.introduced, &f.fixed]).flatten();
    let authors: BTreeSet<String> = transitions.map(|m| escape_control(&m.author).into_owned()).collect();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let choices = [
        ("rule", "Rule", rules.into_iter().collect()),
        ("severity", "Severity", words(&["error", "warning", "hint"])),
        ("author", "Author", authors.into_iter().collect::<Vec<_>>()),
        ("state", "State", words(&["open", "fixed"])),
    ];
    html! {
        form.filters #filters aria-label="Filter the findings" hidden {
            @for (name, label, options) in &choices {
                label { (label) " "
                    select name=(name) {
                        option value="" { "all" }
                        @for option in options { option value=(option) { (option) } }
                    }
                }
            }
            label { "Words " input type="search" name="words" autocomplete="off"; }
            button type="reset" { "Show all" }
            p #shown role="status" {}
        }
    }
}

fn finding(finding: &FindingStory, page: &HtmlPage, ids: &Ids) -> Markup {
    let severity = finding.severity.as_str();
    let state = if finding.fixed.is_some() { "fixed" } else { "open" };
    let open = ids.story(finding).filter(|_| finding.fixed.is_none());
    let okep = page.story.okeps.iter().position(|o| o.number.is_some() && o.number == finding.number);
    let by =
        |m: &Option<Transition>| m.as_ref().map_or(String::new(), |m| escape_control(&m.author).into_owned());
    html! {
        tr data-rule=(finding.rule) data-severity=(severity) data-state=(state)
            data-introduced=(by(&finding.introduced)) data-fixed=(by(&finding.fixed)) {
            th scope="row" data-sort=[finding.number] {
                @match (okep, finding.number) {
                    (Some(okep), _) => a href={ "#" (ids.okeps[okep]) } { (name(&page.story.okeps[okep])) },
                    (None, Some(number)) => { (number) },
                    (None, None) => { (file_name(&finding.path)) },
                }
            }
            td data-sort=(finding.severity as usize) { span class={ "chip " (severity) } { (severity) } }
            td { code { (finding.rule) } }
            td.about {
                @match open {
                    Some(open) => a href={ "#" (open.anchor) } { (about(finding)) },
                    None => (about(finding)),
                }
            }
            td { (state) }
            td { @match &finding.introduced { Some(at) => (transition(page, at)), None => "before" } }
            td { @if let Some(at) = &finding.fixed { (transition(page, at)) } }
            td.number { @match finding.age_days { Some(days) => (days), None => "?" } }
        }
    }
}

fn about(finding: &FindingStory) -> String {
    let subject = &finding.subject;
    if subject.is_empty() { file_name(&finding.path) } else { escape_control(subject).into_owned() }
}

pub fn templates(page: &HtmlPage) -> Option<Markup> {
    let rows = html! {
        @for (i, template) in page.story.templates.iter().enumerate() {
            tr {
                th scope="row" { "T" (i + 1) }
                td {
                    @if template.kind == TemplateKind::Edge { "before " time { (escape_control(&template.at.date)) } }
                    @else { (place(page, &template.at)) }
                }
                td.wide { (prose(&change(template))) }
            }
        }
    };
    let caption = ("template-c", "The revisions of the template");
    let table = table(None, None, caption, &["Revision", "Landed", "Change"], &[], rows);
    (!page.story.templates.is_empty()).then_some(table)
}

/// The notes of the history and of the check of the last commit, each once.
pub fn notes(page: &HtmlPage) -> Option<Markup> {
    let mut notes: BTreeSet<&Note> = page.story.notes.iter().collect();
    if let Some(tip) = page.tip {
        notes.extend(&tip.notes);
        notes.extend(&tip.snapshot.notes);
        notes.extend(tip.template_history.iter().flat_map(|l| &l.notes));
    }
    let list = html! {
        ul {
            @for note in &notes {
                li {
                    @if let Some(path) = &note.path { (outside(page.file(path, None), html! { code { (escape_control(path)) } })) ": " }
                    (prose(&note.message))
                }
            }
        }
    };
    (!notes.is_empty()).then_some(list)
}
