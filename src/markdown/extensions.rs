//! The Markdown extensions of a site, as far as its headings depend on them.

use crate::text::{BytePattern, byte_pattern};

/// Which extensions are on; the default are those of MkDocs itself (`toc`, `tables`, `fenced_code`), which are always on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Extensions {
    pub admonition: bool,
    pub attr_list: bool,
    pub details: bool,
    pub md_in_html: bool,
    pub meta: bool,
    /// `pymdownx.saneheaders`: a `#` needs a blank after it, as on GitHub.
    pub sane_headers: bool,
    pub snippets: bool,
    pub superfences: bool,
    pub tabbed: bool,
    pub def_list: bool,
    pub footnotes: bool,
    /// `pymdownx.blocks.*`, written between lines that begin with `///`.
    pub blocks: bool,
    /// Another extension is on that may change headings.
    pub unknown: bool,
}

impl Extensions {
    /// Whether the headings of a page can be known from its text: no extension puts others in, and none that is not
    /// known here is on.
    pub fn are_known_for(&self, text: &str) -> bool {
        let adds_headings = self.snippets && has_snippet(text) || self.has_block(text);
        !self.unknown && !adds_headings && !self.may_nest_headings(text)
    }

    fn has_block(&self, text: &str) -> bool {
        self.blocks && memchr::memmem::find(text.as_bytes(), b"\n///").is_some()
    }

    /// Whether a heading may be in the definition of a term or in a footnote.
    fn may_nest_headings(&self, text: &str) -> bool {
        let is_definition = |line: &str| {
            let line = line.trim_start_matches(' ');
            self.def_list && line.starts_with(": ") || self.footnotes && line.starts_with("[^")
        };
        let mut lines = text.lines();
        (self.def_list || self.footnotes)
            && lines.any(is_definition)
            && lines.any(|line| line.starts_with([' ', '\t']) && line.trim_start().starts_with('#'))
    }

    /// Whether something on a page may have an anchor that neither a heading nor HTML gives it, as tabs have.
    pub fn may_add_anchors(&self, text: &str) -> bool {
        let is_tab = |line: &str| line.trim_start().starts_with("===") && line.contains(['"', '\'']);
        self.has_block(text) || self.may_nest_headings(text) || self.tabbed && text.lines().any(is_tab)
    }

    /// Whether something may put in text that is not in the page: a snippet, or the directive of an extension or a
    /// plugin that is not known.
    pub fn may_add_to(&self, text: &str) -> bool {
        let opens = |at| matches!(text.as_bytes().get(at + 1), Some(b'%' | b'{' | b'!'));
        let has_directive = || memchr::memchr_iter(b'{', text.as_bytes()).any(opens);
        (self.snippets || self.unknown) && has_snippet(text) || self.unknown && has_directive()
    }
}

/// Whether a line puts in another file, as `--8<-- "file.md"` does; `;--8<--` is text.
pub fn has_snippet(text: &str) -> bool {
    static SNIPPET: BytePattern = BytePattern::new(|| byte_pattern("(?m)^[ \t>]*-+8<-"));
    memchr::memmem::find(text.as_bytes(), b"8<").is_some() && SNIPPET.is_match(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_is_a_line_of_its_own() {
        let check = |text: &str, expected| assert_eq!(has_snippet(text), expected, "{text}");
        check("# A\n\n--8<-- \"shared/goals.md\"\n", true);
        check("* x\n\n    --8<--\n    a.md\n    --8<--\n", true);
        check("-8<- \"a.md\"\n", true);
        check("# A\n\n;--8<-- \"a.md\"\n", false);
        check("Write `--8<-- \"a.md\"` to put it in.\n", false);
        check("1 > 8 and 8<-9\n", false);
    }
}
