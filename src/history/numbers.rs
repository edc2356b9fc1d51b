//! Numbers for identities and OKEPs, given one after the other, so that they are the same however many
//! threads ran.

use super::catalog::Catalog;
use super::graph::NONE;
use super::shared::Sharing;
use super::state::{DocumentVerdict, KnownIdentity, Listed, RecordedFinding, ShownFinding, Whole};
use crate::audit::identity::{Naming, OkepKey, identity};
use crate::files::Layout;
use crate::markdown::names::Name;
use crate::okep::prompts::Prompts;
use crate::okep::requirements::Requirements;
use crate::okep::suppressions::Suppression;
use crate::okep::template_history::TemplateRevision;
use crate::rules::finding::Finding;
use crate::rules::{Check, rule};
use crate::text::path::{Role, role};
use std::collections::HashMap;
use std::sync::Arc;

/// What a thread found about a document.
pub(crate) struct FoundInDocument {
    pub findings: Vec<Finding>,
    pub number: Option<u64>,
    pub title: Option<String>,
    pub issue: Option<u64>,
    pub suppressions: Vec<Suppression>,
}

/// What a thread found in the paths and registers of a state.
pub(crate) struct FoundInTree {
    pub findings: Vec<Finding>,
    /// By the numbers of their paths, in the order of the paths.
    pub okeps: Vec<(u32, ShownFinding)>,
    pub strays: Vec<(u32, FoundInDocument)>,
    pub unread: Vec<String>,
    pub registers_unread: bool,
}

/// The last of the templates with all the names that its sections had.
pub(crate) fn present(revisions: &[TemplateRevision]) -> Option<Requirements> {
    let (last, template_timeline) = revisions.split_last()?;
    Some(Requirements::new(&last.template, None, template_timeline, Arc::new(Prompts::default())))
}

/// The numbers given so far.
pub(crate) struct Numbering<'a> {
    layout: &'a Layout,
    /// What sections are called now.
    present: Option<Requirements>,
    /// The OKEPs; none for what is about no single one.
    pub okeps: Vec<Option<OkepKey>>,
    pub identities: Vec<KnownIdentity>,
    number_of_okep: HashMap<Option<OkepKey>, u32>,
    number_of: HashMap<KnownIdentity, u32>,
    texts: HashMap<String, Arc<str>>,
    catalog: &'a Catalog,
    /// Path to its number in the catalogue.
    paths: HashMap<&'a str, u32>,
    /// For each of these numbers that of the OKEP there; [`NONE`] where it was not asked yet.
    okep_at: Vec<u32>,
}

impl<'a> Numbering<'a> {
    pub fn new(catalog: &'a Catalog, layout: &'a Layout, present: Option<Requirements>) -> Self {
        let paths = catalog.paths.iter().enumerate();
        Numbering {
            layout,
            present,
            okeps: Vec::new(),
            identities: Vec::new(),
            number_of_okep: HashMap::new(),
            number_of: HashMap::new(),
            texts: HashMap::new(),
            paths: paths.map(|(at, info)| (info.path.as_str(), at as u32)).collect(),
            okep_at: vec![NONE; catalog.paths.len()],
            catalog,
        }
    }

    fn number(&mut self, okep: Option<OkepKey>) -> u32 {
        *self.number_of_okep.entry(okep).or_insert_with_key(|okep| {
            self.okeps.push(okep.clone());
            self.okeps.len() as u32 - 1
        })
    }

    fn key(&self, path: &str) -> OkepKey {
        match self.paths.get(path) {
            Some(path) => self.catalog.paths[*path as usize].key(),
            None => OkepKey::Path(path.to_owned()),
        }
    }

    /// The number of the OKEP at a path of the catalogue.
    fn okep_at(&mut self, path: u32) -> u32 {
        match self.okep_at[path as usize] {
            NONE => {
                let okep = self.number(Some(self.catalog.paths[path as usize].key()));
                self.okep_at[path as usize] = okep;
                okep
            }
            okep => okep,
        }
    }

    pub fn recorded(&mut self, finding: Finding) -> RecordedFinding {
        let identity = identity(&finding, self);
        let who = self.number(identity.okep);
        let role = role(&finding.path, &self.layout.folder);
        let (registration, navigation) = (matches!(role, Role::Other | Role::IndexPage), role == Role::Other);
        let known =
            KnownIdentity { rule: identity.rule, who, subject: identity.subject, registration, navigation };
        let number = *self.number_of.entry(known).or_insert_with_key(|known| {
            self.identities.push(known.clone());
            self.identities.len() as u32 - 1
        });
        RecordedFinding {
            identity: number,
            severity: finding.severity,
            grandfathered: finding.grandfathered.is_some(),
            path: self.text(finding.path),
            subject: self.text(finding.subject),
        }
    }

    fn text(&mut self, text: String) -> Arc<str> {
        self.texts.entry(text).or_insert_with_key(|text| text.as_str().into()).clone()
    }

    pub fn document(&mut self, found: FoundInDocument) -> DocumentVerdict {
        DocumentVerdict {
            recorded: found.findings.into_iter().map(|finding| self.recorded(finding)).collect(),
            number: found.number,
            title: found.title.map(|title| self.text(title)),
            issue: found.issue,
            suppressions: found.suppressions,
        }
    }

    pub fn whole(&mut self, found: FoundInTree, sharing: &mut Sharing<Listed>) -> Whole {
        let listed = |(path, shown)| Listed { path, who: self.okep_at(path), shown };
        let okeps: Vec<Listed> = found.okeps.into_iter().map(listed).collect();
        Whole {
            recorded: found.findings.into_iter().map(|finding| self.recorded(finding)).collect(),
            okeps: sharing.share(&okeps),
            strays: found.strays.into_iter().map(|(path, found)| (path, self.document(found))).collect(),
            unread: found.unread.iter().map(|path| self.number(Some(self.key(path)))).collect(),
            registers_unread: found.registers_unread,
        }
    }
}

impl Naming for Numbering<'_> {
    fn okep(&self, _: &Finding, path: &str) -> OkepKey {
        self.key(path)
    }

    fn subject(&self, finding: &Finding) -> String {
        let by_document = rule(finding.rule).is_some_and(|r| matches!(r.check, Check::Okep(_)));
        match &self.present {
            Some(present) if by_document => present.current_name(&finding.subject),
            None if by_document => Name::new(&finding.subject).normal,
            _ => finding.subject.clone(),
        }
    }
}
