//! The navigation: sections, entries and rest entries, in the order of the file.
//!
//! It says what is there and what it names; whether a page is shown is [`super::Site`]'s to say.

use super::patterns::RestPattern;
use super::yaml::Style;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// The `nav` of a site.
#[derive(Debug, Clone, Default)]
pub enum Nav {
    /// Missing, null or an empty list: MkDocs shows all pages.
    Absent,
    Listed(NavTree),
    /// It could not be read; [`super::Site::problems`] or [`super::Site::notes`] say why.
    #[default]
    Unreadable,
}

/// A navigation that is written out.
#[derive(Debug, Clone, Default)]
pub struct NavTree {
    /// The file that holds it: `mkdocs.yml`, or one it inherits from.
    pub path: String,
    /// Byte span of the key `nav`.
    pub key: Range<usize>,
    /// The sections, each after the one that holds it; the first is the navigation itself.
    pub sections: Vec<NavSection>,
    /// Every mention of a page or another address, in the order of the file.
    pub entries: Vec<NavEntry>,
    /// The rest entries of the `awesome-pages` plugin.
    pub rests: Vec<Rest>,
    /// The first entry of each page; see [`Nav::entry_of`].
    pub(super) by_page: OnceLock<HashMap<String, usize>>,
}

/// A list of items under one title.
#[derive(Debug, Clone)]
pub struct NavSection {
    /// Its title and those of the sections around it, outermost first, as written; none for the navigation itself.
    pub titles: Arc<[String]>,
    pub items: Vec<NavItem>,
    pub shape: Shape,
    /// Bytes from the title, or from the first item of the navigation itself, to the last content.
    pub span: Range<usize>,
}

/// How a section's items are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `- item`, each on lines of its own.
    Block,
    /// `[item, item]`.
    Flow,
    /// `title: page` without dashes, which MkDocs takes with a warning.
    Mapping,
    /// It is elsewhere: an alias, a merge key, the default of `!ENV`.
    Elsewhere,
}

#[derive(Debug, Clone)]
pub struct NavItem {
    /// Its index in [`NavTree::entries`]; none for a section and a rest entry.
    pub entry: Option<usize>,
    /// The bytes of its content, the dash not included.
    pub span: Range<usize>,
    /// Its line or lines, where it has them to itself: from the dash through the last line break.
    pub lines: Option<Range<usize>>,
}

/// One mention of a page, of another file or of an address.
#[derive(Debug, Clone)]
pub struct NavEntry {
    /// As written; YAML 1.1 may read another value, such as a boolean from `yes`.
    pub title: Option<String>,
    /// As written.
    pub target: String,
    /// The page it names for MkDocs, from the repository's root; none for addresses, for paths that
    /// leave the docs folder and for forms that MkDocs does not resolve.
    pub doc: Option<String>,
    /// Bytes of the target, its quotes included; of the alias or the tagged list that stands for it.
    pub span: Range<usize>,
    /// The titles of the sections around it, outermost first.
    pub section: Arc<[String]>,
    /// The section that holds it, and which of its items it is.
    pub parent: usize,
    pub item: usize,
    /// Its text is elsewhere: an alias, a merge key, the default of `!ENV`.
    pub elsewhere: bool,
    /// How title and target are quoted.
    pub title_style: Option<Style>,
    pub target_style: Style,
}

/// An entry that stands for the pages that are named nowhere.
#[derive(Debug, Clone)]
pub struct Rest {
    pub text: String,
    pub pattern: RestPattern,
}

impl Nav {
    /// The entries, in the order of the file; none where the navigation is not written out.
    pub fn entries(&self) -> &[NavEntry] {
        self.tree().map_or(&[], |tree| &tree.entries)
    }

    /// The first entry of a page, a path from the repository's root.
    ///
    /// Every page of a site may be asked for, and every one has an entry: it is looked up.
    pub fn entry_of(&self, path: &str) -> Option<usize> {
        let tree = self.tree()?;
        let index = || {
            let pages = tree.entries.iter().enumerate().rev();
            pages.filter_map(|(at, entry)| Some((entry.doc.clone()?, at))).collect()
        };
        tree.by_page.get_or_init(index).get(path).copied()
    }

    pub fn tree(&self) -> Option<&NavTree> {
        if let Nav::Listed(tree) = self { Some(tree) } else { None }
    }
}

impl NavSection {
    pub fn title(&self) -> Option<&str> {
        self.titles.last().map(String::as_str)
    }
}
