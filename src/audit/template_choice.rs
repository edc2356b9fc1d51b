//! Which of several files that are named like a template is the template.

use crate::audit::history_source::HistorySource;
use crate::audit::target::{Base, CheckTarget};
use crate::files::Note;
use crate::git::Id;
use crate::okep::config::Config;
use crate::okep::template::several;
use crate::okep::template_history::TemplateHistory;
use crate::text::path::Role;

/// Of several files that are named like a template, the one that landed first counts, also in the states
/// compared with; says which one that is, and gives the history that was asked for it.
pub fn choose_template(
    target: &CheckTarget,
    config: &mut Config,
    bases: &mut [(&Base, Config)],
    history: &dyn HistorySource,
) -> Option<(Note, TemplateHistory)> {
    let listing = target.tree.list(&config.layout.folder);
    let is_template = |path: &&str| config.layout.role(path) == Role::Template;
    let templates: Vec<&str> = listing.files.keys().map(String::as_str).filter(is_template).collect();
    if templates.len() < 2 || config.layout.template.is_some() {
        return None;
    }
    let known = history.template_history(target, config);
    let id = |path: &&str| Id::from_hex(target.tree.id(path)?.as_bytes()).ok();
    let first = known.first_template(&templates.iter().map(|path| (*path, id(path))).collect())?;
    let others: Vec<&str> = templates.into_iter().filter(|path| *path != first).collect();
    let note = several(&first, &others, " because it landed first", &config.layout.folder);
    for (_, config) in bases.iter_mut().filter(|(base, _)| base.tree.contains(&first)) {
        config.layout.template.get_or_insert_with(|| first.clone());
    }
    config.layout.template = Some(first);
    Some((note, known))
}
