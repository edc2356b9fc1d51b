//! The report on each change of the template, and which OKEPs followed it.

use super::audits::Audits;
use super::found::Listed;
use super::numbers::FileAt;
use super::report::{FindingStory, TemplateKind, TemplateStory};
use super::reporter::Reporter;
use crate::okep::requirements::{TemplateChange, template_change};
use crate::okep::template::Template;
use crate::rules::rule;
use std::collections::BTreeMap;

impl Reporter<'_> {
    /// Each place of the line where another template comes into force, or none is left.
    pub fn templates(&self, findings: &[FindingStory], audits: &mut Audits) -> Vec<TemplateStory> {
        let mut stories: Vec<TemplateStory> = Vec::new();
        let mut before: Option<FileAt> = None;
        let mut is_open = self.line.open;
        for (at, state) in self.line.changes() {
            let Some(verdict) = self.verdicts.state(state) else {
                is_open = true;
                continue;
            };
            let file = verdict.template;
            let was_removed = stories.last().is_some_and(|story| story.kind == TemplateKind::Removed);
            let kind = match (file, before) {
                (None, Some(_)) if !was_removed => Some(TemplateKind::Removed),
                (None, _) => None,
                (Some(now), Some(last)) if now.blob == last.blob => was_removed.then_some(TemplateKind::Back),
                _ if is_open => Some(TemplateKind::Edge),
                (_, None) => Some(TemplateKind::First),
                _ => Some(TemplateKind::Changed),
            };
            if let Some(kind) = kind {
                let [before, now] = [before, file].map(|file| self.verdicts.template(file?));
                let story = self.template(at, kind, before, now);
                let excused = findings.iter().filter(|f| {
                    let landed = f.introduced.as_ref().map(|i| &i.landed.commit);
                    f.is_excused() && landed == Some(&story.at.commit)
                });
                let followed_by = match (story.kind, now) {
                    (TemplateKind::Changed, Some(template)) => self.followers(at, template, audits),
                    _ => Vec::new(),
                };
                stories.push(TemplateStory { followed_by, excused: excused.count(), ..story });
            }
            before = file.or(before);
            is_open = false;
        }
        stories
    }

    /// What became of the template, as far as `before` and `now` could be read.
    fn template(
        &self,
        at: usize,
        kind: TemplateKind,
        before: Option<&Template>,
        now: Option<&Template>,
    ) -> TemplateStory {
        let kind = match kind {
            TemplateKind::Removed | TemplateKind::Back => kind,
            _ if now.is_none() => TemplateKind::Unread,
            TemplateKind::Changed if before.is_none() => TemplateKind::AfterUnread,
            _ => kind,
        };
        let sections = |template: &Template| template.names().map(|n| n.text.clone()).collect();
        let mut change = TemplateChange::default();
        match (kind, before, now) {
            (TemplateKind::Changed, Some(before), Some(now)) => change = template_change(before, now),
            (TemplateKind::First | TemplateKind::Edge, _, Some(now)) => change.added = sections(now),
            (TemplateKind::Removed, Some(before), _) => change.removed = sections(before),
            _ => {}
        }
        TemplateStory { at: self.place(at), change, kind, followed_by: Vec::new(), excused: 0 }
    }

    /// The OKEPs that would have findings under the template of the commit at `at`, had it not changed them
    /// too.
    fn followers(&self, at: usize, template: &Template, audits: &mut Audits) -> Vec<u64> {
        let (now, before) = (self.line.state(at), self.line.state(at - 1));
        // What the commit changed too, by the paths before it: which OKEP it is, and its number.
        let mut changed: BTreeMap<&str, (u32, u64)> = BTreeMap::new();
        for Listed { path, who, .. } in self.verdicts.okeps(before) {
            let (old, new) = (self.files(before, *who), self.files(now, *who));
            if let (Some(number), true) = (self.about(*who).0, !new.is_empty() && old != new) {
                changed.insert(&self.verdicts.paths[*path as usize], (*who, number));
            }
        }
        if changed.is_empty() {
            return Vec::new();
        }
        let wanted = changed.values().flat_map(|(who, _)| [before, now].map(|state| (state, *who)));
        let recorded = self.verdicts.recorded_of(wanted);
        let has = |state: usize, who: u32, demand: &(&str, String)| {
            let recorded = recorded.get(&(state, who)).into_iter().flatten();
            let mut topics = recorded.map(|finding| &self.verdicts.topics[finding.topic as usize]);
            topics.any(|topic| (topic.rule, &topic.subject) == (demand.0, &demand.1))
        };
        let known = &self.verdicts.states.all[now].known;
        let paths = changed.keys().map(|path| (*path).to_owned()).collect();
        let under = audits.under(self.id(self.line.commits[at - 1]), known, template, &paths);
        let mut followers = Vec::new();
        for (path, (who, number)) in changed {
            let own = under.iter().filter(|finding| finding.okep.as_deref() == Some(path));
            let demands = own.filter(|finding| rule(finding.rule).is_some_and(|r| r.is_of_template()));
            let mut demands = demands.map(|finding| (finding.rule, self.names.subject(finding)));
            let met = demands.any(|demand| !has(before, who, &demand) && !has(now, who, &demand));
            if met && !followers.contains(&number) {
                followers.push(number);
            }
        }
        followers
    }
}
