//! The JSON of `okep history`, `schema: 1`: a contract that tools stand on.

use super::json::{NoteJson, SCHEMA, ToolJson, escaped, note};
use crate::history::report::{FindingStory, OkepStory, Story, SubjectPlace, TemplateStory, Transition};
use serde::Serialize;

/// The story as JSON, pretty-printed and ended by a line break.
///
/// `introduced.date` and `fixed.date` are the days of the commits that brought the change to the line;
/// `introduced` is null where history does not reach back to it, and `age_days` with it. The counts of an
/// OKEP are of what it has now.
pub fn history(story: &Story, version: &str) -> String {
    let walk = &story.walk;
    let history = HistoryJson {
        schema: SCHEMA,
        tool: ToolJson { name: "okep", version },
        walk: WalkJson {
            tips: &walk.tips,
            commits: walk.commits,
            states: walk.states,
            documents: walk.documents,
            shallow: walk.shallow,
            missing_objects: walk.missing_objects,
        },
        okeps: story.okeps.iter().map(okep).collect(),
        template: story.templates.iter().map(template).collect(),
        findings: story.findings.iter().map(finding).collect(),
        notes: story.notes.iter().map(note).collect(),
    };
    let json = serde_json::to_string_pretty(&history).expect("plain structs with string keys always encode");
    escaped(&json) + "\n"
}

#[derive(Serialize)]
struct HistoryJson<'a> {
    schema: u32,
    tool: ToolJson<'a>,
    walk: WalkJson<'a>,
    okeps: Vec<HistoryOkepJson<'a>>,
    template: Vec<TemplateJson<'a>>,
    findings: Vec<HistoryFindingJson<'a>>,
    notes: Vec<NoteJson<'a>>,
}

#[derive(Serialize)]
struct WalkJson<'a> {
    tips: &'a [String],
    commits: usize,
    states: usize,
    documents: usize,
    shallow: bool,
    missing_objects: usize,
}

#[derive(Serialize)]
struct HistoryOkepJson<'a> {
    number: Option<u64>,
    path: &'a str,
    title: Option<&'a str>,
    landed: Option<LandedJson<'a>>,
    written: Option<WrittenJson<'a>>,
    revisions: usize,
    paths: &'a [String],
    registered: Option<RegisteredJson<'a>>,
    /// All times together at which it stood and was not registered.
    unregistered_days: Option<i64>,
    deleted: Option<LandedJson<'a>>,
    errors: usize,
    warnings: usize,
    hints: usize,
}

#[derive(Serialize)]
struct LandedJson<'a> {
    commit: &'a str,
    date: &'a str,
    pull_request: Option<u64>,
}

#[derive(Serialize)]
struct WrittenJson<'a> {
    commit: &'a str,
    author: &'a str,
    date: &'a str,
}

#[derive(Serialize)]
struct RegisteredJson<'a> {
    commit: &'a str,
    date: &'a str,
    days_after_landing: i64,
}

#[derive(Serialize)]
struct TemplateJson<'a> {
    commit: Option<&'a str>,
    date: Option<&'a str>,
    added: &'a [String],
    removed: &'a [String],
    renamed: Vec<RenamedJson<'a>>,
    kind: &'a str,
    /// The OKEPs that the same commit made to follow it.
    followed_by: &'a [u64],
}

#[derive(Serialize)]
struct RenamedJson<'a> {
    from: &'a str,
    to: &'a str,
}

#[derive(Serialize)]
struct HistoryFindingJson<'a> {
    rule: &'a str,
    severity: &'a str,
    number: Option<u64>,
    okep: Option<&'a str>,
    path: &'a str,
    subject: &'a str,
    cause: &'a str,
    introduced: Option<MomentJson<'a>>,
    fixed: Option<MomentJson<'a>>,
    age_days: Option<i64>,
}

#[derive(Serialize)]
struct MomentJson<'a> {
    written: &'a str,
    landed: &'a str,
    author: &'a str,
    date: &'a str,
}

fn landed(place: &SubjectPlace) -> LandedJson<'_> {
    LandedJson { commit: &place.commit, date: &place.date, pull_request: place.pull_request }
}

fn okep(okep: &OkepStory) -> HistoryOkepJson<'_> {
    HistoryOkepJson {
        number: okep.number,
        path: &okep.path,
        title: okep.title.as_deref(),
        landed: okep.landed.as_ref().map(landed),
        written: okep.written.as_ref().map(|w| WrittenJson {
            commit: &w.commit,
            author: &w.author,
            date: &w.date,
        }),
        revisions: okep.revisions,
        paths: &okep.paths,
        registered: okep.registered.as_ref().map(|r| RegisteredJson {
            commit: &r.at.commit,
            date: &r.at.date,
            days_after_landing: r.days_after_landing,
        }),
        unregistered_days: okep.days_unregistered,
        deleted: okep.deleted.as_ref().map(landed),
        errors: okep.now.errors,
        warnings: okep.now.warnings,
        hints: okep.now.hints,
    }
}

fn template(template: &TemplateStory) -> TemplateJson<'_> {
    let is_dated = template.kind.is_dated();
    let renamed = template.change.renamed.iter().map(|(from, to)| RenamedJson { from, to });
    TemplateJson {
        commit: is_dated.then_some(&template.at.commit),
        date: is_dated.then_some(&template.at.date),
        added: &template.change.added,
        removed: &template.change.removed,
        renamed: renamed.collect(),
        kind: template.kind.as_str(),
        followed_by: &template.followed_by,
    }
}

fn finding(finding: &FindingStory) -> HistoryFindingJson<'_> {
    HistoryFindingJson {
        rule: finding.rule,
        severity: finding.severity.as_str(),
        number: finding.number,
        okep: finding.okep.as_deref(),
        path: &finding.path,
        subject: &finding.subject,
        cause: finding.cause.as_str(),
        introduced: finding.introduced.as_ref().map(moment),
        fixed: finding.fixed.as_ref().map(moment),
        age_days: finding.age_days,
    }
}

fn moment(moment: &Transition) -> MomentJson<'_> {
    MomentJson {
        written: &moment.written,
        landed: &moment.landed.commit,
        author: &moment.author,
        date: &moment.landed.date,
    }
}
