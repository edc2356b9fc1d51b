//! Tags of raw HTML and their attributes, as far as links and anchors want them.
//!
//! No parser of HTML: it reads one start tag after the other and knows of no nesting.

use std::ops::Range;

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag<'t> {
    /// From `<` to after `>`.
    pub span: Range<usize>,
    /// As written.
    pub name: &'t str,
    pub attributes: Vec<(&'t str, AttributeValue<'t>)>,
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

/// The start tags in `text[range]`, in order; spans are of `text`.
pub fn tags(text: &str, range: Range<usize>) -> Vec<Tag<'_>> {
    let mut found = Vec::new();
    let mut at = range.start;
    while let Some(open) = text[at..range.end].find('<').map(|i| at + i) {
        let rest = &text[open..range.end];
        if rest.starts_with("<!--") {
            at = rest.find("-->").map_or(range.end, |end| open + end + 3);
            continue;
        }
        match tag(text, open, range.end) {
            Some(tag) => {
                at = tag.span.end;
                found.push(tag);
            }
            None => at = open + 1,
        }
    }
    found
}

fn tag(text: &str, open: usize, limit: usize) -> Option<Tag<'_>> {
    let name_end = span_of(text, open + 1, limit, |c| c.is_ascii_alphanumeric() || c == '-');
    let name = &text[open + 1..name_end];
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let mut attributes = Vec::new();
    let mut at = name_end;
    loop {
        at = span_of(text, at, limit, |c| c.is_whitespace() || c == '/');
        match text[at..limit].chars().next()? {
            '>' => return Some(Tag { span: open..at + 1, name, attributes }),
            _ => {
                let key_end =
                    span_of(text, at, limit, |c| !c.is_whitespace() && !matches!(c, '=' | '>' | '/'));
                let key = &text[at..key_end.max(at)];
                let equals = span_of(text, key_end, limit, char::is_whitespace);
                if !text[equals..limit].starts_with('=') {
                    // What is neither a name nor a value is passed by.
                    at = if key_end > at { key_end } else { at + text[at..].chars().next()?.len_utf8() };
                    continue;
                }
                let start = span_of(text, equals + 1, limit, char::is_whitespace);
                let quote = text[start..limit].chars().next().filter(|c| matches!(c, '"' | '\''));
                let (from, to, end) = match quote {
                    Some(quote) => {
                        let close = text[start + 1..limit].find(quote)? + start + 1;
                        (start + 1, close, close + 1)
                    }
                    None => {
                        let end = span_of(text, start, limit, |c| !c.is_whitespace() && c != '>');
                        (start, end, end)
                    }
                };
                attributes.push((key, AttributeValue { text: &text[from..to], at: from }));
                at = end;
            }
        }
    }
}

/// Where the run of characters ends that starts at `from`.
fn span_of(text: &str, from: usize, limit: usize, is_of: impl Fn(char) -> bool) -> usize {
    from + text[from..limit].find(|c| !is_of(c)).unwrap_or(limit - from)
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
