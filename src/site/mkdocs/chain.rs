//! The configuration and the files it inherits from, and how MkDocs merges them.

use super::patterns::{MAX_LINES, Patterns};
use super::pyyaml;
use super::value::{self, Value};
use super::yaml::{NodeId, Refusal, YamlCause, YamlDocument};
use super::{MAX_BYTES, MAX_CHAIN, Site};
use crate::files::{Content, Note};
use crate::text::Text;
use crate::text::url_path::{folder, join};

/// A refusal, and which file of the chain it is about.
pub type Fault = (usize, Refusal);

/// One file of the chain.
pub struct Layer {
    pub path: String,
    pub text: Text,
    pub doc: YamlDocument,
}

pub enum Parent {
    None,
    /// The path and the value that names it.
    At(String, NodeId),
    Outside(String),
}

impl Layer {
    pub fn read(path: &str, bytes: &[u8]) -> Result<Layer, Refusal> {
        let refuse = |cause, message: &str| Refusal { span: 0..0, message: message.into(), cause };
        if bytes.len() > MAX_BYTES {
            return Err(refuse(YamlCause::TooLarge, "the file is too large to be read"));
        }
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(refuse(YamlCause::NotReadHere, "the file is UTF-16, which is not read here"));
        }
        let text = Text::new(bytes);
        if let Some(at) = text.invalid_at {
            return Err(Refusal::fault(at..at + 1, "not valid UTF-8"));
        }
        pyyaml::refuse_unprintable(&text)?;
        let doc = YamlDocument::parse(&text)?;
        pyyaml::refuse_tabs(&text, &doc)?;
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

    pub fn parent(&self) -> Result<Parent, Refusal> {
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
pub fn read(
    config_path: &str,
    file: &dyn Fn(&str) -> Option<Content>,
    site: &mut Site,
) -> Result<Vec<Layer>, (String, Refusal)> {
    let Some(content) = file(config_path) else {
        return Err((config_path.into(), Refusal::fault(0..0, "the file is not there")));
    };
    let mut layers = Vec::new();
    let mut next = Some((config_path.to_owned(), content));
    while let Some((path, content)) = next.take() {
        let Content::Bytes(bytes) = content else {
            let message = "the file cannot be read, so what it sets is unknown".to_owned();
            return Err((path, Refusal { span: 0..0, message, cause: YamlCause::NotReadHere }));
        };
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
                    return Err((
                        path.clone(),
                        Refusal { cause: YamlCause::TooLarge, ..refuse(node, message).1 },
                    ));
                }
                Some(content) => {
                    site.files.push(parent.clone());
                    next = Some((parent, content));
                }
            },
        }
        layers.push(layer);
    }
    Ok(layers)
}

/// The chain as MkDocs merges it: mappings key by key, everything else by the first file that has it.
pub struct Layers<'l>(pub &'l [Layer]);

/// A setting in one file of the chain.
#[derive(Debug, Clone, Copy)]
pub struct At {
    pub layer: usize,
    pub key: NodeId,
    pub node: NodeId,
}

impl Layers<'_> {
    pub fn value(&self, at: At) -> Value<'_> {
        value::resolve(&self.0[at.layer].doc, at.node).1
    }

    pub fn fault(&self, at: At, message: impl Into<String>) -> Fault {
        (at.layer, Refusal::fault(self.0[at.layer].doc.written(at.key).span.clone(), message))
    }

    /// The setting at a path of keys, the winning file first; several only where they are mappings
    /// that merge.
    pub fn get(&self, keys: &[&str]) -> Result<Vec<At>, Fault> {
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

    pub fn patterns(&self, key: &str) -> Result<Patterns, Fault> {
        let Some(&at) = self.get(&[key])?.first() else { return Ok(Patterns::default()) };
        match self.value(at) {
            Value::Null => Ok(Patterns::default()),
            Value::Str(text) if text.lines().count() > MAX_LINES => {
                let message = format!("`{key}` has too many lines to be read");
                Err((at.layer, Refusal { cause: YamlCause::TooLarge, ..self.fault(at, message).1 }))
            }
            Value::Str(text) => Patterns::parse(text).map_err(|m| self.fault(at, format!("`{key}`: {m}"))),
            other => Err(self.fault(at, format!("`{key}` must be text, found {}", other.describe()))),
        }
    }

    /// The plugins that are on, each with its options where it has some.
    pub fn plugins(&self) -> Result<Vec<(String, Option<At>)>, Fault> {
        let mut on = Vec::new();
        for (name, config) in self.named("plugins")? {
            if config.map_or(Ok(true), |at| self.enabled(at))? {
                on.push((name.strip_prefix('/').unwrap_or(&name).to_owned(), config));
            }
        }
        Ok(on)
    }

    /// The plugins or the Markdown extensions, each with its options where it has some.
    pub fn named(&self, key: &str) -> Result<Vec<(String, Option<At>)>, Fault> {
        let found = self.get(&[key])?;
        let mut named = Vec::new();
        let Some(&first) = found.first() else { return Ok(named) };
        match self.value(first) {
            Value::Seq(items) => {
                for item in items {
                    match value::resolve(&self.0[first.layer].doc, *item) {
                        (_, Value::Str(name)) => named.push((name.to_owned(), None)),
                        (node, Value::Map) => {
                            // In a list the same plugin may be twice, once off and once on.
                            let mut here = Vec::new();
                            self.keys_of(At { node, ..first }, &mut here)?;
                            named.append(&mut here);
                        }
                        _ => {}
                    }
                }
            }
            Value::Map => {
                for at in &found {
                    self.keys_of(*at, &mut named)?;
                }
            }
            _ => {}
        }
        Ok(named)
    }

    /// The keys of a mapping that are not yet known.
    fn keys_of(&self, at: At, named: &mut Vec<(String, Option<At>)>) -> Result<(), Fault> {
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

    pub fn is_false(&self, at: At) -> bool {
        value::is_false(&self.0[at.layer].doc, at.node)
    }

    fn enabled(&self, config: At) -> Result<bool, Fault> {
        let doc = &self.0[config.layer].doc;
        let found = value::get(doc, config.node, "enabled").map_err(|r| (config.layer, r))?;
        Ok(found.is_none_or(|(_, node)| !value::is_false(doc, node)))
    }
}
