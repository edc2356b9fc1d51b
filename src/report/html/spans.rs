//! The picture of the OKEPs' lives: written, landed, registered, and every finding from end to end.

use super::ids::Ids;
use super::scale::{LEFT, RIGHT, Scale, WIDTH, n};
use super::tables::scroll;
use super::text::{escape_control, file_name};
use crate::history::report::{FindingStory, OkepStory, Story};
use crate::report::{prefix, width};
use maud::{Markup, html};

const TOP: f64 = 8.0;
const LABEL: f64 = 20.0;
const BAR: f64 = 10.0;
const LANE: f64 = 7.0;
const GAP: f64 = 14.0;
/// Findings of one OKEP that are drawn; the table has all of them.
const MOST_LANES: usize = 60;
/// Columns of a title.
const TITLE: usize = 70;

/// An OKEP with the findings about it, the worst and oldest first.
struct SpanRow<'a> {
    okep: &'a OkepStory,
    findings: Vec<&'a FindingStory>,
    /// Where its row begins.
    top: f64,
}

pub fn figure(story: &Story, scale: &Scale, ids: &Ids) -> Markup {
    html! {
        figure {
            figcaption #lives-h { "The life of each OKEP, and of each finding in it" }
            (scroll("lives-h", picture(story, scale)))
            (legend())
            p.remark {
                "The same as tables: " a href="#okeps" { "OKEPs" } " and " a href="#findings" { "findings" } "."
                @if ids.okeps.is_empty() { " There is no OKEP." }
            }
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
            }, "in no menu until registered"))
            (key(html! { path.lane.error d="M2 7H32" {} path.open.error d="M32 3 38 7 32 11Z" {} }, "error, still open"))
            (key(html! { path.lane.warning d="M2 7H34" {} circle.fixed cx="34" cy="7" r="4" {} }, "warning, mended"))
            (key(html! { path.lane.hint d="M2 7H38" {} }, "hint"))
            (key(html! { path.removed_paths d="M14 1 26 13M26 1 14 13" {} }, "removed"))
        }
    }
}

fn lives(story: &Story) -> Vec<SpanRow<'_>> {
    let mut top = TOP;
    let mut lives = Vec::new();
    for okep in &story.okeps {
        let about = |f: &&FindingStory| match (okep.number, f.number) {
            (Some(number), Some(of)) => number == of,
            _ => f.path == okep.path,
        };
        let mut findings: Vec<&FindingStory> = story.findings.iter().filter(about).collect();
        findings.sort_by_key(|f| (f.severity, f.introduced.as_ref().map(|m| &m.landed.date), f.rule));
        let lanes = findings.len().min(MOST_LANES);
        lives.push(SpanRow { okep, findings, top });
        top += LABEL + BAR + 4.0 + lanes as f64 * LANE + GAP;
    }
    lives
}

/// How an OKEP is called where there is little room.
pub fn name(okep: &OkepStory) -> String {
    okep.number.map_or_else(|| file_name(&okep.path), |n| format!("OKEP-{n:04}"))
}

fn picture(story: &Story, scale: &Scale) -> Markup {
    let lives = lives(story);
    let bottom = lives.last().map_or(TOP, |life| {
        life.top + LABEL + BAR + 4.0 + life.findings.len().min(MOST_LANES) as f64 * LANE + GAP
    });
    html! {
        svg.picture viewBox={ "0 0 " (WIDTH) " " (n(bottom + 28.0)) } role="img" aria-labelledby="lives-t lives-d" {
            title #lives-t { "The lives of the OKEPs" }
            desc #lives-d {
                "A row for each of " (lives.len()) " OKEPs over the same days as above: when it was written, landed and "
                "registered, and under it a line for each finding from the day it came to the day it was mended."
            }
            (scale.marks(TOP, bottom, 18.0))
            @for life in &lives { (row(life, scale)) }
        }
    }
}

fn row(life: &SpanRow, scale: &Scale) -> Markup {
    let okep = life.okep;
    let landed = scale.x(okep.landed.as_ref().map_or("", |l| &l.date));
    let end = okep.deleted.as_ref().map_or(scale.end(), |d| scale.x(&d.date));
    let written = okep.written.as_ref().map(|w| scale.x(&w.date)).filter(|x| *x < landed);
    let bar = life.top + LABEL;
    let middle = bar + BAR / 2.0;
    let unlisted = okep.days_unregistered.is_some_and(|days| days > 0).then(|| {
        let until = okep.registered.as_ref().map_or(end, |r| scale.x(&r.at.date));
        (until, okep.registered.is_some())
    });
    let title = okep.title.as_deref().unwrap_or_default();
    let title = if width(title) > TITLE { format!("{}…", prefix(title, TITLE)) } else { title.to_owned() };
    html! {
        line.row x1="0" x2=(WIDTH) y1=(n(life.top - GAP / 2.0 + 2.0)) y2=(n(life.top - GAP / 2.0 + 2.0)) {}
        text.label x="4" y=(n(life.top + 13.0)) {
            tspan.number { (name(okep)) } " " (escape_control(&title))
        }
        @if let Some(x) = written {
            path.before d={ "M" (n(x)) " " (n(middle)) "H" (n(landed)) } {}
            circle.written cx=(n(x)) cy=(n(middle)) r="4" { (described("written", okep.written.as_ref().map(|w| w.date.as_str()))) }
        }
        rect.life x=(n(landed)) y=(n(bar)) width=(n((end - landed).max(2.0))) height=(BAR) {
            (described("landed", okep.landed.as_ref().map(|l| l.date.as_str())))
        }
        @if let Some((until, registered)) = unlisted {
            rect.unlisted x=(n(landed)) y=(n(bar)) width=(n((until - landed).max(2.0))) height=(BAR) fill="url(#hatch-unlisted)" {
                title { "in no menu for " (okep.days_unregistered.unwrap_or_default()) " days" }
            }
            @if registered {
                path.registered d={ "M" (n(until)) " " (n(middle - 7.0)) "l7 7-7 7-7-7Z" } {
                    (described("registered", okep.registered.as_ref().map(|r| r.at.date.as_str())))
                }
            }
        }
        @if okep.landed.is_some() {
            path.landing d={ "M" (n(landed)) " " (n(middle - 7.0)) "l6 13h-12Z" } {
                (described("landed", okep.landed.as_ref().map(|l| l.date.as_str())))
            }
        }
        @if let Some(deleted) = &okep.deleted {
            path.removed_paths d={ "M" (n(end - 5.0)) " " (n(middle - 5.0)) "l10 10m0-10-10 10" } { (described("removed", Some(&deleted.date))) }
        }
        @for (i, finding) in life.findings.iter().take(MOST_LANES).enumerate() {
            (lane(finding, bar + BAR + 8.0 + i as f64 * LANE, end, scale))
        }
    }
}

fn described(what: &str, day: Option<&str>) -> Markup {
    html! { title { (what) " " (escape_control(day.unwrap_or("before the history that is here"))) } }
}

fn lane(finding: &FindingStory, y: f64, end: f64, scale: &Scale) -> Markup {
    let from = scale.x(finding.introduced.as_ref().map_or("", |m| &m.landed.date));
    let to = finding.fixed.as_ref().map_or(end, |m| scale.x(&m.landed.date));
    let severity = finding.severity.as_str();
    let since = finding.introduced.as_ref().map_or("before", |m| m.landed.date.as_str());
    let until = finding.fixed.as_ref().map_or("open", |m| m.landed.date.as_str());
    html! {
        g {
            title {
                (severity) " " (finding.rule) " " (escape_control(&finding.subject)) ": " (escape_control(since)) " to " (escape_control(until))
            }
            path class={ "lane " (severity) } d={ "M" (n(from)) " " (n(y)) "H" (n(to.max(from + 2.0))) } {}
            @if finding.fixed.is_some() {
                circle.fixed cx=(n(to)) cy=(n(y)) r="3.2" {}
            } @else {
                path class={ "open " (severity) } d={ "M" (n(to.clamp(LEFT, RIGHT))) " " (n(y - 3.2)) "l6 3.2-6 3.2Z" } {}
            }
        }
    }
}
