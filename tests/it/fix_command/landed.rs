//! Fixes of OKEPs that landed under an earlier template.

use super::{files, git, okep, text};
use std::fs;

/// Sections by level and name.
type Sections<'a> = &'a [(usize, &'a str)];

fn page(number: usize, title: &str, sections: Sections) -> String {
    let issue = format!("[#{number}](https://github.com/o/n/issues/{number})");
    let section = |(level, name): &(usize, &str)| format!("{} {name}\n\nSome words.\n\n", "#".repeat(*level));
    format!("# OKEP-{number}: {title}\n\n* Issue: {issue}\n\n")
        + &sections.iter().map(section).collect::<String>()
}

/// After one run of `--fix=all` another finds nothing to fix in a proposal that landed before a change of the template.
fn check(template_then: Sections, proposal: Sections, template_now: Sections) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let dir = dir.path();
    fs::create_dir_all(dir.join("docs/okeps")).expect("it can be made");
    git(dir, &["init", "-q", "-b", "main"]);
    let (template, okep_7) = ("docs/okeps/okep-1-template.md", "docs/okeps/okep-7-quiet-links.md");
    for (path, content) in [
        (template, page(1, "Template", template_then)),
        (okep_7, page(7, "Quiet Links", proposal)),
        (template, page(1, "Template", template_now)),
    ] {
        fs::write(dir.join(path), content).expect("it is writable");
        git(dir, &["add", "-A"]);
        git(dir, &["commit", "-qm", path]);
    }
    let first = text(&okep(dir, &["check", "--fix=all"]).stderr);
    assert!(first.contains("written"), "{first}");
    let once = files(dir);
    let again = text(&okep(dir, &["check", "--fix=all"]).stderr);
    assert!(again.starts_with("nothing to fix"), "{again}");
    assert_eq!(files(dir), once);
}

#[test]
fn one_run_is_at_rest_where_an_edit_changes_what_the_earlier_template_asked() {
    let template =
        [(2, "Goals"), (3, "Details"), (2, "Alternatives"), (2, "Tests"), (2, "Risks"), (2, "Skew")];
    let now = [(2, "Goals"), (2, "Criteria"), (3, "Details"), (2, "Tests"), (2, "Risks"), (2, "Skew")];
    let proposal = [
        (3, "Goals"),
        (2, "Skew"),
        (3, "Risks Taken"),
        (3, "Details"),
        (2, "Alternatives Too"),
        (2, "Test Plan"),
    ];
    check(&template, &proposal, &now);
}
