//! What the rules about history find: in landings and in commits, of which a tree alone knows nothing.

use super::okep_spans::OkepSpan;
use super::report::{FindingCause, FindingStory};
use super::reporter::Reporter;
use crate::audit::of_history;
use crate::git::graph::NONE;
use crate::rules::event::{Event, PullRequest};
use crate::rules::finding::Finding;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};

impl Reporter<'_> {
    /// What the rules about history find in the landings.
    pub fn of_landings(&self, spans: &[OkepSpan]) -> Vec<FindingStory> {
        let mut findings = Vec::new();
        for span in spans {
            let (Some(landed), Some(path)) = (self.landed_with(span), span.paths.first()) else { continue };
            let facts = self.verdicts.facts(self.line.state(span.added), *path);
            let event = Event::Landed {
                path: &self.verdicts.paths[*path as usize],
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
        let own = (0..walk.graph.len() as u32).into_par_iter().filter(is_own).map(subject);
        let subjects: Vec<(u32, String)> =
            own.filter(|(_, subject)| subject.to_ascii_lowercase().contains("okep")).collect();
        let mut findings = Vec::new();
        for (commit, subject) in subjects {
            let touched = self.touched(commit);
            let paths: Vec<&str> =
                touched.iter().map(|path| self.verdicts.paths[*path as usize].as_str()).collect();
            let event = Event::Commit { subject: &subject, touched: &paths, folder: &self.layout.folder };
            let at = line.merged_with[commit as usize] as usize;
            findings.extend(of_history(&event).iter().map(|finding| {
                let is_about = |path: &&u32| self.verdicts.paths[**path as usize] == finding.path;
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
        let verdict = |commit: u32| self.verdicts.state(self.verdicts.state_of(commit));
        let files = |commit: u32| Some(verdict(commit)?.files.iter().copied().collect::<BTreeSet<_>>());
        let before = match self.line.walk.graph.parents(commit).first() {
            Some(parent) => files(*parent),
            None => Some(BTreeSet::new()),
        };
        let (Some(now), Some(before)) = (files(commit), before) else { return Vec::new() };
        let mut touched: Vec<u32> = now.symmetric_difference(&before).map(|file| file.path).collect();
        touched.sort_by_key(|path| &self.verdicts.paths[*path as usize]);
        touched.dedup();
        touched
    }
}
