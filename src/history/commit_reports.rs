//! What the rules about history find: in landings and in commits, of which a tree alone knows nothing.

use super::okep_spans::OkepSpan;
use super::report::{FindingCause, FindingStory};
use super::reporter::Reporter;
use crate::git::graph::NONE;
use crate::rules::event::{Event, PullRequest};
use crate::rules::finding::Finding;
use crate::rules::{Check, RULES};
use std::collections::{BTreeSet, HashMap};

impl Reporter<'_> {
    /// What the rules about history find in the landings.
    pub fn of_landings(&self, spans: &[OkepSpan]) -> Vec<FindingStory> {
        let mut findings = Vec::new();
        for span in spans.iter().filter(|s| s.known) {
            let state = self.state(span.landed);
            let Some(path) = span.paths.first() else { continue };
            let facts = self.verdicts.page(state, *path).map(|page| &page.facts);
            let event = Event::Landed {
                path: &self.verdicts.paths[*path as usize],
                number: self.number(span.who),
                issue: facts.and_then(|facts| facts.issue),
                pull_request: PullRequest::of(&self.commit_info[&self.line.commits[span.landed]].subject),
            };
            let introduced = span.written.map(|written| self.moment(span.landed, written));
            let fixed = span.removed.map(|at| self.moment(at, self.line.commits[at]));
            let age_days = self.days(span.landed, span.removed.unwrap_or(self.last()));
            let about = self.about(span.who);
            findings.extend(of_history(&event).into_iter().map(|finding| FindingStory {
                introduced: introduced.clone(),
                fixed: fixed.clone(),
                age_days,
                ..plain(finding, about.clone())
            }));
        }
        findings
    }

    /// What the rules about history find in the commits of the line and of the branches merged into it.
    pub fn of_commits(&mut self, spans: &[OkepSpan]) -> Vec<FindingStory> {
        let removed: HashMap<u32, usize> =
            spans.iter().filter_map(|span| Some((span.who, span.removed?))).collect();
        let folder = &self.layout.folder;
        let graph = &self.walk.graph;
        let is_own = |commit: &u32| {
            let (parents, held) = (graph.parents(*commit), |commit: u32| self.walk.held[commit as usize]);
            self.line.merged_with.get(*commit as usize).is_some_and(|at| *at != NONE)
                && parents.len() < 2
                && !graph.is_cut(*commit)
                && parents.first().is_none_or(|parent| held(*parent) != held(*commit))
        };
        let mut findings = Vec::new();
        let changed: Vec<u32> = (0..graph.len() as u32).filter(is_own).collect();
        for part in changed.chunks(4096) {
            for (commit, commit_info) in part.iter().zip(self.read(part)) {
                if !commit_info.subject.to_ascii_lowercase().contains("okep") {
                    continue;
                }
                let touched = self.touched(*commit);
                let paths: Vec<&str> =
                    touched.iter().map(|path| self.verdicts.paths[*path as usize].as_str()).collect();
                let event = Event::Commit { subject: &commit_info.subject, touched: &paths, folder };
                let found = of_history(&event);
                if found.is_empty() {
                    continue;
                }
                let at = self.line.merged_with[*commit as usize] as usize;
                let landing = self.line.commits[at];
                self.commit_info.insert(*commit, commit_info);
                self.look_up(&[landing]);
                findings.extend(found.into_iter().map(|finding| {
                    let is_about = |path: &&u32| self.verdicts.paths[**path as usize] == finding.path;
                    let who = touched.iter().find(is_about).and_then(|path| self.who(*commit, *path));
                    let about = who.map_or_else(Default::default, |who| self.about(who));
                    let end = who.and_then(|who| removed.get(&who)).copied();
                    FindingStory {
                        introduced: Some(self.moment(at, *commit)),
                        fixed: end.map(|end| self.moment(end, self.line.commits[end])),
                        age_days: self.days(at, end.unwrap_or(self.last())),
                        ..plain(finding, about)
                    }
                }));
            }
        }
        findings
    }

    /// The OKEP at a path that a commit changed, or removed.
    fn who(&self, commit: u32, path: u32) -> Option<u32> {
        let commits = [Some(commit), self.walk.graph.parents(commit).first().copied()];
        let listed = |commit: u32| self.verdicts.okeps(self.states.of[commit as usize] as usize).iter();
        commits.into_iter().flatten().flat_map(listed).find(|okep| okep.path == path).map(|okep| okep.who)
    }

    /// The files that a commit changed, by path; none where that is unknown.
    fn touched(&self, commit: u32) -> Vec<u32> {
        let verdict = |commit: u32| self.verdicts.state(self.states.of[commit as usize] as usize);
        let files = |commit: u32| Some(verdict(commit)?.files.iter().copied().collect::<BTreeSet<_>>());
        let before = match self.walk.graph.parents(commit).first() {
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

fn of_history(event: &Event) -> Vec<Finding> {
    let checks = RULES.iter().filter_map(|r| match r.check {
        Check::History(check) => Some(check),
        Check::Okep(..) | Check::Tree(..) | Check::Links(..) => None,
    });
    checks.flat_map(|check| check(event)).collect()
}

fn plain(finding: Finding, (number, okep): (Option<u64>, Option<String>)) -> FindingStory {
    FindingStory {
        rule: finding.rule,
        severity: finding.severity,
        number,
        okep,
        path: finding.path.clone(),
        subject: finding.subject.clone(),
        cause: FindingCause::Document,
        introduced: None,
        fixed: None,
        age_days: None,
    }
}
