//! What of the findings counts: suppressions, severities and rules that are off.
//!
//! The audit finds everything there is; this applies what `okep.toml` and the documents accept.

use crate::files::{CONFIG, Note};
use crate::markdown::document::Document;
use crate::okep::config::{Config, Level};
use crate::okep::proposal::Okep;
use crate::okep::snapshot::Snapshot;
use crate::okep::suppressions::{Comment, Scope, Suppression, comments};
use crate::rules::finding::{Finding, Severity};
use crate::rules::page_links::{LinkTarget, claims, pages};
use crate::rules::{Check, ids, rule};
use crate::site::mkdocs::Site;
use crate::text::path::okep_number;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The kind of the notice of a suppression that suppresses nothing.
pub const DEAD: &str = "unused-exception";

/// What a tree accepts, and how it weighs the rules.
pub struct Policy<'a> {
    config: &'a Config,
    pub suppressions: Vec<Suppression>,
}

impl<'a> Policy<'a> {
    /// The policy of a configuration and of the comments in the documents of its tree, as far as they matter to
    /// these findings.
    pub fn of(config: &'a Config, snapshot: &Snapshot, findings: &[Finding]) -> Self {
        let mut suppressions = config.suppressions.clone();
        let found = |okep: &&Okep| findings.iter().any(|f| f.okep.as_ref() == Some(&okep.path));
        let in_question = snapshot.okeps.iter().filter(|okep| !okep.unchanged || found(okep));
        let okeps = in_question.map(|o| (&o.path, &o.document));
        let pages = snapshot.companions.iter().map(|p| (&p.path, &p.document));
        for (path, document) in okeps.chain(pages) {
            suppressions.extend(of_page(path, document));
        }
        Policy { config, suppressions }
    }

    /// The findings that are suppressed, and those that are not.
    pub fn split(&self, findings: &[Finding], snapshot: &Snapshot) -> (Vec<Finding>, Vec<Finding>) {
        let is_excepted = |f: &Finding| self.suppressions.iter().any(|e| covers(e, f, snapshot));
        findings.iter().cloned().partition(is_excepted)
    }

    /// A finding with the severity that the repository gives it; none where its rule is off.
    pub fn weighed(&self, mut finding: Finding) -> Option<Finding> {
        finding.severity = weigh(&self.config.levels, finding.rule, finding.severity)?;
        Some(finding)
    }

    /// The suppressions that cover none of all findings, where their rules ran in full: what is unknown is not absent.
    pub fn dead(&self, findings: &[Finding], snapshot: &Snapshot) -> Vec<&Suppression> {
        // What OKEPs that were not audited would need is unknown, and so is what a page may hold that is noted.
        let all_read = snapshot.okeps.iter().all(|okep| !okep.unchanged);
        let notes = [snapshot.notes.clone(), snapshot.tree.notices()].concat();
        let noted: BTreeSet<String> = notes.into_iter().filter_map(|note| note.path).collect();
        let is_site_known = is_site_known(snapshot, &noted);
        let has_template = !snapshot.template.outline.rows.is_empty();
        let ran = |suppression: &Suppression| {
            let number_of = |path: &str| number_of(snapshot, path);
            let is_known =
                |path: &String| *path != suppression.at.0 && !suppression.scope.is_about(path, &number_of);
            let ran = rule(suppression.rule).is_some_and(|rule| match rule.check {
                Check::History(_) => false,
                Check::Okep(..) if !rule.reveals => has_template,
                Check::Okep(..) | Check::Tree(..) => is_site_known,
                Check::Links(..) => is_site_known && point_to_files(suppression, snapshot),
            });
            (suppression.at.0 != CONFIG || all_read) && noted.iter().all(is_known) && ran
        };
        let is_dead = |s: &&Suppression| !findings.iter().any(|f| covers(s, f, snapshot)) && ran(s);
        self.suppressions.iter().filter(is_dead).collect()
    }

    /// What there is to say about what does not count: of `all` findings the `excepted` ones, rules that are off, and
    /// suppressions that suppress nothing.
    pub fn notes(&self, all: &[Finding], excepted: &[Finding], snapshot: &Snapshot) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        excepted.iter().for_each(|f| *counts.entry(f.rule).or_default() += 1);
        if !counts.is_empty() {
            let rules: Vec<String> = counts.iter().map(|(rule, n)| format!("{n} of `{rule}`")).collect();
            notes.push(Note::new("excepted", format!("suppressed: {}", rules.join(", "))));
        }
        let off: Vec<String> = self.config.off().map(|rule| format!("`{rule}`")).collect();
        if !off.is_empty() {
            notes.push(Note::at("rule-off", CONFIG, format!("turned off in okep.toml: {}", off.join(", "))));
        }
        for suppression in self.dead(all, snapshot) {
            let (path, span) = &suppression.at;
            let Some(text) = snapshot.text(path) else { continue };
            let line = text.line_of(span.start);
            let source = text.line(line).trim();
            let subject = suppression.subject.as_ref().map_or(String::new(), |s| format!(" of `{s}`"));
            let rule = suppression.rule;
            let message = format!(
                "line {line} suppresses nothing, because `{rule}`{subject} is not found here; delete \
                 `{source}`"
            );
            notes.push(Note::at(DEAD, path, message));
        }
        notes
    }
}

/// The suppressions in the comments of a page, which cover what is about it alone.
pub fn of_page(path: &str, document: &Document) -> Vec<Suppression> {
    let suppression = |comment: Comment| {
        let (rule, subject) = comment.directive.ok()?;
        let at = (path.to_owned(), comment.span);
        Some(Suppression { rule, subject, scope: Scope::Path(path.to_owned()), at })
    };
    comments(document, ids()).into_iter().filter_map(suppression).collect()
}

/// The severity of a finding by the repository's levels; none where its rule is off.
///
/// A grandfathered finding, milder than its rule, keeps its severity.
pub fn weigh(levels: &BTreeMap<&'static str, Level>, id: &str, severity: Severity) -> Option<Severity> {
    let configured = match levels.get(id) {
        None => return Some(severity),
        Some(Level::Off) => return None,
        Some(Level::Error) => Severity::Error,
        Some(Level::Warning) => Severity::Warning,
        Some(Level::Hint) => Severity::Hint,
    };
    let grandfathered = rule(id).is_none_or(|rule| rule.severity != severity);
    Some(if grandfathered { severity } else { configured })
}

/// Whether it is known what the site makes of pages; `noted` are the paths of all notes.
fn is_site_known(snapshot: &Snapshot, noted: &BTreeSet<String>) -> bool {
    let site = snapshot.site.as_ref();
    let mut files = snapshot.layout.registers.iter().chain(site.into_iter().flat_map(|site| &site.files));
    let is_read = |site: &Arc<Site>| {
        let pages = &site.pages;
        site.problems.is_empty() && !pages.extensions.unknown && pages.separator.is_some()
    };
    !files.any(|path| noted.contains(path)) && site.is_none_or(is_read)
}

/// Whether all links that a suppression covers point to files of the repository: what git ignores or is in another
/// repository may be missing elsewhere.
fn point_to_files(suppression: &Suppression, snapshot: &Snapshot) -> bool {
    let files = snapshot.tree.files();
    let is_there = |target: &LinkTarget| {
        let below = format!("{}/", target.path);
        let is_folder = || files.range(below.clone()..).next().is_some_and(|path| path.starts_with(&below));
        files.contains(&target.path) || target.or_folder && is_folder()
    };
    let claims = pages(snapshot).into_iter().flat_map(|page| claims(&page));
    let mut covered = claims.filter(|claim| covers(suppression, &claim.finding, snapshot));
    covered.all(|claim| claim.unless.iter().any(is_there))
}

fn covers(suppression: &Suppression, finding: &Finding, snapshot: &Snapshot) -> bool {
    let (rule, subject, okep) = (finding.rule, &finding.subject, finding.okep.as_deref());
    suppression.covers_at(rule, subject, &finding.path, okep, &|path| number_of(snapshot, path))
}

/// The number of the OKEP that a file is or is next to.
fn number_of(snapshot: &Snapshot, path: &str) -> Option<u64> {
    okep_number(path, &snapshot.layout.folder).or_else(|| snapshot.number_of(path))
}
