//! The picture of each OKEP's time: written, landed, in nav, and its findings from introduction to fix.

use super::ids::Ids;
use super::scale::{END, Scale, at, percent};
use super::text::{count, escape_control, name};
use crate::history::report::{FindingStory, OkepStory, Story};
use crate::rules::finding::Severity;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Pixels.
const BAR: u32 = 10;
const LANE: u32 = 7;
/// Lines of one OKEP that are drawn; the table has every finding.
const MOST_LANES: usize = 40;

/// Findings of one rule that were introduced and fixed together: they share a line.
type LaneKey<'a> = (Severity, &'a str, &'a str, &'static str);

pub fn figure(story: &Story, scale: &Scale, ids: &Ids) -> Markup {
    html! {
        figure {
            figcaption { "Each OKEP, and the findings in it" }
            div.spans {
                @for (okep, id) in story.okeps.iter().zip(&ids.okeps) { (row(story, okep, id, scale)) }
                svg.plot height="20" aria-hidden="true" focusable="false" { (scale.labels(14)) }
            }
            (legend())
            p.remark { "The same as tables: " a href="#okeps" { "OKEPs" } " and " a href="#findings" { "findings" } "." }
        }
    }
}

fn legend() -> Markup {
    let key = |drawing: Markup, words: &str| {
        html! { li { svg.key.wide viewBox="0 0 40 14" aria-hidden="true" focusable="false" { (drawing) } (words) } }
    };
    html! {
        ul.legend aria-label="Legend" {
            (key(html! { path.before d="M4 7H34" {} circle.written cx="6" cy="7" r="4" {} }, "written, not landed yet"))
            (key(html! { rect.life x="4" y="3" width="34" height="8" {} path.landing d="M4 1 10 13H-2Z" {} }, "landed"))
            (key(html! {
                rect.unlisted x="2" y="3" width="24" height="8" fill="url(#hatch-unlisted)" {}
                path.registered d="M28 1 34 7 28 13 22 7Z" {}
            }, "missing from nav until added"))
            (key(html! { path.lane.error d="M2 7H32" {} path.open.error d="M32 3 38 7 32 11Z" {} }, "error, open"))
            (key(html! { path.lane.warning d="M2 7H34" {} circle.fixed cx="34" cy="7" r="4" {} }, "warning, fixed"))
            (key(html! { path.lane.hint d="M2 7H38" {} }, "hint"))
            (key(html! { path.gone d="M14 1 26 13M26 1 14 13" {} }, "removed"))
        }
    }
}

/// The findings about an OKEP, the worst and oldest first, with how many share a line.
fn lanes<'a>(story: &'a Story, okep: &OkepStory) -> BTreeMap<LaneKey<'a>, (usize, &'a FindingStory)> {
    let about = |f: &&FindingStory| okep.number.zip(f.number).map_or(f.path == okep.path, |(n, of)| n == of);
    let mut lanes: BTreeMap<LaneKey, (usize, &FindingStory)> = BTreeMap::new();
    for finding in story.findings.iter().filter(about) {
        let from = finding.introduced.as_ref().map_or("", |m| m.landed.date.as_str());
        let to = finding.fixed.as_ref().map_or("", |m| m.landed.date.as_str());
        lanes.entry((finding.severity, from, to, finding.rule)).or_insert((0, finding)).0 += 1;
    }
    lanes
}

fn row(story: &Story, okep: &OkepStory, id: &str, scale: &Scale) -> Markup {
    let lanes = lanes(story, okep);
    let height = BAR + 10 + lanes.len().min(MOST_LANES) as u32 * LANE + 6;
    let end = okep.deleted.as_ref().map_or(END, |d| scale.x(&d.date));
    let findings: usize = lanes.values().map(|(n, _)| n).sum();
    html! {
        div.span {
            a.label href={ "#" (id) } { strong { (name(okep)) } " " (escape_control(okep.title.as_deref().unwrap_or_default())) }
            svg.plot height=(height) role="img" aria-label={ (name(okep)) ": " (count(findings, "finding")) " over time" } {
                (scale.lines(0, height))
                (bar(okep, end, scale))
                @for (nth, (n, finding)) in lanes.values().take(MOST_LANES).enumerate() {
                    (lane(finding, *n, BAR + 12 + nth as u32 * LANE, end, scale))
                }
            }
        }
    }
}

/// The time from landing to removal or the end, with what happened.
fn bar(okep: &OkepStory, end: f64, scale: &Scale) -> Markup {
    let added = scale.x(okep.added.as_ref().map_or("", |l| &l.date));
    let day = |what: &str, day: Option<&str>| {
        html! { title { (what) " " (escape_control(day.unwrap_or("before the history that is here"))) } }
    };
    let middle = 2 + BAR / 2;
    let written =
        okep.written.as_ref().map(|w| (scale.x(&w.date), w.date.as_str())).filter(|(x, _)| *x < added);
    let missing = okep.days_unregistered.filter(|days| *days > 0);
    let until = okep.registered.as_ref().map_or(end, |(at, _)| scale.x(&at.date));
    html! {
        @if let Some((x, date)) = written {
            line.before x1=(percent(x)) x2=(percent(added)) y1=(middle) y2=(middle) {}
            (at(x, middle, html! { circle.written r="4" { (day("written", Some(date))) } }))
        }
        rect.life x=(percent(added)) width=(percent((end - added).max(0.2))) y="2" height=(BAR) {
            (day("added", okep.added.as_ref().map(|l| l.date.as_str())))
        }
        @if let Some(days) = missing {
            rect.unlisted x=(percent(added)) width=(percent((until - added).max(0.2))) y="2" height=(BAR) fill="url(#hatch-unlisted)" {
                title { "missing from nav for " (days) " days" }
            }
            @if let Some((registered, _)) = &okep.registered {
                (at(until, middle, html! { path.registered d="M0-7l7 7-7 7-7-7Z" { (day("added to nav", Some(&registered.date))) } }))
            }
        }
        @if let Some(place) = &okep.landed {
            (at(scale.x(&place.date), middle, html! { path.landing d="M0-7l6 13h-12Z" { (day("landed", Some(&place.date))) } }))
        }
        @if let Some(deleted) = &okep.deleted {
            (at(end, middle, html! { path.gone d="M-5-5l10 10m0-10-10 10" { (day("removed", Some(&deleted.date))) } }))
        }
    }
}

fn lane(finding: &FindingStory, n: usize, y: u32, end: f64, scale: &Scale) -> Markup {
    let from = scale.x(finding.introduced.as_ref().map_or("", |m| &m.landed.date));
    let to = finding.fixed.as_ref().map_or(end, |m| scale.x(&m.landed.date));
    let severity = finding.severity.as_str();
    let since = finding.introduced.as_ref().map_or("before", |m| m.landed.date.as_str());
    let until = finding.fixed.as_ref().map_or("open", |m| m.landed.date.as_str());
    html! {
        g {
            title {
                (severity) " " (finding.rule) @if n > 1 { " (" (n) " times)" } @else { " " (escape_control(&finding.subject)) }
                ": " (escape_control(since)) " to " (escape_control(until))
            }
            line class={ "lane " (severity) } x1=(percent(from)) x2=(percent(to.max(from + 0.2))) y1=(y) y2=(y) {}
            @match finding.fixed {
                Some(_) => (at(to, y, html! { circle.fixed r="3.2" {} })),
                None => (at(to, y, html! { path class={ "open " (severity) } d="M0-3.2l6 3.2-6 3.2Z" {} })),
            }
        }
    }
}
