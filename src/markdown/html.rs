//! Tags of raw HTML and their attributes, as far as links and anchors want them.
//!
//! No parser of HTML: it reads one start tag after the other and knows of no nesting.

use crate::text::{Pattern, pattern};
use std::ops::Range;

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag<'t> {
    /// From `<` to after `>`.
    pub span: Range<usize>,
    /// As written.
    pub name: &'t str,
    pub attributes: Vec<(&'t str, AttributeValue<'t>)>,
    /// Closed by `/>`.
    pub is_empty: bool,
}

/// An attribute's value and where it is, without quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeValue<'t> {
    pub text: &'t str,
    pub at: usize,
}

impl<'t> Tag<'t> {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The first attribute of this name.
    pub fn get(&self, name: &str) -> Option<&AttributeValue<'t>> {
        self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// What a `<` before a letter begins.
pub enum Markup<'t> {
    Tag(Tag<'t>),
    /// No tag: text up to there.
    Text(usize),
    /// A tag that breaks off.
    Broken,
}

/// The start tags in `text[range]`, in order; spans are of `text`.
pub fn tags(text: &str, range: Range<usize>) -> Vec<Tag<'_>> {
    let text = &text[..range.end];
    let mut found = Vec::new();
    let mut at = range.start;
    while let Some(open) = text[at..].find('<').map(|i| at + i) {
        if text[open..].starts_with("<!--") {
            at = text[open..].find("-->").map_or(text.len(), |end| open + end + 3);
            continue;
        }
        at = open + 1;
        if text[at..].starts_with(|c: char| c.is_ascii_alphabetic())
            && let Markup::Tag(tag) = start_tag(text, open)
        {
            at = tag.span.end;
            found.push(tag);
        }
    }
    found
}

/// Reads the start tag at `open`, a `<` before a letter, by the tolerant pattern of Python's HTML parser.
pub fn start_tag(text: &str, open: usize) -> Markup<'_> {
    /// A name and, behind `=`, a value; a quote alone is a value that nothing closes.
    static ATTRIBUTE: Pattern = Pattern::new(|| {
        let value = r#""[^"]*"|'[^']*'|["']|[^\s`>]*"#;
        pattern(&format!(r"^([^\s/>`][^\s/=>]*)(?:\s*=[\s=]*({value}))?"))
    });
    let is_gap = |c: char| c.is_whitespace() || c == '/';
    let length =
        text[open..].find(|c| is_gap(c) || matches!(c, '`' | '>' | '\0')).unwrap_or(text.len() - open);
    let name = &text[open + 1..open + length];
    let mut at = open + length;
    let mut attributes = Vec::new();
    loop {
        let gap = &text[at..at + text[at..].find(|c| !is_gap(c)).unwrap_or(text.len() - at)];
        at += gap.len();
        match text[at..].chars().next() {
            None => return Markup::Broken,
            Some('>') => {
                let (span, is_empty) = (open..at + 1, gap.ends_with('/'));
                return Markup::Tag(Tag { span, name, attributes, is_empty });
            }
            Some('`') => return Markup::Text(at),
            Some(_) => {}
        }
        let Some(found) = ATTRIBUTE.captures(&text[at..]) else { return Markup::Broken };
        if let Some(value) = found.get(2) {
            let quote = usize::from(value.as_str().starts_with(['"', '\'']));
            let (start, end) = (at + value.start() + quote, at + value.end() - quote);
            let Some(value) = text.get(start..end) else { return Markup::Broken };
            attributes.push((&text[at..at + found[1].len()], AttributeValue { text: value, at: start }));
        }
        at += found[0].len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found = tags(text, 0..text.len());
        let found: Vec<String> = found
            .iter()
            .map(|t| {
                let attributes: Vec<String> =
                    t.attributes.iter().map(|(k, v)| format!(" {k}={}@{}", v.text, v.at)).collect();
                format!("{}{}", t.name, attributes.concat())
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn tags_and_their_attributes_are_read() {
        check("<a id=\"x\">", &["a id=x@7"]);
        check(
            "<A HREF='a b.md' name=y><img\n src = z.png/></A>",
            &["A HREF=a b.md@9 name=y@22", "img src=z.png/@36"],
        );
        check("<input disabled><br/>", &["input", "br"]);
        check("<!-- <a id=x> --><p id=y>", &["p id=y@23"]);
    }

    #[test]
    fn what_is_no_tag_is_passed_by() {
        for text in ["a < b", "<", "<a", "<a id=", "<a id=\"x", "</a>", "<!-- ", "<3>", "<a ===", "<ä id=x>"]
        {
            check(text, &[]);
        }
    }
}
