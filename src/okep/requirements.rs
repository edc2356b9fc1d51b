//! What a template demands, with what earlier revisions of it called the same things.

use crate::git::Revision;
use crate::markdown::names::Name;
use crate::okep::alignment::{MatchKind, OldName, align};
use crate::okep::prompts::Prompts;
use crate::okep::template::Template;
use crate::okep::template_history::TemplateRevision;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

/// A template and its past, ready to check by.
#[derive(Debug, Clone)]
pub struct Requirements {
    pub template: Template,
    /// For each section of the template, its earlier wordings.
    pub old_names: Vec<Vec<OldName>>,
    /// The names of sections that earlier revisions had and this one has not.
    pub dropped: HashSet<String>,
    pub prompts: Arc<Prompts>,
    /// For each section of the template whether it has a prompt, once that was asked.
    pub has_prompt: OnceLock<Vec<bool>>,
    /// Present names by earlier ones, each as it was written and in normal form.
    current: HashMap<String, String>,
}

impl Requirements {
    /// The rule book of `template`, which followed `template_timeline` (oldest first), with the prompts of `all`.
    pub fn new(
        template: &Template,
        at: Option<&Revision>,
        template_timeline: &[TemplateRevision],
        prompts: Arc<Prompts>,
    ) -> Self {
        let before = template_timeline.iter().map(|r| (&r.template, Some(&r.revision)));
        let steps: Vec<(&Template, Option<&Revision>)> = before.chain([(template, at)]).collect();
        let mut names: Vec<Vec<OldName>> = vec![Vec::new(); steps[0].0.outline.rows.len()];
        for pair in steps.windows(2) {
            let ((before, _), (after, revision)) = (pair[0], pair[1]);
            let carry = |(section, row): (usize, Option<usize>)| {
                let Some(row) = row else { return Vec::new() };
                let mut old = std::mem::take(&mut names[row]);
                let (was, is) = (&before.outline.rows[row].name, &after.outline.rows[section].name);
                if was.text != is.text {
                    old.push(OldName { name: was.clone(), until: revision.cloned() });
                }
                old
            };
            names = corresponding(before, after).into_iter().enumerate().map(carry).collect();
        }
        let mut current = HashMap::new();
        for (row, old) in template.outline.rows.iter().zip(&names) {
            for name in old.iter().map(|o| &o.name).chain([&row.name]) {
                for spelling in [&name.normal, &name.text] {
                    current.insert(spelling.clone(), row.name.normal.clone());
                }
            }
        }
        let earlier = template_timeline.iter().flat_map(|revision| revision.template.names());
        let dropped = earlier.map(|name| &name.normal).filter(|name| !current.contains_key(*name));
        Requirements {
            template: template.clone(),
            old_names: names,
            dropped: dropped.cloned().collect(),
            prompts,
            has_prompt: OnceLock::new(),
            current,
        }
    }

    /// The same demands with the prompts of other revisions.
    pub fn with_prompts(&self, prompts: &Arc<Prompts>) -> Self {
        Requirements { prompts: prompts.clone(), has_prompt: OnceLock::new(), ..self.clone() }
    }

    /// Whether the template has a section of this name, or had one under it.
    pub fn has_section(&self, subject: &str) -> bool {
        let name = self.current_name(subject);
        self.template.names().any(|n| n.normal == name)
    }

    /// What a subject of an earlier revision is called now, in normal form.
    pub fn current_name(&self, subject: &str) -> String {
        let current = self.current.get(subject).cloned();
        current.unwrap_or_else(|| self.current_of(&Name::new(subject)).to_owned())
    }

    /// The same of a section of an earlier revision.
    pub fn current_of<'a>(&'a self, name: &'a Name) -> &'a str {
        self.current.get(&name.normal).unwrap_or(&name.normal)
    }
}

/// How the sections of two revisions of a template correspond.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TemplateChange {
    pub added: Vec<String>,
    pub removed: Vec<String>,
    /// From, to.
    pub renamed: Vec<(String, String)>,
}

/// What a revision of the template added, removed and renamed.
pub fn template_change(before: &Template, after: &Template) -> TemplateChange {
    let pairs = corresponding(before, after);
    let name = |t: &Template, i: usize| t.outline.rows[i].name.text.clone();
    let renamed = pairs.iter().enumerate().filter_map(|(section, row)| {
        let names = (name(before, (*row)?), name(after, section));
        (names.0 != names.1).then_some(names)
    });
    let added = (0..pairs.len()).filter(|section| pairs[*section].is_none());
    let removed = (0..before.outline.rows.len()).filter(|row| !pairs.contains(&Some(*row)));
    TemplateChange {
        added: added.map(|section| name(after, section)).collect(),
        removed: removed.map(|row| name(before, row)).collect(),
        renamed: renamed.collect(),
    }
}

/// For each section of `after`, the section of `before` it was.
fn corresponding(before: &Template, after: &Template) -> Vec<Option<usize>> {
    let alignment = align(&after.outline, &[], &before.outline);
    let mut pairs: Vec<Option<usize>> = alignment
        .matches
        .iter()
        .map(|m| m.filter(|m| !matches!(m.kind, MatchKind::Words(s) if s < 0.5)).map(|m| m.row))
        .collect();
    // A section that got wholly other words is known by the prompt under it.
    let taken: HashSet<usize> = pairs.iter().flatten().copied().collect();
    let body = |t: &Template, row: usize| {
        let heading = &t.document.headings[t.outline.rows[row].heading];
        crate::markdown::document::fold_blanks(t.document.text.slice(heading.body.clone()))
    };
    let mut by_body: HashMap<String, usize> = (0..before.outline.rows.len())
        .filter(|row| !taken.contains(row))
        .map(|row| (body(before, row), row))
        .filter(|(body, _)| !body.is_empty())
        .collect();
    for (section, pair) in pairs.iter_mut().enumerate().filter(|(_, p)| p.is_none()) {
        *pair = by_body.remove(&body(after, section));
    }
    pairs
}
