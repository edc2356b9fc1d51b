//! What the files of a tree are: template, OKEPs, companion pages, index page and site.

pub use super::parsed::Parsed;

use super::proposal::Okep;
use super::right_path;
use super::template::Template;
use crate::files::{FRONT_PAGE, Layout, Listing, Note, PathKind, Tree};
use crate::markdown::document::Document;
use crate::site::index_page::IndexPage;
use crate::site::mkdocs::Site;
use crate::text::Text;
use crate::text::path::{self, Role};
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct Page {
    pub path: String,
    pub document: Arc<Document>,
}

#[derive(Debug, Clone)]
pub struct OrphanFolder {
    pub folder: String,
    /// Sorted.
    pub pages: Vec<Page>,
}

#[derive(Clone, Default)]
pub struct Snapshot {
    pub tree: Tree,
    pub layout: Layout,
    pub template: Arc<Template>,
    /// Sorted by path.
    pub okeps: Vec<Okep>,
    /// Pages next to an OKEP in a folder of its own.
    pub companions: Vec<Page>,
    /// Folders named like an OKEP that hold pages but no OKEP.
    pub orphan_folders: Vec<OrphanFolder>,
    pub landing: Option<IndexPage>,
    /// Pages of the proposal folder that no rule checks, sorted by path.
    pub others: Vec<Page>,
    /// OKEPs in the docs folder and outside of the proposal folder, sorted by path.
    pub misplaced: Vec<Page>,
    /// The configuration of the site, where there is one.
    pub site: Option<Arc<Site>>,
    /// The repository that this is, as `host/organisation/name` in lower case: that of the template's own
    /// issue link.
    pub repository: Option<String>,
    /// What there is to say about the files, but for what could not be read: see [`Tree::notices`].
    pub notes: Vec<Note>,
    /// Whether some OKEP is there that could not be read, so that the verdict is not whole.
    pub incomplete: bool,
    pub(super) listing: Arc<Listing>,
    pub(super) parsed: Parsed,
    /// The paths in question; none where all are.
    pub(super) changed: Option<BTreeSet<String>>,
}

impl Snapshot {
    /// The same with all OKEPs in question, of which none is read before its text is asked for; the text of one that
    /// cannot be read is empty.
    pub fn on_demand(tree: &Tree, layout: &Layout, parsed: &Parsed) -> Self {
        let mut snapshot = Snapshot::of_change(tree, layout, parsed, Some(&BTreeSet::new()));
        snapshot.okeps.retain(|okep| !okep.unchanged || !tree.is_symlink(&okep.path));
        snapshot.okeps.iter_mut().for_each(|okep| okep.unchanged = false);
        snapshot
    }

    /// Whether there is a Markdown file of the proposal folder at `path`, whether it can be read or not.
    pub fn contains(&self, path: &str) -> bool {
        self.listing.files.contains_key(path)
    }

    /// The Markdown files of the proposal folder, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.listing.files.keys().map(String::as_str)
    }

    /// What is at a path of the repository; the right path of an OKEP that is elsewhere is unknown, since the
    /// finding about that OKEP is enough.
    pub fn path_kind(&self, path: &str) -> PathKind {
        if self.contains(path) {
            return PathKind::File;
        }
        let is_misplaced =
            |number| self.misplaced.iter().any(|page| path::page_number(&page.path) == Some(number));
        match self.tree.kind(path) {
            PathKind::Nothing if self.okep_at_wrong_path(path).is_some() => PathKind::Unknown,
            PathKind::Nothing if path::number(path).is_some_and(is_misplaced) => PathKind::Unknown,
            kind => kind,
        }
    }

    /// The OKEP that should be at this path, and is at another one.
    pub fn okep_at_wrong_path(&self, path: &str) -> Option<&Okep> {
        if self.contains(path) {
            return None;
        }
        self.okeps.iter().find(|okep| right_path::is_right(okep, path))
    }

    /// The text of a file, where it can be read.
    pub fn text(&self, path: &str) -> Option<Arc<Text>> {
        self.tree.bytes(path).map(|bytes| Arc::new(Text::new(bytes)))
    }

    /// The page at a path, where it can be read.
    pub fn document(&self, path: &str) -> Option<Arc<Document>> {
        self.parsed.document(&self.tree.file(path)?)
    }

    /// The pages outside of the proposal folder that may name a file of this name.
    pub fn backlinks(&self, name: &str) -> Vec<Page> {
        self.outside(|bytes| may_name(bytes, name))
    }

    /// The pages of the docs folder outside of the proposal folder, and the repository's front page, as far as their
    /// bytes are asked for.
    pub fn outside(&self, is_asked: impl Fn(&[u8]) -> bool) -> Vec<Page> {
        let listing = self.tree.list(self.docs_folder());
        let paths = listing.files.keys().map(String::as_str).chain([FRONT_PAGE]).collect::<BTreeSet<_>>();
        let is_one =
            |path: &&str| !self.contains(path) && self.tree.bytes(path).is_some_and(|bytes| is_asked(&bytes));
        let page = |path: &str| Some(Page { path: path.to_owned(), document: self.document(path)? });
        paths.into_iter().filter(is_one).filter_map(page).collect()
    }

    /// The docs folder of the site, or else the folder that holds the proposal folder.
    pub(super) fn docs_folder(&self) -> &str {
        let (folder, site) = (self.layout.folder.as_str(), self.site.as_ref());
        let docs = site.and_then(|site| site.docs_dir.as_deref()).filter(|docs| path::is_below(folder, docs));
        let docs = docs.unwrap_or(path::folder_of(folder));
        if docs.is_empty() { folder } else { docs }
    }

    /// The same of a tree in which some files are changed or renamed: what was not in question is not now.
    pub fn after(&self, tree: &Tree) -> Self {
        let changed = self.changed.as_ref().map(|changed| {
            let new = tree.changes().keys().filter(|path| !self.contains(path));
            changed.iter().chain(new).cloned().collect()
        });
        Snapshot::of_change(tree, &self.layout, &self.parsed, changed.as_ref())
    }

    /// What was parsed for it, and may be of use for others.
    pub fn parsed(&self) -> &Parsed {
        &self.parsed
    }

    /// The number of the OKEP that a path names, whether it is there or not; none for other pages.
    pub fn number_of(&self, path: &str) -> Option<u64> {
        let number = path::number(path)?;
        let localized = || self.site.as_ref().and_then(|site| site.default_page(path));
        let is_okep = |path: &str| self.layout.role(path) == Role::Okep;
        (is_okep(path) || localized().is_some_and(|path| is_okep(&path))).then_some(number)
    }

    pub fn okep(&self, path: &str) -> Option<&Okep> {
        self.okeps.binary_search_by(|o| o.path.as_str().cmp(path)).ok().map(|i| &self.okeps[i])
    }

    /// Every page that was read and may link to others, but for the template, which is never changed.
    pub fn pages(&self) -> impl Iterator<Item = (&str, &Document)> {
        let okeps = self.okeps.iter().map(|o| (o.path.as_str(), &*o.document));
        let orphan = self.orphan_folders.iter().flat_map(|f| &f.pages);
        let pages = self.companions.iter().chain(orphan).chain(&self.others);
        let landing = self.landing.iter().map(|l| (l.path.as_str(), &*l.document));
        okeps.chain(pages.map(|p| (p.path.as_str(), &*p.document))).chain(landing)
    }

    /// The OKEP of the same number as a given path, under another name.
    pub fn okep_of_number(&self, number: u64) -> Option<&Okep> {
        let mut same = self.okeps.iter().filter(|o| o.name.number == Some(number));
        same.next().filter(|_| same.next().is_none())
    }
}

/// Whether a link of this text may point to a file of this name, however it is written; a text without
/// characters that encode others must have the name itself.
fn may_name(text: &[u8], name: &str) -> bool {
    memchr::memchr3(b'%', b'&', b'\\', text).is_some()
        || memchr::memmem::find(text, name.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Content;
    use crate::files::File;

    fn snapshot(files: &[(&str, Content)]) -> Snapshot {
        with_template(None, files)
    }

    /// A snapshot where `okep.toml` names the template.
    fn with_template(named: Option<&str>, files: &[(&str, Content)]) -> Snapshot {
        let file = |content: &Content| Some(File { id: None, content: content.clone() });
        let files = files.iter().map(|(path, content)| ((*path).to_owned(), file(content)));
        let layout = Layout { template: named.map(str::to_owned), ..Layout::default() };
        Snapshot::new(&Tree::default().with(files), &layout, &Parsed::default())
    }

    fn text(text: &str) -> Content {
        Content::Bytes(text.as_bytes().into())
    }

    #[test]
    fn a_template_whose_text_is_not_here_asks_for_nothing() {
        let okep = ("docs/okeps/okep-7-a.md", text("# OKEP-7: A\n"));
        for unknown in [Content::Symlink, Content::LfsPointer] {
            let snapshot = snapshot(&[("docs/okeps/okep-1-template.md", unknown.clone()), okep.clone()]);
            assert!(snapshot.template.outline.rows.is_empty() && snapshot.template.path.is_some());
            let kinds: Vec<&str> = snapshot.notes.iter().map(|note| note.kind).collect();
            assert_eq!(kinds, ["no-register", "unread-template"]);
        }
        let readable = ("docs/okeps/okep-2-template.md", text("# OKEP-2: T\n\n## Goals\n"));
        let files = [("docs/okeps/okep-1-template.md", Content::Symlink), readable, okep];
        assert_eq!(snapshot(&files).template.path.as_deref(), Some("docs/okeps/okep-2-template.md"));
        let named = with_template(Some("docs/okeps/okep-1-template.md"), &files);
        assert_eq!(named.template.path.as_deref(), Some("docs/okeps/okep-1-template.md"));
        assert!(named.template.outline.rows.is_empty());
    }

    #[test]
    fn the_template_may_be_the_page_of_its_folder() {
        let files = ["1-template/README.md", "1-template/images.md", "7-api-template/README.md"];
        let files = files.map(|path| (format!("docs/okeps/okep-{path}"), text("# OKEP-1: T\n\n## Goals\n")));
        let files = files.iter().map(|(path, text)| (path.as_str(), text.clone()));
        let found = snapshot(&files.collect::<Vec<_>>());
        assert_eq!(found.template.path.as_deref(), Some("docs/okeps/okep-1-template/README.md"));
        let okeps: Vec<&str> = found.okeps.iter().map(|okep| okep.path.as_str()).collect();
        assert_eq!(okeps, ["docs/okeps/okep-7-api-template/README.md"]);
        assert!(found.orphan_folders.is_empty());
    }

    #[test]
    fn an_okep_whose_text_is_not_here_is_no_okep_to_check() {
        let snapshot = snapshot(&[
            ("docs/okeps/okep-7-a.md", Content::LfsPointer),
            ("docs/okeps/okep-8-b.md", text("# OKEP-8: B\n")),
        ]);
        let okeps: Vec<&str> = snapshot.okeps.iter().map(|okep| okep.path.as_str()).collect();
        assert_eq!(okeps, ["docs/okeps/okep-8-b.md"]);
        assert!(snapshot.contains("docs/okeps/okep-7-a.md") && !snapshot.incomplete);
    }

    #[test]
    fn a_page_may_name_a_file_in_other_signs() {
        let check = |text: &str, expected| assert_eq!(may_name(text.as_bytes(), "OKEP-1-a.md"), expected);
        check("see [a](okeps/OKEP-1-a.md)", true);
        check("see [a](okeps/OKEP%2D1-a.md)", true);
        check("see [a](okeps/OKEP\\-1-a.md)", true);
        check("see [a](okeps/OKEP&#45;1-a.md)", true);
        check("see [a](okeps/okep-1-a.md)", false);
        check("", false);
    }

    #[test]
    fn a_readme_is_the_index_page_where_there_is_no_other() {
        let check = |names: &[&str], expected: Option<&str>| {
            let paths: Vec<String> = names.iter().map(|name| format!("docs/okeps/{name}")).collect();
            let pages: Vec<_> = paths.iter().map(|path| (path.as_str(), text("# A\n"))).collect();
            let found = snapshot(&pages);
            assert_eq!(found.landing.as_ref().map(|page| path::file_name(&page.path)), expected);
            assert_eq!(found.pages().count(), names.len(), "no page is lost");
        };
        check(&["README.md"], Some("README.md"));
        check(&["README.md", "index.md"], Some("index.md"));
        check(&["Index.MD", "readme.markdown"], Some("Index.MD"));
        check(&["deep/README.md"], None);
        let index = ("docs/okeps/index.md", Content::Symlink);
        assert!(snapshot(&[index, ("docs/okeps/README.md", text("# A\n"))]).landing.is_none());
    }
}
