//! A repository may come from anybody: what its configuration, paths and texts cannot make okep do.
#![cfg(unix)]

use crate::support::{QUIET_GAUGES, Repo, TEMPLATE, good_okep, make_executable, python};
use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::Path;

/// Every command that reads a repository, and those that write into one.
const COMMANDS: [&[&str]; 16] = [
    &["check"],
    &["check", "--format", "full"],
    &["check", "--staged"],
    &["check", "--rev", "HEAD"],
    &["check", "--since", "HEAD~1"],
    &["check", "--diff=all"],
    &["history"],
    &["history", "--all", "--format", "json"],
    &["history", "--format", "csv"],
    &["explain"],
    &["hook", "status"],
    &["hook", "install"],
    &["hook", "uninstall"],
    &["new", "2150", "Harbour Lights"],
    &["check", "--fix"],
    &["check", "--fix=all"],
];

/// Two commits, and something to find and to fix in the working tree.
fn repository() -> Repo {
    let repo = Repo::clean();
    repo.add_okep(2130, "Tide Tables");
    repo.commit("Propose tide tables");
    repo.edit(QUIET_GAUGES, "## Risks\n", "##Risks\n");
    repo.edit("mkdocs.yml", "      - Tide Tables: okeps/okep-2130-tide-tables.md\n", "");
    repo
}

#[test]
fn a_hostile_configuration_runs_nothing() {
    let repo = repository();
    let traps = repo.beside("traps");
    std::fs::create_dir(&traps).expect("writable");
    let script = repo.beside("trap.sh");
    std::fs::write(&script, format!("#!/bin/sh\ntouch '{}'/\"$(basename \"$0\")\"$$\n", traps.display()))
        .expect("writable");
    make_executable(&script);
    let trap = script.display().to_string();
    let sprung = || std::fs::read_dir(&traps).expect("it is there").count();

    let hooks = repo.beside("hooks");
    std::fs::create_dir(&hooks).expect("writable");
    let names =
        ["pre-commit", "post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"];
    for name in names {
        std::fs::copy(&script, hooks.join(name)).expect("it can be copied");
    }
    let included = repo.beside("included");
    let also = format!("[core]\n\tsshCommand = {trap}\n[diff]\n\texternal = {trap}\n");
    std::fs::write(&included, also).expect("writable");
    let bang = format!("!{trap}");
    let settings: &[(&str, &str)] = &[
        ("core.hooksPath", &hooks.display().to_string()),
        ("filter.x.clean", &trap),
        ("filter.x.smudge", &trap),
        ("filter.x.process", &trap),
        ("filter.x.required", "true"),
        ("diff.x.textconv", &trap),
        ("diff.x.command", &trap),
        ("merge.x.driver", &trap),
        ("core.editor", &trap),
        ("sequence.editor", &trap),
        ("core.pager", &trap),
        ("pager.log", &trap),
        ("core.askPass", &trap),
        ("core.alternateRefsCommand", &trap),
        ("core.gitProxy", &trap),
        ("credential.helper", &bang),
        ("gpg.program", &trap),
        ("log.showSignature", "true"),
        ("alias.log", &bang),
        ("alias.check", &bang),
        ("interactive.diffFilter", &trap),
        ("trailer.x.command", &trap),
        ("uploadpack.packObjectsHook", &trap),
        ("remote.origin.url", &format!("ext::{trap}")),
        ("remote.origin.uploadpack", &trap),
        ("remote.origin.promisor", "true"),
        ("remote.origin.partialclonefilter", "blob:none"),
        ("extensions.partialClone", "origin"),
        ("protocol.ext.allow", "always"),
        ("include.path", &included.display().to_string()),
        ("includeIf.gitdir:/.path", &included.display().to_string()),
        // Last: from here on git itself runs it.
        ("core.fsmonitor", &trap),
    ];
    repo.write(".gitattributes", "* filter=x diff=x merge=x text=auto working-tree-encoding=UTF-8\n");
    repo.git(&["-c", "filter.x.required=false", "add", "-A"]);
    settings.iter().for_each(|(name, value)| drop(repo.git(&["config", name, value])));
    // An object that is not there would have to be fetched.
    let lost = repo.git(&["-c", "core.fsmonitor=", "rev-parse", &format!("HEAD~1:{TEMPLATE}")]);
    let lost = lost.trim();
    let object = repo.root.join(".git/objects").join(&lost[..2]).join(&lost[2..]);
    assert!(object.is_file(), "a loose object");

    let _ = repo.try_git(&["status"]);
    assert!(sprung() > 0, "git itself runs into a trap");
    let before = sprung();
    for round in ["whole", "with an object missing"] {
        for args in COMMANDS {
            let ran = repo.okep(args);
            assert!(ran.code <= 2, "{args:?} {round}: {}", ran.stderr);
            assert_eq!(sprung(), before, "{args:?} {round} ran something:\n{}{}", ran.stdout, ran.stderr);
        }
        let _ = std::fs::remove_file(&object);
    }
}

#[test]
fn the_work_tree_is_where_git_has_it() {
    let repo = repository();
    let elsewhere = repo.beside("elsewhere");
    std::fs::create_dir_all(elsewhere.join("docs/okeps")).expect("writable");
    std::fs::write(elsewhere.join("docs/okeps/okep-9-a.md"), "#OKEP-9: A\n").expect("writable");
    repo.git(&["config", "core.worktree", &elsewhere.display().to_string()]);
    let top = repo.git(&["rev-parse", "--show-toplevel"]);
    assert_eq!(Path::new(top.trim()), elsewhere.canonicalize().expect("it is there"));
    let before = files(&repo.root);
    let check = repo.json(&[]);
    let okeps = check.value()["okeps"].to_string();
    assert!(okeps.contains("okep-9-a.md") && !okeps.contains("2104"), "{okeps}");
    repo.okep(&["check", "--fix=all"]);
    assert_eq!(files(&repo.root), before, "nothing is written where git has no work tree");
}

/// Every file below a folder, git's own too, with its bytes; a link with where it leads.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("readable") {
            let entry = entry.expect("readable");
            let (path, kind) = (entry.path(), entry.file_type().expect("readable"));
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_symlink() {
                let target = std::fs::read_link(&path).expect("readable");
                found.insert(path.display().to_string(), target.into_os_string().into_encoded_bytes());
            } else {
                found.insert(path.display().to_string(), std::fs::read(&path).expect("readable"));
            }
        }
    }
    found
}

const SECRET: &str = "the harbour master's key";

/// What lies beside the repository: it must never be written, nor be printed.
fn outside(repo: &Repo) -> std::path::PathBuf {
    let outside = repo.beside("outside");
    std::fs::create_dir_all(outside.join("okeps")).expect("writable");
    let okep = format!("#OKEP-2160: {SECRET}\n\n##{SECRET}\n");
    for file in ["okeps/okep-2160-secret.md", "okeps/index.md", "okep-2161-secret.md"] {
        std::fs::write(outside.join(file), &okep).expect("writable");
    }
    std::fs::write(outside.join("mkdocs.yml"), format!("site_name: {SECRET}\nnav:\n- {SECRET}: x.md\n"))
        .expect("writable");
    outside
}

/// Runs every command; what lies outside stays as it is and is not told.
fn stays_inside(repo: &Repo) {
    let outside = outside(repo);
    let before = files(&outside);
    for args in COMMANDS {
        let ran = repo.okep(args);
        assert!(ran.code <= 2, "{args:?}: {}", ran.stderr);
        assert!(!(ran.stdout + &ran.stderr).contains(SECRET), "{args:?} tells what is outside");
        assert_eq!(files(&outside), before, "{args:?} writes outside");
    }
}

#[test]
fn registers_and_links_do_not_reach_outside() {
    for register in [
        "INHERIT: ../outside/mkdocs.yml\nnav: [index.md]\n",
        "docs_dir: ../outside\nnav:\n- A: okeps/okep-2160-secret.md\n",
        "docs_dir: /etc\nnav: [passwd]\n",
        "nav:\n- A: ../../outside/okeps/okep-2160-secret.md\n- B: ../../outside/okep-2161-secret.md\n",
        "nav:\n- A: /etc/passwd\n- B: okeps/../../../outside/okep-2161-secret.md\n- C: 'C:\\okep-1-a.md'\n",
        "nav:\n- A: .git/okep-2161-secret.md\n- B: okeps/.git/../okep-5-gone.md\n",
    ] {
        let repo = repository();
        repo.write("mkdocs.yml", register);
        let index = "docs/okeps/index.md";
        repo.write(
            index,
            repo.read(index) + "* [x](../../../outside/okeps/okep-2160-secret.md)\n* [y](/etc/okep-1-a.md)\n",
        );
        stays_inside(&repo);
    }
}

#[test]
fn links_on_disk_do_not_reach_outside() {
    let linked = |path: &str, target: &str| {
        let repo = repository();
        let path = repo.root.join(path);
        let _ = std::fs::remove_file(&path);
        let _ = std::fs::rename(&path, repo.beside("aside"));
        symlink(target, path).expect("a link");
        stays_inside(&repo);
    };
    linked("mkdocs.yml", "../outside/mkdocs.yml");
    linked("docs/okeps/okep-2160-secret.md", "../../../outside/okeps/okep-2160-secret.md");
    linked("docs/okeps/okep-2160-secret", "../../../outside/okeps");
    linked("docs/okeps/index.md", "../../../outside/okeps/index.md");
    linked("docs/okeps", "../../outside/okeps");
    linked("docs", "../outside");
    linked("okep.toml", "../outside/mkdocs.yml");
}

#[test]
fn a_configuration_does_not_reach_outside() {
    for folder in
        ["../outside/okeps", "/etc", "C:/okeps", r"..\outside", ".git", "docs/.GIT/okeps", "git~1/x"]
    {
        let repo = repository();
        repo.write("okep.toml", format!("folder = '{folder}'\n"));
        repo.okep(&["check"]).refuses(&["okep.toml:1", "not a path from the root"]);
        stays_inside(&repo);
        repo.write("okep.toml", format!("registers = ['{folder}']\n"));
        repo.okep(&["check"]).refuses(&["okep.toml:1", "not a path from the root"]);
    }
}

#[test]
fn a_name_that_differs_by_case_alone_is_not_taken_over() {
    let repo = repository();
    let upper = "docs/okeps/OKEP-2130-Tide-Tables.md";
    repo.write(upper, good_okep(2130, "Tide Tables") + "\nThe other one.\n");
    repo.okep(&["check", "--fix=all"]);
    assert!(repo.read(upper).contains("The other one."));
    assert!(!repo.read("docs/okeps/okep-2130-tide-tables.md").contains("The other one."));
}

/// Texts that would do something where they are read: in a terminal, a log of CI, a spreadsheet, a page.
const HOSTILE: [&str; 7] = [
    "=HYPERLINK(\"http://x\")",
    "@SUM(1)",
    "::error file=x::owned",
    "::add-mask::e",
    "<script>alert(1)</script>",
    "Sea\u{1b}]8;;http://x\u{7}\u{1b}[2J\u{202e}",
    "](javascript:alert(1)) | x",
];

#[test]
fn hostile_texts_are_harmless_in_every_format() {
    let repo = Repo::clean();
    let headings: String = HOSTILE.iter().map(|t| format!("\n## {t}\n\nTBD\n\n## {t}\n")).collect();
    let path = "docs/okeps/okep-2130-=cmd::error::\u{1b}[2J.md";
    repo.write(path, good_okep(2130, "=cmd ::error::x").replace("## Risks\n", "") + &headings);
    repo.write("docs/okeps/::error::x.md", "# =cmd\n");
    repo.git(&["add", "-A"]);
    let author = "=cmd|'/C calc'!A0 \u{1b}[2J <x@example.org>";
    for (number, text) in HOSTILE.iter().enumerate() {
        repo.write("count.txt", number.to_string());
        repo.git(&["add", "-A"]);
        repo.git(&["commit", "-q", "--author", author, "-m", text]);
    }
    let formats = [
        ("check", &["auto", "full", "short", "json", "sarif", "github", "markdown"][..]),
        ("history", &["table", "json", "csv"][..]),
    ];
    for (command, format) in formats.iter().flat_map(|(c, all)| all.iter().map(move |f| (*c, *f))) {
        let ran = repo.okep(&[command, "--format", format]);
        assert!(ran.code <= 1, "{format}: {}", ran.stderr);
        let out = ran.stdout;
        assert!(out.contains("cmd"), "{command} {format} shows it:\n{out}");
        for c in ['\u{1b}', '\u{7}', '\u{202e}'] {
            assert!(!out.contains(c) && !ran.stderr.contains(c), "{command} {format}: {c:?}");
        }
        for line in out.lines().map(str::trim_start) {
            let ours = format == "github"
                && ["::error file=", "::warning file=", "::notice "].iter().any(|o| line.starts_with(o));
            assert!(ours || !line.starts_with("::"), "{command} {format} is a command: {line}");
        }
        match format {
            "json" | "sarif" => drop(serde_json::from_str::<serde_json::Value>(&out).expect("it is JSON")),
            "csv" => no_formula(&repo, &out),
            "markdown" => {
                assert!(!out.contains("<script>"), "{out}");
                assert!(!out.contains("](javascript:"), "{out}");
            }
            _ => {}
        }
    }
}

/// No field of the table begins a formula, by the judgement of Python's `csv`.
fn no_formula(repo: &Repo, csv: &str) {
    let Some(python) = python() else { return };
    repo.write("findings.csv", csv);
    let script = "import csv, sys\n\
        rows = list(csv.reader(open('findings.csv', encoding='utf-8', newline='')))\n\
        bad = [f for row in rows for f in row if f.lstrip()[:1] in tuple('=+-@') and f.strip()]\n\
        sys.exit(repr(bad) if bad or len({len(r) for r in rows}) != 1 or len(rows) < 2 else 0)";
    let mut command = repo.command(&python);
    command.args(["-c", script]);
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{}\n{csv}", String::from_utf8_lossy(&output.stderr));
}
