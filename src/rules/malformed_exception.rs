//! Comments that mean to except something and do not.

use super::{Check, Finding, OkepContext, Per, Rule, Severity, ids};
use crate::okep::suppressions::comments;

pub static RULE: Rule = Rule {
    id: "malformed-exception",
    severity: Severity::Error,
    offence: "an `okep: allow` comment that names no rule or gives no reason",
    why: "Later readers must know why a rule does not apply here, and a comment with a mistake in it \
          suppresses nothing.",
    bad: "<!-- okep: allow stub-section -->",
    good: "<!-- okep: allow stub-section \"Risks\" because they depend on the vote in May -->",
    check: Check::Okep(Per::Offence(check), None),
    ..Rule::BASE
};

fn check(context: &OkepContext) -> Vec<Finding> {
    let malformed = comments(context.document(), ids()).into_iter().filter_map(|comment| {
        let reason = comment.directive.err()?;
        let finding = RULE.at(context, comment.span, "okep: allow", reason);
        Some(finding.help(
            "write `<!-- okep: allow RULE \"SUBJECT\" because REASON -->`; the subject may be left out",
        ))
    });
    malformed.collect()
}
