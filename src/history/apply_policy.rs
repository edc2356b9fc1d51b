//! What of the open findings counts at the tip, as its `okep.toml` has it.
//!
//! Exceptions in the documents themselves are honoured with each of their versions; the configuration of the
//! past is nobody's any more, and what was fixed stays reported as it was.

use super::report::Story;
use crate::audit::policy::weigh;
use crate::files::{CONFIG, Note};
use crate::okep::config::Config;
use crate::okep::suppressions::Suppression;
use crate::text::path::okep_number;
use std::collections::BTreeMap;

/// Takes away what the configuration excepts, weighs the rest as it says, and tells how much that was.
pub fn ruled(story: &mut Story, config: &Config) {
    let mut changed: BTreeMap<(&str, &str), BTreeMap<&str, usize>> = BTreeMap::new();
    let number_of = |path: &str| okep_number(path, &config.layout.folder);
    let mut findings = std::mem::take(&mut story.findings);
    findings.retain_mut(|finding| {
        if finding.fixed.is_some() {
            return true;
        }
        let (rule, before, okep) = (finding.rule, finding.severity, finding.okep.as_deref());
        let excepts = |e: &Suppression| e.covers_at(rule, &finding.subject, &finding.path, okep, &number_of);
        let (what, now) = match weigh(&config.levels, rule, before) {
            _ if config.suppressions.iter().any(excepts) => (EXCEPTED, None),
            None => (OFF, None),
            Some(severity) if severity != before => (WEIGHED, Some(severity)),
            Some(_) => return true,
        };
        *changed.entry(what).or_default().entry(rule).or_default() += 1;
        // The numbers of its OKEP change with it.
        if let Some(okep) = story.okeps.iter_mut().find(|story| okep == Some(&story.path)) {
            let count = okep.now.of(before);
            *count = count.saturating_sub(1);
            now.into_iter().for_each(|severity| okep.now.add(severity));
        }
        finding.severity = now.unwrap_or(before);
        now.is_some()
    });
    story.findings = findings;
    for ((kind, what), counts) in changed {
        let counts: Vec<String> = counts.iter().map(|(rule, n)| format!("{n} of `{rule}`")).collect();
        story.notes.push(Note::at(kind, CONFIG, format!("{what}: {}", counts.join(", "))));
    }
    story.notes.sort();
}

/// Kinds of notes, and what they say.
const EXCEPTED: (&str, &str) = ("excepted", "open at the tip, suppressed there and not shown");
const OFF: (&str, &str) = ("rule-off", "open at the tip, turned off there and not shown");
const WEIGHED: (&str, &str) = ("severity", "open at the tip, with the severity set there");
