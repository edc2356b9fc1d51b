//! What a reader wants to know first: how many conform, what is open, who can mend it, and which way it goes.

use super::HtmlPage;
use super::curve::{open_on, steps};
use super::ids::Ids;
use super::scale::days_before;
use super::text::{commit, escape_control};
use crate::audit::report::Counts;
use crate::report::count;
use crate::rules::finding::{Safety, Severity};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// How far back it is looked to say which way it goes, in days.
const BEFORE: i32 = 90;

pub fn where_and_when(page: &HtmlPage) -> Markup {
    let walk = &page.story.walk;
    let forge = page.tip.and_then(|tip| tip.forge.as_ref());
    html! {
        p.lead {
            @if let Some((first, last)) = &walk.days {
                "As of " time { (escape_control(last)) }
                @if let Some(tip) = walk.tips.first() { " at " (commit(forge, tip)) }
                ": " (count(walk.commits, "commit")) " audited, " (walk.line) " of them on the first-parent line since "
                time { (escape_control(first)) } "."
            } @else { "There is no commit yet." }
            @if walk.shallow {
                strong { " The clone is shallow" } ": what stood where its history ends came nobody knows when, so that \
                    what landed, was mended or is excused before that is not known. "
                code { "git fetch --unshallow" } " brings the rest."
            }
            @if page.narrowed { " Only what was asked for is shown; the sections tell of all that is open." }
        }
    }
}

pub fn at_a_glance(page: &HtmlPage, ids: &Ids) -> Markup {
    let story = page.story;
    let alive = || story.okeps.iter().filter(|o| o.deleted.is_none());
    let conform = alive().filter(|o| o.now.errors == 0).count();
    let clean = alive().filter(|o| o.now.total() == 0).count();
    let mut open = Counts::default();
    story.findings.iter().filter(|f| f.fixed.is_none()).for_each(|f| open.add(f.severity));
    let fixed = story.findings.iter().filter(|f| f.fixed.is_some()).count();
    html! {
        section #glance aria-labelledby="glance-h" {
            h2 #glance-h { "At a glance" }
            ul.tiles {
                li.tile {
                    strong { (conform) " of " (alive().count()) }
                    span { "OKEPs have no error; " (clean) " of them nothing at all" }
                }
                @for (severity, n) in [
                    (Severity::Error, open.errors), (Severity::Warning, open.warnings), (Severity::Hint, open.hints)
                ] {
                    li class={ "tile " (severity.as_str()) } {
                        strong { (n) }
                        span { (noun(severity, n)) " open" @if severity == Severity::Hint { ", " (younger(page)) " for what a template asked later" } }
                    }
                }
                li.tile.good { strong { (fixed) } span { "mended so far" } }
            }
            p { (direction(page, open)) }
            p { (remedies(page, ids)) }
            (people(page))
        }
    }
}

fn noun(severity: Severity, n: usize) -> &'static str {
    match (severity, n) {
        (Severity::Error, 1) => "error",
        (Severity::Error, _) => "errors",
        (Severity::Warning, 1) => "warning",
        (Severity::Warning, _) => "warnings",
        (Severity::Hint, 1) => "hint",
        (Severity::Hint, _) => "hints",
    }
}

fn younger(page: &HtmlPage) -> usize {
    let younger = |f: &&crate::history::report::FindingStory| {
        f.cause == crate::history::report::FindingCause::Template
            && f.fixed.is_none()
            && f.severity == Severity::Hint
    };
    page.story.findings.iter().filter(younger).count()
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
            std::cmp::Ordering::Less => { "better by " (was - is) },
            std::cmp::Ordering::Equal => { "no change" },
            std::cmp::Ordering::Greater => { "worse by " (is - was) },
        } }
        ", while " (count(landed, "OKEP")) " landed in those " (BEFORE) " days."
    }
}

fn remedies(page: &HtmlPage, ids: &Ids) -> Markup {
    let mut by: BTreeMap<Option<Safety>, usize> = BTreeMap::new();
    for open in &ids.open {
        let fix = open.finding.and_then(|f| f.fix.as_ref());
        *by.entry(fix.map(|f| f.safety)).or_default() += 1;
    }
    let of = |safety| by.get(&safety).copied().unwrap_or(0);
    let (safe, suggested, hand) = (of(Some(Safety::Safe)), of(Some(Safety::Suggested)), of(None));
    html! {
        @if page.tip.is_some() && !ids.open.is_empty() {
            "Of what is open, " code { "okep check --fix" } " mends " (safe) ", "
            code { "--fix=all" } " " (suggested) " more; " (hand) " want a hand. "
            a href="#details" { "What to mend" } " shows each with its lines and the proposed change."
        }
    }
}

/// Who wrote what is open, and so can mend it.
fn people(page: &HtmlPage) -> Markup {
    let mut people: BTreeMap<&str, (Counts, usize)> = BTreeMap::new();
    for finding in &page.story.findings {
        if let (None, Some(by)) = (&finding.fixed, &finding.introduced) {
            people.entry(&by.author).or_default().0.add(finding.severity);
        }
        if let Some(by) = &finding.fixed {
            people.entry(&by.author).or_default().1 += 1;
        }
    }
    let mut people: Vec<_> = people.into_iter().collect();
    people.sort_by_key(|(name, (open, _))| (std::cmp::Reverse(open.total()), *name));
    html! {
        @if !people.is_empty() {
            div.scroll.people role="region" aria-labelledby="people-h" tabindex="0" {
                table.sortable {
                    caption #people-h { "Who brought what is open, and who mended" }
                    thead {
                        tr {
                            th scope="col" { "Author" } th.number scope="col" { "Errors" }
                            th.number scope="col" { "Warnings" } th.number scope="col" { "Hints" }
                            th.number scope="col" { "Mended" }
                        }
                    }
                    tbody {
                        @for (name, (open, fixed)) in people {
                            tr {
                                th scope="row" { (escape_control(name)) }
                                td.number { (open.errors) } td.number { (open.warnings) } td.number { (open.hints) }
                                td.number { (fixed) }
                            }
                        }
                    }
                }
            }
        }
    }
}
