//! The report on each finding: since when, by which author, and why.

use super::numbers::{FileAt, RecordedFinding};
use super::report::{FindingCause, FindingStory};
use super::reporter::Reporter;
use super::timeline::FindingSpan;
use super::verdicts::{FindingId, RecordedOf};
use crate::rules::{Check, is_of_okep, rule};

impl Reporter<'_> {
    pub fn findings(&self, spans: &[FindingSpan]) -> Vec<FindingStory> {
        let states = |span: &FindingSpan| [span.introduced, self.still(span)].map(|at| self.line.state(at));
        let wanted = spans.iter().flat_map(|span| states(span).map(|state| (state, span.mark.who)));
        let recorded = self.verdicts.recorded_of(wanted);
        spans.iter().map(|span| self.finding(span, &recorded)).collect()
    }

    /// The last place of the line that has a finding, unless its file could not be read there.
    fn still(&self, span: &FindingSpan) -> usize {
        span.fixed.map_or(self.line.last(), |(at, _)| at - 1)
    }

    fn finding(&self, span: &FindingSpan, recorded: &RecordedOf) -> FindingStory {
        let FindingId { topic, who, nth } = span.mark;
        let recorded_at = |at: usize| {
            let recorded = recorded.get(&(self.line.state(at), who))?.iter();
            recorded.filter(|finding| finding.topic == topic).nth(nth as usize).copied()
        };
        let first = recorded_at(span.introduced).expect("it is there where it was introduced");
        let last = recorded_at(self.still(span)).unwrap_or(first);
        let end = span.fixed.map_or(self.line.last(), |(at, _)| at);
        let mut cause = self.cause(span, first);
        let mut introduced = span.written.map(|written| self.moment(span.introduced, written));
        if let (Some(merge), Some(introduced)) = (self.merge(span), &mut introduced) {
            let is_template = cause == FindingCause::Template;
            let change = self.on_branch(merge, span, is_template);
            change.into_iter().for_each(|change| introduced.author = self.info(change).author.clone());
            cause = if is_template { cause } else { FindingCause::Merge };
        }
        let (number, okep) = self.about(who);
        FindingStory {
            rule: self.verdicts.topics[topic as usize].rule,
            severity: last.severity,
            number,
            okep,
            path: self.verdicts.paths[last.path as usize].clone(),
            subject: last.subject.clone(),
            cause,
            age_days: introduced.as_ref().and_then(|_| self.days(span.introduced, end)),
            introduced,
            fixed: span.fixed.map(|(at, fixed)| self.moment(at, fixed)),
        }
    }

    /// The merge in which a finding first shows.
    fn merge(&self, span: &FindingSpan) -> Option<u32> {
        span.written.filter(|written| self.line.walk.graph.parents(*written).len() > 1)
    }

    /// The last commit of the merged branch that changed the OKEP, else any file that is checked; the template where a
    /// finding is by that.
    fn on_branch(&self, merge: u32, span: &FindingSpan, is_template: bool) -> Option<u32> {
        let held = |commit: u32| self.line.walk.held[commit as usize];
        let state = |commit: u32| self.verdicts.state_of(commit);
        let template = |commit: u32| self.verdicts.state(state(commit))?.template;
        let files = |commit: u32| self.files(state(commit), span.mark.who);
        let of_text = |commit: u32, parent: u32| match is_template {
            _ if held(commit) == held(parent) => false,
            true => template(commit) != template(parent),
            false => files(commit) != files(parent),
        };
        let last = self.line.merged_change(merge, span.introduced, of_text);
        let of_any = |commit: u32, parent: u32| !is_template && held(commit) != held(parent);
        last.or_else(|| self.line.merged_change(merge, span.introduced, of_any))
    }

    fn cause(&self, span: &FindingSpan, recorded: &RecordedFinding) -> FindingCause {
        let topic = &self.verdicts.topics[span.mark.topic as usize];
        if topic.registration {
            return FindingCause::Registration;
        }
        if rule(topic.rule).is_some_and(|r| matches!(r.check, Check::Links(..))) {
            let page = |at: usize| Some(self.verdicts.file_at(self.line.state(at), recorded.path)?.blob);
            let same = span.introduced > 0
                && page(span.introduced).is_some()
                && page(span.introduced) == page(span.introduced - 1);
            return if same { FindingCause::Tree } else { FindingCause::Document };
        }
        let by_template = span.introduced > 0 && is_of_okep(topic.rule) && {
            let (now, before) = (self.line.state(span.introduced), self.line.state(span.introduced - 1));
            let verdict = |state: usize| self.verdicts.state(state);
            let template = |state: usize| verdict(state).map(|v| (v.template, &v.templates_before));
            template(now) != template(before)
                && self.files(now, span.mark.who) == self.files(before, span.mark.who)
        };
        if recorded.grandfathered || by_template { FindingCause::Template } else { FindingCause::Document }
    }

    /// The files of an OKEP in a state.
    pub fn files(&self, state: usize, who: u32) -> Vec<FileAt> {
        let listed = self.verdicts.okeps(state).iter().filter(|listed| listed.who == who);
        listed.filter_map(|listed| self.verdicts.file_at(state, listed.path)).collect()
    }
}
