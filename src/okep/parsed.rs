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
    documents: Arc<OnceMap<Id, Document>>,
    /// By the path of the configuration, and the ids of all files that it is in.
    pub(super) sites: Arc<OnceMap<(String, Vec<Id>), Site>>,
    /// By path and id; the one built into okep has none.
    pub(super) templates: Arc<OnceMap<(String, Option<Id>), Template>>,
    okeps: Arc<OnceMap<OkepTextKey, OkepText>>,
    site_readings: Arc<OnceMap<Id, SiteReadings>>,
}

/// The number of an OKEP, the template that it is read by, and the id of its file.
type OkepTextKey = (Option<u64>, TemplateKey, Id);

/// The value of a key; without one it is made each time.
pub(super) fn once<K: Eq + Hash, T>(
    known: &OnceMap<K, T>,
    key: Option<K>,
    make: impl FnOnce() -> T,
) -> Arc<T> {
    match key {
        Some(key) => known.get(key, make),
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

    /// What the text of an OKEP of this number says, whose file has this id.
    pub fn okep(
        &self,
        number: Option<u64>,
        template: &Template,
        id: Option<Id>,
        document: impl FnOnce() -> Arc<Document>,
    ) -> Arc<OkepText> {
        once(&self.okeps, id.map(|id| (number, template.key(), id)), || {
            let site_readings = once(&self.site_readings, id, SiteReadings::default);
            OkepText { site_readings, ..OkepText::new(document(), number, template) }
        })
    }

    /// How many values are kept.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.documents.count() + self.sites.count() + self.templates.count() + self.okeps.count()
    }
}
