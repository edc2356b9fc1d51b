//! OKEPs outside of the proposal folder.

use super::{Check, Finding, Fix, Rule, Severity};
use crate::okep::snapshot::{Page, Snapshot};
use crate::text::path::{self, file_name, okep_name, stem};

pub static RULE: Rule = Rule {
    id: "misplaced-file",
    severity: Severity::Error,
    offence: "an OKEP of the docs folder is outside of the proposal folder",
    why: "Reviewers, readers and tools look for OKEPs in the proposal folder. One that is elsewhere is on \
          the site and never checked.",
    bad: "docs/okep-5224-connecting-udns.md",
    good: "docs/okeps/okep-5224-connecting-udns.md",
    check: Check::Tree(check, Some(fix)),
    fixability: "suggested",
    renames: true,
    ..Rule::BASE
};

fn check(snapshot: &Snapshot) -> Vec<Finding> {
    snapshot.misplaced.iter().map(|page| finding(snapshot, page)).collect()
}

fn finding(snapshot: &Snapshot, page: &Page) -> Finding {
    let folder = &snapshot.layout.folder;
    let message = format!("`{}` is an OKEP outside of `{folder}`", page.path);
    // The page of a folder goes by that folder's name.
    let (what, name) = match path::page_name(&page.path).filter(|_| path::is_folder_page(&page.path)) {
        Some(name) => ("its folder", name),
        None => ("it", file_name(&page.path)),
    };
    let finding = RULE.about(None, &page.path, name, message);
    finding.help(format!("move {what} to `{folder}/{name}`"))
}

fn fix(snapshot: &Snapshot, finding: &Finding) -> Option<Fix> {
    let is_named_well = stem(&finding.subject).and_then(okep_name).is_some_and(|name| name.well_formed);
    let title = format!("move it to `{}` and update every link to it", snapshot.layout.folder);
    let to = format!("{}/{}", snapshot.layout.folder, finding.subject);
    is_named_well.then(|| Fix::suggested(title, Vec::new()).and_rename(&finding.path, to))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, NAV, OKEP, check_files, planned, tree};

    const OUTSIDE: &str = "docs/okep-8-green-tea.md";

    fn green() -> String {
        GOOD.replace('7', "8").replace("Faster", "Green")
    }

    /// Checks a page at a path, next to an OKEP that is where it belongs.
    #[track_caller]
    fn check_at(path: &str, text: &str, expected: &[&str]) {
        check_files(&[(OKEP, GOOD), (path, text)], expected);
    }

    #[test]
    fn an_okep_is_in_the_proposal_folder() {
        let expected = ["misplaced-file:- okep-8-green-tea.md"];
        check_at(OUTSIDE, &green(), &expected);
        check_at("docs/design/okep-8/okep-8-green-tea.md", &green(), &expected);
        check_at("docs/okep-8-green-tea.md", &green().replace("## Goals", "## Gaols"), &expected);
        check_at("docs/OKEP-8_Green.md", &green(), &["misplaced-file:- OKEP-8_Green.md"]);
        check_at("docs/OKEPs/okep-8-green-tea.md", &green(), &expected);
        let folder = ["misplaced-file:- okep-8-green-tea"];
        check_at("docs/okep-8-green-tea/index.md", &green(), &folder);
        check_at("docs/design/okep-8-green-tea/README.md", &green(), &folder);
        check_at("docs/okeps/archive/okep-8-green-tea.md", &green(), &["not-in-nav:3 nav"]);
    }

    #[test]
    fn other_pages_are_where_they_belong() {
        check_at(OUTSIDE, &GOOD.replace("# OKEP-7:", "# Notes on OKEP-8:"), &[]);
        check_at("docs/okep-guide.md", &green(), &[]);
        check_at("docs/green-tea.md", &green(), &[]);
        check_at("okep-8-green-tea.md", &green(), &[]);
        check_at("docs/okep-8-template.md", &green(), &[]);
        check_at("docs/okep-8-template/README.md", &green(), &[]);
        check_at("docs/okep-8-green-tea/notes.md", &green(), &[]);
        check_at("docs/okep-7-faster-tea/index.md", GOOD, &[]);
    }

    #[test]
    fn a_number_of_the_proposal_folder_is_no_misplaced_one() {
        check_at("docs/okep-7-faster-tea.md", GOOD, &[]);
        check_at("docs/okep-1-how-to.md", &GOOD.replace('7', "1"), &[]);
        let companion = "docs/okeps/okep-8-green-tea/okep-8-green-tea.md";
        let nav = format!("{NAV}    - Green: okeps/okep-8-green-tea/okep-8-green-tea.md\n");
        let files = [(OKEP, GOOD), (companion, &green()), (OUTSIDE, &green()), ("mkdocs.yml", &nav)];
        check_files(&files, &[]);
    }

    #[test]
    fn translations_and_archives_have_a_folder_of_that_name() {
        check_at("docs/zh/okeps/okep-8-green-tea.md", &green(), &[]);
        check_at("docs/archive/okeps/2020/okep-8-green-tea.md", &green(), &[]);
        check_at("docs/zh/okeps/okep-8-green-tea/index.md", &green(), &[]);
        check_at("docs/OKEPs-archive/okep-8-green-tea.md", &green(), &[]);
        check_at("docs/proposals/okep-8-green-tea.md", &green(), &["misplaced-file:- okep-8-green-tea.md"]);
    }

    #[test]
    fn a_page_that_the_site_excludes_is_no_okep() {
        let check = |setting: &str, expected: &[&str]| {
            let config = format!("{setting}{NAV}");
            check_files(&[(OKEP, GOOD), (OUTSIDE, &green()), ("mkdocs.yml", &config)], expected);
        };
        check("exclude_docs: okep-8*\n", &[]);
        check("draft_docs: okep-8*\n", &[]);
        check("not_in_nav: okep-8*\n", &["misplaced-file:- okep-8-green-tea.md"]);
        check("plugins: [exclude]\n", &[]);
        check(
            "docs_dir: site\n",
            &["misplaced-file:- okep-8-green-tea.md", "dead-nav-entry:4 okeps/okep-7-faster-tea.md"],
        );
    }

    /// What the fix makes of a file, or `-` where there is none.
    fn fixed(files: &[(&str, &str)], path: &str) -> String {
        let tree = tree(files);
        let findings = planned(&tree);
        let finding = findings.iter().find(|f| f.rule == "misplaced-file").expect("it is misplaced");
        let Some(fix) = &finding.fix else { return "-".to_owned() };
        assert_eq!(fix.renames[0].to, "docs/okeps/okep-8-green-tea.md");
        let after = crate::fix::apply::apply(&tree, &[fix]).expect("it can be carried out");
        String::from_utf8_lossy(&after.bytes(path).expect("it is there")).into_owned()
    }

    #[test]
    fn a_move_takes_all_that_names_the_file_along() {
        let nav = format!("{NAV}    - Green: okep-8-green-tea.md\n");
        let (home, deep) = ("[x](okep-8-green-tea.md#a)\n", "[x](../../okep-8-green-tea.md)\n");
        let files = [
            (OKEP, GOOD),
            (OUTSIDE, &green()),
            ("mkdocs.yml", &nav),
            ("docs/index.md", home),
            ("docs/a/b/more.md", deep),
        ];
        check_files(&files, &["misplaced-file:- okep-8-green-tea.md"]);
        let fixed = |path| fixed(&files, path);
        assert_eq!(fixed("mkdocs.yml"), nav.replace("okep-8", "okeps/okep-8"));
        assert_eq!(fixed("docs/index.md"), "[x](okeps/okep-8-green-tea.md#a)\n");
        assert_eq!(fixed("docs/a/b/more.md"), "[x](../../okeps/okep-8-green-tea.md)\n");
        assert_eq!(fixed("docs/okeps/okep-8-green-tea.md"), green());
    }

    #[test]
    fn there_is_no_move_where_a_link_would_break() {
        let with_link = format!("{}\n[x](guide.md)\n", green());
        assert_eq!(fixed(&[(OKEP, GOOD), (OUTSIDE, &with_link)], OUTSIDE), "-");
        let html = ("docs/index.md", "<a href=\"okep-8-green-tea.md\">x</a>\n");
        assert_eq!(fixed(&[(OKEP, GOOD), (OUTSIDE, &green()), html], OUTSIDE), "-");
        let of_folder = "docs/okep-8-green-tea/index.md";
        assert_eq!(fixed(&[(OKEP, GOOD), (of_folder, &green())], of_folder), "-");
    }

    #[test]
    fn an_entry_for_where_it_belongs_is_no_finding_of_its_own() {
        let nav = format!("{NAV}    - Green: okeps/okep-8-green-tea.md\n");
        let files = [(OKEP, GOOD), (OUTSIDE, &green()), ("mkdocs.yml", &nav)];
        check_files(&files, &["misplaced-file:- okep-8-green-tea.md"]);
        check_files(&[(OKEP, GOOD), ("mkdocs.yml", &nav)], &["dead-nav-entry:4 okeps/okep-8-green-tea.md"]);
    }
}
