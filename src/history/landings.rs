//! Reads the first-parent line of a commit into a [`TemplateHistory`].
//!
//! The line is read once. Of each commit only the id of the proposal folder's tree is looked up; a tree
//! is listed where that id changes, and nothing but the template's revisions is read as a file.

use crate::files::{Layout, Note, blob_notice, is_markdown, tidy};
use crate::git::blobs::Blob;
use crate::git::commit::{Kind, Trees};
use crate::git::main_line::Line;
use crate::git::{Id, ObjectError, Repo};
use crate::okep::template_history::{
    HistoryExtent, Landing, TemplateHistory, TemplateRevision, day, landings,
};
use crate::rules::finding::Revision;
use crate::text::path;
use crate::text::path::Role;
use gix::bstr::ByteSlice;
use gix::hashtable::HashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Repo {
    /// What the first-parent line of `tip` tells about the files of `tip`.
    ///
    /// It cannot fail: what cannot be read ends the line, and `end` and the notes say so.
    pub fn template_history(&self, tip: Id, layout: &Layout) -> TemplateHistory {
        let local = self.local();
        let mut line = Line::of(self, tip, &layout.folder);
        let states = states(&Trees::new(&local), &mut line, layout);
        let mut template_history = TemplateHistory {
            landed: BTreeMap::new(),
            templates: Vec::new(),
            end: line.end,
            notes: line.notes,
        };
        let open = template_history.end != HistoryExtent::Complete;
        let mut in_force = Vec::new();
        let mut revisions = Vec::new();
        for state in &states {
            let revision = Revision {
                commit: state.commit.to_string(),
                date: date(&local, state.commit, &mut template_history.notes),
            };
            in_force.push(self.template_of(state, &revision, &mut template_history));
            revisions.push(revision);
        }
        let paths: Vec<_> = states.iter().map(|state| state.folder.paths.clone()).collect();
        for (path, at) in landings(&paths, open) {
            // Without its template a landing would say that none was in force.
            if let Some(at) = at
                && let Some(template) = in_force[at]
            {
                template_history.landed.insert(path, Landing { revision: revisions[at].clone(), template });
            }
        }
        if let Some(Folder { template: Some((path, _)), templates, .. }) = states.last().map(|s| &*s.folder)
            && *templates > 1
            && layout.template.as_ref() != Some(path)
        {
            let message = format!("there are {templates} templates; this one counts");
            template_history.notes.push(Note::at("several-templates", path.clone(), message));
        }
        tidy(&mut template_history.notes);
        template_history
    }

    /// The index of the state's template among the revisions, a new one where its text is new.
    ///
    /// The outer none says that there is one which cannot be read.
    fn template_of(
        &self,
        state: &LineState,
        revision: &Revision,
        template_history: &mut TemplateHistory,
    ) -> Option<Option<usize>> {
        let Some((path, id)) = &state.folder.template else { return Some(None) };
        let hex = id.to_string();
        if template_history.templates.last().is_some_and(|last| last.id == hex) {
            return Some(Some(template_history.templates.len() - 1));
        }
        let bytes = match self.blob(*id) {
            Blob::Bytes(bytes) => bytes,
            unread => {
                template_history.notes.extend(blob_notice(path, &unread));
                if template_history.end == HistoryExtent::Complete {
                    template_history.end = HistoryExtent::Unreadable { boundary: revision.commit.clone() };
                }
                return None;
            }
        };
        template_history.templates.push(TemplateRevision {
            revision: revision.clone(),
            path: path.clone(),
            id: hex,
            bytes,
        });
        Some(Some(template_history.templates.len() - 1))
    }
}

/// The states of the proposal folder, oldest first, the end of the line being the first of them.
fn states(trees: &Trees, line: &mut Line, layout: &Layout) -> Vec<LineState> {
    let mut listed: HashMap<Id, Arc<Folder>> = HashMap::default();
    let mut states: Vec<LineState> = Vec::new();
    for at in 0..line.commits.len() {
        let found = line.folders[at].clone().and_then(|tree| {
            if let Some(tree) = tree
                && !listed.contains_key(&tree)
            {
                listed.insert(tree, Arc::new(Folder::of(trees, tree, layout)?));
            }
            Ok(tree)
        });
        let tree = match found {
            Ok(tree) => tree,
            Err(note) => {
                line.cut(at, note);
                break;
            }
        };
        let commit = line.commits[at].id;
        match states.last_mut() {
            // A state is as old as the oldest of the neighbours that have it.
            Some(state) if state.tree == tree => state.commit = commit,
            _ => {
                let folder = tree.map(|tree| Arc::clone(&listed[&tree])).unwrap_or_default();
                states.push(LineState { commit, tree, folder });
            }
        }
    }
    states.reverse();
    states
}

/// The proposal folder as it stands from one commit of the line to the next that changes it.
struct LineState {
    /// The first of them.
    commit: Id,
    tree: Option<Id>,
    folder: Arc<Folder>,
}

#[derive(Default)]
struct Folder {
    paths: BTreeSet<String>,
    /// The template that the repository names, else the first by its path.
    template: Option<(String, Id)>,
    templates: usize,
}

impl Folder {
    fn of(trees: &Trees, tree: Id, layout: &Layout) -> Result<Self, Note> {
        let mut folder = Folder::default();
        let mut notes = Vec::new();
        trees.below(layout.folder.as_str().into(), tree, &mut notes, &mut |path, id, kind| {
            if !is_markdown(path) || kind == Kind::Submodule {
                return;
            }
            let path = path.to_str_lossy().into_owned();
            if kind == Kind::File && path::role(&path, &layout.folder) == Role::Template {
                folder.templates += 1;
                let named = |path: &str| layout.template.as_deref() == Some(path);
                let order = (!named(&path), path::template_order(&path));
                let earlier = |first: &str| order < (!named(first), path::template_order(first));
                if folder.template.as_ref().is_none_or(|(first, _)| earlier(first)) {
                    folder.template = Some((path.clone(), id));
                }
            }
            folder.paths.insert(path);
        });
        match notes.pop() {
            Some((path, error)) => Err(Note { path: Some(path), ..Note::from(&error) }),
            None => Ok(folder),
        }
    }
}

/// The committer's day; the first of 1970, as git has it, for a date that cannot be read.
fn date(local: &gix::Repository, id: Id, notes: &mut Vec<Note>) -> String {
    let Ok(commit) = local.find_commit(id) else {
        notes.push(Note::from(&ObjectError::missing(local, id)));
        return "1970-01-01".into();
    };
    let time = commit.committer().and_then(|committer| committer.time());
    match time.ok().and_then(|time| day(time.seconds, time.offset)) {
        Some(day) => day,
        None => {
            notes.push(Note::new("bad-date", format!("the date of commit {id} cannot be read")));
            "1970-01-01".into()
        }
    }
}
