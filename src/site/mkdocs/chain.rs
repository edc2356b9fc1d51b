//! The configuration and the files it inherits from, and how MkDocs merges them.

use super::patterns::{MAX_LINES, Patterns};
use super::pyyaml;
use super::value::{self, Setting, Value};
use super::yaml::{Refusal, YamlCause, YamlDocument};
use super::{FileReader, MAX_CHAIN, Site};
use crate::files::{Content, Note};
use crate::text::Text;
use crate::text::url_path::{folder, join};
use indexmap::IndexMap;

/// The configuration and the files it inherits from, or why one of them does not load.
pub fn read(config_path: &str, file: &FileReader, site: &mut Site) -> Result<Vec<YamlDocument>, Refusal> {
    let missing = || unread(config_path, YamlCause::Fault, "the file is not there");
    let mut layers = Vec::new();
    let mut next = Some((config_path.to_owned(), file(config_path).ok_or_else(missing)?));
    while let Some((path, content)) = next {
        let layer = layer(&path, content)?;
        let inherit = Setting::root(&layer).map_or(Ok(None), |root| root.get("INHERIT"))?;
        next = inherit.map_or(Ok(None), |key| parent(key, file, site))?;
        layers.push(layer);
    }
    Ok(layers)
}

fn unread(path: &str, cause: YamlCause, message: &str) -> Refusal {
    Refusal { path: path.into(), span: 0..0, message: message.into(), cause }
}

/// One file of the chain.
fn layer(path: &str, content: Content) -> Result<YamlDocument, Refusal> {
    let not_read_here = |message: &str| Err(unread(path, YamlCause::NotReadHere, message));
    let Content::Bytes(bytes) = content else {
        return not_read_here("the file cannot be read, so what it sets is unknown");
    };
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return not_read_here("the file is UTF-16, which is not read here");
    }
    let text = Text::new(bytes);
    if let Some(at) = text.invalid_at {
        return Err(Refusal { span: at..at + 1, ..unread(path, YamlCause::Fault, "not valid UTF-8") });
    }
    pyyaml::refuse_unprintable(path, &text)?;
    let doc = YamlDocument::parse(path, text)?;
    pyyaml::refuse_tabs(&doc)?;
    value::check(&doc)?;
    match Setting::root(&doc).map(|root| (root, root.value())) {
        None | Some((_, Value::Map | Value::Null)) => Ok(doc),
        Some((root, other)) => {
            let message = format!("the file must be a mapping of settings, found {}", other.describe());
            Err(doc.fault(doc.text.line_range(doc.node(root.node).span.start), message))
        }
    }
}

/// The file that another inherits from; none where it is not in the repository, which is noted.
fn parent(key: Setting, file: &FileReader, site: &mut Site) -> Result<Option<(String, Content)>, Refusal> {
    let doc = key.doc;
    let tag = doc.node(key.node).tag.as_deref();
    let (named, inside) = match key.value() {
        Value::Str(path) => (path, join(folder(&doc.path), path).filter(|_| !path.starts_with('/'))),
        // The variable may be set where the site is built.
        Value::Null if tag == Some("!ENV") => ("a variable of the environment", None),
        _ => return Err(key.must_be("INHERIT", "a path")),
    };
    let Some(parent) = inside else {
        site.unknowable = true;
        let message = format!("`INHERIT` names `{named}`, which is not in the repository");
        site.notes.push(Note::at("register-not-understood", &*doc.path, message));
        return Ok(None);
    };
    let at = doc.span(key.node);
    if site.files.contains(&parent) {
        return Err(doc.fault(at, format!("`{parent}` inherits from itself")));
    }
    let missing = || doc.fault(at.clone(), format!("the inherited file `{parent}` is not there"));
    let content = file(&parent).ok_or_else(missing)?;
    if site.files.len() >= MAX_CHAIN {
        return Err(doc.refusal(YamlCause::TooLarge, at, "too many files inherit from one another"));
    }
    site.files.push(parent.clone());
    Ok(Some((parent, content)))
}

/// The chain as MkDocs merges it: mappings key by key, everything else by the first file that has it.
pub struct Layers<'l>(pub &'l [YamlDocument]);

impl<'l> Layers<'l> {
    /// The setting at a path of keys, the winning file first; several only where they are mappings
    /// that merge.
    pub fn get(&self, keys: &[&str]) -> Result<Vec<Setting<'l>>, Refusal> {
        let mut found: Vec<Setting> = self.0.iter().filter_map(Setting::root).collect();
        for key in keys {
            let mut below: Vec<Setting> = Vec::new();
            for at in found {
                let Some(next) = at.get(key)? else { continue };
                let mapping = matches!(next.value(), Value::Map);
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

    /// The setting at the top of the configuration.
    pub fn first(&self, key: &str) -> Result<Option<Setting<'l>>, Refusal> {
        Ok(self.get(&[key])?.first().copied())
    }

    /// How strictly something is validated, in `nav` or in links.
    pub fn validation(&self, what: &str, name: &str) -> Result<Option<&'l str>, Refusal> {
        let mut found = self.get(&["validation", what, name])?;
        if found.is_empty() {
            found = self.get(&["validation", name])?;
        }
        Ok(found.first().and_then(|level| level.text()))
    }

    pub fn patterns(&self, key: &str) -> Result<Patterns, Refusal> {
        let Some(at) = self.first(key)? else { return Ok(Patterns::default()) };
        match at.value() {
            Value::Null => Ok(Patterns::default()),
            Value::Str(text) if text.lines().count() > MAX_LINES => {
                let message = format!("`{key}` has too many lines to be read");
                Err(Refusal { cause: YamlCause::TooLarge, ..at.fault(message) })
            }
            Value::Str(text) => Patterns::parse(text).map_err(|m| at.fault(format!("`{key}`: {m}"))),
            _ => Err(at.must_be(key, "text")),
        }
    }

    /// The plugins that are on, each with its options where it has some.
    pub fn plugins(&self) -> Result<Vec<(String, Option<Setting<'l>>)>, Refusal> {
        let mut on = Vec::new();
        for (name, options) in self.named("plugins")? {
            let enabled = options.map(|options| options.get("enabled")).transpose()?.flatten();
            if !enabled.is_some_and(Setting::is_false) {
                on.push((name.strip_prefix('/').unwrap_or(&name).to_owned(), options));
            }
        }
        Ok(on)
    }

    /// The plugins or the Markdown extensions, each with its options where it has some.
    pub fn named(&self, key: &str) -> Result<Vec<(String, Option<Setting<'l>>)>, Refusal> {
        let found = self.get(&[key])?;
        let mut named = Vec::new();
        for item in found.first().into_iter().flat_map(|first| first.items()) {
            match item.text() {
                Some(name) => named.push((name.to_owned(), None)),
                // In a list the same plugin may be twice, once off and once on.
                None => named.extend(names(&[item])?),
            }
        }
        named.extend(names(&found)?);
        Ok(named)
    }
}

/// The text keys of some mappings, each once, with the first value that it has.
fn names<'l>(mappings: &[Setting<'l>]) -> Result<Vec<(String, Option<Setting<'l>>)>, Refusal> {
    let mut named: IndexMap<String, Option<Setting>> = IndexMap::new();
    for mapping in mappings {
        for pair in mapping.pairs()? {
            if let Value::Str(name) = value::resolve(pair.doc, pair.key).1 {
                named.entry(name.to_owned()).or_insert(Some(pair));
            }
        }
    }
    Ok(named.into_iter().collect())
}
