//! What each commit holds: paths and blobs below the proposal folder, registers, and the templates before it.
//! All of it is numbers, so that equal states are equal numbers.

use super::graph::{Graph, NONE};
use super::objects::Unread;
use super::shared::{Shared, SharedItem, Sharing};
use super::walk::{Key, Walk};
use crate::audit::identity::OkepKey;
use crate::files::{Layout, Note};
use crate::git::{Entry, Id};
use crate::text::path::{Role, file_name, okep_folder, okep_name, role, stem};
use std::collections::HashMap;

/// A file as a pair of numbers: path and blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileAt {
    pub path: u32,
    pub blob: u32,
}

impl SharedItem for FileAt {
    fn key(&self) -> u32 {
        self.path
    }
}

/// The files of one distinct content of the proposal folder and the registers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderContents {
    /// In the order of their paths.
    pub files: Shared<FileAt>,
    /// The template that counts: the first one by its path.
    pub template: Option<FileAt>,
    /// Index into [`Walk::registers`].
    pub register: Option<u32>,
}

/// What a path says about its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathInfo {
    pub path: String,
    pub role: Role,
    pub number: Option<u64>,
    /// Which of several of that number it is, where they were on the line at the same time.
    pub nth: u32,
    /// How long the part of the path is that names the folder of an OKEP; nothing for files in none.
    pub around: Option<usize>,
}

/// A template, and those that were in force before it on the first-parent line of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TemplateLineage {
    pub before: Option<u32>,
    pub template: FileAt,
}

/// What a document is checked by: the templates up to here, and whether the last of them is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TemplateInForce {
    pub chain: Option<u32>,
    pub stands: bool,
}

/// A distinct state: what is checked, and by which template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TreeState {
    /// Index into [`Catalog::folders`].
    pub key: u32,
    /// Index into [`Catalog::in_force`].
    pub in_force: u32,
    /// Index into [`Catalog::lacks`].
    pub lack: u32,
}

#[derive(Debug, Default)]
pub struct Catalog {
    pub paths: Vec<PathInfo>,
    pub blobs: Vec<Entry>,
    /// For each key of the walk what it holds; none where that could not be read.
    pub folders: Vec<Option<FolderContents>>,
    pub lineages: Vec<TemplateLineage>,
    /// How many templates each lineage has.
    pub depths: Vec<u32>,
    pub in_force: Vec<TemplateInForce>,
    pub states: Vec<TreeState>,
    /// Which targets of links are not there, as numbers of questions in ascending order; the first is
    /// nothing. See [`Catalog::refine`].
    pub lacks: Vec<Box<[u32]>>,
    /// For each commit its state.
    pub state_of: Vec<u32>,
    /// Folders that could not be read.
    pub unread: Unread,
}

/// The distinct folders of a walk, in the order in which they were met.
pub fn folders(walk: &Walk) -> Vec<Id> {
    let mut seen = std::collections::HashSet::new();
    let folder = |key: &Key| match key {
        Key::Known { folder, .. } => *folder,
        Key::Unknown => None,
    };
    walk.keys.iter().filter_map(folder).filter(|folder| seen.insert(*folder)).collect()
}

/// So many folders are listed before their files become numbers, which are much smaller.
const AT_ONCE: usize = 64;

/// The files of a folder, or why they are unknown.
pub type CatalogFiles = Result<Vec<(String, Entry)>, Note>;

/// Numbers for values.
#[derive(Debug)]
struct Numbered<T> {
    of: HashMap<T, u32>,
}

impl<T: std::hash::Hash + Eq + Clone> Numbered<T> {
    fn new() -> Self {
        Numbered { of: HashMap::new() }
    }

    fn number(&mut self, value: T, all: &mut Vec<T>) -> u32 {
        *self.of.entry(value).or_insert_with_key(|value| {
            all.push(value.clone());
            all.len() as u32 - 1
        })
    }
}

impl Catalog {
    /// The catalogue of a walk; `list` gives the files of folders in the order of their paths.
    pub fn new(walk: &Walk, list: &dyn Fn(&[Id]) -> Vec<CatalogFiles>, layout: &Layout) -> Self {
        let mut catalog = Catalog { lacks: vec![Box::default()], ..Catalog::default() };
        let files = catalog.files(walk, list, layout);
        catalog.folders = walk
            .keys
            .iter()
            .map(|key| match key {
                Key::Unknown => None,
                Key::Known { folder: None, register } => {
                    Some(FolderContents { register: *register, ..FolderContents::default() })
                }
                Key::Known { folder: Some(folder), register } => {
                    let files = files[folder].clone()?;
                    let is_template = |f: &&FileAt| {
                        catalog.paths[f.path as usize].role == Role::Template
                            && !catalog.blobs[f.blob as usize].symlink
                    };
                    let order = |f: &&FileAt| {
                        let path = &catalog.paths[f.path as usize].path;
                        (layout.template.as_ref() != Some(path), crate::text::path::template_order(path))
                    };
                    let template = files.iter().filter(is_template).min_by_key(order).copied();
                    Some(FolderContents { files, template, register: *register })
                }
            })
            .collect();
        catalog.follow(&walk.graph, &walk.held);
        catalog
    }

    fn files(
        &mut self,
        walk: &Walk,
        list: &dyn Fn(&[Id]) -> Vec<CatalogFiles>,
        layout: &Layout,
    ) -> HashMap<Id, Option<Shared<FileAt>>> {
        let (mut paths, mut blobs) = (HashMap::new(), Numbered::new());
        let mut sharing = Sharing::default();
        let mut files = HashMap::new();
        for folders in folders(walk).chunks(AT_ONCE) {
            for (folder, listing) in folders.iter().zip(list(folders)) {
                let number = |(path, entry): (String, Entry)| {
                    let path = *paths.entry(path).or_insert_with_key(|path: &String| {
                        self.paths.push(PathInfo::of(path.clone(), layout));
                        self.paths.len() as u32 - 1
                    });
                    FileAt { path, blob: blobs.number(entry, &mut self.blobs) }
                };
                let numbers = listing.map(|listing| listing.into_iter().map(number).collect::<Vec<_>>());
                files.insert(*folder, numbers.as_ref().ok().map(|numbers| sharing.share(numbers)));
                numbers.err().into_iter().for_each(|note| self.unread.add(note));
            }
        }
        files
    }

    /// Finds for each commit the templates up to it, along first parents, and so its state.
    fn follow(&mut self, graph: &Graph, held: &[u32]) {
        let mut chains = Numbered::new();
        let mut in_force = Numbered::new();
        let mut states = Numbered::new();
        let mut chain_of: Vec<Option<Option<u32>>> = vec![None; graph.len()];
        self.state_of = vec![NONE; graph.len()];
        let mut way = Vec::new();
        for start in 0..graph.len() as u32 {
            let mut next = Some(start);
            while let Some(commit) = next.filter(|c| chain_of[*c as usize].is_none()) {
                way.push(commit);
                next = graph.parents(commit).first().copied();
            }
            while let Some(commit) = way.pop() {
                let at = commit as usize;
                let before = graph.parents(commit).first().and_then(|p| chain_of[*p as usize].flatten());
                let folder = self.folders[held[at] as usize].as_ref();
                let template = folder.and_then(|h| h.template);
                let is_last =
                    |t: &FileAt| before.is_some_and(|b| self.lineages[b as usize].template.blob == t.blob);
                let chain = match template {
                    Some(template) if !is_last(&template) => {
                        let depth = before.map_or(0, |b| self.depths[b as usize]) + 1;
                        let chain = chains.number(TemplateLineage { before, template }, &mut self.lineages);
                        if chain as usize == self.depths.len() {
                            self.depths.push(depth);
                        }
                        Some(chain)
                    }
                    _ => before,
                };
                chain_of[at] = Some(chain);
                let current = in_force
                    .number(TemplateInForce { chain, stands: template.is_some() }, &mut self.in_force);
                self.state_of[at] =
                    states.number(TreeState { key: held[at], in_force: current, lack: 0 }, &mut self.states);
            }
        }
    }

    /// Splits the states by the targets of their links: `lack` has for each commit those that are not there.
    /// Gives for each new state the one it was.
    pub fn refine(&mut self, lack: &[Box<[u32]>]) -> Vec<u32> {
        let (mut lacks, mut states) = (Numbered::new(), Numbered::new());
        self.lacks.clear();
        lacks.number(Box::default(), &mut self.lacks);
        let mut was = Vec::new();
        let old = std::mem::take(&mut self.states);
        for (state, lack) in self.state_of.iter_mut().zip(lack) {
            let before = *state;
            let lack = lacks.number(lack.clone(), &mut self.lacks);
            *state = states.number(TreeState { lack, ..old[before as usize] }, &mut self.states);
            if *state as usize == was.len() {
                was.push(before);
            }
        }
        was
    }

    pub fn state(&self, commit: u32) -> TreeState {
        self.states[self.state_of[commit as usize] as usize]
    }

    /// What a commit holds; none where that could not be read.
    pub fn folder(&self, commit: u32) -> Option<&FolderContents> {
        self.folders[self.state(commit).key as usize].as_ref()
    }

    /// The file at a path of a folder.
    pub fn file_at(&self, folder: &FolderContents, path: &str) -> Option<FileAt> {
        folder.files.find(|file| self.path(*file).path.as_str().cmp(path)).copied()
    }

    pub fn path(&self, file: FileAt) -> &PathInfo {
        &self.paths[file.path as usize]
    }

    /// The templates of a lineage, oldest first.
    pub fn templates(&self, chain: Option<u32>) -> Vec<u32> {
        let mut templates: Vec<u32> =
            std::iter::successors(chain, |at| self.lineages[*at as usize].before).collect();
        templates.reverse();
        templates
    }

    /// How many templates two lineages have in common.
    pub fn common(&self, one: Option<u32>, other: Option<u32>) -> u32 {
        let depth = |chain: Option<u32>| chain.map_or(0, |at| self.depths[at as usize]);
        let (mut one, mut other) = (one, other);
        while one != other {
            let before = |chain: Option<u32>| chain.and_then(|at| self.lineages[at as usize].before);
            if depth(one) >= depth(other) {
                one = before(one);
            } else {
                other = before(other);
            }
        }
        depth(one)
    }
}

impl PathInfo {
    fn of(path: String, layout: &Layout) -> Self {
        let role = role(&path, &layout.folder);
        let name = stem(file_name(&path))
            .and_then(okep_name)
            .filter(|_| matches!(role, Role::Okep | Role::Template));
        let around = okep_folder(&path, &layout.folder).map(|(folder, _)| folder.len());
        PathInfo { number: name.and_then(|n| n.number), nth: 0, around, role, path }
    }

    /// The folder of an OKEP that the file is in.
    pub fn around(&self) -> Option<&str> {
        self.around.map(|length| &self.path[..length])
    }

    /// Which OKEP a file at this path is.
    pub fn key(&self) -> OkepKey {
        match (self.number, self.nth) {
            (None, _) => OkepKey::Path(self.path.clone()),
            (Some(number), 0) => OkepKey::Number(number),
            (Some(number), nth) => OkepKey::Another(number, nth),
        }
    }
}
