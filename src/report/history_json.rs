//! The JSON of `okep history`, `schema: 1`: a contract that `schemas/history.schema.json` holds.

use super::json::printed;
use crate::history::report::{OkepStory, Story, SubjectPlace, TemplateKind, TemplateStory, Transition};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// The history as JSON, pretty-printed and ended by a line break.
///
/// `introduced.date` and `fixed.date` are the days of the commits that introduced the change to the main line;
/// `introduced` is null where history does not reach back to it, and `age_days` with it. The counts of an
/// OKEP are of what it has now.
pub fn history(story: &Story, version: &str) -> String {
    printed(&json!({
        "schema": 1,
        "tool": { "name": "okep", "version": version },
        "walk": story.walk,
        "okeps": story.okeps.iter().map(okep).collect::<Vec<_>>(),
        "template": story.templates.iter().map(template).collect::<Vec<_>>(),
        "findings": story.findings,
        "notes": story.notes,
    }))
}

fn okep(okep: &OkepStory) -> Value {
    let registered = |(at, days): &(SubjectPlace, i64)| json!({ "commit": at.commit, "date": at.date, "days_after_landing": days });
    json!({
        "number": okep.number,
        "path": okep.path,
        "title": okep.title,
        "landed": okep.landed,
        "written": okep.written,
        "revisions": okep.revisions,
        "paths": okep.paths,
        "registered": okep.registered.as_ref().map(registered),
        "unregistered_days": okep.days_unregistered,
        "deleted": okep.deleted,
        "errors": okep.now.errors,
        "warnings": okep.now.warnings,
        "hints": okep.now.hints,
    })
}

fn template(template: &TemplateStory) -> Value {
    let is_dated = template.kind != TemplateKind::Edge;
    let renamed = template.change.renamed.iter().map(|(from, to)| json!({ "from": from, "to": to }));
    json!({
        "commit": is_dated.then_some(&template.at.commit),
        "date": is_dated.then_some(&template.at.date),
        "added": template.change.added,
        "removed": template.change.removed,
        "renamed": renamed.collect::<Vec<_>>(),
        "kind": template.kind.into_str(),
        "followed_by": template.followed_by,
    })
}

impl Serialize for Transition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Transition { written, author, landed } = self;
        let value =
            json!({ "written": written, "landed": landed.commit, "author": author, "date": landed.date });
        value.serialize(serializer)
    }
}
