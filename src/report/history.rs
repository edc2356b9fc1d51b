//! The tables of `okep history`: a summary, the OKEPs, open and fixed findings, and the template.

use super::summary::{count, counted};
use super::tables::{Cell, Cells, table as lay_out};
use super::terminal::{BOLD, DIM, Terminal, escape_control, note_text, okep_label, prefix};
use crate::audit::report::Counts;
use crate::history::report::{FindingStory, OkepStory, Story, SubjectPlace, TemplateKind, TemplateStory};
use crate::text::path::stem;
use std::collections::BTreeSet;

/// The history as something to read.
pub fn table(story: &Story, terminal: &Terminal) -> String {
    // What a template asked of OKEPs that had landed before is listed with the template.
    let mut open: Vec<&FindingStory> = findings(story, false, true).collect();
    open.sort_by_key(|f| (f.severity, f.number, f.rule, f.introduced.as_ref().map(|m| &m.landed.date)));
    let mut fixed: Vec<&FindingStory> = findings(story, false, false).collect();
    fixed.sort_by_key(|f| (f.fixed.as_ref().map(|m| &m.landed.date), f.number, f.rule));
    let shared = shared_numbers(story);
    let parts = [
        ("OKEPs", okeps(&story.okeps, &shared, terminal)),
        ("Open findings", open_findings(&open, &shared, terminal)),
        ("Fixed findings", fixed_findings(&fixed, &shared, terminal)),
        ("Template", templates(&story.templates, terminal)),
    ];
    let mut out = summary(story, terminal);
    let parts = parts.iter().filter(|(_, body)| !body.is_empty());
    out.extend(parts.map(|(title, body)| heading(title, terminal) + body));
    if !story.notes.is_empty() && !out.is_empty() {
        out += "\n";
    }
    out.extend(story.notes.iter().map(|note| terminal.wrap("note: ", &note_text(note), 6)));
    out
}

/// The findings that are excused, or those that are not, as long as they are open, or once they are fixed.
fn findings(story: &Story, is_excused: bool, is_open: bool) -> impl Iterator<Item = &FindingStory> {
    let is_asked = move |f: &&FindingStory| f.is_excused() == is_excused && f.fixed.is_none() == is_open;
    story.findings.iter().filter(is_asked)
}

/// The title above a part of the history.
pub fn heading(title: &str, terminal: &Terminal) -> String {
    format!("\n{}\n", terminal.paint(BOLD, title))
}

/// What was read, and what is open; nothing where there is no commit, as a note says.
fn summary(story: &Story, terminal: &Terminal) -> String {
    let walk = &story.walk;
    if walk.commits == 0 {
        return String::new();
    }
    let days = match &walk.days {
        Some((first, last)) if first == last => format!(", {first}"),
        Some((first, last)) => format!(", {first} to {last}"),
        None => String::new(),
    };
    let tip = walk.tips.first().map_or(String::new(), |tip| format!(" of {}", prefix(tip, 7)));
    let on_line = if walk.line == walk.commits { String::new() } else { format!("{} of them ", walk.line) };
    let text = format!(
        "Read {}{days}, {on_line}on the first-parent line{tip}: {}, {} of OKEPs",
        count(walk.commits, "commit"),
        count(walk.states, "state"),
        count(walk.documents, "version"),
    );
    let mut out = terminal.wrap("", &text, 2);
    let mut open = Counts::default();
    findings(story, false, true).for_each(|f| open.add(f.severity));
    let fixed = findings(story, false, false).count();
    let [later_open, later_fixed] = [true, false].map(|is_open| findings(story, true, is_open).count());
    let open = if open.total() == 0 { "nothing".to_owned() } else { counted(open, terminal) };
    let n = story.okeps.len();
    let okeps = if n == 0 { "No OKEP matches".to_owned() } else { count(n, "OKEP") };
    let mut text = format!("{okeps}. Open: {open}. Fixed so far: {fixed}.");
    if later_open + later_fixed > 0 {
        let later = count(later_open + later_fixed, "hint");
        text += &format!(" Not counted: {later} for what the template added later ({later_open} open).");
    }
    if let Some(removed) = story.templates.last().filter(|t| t.kind == TemplateKind::Removed) {
        text += &format!(" The template was removed on {}.", escape_control(&removed.at.date));
    }
    out += &terminal.wrap("", &text, 2);
    out
}

/// The numbers that several OKEPs share.
fn shared_numbers(story: &Story) -> BTreeSet<u64> {
    let mut seen = BTreeSet::new();
    story.okeps.iter().filter_map(|o| o.number).filter(|number| !seen.insert(*number)).collect()
}

/// What an OKEP is called: by its file also where it shares its number.
fn okep_cell(shared: &BTreeSet<u64>, number: Option<u64>, path: &str) -> Cell {
    Cell("OKEP", Cells::Cut, okep_label(number.filter(|number| !shared.contains(number)), path))
}

/// A name of somebody, where it is known.
fn person(name: Option<&str>) -> String {
    escape_control(name.filter(|name| !name.trim().is_empty()).unwrap_or("?")).into_owned()
}

/// The day, and the pull request where there was one; nothing where history does not reach back so far.
fn date(place: Option<&SubjectPlace>) -> String {
    let Some(place) = place else { return "before".to_owned() };
    let request = place.pull_request.map_or(String::new(), |number| format!(" #{number}"));
    format!("{}{request}", escape_control(&place.date))
}

/// The column of the days that an OKEP was missing from nav.
const NOT_IN_NAV: &str = "Not in nav";

fn okeps(okeps: &[OkepStory], shared: &BTreeSet<u64>, terminal: &Terminal) -> String {
    if okeps.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<Cell>> = okeps.iter().map(|o| okep(o, shared)).collect();
    let mut legend = "Then, Now: errors/warnings/hints at landing and now. ?: unknown.".to_owned();
    if rows.iter().flatten().any(|cell| cell.0 == NOT_IN_NAV && !cell.2.is_empty()) {
        legend += " Not in nav: days missing from nav.";
    }
    lay_out(&rows, terminal) + &terminal.paint(DIM, terminal.wrap("", &legend, 0).trim_end()) + "\n"
}

fn okep(okep: &OkepStory, shared: &BTreeSet<u64>) -> Vec<Cell> {
    let title = escape_control(okep.title.as_deref().unwrap_or_default());
    let unknown = || "?".to_owned();
    let now = match &okep.deleted {
        Some(place) => format!("removed {}", escape_control(&place.date)),
        None if !okep.now_known => unknown(),
        None => counts(okep.now),
    };
    let missing = match okep.days_unregistered {
        None if okep.register_unread || okep.added.is_none() => unknown(),
        None | Some(0) => String::new(),
        Some(days) if okep.is_unregistered => format!("{days} so far"),
        Some(days) => days.to_string(),
    };
    let if_landed = |text: &str| if okep.has_landed { text.to_owned() } else { String::new() };
    let day = |at: &SubjectPlace| escape_control(&at.date).into_owned();
    let landed = okep.landed.as_ref().map_or_else(|| if_landed("before"), day);
    vec![
        okep_cell(shared, okep.number, &okep.path),
        Cell("Title", Cells::Cut, title.into_owned()),
        Cell("Then", Cells::Text, okep.when_landed.map_or_else(|| if_landed("?"), counts)),
        Cell("Now", Cells::Text, now),
        Cell("Landed", Cells::Text, landed),
        Cell("Author", Cells::Cut, person(okep.written.as_ref().map(|w| w.author.as_str()))),
        Cell(NOT_IN_NAV, Cells::Text, missing),
        Cell("Revisions", Cells::Number, okep.revisions.to_string()),
    ]
}

fn counts(counts: Counts) -> String {
    format!("{}/{}/{}", counts.errors, counts.warnings, counts.hints)
}

fn days(finding: &FindingStory) -> String {
    finding.age_days.map_or_else(|| "?".to_owned(), |days| days.to_string())
}

/// The subject; of a file its name, and a heading whole, whatever is in it.
fn subject(finding: &FindingStory) -> String {
    let subject = finding.subject.as_str();
    let name = subject.rsplit('/').next().filter(|name| stem(name).is_some());
    escape_control(name.unwrap_or(subject)).into_owned()
}

/// Open findings; those of one rule and OKEP that were introduced together are one row.
fn open_findings(findings: &[&FindingStory], shared: &BTreeSet<u64>, terminal: &Terminal) -> String {
    let row = |together: &[&FindingStory]| {
        let first = together[0];
        let times = if together.len() > 1 { format!(" ×{}", together.len()) } else { String::new() };
        let times = if terminal.unicode { times } else { times.replace('×', "x") };
        let introduced = first.introduced.as_ref();
        let subjects: Vec<String> = together.iter().map(|finding| subject(finding)).collect();
        vec![
            okep_cell(shared, first.number, first.okep.as_ref().unwrap_or(&first.path)),
            Cell("Severity", Cells::Text, first.severity.to_string()),
            Cell("Rule", Cells::Text, format!("{}{times}", first.rule)),
            Cell("Subject", Cells::Cut, subjects.join(", ")),
            Cell("Introduced", Cells::Text, date(introduced.map(|m| &m.landed))),
            Cell("By", Cells::Cut, person(introduced.map(|m| m.author.as_str()))),
            Cell("Days", Cells::Number, days(first)),
        ]
    };
    let key = |finding: &&FindingStory| {
        let at = finding.introduced.as_ref().map(|m| (m.landed.commit.clone(), m.author.clone()));
        (finding.severity, finding.number, finding.rule, finding.okep.clone(), at)
    };
    let groups = findings.chunk_by(|a, b| key(a) == key(b));
    lay_out(&groups.map(row).collect::<Vec<_>>(), terminal)
}

fn fixed_findings(findings: &[&FindingStory], shared: &BTreeSet<u64>, terminal: &Terminal) -> String {
    let row = |f: &&FindingStory| {
        let fixed = f.fixed.as_ref();
        vec![
            okep_cell(shared, f.number, f.okep.as_ref().unwrap_or(&f.path)),
            Cell("Rule", Cells::Text, f.rule.to_owned()),
            Cell("Subject", Cells::Cut, subject(f)),
            Cell("Fixed", Cells::Text, date(fixed.map(|m| &m.landed))),
            Cell("Days", Cells::Number, days(f)),
            Cell("By", Cells::Cut, person(fixed.map(|m| m.author.as_str()))),
            Cell("Commit", Cells::Text, fixed.map_or("", |m| prefix(&m.written, 7)).to_owned()),
        ]
    };
    lay_out(&findings.iter().map(row).collect::<Vec<_>>(), terminal)
}

fn templates(templates: &[TemplateStory], terminal: &Terminal) -> String {
    let line = |template: &TemplateStory| {
        let date = escape_control(&template.at.date);
        let label = match template.kind {
            TemplateKind::Edge => format!("before {date}   "),
            _ => format!("{date}  {}  ", prefix(&template.at.commit, 7)),
        };
        let indent = if terminal.width < 60 { 4 } else { label.len() };
        terminal.wrap(&label, &escape_control(&change(template)), indent)
    };
    templates.iter().map(line).collect()
}

/// What a revision of the template did, in a line.
pub(super) fn change(template: &TemplateStory) -> String {
    let quoted = |names: &[String]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    let change = &template.change;
    let sections = count(change.added.len(), "section");
    let only = |text: &str| vec![text.to_owned()];
    let mut parts = match template.kind {
        TemplateKind::First => vec![format!("first template, {sections}")],
        TemplateKind::Edge => vec![format!("the template, {sections}; its first day is unknown")],
        TemplateKind::Unread => only("another text, which cannot be read"),
        TemplateKind::AfterUnread => {
            only("another text; the one before it cannot be read, so the change is unknown")
        }
        TemplateKind::Removed => only("removed; from here on the outline built into okep is checked"),
        TemplateKind::Back => only("restored as it was"),
        TemplateKind::Changed => {
            let parts = [("added", &change.added), ("removed", &change.removed)];
            let parts = parts.iter().filter(|(_, names)| !names.is_empty());
            parts.map(|(what, names)| format!("{what} {}", quoted(names))).collect()
        }
    };
    parts.extend(change.renamed.iter().map(|(from, to)| format!("`{from}` is now `{to}`")));
    if parts.is_empty() {
        parts.push("prompts or links, no section".to_owned());
    }
    if !template.followed_by.is_empty() {
        let numbers: Vec<String> = template.followed_by.iter().map(|n| format!("{n:04}")).collect();
        let okeps = count(numbers.len(), "OKEP");
        parts.push(format!("the same commit changed {okeps} to follow it: {}", numbers.join(", ")));
    }
    if template.excused > 0 {
        parts.push(format!("{} for OKEPs that had landed", count(template.excused, "hint")));
    }
    parts.join("; ")
}
