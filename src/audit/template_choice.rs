//! Which of several files that are named like a template is the template.

use crate::audit::history_source::HistorySource;
use crate::audit::target::{Base, CheckTarget};
use crate::files::Note;
use crate::okep::config::Config;
use crate::okep::template::several;
use crate::okep::template_history::{TemplateHistory, templates};

/// Of several files that are named like a template, the one that landed first counts, also in the states
/// compared with; says which one that is, and gives the history that was asked for it.
pub fn choose_template(
    target: &CheckTarget,
    config: &mut Config,
    bases: &mut [(&Base, Config)],
    history: &dyn HistorySource,
) -> Option<(Note, TemplateHistory)> {
    let templates = templates(&target.tree, &config.layout)?;
    let paths: Vec<String> = templates.keys().cloned().collect();
    let known = history.template_history(target, config);
    let first = known.first_template(templates)?;
    let others: Vec<&str> = paths.iter().map(String::as_str).filter(|path| *path != first).collect();
    let note = several(&first, &others, " because it landed first", &config.layout.folder);
    for (_, config) in bases.iter_mut().filter(|(base, _)| base.tree.contains(&first)) {
        config.layout.template.get_or_insert_with(|| first.clone());
    }
    config.layout.template = Some(first);
    Some((note, known))
}
