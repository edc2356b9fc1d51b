//! What the plugins and hooks of a site may change, as far as OKEPs depend on it.

use crate::files::Note;
use crate::text::is_one_of;

/// Plugins that leave pages, navigation and headings as they are, by the names that `mkdocs.yml` has for them.
/// `awesome-pages` and `i18n` are read.
const HARMLESS: &str = "asciinema-player autorefs awesome-pages bibtex blog build_plantuml callouts caption \
     charts coverage document-dates drawio drawio-exporter exclude-search extra-sass gh-admonitions \
     git-authors git-committers git-latest-changes git-revision-date git-revision-date-localized glightbox \
     htmlproofer i18n img2fig info kroki kroki-wrapper lightgallery markmap mermaid2 meta meta-descriptions \
     mike minify minify_html mkdocs-jupyter mkdocs-video offline open-in-new-tab optimize pdf-export plantuml \
     print-site privacy redirects rss search section-index social swagger-ui-tag table-reader tags with-pdf";

/// Plugins that decide which pages there are, or which of them the navigation shows.
const OF_PAGES: &str = "api-autonav awesome-nav exclude excluder file-filter gen-files include_dir_to_nav \
     literate-nav monorepo multirepo navorder same-dir";

/// Plugins that write text into pages, headings among it.
const OF_TEXT: &str = "add-number enumerate-headings include-markdown macros markdownextradata mkdocstrings";

/// Plugins that let links name pages in ways of their own.
const OF_LINKS: &str = "alias autolinks ezlinks roamlinks";

/// The parts of a site that plugins may change, each with the plugins that do: the pages that exist and that `nav`
/// shows, the headings of pages, and the targets of links.
const PARTS: [(&str, &str); 3] = [(OF_PAGES, "pages and `nav`"), (OF_TEXT, "headings"), (OF_LINKS, "links")];

/// Which of the [`PARTS`] the active plugins may change, and a note that names these plugins.
pub fn effect(path: &str, plugins: &[String], has_hooks: bool) -> ([bool; 3], Option<Note>) {
    let plain = |plugin: &str| plugin.strip_prefix("material/").unwrap_or(plugin).to_owned();
    let tables = [HARMLESS, OF_PAGES, OF_TEXT, OF_LINKS];
    let is_known = |plugin: &str| tables.iter().any(|all| is_one_of(all, plugin));
    let may_change = |(table, _): (&str, &str)| {
        let mut plugins = plugins.iter().map(|plugin| plain(plugin));
        has_hooks || plugins.any(|plugin| is_one_of(table, &plugin) || !is_known(&plugin))
    };
    let effect = PARTS.map(may_change);
    let harmful = plugins.iter().filter(|plugin| !is_one_of(HARMLESS, &plain(plugin)));
    let mut names: Vec<String> = harmful.map(|plugin| format!("the plugin `{plugin}`")).collect();
    names.extend(has_hooks.then(|| "a script of `hooks`".to_owned()));
    let changed = PARTS.iter().zip(effect).filter(|(_, is_changed)| *is_changed);
    let changed: Vec<&str> = changed.map(|((_, what), _)| *what).collect();
    let (names, changed, has_note) = (names.join(" and "), changed.join(", "), !names.is_empty());
    let message = format!("{names} may change {changed} of the site, which are not checked");
    (effect, has_note.then(|| Note::at("changed-by-plugin", path, message)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is unknown with some plugins, and the notice about it; none where all is known.
    fn check(plugins: &[&str], has_hooks: bool, unknown: Option<&str>) {
        let plugins: Vec<String> = plugins.iter().map(|p| (*p).to_owned()).collect();
        let (effect, note) = effect("mkdocs.yml", &plugins, has_hooks);
        let message = note.map(|note| note.message);
        let expected = unknown.map(|what| format!("{what} of the site, which are not checked"));
        assert_eq!(message, expected);
        let has = |word: &str| unknown.is_some_and(|what| what.contains(word));
        assert_eq!(effect, ["pages", "headings", "links"].map(has));
    }

    #[test]
    fn what_a_plugin_may_change_is_unknown() {
        check(&["search", "material/tags", "mike", "redirects"], false, None);
        check(&["search", "exclude"], false, Some("the plugin `exclude` may change pages and `nav`"));
        check(&["macros"], false, Some("the plugin `macros` may change headings"));
        check(&["roamlinks"], false, Some("the plugin `roamlinks` may change links"));
        check(&["our-own"], false, Some("the plugin `our-own` may change pages and `nav`, headings, links"));
        let both = "the plugin `macros` and a script of `hooks` may change pages and `nav`, headings, links";
        check(&["macros"], true, Some(both));
    }

    #[test]
    fn a_plugin_is_in_one_table() {
        let tables = [HARMLESS, OF_PAGES, OF_TEXT, OF_LINKS].map(|all| all.split(' ').collect::<Vec<_>>());
        assert!(tables.iter().all(|table| table.is_sorted()));
        let mut all = tables.concat();
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
