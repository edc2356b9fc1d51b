//! The languages of a site with the plugin `i18n` (mkdocs-static-i18n): where the translations of a page are.

use super::value::{Setting, Value};
use super::yaml::Refusal;
use crate::text::{Pattern, pattern};
use std::borrow::Cow;

/// How a site keeps its translations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Languages {
    /// In a folder for each language, else by a suffix of the file's name: `page.zh.md`.
    by_folder: bool,
    /// The language of pages without any; none where the configuration does not say.
    default: Option<String>,
    /// The languages that are configured; the plugin takes every other that looks like one, too.
    configured: Vec<String>,
}

impl Languages {
    pub(super) fn read(options: Setting<'_>) -> Result<Self, Refusal> {
        let structure = options.get("docs_structure")?.and_then(Setting::text);
        let mut languages = Languages { by_folder: structure == Some("folder"), ..Languages::default() };
        for item in options.get("languages")?.into_iter().flat_map(Setting::items) {
            let Some(locale) = item.get("locale")?.and_then(Setting::text) else { continue };
            languages.configured.push(locale.to_owned());
            if item.get("default")?.is_some_and(|default| default.value() == Value::Bool(true)) {
                languages.default = Some(locale.to_owned());
            }
        }
        Ok(languages)
    }

    /// Takes the path of a page, from the docs folder, apart: what `nav` calls it, and its language.
    fn split<'p>(&self, page: &'p str) -> Option<(Cow<'p, str>, &'p str)> {
        let is_language =
            |name: &str| LOCALE.is_match(name) || self.configured.iter().any(|known| known == name);
        if self.by_folder {
            let (language, rest) = page.split_once('/')?;
            return is_language(language).then_some((Cow::Borrowed(rest), language));
        }
        let (stem, ending) = page.rsplit_once('.')?;
        let (base, language) = stem.rsplit_once('.')?;
        let is_name = is_language(language) && !language.contains('/');
        is_name.then(|| (Cow::Owned(format!("{base}.{ending}")), language))
    }

    /// What `nav` calls a page.
    pub fn name<'p>(&self, page: &'p str) -> Cow<'p, str> {
        self.split(page).map_or(Cow::Borrowed(page), |(name, _)| name)
    }

    /// Whether a page is in another language than the default one.
    pub fn is_translation(&self, page: &str) -> bool {
        self.split(page).is_some_and(|(_, language)| self.default.as_deref() != Some(language))
    }

    /// The page in the default language that `nav` may call by this name, besides the one of that name.
    pub fn default_page(&self, name: &str) -> Option<String> {
        let default = self.default.as_deref()?;
        if self.by_folder {
            return Some(format!("{default}/{name}"));
        }
        let (stem, ending) = name.rsplit_once('.')?;
        Some(format!("{stem}.{default}.{ending}"))
    }
}

/// What the plugin takes for a language: `en`, `en-US`, `en_US`, `zh-Hant`, `zh-Hant-TW`.
static LOCALE: Pattern = Pattern::new(|| pattern("^[a-z]{2}(?:_[A-Z]{2}|(?:-[A-Za-z]{4})?(?:-[A-Z]{2})?)$"));

#[cfg(test)]
mod tests {
    use super::*;

    fn languages(by_folder: bool) -> Languages {
        let configured = ["en", "zh", "null"].map(str::to_owned).to_vec();
        Languages { by_folder, default: Some("en".into()), configured }
    }

    #[test]
    fn a_translation_has_the_name_of_its_page() {
        let check = |by_folder, page: &str, name: &str, is_translation| {
            let languages = languages(by_folder);
            assert_eq!(
                (languages.name(page).as_ref(), languages.is_translation(page)),
                (name, is_translation)
            );
        };
        check(false, "okeps/a.zh.md", "okeps/a.md", true);
        check(false, "okeps/a.pt-BR.md", "okeps/a.md", true);
        check(false, "okeps/a.en.md", "okeps/a.md", false);
        check(false, "okeps/a.md", "okeps/a.md", false);
        check(false, "okeps/a-v1.2.md", "okeps/a-v1.2.md", false);
        check(false, "zh/okeps/a.md", "zh/okeps/a.md", false);
        check(true, "zh/okeps/a.md", "okeps/a.md", true);
        check(true, "en/okeps/a.md", "okeps/a.md", false);
        check(true, "okeps/a.md", "okeps/a.md", false);
        check(true, "okeps/a.zh.md", "okeps/a.zh.md", false);
    }

    #[test]
    fn nav_names_the_page_of_the_default_language() {
        assert_eq!(languages(false).default_page("okeps/a.md"), Some("okeps/a.en.md".into()));
        assert_eq!(languages(true).default_page("okeps/a.md"), Some("en/okeps/a.md".into()));
    }

    #[test]
    fn languages_look_like_the_plugins() {
        let (are, are_not) =
            (["en", "pt-BR", "pt_BR", "zh-Hant", "zh-Hant-TW"], ["", "eng", "EN", "e1", "en-us"]);
        assert!(are.into_iter().all(|name| LOCALE.is_match(name)));
        assert!(are_not.into_iter().all(|name| !LOCALE.is_match(name)));
    }
}
