//! One OKEP: its name, folder, title, issue and sections.

use super::issue::{self, IssueLine};
use super::template::Template;
use super::title::{self, Title};
use crate::markdown::document::Document;
use crate::markdown::names::Name;
use crate::markdown::outline::Outline;
use crate::text::path;
use crate::text::path::OkepName;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct Okep {
    /// From the root of the repository, `/` between the parts.
    pub path: String,
    pub name: OkepName,
    /// The folder named like an OKEP that it stands in.
    pub folder: Option<(String, OkepName)>,
    pub document: Arc<Document>,
    pub title: Option<Title>,
    pub issue: Option<IssueLine>,
    pub outline: Outline,
    /// Known by its path alone: it is the same in the state compared with, and not judged.
    pub unread: bool,
}

impl Okep {
    pub fn new(path: &str, proposals: &str, document: Arc<Document>, template: &Template) -> Self {
        let stem = path::stem(path::file_name(path)).unwrap_or_default();
        let mut name = path::okep_name(stem).unwrap_or(OkepName { number: None, well_formed: false });
        name.well_formed &= path.ends_with(".md");
        let is_section = |h: &crate::markdown::document::Heading| {
            let name = Name::new(&h.text);
            template.names().any(|n| n.spells(&name))
        };
        let title = title::read(&document, &is_section);
        let own: Vec<u64> =
            [name.number, title.as_ref().and_then(|t| t.number)].into_iter().flatten().collect();
        let issue =
            issue::of_okep(&document, title.as_ref().map(|t| t.heading), template.issue.as_ref(), &own);
        let outline = Outline::of(&document, title.as_ref());
        let folder = path::okep_folder(path, proposals).map(|(f, n)| (f.to_owned(), n));
        Okep { path: path.to_owned(), name, folder, document, title, issue, outline, unread: false }
    }

    /// The number it goes by: that of the file, else of the title, else of the issue.
    pub fn number(&self) -> Option<u64> {
        self.name
            .number
            .or(self.title.as_ref().and_then(|t| t.number))
            .or(self.issue.as_ref().and_then(|i| i.number()))
    }
}
