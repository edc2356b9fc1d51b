//! `--format short` and `-q`: one line a finding, for editors, `grep` and tools.

use super::terminal::escape_control;
use crate::audit::report::Report;

/// `path:line:column: severity[rule] message` for every finding, in the report's order; what has no place is
/// at line 1.
pub fn short(report: &Report) -> String {
    let line = |finding: &crate::rules::finding::Finding| {
        let (line, column) = finding.place.as_ref().map_or((1, 1), |place| (place.line, place.column));
        let (path, message) = (escape_control(&finding.path), escape_control(&finding.message));
        format!("{path}:{line}:{column}: {}[{}] {message}\n", finding.severity, finding.rule)
    };
    report.live().map(line).collect()
}
