//! The report on each finding: since when, by which author, and why.

use super::catalog::FileAt;
use super::report::{FindingCause, FindingStory};
use super::reporter::Reporter;
use super::shared::Shared;
use super::state::{FindingId, Listed, RecordedFinding};
use super::timeline::FindingSpan;
use crate::rules::{Check, rule};

impl Reporter<'_> {
    /// The finding as it was at a place of the line.
    fn recorded_at(&self, at: usize, mark: FindingId) -> Option<&RecordedFinding> {
        let who = self.verdicts.identities[mark.identity as usize].who;
        let recorded = self.verdicts.recorded_of(self.catalog, self.state(at), who);
        recorded.into_iter().filter(|t| t.identity == mark.identity).nth(mark.nth as usize)
    }

    pub fn finding(&self, life: &FindingSpan) -> FindingStory {
        let identity = &self.verdicts.identities[life.mark.identity as usize];
        let first = self.recorded_at(life.came, life.mark).expect("it is there where it was introduced");
        let end = life.removed_paths.map_or(self.last(), |(at, _)| at);
        // It was there just before it was fixed, unless the file could not be read then.
        let still = life.removed_paths.map_or(end, |(at, _)| at - 1);
        let last = self.recorded_at(still, life.mark).unwrap_or(first);
        let introduced = life.written.map(|written| self.moment(life.came, written));
        let (number, okep) = self.about(identity.who);
        FindingStory {
            rule: identity.rule,
            severity: last.severity,
            number,
            okep,
            path: last.path.to_string(),
            subject: last.subject.to_string(),
            cause: self.cause(life, first, identity.who),
            age_days: introduced.as_ref().and_then(|_| self.days(life.came, end)),
            introduced,
            fixed: life.removed_paths.map(|(at, fixed)| self.moment(at, fixed)),
        }
    }

    fn cause(&self, life: &FindingSpan, recorded: &RecordedFinding, who: u32) -> FindingCause {
        let identity = &self.verdicts.identities[life.mark.identity as usize];
        if identity.registration {
            return FindingCause::Registration;
        }
        if rule(identity.rule).is_some_and(|r| matches!(r.check, Check::Links(_))) {
            let page = |at: usize| self.page(self.state(at), &recorded.path);
            let same = life.came > 0 && page(life.came).is_some() && page(life.came) == page(life.came - 1);
            return if same { FindingCause::Tree } else { FindingCause::Document };
        }
        let demand = rule(identity.rule).is_some_and(|r| matches!(r.check, Check::Okep(_)));
        let by_template = life.came > 0 && demand && {
            let (now, before) = (self.state(life.came), self.state(life.came - 1));
            let books = self.catalog.states[now].in_force != self.catalog.states[before].in_force;
            books && self.files(now, who) == self.files(before, who)
        };
        if recorded.grandfathered || by_template { FindingCause::Template } else { FindingCause::Document }
    }

    /// The blob at a path of a state.
    fn page(&self, state: usize, path: &str) -> Option<u32> {
        let folder = self.catalog.folders[self.catalog.states[state].key as usize].as_ref()?;
        self.catalog.file_at(folder, path).map(|f| f.blob)
    }

    /// The files of an OKEP in a state.
    pub fn files(&self, state: usize, who: u32) -> Vec<FileAt> {
        let listed = self.verdicts.okeps(state).into_iter().flat_map(Shared::iter).filter(|o| o.who == who);
        let folder = self.catalog.folders[self.catalog.states[state].key as usize].as_ref();
        let file = |o: &Listed| self.catalog.file_at(folder?, &self.catalog.paths[o.path as usize].path);
        listed.filter_map(file).collect()
    }
}
