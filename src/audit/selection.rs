//! The part of a report that was asked for by rule or by the number of an OKEP.

use crate::audit::policy::DEAD;
use crate::audit::report::{Report, paths_named};
use crate::rules::finding::Finding;
use crate::text::path::{okep_number, page_number};

/// What to keep; everything where nothing is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only findings of these rules; of all where there are none.
    pub select: Vec<&'static str>,
    /// No findings of these rules.
    pub ignore: Vec<&'static str>,
    /// Only what is about the OKEPs of these numbers, and the files of their folders.
    pub okeps: Vec<u64>,
    /// Whether the report is about the files that were named alone.
    pub paths: bool,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoSuchOkep(String);

impl Selection {
    /// Whether a finding is asked for, of a tree with OKEPs in `folder`.
    pub fn includes(&self, finding: &Finding, folder: &str) -> bool {
        let rule = finding.rule;
        (self.select.is_empty() || self.select.contains(&rule))
            && !self.ignore.contains(&rule)
            && (self.okeps.is_empty()
                || paths_named(finding).any(|path| self.has(path, folder))
                || finding.okep.is_none() && self.is_asked(page_number(&finding.subject)))
    }

    /// Whether every rule ran in full, so that a suppression that suppresses nothing is dead.
    fn is_whole(&self, report: &Report) -> bool {
        let all = self.select.is_empty() && self.ignore.is_empty() && self.okeps.is_empty() && !self.paths;
        let is_shallow = report.notes.iter().any(|note| note.kind == "shallow");
        all && !report.partial && report.since.is_none() && !is_shallow
    }

    fn has(&self, path: &str, folder: &str) -> bool {
        self.is_asked(okep_number(path, folder))
    }

    fn is_asked(&self, number: Option<u64>) -> bool {
        number.is_some_and(|number| self.okeps.contains(&number))
    }

    /// Keeps what is asked for.
    ///
    /// # Errors
    /// The report knows no OKEP of a number, and is about all of them.
    pub fn apply(&self, report: &mut Report, folder: &str) -> Result<(), NoSuchOkep> {
        let there: Vec<_> = report.okeps.iter().map(|okep| okep_number(&okep.path, folder)).collect();
        let known = |n: &u64| report.numbers_before.contains(n) || there.contains(&Some(*n));
        if let Some(number) = self.okeps.iter().find(|number| !known(number))
            && !report.partial
            && !report.findings.iter().any(|reported| self.includes(&reported.finding, folder))
        {
            let near = near(*number, report);
            return Err(NoSuchOkep(format!("there is no OKEP-{number} in `{folder}`{near}")));
        }
        report.findings.retain(|reported| self.includes(&reported.finding, folder));
        if !self.okeps.is_empty() {
            report.keep_okeps(|path| self.has(path, folder));
        }
        if !self.is_whole(report) {
            report.notes.retain(|note| note.kind != DEAD);
        }
        Ok(())
    }
}

/// The OKEP whose number differs by one digit or by two that changed places.
fn near(number: u64, report: &Report) -> String {
    let wanted = number.to_string();
    let mut near: Vec<u64> = report.okeps.iter().filter_map(|okep| okep.number).collect();
    near.retain(|known| strsim::osa_distance(&known.to_string(), &wanted) == 1);
    near.sort_unstable();
    let all = || "; `okep check` lists those that there are".to_owned();
    near.first().map_or_else(all, |near| format!("; did you mean OKEP-{near}?"))
}
