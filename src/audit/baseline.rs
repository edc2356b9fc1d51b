//! What is new: the findings of a state without those that were there before.
//!
//! A finding's identity is (rule, OKEP, subject), never a line: it survives edits, and an OKEP that
//! changed its name is known by its number. A number that several carry is one finding, whichever of
//! them it is reported for.

use crate::audit::Verdict;
use crate::audit::identity::{Identity, Naming, OkepKey, identity};
use crate::audit::policy::{Policy, PolicyOutcome};
use crate::audit::report::Baseline;
use crate::files::Note;
use crate::okep::config::Config;
use crate::okep::snapshot::Snapshot;
use crate::okep::template_history::TemplateHistory;
use crate::rules::finding::Finding;
use crate::rules::rule;
use crate::text::Text;
use crate::text::path::number;
use std::collections::{BTreeSet, HashMap, HashSet};

/// A snapshot and the configuration of its tree.
#[derive(Debug, Clone)]
pub struct State {
    pub snapshot: Snapshot,
    pub config: Config,
}

impl State {
    pub fn template_text(&self) -> &Text {
        &self.snapshot.template.document.text
    }

    pub fn paths(&self) -> HashSet<&str> {
        self.snapshot.okeps.iter().map(|okep| okep.path.as_str()).collect()
    }
}

/// The findings of a state, each marked as new or existing.
#[derive(Debug)]
pub struct Compared {
    pub findings: Vec<Finding>,
    /// For each finding, where the audit compares.
    pub baseline: Vec<Option<Baseline>>,
    pub excepted: Vec<Finding>,
    /// The rules that are off.
    pub off: BTreeSet<&'static str>,
    pub notes: Vec<Note>,
}

impl Compared {
    /// Compares the verdict of a state, the first of `verdicts`, with those of the states `before`.
    ///
    /// What a state suppressed was not there for anybody, so that it is new where the suppression goes. A
    /// rule that was off, or milder, had its findings all the same.
    pub fn of(
        compares: bool,
        now: &State,
        before: &[State],
        verdicts: &[Verdict],
        template_history: Option<&TemplateHistory>,
    ) -> Self {
        let mut notes: Vec<Note> = template_history.map(|h| h.notes.clone()).unwrap_or_default();
        notes.retain(|note| note.kind != "several-templates");
        let all = &verdicts[0].findings;
        let policy = Policy::of(&now.config, &now.snapshot, all);
        let PolicyOutcome { findings, excepted, off, notes: applied } =
            policy.apply(all.clone(), &now.snapshot);
        notes.extend(applied);
        let baseline = vec![compares.then_some(Baseline::New); findings.len()];
        let mut compared = Compared { findings, baseline, excepted, off, notes };
        for (state, verdict) in before.iter().zip(&verdicts[1..]) {
            let policy = Policy::of(&state.config, &state.snapshot, &verdict.findings);
            let existing = policy.allow(verdict.findings.clone(), &state.snapshot);
            compared.mark(now, state, &existing);
        }
        compared
    }

    fn mark(&mut self, now: &State, base: &State, existing: &[Finding]) {
        let compared = compare(&self.findings, &now.paths(), existing, &base.paths());
        for (mark, compared) in self.baseline.iter_mut().zip(compared) {
            if compared == Baseline::Existing {
                *mark = Some(Baseline::Existing);
            }
        }
    }

    /// Whether there is a new finding about an OKEP that may be grandfathered.
    pub fn has_new_requirement(&self, okep: &str) -> bool {
        self.findings.iter().zip(&self.baseline).any(|(finding, baseline)| {
            *baseline == Some(Baseline::New)
                && finding.okep.as_deref() == Some(okep)
                && rule(finding.rule).is_some_and(|r| r.is_of_template())
        })
    }
}

/// For each finding, whether `before` has it too.
///
/// Of several findings of one identity, as many are existing as there were before, the first ones.
/// `paths` are the OKEPs of the state judged, `paths_before` those of the state before.
pub fn compare(
    findings: &[Finding],
    paths: &HashSet<&str>,
    before: &[Finding],
    paths_before: &HashSet<&str>,
) -> Vec<Baseline> {
    let added = paths.difference(paths_before).filter_map(|path| Some((number(path)?, *path))).collect();
    let names = PathsNow { paths, added };
    let mut known: HashMap<Identity, usize> = HashMap::new();
    for finding in before {
        *known.entry(identity(finding, &names)).or_insert(0) += 1;
    }
    findings
        .iter()
        .map(|finding| match known.get_mut(&identity(finding, &names)).filter(|n| **n > 0) {
            Some(n) => {
                *n -= 1;
                Baseline::Existing
            }
            None => Baseline::New,
        })
        .collect()
}

/// What OKEPs are called now: one that is not there any more has the path that was added for its number.
struct PathsNow<'a> {
    paths: &'a HashSet<&'a str>,
    added: HashMap<u64, &'a str>,
}

impl Naming for PathsNow<'_> {
    fn okep(&self, finding: &Finding, path: &str) -> OkepKey {
        let number = number(path);
        match finding.subject.parse().ok().filter(|_| finding.rule == SHARED) {
            Some(number) => OkepKey::Number(number),
            None if self.paths.contains(path) => OkepKey::Path(path.to_owned()),
            None => {
                let now = number.and_then(|number| self.added.get(&number)).copied();
                OkepKey::Path(now.unwrap_or(path).to_owned())
            }
        }
    }
}

/// The rule whose findings are about several OKEPs at once.
const SHARED: &str = "duplicate-number";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::finding::{Detail, Severity};

    const A: &str = "docs/okeps/okep-7-a.md";
    const B: &str = "docs/okeps/okep-8-b.md";

    fn finding(rule: &'static str, okep: &str, subject: &str) -> Finding {
        Finding {
            rule,
            severity: Severity::Error,
            okep: Some(okep.to_owned()),
            path: okep.to_owned(),
            place: None,
            subject: subject.to_owned(),
            message: String::new(),
            help: vec![],
            related: vec![],
            grandfathered: None,
            detail: Detail::None,
            fix: None,
        }
    }

    fn section(okep: &str, subject: &str) -> Finding {
        finding("missing-section", okep, subject)
    }

    fn paths(findings: &[Finding]) -> HashSet<&str> {
        findings.iter().filter_map(|finding| finding.okep.as_deref()).collect()
    }

    /// `expected` has a letter for each finding: `e` for an existing one, `n` for a new one.
    #[track_caller]
    fn check(before: &[Finding], findings: &[Finding], expected: &str) {
        let compared = compare(findings, &paths(findings), before, &paths(before));
        let letters = compared.iter().map(|baseline| match baseline {
            Baseline::Existing => 'e',
            Baseline::New => 'n',
        });
        assert_eq!(letters.collect::<String>(), expected);
    }

    #[test]
    fn rule_okep_and_subject_make_a_finding_the_same() {
        let goals = || section(A, "Goals");
        check(&[goals()], &[goals()], "e");
        check(&[], &[goals()], "n");
        check(&[goals()], &[], "");
        check(&[goals()], &[section(A, "Risks"), section(B, "Goals"), goals()], "nne");
        check(&[goals()], &[finding("empty-section", A, "Goals")], "n");
    }

    #[test]
    fn as_many_alike_are_existing_as_there_were_before() {
        let alike = |count| vec![section(A, "Goals"); count];
        check(&alike(1), &alike(2), "en");
        check(&alike(2), &alike(2), "ee");
        check(&alike(2), &alike(3), "een");
        check(&alike(2), &alike(5), "eennn");
        check(&alike(3), &alike(1), "e");
        check(&[alike(2), vec![section(A, "Risks")]].concat(), &alike(3), "een");
    }

    #[test]
    fn a_renamed_okep_is_known_by_its_number() {
        let renamed = "docs/okeps/okep-7-better-name.md";
        check(&[section(A, "Goals")], &[section(renamed, "Goals"), section(renamed, "Risks")], "en");
        check(&[section(A, "Goals")], &[section("docs/okeps/okep-9-a.md", "Goals")], "n");
        // Where the old file is still there, the other one is new.
        check(&[section(A, "Goals")], &[section(A, "Goals"), section(renamed, "Goals")], "en");
    }

    #[test]
    fn a_number_of_several_okeps_is_the_same_whichever_is_named() {
        check(&[finding(SHARED, A, "7")], &[finding(SHARED, B, "7")], "e");
        check(&[finding(SHARED, A, "7")], &[finding(SHARED, B, "8")], "n");
        check(&[finding(SHARED, A, "7")], &[finding(SHARED, A, "7"), finding(SHARED, B, "7")], "en");
    }
}
