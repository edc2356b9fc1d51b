//! Raw HTML, found as Python-Markdown's HTML parser finds it and taken out of the text.
//!
//! A block-level tag at the start of a line opens a raw block that lasts to its closing tag, over
//! blank lines and headings, and to the end of the file where that tag is missing. CommonMark ends
//! the same block at the first blank line.

use crate::text::{is_one_of, pattern};
use std::ops::Range;
use std::sync::LazyLock;

use super::lines::Piece;
use crate::markdown::html::{Markup, start_tag};
use regex::Regex;

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

static COMMENT_END: LazyLock<Regex> = LazyLock::new(|| pattern("--!?>"));

/// The raw HTML in `text` from `body` on; what is in `fences` is not read. With `md_in_html` an element whose tag
/// says `markdown` is no raw HTML but for its tags.
pub(super) fn find(text: &str, body: usize, fences: &[Range<usize>], md_in_html: bool) -> Vec<Cut> {
    let mut scan = Scan { text, body, md_in_html, patience: PATIENCE * text.len(), ..Scan::default() };
    let ends = fences.iter().map(|fence| fence.start).chain([text.len()]);
    let starts = [body].into_iter().chain(fences.iter().map(|fence| fence.end));
    let outside: Vec<Range<usize>> = starts.zip(ends).map(|(start, end)| start..end).collect();
    let mut at = body;
    for (i, piece) in outside.iter().enumerate() {
        at = at.max(piece.start);
        while at < piece.end {
            let Some(lt) = memchr::memchr(b'<', &text.as_bytes()[at..piece.end]) else { break };
            at = scan.markup(at + lt, piece.end, &outside[i..]);
        }
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
    /// Reads the markup at `at`, a `<`, and returns where to go on; `outside` is the text around it and below it that
    /// is in no fence.
    fn markup(&mut self, at: usize, end: usize, outside: &[Range<usize>]) -> usize {
        let bytes = self.text.as_bytes();
        if self.patience == 0 {
            return end;
        }
        match bytes.get(at + 1) {
            Some(b) if b.is_ascii_alphabetic() => self.start_tag(at, end),
            Some(b'/') if bytes.get(at + 2).is_some_and(u8::is_ascii_alphabetic) => self.end_tag(at, end),
            Some(b'!') if self.text[at..].starts_with("<!--") => self.comment(at, outside),
            Some(b'!' | b'?') if self.raw_from.is_some() || self.at_line_start(at) || at < self.tail_end => {
                self.declaration(at, end)
            }
            _ => at + 1,
        }
    }

    fn at_line_start(&self, at: usize) -> bool {
        let bytes = &self.text.as_bytes()[self.body..at];
        let blanks = bytes.iter().rev().take(4).take_while(|b| **b == b' ').count();
        blanks <= 3 && matches!(bytes[..bytes.len() - blanks].last(), None | Some(b'\n' | b'\r'))
    }

    fn start_tag(&mut self, at: usize, limit: usize) -> usize {
        let tag = match start_tag(&self.text[..limit], at) {
            Markup::Tag(tag) => tag,
            Markup::Text(next) => return next,
            Markup::Broken => {
                self.in_vain(at, limit);
                return self.past_gt(at, limit);
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
                self.cuts.push(Cut { span: at..end, kind: HtmlKind::Element });
                self.tail_end = self.line_end(end);
                return end;
            }
            self.raw_from = Some(at);
        }
        if self.raw_from.is_some() {
            self.stack.push(name);
            if name.eq_ignore_ascii_case("script") || name.eq_ignore_ascii_case("style") {
                return self.raw_text_end(name, end, limit);
            }
        }
        end
    }

    /// Script and style hold text up to their own closing tag.
    fn raw_text_end(&self, name: &str, from: usize, limit: usize) -> usize {
        let mut at = from;
        while let Some(lt) = self.text[at..limit].find("</") {
            let tag = self.text.as_bytes().get(at + lt + 2..at + lt + 2 + name.len());
            if tag.is_some_and(|t| t.eq_ignore_ascii_case(name.as_bytes())) {
                return at + lt;
            }
            at += lt + 2;
        }
        limit
    }

    fn end_tag(&mut self, at: usize, limit: usize) -> usize {
        let bytes = self.text.as_bytes();
        let end = self.past_gt(at, limit);
        if bytes[end - 1] != b'>' {
            return at + 2;
        }
        let name_len =
            bytes[at + 2..end].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
        let name = &self.text[at + 2..at + 2 + name_len];
        let Some(start) = self.raw_from else {
            if let Some(depth) = self.markdown.iter().rposition(|t| t.eq_ignore_ascii_case(name)) {
                self.markdown.truncate(depth);
                self.cuts.push(Cut { span: at..end, kind: HtmlKind::Element });
                self.tail_end = self.line_end(end);
            }
            return end;
        };
        let known = self.stack.iter().rev().take(SEARCHED).position(|t| t.eq_ignore_ascii_case(name));
        if let Some(depth) = known {
            self.stack.truncate(self.stack.len() - depth - 1);
        }
        if self.stack.is_empty() {
            self.raw_from = None;
            self.cuts.push(Cut { span: start..end, kind: HtmlKind::Element });
            self.tail_end = self.line_end(end);
        }
        end
    }

    fn comment(&mut self, at: usize, outside: &[Range<usize>]) -> usize {
        for piece in outside {
            let from = piece.start.max(at + 4);
            let inside = self.text.get(from..piece.end);
            if let Some(close) = inside.and_then(|inside| COMMENT_END.find(inside)) {
                self.single(at..from + close.end(), true);
                return from + close.end();
            }
        }
        self.in_vain(at, self.text.len());
        at + 1
    }

    fn declaration(&mut self, at: usize, limit: usize) -> usize {
        let rest = &self.text[at..limit];
        let (close, block) = if rest.starts_with("<?") {
            ("?>", true)
        } else if rest.starts_with("<![CDATA[") {
            ("]]>", true)
        } else {
            (">", rest.get(2..9).is_some_and(|d| d.eq_ignore_ascii_case("doctype")))
        };
        let Some(length) = rest.find(close) else {
            self.in_vain(at, limit);
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
            self.tail_end = self.line_end(span.end);
            self.cuts.push(Cut { span, kind: HtmlKind::Single });
        }
    }

    fn in_vain(&mut self, from: usize, to: usize) {
        self.patience = self.patience.saturating_sub(to - from);
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |n| at + n)
    }

    /// Past the next `>`, or past the `<` where there is none.
    fn past_gt(&mut self, at: usize, limit: usize) -> usize {
        match self.text[at..limit].find('>') {
            Some(gt) => at + gt + 1,
            None => {
                self.in_vain(at, limit);
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
pub(super) fn stash(pieces: Vec<Piece>, cuts: &[Cut]) -> Vec<Piece> {
    if cuts.is_empty() {
        return pieces;
    }
    let mut out = Vec::with_capacity(pieces.len() + 3 * cuts.len());
    let mut cuts = cuts.iter().peekable();
    let mut resume = 0;
    for piece in pieces {
        if piece.end < resume || piece.end == resume && piece.start < resume {
            continue;
        }
        let mut at = piece.start.max(resume);
        while let Some(cut) = cuts.next_if(|c| c.span.start < piece.end) {
            cut_line(&mut out, at, cut);
            at = cut.span.end;
            resume = at;
        }
        if at < piece.end || at == piece.start {
            out.push(Piece { start: at, ..piece });
        }
    }
    out
}

fn cut_line(out: &mut Vec<Piece>, at: usize, cut: &Cut) {
    let start = cut.span.start;
    let blank = Piece::new(start, start);
    match cut.kind {
        HtmlKind::Tail if at < start => out.push(Piece { keep_blank: true, ..Piece::new(at, start) }),
        HtmlKind::Tail => {}
        HtmlKind::Single if at == start => out.extend([blank, Piece::new(start, start + 1), blank]),
        // Blanks before a comment keep it in the block of the line above.
        HtmlKind::Single => out.extend([Piece::new(at, start + 1), blank]),
        HtmlKind::Element => out.extend([
            Piece { keep_blank: true, ..Piece::new(at.min(start), start) },
            Piece::new(start, start + 1),
            blank,
        ]),
    }
}
