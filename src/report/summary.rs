//! The lines that end a report: how much was judged, what was found, what can be fixed, and the notes.

use super::{BOLD, GOOD, Terminal, count, counted, escape_control, write_wrapped};
use crate::audit::report::{Counts, HALF_STAGED, Report, Source};
use crate::cli::suggested_commands;
use crate::rules::finding::{Fix, Safety};
use std::collections::BTreeSet;

/// The closing lines, the notes last.
pub(super) fn summary(report: &Report, terminal: &Terminal) -> String {
    let mut out = String::new();
    let counts = report.counts();
    let nothing_staged = report.notes.iter().any(|n| n.kind == "nothing-staged");
    if nothing_staged {
        // The note says it all; a hook meets it in every commit that is about something else.
    } else if report.okeps.is_empty() && report.findings.is_empty() {
        out.push_str("no OKEP is among what was judged\n");
    } else if counts == Counts::default() {
        let new = if report.since.is_some() { "nothing new" } else { "nothing" };
        let glyph = terminal.paint(GOOD, terminal.glyph("✓", "ok:"));
        out.push_str(&format!("{glyph} {new} to complain about in {}\n", count(report.okeps.len(), "OKEP")));
    } else {
        let mut line = format!("{}: {}", count(report.okeps.len(), "OKEP"), counted(counts, terminal));
        if let Some(remedy) = remedy(report) {
            line.push_str("; ");
            line.push_str(&remedy);
        }
        write_wrapped(&mut out, 0, "", BOLD, &line, terminal);
        out.push_str(&commands(report));
    }
    match report.existing() {
        _ if report.partial => {
            let all = "only what the change touches was judged; `okep check` judges everything";
            write_wrapped(&mut out, 0, "", BOLD, all, terminal);
        }
        0 => {}
        1 => out.push_str("1 finding was there before this change and is not shown\n"),
        n => out.push_str(&format!("{n} findings were there before this change and are not shown\n")),
    }
    for note in report.notes.iter().filter(|note| note.kind != HALF_STAGED) {
        let message = match &note.path {
            Some(path) => format!("{}: {}", escape_control(path), escape_control(&note.message)),
            None => escape_control(&note.message).into_owned(),
        };
        let lead = if note.kind == "nothing-staged" { "" } else { "note: " };
        write_wrapped(&mut out, 0, lead, BOLD, &message, terminal);
    }
    out
}

fn half_staged(report: &Report) -> BTreeSet<&str> {
    let notes = report.notes.iter().filter(|note| note.kind == HALF_STAGED);
    notes.filter_map(|note| note.path.as_deref()).collect()
}

/// Commands for whoever was refused a commit, a line each and never wrapped: they are to be copied.
fn commands(report: &Report) -> String {
    if report.source != Source::Index {
        return String::new();
    }
    let mut out = String::new();
    let (safe, suggested) = (fixes(report, Safety::Safe), fixes(report, Safety::Suggested));
    let (which, fixes) = if safe.is_empty() { ("--fix=all", suggested) } else { ("--fix", safe) };
    if !fixes.is_empty() {
        let since = if report.since.is_some() { " --since HEAD" } else { "" };
        let files: BTreeSet<&str> = fixes.into_iter().flat_map(touched).collect();
        let add = suggested_commands::stage(files, report.away);
        out.push_str(&format!("  okep check{since} {which}; {}\n", escape_control(&add)));
    }
    let half = half_staged(report);
    if !half.is_empty() {
        let what = match half.len() {
            1 => "the working copy of this file differs from what is staged and was judged".to_owned(),
            n => format!("the working copies of {n} files differ from what is staged and was judged"),
        };
        out.push_str(&format!(
            "{what}; to stage it:\n  {}\n",
            escape_control(&suggested_commands::stage(half, report.away))
        ));
    }
    out
}

/// The fixes that can be written: what is staged only in part is left alone.
fn fixes(report: &Report, safety: Safety) -> Vec<&Fix> {
    let half = half_staged(report);
    let fixes = report.live().filter_map(|f| f.fix.as_ref()).filter(|fix| fix.safety == safety);
    fixes.filter(|fix| !touched(fix).any(|path| half.contains(path))).collect()
}

fn touched(fix: &Fix) -> impl Iterator<Item = &str> {
    let renamed = fix.renames.iter().flat_map(|r| [r.from.as_str(), r.to.as_str()]);
    fix.edits.iter().map(|edit| edit.path.as_str()).chain(renamed)
}

/// What can be fixed, and how it is asked for.
fn remedy(report: &Report) -> Option<String> {
    let (safe, suggested) = (fixes(report, Safety::Safe).len(), fixes(report, Safety::Suggested).len());
    let command = match (&report.source, &report.since) {
        // A commit is not rewritten: there is only something to learn from its fixes.
        (Source::Commit(_), _) => {
            return match (safe, suggested) {
                (0, 0) => None,
                (n, 0) => Some(format!("{} shown", count(n, "safe repair"))),
                (0, n) => Some(format!("{} shown", count(n, "suggested repair"))),
                (n, m) => Some(format!("{n} safe and {} shown", count(m, "suggested repair"))),
            };
        }
        // What is staged is never written to: the files are mended, and staged again.
        (Source::Index, _) => {
            return match (safe, suggested) {
                (0, 0) => None,
                (n, 0) | (0, n) => Some(format!("{n} can be fixed:")),
                (n, m) => Some(format!("{n} can be fixed as below, {m} more with `--fix=all`:")),
            };
        }
        (Source::Worktree, Some(since)) => {
            format!("okep check --since {}", escape_control(super::prefix(since, 7)))
        }
        (Source::Worktree, None) => "okep check".to_owned(),
    };
    match (safe, suggested) {
        (0, 0) => None,
        (n, 0) => Some(format!("{n} can be fixed with `{command} --fix`")),
        (0, n) => Some(format!("{n} can be fixed with `{command} --fix=all`")),
        (n, m) => Some(format!("{n} can be fixed with `{command} --fix`, {m} more with `--fix=all`")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_reports::{empty, finding, okep, small};
    use super::*;
    use crate::audit::report::Baseline;
    use crate::files::Note;
    use crate::rules::finding::Severity;

    const LOOK: Terminal = Terminal { width: 100, color: false, unicode: true, links: false };

    fn check(report: &Report, expected: &str) {
        assert_eq!(summary(report, &LOOK), expected);
    }

    #[test]
    fn nothing_wrong_is_one_line() {
        check(&empty(), "no OKEP is among what was judged\n");
        let mut report = empty().with_okep(okep("docs/okeps/okep-1-a.md", 1, "A", "2025-01-02"));
        check(&report, "✓ nothing to complain about in 1 OKEP\n");
        report.since = Some("0123456789abcdef".into());
        report = report.with(finding("broken-link", Severity::Warning, "docs/okeps/okep-1-a.md", "x"));
        report.findings[0].baseline = Some(Baseline::Existing);
        check(
            &report,
            "✓ nothing new to complain about in 1 OKEP\n\
             1 finding was there before this change and is not shown\n",
        );
    }

    #[test]
    fn the_command_that_fixes_judges_the_same_files() {
        let mut report = small();
        let end = "2 more with `--fix=all`\n";
        let check = |report: &Report, remedy: &str| {
            let line = format!("1 OKEP: 3 errors, 2 warnings, 1 hint; {remedy}");
            assert_eq!(summary(report, &Terminal { width: 200, ..LOOK }), line);
        };
        check(&report, &format!("3 can be fixed with `okep check --fix`, {end}"));
        report.since = Some("0123456789abcdef".into());
        check(&report, &format!("3 can be fixed with `okep check --since 0123456 --fix`, {end}"));
        report.source = Source::Index;
        check(
            &report,
            "3 can be fixed as below, 2 more with `--fix=all`:\n  okep check --since HEAD --fix; git add \
             docs/okeps/okep-5193-user-defined-networks.md mkdocs.yml\n",
        );
        report.source = Source::Commit("0123".into());
        check(&report, "3 safe and 2 suggested repairs shown\n");
    }

    #[test]
    fn a_half_staged_file_is_to_be_staged_and_not_to_be_fixed() {
        let mut report = small();
        (report.source, report.since, report.away) = (Source::Index, Some("0123".into()), true);
        let path = "docs/okeps/okep-5193-user-defined-networks.md";
        report.notes.push(Note::at(HALF_STAGED, path, "staged only in part"));
        let shown = summary(&report, &Terminal { width: 200, ..LOOK });
        assert_eq!(
            shown,
            format!(
                "1 OKEP: 3 errors, 2 warnings, 1 hint; 1 can be fixed:\n  \
                 okep check --since HEAD --fix; git add :/mkdocs.yml\n\
                 the working copy of this file differs from what is staged and was judged; to stage it:\n  \
                 git add :/{path}\n"
            )
        );
    }

    #[test]
    fn notes_come_last() {
        let mut report = empty();
        report.notes.push(Note::at("not-utf8", "docs/okeps/\u{1b}c.md", "1 byte is not UTF-8"));
        report.notes.push(Note::new("shallow", "the clone is shallow"));
        check(
            &report,
            "no OKEP is among what was judged\n\
             note: docs/okeps/\\u{1b}c.md: 1 byte is not UTF-8\n\
             note: the clone is shallow\n",
        );
    }
}
