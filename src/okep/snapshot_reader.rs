//! Reads the files of a tree once, and sorts them into template, OKEPs and other pages.

use super::parsed::{Parsed, once};
use super::proposal::{Okep, OkepText, SiteReadings, name_of};
use super::snapshot::{OrphanFolder, Page, Snapshot};
use super::template::{Template, several};
use super::title;
use crate::files::{CONFIG, Content, Layout, Listing, Note, Tree};
use crate::git::Id;
use crate::markdown::document::Document;
use crate::markdown::limits;
use crate::markdown::names::Name;
use crate::site::index_page::IndexPage;
use crate::site::mkdocs::{self, Site};
use crate::text::path::{self, Role};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// A page that was read.
type Parsable = (Page, Role);

impl Snapshot {
    pub fn new(tree: &Tree, layout: &Layout, parsed: &Parsed) -> Self {
        Snapshot::of_change(tree, layout, parsed, None)
    }

    /// The same where only some paths are in question: other OKEPs are not read until they are asked for.
    pub fn of_change(tree: &Tree, layout: &Layout, parsed: &Parsed, only: Option<&BTreeSet<String>>) -> Self {
        let listing = tree.list(&layout.folder);
        let mut snapshot = Snapshot {
            tree: tree.clone(),
            layout: layout.clone(),
            notes: listing.notices.clone(),
            listing,
            parsed: parsed.clone(),
            changed: only.cloned(),
            ..Snapshot::default()
        };
        // Each step uses what those before it have read.
        snapshot.site = snapshot.read_site();
        let files = snapshot.read_documents();
        snapshot.template = snapshot.read_template(&files);
        snapshot.repository = snapshot.template.repository();
        snapshot.okeps = snapshot.read_okeps(&files);
        snapshot.sort_pages(files);
        snapshot.misplaced = snapshot.read_misplaced();
        snapshot.notes.sort();
        snapshot.notes.dedup();
        snapshot
    }

    /// Whether a path is an OKEP that is not in question.
    fn is_unchanged(&self, path: &str) -> bool {
        self.changed.as_ref().is_some_and(|changed| !changed.contains(path)) && self.role(path) == Role::Okep
    }

    /// The role of a page; a translation has none of its own.
    fn role(&self, path: &str) -> Role {
        let is_translation = self.site.as_ref().is_some_and(|site| site.is_translation(path));
        if is_translation { Role::Other } else { self.layout.role(path) }
    }

    /// Reads and parses all pages in question.
    fn read_documents(&mut self) -> Vec<Parsable> {
        let listing = self.listing.clone();
        let paths: Vec<&String> = listing.files.keys().filter(|path| !self.is_unchanged(path)).collect();
        let read = |path: &&String| {
            let file = self.tree.file(path)?;
            Some((self.parsed.document(&file), is_lost(&file.content)))
        };
        let read: Vec<_> = paths.par_iter().map(read).collect();
        let mut files = Vec::with_capacity(read.len());
        for (path, read) in paths.into_iter().zip(read) {
            let (role, Some((document, is_lost))) = (self.role(path), read) else { continue };
            match document.map(|document| (limits::beyond(&document), document)) {
                Some((None, document)) => {
                    files.push((Page { path: path.clone(), document }, role));
                }
                Some((Some(why), _)) => self.too_large(path, role, why),
                None => self.incomplete |= is_needed(role) && is_lost,
            }
        }
        files
    }

    fn too_large(&mut self, path: &str, role: Role, why: String) {
        self.notes.push(Note::at("too-large", path, why));
        self.incomplete |= is_needed(role);
    }

    /// Reads the first register there is, with those that it inherits from.
    fn read_site(&mut self) -> Option<Arc<Site>> {
        let Some(path) = self.layout.registers.iter().find(|path| self.tree.contains(path)) else {
            let name = self.layout.registers.first().map_or("mkdocs.yml", String::as_str);
            let message = format!("no `{name}`, so `nav` is not checked");
            self.notes.push(Note::new("no-register", message));
            return None;
        };
        let content = |path: &str| self.tree.file(path).map(|file| file.content);
        let read = content(path)?;
        if !matches!(read, Content::Bytes(_)) {
            self.incomplete |= is_lost(&read);
            return None;
        }
        let ids = mkdocs::chain_of(path, &content).into_iter().map(|path| self.tree.id(&path));
        let key = ids.collect::<Option<Vec<Id>>>().map(|ids| (path.clone(), ids));
        let site = once(&self.parsed.sites, key, || mkdocs::read(path, &content));
        self.notes.extend(site.notes.iter().cloned());
        self.incomplete |= site.too_large;
        Some(site)
    }

    /// The template of the tree; one that asks for nothing where its text is not known.
    fn read_template(&mut self, files: &[Parsable]) -> Arc<Template> {
        let is_read = |path: &str| files.iter().any(|(page, _)| page.path == path);
        let templates = files.iter().filter(|(_, role)| *role == Role::Template);
        let mut templates: Vec<&Page> = templates.map(|(page, _)| page).collect();
        templates.sort_by_key(|page| path::template_order(&page.path));
        let named = self.layout.template.as_deref();
        // Of those that count, one that is there and whose text is not known.
        let counts = |path: &&String| {
            named.is_none_or(|named| named == *path) && self.layout.role(path) == Role::Template
        };
        let unread = self.listing.files.keys().filter(counts).find(|path| !is_read(path));
        match named {
            // Where one is named there is no question which of several counts.
            Some(named) if unread.is_some() || is_read(named) => templates.retain(|page| page.path == named),
            Some(named) => {
                let message = format!("the template `{named}` does not exist");
                self.notes.push(Note::at("no-template", CONFIG, message));
            }
            None => {}
        }
        let Some((first, others)) = templates.split_first() else {
            if let Some(path) = unread {
                let message = "the text of the template is not available, so OKEPs are not held to it";
                self.notes.push(Note::at("unread-template", path, message));
                return Arc::new(Template::new(Some(path.clone()), Arc::new(Document::parse(b""))));
            }
            let message = format!(
                "no `okep-*-template.md` in `{}`: OKEPs are held to the outline built into okep",
                self.layout.folder
            );
            self.notes.push(Note::new("no-template", message));
            return once(&self.parsed.templates, Some(None), Template::built_in);
        };
        if !others.is_empty() {
            let others: Vec<&str> = others.iter().map(|page| page.path.as_str()).collect();
            self.notes.push(several(&first.path, &others, "", &self.layout.folder));
        }
        let id = self.tree.id(&first.path);
        let read = || Template { id, ..Template::new(Some(first.path.clone()), first.document.clone()) };
        let template = once(&self.parsed.templates, id.map(|id| Some((first.path.clone(), id))), read);
        // Silence about issues would read as praise; one that is empty or no text has one note, that it is.
        let (kind, message) = match template.issue.as_ref().map(|i| &i.link) {
            _ if first.document.text.invalid_at.is_some() => {
                ("not-utf8", "the template holds bytes that are not UTF-8")
            }
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

    fn read_okeps(&mut self, files: &[Parsable]) -> Vec<Okep> {
        let read = |(page, role): &Parsable| {
            let okep = self.is_okep(page, *role).then(|| self.read_okep(&page.path))?;
            let too_large = limits::beyond_comparison(&self.template.outline, &okep.outline);
            Some((okep, too_large))
        };
        let read: Vec<_> = files.par_iter().map(read).collect();
        let unchanged = self.listing.files.keys().filter(|path| self.is_unchanged(path));
        let mut okeps: Vec<Okep> = unchanged.map(|path| self.read_okep(path)).collect();
        for ((Page { path, .. }, role), okep) in files.iter().zip(read) {
            let Some((okep, too_large)) = okep else {
                self.notes.extend((*role == Role::Stray).then(|| not_an_okep(path)));
                continue;
            };
            if okep.site.is_some_and(|on| on.may_add_to(okep.document.text.as_str())) {
                let message =
                    "a snippet or a plugin adds text that is not read: what is absent is not reported";
                self.notes.push(Note::at("text-elsewhere", path, message));
            }
            match too_large {
                None => okeps.push(okep),
                Some(why) => self.too_large(path, Role::Okep, why),
            }
        }
        okeps.sort_by(|a, b| a.path.cmp(&b.path));
        let all: Arc<[Okep]> = okeps.clone().into();
        okeps.iter_mut().for_each(|okep| okep.all = all.clone());
        okeps
    }

    fn is_okep(&self, Page { path, document }: &Page, role: Role) -> bool {
        let folder = &self.layout.folder;
        match role {
            Role::Okep => true,
            Role::InOkepFolder => is_folder_okep(path, &self.listing, folder),
            Role::Template => {
                self.template.path.as_ref() != Some(path) && path::is_about_templates(path, folder)
            }
            Role::Stray => !path::is_unnamed_template(path) && looks_like_okep(document, &self.template),
            Role::IndexPage | Role::Other => false,
        }
    }

    /// The OKEP at a path, with what the site makes of its file; in the site's default language its name may end in that
    /// language. The text of one that is too large is empty, should it be asked for.
    fn read_okep(&self, path: &str) -> Okep {
        let (tree, parsed, at) = (self.tree.clone(), self.parsed.clone(), path.to_owned());
        let (number, template) = (name_of(path, &self.layout.folder).number, self.template.clone());
        let read = move || {
            let id = tree.id(&at);
            once(&parsed.okeps, id.map(|id| (number, template.key(), id)), || {
                let document = tree.file(&at).and_then(|file| parsed.document(&file));
                let document = document.filter(|document| limits::beyond(document).is_none());
                let document = document.unwrap_or_else(|| Arc::new(Document::parse(b"")));
                let site_readings = once(&parsed.site_readings, id, SiteReadings::default);
                OkepText { site_readings, ..OkepText::new(document, number, &template) }
            })
        };
        let mut okep = Okep::new(path, &self.layout.folder, read);
        okep.unchanged = self.is_unchanged(path);
        if let Some(site) = &self.site {
            okep.site = site.shows(path);
            let page = site.has_languages().then(|| site.target(path)).flatten();
            okep.name.well_formed |= page.is_some_and(|page| name_of(&page, "").well_formed);
        }
        okep
    }

    /// Pages of the docs folder that are named and titled like an OKEP of which the proposal folder has none, and
    /// that the site does not exclude.
    fn read_misplaced(&self) -> Vec<Page> {
        let (folder, site) = (&self.layout.folder, self.site.as_deref());
        let docs = self.docs_folder();
        let outside: Vec<String> = match &self.tree.outside {
            Some(known) => known.iter().filter(|path| path::is_below(path, docs)).cloned().collect(),
            None => self.tree.list(docs).files.keys().cloned().collect(),
        };
        let has_number =
            |number| self.listing.files.keys().any(|okep| path::okep_number(okep, folder) == number);
        let is_shown = |site: &Site, path: &str| {
            site.is_known() && site.hidden_by(path).is_none() && !site.is_translation(path)
        };
        let is_one = |path: &String| {
            path::is_outside_okep(path, folder)
                && !has_number(path::page_number(path))
                && site.is_none_or(|site| is_shown(site, path))
        };
        let page = |path: String| {
            let document = self.parsed.document(&self.tree.file(&path)?)?;
            let title = title::read(&document, &|_| true)?;
            (title.well_formed && title.number.is_some()).then_some(Page { path, document })
        };
        outside.into_iter().filter(is_one).filter_map(page).collect()
    }

    /// Takes up the pages that are no OKEPs: the index page, those next to an OKEP, those in a folder of one that is
    /// not there, and others.
    fn sort_pages(&mut self, files: Vec<Parsable>) {
        let held: HashSet<&str> =
            self.okeps.iter().filter_map(|o| Some(o.folder.as_ref()?.0.as_str())).collect();
        let index_pages = self.listing.files.keys().filter(|path| self.role(path) == Role::IndexPage);
        let index_page = index_pages.min_by_key(|path| !path::is_index(path));
        let mut orphan: BTreeMap<String, Vec<Page>> = BTreeMap::new();
        for (page, role) in files {
            if self.okep(&page.path).is_some() {
                continue;
            }
            match (role, path::okep_folder(&page.path, &self.layout.folder)) {
                (Role::InOkepFolder, Some((around, _)))
                    if !held.contains(around) && !path::is_template_folder(around) =>
                {
                    orphan.entry(around.to_owned()).or_default().push(page);
                }
                (Role::InOkepFolder, Some(_)) => {
                    if page.document.text.invalid_at.is_some() {
                        self.notes.push(Note::at("not-utf8", &page.path, "holds bytes that are not UTF-8"));
                    }
                    self.companions.push(page);
                }
                (Role::IndexPage, _) if Some(&page.path) == index_page => {
                    let pages_of_site = self.site.as_ref().map(|site| &site.pages);
                    self.landing = Some(IndexPage::new(&page.path, page.document, pages_of_site));
                }
                (Role::Other | Role::Stray | Role::IndexPage, _) => self.others.push(page),
                _ => {}
            }
        }
        let orphan = orphan.into_iter().map(|(folder, pages)| OrphanFolder { folder, pages });
        self.orphan_folders = orphan.collect();
    }
}

/// Whether the verdict is not whole without a page of this role.
fn is_needed(role: Role) -> bool {
    matches!(role, Role::Okep | Role::Template)
}

/// Whether a file should be read, and could not be.
fn is_lost(content: &Content) -> bool {
    matches!(content, Content::TooLarge(_) | Content::Unavailable(_))
}

/// The note on a page of the proposal folder that is no OKEP.
fn not_an_okep(path: &str) -> Note {
    let message = match path::is_unnamed_template(path) {
        true => format!(
            "not checked: name it `okep-NNNN-template.md` if it is the template, or set `template = \"{path}\"` in \
             {CONFIG}"
        ),
        false => "neither named nor structured like an OKEP: not checked".to_owned(),
    };
    Note::at("not-an-okep", path, message)
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

/// Whether a page is written like an OKEP: by its title, or by three of the template's sections.
fn looks_like_okep(document: &Document, template: &Template) -> bool {
    let titled = document.headings.first().is_some_and(title::has_prefix);
    let sections = document.headings.iter().map(|h| Name::new(&h.text).normal);
    let sections = sections.filter(|name| template.names().any(|n| n.normal == *name));
    titled || sections.count() >= 3
}
