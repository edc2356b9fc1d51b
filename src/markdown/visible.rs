//! Whether raw HTML shows anything.

use crate::text::{BytePattern, byte_pattern};

/// Comments, declarations and tags.
static MARKUP: BytePattern =
    BytePattern::new(|| byte_pattern("(?s)<!---?>|<!--.*?(?:-->|$)|<[!?/A-Za-z][^>]*(?:>|$)"));

/// Whether a piece of HTML shows anything.
pub fn is_visible_html(html: &str) -> bool {
    let mut at = 0;
    for markup in MARKUP.find_iter(html.as_bytes()) {
        let inside = &html[markup.start() + 1..markup.end()];
        let name = inside.split(|c: char| !c.is_ascii_alphanumeric()).next();
        if shows(&html[at..markup.start()]) || name.is_some_and(is_visible_tag) {
            return true;
        }
        at = markup.end();
    }
    shows(&html[at..])
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
