//! From what threads return to numbers: names of findings, given their numbers one after the other, so
//! that the threads leave no trace.

use super::catalog::Catalog;
use super::graph::NONE;
use super::links::Context;
use super::shared::Sharing;
use super::verdicts::{
    AllowedSet, DocumentVerdict, Listed, OkepIdentity, OkepKey, RecordedFinding, ShownFinding, Whole,
};
use crate::files::Layout;
use crate::markdown::names::Name;
use crate::okep::prompts::Prompts;
use crate::okep::requirements::{ParsedRevision, Requirements};
use crate::rules::finding::{Finding, Severity};
use crate::rules::{Check, rule};
use crate::text::path::{Role, role};
use std::collections::HashMap;
use std::sync::Arc;

/// A finding with names instead of numbers, as a thread returns it.
pub(crate) struct Raw {
    pub rule: &'static str,
    pub okep: Option<String>,
    pub severity: Severity,
    pub grandfathered: bool,
    pub path: String,
    pub subject: String,
}

pub(crate) struct RawDocument {
    pub findings: Vec<Raw>,
    pub number: Option<u64>,
    pub title: Option<String>,
    pub issue: Option<u64>,
    pub allows: Vec<AllowedSet>,
}

pub(crate) struct RawWhole {
    pub findings: Vec<Raw>,
    /// By the numbers of their paths, in the order of the paths.
    pub okeps: Vec<(u32, ShownFinding)>,
    pub strays: Vec<(String, RawDocument)>,
    pub unread: Vec<String>,
    pub registers_unread: bool,
    /// How links of this state are read.
    pub context: Context,
}

pub(crate) fn raw(finding: Finding) -> Raw {
    Raw {
        rule: finding.rule,
        grandfathered: finding.grandfathered.is_some(),
        severity: finding.severity,
        okep: finding.okep,
        path: finding.path,
        subject: finding.subject,
    }
}

/// The last of the templates with all the names that its sections had.
pub(crate) fn present(revisions: &[ParsedRevision]) -> Option<Requirements> {
    let (last, template_timeline) = revisions.split_last()?;
    Some(Requirements::new(&last.template, None, template_timeline, Arc::new(Prompts::default())))
}

/// Numbers for names, given one after the other so that the threads leave no trace.
pub(crate) struct Names<'a> {
    layout: &'a Layout,
    /// What sections are called now.
    present: Option<Requirements>,
    pub whos: Vec<OkepKey>,
    pub identities: Vec<OkepIdentity>,
    who_of: HashMap<OkepKey, u32>,
    identity_of: HashMap<OkepIdentity, u32>,
    texts: HashMap<String, Arc<str>>,
    catalog: &'a Catalog,
    /// Path to its number in the catalogue.
    paths: HashMap<&'a str, u32>,
    /// For each of these numbers whom an OKEP at it is; [`NONE`] where nobody asked.
    who_of_path: Vec<u32>,
}

impl<'a> Names<'a> {
    pub fn new(catalog: &'a Catalog, layout: &'a Layout, present: Option<Requirements>) -> Self {
        let paths = catalog.paths.iter().enumerate();
        Names {
            layout,
            present,
            whos: Vec::new(),
            identities: Vec::new(),
            who_of: HashMap::new(),
            identity_of: HashMap::new(),
            texts: HashMap::new(),
            paths: paths.map(|(at, info)| (info.path.as_str(), at as u32)).collect(),
            who_of_path: vec![NONE; catalog.paths.len()],
            catalog,
        }
    }

    fn who(&mut self, okep: Option<&str>) -> u32 {
        match okep.map(|path| (path, self.paths.get(path).copied())) {
            None => self.number(OkepKey::Nobody),
            Some((_, Some(path))) => self.who_at(path),
            Some((path, None)) => self.number(OkepKey::Path(path.to_owned())),
        }
    }

    fn number(&mut self, who: OkepKey) -> u32 {
        *self.who_of.entry(who).or_insert_with_key(|who| {
            self.whos.push(who.clone());
            self.whos.len() as u32 - 1
        })
    }

    /// Whom an OKEP at a path of the catalogue is.
    fn who_at(&mut self, path: u32) -> u32 {
        match self.who_of_path[path as usize] {
            NONE => {
                let who = self.catalog.paths[path as usize].who();
                let who = self.number(who);
                self.who_of_path[path as usize] = who;
                who
            }
            who => who,
        }
    }

    pub fn recorded(&mut self, raw: Raw) -> RecordedFinding {
        let who = self.who(raw.okep.as_deref());
        let role = role(&raw.path, &self.layout.folder);
        let (registration, navigation) = (matches!(role, Role::Other | Role::IndexPage), role == Role::Other);
        let subject = self.subject(&raw);
        let identity = OkepIdentity { rule: raw.rule, who, subject, registration, navigation };
        let identity = *self.identity_of.entry(identity).or_insert_with_key(|identity| {
            self.identities.push(identity.clone());
            self.identities.len() as u32 - 1
        });
        let (path, subject) = (self.text(raw.path), self.text(raw.subject));
        RecordedFinding { identity, severity: raw.severity, grandfathered: raw.grandfathered, path, subject }
    }

    /// What of a subject renames of files and of sections leave as it is.
    fn subject(&self, raw: &Raw) -> String {
        let own =
            |okep: &str| okep.strip_suffix(&raw.subject).is_some_and(|r| r.is_empty() || r.ends_with('/'));
        if raw.okep.as_deref().is_some_and(own) {
            return String::new();
        }
        let by_document = rule(raw.rule).is_some_and(|r| matches!(r.check, Check::Okep(_)));
        match &self.present {
            Some(present) if by_document => present.current_name(&raw.subject),
            None if by_document => Name::new(&raw.subject).normal,
            _ => raw.subject.clone(),
        }
    }

    fn text(&mut self, text: String) -> Arc<str> {
        self.texts.entry(text).or_insert_with_key(|text| text.as_str().into()).clone()
    }

    pub fn document(&mut self, raw: RawDocument) -> DocumentVerdict {
        DocumentVerdict {
            recorded: raw.findings.into_iter().map(|f| self.recorded(f)).collect(),
            number: raw.number,
            title: raw.title.map(|t| self.text(t)),
            issue: raw.issue,
            allows: raw.allows,
        }
    }

    pub fn whole(&mut self, raw: RawWhole, sharing: &mut Sharing<Listed>) -> Whole {
        let number = |names: &Names<'_>, path: &str| names.paths[path];
        let listed = |(path, shown)| Listed { path, who: self.who_at(path), shown };
        let okeps: Vec<Listed> = raw.okeps.into_iter().map(listed).collect();
        Whole {
            recorded: raw.findings.into_iter().map(|f| self.recorded(f)).collect(),
            okeps: sharing.share(&okeps),
            strays: raw
                .strays
                .into_iter()
                .map(|(path, raw)| (number(self, &path), self.document(raw)))
                .collect(),
            unread: raw.unread.iter().map(|path| self.who(Some(path))).collect(),
            registers_unread: raw.registers_unread,
        }
    }
}
