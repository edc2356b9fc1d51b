//! `okep new` in whole repositories: what it writes is judged by okep itself and shown by MkDocs.

use crate::support::{Repo, TEMPLATE, python, ran};
use serde_json::Value;
use std::io::Write;
use std::process::Stdio;

const SOME_TITLE: &str = "docs/okeps/okep-6500-some-title.md";

#[test]
fn only_the_prompts_are_left_to_do() {
    let repo = Repo::clean();
    let said = repo.okep(&["new", "6500", "Some Title"]).exits(0);
    assert_eq!(said.stderr, "");
    assert_eq!(
        said.stdout,
        "created `docs/okeps/okep-6500-some-title.md`\n\
         added it to `mkdocs.yml`\n\
         added it to `docs/okeps/index.md`\n\n\
         Next:\n  answer the template's prompts in it, and delete them\n  okep check --okep 6500\n  \
         git add docs/okeps/okep-6500-some-title.md mkdocs.yml docs/okeps/index.md\n"
    );
    let check = repo.json(&[]).exits(1);
    let follows = ["template-text", "empty-section"];
    for fault in check.faults() {
        assert!(follows.iter().any(|rule| fault.contains(rule)) && fault.contains(SOME_TITLE), "{fault}");
    }
    assert!(check.hints().is_empty());
    // All that differs from the template is what was filled in.
    let url = "https://github.com/tidewater-org/tidewater/issues";
    let expected = repo
        .read(TEMPLATE)
        .replace("# OKEP-2100: OKEP Template", "# OKEP-6500: Some Title")
        .replace(&format!("[#2100]({url}/2100)"), &format!("[#6500]({url}/6500)"));
    assert_eq!(repo.read(SOME_TITLE), expected);
    let diff = repo.git(&["diff", "-U0", "--", "mkdocs.yml", "docs/okeps/index.md"]);
    let added: Vec<&str> = diff
        .lines()
        .filter(|l| l.starts_with(['+', '-']) && !l.starts_with("+++") && !l.starts_with("---"))
        .collect();
    assert_eq!(
        added,
        [
            "+* [OKEP-6500: Some Title](okep-6500-some-title.md)",
            "+      - Some Title: okeps/okep-6500-some-title.md",
        ]
    );
    // As the answered text would be.
    repo.write(SOME_TITLE, crate::support::good_okep(6500, "Some Title"));
    assert_eq!(repo.json(&[]).exits(0).faults(), [""; 0]);
}

#[test]
fn mkdocs_has_the_page_in_its_navigation() {
    let Some(python) = python() else { return };
    let repo = Repo::clean();
    repo.okep(&["new", "6500", "Some: \"odd\" #1 Title"]).exits(0);
    repo.okep(&["new", "6501", "Another", "--folder"]).exits(0);
    let mut command = repo.command(python);
    let oracle = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mkdocs_oracle.py");
    command.args(["-B", oracle]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the Python of OKEP_TEST_PYTHON starts");
    let line = format!("{}\n", repo.root.join("mkdocs.yml").display());
    child.stdin.take().expect("a pipe").write_all(line.as_bytes()).expect("the oracle listens");
    let output = child.wait_with_output().expect("the oracle ends");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
    let pages = ["okeps/okep-6500-some-odd-1-title.md", "okeps/okep-6501-another/okep-6501-another.md"];
    for page in pages {
        assert_eq!(answer["pages"][page], "nav", "{answer}");
    }
    let nav = answer["nav"].to_string();
    assert!(nav.contains(r##"["Some: \"odd\" #1 Title","okeps/okep-6500-some-odd-1-title.md"]"##), "{nav}");
}

#[test]
fn a_folder_of_its_own() {
    let repo = Repo::clean();
    repo.okep(&["new", "#6500", "  OKEP-6500:  Some   Title ", "--folder"]).exits(0);
    let path = "docs/okeps/okep-6500-some-title/okep-6500-some-title.md";
    assert!(repo.read(path).starts_with("# OKEP-6500: Some Title\n"));
    let faults = repo.json(&[]).exits(1).faults();
    assert!(faults.iter().all(|f| f.contains("template-text") || f.contains("empty-section")), "{faults:?}");
}

#[test]
fn a_taken_number_is_reported_with_its_place() {
    let repo = Repo::clean();
    let new = |number: &str| repo.okep(&["new", number, "Some Title"]);
    new("2104").refuses(&[
        "2104 is taken",
        "okep-2104-quiet-gauges.md",
        "working tree",
        "in HEAD",
        "branch `main`",
    ]);
    let ran = new("2107");
    assert!(!ran.stderr.contains("wave-tables"), "{}", ran.stderr);
    ran.refuses(&[
        "2107 is taken",
        "okep-2107-shared-buoys.md` (in the working tree, in the index, in HEAD, on",
    ]);
    new("2100").refuses(&["2100 is taken", "okep-2100-template.md"]);

    // On a branch that is not checked out, and on one of a remote.
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.add_okep(2130, "Wind Vanes");
    repo.commit("Propose wind vanes");
    repo.git(&["checkout", "-q", "main"]);
    new("2130").refuses(&["2130 is taken", "okep-2130-wind-vanes.md", "on branch `topic`"]);
    let clone = repo.beside("clone");
    repo.git(&["clone", "-q", ".", clone.to_str().expect("UTF-8")]);
    repo.okep_in(&clone, &["new", "2130", "Some Title"]).refuses(&["on branch `origin/topic`"]);

    // Staged only, and deleted but still in HEAD.
    repo.write("docs/okeps/okep-2131-x.md", "");
    repo.git(&["add", "-A"]);
    repo.remove("docs/okeps/okep-2131-x.md");
    new("2131").refuses(&["2131 is taken", "in the index"]);
    repo.git(&["rm", "-q", "-r", "docs/okeps/okep-2107-shared-buoys"]);
    new("2107").refuses(&["2107 is taken", "in HEAD"]);
    assert!(!repo.root.join("docs/okeps/okep-2107-some-title.md").exists());
}

#[test]
fn what_cannot_be_an_okep_is_refused_and_nothing_is_written() {
    let repo = Repo::clean();
    let refused = |args: &[&str], parts: &[&str]| {
        repo.okep(&[&["new"], args].concat()).refuses(parts);
        assert_eq!(repo.git(&["status", "--porcelain"]), "", "{args:?}");
    };
    refused(&["sixty", "Some Title"], &["`sixty`", "number of an issue"]);
    refused(&["0", "Some Title"], &["number of an issue"]);
    refused(&["99999999999999999999999", "Some Title"], &["number of an issue"]);
    refused(&["6500", "  "], &["title is empty"]);
    refused(&["6500", "OKEP-6500:"], &["title is empty"]);
    refused(&["6500", "日本"], &["no file name", "--slug NAME"]);
    refused(&["6500", &"long ".repeat(60)], &["file name would have", "--slug NAME"]);
    refused(&["6500", "Support <node> selectors"], &["would be shown as", "'Support `<node>` selectors'"]);
    refused(&["6500", "A <script> of mine"], &["`<script>`"]);
    refused(&["6500", "C#"], &["`OKEP-6500: C`", "MkDocs drops", "`C\\#`"]);
    refused(&["6500", "See [this](that.md)"], &["`OKEP-6500: See this`"]);
    refused(&["6500", "Another Template"], &["the name of a template; choose another title"]);
    refused(&["6500", "Another", "--slug", "template"], &["the name of a template; choose another `--slug`"]);
    refused(&["6500", "OKEP-6501: Some Title"], &["6501", "6500"]);
    repo.write("docs/okeps/okep-6500-some-title/notes.txt", "");
    repo.write(".gitignore", "notes.txt\n");
    repo.commit("Ignore notes");
    refused(&["6500", "Some Title"], &["`docs/okeps/okep-6500-some-title` already exists"]);
    Repo::init("", &[]).okep(&["new", "6500", "Some Title"]).refuses(&["no `docs/okeps`"]);
}

#[test]
fn the_bytes_of_the_template_and_the_registers_stay() {
    let repo = Repo::clean();
    let crlf = |text: String| text.replace('\n', "\r\n");
    repo.write(TEMPLATE, format!("\u{feff}{}", crlf(repo.read(TEMPLATE))));
    repo.write("mkdocs.yml", crlf(repo.read("mkdocs.yml")));
    repo.write("docs/okeps/index.md", repo.read("docs/okeps/index.md").trim_end());
    repo.okep(&["new", "6500", "Some Title"]).exits(0);
    let text = repo.read(SOME_TITLE);
    assert!(text.starts_with("\u{feff}# OKEP-6500: Some Title\r\n\r\n* Issue: [#6500]("), "{text}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert!(repo.read("mkdocs.yml").ends_with("      - Some Title: okeps/okep-6500-some-title.md\r\n"));
    assert!(
        repo.read("docs/okeps/index.md")
            .ends_with(".md)\n* [OKEP-6500: Some Title](okep-6500-some-title.md)")
    );
    let faults = repo.json(&[]).exits(1).faults();
    assert!(faults.iter().all(|f| f.contains("template-text") || f.contains("empty-section")), "{faults:?}");
}

#[cfg(unix)]
#[test]
fn permissions_stay_and_links_are_not_written_through() {
    use std::os::unix::fs::PermissionsExt;
    let repo = Repo::clean();
    let nav = repo.root.join("mkdocs.yml");
    std::fs::set_permissions(&nav, std::fs::Permissions::from_mode(0o640)).expect("ours");
    let index = repo.root.join("docs/okeps/index.md");
    let real = repo.root.join("elsewhere.md");
    std::fs::rename(&index, &real).expect("writable");
    std::os::unix::fs::symlink("../../elsewhere.md", &index).expect("nothing is there");
    let text = repo.read("elsewhere.md");
    let said = repo.okep(&["new", "6500", "Some Title"]).exits(0).stdout;
    assert_eq!(repo.read("elsewhere.md"), text);
    let link =
        "symbolic link, which okep does not follow; add `* [OKEP-6500: Some Title](okep-6500-some-title.md)`";
    assert!(said.contains(link), "{said}");
    assert!(index.symlink_metadata().expect("it is there").is_symlink());
    assert_eq!(nav.metadata().expect("it is there").permissions().mode() & 0o777, 0o640);
    let new = repo.root.join(SOME_TITLE).metadata().expect("it is there").permissions().mode();
    let umask = repo.root.join(TEMPLATE).metadata().expect("it is there").permissions().mode();
    assert_eq!(new & 0o777, umask & 0o777);
}

#[test]
fn a_register_that_must_not_be_written_leaves_all_as_it_was() {
    let repo = Repo::clean();
    let nav = repo.root.join("mkdocs.yml");
    let mut locked = nav.metadata().expect("it is there").permissions();
    locked.set_readonly(true);
    std::fs::set_permissions(&nav, locked).expect("ours");
    repo.okep(&["new", "6500", "Some Title"]).refuses(&["`mkdocs.yml` is read-only", "nothing was written"]);
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
}

#[test]
fn from_a_folder_below_or_with_c_the_paths_still_work() {
    let repo = Repo::clean();
    let said = repo.okep_in("docs/okeps", &["new", "6500", "Some Title"]).exits(0).stdout;
    let add = said.lines().find_map(|l| l.trim().strip_prefix("git add ")).expect("it says what to add");
    let files: Vec<&str> = add.split(' ').collect();
    repo.git_in(&repo.root.join("docs/okeps"), &[&["add"], &files[..]].concat()).exits(0);
    assert_eq!(repo.git(&["diff", "--cached", "--name-only"]).lines().count(), 3);
    let home = repo.beside("home");
    let said = repo.okep_in(&home, &["-C", "../repo", "new", "6501", "Another"]).exits(0).stdout;
    assert!(said.contains("okep -C ../repo check --okep 6501\n"), "{said}");
    assert!(said.contains("git -C ../repo add :/docs/okeps/okep-6501-another.md"), "{said}");
}

#[test]
fn without_a_template_the_built_in_one_serves_and_without_registers_none_is_written() {
    let repo = Repo::clean();
    for path in [TEMPLATE, "mkdocs.yml", "docs/okeps/index.md"] {
        repo.remove(path);
    }
    repo.commit("Less");
    let said = repo.okep(&["new", "6500", "Some Title"]).exits(0).stdout;
    assert!(said.contains("built into okep") && said.contains("no `mkdocs.yml`"), "{said}");
    assert!(!said.contains("prompts") && said.contains("fill in its sections"), "{said}");
    let text = repo.read(SOME_TITLE);
    assert!(text.starts_with("# OKEP-6500: Some Title\n\n* Issue: #6500\n"), "{text}");
    assert_eq!(repo.git(&["status", "--porcelain"]).trim(), format!("?? {SOME_TITLE}"));
}

#[test]
fn branches_are_looked_into_however_they_are_kept() {
    let repo = Repo::init("clean", &["--ref-format=reftable"]);
    repo.commit("Begin");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.add_okep(6500, "Another Title");
    repo.commit("Propose");
    repo.git(&["checkout", "-q", "main"]);
    repo.okep(&["new", "6500", "Some Title"]).refuses(&["6500 is taken", "on branch `side`"]);
    repo.okep(&["new", "2104", "Some Title"]).refuses(&["2104 is taken", "in HEAD"]);
    // What cannot be listed is reported.
    let table = std::fs::read_dir(repo.root.join(".git/reftable")).expect("it is there").flatten();
    let table = table.map(|file| file.path()).find(|path| path.extension().is_some_and(|e| e == "ref"));
    let table = table.expect("there is a table");
    let bytes = std::fs::read(&table).expect("readable");
    std::fs::write(&table, b"no table").expect("writable");
    let said = repo.okep(&["new", "6501", "Some Title"]);
    assert!(said.stdout.contains("`refs` is unreadable: `git symbolic-ref`"), "{said:?}");
    std::fs::write(&table, bytes).expect("writable");
}

#[test]
fn a_file_that_git_ignores_is_not_to_be_added() {
    let repo = Repo::clean();
    repo.write(".gitignore", "okep-65*\n");
    let said = repo.okep(&["new", "6500", "Some Title"]).exits(0).stdout;
    assert!(said.contains(&format!("note: `{SOME_TITLE}`: git ignores it")), "{said}");
    assert!(!said.contains("git add") && !said.contains("okep check"), "{said}");
    let said = repo.okep(&["new", "6600", "Another Title"]).exits(0).stdout;
    assert!(said.contains("git add") && !said.contains("ignores"), "{said}");
}

#[test]
fn outside_of_git_it_works_too() {
    let folder = Repo::folder("clean");
    let said = folder.okep(&["new", "6500", "Some Title"]).exits(0).stdout;
    assert!(!said.contains("git add"), "{said}");
    assert!(folder.read("mkdocs.yml").contains("okep-6500-some-title.md"));
}

#[test]
fn a_nav_that_no_line_can_fix_is_explained() {
    let repo = Repo::clean();
    repo.write(
        "mkdocs.yml",
        "site_name: T\nnav: [index.md, {Proposals: [okeps/okep-2104-quiet-gauges.md]}]\n",
    );
    repo.commit("One line");
    let said = repo.okep(&["new", "6500", "Some Title"]).exits(0).stdout;
    assert!(said.contains("not added to `mkdocs.yml`") && said.contains("by hand"), "{said}");
    assert!(!said.contains("git add docs/okeps/okep-6500-some-title.md mkdocs.yml"), "{said}");
}

#[test]
fn in_the_real_proposals_too() {
    let Some(corpus) = crate::support::variable("OKEP_TEST_CORPUS") else { return };
    let repo = Repo::folder("");
    repo.git(&["clone", "-q", &corpus, "."]);
    repo.okep(&["new", "6500", "Some Title"]).exits(0);
    let faults = repo.json(&["docs/okeps/okep-6500-some-title.md"]).faults();
    assert!(!faults.is_empty());
    assert!(faults.iter().all(|f| f.contains("template-text") || f.contains("empty-section")), "{faults:?}");
    let mut command = repo.okep_command(&["new", "5224", "Some Title"]);
    command.env("COLUMNS", "80");
    ran(command).refuses(&["5224 is taken"]);
}

#[test]
fn titles_that_read_as_they_are_written_are_taken() {
    let repo = Repo::clean();
    let titles = [
        (6501, ".NET support", "net-support"),
        (6502, "Support `<node>` selectors", "support-node-selectors"),
        (6503, "C\\#", "c"),
        (6504, "Überprüfung", "uberprufung"),
        (6505, "A snake_case name & more", "a-snake-case-name-more"),
    ];
    for (number, title, slug) in titles {
        repo.okep(&["new", &number.to_string(), title]).exits(0);
        let text = repo.read(&format!("docs/okeps/okep-{number}-{slug}.md"));
        assert!(text.starts_with(&format!("# OKEP-{number}: {title}\n")), "{text}");
    }
    repo.okep(&["new", "6506", "--", "-dash first"]).exits(0);
    repo.okep(&["new", "6507", "日本", "--slug", "Japan"]).exits(0);
    repo.okep(&["new", "6508", "Tea", "--slug", "okep-6508-green-tea"]).exits(0);
    assert!(repo.root.join("docs/okeps/okep-6508-green-tea.md").is_file());
    assert!(repo.read("docs/okeps/okep-6507-japan.md").starts_with("# OKEP-6507: 日本\n"));
    let faults = repo.json(&[]).exits(1).faults();
    assert!(faults.iter().all(|f| f.contains("template-text") || f.contains("empty-section")), "{faults:?}");
}

#[cfg(unix)]
#[test]
fn a_register_that_cannot_be_written_is_reported_with_what_to_write() {
    let repo = Repo::clean();
    std::fs::rename(repo.root.join("mkdocs.yml"), repo.root.join("site.yml")).expect("writable");
    std::os::unix::fs::symlink("site.yml", repo.root.join("mkdocs.yml")).expect("nothing is there");
    let said = repo.okep(&["new", "6500", "Some Title"]).exits(0).stdout;
    let told = "not added to `mkdocs.yml`: it is a symbolic link, which okep does not follow; \
                add `- Some Title: okeps/okep-6500-some-title.md` by hand";
    assert!(said.contains(told), "{said}");
    repo.remove("mkdocs.yml");
    repo.write("mkdocs.yml", "nav:\n - a\n  - b: [\n");
    let said = repo.okep(&["new", "6501", "Another Title"]).exits(0).stdout;
    assert!(said.contains("not added to `mkdocs.yml`") && said.contains("`- Another Title: "), "{said}");
}

#[test]
fn a_bare_repository_takes_no_new_file() {
    let repo = Repo::clean();
    let bare = repo.beside("bare.git");
    repo.git(&["clone", "-q", "--bare", ".", bare.to_str().expect("UTF-8")]);
    repo.okep_in(&bare, &["new", "6500", "Some Title"]).refuses(&["bare repository", "git worktree add"]);
}

#[test]
fn the_issue_may_be_its_url() {
    for issue in [
        "https://github.com/tidewater-org/tidewater/issues/6500",
        "https://github.com/Tidewater-Org/tidewater/issues/6500/#issuecomment-1",
        "tidewater-org/tidewater#6500",
        "GH-6500",
    ] {
        let repo = Repo::clean();
        repo.okep(&["new", issue, "Some Title"]).exits(0);
        assert!(repo.read(SOME_TITLE).starts_with("# OKEP-6500: Some Title\n"), "{issue}");
    }
    let repo = Repo::clean();
    for (issue, parts) in [
        (
            "https://github.com/tidewater-org/tidewater/pull/6500",
            ["number of an issue nor its URL", "tracking issue"],
        ),
        (
            "https://github.com/tidewater-org/tidewater/issues",
            ["number of an issue nor its URL", "tracking issue"],
        ),
        ("https://github.com/other/repo/issues/6500", ["`other/repo`", "`tidewater-org/tidewater`"]),
    ] {
        repo.okep(&["new", issue, "Some Title"]).refuses(&parts);
    }
    assert!(!repo.root.join(SOME_TITLE).exists());
}

#[test]
fn a_number_that_only_a_branch_has_can_be_forced() {
    let repo = Repo::clean();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.okep(&["new", "6500", "Some Title"]).exits(0);
    repo.commit("Propose it");
    repo.git(&["checkout", "-q", "main"]);
    repo.okep(&["new", "6500", "Some Title"]).refuses(&["on branch `topic`", "`--force`"]);
    let forced = repo.okep(&["new", "6500", "Some Title", "--force"]).exits(0).stdout;
    assert!(forced.contains("note: number 6500 is also used by"), "{forced}");
    assert!(repo.root.join(SOME_TITLE).exists());
    // What is here already stays.
    let again = repo.okep(&["new", "6500", "Another Title", "--force"]);
    again.refuses(&["in the working tree"]);
    assert!(!again.stderr.contains("--force"), "{}", again.stderr);
}
