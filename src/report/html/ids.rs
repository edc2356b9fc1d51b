//! The anchors of the page: one for each OKEP and each open finding, the same from one run to the next.

use super::HtmlPage;
use crate::history::report::{FindingStory, OkepStory};
use crate::rules::finding::{Finding, Severity};
use crate::text::path::file_name;
use std::collections::{HashMap, HashSet};

/// An open finding as history and the last commit know it.
pub struct Open<'a> {
    pub anchor: String,
    pub rule: &'static str,
    pub severity: Severity,
    pub subject: &'a str,
    /// None where history does not know it.
    pub story: Option<&'a FindingStory>,
    /// None where it is about what a commit did, which the files do not show.
    pub finding: Option<&'a Finding>,
    /// Index among the OKEPs of the story.
    pub okep: Option<usize>,
}

pub struct Ids<'a> {
    /// The anchor of each OKEP of the story.
    pub okeps: Vec<String>,
    /// What is open: by OKEP, errors first.
    pub open: Vec<Open<'a>>,
}

impl<'a> Ids<'a> {
    pub fn new(page: &HtmlPage<'a>) -> Self {
        let mut taken = HashSet::new();
        let anchor = |okep: &OkepStory| {
            let name = okep.number.map_or_else(|| slug(file_name(&okep.path)), |n| n.to_string());
            free(&mut taken, &format!("okep-{name}"))
        };
        let okeps: Vec<String> = page.story.okeps.iter().map(anchor).collect();
        let mut open = opened(page);
        open.sort_by_key(|o| (o.okep.unwrap_or(usize::MAX), o.severity));
        for one in &mut open {
            let whose = one.okep.map_or("finding", |okep| &okeps[okep]);
            one.anchor = free(&mut taken, &format!("{whose}-{}-{}", one.rule, slug(one.subject)));
        }
        Ids { okeps, open }
    }

    /// The anchor of a finding of the last commit.
    pub fn finding(&self, finding: &Finding) -> Option<&Open<'a>> {
        self.open.iter().find(|open| open.finding.is_some_and(|known| std::ptr::eq(known, finding)))
    }

    /// The anchor of an open finding of the story.
    pub fn story(&self, story: &FindingStory) -> Option<&Open<'a>> {
        self.open.iter().find(|open| open.story.is_some_and(|known| known == story))
    }
}

/// What is open of what is shown.
fn opened<'a>(page: &HtmlPage<'a>) -> Vec<Open<'a>> {
    let mut stories: HashMap<(&str, &str, &str), Vec<&FindingStory>> = HashMap::new();
    for story in page.all.iter().filter(|s| s.fixed.is_none()) {
        stories.entry((story.rule, &story.path, &story.subject)).or_default().push(story);
    }
    stories.values_mut().for_each(|s| s.reverse());
    let okeps = &page.story.okeps;
    let by_path = |path: &str| okeps.iter().position(|o| o.deleted.is_none() && o.path == path);
    let by_number = |number: u64| okeps.iter().rposition(|o| o.number == Some(number));
    let at_tip = |finding: &'a Finding| Open {
        anchor: String::new(),
        rule: finding.rule,
        severity: finding.severity,
        subject: &finding.subject,
        story: stories.get_mut(&(finding.rule, &finding.path, &finding.subject)).and_then(Vec::pop),
        finding: Some(finding),
        okep: finding.okep.as_deref().and_then(by_path),
    };
    let mut open: Vec<Open> = page.tip.iter().flat_map(|tip| &tip.findings).map(at_tip).collect();
    let mut rest: Vec<&FindingStory> = stories.into_values().flatten().collect();
    rest.sort_by(|a, b| (&a.path, a.rule, &a.subject).cmp(&(&b.path, b.rule, &b.subject)));
    open.extend(rest.into_iter().map(|story| Open {
        anchor: String::new(),
        rule: story.rule,
        severity: story.severity,
        subject: &story.subject,
        story: Some(story),
        finding: None,
        okep: story.number.and_then(by_number),
    }));
    let is_asked = |story: &FindingStory| page.story.findings.contains(story);
    open.retain(|open| match (open.story, open.finding) {
        (Some(story), _) if is_asked(story) => true,
        (story, Some(_)) => open.okep.is_some() || story.is_none() && !page.narrowed,
        (_, None) => false,
    });
    open
}

/// Letters, digits and hyphens: what is safe as an anchor whatever it is put into.
fn slug(text: &str) -> String {
    let lower: String = text.chars().take(60).map(|c| c.to_ascii_lowercase()).collect();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

fn free(taken: &mut HashSet<String>, wanted: &str) -> String {
    let wanted = wanted.trim_end_matches('-');
    let numbered = |n: usize| if n == 1 { wanted.to_owned() } else { format!("{wanted}-{n}") };
    (1..).map(numbered).find(|id| taken.insert(id.clone())).expect("there is always another number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_hold_nothing_but_letters_digits_and_hyphens() {
        assert_eq!(slug("Risks, \"Known\" <b>Limits"), "risks-known-b-limits");
        assert_eq!(slug("用户"), "");
    }

    #[test]
    fn no_anchor_is_given_twice() {
        let mut taken = HashSet::new();
        let ids: Vec<String> = (0..3).map(|_| free(&mut taken, "okep-1-")).collect();
        assert_eq!(ids, ["okep-1", "okep-1-2", "okep-1-3"]);
    }
}
