//! Addresses in running text, which GitHub makes links of.

use super::document::{Document, options};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use std::ops::Range;

/// The addresses in the paragraphs, list items and tables of a page that are no part of a link, of code or of HTML.
///
/// GitHub's rule: <https://github.github.com/gfm/#autolinks-extension->.
pub fn bare_links(document: &Document) -> Vec<Range<usize>> {
    let spans = document.blocks.iter().map(|block| &block.span).chain(&document.tables);
    let may_hold = |span: &&Range<usize>| {
        let text = document.text.slice((*span).clone());
        text.match_indices("http").any(|(at, _)| !text[..at].ends_with("](") && length(text, at).is_some())
    };
    spans.filter(may_hold).flat_map(|span| in_block(document.text.slice(span.clone()), span.start)).collect()
}

fn in_block(text: &str, start: usize) -> Vec<Range<usize>> {
    let (mut found, mut within, mut done) = (Vec::new(), 0, 0);
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => within += 1,
            Event::End(TagEnd::Link | TagEnd::Image | TagEnd::CodeBlock) => within -= 1,
            Event::Text(_) if within == 0 => {
                for (at, _) in text[range.clone()].match_indices("http") {
                    let at = range.start + at;
                    if at >= done
                        && let Some(length) = length(text, at)
                    {
                        done = at + length;
                        found.push(start + at..start + done);
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// The bytes of the address at `at`, where one begins there.
fn length(text: &str, at: usize) -> Option<usize> {
    let begins = text[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || "*_~(|".contains(c));
    let rest = &text[at..];
    let scheme = ["http://", "https://"].iter().find(|scheme| rest.starts_with(**scheme))?;
    let end = rest.find(|c: char| c.is_whitespace() || c == '<').unwrap_or(rest.len());
    let mut address = &rest[..end];
    loop {
        let shorter = address.trim_end_matches(['?', '!', '.', ',', ':', ';', '*', '_', '~', '\'', '"', '|']);
        let is_open = shorter.matches('(').count() >= shorter.matches(')').count();
        address = match shorter.strip_suffix(')').filter(|_| !is_open) {
            Some(inside) => inside,
            None if shorter.len() == address.len() => break,
            None => shorter,
        };
    }
    (begins && address.len() > scheme.len()).then_some(address.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let document = Document::parse(text.as_bytes());
        let found: Vec<&str> =
            bare_links(&document).into_iter().map(|span| document.text.slice(span)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn addresses_in_running_text_are_found() {
        check("See https://a.example/b_c_d.md.\n", &["https://a.example/b_c_d.md"]);
        check(
            "* (http://a.example/b_(c)), *https://a.example/d*\n",
            &["http://a.example/b_(c)", "https://a.example/d"],
        );
        check("| a |\n|---|\n| https://a.example/b |\n", &["https://a.example/b"]);
        check("> https://a.example/b?c=d#e\n", &["https://a.example/b?c=d#e"]);
    }

    #[test]
    fn links_code_and_html_are_others() {
        check("[a](https://a.example) <https://a.example> `https://a.example`\n", &[]);
        check("[https://a.example/b](https://a.example) ![https://a.example](b.png)\n", &[]);
        check("```\nhttps://a.example/b\n```\n\n<a href=\"https://a.example\">b</a>\n", &[]);
        check("xhttps://a.example/b http:// https\n", &[]);
    }
}
