//! The picture of what was open when: a stack of errors, warnings and hints, and what landed.

use super::scale::{LEFT, RIGHT, Scale, WIDTH, n};
use super::tables::scroll;
use super::text::escape_control;
use crate::audit::report::Counts;
use crate::history::report::Story;
use crate::rules::finding::Severity;
use maud::{Markup, html};
use std::collections::BTreeMap;

const TOP: f64 = 44.0;
const BOTTOM: f64 = 284.0;
const HEIGHT: f64 = 334.0;
const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Hint];

/// What is open from each day on that changes it, in order.
pub fn steps(story: &Story) -> Vec<(String, Counts)> {
    let mut changes: BTreeMap<&str, [i64; 3]> = BTreeMap::new();
    for finding in &story.findings {
        let at = finding.severity as usize;
        let came = finding.introduced.as_ref().map_or("", |m| m.landed.date.as_str());
        changes.entry(came).or_default()[at] += 1;
        if let Some(fixed) = &finding.fixed {
            changes.entry(&fixed.landed.date).or_default()[at] -= 1;
        }
    }
    let mut open = [0i64; 3];
    let mut steps = Vec::new();
    for (day, change) in changes {
        (0..3).for_each(|i| open[i] += change[i]);
        let [errors, warnings, hints] = open.map(|n| n.max(0) as usize);
        steps.push((day.to_owned(), Counts { errors, warnings, hints }));
    }
    steps
}

/// What was open at the end of a day.
pub fn open_on(steps: &[(String, Counts)], day: &str) -> Counts {
    steps.iter().rev().find(|(at, _)| at.as_str() <= day).map(|(_, c)| *c).unwrap_or_default()
}

pub fn figure(story: &Story, scale: &Scale) -> Markup {
    let steps = steps(story);
    let now = steps.last().map(|(_, c)| *c).unwrap_or_default();
    html! {
        figure {
            figcaption #curve-h { "Findings open on the first-parent line, by severity" }
            (scroll("curve-h", picture(story, scale, &steps, now)))
            (legend())
            details {
                summary { "The same as a table" }
                (table(story, &steps))
            }
        }
    }
}

fn legend() -> Markup {
    let key = |class: &str, fill: &str, words: &str| {
        html! {
            li {
                svg.key viewBox="0 0 22 14" aria-hidden="true" focusable="false" {
                    rect class=(class) x="1" y="1" width="20" height="12" fill=[(!fill.is_empty()).then_some(fill)] {}
                }
                (words)
            }
        }
    };
    html! {
        ul.legend aria-label="Legend" {
            (key("area error", "", "errors: full"))
            (key("area warning", "url(#hatch-warning)", "warnings: hatched"))
            (key("area hint", "url(#dots-hint)", "hints: dotted"))
            li { svg.key viewBox="0 0 22 14" aria-hidden="true" focusable="false" { path.landing d="M11 2 16 12 6 12Z" {} } "an OKEP landed" }
            li { svg.key viewBox="0 0 22 14" aria-hidden="true" focusable="false" { path.revision d="M11 0V14" {} } "T1, T2, …: a revision of the template" }
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

fn picture(story: &Story, scale: &Scale, steps: &[(String, Counts)], now: Counts) -> Markup {
    let most = steps.iter().map(|(_, c)| c.total()).max().unwrap_or(0).max(4);
    let step = step(most);
    let ceiling = most.div_ceil(step) * step;
    let y = |count: usize| BOTTOM - count as f64 / ceiling as f64 * (BOTTOM - TOP);
    let day = story.walk.days.as_ref().map_or("the end", |(_, last)| last.as_str());
    html! {
        svg.picture viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-labelledby="curve-t curve-d" {
            title #curve-t { "Open findings over time" }
            desc #curve-d {
                "A stack of three areas over the days. On " (escape_control(day)) " there are " (now.errors) " errors, "
                (now.warnings) " warnings and " (now.hints) " hints open. "
                "The table below has every step."
            }
            (fills())
            (scale.marks(TOP, BOTTOM, 32.0))
            @for count in (0..=ceiling).step_by(step) {
                line.grid x1=(LEFT) x2=(RIGHT) y1=(n(y(count))) y2=(n(y(count))) {}
                text.tick x=(LEFT - 8.0) y=(n(y(count) + 4.0)) text-anchor="end" { (count) }
            }
            @for (severity, shape) in SEVERITIES.into_iter().zip(areas(scale, steps, &y)) {
                @let fill = match severity {
                    Severity::Error => None,
                    Severity::Warning => Some("url(#hatch-warning)"),
                    Severity::Hint => Some("url(#dots-hint)"),
                };
                path class={ "area " (severity.as_str()) } fill=[fill] d=(shape) {}
            }
            line.axis x1=(LEFT) x2=(RIGHT) y1=(BOTTOM) y2=(BOTTOM) {}
            (ends(now, &y))
            (revisions(story, scale))
            (landings(story, scale))
        }
    }
}

/// The distance between two lines: one, two or five of a power of ten.
fn step(most: usize) -> usize {
    let steps = (0..9).flat_map(|power| [1, 2, 5].map(|n| n * 10usize.pow(power)));
    steps.into_iter().find(|step| most / step <= 6).unwrap_or(most)
}

/// The outlines of the three areas, each standing on the one before.
fn areas(scale: &Scale, steps: &[(String, Counts)], y: &dyn Fn(usize) -> f64) -> [String; 3] {
    let below = |c: &Counts, level: usize| match level {
        0 => 0,
        1 => c.errors,
        2 => c.errors + c.warnings,
        _ => c.total(),
    };
    [0, 1, 2].map(|level| {
        let (mut over, mut under) = (String::new(), Vec::new());
        let mut before: Option<Counts> = None;
        let end = Some((scale.end(), None));
        let points = steps.iter().map(|(day, counts)| (scale.x(day), Some(*counts))).chain(end);
        for (x, counts) in points {
            if let Some(was) = before {
                over.push_str(&format!("L{} {}", n(x), n(y(below(&was, level + 1)))));
                under.push(format!("L{} {}", n(x), n(y(below(&was, level)))));
            }
            if let Some(is) = counts {
                let glyph = if over.is_empty() { "M" } else { "L" };
                over.push_str(&format!("{glyph}{} {}", n(x), n(y(below(&is, level + 1)))));
                under.push(format!("L{} {}", n(x), n(y(below(&is, level)))));
                before = Some(is);
            }
        }
        under.reverse();
        if over.is_empty() { over } else { format!("{over}{}Z", under.concat()) }
    })
}

/// What each area comes to, beside its end, no two labels on one another.
fn ends(now: Counts, y: &dyn Fn(usize) -> f64) -> Markup {
    let bands = [
        (Severity::Error, 0, now.errors),
        (Severity::Warning, now.errors, now.warnings),
        (Severity::Hint, now.errors + now.warnings, now.hints),
    ];
    let mut lowest = BOTTOM + 4.0;
    let placed = bands.into_iter().filter(|band| band.2 > 0).map(|(severity, from, count)| {
        let at = ((y(from) + y(from + count)) / 2.0 + 4.0).min(lowest);
        lowest = at - 16.0;
        (severity, count, at)
    });
    let placed: Vec<(Severity, usize, f64)> = placed.collect();
    html! {
        @for (severity, count, at) in placed {
            text class={ "end " (severity.as_str()) } x=(RIGHT + 8.0) y=(n(at)) {
                (crate::report::count(count, severity.as_str()))
            }
        }
    }
}

fn revisions(story: &Story, scale: &Scale) -> Markup {
    // A flag that would stand on the one before it stands lower.
    let (mut last, mut low) = (f64::MIN, false);
    let placed = story.templates.iter().map(|template| {
        let x = scale.x(&template.at.date);
        low = x - last < 24.0 && !low;
        last = x;
        (template, x, low)
    });
    let placed: Vec<_> = placed.collect();
    html! {
        @for (i, (template, x, low)) in placed.into_iter().enumerate() {
            @let before = if scale.is_before(&template.at.date) { "←" } else { "" };
            g {
                title {
                    "T" (i + 1) ", " (escape_control(&template.at.date)) ": "
                    (escape_control(&crate::report::history::change(template)))
                }
                path.revision d={ "M" (n(x)) " " (if low { 34 } else { 20 }) "V" (BOTTOM) } {}
                text.flag x=(n(x)) y=(if low { 30 } else { 16 }) text-anchor="middle" { (before) "T" (i + 1) }
            }
        }
    }
}

fn landings(story: &Story, scale: &Scale) -> Markup {
    html! {
        @for okep in &story.okeps {
            @if let Some(landed) = &okep.landed {
                @let x = scale.x(&landed.date);
                path.landing d={ "M" (n(x)) " " (BOTTOM + 2.0) "l5 11h-10Z" } {
                    title { (super::spans::name(okep)) " landed " (escape_control(&landed.date)) }
                }
            }
        }
    }
}

fn table(story: &Story, steps: &[(String, Counts)]) -> Markup {
    let happened = |day: &str| -> Vec<String> {
        let landed =
            |o: &&crate::history::report::OkepStory| o.landed.as_ref().is_some_and(|l| l.date == day);
        let landed = story.okeps.iter().filter(landed).map(|o| format!("{} landed", super::spans::name(o)));
        let templates = story.templates.iter().enumerate().filter(|(_, t)| t.at.date == day);
        landed.chain(templates.map(|(i, _)| format!("template T{}", i + 1))).collect()
    };
    let mut days: Vec<&str> = steps.iter().map(|(day, _)| day.as_str()).collect();
    days.extend(story.okeps.iter().filter_map(|o| o.landed.as_ref()).map(|l| l.date.as_str()));
    days.extend(story.templates.iter().map(|t| t.at.date.as_str()));
    days.sort_unstable();
    days.dedup();
    html! {
        div.scroll role="region" aria-labelledby="steps-h" tabindex="0" {
            table {
                caption #steps-h { "Open findings after each day that changed something" }
                thead {
                    tr {
                        th scope="col" { "Day" } th.number scope="col" { "Errors" } th.number scope="col" { "Warnings" }
                        th.number scope="col" { "Hints" } th scope="col" { "What happened" }
                    }
                }
                tbody {
                    @for day in days {
                        @let counts = open_on(steps, day);
                        tr {
                            th scope="row" { @if day.is_empty() { "before" } @else { (escape_control(day)) } }
                            td.number { (counts.errors) } td.number { (counts.warnings) } td.number { (counts.hints) }
                            td { (happened(day).join(", ")) }
                        }
                    }
                }
            }
        }
    }
}
