//! The plain text of a heading: what is left when its Markdown is rendered and the tags are dropped.

use crate::markdown::document::fold_blanks;
use crate::text::{Pattern, pattern};
use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

/// `raw` without code marks, emphasis, tags, pictures and link targets, white space collapsed.
///
/// It is read as CommonMark, and references are not looked up: good enough to show a heading, not to render one.
pub(super) fn plain(raw: &str) -> String {
    if !raw.contains(['\\', '`', '<', '[', '*', '_', '&']) {
        return fold_blanks(raw);
    }
    // Behind a word nothing begins a block.
    let source = format!("x {raw}");
    let mut shown = String::with_capacity(raw.len());
    let mut pictures = 0;
    for event in Parser::new_with_broken_link_callback(&source, Options::empty(), Some(reference)) {
        match event {
            Event::Start(Tag::Image { .. }) => pictures += 1,
            Event::End(TagEnd::Image) => pictures -= 1,
            Event::Text(text) | Event::Code(text) if pictures == 0 => shown.push_str(&text),
            _ => {}
        }
    }
    fold_blanks(shown.strip_prefix('x').unwrap_or(&shown))
}

/// Takes `[words][label]` for a link, whatever the label; other brackets may be text.
fn reference<'a>(link: BrokenLink<'a>) -> Option<(CowStr<'a>, CowStr<'a>)> {
    (link.link_type == LinkType::Reference).then_some((link.reference, CowStr::Borrowed("")))
}

/// A heading's Markdown without the attribute list at its end, as `attr_list` takes it off.
pub(super) fn without_attributes(raw: &str) -> &str {
    static LIST: Pattern = Pattern::new(|| pattern(r" \{:* *[^{} :][^{}]*\} *$"));
    LIST.find(raw).map_or(raw, |list| raw[..list.start()].trim_end_matches([' ', '#']))
}
