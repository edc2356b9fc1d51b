//! The tables of `okep history`: a summary, the OKEPs, what is open, what was mended, and the templates.

use super::sheet::{Cell, fixed, giving, number, plain, sheet};
use super::{BAD, BOLD, DIM, GOOD, Look, count, counted, harmless, prefix, write_wrapped};
use crate::finding::Severity;
use crate::history::story::{Cause, FindingStory, Moment, OkepStory, Place, Story, TemplateStory};
use crate::report::Counts;
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
    section(&mut out, "OKEPs", okeps(&story.okeps, look), look);
    section(&mut out, "Open findings", open_table(&open, look), look);
    section(&mut out, "Mended findings", mended_table(&mended, look), look);
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
    let days = walk.days.as_ref().map_or(String::new(), |(first, last)| {
        format!(", {} of them on the first-parent line from {first} to {last}", walk.line)
    });
    let text = format!(
        "{}{days}: {} and {} audited",
        count(walk.commits, "commit"),
        count(walk.states, "distinct state"),
        count(walk.documents, "distinct document")
    );
    write_wrapped(&mut out, 0, "", BOLD, &text, look);
    let mut open = Counts::default();
    story.findings.iter().filter(|f| f.fixed.is_none()).for_each(|f| open.add(f.severity));
    let mended = story.findings.iter().filter(|f| f.fixed.is_some()).count();
    let open = if open.total() == 0 { "nothing".to_owned() } else { counted(open, look) };
    let younger = story.findings.iter().filter(|f| f.cause == Cause::Template).count();
    let younger = match younger {
        0 => String::new(),
        n => format!(" ({n} of them brought by a later template and not listed below)"),
    };
    let text = format!("{}: {open} open, {mended} mended{younger}", count(story.okeps.len(), "OKEP"));
    write_wrapped(&mut out, 0, "", DIM, &text, look);
    out
}

fn name(number: Option<u64>, path: &str) -> Cell {
    let file = || harmless(path.rsplit('/').next().unwrap_or(path)).into_owned();
    plain(number.map_or_else(file, |n| format!("{n:04}")))
}

fn date(place: Option<&Place>) -> Cell {
    place.map_or_else(|| (DIM, "before".to_owned()), |p| plain(harmless(&p.date)))
}

fn okeps(okeps: &[OkepStory], look: &Look) -> String {
    if okeps.is_empty() {
        return String::new();
    }
    let columns = [
        fixed("OKEP"),
        giving("Title", 12),
        fixed("Landed"),
        giving("Author", 8),
        number("Rev"),
        fixed("Then"),
        fixed("Now"),
        number("Unlisted"),
    ];
    let rows: Vec<Vec<Cell>> = okeps.iter().map(okep).collect();
    let legend = "Then, Now: errors/warnings/advice when it landed and now; Unlisted: days it was in no menu";
    let mut out = sheet(&columns, &rows, look);
    write_wrapped(&mut out, 2, "", DIM, legend, look);
    out
}

fn okep(okep: &OkepStory) -> Vec<Cell> {
    let title = okep.title.as_deref().map_or(String::new(), |t| harmless(t).into_owned());
    let author = okep.written.as_ref().map_or(String::new(), |w| harmless(&w.author).into_owned());
    let now = match &okep.deleted {
        Some(place) => (DIM, format!("gone {}", harmless(&place.date))),
        None => counts(okep.now),
    };
    let unlisted = match okep.days_unregistered {
        None => plain(""),
        Some(0) => plain("0"),
        Some(days) if okep.registered.is_none() => (BAD, format!("{days} so far")),
        Some(days) => (BAD, days.to_string()),
    };
    vec![
        name(okep.number, &okep.path),
        plain(title),
        date(okep.landed.as_ref()),
        plain(author),
        plain(okep.revisions.to_string()),
        counts(okep.when_landed),
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

fn subject(finding: &FindingStory) -> Cell {
    plain(harmless(finding.subject.rsplit('/').next().unwrap_or(&finding.subject)))
}

fn open_table(findings: &[&FindingStory], look: &Look) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let columns = [
        fixed("OKEP"),
        giving("Rule", 16),
        giving("Subject", 10),
        number("Days"),
        fixed("Since"),
        giving("Brought by", 10),
    ];
    let row = |f: &&FindingStory| {
        let by = f.introduced.as_ref().map_or("", |m| m.author.as_str());
        vec![
            name(f.number, &f.path),
            (Look::severity(f.severity), f.rule.to_owned()),
            subject(f),
            days(f),
            date(f.introduced.as_ref().map(|m| &m.landed)),
            plain(harmless(by)),
        ]
    };
    let rows: Vec<Vec<Cell>> = findings.iter().map(row).collect();
    sheet(&columns, &rows, look)
}

fn mended_table(findings: &[(&FindingStory, &Moment)], look: &Look) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let columns = [
        fixed("OKEP"),
        giving("Rule", 14),
        giving("Subject", 8),
        number("Days"),
        fixed("Mended"),
        giving("By", 8),
        fixed("Commit"),
    ];
    let row = |(f, fixed): &(&FindingStory, &Moment)| {
        vec![
            name(f.number, &f.path),
            (Look::severity(f.severity), f.rule.to_owned()),
            subject(f),
            days(f),
            plain(harmless(&fixed.landed.date)),
            plain(harmless(&fixed.author)),
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
        let label = format!("{}  {}  ", harmless(&template.at.date), short(&template.at.commit));
        write_wrapped(&mut out, 2, &label, DIM, &harmless(&change(template)), look);
    }
    out
}

/// What a revision of the template did, in a line.
pub(super) fn change(template: &TemplateStory) -> String {
    let quoted = |names: &[String]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    let change = &template.change;
    let mut parts = Vec::new();
    if template.first {
        parts.push(format!("first template, {}", count(change.added.len(), "section")));
    } else if !change.added.is_empty() {
        parts.push(format!("added {}", quoted(&change.added)));
    }
    if !change.removed.is_empty() {
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
