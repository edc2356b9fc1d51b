//! The first heading of an OKEP: `# OKEP-NNNN: Title`.

use super::{Check, Rule};
use crate::finding::{Edit, Finding, Fix, Severity};
use crate::judged::Judged;
use crate::model::names::Name;
use crate::model::title::{PREFIX, Title};

pub static RULE: Rule = Rule {
    id: "malformed-title",
    severity: Severity::Error,
    fix: "safe where only the form differs, else suggested",
    offence: "first heading is not `# OKEP-NNNN: Title`, or still the template's",
    why: "The title is what readers see in the navigation, in searches and in links; its number is how \
          an OKEP is cited.",
    bad: "## okep 5224 - Connecting UDNs",
    good: "# OKEP-5224: Connecting UDNs",
    check: Check::Okep(check),
    of_its_time: false,
};

const SUBJECT: &str = "title";

fn check(judged: &Judged) -> Vec<Finding> {
    let document = judged.document();
    if document.is_blank() {
        let copy = judged.template().path.as_deref().map_or("the template".into(), |p| format!("`{p}`"));
        let finding = RULE.absent(judged, SUBJECT, "the file is empty".into());
        return vec![finding.help(format!("start from a copy of {copy}"))];
    }
    let number = judged.okep.number();
    let Some(title) = &judged.okep.title else {
        let example = number.map_or(format!("# {PREFIX}-NNNN: Title"), |n| format!("# {PREFIX}-{n}: Title"));
        let message = format!("no title: the first heading is not `{example}`");
        return vec![RULE.absent(judged, SUBJECT, message).help("begin the file with it")];
    };
    let heading = &document.headings[title.heading];
    if is_templates_own(judged, title) {
        let message = format!("`{}` is still the template's title", heading.text);
        let finding = RULE.at(judged, heading.span.clone(), SUBJECT, message);
        return vec![finding.help("give the number of your tracking issue and a title of its own")];
    }
    // One level too deep like all the others: `shifted-headings` says it.
    let shifted = title.reads_the_same && heading.level as i8 == 1 + judged.alignment.shift;
    if title.well_formed || (shifted && form(title).as_deref() == Some(&heading.text)) {
        return Vec::new();
    }
    let message = format!(
        "title is `{} {}`, not `# {PREFIX}-NNNN: Title`",
        "#".repeat(heading.level.into()),
        heading.text
    );
    let finding = RULE.at(judged, heading.span.clone(), SUBJECT, message);
    if title.name.is_empty() {
        return vec![finding.help("say after the number what it is about")];
    }
    let Some(number) = title.number.or(number) else {
        return vec![finding.help("give the number of its tracking issue")];
    };
    let name = source_name(judged, title);
    let wanted = format!("# {PREFIX}-{number}: {name}");
    let edits = vec![Edit::replace(&judged.okep.path, heading.span.clone(), &wanted)];
    let fix = if title.reads_the_same {
        Fix::safe("write the title in its usual form", edits)
    } else {
        Fix::suggested("put the number before the title", edits)
    };
    vec![finding.help(format!("write `{wanted}`")).fix(Some(fix))]
}

fn form(title: &Title) -> Option<String> {
    Some(format!("{PREFIX}-{}: {}", title.number?, title.name))
}

/// The title's name as the source has it, so that markup survives.
fn source_name(judged: &Judged, title: &Title) -> String {
    let heading = &judged.document().headings[title.heading];
    let source = judged.document().text.slice(heading.text_span.clone()).trim();
    let bare = |text: &str| text.replace(['*', '_', '`', '\\'], "");
    let is_name = |rest: &&str| !rest.contains('\n') && bare(rest) == bare(&title.name);
    // Where the name begins in the source: at the first place from which on only markup is more.
    let starts = source.char_indices().map(|(at, _)| &source[at..]);
    let closed = |rest: &&str| ["**", "`", "_"].iter().all(|mark| rest.matches(mark).count() % 2 == 0);
    starts.into_iter().filter(is_name).find(closed).map_or_else(|| title.name.clone(), str::to_owned)
}

fn is_templates_own(judged: &Judged, title: &Title) -> bool {
    let template = judged.template();
    let same_name = template.title_name().is_some_and(|name| {
        template.path.is_some() && Name::new(name).normal == Name::new(&title.name).normal
    });
    let text = &judged.document().headings[title.heading].text;
    let placeholder = text.to_ascii_uppercase().starts_with("OKEP-XXXX")
        || text.to_ascii_uppercase().starts_with("OKEP-NNNN");
    same_name || placeholder
}
