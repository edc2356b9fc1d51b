//! The report on a snapshot and its findings.

use crate::audit::baseline::Compared;
use crate::audit::landed_as;
use crate::audit::report::{Issue, OkepSummary, Report, Source};
use crate::okep::proposal::Okep;
use crate::okep::snapshot::Snapshot;
use crate::okep::template_history::TemplateHistory;
use crate::site::mkdocs::Site;

/// The report on a snapshot and its findings.
pub fn report_of(
    snapshot: &Snapshot,
    source: Source,
    compared: Compared,
    template_history: Option<&TemplateHistory>,
) -> Report {
    let okeps = snapshot.okeps.iter().map(|okep| summary(okep, snapshot, template_history));
    let notes = snapshot.notes.iter().cloned().chain(compared.notes).collect();
    Report { source, okeps: okeps.collect(), findings: compared.findings, notes, ..Report::default() }
}

/// Title and issue are left out of an OKEP that is not audited.
fn summary(okep: &Okep, snapshot: &Snapshot, template_history: Option<&TemplateHistory>) -> OkepSummary {
    let read = Some(okep).filter(|okep| !okep.unchanged);
    let issue = read.and_then(|okep| {
        let link = okep.issue.as_ref()?.link.as_ref()?;
        Some(Issue { number: link.number.as_ref()?.value, url: link.url.clone() })
    });
    let in_nav = |site: &Site| {
        site.nav.tree()?;
        site.registered(&okep.path).shown()
    };
    let landed = template_history.and_then(|history| landed_as(history, snapshot, &okep.path));
    OkepSummary {
        path: okep.path.clone(),
        number: read.map_or(okep.name.number, Okep::number),
        title: read.and_then(|okep| Some(okep.title.as_ref()?.name.clone())),
        issue,
        landed: landed.and_then(|(_, okep)| okep.landing.revision.clone()),
        in_nav: snapshot.site.as_ref().and_then(|site| in_nav(site)),
        in_index: snapshot.landing.as_ref().map(|page| page.lists(&okep.path)),
    }
}
