//! What `--fix` wrote, or `--diff` shows, in words.

use super::summary::count;
use super::terminal::{escape_control, note_text};
use crate::audit::report::{HALF_STAGED, Report};
use crate::files::Note;
use crate::fix::repair::{Repair, touched};
use std::collections::BTreeSet;

/// Whether fixes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    Done,
    Possible,
    /// The state that was checked is not that of the files on disk.
    Impossible,
}

/// A line for each fix, then how many there are.
pub fn summary(repair: &Repair, writing: Writing) -> String {
    let mut out = String::new();
    let (mut files, mut renamed) = (BTreeSet::<&str>::new(), BTreeSet::<&str>::new());
    for finding in &repair.fixed.applied {
        files.extend(touched(finding));
        // A file that is renamed counts once.
        renamed.extend(finding.fix.iter().flat_map(|fix| &fix.renames).map(|rename| rename.from.as_str()));
        let title = finding.fix.as_ref().map_or("", |fix| fix.title.as_str());
        let path = escape_control(&finding.path);
        out += &format!("{path}: {}: {}\n", finding.rule, escape_control(title));
    }
    let is_left_alone = repair.notes.iter().any(|note| [HALF_STAGED, "left-alone"].contains(&note.kind));
    let files = count(files.difference(&renamed).count(), "file");
    let fixes = format!("{} in {files}", count(repair.fixed.applied.len(), "fix"));
    out += &match (repair.fixed.applied.is_empty(), writing) {
        (true, _) if repair.suggested > 0 => {
            let suggested = count(repair.suggested, "suggestion");
            // The notes name the safe fixes that are not written.
            let nothing = if repair.left_alone.is_empty() { "nothing to fix safely; " } else { "" };
            let writes = if writing == Writing::Impossible { "" } else { ", `--fix=all` writes" };
            format!("{nothing}{suggested}: `--diff=all` shows{writes}\n")
        }
        // The notes say what could be fixed, and why it is not.
        (true, _) if is_left_alone => String::new(),
        (true, _) => "nothing to fix\n".to_owned(),
        (false, Writing::Done) => format!("{fixes} written\n"),
        (false, Writing::Impossible) => format!("{fixes}, not written\n"),
        (false, Writing::Possible) => {
            format!("{fixes}, not written (`--fix` writes safe ones, `--fix=all` all)\n")
        }
    };
    out + &lines(&repair.notes)
}

/// The notes of a report that are not among those of the repair, a line each.
pub fn notes(report: &Report, repair: &Repair) -> String {
    lines(report.notes.iter().filter(|note| !repair.notes.contains(note)))
}

fn lines<'n>(notes: impl IntoIterator<Item = &'n Note>) -> String {
    notes.into_iter().map(|note| format!("note: {}\n", note_text(note))).collect()
}
