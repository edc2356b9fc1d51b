//! What is open, one by one: what to do, the source lines, and the change that would do it.

use super::HtmlPage;
use super::ids::{Ids, Open};
use super::text::{
    commit, count, escape_control, file_name, name, outside, place, prefix, prose, transition,
};
use crate::fix::plan::is_excused;
use crate::history::head_audit::Tip;
use crate::history::report::OkepStory;
use crate::report::layout::{ExcerptLine, excerpts, remarks};
use crate::rules::finding::Finding;
use maud::{Markup, html};
use similar::ChangeTag;
use unicode_width::UnicodeWidthStr;

/// Columns of a line.
const MOST_COLUMNS: usize = 400;

pub fn cards(page: &HtmlPage, ids: &Ids) -> Markup {
    let of = |okep: Option<usize>| ids.open.iter().filter(|o| o.okep == okep).collect::<Vec<&Open>>();
    html! {
        @if ids.open.iter().any(|open| open.finding.is_some()) {
            p.unfold hidden {
                button type="button" value="open" { "Show all lines and changes" }
                button type="button" value="" { "Hide them" }
            }
        }
        @for (at, okep) in page.story.okeps.iter().enumerate() {
            (self::okep(page, okep, &ids.okeps[at], &of(Some(at))))
        }
        @let rest = of(None);
        @if !rest.is_empty() {
            section.okep aria-labelledby="elsewhere-h" {
                h3 #elsewhere-h { "About no single OKEP" }
                @for open in rest { (card(page, open)) }
            }
        }
    }
}

fn okep(page: &HtmlPage, okep: &OkepStory, id: &str, open: &[&Open]) -> Markup {
    let path = page.file(&okep.path, None).filter(|_| okep.deleted.is_none());
    html! {
        section.okep id=(id) aria-labelledby={ (id) "-h" } tabindex="-1" {
            h3 id={ (id) "-h" } {
                (name(okep))
                @if let Some(title) = &okep.title { " " span.title { (escape_control(title)) } }
            }
            p.meta {
                (outside(path, html! { code { (escape_control(&okep.path)) } }))
                @if let Some(at) = &okep.landed { ", landed " (place(page, at)) }
                @if let Some(written) = &okep.written { ", by " (escape_control(&written.author)) }
                @if let Some(number) = okep.number { ", " (outside(page.forge().map(|f| f.issue(number)), html! { "issue " (number) })) }
                @if let Some(at) = &okep.deleted { ", removed " (place(page, at)) }
            }
            @if open.is_empty() { p.nothing { "No open findings." } }
            @for open in open { (card(page, open)) }
        }
    }
}

fn card(page: &HtmlPage, open: &Open) -> Markup {
    let severity = open.severity.as_str();
    let id = &open.anchor;
    html! {
        article class={ "card " (severity) } id=(id) aria-labelledby={ (id) "-h" } tabindex="-1" {
            h4 id={ (id) "-h" } {
                span class={ "chip " (severity) } { (severity) } " "
                code { (open.rule) }
                @if !open.subject.is_empty() { " " span.subject { (escape_control(open.subject)) } }
            }
            @if let Some(finding) = open.finding { p { (prose(&finding.message)) } }
            p.meta {
                @match open.story.map(|s| (&s.introduced, s.age_days)) {
                    Some((Some(introduced), days)) => {
                        "Introduced " (transition(page, introduced))
                        @if let Some(days) = days { ", " (count(usize::try_from(days).unwrap_or(0), "day")) " ago" }
                        ", in " (commit(page, &introduced.written)) "."
                    },
                    Some((None, _)) => "Introduced before the history that is here.",
                    None => "",
                }
            }
            @if let (Some(finding), Some(tip)) = (open.finding, page.tip) {
                (evidence(page, finding, tip))
            }
        }
    }
}

/// Remarks, source lines and change; open, so that they are there without the script, which folds them.
fn evidence(page: &HtmlPage, finding: &Finding, tip: &Tip) -> Markup {
    let remarks = remarks(finding, &[]);
    let excerpts = excerpts(finding, &|path| tip.snapshot.text(path));
    html! {
        @if !remarks.is_empty() {
            ul.help { @for (label, text) in &remarks { li { (label) ": " (prose(text)) } } }
        }
        @if finding.fix.is_none() && !is_excused(finding) { p.remark { "No change is proposed: this needs manual work." } }
        @if !excerpts.is_empty() {
            details.evidence open {
                summary { @if finding.fix.is_some() { "The proposed change" } @else { "Source lines" } }
                div { @for (path, lines) in &excerpts { (source(page, finding, path, lines)) } }
            }
        }
    }
}

fn source(page: &HtmlPage, finding: &Finding, path: &str, lines: &[ExcerptLine]) -> Markup {
    let line = finding.place.as_ref().filter(|_| path == finding.path).map(|place| place.line);
    html! {
        figure.source {
            figcaption { (outside(page.file(path, line), html! { (file_name(path)) @if let Some(line) = line { ":" (line) } })) }
            pre.diff tabindex="0" { @for line in lines { (excerpt_line(line)) } }
        }
    }
}

fn excerpt_line(line: &ExcerptLine) -> Markup {
    let Some(kind) = line.kind else {
        return html! {
            span.gap { "…" @if line.number > 0 { " " (line.number) " more lines: okep check --diff=all" } "\n" }
        };
    };
    let class = match kind {
        ChangeTag::Equal => "same",
        ChangeTag::Delete => "removed",
        ChangeTag::Insert => "added",
    };
    let (pieces, is_cut) = cut(line);
    html! {
        span class=(class) {
            span.line { (format!("{:>4} {kind} ", line.number)) }
            @for (marked, piece) in pieces { @if marked { mark { (piece) } } @else { (piece) } }
            @if is_cut { "…" }
            "\n"
        }
    }
}

/// As much of a line as the page has room for, and whether that is less than all of it.
fn cut(line: &ExcerptLine) -> (Vec<(bool, &str)>, bool) {
    let mut room = MOST_COLUMNS;
    let mut pieces = Vec::new();
    for (marked, piece) in &line.pieces {
        let shown = prefix(piece, room);
        pieces.push((*marked, shown));
        if shown.len() < piece.len() {
            return (pieces, true);
        }
        room = room.saturating_sub(shown.width());
    }
    (pieces, false)
}
