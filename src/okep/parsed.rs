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
    /// By the path of the configuration, and the ids of all files that it is in.
    pub(super) sites: Arc<ByPathAndId<Site>>,
    pub(super) templates: Arc<ByPathAndId<Template>>,
    okeps: Arc<ByPathAndId<OkepText>>,
    site_readings: Arc<ByPathAndId<SiteReadings>>,
}

/// Values by the path and id they were made from.
type ByPathAndId<T> = OnceMap<(String, String), T>;

/// The value at a path and id; one without an id is made each time.
pub(super) fn once<T>(
    known: &ByPathAndId<T>,
    path: &str,
    id: Option<&str>,
    make: impl FnOnce() -> T,
) -> Arc<T> {
    match id {
        Some(id) => known.get((path.to_owned(), id.to_owned()), make),
        None => Arc::new(make()),
    }
}

impl Parsed {
    /// The page that a file is, where its text is known.
    pub fn document(&self, file: &File) -> Option<Arc<Document>> {
        let Content::Bytes(bytes) = &file.content else { return None };
        Some(once(&self.documents, "", file.id.as_deref(), || Document::parse(bytes.clone())))
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
