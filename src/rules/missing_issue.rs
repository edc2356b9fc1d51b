//! The tracking issue between title and first section.

use super::{Check, Rule};
use crate::finding::{Edit, Finding, Fix, Severity};
use crate::judged::Judged;

pub static RULE: Rule = Rule {
    id: "missing-issue",
    severity: Severity::Error,
    fix: "suggested",
    offence: "no issue line before the first section",
    why: "Every OKEP has a tracking issue where it is discussed and its progress is kept; without the \
          link nobody finds it.",
    bad: "# OKEP-5224: Connecting UDNs\n\n## Problem Statement",
    good: "# OKEP-5224: Connecting UDNs\n\n* Issue: [#5224](https://github.com/ovn-kubernetes/ovn-kubernetes/issues/5224)\n\n## Problem Statement",
    check: Check::Okep(check),
    of_its_time: true,
};

const SUBJECT: &str = "issue";

fn check(judged: &Judged) -> Vec<Finding> {
    let Some(form) = &judged.template().issue else { return Vec::new() };
    if judged.document().is_blank() {
        return Vec::new();
    }
    let wanted = judged.okep.number().and_then(|n| form.for_number(n));
    let advice = wanted
        .as_deref()
        .map_or("link the tracking issue under the title".into(), |w| format!("add `{w}` under the title"));
    match &judged.okep.issue {
        None => {
            let finding = RULE.absent(
                judged,
                SUBJECT,
                "no line between title and first section names the tracking issue".into(),
            );
            let fix = wanted.and_then(|w| insertion(judged, &w));
            vec![finding.help(advice).fix(fix)]
        }
        // An issue of another tracker is one too; `foreign-issue` speaks of it.
        Some(issue) if issue.number().is_none() && issue.elsewhere.is_none() => {
            let message = "the issue line names no issue".to_owned();
            let finding = RULE.at(judged, issue.span.clone(), SUBJECT, message);
            let edit = wanted
                .filter(|_| issue.plain)
                .map(|w| Edit::replace(&judged.okep.path, issue.span.clone(), w));
            vec![finding.help(advice).fix(edit.map(|e| Fix::suggested("name the issue", vec![e])))]
        }
        Some(_) => Vec::new(),
    }
}

fn insertion(judged: &Judged, wanted: &str) -> Option<Fix> {
    let document = judged.document();
    let title = judged.okep.title.as_ref()?;
    let text = &document.text;
    let line = text.line_range(document.headings[title.heading].span.end.saturating_sub(1));
    let at = line.start + text.slice(line.clone()).trim_end_matches(['\n', '\r']).len();
    let ending = text.line_ending_near(line.end);
    let next = text.slice(text.line_range(line.end));
    let blank_follows = line.end == text.len() || next.trim().is_empty();
    let tail = if blank_follows { "" } else { ending };
    let edit = Edit::insert(&judged.okep.path, at, format!("{ending}{ending}{wanted}{tail}"));
    Some(Fix::suggested("link the tracking issue", vec![edit]))
}
