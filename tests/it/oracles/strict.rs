//! After the safe fixes `mkdocs build --strict` is never worse than before: over the miniature sites of `fixtures/nav`,
//! over every form of a dead entry, and with plugins that change pages.
//!
//! `OKEP_TEST_PYTHON` names a Python that has mkdocs and the plugins; without it these tests say that they did nothing.

use super::ask;
use crate::support::{Repo, copy, good_okep};

const FIRST: &str = "okeps/okep-2201-slow-tide.md";
const SECOND: &str = "okeps/okep-2202-warm-wind.md";

/// A site of two OKEPs, in a folder that is no repository.
fn site(config: &str) -> Repo {
    let repo = Repo::folder("");
    repo.write("docs/index.md", "# Home\n");
    repo.write(format!("docs/{FIRST}").as_str(), good_okep(2201, "Slow Tide"));
    repo.write(format!("docs/{SECOND}").as_str(), good_okep(2202, "Warm Wind"));
    repo.write("mkdocs.yml", config);
    repo
}

/// Builds each site that `okep check --fix` changes before and after it; gives how many those are, and how many of them
/// have fewer warnings.
fn hold(sites: &[Repo]) -> (usize, usize) {
    let mut pairs = Vec::new();
    let mut copies = Vec::new();
    for site in sites {
        let before = Repo::folder("");
        copy(&site.root, &before.root);
        site.okep(&["check", "--fix"]);
        let [old, new] = [&before, site].map(|repo| repo.root.to_string_lossy().into_owned());
        if site.try_git(&["diff", "--no-index", "--quiet", &old, &new]).code != 0 {
            pairs.extend([&before, site].map(|repo| repo.root.join("mkdocs.yml")));
            copies.push(before);
        }
    }
    let Some(answers) = ask("tests/mkdocs_build.py", &pairs) else { return (0, 0) };
    let mut better = 0;
    for (pair, paths) in answers.chunks(2).zip(pairs.chunks(2)) {
        let context = || {
            let texts = paths.iter().map(|path| std::fs::read_to_string(path).unwrap_or_default());
            format!("{}\n{pair:?}", texts.collect::<Vec<_>>().join("\n"))
        };
        let Some(before) = pair[0].as_array() else { continue };
        let after = pair[1].as_array().unwrap_or_else(|| panic!("it does not build any more: {}", context()));
        assert!(after.len() <= before.len(), "{}", context());
        better += usize::from(after.len() < before.len());
    }
    (copies.len(), better)
}

#[test]
fn the_sites_of_the_fixtures_build_as_before() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/nav");
    let names = std::fs::read_dir(root).expect("the fixtures are there");
    let mut names: Vec<String> =
        names.map(|e| e.expect("readable").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let sites: Vec<Repo> = names.iter().map(|name| Repo::folder(&format!("nav/{name}"))).collect();
    let built: Vec<Repo> = sites.into_iter().filter(|repo| repo.root.join("mkdocs.yml").is_file()).collect();
    let (changed, better) = hold(&built);
    println!("{} sites, {changed} changed, {better} with fewer warnings", built.len());
}

#[test]
fn an_entry_that_is_corrected_warns_no_more() {
    let entries = [
        "okep-2201-slow-tide.md",
        "okep/okep-2201-slow-tide.md",
        "docs/okeps/okep-2201-slow-tide.md",
        "/okeps/okep-2201-slow-tide.md",
        "../okeps/okep-2201-slow-tide.md",
        "okeps/okep-2201-slow-tide",
        "okeps/okep-2201-slow-tide/",
        "okeps/okep-2201-slow-tide.html",
        "okeps/okep-2201-slow-tide.md#goals",
        "okeps\\okep-2201-slow-tide.md",
        "okeps/OKEP-2201-Slow-Tide.md",
        "okeps/okep%2D2201-slow-tide.md",
        "okeps/okep-2201-fast-tide.md",
    ];
    let nav =
        |entry: String| site(&format!("site_name: x\nnav:\n  - index.md\n  - Two: {SECOND}\n  - {entry}\n"));
    let mut sites: Vec<Repo> = entries.iter().map(|entry| nav(format!("One: {entry}"))).collect();
    sites.extend(entries.iter().map(|entry| nav((*entry).to_owned())));
    sites.push(nav(format!("One:{FIRST}")));
    sites.push(nav("Slow Tide:okep-2201-slow-tide.md".into()));
    let count = sites.len();
    let (changed, better) = hold(&sites);
    if changed > 0 {
        // MkDocs does not warn of what begins with `/`, nor of `One:okeps/…`, which is a URL to it.
        assert_eq!((changed, better), (count, count - 3));
        sites.iter().for_each(|repo| assert!(repo.read("mkdocs.yml").contains(FIRST)));
    }
}

#[test]
fn with_a_plugin_that_changes_pages_nothing_gets_worse() {
    let languages = "\n      languages:\n        - {locale: en, name: English, default: true}\n        - {locale: zh, name: Chinese}";
    let plugins = [
        format!("exclude:\n      glob:\n        - {FIRST}"),
        format!("i18n:\n      docs_structure: suffix{languages}"),
        format!("i18n:\n      docs_structure: folder{languages}"),
        "awesome-pages".to_owned(),
    ];
    let entries = ["", "  - okep-2201-slow-tide.md\n", "  - okeps/okep-2201-slow-tide.md\n"];
    let mut sites = Vec::new();
    for plugin in &plugins {
        for entry in entries {
            let repo = site(&format!(
                "site_name: x\nplugins:\n  - {plugin}\nnav:\n  - index.md\n  - Two: {SECOND}\n{entry}"
            ));
            repo.write("docs/okeps/okep-2201-slow-tide.zh.md", "# OKEP-2201\n");
            repo.write(format!("docs/zh/{FIRST}").as_str(), "# OKEP-2201\n");
            sites.push(repo);
        }
    }
    let (changed, better) = hold(&sites);
    println!("{} sites, {changed} changed, {better} with fewer warnings", sites.len());
}
