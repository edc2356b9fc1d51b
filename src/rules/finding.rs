//! What an audit says: findings, their places and their fixes, as plain values.
//!
//! How a finding is printed or encoded is the business of the room `report`; fixes are encoded as they are.

use crate::git::Revision;
use crate::text::Place;
use clap::ValueEnum;
use serde::Serialize;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use strum::{Display, IntoStaticStr};

/// How bad a finding is; `Error` sorts first.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum, Display, IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Severity {
    #[default]
    Error,
    Warning,
    Hint,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// One offence against one rule. Clones share it until one of them is changed: audit, policy and report each keep
/// thousands of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding(pub(super) Arc<FindingData>);

/// What a [`Finding`] says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingData {
    /// The rule's id, such as `missing-section`.
    pub rule: &'static str,
    pub severity: Severity,
    /// The path of the OKEP the finding is about; none where it is about no single OKEP.
    pub okep: Option<String>,
    /// The file the finding points into, such as `mkdocs.yml` for a missing entry.
    pub path: String,
    /// Where it is; none where a thing is absent.
    pub place: Option<Place>,
    /// The template's heading, or what else the rule is about; part of the finding's identity.
    pub subject: String,
    /// One sentence: lower case, no final period, names in backticks.
    pub message: String,
    /// What to do, a line each.
    pub help: Vec<String>,
    pub related: Vec<Related>,
    /// The template revision that introduced the demand, where the OKEP landed before it.
    pub grandfathered: Option<Revision>,
    /// Which of the things that the rule looks at it is about, such as a section of the template: the index from which
    /// its fix starts.
    pub index: Option<usize>,
    /// How to fix it, once that was planned.
    pub fix: Option<Fix>,
}

/// Another place that belongs to the finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    pub path: String,
    pub place: Option<Place>,
    pub message: String,
}

/// Whether a fix may be written without being asked for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Safety {
    /// Changes the form only: `--fix` writes it.
    #[value(help = "Fixes that change the form only")]
    Safe,
    /// Changes what is said, or leaves work to do: `--fix=all` writes it.
    #[value(name = "all", help = "Also fixes that change the text, or leave work to do")]
    Suggested,
}

/// A repair: edits that belong together, all of them or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What it does, as an imperative sentence.
    pub title: String,
    pub safety: Safety,
    pub edits: Vec<Edit>,
    pub renames: Vec<Rename>,
}

/// Replaces the bytes `start..end` of the file as read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Edit {
    pub path: String,
    pub start: usize,
    pub end: usize,
    pub replacement: String,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Rename {
    pub from: String,
    pub to: String,
}

impl Deref for Finding {
    type Target = FindingData;

    fn deref(&self) -> &FindingData {
        &self.0
    }
}

impl DerefMut for Finding {
    fn deref_mut(&mut self) -> &mut FindingData {
        Arc::make_mut(&mut self.0)
    }
}

impl Fix {
    pub fn safe(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Fix { title: title.into(), safety: Safety::Safe, edits, renames: Vec::new() }
    }

    pub fn suggested(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Fix { title: title.into(), safety: Safety::Suggested, edits, renames: Vec::new() }
    }

    /// The files that it changes or renames.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let renamed = self.renames.iter().flat_map(|r| [r.from.as_str(), r.to.as_str()]);
        self.edits.iter().map(|edit| edit.path.as_str()).chain(renamed)
    }

    pub fn and_rename(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.renames.push(Rename { from: from.into(), to: to.into() });
        self
    }
}

impl Edit {
    pub fn replace(path: &str, span: std::ops::Range<usize>, replacement: impl Into<String>) -> Self {
        Edit { path: path.into(), start: span.start, end: span.end, replacement: replacement.into() }
    }

    pub fn insert(path: &str, at: usize, text: impl Into<String>) -> Self {
        Edit { path: path.into(), start: at, end: at, replacement: text.into() }
    }
}
