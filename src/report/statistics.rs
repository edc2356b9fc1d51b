//! `--statistics`: how many findings each rule has.

use super::summary::{View, summary};
use super::tables::{Cells, Column, table};
use super::terminal::Terminal;
use crate::audit::report::Report;
use crate::rules::finding::Safety;
use std::collections::BTreeMap;

/// A line for each rule and severity, the worst and the most frequent first.
pub fn statistics(report: &Report, view: &View, terminal: &Terminal) -> String {
    let mut rules: BTreeMap<_, [usize; 3]> = BTreeMap::new();
    for finding in report.live() {
        let [all, safe, suggested] = rules.entry((finding.severity, finding.rule)).or_default();
        *all += 1;
        match finding.fix.as_ref().map(|fix| fix.safety) {
            Some(Safety::Safe) => *safe += 1,
            Some(Safety::Suggested) => *suggested += 1,
            None => {}
        }
    }
    let mut rules: Vec<_> = rules.into_iter().collect();
    rules.sort_by_key(|((severity, _), counts)| (*severity, std::cmp::Reverse(counts[0])));
    let number = |n: usize| if n == 0 { String::new() } else { n.to_string() };
    let row = |((severity, rule), counts): ((crate::rules::finding::Severity, &str), [usize; 3])| {
        let [all, safe, suggested] = counts.map(number);
        vec![all, severity.to_string(), rule.to_owned(), safe, suggested]
    };
    let rows: Vec<Vec<String>> = rules.into_iter().map(row).collect();
    let columns = [
        Column("Findings", Cells::Number),
        Column("Severity", Cells::Text),
        Column("Rule", Cells::Text),
        Column("Safe fixes", Cells::Number),
        Column("Suggested fixes", Cells::Number),
    ];
    let out = if rows.is_empty() { String::new() } else { table(&columns, &rows, terminal) + "\n" };
    out + &summary(report, &View { hints: true, ..view.clone() }, terminal)
}
