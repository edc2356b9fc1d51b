//! Sections of the template that an OKEP does not have.

use super::{Check, Demand, Finding, Fix, OkepContext, Per, Rule, Severity};
use crate::markdown::document::Document;
use crate::rules::edits::markdown;
use crate::rules::lookalikes::Lookalike;

pub static RULE: Rule = Rule {
    id: "missing-section",
    severity: Severity::Error,
    offence: "a section of the template is absent",
    why: "Each section is a question reviewers will ask. \"None\" is an answer; silence is not.",
    bad: "## Alternatives\n\n(end of file)",
    good: "## Alternatives\n\nNone that keep the API stable.\n\n## References\n\nNone",
    check: Check::Okep(Per::Section(check), Some(fix)),
    demand: Demand::OfTemplateSection,
    fixability: "suggested (with the template's prompt)",
    // Where a section belongs depends on the others.
    leaves: &["template-text", "unfilled-table"],
    ..Rule::BASE
};

fn check(context: &OkepContext, section: usize) -> Option<Finding> {
    if context.alignment.matches[section].is_some()
        || context.alignment.merged.iter().any(|(merged, _)| *merged == section)
        || is_optional(context, section)
        || context.document().is_blank()
        || context.is_in_parts()
        || context.is_ambiguous(section)
        || context.in_open_fence(section).is_some()
    {
        return None;
    }
    let name = context.section_name(section);
    let finding = RULE.absent(context, name, format!("section `{name}` is missing"));
    if let Some(help) = hidden_heading(context, section) {
        return Some(finding.help(help));
    }
    let row = &context.template().outline.rows[section];
    let around = row.parent.map_or(String::new(), |p| format!(" inside `{}`", context.section_name(p)));
    let next_to = context.neighbour(section, |_| true).map_or(String::new(), |other| {
        let line = context.heading_of(other).map_or(0, |h| context.document().text.line_of(h.span.start));
        format!(" {} (line {line})", context.next_to(section, other))
    });
    let hashes = "#".repeat(row.level.into());
    Some(finding.help(format!("add `{hashes} {name}`{around}{next_to}")))
}

/// Where a heading of the section is that GitHub does not show as one, and what to do about it.
fn hidden_heading(context: &OkepContext, section: usize) -> Option<String> {
    let document = context.document();
    let is_hidden = |found: &&Lookalike| found.fence.is_none() || found.is_swallowed(document);
    let found = context.lookalikes(section).find(is_hidden)?;
    Some(format!("line {} has this heading {}", document.text.line_of(found.at), found.form))
}

/// Whether the template leaves it to the author to have a section, or the one around it, which is not there either.
fn is_optional(context: &OkepContext, section: usize) -> bool {
    let outline = &context.template().outline;
    let absent = |section: usize| context.alignment.matches[section].is_none();
    outline.rows[section].is_optional
        || outline.ancestors(section).any(|around| outline.rows[around].is_optional && absent(around))
}

/// Adds the section with the template's own prompt, and with those of the sections inside it, for the author to
/// answer; what has no prompt is left out.
fn fix(context: &OkepContext, finding: &Finding) -> Option<Fix> {
    // To add it once more would be no remedy.
    let section = finding.index.filter(|section| hidden_heading(context, *section).is_none())?;
    let outline = &context.template().outline;
    let parent_is_missing =
        outline.rows[section].parent.is_some_and(|p| context.alignment.matches[p].is_none());
    if parent_is_missing || context.alignment.shift != 0 || context.document().unclosed_fence.is_some() {
        return None;
    }
    let is_shown = |at: &usize| !markdown::is_hidden(context.document(), *at);
    let at = markdown::where_missing(context, section).filter(is_shown)?;
    let inside = outline.inside(section);
    let mut added = vec![section];
    if inside.clone().all(|s| context.alignment.matches[s].is_none()) {
        let asks = |s: &usize| has_prompt(context, *s) || outline.inside(*s).any(|s| has_prompt(context, s));
        added.extend(inside.filter(asks));
    }
    // Without a question, an empty heading would only turn an error into a warning.
    if !added.iter().any(|s| has_prompt(context, *s)) {
        return None;
    }
    let text: Vec<String> = added.iter().map(|s| with_prompt(context, *s)).collect();
    let ending = context.document().text.line_ending_near(at);
    let edit = markdown::insert_section(context, at, text.join("\n\n").replace('\n', ending));
    let title = format!("add `{}` with the template's prompt", context.section_name(section));
    Some(Fix::suggested(title, vec![edit]))
}

/// Whether `template-text` would find the template's own text under a section.
fn has_prompt(context: &OkepContext, section: usize) -> bool {
    let find = |section| {
        let document = Document::parse(markdown::prompt(context.template(), section).as_bytes());
        !context.requirements.prompts.leftovers(&document, None).0.is_empty()
    };
    let sections = 0..context.template().outline.rows.len();
    context.requirements.has_prompt.get_or_init(|| sections.map(find).collect())[section]
}

/// The section as the template has it, up to the next heading.
fn with_prompt(context: &OkepContext, section: usize) -> String {
    let hashes = "#".repeat(context.template().outline.rows[section].level.into());
    let heading = format!("{hashes} {}", context.section_source(section));
    format!("{heading}\n\n{}", markdown::prompt(context.template(), section)).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{
        GOOD, NAV, OKEP, TEMPLATE, TEMPLATE_PATH, check, check_files, check_fix, fixed, found, notices,
        planned, tree, with,
    };

    #[test]
    fn every_section_of_the_template_is_there() {
        check(&with("## Alternatives\n\nCoffee.\n\n", ""), &["missing-section:- Alternatives"]);
        check(&with("### API Details\n\nA `Kettle`.\n\n", ""), &["missing-section:- API Details"]);
        check(&with("Tea is slow.", "```\n# Alternatives\n```"), &[]);
    }

    #[test]
    fn what_a_site_with_an_unknown_extension_may_show_is_not_missing() {
        let check = |extension: &str, expected: &[&str]| {
            let config = format!("{NAV}markdown_extensions: [{extension}]\n");
            check_files(&[(OKEP, &with("## Goals", "##Goals")), ("mkdocs.yml", &config)], expected);
        };
        check("our_own", &[]);
        check("tables", &["ambiguous-heading:9 Goals"]);
        let none = with("## Goals", "#### Coffee");
        let config = format!("{NAV}markdown_extensions: [our_own]\n");
        assert!(
            found(&tree(&[(OKEP, &none), ("mkdocs.yml", &config)]))
                .contains(&"missing-section:- Goals".to_owned())
        );
    }

    #[test]
    fn a_missing_section_is_added_with_its_prompt() {
        let missing = |text: &str| with(text, "");
        let prompt = "## Alternatives\n\n(Other designs and why they were not taken.)\n\n";
        let alternatives = "## Alternatives\n\nCoffee.\n\n";
        check_fix("missing-section", &missing(alternatives), Some(&with(alternatives, prompt)));
        let solution =
            "## Proposed Solution\n\n### API Details\n\nA `Kettle`.\n\n### Testing Details\n\nDrink it.\n\n";
        let prompts = "## Proposed Solution\n\nWhat is the solution to the problem above?\n\n\
                       ### API Details\n\n* add details if the API is changing\n\n\
                       ### Testing Details\n\n* Unit Testing details\n\n";
        let findings = planned(&tree(&[(OKEP, &missing(solution))]));
        let found = findings.iter().find(|f| f.subject == "Proposed Solution").expect("it is missing");
        let fix = found.fix.as_ref().expect("it has prompts");
        assert_eq!(fix.edits[0].replacement, prompts);
        // Where those inside are there, it goes before the first of them.
        let around = "## Proposed Solution\n\nWhat is the solution to the problem above?\n\n";
        let expected = with("## Proposed Solution\n\n", around);
        check_fix("missing-section", &missing("## Proposed Solution\n\n"), Some(&expected));
        // Those inside come with the one around them.
        let inside = findings.iter().find(|f| f.subject == "API Details").expect("it is missing too");
        assert_eq!(inside.fix, None);
    }

    #[test]
    fn a_section_without_a_prompt_is_left_to_the_author() {
        check_fix("missing-section", &with("## References\n\nN/A\n", ""), None);
        // Of the sections inside, those without a prompt are left out.
        let template = TEMPLATE.replace("* Unit Testing details\n\n", "");
        let document = with("### API Details\n\nA `Kettle`.\n\n### Testing Details\n\nDrink it.\n\n", "")
            .replace("## Proposed Solution\n\n", "");
        let findings = planned(&tree(&[(TEMPLATE_PATH, &template), (OKEP, &document)]));
        let found = findings.iter().find(|f| f.subject == "Proposed Solution").expect("it is missing");
        let added = &found.fix.as_ref().expect("it has prompts").edits[0].replacement;
        assert!(added.contains("### API Details") && !added.contains("Testing"), "{added}");
    }

    #[test]
    fn a_prompt_in_a_comment_asks_nothing_that_a_check_would_find() {
        let template =
            TEMPLATE.replace("(Other designs and why they were not taken.)", "<!-- Other designs -->");
        let document = with("## Alternatives\n\nCoffee.\n\n", "");
        assert_eq!(fixed("missing-section", &[(TEMPLATE_PATH, &template), (OKEP, &document)]), "-");
    }

    #[test]
    fn what_the_template_calls_optional_may_be_left_out() {
        let without = with("## Alternatives\n\nCoffee.\n\n", "");
        for mark in [
            "(Optional)",
            "[OPTIONAL]",
            "*(optional)*",
            "(optional):",
            "(optional, but recommended)",
            "（optional）",
            "(if applicable)",
            "(not required)",
            "- Optional",
            "*optional*",
        ] {
            let template = TEMPLATE.replace("## Alternatives", &format!("## Alternatives {mark}"));
            let template = (TEMPLATE_PATH, template.as_str());
            check_files(&[template, (OKEP, &without)], &[]);
            // With or without the mark it is the section.
            check_files(&[template, (OKEP, &with("## Alternatives", "## Alternatives"))], &[]);
            check_files(
                &[template, (OKEP, &with("## Alternatives", &format!("## Alternatives {mark}")))],
                &[],
            );
        }
        let before = TEMPLATE.replace("## Alternatives", "## Optional: Alternatives");
        check_files(&[(TEMPLATE_PATH, &before), (OKEP, &without)], &[]);
        for name in
            ["Optional Alternatives", "Alternatives that are optional", "Alternatives (optional ones)"]
        {
            let named = TEMPLATE.replace("## Alternatives", &format!("## {name}"));
            check_files(
                &[(TEMPLATE_PATH, &named), (OKEP, &without)],
                &[&format!("missing-section:- {name}")],
            );
        }
        // What is inside of a section that may be left out is left out with it.
        let around = TEMPLATE.replace("## Proposed Solution", "## Proposed Solution (optional)");
        let (before, rest) = GOOD.split_once("## Proposed Solution").expect("it has one");
        let (_, after) = rest.split_once("## Alternatives").expect("it has some");
        let none = format!("{before}## Alternatives{after}");
        check_files(&[(TEMPLATE_PATH, &around), (OKEP, &none)], &[]);
    }

    /// Checks a document in the tree of a site with these Markdown extensions, or without a site.
    #[track_caller]
    fn check_on(site: Option<&str>, document: &str, expected: &[&str]) {
        let mut tree = tree(&[(OKEP, document)]);
        match site {
            Some(extensions) => {
                let config = format!("{NAV}markdown_extensions: [{extensions}]\n");
                tree.insert("mkdocs.yml", config.as_bytes());
            }
            None => tree.remove("mkdocs.yml"),
        }
        assert_eq!(found(&tree), expected, "{site:?}: {document}");
    }

    #[test]
    fn a_heading_that_html_swallows_is_not_added_a_second_time() {
        let document = with("* Fast tea\n\n## Non-Goals", "* Fast tea\n<br>\n## Non-Goals");
        // With a site, `ambiguous-heading` reports it.
        check(&document, &["ambiguous-heading:13 Non-Goals"]);
        // With an extension that is not known, the site may show it.
        check_on(Some("our.own"), &document, &[]);
        check_on(None, &document, &["missing-section:- Non-Goals"]);
        let in_quote = with("## Non-Goals\n\nNone", "> ## Non-Goals\n>\n> None");
        check_on(Some("our.own"), &in_quote, &["missing-section:- Non-Goals"]);
        let mut tree = tree(&[(OKEP, &document)]);
        tree.remove("mkdocs.yml");
        let findings = planned(&tree);
        let help = "line 13 has this heading where GitHub takes it for HTML; put a blank line above it";
        assert_eq!((findings[0].help.as_slice(), findings[0].fix.is_none()), (&[help.to_owned()][..], true));
        check_on(None, &with("* Fast tea\n\n", "* Fast tea\n<br>\n\n"), &[]);
        // A section that is commented out is missing.
        let comment = with("## Non-Goals\n\nNone", "<!--\n## Non-Goals\n-->");
        check(&comment, &["missing-section:- Non-Goals"]);
    }

    #[test]
    fn a_heading_inside_of_a_list_or_a_quote_is_one_finding() {
        let in_list = with("* Fast tea\n\n## Non-Goals", "* Fast tea\n\n  ## Non-Goals");
        check(&in_list, &["ambiguous-heading:13 Non-Goals"]);
        check_on(None, &in_list, &["missing-section:- Non-Goals"]);
        let in_quote = with("## Non-Goals\n\nNone", "> ## Non-Goals\n>\n> None");
        check(&in_quote, &["missing-section:- Non-Goals"]);
        assert_eq!(fixed("missing-section", &[(OKEP, &in_quote)]), "-");
        check(&with("* Fast tea\n\n## Non-Goals", "* Fast tea\n## Non-Goals"), &[]);
    }

    #[test]
    fn what_a_snippet_may_add_is_not_missing() {
        let section = "## Goals\n\n* Fast tea\n\n";
        for (site, directive) in [
            ("pymdownx.snippets", "--8<-- \"goals.md\""),
            ("pymdownx.snippets", "--8<--\ngoals.md\n--8<--"),
            ("our.own", "{! goals.md !}"),
            ("our.own", "{% include \"goals.md\" %}"),
        ] {
            let document = with(section, &format!("{directive}\n\n"));
            check_on(Some(site), &document, &[]);
            // Where nothing puts it in, it is text.
            check_on(Some("toc"), &document, &["missing-section:- Goals"]);
            check_on(None, &document, &["missing-section:- Goals"]);
        }
        check_on(Some("pymdownx.snippets"), &with(section, ""), &["missing-section:- Goals"]);
        check_on(Some("our.own"), &with(section, ""), &["missing-section:- Goals"]);
        let document = with(section, "--8<-- \"goals.md\"\n\n");
        let config = format!("{NAV}markdown_extensions: [pymdownx.snippets]\n");
        let notices = notices(&tree(&[(OKEP, &document), ("mkdocs.yml", &config)]));
        assert_eq!(notices, ["text-elsewhere"]);
    }
}
