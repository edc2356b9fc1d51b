//! Entries of `nav` that name an OKEP that is not there.

use super::{Check, Edit, Finding, Fix, Rule, Severity};
use crate::okep::nav_entries::{DeadEntry, dead_entries};
use crate::okep::proposal::Okep;
use crate::okep::register;
use crate::okep::snapshot::Snapshot;
use crate::site::mkdocs::Site;
use crate::site::nav_edit::{self, NavPlan};
use crate::text::Text;

pub static RULE: Rule = Rule {
    id: "dead-nav-entry",
    severity: Severity::Error,
    offence: "an entry of `nav` means an OKEP but points to no page",
    why: "Readers who follow the entry find no page, and a build in strict mode fails.",
    bad: "- BGP: okeps/okep-5296-bgp-integration.md",
    good: "- BGP: okeps/okep-5296-bgp.md",
    check: Check::Tree(check, Some(fix)),
    fixability: "safe where one OKEP is meant that no other entry shows, else suggested",
    is_superfluous: true,
    ..Rule::BASE
};

fn check(snapshot: &Snapshot) -> Vec<Finding> {
    let Some(site) = &snapshot.site else { return Vec::new() };
    let all = dead_entries(snapshot);
    all.iter().map(|dead| finding(snapshot, site, dead, &all)).collect()
}

fn finding(snapshot: &Snapshot, site: &Site, dead: &DeadEntry<'_>, all: &[DeadEntry<'_>]) -> Finding {
    let register = site.nav.tree().map_or(site.path.as_str(), |t| t.path.as_str());
    let target = &dead.entry.target;
    let message = match (dead.hidden_by, dead.title) {
        (Some(setting), _) => format!("`nav` names `{target}`, which `{setting}` leaves out of the site"),
        (None, Some(title)) => {
            let has_colon = target[title.len()..].starts_with(':');
            let lacks = if has_colon { "blank after the colon" } else { "colon after the title" };
            format!("`{target}` in `nav` has no {lacks}, so it names no page")
        }
        (None, None) => format!("`nav` lists `{target}`, which does not exist"),
    };
    let okep = dead.meant.first().filter(|_| dead.meant.len() == 1);
    let mut finding = RULE.about(okep.map(|o| o.path.as_str()), register, target.clone(), message);
    finding.index = Some(dead.index);
    let Some(text) = snapshot.text(register) else { return finding };
    let (Ok((help, _)) | Err(help)) = remedy(snapshot, site, dead, all, &text);
    finding.placed(&text, dead.entry.span.clone()).help(help)
}

/// An OKEP as `nav` names it.
fn named(site: &Site, okep: &Okep) -> String {
    format!("`{}`", site.target(&okep.path).unwrap_or_else(|| okep.path.clone()))
}

fn fix(snapshot: &Snapshot, finding: &Finding) -> Option<Fix> {
    let site = snapshot.site.as_ref()?;
    let index = finding.index?;
    let all = dead_entries(snapshot);
    let dead = all.iter().find(|dead| dead.index == index)?;
    let text = &*snapshot.text(&finding.path)?;
    remedy(snapshot, site, dead, &all, text).ok().map(|(_, fix)| fix)
}

/// What to do, with the fix that does it; otherwise what only the author can do.
type NavRemedy = Result<(String, Fix), String>;

fn remedy(snapshot: &Snapshot, site: &Site, dead: &DeadEntry, all: &[DeadEntry], text: &Text) -> NavRemedy {
    let bytes = text.as_str().as_bytes();
    let edits = |plan: NavPlan| plan.edit.map(|(span, new)| vec![Edit::replace(&plan.path, span, new)]);
    if let Some(okep) = dead.target(snapshot, all) {
        let edits = edits(nav_edit::retarget(site, bytes, dead.index, &okep.path, dead.title))?;
        let help = format!("change the path to {}", named(site, okep));
        return Ok((help, Fix::safe("update the path", edits)));
    }
    let hidden = dead.meant.iter().find_map(|okep| site.hidden_by(&okep.path));
    if let Some(setting) = dead.hidden_by.or(hidden) {
        return Err(format!("change `{setting}`, or delete the entry"));
    }
    if dead.meant.len() > 1 {
        let paths: Vec<String> = dead.meant.iter().map(|okep| named(site, okep)).collect();
        return Err(format!("change the path to {}", paths.join(" or ")));
    }
    if let Some(by_hand) = register::first_step(snapshot, dead.number, dead.entry.doc.as_deref()) {
        return Err(by_hand);
    }
    let edits = edits(nav_edit::remove(site, bytes, dead.index))?;
    Ok(("delete the entry".to_owned(), Fix::suggested("delete the entry", edits)))
}

#[cfg(test)]
mod tests {
    use crate::rules::finding::Safety;
    use crate::rules::test_support::{GOOD, NAV, OKEP, check_files, notices, planned, tree};

    #[test]
    fn an_entry_names_a_file_that_is_there() {
        let dead = ["dead-nav-entry:3 okeps/okep-7-faster-tea.md"];
        check_files(&[("mkdocs.yml", NAV)], &dead);
        check_files(&[("docs/okeps/okep-7-tea/okep-7-tea.md", GOOD), ("mkdocs.yml", NAV)], &dead);
        check_files(&[("docs/okeps/okep-07-faster-tea.md", GOOD), ("mkdocs.yml", NAV)], &dead);
        check_files(&[(OKEP, GOOD), ("mkdocs.yml", NAV)], &[]);
    }

    #[test]
    fn an_entry_is_not_deleted_before_the_okep_has_its_name() {
        let entries =
            "nav:\n  - Old: okeps/okep-6-old-tea.md\n  - Older: okeps/okep-5-tea.md\n  - index.md\n";
        let mut files = vec![("docs/okeps/okep-6-old-tea/proposal.md", GOOD), ("mkdocs.yml", entries)];
        let has_fix = |files: &[(&str, &str)], subject: &str| {
            let findings = planned(&tree(files));
            let finding =
                findings.iter().find(|f| f.rule == "dead-nav-entry" && f.subject.ends_with(subject));
            finding.expect("the entry is dead").fix.is_some()
        };
        assert!(!has_fix(&files, "okep-6-old-tea.md"));
        assert!(has_fix(&files, "okep-5-tea.md"));
        // An OKEP of that number is the one that is meant.
        files.push(("docs/okeps/okep-6-new-tea.md", GOOD));
        assert!(has_fix(&files, "okep-6-old-tea.md"));
    }

    /// The entry that a fix makes of one in `nav`, and `!` before it where the fix is only suggested; `-` where there
    /// is none, and nothing where the entry is no finding.
    fn fixed(entry: &str, more: &str) -> Option<String> {
        let config = format!("nav:\n  - index.md\n  - {entry}\n{more}");
        let files = [(OKEP, GOOD), ("docs/okeps/okep-8-tea/notes.md", "x"), ("mkdocs.yml", &*config)];
        let findings = planned(&tree(&files));
        let finding = findings.iter().find(|f| f.rule == "dead-nav-entry")?;
        assert!(
            findings.iter().all(|f| f.rule != "not-in-nav" || f.okep != finding.okep),
            "one cause: {entry}"
        );
        let Some(fix) = &finding.fix else { return Some("-".to_owned()) };
        let [edit] = &fix.edits[..] else { panic!("one edit: {entry}") };
        let mut after = config.clone();
        after.replace_range(edit.start..edit.end, &edit.replacement);
        let line = after.lines().nth(2).and_then(|line| line.strip_prefix("  - ")).unwrap_or_default();
        Some(format!("{}{line}", if fix.safety == Safety::Safe { "" } else { "!" }))
    }

    #[track_caller]
    fn check_entry(entry: &str, expected: Option<&str>) {
        assert_eq!(fixed(entry, "").as_deref(), expected, "{entry}");
    }

    #[test]
    fn an_entry_that_plainly_means_an_okep_is_corrected() {
        let right = Some("Tea: okeps/okep-7-faster-tea.md");
        for path in [
            "okep-7-faster-tea.md",
            "okeps/<okep-7-faster-tea.md>",
            "okep/okep-7-faster-tea.md",
            "docs/okeps/okep-7-faster-tea.md",
            "/okeps/okep-7-faster-tea.md",
            "../okeps/okep-7-faster-tea.md",
            "okeps/../okeps/okep-7-faster-tea.md",
            "okeps/old/okep-7-faster-tea.md",
            "okeps/okep-7-faster-tea",
            "okeps/okep-7-faster-tea/",
            "okeps/okep-7-faster-tea.html",
            "okeps/okep-7-faster-tea/index.html",
            "okeps/okep-7-faster-tea.md#goals",
            "okeps\\okep-7-faster-tea.md",
            "okeps/OKEP-7-Faster-Tea.md",
            "okeps/okep%2D7-faster-tea.md",
            "okeps/okep-7-slower-tea.md",
            "okeps/7-faster-tea.md",
            "okeps/faster-tea.md",
        ] {
            check_entry(&format!("Tea: {path}"), right);
        }
        check_entry("okep-7-faster-tea.md", Some("okeps/okep-7-faster-tea.md"));
        check_entry(
            "Tea: \"okep-7-faster-tea.md\" # ours",
            Some("Tea: \"okeps/okep-7-faster-tea.md\" # ours"),
        );
        check_entry("Tea:okeps/okep-7-faster-tea.md", right);
        check_entry("Faster Tea okeps/okep-7-faster-tea.md", Some("Faster Tea: okeps/okep-7-faster-tea.md"));
        check_entry("Faster Tea:okep-7-faster-tea.md", Some("Faster Tea: okeps/okep-7-faster-tea.md"));
    }

    #[test]
    fn other_entries_are_not_ours() {
        for entry in [
            "Tea: okeps/okep-7-faster-tea.md",
            "Tea: ./okeps//okep-7-faster-tea.md",
            "Tea: https://example.org/okeps/okep-7-faster-tea.md",
            "Tea: missing.md",
            "Tea: tea/index.html",
            "Tea: tea/faster.md",
            "Tea: faster-tea.md",
            "Tea: okep-7-faster-tea.pdf",
            "mailto:okep-7@example.org",
        ] {
            check_entry(entry, None);
        }
    }

    #[test]
    fn what_no_okep_is_meant_by_may_be_deleted() {
        check_entry("Tea: okeps/okep-6-cold-tea.md", Some("!"));
        check_entry("Tea: okeps/notes.md", Some("!"));
        check_entry("Tea: okeps/okep-8-tea/plan.md", Some("!"));
        check_entry("Tea: okeps/okep-8-tea/notes.md", None);
        // What is shown by another entry has no second one.
        let other = "  - okeps/okep-7-faster-tea.md\n";
        assert_eq!(fixed("Tea: okep-7-faster-tea.md", other).as_deref(), Some("!okeps/okep-7-faster-tea.md"));
    }

    #[test]
    fn of_two_that_have_one_number_the_file_name_decides() {
        let (a, b) = ("docs/okeps/okep-7-a.md", "docs/okeps/okep-7-b.md");
        let help = |entry: &str| {
            let nav = format!("nav:\n  - index.md\n  - {entry}\n");
            let findings = planned(&tree(&[(a, GOOD), (b, GOOD), ("mkdocs.yml", &nav)]));
            let finding =
                findings.into_iter().find(|f| f.rule == "dead-nav-entry").expect("the entry is dead");
            (finding.help.clone(), finding.fix.is_some())
        };
        assert_eq!(help("okep-7-b.md"), (vec!["change the path to `okeps/okep-7-b.md`".to_owned()], true));
        assert_eq!(
            help("okep-7-c.md"),
            (vec!["change the path to `okeps/okep-7-a.md` or `okeps/okep-7-b.md`".to_owned()], false)
        );
    }

    #[test]
    fn an_okep_with_another_number_is_known_by_the_rest_of_its_name() {
        let found = |entries: &str| {
            let nav = format!("nav:\n  - index.md\n{entries}");
            let findings = planned(&tree(&[(OKEP, GOOD), ("mkdocs.yml", &nav)]));
            let found =
                findings.iter().map(|f| format!("{} {:?}", f.rule, f.fix.as_ref().map(|fix| fix.safety)));
            found.collect::<Vec<_>>()
        };
        assert_eq!(found("  - okeps/okep-9-faster-tea.md\n"), ["dead-nav-entry Some(Safe)"]);
        let (other, shown) = ("  - okeps/okep-9-hot-tea.md\n", "  - okeps/okep-7-faster-tea.md\n");
        assert_eq!(found(other), ["not-in-nav Some(Safe)", "dead-nav-entry Some(Suggested)"]);
        let both = format!("{shown}{}", shown.replace('7', "9"));
        assert_eq!(found(&both), ["dead-nav-entry Some(Suggested)"]);
    }

    #[test]
    fn a_page_that_the_site_leaves_out_is_no_page_of_nav() {
        let entry = "Tea: okeps/okep-7-faster-tea.md";
        for setting in ["exclude_docs", "draft_docs"] {
            let hidden = format!("{setting}: okeps/okep-7*\n");
            assert_eq!(fixed(entry, &hidden).as_deref(), Some("-"));
            assert_eq!(fixed("Tea: okep-7-faster-tea.md", &hidden).as_deref(), Some("-"));
        }
        assert_eq!(fixed(entry, "exclude_docs: okeps/okep-8*\n"), None);
        assert_eq!(fixed(entry, "not_in_nav: okeps/okep-7*\n"), None);
    }

    #[test]
    fn nothing_is_known_where_a_plugin_may_change_the_pages() {
        let dead = "Tea: okep-7-faster-tea.md";
        let check = |more: &str, is_known: bool| {
            assert_eq!(fixed(dead, more).is_some(), is_known, "{more}");
            let without = format!("nav:\n  - index.md\n{more}");
            let missing: &[&str] = if is_known { &["not-in-nav:2 nav"] } else { &[] };
            check_files(&[(OKEP, GOOD), ("mkdocs.yml", &without)], missing);
            let notices = notices(&tree(&[(OKEP, GOOD), ("mkdocs.yml", &without)]));
            assert_eq!(notices.contains(&"changed-by-plugin"), !is_known, "{more}");
        };
        check("plugins: [search, tags, redirects, mike, mermaid2, blog, awesome-pages]\n", true);
        check("plugins:\n  - material/tags\n  - exclude:\n      enabled: false\n", true);
        check("plugins:\n  - exclude:\n      glob: ['okeps/*']\n", false);
        check("plugins: {search: {}, literate-nav: {}}\n", false);
        check("plugins: [our-own]\n", false);
        check("hooks: [hooks/pages.py]\n", false);
        check("hooks: []\n", true);
    }

    #[test]
    fn a_translation_has_no_entry_of_its_own() {
        let config = |structure: &str| {
            format!(
                "plugins:\n  - i18n:\n      docs_structure: {structure}\n      languages:\n        \
                 - {{locale: en, name: English, default: true}}\n        - {{locale: zh, name: Chinese}}\n{NAV}"
            )
        };
        let (zh, pt) = ("docs/okeps/okep-7-faster-tea.zh.md", "docs/okeps/okep-7-faster-tea.pt-BR.md");
        let text = "# OKEP-7: \u{8336}\n";
        let suffix = config("suffix");
        check_files(&[(OKEP, GOOD), (zh, text), (pt, text), ("mkdocs.yml", &suffix)], &[]);
        let folder = config("folder");
        let there = "docs/zh/okeps/okep-7-faster-tea.md";
        check_files(&[(OKEP, GOOD), (there, text), ("mkdocs.yml", &folder)], &[]);
        // The page of the default language may have its name in it.
        let english = "docs/okeps/okep-7-faster-tea.en.md";
        check_files(&[(english, GOOD), (zh, text), ("mkdocs.yml", &suffix)], &[]);
        // Without the plugin it is an OKEP with a wrong name.
        let found = crate::rules::test_support::found(&tree(&[(OKEP, GOOD), (zh, GOOD)]));
        assert!(found.contains(&"malformed-filename:- file name".to_owned()), "{found:?}");
    }
}
