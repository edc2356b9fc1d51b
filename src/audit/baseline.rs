//! What is new: the findings of a state without those that were there before.
//!
//! A finding's identity is (rule, OKEP, subject), never a line: it survives edits, and an OKEP that
//! changed its name is known by its number. A number that several carry is one finding, whichever of
//! them it is reported for.

use crate::audit::Verdict;
use crate::audit::identity::{Identity, OkepKey};
use crate::audit::policy::Policy;
use crate::audit::report::{Baseline, Reported};
use crate::audit::target::{CheckStates, State};
use crate::files::Note;
use crate::git::Id;
use crate::okep::lineage::{PathAndContent, renames};
use crate::okep::snapshot::Snapshot;
use crate::okep::template_history::TemplateHistory;
use crate::rules::finding::Finding;
use std::collections::HashMap;

/// The findings of a state that count, each marked as new or existing where the audit compares.
#[derive(Debug)]
pub struct Compared {
    pub findings: Vec<Reported>,
    /// What is suppressed.
    pub excepted: Vec<Finding>,
    pub notes: Vec<Note>,
}

impl Compared {
    /// Compares the verdict of a state, the first of `verdicts`, with those of the states `before`.
    ///
    /// What a state suppressed was not there for anybody, so that it is new where the suppression goes. A
    /// rule that was off, or milder, had its findings all the same.
    pub fn of(states: &CheckStates, verdicts: &[Verdict], history: Option<&TemplateHistory>) -> Self {
        let CheckStates { target, now, before } = states;
        let mut notes: Vec<Note> = history.map(|h| h.notes.clone()).unwrap_or_default();
        let all = &verdicts[0].findings;
        let policy = Policy::of(&now.config, &now.snapshot, all);
        let (excepted, allowed) = policy.split(all, &now.snapshot);
        notes.extend(policy.notes(all, &excepted, &now.snapshot));
        let baseline = target.compares.then_some(Baseline::New);
        let weighed = allowed.into_iter().filter_map(|finding| policy.weighed(finding));
        let mut findings: Vec<Reported> = weighed.map(|finding| Reported { finding, baseline }).collect();
        for (state, verdict) in before.iter().zip(&verdicts[1..]) {
            let policy = Policy::of(&state.config, &state.snapshot, &verdict.findings);
            let (_, existing) = policy.split(&verdict.findings, &state.snapshot);
            let compared = compare(findings.iter().map(|r| &r.finding), &existing, &new_names(state, now));
            for (reported, compared) in findings.iter_mut().zip(compared) {
                if compared == Baseline::Existing || is_unknown(&state.snapshot, &reported.finding) {
                    reported.baseline = Some(Baseline::Existing);
                }
            }
        }
        Compared { findings, excepted, notes }
    }

    /// Whether there is a new finding about an OKEP that may be grandfathered.
    pub fn has_new_requirement(&self, okep: &str) -> bool {
        self.findings.iter().any(|Reported { finding, baseline }| {
            *baseline == Some(Baseline::New)
                && finding.okep.as_deref() == Some(okep)
                && finding.its_rule().is_of_template()
        })
    }
}

/// Whether the OKEP of a finding is in a state before, and its text is not: a Git LFS pointer has none, and what is new
/// is unknown.
fn is_unknown(before: &Snapshot, finding: &Finding) -> bool {
    finding.okep.as_ref().is_some_and(|path| {
        before.contains(path) && before.okep(path).is_none() && before.document(path).is_none()
    })
}

/// For each OKEP that has another path since, that path.
pub type NewNames = HashMap<String, String>;

fn new_names(before: &State, now: &State) -> NewNames {
    let removed = lacking(&before.snapshot, &now.snapshot);
    if removed.is_empty() {
        return NewNames::new();
    }
    renamed(&removed, &lacking(&now.snapshot, &before.snapshot))
}

/// The OKEPs of a snapshot that the `other` does not have, by path and content.
fn lacking<'a>(snapshot: &'a Snapshot, other: &Snapshot) -> Vec<PathAndContent<'a, Id>> {
    let lacking = snapshot.okeps.iter().filter(|okep| other.okep(&okep.path).is_none());
    lacking.map(|okep| (okep.path.as_str(), snapshot.tree.id(&okep.path))).collect()
}

fn renamed(removed: &[PathAndContent<Id>], added: &[PathAndContent<Id>]) -> NewNames {
    let found = added.iter().zip(renames(removed, added));
    found.filter_map(|((new, _), old)| Some((removed[old?].0.to_owned(), (*new).to_owned()))).collect()
}

/// For each finding, whether `before` has it too; `new_names` are those of the state that was checked.
///
/// Of several findings of one identity, as many are existing as there were before, the first ones.
pub fn compare<'a>(
    findings: impl IntoIterator<Item = &'a Finding>,
    before: &[Finding],
    new_names: &NewNames,
) -> Vec<Baseline> {
    let now = |finding: &Finding| {
        // A number that several OKEPs have is one finding, whichever of them it names.
        let shared = finding.subject.parse().ok().filter(|_| finding.rule == SHARED).map(OkepKey::Number);
        let new_name = |path: &str| new_names.get(path).map_or(path, String::as_str).to_owned();
        Identity::of(finding, |path| shared.unwrap_or_else(|| OkepKey::Path(new_name(path))), str::to_owned)
    };
    let mut known: HashMap<Identity, usize> = HashMap::new();
    for finding in before {
        *known.entry(now(finding)).or_insert(0) += 1;
    }
    let compared = |finding| match known.get_mut(&now(finding)).filter(|n| **n > 0) {
        Some(n) => {
            *n -= 1;
            Baseline::Existing
        }
        None => Baseline::New,
    };
    findings.into_iter().map(compared).collect()
}

/// The rule whose findings are about several OKEPs at once.
const SHARED: &str = "duplicate-number";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::File;
    use std::collections::BTreeSet;

    const A: &str = "docs/okeps/okep-7-a.md";
    const B: &str = "docs/okeps/okep-8-b.md";

    fn finding(rule: &'static str, okep: &str, subject: &str) -> Finding {
        let rule = crate::rules::rule(rule).expect("it is a rule");
        rule.about(Some(okep), okep, subject, String::new())
    }

    fn section(okep: &str, subject: &str) -> Finding {
        finding("missing-section", okep, subject)
    }

    /// The OKEPs of `one` that `other` has no finding about.
    fn lacking<'a>(one: &'a [Finding], other: &[Finding]) -> Vec<PathAndContent<'a, Id>> {
        let lacks = |path: &&str| other.iter().all(|finding| finding.okep.as_deref() != Some(*path));
        let paths: BTreeSet<&str> = one.iter().filter_map(|finding| finding.okep.as_deref()).collect();
        paths.into_iter().filter(lacks).map(|path| (path, None)).collect()
    }

    /// `expected` has a letter for each finding: `e` for an existing one, `n` for a new one.
    #[track_caller]
    fn check(before: &[Finding], findings: &[Finding], expected: &str) {
        let names = renamed(&lacking(before, findings), &lacking(findings, before));
        let compared = compare(findings, before, &names);
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
        // Where the old file is still there, the other one is new.
        check(&[section(A, "Goals")], &[section(A, "Goals"), section(renamed, "Goals")], "en");
    }

    #[test]
    fn a_renumbered_okep_is_known_by_its_text_or_as_the_only_one() {
        let (c, d) = ("docs/okeps/okep-9-c.md", "docs/okeps/okep-10-d.md");
        check(&[section(A, "Goals")], &[section(c, "Goals")], "e");
        let (before, now) =
            ([section(A, "Goals"), section(B, "Risks")], [section(c, "Risks"), section(d, "Goals")]);
        check(&before, &now, "nn");
        let [one, two] = ["1", "2"].map(|content| File::new(content.as_bytes()).id);
        let (removed, added) = ([(A, one), (B, two)], [(c, two), (d, one)]);
        let names = renamed(&removed, &added);
        assert_eq!(compare(&now, &before, &names), [Baseline::Existing, Baseline::Existing]);
    }

    #[test]
    fn a_number_of_several_okeps_is_the_same_whichever_is_named() {
        check(&[finding(SHARED, A, "7")], &[finding(SHARED, B, "7")], "e");
        check(&[finding(SHARED, A, "7")], &[finding(SHARED, B, "8")], "n");
        check(&[finding(SHARED, A, "7")], &[finding(SHARED, A, "7"), finding(SHARED, B, "7")], "en");
    }
}
