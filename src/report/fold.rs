//! Hints that many OKEPs share, printed once with the list of them.
//!
//! Errors and warnings are never folded: each has its place and its remedy.

use super::{BOLD, Terminal, escape_control, held_to_its_time, landed, name, width, write_wrapped};
use crate::audit::report::Report;
use crate::rules::finding::{Finding, Revision, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// Hints are folded from this many OKEPs on.
const MANY: usize = 3;

/// Findings of one rule, and of one revision of the template where that made them hints.
pub(super) struct Fold<'a> {
    rule: &'static str,
    since: Option<&'a Revision>,
    findings: Vec<&'a Finding>,
}

/// Splits `findings` into what is told one by one and what is folded, the most frequent fold first.
pub(super) fn fold<'a>(findings: Vec<&'a Finding>) -> (Vec<&'a Finding>, Vec<Fold<'a>>) {
    type Key<'a> = (&'static str, Option<&'a Revision>);
    let mut shared: BTreeMap<Key, Vec<&Finding>> = BTreeMap::new();
    for &finding in findings.iter().filter(|f| f.severity == Severity::Hint && f.okep.is_some()) {
        shared.entry((finding.rule, finding.grandfathered.as_ref())).or_default().push(finding);
    }
    shared.retain(|_, found| found.iter().map(|f| &f.okep).collect::<BTreeSet<_>>().len() >= MANY);
    let is_shared = |f: &Finding| {
        f.severity == Severity::Hint
            && f.okep.is_some()
            && shared.contains_key(&(f.rule, f.grandfathered.as_ref()))
    };
    let single = findings.into_iter().filter(|f| !is_shared(f)).collect();
    let mut folds: Vec<Fold> =
        (shared.into_iter()).map(|((rule, since), findings)| Fold { rule, since, findings }).collect();
    folds.sort_by_key(|f| std::cmp::Reverse(f.findings.len()));
    (single, folds)
}

impl Fold<'_> {
    /// The fold as lines: the rule, then each message with the OKEPs it was said of.
    pub(super) fn write(&self, out: &mut String, report: &Report, terminal: &Terminal) {
        let okeps: BTreeSet<_> = self.findings.iter().map(|f| &f.okep).collect();
        let mut by_message: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in &self.findings {
            by_message.entry(&finding.message).or_default().push(finding);
        }
        let mut messages: Vec<_> = by_message.into_iter().collect();
        messages.sort_by_key(|(_, found)| std::cmp::Reverse(found.len()));
        let tag = format!("hint[{}]", self.rule);
        let times = match self.findings.len() {
            n if n == okeps.len() => format!("in {n} OKEPs"),
            n => format!("{n} times in {} OKEPs", okeps.len()),
        };
        out.push_str(&format!("{}  {times}\n", terminal.paint(Terminal::severity(Severity::Hint), &tag)));
        for (message, found) in &messages {
            let mut places: Vec<String> = found.iter().map(|f| place(f, report)).collect();
            places.dedup();
            let message = escape_control(message);
            let list = places.join(", ");
            if width(&message) + width(&list) + 6 <= terminal.width {
                out.push_str(&format!("    {message}: {list}\n"));
            } else {
                write_wrapped(out, 4, "", BOLD, &format!("{message}:"), terminal);
                write_wrapped(out, 8, "", BOLD, &list, terminal);
            }
        }
        self.write_remedies(out, report, terminal);
    }

    fn write_remedies(&self, out: &mut String, report: &Report, terminal: &Terminal) {
        if let Some(revision) = self.since {
            let landed = match self.findings[..] {
                [one] => landed(report, one),
                _ => "these OKEPs landed".to_owned(),
            };
            write_wrapped(out, 4, "hint only: ", BOLD, &held_to_its_time(revision, &landed), terminal);
        }
        let first = &self.findings[0].help;
        if self.findings.iter().all(|f| f.help == *first) {
            for help in first {
                write_wrapped(out, 4, "help: ", BOLD, &escape_control(help), terminal);
            }
        }
        let fixes = self.findings.iter().filter(|f| f.fix.is_some()).count();
        if fixes > 0 {
            let text = format!("{fixes} of {}; `--format full` shows each", self.findings.len());
            write_wrapped(out, 4, "fixes: ", BOLD, &text, terminal);
        }
    }
}

/// `4368`, or `4368:17` where the finding has a line in the OKEP's own file.
fn place(finding: &Finding, report: &Report) -> String {
    let path = finding.okep.as_deref().unwrap_or(&finding.path);
    let name = name(report.okeps.iter().find(|o| o.path == path), path);
    match &finding.place {
        Some(place) if finding.path == path => format!("{name}:{}", place.line),
        _ => name,
    }
}
