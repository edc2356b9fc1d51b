//! Sections under another name than the template's.

use super::{Check, Demand, Edit, Finding, Fix, OkepContext, Per, Rule, Severity};
use crate::markdown::document::Heading;
use crate::markdown::names::Name;
use crate::okep::alignment::{Match, MatchKind, OldName};
use crate::rules::edits::{markdown, markup_spans};
use std::collections::BTreeSet;

pub static RULE: Rule = Rule {
    id: "renamed-section",
    severity: Severity::Warning,
    offence: "a section of the template has another name",
    why: "Readers look for the section by the template's name, and links to its anchor break where \
          the heading differs.",
    bad: "## OVN Kubernetes Version Skew",
    good: "## OVN-Kubernetes Version Skew",
    check: Check::Okep(Per::Offence(check), Some(fix)),
    demand: Demand::OfTemplateSection,
    fixability: "safe if only the spelling differs or the name is an old one of the template's; else \
                 suggested",
    ..Rule::BASE
};

fn check(context: &OkepContext) -> Vec<Finding> {
    let (numbered, renamed) = renamed(context);
    let renamed = renamed.into_iter().filter_map(|s| shared(context, s).or_else(|| finding(context, s)));
    let numbered = match numbered.len() {
        0 | 1 => numbered.into_iter().filter_map(|section| finding(context, section)).collect(),
        _ => Vec::from_iter(all_numbered(context, numbered)),
    };
    renamed.chain(numbered).collect()
}

/// The sections under another name: those that only carry a number, and the others.
fn renamed(context: &OkepContext) -> (Vec<usize>, Vec<usize>) {
    let matches = &context.alignment.matches;
    let is_renamed = |section: &usize| matches[*section].is_some_and(|m| m.kind != MatchKind::Exact);
    let is_numbered =
        |m: Match| m.kind == MatchKind::Form && context.okep.outline.rows[m.row].name.is_numbered();
    let renamed = (0..matches.len()).filter(is_renamed);
    renamed.partition(|section| matches[*section].is_some_and(is_numbered))
}

fn fix(context: &OkepContext, finding: &Finding) -> Option<Fix> {
    let section = finding.index?;
    let (numbered, _) = renamed(context);
    if numbered.len() > 1 && numbered.contains(&section) {
        let edits: Option<Vec<Vec<Edit>>> = numbered.iter().map(|section| edits(context, *section)).collect();
        return Some(Fix::safe("remove the numbers from the headings", edits?.concat()));
    }
    let is_guess = matches!(context.alignment.matches[section]?.kind, MatchKind::Words(_));
    let title = format!("rename the heading to `{}`", context.section_name(section));
    let make = if is_guess { Fix::suggested } else { Fix::safe };
    Some(make(title, edits(context, section)?))
}

/// Who numbers the sections numbers them all: one cause, one finding.
fn all_numbered(context: &OkepContext, mut sections: Vec<usize>) -> Option<Finding> {
    sections.sort_by_key(|section| context.heading_of(*section).map(|heading| heading.span.start));
    let (first, others) = sections.split_first()?;
    let heading = context.heading_of(*first)?;
    let (count, example) = (sections.len(), &heading.text);
    let message = format!("{count} headings are numbered, such as `{example}`; the template's are not");
    let all = RULE.at(context, heading.span.clone(), context.section_name(*first), message);
    let others = others.iter().filter_map(|section| Some(&context.heading_of(*section)?.span));
    let all = all.related(context, others, "another heading with a number");
    Some(all.index(*first).help("remove the numbers"))
}

/// What is said where headings and sections do not meet one to one, so that no renaming fixes it.
fn shared(context: &OkepContext, section: usize) -> Option<Finding> {
    let alignment = &context.alignment;
    let row = alignment.matches[section]?.row;
    let (wanted, heading) = (context.section_name(section), context.heading(row));
    let merged = alignment.merged.iter().filter(|(_, r)| *r == row).map(|(s, _)| *s);
    let sections: BTreeSet<usize> = merged.chain([section]).collect();
    let parts = alignment.shared_out.iter().filter(|(s, _)| *s == section).map(|(_, r)| context.heading(*r));
    let parts: Vec<&Heading> = parts.filter(|_| sections.len() == 1).collect();
    let list = |names: Vec<&str>| format!("`{}`", names.join("` and `"));
    let (message, help) = if sections.len() > 1 {
        let names = list(sections.iter().map(|s| context.section_name(*s)).collect());
        let message = format!("`{}` seems to cover {names} together", heading.text);
        (message, format!("divide it into {names}"))
    } else if parts.is_empty() {
        return None;
    } else {
        let names = list(parts.iter().map(|part| part.text.as_str()).collect());
        let message = format!("`{}` seems to cover `{wanted}`, together with {names}", heading.text);
        (message, format!("put them under one heading `{wanted}`"))
    };
    let finding = RULE.at(context, heading.span.clone(), wanted, message).help(help);
    Some(finding.related(context, parts.iter().map(|part| &part.span), "another part of the section"))
}

/// The edits that give a heading the template's name and keep the markup around its words; none where
/// markup is between them.
fn edits(context: &OkepContext, section: usize) -> Option<Vec<Edit>> {
    let row = context.alignment.matches[section]?.row;
    let (document, path) = (context.document(), &context.okep.path);
    let outline = &context.okep.outline.rows[row];
    let heading = context.heading(row);
    let letters = markup_spans::letters(document, heading)?;
    let span = markup_spans::piece(&letters, 0..outline.name.text.chars().count())?;
    // Inside code a mark-up of the template's would be shown as it is.
    let bare = document.text.slice(heading.text_span.clone()) == document.text.slice(span.clone());
    let wanted = if bare { context.section_source(section) } else { context.section_name(section) };
    let mut edits = markdown::margin(document, path, outline.heading);
    edits.push(Edit::replace(path, span, wanted));
    Some(edits)
}

fn finding(context: &OkepContext, section: usize) -> Option<Finding> {
    let Match { row, kind } = context.alignment.matches[section]?;
    let wanted = context.section_name(section);
    let heading = context.heading(row);
    let text = &heading.text;
    let message = match (old_wording(context, section, text), kind) {
        (Some(OldName { until: Some(r), .. }), _) => {
            format!("`{text}` was renamed in the template on {}: now `{wanted}`", r.date)
        }
        (Some(_), _) => format!("`{text}` was renamed in the template: now `{wanted}`"),
        (None, MatchKind::Words(_)) => format!("`{text}` seems to be `{wanted}`"),
        (None, _) => format!("`{text}` is another spelling of `{wanted}`"),
    };
    let finding = RULE.at(context, heading.span.clone(), wanted, message);
    Some(finding.index(section).help(format!("rename it to `{wanted}`")))
}

fn old_wording<'a>(context: &'a OkepContext, section: usize, text: &str) -> Option<&'a OldName> {
    let name = Name::new(text);
    let old = &context.requirements.old_names[section];
    old.iter().rev().find(|o| o.name.text == text).or(old.iter().rev().find(|o| {
        o.name.normal == name.normal && o.name.normal != Name::new(context.section_name(section)).normal
    }))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{
        GOOD, OKEP, TEMPLATE, TEMPLATE_PATH, check, check_files, check_fix, check_with_risks, with,
    };

    #[test]
    fn a_section_under_another_name_is_one_finding() {
        check(&with("## Non-Goals", "## Non Goals"), &["renamed-section:13 Non-Goals"]);
        check(&with("## Alternatives", "## Considered Alternatives"), &["renamed-section:27 Alternatives"]);
        check(&with("### Testing Details", "### Testing Strategy"), &["renamed-section:23 Testing Details"]);
        check(&with("## References", "## Refrences"), &["renamed-section:31 References"]);
        check(&with("## Alternatives", "## **Alternatives**"), &[]);
        let fixed = |heading: &str, expected: &str| {
            let expected = with("## Alternatives", expected);
            check_fix("renamed-section", &with("## Alternatives", heading), Some(&expected));
        };
        fixed("## Considered Alternatives", "## Alternatives");
        fixed("## *Considered Alternatives* ##", "## *Alternatives* ##");
    }

    #[test]
    fn numbers_of_sections_are_one_finding() {
        let number = |mut text: String| {
            for (i, name) in ["Problem", "Goals", "Non-Goals", "Proposed", "Alternatives"].iter().enumerate()
            {
                text = text.replace(&format!("## {name}"), &format!("## {}. {name}", i + 1));
            }
            text
        };
        check(&number(GOOD.to_owned()), &["renamed-section:5 Problem"]);
        check(&with("## Goals", "## 2. Goals"), &["renamed-section:9 Goals"]);
        // A template that numbers its sections is followed.
        let template = (TEMPLATE_PATH, &*number(TEMPLATE.to_owned()));
        check_files(&[template, (OKEP, &number(GOOD.to_owned()))], &[]);
        // Steps inside a section are the author's own.
        check(&with("A `Kettle`.", "#### 1. Fill\n\nx\n\n#### 2. Boil\n\nx"), &[]);
    }

    #[test]
    fn a_heading_that_contains_a_sections_name_is_that_section() {
        check(&with("## Goals", "## Primary Goals"), &["renamed-section:9 Goals"]);
        check(&with("## Non-Goals", "## Non Goals / Out of scope"), &["renamed-section:13 Non-Goals"]);
        // Next to the section itself it is another one.
        check(
            &with("## Non-Goals", "## Goals of the Brewery\n\nMore.\n\n## Non-Goals"),
            &["extra-section:13 Goals of the Brewery"],
        );
        check(
            &with("## References", "## API Reference"),
            &["missing-section:- References", "extra-section:31 API Reference"],
        );
    }

    #[test]
    fn sections_under_one_heading_are_one_finding() {
        let merged = with("## Goals\n\n* Fast tea\n\n## Non-Goals", "## Goals and Non-Goals");
        check(&merged, &["renamed-section:9 Goals"]);
        check(
            &with("## Goals\n\n* Fast tea\n\n## Non-Goals", "## Goals and Objectives"),
            &["missing-section:- Non-Goals", "renamed-section:9 Goals"],
        );
    }

    #[test]
    fn how_far_a_thing_has_come_is_another_section() {
        let document = with("### Testing Details", "### Testing");
        check(&document, &["renamed-section:23 Testing Details"]);
        for name in ["Testing Status", "Testing Timeline", "Test History"] {
            let document = with(
                "### Testing Details\n\nDrink it.",
                &format!("### {name}\n\n| a | b |\n|---|---|\n| c | done |"),
            );
            check(&document, &["missing-section:- Testing Details"]);
        }
    }

    #[test]
    fn a_section_in_several_headings_is_one_finding() {
        let shared_out = with(
            "## Alternatives",
            "## Risks\n\nx\n\n## Known Limits\n\nx\n\n## Mitigations\n\nx\n\n## Alternatives",
        );
        check_with_risks(&shared_out, &["renamed-section:27 Risks, Known Limits and Mitigations"]);
        let whole = with(
            "## Alternatives",
            "## Risks, Known Limits and Mitigations\n\nx\n\n## Mitigations\n\nx\n\n## Alternatives",
        );
        check_with_risks(&whole, &["extra-section:31 Mitigations"]);
    }

    #[test]
    fn an_attribute_list_of_a_picture_is_no_part_of_the_name() {
        let heading = |text: &str| with("## Goals", &format!("## {text}"));
        check(&heading("![tea](https://example.org/tea.png){ width=10 } Goals"), &[]);
        check(&heading("![tea](https://example.org/tea.png) {width} Goals"), &["renamed-section:9 Goals"]);
    }
}
