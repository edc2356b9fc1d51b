//! The audit of what depends on paths and registers: once for each set of them, and each template.

use super::catalog::TreeState;
use super::documents::Audits;
use super::graph::NONE;
use super::links::LinkContext;
use super::numbers::{FoundInTree, Numbering};
use super::objects::{Objects, Unread};
use super::shared::{Shared, Sharing};
use super::state::{ShownFinding, Whole};
use crate::audit::of_tree;
use crate::files::{Content, File, Note, Tree};
use crate::git::Entry;
use crate::okep::proposal::Okep;
use crate::okep::snapshot::{Parsed, Snapshot};
use crate::site::mkdocs::Registered;
use crate::text::path::Role;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What was found in the trees of all states.
#[derive(Default)]
pub(super) struct TreeVerdicts {
    pub wholes: Vec<Whole>,
    /// For each state its whole; [`NONE`] where it could not be read.
    pub whole_of: Vec<u32>,
    /// For each register, which may be none, and template how links are read.
    pub contexts: Vec<((Option<u32>, u32), LinkContext)>,
}

/// What the rules about the whole tree depend on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct WholeKey {
    /// Path, and the blob where more than the path counts.
    files: Shared<(u32, u32)>,
    register: Option<u32>,
    in_force: u32,
}

/// So many registers are read before what was found becomes numbers.
const AT_ONCE: usize = 64;

type Registers = [Vec<(String, Entry)>];

impl Audits<'_> {
    /// Checks the trees of all states.
    pub fn trees(
        &self,
        registers: &Registers,
        numbers: &mut Numbering<'_>,
        objects: &impl Objects,
        unread: &mut Unread,
    ) -> TreeVerdicts {
        let mut found = TreeVerdicts::default();
        let keys = self.keys(&mut found.whole_of);
        // A register is parsed once for all states that have it, and dropped after.
        let mut by_register: BTreeMap<Option<u32>, Vec<usize>> = BTreeMap::new();
        for (at, key) in keys.iter().enumerate() {
            by_register.entry(key.register).or_default().push(at);
        }
        let jobs: Vec<Vec<usize>> = by_register.into_values().collect();
        let mut sharing = Sharing::default();
        let mut notes = BTreeSet::new();
        found.wholes.resize_with(keys.len(), Whole::default);
        for jobs in jobs.chunks(AT_ONCE) {
            let checked = objects.each(jobs.len(), |job, read| {
                let parsed = Parsed::default();
                let whole = |at: &usize| (*at, self.whole(&keys[*at], registers, &parsed, read));
                jobs[job].iter().map(whole).collect::<Vec<_>>()
            });
            for (at, (whole, context, unreadable)) in checked.into_iter().flatten() {
                found.contexts.push(((keys[at].register, keys[at].in_force), context));
                found.wholes[at] = numbers.whole(whole, &mut sharing);
                notes.extend(unreadable);
            }
        }
        notes.into_iter().for_each(|note| unread.add(note));
        found
    }

    /// The distinct keys, and for each state the one it has.
    fn keys(&self, key_of: &mut Vec<u32>) -> Vec<WholeKey> {
        let mut sharing = Sharing::default();
        let mut known: HashMap<WholeKey, u32> = HashMap::new();
        let mut keys: Vec<WholeKey> = Vec::new();
        for state in &self.catalog.states {
            let number = |key: WholeKey| {
                *known.entry(key).or_insert_with_key(|key| {
                    keys.push(key.clone());
                    keys.len() as u32 - 1
                })
            };
            key_of.push(self.key(state, &mut sharing).map_or(NONE, number));
        }
        keys
    }

    /// None where the state could not be read.
    fn key(&self, state: &TreeState, sharing: &mut Sharing<(u32, u32)>) -> Option<WholeKey> {
        let folder = self.catalog.folders[state.key as usize].as_ref()?;
        let counts = |file: &super::catalog::FileAt| match self.catalog.path(*file).role {
            _ if self.catalog.blobs[file.blob as usize].symlink => (file.path, file.blob),
            Role::Okep | Role::Other | Role::Template => (file.path, NONE),
            Role::IndexPage | Role::InOkepFolder | Role::Stray => (file.path, file.blob),
        };
        let files: Vec<(u32, u32)> = folder.files.iter().map(counts).collect();
        let (register, in_force) = (folder.register, state.in_force);
        Some(WholeKey { files: sharing.share(&files), register, in_force })
    }

    /// Checks paths and registers; also gives how links are read, and what could not be read.
    fn whole(
        &self,
        key: &WholeKey,
        registers: &Registers,
        parsed: &Parsed,
        read: &dyn Fn(Entry) -> Result<Content, Note>,
    ) -> (FoundInTree, LinkContext, Vec<Note>) {
        let read = self.read(key, registers, parsed, read);
        let tree = Tree::default().with(read.files.into_iter().map(|(path, file)| (path, Some(file))));
        let snapshot = Snapshot::new(&tree, self.layout, parsed);
        let path_of = |okep: &Okep| {
            let named = |(path, _): &(u32, u32)| self.catalog.paths[*path as usize].path.cmp(&okep.path);
            key.files.find(named).expect("the snapshot was made of these files").0
        };
        let stray = |okep: &Okep| {
            let path = path_of(okep);
            let is_stray = matches!(self.catalog.paths[path as usize].role, Role::Stray | Role::InOkepFolder);
            is_stray.then(|| self.okep(okep, path, key.in_force)).flatten().map(|found| (path, found))
        };
        let shown = |okep: &Okep| if read.nav { shown(&snapshot, &okep.path) } else { ShownFinding::Unread };
        let found = FoundInTree {
            findings: of_tree(&snapshot),
            okeps: snapshot.okeps.iter().map(|okep| (path_of(okep), shown(okep))).collect(),
            strays: snapshot.okeps.iter().filter_map(stray).collect(),
            registers_unread: !(read.nav && read.index_page),
            unread: read.pages,
        };
        let settings = snapshot.site.as_ref().map(|site| site.pages.clone());
        (found, LinkContext { settings, repository: snapshot.repository.clone() }, read.notes)
    }

    /// Reads what the rules about the whole tree look at.
    fn read(
        &self,
        key: &WholeKey,
        registers: &Registers,
        parsed: &Parsed,
        read: &dyn Fn(Entry) -> Result<Content, Note>,
    ) -> ReadFiles {
        let known = self.timelines[key.in_force as usize].as_ref();
        let mut all = ReadFiles { nav: true, index_page: true, ..ReadFiles::default() };
        for (path, entry) in key.register.iter().flat_map(|register| &registers[*register as usize]) {
            all.nav &= all.add(path, *entry, read);
        }
        for (path, blob) in key.files.iter().filter(|(_, blob)| *blob != NONE) {
            let info = &self.catalog.paths[*path as usize];
            let is_read = all.add(&info.path, self.catalog.blobs[*blob as usize], read);
            match info.role {
                Role::IndexPage => all.index_page &= is_read,
                // Whether a page is written like an OKEP depends on the template too.
                Role::Stray if !is_read || known.is_none() => {
                    all.files.remove(&info.path);
                    all.pages.push(info.path.clone());
                }
                _ => {}
            }
        }
        let nothing: Arc<[u8]> = Arc::new([]);
        let mut template = known.map(|known| known.timeline.template()).filter(|t| t.path.is_some());
        for (path, _) in key.files.iter().filter(|(_, blob)| *blob == NONE) {
            let info = &self.catalog.paths[*path as usize];
            let mut file = File { id: Some(String::new()), content: Content::Bytes(nothing.clone()) };
            if info.role == Role::Template
                && let Some(template) = template.take()
            {
                // It is parsed already, and its bytes are not looked at.
                let id = format!("template {}", key.in_force);
                parsed.know(&id, template.document.clone());
                file.id = Some(id);
            }
            all.files.insert(info.path.clone(), file);
        }
        all
    }
}

/// The files of a tree as far as they matter, and whether they could be read.
#[derive(Default)]
struct ReadFiles {
    files: BTreeMap<String, File>,
    nav: bool,
    index_page: bool,
    /// Pages that may be OKEPs and could not be read.
    pages: Vec<String>,
    notes: Vec<Note>,
}

impl ReadFiles {
    /// Reads a file, and says whether it could be read.
    fn add(&mut self, path: &str, entry: Entry, read: &dyn Fn(Entry) -> Result<Content, Note>) -> bool {
        let content = read(entry);
        let is_read = content.is_ok();
        let content = content.unwrap_or_else(|note| {
            self.notes.push(note.clone());
            Content::Unavailable(note.message)
        });
        self.files.insert(path.to_owned(), File { id: Some(entry.id.to_string()), content });
        is_read
    }
}

/// Whether readers find the OKEP at a path, by a nav that could be read.
fn shown(snapshot: &Snapshot, path: &str) -> ShownFinding {
    let Some(site) = &snapshot.site else { return ShownFinding::Nowhere };
    match site.registered(path) {
        Registered::Unknown => ShownFinding::Unknown,
        _ if site.nav.tree().is_none() => ShownFinding::Nowhere,
        registered if registered.shown() == Some(true) => ShownFinding::Yes,
        _ => ShownFinding::No,
    }
}
