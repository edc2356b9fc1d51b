//! `--statistics`: how many findings each rule has.

use super::summary::{View, summary};
use super::tables::{Cell, Cells, table};
use super::terminal::Terminal;
use crate::audit::report::Report;
use crate::rules::finding::{Safety, Severity};
use std::collections::BTreeMap;

/// A line for each rule and severity, the worst and the most frequent first.
pub fn statistics(report: &Report, view: &View, terminal: &Terminal) -> String {
    let mut rules: BTreeMap<_, [usize; 3]> = BTreeMap::new();
    for finding in report.live() {
        let [all, safe, suggested] = rules.entry((finding.severity, finding.rule)).or_default();
        *all += 1;
        let safety = finding.fix.as_ref().map(|fix| fix.safety);
        *safe += usize::from(safety == Some(Safety::Safe));
        *suggested += usize::from(safety == Some(Safety::Suggested));
    }
    let mut rules: Vec<_> = rules.into_iter().collect();
    rules.sort_by_key(|((severity, _), counts)| (*severity, std::cmp::Reverse(counts[0])));
    let row = |((severity, rule), [all, safe, suggested]): ((Severity, &str), [usize; 3])| {
        vec![
            Cell::count("Findings", all),
            Cell("Severity", Cells::Text, severity.to_string()),
            Cell("Rule", Cells::Text, rule.to_owned()),
            Cell::count("Safe fixes", safe),
            Cell::count("Suggested fixes", suggested),
        ]
    };
    let rows: Vec<Vec<Cell>> = rules.into_iter().map(row).collect();
    let out = if rows.is_empty() { String::new() } else { table(&rows, terminal) + "\n" };
    out + &summary(report, &View { hints: true, ..view.clone() }, terminal)
}
