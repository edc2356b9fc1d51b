//! What has been parsed already, so that nothing is parsed twice.

use super::proposal::{OkepText, SiteReadings};
use super::template::{Template, TemplateKey};
use crate::files::{Content, File, OnceMap};
use crate::git::Id;
use crate::markdown::document::Document;
use crate::site::mkdocs::Site;
use std::hash::Hash;
use std::sync::Arc;

/// What has been parsed, by the id of its bytes: each distinct content is parsed once. A clone shares it.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    documents: Shared<Id, Document>,
    /// By the path of the configuration, and the ids of all files that it is in.
    pub(super) sites: Shared<(String, Vec<Id>), Site>,
    /// By path and id; none for the built-in one.
    pub(super) templates: Shared<Option<(String, Id)>, Template>,
    /// By number and template too.
    pub(super) okeps: Shared<(Option<u64>, TemplateKey, Id), OkepText>,
    pub(super) site_readings: Shared<Id, SiteReadings>,
}

type Shared<K, V> = Arc<OnceMap<K, V>>;

/// The value of a key; one without a key is made each time.
pub(super) fn once<K: Eq + Hash, V>(map: &OnceMap<K, V>, key: Option<K>, make: impl FnOnce() -> V) -> Arc<V> {
    match key {
        Some(key) => map.get(key, make),
        None => Arc::new(make()),
    }
}

impl Parsed {
    /// The page that a file is, where its text is known.
    pub fn document(&self, file: &File) -> Option<Arc<Document>> {
        let Content::Bytes(bytes) = &file.content else { return None };
        Some(once(&self.documents, file.id, || Document::parse(bytes.clone())))
    }

    /// Lets go of what was not asked for since the time before last that this was called.
    pub fn forget_unused(&self) {
        self.documents.forget_unused();
        self.sites.forget_unused();
        self.templates.forget_unused();
        self.okeps.forget_unused();
        self.site_readings.forget_unused();
    }

    /// How many values are kept.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.documents.count() + self.sites.count() + self.templates.count() + self.okeps.count()
    }
}
