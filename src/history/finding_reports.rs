//! The report on each finding: since when, by which author, and why.

use super::numbers::{FileAt, RecordedFinding};
use super::report::{FindingCause, FindingStory};
use super::reporter::Reporter;
use super::timeline::FindingSpan;
use super::verdicts::FindingId;
use crate::rules::{Check, rule};

impl Reporter<'_> {
    /// The finding as it was at a place of the line.
    fn recorded_at(&self, at: usize, mark: FindingId) -> Option<&RecordedFinding> {
        let who = self.verdicts.identities[mark.identity as usize].who;
        let recorded = self.verdicts.recorded_of(self.state(at), who).into_iter();
        let mut alike = recorded.filter(|(identity, _)| *identity == mark.identity);
        alike.nth(mark.nth as usize).map(|(_, finding)| finding)
    }

    pub fn finding(&self, span: &FindingSpan) -> FindingStory {
        let identity = &self.verdicts.identities[span.mark.identity as usize];
        let first =
            self.recorded_at(span.introduced, span.mark).expect("it is there where it was introduced");
        let end = span.fixed.map_or(self.last(), |(at, _)| at);
        // It was there just before it was fixed, unless the file could not be read then.
        let still = span.fixed.map_or(end, |(at, _)| at - 1);
        let last = self.recorded_at(still, span.mark).unwrap_or(first);
        let introduced = span.written.map(|written| self.moment(span.introduced, written));
        let (number, okep) = self.about(identity.who);
        FindingStory {
            rule: identity.rule,
            severity: last.severity,
            number,
            okep,
            path: last.path.to_string(),
            subject: last.subject.to_string(),
            cause: self.cause(span, first, identity.who),
            age_days: introduced.as_ref().and_then(|_| self.days(span.introduced, end)),
            introduced,
            fixed: span.fixed.map(|(at, fixed)| self.moment(at, fixed)),
        }
    }

    fn cause(&self, span: &FindingSpan, recorded: &RecordedFinding, who: u32) -> FindingCause {
        let identity = &self.verdicts.identities[span.mark.identity as usize];
        if identity.registration {
            return FindingCause::Registration;
        }
        if rule(identity.rule).is_some_and(|r| matches!(r.check, Check::Links(..))) {
            let page = |at: usize| self.page(self.state(at), &recorded.path);
            let same = span.introduced > 0
                && page(span.introduced).is_some()
                && page(span.introduced) == page(span.introduced - 1);
            return if same { FindingCause::Tree } else { FindingCause::Document };
        }
        let demand = rule(identity.rule).is_some_and(|r| matches!(r.check, Check::Okep(..)));
        let by_template = span.introduced > 0 && demand && {
            let (now, before) = (self.state(span.introduced), self.state(span.introduced - 1));
            let in_force = |state: usize| self.verdicts.state(state).map(|verdict| verdict.in_force);
            let books = in_force(now) != in_force(before);
            books && self.files(now, who) == self.files(before, who)
        };
        if recorded.grandfathered || by_template { FindingCause::Template } else { FindingCause::Document }
    }

    /// The blob at a path of a state.
    fn page(&self, state: usize, path: &str) -> Option<u32> {
        let path = self.verdicts.paths.iter().position(|known| known == path)?;
        Some(self.verdicts.file_at(state, path as u32)?.blob)
    }

    /// The files of an OKEP in a state.
    pub fn files(&self, state: usize, who: u32) -> Vec<FileAt> {
        let listed = self.verdicts.okeps(state).iter().filter(|listed| listed.who == who);
        listed.filter_map(|listed| self.verdicts.file_at(state, listed.path)).collect()
    }
}
