//! The tables of `okep history`: a summary, the OKEPs, what is open, what was mended, and the templates.

use super::text_table::{Cell, fixed, giving, number, plain, sheet};
use super::{BAD, BOLD, DIM, GOOD, Terminal, count, counted, escape_control, prefix, write_wrapped};
use crate::audit::report::Counts;
use crate::history::report::{
    FindingCause, FindingStory, OkepStory, Story, SubjectPlace, TemplateKind, TemplateStory, Transition,
};
use crate::rules::finding::Severity;
use crate::text::path::stem;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The story as something to read.
pub fn table(story: &Story, terminal: &Terminal) -> String {
    let mut out = summary(story, terminal);
    // What a template brought to those who landed before is told with the template.
    let own = |f: &&FindingStory| f.cause != FindingCause::Template;
    let mut open: Vec<&FindingStory> =
        story.findings.iter().filter(own).filter(|f| f.fixed.is_none()).collect();
    open.sort_by_key(|f| (f.severity, f.number, f.rule));
    let mut fixed: Vec<(&FindingStory, &Transition)> =
        story.findings.iter().filter(own).filter_map(|f| Some((f, f.fixed.as_ref()?))).collect();
    fixed.sort_by_key(|(f, fixed)| (&fixed.landed.date, f.number, f.rule));
    let names = ShownNames::of(story);
    section(&mut out, "OKEPs", okeps(&story.okeps, &names, terminal), terminal);
    section(&mut out, "Open findings", open_table(&open, &names, terminal), terminal);
    section(&mut out, "Mended findings", fixed_table(&fixed, &names, terminal), terminal);
    section(&mut out, "Template", templates(&story.templates, terminal), terminal);
    if !story.notes.is_empty() {
        out.push('\n');
    }
    for note in &story.notes {
        let at = note.path.as_ref().map_or(String::new(), |path| format!("{}: ", escape_control(path)));
        let text = format!("{at}{}", escape_control(&note.message));
        write_wrapped(&mut out, 0, "note: ", DIM, &text, terminal);
    }
    out
}

fn section(out: &mut String, title: &str, body: String, terminal: &Terminal) {
    if !body.is_empty() {
        let _ = write!(out, "{}{body}", heading(title, terminal));
    }
}

/// What stands above a part of the story.
pub fn heading(title: &str, terminal: &Terminal) -> String {
    format!("\n{}\n", terminal.paint(BOLD, title))
}

fn summary(story: &Story, terminal: &Terminal) -> String {
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
    write_wrapped(&mut out, 0, "", BOLD, &text, terminal);
    let (younger, own): (Vec<&FindingStory>, Vec<&FindingStory>) =
        story.findings.iter().partition(|f| f.cause == FindingCause::Template);
    let mut open = Counts::default();
    own.iter().filter(|f| f.fixed.is_none()).for_each(|f| open.add(f.severity));
    let fixed = own.iter().filter(|f| f.fixed.is_some()).count();
    let open = if open.total() == 0 { "nothing".to_owned() } else { counted(open, terminal) };
    let mut text = format!("{}: {open} open, {fixed} mended", count(story.okeps.len(), "OKEP"));
    if !younger.is_empty() {
        let open = younger.iter().filter(|f| f.fixed.is_none()).count();
        let findings = count(younger.len(), "finding");
        let _ = write!(text, "; besides these, later templates brought {findings} ({open} open)");
    }
    let last = story.templates.last().filter(|t| t.kind == TemplateKind::Removed);
    if let Some(removed) = last {
        let _ = write!(text, "; the template was removed on {}", escape_control(&removed.at.date));
    }
    write_wrapped(&mut out, 0, "", DIM, &text, terminal);
    out
}

/// What OKEPs are called: by their number, or by their file where they have none or share it.
struct ShownNames {
    shared: BTreeSet<u64>,
}

impl ShownNames {
    fn of(story: &Story) -> Self {
        let mut seen = BTreeSet::new();
        let numbers = story.okeps.iter().filter_map(|o| o.number);
        ShownNames { shared: numbers.filter(|number| !seen.insert(*number)).collect() }
    }

    fn cell(&self, number: Option<u64>, path: &str) -> Cell {
        let file = || escape_control(path.rsplit('/').next().unwrap_or(path)).into_owned();
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
        Some(name) => plain(escape_control(name)),
        None => (DIM, "?".to_owned()),
    }
}

fn date(place: Option<&SubjectPlace>) -> Cell {
    place.map_or_else(|| (DIM, "before".to_owned()), |p| plain(escape_control(&p.date)))
}

fn okeps(okeps: &[OkepStory], names: &ShownNames, terminal: &Terminal) -> String {
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
    let legend = "Then, Now: errors/warnings/hints when it landed and now; Unlisted: days it stood in no menu; \
                  ?: it cannot be known";
    let mut out = sheet(&columns, &rows, terminal);
    write_wrapped(&mut out, 2, "", DIM, legend, terminal);
    out
}

fn okep(okep: &OkepStory, names: &ShownNames) -> Vec<Cell> {
    let title = okep.title.as_deref().map_or(String::new(), |t| escape_control(t).into_owned());
    let unknown = || (DIM, "?".to_owned());
    let now = match &okep.deleted {
        Some(place) => (DIM, format!("gone {}", escape_control(&place.date))),
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
        Counts { errors: 0, .. } => Terminal::severity(Severity::Warning),
        _ => Terminal::severity(Severity::Error),
    };
    (worst, format!("{}/{}/{}", counts.errors, counts.warnings, counts.hints))
}

fn days(finding: &FindingStory) -> Cell {
    plain(finding.age_days.map_or_else(|| "?".to_owned(), |days| days.to_string()))
}

/// The subject; of a file its name, and a heading whole, whatever is in it.
fn subject(finding: &FindingStory) -> Cell {
    let subject = finding.subject.as_str();
    let name = subject.rsplit('/').next().filter(|name| stem(name).is_some());
    plain(escape_control(name.unwrap_or(subject)))
}

fn open_table(findings: &[&FindingStory], names: &ShownNames, terminal: &Terminal) -> String {
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
            (Terminal::severity(f.severity), f.rule.to_owned()),
            subject(f),
            days(f),
            date(f.introduced.as_ref().map(|m| &m.landed)),
            person(f.introduced.as_ref().map(|m| m.author.as_str())),
        ]
    };
    let rows: Vec<Vec<Cell>> = findings.iter().map(row).collect();
    sheet(&columns, &rows, terminal)
}

fn fixed_table(findings: &[(&FindingStory, &Transition)], names: &ShownNames, terminal: &Terminal) -> String {
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
    let row = |(f, fixed): &(&FindingStory, &Transition)| {
        vec![
            names.of_finding(f),
            (Terminal::severity(f.severity), f.rule.to_owned()),
            subject(f),
            days(f),
            plain(escape_control(&fixed.landed.date)),
            person(Some(&fixed.author)),
            (DIM, short(&fixed.written).to_owned()),
        ]
    };
    let rows: Vec<Vec<Cell>> = findings.iter().map(row).collect();
    sheet(&columns, &rows, terminal)
}

fn short(commit: &str) -> &str {
    prefix(commit, 7)
}

fn templates(templates: &[TemplateStory], terminal: &Terminal) -> String {
    let mut out = String::new();
    for template in templates {
        let date = escape_control(&template.at.date);
        let label = match template.kind.is_dated() {
            true => format!("{date}  {}  ", short(&template.at.commit)),
            false => format!("before {date}   "),
        };
        write_wrapped(&mut out, 2, &label, DIM, &escape_control(&change(template)), terminal);
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
        parts.push(format!("{} to older OKEPs, as hints", count(template.excused, "finding")));
    }
    parts.join("; ")
}
