//! The template of a tree and its past: what OKEPs are held to, and were held to when they landed.

use crate::audit::NeedsHistory;
use crate::okep::prompts::Prompts;
use crate::okep::proposal::Okep;
use crate::okep::requirements::Requirements;
use crate::okep::snapshot::Snapshot;
use crate::okep::template::Template;
use crate::okep::template_history::{LandedUnder, TemplateHistory, TemplateRevision};
use crate::rules::context::OkepContext;
use crate::rules::finding::{Finding, Severity};
use crate::rules::{Check, Demand, RULES, Rule};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

/// The template and its revisions, as rule books.
pub struct TemplateTimeline {
    /// The template at hand: without a past, and with the earlier wordings of its sections; each with its own prompts,
    /// and with those of all revisions.
    present: [[Requirements; 2]; 2],
    /// The revisions on the first-parent line, oldest first.
    revisions: Arc<Vec<TemplateRevision>>,
    /// For each revision its rule book, made when a finding asks for it.
    books: Vec<OnceLock<Requirements>>,
    /// For each revision its sections by their present names.
    sections: Vec<HashSet<String>>,
    /// For each revision the first one of those just before it that demand the same.
    same_as: Vec<usize>,
    /// Which revision the template at hand is; none for an edit of it, or a later one.
    at_hand: Option<usize>,
}

impl TemplateTimeline {
    /// A template and its past as one history has it; the first one asked knows the template as its last one.
    pub fn by(template: &Template, history: Option<&TemplateHistory>, is_first: bool) -> Self {
        let revisions = history.map(|history| history.templates.clone()).unwrap_or_default();
        let is_same = |at: &usize| is_same(&revisions[*at], template);
        let asked = if is_first { 1 } else { revisions.len() };
        let at_hand = (0..revisions.len()).rev().take(asked).find(is_same);
        let bare = Requirements::new(template, None, &[], template.prompts().clone());
        let mut prompts = Prompts::default();
        prompts.add(&bare.prompts);
        revisions.iter().for_each(|r| prompts.add(r.template.prompts()));
        let at = at_hand.map(|at| &revisions[at].revision);
        let before = &revisions[..at_hand.unwrap_or(revisions.len())];
        let now = Requirements::new(template, at, before, bare.prompts.clone());
        let prompts = Arc::new(prompts);
        let books = revisions.iter().map(|_| OnceLock::new()).collect();
        let present = |name| now.current_of(name).to_owned();
        let sections = revisions.iter().map(|r| r.template.names().map(present).collect()).collect();
        let mut same_as: Vec<usize> = Vec::with_capacity(revisions.len());
        for (at, revision) in revisions.iter().enumerate() {
            let before = at.checked_sub(1).filter(|b| revisions[*b].template.demands_as(&revision.template));
            same_as.push(before.map_or(at, |before| same_as[before]));
        }
        TemplateTimeline {
            present: [bare, now].map(|book| [book.clone(), book.with_prompts(&prompts)]),
            revisions,
            books,
            sections,
            same_as,
            at_hand,
        }
    }

    /// The past of a snapshot's template, as far as the history that is asked first has it.
    pub fn of(snapshot: &Snapshot, history: Option<&TemplateHistory>) -> TemplateTimeline {
        TemplateTimeline::by(&snapshot.template, history, true)
    }

    /// What is found in one OKEP; `landed` is none for an OKEP that has not landed.
    ///
    /// Those that it had `before` an edit of it keep their severity, so that earlier revisions of the template are
    /// asked about new ones only.
    pub fn findings(&self, okep: &Okep, landed: Option<LandedUnder>, before: &[&Finding]) -> OkepFindings {
        let (context, needs_history) = self.context(okep);
        let mut findings: Vec<Finding> = check(&context, Rule::is_of_template).collect();
        findings.extend(check(&context, |rule| !rule.is_of_template()));
        if let Some(landed) = landed {
            let mut earlier = Earlier::default();
            for finding in findings.iter_mut().filter(|f| may_be_younger(f)) {
                match before.iter().find(|was| was.rule == finding.rule && was.subject == finding.subject) {
                    Some(was) => finding.severity = was.severity,
                    None => self.grandfather(finding, okep, landed, &mut earlier),
                }
            }
        }
        (findings, needs_history)
    }

    /// An OKEP next to what it is held to, and whether history could say more about it.
    ///
    /// The past is asked only where the document itself gives cause, so that what is said of one OKEP hangs
    /// neither on others nor on whether somebody else had history read.
    fn context<'a>(&'a self, okep: &'a Okep) -> (OkepContext<'a>, Option<NeedsHistory>) {
        let bare = OkepContext::new(okep, &self.present[0][0]);
        let needs_history = needs_history(&bare);
        let Some(needs) = needs_history.as_ref().filter(|_| !self.revisions.is_empty()) else {
            return (bare, needs_history);
        };
        let of_sections = &self.present[usize::from(needs.unmet_requirement)];
        (bare.with_requirements(&of_sections[usize::from(needs.near_a_prompt)]), needs_history)
    }

    /// Calls `look` with an OKEP as its findings were found.
    pub fn with_context<T>(&self, okep: &Okep, look: impl FnOnce(&OkepContext) -> T) -> T {
        match self.revisions.is_empty() {
            true => look(&OkepContext::new(okep, &self.present[0][0])),
            false => look(&self.context(okep).0),
        }
    }

    /// Turns a finding into a hint where the template in force when the OKEP landed did not ask for it, or may
    /// not have.
    fn grandfather<'a>(
        &'a self,
        finding: &mut Finding,
        okep: &'a Okep,
        landed: LandedUnder,
        earlier: &mut Earlier<'a>,
    ) {
        let (last, now) = (self.at_hand.unwrap_or(self.revisions.len()), &self.present[1][0]);
        let is_built_in = now.template.path.is_none();
        // Without a template the outline built into okep is in force, as it is now.
        let same = if is_built_in { landed.template.is_none() } else { landed.template == Some(last) };
        if landed.is_known && same {
            return;
        }
        let (id, demand) = (finding.rule, finding.its_rule().demand);
        let of_section = demand == Demand::OfSection;
        if of_section && !now.has_section(&finding.subject) {
            return;
        }
        let subject = now.current_name(&finding.subject);
        let has = |at: usize| self.same_as.get(at).is_some_and(|at| self.sections[*at].contains(&subject));
        // A missing section that the template of the landing did not have is missing since the template has it.
        let is_new = demand == Demand::OfTemplateSection
            && finding.place.is_none()
            && !landed.template.is_some_and(has);
        let asked_by = |revision: usize, earlier: &mut Earlier<'a>| {
            let revision = self.same_as[revision];
            let has_section = demand == Demand::OfTemplate || self.sections[revision].contains(&subject);
            if of_section || !has_section || is_new {
                return has_section;
            }
            let book = || {
                let (r, before) = (&self.revisions[revision], &self.revisions[..revision]);
                Requirements::new(&r.template, Some(&r.revision), before, Arc::default())
            };
            let (contexts, found) = earlier;
            let context = contexts
                .entry(revision)
                .or_insert_with(|| OkepContext::new(okep, self.books[revision].get_or_init(book)));
            let found = found.entry((revision, id)).or_insert_with(|| {
                check(context, |r| r.id == id).map(|f| now.current_name(&f.subject)).collect()
            });
            found.contains(&subject)
        };
        let then = landed.template;
        if then.is_some_and(|then| then >= self.revisions.len() || asked_by(then, earlier)) {
            if !landed.is_known {
                finding.severity = Severity::Hint;
                finding.help.push(MAY_BE_YOUNGER.into());
            }
            return;
        }
        let first = then.map_or(0, |then| then + 1);
        let since = (first..last).find(|revision| asked_by(*revision, earlier)).or(self.at_hand);
        finding.severity = Severity::Hint;
        match since {
            _ if is_built_in || then > Some(last) => finding.help.push(NOT_ASKED_THEN.into()),
            Some(revision) => finding.grandfathered = Some(self.revisions[revision].revision.clone()),
            None => finding.help.push("only this change adds it to the template, so it is a hint".into()),
        }
    }
}

/// The timeline that an OKEP is held to, of those by each of the histories that are asked, and which template was in
/// force when it landed; the first one for an OKEP that has not landed.
pub fn held_to<'t>(
    timelines: &'t [Arc<TemplateTimeline>],
    template_history: Option<&TemplateHistory>,
    snapshot: &Snapshot,
    okep: &Okep,
) -> (&'t Arc<TemplateTimeline>, Option<LandedUnder>) {
    let landed = template_history.and_then(|history| history.landed_as(snapshot, &okep.path));
    landed.map_or((&timelines[0], None), |(at, _, landing)| (&timelines[at], Some(landing.under)))
}

/// The findings about one OKEP, and whether history could say more about them.
type OkepFindings = (Vec<Finding>, Option<NeedsHistory>);

/// An OKEP next to earlier revisions of the template, and what one rule then says of it: subjects by their present names.
type Earlier<'a> = (HashMap<usize, OkepContext<'a>>, HashMap<(usize, &'static str), HashSet<String>>);

/// Whether a revision has the text of a template.
fn is_same(revision: &TemplateRevision, template: &Template) -> bool {
    revision.template.document.text.as_str() == template.document.text.as_str()
}

/// Where the OKEP landed under a later template than the one of its tree.
const NOT_ASKED_THEN: &str = "the template in force when the OKEP landed did not ask for it";

/// Where history does not reach back to the OKEP's landing.
const MAY_BE_YOUNGER: &str =
    "the template may have asked for it only after the OKEP landed: history does not go back that far here";

fn check(context: &OkepContext, wanted: impl Fn(&Rule) -> bool) -> impl Iterator<Item = Finding> {
    let is_known = |rule: &Rule| rule.of_bytes || context.okep.is_text_known();
    let rules = RULES.iter().filter(move |rule| wanted(rule) && is_known(rule));
    let checks = rules.filter_map(|r| if let Check::Okep(check, _) = r.check { Some(check) } else { None });
    checks.flat_map(|check| check.findings(context))
}

/// Whether history could say more about an OKEP than the template at hand.
fn needs_history(context: &OkepContext) -> Option<NeedsHistory> {
    let unmet_requirement = check(context, Rule::is_of_template).next().is_some();
    let near_a_prompt = context.okep.is_text_known() && context.resembles_prompt();
    let path = context.okep.path.clone();
    (unmet_requirement || near_a_prompt).then_some(NeedsHistory { path, unmet_requirement, near_a_prompt })
}

/// Whether an OKEP is held to it only where the template asked for it in its time: a promise in place of
/// a section that was never asked for breaks no rule.
fn may_be_younger(finding: &Finding) -> bool {
    finding.its_rule().demand != Demand::Always
}
