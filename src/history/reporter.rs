//! What the parts of a report have in common: places of the line, days, people, and numbers of OKEPs.

use super::commit_info::CommitInfo;
use super::okep_spans::OkepSpan;
use super::report::{SubjectPlace, Transition, Walked};
use super::timeline::Timeline;
use super::verdicts::Verdicts;
use crate::audit::identity::OkepKey;
use crate::files::{Layout, Note};
use crate::git::{Id, Repo, Revision};
use crate::rules::event::PullRequest;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

pub(super) struct Reporter<'a> {
    pub repo: &'a Repo,
    pub line: &'a Timeline<'a>,
    pub verdicts: &'a Verdicts<'a>,
    pub mailmap: gix::mailmap::Snapshot,
    /// What commits say about themselves, as far as a report needs it.
    infos: RefCell<HashMap<u32, Rc<CommitInfo>>>,
    /// Number and path of each OKEP that was on the line.
    pub about: HashMap<u32, (Option<u64>, String)>,
    pub notes: RefCell<Vec<Note>>,
}

impl<'a> Reporter<'a> {
    pub fn new(repo: &'a Repo, line: &'a Timeline<'a>) -> Self {
        let (infos, about, notes) = Default::default();
        let (verdicts, mailmap) = (line.verdicts, repo.local().open_mailmap());
        Reporter { repo, line, verdicts, mailmap, infos, about, notes }
    }

    pub fn note(&self, note: Note) {
        self.notes.borrow_mut().push(note);
    }

    pub fn id(&self, commit: u32) -> Id {
        self.line.walk.ids[commit as usize]
    }

    /// What a commit says about itself, read once.
    pub fn info(&self, commit: u32) -> Rc<CommitInfo> {
        let read = || {
            let info = self.repo.commit_info(self.id(commit), &self.mailmap);
            if info.dateless && !self.line.walk.graph.is_absent(commit) {
                let message = format!("the date of commit {} cannot be read", self.id(commit));
                self.note(Note::new("bad-date", message));
            }
            Rc::new(info)
        };
        self.infos.borrow_mut().entry(commit).or_insert_with(read).clone()
    }

    pub fn walked(&self, missing_objects: usize) -> Walked {
        let (walk, line) = (self.line.walk, &self.line.commits);
        let day = |commit: &u32| self.info(*commit).date.clone();
        Walked {
            tips: Vec::new(),
            commits: walk.graph.readable(),
            states: walk.keys.iter().flatten().count(),
            documents: self.verdicts.found.documents.len(),
            shallow: walk.shallow,
            missing_objects,
            days: line.first().zip(line.last()).map(|(first, last)| (day(first), day(last))),
            line: line.len(),
        }
    }

    pub fn place(&self, at: usize) -> SubjectPlace {
        let commit = self.line.commits[at];
        let info = self.info(commit);
        place(self.id(commit).to_string(), &info.date, &info.subject)
    }

    /// A commit of the main line, which may be none of this line.
    pub fn landing_place(&self, Revision { commit, date }: &Revision) -> SubjectPlace {
        let id = Id::from_hex(commit.as_bytes()).expect("it was an id before it was a string");
        place(commit.clone(), date, &self.repo.commit_info(id, &self.mailmap).subject)
    }

    /// The commit of the line that added an OKEP, where that is the one with which it landed.
    pub fn landed_with(&self, span: &OkepSpan) -> Option<u32> {
        let commit = self.line.commits[span.added];
        let revision = span.landing.as_ref()?.revision.as_ref()?;
        (span.known && self.id(commit) == revision.commit).then_some(commit)
    }

    pub fn moment(&self, at: usize, written: u32) -> Transition {
        Transition {
            written: self.id(written).to_string(),
            author: self.info(written).author.clone(),
            landed: self.place(at),
        }
    }

    /// Days between two places of the line; dates that go backwards are no days.
    pub fn days(&self, from: usize, to: usize) -> Option<i64> {
        let date = |at: usize| self.info(self.line.commits[at]).date.parse::<jiff::civil::Date>().ok();
        let days: i64 = date(from)?.until(date(to)?).ok()?.get_days().into();
        if days < 0 {
            let message = "commit dates go backwards in places; days between those are not counted";
            self.note(Note::new("dates", message));
        }
        Some(days.max(0))
    }

    /// Notes since when there is a folder in an unusual place: what was elsewhere before is not followed.
    pub fn note_folder(&self) {
        let layout = &self.verdicts.found.layout;
        let verdict = |at: usize| self.verdicts.state(self.line.state(at));
        let holds = |at: &usize| verdict(*at).is_some_and(|verdict| !verdict.files.is_empty());
        let first = (0..self.line.commits.len()).find(holds).filter(|at| *at > 0);
        if let Some(at) = first.filter(|_| layout.folder != Layout::default().folder) {
            let commit = self.id(self.line.commits[at]);
            let message = format!(
                "holds pages since commit {commit}; findings in another folder before are not \
                 followed, and are shown as if they were introduced then"
            );
            self.note(Note::at("folder", &layout.folder, message));
        }
    }

    /// Number and path of an OKEP; none for what is about none.
    pub fn about(&self, who: u32) -> (Option<u64>, Option<String>) {
        match (self.about.get(&who), &self.verdicts.found.okeps[who as usize]) {
            (Some((number, path)), _) => (*number, Some(path.clone())),
            (None, Some(OkepKey::Number(number))) => (Some(*number), None),
            _ => (None, None),
        }
    }
}

fn place(commit: String, date: &str, subject: &str) -> SubjectPlace {
    let pull_request = PullRequest::of(subject).map(|named| named.number);
    SubjectPlace { commit, date: date.to_owned(), pull_request }
}
