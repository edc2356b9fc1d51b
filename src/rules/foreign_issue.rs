//! The repository of the issue link.

use super::{Check, Rule};
use crate::finding::{Edit, Finding, Fix, Severity};
use crate::judged::Judged;

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
    of_its_time: true,
};

const SUBJECT: &str = "issue";

fn check(judged: &Judged) -> Vec<Finding> {
    let (Some(form), Some(issue)) = (&judged.template().issue, &judged.okep.issue) else { return Vec::new() };
    let (Some(wanted), Some(link)) = (&form.link, &issue.link) else { return Vec::new() };
    let Some(number) = &link.number else { return Vec::new() };
    let same =
        wanted.repository.eq_ignore_ascii_case(&link.repository) && same_host(&wanted.forge, &link.forge);
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
    let url = format!("{}/{}/issues/{}", wanted.forge, wanted.repository, number.value);
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

fn same_host(a: &str, b: &str) -> bool {
    let host = |url: &str| {
        let host = url.rsplit("//").next().unwrap_or(url).to_ascii_lowercase();
        host.strip_prefix("www.").map(str::to_owned).unwrap_or(host)
    };
    host(a) == host(b)
}
