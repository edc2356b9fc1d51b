//! Small pieces of text: names, commits and places as the page has them.
//!
//! Whatever comes from a repository goes through [`escape_control`]: escaping keeps it from being read as HTML,
//! and this from reordering or hiding what stands around it.

pub use crate::report::escape_control;

use crate::history::report::SubjectPlace;
use crate::okep::forge::Forge;
use crate::report::prefix;
use maud::{Markup, html};

/// A sentence of ours, with what stands in backticks as code.
pub fn prose(text: &str) -> Markup {
    let pieces: Vec<&str> = text.split('`').collect();
    let paired = pieces.len() % 2 == 1;
    html! {
        @if paired {
            @for (i, piece) in pieces.iter().enumerate() {
                @if i % 2 == 1 { code { (escape_control(piece)) } } @else { (escape_control(piece)) }
            }
        } @else {
            (escape_control(text))
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

pub fn commit(forge: Option<&Forge>, id: &str) -> Markup {
    outside(
        forge.map(|f| f.commit(id)),
        html! { code.commit title=(escape_control(id)) { (escape_control(prefix(id, 7))) } },
    )
}

/// The day that a commit came to the line, with the commit and its pull request.
pub fn place(forge: Option<&Forge>, place: &SubjectPlace) -> Markup {
    html! {
        time { (escape_control(&place.date)) } " " (commit(forge, &place.commit))
        @if let Some(number) = place.pull_request { " " (pull_request(forge, number)) }
    }
}

pub fn pull_request(forge: Option<&Forge>, number: u64) -> Markup {
    outside(forge.map(|f| f.pull_request(number)), html! { "#" (number) })
}

/// Words for those who hear the page.
pub fn heard(words: &str) -> Markup {
    html! { span.heard { (words) } }
}

/// What a path ends in.
pub fn file_name(path: &str) -> String {
    escape_control(path.rsplit('/').next().unwrap_or(path)).into_owned()
}
