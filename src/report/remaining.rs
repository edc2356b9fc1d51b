//! What is left after `--fix`, in a few lines: how many findings, in which files, of which rules.
//!
//! It neither places nor explains them; `okep check` does.

use super::{counted, escape_control};
use crate::audit::report::Report;
use crate::report::Terminal;
use crate::rules::finding::Severity;
use std::collections::BTreeMap;

/// More files than this are counted.
const FILES: usize = 10;

/// The findings that count, a line for each file; `command` shows them whole. Nothing where there is none.
pub fn left(report: &Report, command: &str, terminal: &Terminal) -> String {
    let counts = report.counts();
    if counts.total() == 0 {
        return String::new();
    }
    let mut files: BTreeMap<&str, BTreeMap<(Severity, &str), usize>> = BTreeMap::new();
    for finding in report.live().filter(|f| f.severity != Severity::Hint) {
        let rules = files.entry(&finding.path).or_default();
        *rules.entry((finding.severity, finding.rule)).or_default() += 1;
    }
    let mut out = format!("left: {}\n", counted(counts, terminal));
    for (path, rules) in files.iter().take(FILES) {
        let rules = rules.iter().map(|((_, rule), n)| match n {
            1 => (*rule).to_owned(),
            n => format!("{rule} {}{n}", terminal.glyph("×", "x")),
        });
        out.push_str(&format!("  {}: {}\n", escape_control(path), rules.collect::<Vec<_>>().join(", ")));
    }
    if files.len() > FILES {
        out.push_str(&format!("  {} in {} more files\n", terminal.ellipsis(), files.len() - FILES));
    }
    out + &format!("`{}` says what to do about each\n", escape_control(command))
}

#[cfg(test)]
mod tests {
    use super::super::test_reports::{empty, finding, small};
    use super::*;

    const LOOK: Terminal = Terminal { width: 100, color: false, unicode: true, links: false };

    #[test]
    fn what_is_left_is_counted_by_file_and_rule() {
        assert_eq!(left(&empty(), "okep check", &LOOK), "");
        let path = "docs/okeps/okep-1-a.md";
        let mut report = empty();
        for (rule, severity) in [
            ("stub-section", Severity::Warning),
            ("missing-section", Severity::Error),
            ("missing-section", Severity::Error),
            ("extra-section", Severity::Hint),
        ] {
            report = report.with(finding(rule, severity, path, "x"));
        }
        assert_eq!(
            left(&report, "okep check", &LOOK),
            "left: 2 errors, 1 warning, 1 hint\n  \
             docs/okeps/okep-1-a.md: missing-section ×2, stub-section\n\
             `okep check` says what to do about each\n"
        );
        assert!(left(&small(), "okep check", &LOOK).contains("mkdocs.yml: not-in-nav\n"));
    }
}
