//! Numbers for values: paths, blobs, findings and OKEPs, given one after the other, so that they are the same
//! however many threads ran.

use crate::audit::identity::{Identity, OkepKey};
use crate::files::Layout;
use crate::fix::plan::is_excused;
use crate::markdown::names::Name;
use crate::okep::requirements::Requirements;
use crate::okep::template::Template;
use crate::okep::template_history::{TemplateHistory, TemplateRevision};
use crate::rules::finding::{Finding, Severity};
use crate::rules::is_of_okep;
use crate::rules::page_links::LinkTarget;
use crate::text::path::{Role, number};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Values, each with a number, in the order in which they were first met.
#[derive(Debug)]
pub struct Numbered<T> {
    pub of: HashMap<T, u32>,
    pub all: Vec<T>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Numbered { of: HashMap::new(), all: Vec::new() }
    }
}

impl<T: Eq + Hash + Clone> Numbered<T> {
    pub fn number(&mut self, value: T) -> u32 {
        *self.of.entry(value).or_insert_with_key(|value| {
            self.all.push(value.clone());
            self.all.len() as u32 - 1
        })
    }
}

/// A file as a pair of numbers: path and blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileAt {
    pub path: u32,
    pub blob: u32,
}

/// A finding's identity but for its OKEP.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Topic {
    pub rule: &'static str,
    /// A section by its present name.
    pub subject: String,
    /// Whether it depends on a register, which may be unreadable.
    pub registration: bool,
    /// Whether that is the navigation, which a plugin may generate.
    pub navigation: bool,
    /// Whether it asks nothing of the author: a hint that an edit turns into an offence is another finding, by who made
    /// the edit.
    pub excused: bool,
}

/// A finding as it was in one state; texts that many findings have are numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedFinding {
    pub topic: u32,
    /// The path of the OKEP that it is about.
    pub okep: Option<u32>,
    /// The OKEP that it is about where a state lists none at that path; it is none where there is no such path.
    pub unlisted: u32,
    /// It holds where all of these questions are answered by no.
    pub unless: Box<[u32]>,
    pub severity: Severity,
    /// Whether the template asks for it only since the OKEP landed.
    pub grandfathered: bool,
    pub path: u32,
    pub subject: String,
}

/// The numbers given so far.
pub struct Numbering<'a> {
    pub layout: &'a Layout,
    names: &'a PresentNames,
    pub paths: Numbered<String>,
    pub blobs: Numbered<String>,
    pub topics: Numbered<Topic>,
    /// The OKEPs; none for what is about no single one.
    pub okeps: Numbered<Option<OkepKey>>,
    /// What links point to.
    pub questions: Numbered<LinkTarget>,
}

impl<'a> Numbering<'a> {
    pub fn new(layout: &'a Layout, names: &'a PresentNames) -> Self {
        let (paths, blobs, topics, okeps, questions) = Default::default();
        Numbering { layout, names, paths, blobs, topics, okeps, questions }
    }

    pub fn file(&mut self, path: String, id: String) -> FileAt {
        FileAt { path: self.paths.number(path), blob: self.blobs.number(id) }
    }

    /// A file that was numbered before.
    pub fn known_file(&self, path: &str, id: &str) -> Option<FileAt> {
        Some(FileAt { path: *self.paths.of.get(path)?, blob: *self.blobs.of.get(id)? })
    }

    /// Records a finding that holds while none of the targets is there.
    pub fn recorded(&mut self, finding: &Finding, unless: &[LinkTarget]) -> RecordedFinding {
        let (rule, subject) = (finding.rule, self.names.subject(finding));
        let role = self.layout.role(&finding.path);
        let excused = is_excused(finding);
        let (registration, navigation) = (matches!(role, Role::Other | Role::IndexPage), role == Role::Other);
        let key = |path: &String| number(path).map_or_else(|| OkepKey::Path(path.clone()), OkepKey::Number);
        RecordedFinding {
            topic: self.topics.number(Topic { rule, subject, registration, navigation, excused }),
            okep: finding.okep.as_ref().map(|path| self.paths.number(path.clone())),
            unlisted: self.okeps.number(finding.okep.as_ref().map(key)),
            unless: unless.iter().map(|target| self.questions.number(target.clone())).collect(),
            severity: finding.severity,
            grandfathered: finding.grandfathered.is_some(),
            path: self.paths.number(finding.path.clone()),
            subject: finding.subject.clone(),
        }
    }
}

/// What sections are called now, whatever they were called in a state.
pub struct PresentNames(Option<Requirements>);

impl PresentNames {
    /// Those of the last template of a line.
    pub fn of(history: &TemplateHistory) -> Self {
        let revisions = history.templates.split_last();
        let book = |last: &Template, before: &[TemplateRevision]| {
            Requirements::new(last, None, before, Arc::default())
        };
        PresentNames(revisions.map(|(last, before)| book(&last.template, before)))
    }

    /// The subject of a finding by those names, as it counts for the identity.
    pub fn subject(&self, finding: &Finding) -> String {
        let present = |subject: &str| match &self.0 {
            _ if !is_of_okep(finding.rule) => subject.to_owned(),
            Some(present) => present.current_name(subject),
            None => Name::new(subject).normal,
        };
        Identity::of(finding, |path| OkepKey::Path(path.to_owned()), present).subject
    }
}
