//! Fixes a tree: rounds of proven fixes until nothing is left to fix.
//!
//! The one function that `--diff` and `--fix` share. It is pure; `write` writes the result to disk.

use super::apply::conflict;
use super::compare::FixRejection;
use super::verify::{Proof, VerifiedState, Verifier};
use crate::audit::identity::{path_after, subject_after};
use crate::files::{Note, Tree};
use crate::okep::snapshot::Snapshot;
use crate::okep::template_history::TemplateHistory;
use crate::rules::finding::{Finding, Fix, Rename, Safety};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};

/// Each round leaves fewer findings than there were, so this many are never needed by a fault of the
/// document's, only by one of ours.
const MOST_ROUNDS: usize = 500;

/// What became of a tree.
#[derive(Clone, Default)]
pub struct Fixed {
    /// The tree after all fixes; what did not change is still that of the tree before.
    pub tree: Tree,
    /// The findings whose fixes were carried out, in that order, each as it was found just before.
    pub applied: Vec<Finding>,
    /// The renames among them, in order.
    pub renames: Vec<Rename>,
    /// What is said of the tree now, in the audit's order, without the fixes that failed their proof.
    pub left: Vec<Finding>,
    /// Fixes that failed their proof.
    pub notes: Vec<Note>,
    pub rounds: usize,
    /// The bytes of all documents that were checked, as often as they were.
    pub work: usize,
}

/// Fixes what `wanted` wants and `most` allows of a whole tree, until still.
///
/// `wanted` is asked with the paths that the finding had before any rename.
pub fn fix(
    start: &Snapshot,
    template_history: Option<&TemplateHistory>,
    most: Safety,
    wanted: &dyn Fn(&Finding) -> bool,
) -> Fixed {
    let mut verifier = Verifier::new(start, template_history);
    let state = verifier.check();
    let mut run = EngineRun { state, verifier, most, wanted, fixed: Fixed::default(), refused: Vec::new() };
    while run.fixed.rounds < MOST_ROUNDS && run.round() {
        run.fixed.rounds += 1;
    }
    if run.fixed.rounds == MOST_ROUNDS || run.verifier.is_tired() {
        let message = "not everything could be fixed in one run; run it again";
        run.fixed.notes.push(Note::new("unfinished-fix", message));
    }
    run.end()
}

/// What became of some findings whose fixes were tried.
struct Tried<'f, T> {
    /// Those whose fixes go together, and their proof; none where there are none.
    good: Vec<&'f Finding>,
    proof: Option<T>,
    /// Those whose fixes fail by themselves, and why.
    bad: Vec<(&'f Finding, FixRejection)>,
}

struct EngineRun<'a> {
    verifier: Verifier<'a>,
    state: VerifiedState<'a>,
    most: Safety,
    wanted: &'a dyn Fn(&Finding) -> bool,
    fixed: Fixed,
    /// The findings of this round whose fixes failed.
    refused: Vec<Finding>,
}

impl EngineRun<'_> {
    /// Carries out what can be carried out at once; false where there was nothing.
    fn round(&mut self) -> bool {
        self.fixed.notes.clear();
        self.refused.clear();
        // What is safe comes first: a heading put right may be the section that a skeleton would add.
        let last = |f: &Finding| !f.its_rule().leaves.is_empty();
        let suggested = self.most == Safety::Suggested;
        self.step(&|_, fix| fix.safety == Safety::Safe)
            || (suggested && self.step(&|f, fix| fix.safety == Safety::Suggested && !last(f)))
            || (suggested && self.step(&|f, _| last(f)))
    }

    fn step(&mut self, turn: &dyn Fn(&Finding, &Fix) -> bool) -> bool {
        let is_wanted = |f: &Finding| (self.wanted)(&originally(f, &self.fixed.renames));
        let is_turn = |f: &&Finding| f.fix.as_ref().is_some_and(|fix| turn(f, fix)) && is_wanted(f);
        let mut candidates: Vec<&Finding> = self.state.findings.iter().filter(is_turn).collect();
        while !candidates.is_empty() && !self.verifier.is_tired() {
            let batch = apart(&self.state.snapshot, &candidates);
            let Tried { good, proof, bad } = match self.verifier.together(&self.state, &batch) {
                Ok(proof) => Tried { good: batch, proof: Some(proof), bad: Vec::new() },
                Err(_) => by_page(&self.verifier, &self.state, &batch),
            };
            self.fixed.notes.extend(bad.iter().filter_map(|(finding, rejection)| rejection.note(finding)));
            self.refused.extend(bad.iter().map(|(finding, _)| (*finding).clone()));
            if let Some(proof) = proof {
                let renames = good.iter().flat_map(|f| &f.fix).flat_map(|fix| fix.renames.clone());
                self.fixed.renames.extend(renames);
                self.fixed.applied.extend(good.into_iter().cloned());
                self.state = self.verifier.state(proof, &self.state);
                return true;
            }
            candidates.retain(|c| !bad.iter().any(|(finding, _)| std::ptr::eq(*finding, *c)));
        }
        false
    }

    fn end(self) -> Fixed {
        let tree = self.state.snapshot.tree.clone();
        let mut left = self.state.findings.into_owned();
        left.iter_mut().filter(|f| self.refused.contains(f)).for_each(|f| f.fix = None);
        Fixed { tree, left, work: self.verifier.work(), ..self.fixed }
    }
}

/// Tries the fixes of each page by themselves first, so that one that fails costs the others nothing.
fn by_page<'f>(verifier: &Verifier, state: &VerifiedState, batch: &[&'f Finding]) -> Tried<'f, Proof> {
    let mut batch = batch.to_vec();
    batch.sort_by(|a, b| a.path.cmp(&b.path));
    let pages: Vec<&[&Finding]> = batch.chunk_by(|a, b| a.path == b.path).collect();
    let alone = |group: &[&Finding]| verifier.alone(state, group);
    let tried = pages.into_par_iter().map(|page| fitting(verifier, state, page.to_vec(), alone));
    let (good, bad): (Vec<_>, Vec<_>) = tried.map(|page| (page.good, page.bad)).unzip();
    let rest = fitting(verifier, state, good.concat(), |group| verifier.together(state, group));
    Tried { bad: bad.into_iter().flatten().chain(rest.bad).collect(), ..rest }
}

/// As many findings as `fit` together: all of them, or else one after the other.
fn fitting<'f, T>(
    verifier: &Verifier,
    state: &VerifiedState,
    findings: Vec<&'f Finding>,
    fit: impl Fn(&[&Finding]) -> Result<T, FixRejection>,
) -> Tried<'f, T> {
    let mut tried = Tried { good: Vec::new(), proof: None, bad: Vec::new() };
    if findings.len() > 1
        && let Ok(proof) = fit(&findings)
    {
        return Tried { good: findings, proof: Some(proof), ..tried };
    }
    for finding in findings.into_iter().take_while(|_| !verifier.is_tired()) {
        tried.good.push(finding);
        match fit(&tried.good) {
            Ok(proof) => tried.proof = Some(proof),
            Err(reason) => {
                tried.good.pop();
                // One that is good by itself has its turn in another round.
                let is_first = tried.good.is_empty();
                let alone = if is_first { Err(reason) } else { verifier.alone(state, &[finding]) };
                tried.bad.extend(alone.err().map(|reason| (finding, reason)));
            }
        }
    }
    tried
}

/// More fixes of one file than this wait for another round: each is held against all others.
const MOST_OF_A_FILE: usize = 1_000;

/// The first of the findings, and each further one whose fix is in no one's way.
fn apart<'f>(snapshot: &Snapshot, candidates: &[&'f Finding]) -> Vec<&'f Finding> {
    let mut batch: Vec<&Finding> = Vec::new();
    // Only fixes that speak of one file, or of one OKEP, can be in each other's way.
    let mut of_file: HashMap<&str, Vec<usize>> = HashMap::new();
    for candidate in candidates {
        let Some(fix) = &candidate.fix else { continue };
        let in_the_way = |other: &usize| {
            let other = batch[*other];
            let theirs = other.fix.as_ref().expect("only what has a fix is in a batch");
            // A fix that speaks of a file by its path goes stale when the file is renamed.
            let one_moves = !fix.renames.is_empty() || !theirs.renames.is_empty();
            let conflicts = conflict(fix, theirs)
                && !(entered(candidate).is_some() && entered(candidate) == entered(other));
            conflicts || (one_moves && candidate.okep.is_some() && candidate.okep == other.okep)
        };
        // What the fix edits or renames, and the OKEP that it is about.
        let files: BTreeSet<&str> = fix.paths().chain(candidate.okep.as_deref()).collect();
        let waits = |file: &&str| {
            let others = of_file.get(file).map(Vec::as_slice).unwrap_or_default();
            others.len() >= MOST_OF_A_FILE || others.iter().any(in_the_way)
        };
        if !files.iter().any(waits) {
            files.into_iter().for_each(|file| of_file.entry(file).or_default().push(batch.len()));
            batch.push(candidate);
        }
    }
    // Entries that come to one place of a register come in the order that the register has.
    let order = |f: &&Finding| {
        let number = f.okep.as_deref().and_then(|path| snapshot.number_of(path)).map_or(-1, i128::from);
        if falling(snapshot, &f.path) { -number } else { number }
    };
    batch.sort_by_key(order);
    batch
}

/// The place of a register at which a fix puts in a line, where that is all it does.
fn entered(finding: &Finding) -> Option<(&str, usize)> {
    let fix = finding.fix.as_ref().filter(|fix| fix.edits.len() == 1 && fix.renames.is_empty())?;
    let edit = fix.edits.first().filter(|edit| edit.start == edit.end)?;
    (finding.okep.as_deref() != Some(&edit.path)).then_some((&edit.path, edit.start))
}

/// Whether a register has the highest number first.
fn falling(snapshot: &Snapshot, register: &str) -> bool {
    let landing = snapshot.landing.as_ref().filter(|l| l.path == register);
    let docs: Vec<&str> = match landing {
        Some(landing) => landing.entries.iter().map(|e| e.doc.as_str()).collect(),
        None => {
            let entries = snapshot.site.iter().flat_map(|site| site.nav.entries());
            entries.filter_map(|e| e.doc.as_deref()).collect()
        }
    };
    let numbers: Vec<u64> = docs.into_iter().filter_map(|doc| snapshot.number_of(doc)).collect();
    numbers.len() > 1 && numbers.is_sorted_by(|a, b| a > b)
}

/// A finding under the paths that were before the renames.
fn originally(finding: &Finding, renames: &[Rename]) -> Finding {
    let back: Vec<Rename> =
        renames.iter().rev().map(|r| Rename { from: r.to.clone(), to: r.from.clone() }).collect();
    let mut original = finding.clone();
    if !back.is_empty() {
        original.okep = finding.okep.as_deref().map(|path| path_after(path, &back));
        original.subject = subject_after(&finding.subject, &back);
        original.path = path_after(&finding.path, &back);
    }
    original
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Layout;
    use crate::okep::snapshot::Parsed;

    /// Fixes a `nav` in which two OKEPs of four are missing, and compares the entries.
    #[track_caller]
    fn check(nav: [u64; 2], expected: [u64; 4]) {
        let entry = |number: &u64| format!("    - A: okeps/okep-{number}-a.md\n");
        let config = |numbers: &[u64]| {
            format!("site_name: x\nnav:\n  - OKEPs:\n{}", numbers.iter().map(entry).collect::<String>())
        };
        let mut tree = Tree::default();
        tree.insert("docs/okeps/okep-0-template.md", &b"# OKEP-0: T\n\n## Goals\n"[..]);
        for number in expected {
            let text = format!("# OKEP-{number}: A\n\n## Goals\n\nx\n");
            tree.insert(format!("docs/okeps/okep-{number}-a.md"), text.as_bytes());
        }
        tree.insert("mkdocs.yml", config(&nav).as_bytes());
        let snapshot = Snapshot::new(&tree, &Layout::default(), &Parsed::default());
        let fixed = fix(&snapshot, None, Safety::Safe, &|finding| finding.rule == "not-in-nav").tree;
        let found = fixed.bytes("mkdocs.yml").expect("it is there");
        assert_eq!(String::from_utf8_lossy(&found), config(&expected));
    }

    #[test]
    fn several_entries_at_one_place_keep_the_order_of_the_others() {
        check([1, 2], [1, 2, 3, 4]);
        check([2, 1], [4, 3, 2, 1]);
    }
}
