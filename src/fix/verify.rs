//! Proofs of fixes: each is carried out in memory, and the findings before and after are compared.
//!
//! After a fix its finding is gone and no new one has come, but for what it asks the author. A register that it
//! changes is read again: the same but for one entry an edit. A fix that fails is left out, and reported as a bug.

use super::apply::{apply, edited};
use super::compare::{FixRejection, Proven, compare, fails, registers_hold};
use super::plan::plan;
use crate::audit::check::Outcome;
use crate::audit::{AuditCache, TemplateTimeline, held_to, of_links, of_tree, sort};
use crate::files::Note;
use crate::markdown::document::Document;
use crate::okep::proposal::{Okep, OkepText};
use crate::okep::snapshot::Snapshot;
use crate::okep::template_history::TemplateHistory;
use crate::rules::edits::rename::links_hold;
use crate::rules::finding::{Finding, Fix, Rename, Safety};
use crate::rules::page_links::{Linked, claims};
use crate::rules::{Check, is_of_okep};
use crate::text::path::{Role, role};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What does not change while fixes are tried.
pub struct Verifier<'a> {
    /// The state that fixes start from.
    start: &'a Snapshot,
    /// One for each of the histories that are asked.
    timelines: Vec<Arc<TemplateTimeline>>,
    template_history: Option<&'a TemplateHistory>,
    /// What is known of the links of pages.
    cache: AuditCache,
    /// The bytes of all documents that were checked, as often as they were.
    work: AtomicUsize,
    most_work: usize,
}

/// How many bytes of documents are checked at most in one run of the engine: so many, and so many times those there
/// are. Of one document as many are checked to show its fixes, each by itself: one of 50 KiB may have 1,280.
pub const MOST_WORK: usize = 64 << 20;
pub const MOST_TIMES: usize = 64;

/// A tree and what the audit says of it.
pub struct VerifiedState<'s> {
    pub snapshot: Cow<'s, Snapshot>,
    /// All findings, in the audit's order.
    pub findings: Cow<'s, [Finding]>,
}

/// The tree after fixes that are proven together.
pub struct Proof {
    after: Snapshot,
    /// What is found in it, but for documents that are still the same.
    found: Vec<Finding>,
}

impl VerifiedState<'_> {
    /// The findings in a file.
    fn in_file(&self, path: &str) -> &[Finding] {
        let start = self.findings.partition_point(|finding| finding.path.as_str() < path);
        let count = self.findings[start..].partition_point(|finding| finding.path == path);
        &self.findings[start..start + count]
    }
}

/// A checked state that others own, to prove fixes in.
pub fn borrowed<'s>(snapshot: &'s Snapshot, findings: &'s [Finding]) -> VerifiedState<'s> {
    VerifiedState { snapshot: Cow::Borrowed(snapshot), findings: Cow::Borrowed(findings) }
}

/// Plans the fixes of `shown`, which a check found, and removes those that fail their proof.
pub fn verify(outcome: &Outcome, snapshot: &Snapshot, shown: Vec<&mut Finding>) -> Vec<Note> {
    let mut shown: Vec<&mut Finding> = shown.into_iter().filter(|f| f.its_rule().has_fix()).collect();
    if shown.is_empty() {
        return Vec::new();
    }
    let verifier = Verifier::new(snapshot, outcome.template_history.as_ref());
    let state = borrowed(snapshot, &outcome.audited);
    plan(snapshot, &verifier.timelines[0], shown.iter_mut().map(|f| &mut **f).collect());
    verify_planned(&verifier, &state, shown)
}

/// Removes the fixes of `shown` that fail their proof.
fn verify_planned(verifier: &Verifier, state: &VerifiedState, shown: Vec<&mut Finding>) -> Vec<Note> {
    let mut shown: Vec<&mut Finding> = shown.into_iter().filter(|f| f.fix.is_some()).collect();
    let mut notes = limit_work(state, &mut shown);
    let verify = |finding: &mut &mut Finding| {
        let rejection = verifier.alone(state, &[finding]).err()?;
        let note = rejection.note(finding);
        finding.fix = None;
        note
    };
    notes.par_extend(shown.par_iter_mut().filter_map(verify));
    notes.sort();
    notes
}

/// Leaves out the fixes of a document that would take more than [`MOST_WORK`] to prove, and says so.
fn limit_work(state: &VerifiedState, shown: &mut Vec<&mut Finding>) -> Vec<Note> {
    let size = |path: &str| state.snapshot.okep(path).map_or(0, |o| o.document.text.len());
    let mut works: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    shown.retain_mut(|finding| {
        let (work, spared) = works.entry(finding.path.clone()).or_default();
        *work += size(&finding.path);
        let is_spared = *work > MOST_WORK;
        *spared += usize::from(is_spared);
        finding.fix = finding.fix.take().filter(|_| !is_spared);
        !is_spared
    });
    let too_long = works.into_iter().filter(|(_, (_, spared))| *spared > 0);
    let note = |(path, (_, spared)): (String, (usize, usize))| {
        let message = format!("{spared} fixes are left out: the file is too long to verify so many");
        Note::at("too-large", path, message)
    };
    too_long.map(note).collect()
}

impl<'a> Verifier<'a> {
    pub fn new(start: &'a Snapshot, template_history: Option<&'a TemplateHistory>) -> Self {
        let cache = AuditCache::default();
        let timelines = cache.timelines(&start.template, template_history);
        let work = AtomicUsize::default();
        Verifier { start, timelines, template_history, cache, work, most_work: usize::MAX }
    }

    /// The bytes of all documents that were checked so far, as often as they were.
    pub fn work(&self) -> usize {
        self.work.load(Ordering::Relaxed)
    }

    /// Whether everything has been checked that one run may check.
    pub fn is_tired(&self) -> bool {
        self.work() > self.most_work
    }

    /// Checks an OKEP that an edit made; `before` is the state before it.
    fn check_one(&self, okep: &Okep, snapshot: &Snapshot, before: Option<&VerifiedState>) -> Vec<Finding> {
        self.work.fetch_add(okep.document.text.len(), Ordering::Relaxed);
        let before = before.map_or(&[][..], |state| state.in_file(&okep.path));
        let before: Vec<&Finding> = before.iter().filter(|f| is_of_okep(f.rule)).collect();
        let (timeline, landed) = held_to(&self.timelines, self.template_history, snapshot, okep);
        timeline.findings(okep, landed, &before).0
    }

    /// Whether an OKEP's finding has a safe fix of its own.
    fn is_safely_fixed(&self, okep: Option<&Okep>, finding: &Finding) -> bool {
        let (Some(okep), Check::Okep(_, Some(fix))) = (okep, finding.its_rule().check) else {
            return false;
        };
        let fix = self.timelines[0].with_context(okep, |context| fix(context, finding));
        fix.is_some_and(|fix| fix.safety == Safety::Safe)
    }

    /// Checks the state that fixes start from, and plans the fixes of what is found.
    pub fn check(&mut self) -> VerifiedState<'a> {
        let check_one = |okep: &Okep| self.check_one(okep, self.start, None);
        let mut found: Vec<Finding> = self.start.okeps.par_iter().flat_map_iter(check_one).collect();
        found.extend(of_tree(self.start));
        found.extend(of_links(self.start, &self.cache));
        self.most_work = MOST_WORK + MOST_TIMES * self.work();
        self.planned(Cow::Borrowed(self.start), found, Vec::new())
    }

    /// The state that a proof is about; what `before` says of documents that are still the same is taken over.
    pub fn state(&self, proof: Proof, before: &VerifiedState) -> VerifiedState<'static> {
        let Proof { after, mut found } = proof;
        // What earlier templates asked of an OKEP may depend on the edit.
        let has_history = self.template_history.is_some();
        found.retain(|finding| !has_history || !is_of_okep(finding.rule));
        let mut known: Vec<Finding> = Vec::new();
        let mut again: Vec<&Okep> = Vec::new();
        for okep in &after.okeps {
            let here = before.in_file(&okep.path).iter().filter(|f| is_of_okep(f.rule));
            // Where a file may be renamed to depends on the others.
            let renames = || here.clone().any(|f| f.its_rule().renames);
            match is_same(okep, &before.snapshot) {
                true if renames() => again.push(okep),
                true => known.extend(here.cloned()),
                false if has_history => again.push(okep),
                false => {}
            }
        }
        let check_one = |okep: &&Okep| self.check_one(okep, &after, None);
        found.par_extend(again.par_iter().flat_map_iter(check_one));
        self.planned(Cow::Owned(after), found, known)
    }

    fn planned<'s>(
        &self,
        snapshot: Cow<'s, Snapshot>,
        mut new: Vec<Finding>,
        mut known: Vec<Finding>,
    ) -> VerifiedState<'s> {
        plan(&snapshot, &self.timelines[0], new.iter_mut().filter(|f| f.its_rule().has_fix()).collect());
        sort(&mut new);
        // Both are in order by now, so that this only merges them.
        known.extend(new);
        sort(&mut known);
        VerifiedState { snapshot, findings: Cow::Owned(known) }
    }

    /// The proof of the fixes of some findings, all at once.
    ///
    /// # Errors
    /// Why they cannot be carried out together, or what they would break.
    pub fn together(&self, state: &VerifiedState, fixed: &[&Finding]) -> Result<Proof, FixRejection> {
        let fixes: Vec<&Fix> = fixed.iter().filter_map(|f| f.fix.as_ref()).collect();
        // Fixes bend proposals to the rule book, never the rule book.
        let template = state.snapshot.template.path.as_deref();
        if fixes.iter().flat_map(|fix| fix.paths()).any(|path| Some(path) == template) {
            return Err(fails("it would change the template"));
        }
        let tree = apply(&state.snapshot.tree, &fixes).map_err(fails)?;
        let after = state.snapshot.after(&tree);
        let renames: Vec<Rename> = fixes.iter().flat_map(|f| f.renames.clone()).collect();
        let checked_before = |path: &str| {
            let path = renames.iter().find(|r| r.to == path).map_or(path, |r| &r.from);
            state.snapshot.okep(path).is_some()
        };
        // What is said of a document that is the same before and after is the same, and is left out.
        let changed: Vec<&Okep> = after.okeps.iter().filter(|o| !is_same(o, &state.snapshot)).collect();
        let kept = |path: &str| after.okep(path).is_some_and(|okep| is_same(okep, &state.snapshot));
        let is_kept = |f: &&Finding| is_of_okep(f.rule) && f.okep.as_deref().is_some_and(kept);
        let before = state.findings.iter().filter(|f| !is_kept(f));
        let mut found: Vec<Finding> =
            changed.par_iter().flat_map_iter(|okep| self.check_one(okep, &after, Some(state))).collect();
        found.extend(of_tree(&after));
        found.extend(of_links(&after, &self.cache));
        let okep_of = |f: &Finding| after.okep(f.okep.as_deref()?);
        let is_safely_fixed = |f: &Finding| self.is_safely_fixed(okep_of(f), f);
        compare(before.collect(), &found, fixed, &renames, &checked_before, &is_safely_fixed)?;
        registers_hold(&state.snapshot, &after, &fixes)?;
        links_hold(&state.snapshot, &after, &renames).map_err(fails)?;
        Ok(Proof { after, found })
    }

    /// Proves the fix of one finding, or those of one page, without any others.
    ///
    /// # Errors
    /// What they would break.
    pub fn alone(&self, state: &VerifiedState, fixed: &[&Finding]) -> Proven {
        let of_document = self.within_one_document(state, fixed);
        of_document.unwrap_or_else(|| self.together(state, fixed).map(drop))
    }

    /// The same for fixes that edit nothing but one well-named OKEP: no other verdict hangs on its text.
    fn within_one_document(&self, state: &VerifiedState, fixed: &[&Finding]) -> Option<Proven> {
        let fixes: Vec<&Fix> = fixed.iter().map(|finding| finding.fix.as_ref()).collect::<Option<_>>()?;
        let path = fixes.first()?.edits.first()?.path.as_str();
        let stays = |fix: &&Fix| fix.renames.is_empty() && fix.edits.iter().all(|edit| edit.path == path);
        let is_alone = fixes.iter().all(stays)
            && fixed.iter().all(|finding| is_of_okep(finding.rule))
            && role(path, &self.start.layout.folder) == Role::Okep;
        let okep = state.snapshot.okep(path).filter(|_| is_alone)?;
        let bytes = match edited(&state.snapshot.tree, fixes) {
            Ok(mut files) => files.remove(path)?,
            Err(why) => return Some(Err(fails(why))),
        };
        let document = Arc::new(Document::parse(bytes));
        let text = Arc::new(OkepText::new(document.clone(), okep.name.number, &state.snapshot.template));
        let mut okep_after = Okep::new(path, &self.start.layout.folder, move || text.clone());
        okep_after.site = okep.site;
        let mut found = self.check_one(&okep_after, &state.snapshot, Some(state));
        // Of its links, those to headings of its own hang on its text; where others lead has not changed.
        let page = Linked::new(&state.snapshot, okep, &okep.path, &document);
        let here = state.in_file(path);
        let is_of_links = |f: &Finding| matches!(f.its_rule().check, Check::Links(..));
        let was_there = |f: &Finding| here.iter().any(|was| was.rule == f.rule && was.subject == f.subject);
        let kept = claims(&page).into_iter().filter(|c| c.unless.is_empty() || was_there(&c.finding));
        found.extend(kept.map(|claim| claim.finding));
        let before = here.iter().filter(|f| is_of_okep(f.rule) || is_of_links(f)).collect();
        let is_safely_fixed = |f: &Finding| self.is_safely_fixed(Some(&okep_after), f);
        Some(compare(before, &found, fixed, &[], &|_| true, &is_safely_fixed))
    }
}

/// Whether an OKEP is the same document as in the state before.
fn is_same(okep: &Okep, before: &Snapshot) -> bool {
    let was = before.okep(&okep.path);
    was.is_some_and(|was| okep.unchanged || Arc::ptr_eq(&was.document, &okep.document))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::audit;
    use crate::files::{Layout, Tree};
    use crate::okep::snapshot::Parsed;
    use crate::rules::RULES;
    use crate::rules::finding::Edit;

    const NAV: &str =
        "site_name: x\nnav:\n  - OKEPs:\n    - B: okeps/okep-2-b.md\n    - C: okeps/okep-3-c.md\n";

    /// What comes of the proof of a fix for the OKEP's `not-in-nav`, with these edits.
    fn check(edits: &[(&str, &str, &str)], expected: Result<(), &str>) {
        let mut tree = Tree::default();
        for (path, text) in [
            ("docs/okeps/okep-0-template.md", "# OKEP-0: Template\n\n## Goals\n\n## Risks\n"),
            ("docs/okeps/okep-1-a.md", "# OKEP-1: A\n\n## Goals\n\nx\n\n## Risks\n\ny\n"),
            ("docs/okeps/okep-2-b.md", "# OKEP-2: B\n\n## Goals\n\nx\n\n## Risks\n\ny\n"),
            ("docs/okeps/okep-3-c.md", "# OKEP-3: C\n\n## Goals\n\nx\n\n## Risks\n\ny\n"),
            ("mkdocs.yml", NAV),
        ] {
            tree.insert(path, text.as_bytes());
        }
        let (layout, parsed) = (Layout::default(), Parsed::default());
        let snapshot = Snapshot::new(&tree, &layout, &parsed);
        let mut findings = audit(&snapshot, None).findings;
        plan(&snapshot, &TemplateTimeline::of(&snapshot, None), findings.iter_mut().collect());
        let state = borrowed(&snapshot, &findings);
        let mut finding = findings.iter().find(|f| f.rule == "not-in-nav").expect("it is not").clone();
        let edit = |(path, old, new): &(&str, &str, &str)| {
            let text = String::from_utf8_lossy(&tree.bytes(path).expect("it is there")).into_owned();
            let at = text.find(old).expect("it is there");
            Edit::replace(path, at..at + old.len(), *new)
        };
        if !edits.is_empty() {
            finding.fix = Some(Fix::safe("try", edits.iter().map(edit).collect()));
        }
        let mut shown = finding.clone();
        let verifier = Verifier::new(&snapshot, None);
        let notes = verify_planned(&verifier, &state, vec![&mut shown]);
        let notice = notes.first().map_or("", |note| &note.message);
        match expected {
            Ok(()) => assert_eq!((notice, &shown.fix), ("", &finding.fix)),
            Err(reason) => {
                assert!(notice.contains(reason) && notice.contains("bug in okep"), "{notice}");
                assert_eq!(shown.fix, None);
            }
        }
    }

    const OWN: (&str, &str, &str) = ("mkdocs.yml", "    - B", "    - A: okeps/okep-1-a.md\n    - B");

    #[test]
    fn a_fix_that_does_what_it_says_is_proven() {
        check(&[], Ok(()));
        check(&[OWN], Ok(()));
    }

    #[test]
    fn a_fix_that_does_not_help_is_left_out() {
        check(&[("mkdocs.yml", "B:", "Bee:")], Err("would still be there"));
    }

    #[test]
    fn a_fix_that_introduces_something_else_is_left_out() {
        let heading = ("docs/okeps/okep-1-a.md", "## Goals", "Goals");
        check(&[OWN, heading], Err("it would introduce `missing-section` for `Goals`"));
        check(&[("mkdocs.yml", "B: okeps/okep-2-b.md", "A: okeps/okep-1-a.md")], Err("it would introduce"));
    }

    #[test]
    fn a_fix_that_hides_a_heading_is_left_out() {
        let heading = ("docs/okeps/okep-1-a.md", "x\n", "x\n\n```\ny\n");
        check(&[OWN, heading], Err("it would introduce `unclosed-fence`"));
    }

    #[test]
    fn what_would_take_too_long_to_prove_is_left_out_and_said() {
        let path = "docs/okeps/okep-1-a.md";
        let mut tree = Tree::default();
        tree.insert(path, "x".repeat(3 << 20).as_bytes());
        let snapshot = Snapshot::new(&tree, &Layout::default(), &Parsed::default());
        let state = borrowed(&snapshot, &[]);
        let mut finding = RULES[0].about(Some(path), path, "", String::new());
        finding.fix = Some(Fix::safe("try", Vec::new()));
        let mut findings = vec![finding; 30];
        let mut shown: Vec<&mut Finding> = findings.iter_mut().collect();
        let notes = limit_work(&state, &mut shown);
        assert_eq!(shown.len(), 21, "21 times 3 MiB are within 64 MiB");
        let message = "9 fixes are left out: the file is too long to verify so many";
        assert_eq!(notes, [Note::at("too-large", path, message)]);
        assert_eq!(findings.iter().filter(|finding| finding.fix.is_some()).count(), 21);
    }

    #[test]
    fn the_template_and_the_rest_of_the_register_stay_as_they_are() {
        check(&[OWN, ("docs/okeps/okep-0-template.md", "Risks", "Risk")], Err("change the template"));
        check(&[OWN, ("mkdocs.yml", "name: x", "name: y")], Err("something else outside `nav`"));
        check(
            &[("mkdocs.yml", "    - B", "    - A: okeps/okep-1-a.md\n    - D: d.md\n    - B")],
            Err("more than one entry"),
        );
        check(&[("mkdocs.yml", "    - B", "\t- A: okeps/okep-1-a.md\n    - B")], Err("rejected"));
    }

    #[test]
    fn an_edit_outside_its_file_is_left_out() {
        let fix = Fix::safe("try", vec![Edit::insert("docs/okeps/okep-1-a.md", 9999, "x")]);
        assert!(edited(&Tree::default(), [&fix]).is_err());
    }
}
