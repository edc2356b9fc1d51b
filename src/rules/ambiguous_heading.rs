//! Headings that GitHub shows and the site does not, or the reverse.

use super::{Check, Rule};
use crate::rules::context::OkepContext;
use crate::rules::finding::{Edit, Finding, Fix, Severity};

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
    grandfatherable: false,
};

fn check(judged: &OkepContext) -> Vec<Finding> {
    let found = judged.ambiguities().iter().map(|a| {
        let subject =
            a.github.as_ref().or(a.site.as_ref()).map_or_else(String::new, |(_, text)| text.clone());
        let finding = RULE.at(judged, a.span.clone(), subject, a.message.clone()).help(a.help.as_str());
        let edits: Vec<Edit> = a
            .edits
            .iter()
            .map(|(span, text)| Edit::replace(&judged.okep.path, span.clone(), text.as_str()))
            .collect();
        let fix = (!edits.is_empty()).then(|| Fix::safe("make it read the same on both", edits));
        finding.fix(fix)
    });
    found.collect()
}
