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
use crate::rules::{Check, ids, rule};
use std::collections::BTreeMap;

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

    /// The suppressions that cover none of all findings, as far as their rules ran.
    pub fn dead(&self, findings: &[Finding], snapshot: &Snapshot) -> Vec<&Suppression> {
        // What OKEPs that were not audited would need is unknown, and so is what a page may hold that is noted.
        let all_read = snapshot.okeps.iter().all(|okep| !okep.unchanged);
        let ran = |suppression: &Suppression| {
            let path = &suppression.at.0;
            let of_history = rule(suppression.rule).is_some_and(|r| matches!(r.check, Check::History(_)));
            let is_known = snapshot.notes.iter().all(|note| note.path.as_ref() != Some(path));
            !of_history && is_known && (path != CONFIG || all_read)
        };
        let is_dead = |s: &&Suppression| ran(s) && !findings.iter().any(|f| covers(s, f, snapshot));
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
            let text = snapshot.text(path);
            let line = text.as_ref().map_or(0, |text| text.line_of(span.start));
            let source = text.as_ref().and_then(|text| text.as_str().lines().nth(line.saturating_sub(1)));
            let source = source.unwrap_or_default().trim();
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

fn covers(suppression: &Suppression, finding: &Finding, snapshot: &Snapshot) -> bool {
    let paths = [Some(finding.path.as_str()), finding.okep.as_deref()];
    suppression.covers_at(finding.rule, &finding.subject, paths, &|path| snapshot.number_of(path))
}
