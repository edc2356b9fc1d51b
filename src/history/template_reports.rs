//! The report on each change of the template, and which OKEPs followed it.

use super::audits::Audits;
use super::found::{FileAt, Listed};
use super::report::{FindingStory, TemplateKind, TemplateStory};
use super::reporter::Reporter;
use crate::okep::requirements::{TemplateChange, template_change};
use crate::okep::template::Template;
use crate::rules::rule;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

impl Reporter<'_> {
    /// Each place of the line where another template comes into force, or none is left.
    pub fn templates(&self, findings: &[FindingStory], audits: &mut Audits) -> Vec<TemplateStory> {
        let sections = |template: Option<&Arc<Template>>| -> Vec<String> {
            template.into_iter().flat_map(|t| t.names()).map(|name| name.text.clone()).collect()
        };
        let mut stories: Vec<TemplateStory> = Vec::new();
        let mut last: Option<FileAt> = None;
        let mut is_open = self.line.open;
        for (at, state) in self.line.changes() {
            let Some(verdict) = self.verdicts.state(state) else {
                is_open = true;
                continue;
            };
            let file = verdict.template;
            let [before, now] = [last, file].map(|file| self.verdicts.found.templates.get(&file?));
            let was_removed = stories.last().is_some_and(|story| story.kind == TemplateKind::Removed);
            let kind = match (file, last) {
                (None, Some(_)) if !was_removed => Some(TemplateKind::Removed),
                (None, _) => None,
                (Some(now), Some(last)) if now.blob == last.blob => was_removed.then_some(TemplateKind::Back),
                _ if now.is_none() => Some(TemplateKind::Unread),
                _ if is_open => Some(TemplateKind::Edge),
                (_, None) => Some(TemplateKind::First),
                _ if before.is_none() => Some(TemplateKind::AfterUnread),
                _ => Some(TemplateKind::Changed),
            };
            last = file.or(last);
            is_open = false;
            let Some(kind) = kind else { continue };
            let place = self.place(at);
            let (mut change, mut followed_by) = (TemplateChange::default(), Vec::new());
            match (kind, before, now) {
                (TemplateKind::Changed, Some(before), Some(now)) => {
                    change = template_change(before, now);
                    followed_by = self.followers(at, now, audits);
                }
                (TemplateKind::First | TemplateKind::Edge, ..) => change.added = sections(now),
                (TemplateKind::Removed, ..) => change.removed = sections(before),
                _ => {}
            }
            let is_by =
                |f: &&FindingStory| f.introduced.as_ref().is_some_and(|i| i.landed.commit == place.commit);
            let excused = findings.iter().filter(|f| f.is_excused()).filter(is_by).count();
            stories.push(TemplateStory { at: place, change, kind, followed_by, excused });
        }
        stories
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
                changed.insert(self.verdicts.path(*path), (*who, number));
            }
        }
        if changed.is_empty() {
            return Vec::new();
        }
        let marks = [before, now].into_iter().flat_map(|state| self.verdicts.set_at(state).marks.iter());
        let topics = marks.map(|mark| (mark.who, self.verdicts.topic(mark.topic)));
        let found: HashSet<(u32, &str, &str)> =
            topics.map(|(who, topic)| (who, topic.rule, topic.subject.as_str())).collect();
        let known = &self.verdicts.states.all[now].known;
        let paths = changed.keys().map(|path| (*path).to_owned()).collect();
        let under = audits.under(self.id(self.line.commits[at - 1]), known, template, &paths);
        let mut followers = Vec::new();
        for (path, (who, number)) in changed {
            let own = under.iter().filter(|finding| finding.okep.as_deref() == Some(path));
            let mut demands = own.filter(|finding| rule(finding.rule).is_some_and(|r| r.is_of_template()));
            let met = demands.any(|f| !found.contains(&(who, f.rule, &self.verdicts.found.subject(f))));
            if met && !followers.contains(&number) {
                followers.push(number);
            }
        }
        followers
    }
}
