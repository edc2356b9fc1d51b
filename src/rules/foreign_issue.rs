//! The repository of the issue link.

use super::{Check, Demand, Edit, Finding, Fix, OkepContext, Per, Rule, Severity};
use crate::okep::issue::ForgeLink;

pub static RULE: Rule = Rule {
    id: "foreign-issue",
    severity: Severity::Warning,
    offence: "the issue link points to another repository than the template's, to a pull request or to a \
              discussion",
    why: "An old repository name redirects only until somebody else takes it. An issue of another \
          repository is another discussion, and a pull request is the review of a text.",
    bad: "* Issue: [#5224](https://github.com/ovn-org/ovn-kubernetes/issues/5224)",
    good: "* Issue: [#5224](https://github.com/ovn-kubernetes/ovn-kubernetes/issues/5224)",
    check: Check::Okep(Per::Okep(check), Some(fix)),
    demand: Demand::OfTemplate,
    fixability: "safe within one project, else suggested; none for a pull request",
    ..Rule::BASE
};

fn check(context: &OkepContext) -> Option<Finding> {
    let issue = context.okep.issue.as_ref()?;
    let wanted = context.template().issue.as_ref()?.link.as_ref()?;
    let own = context.okep.number();
    let named = |what: &str, number: u64| format!("the issue link names {what} {number}, not an issue");
    let instead = |what: &str| format!("link the tracking issue; a {what} of the same number is no issue");
    let link_to = |number: u64| format!("link to `{}`", wanted.issue_url(number));
    let (place, message, help) = if let Some(to) = &issue.elsewhere {
        let repository = &wanted.repository;
        let is_discussion = to.url.contains("/discussions/") && wanted.same_host(&to.url);
        let message = match issue.number().filter(|_| is_discussion) {
            Some(number) => named("discussion", number),
            None => format!("the issue link names `{}`, which is no issue of `{repository}`", to.url),
        };
        let help = match own {
            _ if is_discussion => instead("discussion"),
            Some(number) => link_to(number),
            None => format!("link to the tracking issue in `{repository}`"),
        };
        (if to.span.is_empty() { &issue.span } else { &to.span }, message, help)
    } else {
        let link = issue.link.as_ref()?;
        let number = link.number.as_ref()?.value;
        let is_same = wanted.repository.eq_ignore_ascii_case(&link.repository);
        // Where only the host is another, it is what to look at.
        let name = |link: &ForgeLink| {
            let host = link.forge.split_once("://").map_or("", |(_, host)| host);
            if is_same { format!("{host}/{}", link.repository) } else { link.repository.clone() }
        };
        let (message, help) = if link.pull_request {
            (named("pull request", number), instead("pull request"))
        } else if is_same && wanted.same_host(&link.forge) {
            return None;
        } else {
            let (theirs, ours) = (name(link), name(wanted));
            let message = format!("the issue link names `{theirs}`; the template's names `{ours}`");
            (message, link_to(own.filter(|_| !link.same_project(wanted)).unwrap_or(number)))
        };
        (&link.span, message, help)
    };
    Some(RULE.at(context, place.clone(), "issue", message).help(help))
}

fn fix(context: &OkepContext, _: &Finding) -> Option<Fix> {
    let issue = context.okep.issue.as_ref()?;
    let wanted = context.template().issue.as_ref()?.link.as_ref()?;
    let own = context.okep.number();
    let (span, url, is_safe) = if let Some(elsewhere) = &issue.elsewhere {
        // Numbers are given out once on a forge: a discussion of this number is no issue, and there is none.
        if issue.shown.is_none() || issue.number() != own || wanted.same_host(&elsewhere.url) {
            return None;
        }
        (&elsewhere.span, wanted.issue_url(own?), false)
    } else {
        let link = issue.link.as_ref().filter(|link| !link.pull_request)?;
        let number = link.number.as_ref()?.value;
        let is_safe = link.same_project(wanted);
        // The issue of another project's number is about something else.
        if !is_safe && own != Some(number) {
            return None;
        }
        (&link.span, format!("{}{}", wanted.issue_url(number), link.tail), is_safe)
    };
    let edit = Edit::replace(&context.okep.path, span.clone(), url);
    let make = if is_safe { Fix::safe } else { Fix::suggested };
    (!span.is_empty()).then(|| make("name the template's repository", vec![edit]))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{
        OKEP, check, check_issue_form, fixed_issue, found, planned, tree, tree_without_template, with,
        with_issue,
    };

    #[test]
    fn without_a_template_any_issue_will_do() {
        let issues = |document: &str| {
            let found = found(&tree_without_template(&[(OKEP, document)]));
            found.into_iter().filter(|finding| finding.contains("-issue:")).collect::<Vec<_>>()
        };
        for url in
            ["github.com/old/net/issues/7", "gitlab.com/org/net/-/issues/7", "github.com/org/net/pull/7"]
        {
            assert_eq!(issues(&with("github.com/org/net/issues/7", url)), [""; 0], "{url}");
        }
        assert_eq!(issues(&with("[#7](https://github.com/org/net/issues/7)", "#7")), [""; 0]);
        assert_eq!(issues(&with("[#7](https://github.com/org/net/issues/7)", "")), ["missing-issue:3 issue"]);
        // Neither does a template without a link name a repository.
        check_issue_form("* Issue: #1", "* Issue: [#7](https://github.com/old/net/issues/7)", &[]);
    }

    #[test]
    fn the_issue_is_one_of_the_templates_repository() {
        check(&with("github.com/org/net", "github.com/old/net"), &["foreign-issue:3 issue"]);
        check(&with("net/issues/7", "net/pull/7"), &["foreign-issue:3 issue"]);
        check(&with("github.com/org/net", "github.com/Org/Net"), &[]);
        // Another project is named in running text, and right.
        check(&with("Tea is slow.", "See https://github.com/old/net/issues/9."), &[]);
    }

    #[test]
    fn a_placeholder_in_the_template_is_no_repository() {
        let issue = "* Issue: [#7](https://github.com/org/net/issues/7)";
        for repository in ["<org>/<repo>", "ORG/REPO", "{owner}/{name}"] {
            check_issue_form(&format!("* Issue: [#1](https://github.com/{repository}/issues/1)"), issue, &[]);
        }
        let form = "* Issue: [#1](https://github.com/org/repo-tools/issues/1)";
        check_issue_form(form, issue, &["foreign-issue:3 issue"]);
    }

    #[test]
    fn only_the_own_issue_is_linked_in_another_project() {
        let fixed = |link: &str| {
            fixed_issue(
                "foreign-issue",
                &format!("* Issue: [{link}](https://github.com/{})", link.replace('#', "/issues/")),
            )
        };
        assert_eq!(fixed("old/net#9"), "safe: * issue: [old/net#9](@/issues/9)");
        assert_eq!(fixed("old/tea#7"), "suggested: * issue: [old/tea#7](@/issues/7)");
        assert_eq!(fixed("old/tea#9"), "-");
        let other = with_issue("* Issue: [old/tea#7](https://github.com/old/tea/issues/7)");
        check(&other, &["foreign-issue:3 issue"]);
        check(&other.replace("tea", "net"), &["malformed-issue:3 issue", "foreign-issue:3 issue"]);
    }

    #[test]
    fn an_issue_of_another_tracker_is_foreign() {
        check(
            &with_issue("* Issue: [#7](https://issues.example.org/browse/X-7)"),
            &["foreign-issue:3 issue"],
        );
        check(
            &with_issue("* Issue: [X-7](https://issues.example.org/browse/X-7)"),
            &["foreign-issue:3 issue"],
        );
        check(&with_issue("* Issue: [TBD](https://example.org/docs)"), &["missing-issue:3 issue"]);
        check(&with_issue("* Issue: #7"), &["malformed-issue:3 issue"]);
    }

    #[test]
    fn an_issue_may_be_named_as_github_links_it() {
        for line in ["* Issue: GH-7", "* Issue: gh-7", "* Issue: org/net#7", "* Issue: 7", "Issue: GH-7"] {
            check(&with_issue(line), &["malformed-issue:3 issue"]);
        }
        check(&with_issue("* Issue: @/issues/7"), &["malformed-issue:3 issue"]);
        check(&with_issue("* Issue: <@/issues/7>"), &["malformed-issue:3 issue"]);
        check(&with_issue("* Issue: GH-8"), &["malformed-issue:3 issue", "number-mismatch:3 number"]);
        check(&with_issue("* Issue: other/net#7"), &["foreign-issue:3 issue"]);
        check(&with_issue("* Issue: high-7"), &["missing-issue:3 issue"]);
    }

    #[test]
    fn a_discussion_is_no_issue_and_a_host_is_named_where_it_differs() {
        let message = |line: &str| {
            let found = planned(&tree(&[(OKEP, &with_issue(line))]));
            let found = found.into_iter().find(|f| f.rule == "foreign-issue").expect("it is found");
            (found.message.clone(), found.fix.is_some())
        };
        let no_issue = ("the issue link names discussion 7, not an issue".to_owned(), false);
        assert_eq!(message("* Issue: [#7](@/discussions/7)"), no_issue);
        let (host, _) = message("* Issue: [#7](https://git.example.org/org/net/issues/7)");
        let expected =
            "the issue link names `git.example.org/org/net`; the template's names `github.com/org/net`";
        assert_eq!(host, expected);
        let (repository, _) = message("* Issue: [#7](https://github.com/old/net/issues/7)");
        assert_eq!(repository, "the issue link names `old/net`; the template's names `org/net`");
    }

    #[test]
    fn issues_of_gitlab_are_checked() {
        let form = "* Tracker: [#1](https://gitlab.com/grp/sub/tea/-/issues/1)";
        check_issue_form(form, "* Tracker: [#7](https://gitlab.com/grp/sub/tea/-/issues/7)", &[]);
        check_issue_form(form, "", &["missing-issue:- issue"]);
        let other = "* Tracker: [#7](https://gitlab.com/grp/sub/milk/-/issues/7)";
        check_issue_form(form, other, &["foreign-issue:3 issue"]);
        let merge_request = "* Tracker: [#7](https://gitlab.com/grp/sub/tea/-/merge_requests/7)";
        check_issue_form(form, merge_request, &["foreign-issue:3 issue"]);
        let numbers = "* Tracker: [#7](https://gitlab.com/grp/sub/tea/-/issues/8)";
        check_issue_form(form, numbers, &["number-mismatch:3 number"]);
    }
}
