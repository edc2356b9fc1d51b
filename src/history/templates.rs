//! The templates of all commits, read and parsed once, and what documents are checked by.

use super::catalog::{Catalog, FileAt, TemplateInForce};
use super::objects::Objects;
use super::state::Landed;
use crate::audit::TemplateTimeline;
use crate::files::{Content, Note};
use crate::git::Revision;
use crate::markdown::document::Document;
use crate::markdown::limits;
use crate::okep::template::Template;
use crate::okep::template_history::{LandedUnder, TemplateRevision};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The templates that could be read.
#[derive(Default)]
pub(super) struct Templates(HashMap<FileAt, Template>);

/// A template and those that were in force before it, as far as they could be read.
pub(super) struct KnownTimeline {
    pub timeline: TemplateTimeline,
    /// How many templates before those are unknown, because one could not be read.
    unread: usize,
}

impl Templates {
    /// Reads the templates of all lineages; also gives why some could not be read.
    pub fn read(catalog: &Catalog, objects: &impl Objects) -> (Self, Vec<Note>) {
        let files: BTreeSet<FileAt> = catalog.lineages.iter().map(|lineage| lineage.template).collect();
        let files: Vec<FileAt> = files.into_iter().collect();
        let parsed = objects.each(files.len(), |at, read| {
            let entry = catalog.blobs[files[at].blob as usize];
            let Content::Bytes(bytes) = read(entry)? else { return Ok(None) };
            let document = Arc::new(Document::parse(&bytes));
            match limits::beyond(&document) {
                Some(why) => Err(Note::new("too-large", format!("template {}: {why}", entry.id))),
                None => Ok(Some(Template::new(Some(catalog.path(files[at]).path.clone()), document))),
            }
        });
        let (mut templates, mut notes) = (Templates::default(), Vec::new());
        for (file, template) in files.into_iter().zip(parsed) {
            match template {
                Ok(template) => templates.0.extend(template.map(|template| (file, template))),
                Err(note) => notes.push(note),
            }
        }
        (templates, notes)
    }

    /// The last template of a lineage; none where it could not be read.
    pub fn get(&self, catalog: &Catalog, lineage: u32) -> Option<&Template> {
        self.0.get(&catalog.lineages[lineage as usize].template)
    }

    /// The templates of a lineage since the last one that could not be read.
    pub fn revisions(&self, catalog: &Catalog, lineage: &[u32]) -> Vec<TemplateRevision> {
        let revision = |at: &u32| {
            let revision = Revision { commit: String::new(), date: String::new() };
            Some(TemplateRevision {
                revision,
                id: catalog.blobs[0].id,
                template: self.get(catalog, *at)?.clone(),
            })
        };
        let mut revisions: Vec<TemplateRevision> = lineage.iter().rev().map_while(revision).collect();
        revisions.reverse();
        revisions
    }

    /// For each template in force its timeline; none where it could not be read. `main` is the lineage of the
    /// line that is reported, whose `revisions` most of the others share.
    pub fn timelines(
        &self,
        catalog: &Catalog,
        main: &[u32],
        revisions: &[TemplateRevision],
    ) -> Vec<Option<KnownTimeline>> {
        let timeline = |in_force: &TemplateInForce| self.timeline(catalog, in_force, main, revisions);
        catalog.in_force.par_iter().map(timeline).collect()
    }

    fn timeline(
        &self,
        catalog: &Catalog,
        in_force: &TemplateInForce,
        main: &[u32],
        revisions: &[TemplateRevision],
    ) -> Option<KnownTimeline> {
        let depth = in_force.chain.map_or(0, |at| catalog.depths[at as usize]) as usize;
        let on_main = depth == 0 || main.get(depth - 1).copied() == in_force.chain;
        let known = depth.checked_sub(main.len() - revisions.len()).filter(|_| on_main);
        let revisions = match known {
            Some(known) => Arc::new(revisions[..known].to_vec()),
            None => Arc::new(self.revisions(catalog, &catalog.templates(in_force.chain))),
        };
        let template = match in_force.chain.filter(|_| in_force.stands) {
            Some(lineage) => self.get(catalog, lineage)?.clone(),
            None => Template::built_in(),
        };
        let unread = depth - revisions.len();
        Some(KnownTimeline { timeline: TemplateTimeline::new(&template, revisions), unread })
    }
}

impl KnownTimeline {
    /// The revision that was in force when an OKEP landed; `lineage` is the one that this timeline is of.
    pub fn landed(&self, catalog: &Catalog, lineage: Option<u32>, landed: Landed) -> LandedUnder {
        let under = |template| LandedUnder { template, is_known: landed.is_known };
        if !landed.stands {
            return under(None);
        }
        let common = catalog.common(lineage, landed.chain) as usize;
        match common.checked_sub(self.unread + 1) {
            Some(at) => under(Some(at)),
            // It landed under a template that could not be read.
            None if self.unread > 0 => LandedUnder { template: Some(0), is_known: false },
            None => under(None),
        }
    }
}
