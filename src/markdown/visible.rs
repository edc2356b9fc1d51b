//! Whether raw HTML shows anything.

use crate::text::pattern;
use regex::Regex;
use std::sync::LazyLock;

/// Comments, declarations and tags.
static MARKUP: LazyLock<Regex> =
    LazyLock::new(|| pattern("(?s)<!---?>|<!--.*?(?:-->|$)|<[!?/A-Za-z][^>]*(?:>|$)"));

/// Whether a piece of HTML shows anything.
pub fn is_visible_html(html: &str) -> bool {
    let name = |tag: &'_ str| tag[1..].split(|c: char| !c.is_ascii_alphanumeric()).next().map(is_visible_tag);
    MARKUP.split(html).any(shows) || MARKUP.find_iter(html).any(|tag| name(tag.as_str()) == Some(true))
}

/// Elements that show something without any text inside.
const VISIBLE_TAGS: [&str; 8] = ["audio", "embed", "iframe", "img", "input", "object", "svg", "video"];

/// Whether an element of this name shows something without any text inside.
pub fn is_visible_tag(name: &str) -> bool {
    VISIBLE_TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(name))
}

/// Whether a piece of HTML without tags is more than blanks, some of them written as entities.
fn shows(text: &str) -> bool {
    text.split("&nbsp;").any(|piece| piece.chars().any(is_visible))
}

/// Whether a character shows: neither a blank of any kind nor one of the joiners without width.
pub fn is_visible(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}
