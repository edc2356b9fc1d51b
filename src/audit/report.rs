//! What one audit has to say, whole: the value every renderer prints.

use crate::files::Note;
use crate::git::Revision;
use crate::okep::proposal::Okep;
use crate::okep::snapshot::Snapshot;
use crate::okep::template_history::TemplateHistory;
use crate::rules::finding::{Finding, Severity};
use crate::site::mkdocs::Site;
use crate::text::Text;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The kind of the note on a file of which something else is staged than is on disk.
pub const HALF_STAGED: &str = "half-staged";

/// Where the audited files came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Source {
    #[default]
    Worktree,
    Index,
    /// The full hash of the commit.
    Commit(String),
}

/// Whether a finding was already there in the state the audit compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Baseline {
    New,
    Existing,
}

/// A finding and, where the audit compares with an older state, whether it is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    pub finding: Finding,
    pub baseline: Option<Baseline>,
}

/// One OKEP in a sentence's worth of data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OkepSummary {
    pub path: String,
    pub number: Option<u64>,
    /// The title without its `OKEP-NNNN:`.
    pub title: Option<String>,
    pub issue: Option<Issue>,
    pub landed: Option<Revision>,
    /// None where there is no `nav`, so that the question does not arise.
    pub in_nav: Option<bool>,
    /// None where there is no index page.
    pub in_index: Option<bool>,
}

impl OkepSummary {
    /// Title and issue are left out of an OKEP that is not audited.
    pub fn of(okep: &Okep, snapshot: &Snapshot, template_history: Option<&TemplateHistory>) -> OkepSummary {
        let read = Some(okep).filter(|okep| !okep.unchanged);
        let issue = read.and_then(|okep| {
            let link = okep.issue.as_ref()?.link.as_ref()?;
            Some(Issue { number: link.number.as_ref()?.value, url: link.url.clone() })
        });
        let in_nav = |site: &Arc<Site>| {
            site.nav.tree()?;
            site.registered(&okep.path).shown()
        };
        let landed = template_history.and_then(|history| history.landed_as(snapshot, &okep.path));
        OkepSummary {
            path: okep.path.clone(),
            number: read.map_or(okep.name.number, Okep::number),
            title: read.and_then(|okep| Some(okep.title.as_ref()?.name.clone())),
            issue,
            landed: landed.and_then(|(.., landing)| landing.revision.clone()),
            in_nav: snapshot.site.as_ref().and_then(in_nav),
            in_index: snapshot.landing.as_ref().map(|page| page.lists(&okep.path)),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issue {
    pub number: u64,
    pub url: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub source: Source,
    /// The full hash of the commit the audit compares with.
    pub since: Option<String>,
    /// Sorted by path.
    pub okeps: Vec<OkepSummary>,
    /// The numbers of the OKEPs in the states that the audit compares with.
    pub numbers_before: BTreeSet<u64>,
    /// Sorted by path, then place, then rule.
    pub findings: Vec<Reported>,
    pub notes: Vec<Note>,
    /// Only what a change touches was checked, so that existing findings are not all counted.
    pub partial: bool,
    /// The reader is elsewhere than at the top of the working tree.
    pub away: bool,
    /// The text of every file a finding points into, for renderers that quote it.
    pub texts: BTreeMap<String, Arc<Text>>,
}

/// How many findings of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub errors: usize,
    pub warnings: usize,
    pub hints: usize,
}

impl Counts {
    pub fn of(&mut self, severity: Severity) -> &mut usize {
        match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Hint => &mut self.hints,
        }
    }

    pub fn add(&mut self, severity: Severity) {
        *self.of(severity) += 1;
    }

    pub fn by_severity(self) -> [(Severity, usize); 3] {
        [(Severity::Error, self.errors), (Severity::Warning, self.warnings), (Severity::Hint, self.hints)]
    }

    pub fn total(&self) -> usize {
        self.errors + self.warnings + self.hints
    }
}

impl Report {
    /// Takes up the texts that findings and their fixes point into.
    pub fn add_texts(&mut self, snapshot: &Snapshot) {
        // Where only what changed was read, nothing is read to show what did not.
        let shown = |r: &&Reported| !self.partial || r.baseline != Some(Baseline::Existing);
        let shown = self.findings.iter().filter(shown);
        let paths: BTreeSet<&str> = shown.flat_map(|r| paths_of(&r.finding)).collect();
        let new = paths.into_iter().filter(|path| !self.texts.contains_key(*path));
        let texts: Vec<_> = new.filter_map(|path| Some((path.to_owned(), snapshot.text(path)?))).collect();
        self.texts.extend(texts);
    }

    /// The findings that count: all of them, or the new ones where the audit compares.
    pub fn live(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|r| r.baseline != Some(Baseline::Existing)).map(|r| &r.finding)
    }

    /// How many findings were already there.
    pub fn existing(&self) -> usize {
        self.findings.iter().filter(|r| r.baseline == Some(Baseline::Existing)).count()
    }

    /// Leaves out findings that were already there in files that are not among `changed`: of those not all are found.
    pub fn drop_existing_elsewhere(&mut self, changed: &BTreeSet<String>) {
        self.findings.retain(|reported| {
            let finding = &reported.finding;
            let of_changed = finding.okep.as_ref().is_some_and(|okep| changed.contains(okep));
            let is_changed = of_changed || changed.contains(&finding.path);
            reported.baseline != Some(Baseline::Existing) || is_changed
        });
    }

    /// Keeps the OKEPs, and the notes on files, whose paths are asked for.
    pub fn keep_okeps(&mut self, is_asked: impl Fn(&str) -> bool) {
        self.okeps.retain(|okep| is_asked(&okep.path));
        self.notes.retain(|note| note.path.as_deref().is_none_or(&is_asked));
    }

    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.live().for_each(|f| counts.add(f.severity));
        counts
    }

    /// Every OKEP, with the counts of its findings that count.
    pub fn counted_okeps(&self) -> Vec<(&OkepSummary, Counts)> {
        let mut counts: BTreeMap<&str, Counts> = BTreeMap::new();
        for finding in self.live() {
            if let Some(okep) = &finding.okep {
                counts.entry(okep).or_default().add(finding.severity);
            }
        }
        let of = |okep: &OkepSummary| counts.get(okep.path.as_str()).copied().unwrap_or_default();
        self.okeps.iter().map(|okep| (okep, of(okep))).collect()
    }
}

/// The files that a finding names: where it is, the OKEP that it is about, and what is related.
pub fn paths_named(finding: &Finding) -> impl Iterator<Item = &str> {
    let related = finding.related.iter().map(|related| related.path.as_str());
    finding.okep.as_deref().into_iter().chain(related).chain([finding.path.as_str()])
}

/// The files that a finding and its fix point into.
fn paths_of(finding: &Finding) -> impl Iterator<Item = &str> {
    let edits = finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.path.as_str()));
    let related = finding.related.iter().map(|related| related.path.as_str());
    edits.chain(related).chain([finding.path.as_str()])
}

/// A number of things: `1 OKEP`, `2 OKEPs`.
pub fn count(n: usize, thing: &str) -> String {
    let plural = if thing.ends_with('x') { "es" } else { "s" };
    format!("{n} {thing}{}", if n == 1 { "" } else { plural })
}
