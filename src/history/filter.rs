//! What of a story is shown: since a day, in a range of commits, about one OKEP, by one person, of one rule
//! or severity.

use super::report::{FindingStory, Story, SubjectPlace, Transition};
use crate::files::Note;
use crate::rules::finding::{Finding, Severity};
use crate::text::path;
use std::collections::BTreeSet;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrow {
    /// Only what happened on this day, `YYYY-MM-DD`, or later.
    pub since: Option<String>,
    /// Only what happened in these commits of the line, by their ids; in all where it is none.
    pub range: Option<BTreeSet<String>>,
    pub okep: Option<u64>,
    /// Part of a name, in any case.
    pub author: Option<String>,
    /// All where there is none.
    pub rules: Vec<&'static str>,
    /// Only findings of this severity or a higher one.
    pub severity: Option<Severity>,
}

impl Narrow {
    /// Whether it is asked when something happened.
    fn is_timed(&self) -> bool {
        self.since.is_some() || self.range.is_some()
    }

    /// Whether it is asked neither when something happened nor who did it.
    fn is_about_all(&self) -> bool {
        !self.is_timed() && self.author.is_none()
    }

    /// Whether a finding of a rule and severity about an OKEP is asked for.
    fn has(&self, rule: &str, severity: Severity, okep: Option<u64>) -> bool {
        (self.rules.is_empty() || self.rules.contains(&rule))
            && self.severity.is_none_or(|least| severity <= least)
            && self.okep.is_none_or(|number| okep == Some(number))
    }

    /// Whether a finding at the tip is asked for; `story` is the narrowed one, which knows who introduced it.
    ///
    /// Rule and OKEP are asked of the finding itself, which one that a repair reveals has as well.
    pub fn wants(&self, story: &Story, finding: &Finding) -> bool {
        let number = finding.okep.as_deref().and_then(path::number);
        let is_same = |f: &FindingStory| {
            f.fixed.is_none()
                && (f.number, f.rule, &f.path, &f.subject)
                    == (number, finding.rule, &finding.path, &finding.subject)
        };
        self.has(finding.rule, finding.severity, number)
            && (self.is_about_all() || story.findings.iter().any(is_same))
    }

    /// Takes away what is not asked for; what was walked stays as it is.
    pub fn narrow(&self, story: &mut Story) {
        let since = |place: Option<&SubjectPlace>| {
            self.since.as_ref().is_none_or(|since| place.is_some_and(|place| place.date >= *since))
                && self.range.as_ref().is_none_or(|range| place.is_some_and(|p| range.contains(&p.commit)))
        };
        let author = self.author.as_ref().map(|author| author.to_lowercase());
        let is_by =
            |author: &String, name: Option<&str>| name.is_some_and(|n| n.to_lowercase().contains(author));
        let by = |name: Option<&str>| author.as_ref().is_none_or(|author| is_by(author, name));
        let moment = |m: Option<&Transition>| since(m.map(|m| &m.landed)) && by(m.map(|m| m.author.as_str()));
        story.findings.retain(|f| {
            let either = moment(f.introduced.as_ref()) || (f.fixed.is_some() && moment(f.fixed.as_ref()));
            self.has(f.rule, f.severity, f.number) && (either || self.is_about_all())
        });
        story.okeps.retain(|o| {
            let lately = [&o.added, &o.deleted].into_iter().flatten().any(|place| since(Some(place)));
            let asked = (!self.is_timed() || lately)
                && by(o.written.as_ref().map(|w| w.author.as_str()))
                // Who asks for one OKEP wants to see it, whatever there is to say of it.
                && (self.rules.is_empty() || self.okep.is_some());
            let has_finding = || story.findings.iter().any(|f| f.okep.as_ref() == Some(&o.path));
            self.okep.is_none_or(|okep| o.number == Some(okep)) && (asked || has_finding())
        });
        let is_of_template = self.okep.is_none() && self.author.is_none() && self.rules.is_empty();
        story.templates.retain(|t| is_of_template && since(Some(&t.at)));
        if let Some(number) = self.okep {
            let about = |path: &String| story.okeps.iter().any(|o| o.path == *path || o.paths.contains(path));
            let others = |note: &Note| OF_ONE.contains(&note.kind) && !note.path.as_ref().is_some_and(about);
            story.notes.retain(|note| !others(note));
            if story.okeps.is_empty() {
                let message = format!("no OKEP {number} on this line matches the filters");
                story.notes.push(Note::new("no-such-okep", message));
            }
        }
    }
}

/// Notes about one OKEP.
const OF_ONE: [&str; 8] =
    ["moved", "deleted", "returned", "not-an-okep", "not-utf8", "symlink", "too-large", "path-not-utf8"];
