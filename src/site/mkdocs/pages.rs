//! How MkDocs treats the links and headings of its pages: what of its configuration decides that.

use super::chain::{At, Fault, Layers};
use super::value::{self, Value};

/// The settings that links and anchors hang on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageSettings {
    /// The docs folder from the repository's root; none where it lies outside or could not be read.
    pub docs_dir: Option<String>,
    pub use_directory_urls: bool,
    /// Whether MkDocs warns of a link to a file that is not there.
    pub not_found: bool,
    /// Whether it warns of a relative link that names no file.
    pub unrecognized: bool,
    pub absolute: AbsoluteLinks,
    /// What stands between the words of an anchor; none where anchors are made by a rule of the project's own.
    pub separator: Option<String>,
    /// Whether headings may carry ids of their own in braces.
    pub attributes: bool,
    /// Whether footnotes make anchors.
    pub footnotes: bool,
    /// Whether emoji short codes become pictures.
    pub emoji: bool,
}

/// What MkDocs makes of links that begin with `/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AbsoluteLinks {
    Ignored,
    Warned,
    /// They begin at the docs folder.
    RelativeToDocs,
}

impl Default for PageSettings {
    /// MkDocs's own defaults.
    fn default() -> Self {
        PageSettings {
            docs_dir: Some("docs".into()),
            use_directory_urls: true,
            not_found: true,
            unrecognized: false,
            absolute: AbsoluteLinks::Ignored,
            separator: Some("-".into()),
            attributes: false,
            footnotes: false,
            emoji: false,
        }
    }
}

impl PageSettings {
    pub(super) fn read(layers: &Layers<'_>) -> Result<Self, Fault> {
        let mut settings = PageSettings::default();
        let word = |name: &str| -> Result<Option<&str>, Fault> {
            let mut found = layers.get(&["validation", "links", name])?;
            if found.is_empty() {
                found = layers.get(&["validation", name])?;
            }
            Ok(found.first().and_then(|at| match layers.value(*at) {
                Value::Str(text) => Some(text),
                _ => None,
            }))
        };
        settings.not_found = word("not_found")?.is_none_or(|level| level == "warn");
        settings.unrecognized = word("unrecognized_links")? == Some("warn");
        settings.absolute = match word("absolute_links")? {
            Some("warn") => AbsoluteLinks::Warned,
            Some("relative_to_docs") => AbsoluteLinks::RelativeToDocs,
            _ => AbsoluteLinks::Ignored,
        };
        if let Some(at) = layers.get(&["use_directory_urls"])?.first() {
            settings.use_directory_urls = !layers.is_false(*at);
        }
        for (name, options) in layers.extensions()? {
            let short = name.strip_prefix("markdown.extensions.").unwrap_or(&name);
            match short {
                "attr_list" | "extra" | "markdown_extra" => {
                    settings.attributes = true;
                    settings.footnotes |= short != "attr_list";
                }
                "footnotes" => settings.footnotes = true,
                "pymdownx.emoji" | "pymdownx.extra" => settings.emoji |= short == "pymdownx.emoji",
                "toc" => settings.separator = separator(layers, options)?,
                _ => {}
            }
            settings.attributes |= short == "pymdownx.extra";
        }
        Ok(settings)
    }
}

fn separator(layers: &Layers<'_>, options: Option<At>) -> Result<Option<String>, Fault> {
    let Some(options) = options else { return Ok(Some("-".into())) };
    let doc = &layers.0[options.layer].doc;
    let get = |key: &str| value::get(doc, options.node, key).map_err(|r| (options.layer, r));
    if !matches!(layers.value(options), Value::Map) {
        return Ok(Some("-".into()));
    }
    if get("slugify")?.is_some() {
        return Ok(None);
    }
    Ok(match get("separator")?.map(|(_, node)| value::resolve(doc, node).1) {
        None => Some("-".into()),
        Some(Value::Str(text)) if matches!(text, "-" | "_") => Some(text.into()),
        Some(_) => None,
    })
}
