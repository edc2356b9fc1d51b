//! The template: the rule book that a repository carries itself.
//!
//! Everything an OKEP is held to is read from here: sections, their order and levels, the form of the
//! issue line. A built-in outline replaces it where a repository has no template.

use super::issue::{self, IssueLine};
use super::issue_link::host;
use super::prompts::Prompts;
use super::template_requirements::Asks;
use super::title::{self, Title};
use crate::files::{CONFIG, Note};
use crate::git::Id;
use crate::markdown::document::Document;
use crate::markdown::names::Name;
use crate::markdown::outline::Outline;
use crate::text::path::{self, is_about_templates};
use std::sync::{Arc, OnceLock};

/// The path of a template, and its id, or its text where it has none.
pub type TemplateKey = (Option<String>, Result<Id, String>);

#[derive(Debug, Clone, Default)]
pub struct Template {
    /// None for the built-in outline.
    pub path: Option<String>,
    /// The id of its file, where it is known.
    pub id: Option<Id>,
    pub document: Arc<Document>,
    pub title: Option<Title>,
    /// The number in the template's own file name.
    pub number: Option<u64>,
    /// The template's own issue line: the form of everybody's.
    pub issue: Option<IssueLine>,
    pub outline: Outline,
    /// What each section of the outline asks of the form of its answer.
    pub template_requirements: Vec<Asks>,
    pub(super) prompts: OnceLock<Arc<Prompts>>,
}

/// The note that of several files that are named like a template the first is used; the others are OKEPs if they are
/// about templates, and else not checked.
pub fn several(first: &str, others: &[&str], why: &str, folder: &str) -> Note {
    let quoted = |paths: &[&str], between: &str| {
        paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(between)
    };
    let mut message = format!(
        "several files are named like a template; this one is used{why}, not {}; `template = \"PATH\"` in {CONFIG} \
         selects another",
        quoted(others, ", ")
    );
    let unchecked: Vec<&str> =
        others.iter().copied().filter(|path| !is_about_templates(path, folder)).collect();
    if !unchecked.is_empty() {
        message += &format!("; if {} is an OKEP, rename it to have it checked", quoted(&unchecked, " or "));
    }
    Note::at("several-templates", first, message)
}

impl Template {
    pub fn new(path: Option<String>, document: Arc<Document>) -> Self {
        let title = title::read(&document, &|_| false);
        let heading = title.as_ref().map(|t| t.heading);
        let issue = issue::of_template(&document, document.preamble(heading).end);
        let outline = Outline::of(&document, heading);
        let template_requirements = Asks::of(&document, &outline);
        let number = path.as_deref().and_then(path::number);
        let number = number.or(title.as_ref().and_then(|t| t.number));
        let prompts = OnceLock::new();
        Template { path, id: None, document, title, number, issue, outline, template_requirements, prompts }
    }

    /// The outline that serves repositories without a template of their own.
    pub fn built_in() -> Self {
        Template::new(None, Arc::new(Document::parse(include_bytes!("built_in_template.md"))))
    }

    /// What it says to the author; the built-in outline says nothing.
    pub fn prompts(&self) -> &Arc<Prompts> {
        let issue = self.issue.as_ref().map(|issue| &issue.span);
        let read = || self.path.as_ref().map(|_| Arc::new(Prompts::of(&self.document, issue)));
        self.prompts.get_or_init(|| read().unwrap_or_default())
    }

    /// Its path, and what tells it from others there.
    pub fn key(&self) -> TemplateKey {
        (self.path.clone(), self.id.ok_or_else(|| self.document.text.as_str().to_owned()))
    }

    /// Whether another template demands the same of every OKEP, whatever its prompts say.
    pub fn demands_as(&self, other: &Template) -> bool {
        self.demands() == other.demands()
    }

    fn demands(&self) -> impl PartialEq {
        let rows = self.outline.rows.iter().map(|row| (&row.name.text, row.level, row.is_optional));
        let tables = self.document.tables.iter().map(|table| self.document.text.slice(table.clone()));
        let (rows, tables): (Vec<_>, Vec<_>) = (rows.collect(), tables.collect());
        let issue = self.issue.as_ref().map(|issue| &issue.text);
        (rows, tables, issue, self.number, self.title_name(), &self.template_requirements)
    }

    /// The repository whose issues it links to, as `host/organisation/name` in lower case.
    pub fn repository(&self) -> Option<String> {
        self.path.as_ref()?;
        let link = self.issue.as_ref()?.link.as_ref()?;
        Some(format!("{}/{}", host(&link.forge), link.repository).to_ascii_lowercase())
    }

    /// The names of the sections, in order.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.outline.rows.iter().map(|row| &row.name)
    }

    /// The title an author starts from, such as "OKEP Template".
    pub fn title_name(&self) -> Option<&str> {
        self.title.as_ref().map(|t| t.name.as_str())
    }

    /// The level of the sections that are at the top, usually 2.
    pub fn top_level(&self) -> u8 {
        self.outline.rows.iter().map(|row| row.level).min().unwrap_or(2)
    }
}
