//! What the plugins and hooks of a site may change, as far as OKEPs depend on it.

use crate::files::Note;

/// Plugins that leave pages, navigation and headings as they are, by the names that `mkdocs.yml` has for them.
/// `awesome-pages` and `i18n` are read.
const HARMLESS: [&str; 58] = [
    "alias",
    "asciinema-player",
    "autolinks",
    "autorefs",
    "awesome-pages",
    "bibtex",
    "blog",
    "build_plantuml",
    "callouts",
    "caption",
    "charts",
    "coverage",
    "document-dates",
    "drawio",
    "drawio-exporter",
    "exclude-search",
    "extra-sass",
    "ezlinks",
    "gh-admonitions",
    "git-authors",
    "git-committers",
    "git-latest-changes",
    "git-revision-date",
    "git-revision-date-localized",
    "glightbox",
    "htmlproofer",
    "i18n",
    "img2fig",
    "info",
    "kroki",
    "kroki-wrapper",
    "lightgallery",
    "markmap",
    "mermaid2",
    "meta",
    "meta-descriptions",
    "mike",
    "minify",
    "minify_html",
    "mkdocs-jupyter",
    "mkdocs-video",
    "offline",
    "open-in-new-tab",
    "optimize",
    "pdf-export",
    "plantuml",
    "print-site",
    "privacy",
    "redirects",
    "roamlinks",
    "rss",
    "search",
    "section-index",
    "social",
    "swagger-ui-tag",
    "table-reader",
    "tags",
    "with-pdf",
];

/// Plugins that decide which pages there are, or which of them the navigation shows.
const OF_PAGES: [&str; 12] = [
    "api-autonav",
    "awesome-nav",
    "exclude",
    "excluder",
    "file-filter",
    "gen-files",
    "include_dir_to_nav",
    "literate-nav",
    "monorepo",
    "multirepo",
    "navorder",
    "same-dir",
];

/// Plugins that write text into pages, headings among it.
const OF_TEXT: [&str; 6] =
    ["add-number", "enumerate-headings", "include-markdown", "macros", "markdownextradata", "mkdocstrings"];

/// What is unknown of a site because of its plugins and hooks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PluginEffect {
    /// Which pages there are, and which of them the navigation shows.
    pub pages: bool,
    /// What headings the pages have.
    pub text: bool,
}

/// What the plugins that are on may change together, and a note that names those that do.
pub fn effect(path: &str, plugins: &[String], has_hooks: bool) -> (PluginEffect, Option<Note>) {
    let mut all = PluginEffect::default();
    let mut names: Vec<String> = Vec::new();
    for plugin in plugins {
        let effect = effect_of(plugin.strip_prefix("material/").unwrap_or(plugin));
        if effect != PluginEffect::default() {
            names.push(format!("the plugin `{plugin}`"));
        }
        all = PluginEffect { pages: all.pages || effect.pages, text: all.text || effect.text };
    }
    if has_hooks {
        names.push("a script of `hooks`".into());
        all = PluginEffect { pages: true, text: true };
    }
    let what = match (all.pages, all.text) {
        (false, false) => return (all, None),
        (true, false) => "which pages the site has and `nav` shows: neither is checked",
        (false, true) => "headings of the site: they are not compared with those on GitHub",
        (true, true) => "pages, `nav` and headings of the site, which are not checked",
    };
    let message = format!("{} may change {what}", names.join(" and "));
    (all, Some(Note::at("changed-by-plugin", path, message)))
}

fn effect_of(plugin: &str) -> PluginEffect {
    let is_known = HARMLESS.contains(&plugin);
    PluginEffect {
        pages: !is_known && !OF_TEXT.contains(&plugin),
        text: !is_known && !OF_PAGES.contains(&plugin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(plugins: &[&str], has_hooks: bool, (pages, text): (bool, bool), note: &str) {
        let plugins: Vec<String> = plugins.iter().map(|p| (*p).to_owned()).collect();
        let (effect, found) = effect("mkdocs.yml", &plugins, has_hooks);
        assert_eq!(effect, PluginEffect { pages, text });
        assert_eq!(found.map_or(String::new(), |note| note.message), note);
    }

    #[test]
    fn what_a_plugin_may_change_is_unknown() {
        check(&["search", "material/tags", "mike", "redirects"], false, (false, false), "");
        check(
            &["search", "exclude"],
            false,
            (true, false),
            "the plugin `exclude` may change which pages the site has and `nav` shows: neither is checked",
        );
        check(
            &["macros"],
            false,
            (false, true),
            "the plugin `macros` may change headings of the site: they are not compared with those on GitHub",
        );
        check(
            &["my-own", "macros"],
            true,
            (true, true),
            "the plugin `my-own` and the plugin `macros` and a script of `hooks` may change pages, `nav` and \
             headings of the site, which are not checked",
        );
    }

    #[test]
    fn a_plugin_is_in_one_table() {
        for table in [&HARMLESS[..], &OF_PAGES, &OF_TEXT] {
            assert!(table.is_sorted());
        }
        assert!(OF_PAGES.iter().chain(&OF_TEXT).all(|plugin| !HARMLESS.contains(plugin)));
        assert!(OF_PAGES.iter().all(|plugin| !OF_TEXT.contains(plugin)));
    }
}
