//! The tables of `okep history`: a summary, the OKEPs, what is open, what was mended, and the templates.

use super::text_table::{Cell, fixed, giving, number, plain, sheet};
use super::{BAD, BOLD, DIM, GOOD, Look, count, counted, harmless, prefix, write_wrapped};
use crate::audit::report::Counts;
use crate::history::report::{
    Cause, FindingStory, Moment, OkepStory, Place, Story, TemplateKind, TemplateStory,
};
use crate::rules::finding::Severity;
use crate::text::path::stem;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The story as something to read.
pub fn table(story: &Story, look: &Look) -> String {
    let mut out = summary(story, look);
    // What a template brought to those who landed before is told with the template.
    let own = |f: &&FindingStory| f.cause != Cause::Template;
    let mut open: Vec<&FindingStory> =
        story.findings.iter().filter(own).filter(|f| f.fixed.is_none()).collect();
    open.sort_by_key(|f| (f.severity, f.number, f.rule));
    let mut mended: Vec<(&FindingStory, &Moment)> =
        story.findings.iter().filter(own).filter_map(|f| Some((f, f.fixed.as_ref()?))).collect();
    mended.sort_by_key(|(f, fixed)| (&fixed.landed.date, f.number, f.rule));
    let names = Names::of(story);
    section(&mut out, "OKEPs", okeps(&story.okeps, &names, look), look);
    section(&mut out, "Open findings", open_table(&open, &names, look), look);
    section(&mut out, "Mended findings", mended_table(&mended, &names, look), look);
    section(&mut out, "Template", templates(&story.templates, look), look);
    if !story.notes.is_empty() {
        out.push('\n');
    }
    for note in &story.notes {
        let at = note.path.as_ref().map_or(String::new(), |path| format!("{}: ", harmless(path)));
        let text = format!("{at}{}", harmless(&note.message));
        write_wrapped(&mut out, 0, "note: ", DIM, &text, look);
    }
    out
}

fn section(out: &mut String, title: &str, body: String, look: &Look) {
    if !body.is_empty() {
        let _ = write!(out, "{}{body}", heading(title, look));
    }
}

/// What stands above a part of the story.
pub fn heading(title: &str, look: &Look) -> String {
    format!("\n{}\n", look.paint(BOLD, title))
}

fn summary(story: &Story, look: &Look) -> String {
    let walk = &story.walk;
    let mut out = String::new();
    let days = walk.days.as_ref().map_or(String::new(), |(first, last)| match (walk.commits, walk.line) {
        (1, _) => format!(" on {first}"),
        (_, line) if first == last => format!(", {line} on the first-parent line on {first}"),
        (_, line) => format!(", {line} on the first-parent line from {first} to {last}"),
    });
    let text = format!(
        "{}{days}: {} and {} audited",
        count(walk.commits, "commit"),
        count(walk.states, "distinct state"),
        count(walk.documents, "distinct document")
    );
    write_wrapped(&mut out, 0, "", BOLD, &text, look);
    let (younger, own): (Vec<&FindingStory>, Vec<&FindingStory>) =
        story.findings.iter().partition(|f| f.cause == Cause::Template);
    let mut open = Counts::default();
    own.iter().filter(|f| f.fixed.is_none()).for_each(|f| open.add(f.severity));
    let mended = own.iter().filter(|f| f.fixed.is_some()).count();
    let open = if open.total() == 0 { "nothing".to_owned() } else { counted(open, look) };
    let mut text = format!("{}: {open} open, {mended} mended", count(story.okeps.len(), "OKEP"));
    if !younger.is_empty() {
        let open = younger.iter().filter(|f| f.fixed.is_none()).count();
        let findings = count(younger.len(), "finding");
        let _ = write!(text, "; besides these, later templates brought {findings} ({open} open)");
    }
    let last = story.templates.last().filter(|t| t.kind == TemplateKind::Removed);
    if let Some(removed) = last {
        let _ = write!(text, "; the template was removed on {}", harmless(&removed.at.date));
    }
    write_wrapped(&mut out, 0, "", DIM, &text, look);
    out
}

/// What OKEPs are called: by their number, or by their file where they have none or share it.
struct Names {
    shared: BTreeSet<u64>,
}

impl Names {
    fn of(story: &Story) -> Self {
        let mut seen = BTreeSet::new();
        let numbers = story.okeps.iter().filter_map(|o| o.number);
        Names { shared: numbers.filter(|number| !seen.insert(*number)).collect() }
    }

    fn cell(&self, number: Option<u64>, path: &str) -> Cell {
        let file = || harmless(path.rsplit('/').next().unwrap_or(path)).into_owned();
        let number = number.filter(|number| !self.shared.contains(number));
        plain(number.map_or_else(file, |n| format!("{n:04}")))
    }

    fn of_finding(&self, finding: &FindingStory) -> Cell {
        self.cell(finding.number, finding.okep.as_ref().unwrap_or(&finding.path))
    }
}

/// A name of somebody, where it is known.
fn person(name: Option<&str>) -> Cell {
    match name.filter(|name| !name.trim().is_empty()) {
        Some(name) => plain(harmless(name)),
        None => (DIM, "?".to_owned()),
    }
}

fn date(place: Option<&Place>) -> Cell {
    place.map_or_else(|| (DIM, "before".to_owned()), |p| plain(harmless(&p.date)))
}

fn okeps(okeps: &[OkepStory], names: &Names, look: &Look) -> String {
    if okeps.is_empty() {
        return String::new();
    }
    let columns = [
        giving("OKEP", 4),
        giving("Title", 12),
        fixed("Landed").rank(2),
        giving("Author", 8).rank(3),
        number("Rev").rank(5),
        fixed("Then").rank(4),
        fixed("Now"),
        number("Unlisted").rank(1),
    ];
    let rows: Vec<Vec<Cell>> = okeps.iter().map(|o| okep(o, names)).collect();
    let legend = "Then, Now: errors/warnings/advice when it landed and now; Unlisted: days it stood in no menu; \
                  ?: it cannot be known";
    let mut out = sheet(&columns, &rows, look);
    write_wrapped(&mut out, 2, "", DIM, legend, look);
    out
}

fn okep(okep: &OkepStory, names: &Names) -> Vec<Cell> {
    let title = okep.title.as_deref().map_or(String::new(), |t| harmless(t).into_owned());
    let unknown = || (DIM, "?".to_owned());
    let now = match &okep.deleted {
        Some(place) => (DIM, format!("gone {}", harmless(&place.date))),
        None if !okep.now_known => unknown(),
        None => counts(okep.now),
    };
    let unlisted = match okep.days_unregistered {
        None if okep.register_unread || okep.landed.is_none() => unknown(),
        None => plain(""),
        Some(days) if okep.is_unregistered => (BAD, format!("{days} so far")),
        Some(0) => plain("0"),
        Some(days) => (BAD, days.to_string()),
    };
    vec![
        names.cell(okep.number, &okep.path),
        plain(title),
        date(okep.landed.as_ref()),
        person(okep.written.as_ref().map(|w| w.author.as_str())),
        plain(okep.revisions.to_string()),
        okep.when_landed.map_or_else(unknown, counts),
        now,
        unlisted,
    ]
}

fn counts(counts: Counts) -> Cell {
    let worst = match counts {
        Counts { errors: 0, warnings: 0, .. } => GOOD,
        Counts { errors: 0, .. } => Look::severity(Severity::Warning),
        _ => Look::severity(Severity::Error),
    };
    (worst, format!("{}/{}/{}", counts.errors, counts.warnings, counts.advice))
}

fn days(finding: &FindingStory) -> Cell {
    plain(finding.age_days.map_or_else(|| "?".to_owned(), |days| days.to_string()))
}

/// The subject; of a file its name, and a heading whole, whatever is in it.
fn subject(finding: &FindingStory) -> Cell {
    let subject = finding.subject.as_str();
    let name = subject.rsplit('/').next().filter(|name| stem(name).is_some());
    plain(harmless(name.unwrap_or(subject)))
}

fn open_table(findings: &[&FindingStory], names: &Names, look: &Look) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let columns = [
        giving("OKEP", 4),
        giving("Rule", 16),
        giving("Subject", 10),
        number("Days").rank(3),
        fixed("Since").rank(2),
        giving("Brought by", 10).rank(1),
    ];
    let row = |f: &&FindingStory| {
        vec![
            names.of_finding(f),
            (Look::severity(f.severity), f.rule.to_owned()),
            subject(f),
            days(f),
            date(f.introduced.as_ref().map(|m| &m.landed)),
            person(f.introduced.as_ref().map(|m| m.author.as_str())),
        ]
    };
    let rows: Vec<Vec<Cell>> = findings.iter().map(row).collect();
    sheet(&columns, &rows, look)
}

fn mended_table(findings: &[(&FindingStory, &Moment)], names: &Names, look: &Look) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let columns = [
        giving("OKEP", 4),
        giving("Rule", 14),
        giving("Subject", 8),
        number("Days").rank(3),
        fixed("Mended").rank(2),
        giving("By", 8).rank(1),
        fixed("Commit").rank(4),
    ];
    let row = |(f, fixed): &(&FindingStory, &Moment)| {
        vec![
            names.of_finding(f),
            (Look::severity(f.severity), f.rule.to_owned()),
            subject(f),
            days(f),
            plain(harmless(&fixed.landed.date)),
            person(Some(&fixed.author)),
            (DIM, short(&fixed.written).to_owned()),
        ]
    };
    let rows: Vec<Vec<Cell>> = findings.iter().map(row).collect();
    sheet(&columns, &rows, look)
}

fn short(commit: &str) -> &str {
    prefix(commit, 7)
}

fn templates(templates: &[TemplateStory], look: &Look) -> String {
    let mut out = String::new();
    for template in templates {
        let date = harmless(&template.at.date);
        let label = match template.kind.is_dated() {
            true => format!("{date}  {}  ", short(&template.at.commit)),
            false => format!("before {date}   "),
        };
        write_wrapped(&mut out, 2, &label, DIM, &harmless(&change(template)), look);
    }
    out
}

/// What a revision of the template did, in a line.
pub(super) fn change(template: &TemplateStory) -> String {
    let quoted = |names: &[String]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    let change = &template.change;
    let mut parts = Vec::new();
    let sections = || count(change.added.len(), "section");
    match template.kind {
        TemplateKind::First => parts.push(format!("first template, {}", sections())),
        TemplateKind::Edge => parts.push(format!("the template, {}; when it came is unknown", sections())),
        TemplateKind::Unread => parts.push("another text, which cannot be read".to_owned()),
        TemplateKind::AfterUnread => {
            parts.push(
                "another text; the one before it cannot be read, so that the change is unknown".to_owned(),
            );
        }
        TemplateKind::Removed => {
            parts.push("removed; from here on judged by the outline built into okep".to_owned());
        }
        TemplateKind::Back => parts.push("back as it was".to_owned()),
        TemplateKind::Changed if !change.added.is_empty() => {
            parts.push(format!("added {}", quoted(&change.added)));
        }
        TemplateKind::Changed => {}
    }
    if template.kind == TemplateKind::Changed && !change.removed.is_empty() {
        parts.push(format!("removed {}", quoted(&change.removed)));
    }
    parts.extend(change.renamed.iter().map(|(from, to)| format!("`{from}` is now `{to}`")));
    if parts.is_empty() {
        parts.push("prompts or links, no section".to_owned());
    }
    if !template.followed_by.is_empty() {
        let numbers: Vec<String> = template.followed_by.iter().map(|n| format!("{n:04}")).collect();
        let okeps = count(numbers.len(), "OKEP");
        parts.push(format!("the same commit made {okeps} follow: {}", numbers.join(", ")));
    }
    if template.excused > 0 {
        parts.push(format!("{} to older OKEPs, as advice", count(template.excused, "finding")));
    }
    parts.join("; ")
}
