//! What a page is made of: headings, blocks of text, links. All ranges are bytes of the whole page.

use std::ops::Range;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// The text as GitHub shows it: without markup and pictures, blanks folded.
    pub text: String,
    /// The same with its blanks as they are, of which GitHub makes the anchor.
    pub unfolded: String,
    /// From the first `#` (or letter of a setext heading) to the end of its last line's text.
    pub span: Range<usize>,
    /// The source of the text itself, markup included.
    pub text_span: Range<usize>,
    /// Underlined with `===` or `---`.
    pub setext: bool,
    /// From the end of the heading to the next heading of any level.
    pub body: Range<usize>,
    /// Whether the body shows anything.
    pub has_content: bool,
    /// Whether the body holds something other than paragraphs and list items: code, a table, an image.
    pub has_matter: bool,
    /// Indices of the body's blocks among those of the page.
    pub blocks: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    Paragraph,
    /// The own text of a list item, without deeper items.
    Item,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub kind: BlockKind,
    /// The running text, list markers left out.
    pub span: Range<usize>,
    /// For the first text of a list item, where its marker is.
    pub marker: Option<usize>,
    /// Whether deeper blocks follow inside of the same list item.
    pub has_children: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The whole construct.
    pub span: Range<usize>,
    /// The destination with escapes resolved.
    pub target: String,
    pub image: bool,
    pub kind: LinkKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// `[text](target)`
    Inline,
    /// `[text][label]`, `[label][]` or `[label]`
    Reference,
    /// `<https://...>`
    Autolink,
}

/// The text with every run of blanks as one space, none at the ends.
pub fn fold_blanks(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
