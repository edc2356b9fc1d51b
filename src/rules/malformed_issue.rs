//! The form of the issue line, where it reads the same.

use super::{Check, Rule};
use crate::finding::{Edit, Finding, Fix, Severity};
use crate::judged::Judged;

pub static RULE: Rule = Rule {
    id: "malformed-issue",
    severity: Severity::Advice,
    fix: "safe",
    offence: "other bullet, needless escape, other spelling: reads the same",
    why: "A line in the template's form is found by search and by tools; a reader sees no difference.",
    bad: "- Issue: [\\#5259](https://github.com/ovn-kubernetes/ovn-kubernetes/issues/5259)",
    good: "* Issue: [#5259](https://github.com/ovn-kubernetes/ovn-kubernetes/issues/5259)",
    check: Check::Okep(check),
    of_its_time: true,
};

fn check(judged: &Judged) -> Vec<Finding> {
    let (Some(form), Some(issue)) = (&judged.template().issue, &judged.okep.issue) else { return Vec::new() };
    if issue.number().is_none() || issue.link.as_ref().is_some_and(|l| l.pull_request) {
        return Vec::new();
    }
    let written = judged.document().text.slice(issue.span.clone());
    let Some(wanted) = issue.in_form_of(form) else {
        let message = format!("the issue line is `{written}`, without a link");
        let finding = RULE.at(judged, issue.span.clone(), "issue", message);
        return vec![finding.help("link the number to the tracking issue")];
    };
    if written == wanted || written.split_whitespace().eq(wanted.split_whitespace()) {
        return Vec::new();
    }
    let message = format!("the issue line is `{written}`; the template's form is `{wanted}`");
    let finding = RULE.at(judged, issue.span.clone(), "issue", message);
    let referenced = issue.link.as_ref().is_some_and(|l| l.span.is_empty());
    let title = "write the issue line in the template's form";
    let after_label =
        issue.label.as_deref().and_then(|l| written.split_once(l)).map_or(written, |(_, rest)| rest);
    let same = only_form(after_label, &wanted) && issue.link.as_ref().is_none_or(|l| l.tail.is_empty());
    let edit = Edit::replace(&judged.okep.path, issue.span.clone(), wanted);
    let make = if same { Fix::safe } else { Fix::suggested };
    vec![finding.fix((!referenced).then(|| make(title.to_owned(), vec![edit])))]
}

/// Whether no word of `written` is lost in `wanted`.
fn only_form(written: &str, wanted: &str) -> bool {
    let words = |text: &'_ str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && *w != "http");
        words.map(str::to_lowercase).collect()
    };
    let wanted = words(wanted);
    words(written).iter().all(|word| wanted.contains(word))
}
