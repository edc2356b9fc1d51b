//! What the parts of a report have in common: places of the line, days, people, and numbers of OKEPs.

use super::commit_info::CommitInfo;
use super::numbers::PresentNames;
use super::report::{SubjectPlace, Transition, Walked};
use super::states::States;
use super::timeline::TimelineRow;
use super::verdicts::Verdicts;
use super::walk::{Key, Walk};
use crate::audit::identity::OkepKey;
use crate::files::{Layout, Note};
use crate::git::{Id, Repo};
use crate::rules::event::PullRequest;
use std::cell::Cell;
use std::collections::HashMap;

pub(super) struct Reporter<'a> {
    pub repo: &'a Repo,
    pub layout: &'a Layout,
    pub walk: &'a Walk,
    pub line: &'a TimelineRow,
    pub states: &'a States,
    pub verdicts: &'a Verdicts<'a>,
    pub names: &'a PresentNames,
    pub commit_info: HashMap<u32, CommitInfo>,
    /// Number and path of each OKEP that was on the line.
    pub about: HashMap<u32, (Option<u64>, String)>,
    /// Whether dates go backwards along the line.
    pub backwards: Cell<bool>,
    pub notes: Vec<Note>,
}

impl Reporter<'_> {
    /// What commits say about themselves, which is not kept.
    pub fn read(&self, commits: &[u32]) -> Vec<CommitInfo> {
        let ids: Vec<Id> = commits.iter().map(|commit| self.walk.ids[*commit as usize]).collect();
        self.repo.commit_info(&ids)
    }

    /// Reads what commits say about themselves, where it is not known yet.
    pub fn look_up(&mut self, commits: &[u32]) {
        let unknown = |commit: &&u32| !self.commit_info.contains_key(commit);
        let new: Vec<u32> = commits.iter().filter(unknown).copied().collect();
        let infos = self.read(&new);
        self.commit_info.extend(new.into_iter().zip(infos));
    }

    pub fn walked(&mut self) -> Walked {
        for (commit, commit_info) in &self.commit_info {
            if commit_info.dateless && !self.walk.graph.is_absent(*commit) {
                let message =
                    format!("the date of commit {} cannot be read", self.walk.ids[*commit as usize]);
                self.notes.push(Note::new("bad-date", message));
            }
        }
        let keys = self.walk.keys.iter().filter(|k| matches!(k, Key::Known { .. }));
        let line = &self.line.commits;
        let day = |commit: &u32| self.commit_info[commit].date.clone();
        Walked {
            tips: Vec::new(),
            commits: self.walk.graph.readable(),
            states: keys.count(),
            documents: self.verdicts.found.documents.len(),
            shallow: self.walk.shallow,
            missing_objects: 0,
            days: line.first().zip(line.last()).map(|(first, last)| (day(first), day(last))),
            line: line.len(),
        }
    }

    pub fn state(&self, at: usize) -> usize {
        self.states.of[self.line.commits[at] as usize] as usize
    }

    pub fn place(&self, at: usize) -> SubjectPlace {
        let commit = self.line.commits[at];
        let commit_info = &self.commit_info[&commit];
        SubjectPlace {
            commit: self.walk.ids[commit as usize].to_string(),
            date: commit_info.date.clone(),
            pull_request: PullRequest::of(&commit_info.subject).map(PullRequest::number),
        }
    }

    pub fn moment(&self, at: usize, written: u32) -> Transition {
        Transition {
            written: self.walk.ids[written as usize].to_string(),
            author: self.commit_info[&written].author.clone(),
            landed: self.place(at),
        }
    }

    pub fn last(&self) -> usize {
        self.line.commits.len().saturating_sub(1)
    }

    /// Days between two places of the line; dates that go backwards are no days.
    pub fn days(&self, from: usize, to: usize) -> Option<i64> {
        let date =
            |at: usize| self.commit_info[&self.line.commits[at]].date.parse::<jiff::civil::Date>().ok();
        let days: i64 = date(from)?.until(date(to)?).ok()?.get_days().into();
        if days < 0 {
            self.backwards.set(true);
        }
        Some(days.max(0))
    }

    /// Notes since when there is a folder in an unusual place: what was elsewhere before is not followed.
    pub fn note_folder(&mut self) {
        let layout = self.layout;
        let holds = |at: &usize| {
            self.verdicts.state(self.state(*at)).is_some_and(|verdict| !verdict.files.is_empty())
        };
        let first = (0..self.line.commits.len()).find(holds).filter(|at| *at > 0);
        if let Some(at) = first.filter(|_| layout.folder != Layout::default().folder) {
            let commit = self.walk.ids[self.line.commits[at] as usize];
            let message = format!(
                "holds pages since commit {commit}; what was in another folder before is not followed, and \
                 is shown as if it had landed then"
            );
            self.notes.push(Note::at("folder", &layout.folder, message));
        }
    }

    pub fn number(&self, who: u32) -> Option<u64> {
        match (self.about.get(&who), &self.verdicts.keys[who as usize]) {
            (Some((number, _)), _) => *number,
            (None, Some(OkepKey::Number(number))) => Some(*number),
            _ => None,
        }
    }

    /// Number and path of an OKEP; none for what is about none.
    pub fn about(&self, who: u32) -> (Option<u64>, Option<String>) {
        match self.about.get(&who) {
            Some((number, path)) => (*number, Some(path.clone())),
            None => (self.number(who), None),
        }
    }
}
