//! Sections that stand under another name than the template's.

use super::{Check, Rule};
use crate::align::Kind;
use crate::finding::{Edit, Finding, Fix, Severity};
use crate::fix::anchors;
use crate::judged::Judged;
use crate::model::names::Name;
use crate::rulebook::OldName;

pub static RULE: Rule = Rule {
    id: "renamed-section",
    severity: Severity::Warning,
    fix: "safe if only spelling or an old template wording; else suggested",
    offence: "a section stands under another name: name both, give the line",
    why: "Readers look for the section by the template's name, and links to its anchor break where \
          the heading differs.",
    bad: "## OVN Kubernetes Version Skew",
    good: "## OVN-Kubernetes Version Skew",
    check: Check::Okep(check),
    of_its_time: true,
};

fn check(judged: &Judged) -> Vec<Finding> {
    let renamed = judged.alignment.matches.iter().enumerate().filter_map(|(section, m)| {
        let m = m.filter(|m| m.kind != Kind::Exact)?;
        Some(finding(judged, section, m.row, m.kind))
    });
    renamed.collect()
}

fn finding(judged: &Judged, section: usize, row: usize, kind: Kind) -> Finding {
    let wanted = judged.section_name(section);
    let heading = judged.heading(row);
    let was = old_wording(judged, section, &heading.text);
    let how = match (kind, was) {
        (_, Some(old)) => match &old.until {
            Some(r) => format!("is the template's wording before {}", r.date),
            None => "is an earlier wording of the template".to_owned(),
        },
        (Kind::Words(_), None) => "seems to stand".to_owned(),
        _ => "is another spelling".to_owned(),
    };
    let message = match (kind, was) {
        (_, Some(_)) => format!("`{}` {how}; now `{wanted}`", heading.text),
        (Kind::Words(_), None) => format!("`{}` {how} for `{wanted}`", heading.text),
        _ => format!("`{}` {how} of `{wanted}`", heading.text),
    };
    let finding = RULE.at(judged, heading.span.clone(), wanted, message);
    let source = judged.section_source(section);
    let index = judged.okep.outline.rows[row].heading;
    let mut edits = vec![Edit::replace(&judged.okep.path, heading.text_span.clone(), source)];
    edits.extend(anchors::follow(judged.document(), &judged.okep.path, index, wanted));
    let title = format!("rename the heading to `{wanted}`");
    let fix = match kind {
        Kind::Words(_) => Fix::suggested(title, edits),
        _ => Fix::safe(title, edits),
    };
    finding.help(format!("name it `{wanted}`")).fix(Some(fix))
}

fn old_wording<'a>(judged: &'a Judged, section: usize, text: &str) -> Option<&'a OldName> {
    let name = Name::new(text);
    let old = &judged.rulebook.old_names[section];
    old.iter().rev().find(|o| o.name.text == text).or(old.iter().rev().find(|o| {
        o.name.normal == name.normal && o.name.normal != Name::new(judged.section_name(section)).normal
    }))
}
