//! Whether raw HTML shows anything.

use crate::text::pattern;
use regex::Regex;
use std::sync::LazyLock;

/// Comments, declarations and tags; the first group is the name of a start tag.
static MARKUP: LazyLock<Regex> =
    LazyLock::new(|| pattern("(?s)<!---?>|<!--.*?(?:-->|$)|<(?:[!?/]|([A-Za-z][A-Za-z0-9]*))[^>]*(?:>|$)"));

/// Whether a piece of HTML shows anything.
pub fn is_visible_html(html: &str) -> bool {
    let tags = MARKUP.captures_iter(html).filter_map(|markup| markup.get(1));
    MARKUP.split(html).any(shows) || tags.into_iter().any(|name| is_visible_tag(name.as_str()))
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
