//! The audit of documents: each is read and parsed once, checked once for each path and template that it was
//! under, and dropped.

use super::catalog::{Catalog, FileAt};
use super::links::{Links, PageAt, page_claims};
use super::numbers::{FoundInDocument, Numbering};
use super::objects::{Objects, Unread};
use super::state::{DocumentVerdict, Landed};
use super::templates::KnownTimeline;
use crate::audit::policy;
use crate::files::{Content, Layout, Note};
use crate::git::Entry;
use crate::markdown::document::Document;
use crate::markdown::extensions::Extensions;
use crate::markdown::limits;
use crate::okep::proposal::Okep;
use crate::rules::page_links::Claim;
use crate::text::path::Role;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// A document at a path, and the template that it is checked by, as an index into [`Catalog::in_force`].
pub(super) type DocumentAt = (FileAt, u32);

/// None where a file could not be read, which is not the same as being without findings.
pub(super) type DocumentVerdicts = HashMap<DocumentAt, Option<DocumentVerdict>>;

/// What documents are checked by.
pub(super) struct Audits<'a> {
    pub catalog: &'a Catalog,
    pub layout: &'a Layout,
    pub timelines: &'a [Option<KnownTimeline>],
    pub landed: &'a (dyn Fn(u32) -> Option<Landed> + Sync),
    /// The Markdown extensions of the site, once its registers were read.
    pub site: Option<Extensions>,
}

/// So many documents are checked before their findings become numbers, which are much smaller.
const AT_ONCE: usize = 256;

/// Where a blob is checked as an OKEP, and where its links are.
#[derive(Default)]
struct Uses {
    okeps: BTreeSet<(u32, u32)>,
    pages: BTreeSet<PageAt>,
}

/// What was found in a blob, for each of its uses in order; none for a symbolic link.
type FoundInBlob = Option<(Vec<Option<FoundInDocument>>, Vec<Vec<Claim>>)>;

impl Audits<'_> {
    /// Checks all documents of all states, and those that are named in `also`; also counts the distinct ones.
    pub fn documents(
        &self,
        also: &[DocumentAt],
        links: &mut Links,
        numbers: &mut Numbering<'_>,
        objects: &impl Objects,
        unread: &mut Unread,
    ) -> (DocumentVerdicts, usize) {
        let uses = self.uses(also, links);
        let used =
            |blob: &u32| !uses[*blob as usize].okeps.is_empty() || !uses[*blob as usize].pages.is_empty();
        let blobs: Vec<u32> = (0..uses.len() as u32).filter(used).collect();
        let (mut verdicts, mut documents) = (DocumentVerdicts::new(), 0);
        for blobs in blobs.chunks(AT_ONCE) {
            let known: &Links = links;
            let found = objects.each(blobs.len(), |at, read| {
                let blob = blobs[at] as usize;
                self.blob(self.catalog.blobs[blob], &uses[blob], known, read)
            });
            for (blob, found) in blobs.iter().zip(found) {
                let Uses { okeps, pages } = &uses[*blob as usize];
                let files =
                    okeps.iter().map(|(path, template)| (FileAt { path: *path, blob: *blob }, *template));
                match found {
                    Ok(None) => verdicts.extend(files.map(|f| (f, Some(DocumentVerdict::default())))),
                    Ok(Some((okeps_found, claims))) => {
                        documents += usize::from(!okeps.is_empty());
                        for (page, claims) in pages.iter().zip(claims) {
                            links.add(*page, claims, numbers);
                        }
                        for (file, found) in files.zip(okeps_found) {
                            verdicts.insert(file, found.map(|found| numbers.document(found)));
                        }
                    }
                    // A companion page has no findings of its own; it is reported where paths are checked.
                    Err(_) if okeps.is_empty() => {}
                    Err(note) => {
                        verdicts.extend(files.map(|f| (f, None)));
                        unread.add(note);
                    }
                }
            }
        }
        (verdicts, documents)
    }

    fn uses(&self, also: &[DocumentAt], links: &Links) -> Vec<Uses> {
        let catalog = self.catalog;
        let mut uses: Vec<Uses> = Vec::new();
        uses.resize_with(catalog.blobs.len(), Uses::default);
        let mut seen: HashSet<(*const FileAt, u32)> = HashSet::new();
        for state in &catalog.states {
            let blocks = catalog.folders[state.key as usize].iter().flat_map(|f| f.files.blocks());
            // What most states have in common is looked at once.
            for file in blocks.filter(|b| seen.insert((b.as_ptr(), state.in_force))).flat_map(|b| b.iter()) {
                if catalog.path(*file).role == Role::Okep {
                    uses[file.blob as usize].okeps.insert((file.path, state.in_force));
                }
            }
            for page in links.pages(catalog, state, |_| true) {
                uses[page.file.blob as usize].pages.insert(page);
            }
        }
        for (file, template) in also {
            uses[file.blob as usize].okeps.insert((file.path, *template));
        }
        uses
    }

    fn blob(
        &self,
        entry: Entry,
        uses: &Uses,
        links: &Links,
        read: &dyn Fn(Entry) -> Result<Content, Note>,
    ) -> Result<FoundInBlob, Note> {
        let document = match read(entry)? {
            Content::Bytes(bytes) => Arc::new(Document::parse(&bytes)),
            Content::Symlink | Content::LfsPointer => return Ok(None),
            Content::TooLarge(_) | Content::Unavailable(_) => {
                return Err(Note::new("too-large", format!("blob {} is too large to check", entry.id)));
            }
        };
        if let Some(why) = limits::beyond(&document) {
            return Err(Note::new("too-large", format!("blob {}: {why}", entry.id)));
        }
        let okeps = uses.okeps.iter().map(|(path, in_force)| self.document(*path, *in_force, &document));
        let claims = uses.pages.iter().map(|page| page_claims(&document, page, links, self.catalog));
        Ok(Some((okeps.collect(), claims.collect())))
    }

    /// None where the template in force could not be read.
    fn document(&self, path: u32, in_force: u32, document: &Arc<Document>) -> Option<FoundInDocument> {
        let known = self.timelines[in_force as usize].as_ref()?;
        let name = &self.catalog.paths[path as usize].path;
        let mut okep = Okep::new(name, &self.layout.folder, document.clone(), known.timeline.template());
        okep.site = self.site;
        self.okep(&okep, path, in_force)
    }

    /// The same of a page that was read as an OKEP.
    pub fn okep(&self, okep: &Okep, path: u32, in_force: u32) -> Option<FoundInDocument> {
        let known = self.timelines[in_force as usize].as_ref()?;
        let lineage = self.catalog.in_force[in_force as usize].chain;
        let landed = (self.landed)(path).map(|landed| (0, known.landed(self.catalog, lineage, landed)));
        let (mut findings, _) = known.timeline.findings(okep, landed);
        let suppressions = policy::of_page(&okep.path, &okep.document);
        findings.retain(|f| !policy::is_suppressed(&suppressions, f));
        Some(FoundInDocument {
            suppressions,
            findings,
            number: okep.number(),
            title: okep.title.as_ref().map(|title| title.name.clone()),
            issue: okep.issue.as_ref().and_then(|issue| issue.number()),
        })
    }
}
