//! How MkDocs treats the links and headings of its pages: what of its configuration decides that.

use super::chain::Layers;
use super::languages::Languages;
use super::value::Setting;
use super::yaml::Refusal;
use crate::markdown::extensions::Extensions;
use crate::text::is_one_of;

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
    /// Whether no plugin may let links name pages in other ways.
    pub links_are_known: bool,
    /// What is between the words of an anchor; none where anchors are made by a rule of the project's own.
    pub separator: Option<String>,
    /// Whether emoji short codes become pictures.
    pub emoji: bool,
    /// What headings depend on.
    pub extensions: Extensions,
    /// Where the translations of pages are; none where they have none.
    pub languages: Option<Languages>,
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
            links_are_known: true,
            separator: Some("-".into()),
            emoji: false,
            extensions: Extensions::default(),
            languages: None,
        }
    }
}

impl PageSettings {
    /// Those of a configuration that could not be read.
    pub(super) fn unread() -> Self {
        let extensions = Extensions { unknown: true, ..Extensions::default() };
        PageSettings { docs_dir: None, separator: None, extensions, ..PageSettings::default() }
    }

    pub(super) fn read(layers: &Layers<'_>) -> Result<Self, Refusal> {
        let mut settings = PageSettings::default();
        let level = |name: &str| layers.validation("links", name);
        settings.not_found = level("not_found")?.is_none_or(|level| level == "warn");
        settings.unrecognized = level("unrecognized_links")? == Some("warn");
        settings.absolute = match level("absolute_links")? {
            Some("warn") => AbsoluteLinks::Warned,
            Some("relative_to_docs") => AbsoluteLinks::RelativeToDocs,
            _ => AbsoluteLinks::Ignored,
        };
        settings.use_directory_urls = !layers.first("use_directory_urls")?.is_some_and(Setting::is_false);
        for (name, options) in layers.named("markdown_extensions")? {
            let short = name.strip_prefix("markdown.extensions.").unwrap_or(&name);
            settings.turn_on(short);
            if short == "toc" {
                settings.separator = options.map_or(Ok(Some("-".into())), separator)?;
            }
        }
        Ok(settings)
    }
}

/// Extensions that leave headings as they are, in what they are and in their text.
const HARMLESS: &str = "abbr codehilite fenced_code legacy_attrs mdx_breakless_lists \
     mdx_truly_sane_lists mkdocs-click nl2br pymdownx.arithmatex pymdownx.b64 pymdownx.betterem \
     pymdownx.caret pymdownx.critic pymdownx.emoji pymdownx.escapeall pymdownx.highlight \
     pymdownx.inlinehilite pymdownx.keys pymdownx.magiclink pymdownx.mark pymdownx.pathconverter \
     pymdownx.progressbar pymdownx.smartsymbols pymdownx.tasklist pymdownx.tilde sane_lists smarty wikilinks";

impl PageSettings {
    /// Notes that a Markdown extension is on.
    fn turn_on(&mut self, name: &str) {
        let on = &mut self.extensions;
        match name {
            "admonition" => on.admonition = true,
            "attr_list" => on.attr_list = true,
            "md_in_html" => on.md_in_html = true,
            "meta" => on.meta = true,
            "extra" | "markdown_extra" | "pymdownx.extra" => {
                (on.attr_list, on.md_in_html, on.def_list, on.footnotes) = (true, true, true, true);
                on.superfences |= name == "pymdownx.extra";
            }
            "pymdownx.details" => on.details = true,
            "pymdownx.saneheaders" => on.sane_headers = true,
            "pymdownx.snippets" => on.snippets = true,
            "pymdownx.superfences" => on.superfences = true,
            "pymdownx.tabbed" => on.tabbed = true,
            "def_list" => on.def_list = true,
            "footnotes" => on.footnotes = true,
            "pymdownx.emoji" => self.emoji = true,
            "tables" | "toc" => {}
            _ if name.starts_with("pymdownx.blocks.") => on.blocks = true,
            _ => on.unknown |= !is_one_of(HARMLESS, name),
        }
    }
}

fn separator(options: Setting<'_>) -> Result<Option<String>, Refusal> {
    if options.get("slugify")?.is_some() {
        return Ok(None);
    }
    let known = |text: &&str| matches!(*text, "-" | "_");
    let separator = options.get("separator")?;
    Ok(separator.map_or(Some("-"), |separator| separator.text().filter(known)).map(str::to_owned))
}
