//! A tree read once: template, OKEPs, companion pages and registers.

use super::proposal::Okep;
use super::template::Template;
use crate::files::{Content, File, Layout, Note, PathKind, Tree};
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
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone)]
pub struct Snapshot {
    pub layout: Layout,
    pub template: Template,
    /// Sorted by path.
    pub okeps: Vec<Okep>,
    /// Pages that stand beside an OKEP in a folder of its own.
    pub companions: Vec<Page>,
    /// Folders named like an OKEP that hold pages but no OKEP.
    pub orphan_folders: Vec<OrphanFolder>,
    pub landing: Option<IndexPage>,
    /// Pages that no rule judges, sorted by path; those outside the proposal folder are read only where a
    /// file is to be renamed that they may name.
    pub others: Vec<Page>,
    /// The configuration of the site, where there is one.
    pub site: Option<Arc<Site>>,
    /// Every path of the tree, whether it could be read or not.
    pub paths: BTreeSet<String>,
    /// What stands at paths that links lead to, as far as it was asked.
    pub path_kind: Arc<BTreeMap<String, PathKind>>,
    /// Of paths that are not there, where their files went, as far as history was asked.
    pub moved: Arc<BTreeMap<String, String>>,
    /// The repository that this is, as `host/organisation/name` in lower case: that of the template's own
    /// issue link.
    pub repository: Option<String>,
    /// The text of every file that was read, by path.
    pub texts: BTreeMap<String, Arc<Text>>,
    pub notes: Vec<Note>,
    /// Whether some OKEP is there that could not be read, so that the verdict is not whole.
    pub incomplete: bool,
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

/// What has been parsed, by the id of its bytes: each distinct content is parsed once.
#[derive(Debug, Default)]
pub struct Parsed {
    documents: Known<Document>,
    sites: Known<Site>,
}

/// Shared values by the path and id they were made from.
type Known<T> = Mutex<HashMap<(String, String), Arc<T>>>;

fn once<T>(known: &Known<T>, path: &str, id: Option<&str>, make: impl FnOnce() -> T) -> Arc<T> {
    let Some(id) = id else { return Arc::new(make()) };
    let key = (path.to_owned(), id.to_owned());
    if let Some(value) = known.lock().unwrap_or_else(|e| e.into_inner()).get(&key) {
        return value.clone();
    }
    let value = Arc::new(make());
    known.lock().unwrap_or_else(|e| e.into_inner()).entry(key).or_insert(value).clone()
}

impl Parsed {
    /// Makes a document known, so that a file of this id need not be parsed.
    pub fn know(&self, id: &str, document: Arc<Document>) {
        once(&self.documents, "", Some(id), || Document::clone(&document));
    }
}

impl Snapshot {
    pub fn new(tree: &Tree, layout: &Layout, parsed: &Parsed) -> Self {
        let mut reading = SnapshotReader { tree, layout, notes: tree.notes.clone(), incomplete: false };
        let files = reading.documents(parsed);
        let template = reading.template(&files);
        let okeps = reading.okeps(&files, &template);
        let (companions, orphan_folders) = reading.pages(&files, &okeps);
        let landing = files
            .iter()
            .find(|f| f.role == Role::IndexPage)
            .map(|f| IndexPage::new(&f.path, f.document.clone()));
        let mut texts: BTreeMap<String, Arc<Text>> =
            files.iter().filter(|f| !f.unread).map(|f| (f.path.clone(), f.document.text.clone())).collect();
        let site = reading.site(parsed);
        let is_other = |f: &&Parsable| {
            matches!(f.role, Role::Other | Role::Stray) && !f.unread && okeps.iter().all(|o| o.path != f.path)
        };
        let page = |f: &Parsable| Page { path: f.path.clone(), document: f.document.clone() };
        let others = files.iter().filter(is_other).map(page).collect();
        for path in site.iter().flat_map(|s| &s.files) {
            texts.extend(tree.bytes(path).map(|bytes| (path.clone(), Arc::new(Text::new(bytes)))));
        }
        let config = tree.bytes(crate::files::CONFIG);
        texts.extend(config.map(|bytes| (crate::files::CONFIG.to_owned(), Arc::new(Text::new(bytes)))));
        let repository = repository(&template);
        reading.notes.sort();
        reading.notes.dedup();
        Snapshot {
            layout: layout.clone(),
            template,
            okeps,
            companions,
            orphan_folders,
            landing,
            others,
            site,
            path_kind: tree.path_kind.clone(),
            moved: tree.moved.clone(),
            repository,
            paths: tree.files.keys().cloned().collect(),
            texts,
            notes: reading.notes,
            incomplete: reading.incomplete,
        }
    }

    /// The number of the OKEP that a path names, whether it is there or not; none for other pages.
    pub fn number_of(&self, path: &str) -> Option<u64> {
        if path::role(path, &self.layout.folder) != Role::Okep {
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

    /// The OKEP that stands in a given path's stead: of the same number, under another name.
    pub fn okep_of_number(&self, number: u64) -> Option<&Okep> {
        let mut same = self.okeps.iter().filter(|o| o.name.number == Some(number));
        same.next().filter(|_| same.next().is_none())
    }
}

struct Parsable {
    path: String,
    role: Role,
    document: Arc<Document>,
    /// Known by its path alone.
    unread: bool,
}

struct SnapshotReader<'a> {
    tree: &'a Tree,
    layout: &'a Layout,
    notes: Vec<Note>,
    incomplete: bool,
}

impl SnapshotReader<'_> {
    fn documents(&mut self, parsed: &Parsed) -> Vec<Parsable> {
        let mut unread = Vec::new();
        let mut readable: Vec<(&String, &File, Role, &Arc<[u8]>)> = Vec::new();
        for (path, file) in &self.tree.files {
            let role = path::role(path, &self.layout.folder);
            if path::stem(path::file_name(path)).is_none() {
                continue;
            }
            match &file.content {
                Content::Bytes(bytes) => readable.push((path, file, role, bytes)),
                Content::Symlink => {}
                Content::Unread => unread.push(path.clone()),
                Content::TooLarge(size) => {
                    let limit = crate::files::MAX_FILE_BYTES >> 20;
                    let megabytes = size >> 20;
                    let message =
                        format!("{megabytes} MiB; files over {limit} MiB are not judged: shorten it");
                    self.too_large(path, role, message);
                }
                Content::Unavailable(_) => self.incomplete |= matches!(role, Role::Okep | Role::Template),
            }
        }
        let files: Vec<Parsable> = readable
            .par_iter()
            .map(|(path, file, role, bytes)| Parsable {
                path: (*path).clone(),
                role: *role,
                document: once(&parsed.documents, "", file.id.as_deref(), || Document::parse(bytes)),
                unread: false,
            })
            .collect();
        let mut files = self.within_bounds(files);
        let nothing = Arc::new(Document::parse(b""));
        files.extend(unread.into_iter().map(|path| {
            let role = path::role(&path, &self.layout.folder);
            Parsable { path, role, document: nothing.clone(), unread: true }
        }));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
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

    /// Reads the first register there is; one that inherits is read anew, since its bytes are not all.
    fn site(&mut self, parsed: &Parsed) -> Option<Arc<Site>> {
        let found = self.layout.registers.iter().find_map(|path| Some((path, self.tree.files.get(path)?)));
        let Some((path, file)) = found else {
            let name = self.layout.registers.first().map_or("mkdocs.yml", String::as_str);
            let message = format!("no `{name}`: nothing to register an OKEP in");
            self.notes.push(Note::new("no-register", message));
            return None;
        };
        if !matches!(file.content, Content::Bytes(_)) {
            self.incomplete = true;
            if let Content::TooLarge(size) = file.content {
                let message = format!("{} MiB, too large for a register: not read", size >> 20);
                self.notes.push(Note::at("too-large", path, message));
            }
            return None;
        }
        let read = || mkdocs::read(path, &|path: &str| self.tree.bytes(path).cloned());
        let inherits = self.tree.bytes(path).and_then(|bytes| mkdocs::inherits(path, bytes)).is_some();
        let id = file.id.as_deref().filter(|_| !inherits);
        let site = once(&parsed.sites, path, id, read);
        self.notes.extend(site.notes.iter().cloned());
        self.incomplete |= site.too_large;
        Some(site)
    }

    fn template(&mut self, files: &[Parsable]) -> Template {
        let named = self.layout.template.as_deref();
        let chosen = files.iter().find(|f| f.role == Role::Template && Some(f.path.as_str()) == named);
        if let (Some(path), None) = (named, chosen) {
            let message = format!("`{path}`, which is to be the template, is not there");
            self.notes.push(Note::at("no-template", crate::files::CONFIG, message));
        }
        // Where one is named there is no question which of several counts.
        let counts = |f: &&Parsable| f.role == Role::Template && chosen.is_none_or(|c| c.path == f.path);
        let mut templates: Vec<&Parsable> = files.iter().filter(counts).collect();
        templates.sort_by(|a, b| path::template_order(&a.path).cmp(&path::template_order(&b.path)));
        let mut templates = templates.into_iter();
        let Some(first) = templates.next() else {
            let message = format!(
                "no `okep-*-template.md` in `{}`: judged by the outline built into okep",
                self.layout.folder
            );
            self.notes.push(Note::new("no-template", message));
            return Template::built_in();
        };
        let others: Vec<String> = templates.map(|f| format!("`{}`", f.path)).collect();
        if !others.is_empty() {
            let message = format!(
                "more than one template: judged by this one, not by {}; remove what is not in force",
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
                ("empty-template", "the template has no sections: nothing is asked of an OKEP's outline")
            }
            Some(Some(_)) => return template,
            Some(None) => (
                "no-issue-line",
                "the template's issue line links to no issue of a known forge: whose issue an OKEP links to \
                 is not checked",
            ),
            None => (
                "no-issue-line",
                "no line before the template's first section links to an issue: none is asked of an OKEP",
            ),
        };
        self.notes.push(Note::at(kind, &first.path, message));
        template
    }

    fn okeps(&mut self, files: &[Parsable], template: &Template) -> Vec<Okep> {
        let folder = &self.layout.folder;
        let mut okeps = Vec::new();
        for file in files {
            let misnamed = file.role == Role::Stray && looks_like_okep(&file.document, template);
            if file.role == Role::Okep || misnamed {
                let mut okep = Okep::new(&file.path, folder, file.document.clone(), template);
                okep.unread = file.unread;
                match limits::beyond_comparison(&template.outline, &okep.outline) {
                    None => okeps.push(okep),
                    Some(why) => self.too_large(&file.path, Role::Okep, why),
                }
            } else if file.role == Role::Stray && !file.unread {
                let message = "neither named nor written like an OKEP: not judged";
                self.notes.push(Note::at("not-an-okep", &file.path, message));
            }
        }
        okeps.sort_by(|a, b| a.path.cmp(&b.path));
        okeps
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
