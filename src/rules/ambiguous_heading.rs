//! Headings that GitHub shows and the site does not, or the reverse.

use super::{Check, Edit, Finding, Fix, OkepContext, Per, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "ambiguous-heading",
    severity: Severity::Warning,
    offence: "a heading on GitHub but not on the site, or the reverse",
    why: "Reviewers read on GitHub, users on the site; a section that is a heading on one of them only is \
          lost on the other.",
    bad: "##Goals",
    good: "## Goals",
    check: Check::Okep(Per::Offence(check), Some(fix)),
    fixability: "safe",
    reveals: true,
    ..Rule::BASE
};

fn check(context: &OkepContext) -> Vec<Finding> {
    let reading = context.okep.site_reading();
    let found = reading.ambiguities.iter().map(|a| {
        let subject = a.github.as_ref().or(a.site.as_ref()).map_or(String::new(), |(_, text)| text.clone());
        RULE.at(context, a.span.clone(), subject, a.message.clone()).help(a.help.as_str())
    });
    found.collect()
}

fn fix(context: &OkepContext, finding: &Finding) -> Option<Fix> {
    let reading = context.okep.site_reading();
    let ambiguity = reading.ambiguities.iter().find(|a| finding.is_at(&a.span))?;
    let (span, text) = ambiguity.edit.clone()?;
    Some(Fix::safe("make both show the same", vec![Edit::replace(&context.okep.path, span, text)]))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{check, check_safe_fix, with};

    #[test]
    fn headings_read_the_same_everywhere() {
        check(&with("A `Kettle`.", "#### Lid\n\nx\n\n####Spout\n\nx"), &["ambiguous-heading:25 Spout"]);
        check(&with("A `Kettle`.", "#### Lid\n\nx"), &[]);
        // What only the site shows as a heading is not missing as well.
        check(&with("## Goals", "##Goals"), &["ambiguous-heading:9 Goals"]);
        check(&with("### API Details", "###API details:"), &["ambiguous-heading:19 API details:"]);
        check(&with("## Goals", "##Aims"), &["missing-section:- Goals", "ambiguous-heading:9 Aims"]);
    }

    #[test]
    fn a_section_right_below_a_paragraph_gets_its_blank() {
        let glued = |line: &str| with("Tea is slow.\n\n## Goals", &format!("Tea is slow.\n{line}"));
        check_safe_fix("ambiguous-heading", &glued("##Goals"), Some(&glued("## Goals")));
        let channel = with("Tea is slow.", "Tea is slow, says\n#tea.");
        check_safe_fix("ambiguous-heading", &channel, Some(&channel.replace("#tea", "\\#tea")));
    }
}
