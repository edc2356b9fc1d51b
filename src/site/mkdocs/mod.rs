//! `mkdocs.yml` as MkDocs 1.6 means it: where the pages are, which of them are shown, and where.
//!
//! Reads bytes that others have fetched and never fails: what MkDocs could not load becomes a
//! [`Refusal`], what is not understood here a note. It does not run plugins, and takes every
//! environment variable for unset, so that one commit means one thing on every machine.
//!
//! Bounds: files of up to [`crate::git::MAX_FILE_BYTES`], [`MAX_CHAIN`] files that inherit from one another, and those
//! of `yaml`, `value` and `nav`; what exceeds them is reported in a note. Time is linear in the bytes.

mod chain;
mod languages;
mod nav;
pub(super) mod nav_reader;
mod pages;
mod patterns;
mod plugins;
mod pyyaml;
pub mod scalar;
mod value;
pub mod yaml;

pub use nav::{Nav, NavEntry, NavItem, NavSection, NavTree, Rest, Shape};
pub use pages::{AbsoluteLinks, PageSettings};
pub use patterns::{Patterns, RestPattern};

use crate::files::{Content, Note};
use crate::markdown::extensions::Extensions;
use crate::text::url_path::{below, folder, is_page, join};
use chain::Layers;
use languages::Languages;
use value::Value;
use yaml::{Refusal, YamlCause};

/// Most files in one chain of `INHERIT`: MkDocs follows it by recursion, which Python ends at this depth.
pub const MAX_CHAIN: usize = 1000;

/// Gives what is at a path of the repository.
pub type FileReader<'a> = dyn Fn(&str) -> Option<Content> + 'a;

/// What MkDocs makes of its configuration.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// The configuration file's path in the repository.
    pub path: String,
    /// The chain of files: the configuration, what it inherits from, and so on.
    pub files: Vec<String>,
    /// The docs folder from the repository's root; none where it lies outside or could not be read.
    pub docs_dir: Option<String>,
    pub nav: Nav,
    /// What links and anchors of pages hang on.
    pub pages: PageSettings,
    /// The plugins that are on, in their order.
    pub plugins: Vec<String>,
    /// Why MkDocs could not load the configuration.
    pub problems: Vec<Refusal>,
    /// What is not understood here.
    pub notes: Vec<Note>,
    /// A limit was met, so that pages may be registered or not.
    pub too_large: bool,
    exclude: Patterns,
    drafts: Patterns,
    not_in_nav: Patterns,
    /// A plugin or a file that is elsewhere makes it unknowable which pages there are, and which are shown.
    unknowable: bool,
}

/// Whether a page is shown in the navigation, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// Named by an entry, or caught by a rest entry of `awesome-pages`; without `nav` MkDocs shows all pages.
    Shown,
    /// `exclude_docs` or MkDocs's own defaults keep it out of the site.
    Excluded,
    /// `draft_docs` keeps it out of the built site.
    Draft,
    /// Not shown, and `not_in_nav` says that this is meant.
    NotInNav,
    OutsideDocsDir,
    /// No Markdown file.
    NotAPage,
    /// A page that the navigation does not show: MkDocs warns.
    Missing,
    /// The configuration could not be read, or a plugin decides.
    Unknown,
}

impl Registered {
    /// Whether readers find the page in the navigation; none where that is unknown.
    pub fn shown(self) -> Option<bool> {
        match self {
            Registered::Shown => Some(true),
            Registered::Unknown => None,
            _ => Some(false),
        }
    }
}

impl Site {
    /// Is this page, a path from the repository's root, shown in the navigation as MkDocs makes it?
    pub fn registered(&self, path: &str) -> Registered {
        let Some(docs_dir) = &self.docs_dir else { return Registered::Unknown };
        let Some(page) = below(docs_dir, path) else { return Registered::OutsideDocsDir };
        let is_caught = |tree: &NavTree, caught| tree.rests.iter().any(|r| r.pattern.matches(page) == caught);
        match &self.nav {
            _ if !is_page(page) => Registered::NotAPage,
            _ if self.exclude.matches(page) => Registered::Excluded,
            _ if self.drafts.matches(page) => Registered::Draft,
            _ if self.entry_of(path).is_some() => Registered::Shown,
            Nav::Unreadable => Registered::Unknown,
            _ if self.not_in_nav.matches(page) => Registered::NotInNav,
            _ if self.unknowable => Registered::Unknown,
            Nav::Absent => Registered::Shown,
            Nav::Listed(tree) if is_caught(tree, Some(true)) => Registered::Shown,
            Nav::Listed(tree) if is_caught(tree, None) => Registered::Unknown,
            Nav::Listed(_) => Registered::Missing,
        }
    }

    /// The Markdown extensions with which the site shows this page; none where it does not show it.
    pub fn shows(&self, path: &str) -> Option<Extensions> {
        let hidden = [Registered::Excluded, Registered::OutsideDocsDir, Registered::NotAPage];
        (!hidden.contains(&self.registered(path))).then_some(self.pages.extensions)
    }

    /// The setting that leaves a page out of the site that is built.
    pub fn hidden_by(&self, path: &str) -> Option<&'static str> {
        match self.registered(path) {
            Registered::Excluded => Some("exclude_docs"),
            Registered::Draft => Some("draft_docs"),
            _ => None,
        }
    }

    /// Whether it is known which pages there are and which of them `nav` shows: no plugin may change it.
    pub fn is_known(&self) -> bool {
        !self.unknowable
    }

    /// The first entry that shows a page.
    pub fn entry_of(&self, path: &str) -> Option<usize> {
        let named = || self.nav.entry_of(&format!("{}/{}", self.docs_dir.as_deref()?, self.target(path)?));
        self.nav.entry_of(path).or_else(named)
    }

    /// A path from the docs folder; none for one outside of it.
    fn page<'p>(&self, path: &'p str) -> Option<&'p str> {
        below(self.docs_dir.as_deref()?, path)
    }

    /// A page's path as `nav` writes it; none for a path outside the docs folder.
    pub fn target(&self, path: &str) -> Option<String> {
        let page = self.page(path)?;
        Some(self.pages.languages.as_ref().map_or_else(|| page.to_owned(), |all| all.name(page).into_owned()))
    }

    /// Whether pages have translations.
    pub fn has_languages(&self) -> bool {
        self.pages.languages.is_some()
    }

    /// Whether a page is a translation of another, which has its entry in `nav`.
    pub fn is_translation(&self, path: &str) -> bool {
        let languages = self.pages.languages.as_ref();
        languages.zip(self.page(path)).is_some_and(|(languages, page)| languages.is_translation(page))
    }

    /// The page of the default language that an entry for `doc` shows where there is none at `doc`.
    pub fn default_page(&self, doc: &str) -> Option<String> {
        let page = self.pages.languages.as_ref()?.default_page(self.page(doc)?)?;
        join(self.docs_dir.as_deref()?, &page)
    }
}

/// The configuration at a path and the files it inherits from, as far as they are there.
pub fn chain_of(config_path: &str, file: &FileReader) -> Vec<String> {
    // Asked for every state that is read: the key must be there before YAML is worth the time.
    match file(config_path) {
        Some(Content::Bytes(bytes)) if memchr::memmem::find(&bytes, b"INHERIT").is_some() => {
            let mut site = Site::unread(config_path);
            drop(chain::read(config_path, file, &mut site));
            site.files
        }
        _ => vec![config_path.to_owned()],
    }
}

/// Reads the configuration at `config_path`; `file` gives what is at a path of the repository.
pub fn read(config_path: &str, file: &FileReader) -> Site {
    let mut site = Site::unread(config_path);
    let layers = chain::read(config_path, file, &mut site);
    if let Err(refusal) = layers.and_then(|layers| site.settle(&Layers(&layers))) {
        site.refuse(refusal);
    }
    site
}

impl Site {
    /// A configuration of which nothing is known yet.
    fn unread(config_path: &str) -> Self {
        let (path, files) = (config_path.into(), vec![config_path.into()]);
        Site { path, files, pages: PageSettings::unread(), ..Site::default() }
    }

    fn refuse(&mut self, refusal: Refusal) {
        let note = |kind| Note::at(kind, &*refusal.path, &*refusal.message);
        self.too_large |= refusal.cause == YamlCause::TooLarge;
        match refusal.cause {
            YamlCause::NotReadHere => self.notes.push(note("register-not-understood")),
            YamlCause::TooLarge => self.notes.push(note("too-large")),
            YamlCause::Fault => self.problems.push(refusal),
        }
    }

    /// Takes every setting from the chain, up to one that MkDocs refuses.
    fn settle(&mut self, layers: &Layers<'_>) -> Result<(), Refusal> {
        self.settle_docs_dir(layers)?;
        self.pages = PageSettings { docs_dir: self.docs_dir.clone(), ..PageSettings::read(layers)? };
        self.exclude = patterns::DEFAULTS.clone().and(layers.patterns("exclude_docs")?);
        self.drafts = layers.patterns("draft_docs")?;
        self.not_in_nav = layers.patterns("not_in_nav")?;
        self.settle_plugins(layers)?;
        self.settle_nav(layers)
    }

    fn settle_docs_dir(&mut self, layers: &Layers<'_>) -> Result<(), Refusal> {
        let found = layers.first("docs_dir")?;
        let written = match found.map(|at| (at, at.value())) {
            None | Some((_, Value::Null)) => "docs",
            Some((_, Value::Str(text))) => text,
            Some((at, _)) => return Err(at.must_be("docs_dir", "a path")),
        };
        let parent = folder(&self.path);
        self.docs_dir = if written.starts_with('/') { None } else { join(parent, written) };
        if self.docs_dir.is_none() {
            let message = format!("`docs_dir` is `{written}`, outside the repository");
            self.notes.push(Note::at("docs-dir-outside", &*self.path, message));
        }
        match found.filter(|_| self.docs_dir.as_deref() == Some(parent)) {
            Some(at) => Err(at.fault("`docs_dir` must not be the folder of the configuration file itself")),
            None => Ok(()),
        }
    }

    fn settle_plugins(&mut self, layers: &Layers<'_>) -> Result<(), Refusal> {
        let plugins = layers.plugins()?;
        if let Some((_, options)) = plugins.iter().find(|(name, _)| name == "i18n") {
            self.pages.languages = Some(options.map_or_else(|| Ok(Languages::default()), Languages::read)?);
        }
        self.plugins = plugins.into_iter().map(|(name, _)| name).collect();
        let has_hooks = layers.first("hooks")?.is_some_and(|hooks| hooks.items().next().is_some());
        let ([pages, headings, links], note) = plugins::effect(&self.path, &self.plugins, has_hooks);
        self.unknowable |= pages;
        self.pages.extensions.unknown |= headings;
        self.pages.links_are_known &= !links;
        self.notes.extend(note);
        Ok(())
    }

    fn settle_nav(&mut self, layers: &Layers<'_>) -> Result<(), Refusal> {
        let has_awesome_pages = self.plugins.iter().any(|plugin| plugin == "awesome-pages");
        self.nav = match layers.first("nav")? {
            None => Nav::Absent,
            Some(nav) => {
                let absolute_links = layers.validation("nav", "absolute_links")? == Some("relative_to_docs");
                let (docs_dir, rests) = (self.docs_dir.as_deref(), has_awesome_pages);
                nav_reader::read(nav, &nav_reader::Settings { docs_dir, rests, absolute_links })?
            }
        };
        // `.pages` files can reorder and hide what no written navigation fixes.
        if has_awesome_pages && !self.nav.tree().is_some_and(|tree| tree.rests.is_empty()) {
            let message = "the plugin `awesome-pages` may hide pages by `.pages` files, which are not read";
            self.notes.push(Note::at("nav-by-plugin", &*self.path, message));
        }
        let rests = self.nav.tree().into_iter().flat_map(|tree| &tree.rests);
        for rest in rests.filter(|rest| matches!(rest.pattern, RestPattern::Unknown)) {
            let message = format!("the rest entry `{}` can only be read by Python", rest.text);
            self.notes.push(Note::at("register-not-understood", &*self.path, message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
