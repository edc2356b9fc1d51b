//! A `mkdocs.yml` that MkDocs itself could not load.

use super::{Check, Finding, Rule, Severity};
use crate::okep::snapshot::Snapshot;
use crate::site::mkdocs::scalar;
use crate::site::mkdocs::yaml::Style;
use crate::text::url_path::is_page;

pub static RULE: Rule = Rule {
    id: "unreadable-register",
    severity: Severity::Error,
    offence: "`mkdocs.yml` cannot be loaded by MkDocs",
    why: "The site does not build, and which OKEPs are in `nav` is unknown.",
    bad: "nav:\n  - BGP: okeps: okep-5296-bgp.md",
    good: "nav:\n  - BGP: okeps/okep-5296-bgp.md",
    check: Check::Tree(check, None),
    ..Rule::BASE
};

fn check(snapshot: &Snapshot) -> Vec<Finding> {
    let problems = snapshot.site.iter().flat_map(|site| &site.problems);
    problems
        .map(|problem| {
            let message = format!("MkDocs cannot load it: {}", problem.message);
            let mut finding = RULE.about(None, &problem.path, problem.path.clone(), message);
            let text = snapshot.text(&problem.path);
            let remedy = text.as_ref().and_then(|t| remedy(t.line(t.line_of(problem.span.start))));
            finding.place = text.map(|t| t.place(problem.span.clone()));
            let remedy = remedy.unwrap_or("fix it first".to_owned());
            finding.help(format!("{remedy}; `nav` is not checked until then"))
        })
        .collect()
}

/// What to do about a line, where its author meant what YAML does not take.
fn remedy(line: &str) -> Option<String> {
    if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark)) {
        return Some("resolve the merge conflict first".to_owned());
    }
    let item = line.trim().strip_prefix("- ")?;
    if let Some((title, path)) = item.strip_prefix('[').and_then(|i| i.strip_suffix(')')?.split_once("](")) {
        return Some(format!("a page is written as `- {}: {path}`", scalar::write(title, Style::Plain)));
    }
    let (title, path) =
        item.rsplit_once(": ").filter(|(title, path)| title.contains(": ") && is_page(path))?;
    let is_plain = title.starts_with(char::is_alphanumeric);
    is_plain.then(|| format!("put the title in quotes: `- {}: {path}`", scalar::write(title, Style::Plain)))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, NAV, OKEP, check_files, planned, tree};

    #[test]
    fn a_configuration_that_mkdocs_could_not_load_is_one_finding() {
        check_files(
            &[(OKEP, GOOD), ("mkdocs.yml", "nav:\n  - a: b: c\n")],
            &["unreadable-register:2 mkdocs.yml"],
        );
        check_files(&[(OKEP, GOOD), ("mkdocs.yml", NAV)], &[]);
    }

    #[test]
    fn the_help_says_what_to_do_where_it_is_known() {
        let check = |lines: &str, expected: &str| {
            let config = NAV.replace("    - Faster Tea: okeps/okep-7-faster-tea.md\n", lines);
            let findings = planned(&tree(&[(OKEP, GOOD), ("mkdocs.yml", &config)]));
            let finding =
                findings.iter().find(|f| f.rule == "unreadable-register").expect("it cannot be read");
            assert_eq!(finding.help, [format!("{expected}; `nav` is not checked until then")]);
        };
        let quoted = "put the title in quotes: `- \"Tea: fast\": okeps/okep-7-faster-tea.md`";
        check("    - Tea: fast: okeps/okep-7-faster-tea.md\n", quoted);
        let link = "a page is written as `- Tea: okeps/okep-7-faster-tea.md`";
        check("    - [Tea](okeps/okep-7-faster-tea.md)\n    - a.md\n", link);
        let link = "a page is written as `- \"Tea: fast\": okeps/okep-7-faster-tea.md`";
        check("    - [Tea: fast](okeps/okep-7-faster-tea.md)\n    - a.md\n", link);
        check("    - a.md\n     - \"Tea: fast\": okeps/okep-7-faster-tea.md\n", "fix it first");
        check("    - !x \"Tea: fast\": okeps/okep-7-faster-tea.md\n", "fix it first");
        check("<<<<<<< HEAD\n    - Tea: a.md\n=======\n>>>>>>> b\n", "resolve the merge conflict first");
        check("    - a: b: c\n", "fix it first");
    }
}
