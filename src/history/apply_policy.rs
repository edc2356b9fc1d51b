//! What of the open findings counts at the tip, as its `okep.toml` has it.
//!
//! Exceptions in the documents themselves are honoured with each of their versions; the configuration of the
//! past is nobody's any more, and what was fixed stays reported as it was.

use super::report::{FindingStory, Story};
use crate::audit::policy::weigh;
use crate::files::{CONFIG, Note};
use crate::okep::config::Config;
use crate::rules::finding::Severity;
use crate::rules::{Check, rule};
use crate::text::path::okep_number;
use std::collections::BTreeMap;

/// Takes away what the configuration excepts, weighs the rest as it says, and tells how much that was.
pub fn ruled(story: &mut Story, config: &Config) {
    let mut excepted: BTreeMap<&str, usize> = BTreeMap::new();
    let mut off: BTreeMap<&str, usize> = BTreeMap::new();
    let mut weighed: BTreeMap<&str, usize> = BTreeMap::new();
    let mut findings = std::mem::take(&mut story.findings);
    findings.retain_mut(|finding| {
        if finding.fixed.is_some() {
            return true;
        }
        let before = finding.severity;
        if is_excepted(finding, config) {
            *excepted.entry(finding.rule).or_default() += 1;
            recount(story, finding, before, None);
            return false;
        }
        match weigh(&config.levels, finding.rule, before) {
            None => {
                *off.entry(finding.rule).or_default() += 1;
                recount(story, finding, before, None);
                false
            }
            Some(severity) if severity != before => {
                finding.severity = severity;
                *weighed.entry(finding.rule).or_default() += 1;
                recount(story, finding, before, Some(severity));
                true
            }
            Some(_) => true,
        }
    });
    story.findings = findings;
    let mut tell = |kind, counts: BTreeMap<&str, usize>, what: &str| {
        let counts: Vec<String> =
            counts.iter().filter(|(_, n)| **n > 0).map(|(r, n)| format!("{n} of `{r}`")).collect();
        if !counts.is_empty() {
            story.notes.push(Note::at(kind, CONFIG, format!("{what}: {}", counts.join(", "))));
        }
    };
    tell("excepted", excepted, "open at the tip, suppressed there and not shown");
    tell("rule-off", off, "open at the tip, turned off there and not shown");
    tell("severity", weighed, "open at the tip, with the severity set there");
    story.notes.sort();
}

fn is_excepted(finding: &FindingStory, config: &Config) -> bool {
    let number_of = |path: &str| okep_number(path, &config.layout.folder);
    let paths = || [Some(finding.path.as_str()), finding.okep.as_deref()];
    config.suppressions.iter().any(|e| e.covers_at(finding.rule, &finding.subject, paths(), &number_of))
}

/// Counts a finding of an OKEP anew; what a commit did is no fault of the text and was never counted.
fn recount(story: &mut Story, finding: &FindingStory, before: Severity, now: Option<Severity>) {
    if rule(finding.rule).is_some_and(|r| matches!(r.check, Check::History(_))) {
        return;
    }
    let Some(okep) = story.okeps.iter_mut().find(|o| finding.okep.as_ref() == Some(&o.path)) else { return };
    let counts = &mut okep.now;
    let count = match before {
        Severity::Error => &mut counts.errors,
        Severity::Warning => &mut counts.warnings,
        Severity::Hint => &mut counts.hints,
    };
    *count = count.saturating_sub(1);
    now.into_iter().for_each(|severity| counts.add(severity));
}
