//! Small pieces of the page: names, commits, places, and words with code in them.
//!
//! Whatever comes from a repository goes through [`escape_control`]: `maud` keeps it from being read as HTML, and
//! this from reordering or hiding what is around it.

pub(super) use crate::report::summary::count;
pub(super) use crate::report::terminal::{escape_control, prefix};

use super::HtmlPage;
use crate::history::report::{OkepStory, SubjectPlace, Transition};
use maud::{Markup, html};

/// A sentence of ours, with what is in backticks as code.
pub fn prose(text: &str) -> Markup {
    let pieces: Vec<&str> = text.split('`').collect();
    // What is not closed is no code.
    let pieces = if pieces.len() % 2 == 1 { pieces } else { vec![text] };
    html! {
        @for (i, piece) in pieces.iter().enumerate() {
            @if i % 2 == 1 { code { (escape_control(piece)) } } @else { (escape_control(piece)) }
        }
    }
}

/// A link to the forge, or the words alone where there is none.
pub fn outside(address: Option<String>, words: Markup) -> Markup {
    html! {
        @match address {
            Some(address) => a href=(address) rel="noreferrer noopener" { (words) },
            None => (words),
        }
    }
}

pub fn commit(page: &HtmlPage, id: &str) -> Markup {
    let words = html! { code.commit title=(escape_control(id)) { (escape_control(prefix(id, 7))) } };
    outside(page.forge().map(|f| f.commit(id)), words)
}

/// The day that a commit came to the main line, with its pull request; without one, with the commit.
pub fn place(page: &HtmlPage, place: &SubjectPlace) -> Markup {
    html! {
        time { (escape_control(&place.date)) } " "
        @match place.pull_request {
            Some(number) => (outside(page.forge().map(|f| f.pull_request(number)), html! { "#" (number) })),
            None => (commit(page, &place.commit)),
        }
    }
}

/// When something was introduced or fixed, and by which author.
pub fn transition(page: &HtmlPage, transition: &Transition) -> Markup {
    html! { (place(page, &transition.landed)) " " span.author { (escape_control(&transition.author)) } }
}

/// Words for those who hear the page.
pub fn heard(words: &str) -> Markup {
    html! { span.heard { (words) } }
}

/// What a path ends in.
pub fn file_name(path: &str) -> String {
    escape_control(crate::text::path::file_name(path)).into_owned()
}

/// What an OKEP is called where there is little room.
pub fn name(okep: &OkepStory) -> String {
    okep.number.map_or_else(|| file_name(&okep.path), |n| format!("OKEP-{n:04}"))
}

/// A table that scrolls by itself, with the class and the id that the script goes by; some of its columns are numbers.
pub fn table(
    class: Option<&str>,
    id: Option<&str>,
    (caption_id, caption): (&str, &str),
    columns: &[&str],
    numbers: &[&str],
    rows: Markup,
) -> Markup {
    html! {
        div.scroll role="region" aria-labelledby=(caption_id) tabindex="0" {
            table class=[class] id=[id] {
                caption id=(caption_id) { (caption) }
                thead {
                    tr { @for column in columns { th class=[numbers.contains(column).then_some("number")] scope="col" { (column) } } }
                }
                tbody { (rows) }
            }
        }
    }
}
