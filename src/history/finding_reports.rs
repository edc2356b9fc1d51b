//! The report on each finding: since when, by which author, and why; and what the rules about history find in landings and
//! in commits, of which a tree alone knows nothing.

use super::found::{FileAt, RecordedFinding};
use super::okep_spans::OkepSpan;
use super::report::{FindingCause, FindingStory};
use super::reporter::Reporter;
use super::timeline::FindingSpan;
use super::verdicts::{FindingId, RecordedOf};
use crate::audit::of_history;
use crate::git::graph::NONE;
use crate::rules::event::{Event, PullRequest};
use crate::rules::finding::Finding;
use crate::rules::{Check, is_of_okep, rule};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};

impl Reporter<'_> {
    pub fn findings(&self, spans: &[FindingSpan]) -> Vec<FindingStory> {
        let states = |span: &FindingSpan| [span.introduced, self.still(span)].map(|at| self.line.state(at));
        let wanted = spans.iter().flat_map(|span| states(span).map(|state| (state, span.mark.who)));
        let recorded = self.verdicts.recorded_of(wanted);
        spans.iter().map(|span| self.finding(span, &recorded)).collect()
    }

    /// The last place of the line that has a finding, unless its file could not be read there.
    fn still(&self, span: &FindingSpan) -> usize {
        span.fixed.map_or(self.line.last(), |(at, _)| at - 1)
    }

    fn finding(&self, span: &FindingSpan, recorded: &RecordedOf) -> FindingStory {
        let FindingId { topic, who, nth } = span.mark;
        let recorded_at = |at: usize| {
            let recorded = recorded.get(&(self.line.state(at), who))?.iter();
            recorded.filter(|finding| finding.topic == topic).nth(nth as usize).copied()
        };
        let first = recorded_at(span.introduced).expect("it is there where it was introduced");
        let last = recorded_at(self.still(span)).unwrap_or(first);
        let end = span.fixed.map_or(self.line.last(), |(at, _)| at);
        let mut cause = self.cause(span, first);
        let mut introduced = span.written.map(|written| self.moment(span.introduced, written));
        // What first shows in a merge is the work of neither side.
        let merge = span.written.filter(|written| self.line.walk.graph.parents(*written).len() > 1);
        if let (Some(merge), Some(introduced)) = (merge, &mut introduced) {
            let is_template = cause == FindingCause::Template;
            let change = self.on_branch(merge, span, is_template);
            change.into_iter().for_each(|change| introduced.author = self.info(change).author.clone());
            cause = if is_template { cause } else { FindingCause::Merge };
        }
        let (number, okep) = self.about(who);
        FindingStory {
            rule: self.verdicts.topic(topic).rule,
            severity: last.severity,
            number,
            okep,
            path: self.verdicts.path(last.path).to_owned(),
            subject: last.subject.clone(),
            cause,
            age_days: introduced.as_ref().and_then(|_| self.days(span.introduced, end)),
            introduced,
            fixed: span.fixed.map(|(at, fixed)| self.moment(at, fixed)),
        }
    }

    /// The last commit of the merged branch that changed the OKEP, else any file that is checked; the template where a
    /// finding is by that.
    fn on_branch(&self, merge: u32, span: &FindingSpan, is_template: bool) -> Option<u32> {
        let held = |commit: u32| self.line.walk.held[commit as usize];
        let template = |commit: u32| self.verdicts.of_commit(commit)?.template;
        let files = |commit: u32| self.files(self.verdicts.state_of(commit), span.mark.who);
        let of_text = |commit: u32, parent: u32| match is_template {
            _ if held(commit) == held(parent) => false,
            true => template(commit) != template(parent),
            false => files(commit) != files(parent),
        };
        let last = self.line.merged_change(merge, span.introduced, of_text);
        let of_any = |commit: u32, parent: u32| !is_template && held(commit) != held(parent);
        last.or_else(|| self.line.merged_change(merge, span.introduced, of_any))
    }

    fn cause(&self, span: &FindingSpan, recorded: &RecordedFinding) -> FindingCause {
        let topic = self.verdicts.topic(span.mark.topic);
        if topic.registration {
            return FindingCause::Registration;
        }
        if rule(topic.rule).is_some_and(|r| matches!(r.check, Check::Links(..))) {
            let page = |at: usize| Some(self.verdicts.file_at(self.line.state(at), recorded.path)?.blob);
            let same = span.introduced > 0
                && page(span.introduced).is_some()
                && page(span.introduced) == page(span.introduced - 1);
            return if same { FindingCause::Tree } else { FindingCause::Document };
        }
        let by_template = span.introduced > 0 && is_of_okep(topic.rule) && {
            let (now, before) = (self.line.state(span.introduced), self.line.state(span.introduced - 1));
            let verdict = |state: usize| self.verdicts.state(state);
            let template = |state: usize| verdict(state).map(|v| (v.template, &v.templates_before));
            template(now) != template(before)
                && self.files(now, span.mark.who) == self.files(before, span.mark.who)
        };
        if recorded.grandfathered || by_template { FindingCause::Template } else { FindingCause::Document }
    }

    /// The files of an OKEP in a state.
    pub fn files(&self, state: usize, who: u32) -> Vec<FileAt> {
        let listed = self.verdicts.okeps(state).iter().filter(|listed| listed.who == who);
        listed.filter_map(|listed| self.verdicts.file_at(state, listed.path)).collect()
    }

    /// What the rules about history find in the landings.
    pub fn of_landings(&self, spans: &[OkepSpan]) -> Vec<FindingStory> {
        let mut findings = Vec::new();
        for span in spans {
            let (Some(landed), Some(path)) = (self.landed_with(span), span.paths.first()) else { continue };
            let facts = self.verdicts.facts(self.line.state(span.added), *path);
            let event = Event::Landed {
                path: self.verdicts.path(*path),
                number: self.about(span.who).0,
                issue: facts.and_then(|facts| facts.issue),
                pull_request: PullRequest::of(&self.info(landed).subject),
            };
            let (who, moment) = (Some(span.who), (span.added, span.written));
            let stories = of_history(&event).into_iter();
            findings.extend(stories.map(|finding| self.story(&finding, who, moment, span.removed)));
        }
        findings
    }

    /// What the rules about history find in the commits of the line and of the branches merged into it.
    pub fn of_commits(&self, spans: &[OkepSpan]) -> Vec<FindingStory> {
        let removed: HashMap<u32, usize> =
            spans.iter().filter_map(|span| Some((span.who, span.removed?))).collect();
        let (walk, line) = (self.line.walk, self.line);
        let is_own = |commit: &u32| {
            let (parents, held) = (walk.graph.parents(*commit), |commit: u32| walk.held[commit as usize]);
            line.merged_with.get(*commit as usize).is_some_and(|at| *at != NONE)
                && parents.len() < 2
                && !walk.graph.is_cut(*commit)
                && parents.first().is_none_or(|parent| held(*parent) != held(*commit))
        };
        let (repo, mailmap) = (self.repo, &self.mailmap);
        let subject = |commit: u32| (commit, repo.commit_info(walk.ids[commit as usize], mailmap).subject);
        let own = (0..walk.ids.len() as u32).into_par_iter().filter(is_own).map(subject);
        let subjects: Vec<(u32, String)> =
            own.filter(|(_, subject)| subject.to_ascii_lowercase().contains("okep")).collect();
        let mut findings = Vec::new();
        for (commit, subject) in subjects {
            let touched = self.touched(commit);
            let paths: Vec<&str> = touched.iter().map(|path| self.verdicts.path(*path)).collect();
            let event = Event::Commit {
                subject: &subject,
                touched: &paths,
                folder: &self.verdicts.found.layout.folder,
            };
            let at = line.merged_with[commit as usize] as usize;
            findings.extend(of_history(&event).iter().map(|finding| {
                let is_about = |path: &&u32| self.verdicts.path(**path) == finding.path;
                let who = touched.iter().find(is_about).and_then(|path| self.who(commit, *path));
                let end = who.and_then(|who| removed.get(&who)).copied();
                self.story(finding, who, (at, Some(commit)), end)
            }));
        }
        findings
    }

    /// The report on such a finding about an OKEP: where the line got it, and by which commit; it ends where the OKEP
    /// is removed.
    fn story(
        &self,
        finding: &Finding,
        who: Option<u32>,
        (at, written): (usize, Option<u32>),
        end: Option<usize>,
    ) -> FindingStory {
        let (number, okep) = who.map_or_else(Default::default, |who| self.about(who));
        FindingStory {
            rule: finding.rule,
            severity: finding.severity,
            number,
            okep,
            path: finding.path.clone(),
            subject: finding.subject.clone(),
            cause: FindingCause::Document,
            introduced: written.map(|written| self.moment(at, written)),
            fixed: end.map(|end| self.moment(end, self.line.commits[end])),
            age_days: self.days(at, end.unwrap_or(self.line.last())),
        }
    }

    /// The OKEP at a path that a commit changed, or removed.
    fn who(&self, commit: u32, path: u32) -> Option<u32> {
        let commits = [Some(commit), self.line.walk.graph.parents(commit).first().copied()];
        let listed = |commit: u32| self.verdicts.okeps(self.verdicts.state_of(commit)).iter();
        commits.into_iter().flatten().flat_map(listed).find(|okep| okep.path == path).map(|okep| okep.who)
    }

    /// The files that a commit changed, by path; none where that is unknown.
    fn touched(&self, commit: u32) -> Vec<u32> {
        let files = |commit: u32| -> Option<BTreeSet<FileAt>> {
            Some(self.verdicts.of_commit(commit)?.files.iter().copied().collect())
        };
        let parent = self.line.walk.graph.parents(commit).first();
        let before = parent.map_or(Some(BTreeSet::new()), |parent| files(*parent));
        let (Some(now), Some(before)) = (files(commit), before) else { return Vec::new() };
        let mut touched: Vec<u32> = now.symmetric_difference(&before).map(|file| file.path).collect();
        touched.sort_by_key(|path| self.verdicts.path(*path));
        touched.dedup();
        touched
    }
}
