//! The name of an OKEP's file, and of a folder that ought to hold one.

use super::{Check, Finding, Fix, Rule, Severity};
use crate::okep::right_path;
use crate::okep::snapshot::{OrphanFolder, Page, Snapshot};
use crate::okep::title::PREFIX;
use crate::text::path::{self, file_name};

pub static RULE: Rule = Rule {
    id: "malformed-filename",
    severity: Severity::Error,
    offence: "the file name is not `okep-NNNN-lower-case-title.md`",
    why: "Readers, reviewers and tools find an OKEP by its file name. A page in a folder named like an \
          OKEP is overlooked if its own name does not match.",
    bad: "docs/okeps/OKEP_5224_Connecting UDNs.md",
    good: "docs/okeps/okep-5224-connecting-udns.md",
    check: Check::Tree(check, Some(fix)),
    fixability: "suggested",
    renames: true,
    ..Rule::BASE
};

fn check(snapshot: &Snapshot) -> Vec<Finding> {
    let misnamed = snapshot.okeps.iter().filter(|o| !o.name.well_formed).map(|okep| {
        let message = format!("`{}` is not `okep-NNNN-lower-case-title.md`", file_name(&okep.path));
        let finding = RULE.about(Some(&okep.path), &okep.path, "file name", message);
        // A name of the site's own form, such as one with a language in it, is not put in another.
        let has_languages = snapshot.site.as_ref().is_some_and(|site| site.has_languages());
        match right_path::in_form(okep).filter(|_| !has_languages) {
            Some(to) => finding.help(format!("rename it to `{to}`")),
            None => finding.help("name it after the number of its tracking issue and its title"),
        }
    });
    misnamed.chain(snapshot.orphan_folders.iter().map(orphan)).collect()
}

fn orphan(folder: &OrphanFolder) -> Finding {
    let path = likeliest(folder).map_or(folder.folder.as_str(), |(page, _)| page.path.as_str());
    let message = format!("the folder `{}` is named like an OKEP but holds none", folder.folder);
    let finding = RULE.about(None, path, folder.folder.clone(), message);
    finding.help(format!("rename the proposal in it to `{}`", own_name(folder)))
}

fn fix(snapshot: &Snapshot, finding: &Finding) -> Option<Fix> {
    let (from, to) = match &finding.okep {
        Some(path) => (path.as_str(), right_path::in_form(snapshot.okep(path)?)?),
        None => {
            let folder = snapshot.orphan_folders.iter().find(|f| f.folder == finding.subject)?;
            let (page, certain) = likeliest(folder)?;
            let named_well = path::okep_name(file_name(&folder.folder)).is_some_and(|n| n.well_formed);
            (page.path.as_str(), Some(own_name(folder)).filter(|_| certain && named_well)?)
        }
    };
    let title = format!("rename it to `{}` and update every link to it", file_name(&to));
    Some(Fix::suggested(title, Vec::new()).and_rename(from, to))
}

/// The page of a folder that is most likely the proposal, and whether that is certain.
fn likeliest(folder: &OrphanFolder) -> Option<(&Page, bool)> {
    let titled = folder.pages.iter().find(|p| {
        let first = p.document.headings.first();
        first.is_some_and(|h| h.text.get(..4).is_some_and(|t| t.eq_ignore_ascii_case(PREFIX)))
    });
    let certain = titled.is_some() || folder.pages.len() == 1;
    titled.or(folder.pages.first()).map(|page| (page, certain))
}

/// The name that the proposal of a folder should have.
fn own_name(folder: &OrphanFolder) -> String {
    format!("{}/{}.md", folder.folder, file_name(&folder.folder))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, NAV, OKEP, check_files, planned, tree};

    #[test]
    fn file_names_are_of_one_form() {
        let nav = NAV.replace("okep-7-faster-tea", "okep-7-Faster_Tea");
        check_files(
            &[("docs/okeps/okep-7-Faster_Tea.md", GOOD), ("mkdocs.yml", &nav)],
            &["malformed-filename:- file name"],
        );
        check_files(
            &[
                ("docs/okeps/okep-7-faster-tea/notes.md", "# Notes\n\nx\n"),
                ("mkdocs.yml", "nav:\n  - x.md\n"),
            ],
            &["malformed-filename:- docs/okeps/okep-7-faster-tea"],
        );
    }

    #[test]
    fn a_file_that_is_called_a_template_is_no_okep() {
        let template = GOOD.replace("OKEP-7: Faster tea", "OKEP-1: OKEP Template");
        for path in ["docs/okeps/template.md", "docs/okeps/okep-template.md", "docs/okeps/OKEP_1_template.md"]
        {
            let files = [(path, template.as_str()), (OKEP, GOOD), ("mkdocs.yml", NAV)];
            check_files(&files, &[]);
            assert!(crate::rules::test_support::notices(&tree(&files)).contains(&"not-an-okep"), "{path}");
        }
        let nav = NAV.replace("okep-7-faster-tea", "okep_7_template_engine");
        check_files(
            &[("docs/okeps/okep_7_template_engine.md", GOOD), ("mkdocs.yml", &nav)],
            &["malformed-filename:- file name"],
        );
    }

    #[test]
    fn the_default_language_may_be_in_the_name() {
        let i18n = "plugins:\n  - i18n:\n      docs_structure: suffix\n      languages:\n        - locale: en\n          \
                    default: true\n        - locale: zh\n";
        let check = |name: &str, entry: &str, plugins: &str, expected: &[&str]| {
            let nav = NAV.replace("okep-7-faster-tea.md", entry) + plugins;
            check_files(&[(&format!("docs/okeps/{name}"), GOOD), ("mkdocs.yml", &nav)], expected);
        };
        let (name, plain, misnamed) =
            ("okep-7-faster-tea.en.md", "okep-7-faster-tea.md", "malformed-filename:- file name");
        check(name, plain, i18n, &[]);
        check(plain, plain, i18n, &[]);
        check("okep-7-faster-tea.v2.md", "okep-7-faster-tea.v2.md", i18n, &[misnamed]);
        check(name, name, "", &[misnamed]);
    }

    const FOLDER: &str = "docs/okeps/okep-7-faster-tea";

    /// Checks pages of a folder named like an OKEP, the first of which is in nav.
    #[track_caller]
    fn check_folder(pages: &[(&str, &str)], expected: &[&str]) {
        let inside = |name: &str| format!("{FOLDER}/{name}");
        let nav = NAV.replace("tea.md", &format!("tea/{}", pages[0].0));
        let paths: Vec<String> = pages.iter().map(|(name, _)| inside(name)).collect();
        let pages = paths.iter().zip(pages).map(|(path, (_, text))| (path.as_str(), *text));
        check_files(&pages.chain([("mkdocs.yml", nav.as_str())]).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_shown_of_a_folder_is_its_okep_and_checked_in_full() {
        let misnamed = "malformed-filename:- file name";
        for name in ["index.md", "README.md"] {
            check_folder(&[(name, GOOD)], &[misnamed]);
            check_folder(
                &[(name, &GOOD.replace("## Goals", "## Goal"))],
                &[misnamed, "renamed-section:9 Goals"],
            );
            check_folder(
                &[(name, &GOOD.replace("# OKEP-7", "# OKEP-8"))],
                &[misnamed, "number-mismatch:1 number"],
            );
        }
        check_folder(&[("index.md", GOOD), ("README.md", "# Notes\n"), ("more.md", "# More\n")], &[misnamed]);
    }

    #[test]
    fn in_a_folder_with_an_okep_it_is_another_page() {
        let okep = ("okep-7-faster-tea.md", GOOD);
        check_folder(&[okep, ("index.md", "# Notes\n")], &[]);
        check_folder(&[okep, ("deep/README.md", "# Notes\n")], &[]);
        check_folder(&[("notes.md", "# Notes\n")], &["malformed-filename:- docs/okeps/okep-7-faster-tea"]);
        check_files(&[("docs/okeps/images/index.md", "# Notes\n"), (OKEP, GOOD)], &[]);
    }

    #[test]
    fn it_is_named_after_its_folder() {
        let (path, nav) = (format!("{FOLDER}/index.md"), NAV.replace("tea.md", "tea/index.md"));
        let findings = planned(&tree(&[(&path, GOOD), ("mkdocs.yml", &nav)]));
        let fix = findings[0].fix.as_ref().expect("it can be renamed");
        assert_eq!(fix.renames[0].to, format!("{FOLDER}/okep-7-faster-tea.md"));
    }

    #[test]
    fn companions_are_no_okeps() {
        let nav = NAV.replace("okep-7-faster-tea", "okep-7-faster-tea/okep-7-faster-tea");
        check_files(
            &[
                ("docs/okeps/okep-7-faster-tea/okep-7-faster-tea.md", GOOD),
                ("docs/okeps/okep-7-faster-tea/notes.md", "#### Notes\n"),
                ("mkdocs.yml", &nav),
            ],
            &[],
        );
    }
}
