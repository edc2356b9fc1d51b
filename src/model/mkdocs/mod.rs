//! `mkdocs.yml` as MkDocs 1.6 means it: where the pages are, which of them are shown, and where.
//!
//! Reads bytes that others have fetched and never fails: what MkDocs could not load becomes a
//! [`Problem`], what is not understood here a note. It does not run plugins, and takes every
//! environment variable for unset, so that one commit means one thing on every machine.
//!
//! Bounds: files of up to [`MAX_BYTES`], [`MAX_CHAIN`] files that inherit from one another, and those
//! of `yaml`, `value` and `nav`; what exceeds them is told in a note. Time is linear in the bytes.

mod nav;
mod patterns;
pub mod scalar;
mod value;
pub mod yaml;

pub use nav::{Item, Nav, NavEntry, NavTree, Rest, Section, Shape, What};
pub use patterns::{Patterns, RestPattern};

use crate::text::Text;
use crate::tree::Note;
use std::ops::Range;
use std::sync::Arc;
use value::Value;
use yaml::{Document, NodeId, Refusal};

/// Largest configuration file that is read, in bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// Most files in one chain of `INHERIT`.
pub const MAX_CHAIN: usize = 16;

/// Plugins that make or change the navigation by files or rules that are not read here.
const NAV_PLUGINS: [&str; 6] =
    ["literate-nav", "awesome-nav", "monorepo", "multirepo", "navorder", "include_dir_to_nav"];

/// What MkDocs makes of its configuration.
#[derive(Debug, Clone)]
pub struct Site {
    /// The configuration file's path in the repository.
    pub path: String,
    /// The chain of files: the configuration, what it inherits from, and so on.
    pub files: Vec<String>,
    /// The docs folder from the repository's root; none where it lies outside or could not be read.
    pub docs_dir: Option<String>,
    pub nav: Nav,
    /// The plugins that are on, in their order.
    pub plugins: Vec<String>,
    /// Why MkDocs could not load the configuration.
    pub problems: Vec<Problem>,
    /// What is not understood here.
    pub notes: Vec<Note>,
    exclude: Patterns,
    drafts: Patterns,
    not_in_nav: Patterns,
    /// A plugin or a limit makes it unknowable which pages that are not named are shown.
    unknowable: bool,
}

/// A place for which MkDocs would refuse the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub path: String,
    /// Bytes of the file at `path`.
    pub span: Range<usize>,
    /// Lower case, no final period.
    pub message: String,
}

/// Whether a page is shown in the navigation, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// Named by this entry, the first if there are several.
    InNav(usize),
    /// There is no `nav`: MkDocs shows all pages.
    Everything,
    /// Caught by this rest entry of `awesome-pages`.
    Rest(usize),
    /// `exclude_docs` or MkDocs's own defaults keep it out of the site.
    Excluded,
    /// `draft_docs` keeps it out of the built site.
    Draft,
    /// Not shown, and `not_in_nav` says that this is meant.
    NotInNav,
    OutsideDocsDir,
    /// No Markdown file.
    NotAPage,
    /// A page that the navigation does not show: MkDocs complains.
    Missing,
    /// The configuration could not be read, or a plugin decides.
    Unknown,
}

impl Registered {
    /// Whether readers find the page in the navigation; none where that is unknown.
    pub fn shown(self) -> Option<bool> {
        match self {
            Registered::InNav(_) | Registered::Everything | Registered::Rest(_) => Some(true),
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
        if !is_page(page) {
            return Registered::NotAPage;
        }
        if self.exclude.matches(page) {
            return Registered::Excluded;
        }
        if self.drafts.matches(page) {
            return Registered::Draft;
        }
        if let Some(entry) = self.nav.entries().iter().position(|e| e.doc.as_deref() == Some(path)) {
            return Registered::InNav(entry);
        }
        if matches!(self.nav, Nav::Unreadable) {
            return Registered::Unknown;
        }
        if self.not_in_nav.matches(page) {
            return Registered::NotInNav;
        }
        if self.unknowable {
            return Registered::Unknown;
        }
        match &self.nav {
            Nav::Listed(tree) => rest(tree, page),
            _ => Registered::Everything,
        }
    }

    /// A page's path as `nav` writes it; none for a path outside the docs folder.
    pub fn target(&self, path: &str) -> Option<String> {
        below(self.docs_dir.as_deref()?, path).map(str::to_owned)
    }
}

fn rest(tree: &NavTree, page: &str) -> Registered {
    let mut unknown = false;
    for (index, rest) in tree.rests.iter().enumerate() {
        match rest.pattern.matches(page) {
            Some(true) => return Registered::Rest(index),
            Some(false) => {}
            None => unknown = true,
        }
    }
    if unknown { Registered::Unknown } else { Registered::Missing }
}

/// The path of the file that a configuration inherits from, from the repository's root; none where
/// there is none, or where it is outside the repository.
pub fn inherits(config_path: &str, bytes: &[u8]) -> Option<String> {
    let layer = Layer::read(config_path, bytes).ok()?;
    match layer.parent().ok()? {
        Parent::At(path, _) => Some(path),
        _ => None,
    }
}

/// Reads the configuration at `config_path`; `file` gives the bytes of a path of the repository.
pub fn read(config_path: &str, file: &dyn Fn(&str) -> Option<Arc<[u8]>>) -> Site {
    let mut site = Site {
        path: config_path.into(),
        files: vec![config_path.into()],
        docs_dir: None,
        nav: Nav::Unreadable,
        plugins: Vec::new(),
        problems: Vec::new(),
        notes: Vec::new(),
        exclude: Patterns::default(),
        drafts: Patterns::default(),
        not_in_nav: Patterns::default(),
        unknowable: false,
    };
    let layers = match chain(config_path, file, &mut site) {
        Ok(layers) => layers,
        Err((path, refusal)) => {
            site.refuse(&path, refusal);
            return site;
        }
    };
    site.settle(&Layers(&layers));
    site
}

impl Site {
    fn refuse(&mut self, path: &str, refusal: Refusal) {
        if refusal.limit {
            self.notes.push(Note::at("register-not-understood", path, refusal.message));
        } else {
            self.problems.push(Problem { path: path.into(), span: refusal.span, message: refusal.message });
        }
    }

    /// Takes every setting from the chain; a setting that MkDocs refuses leaves its problem.
    fn settle(&mut self, layers: &Layers<'_>) {
        let settled = self
            .settle_docs_dir(layers)
            .and_then(|()| self.settle_patterns(layers))
            .and_then(|()| self.settle_plugins(layers))
            .and_then(|()| self.settle_nav(layers));
        if let Err((layer, refusal)) = settled {
            self.refuse(&layers.0[layer].path.clone(), refusal);
        }
    }

    fn settle_docs_dir(&mut self, layers: &Layers<'_>) -> Result<(), Fault> {
        let found = layers.get(&["docs_dir"])?;
        let written = match found.first() {
            None => "docs",
            Some(at) => match layers.value(*at) {
                Value::Null => "docs",
                Value::Str(text) => text,
                other => {
                    let message = format!("`docs_dir` must be a path, found {}", other.describe());
                    return Err(layers.fault(*at, message));
                }
            },
        };
        let parent = folder(&self.path);
        self.docs_dir = if written.starts_with('/') { None } else { join(parent, written) };
        match (&self.docs_dir, found.first()) {
            (Some(dir), Some(at)) if dir == parent => {
                let message = "`docs_dir` must not be the folder of the configuration file itself";
                Err(layers.fault(*at, message))
            }
            (None, _) => {
                let message = format!("`docs_dir` is `{written}`, outside the repository");
                self.notes.push(Note::at("docs-dir-outside", &*self.path, message));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn settle_patterns(&mut self, layers: &Layers<'_>) -> Result<(), Fault> {
        let defaults = Patterns::parse(".*\n/templates/").expect("MkDocs's own patterns are valid");
        self.exclude = defaults.and(layers.patterns("exclude_docs")?);
        self.drafts = layers.patterns("draft_docs")?;
        self.not_in_nav = layers.patterns("not_in_nav")?;
        Ok(())
    }

    fn settle_plugins(&mut self, layers: &Layers<'_>) -> Result<(), Fault> {
        self.plugins = layers.plugins()?;
        for plugin in &self.plugins {
            if NAV_PLUGINS.contains(&plugin.as_str()) {
                self.unknowable = true;
                let message = format!("the plugin `{plugin}` makes pages appear that `nav` does not name");
                self.notes.push(Note::at("nav-by-plugin", &*self.path, message));
            }
        }
        Ok(())
    }

    fn settle_nav(&mut self, layers: &Layers<'_>) -> Result<(), Fault> {
        let Some(&at) = layers.get(&["nav"])?.first() else {
            self.nav = Nav::Absent;
            self.tell_of_pages_files();
            return Ok(());
        };
        let mut absolute = layers.get(&["validation", "nav", "absolute_links"])?;
        if absolute.is_empty() {
            absolute = layers.get(&["validation", "absolute_links"])?;
        }
        let relative_to_docs = |at: &At| matches!(layers.value(*at), Value::Str("relative_to_docs"));
        let docs_dir = self.docs_dir.clone();
        let settings = nav::Settings {
            docs_dir: docs_dir.as_deref(),
            rests: self.awesome_pages(),
            absolute_links: absolute.first().is_some_and(relative_to_docs),
        };
        let layer = &layers.0[at.layer];
        let read = nav::read(&layer.path, &layer.text, &layer.doc, (at.key, at.node), &settings);
        self.nav = read.map_err(|refusal| (at.layer, refusal))?;
        self.tell_of_pages_files();
        Ok(())
    }

    fn awesome_pages(&self) -> bool {
        self.plugins.iter().any(|p| p == "awesome-pages")
    }

    /// `.pages` files can reorder and hide what no written navigation fixes.
    fn tell_of_pages_files(&mut self) {
        let listed = self.nav.tree().is_some_and(|tree| tree.rests.is_empty());
        if self.awesome_pages() && !listed {
            let message = "the plugin `awesome-pages` may hide pages by `.pages` files, which are not read";
            self.notes.push(Note::at("nav-by-plugin", &*self.path, message));
        }
        for rest in self.nav.tree().map(|t| t.rests.as_slice()).unwrap_or_default() {
            if let RestPattern::Unknown = rest.pattern {
                let message = format!("the rest entry `{}` can only be read by Python", rest.text);
                self.notes.push(Note::at("register-not-understood", &*self.path, message));
            }
        }
    }
}

/// A refusal, and which file of the chain it is about.
type Fault = (usize, Refusal);

/// One file of the chain.
struct Layer {
    path: String,
    text: Text,
    doc: Document,
}

enum Parent {
    None,
    /// The path and the value that names it.
    At(String, NodeId),
    Outside(String),
}

impl Layer {
    fn read(path: &str, bytes: &[u8]) -> Result<Layer, Refusal> {
        let limit = |message: &str| Refusal { span: 0..0, message: message.into(), limit: true };
        if bytes.len() > MAX_BYTES {
            return Err(limit("the file is too large to be read"));
        }
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(limit("the file is UTF-16, which is not read here"));
        }
        let text = Text::new(bytes);
        if let Some(at) = text.invalid_at {
            return Err(Refusal::fault(at..at + 1, "not valid UTF-8"));
        }
        let doc = Document::parse(&text)?;
        value::check(&doc)?;
        if let Some(root) = doc.root {
            match value::resolve(&doc, root).1 {
                Value::Map | Value::Null => {}
                other => {
                    let message =
                        format!("the file must be a mapping of settings, found {}", other.describe());
                    return Err(Refusal::fault(text.line_range(doc.node(root).span.start), message));
                }
            }
        }
        Ok(Layer { path: path.into(), text, doc })
    }

    fn get(&self, mapping: NodeId, key: &str) -> Result<Option<(NodeId, NodeId)>, Refusal> {
        value::get(&self.doc, mapping, key)
    }

    fn parent(&self) -> Result<Parent, Refusal> {
        let found = self.doc.root.map(|root| self.get(root, "INHERIT")).transpose()?.flatten();
        let Some((key, node)) = found else { return Ok(Parent::None) };
        match value::resolve(&self.doc, node).1 {
            Value::Str(path) if path.starts_with('/') => Ok(Parent::Outside(path.into())),
            Value::Str(path) => Ok(match join(folder(&self.path), path) {
                Some(joined) => Parent::At(joined, node),
                None => Parent::Outside(path.into()),
            }),
            // The variable may be set where the site is built.
            Value::Null if self.doc.node(node).tag.as_deref() == Some("!ENV") => {
                Ok(Parent::Outside("a variable of the environment".into()))
            }
            other => {
                let message = format!("`INHERIT` must be a path, found {}", other.describe());
                Err(Refusal::fault(self.doc.written(key).span.clone(), message))
            }
        }
    }
}

/// The configuration and the files it inherits from, or why one of them does not load.
fn chain(
    config_path: &str,
    file: &dyn Fn(&str) -> Option<Arc<[u8]>>,
    site: &mut Site,
) -> Result<Vec<Layer>, (String, Refusal)> {
    let Some(bytes) = file(config_path) else {
        return Err((config_path.into(), Refusal::fault(0..0, "the file is not there")));
    };
    let mut layers = Vec::new();
    let mut next = Some((config_path.to_owned(), bytes));
    while let Some((path, bytes)) = next.take() {
        let layer = Layer::read(&path, &bytes).map_err(|refusal| (path.clone(), refusal))?;
        let refuse = |node: NodeId, message: String| {
            (path.clone(), Refusal::fault(layer.doc.written(node).span.clone(), message))
        };
        match layer.parent().map_err(|refusal| (path.clone(), refusal))? {
            Parent::None => {}
            Parent::Outside(named) => {
                site.unknowable = true;
                let message = format!("`INHERIT` names `{named}`, which is not in the repository");
                site.notes.push(Note::at("register-not-understood", &*path, message));
            }
            Parent::At(parent, node) if site.files.contains(&parent) => {
                return Err(refuse(node, format!("`{parent}` inherits from itself")));
            }
            Parent::At(parent, node) => match file(&parent) {
                None => return Err(refuse(node, format!("the inherited file `{parent}` is not there"))),
                Some(_) if site.files.len() >= MAX_CHAIN => {
                    let message = "too many files inherit from one another".to_owned();
                    return Err((path.clone(), Refusal { limit: true, ..refuse(node, message).1 }));
                }
                Some(bytes) => {
                    site.files.push(parent.clone());
                    next = Some((parent, bytes));
                }
            },
        }
        layers.push(layer);
    }
    Ok(layers)
}

/// The chain as MkDocs merges it: mappings key by key, everything else by the first file that has it.
struct Layers<'l>(&'l [Layer]);

/// A setting in one file of the chain.
#[derive(Debug, Clone, Copy)]
struct At {
    layer: usize,
    key: NodeId,
    node: NodeId,
}

impl Layers<'_> {
    fn value(&self, at: At) -> Value<'_> {
        value::resolve(&self.0[at.layer].doc, at.node).1
    }

    fn fault(&self, at: At, message: impl Into<String>) -> Fault {
        (at.layer, Refusal::fault(self.0[at.layer].doc.written(at.key).span.clone(), message))
    }

    /// The setting at a path of keys, the winning file first; several only where they are mappings
    /// that merge.
    fn get(&self, keys: &[&str]) -> Result<Vec<At>, Fault> {
        let root = |(layer, file): (usize, &Layer)| file.doc.root.map(|node| At { layer, key: node, node });
        let mut found: Vec<At> = self.0.iter().enumerate().filter_map(root).collect();
        for key in keys {
            let mut below: Vec<At> = Vec::new();
            for at in found {
                let pair = self.0[at.layer].get(at.node, key).map_err(|refusal| (at.layer, refusal))?;
                let Some((key, node)) = pair else { continue };
                let next = At { layer: at.layer, key, node };
                let mapping = matches!(self.value(next), Value::Map);
                if mapping || below.is_empty() {
                    below.push(next);
                }
                if !mapping {
                    break;
                }
            }
            found = below;
        }
        Ok(found)
    }

    fn patterns(&self, key: &str) -> Result<Patterns, Fault> {
        let Some(&at) = self.get(&[key])?.first() else { return Ok(Patterns::default()) };
        match self.value(at) {
            Value::Null => Ok(Patterns::default()),
            Value::Str(text) => Patterns::parse(text).map_err(|m| self.fault(at, format!("`{key}`: {m}"))),
            other => Err(self.fault(at, format!("`{key}` must be text, found {}", other.describe()))),
        }
    }

    /// The plugins that are on; their own options are not looked at.
    fn plugins(&self) -> Result<Vec<String>, Fault> {
        let found = self.get(&["plugins"])?;
        let Some(&first) = found.first() else { return Ok(Vec::new()) };
        let mut named: Vec<(String, Option<At>)> = Vec::new();
        match self.value(first) {
            Value::Seq(items) => {
                for item in items {
                    let doc = &self.0[first.layer].doc;
                    match value::resolve(doc, *item) {
                        (_, Value::Str(name)) => named.push((name.into(), None)),
                        (node, Value::Map) => self.plugins_of(At { node, ..first }, &mut named)?,
                        _ => {}
                    }
                }
            }
            Value::Map => {
                for at in &found {
                    self.plugins_of(*at, &mut named)?;
                }
            }
            _ => {}
        }
        let mut on = Vec::new();
        for (name, config) in named {
            if config.map_or(Ok(true), |at| self.enabled(at))? {
                on.push(name.strip_prefix('/').unwrap_or(&name).to_owned());
            }
        }
        Ok(on)
    }

    /// The keys of a mapping of plugins that are not yet known.
    fn plugins_of(&self, at: At, named: &mut Vec<(String, Option<At>)>) -> Result<(), Fault> {
        let doc = &self.0[at.layer].doc;
        let pairs = value::pairs(doc, value::resolve(doc, at.node).0).map_err(|r| (at.layer, r))?;
        for (key, node, _) in pairs {
            if let Value::Str(name) = value::resolve(doc, key).1
                && named.iter().all(|(known, _)| known != name)
            {
                named.push((name.into(), Some(At { layer: at.layer, key, node })));
            }
        }
        Ok(())
    }

    fn enabled(&self, config: At) -> Result<bool, Fault> {
        let doc = &self.0[config.layer].doc;
        let found = value::get(doc, config.node, "enabled").map_err(|r| (config.layer, r))?;
        Ok(found.is_none_or(|(_, node)| !value::is_false(doc, node)))
    }
}

/// Whether MkDocs takes the path for a page.
fn is_page(path: &str) -> bool {
    [".md", ".markdown", ".mdown", ".mkdn", ".mkd"].iter().any(|ending| path.ends_with(ending))
}

/// Whether a target has a scheme or a host, such as `https://x` or `mailto:x`.
fn is_address(target: &str) -> bool {
    let scheme = |s: &str| {
        s.starts_with(|c: char| c.is_ascii_alphabetic())
            && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    target.starts_with("//") || target.split_once(':').is_some_and(|(before, _)| scheme(before))
}

/// The folder of a file, empty for the repository's root.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `path` relative to `folder`, with `.` and `..` resolved; none where it leaves the repository.
fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What is left of `path` below `folder`; the empty folder is the root.
fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

fn percent_decoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = path.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| path.into())
}
