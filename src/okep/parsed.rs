//! What has been parsed already, so that nothing is parsed twice.

use super::proposal::{OkepText, SiteReadings};
use super::template::Template;
use crate::files::{Content, File, OnceMap};
use crate::markdown::document::Document;
use crate::site::mkdocs::Site;
use std::sync::Arc;

/// What has been parsed, by the id of its bytes: each distinct content is parsed once. A clone shares it.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    documents: Arc<ByPathAndId<Document>>,
    sites: Arc<ByPathAndId<Site>>,
    templates: Arc<ByPathAndId<Template>>,
    okeps: Arc<ByPathAndId<OkepText>>,
    site_readings: Arc<ByPathAndId<SiteReadings>>,
}

/// Values by the path and id they were made from.
type ByPathAndId<T> = OnceMap<(String, String), T>;

fn once<T>(known: &ByPathAndId<T>, path: &str, id: Option<&str>, make: impl FnOnce() -> T) -> Arc<T> {
    match id {
        Some(id) => known.get((path.to_owned(), id.to_owned()), make),
        None => Arc::new(make()),
    }
}

impl Parsed {
    /// The page that a file is, where its text is known.
    pub fn document(&self, file: &File) -> Option<Arc<Document>> {
        let Content::Bytes(bytes) = &file.content else { return None };
        Some(once(&self.documents, "", file.id.as_deref(), || Document::parse(bytes)))
    }

    /// Lets go of what was not asked for since the time before last that this was called.
    pub fn forget_unused(&self) {
        self.documents.forget_unused();
        self.sites.forget_unused();
        self.templates.forget_unused();
        self.okeps.forget_unused();
        self.site_readings.forget_unused();
    }

    /// The site of the configuration at a path, which all of these ids made.
    pub fn site(&self, path: &str, ids: Option<&str>, read: impl FnOnce() -> Site) -> Arc<Site> {
        once(&self.sites, path, ids, read)
    }

    /// The template that a file of this id is at a path.
    pub fn template(&self, path: &str, id: Option<&str>, read: impl FnOnce() -> Template) -> Arc<Template> {
        once(&self.templates, path, id, read)
    }

    /// What the text of an OKEP of this number says, whose file has this id.
    pub fn okep(
        &self,
        number: Option<u64>,
        template: &Template,
        id: Option<&str>,
        document: impl FnOnce() -> Arc<Document>,
    ) -> Arc<OkepText> {
        once(&self.okeps, &format!("{number:?} {:?}", template.key()), id, || {
            let site_readings = once(&self.site_readings, "", id, SiteReadings::default);
            OkepText { site_readings, ..OkepText::new(document(), number, template) }
        })
    }

    /// How many values are kept.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.documents.count() + self.sites.count() + self.templates.count() + self.okeps.count()
    }
}
