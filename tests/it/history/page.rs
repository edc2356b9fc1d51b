//! The page of `okep history --format html`: what it holds, and, where `OKEP_TEST_BROWSER` names the folder
//! that `tests/run.sh` sets up, how a real browser takes it.

use super::repo::{Repo, okep_command};
#[cfg(unix)]
use super::repo::{TEMPLATE_PATH, okep, path};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Text that would run if it were not escaped, in a title, a heading, a diff, a name, a path or a branch.
#[cfg(unix)]
const SCRIPT: &str = "<script>hit=1</script>";
#[cfg(unix)]
const IMAGE: &str = "\"><img/src=x/onerror=hit=1>";

fn page(dir: &Path, arguments: &[&str]) -> String {
    let arguments = [&["history", "--format", "html"], arguments].concat();
    let output = okep_command(dir, &arguments).output().expect("okep can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the page is UTF-8")
}

/// Opens the page of a repository in a browser, if there is one, and has it checked.
fn browse(dir: &Path) {
    let Some(modules) = std::env::var_os("OKEP_TEST_BROWSER") else {
        eprintln!("skipped: OKEP_TEST_BROWSER names no folder with a driver for a browser");
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (html, json) = (folder.path().join("page.html"), folder.path().join("story.json"));
    std::fs::write(&html, page(dir, &[])).expect("it can be written");
    std::fs::write(&json, super::repo::json(dir, &[]).to_string()).expect("it can be written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/page.mjs");
    let mut node = Command::new("node");
    let output = node.arg(script).args([html, json]).env("OKEP_TEST_BROWSER", modules).output();
    let output = output.expect("node can be run");
    let said =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success(), "{said}");
    assert!(said.lines().filter(|line| line.starts_with("ok: ")).count() >= 9, "{said}");
}

fn demo() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let dir = folder.path().join("demo");
    let built = okep_command(folder.path(), &["demo", "demo"]).output().expect("okep can be run");
    assert!(built.status.success());
    (folder, dir)
}

/// A repository in which everything that can be named is named to do harm. Windows knows no such names.
#[cfg(unix)]
fn hostile() -> Repo {
    let mut repo = Repo::started();
    let template = std::fs::read_to_string(repo.dir.join(TEMPLATE_PATH)).expect("it is there");
    let issue = "https://github.com/example/net";
    let template = template.replace(issue, "javascript://github.com/example/net");
    let template = template.replace("## Goals", &format!("## Goals {SCRIPT}\n\n## Other {IMAGE}"));
    repo.write(TEMPLATE_PATH, &template).commit("Change the template");
    let branch = format!("side-{IMAGE}");
    repo.git(&["checkout", "-q", "-b", &branch]);
    let text = okep(2)
        .replace("Proposal", &format!("{SCRIPT} & \"{IMAGE}\" [x](javascript:hit=1)"))
        .replace(
            "## Goals",
            &format!("## Goals {IMAGE}\n\nTBD {SCRIPT}\n\n## Extra {SCRIPT}\n\n#### Deep `{IMAGE}`"),
        )
        .replace(issue, "javascript:hit=1//");
    repo.write(&path(2), &text);
    repo.write("docs/okeps/okep-3-<script>hit=1<'x'>.md", &okep(3).replace("## Alternatives", SCRIPT));
    repo.write("docs/okeps/okep-4-&quot;javascript:hit=1.md", "");
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "-m", &format!("Add {SCRIPT}"), "--author=x <x@example.org>"]);
    let head = repo.head();
    // Git itself takes the angle brackets out of names, and not all tools are git.
    let raw = repo.git(&["cat-file", "-p", &head]);
    let raw = raw.replacen(
        "author x <x@example.org>",
        "author \"onmouseover='hit=1'\u{202e}&lt;b&gt; <x@example.org>",
        1,
    );
    let file = repo.beside("commit");
    std::fs::write(&file, raw + "\n").expect("it can be written");
    let made = repo.git(&["hash-object", "-t", "commit", "-w", &file.to_string_lossy()]);
    repo.git(&["reset", "-q", "--hard", &made]);
    repo.git(&["remote", "add", "origin", "javascript:hit=1//github.com/a/b"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.merge(&branch, 7);
    repo
}

/// Everything between `<` and `>`.
#[cfg(unix)]
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag).collect()
}

#[test]
fn a_page_needs_nothing_and_lets_nothing_run() {
    let repo = Repo::started();
    let page = page(&repo.dir, &[]);
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    let policy = page.split("http-equiv=\"Content-Security-Policy\" content=\"").nth(1).expect("a policy");
    let policy = policy.split('"').next().expect("it ends");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(page.contains("Proposal") && page.contains("<caption"));
    browse(&repo.dir);
}

#[cfg(unix)]
#[test]
fn what_a_repository_names_stays_text() {
    let repo = hostile();
    let page = page(&repo.dir, &[]);
    for tag in tags(&page) {
        assert!(!tag.starts_with("img") && !tag.contains("=\"javascript:"), "<{tag}>");
        assert!(!tag.contains(" on") || !tag.contains("hit"), "<{tag}>");
    }
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("&lt;script&gt;hit=1&lt;/script&gt;"), "it is shown as it is");
    assert!(page.contains("\\u{202e}"), "what turns text around is spelled out");
    assert!(!page.contains("href=\"http"), "the template names no forge, and neither does the remote");
    browse(&repo.dir);
}

/// The page says of what is excepted what the rest of the story says: nothing.
#[test]
fn what_is_excepted_is_open_on_no_page() {
    let mut repo = Repo::started();
    let removed_paths = super::repo::okep(2).replace("## Goals", "## Targets");
    repo.write(&super::repo::path(2), &removed_paths).commit("OKEP-2");
    let open = |repo: &Repo| page(&repo.dir, &["--okep", "2"]).contains("class=\"card");
    assert!(open(&repo));
    let rules = ["extra-section", "missing-section", "not-in-nav", "renamed-section"];
    let off: String = rules.iter().map(|rule| format!("{rule} = \"off\"\n")).collect();
    repo.write("okep.toml", &format!("[severity]\n{off}")).commit("Ask for less");
    let found = super::repo::json(&repo.dir, &["--okep", "2"])["findings"].to_string();
    assert!(!found.contains("\"fixed\":null"), "{found}");
    assert!(!open(&repo));
}

#[test]
fn the_demo_is_reported_whole_and_links_to_its_forge() {
    let (_folder, dir) = demo();
    let whole = page(&dir, &[]);
    for part in ["Userspace Ports", "renamed-section", "Upgrade and Rollback", "Static Neighbour Entries"] {
        assert!(whole.contains(part), "{part}");
    }
    assert!(whole.contains("/blob/") && whole.contains("/pull/") && whole.contains("?plain=1#L"));
    assert!(whole.contains("id=\"okep-1015\"") && whole.contains("+ </span>          - Userspace Ports"));
    assert_eq!(whole, page(&dir, &[]), "the same each time");
    let one = page(&dir, &["--okep", "1015"]);
    assert!(one.contains("Userspace Ports") && !one.contains("id=\"okep-1007\""));
    browse(&dir);
}

#[test]
fn what_the_template_added_later_is_no_work() {
    let (_folder, dir) = demo();
    let page = page(&dir, &[]);
    let table = okep_command(&dir, &["history"]).output().expect("okep can be run").stdout;
    assert!(String::from_utf8_lossy(&table).contains("Fixed so far: 5."));
    assert!(page.contains("<strong>5</strong><span>fixed so far</span>"));
    assert!(page.contains("<li>2 need manual work.</li>"));
    let manual: Vec<&str> =
        page.split("<article").filter(|card| card.contains("needs manual work")).collect();
    assert_eq!(manual.len(), 2);
    assert!(manual.iter().all(|card| !card.contains("not required")));
}

#[test]
fn a_repository_without_a_commit_and_one_with_a_template_alone_have_a_page_too() {
    let mut repo = Repo::new();
    assert!(page(&repo.dir, &[]).contains("There is no commit yet"));
    repo.write(super::repo::TEMPLATE_PATH, super::repo::TEMPLATE).commit("Begin");
    let page = page(&repo.dir, &[]);
    assert!(page.contains("id=\"matrix\"") && !page.contains("There is no commit yet"));
    browse(&repo.dir);
}

#[test]
fn the_real_history_fits_into_a_megabyte() {
    let Some(dir) = std::env::var_os("OKEP_TEST_CORPUS").map(PathBuf::from) else { return };
    let page = page(&dir, &[]);
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    assert!(page.contains("id=\"okep-5494\""));
    browse(&dir);
}
