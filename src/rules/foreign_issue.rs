//! The repository of the issue link.

use super::{Check, Rule};
use crate::okep::issue::{Elsewhere, ForgeLink, IssueLine};
use crate::rules::context::OkepContext;
use crate::rules::finding::{Edit, Finding, Fix, Severity};

pub static RULE: Rule = Rule {
    id: "foreign-issue",
    severity: Severity::Warning,
    fix: "safe",
    offence: "the issue link names another repository than the template's own issue link, or a pull request",
    why: "An old name redirects until somebody takes it; another repository's issue is another \
          discussion, and a pull request is the proposal's text, not its discussion.",
    bad: "* Issue: [#5224](https://github.com/ovn-org/ovn-kubernetes/issues/5224)",
    good: "* Issue: [#5224](https://github.com/ovn-kubernetes/ovn-kubernetes/issues/5224)",
    check: Check::Okep(check),
    grandfatherable: true,
};

const SUBJECT: &str = "issue";

fn check(judged: &OkepContext) -> Vec<Finding> {
    let (Some(form), Some(issue)) = (&judged.template().issue, &judged.okep.issue) else { return Vec::new() };
    let Some(wanted) = &form.link else { return Vec::new() };
    if let Some(elsewhere) = &issue.elsewhere {
        return vec![another_tracker(judged, issue, elsewhere, wanted)];
    }
    let Some(link) = &issue.link else { return Vec::new() };
    let Some(number) = &link.number else { return Vec::new() };
    let same = wanted.repository.eq_ignore_ascii_case(&link.repository) && wanted.same_host(link);
    if link.pull_request {
        let message = format!("the issue link names pull request {}, not an issue", number.value);
        let finding = RULE.at(judged, link.span.clone(), SUBJECT, message);
        return vec![finding.help("link the tracking issue; a pull request of the same number is no issue")];
    }
    if same {
        return Vec::new();
    }
    let message =
        format!("the issue link names `{}`; the template's names `{}`", link.repository, wanted.repository);
    let finding = RULE.at(judged, link.span.clone(), SUBJECT, message);
    let url = wanted.issue_url(number.value);
    let same_project = link.repository.rsplit('/').next() == wanted.repository.rsplit('/').next();
    if link.span.is_empty() {
        return vec![finding.help(format!("link to `{url}`"))];
    }
    let edit = Edit::replace(&judged.okep.path, link.span.clone(), format!("{url}{}", link.tail));
    let fix = if same_project {
        Fix::safe("name the template's repository", vec![edit])
    } else {
        Fix::suggested("name the template's repository", vec![edit])
    };
    vec![finding.help(format!("link to `{url}`")).fix(Some(fix))]
}

fn another_tracker(judged: &OkepContext, issue: &IssueLine, to: &Elsewhere, wanted: &ForgeLink) -> Finding {
    let message =
        format!("the issue link leads to `{}`, which is no issue of `{}`", to.url, wanted.repository);
    let place = if to.span.is_empty() { issue.span.clone() } else { to.span.clone() };
    let finding = RULE.at(judged, place, SUBJECT, message);
    let Some(url) = judged.okep.number().map(|n| wanted.issue_url(n)) else {
        return finding.help(format!("link to the tracking issue in `{}`", wanted.repository));
    };
    let shows_own = issue.shown.is_some() && issue.number() == judged.okep.number();
    let edit = Edit::replace(&judged.okep.path, to.span.clone(), url.clone());
    let fix = Fix::suggested("name the template's repository", vec![edit]);
    finding.help(format!("link to `{url}`")).fix((shows_own && !to.span.is_empty()).then_some(fix))
}
