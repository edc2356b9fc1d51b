//! One OKEP: its name, folder, title, issue and sections.

use super::issue::{self, IssueLine};
use super::template::Template;
use super::title::{self, Title};
use crate::files::OnceMap;
use crate::markdown::document::{Document, Heading};
use crate::markdown::extensions::Extensions;
use crate::markdown::names::Name;
use crate::markdown::outline::Outline;
use crate::markdown::site_headings::{SiteReading, site_reading};
use crate::text::path::{self, OkepName};
use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// An OKEP by its path; its text is read and parsed when somebody asks for it.
#[derive(Clone)]
pub struct Okep {
    /// From the root of the repository, `/` between the parts.
    pub path: String,
    pub name: OkepName,
    /// The folder named like an OKEP that it is in.
    pub folder: Option<(String, OkepName)>,
    /// It is the same in the state compared with, and not audited.
    pub unchanged: bool,
    /// The Markdown extensions of the site that shows it; none where no site does.
    pub site: Option<Extensions>,
    /// All OKEPs of the tree, this one among them; none where it was read by itself.
    pub all: Arc<[Okep]>,
    /// The numbers about which [`Okep::owner_of`] was asked: what is found may depend on the other OKEPs.
    asked: Arc<Mutex<BTreeSet<u64>>>,
    text: Arc<OnceLock<Arc<OkepText>>>,
    read_text: Arc<dyn Fn() -> Arc<OkepText> + Send + Sync>,
}

/// What the text of an OKEP says.
#[derive(Debug, Clone)]
pub struct OkepText {
    pub document: Arc<Document>,
    pub title: Option<Title>,
    pub issue: Option<IssueLine>,
    pub outline: Outline,
    /// Shared by all states that hold the document.
    pub(super) site_readings: Arc<SiteReadings>,
}

/// How sites show a document, by their extensions.
pub(super) type SiteReadings = OnceMap<Extensions, SiteReading>;

impl Deref for Okep {
    type Target = OkepText;

    fn deref(&self) -> &OkepText {
        self.text.get_or_init(|| (self.read_text)())
    }
}

impl Okep {
    /// The OKEP at a path below the proposal folder; `text` is called once, should its text be needed.
    pub fn new(path: &str, folder: &str, text: impl Fn() -> Arc<OkepText> + Send + Sync + 'static) -> Self {
        Okep {
            path: path.to_owned(),
            name: name_of(path, folder),
            folder: path::okep_folder(path, folder).map(|(folder, name)| (folder.to_owned(), name)),
            unchanged: false,
            site: None,
            all: Arc::default(),
            asked: Arc::default(),
            text: Arc::default(),
            read_text: Arc::new(text),
        }
    }

    /// Whether its bytes are text, so that something can be said of that text.
    pub fn is_text_known(&self) -> bool {
        self.document.text.invalid_at.is_none()
    }

    /// The other OKEP that a number belongs to, as its file name, title and issue agree.
    pub fn owner_of(&self, number: u64) -> Option<&Okep> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(number);
        let number = Some(number);
        let owns = |o: &&Okep| {
            o.path != self.path
                && o.name.number == number
                && o.title.as_ref().and_then(|title| title.number) == number
                && o.issue.as_ref().and_then(|issue| issue.number()) == number
        };
        self.all.iter().find(owns)
    }

    /// What the site shows of it; nothing where no site does.
    ///
    /// Reading a page as the site does costs more than all else, and only some rules want it.
    pub fn site_reading(&self) -> Arc<SiteReading> {
        let Some(on) = self.site else { return Arc::default() };
        self.site_readings.get(on, || site_reading(&self.document, on))
    }

    /// Whether somebody asked for its text.
    pub fn was_read(&self) -> bool {
        self.text.get().is_some()
    }

    /// The numbers about which [`Okep::owner_of`] was asked so far.
    pub fn asked_numbers(&self) -> BTreeSet<u64> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number it goes by: that of the file, else of the title, else of the issue.
    pub fn number(&self) -> Option<u64> {
        self.name
            .number
            .or_else(|| self.title.as_ref().and_then(|t| t.number))
            .or_else(|| self.issue.as_ref().and_then(|i| i.number()))
    }
}

/// The name of an OKEP's file; the page that is shown of a folder has the folder's number.
pub(super) fn name_of(path: &str, proposals: &str) -> OkepName {
    let stem = path::stem(path::file_name(path)).unwrap_or_default();
    let folder = path::okep_folder(path, proposals).filter(|_| path::is_folder_page(path));
    match path::okep_name(stem) {
        Some(name) => OkepName { well_formed: name.well_formed && path.ends_with(".md"), ..name },
        None => OkepName { number: folder.and_then(|(_, name)| name.number), well_formed: false },
    }
}

impl OkepText {
    pub fn new(document: Arc<Document>, number: Option<u64>, template: &Template) -> Self {
        let is_section = |h: &Heading| {
            let name = Name::new(&h.text);
            template.names().any(|n| n.spells(&name))
        };
        let title = title::read(&document, &is_section);
        let own: Vec<u64> = [number, title.as_ref().and_then(|t| t.number)].into_iter().flatten().collect();
        let heading = title.as_ref().map(|t| t.heading);
        let issue = issue::of_okep(&document, document.preamble(heading).end, template.issue.as_ref(), &own);
        let outline = Outline::of(&document, heading);
        OkepText { document, title, issue, outline, site_readings: Arc::default() }
    }
}
