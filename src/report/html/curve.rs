//! The picture of what was open when: a stack of errors, warnings and hints, and what landed.

use super::scale::{END, Scale, at, percent};
use super::text::{self, count, escape_control, name};
use crate::audit::report::Counts;
use crate::history::report::Story;
use crate::report::history::change;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Pixels.
const TOP: u32 = 40;
const BOTTOM: u32 = 250;
const HEIGHT: u32 = 290;
/// How each severity is filled, from the worst on, and that in words.
const FILLS: [(Option<&str>, &str); 3] =
    [(None, "full"), (Some("url(#hatch-warning)"), "hatched"), (Some("url(#dots-hint)"), "dotted")];

/// What is open from each day on that changes it, in order; the empty day is before history begins.
pub fn steps(story: &Story) -> BTreeMap<&str, Counts> {
    let mut changes: BTreeMap<&str, [i64; 3]> = BTreeMap::new();
    for finding in &story.findings {
        let at = finding.severity as usize;
        let introduced = finding.introduced.as_ref().map_or("", |m| m.landed.date.as_str());
        changes.entry(introduced).or_default()[at] += 1;
        if let Some(fixed) = &finding.fixed {
            changes.entry(&fixed.landed.date).or_default()[at] -= 1;
        }
    }
    let mut open = [0i64; 3];
    let step = |(day, change): (_, [i64; 3])| {
        (0..3).for_each(|i| open[i] += change[i]);
        let [errors, warnings, hints] = open.map(|n| n.max(0) as usize);
        (day, Counts { errors, warnings, hints })
    };
    changes.into_iter().map(step).collect()
}

/// What was open at the end of a day.
pub fn open_on(steps: &BTreeMap<&str, Counts>, day: &str) -> Counts {
    steps.range(..=day).next_back().map(|(_, counts)| *counts).unwrap_or_default()
}

pub fn figure(story: &Story, scale: &Scale) -> Markup {
    let steps = steps(story);
    let now = steps.values().last().copied().unwrap_or_default();
    html! {
        figure {
            figcaption { "Open findings on the first-parent line, by severity" }
            (picture(story, scale, &steps, now))
            (legend(now))
            details {
                summary { "The same as a table" }
                (self::table(story, &steps))
            }
        }
    }
}

fn legend(now: Counts) -> Markup {
    let key = |drawing: Markup, words: &str| {
        html! { li { svg.key viewBox="0 0 22 14" aria-hidden="true" focusable="false" { (drawing) } (words) } }
    };
    let area = |severity: &str, fill: Option<&str>| {
        html! { rect class={ "area " (severity) } x="1" y="1" width="20" height="12" fill=[fill] {} }
    };
    html! {
        ul.legend aria-label="Legend" {
            @for ((severity, n), (fill, how)) in now.by_severity().into_iter().zip(FILLS) {
                (key(area(severity.as_str(), fill), &format!("{} now, {how}", count(n, severity.as_str()))))
            }
            (key(html! { path.landing d="M11 2 16 12 6 12Z" {} }, "an OKEP landed"))
            (key(html! { path.revision d="M11 0V14" {} }, "T1, T2, …: a revision of the template"))
        }
    }
}

/// Fills that differ by more than colour; the page has them once.
fn fills() -> Markup {
    html! {
        defs {
            pattern #hatch-warning width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                rect.tint.warning width="7" height="7" {}
                path.ink.warning d="M0 0V7" {}
            }
            pattern #dots-hint width="7" height="7" patternUnits="userSpaceOnUse" {
                rect.tint.hint width="7" height="7" {}
                circle.ink.hint cx="3.5" cy="3.5" r="1.3" {}
            }
            pattern #hatch-unlisted width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)" {
                path.ink.unlisted d="M0 0V6" {}
            }
        }
    }
}

fn picture(story: &Story, scale: &Scale, steps: &BTreeMap<&str, Counts>, now: Counts) -> Markup {
    let most = steps.values().map(Counts::total).max().unwrap_or(0).max(4);
    let step = step(most);
    let ceiling = most.div_ceil(step) * step;
    let height = |count: usize| count as f64 / ceiling as f64 * f64::from(BOTTOM - TOP);
    let y = |count: usize| format!("{:.1}", f64::from(BOTTOM) - height(count));
    let starts = steps.keys().map(|day| scale.x(day));
    let ends = starts.clone().skip(1).chain([END]);
    let day = story.walk.days.as_ref().map_or("the last day", |(_, last)| last.as_str());
    html! {
        svg.plot height=(HEIGHT) role="img" aria-labelledby="curve-t curve-d" {
            title #curve-t { "Open findings over time" }
            desc #curve-d {
                "A stack of three areas over the days. On " (escape_control(day)) " there are " (count(now.errors, "error")) ", "
                (count(now.warnings, "warning")) " and " (count(now.hints, "hint")) " open. The table below has every step."
            }
            (fills())
            (scale.lines(TOP, BOTTOM))
            @for ((from, to), counts) in starts.clone().zip(ends).zip(steps.values()) {
                @for (at, (severity, own)) in counts.by_severity().into_iter().enumerate() {
                    @let below = [0, counts.errors, counts.errors + counts.warnings][at];
                    @if own > 0 && to > from {
                        rect class={ "area " (severity.as_str()) } fill=[FILLS[at].0] x=(percent(from)) width=(percent(to - from))
                            y=(y(below + own)) height=(format!("{:.1}", height(own))) {}
                    }
                }
            }
            @for n in (0..=ceiling).step_by(step) {
                line.grid x1="0" x2="100%" y1=(y(n)) y2=(y(n)) {}
                text.tick x="0" y=(y(n)) dy="-3" { (n) }
            }
            (scale.labels(BOTTOM + 32))
            (revisions(story, scale))
            @for okep in &story.okeps {
                @if let Some(landed) = &okep.landed {
                    (at(scale.x(&landed.date), BOTTOM + 2, html! {
                        path.landing d="M0 0l5 11h-10Z" { title { (name(okep)) " landed " (escape_control(&landed.date)) } }
                    }))
                }
            }
        }
    }
}

/// The distance between two lines: one, two or five of a power of ten.
fn step(most: usize) -> usize {
    let steps = (0..9).flat_map(|power| [1, 2, 5].map(|n| n * 10usize.pow(power)));
    steps.into_iter().find(|step| most / step <= 6).unwrap_or(most)
}

/// A flag for each revision of the template; one that would cover the one before is lower.
fn revisions(story: &Story, scale: &Scale) -> Markup {
    let xs: Vec<f64> = story.templates.iter().map(|template| scale.x(&template.at.date)).collect();
    let is_low = |nth: usize| nth % 2 == 1 && xs[nth] - xs[nth - 1] < 6.0;
    html! {
        @for (nth, template) in story.templates.iter().enumerate() {
            @let before = if scale.is_before(&template.at.date) { "←" } else { "" };
            (at(xs[nth], 0, html! {
                title { "T" (nth + 1) ", " (escape_control(&template.at.date)) ": " (escape_control(&change(template))) }
                path.revision d={ "M0 " (if is_low(nth) { 34 } else { 20 }) "V" (BOTTOM) } {}
                text.flag y=(if is_low(nth) { 30 } else { 16 }) text-anchor="middle" { (before) "T" (nth + 1) }
            }))
        }
    }
}

fn table(story: &Story, steps: &BTreeMap<&str, Counts>) -> Markup {
    let mut days: BTreeMap<&str, Vec<String>> = steps.keys().map(|day| (*day, Vec::new())).collect();
    for (okep, landed) in story.okeps.iter().filter_map(|okep| Some((okep, okep.landed.as_ref()?))) {
        days.entry(&landed.date).or_default().push(format!("{} landed", name(okep)));
    }
    for (nth, template) in story.templates.iter().enumerate() {
        days.entry(&template.at.date).or_default().push(format!("template T{}", nth + 1));
    }
    let rows = html! {
        @for (day, what) in &days {
            @let counts = open_on(steps, day);
            tr {
                th scope="row" { @if day.is_empty() { "before" } @else { (escape_control(day)) } }
                td.number { (counts.errors) } td.number { (counts.warnings) } td.number { (counts.hints) }
                td { (what.join(", ")) }
            }
        }
    };
    let caption = ("steps-h", "Open findings after each day that changed something");
    let columns = ["Day", "Errors", "Warnings", "Hints", "What happened"];
    text::table(None, None, caption, &columns, &columns[1..4], rows)
}
