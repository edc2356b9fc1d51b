//! What the rules about history find: in landings and in commits, of which a tree alone knows nothing.

use super::catalog::FileAt;
use super::commit_info::CommitInfo;
use super::graph::NONE;
use super::okep_spans::OkepSpan;
use super::report::{FindingCause, FindingStory};
use super::reporter::Reporter;
use super::shared::Shared;
use crate::rules::event::{Event, PullRequest};
use crate::rules::finding::Finding;
use crate::rules::{Check, RULES};
use std::collections::BTreeSet;

impl Reporter<'_> {
    /// What the rules about history find in the landings.
    pub fn of_landings(&self, stays: &[OkepSpan]) -> Vec<FindingStory> {
        let mut findings = Vec::new();
        for stay in stays.iter().filter(|s| s.known) {
            let state = self.state(stay.came);
            let Some(path) = stay.paths.first() else { continue };
            let document = self.verdicts.document(self.catalog, state, *path);
            let event = Event::Landed {
                path: &self.catalog.paths[*path as usize].path,
                number: self.number(stay.who),
                issue: document.and_then(|d| d.issue),
                pull_request: PullRequest::of(&self.commit_info[&self.line.commits[stay.came]].subject),
            };
            let introduced = stay.written.map(|written| self.moment(stay.came, written));
            let fixed = stay.removed_paths.map(|at| self.moment(at, self.line.commits[at]));
            let age_days = self.days(stay.came, stay.removed_paths.unwrap_or(self.last()));
            let about = self.about(stay.who);
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
    pub fn of_commits(
        &mut self,
        read_commits: &dyn Fn(&[u32]) -> Vec<CommitInfo>,
        folder: &str,
    ) -> Vec<FindingStory> {
        let graph = &self.walk.graph;
        let is_own = |commit: &u32| {
            self.line.brought.get(*commit as usize).is_some_and(|at| *at != NONE)
                && graph.parents(*commit).len() < 2
                && !graph.is_cut(*commit)
        };
        let mut findings = Vec::new();
        let changed: Vec<u32> = (0..graph.len() as u32)
            .filter(is_own)
            .filter(|c| {
                let parent = graph.parents(*c).first();
                parent.is_none_or(|p| self.catalog.state(*p).key != self.catalog.state(*c).key)
            })
            .collect();
        for part in changed.chunks(4096) {
            for (commit, commit_info) in part.iter().zip(read_commits(part)) {
                if !commit_info.subject.to_ascii_lowercase().contains("okep") {
                    continue;
                }
                let touched = self.touched(*commit);
                let paths: Vec<&str> =
                    touched.iter().map(|path| self.catalog.paths[*path as usize].path.as_str()).collect();
                let event = Event::Commit { subject: &commit_info.subject, touched: &paths, folder };
                let found = of_history(&event);
                if found.is_empty() {
                    continue;
                }
                let at = self.line.brought[*commit as usize] as usize;
                let landing = self.line.commits[at];
                self.commit_info.insert(*commit, commit_info);
                if !self.commit_info.contains_key(&landing) {
                    self.commit_info
                        .extend(read_commits(&[landing]).pop().map(|commit_info| (landing, commit_info)));
                }
                findings.extend(found.into_iter().map(|finding| {
                    let path = touched.iter().map(|path| &self.catalog.paths[*path as usize]);
                    let who =
                        path.filter(|info| info.path == finding.path).map(|info| Some(info.key())).next();
                    let who = who.and_then(|who| self.verdicts.whos.iter().position(|w| *w == who));
                    let about = who.map_or_else(Default::default, |who| self.about(who as u32));
                    let introduced = Some(self.moment(at, *commit));
                    let age_days = self.days(at, self.last());
                    FindingStory { introduced, age_days, ..plain(finding, about) }
                }));
            }
        }
        findings
    }

    /// The files that a commit changed, by path; none where that is unknown.
    fn touched(&self, commit: u32) -> Vec<u32> {
        let files = |commit: u32| self.catalog.folder(commit).map(|folder| &folder.files);
        let nothing = Shared::default();
        let before = match self.walk.graph.parents(commit).first() {
            Some(parent) => files(*parent),
            None => Some(&nothing),
        };
        let (Some(now), Some(before)) = (files(commit), before) else { return Vec::new() };
        let unlike = |one: &Shared<FileAt>, other| one.unlike(other).copied().collect::<BTreeSet<_>>();
        let mut touched: Vec<u32> =
            unlike(now, before).symmetric_difference(&unlike(before, now)).map(|f| f.path).collect();
        touched
            .sort_by(|a, b| self.catalog.paths[*a as usize].path.cmp(&self.catalog.paths[*b as usize].path));
        touched.dedup();
        touched
    }
}

fn of_history(event: &Event) -> Vec<Finding> {
    let checks = RULES.iter().filter_map(|r| match r.check {
        Check::History(check) => Some(check),
        Check::Okep(_) | Check::Tree(_) | Check::Links(_) => None,
    });
    checks.flat_map(|check| check(event)).collect()
}

fn plain(finding: Finding, (number, okep): (Option<u64>, Option<String>)) -> FindingStory {
    FindingStory {
        rule: finding.rule,
        severity: finding.severity,
        number,
        okep,
        path: finding.path,
        subject: finding.subject,
        cause: FindingCause::Document,
        introduced: None,
        fixed: None,
        age_days: None,
    }
}
