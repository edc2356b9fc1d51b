//! What a reader wants to know first: how many OKEPs conform, what is open, and what to fix next.

use super::HtmlPage;
use super::curve::{open_on, steps};
use super::ids::{Ids, Open};
use super::scale::days_before;
use super::text::{commit, count, escape_control, name, prose};
use crate::audit::report::Counts;
use crate::fix::plan::is_excused;
use crate::rules::finding::{Safety, Severity};
use maud::{Markup, html};

/// The past that today is compared with, in days.
const BEFORE: i32 = 90;
/// Findings that are listed as the next to fix.
const NEXT: usize = 15;

pub fn where_and_when(page: &HtmlPage) -> Markup {
    let walk = &page.story.walk;
    html! {
        p.lead {
            @if let Some((first, last)) = &walk.days {
                "As of " time { (escape_control(last)) }
                @if let Some(tip) = walk.tips.first() { " at " (commit(page, tip)) }
                ": " (count(walk.commits, "commit")) " checked, " (walk.line) " of them on the first-parent line since "
                time { (escape_control(first)) } "."
            } @else { "There is no commit yet." }
            @if walk.shallow {
                strong { " This is a shallow clone" } ": what happened before its first commit is unknown. "
                code { "git fetch --unshallow" } " fetches the rest."
            }
            @if page.narrowed { " Only what was asked for is shown; the sections show everything that is open." }
        }
    }
}

pub fn at_a_glance(page: &HtmlPage) -> Markup {
    let story = page.story;
    let alive = || story.okeps.iter().filter(|o| o.deleted.is_none());
    let conform = alive().filter(|o| o.now.errors == 0).count();
    let clean = alive().filter(|o| o.now.total() == 0).count();
    let (fixed, found): (Vec<_>, Vec<_>) = story.findings.iter().partition(|f| f.fixed.is_some());
    let fixed = fixed.iter().filter(|f| !f.is_excused()).count();
    let mut open = Counts::default();
    found.iter().for_each(|f| open.add(f.severity));
    let later = found.iter().filter(|f| f.is_excused()).count();
    html! {
        ul.tiles {
            li.tile {
                strong { (conform) " of " (alive().count()) }
                span { "OKEPs without errors; " (clean) " without any finding" }
            }
            @for (severity, n) in open.by_severity() {
                li class={ "tile " (severity.as_str()) } {
                    strong { (n) }
                    span {
                        (severity.as_str()) @if n != 1 { "s" } " open"
                        @if severity == Severity::Hint { ", " (later) " for later templates" }
                    }
                }
            }
            li.tile.good { strong { (fixed) } span { "fixed so far" } }
        }
        p { (direction(page, open)) }
    }
}

/// Whether it is getting better.
fn direction(page: &HtmlPage, open: Counts) -> Markup {
    let Some((first, last)) = &page.story.walk.days else { return html! {} };
    let Some(day) = days_before(last, BEFORE).filter(|day| day >= first) else { return html! {} };
    let then = open_on(&steps(page.story), &day);
    let (was, is) = (then.errors + then.warnings, open.errors + open.warnings);
    let landed = page.story.okeps.iter().filter_map(|o| o.landed.as_ref()).filter(|l| l.date > day).count();
    html! {
        "Errors and warnings open: " (was) " on " (escape_control(&day)) ", " (is) " now: "
        strong { @match is.cmp(&was) {
            std::cmp::Ordering::Less => { (was - is) " fewer" },
            std::cmp::Ordering::Equal => "no change",
            std::cmp::Ordering::Greater => { (is - was) " more" },
        } }
        ", while " (count(landed, "OKEP")) " landed in those " (BEFORE) " days."
    }
}

/// The worst of what is open, and the commands that fix what can be fixed.
pub fn next(page: &HtmlPage, ids: &Ids) -> Markup {
    let mut open: Vec<&Open> = ids.open.iter().collect();
    open.sort_by_key(|open| open.severity);
    let fixes = |safety: Option<Safety>| {
        let fix = |open: &&Open| open.finding.and_then(|f| f.fix.as_ref()).map(|fix| fix.safety) == safety;
        ids.open.iter().filter(|open| !open.finding.is_some_and(is_excused)).filter(fix).count()
    };
    let (safe, suggested, manual) = (fixes(Some(Safety::Safe)), fixes(Some(Safety::Suggested)), fixes(None));
    html! {
        @if open.is_empty() { p.nothing { "Nothing is open." } } @else {
            @if page.tip.is_some() {
                ul.commands {
                    @if safe > 0 { li { code { "okep check --fix" } " writes " (count(safe, "safe fix")) "." } }
                    @if suggested > 0 { li { code { "okep check --diff=all" } " shows " (suggested) " more, which change the text." } }
                    @if manual > 0 { li { (manual) " need manual work." } }
                }
            }
            ol.next {
                @for Open { anchor, rule, severity, subject, finding, okep, .. } in open.iter().take(NEXT) {
                    li {
                        span class={ "chip " (severity) } { (severity) } " "
                        @if let Some(okep) = okep { strong { (name(&page.story.okeps[*okep])) } " " }
                        a href={ "#" (anchor) } {
                            @match finding {
                                Some(finding) => (prose(&finding.message)),
                                None => { code { (rule) } " " (escape_control(subject)) },
                            }
                        }
                    }
                }
            }
            p.remark {
                @if open.len() > NEXT { (open.len() - NEXT) " more are open; " } a href="#details" { "Open findings" }
                " has each with its lines and the proposed change."
            }
        }
    }
}
