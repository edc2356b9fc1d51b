//! Workflow commands of GitHub Actions, which it shows as annotations in the changed files.
//!
//! The runner reads commands out of everything a step prints: it takes `::` after leading blanks and the
//! older `##[` anywhere in a line. So every line here is either a whole command of ours, whose data is
//! escaped, or made of numbers and fixed words alone; no text from a repository begins or ends a command.

use super::layout::remarks;
use super::summary::plain_verdict;
use super::terminal::escape_control;
use crate::audit::report::{OkepSummary, Report};
use crate::rules::finding::{Finding, Severity};

/// The findings that count and the notes as workflow commands, then the verdict.
pub fn github(report: &Report) -> String {
    let mut out: String = report.live().map(|finding| annotation(finding, &report.okeps)).collect();
    for note in &report.notes {
        let title = format!("okep note: {}", note.kind);
        let properties = [("file", note.path.clone()), ("title", Some(title))];
        out += &command("notice", &properties, std::slice::from_ref(&note.message));
    }
    out + &format!("okep: {}\n", plain_verdict(report))
}

fn annotation(finding: &Finding, okeps: &[OkepSummary]) -> String {
    let level = if finding.severity == Severity::Hint { "notice" } else { finding.severity.as_str() };
    let place = finding.place.as_ref();
    // Columns of a range of several lines are refused.
    let columns = place.filter(|place| place.line == place.end_line && place.end_column > place.column);
    let properties = [
        ("file", Some(finding.path.clone())),
        ("line", place.map(|place| place.line.to_string())),
        ("endLine", place.map(|place| place.end_line.to_string())),
        ("col", columns.map(|place| place.column.to_string())),
        ("endColumn", columns.map(|place| place.end_column.to_string())),
        ("title", Some(format!("okep: {}", finding.rule))),
    ];
    let mut lines = vec![finding.message.clone()];
    lines.extend(remarks(finding, okeps).iter().map(|(label, text)| format!("{label}: {text}")));
    command(level, &properties, &lines)
}

fn command(name: &str, properties: &[(&str, Option<String>)], lines: &[String]) -> String {
    let known = |(key, value): &(&str, Option<String>)| Some(format!("{key}={}", property(value.as_ref()?)));
    let properties: Vec<String> = properties.iter().filter_map(known).collect();
    let lines: Vec<String> = lines.iter().map(|line| data(line)).collect();
    format!("::{name} {}::{}\n", properties.join(","), lines.join("%0A"))
}

/// What follows the second `::`. Line breaks inside are spelled out before they are escaped.
fn data(text: &str) -> String {
    escape_control(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::test_reports::{empty, finding};
    use super::*;
    use crate::files::Note;

    #[test]
    fn nothing_in_a_repository_makes_a_command() {
        let hostile = "x\n::set-output name=a::b\r\n##[add-mask]c%0A::stop-commands::d,line=9";
        let mut report = empty().with(finding("broken-link", Severity::Hint, hostile, hostile));
        report.notes.push(Note::at("not-utf8", hostile, hostile));
        let text = github(&report);
        assert_eq!(text.lines().count(), 3, "{text}");
        for line in text.lines().take(2) {
            let (properties, data) =
                line.strip_prefix("::notice ").and_then(|l| l.split_once("::")).expect("one");
            assert_eq!(properties.matches(',').count(), 1, "only ours: {properties}");
            assert!(!properties.contains(",line="), "{properties}");
            assert!(data.starts_with("x\\n::set-output"), "{data}");
            assert!(!data.contains("%0A") || data.contains("%250A"), "{data}");
        }
        assert!(!text.lines().any(|l| l.trim_start().starts_with("##[")));
    }
}
