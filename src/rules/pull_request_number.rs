//! OKEPs that carry the number of the pull request that introduced them.

use super::{Check, Event, Finding, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "pull-request-number",
    severity: Severity::Error,
    offence: "the number is that of the pull request that added the OKEP, not of an issue",
    why: "An OKEP has the number of its tracking issue. GitHub numbers issues and pull requests in one \
          sequence, so the number of a pull request is never that of an issue: readers who look for the \
          discussion find a review instead.",
    bad: "Merge pull request #5238 from author/static-ips   adds   okep-5238-static-ips.md",
    good: "Merge pull request #5238 from author/static-ips   adds   okep-5233-static-ips.md",
    check: Check::History(check),
    ..Rule::BASE
};

fn check(event: &Event) -> Option<Finding> {
    let Event::Landed { path, number: Some(number), issue, pull_request: Some(pull_request) } = *event else {
        return None;
    };
    let issue = issue.filter(|issue| *issue != number);
    // What is in brackets at the end of a subject may well be the issue.
    let may_be_issue = pull_request.is_in_brackets && issue.is_none();
    if number != pull_request.number || may_be_issue {
        return None;
    }
    let message = format!("{number} is the number of the pull request that added it, not of an issue");
    let finding = RULE.about(Some(path), path, "number", message);
    Some(match issue {
        Some(issue) => finding.help(format!("its own text names issue {issue}: use that number")),
        None => finding.help("open a tracking issue and use its number"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::event::PullRequest;

    fn landed(number: u64, pull_request: Option<u64>, issue: Option<u64>) -> Option<Finding> {
        let pull_request = pull_request.map(|number| PullRequest { number, is_in_brackets: false });
        check(&Event::Landed { path: "docs/okeps/okep-1-a.md", number: Some(number), issue, pull_request })
    }

    #[test]
    fn the_number_of_a_pull_request_is_no_issue() {
        let help = |issue| landed(5238, Some(5238), Some(issue)).expect("it is found").help.clone();
        assert_eq!(help(5233), ["its own text names issue 5233: use that number"]);
        assert_eq!(help(5238), ["open a tracking issue and use its number"]);
    }

    #[test]
    fn another_number_or_none_known_is_fine() {
        assert!(landed(5233, Some(5238), Some(5233)).is_none());
        assert!(landed(5233, None, Some(5233)).is_none());
        assert!(check(&Event::Commit { subject: "OKEP-1", touched: &[], folder: "" }).is_none());
    }

    #[test]
    fn a_number_in_brackets_may_be_the_issue() {
        let landed = |issue| {
            let pull_request = Some(PullRequest { number: 5238, is_in_brackets: true });
            check(&Event::Landed { path: "docs/okeps/okep-1-a.md", number: Some(5238), issue, pull_request })
        };
        assert!(landed(Some(5233)).is_some());
        assert!(landed(Some(5238)).is_none());
        assert!(landed(None).is_none());
    }
}
