//! The lines that end a report: what could not be checked, what was found, and what to type.

use super::terminal::{BOLD, Terminal, escape_control, note_text, severity};
pub use crate::audit::report::count;

use crate::audit::report::{Counts, Report};
use crate::rules::finding::{Finding, Severity};
use unicode_width::UnicodeWidthStr;

/// The rule whose findings only the author can answer.
pub const PROMPTS: &str = "template-text";

/// What the command line knows about how a report is to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Whether hints are listed, and not only counted.
    pub hints: bool,
    /// Whether all OKEPs were asked for, so that the table of them comes first.
    pub all: bool,
    /// What is refused for what was found: `commit` or `push`.
    pub refused: Option<&'static str>,
    pub suggestions: Vec<Suggestion>,
}

/// A command that the reader may want to run next: what it is for, as in `fix it`, and how a shell takes it, with a
/// remark after it at most.
pub type Suggestion = (String, String);

/// The notes, the verdict, and the suggested commands, a line each that is never wrapped.
pub(super) fn summary(report: &Report, view: &View, terminal: &Terminal) -> String {
    let label = terminal.paint(BOLD, "note:") + " ";
    let notes = report.notes.iter().filter(|note| note.kind != "nothing-staged");
    let mut out: String = notes.map(|note| terminal.wrap(&label, &note_text(note), 6)).collect();
    if !out.is_empty() {
        out += "\n";
    }
    out += &terminal.wrap("", &verdict(report, view, terminal), 2);
    let widest = view.suggestions.iter().map(|(what, _)| what.width()).max().unwrap_or(0) + 1;
    let line = |(what, command): &Suggestion| {
        format!("  {:widest$}  {}\n", format!("{what}:"), escape_control(command))
    };
    out + &view.suggestions.iter().map(line).collect::<String>()
}

/// What was checked and found, in a sentence for formats without colours, which list hints.
pub(super) fn plain_verdict(report: &Report) -> String {
    let plain = Terminal { width: usize::MAX, color: false, unicode: true };
    verdict(report, &View { hints: true, ..View::default() }, &plain)
}

/// What was checked and found, in a sentence.
pub fn verdict(report: &Report, view: &View, terminal: &Terminal) -> String {
    let counts = report.counts();
    let n = report.okeps.len();
    let okeps = if n == 0 { "no OKEPs".to_owned() } else { count(n, "OKEP") };
    let found = counted(counts, terminal);
    let mut text = match (view.refused, counts.total(), report.since.is_some()) {
        (Some(what), ..) => format!("okep: {what} refused: {found}"),
        (_, 0, true) => format!("{okeps} checked, no new problems"),
        (_, 0, false) => format!("{okeps} checked, no problems found"),
        _ if report.okeps.is_empty() => format!("{found} in files that OKEPs depend on"),
        _ => format!("{okeps} checked: {found}"),
    };
    // One with a fix is deleted, since its section is answered.
    let is_prompt = |f: &&Finding| f.rule == PROMPTS && f.severity == Severity::Error && f.fix.is_none();
    let prompts = report.live().filter(is_prompt).count();
    let mut details = Vec::new();
    if view.refused.is_some() && prompts > 0 {
        let unanswered = count(prompts, "prompt");
        details.push(format!("{unanswered} of the template to answer"));
    }
    if counts.hints > 0 && !view.hints {
        details.push("hints not shown: `--format full` lists them".to_owned());
    }
    let files = if report.partial { " in these files" } else { "" };
    if report.existing() > 0 {
        details.push(format!("{}{files} not shown", count(report.existing(), "older finding")));
    }
    if !details.is_empty() {
        text += &format!(" ({})", details.join("; "));
    }
    text
}

/// The findings that the view lists.
pub fn listed<'a>(report: &'a Report, view: &View) -> Vec<&'a Finding> {
    let mut findings = by_severity(report);
    findings.retain(|finding| view.hints || finding.severity != Severity::Hint);
    findings
}

/// The findings that count, errors first.
pub(super) fn by_severity(report: &Report) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = report.live().collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// `9 errors, 21 warnings, 30 hints`, without what there is none of.
pub(super) fn counted(counts: Counts, terminal: &Terminal) -> String {
    let parts = counts.by_severity().into_iter().filter(|(_, n)| *n > 0);
    let parts = parts.map(|(s, n)| terminal.paint(severity(s), &count(n, s.as_str())));
    parts.collect::<Vec<_>>().join(", ")
}
