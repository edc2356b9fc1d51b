//! What the files of a tree are: template, OKEPs, companion pages, index page and site.

use super::proposal::Okep;
use super::template::Template;
use crate::files::{
    CONFIG, Content, FRONT_PAGE, File, Layout, Listing, MAX_FILE_BYTES, Note, PathKind, Tree,
};
use crate::markdown::document::Document;
use crate::markdown::limits;
use crate::site::index_page::IndexPage;
use crate::site::mkdocs;
use crate::site::mkdocs::Site;
use crate::text::Text;
use crate::text::path;
use crate::text::path::Role;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, Clone)]
pub struct Snapshot {
    pub tree: Tree,
    pub layout: Layout,
    pub template: Template,
    /// Sorted by path.
    pub okeps: Vec<Okep>,
    /// Pages next to an OKEP in a folder of its own.
    pub companions: Vec<Page>,
    /// Folders named like an OKEP that hold pages but no OKEP.
    pub orphan_folders: Vec<OrphanFolder>,
    pub landing: Option<IndexPage>,
    /// Pages of the proposal folder that no rule checks, sorted by path.
    pub others: Vec<Page>,
    /// The configuration of the site, where there is one.
    pub site: Option<Arc<Site>>,
    /// The repository that this is, as `host/organisation/name` in lower case: that of the template's own
    /// issue link.
    pub repository: Option<String>,
    /// What there is to say about the files, but for what could not be read: see [`Tree::notices`].
    pub notes: Vec<Note>,
    /// Whether some OKEP is there that could not be read, so that the verdict is not whole.
    pub incomplete: bool,
    listing: Arc<Listing>,
    parsed: Parsed,
    /// The paths in question; none where all are.
    changed: Option<BTreeSet<String>>,
}

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

/// What has been parsed, by the id of its bytes: each distinct content is parsed once. A clone shares it.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    documents: Arc<Known<Document>>,
    sites: Arc<Known<Site>>,
}

/// Shared values by the path and id they were made from.
type Known<T> = Mutex<HashMap<(String, String), Arc<T>>>;

fn once<T>(known: &Known<T>, path: &str, id: Option<&str>, make: impl FnOnce() -> T) -> Arc<T> {
    let Some(id) = id else { return Arc::new(make()) };
    let key = (path.to_owned(), id.to_owned());
    if let Some(value) = known.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return value.clone();
    }
    let value = Arc::new(make());
    known.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(value).clone()
}

impl Parsed {
    /// The page that a file of these bytes is.
    fn document(&self, file: &File, bytes: &[u8]) -> Arc<Document> {
        once(&self.documents, "", file.id.as_deref(), || Document::parse(bytes))
    }

    /// Makes a document known, so that a file of this id need not be parsed.
    pub fn know(&self, id: &str, document: Arc<Document>) {
        once(&self.documents, "", Some(id), || Document::clone(&document));
    }
}

impl Snapshot {
    pub fn new(tree: &Tree, layout: &Layout, parsed: &Parsed) -> Self {
        Snapshot::of_change(tree, layout, parsed, None)
    }

    /// The same where only some paths are in question: other OKEPs are not read until they are asked for.
    pub fn of_change(
        tree: &Tree,
        layout: &Layout,
        parsed: &Parsed,
        changed: Option<&BTreeSet<String>>,
    ) -> Self {
        let listing = tree.list(&layout.folder);
        let notes = listing.notices.clone();
        let mut reading =
            SnapshotReader { tree, layout, parsed, changed, notes, incomplete: false, site: None };
        reading.site = reading.site();
        let site = reading.site.clone();
        let files = reading.documents(&listing);
        let template = reading.template(&files, &listing);
        let okeps = reading.okeps(&files, &listing, &template, site.as_deref());
        let (companions, orphan_folders) = reading.pages(&files, &okeps);
        let landing = files
            .iter()
            .find(|f| f.role == Role::IndexPage)
            .map(|f| IndexPage::new(&f.path, f.document.clone(), site.as_ref().map(|s| &s.pages)));
        let is_other = |f: &&Parsable| {
            matches!(f.role, Role::Other | Role::Stray) && okeps.iter().all(|o| o.path != f.path)
        };
        let page = |f: &Parsable| Page { path: f.path.clone(), document: f.document.clone() };
        let others = files.iter().filter(is_other).map(page).collect();
        let repository = repository(&template);
        reading.notes.sort();
        reading.notes.dedup();
        Snapshot {
            tree: tree.clone(),
            layout: layout.clone(),
            template,
            okeps,
            companions,
            orphan_folders,
            landing,
            others,
            site,
            repository,
            notes: reading.notes,
            incomplete: reading.incomplete,
            listing,
            parsed: parsed.clone(),
            changed: changed.cloned(),
        }
    }

    /// Whether there is a Markdown file of the proposal folder at `path`, whether it can be read or not.
    pub fn contains(&self, path: &str) -> bool {
        self.listing.files.contains_key(path)
    }

    /// The Markdown files of the proposal folder, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.listing.files.keys().map(String::as_str)
    }

    /// What is at a path of the repository.
    pub fn path_kind(&self, path: &str) -> PathKind {
        if self.contains(path) { PathKind::File } else { self.tree.kind(path) }
    }

    /// The text of a file, where it can be read.
    pub fn text(&self, path: &str) -> Option<Arc<Text>> {
        if path::stem(path::file_name(path)).is_some() {
            return self.document(path).map(|document| document.text.clone());
        }
        self.tree.bytes(path).map(|bytes| Arc::new(Text::new(&bytes)))
    }

    /// The page at a path, where it can be read.
    pub fn document(&self, path: &str) -> Option<Arc<Document>> {
        let file = self.tree.file(path)?;
        let Content::Bytes(bytes) = &file.content else { return None };
        Some(self.parsed.document(&file, bytes))
    }

    /// The pages outside of the proposal folder that may name a file of this name: those of the docs folder,
    /// and the repository's front page.
    pub fn backlinks(&self, name: &str) -> Vec<Page> {
        let listing = self.tree.list(self.docs_folder());
        let paths = listing.files.keys().map(String::as_str).chain([FRONT_PAGE]).collect::<BTreeSet<_>>();
        let names = |path: &&str| {
            !self.contains(path) && self.tree.bytes(path).is_some_and(|bytes| may_name(&bytes, name))
        };
        let page = |path: &str| Some(Page { path: path.to_owned(), document: self.document(path)? });
        paths.into_iter().filter(names).filter_map(page).collect()
    }

    /// The docs folder of the site, or else the folder that holds the proposal folder.
    fn docs_folder(&self) -> &str {
        let folder = self.layout.folder.as_str();
        let holds = |docs: &&str| folder.strip_prefix(*docs).is_some_and(|rest| rest.starts_with('/'));
        let docs = self.site.as_ref().and_then(|site| site.docs_dir.as_deref()).filter(holds);
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

    /// The number of the OKEP that a path names, whether it is there or not; none for other pages.
    pub fn number_of(&self, path: &str) -> Option<u64> {
        let localized = self.site.as_ref().and_then(|site| site.default_page(path));
        let is_okep = |path: &str| path::role(path, &self.layout.folder) == Role::Okep;
        if !is_okep(path) && !localized.is_some_and(|path| is_okep(&path)) {
            return None;
        }
        path::okep_name(path::stem(path::file_name(path))?)?.number
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

    /// The OKEP that is in a given path's stead: of the same number, under another name.
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

/// A page that was read.
struct Parsable {
    path: String,
    role: Role,
    document: Arc<Document>,
}

struct SnapshotReader<'a> {
    tree: &'a Tree,
    layout: &'a Layout,
    parsed: &'a Parsed,
    /// The paths in question; none where all are.
    changed: Option<&'a BTreeSet<String>>,
    notes: Vec<Note>,
    incomplete: bool,
    site: Option<Arc<Site>>,
}

impl SnapshotReader<'_> {
    /// Whether a path is an OKEP that is not in question.
    fn is_unchanged(&self, path: &str) -> bool {
        self.changed.is_some_and(|changed| !changed.contains(path)) && self.role(path) == Role::Okep
    }

    /// The role of a page; a translation has none of its own.
    fn role(&self, path: &str) -> Role {
        match &self.site {
            Some(site) if site.is_translation(path) => Role::Other,
            _ => path::role(path, &self.layout.folder),
        }
    }

    /// Reads and parses all pages in question.
    fn documents(&mut self, listing: &Listing) -> Vec<Parsable> {
        let paths: Vec<&String> = listing.files.keys().filter(|path| !self.is_unchanged(path)).collect();
        let read = |path: &&String| (self.tree.file(path), self.role(path));
        let parse = |(file, role): (Option<File>, Role)| match file.as_ref().map(|file| &file.content) {
            Some(Content::Bytes(bytes)) => {
                (file.as_ref().map(|file| self.parsed.document(file, bytes)), file, role)
            }
            _ => (None, file, role),
        };
        let read: Vec<_> = paths.par_iter().map(read).map(parse).collect();
        let mut files = Vec::with_capacity(read.len());
        for (path, (document, file, role)) in paths.into_iter().zip(read) {
            match (document, file.map(|file| file.content)) {
                (Some(document), _) => files.push(Parsable { path: path.clone(), role, document }),
                (None, Some(Content::TooLarge(size))) => {
                    let (megabytes, limit) = (size >> 20, MAX_FILE_BYTES >> 20);
                    let message =
                        format!("{megabytes} MiB; files over {limit} MiB are not checked; shorten it");
                    self.too_large(path, role, message);
                }
                (None, Some(Content::Unavailable(_))) => {
                    self.incomplete |= matches!(role, Role::Okep | Role::Template);
                }
                (None, _) => {}
            }
        }
        self.within_bounds(files)
    }

    /// Leaves out what is beyond the bounds, and tells of it.
    fn within_bounds(&mut self, files: Vec<Parsable>) -> Vec<Parsable> {
        let mut kept = Vec::with_capacity(files.len());
        for file in files {
            match limits::beyond(&file.document) {
                None => kept.push(file),
                Some(why) => self.too_large(&file.path, file.role, why),
            }
        }
        kept
    }

    fn too_large(&mut self, path: &str, role: Role, why: String) {
        self.notes.push(Note::at("too-large", path, why));
        self.incomplete |= matches!(role, Role::Okep | Role::Template);
    }

    /// Reads the first register there is, with those that it inherits from.
    fn site(&mut self) -> Option<Arc<Site>> {
        let Some(path) = self.layout.registers.iter().find(|path| self.tree.contains(path)) else {
            let name = self.layout.registers.first().map_or("mkdocs.yml", String::as_str);
            let message = format!("no `{name}`, so `nav` is not checked");
            self.notes.push(Note::new("no-register", message));
            return None;
        };
        let file = self.tree.file(path)?;
        if !matches!(file.content, Content::Bytes(_)) {
            self.incomplete = true;
            if let Content::TooLarge(size) = file.content {
                let message = format!("{} MiB, too large: not read", size >> 20);
                self.notes.push(Note::at("too-large", path, message));
            }
            return None;
        }
        let content = |path: &str| self.tree.file(path).map(|file| file.content);
        let ids = mkdocs::chain_of(path, &content).into_iter().map(|path| self.tree.id(&path));
        let ids = ids.collect::<Option<Vec<String>>>().map(|ids| ids.join(" "));
        let site = once(&self.parsed.sites, path, ids.as_deref(), || mkdocs::read(path, &content));
        self.notes.extend(site.notes.iter().cloned());
        self.incomplete |= site.too_large;
        Some(site)
    }

    /// The template of the tree; one that asks for nothing where its text is not known.
    fn template(&mut self, files: &[Parsable], listing: &Listing) -> Template {
        let named = self.layout.template.as_deref();
        let chosen = files.iter().find(|f| f.role == Role::Template && Some(f.path.as_str()) == named);
        let unread = self.unread_template(files, listing);
        if let (Some(path), None, None) = (named, chosen, &unread) {
            let message = format!("the template `{path}` does not exist");
            self.notes.push(Note::at("no-template", CONFIG, message));
        }
        // Where one is named there is no question which of several counts.
        let counts = |f: &&Parsable| f.role == Role::Template && chosen.is_none_or(|c| c.path == f.path);
        let mut templates: Vec<&Parsable> = files.iter().filter(counts).collect();
        templates.sort_by(|a, b| path::template_order(&a.path).cmp(&path::template_order(&b.path)));
        let mut templates = templates.into_iter();
        let Some(first) = templates.next() else {
            if let Some(path) = unread {
                let message = "the text of the template is not available, so OKEPs are not held to it";
                self.notes.push(Note::at("unread-template", &path, message));
                return Template::new(Some(path), Arc::new(Document::parse(b"")));
            }
            let message = format!(
                "no `okep-*-template.md` in `{}`: OKEPs are held to the outline built into okep",
                self.layout.folder
            );
            self.notes.push(Note::new("no-template", message));
            return Template::built_in();
        };
        let others: Vec<String> = templates.map(|f| format!("`{}`", f.path)).collect();
        if !others.is_empty() {
            let message = format!(
                "several files are named like a template; this one is used, not {}; `template = \"PATH\"` \
                 in {CONFIG} selects another",
                others.join(", ")
            );
            self.notes.push(Note::at("several-templates", &first.path, message));
        }
        if first.document.text.invalid_at.is_some() {
            self.notes.push(Note::at("not-utf8", &first.path, "the template holds bytes that are not UTF-8"));
        }
        let template = Template::new(Some(first.path.clone()), first.document.clone());
        // Silence about issues would read as praise; an empty template has one note, that it is empty.
        let (kind, message) = match template.issue.as_ref().map(|i| &i.link) {
            _ if template.outline.rows.is_empty() => {
                ("empty-template", "the template has no sections, so the outline of OKEPs is not checked")
            }
            Some(Some(_)) => return template,
            Some(None) => (
                "no-issue-line",
                "the template's issue line has no link to an issue, so the repository of issue links is \
                 not checked",
            ),
            None => (
                "no-issue-line",
                "no line before the template's first section links to an issue, so OKEPs need no issue line",
            ),
        };
        self.notes.push(Note::at(kind, &first.path, message));
        template
    }

    /// A template that is there and whose text is not known.
    fn unread_template(&self, files: &[Parsable], listing: &Listing) -> Option<String> {
        let named = self.layout.template.as_deref();
        let mut paths = listing.files.keys().filter(|path| named.is_none_or(|named| named == *path));
        let is_template = |path: &String| path::role(path, &self.layout.folder) == Role::Template;
        paths.find(|path| is_template(path) && files.iter().all(|file| file.path != **path)).cloned()
    }

    fn okeps(
        &mut self,
        files: &[Parsable],
        listing: &Listing,
        template: &Template,
        site: Option<&Site>,
    ) -> Vec<Okep> {
        let folder = &self.layout.folder;
        let mut okeps = self.unchanged(listing, template);
        for okep in &mut okeps {
            okep.site = site.and_then(|site| site.shows(&okep.path));
        }
        for file in files {
            let misnamed = file.role == Role::Stray && looks_like_okep(&file.document, template);
            let is_okep = match file.role {
                Role::Okep => true,
                Role::Template => {
                    template.path.as_ref() != Some(&file.path) && path::is_about_templates(&file.path, folder)
                }
                _ => misnamed,
            };
            if is_okep {
                let mut okep = Okep::new(&file.path, folder, file.document.clone(), template);
                okep.site = site.and_then(|site| site.shows(&file.path));
                match limits::beyond_comparison(&template.outline, &okep.outline) {
                    None => okeps.push(okep),
                    Some(why) => self.too_large(&file.path, Role::Okep, why),
                }
            } else if file.role == Role::Stray {
                let message = "neither named nor structured like an OKEP: not checked";
                self.notes.push(Note::at("not-an-okep", &file.path, message));
            }
        }
        okeps.sort_by(|a, b| a.path.cmp(&b.path));
        let all: Arc<[Okep]> = okeps.clone().into();
        okeps.iter_mut().for_each(|okep| okep.all = all.clone());
        okeps
    }

    /// The OKEPs that are not in question. What is too large to be compared is empty, should it be asked for.
    fn unchanged(&self, listing: &Listing, template: &Template) -> Vec<Okep> {
        let paths: Vec<&String> = listing.files.keys().filter(|path| self.is_unchanged(path)).collect();
        if paths.is_empty() {
            return Vec::new();
        }
        let template = Arc::new(template.clone());
        let okep = |path: &String| {
            let (tree, parsed, at) = (self.tree.clone(), self.parsed.clone(), path.clone());
            let read = move || {
                let document = tree.file(&at).and_then(|file| match &file.content {
                    Content::Bytes(bytes) => Some(parsed.document(&file, bytes)),
                    _ => None,
                });
                document
                    .filter(|document| limits::beyond(document).is_none())
                    .unwrap_or_else(|| Arc::new(Document::parse(b"")))
            };
            Okep::unchanged(path, &self.layout.folder, template.clone(), read)
        };
        paths.into_iter().map(okep).collect()
    }

    fn pages(&mut self, files: &[Parsable], okeps: &[Okep]) -> (Vec<Page>, Vec<OrphanFolder>) {
        let folder = &self.layout.folder;
        let held: HashSet<&str> = okeps.iter().filter_map(|o| Some(o.folder.as_ref()?.0.as_str())).collect();
        let mut companions = Vec::new();
        let mut orphan: BTreeMap<String, Vec<Page>> = BTreeMap::new();
        for file in files.iter().filter(|f| f.role == Role::InOkepFolder) {
            let Some((around, _)) = path::okep_folder(&file.path, folder) else { continue };
            let page = Page { path: file.path.clone(), document: file.document.clone() };
            if held.contains(around) {
                if file.document.text.invalid_at.is_some() {
                    self.notes.push(Note::at("not-utf8", &file.path, "holds bytes that are not UTF-8"));
                }
                companions.push(page);
            } else {
                orphan.entry(around.to_owned()).or_default().push(page);
            }
        }
        let orphan = orphan.into_iter().map(|(folder, pages)| OrphanFolder { folder, pages }).collect();
        (companions, orphan)
    }
}

/// The repository whose issues the template links to.
fn repository(template: &Template) -> Option<String> {
    template.path.as_ref()?;
    let link = template.issue.as_ref()?.link.as_ref()?;
    let (_, host) = link.forge.split_once("://")?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    Some(format!("{host}/{}", link.repository).to_ascii_lowercase())
}

/// Whether a page is written like an OKEP: by its title, or by three of the template's sections.
fn looks_like_okep(document: &Document, template: &Template) -> bool {
    let titled = document
        .headings
        .first()
        .is_some_and(|h| h.text.get(..4).is_some_and(|t| t.eq_ignore_ascii_case(super::title::PREFIX)));
    let names: Vec<&crate::markdown::names::Name> = template.names().collect();
    let sections = document.headings.iter().filter(|h| {
        let name = crate::markdown::names::Name::new(&h.text);
        names.iter().any(|n| n.normal == name.normal)
    });
    titled || sections.count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(files: &[(&str, Content)]) -> Snapshot {
        let file = |content: &Content| Some(File { id: None, content: content.clone() });
        let files = files.iter().map(|(path, content)| ((*path).to_owned(), file(content)));
        Snapshot::new(&Tree::default().with(files), &Layout::default(), &Parsed::default())
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
        let snapshot = snapshot(&[("docs/okeps/okep-1-template.md", Content::Symlink), readable, okep]);
        assert_eq!(snapshot.template.path.as_deref(), Some("docs/okeps/okep-2-template.md"));
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
}
