//! What was found in all states, as numbers for values that are given one after the other, so that they are the same
//! however many threads ran.

use crate::audit::PageVerdict;
use crate::audit::identity::{Identity, OkepKey};
use crate::files::Layout;
use crate::fix::plan::is_excused;
use crate::git::Id;
use crate::markdown::names::Name;
use crate::okep::requirements::Requirements;
use crate::okep::suppressions::Suppression;
use crate::okep::template::Template;
use crate::rules::finding::{Finding, Severity};
use crate::rules::is_of_okep;
use crate::rules::page_links::LinkTarget;
use crate::text::path::{self, Role};
use indexmap::IndexSet;
use std::any::Any;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

/// What was found in all states, with the numbers given so far.
#[derive(Default)]
pub struct FoundInStates {
    pub layout: Layout,
    /// The last template of the main line, which says what sections are called now.
    pub names: Option<Requirements>,
    /// None where a state could not be read.
    pub states: Vec<Option<Arc<StateVerdict>>>,
    /// What pages say about themselves, each in all states that have it; none where it could not be read.
    pub facts: HashMap<FileAt, Option<PageFacts>>,
    /// The findings in one page, in its links or in a whole tree: states share them.
    pub parts: Vec<Vec<RecordedFinding>>,
    /// The templates that could be read.
    pub templates: HashMap<FileAt, Arc<Template>>,
    /// The ids of the documents that were checked.
    pub documents: HashSet<Id>,
    /// Parts by where the audit's verdicts are in memory; those are held, so that nothing else gets there.
    pub part_at: HashMap<usize, (u32, Arc<dyn Any + Send + Sync>)>,
    pub paths: IndexSet<String>,
    pub blobs: IndexSet<Option<Id>>,
    pub topics: IndexSet<Topic>,
    /// The OKEPs; none for what is about no single one.
    pub okeps: IndexSet<Option<OkepKey>>,
    /// What links point to.
    pub questions: IndexSet<LinkTarget>,
}

/// What was found in a state.
#[derive(Debug, Default)]
pub struct StateVerdict {
    /// In the order of their numbers.
    pub files: Vec<FileAt>,
    /// In the order of the numbers of their paths.
    pub okeps: Vec<Listed>,
    /// OKEPs, and pages next to one.
    pub pages: Vec<FileAt>,
    /// Indices into [`FoundInStates::parts`].
    pub parts: Vec<u32>,
    /// OKEPs that may be there and could not be read.
    pub unread: Vec<u32>,
    pub registers_unread: bool,
    pub template: Option<FileAt>,
    /// How many templates were before it, on each line.
    pub templates_before: Vec<usize>,
}

/// An OKEP of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    pub path: u32,
    pub who: u32,
    pub shown: ShownFinding,
}

/// Whether readers find an OKEP in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownFinding {
    Yes,
    No,
    /// A plugin decides, or the register is broken.
    Unknown,
    /// There is no navigation.
    Nowhere,
    /// The register could not be read.
    Unread,
}

/// What a page says about itself.
#[derive(Debug)]
pub struct PageFacts {
    pub number: Option<u64>,
    pub title: Option<String>,
    pub issue: Option<u64>,
    pub suppressions: Vec<Suppression>,
}

/// What a thread found in a state.
pub struct RawState {
    /// Paths and ids.
    pub files: BTreeMap<String, Option<Id>>,
    /// Paths, which OKEPs they are, and whether readers find them.
    pub okeps: Vec<(String, OkepKey, ShownFinding)>,
    pub pages: Vec<RawPage>,
    pub of_tree: Arc<Vec<Finding>>,
    pub unread: Vec<OkepKey>,
    pub registers_unread: bool,
    /// The template, and what it says where it could be read.
    pub template: Option<(String, Option<Arc<Template>>)>,
    pub templates_before: Vec<usize>,
}

pub struct RawPage {
    pub verdict: PageVerdict,
    pub id: Option<Id>,
    /// None where they are known from another state.
    pub facts: Option<Option<PageFacts>>,
}

impl FoundInStates {
    /// Lets go of the verdicts that the cache has let go of. One that is made again gets another number.
    pub fn forget_unused(&mut self) {
        self.part_at.retain(|_, (_, verdict)| Arc::strong_count(verdict) > 1);
    }

    /// Takes up what a thread found in a state.
    pub fn take(&mut self, raw: RawState) -> StateVerdict {
        let mut files: Vec<FileAt> = raw.files.into_iter().map(|(path, id)| self.file(path, id)).collect();
        files.sort_unstable();
        fn alone(finding: &Finding) -> (&Finding, &[LinkTarget]) {
            (finding, &[])
        }
        let tree = self.part(&raw.of_tree, raw.of_tree.iter().map(alone));
        let listed = |(path, key, shown)| {
            let (path, who) = (number(&mut self.paths, path), number(&mut self.okeps, Some(key)));
            Listed { path, who, shown }
        };
        let mut okeps: Vec<Listed> = raw.okeps.into_iter().map(listed).collect();
        okeps.sort_unstable_by_key(|listed| listed.path);
        let (mut pages, mut parts) = (Vec::new(), vec![tree]);
        for RawPage { verdict: PageVerdict { path, document, claims }, id, facts } in raw.pages {
            let page = self.file(path, id);
            pages.push(page);
            let facts = self.facts.entry(page).or_insert_with(|| facts.expect("what is new has them"));
            // Of a text that could not be read nothing is known.
            if let (Some(document), Some(_)) = (document, facts) {
                self.documents.extend(id);
                parts.push(self.part(&document, document.findings.iter().map(alone)));
            }
            if !claims.is_empty() {
                parts.push(self.part(&claims, claims.iter().map(|c| (&c.finding, &*c.unless))));
            }
        }
        let template = raw.template.map(|(path, template)| {
            let path = number(&mut self.paths, path);
            let at = files.binary_search_by_key(&path, |file| file.path).expect("the template is a file");
            self.templates.extend(template.map(|template| (files[at], template)));
            files[at]
        });
        StateVerdict {
            files,
            okeps,
            pages,
            parts,
            unread: raw.unread.into_iter().map(|key| number(&mut self.okeps, Some(key))).collect(),
            registers_unread: raw.registers_unread,
            template,
            templates_before: raw.templates_before,
        }
    }

    /// The part with the findings of a verdict, which is made where no state had that verdict before.
    fn part<'f, T: Any + Send + Sync>(
        &mut self,
        verdict: &Arc<T>,
        findings: impl Iterator<Item = (&'f Finding, &'f [LinkTarget])>,
    ) -> u32 {
        let at = Arc::as_ptr(verdict) as usize;
        if let Some((part, _)) = self.part_at.get(&at) {
            return *part;
        }
        let recorded = findings.map(|(finding, unless)| self.recorded(finding, unless)).collect();
        self.parts.push(recorded);
        let part = self.parts.len() as u32 - 1;
        self.part_at.insert(at, (part, verdict.clone()));
        part
    }

    fn file(&mut self, path: String, id: Option<Id>) -> FileAt {
        FileAt { path: number(&mut self.paths, path), blob: number(&mut self.blobs, id) }
    }

    /// Whether it is known what a page says about itself.
    pub fn knows(&self, path: &str, id: Option<Id>) -> bool {
        let file = self.paths.get_index_of(path).zip(self.blobs.get_index_of(&id));
        file.is_some_and(|(path, blob)| {
            self.facts.contains_key(&FileAt { path: path as u32, blob: blob as u32 })
        })
    }

    /// The subject of a finding, as it counts for the identity: a section by the name it has now.
    pub fn subject(&self, finding: &Finding) -> String {
        let present = |subject: &str| match &self.names {
            _ if !is_of_okep(finding.rule) => subject.to_owned(),
            Some(present) => present.current_name(subject),
            None => Name::new(subject).normal,
        };
        Identity::of(finding, |path| OkepKey::Path(path.to_owned()), present).subject
    }

    /// Records a finding that holds while none of the targets is there.
    fn recorded(&mut self, finding: &Finding, unless: &[LinkTarget]) -> RecordedFinding {
        let (rule, subject) = (finding.rule, self.subject(finding));
        let role = self.layout.role(&finding.path);
        let excused = is_excused(finding);
        let (registration, navigation) = (matches!(role, Role::Other | Role::IndexPage), role == Role::Other);
        let key =
            |path: &String| path::number(path).map_or_else(|| OkepKey::Path(path.clone()), OkepKey::Number);
        RecordedFinding {
            topic: number(&mut self.topics, Topic { rule, subject, registration, navigation, excused }),
            okep: finding.okep.as_ref().map(|path| number(&mut self.paths, path.clone())),
            unlisted: number(&mut self.okeps, finding.okep.as_ref().map(key)),
            unless: unless.iter().map(|target| number(&mut self.questions, target.clone())).collect(),
            severity: finding.severity,
            grandfathered: finding.grandfathered.is_some(),
            path: number(&mut self.paths, finding.path.clone()),
            subject: finding.subject.clone(),
        }
    }
}

/// The number of a value: how many others were met before it.
pub fn number<T: Eq + Hash>(values: &mut IndexSet<T>, value: T) -> u32 {
    values.insert_full(value).0 as u32
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
