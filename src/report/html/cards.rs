//! What is open, one by one: what to do, the source lines, and the change that would do it.

use super::HtmlPage;
use super::ids::{Ids, Open};
use super::text::{commit, escape_control, file_name, outside, place, prose};
use crate::fix::apply::apply;
use crate::history::head_audit::Tip;
use crate::history::report::OkepStory;
use crate::okep::forge::Forge;
use crate::report::{diff, prefix, quotable};
use crate::rules::finding::{Finding, Fix, Safety};
use maud::{Markup, html};

/// Lines around a place.
const AROUND: usize = 1;
/// Of a longer span only the beginning is quoted.
const MOST_LINES: usize = 8;
/// Of a longer patch only the beginning is shown.
const MOST_OF_PATCH: usize = 80;
/// Columns of a line.
const MOST_COLUMNS: usize = 400;

pub fn section(page: &HtmlPage, ids: &Ids) -> Markup {
    let of = |okep: Option<usize>| ids.open.iter().filter(move |o| o.okep == okep);
    html! {
        section #details aria-labelledby="details-h" {
            h2 #details-h { "What to mend" }
            @if ids.open.iter().any(|open| open.finding.is_some()) {
                p.unfold hidden {
                    button type="button" value="open" { "Show all lines and changes" }
                    button type="button" value="" { "Hide them" }
                }
            }
            @for (at, okep) in page.story.okeps.iter().enumerate() {
                (self::okep(page, okep, &ids.okeps[at], &of(Some(at)).collect::<Vec<_>>()))
            }
            @let rest: Vec<&Open> = of(None).collect();
            @if !rest.is_empty() {
                section.okep aria-labelledby="elsewhere-h" {
                    h3 #elsewhere-h { "About no single OKEP" }
                    @for open in rest { (card(page, open)) }
                }
            }
        }
    }
}

fn okep(page: &HtmlPage, okep: &OkepStory, id: &str, open: &[&Open]) -> Markup {
    let forge = page.tip.and_then(|tip| tip.forge.as_ref());
    let path = page
        .tip
        .filter(|_| okep.deleted.is_none())
        .and_then(|tip| Some(forge?.file(&tip.commit, &okep.path, None)));
    html! {
        section.okep id=(id) aria-labelledby={ (id) "-h" } tabindex="-1" {
            h3 id={ (id) "-h" } {
                (super::spans::name(okep))
                @if let Some(title) = &okep.title { " " span.title { (escape_control(title)) } }
            }
            p.meta {
                (outside(path, html! { code { (escape_control(&okep.path)) } }))
                @if let Some(at) = &okep.landed { ", landed " (place(forge, at)) }
                @if let Some(written) = &okep.written { ", by " (escape_control(&written.author)) }
                @if let Some(number) = okep.number { ", " (outside(forge.map(|f| f.issue(number)), html! { "issue " (number) })) }
                @if let Some(at) = &okep.deleted { ", removed " (place(forge, at)) }
            }
            @if open.is_empty() { p.nothing { "Nothing is open." } }
            @for open in open { (card(page, open)) }
        }
    }
}

fn card(page: &HtmlPage, open: &Open) -> Markup {
    let (rule, subject, severity) = match (open.finding, open.story) {
        (Some(f), _) => (f.rule, &f.subject, f.severity),
        (None, Some(s)) => (s.rule, &s.subject, s.severity),
        (None, None) => return html! {},
    };
    let forge = page.tip.and_then(|tip| tip.forge.as_ref());
    let id = &open.anchor;
    html! {
        article class={ "card " (severity.as_str()) } id=(id) aria-labelledby={ (id) "-h" } tabindex="-1" {
            h4 id={ (id) "-h" } {
                span class={ "chip " (severity.as_str()) } { (severity.as_str()) } " "
                code { (rule) }
                @if !subject.is_empty() { " " span.subject { (escape_control(subject)) } }
            }
            @if let Some(finding) = open.finding {
                p { (prose(&finding.message)) }
                @if !finding.help.is_empty() { ul.help { @for line in &finding.help { li { (prose(line)) } } } }
            }
            p.meta { (history(open, forge)) }
            @if let (Some(finding), Some(tip)) = (open.finding, page.tip) { (evidence(finding, tip)) }
        }
    }
}

/// Source lines and proposed change; open, so that they are there without the script, which folds them.
fn evidence(finding: &Finding, tip: &Tip) -> Markup {
    let fix = finding.fix.as_ref();
    let safety = |safety| match safety {
        Safety::Safe => "safe",
        Safety::Suggested => "suggested",
    };
    html! {
        @if fix.is_none() && finding.place.is_none() {
            p.remark { "No change is proposed: this wants a hand." }
        } @else {
            details.evidence open {
                summary {
                    @match fix {
                        Some(fix) => { "Proposed, " (safety(fix.safety)) ": " (prose(&fix.title)) },
                        None => "Source lines; no change is proposed: this wants a hand",
                    }
                }
                div class=[(fix.is_some() && finding.place.is_some()).then_some("both")] {
                    @if finding.place.is_some() { div { (source(finding, tip)) } }
                    @if let Some(fix) = fix { (proposal(fix, tip)) }
                }
            }
        }
    }
}

fn history(open: &Open, forge: Option<&Forge>) -> Markup {
    html! {
        @match open.story.map(|s| (&s.introduced, s.age_days)) {
            Some((Some(came), days)) => {
                "Since " time { (escape_control(&came.landed.date)) }
                @if let Some(days) = days { ", " (days) " days" }
                ", brought by " (escape_control(&came.author)) " in " (commit(forge, &came.written))
                @if let Some(number) = came.landed.pull_request { " (" (super::text::pull_request(forge, number)) ")" }
                "."
            },
            Some((None, _)) => "Since before the history that is here.",
            None => "",
        }
        @if let Some(revision) = open.finding.and_then(|f| f.grandfathered.as_ref()) {
            " Excused: the template gained this on " (escape_control(&revision.date)) " (" (commit(forge, &revision.commit)) "), after the OKEP landed."
        }
    }
}

/// The lines a finding is about, with a line around them.
fn source(finding: &Finding, tip: &Tip) -> Markup {
    let related = finding.related.iter().map(|r| (r.path.as_str(), r.place.as_ref(), Some(&r.message)));
    let own = (finding.path.as_str(), finding.place.as_ref(), None);
    html! {
        @for (path, place, message) in std::iter::once(own).chain(related.take(5)) {
            @if let (Some(place), Some(text)) = (place, tip.snapshot.text(path)) {
                @let last = place.end_line.max(place.line).min(place.line + MOST_LINES - 1);
                @let from = place.line.saturating_sub(AROUND).max(1);
                @let to = (last + AROUND).min(text.line_count());
                figure.source {
                    figcaption {
                        (outside(tip.forge.as_ref().map(|f| f.file(&tip.commit, path, Some(place.line))),
                            html! { (file_name(path)) ":" (place.line) }))
                        @if let Some(message) = message { ": " (prose(message)) }
                    }
                    pre tabindex="0" {
                        @for line in from..=to {
                            span class=[(place.line..=last).contains(&line).then_some("here")] {
                                span.line { (format!("{line:>4} ")) } (cut(text.line(line))) "\n"
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What a fix would change, as a unified diff; none where it does not fit the tree.
fn patch(fix: &Fix, tip: &Tip) -> Option<String> {
    let after = apply(&tip.tree, &[fix]).ok()?;
    let patch = diff::between(&tip.tree, &after, &fix.renames);
    Some(String::from_utf8_lossy(&patch).into_owned())
}

fn proposal(fix: &Fix, tip: &Tip) -> Markup {
    let patch = patch(fix, tip).unwrap_or_default();
    let lines: Vec<&str> =
        patch.lines().filter(|l| !l.starts_with("diff --git ") && !l.starts_with("index ")).collect();
    html! {
        figure.source {
            figcaption { "The change, as " code { "okep check --diff" } " has it" }
            pre.diff tabindex="0" {
                @for line in lines.iter().take(MOST_OF_PATCH) {
                    @let class = match line.as_bytes() {
                        [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => "file",
                        [b'+', ..] => "added",
                        [b'-', ..] => "removed",
                        [b' ', ..] => "same",
                        _ => "file",
                    };
                    span class=(class) { (cut(line.trim_end_matches(['\r', '\t']))) "\n" }
                }
                @if lines.len() > MOST_OF_PATCH {
                    span.file { "… " (lines.len() - MOST_OF_PATCH) " lines more: okep check --diff=all\n" }
                }
            }
        }
    }
}

fn cut(line: &str) -> String {
    let line = quotable(line);
    let start = prefix(&line, MOST_COLUMNS);
    if start.len() < line.len() { format!("{start}…") } else { line }
}
