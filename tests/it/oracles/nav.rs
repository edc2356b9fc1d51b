//! The reader and the editor of `nav` against the real MkDocs, over whole miniature sites.
//!
//! `OKEP_TEST_PYTHON` names a Python that has mkdocs, pymdown-extensions and
//! mkdocs-awesome-pages-plugin; without it these tests say that they did nothing.

use okep::files::Content;
use okep::site::mkdocs;
use okep::site::mkdocs::{Registered, Site};
use okep::site::nav_edit;
use okep::text::Bytes;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

type Files = BTreeMap<String, Bytes>;

/// Cases in which a page is missing and no single line can mend it: the list is in brackets, stands
/// elsewhere or twice, is a mapping, or shares its lines.
const EXPLAINED: [&str; 6] =
    ["alias-nav", "alias-section", "flow", "flow-section", "merge-top", "section-mapping"];

struct Case {
    name: String,
    folder: PathBuf,
    config: String,
    files: Files,
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/nav");
    let mut folders: Vec<PathBuf> =
        fs::read_dir(root).expect("the fixtures are there").map(|e| e.expect("readable").path()).collect();
    folders.sort();
    folders
        .into_iter()
        .map(|folder| {
            let mut files = Files::new();
            collect(&folder, &folder, &mut files);
            let inner = files.contains_key("website/mkdocs.yml");
            let config = if inner { "website/mkdocs.yml" } else { "mkdocs.yml" }.to_owned();
            let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
            Case { name, folder, config, files }
        })
        .collect()
}

fn collect(root: &Path, folder: &Path, files: &mut Files) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
            files.insert(name, fs::read(&path).expect("a file").into());
        }
    }
}

fn read(config: &str, files: &Files) -> Site {
    mkdocs::read(config, &|path| files.get(path).cloned().map(Content::Bytes))
}

fn number(path: &str) -> Option<u64> {
    let name = path.rsplit('/').next()?;
    if name.ends_with("-template.md") || !path.contains("/okeps/") {
        return None;
    }
    name.strip_prefix("okep-")?.split('-').next()?.parse().ok()
}

/// One answer of MkDocs for each configuration file, or nothing where there is no Python for it.
fn oracle(configs: &[PathBuf]) -> Option<Vec<Value>> {
    super::ask("tests/mkdocs_oracle.py", configs)
}

/// What MkDocs would say in the words of the oracle.
fn word(registered: Registered) -> &'static str {
    match registered {
        Registered::Shown => "nav",
        Registered::Excluded => "excluded",
        Registered::Draft => "draft",
        Registered::NotInNav => "not_in_nav",
        Registered::Missing => "omitted",
        Registered::OutsideDocsDir => "outside",
        Registered::NotAPage => "no page",
        Registered::Unknown => "unknown",
    }
}

/// How the site differs from the oracle's answer, one line for each page.
fn differences(name: &str, site: &Site, answer: &Value) -> Vec<String> {
    if let Some(error) = answer.get("error") {
        return match site.problems.is_empty() {
            true => vec![format!("{name}: MkDocs refuses it: {error}")],
            false => Vec::new(),
        };
    }
    if !site.problems.is_empty() {
        return vec![format!("{name}: MkDocs loads it, we say {:?}", site.problems)];
    }
    let docs_dir = site.docs_dir.as_deref().unwrap_or("?");
    let pages = answer["pages"].as_object().expect("pages");
    pages
        .iter()
        .filter_map(|(page, said)| {
            let ours = word(site.registered(&format!("{docs_dir}/{page}")));
            (ours != said).then(|| format!("{name}: {page}: MkDocs says {said}, we say {ours}"))
        })
        .collect()
}

#[test]
fn the_reader_agrees_with_mkdocs() {
    let cases = cases();
    assert!(cases.len() >= 35);
    let configs: Vec<PathBuf> = cases.iter().map(|c| c.folder.join(&c.config)).collect();
    let Some(answers) = oracle(&configs) else { return };
    let mut pages = 0;
    let mut wrong = Vec::new();
    for (case, answer) in cases.iter().zip(&answers) {
        let site = read(&case.config, &case.files);
        pages += answer["pages"].as_object().map_or(1, |p| p.len());
        wrong.extend(differences(&case.name, &site, answer));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} sites, {pages} pages and refusals, no difference", cases.len());
}

#[test]
fn an_inserted_page_is_the_only_change_mkdocs_sees() {
    let cases = cases();
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let mut configs = Vec::new();
    let mut labels = Vec::new();
    let mut explained = Vec::new();
    for case in &cases {
        let site = read(&case.config, &case.files);
        for page in case.files.keys().filter(|p| number(p).is_some()) {
            if site.registered(page) != Registered::Missing {
                continue;
            }
            let tree = site.nav.tree().expect("a missing page has a nav that misses it");
            let plan = nav_edit::insert(&site, &case.files[&tree.path], page, "New: a page", &number, true);
            assert!(plan.place.end <= case.files[&tree.path].len());
            let Ok((range, text)) = plan.edit else {
                explained.push(case.name.clone());
                continue;
            };
            assert!(range.is_empty() && text.trim_matches(['\r', '\n']).lines().count() == 1);
            let mut files = case.files.clone();
            let mut bytes = files[&plan.path].to_vec();
            bytes.splice(range, text.bytes());
            files.insert(plan.path.clone(), bytes.into());
            let folder = scratch.path().join(configs.len().to_string());
            for (path, bytes) in &files {
                let path = folder.join(path);
                fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
                fs::write(path, &bytes[..]).expect("writable");
            }
            let after = read(&case.config, &files);
            assert!(after.entry_of(page).is_some(), "{}: {page}", case.name);
            configs.push(case.folder.join(&case.config));
            configs.push(folder.join(&case.config));
            let target = site.target(page).expect("below the docs folder");
            labels.push((case.name.clone(), target));
        }
    }
    explained.dedup();
    let mut expected: Vec<&str> = EXPLAINED.to_vec();
    expected.sort_unstable();
    assert_eq!(explained, expected);
    let Some(answers) = oracle(&configs) else { return };
    for (pair, (name, target)) in answers.chunks(2).zip(&labels) {
        let [before, after] = pair else { unreachable!("answers come in pairs") };
        let found = without(&after["nav"], target);
        let same = found.iter().any(|nav| nav == &before["nav"]);
        assert!(same, "{name}: {target}\nbefore {}\nafter  {}", before["nav"], after["nav"]);
    }
    println!("{} insertions, each the only change; {} cases explained", labels.len(), explained.len());
}

/// The navigation without one mention of a page, for each mention that it has.
fn without(nav: &Value, target: &str) -> Vec<Value> {
    let Some(items) = nav.as_array() else { return Vec::new() };
    let mut found = Vec::new();
    for (at, item) in items.iter().enumerate() {
        if item[1] == target {
            assert!(item[0].is_null() || item[0] == "New: a page");
            let mut rest = items.clone();
            rest.remove(at);
            found.push(Value::Array(rest));
        }
        for inner in without(&item[1], target) {
            let mut rest = items.clone();
            rest[at][1] = inner;
            found.push(Value::Array(rest));
        }
    }
    found
}

/// Damages every fixture in many small ways: MkDocs and the reader must agree on what still loads and
/// on what is shown then.
#[test]
fn the_reader_agrees_with_mkdocs_on_damaged_files() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let cases = cases();
    let plain = cases.iter().find(|c| c.name == "plain").expect("the plain case");
    for (path, bytes) in plain.files.iter().filter(|(p, _)| p.starts_with("docs/")) {
        let path = scratch.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, &bytes[..]).expect("writable");
    }
    let pieces: [&[u8]; 24] = [
        b"  ", b"- ", b": ", b"\n", b"\r\n", b"#", b" # ", b"[", b"]", b"{", b"}", b"'", b"\"", b"&a ",
        b"*a", b"!ENV ", b"|\n", b">-\n", b"? ", b"<<: ", b"yes", b"12", b"\t", b"nav:\n",
    ];
    let rounds = std::env::var("OKEP_TEST_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(6);
    let mut configs = Vec::new();
    let mut sites = Vec::new();
    // What is left of a damaged directive is PyYAML's alone to judge.
    let fit = |case: &&Case| case.config == "mkdocs.yml" && case.name != "yaml-directive";
    for case in cases.iter().filter(fit).filter(|c| c.files["mkdocs.yml"].len() < 1000) {
        // A case's damage hangs on its name alone: another case does not change it.
        let mut random = case.name.bytes().fold(0x9E37_79B9_7F4A_7C15u64, |seed, byte| {
            (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        let mut next = |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random % below.max(1) as u64) as usize
        };
        for _ in 0..rounds {
            let mut bytes = case.files["mkdocs.yml"].to_vec();
            for _ in 0..=next(2) {
                let at = next(bytes.len());
                match next(3) {
                    0 => drop(bytes.drain(at..(at + 1 + next(4)).min(bytes.len()))),
                    1 => drop(bytes.splice(at..at, pieces[next(pieces.len())].iter().copied())),
                    _ => {
                        // A line of the file once more, somewhere else.
                        let lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
                        let line = lines[next(lines.len())].to_vec();
                        let before: usize = lines[..next(lines.len())].iter().map(|l| l.len()).sum();
                        bytes.splice(before..before, line);
                    }
                }
            }
            // Of two rest entries in a row, the plugin forgets the second where the first is empty.
            let text = String::from_utf8_lossy(&bytes);
            if text.is_empty() || text.contains("INHERIT") || text.matches("- ...").count() > 1 {
                continue;
            }
            let path = scratch.path().join(format!("{}.yml", configs.len()));
            fs::write(&path, &bytes).expect("writable");
            configs.push(path);
            let bytes: Bytes = bytes.into();
            let site =
                mkdocs::read("mkdocs.yml", &|p| (p == "mkdocs.yml").then(|| Content::Bytes(bytes.clone())));
            sites.push((site, bytes));
        }
    }
    let Some(answers) = oracle(&configs) else { return };
    let (mut loaded, mut unsure) = (0, 0);
    let mut wrong = Vec::new();
    for ((site, bytes), answer) in sites.iter().zip(&answers) {
        loaded += usize::from(answer.get("error").is_none());
        // MkDocs gives up for more than the register: plugins, themes, a missing name of the site.
        let foreign = answer["error"]
            .as_str()
            .is_some_and(|e| !e.starts_with("ConfigurationError") || e.contains("a Python object"));
        let found = differences("damaged", site, answer);
        if !foreign && !found.is_empty() {
            // A note that the file was not understood is no claim that MkDocs loads it.
            if site.notes.iter().any(|note| note.kind == "register-not-understood") {
                unsure += 1;
                continue;
            }
            unsure += found.iter().filter(|line| line.ends_with("unknown")).count();
            let found: Vec<String> = found.into_iter().filter(|line| !line.ends_with("unknown")).collect();
            if found.is_empty() {
                continue;
            }
            wrong.push(format!("{}\n{}", found.join("\n"), String::from_utf8_lossy(bytes)));
        }
    }
    println!(
        "{} damaged files, {loaded} load, {unsure} pages unknown, {} differences",
        sites.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}
