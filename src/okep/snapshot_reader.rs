//! Reads the files of a tree once, and sorts them into template, OKEPs and other pages.

use super::parsed::Parsed;
use super::proposal::{Okep, OkepText, name_of};
use super::template::Template;
use super::title;
use crate::files::{CONFIG, Content, File, Layout, Listing, MAX_FILE_BYTES, Note, Tree};
use crate::markdown::document::Document;
use crate::markdown::limits;
use crate::site::mkdocs;
use crate::site::mkdocs::Site;
use crate::text::path;
use crate::text::path::Role;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};
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

/// A page that was read.
pub(super) struct Parsable {
    pub path: String,
    pub role: Role,
    /// The id of its file, where it is known.
    pub id: Option<String>,
    pub document: Arc<Document>,
}

/// Reads the files of a tree, and sorts them.
pub(super) struct SnapshotReader<'a> {
    pub tree: &'a Tree,
    pub layout: &'a Layout,
    pub parsed: &'a Parsed,
    /// The paths in question; none where all are.
    pub changed: Option<&'a BTreeSet<String>>,
    pub notes: Vec<Note>,
    pub incomplete: bool,
    pub site: Option<Arc<Site>>,
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
            _ => self.layout.role(path),
        }
    }

    /// Reads and parses all pages in question.
    pub fn documents(&mut self, listing: &Listing) -> Vec<Parsable> {
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
            let (id, content) = file.map(|file| (file.id, file.content)).unzip();
            match (document, content) {
                (Some(document), _) => {
                    files.push(Parsable { path: path.clone(), role, id: id.flatten(), document });
                }
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
    pub fn site(&mut self) -> Option<Arc<Site>> {
        let Some(path) = self.layout.registers.iter().find(|path| self.tree.contains(path)) else {
            let name = self.layout.registers.first().map_or("mkdocs.yml", String::as_str);
            let message = format!("no `{name}`, so `nav` is not checked");
            self.notes.push(Note::new("no-register", message));
            return None;
        };
        let file = self.tree.file(path)?;
        if let Content::TooLarge(_) | Content::Unavailable(_) = file.content {
            self.incomplete = true;
        }
        if !matches!(file.content, Content::Bytes(_)) {
            if let Content::TooLarge(size) = file.content {
                let message = format!("{} MiB, too large: not read", size >> 20);
                self.notes.push(Note::at("too-large", path, message));
            }
            return None;
        }
        let content = |path: &str| self.tree.file(path).map(|file| file.content);
        let ids = mkdocs::chain_of(path, &content).into_iter().map(|path| self.tree.id(&path));
        let ids = ids.collect::<Option<Vec<String>>>().map(|ids| ids.join(" "));
        let site = self.parsed.site(path, ids.as_deref(), || mkdocs::read(path, &content));
        self.notes.extend(site.notes.iter().cloned());
        self.incomplete |= site.too_large;
        Some(site)
    }

    /// The template of the tree; one that asks for nothing where its text is not known.
    pub fn template(&mut self, files: &[Parsable], listing: &Listing) -> Arc<Template> {
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
                return Arc::new(Template::new(Some(path), Arc::new(Document::parse(b""))));
            }
            let message = format!(
                "no `okep-*-template.md` in `{}`: OKEPs are held to the outline built into okep",
                self.layout.folder
            );
            self.notes.push(Note::new("no-template", message));
            return self.parsed.template("", Some("built in"), Template::built_in);
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
        let read = || Template {
            id: first.id.clone(),
            ..Template::new(Some(first.path.clone()), first.document.clone())
        };
        let template = self.parsed.template(&first.path, first.id.as_deref(), read);
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
        let is_template = |path: &String| self.layout.role(path) == Role::Template;
        paths.find(|path| is_template(path) && files.iter().all(|file| file.path != **path)).cloned()
    }

    pub fn okeps(
        &mut self,
        files: &[Parsable],
        listing: &Listing,
        template: &Arc<Template>,
        site: Option<&Site>,
    ) -> Vec<Okep> {
        let folder = &self.layout.folder;
        let mut okeps = self.unchanged(listing, template);
        okeps.iter_mut().for_each(|okep| place(okep, site));
        for file in files {
            let is_unnamed_template = path::is_unnamed_template(path::file_name(&file.path));
            let misnamed =
                file.role == Role::Stray && !is_unnamed_template && looks_like_okep(&file.document, template);
            let is_okep = match file.role {
                Role::Okep => true,
                Role::InOkepFolder => is_folder_okep(&file.path, listing, folder),
                Role::Template => {
                    template.path.as_ref() != Some(&file.path) && path::is_about_templates(&file.path, folder)
                }
                _ => misnamed,
            };
            if is_okep {
                let number = name_of(&file.path, folder).number;
                let key = text_key(number, template);
                let read = || OkepText::new(file.document.clone(), number, template);
                let text = self.parsed.okep(&key, file.id.as_deref(), read);
                let mut okep = Okep::of_text(&file.path, folder, text);
                place(&mut okep, site);
                if okep.site.is_some_and(|on| on.may_add_to(file.document.text.as_str())) {
                    let message =
                        "a snippet or a plugin adds text that is not read: what is absent is not reported";
                    self.notes.push(Note::at("text-elsewhere", &file.path, message));
                }
                match limits::beyond_comparison(&template.outline, &okep.outline) {
                    None => okeps.push(okep),
                    Some(why) => self.too_large(&file.path, Role::Okep, why),
                }
            } else if file.role == Role::Stray {
                let message = match is_unnamed_template {
                    true => format!(
                        "not checked: name it `okep-NNNN-template.md` if it is the template, or set `template = \
                         \"{}\"` in {CONFIG}",
                        file.path
                    ),
                    false => "neither named nor structured like an OKEP: not checked".to_owned(),
                };
                self.notes.push(Note::at("not-an-okep", &file.path, message));
            }
        }
        okeps.sort_by(|a, b| a.path.cmp(&b.path));
        let all: Arc<[Okep]> = okeps.clone().into();
        okeps.iter_mut().for_each(|okep| okep.all = all.clone());
        okeps
    }

    /// The OKEPs that are not in question. What is too large to be compared is empty, should it be asked for.
    fn unchanged(&self, listing: &Listing, template: &Arc<Template>) -> Vec<Okep> {
        let paths = listing.files.keys().filter(|path| self.is_unchanged(path));
        let okep = |path: &String| {
            let (tree, parsed, at) = (self.tree.clone(), self.parsed.clone(), path.clone());
            let template = template.clone();
            let read = move |number| {
                let file = tree.file(&at);
                let document = file.as_ref().and_then(|file| match &file.content {
                    Content::Bytes(bytes) => Some(parsed.document(file, bytes)),
                    _ => None,
                });
                let id = file.as_ref().and_then(|file| file.id.as_deref());
                parsed.okep(&text_key(number, &template), id, || {
                    let document = document.filter(|document| limits::beyond(document).is_none());
                    let document = document.unwrap_or_else(|| Arc::new(Document::parse(b"")));
                    OkepText::new(document, number, &template)
                })
            };
            Okep::unchanged(path, &self.layout.folder, read)
        };
        paths.map(okep).collect()
    }

    /// Pages of the docs folder that are named and titled like an OKEP of which the proposal folder has none, and
    /// that the site does not exclude.
    pub fn misplaced(&self, listing: &Listing, site: Option<&Site>) -> Vec<Page> {
        let folder = &self.layout.folder;
        let docs = docs_folder(self.layout, site);
        let is_below = |path: &&String| path.strip_prefix(docs).is_some_and(|rest| rest.starts_with('/'));
        let outside: Vec<String> = match &self.tree.outside {
            Some(known) => known.iter().filter(is_below).cloned().collect(),
            None => self.tree.list(docs).files.keys().cloned().collect(),
        };
        let outside = outside.iter().filter(|path| path::is_outside_okep(path, folder));
        let is_known =
            |path: &str| listing.files.keys().any(|o| path::okep_number(o, folder) == path::number(path));
        let is_shown = |site: &Site, path: &str| {
            site.is_known() && site.hidden_by(path).is_none() && !site.is_translation(path)
        };
        let is_excluded = |path: &str| site.is_some_and(|site| !is_shown(site, path));
        let page = |path: &String| {
            let file = self.tree.file(path)?;
            let Content::Bytes(bytes) = &file.content else { return None };
            let document = self.parsed.document(&file, bytes);
            let title = title::read(&document, &|_| true)?;
            (title.well_formed && title.number.is_some()).then(|| Page { path: path.clone(), document })
        };
        outside.filter(|path| !is_known(path) && !is_excluded(path)).filter_map(page).collect()
    }

    pub fn pages(&mut self, files: &[Parsable], okeps: &[Okep]) -> (Vec<Page>, Vec<OrphanFolder>) {
        let folder = &self.layout.folder;
        let held: HashSet<&str> = okeps.iter().filter_map(|o| Some(o.folder.as_ref()?.0.as_str())).collect();
        let mut companions = Vec::new();
        let mut orphan: BTreeMap<String, Vec<Page>> = BTreeMap::new();
        let is_okep = |file: &Parsable| okeps.iter().any(|okep| okep.path == file.path);
        for file in files.iter().filter(|f| f.role == Role::InOkepFolder && !is_okep(f)) {
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

/// Whether a page is what is shown of a folder named like an OKEP which holds none: it is that OKEP.
fn is_folder_okep(page: &str, listing: &Listing, folder: &str) -> bool {
    let around = path::folder_of(page);
    let is_in = |path: &str| path::okep_folder(path, folder).is_some_and(|(own, _)| own == around);
    let goes_before = |other: &String| match path::role(other, folder) {
        Role::Okep => is_in(other),
        _ => other != page && path::folder_of(other) == around && path::is_index(other),
    };
    path::is_folder_page(page) && is_in(page) && !listing.files.keys().any(goes_before)
}

/// The docs folder of the site, or else the folder that holds the proposal folder.
pub(super) fn docs_folder<'a>(layout: &'a Layout, site: Option<&'a Site>) -> &'a str {
    let folder = layout.folder.as_str();
    let holds = |docs: &&str| folder.strip_prefix(*docs).is_some_and(|rest| rest.starts_with('/'));
    let docs = site.and_then(|site| site.docs_dir.as_deref()).filter(holds);
    let docs = docs.unwrap_or(path::folder_of(folder));
    if docs.is_empty() { folder } else { docs }
}

/// Says of an OKEP what the site makes of its file; in the site's default language its name may end in that language.
fn place(okep: &mut Okep, site: Option<&Site>) {
    let Some(site) = site else { return };
    okep.site = site.shows(&okep.path);
    if site.has_languages()
        && let Some(page) = site.target(&okep.path)
    {
        okep.name.well_formed |= name_of(&page, "").well_formed;
    }
}

/// What the text of an OKEP says depends on, but for its own file.
fn text_key(number: Option<u64>, template: &Template) -> String {
    format!("{number:?} {:?}", template.key())
}

/// Whether a page is written like an OKEP: by its title, or by three of the template's sections.
fn looks_like_okep(document: &Document, template: &Template) -> bool {
    let titled = document
        .headings
        .first()
        .is_some_and(|h| h.text.get(..4).is_some_and(|t| t.eq_ignore_ascii_case(title::PREFIX)));
    let names: Vec<&crate::markdown::names::Name> = template.names().collect();
    let sections = document.headings.iter().filter(|h| {
        let name = crate::markdown::names::Name::new(&h.text);
        names.iter().any(|n| n.normal == name.normal)
    });
    titled || sections.count() >= 3
}
