//! The report on each change of the template, and which OKEPs followed it.

use super::catalog::{Catalog, FileAt};
use super::report::{FindingCause, FindingStory, TemplateKind, TemplateStory};
use super::reporter::Reporter;
use super::shared::Shared;
use super::state::RecordedFinding;
use super::timeline::TimelineRow;
use crate::okep::requirements::{TemplateChange, template_change};
use crate::okep::template::Template;
use crate::rules::rule;
use crate::text::path::Role;
use std::collections::BTreeSet;

/// A place of the line where another template comes into force, or none is left.
pub(super) struct TemplatePlace {
    pub at: usize,
    /// None where it was removed.
    pub chain: Option<u32>,
    pub kind: TemplateKind,
}

pub(super) fn template_places(line: &TimelineRow, catalog: &Catalog) -> Vec<TemplatePlace> {
    let mut places: Vec<TemplatePlace> = Vec::new();
    let mut last: Option<u32> = None;
    let mut in_doubt = line.open;
    for (at, state) in line.changes(catalog) {
        let state = catalog.states[state];
        if catalog.folders[state.key as usize].is_none() {
            in_doubt = true;
            continue;
        }
        let book = catalog.in_force[state.in_force as usize];
        let removed = places.last().is_some_and(|p| p.chain.is_none());
        let kind = match (book.chain.filter(|_| book.stands), last) {
            (None, last) if last.is_some() && !removed => Some(TemplateKind::Removed),
            (None, _) => None,
            (chain, last) if chain == last => removed.then_some(TemplateKind::Back),
            _ if in_doubt => Some(TemplateKind::Edge),
            (_, None) => Some(TemplateKind::First),
            _ => Some(TemplateKind::Changed),
        };
        let chain = book.chain.filter(|_| book.stands);
        places.extend(kind.map(|kind| TemplatePlace { at, chain, kind }));
        last = chain.or(last);
        in_doubt = false;
    }
    places
}

/// The OKEPs as they were before each new template, to be checked by the new one.
pub(super) fn before_templates(
    line: &TimelineRow,
    catalog: &Catalog,
    templates: &[TemplatePlace],
) -> Vec<(FileAt, u32)> {
    let mut also = Vec::new();
    for at in templates.iter().filter(|t| t.kind == TemplateKind::Changed).map(|t| t.at) {
        let book = catalog.state(line.commits[at]).in_force;
        let files = catalog.folder(line.commits[at - 1]).into_iter().flat_map(|h| h.files.iter());
        let okeps = files.filter(|f| catalog.path(**f).role == Role::Okep);
        also.extend(okeps.map(|file| (*file, book)));
    }
    also
}

impl Reporter<'_> {
    pub fn templates(&self, places: &[TemplatePlace], findings: &[FindingStory]) -> Vec<TemplateStory> {
        let mut stories = Vec::new();
        // The outer none: there was none yet.
        let mut before: Option<Option<&Template>> = None;
        for TemplatePlace { at, chain, kind } in places {
            let place = self.place(*at);
            let template = chain.and_then(|chain| self.verdicts.template(self.catalog, chain));
            let names = |template: &Template| template.names().map(|n| n.text.clone()).collect();
            let kind = match kind {
                TemplateKind::Removed | TemplateKind::Back => *kind,
                _ if template.is_none() => TemplateKind::Unread,
                TemplateKind::Changed if matches!(before, Some(None)) => TemplateKind::AfterUnread,
                _ => *kind,
            };
            let mut change = TemplateChange::default();
            match (kind, before.flatten(), template) {
                (TemplateKind::Changed, Some(before), Some(now)) => change = template_change(before, now),
                (TemplateKind::First | TemplateKind::Edge, _, Some(now)) => change.added = names(now),
                (TemplateKind::Removed, Some(before), _) => change.removed = names(before),
                _ => {}
            }
            let excused = findings.iter().filter(|f| {
                let landed = f.introduced.as_ref().map(|i| &i.landed.commit);
                f.cause == FindingCause::Template && landed == Some(&place.commit)
            });
            stories.push(TemplateStory {
                change,
                kind,
                followed_by: if kind == TemplateKind::Changed { self.followers(*at) } else { Vec::new() },
                excused: excused.count(),
                at: place,
            });
            if chain.is_some() {
                before = Some(template);
            }
        }
        stories
    }

    /// The OKEPs that would have findings under the template of the commit at `at`, had it not changed them
    /// too.
    fn followers(&self, at: usize) -> Vec<u64> {
        let (now, before) = (self.state(at), self.state(at - 1));
        let (book, old_book) = (self.catalog.states[now].in_force, self.catalog.states[before].in_force);
        let demands = |file: FileAt, book: u32| -> BTreeSet<u32> {
            let recorded = self.verdicts.under(file, book).into_iter().flat_map(|v| &v.recorded);
            let asked = |t: &&RecordedFinding| {
                let rule = rule(self.verdicts.identities[t.identity as usize].rule);
                rule.is_some_and(|r| r.is_of_template())
            };
            recorded.filter(asked).map(|t| t.identity).collect()
        };
        let mut followers = Vec::new();
        if self.verdicts.okeps(before).is_none() {
            return followers;
        }
        for listed in self.verdicts.okeps(now).into_iter().flat_map(Shared::iter) {
            let Some(number) = self.number(listed.who) else { continue };
            let of = |state: usize| self.files(state, listed.who).first().copied();
            let (Some(file), Some(old)) = (of(now), of(before)) else { continue };
            let brought: BTreeSet<u32> = &demands(old, book) - &demands(old, old_book);
            if brought.difference(&demands(file, book)).next().is_some() && !followers.contains(&number) {
                followers.push(number);
            }
        }
        followers
    }
}
