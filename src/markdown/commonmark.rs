//! CommonMark as GitHub reads it: the parser's options, and where cmark-gfm takes a text otherwise than the parser.
//!
//! Both differences are resolved in the text that the parser is given; every byte keeps its place.

use crate::text::{Pattern, pattern};
use pulldown_cmark::Options;
use regex::Captures;
use std::borrow::Cow;
use std::ops::Range;

/// What GitHub adds to CommonMark.
pub fn options() -> Options {
    // Neither metadata blocks (they match anywhere and would swallow headings between two rules) nor
    // heading attributes (GitHub shows them as text) are wanted.
    Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
}

/// The text with blanks for the tabs that CommonMark allows and the parser does not: after a closing fence, and
/// around the `#` that close a heading.
pub fn source(text: &str) -> Cow<'_, str> {
    static CLOSING: Pattern = Pattern::new(|| pattern(r"(?m)(?:[ \t]*#+|[`~])[ \t]*\r*$"));
    // Most tabs indent code.
    let may_close = |tab| text[tab..].trim_start_matches([' ', '\t']).starts_with(['\r', '\n', '#']);
    if !text.ends_with('\t') && !memchr::memchr_iter(b'\t', text.as_bytes()).any(may_close) {
        return Cow::Borrowed(text);
    }
    CLOSING.replace_all(text, |closing: &Captures| closing[0].replace('\t', " "))
}

/// Makes the HTML tag at `tag`, which is alone on its line, one that begins an HTML block wherever it is.
///
/// To cmark-gfm `<br>` below the text of a list item or a quote, and not indented as that is, ends it and begins a
/// block that lasts to the next blank line; the parser takes it for a line of the paragraph.
pub fn begin_html_block(source: &mut Cow<'_, str>, tag: Range<usize>) {
    let block = format!("<p{}>", " ".repeat(tag.len().saturating_sub(3)));
    if block.len() == tag.len() {
        source.to_mut().replace_range(tag, &block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_that_close_become_blanks_and_others_stay() {
        let check = |text: &str, expected: &str| assert_eq!(source(text), expected, "{text:?}");
        check("```\n\tx\n```\t\n", "```\n\tx\n``` \n");
        check("~~~ \t \r\n", "~~~   \r\n");
        check("## A\t##\t\n", "## A ## \n");
        check("a\tb\n\n## A\tb\n", "a\tb\n\n## A\tb\n");
        check("no tab\n", "no tab\n");
    }
}
