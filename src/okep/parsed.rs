//! What has been parsed already, so that nothing is parsed twice.

use super::proposal::{OkepText, SiteReadings};
use super::template::Template;
use crate::files::{Content, File};
use crate::markdown::document::Document;
use crate::site::mkdocs::Site;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What has been parsed, by the id of its bytes: each distinct content is parsed once. A clone shares it.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    documents: Arc<ByPathAndId<Document>>,
    sites: Arc<ByPathAndId<Site>>,
    templates: Arc<ByPathAndId<Template>>,
    okeps: Arc<ByPathAndId<OkepText>>,
    site_readings: Arc<ByPathAndId<SiteReadings>>,
}

/// Shared values by the path and id they were made from.
type ByPathAndId<T> = Mutex<HashMap<(String, String), Arc<T>>>;

fn once<T>(known: &ByPathAndId<T>, path: &str, id: Option<&str>, make: impl FnOnce() -> T) -> Arc<T> {
    let Some(id) = id else { return Arc::new(make()) };
    let key = (path.to_owned(), id.to_owned());
    if let Some(value) = known.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return value.clone();
    }
    let value = Arc::new(make());
    known.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(value).clone()
}

impl Parsed {
    /// The page that a file is, where its text is known.
    pub fn document(&self, file: &File) -> Option<Arc<Document>> {
        let Content::Bytes(bytes) = &file.content else { return None };
        Some(once(&self.documents, "", file.id.as_deref(), || Document::parse(bytes)))
    }

    /// Lets go of what nobody else holds.
    pub fn forget_unused(&self) {
        fn forget<T>(known: &ByPathAndId<T>) {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            known.retain(|_, value| Arc::strong_count(value) > 1);
        }
        // What an OKEP says holds its document.
        forget(&self.okeps);
        forget(&self.site_readings);
        forget(&self.templates);
        forget(&self.documents);
        forget(&self.sites);
    }

    /// The site of the configuration at a path, which all of these ids made.
    pub fn site(&self, path: &str, ids: Option<&str>, read: impl FnOnce() -> Site) -> Arc<Site> {
        once(&self.sites, path, ids, read)
    }

    /// The template that a file of this id is at a path.
    pub fn template(&self, path: &str, id: Option<&str>, read: impl FnOnce() -> Template) -> Arc<Template> {
        once(&self.templates, path, id, read)
    }

    /// What the text of an OKEP says, whose file has this id; `context` is all else that it depends on.
    pub fn okep(&self, context: &str, id: Option<&str>, read: impl FnOnce() -> OkepText) -> Arc<OkepText> {
        let site_readings = || once(&self.site_readings, "", id, SiteReadings::default);
        once(&self.okeps, context, id, || OkepText { site_readings: site_readings(), ..read() })
    }

    /// How many values are kept.
    pub fn count(&self) -> usize {
        fn len<T>(known: &ByPathAndId<T>) -> usize {
            known.lock().unwrap_or_else(PoisonError::into_inner).len()
        }
        len(&self.documents) + len(&self.sites) + len(&self.templates) + len(&self.okeps)
    }
}
