//! The first heading of an OKEP: `# OKEP-NNNN: Title`.

use super::{Check, Edit, Finding, Fix, OkepContext, Per, Rule, Severity};
use crate::markdown::names::Name;
use crate::okep::title::{PREFIX, Title};
use crate::rules::edits::{
    markdown,
    markup_spans::{self, Letter},
};
use crate::text::{Pattern, path::number_placeholder, pattern};

pub static RULE: Rule = Rule {
    id: "malformed-title",
    severity: Severity::Error,
    offence: "the first heading is not `# OKEP-NNNN: Title`, or is still the template's",
    why: "The title is what readers see in the navigation, in searches and in links; its number is how \
          an OKEP is cited.",
    bad: "## okep 5224 - Connecting UDNs",
    good: "# OKEP-5224: Connecting UDNs",
    check: Check::Okep(Per::Okep(check), Some(fix)),
    fixability: "safe where only the form differs, else suggested",
    ..Rule::BASE
};

const SUBJECT: &str = "title";

fn check(context: &OkepContext) -> Option<Finding> {
    let document = context.document();
    if document.is_blank() {
        let copy = context.template().path.as_deref().map_or("the template".into(), |p| format!("`{p}`"));
        let finding = RULE.absent(context, SUBJECT, "the file is empty".into());
        return Some(finding.help(format!("start from a copy of {copy}")));
    }
    let Some(title) = &context.okep.title else {
        if context.is_in_parts() || is_ambiguous(context) {
            return None;
        }
        let number = context.okep.number().map_or("NNNN".to_owned(), |number| number.to_string());
        let message = format!("no title: the first heading is not `# {PREFIX}-{number}: Title`");
        return Some(RULE.absent(context, SUBJECT, message).help("begin the file with that heading"));
    };
    let heading = &document.headings[title.heading];
    let form = title.number.map(|number| format!("{PREFIX}-{number}: {}", title.name));
    // One level too deep like all the others: `shifted-headings` says it.
    let is_shifted = title.reads_the_same && heading.level as i8 == 1 + context.alignment.shift;
    let (place, message, help) = if is_templates_own(context, title) {
        let message = format!("`{}` is still the template's title", heading.text);
        (heading, message, "write the number of your tracking issue and your own title".to_owned())
    } else if let Some(banner) = document.headings[..title.heading].first() {
        let line = document.text.line_of(heading.span.start);
        let help = format!("begin the file with the title in line {line}");
        (banner, format!("`{}` is above the title", banner.text), help)
    } else if title.well_formed || (is_shifted && form.as_deref() == Some(&heading.text)) {
        return None;
    } else {
        let hashes = "#".repeat(heading.level.into());
        let message = format!("title is `{hashes} {}`, not `# {PREFIX}-NNNN: Title`", heading.text);
        let in_form = |number| format!("write `# {PREFIX}-{number}: {}`", name_in_source(context, title));
        (heading, message, certain_number(context, title).map_or_else(|by_hand| by_hand, in_form))
    };
    Some(RULE.at(context, place.span.clone(), SUBJECT, message).help(help))
}

fn fix(context: &OkepContext, _: &Finding) -> Option<Fix> {
    let title = context.okep.title.as_ref().filter(|t| t.heading == 0 && !is_templates_own(context, t))?;
    let edits = edits(context, title, certain_number(context, title).ok()?)?;
    Some(match title.reads_the_same {
        true => Fix::safe("write the title in its usual form", edits),
        false => Fix::suggested("put the number before the title", edits),
    })
}

/// Whether the title is one on the site only, which `ambiguous-heading` reports.
fn is_ambiguous(context: &OkepContext) -> bool {
    let reading = context.okep.site_reading();
    let mut shown = reading.ambiguities.iter().filter_map(|a| a.site.as_ref());
    shown.any(|(level, text)| *level == 1 && text.to_ascii_uppercase().starts_with(PREFIX))
}

/// The edits that give the title its form and touch nothing of its name; none where the markup does not
/// let the two be distinguished.
fn edits(context: &OkepContext, title: &Title, number: u64) -> Option<Vec<Edit>> {
    let (document, path) = (context.document(), &context.okep.path);
    let heading = &document.headings[title.heading];
    // Its lines become one, and no edit inside of them is left.
    if document.text.slice(heading.text_span.clone()).contains('\n') {
        return None;
    }
    let mut edits = markdown::put_at_level(document, path, title.heading, 1)?;
    let letters = markup_spans::letters(document, heading)?;
    let name = letters.len() - title.name.chars().count();
    if title.number.is_none() {
        edits.push(Edit::insert(path, heading.text_span.start, format!("{PREFIX}-{number}: ")));
        return (name == 0).then_some(edits);
    }
    let is_digit = |letter: &Letter| letter.shown.is_ascii_digit();
    let digits = letters.iter().position(is_digit)?;
    let after = digits + letters[digits..].iter().take_while(|letter| is_digit(letter)).count();
    let bounds = [0, PREFIX.len(), digits, after, name];
    for (bounds, wanted) in bounds.windows(2).zip([PREFIX, "-", &number.to_string(), ": "]) {
        let span = markup_spans::piece(&letters, bounds[0]..bounds[1])?;
        if document.text.slice(span.clone()) != wanted {
            edits.push(Edit::replace(path, span, wanted));
        }
    }
    edits.sort();
    Some(edits)
}

/// The title's name as the source has it, for the help.
fn name_in_source<'a>(context: &'a OkepContext, title: &'a Title) -> &'a str {
    let document = context.document();
    let heading = &document.headings[title.heading];
    let letters = markup_spans::letters(document, heading);
    let first = letters.and_then(|l| Some(l.get(l.len() - title.name.chars().count())?.source.start));
    let line = |at: usize| document.text.slice(at..heading.text_span.end.max(at));
    first.map(line).filter(|line| !line.contains('\n')).unwrap_or(&title.name).trim()
}

/// The number that the title has or is to be given; else what the author must do, where it is not known which number
/// that is, or where it is.
fn certain_number(context: &OkepContext, title: &Title) -> Result<u64, String> {
    // The number of an OKEP, and a further one before the colon, as in `OKEP-1 and 1002: name`.
    static NUMBERED: Pattern = Pattern::new(|| pattern(r"(?i)okep[\W_]*[0-9]"));
    static FURTHER: Pattern = Pattern::new(|| pattern(r"(?:^|[\W_])[0-9]{3,}(?:[\W_]|$)"));
    if !title.name.contains(char::is_alphanumeric) {
        return Err("add a title after the number".to_owned());
    }
    let number = title.number.or(context.okep.number()).ok_or("add the number of its tracking issue")?;
    let is_further = |(head, _): (&str, &str)| NUMBERED.is_match(head) || FURTHER.is_match(head);
    let mut words = title.name.split(|c: char| !c.is_alphanumeric());
    let is_certain = match title.number {
        Some(_) => title.reads_the_same && !title.name.split_once(':').is_some_and(is_further),
        None => !NUMBERED.is_match(&title.name) && !words.any(|word| word.parse() == Ok(number)),
    };
    if is_certain { Ok(number) } else { Err(format!("begin it with `{PREFIX}-{number}: `")) }
}

fn is_templates_own(context: &OkepContext, title: &Title) -> bool {
    let template = context.template();
    let is_same = |name: &str| Name::new(name).normal == Name::new(&title.name).normal;
    let same_name = template.path.is_some() && template.title_name().is_some_and(is_same);
    let text = &context.document().headings[title.heading].text;
    let number = text.get(..4).filter(|prefix| prefix.eq_ignore_ascii_case(PREFIX)).map(|_| &text[4..]);
    same_name
        || number.and_then(|rest| rest.strip_prefix('-')).is_some_and(|rest| number_placeholder(rest) > 0)
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{
        GOOD, NAV, OKEP, TEMPLATE, TEMPLATE_PATH, check, check_files, check_fix, check_safe_fix, planned,
        tree, with,
    };

    #[test]
    fn a_title_on_two_lines_becomes_one_before_it_gets_its_form() {
        let document = with("# OKEP-7: Faster Tea", "OKEP 7 - Faster\nTea\n===");
        check(&document, &["ambiguous-heading:1 OKEP 7 - Faster Tea", "malformed-title:1 title"]);
        check_fix("malformed-title", &document, None);
        let found = planned(&tree(&[(OKEP, &document)]));
        let title = found.iter().find(|f| f.rule == "malformed-title").expect("it is found");
        assert!(title.help.iter().all(|help| !help.contains('\n')), "{:?}", title.help);
    }

    #[test]
    fn titles_are_of_one_form() {
        check(&with("# OKEP-7: Faster Tea", "# okep 7 - Faster Tea"), &["malformed-title:1 title"]);
        check(&with("# OKEP-7: Faster Tea", "# Faster Tea"), &["malformed-title:1 title"]);
        check(&with("# OKEP-7: Faster Tea", "# OKEP-7: `Faster` Tea"), &[]);
        // At the very start MkDocs takes `OKEP-7: ...` for a header of the page, and shows no title.
        let underlined = with("# OKEP-7: Faster Tea", "OKEP-7: Faster Tea\n===");
        check(&underlined, &["ambiguous-heading:1 OKEP-7: Faster Tea"]);
        check(&with("# OKEP-7: Faster Tea", "# OKEP-7:"), &["malformed-title:1 title"]);
        check(&with("# OKEP-7: Faster Tea", "# OKEP-0000: Faster Tea"), &["malformed-title:1 title"]);
        check(&with("# OKEP-7: Faster Tea", "# OKEP-7: OKEP Template"), &["malformed-title:1 title"]);
    }

    #[test]
    fn a_title_of_the_template_is_known_by_its_words() {
        let template = TEMPLATE.replace("# OKEP-1: OKEP Template", "# OKEP-NNNN: A short title");
        let copy = with("# OKEP-7: Faster Tea", "# OKEP-7: A short title");
        check_files(
            &[(TEMPLATE_PATH, &template), (OKEP, &copy), ("mkdocs.yml", NAV)],
            &["malformed-title:1 title"],
        );
    }

    #[test]
    fn a_document_without_a_title_keeps_its_first_section() {
        check(
            "## Problem\n\nx\n",
            &[
                "malformed-title:- title",
                "missing-issue:- issue",
                "missing-section:- API Details",
                "missing-section:- Alternatives",
                "missing-section:- Goals",
                "missing-section:- Non-Goals",
                "missing-section:- Proposed Solution",
                "missing-section:- References",
                "missing-section:- Testing Details",
            ],
        );
    }

    #[test]
    fn a_banner_above_the_title_is_one_finding() {
        let banner = GOOD.replace("# OKEP-7", "# Draft\n\nNot yet.\n\n# OKEP-7");
        check(&banner, &["malformed-title:1 title"]);
        check_fix("malformed-title", &banner, None);
        check(
            &GOOD.replace("None\n", "# OKEP-7: Faster Tea\n"),
            &["empty-section:13 Non-Goals", "extra-section:15 OKEP-7: Faster Tea"],
        );
    }

    #[test]
    fn a_title_that_only_the_site_shows_is_one_finding() {
        check(&with("# OKEP-7", "#OKEP-7"), &["ambiguous-heading:1 OKEP-7: Faster Tea"]);
        check(&with("# OKEP-7", "#okep-7"), &["ambiguous-heading:1 okep-7: Faster Tea"]);
        check(&with("# OKEP-7: Faster Tea", "OKEP-7: Faster Tea"), &["malformed-title:- title"]);
    }

    #[test]
    fn an_empty_file_is_one_finding() {
        check("", &["malformed-title:- title"]);
        check("\n\n", &["malformed-title:- title"]);
    }

    #[test]
    fn the_form_of_a_title_is_fixed() {
        let title = |text: &str| with("# OKEP-7: Faster Tea", text);
        for text in [
            "## okep 7 - Faster Tea",
            "# okep 0007 - Faster Tea",
            "# OKEP-7：Faster Tea",
            "# OKEP-7 | Faster Tea",
            "# OKEP-7 → Faster Tea",
            "# OKEP-7; Faster Tea",
            "# OKEP_7 – Faster Tea",
            "# OKEP-7. Faster Tea",
            "# OKEP 7 Faster Tea",
        ] {
            check_safe_fix("malformed-title", &title(text), Some(&title("# OKEP-7: Faster Tea")));
        }
        check_safe_fix("malformed-title", &title("# okep-7: 3 teas"), Some(&title("# OKEP-7: 3 teas")));
        let dotted = title("# OKEP-7: .NET tea");
        check_safe_fix("malformed-title", &title("# OKEP 7 .NET tea"), Some(&dotted));
        check_safe_fix("malformed-title", &title("# OKEP 7 - .NET tea"), Some(&dotted));
        check_fix("malformed-title", &title("# Faster Tea"), Some(&title("# OKEP-7: Faster Tea")));
    }

    #[test]
    fn a_title_without_words_is_left_to_the_author() {
        for text in ["# ~~~", "# -", "# OKEP 7 ...", "# OKEP-7:"] {
            check_fix("malformed-title", &with("# OKEP-7: Faster Tea", text), None);
        }
    }

    #[test]
    fn a_number_that_may_go_on_is_left_alone() {
        let title = |text: &str| with("# OKEP-7: Faster Tea", text);
        for text in [
            "# OKEP-7a: Faster Tea",
            "# OKEP-7.1: Faster Tea",
            "# OKEP-7/8: Faster Tea",
            "# OKEP-7 / 8: Faster Tea",
            "# OKEP-7, 8: Faster Tea",
            "# OKEP-7 & 8: Faster Tea",
            "# OKEP-7 and OKEP-8: Faster Tea",
            "# OKEP-7 and 1008: Faster Tea",
            "# OKEP-7Faster Tea",
            "# OKEP-7 ⇒ Faster Tea",
            "# OKEP-7 = Faster Tea",
            "# OKEP-7 -faster tea",
            "# OKEP-7 v2: Faster Tea",
            "# OKEP-7 (Draft): Faster Tea",
            "# OKEP-5,001: Faster Tea",
        ] {
            check_safe_fix("malformed-title", &title(text), None);
        }
    }

    #[test]
    fn the_digits_of_a_longer_number_are_not_the_okeps() {
        check(&with("# OKEP-7:", "# OKEP-7,001:"), &["malformed-title:1 title"]);
        check(&with("# OKEP-7:", "# OKEP-8, 7:"), &["malformed-title:1 title"]);
        check(&with("# OKEP-7:", "# OKEP-8, a"), &["malformed-title:1 title", "number-mismatch:1 number"]);
    }

    #[test]
    fn a_number_in_another_form_is_not_given_twice() {
        let title = |text: &str| with("# OKEP-7: Faster Tea", text);
        for text in [
            "# 7: Faster Tea",
            "# Enhancement 007 - Faster Tea",
            "# Faster Tea (#7)",
            "# Proposal OKEP-7: Tea",
        ] {
            check_fix("malformed-title", &title(text), None);
        }
    }
}
