//! Whether raw HTML shows anything; its lines come as pieces.

/// What of the raw HTML being read is still open.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub enum Html {
    #[default]
    Text,
    Tag,
    Comment,
}

impl Html {
    /// Reads one piece; says whether it shows anything.
    pub fn read(&mut self, piece: &str) -> bool {
        let mut rest = piece;
        let mut visible = false;
        loop {
            let end = if *self == Html::Comment { "-->" } else { ">" };
            if *self != Html::Text {
                let Some((_, after)) = rest.split_once(end) else { return visible };
                rest = after;
                *self = Html::Text;
            }
            let Some((before, tag)) = rest.split_once('<') else {
                return visible || shows(rest);
            };
            visible |= shows(before);
            rest = tag;
            *self = match tag.bytes().next() {
                _ if tag.starts_with("!--") => Html::Comment,
                Some(b'!' | b'?' | b'/') => Html::Tag,
                Some(b) if b.is_ascii_alphabetic() => {
                    let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
                    visible |= is_visible_tag(name);
                    Html::Tag
                }
                _ => {
                    visible = true;
                    Html::Text
                }
            };
        }
    }
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
