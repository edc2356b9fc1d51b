//! Raw HTML, found as Python-Markdown's HTML parser finds it and taken out of the text.
//!
//! A block-level tag at the start of a line opens a raw block that lasts to its closing tag, over
//! blank lines and headings, and to the end of the file where that tag is missing. CommonMark ends
//! the same block at the first blank line.

use crate::text::{Pattern, is_one_of, pattern};
use std::borrow::Cow;
use std::ops::Range;

use super::lines::SourceLine;
use crate::markdown::html::{Markup, start_tag};

/// A stretch the block parser does not see.
#[derive(Debug)]
pub(super) struct Cut {
    pub span: Range<usize>,
    kind: HtmlKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HtmlKind {
    /// An element with its content: a block of its own.
    Element,
    /// A comment, declaration or empty tag at the start of a line.
    Single,
    /// Markup right behind an element, which takes it in.
    Tail,
}

/// How often the text may be searched in vain for the end of some markup.
const PATIENCE: usize = 8;

/// Open tags searched for the one a closing tag names; deeper nesting does not occur.
const SEARCHED: usize = 128;

const BLOCK_LEVEL: &str = "address article aside blockquote details div dl fieldset figcaption figure footer \
     form h1 h2 h3 h4 h5 h6 header hgroup hr main menu nav ol p pre section table ul canvas colgroup dd body dt \
     group html iframe li legend math map noscript output object option progress script style summary tbody td \
     textarea tfoot th thead tr video center";

static COMMENT_END: Pattern = Pattern::new(|| pattern("--!?>"));

/// The raw HTML in `text` from `body` on; what is in `fences` is not read. With `md_in_html` an element whose tag
/// says `markdown` is no raw HTML but for its tags.
pub(super) fn find(text: &str, body: usize, fences: &[Range<usize>], md_in_html: bool) -> Vec<Cut> {
    let mut text = Cow::Borrowed(text);
    for fence in fences {
        text.to_mut().replace_range(fence.clone(), &" ".repeat(fence.len()));
    }
    let patience = PATIENCE * text.len();
    let mut scan = Scan { text: &text, body, md_in_html, patience, ..Scan::default() };
    let mut at = body;
    while let Some(lt) = memchr::memchr(b'<', &text.as_bytes()[at..])
        && scan.patience > 0
    {
        at = scan.markup(at + lt);
    }
    if let Some(start) = scan.raw_from {
        scan.cuts.push(Cut { span: start..text.len(), kind: HtmlKind::Element });
    }
    scan.cuts
}

#[derive(Default)]
struct Scan<'a> {
    text: &'a str,
    body: usize,
    md_in_html: bool,
    /// Open elements whose content is Markdown.
    markdown: Vec<&'a str>,
    /// Open tags of the raw element that started at `raw_from`.
    stack: Vec<&'a str>,
    raw_from: Option<usize>,
    /// Markup before this offset is right behind a raw block.
    tail_end: usize,
    /// Bytes that searches without success may still look at; Python's parser is quadratic here.
    patience: usize,
    cuts: Vec<Cut>,
}

impl<'a> Scan<'a> {
    /// Reads the markup at `at`, a `<`, and returns where to go on.
    fn markup(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        match bytes.get(at + 1) {
            Some(b) if b.is_ascii_alphabetic() => self.start_tag(at),
            Some(b'/') if bytes.get(at + 2).is_some_and(u8::is_ascii_alphabetic) => self.end_tag(at),
            Some(b'!') if self.text[at..].starts_with("<!--") => self.comment(at),
            Some(b'!' | b'?') if self.raw_from.is_some() || self.at_line_start(at) || at < self.tail_end => {
                self.declaration(at)
            }
            _ => at + 1,
        }
    }

    fn at_line_start(&self, at: usize) -> bool {
        let bytes = &self.text.as_bytes()[self.body..at];
        let blanks = bytes.iter().rev().take(4).take_while(|b| **b == b' ').count();
        blanks <= 3 && matches!(bytes[..bytes.len() - blanks].last(), None | Some(b'\n' | b'\r'))
    }

    fn start_tag(&mut self, at: usize) -> usize {
        let tag = match start_tag(self.text, at) {
            Markup::Tag(tag) => tag,
            Markup::Text(next) => return next,
            Markup::Broken => {
                self.in_vain(at);
                return self.past_gt(at);
            }
        };
        let (name, end) = (tag.name, tag.span.end);
        let block = is_one_of(BLOCK_LEVEL, &name.to_ascii_lowercase());
        if tag.is_empty || tag.is("hr") {
            self.single(at..end, block);
            return end;
        }
        if self.raw_from.is_none() && block && (at < self.tail_end || self.at_line_start(at)) {
            if self.md_in_html && holds_markdown(name, &self.text[at + 1 + name.len()..end]) {
                self.markdown.push(name);
                self.cut(at..end, HtmlKind::Element);
                return end;
            }
            self.raw_from = Some(at);
        }
        if self.raw_from.is_some() {
            self.stack.push(name);
            if name.eq_ignore_ascii_case("script") || name.eq_ignore_ascii_case("style") {
                return self.raw_text_end(name, end);
            }
        }
        end
    }

    /// Script and style hold text up to their own closing tag.
    fn raw_text_end(&self, name: &str, from: usize) -> usize {
        let is_own = |at: &usize| {
            let tag = self.text.as_bytes().get(at + 2..at + 2 + name.len());
            tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()))
        };
        let mut closings = self.text[from..].match_indices("</").map(|(at, _)| from + at);
        closings.find(is_own).unwrap_or(self.text.len())
    }

    fn end_tag(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let end = self.past_gt(at);
        if bytes[end - 1] != b'>' {
            return at + 2;
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let name = self.text[at + 2..end].split(|c| !is_name(c)).next().unwrap_or_default();
        let Some(start) = self.raw_from else {
            if let Some(depth) = self.markdown.iter().rposition(|t| t.eq_ignore_ascii_case(name)) {
                self.markdown.truncate(depth);
                self.cut(at..end, HtmlKind::Element);
            }
            return end;
        };
        let known = self.stack.iter().rev().take(SEARCHED).position(|t| t.eq_ignore_ascii_case(name));
        if let Some(depth) = known {
            self.stack.truncate(self.stack.len() - depth - 1);
        }
        if self.stack.is_empty() {
            self.raw_from = None;
            self.cut(start..end, HtmlKind::Element);
        }
        end
    }

    fn comment(&mut self, at: usize) -> usize {
        let Some(close) = COMMENT_END.find_at(self.text, at + 4) else {
            self.in_vain(at);
            return at + 1;
        };
        self.single(at..close.end(), true);
        close.end()
    }

    fn declaration(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        let (close, block) = if rest.starts_with("<?") {
            ("?>", true)
        } else if rest.starts_with("<![CDATA[") {
            ("]]>", true)
        } else {
            (">", rest.get(2..9).is_some_and(|d| d.eq_ignore_ascii_case("doctype")))
        };
        let Some(length) = rest.find(close) else {
            self.in_vain(at);
            return at + 2;
        };
        let end = at + length + close.len();
        self.single(at..end, block);
        end
    }

    /// Markup that is complete by itself: a raw block where a line starts with it.
    fn single(&mut self, span: Range<usize>, block: bool) {
        if self.raw_from.is_some() {
            return;
        }
        if span.start < self.tail_end {
            self.cuts.push(Cut { span, kind: HtmlKind::Tail });
        } else if block && self.at_line_start(span.start) {
            self.cut(span, HtmlKind::Single);
        }
    }

    /// Something was looked for from `from` to the end.
    fn in_vain(&mut self, from: usize) {
        self.patience = self.patience.saturating_sub(self.text.len() - from);
    }

    /// Notes a block; what follows it on its last line is its tail.
    fn cut(&mut self, span: Range<usize>, kind: HtmlKind) {
        let rest = &self.text[span.end..];
        self.tail_end = span.end + rest.find('\n').unwrap_or(rest.len());
        self.cuts.push(Cut { span, kind });
    }

    /// Past the next `>`, or past the `<` where there is none.
    fn past_gt(&mut self, at: usize) -> usize {
        match self.text[at..].find('>') {
            Some(gt) => at + gt + 1,
            None => {
                self.in_vain(at);
                at + 1
            }
        }
    }
}

/// Whether the content of an element is read as Markdown of many blocks: its tag says `markdown`, `markdown="1"` or
/// `markdown="block"`, and it is none of those that hold text alone.
fn holds_markdown(name: &str, attributes: &str) -> bool {
    const TEXT_ONLY: &str = "address dd dt h1 h2 h3 h4 h5 h6 legend li p summary td th";
    const RAW: &str = "canvas math option pre script style textarea";
    let is = |names| is_one_of(names, &name.to_ascii_lowercase());
    let written = attributes.trim_end_matches(['>', '/']).split_ascii_whitespace();
    let value = written.filter_map(|a| a.strip_prefix("markdown")).find_map(|rest| match rest {
        "" => Some("1"),
        _ => Some(rest.strip_prefix('=')?.trim_matches(['"', '\''])),
    });
    match value {
        Some("1" | "markdown") => !is(TEXT_ONLY) && !is(RAW),
        Some("block") => !is(RAW),
        _ => false,
    }
}

/// The lines with every cut reduced to a line of its own that later steps take for plain text.
pub(super) fn stash<'t>(text: &'t str, lines: Vec<SourceLine<'t>>, cuts: &[Cut]) -> Vec<SourceLine<'t>> {
    if cuts.is_empty() {
        return lines;
    }
    let mut out = Vec::with_capacity(lines.len() + 3 * cuts.len());
    let mut cuts = cuts.iter().peekable();
    let mut resume = 0;
    for line in lines {
        if line.end < resume || line.end == resume && line.start < resume {
            continue;
        }
        let mut at = line.start.max(resume);
        while let Some(cut) = cuts.next_if(|c| c.span.start < line.end) {
            cut_line(text, &mut out, at, cut);
            at = cut.span.end;
            resume = at;
        }
        if at == line.start {
            out.push(line);
        } else if at < line.end {
            out.push(SourceLine::new(text, at, line.end));
        }
    }
    out
}

fn cut_line<'t>(text: &'t str, out: &mut Vec<SourceLine<'t>>, at: usize, cut: &Cut) {
    let start = cut.span.start;
    let blank = SourceLine::new(text, start, start);
    match cut.kind {
        HtmlKind::Tail if at < start => out.push(SourceLine::with_blanks(text, at, start)),
        HtmlKind::Tail => {}
        // Blanks before a comment keep it in the block of the line above.
        HtmlKind::Single if at < start => out.extend([SourceLine::new(text, at, start + 1), blank]),
        HtmlKind::Single | HtmlKind::Element => out.extend([
            SourceLine::with_blanks(text, at.min(start), start),
            SourceLine::new(text, start, start + 1),
            blank,
        ]),
    }
}
