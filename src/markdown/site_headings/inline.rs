//! The plain text of a heading: what is left when its Markdown is rendered and the tags are dropped.

/// Characters a backslash escapes on the site.
const ESCAPED: &[u8] = b"\\`*_{}[]()>#+-.!|";

/// Longer headings are shown as written: the search for ends of markup may look at each byte often.
const LONGEST: usize = 1024;

/// `raw` without code marks, emphasis, tags, images and link targets, white space collapsed.
///
/// Emphasis is recognised by its neighbours alone and references are not looked up: good enough to show a heading,
/// not to render one.
pub(super) fn plain(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    if raw.len() <= LONGEST
        && raw.bytes().any(|b| matches!(b, b'\\' | b'`' | b'<' | b'[' | b']' | b'!' | b'*' | b'_' | b'&'))
    {
        Plain { raw, out: &mut out, links: Vec::new() }.run();
        return collapse(&out);
    }
    collapse(raw)
}

/// A heading's Markdown without the attribute list at its end, as `attr_list` takes it off.
pub(super) fn without_attributes(raw: &str) -> &str {
    let text = raw.trim_end_matches(' ');
    let opens = |open: &usize| {
        let inside = text[open + 1..text.len() - 1].trim_start_matches(':').trim_start_matches(' ');
        text[..*open].ends_with(' ') && !inside.is_empty() && !inside.contains(['{', '}'])
    };
    match text.rfind('{').filter(|_| text.ends_with('}')).filter(opens) {
        Some(open) => text[..open].trim_end_matches([' ', '#']),
        None => raw,
    }
}

pub(super) fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

struct Plain<'a> {
    raw: &'a str,
    out: &'a mut String,
    /// The open brackets: the length of `out` there, and whether it opens an image.
    links: Vec<(usize, bool)>,
}

impl Plain<'_> {
    fn run(&mut self) {
        let bytes = self.raw.as_bytes();
        let mut at = 0;
        let mut text = 0;
        while at < bytes.len() {
            let Some(next) = self.special(at) else {
                at += 1;
                continue;
            };
            // `special` has written what replaces the stretch, the text before it is due first.
            let (upto, replacement) = next;
            self.out.push_str(&self.raw[text..at]);
            self.replace(replacement);
            at = upto;
            text = upto;
        }
        self.out.push_str(&self.raw[text..]);
    }

    fn replace(&mut self, with: InlineReplacement) {
        match with {
            InlineReplacement::Text(start, end) => self.out.push_str(&self.raw[start..end]),
            InlineReplacement::Char(c) => self.out.push(c),
            InlineReplacement::Open(image) => self.links.push((self.out.len(), image)),
            InlineReplacement::Close => {
                if let Some((start, true)) = self.links.pop() {
                    self.out.truncate(start);
                }
            }
        }
    }

    /// Where the markup at `at` ends and what a reader sees of it.
    fn special(&self, at: usize) -> Option<(usize, InlineReplacement)> {
        let bytes = self.raw.as_bytes();
        let rest = self.raw.get(at..)?;
        match bytes[at] {
            b'\\' if bytes.get(at + 1).is_some_and(|b| ESCAPED.contains(b)) => {
                Some((at + 2, InlineReplacement::Text(at + 1, at + 2)))
            }
            b'`' => self.code(at),
            b'<' => self.tag(at),
            b'!' if rest.starts_with("![") && is_link(&rest[1..]) => {
                Some((at + 2, InlineReplacement::Open(true)))
            }
            b'[' if self.links.is_empty() && is_link(rest) => Some((at + 1, InlineReplacement::Open(false))),
            b']' if !self.links.is_empty() => {
                let close = if bytes.get(at + 1) == Some(&b'(') { ')' } else { ']' };
                Some((
                    at + rest
                        .find(close)
                        .filter(|e| close == ')' || *e > 0)
                        .or(rest[1..].find(']').map(|e| e + 1))?
                        + 1,
                    InlineReplacement::Close,
                ))
            }
            mark @ (b'*' | b'_') => self.emphasis(at, mark),
            b'&' => entity(rest).map(|(len, c)| (at + len, InlineReplacement::Char(c))),
            _ => None,
        }
    }

    fn code(&self, at: usize) -> Option<(usize, InlineReplacement)> {
        let rest = &self.raw[at..];
        let len = rest.bytes().take_while(|b| *b == b'`').count();
        let body = &rest[len..];
        let mut from = 0;
        while let Some(tick) = body[from..].find('`') {
            let start = from + tick;
            let run = body[start..].bytes().take_while(|b| *b == b'`').count();
            if run == len {
                return Some((at + len + start + len, InlineReplacement::Text(at + len, at + len + start)));
            }
            from = start + run;
        }
        Some((at + len, InlineReplacement::Text(at, at + len)))
    }

    fn tag(&self, at: usize) -> Option<(usize, InlineReplacement)> {
        let rest = &self.raw[at..];
        if rest.starts_with("<!--") {
            return rest.find("-->").map(|end| (at + end + 3, InlineReplacement::Text(at, at)));
        }
        let end = rest.find('>')?;
        let body = &rest[1..end];
        if body.contains("://") || body.contains('@') {
            return (!body.contains(' '))
                .then_some((at + end + 1, InlineReplacement::Text(at + 1, at + end)));
        }
        let name = body.strip_prefix('/').unwrap_or(body);
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            .then_some((at + end + 1, InlineReplacement::Text(at, at)))
    }

    fn emphasis(&self, at: usize, mark: u8) -> Option<(usize, InlineReplacement)> {
        let bytes = self.raw.as_bytes();
        let run = bytes[at..].iter().take_while(|b| **b == mark).count();
        let side = |b: Option<&u8>| b.is_some_and(|b| !b.is_ascii_whitespace());
        let word = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80);
        let before = at.checked_sub(1).map(|i| &bytes[i]);
        let after = bytes.get(at + run);
        let intra = mark == b'_' && word(before) && word(after);
        let alone = !side(before) && !side(after)
            || !self.raw[..at].contains(mark as char) && !self.raw[at + run..].contains(mark as char);
        Some((
            at + run,
            if intra || alone {
                InlineReplacement::Text(at, at + run)
            } else {
                InlineReplacement::Text(at, at)
            },
        ))
    }
}

enum InlineReplacement {
    /// A stretch of the Markdown.
    Text(usize, usize),
    Char(char),
    /// The start of a link's text, or of an image's, which shows none.
    Open(bool),
    Close,
}

fn is_link(bracket: &str) -> bool {
    bracket.contains("](") || bracket.contains("][")
}

fn entity(text: &str) -> Option<(usize, char)> {
    [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&nbsp;", '\u{a0}')]
        .into_iter()
        .find(|(name, _)| text.starts_with(name))
        .map(|(name, c)| (name.len(), c))
}
