//! Headings that GitHub shows and the site does not, or the reverse.

use super::{Check, Rule};
use crate::finding::{Edit, Finding, Fix, Severity};
use crate::judged::Judged;
use crate::model::document::Heading;
use crate::model::site_headings::{GithubHeading, ambiguities};

pub static RULE: Rule = Rule {
    id: "ambiguous-heading",
    severity: Severity::Warning,
    fix: "safe",
    offence: "a heading for GitHub and not for MkDocs, or the reverse",
    why: "Reviewers read on GitHub, users on the site; a section that is a heading for one of them only \
          is lost for the other.",
    bad: "##Goals",
    good: "## Goals",
    check: Check::Okep(check),
    of_its_time: false,
};

fn check(judged: &Judged) -> Vec<Finding> {
    let document = judged.document();
    let mut headings: Vec<&Heading> = document.headings.iter().chain(&document.nested_headings).collect();
    headings.sort_by_key(|h| h.span.start);
    let github: Vec<GithubHeading> = headings
        .iter()
        .map(|h| GithubHeading { level: h.level, span: h.span.clone(), text: &h.text })
        .collect();
    let found = ambiguities(document.text.as_str(), &github).into_iter().map(|a| {
        let subject =
            a.github.as_ref().or(a.site.as_ref()).map_or_else(String::new, |(_, text)| text.clone());
        let finding = RULE.at(judged, a.span, subject, a.message).help(a.help);
        let edits: Vec<Edit> =
            a.edits.into_iter().map(|(span, text)| Edit::replace(&judged.okep.path, span, text)).collect();
        let fix = (!edits.is_empty()).then(|| Fix::safe("make it read the same on both", edits));
        finding.fix(fix)
    });
    found.collect()
}
