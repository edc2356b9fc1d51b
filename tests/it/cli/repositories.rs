//! Every kind of repository that git makes, and some that it does not.

use crate::support::{QUIET_GAUGES, Repo, SHARED_BUOYS, TEMPLATE, make_executable};
use std::path::Path;

const MISSING: &str = "error missing-section docs/okeps/okep-2104-quiet-gauges.md:- Risks";

fn broken() -> Repo {
    let repo = Repo::clean();
    repo.edit(QUIET_GAUGES, "## Risks\n", "");
    repo
}

#[test]
fn outside_of_a_repository_only_the_files_are_checked() {
    let folder = Repo::folder("clean");
    let check = folder.json(&[]).exits(0);
    assert_eq!((check.faults(), check.notes()), (vec![], vec!["no-history".to_owned()]));
    folder.edit(QUIET_GAUGES, "## Risks\n", "");
    assert_eq!(folder.json(&[]).exits(1).faults(), [MISSING]);
    for (args, word) in [
        (&["--staged"][..], "staged"),
        (&["--rev", "HEAD"], "committed"),
        (&["--since", "main"], "to compare with"),
    ] {
        folder.okep(args).refuses(&["not in a git repository", word, args[0]]);
    }
}

#[test]
fn without_a_proposal_folder_there_is_nothing_to_check() {
    let repo = Repo::init("", &[]);
    repo.write("README.md", "# Something else\n");
    repo.commit("Begin");
    repo.okep(&["check"]).refuses(&["`docs/okeps`", "-C DIR"]);
    repo.okep(&["check", "--rev", "HEAD"]).refuses(&["`docs/okeps`"]);
    Repo::folder("").okep(&["check"]).refuses(&["`docs/okeps`", "-C DIR"]);
    // A hook that is set up for all repositories must not hold up the others.
    repo.write("src.txt", "more");
    repo.git(&["add", "-A"]);
    repo.okep(&["check", "--staged"]).exits(0);
}

#[test]
fn a_bare_repository_has_commits_only() {
    let repo = broken();
    repo.commit("Forget the risks");
    let bare = repo.beside("bare.git");
    repo.git(&["clone", "-q", "--bare", ".", bare.to_str().expect("UTF-8")]);
    repo.okep_in(&bare, &["check"]).refuses(&["bare", "--rev"]);
    repo.okep_in(&bare, &["check", "--staged"]).refuses(&["bare", "nothing staged", "--rev"]);
    let index = bare.join("index");
    let read = repo.git_in(&bare, &["read-tree", "HEAD"]);
    assert_eq!(read.code, 0, "{read:?}");
    let mut command = repo.okep_command(&["check", "--staged"]);
    command.current_dir(&bare).env("GIT_INDEX_FILE", index);
    crate::support::ran(command).exits(0);
    let check = repo.okep_in(&bare, &["check", "--format", "json", "--rev", "HEAD"]).exits(1);
    assert_eq!(check.faults(), [MISSING]);
    let clean = repo.okep_in(&bare, &["check", "--format", "json", "--rev", "HEAD~1"]).exits(0);
    assert_eq!((clean.faults(), clean.notes()), (vec![], vec![]));
}

#[test]
fn a_repository_of_sha_256() {
    let repo = Repo::init("clean", &["--object-format=sha256"]);
    let begin = repo.commit("Begin");
    assert_eq!(begin.len(), 64);
    repo.edit(QUIET_GAUGES, "## Risks\n", "");
    repo.git(&["add", "-A"]);
    assert_eq!(repo.json(&["--staged"]).exits(1).faults(), [MISSING]);
    repo.json(&["--rev", &begin]).exits(0);
    let landed = repo.json(&[]).exits(1).value()["okeps"][0]["landed"]["commit"].clone();
    assert_eq!(landed, *begin);
}

#[test]
fn a_linked_worktree_is_a_repository_of_its_own_files() {
    let repo = Repo::clean();
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "-b", "topic", linked.to_str().expect("UTF-8")]);
    repo.edit(QUIET_GAUGES, "## Risks\n", "");
    repo.okep(&["check"]).exits(1);
    repo.okep_in(&linked, &["check"]).exits(0);
    repo.okep(&["-C", "../linked", "check"]).exits(0);
    repo.git(&["add", "-A"]);
    repo.okep_in(&linked, &["check", "--staged"]).exits(0);
    repo.okep(&["check", "--staged"]).exits(1);
}

#[test]
fn git_dir_says_which_repository_is_meant_unless_the_user_does() {
    let (faulty, clean) = (broken(), Repo::clean());
    faulty.git(&["add", "-A"]);
    let git_dir = faulty.root.join(".git");
    let (git_dir, root) = (git_dir.to_str().expect("UTF-8"), faulty.root.to_str().expect("UTF-8"));
    let env = [("GIT_DIR", git_dir), ("GIT_WORK_TREE", root)];
    clean.okep(&["check", "--staged"]).exits(0);
    clean.okep_with(&env, &["check", "--staged"]).exits(1);
    clean.okep_with(&env, &["check"]).exits(1);
    clean.okep_with(&env, &["-C", ".", "check", "--staged"]).exits(0);
    clean.okep_with(&env, &["-C", ".", "check"]).exits(0);
    // The index of a hook belongs to the repository of that hook.
    let index = faulty.root.join(".git/index");
    let hook = [("GIT_INDEX_FILE", index.to_str().expect("UTF-8")), ("GIT_DIR", git_dir)];
    clean.okep_with(&hook, &["-C", clean.root.to_str().expect("UTF-8"), "check", "--staged"]).exits(0);
    clean.okep_with(&[("GIT_DIR", "/nowhere/.git")], &["check"]).refuses(&["GIT_DIR", "/nowhere/.git"]);
}

#[test]
fn the_index_that_git_names_is_read() {
    let repo = broken();
    let other = repo.root.join(".git/other-index");
    std::fs::copy(repo.root.join(".git/index"), &other).expect("writable");
    repo.git(&["add", "-A"]);
    let env = [("GIT_INDEX_FILE", other.to_str().expect("UTF-8"))];
    repo.okep(&["check", "--staged"]).exits(1);
    repo.okep_with(&env, &["check", "--staged"]).exits(0);
    repo.okep_with(&[("GIT_INDEX_FILE", ".git/index")], &["check", "--staged"]).exits(1);
    let mut from_below = repo.okep_command(&["check", "--staged"]);
    from_below.current_dir(repo.root.join("docs")).env("GIT_INDEX_FILE", ".git/other-index");
    crate::support::ran(from_below).exits(0);
}

#[test]
fn intent_to_add_stages_nothing_and_says_so() {
    let repo = Repo::clean();
    repo.write("docs/okeps/okep-2130-tide-tables.md", "# Nothing yet\n");
    repo.git(&["add", "-N", "docs/okeps/okep-2130-tide-tables.md"]);
    repo.edit(QUIET_GAUGES, "ten metres", "twelve metres");
    repo.git(&["add", "-u", QUIET_GAUGES]);
    let staged = repo.json(&["--staged"]).exits(0);
    assert_eq!((staged.faults(), staged.notes()), (vec![], vec!["intent-to-add".to_owned()]));
    repo.json(&[]).exits(1);
    repo.git(&["add", "-A"]);
    repo.json(&["--staged"]).exits(1);
}

#[test]
fn a_sparse_checkout_is_checked_whole() {
    for index in ["--no-sparse-index", "--sparse-index"] {
        let repo = broken();
        repo.write("src/main.rs", "fn main() {}\n");
        repo.commit("Forget the risks");
        repo.git(&["sparse-checkout", "set", "--cone", index, "src"]);
        assert!(!repo.root.join("docs/okeps").exists(), "the proposals are left out");
        let check = repo.json(&[]).exits(1);
        assert_eq!(check.faults(), [MISSING], "{index}");
        assert_eq!(check.notes(), ["sparse-checkout"], "{index}");
        repo.write("src/main.rs", "fn main() { }\n");
        repo.git(&["add", "-A"]);
        assert_eq!(repo.json(&["--staged"]).exits(0).faults(), [""; 0], "{index}");
        assert_eq!(repo.json(&["--rev", "HEAD"]).exits(1).faults(), [MISSING], "{index}");
    }
}

/// A template that gains a section after the OKEPs landed.
fn grown() -> Repo {
    let repo = Repo::clean();
    repo.edit(TEMPLATE, "## Risks\n", "## Monitoring\n\n(How is it seen that it works?)\n\n## Risks\n");
    repo.commit("Ask for monitoring");
    repo
}

fn file_url(path: &Path) -> String {
    format!("file://{}", path.display())
}

#[test]
fn a_shallow_clone_says_what_it_cannot_know() {
    let repo = grown();
    let shallow = repo.beside("shallow");
    repo.git(&["clone", "-q", "--depth=1", &file_url(&repo.root), shallow.to_str().expect("UTF-8")]);
    let whole = repo.json(&[]).exits(0);
    assert_eq!((whole.hints().len(), whole.notes()), (2, vec![]));
    let check = repo.okep_in(&shallow, &["check", "--format", "json"]);
    assert_eq!(check.notes(), ["shallow"]);
    assert_eq!(check.faults(), [""; 0], "the demand may be younger than the OKEPs");
    assert_eq!(check.hints(), whole.hints());
    let shown = repo.okep_in(&shallow, &["check", "--format", "full"]).exits(0).stdout;
    assert!(shown.contains("shallow") && shown.contains("may have asked for it only after"), "{shown}");
}

#[test]
fn what_a_partial_clone_lacks_is_no_verdict() {
    let repo = grown();
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let partial = repo.beside("partial");
    let to = partial.to_str().expect("UTF-8");
    repo.git(&["clone", "-q", "--filter=blob:none", "--no-checkout", &file_url(&repo.root), to]);
    let check = repo.okep_in(&partial, &["check", "--format", "json", "--rev", "HEAD"]).exits(2);
    assert!(check.notes().contains(&"missing-object".to_owned()), "{:?}", check.notes());
    assert!(check.note("missing-object").contains("partial clone"), "{}", check.note("missing-object"));
    assert!(check.stderr.contains("the result is incomplete"), "{}", check.stderr);
    assert_eq!(check.faults(), [""; 0], "what is not there is not missing");
    // Checked out, all that is needed is there but the history, and that is told.
    repo.git_in(&partial, &["checkout", "-q"]).exits(0);
    let check = repo.okep_in(&partial, &["check", "--format", "json"]);
    assert_ne!(check.code, 2, "{}", check.stderr);
    assert!(check.notes().contains(&"missing-object".to_owned()), "{:?}", check.notes());
}

#[test]
fn a_broken_object_or_index_is_no_verdict() {
    let repo = broken();
    let blob = repo.git(&["rev-parse", &format!("HEAD:{SHARED_BUOYS}")]);
    let (folder, file) = blob.trim().split_at(2);
    let object = format!(".git/objects/{folder}/{file}");
    repo.remove(&object);
    repo.write(&object, "no object");
    for args in [&["--rev", "HEAD"][..], &["--rev", "HEAD", "--since", "HEAD"]] {
        let check = repo.json(args).exits(2);
        assert!(check.notes().contains(&"corrupt-object".to_owned()), "{:?}", check.notes());
        assert!(check.note("corrupt-object").contains("git fsck"), "{}", check.note("corrupt-object"));
    }
    assert_eq!(repo.json(&[]).exits(1).faults(), [MISSING], "the files on disk are whole");
    repo.write(".git/index", "no index");
    for args in [&["check"][..], &["check", "--staged"]] {
        repo.okep(args).refuses(&["index", "git status"]);
    }
}

#[test]
fn an_index_of_packs_that_names_a_lost_one_is_passed_over_as_by_git() {
    let repo = Repo::clean();
    repo.git(&["repack", "-adq"]);
    repo.git(&["multi-pack-index", "write"]);
    let (packs, away) = (repo.root.join(".git/objects/pack"), repo.beside("packs"));
    std::fs::create_dir(&away).expect("writable");
    for file in std::fs::read_dir(&packs).expect("readable").map(|file| file.expect("readable").path()) {
        let name = file.file_name().expect("it has a name");
        if name.to_string_lossy().starts_with("pack-") {
            std::fs::rename(&file, away.join(name)).expect("writable");
        }
    }
    let pack = std::fs::read_dir(&away).expect("readable").map(|file| file.expect("readable").path());
    let pack = pack.into_iter().find(|path| path.extension().is_some_and(|e| e == "pack")).expect("a pack");
    let mut unpack = repo.git_command(&["unpack-objects", "-q"]);
    unpack.stdin(std::fs::File::open(pack).expect("readable"));
    crate::support::ran(unpack).exits(0);
    assert_eq!(repo.git(&["status", "--short"]), "");
    for args in [&["check"][..], &["check", "--rev", "HEAD"], &["history"]] {
        repo.okep(args).exits(0);
    }
}

#[test]
fn every_form_of_an_index_is_read() {
    for form in [&["--index-version", "4"][..], &["--split-index"], &["--untracked-cache"]] {
        let repo = broken();
        repo.git(&[&["update-index"], form].concat());
        repo.json(&["--staged"]).exits(0);
        repo.git(&["add", "-A"]);
        assert_eq!(repo.json(&["--staged"]).exits(1).faults(), [MISSING], "{form:?}");
    }
}

#[test]
fn line_endings_that_git_converts_change_no_verdict() {
    let repo = Repo::clean();
    repo.git(&["config", "core.autocrlf", "true"]);
    for path in [QUIET_GAUGES, "mkdocs.yml"] {
        repo.remove(path);
    }
    repo.git(&["checkout", "-q", "."]);
    assert!(repo.read(QUIET_GAUGES).contains("\r\n"));
    assert_eq!(repo.json(&[]).exits(0).faults(), [""; 0]);
    repo.edit(QUIET_GAUGES, "## Risks\r\n", "");
    repo.git(&["add", "-A"]);
    assert_eq!(repo.json(&[]).exits(1).faults(), [MISSING]);
    assert_eq!(repo.json(&["--staged"]).exits(1).faults(), [MISSING]);
}

#[test]
fn a_head_that_names_no_branch() {
    let repo = broken();
    repo.git(&["checkout", "-q", "--detach"]);
    repo.git(&["add", "-A"]);
    assert_eq!(repo.json(&["--staged"]).exits(1).faults(), [MISSING]);
    repo.commit("Forget the risks");
    repo.json(&["--since", "main"]).exits(1);
    repo.json(&["--since", "HEAD"]).exits(0);
}

#[test]
fn a_submodule_is_another_repository() {
    let other = Repo::init("", &[]);
    other.write("okep-2140-elsewhere.md", "# Not of this repository\n");
    other.commit("Begin");
    let repo = Repo::clean();
    repo.git(&["submodule", "--quiet", "add", &file_url(&other.root), "docs/okeps/okep-2140-elsewhere"]);
    repo.commit("Take in another repository");
    for args in [&[][..], &["--rev", "HEAD"]] {
        let check = repo.json(args).exits(0);
        assert_eq!((check.faults(), check.notes()), (vec![], vec!["submodule".to_owned()]), "{args:?}");
    }
    repo.git(&["submodule", "deinit", "-q", "-f", "--all"]);
    repo.json(&[]).exits(0);
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_not_followed() {
    use std::os::unix::fs::symlink;
    let repo = Repo::clean();
    repo.write("elsewhere.md", "# No OKEP\n");
    symlink("../../elsewhere.md", repo.root.join("docs/okeps/okep-2141-linked.md")).expect("a link");
    symlink("/etc", repo.root.join("docs/okeps/okep-2142-system")).expect("a link");
    symlink("okep-2143-a-loop", repo.root.join("docs/okeps/okep-2143-a-loop")).expect("a link");
    repo.commit("Link");
    for args in [&[][..], &["--rev", "HEAD"]] {
        let check = repo.json(args);
        assert!(check.notes().contains(&"symlink".to_owned()), "{args:?}: {:?}", check.notes());
        let value = check.value();
        let linked: Vec<_> =
            value["notes"].as_array().expect("a list").iter().map(|n| n["path"].as_str()).collect();
        assert_eq!(linked.len(), 3, "{args:?}: {linked:?}");
        assert!(!check.stdout.contains("No OKEP"), "{args:?}");
    }

    // The folder itself may be a link.
    let repo = Repo::clean();
    std::fs::rename(repo.root.join("docs/okeps"), repo.root.join("proposals")).expect("moved");
    symlink("../proposals", repo.root.join("docs/okeps")).expect("a link");
    let check = repo.okep(&["check"]);
    assert_eq!(check.code, 2, "{}{}", check.stdout, check.stderr);
}

#[cfg(unix)]
#[test]
fn what_a_register_behind_a_link_lists_is_unknown() {
    for (link, is_configuration) in [("mkdocs.yml", true), ("docs/okeps/index.md", false)] {
        let repo = Repo::clean();
        let (path, target) = (repo.root.join(link), repo.root.join("elsewhere.txt"));
        std::fs::rename(&path, &target).expect("it is there");
        std::os::unix::fs::symlink(&target, &path).expect("a link");
        repo.commit("Link");
        repo.write("docs/okeps/okep-2130-tide-tables.md", crate::support::good_okep(2130, "Tide Tables"));
        repo.git(&["add", "-A"]);
        let others: &[&str] = if is_configuration {
            &["warning not-in-index docs/okeps/index.md:4 index page"]
        } else {
            &["error not-in-nav mkdocs.yml:11 nav"]
        };
        for args in [&[][..], &["--staged"]] {
            let check = repo.json(args).exits(i32::from(!is_configuration));
            assert_eq!(
                (check.faults(), check.notes()),
                (others.iter().map(|f| (*f).into()).collect(), vec!["symlink".into()]),
                "{link}"
            );
        }
    }
}

#[test]
fn files_that_git_ignores_are_not_checked() {
    let repo = Repo::clean();
    repo.write("docs/okeps/okep-2130-draft.md", "# A draft\n");
    repo.json(&[]).exits(1);
    repo.write(".gitignore", "*-draft.md\n");
    repo.json(&[]).exits(0);
    repo.git(&["add", "-f", "docs/okeps/okep-2130-draft.md"]);
    repo.json(&[]).exits(1);
}

#[test]
fn a_landed_okep_is_known_after_it_moved() {
    let repo = grown();
    let new = "docs/okeps/okep-2107-shared-buoys.md";
    repo.git(&["mv", SHARED_BUOYS, new]);
    repo.edit(new, "wave-tables.md", "../wave-tables.md");
    repo.git(&["mv", "docs/okeps/okep-2107-shared-buoys/wave-tables.md", "docs/wave-tables.md"]);
    for path in ["mkdocs.yml", "docs/okeps/index.md"] {
        repo.write(path, repo.read(path).replace("okep-2107-shared-buoys/okep-2107", "okep-2107"));
    }
    repo.commit("Move");
    let check = repo.json(&[]).exits(0);
    assert_eq!(check.faults(), [""; 0]);
    assert_eq!(check.hints().len(), 2, "it landed before the template asked for more");
}

#[test]
fn where_git_itself_is_missing_nothing_changes() {
    let repo = broken();
    repo.git(&["add", "-A"]);
    // A `git` that fails, first on the PATH.
    repo.write("../bin/git", "#!/bin/sh\necho called >&2\nexit 1\n");
    make_executable(&repo.beside("bin/git"));
    let path = repo.beside("bin");
    for args in [&["check"][..], &["check", "--staged"], &["check", "--rev", "HEAD", "--since", "HEAD"]] {
        let ran = repo.okep_with(&[("PATH", path.to_str().expect("UTF-8"))], args);
        assert_eq!((ran.stderr.as_str(), ran.code), ("", i32::from(args.len() < 3)), "{args:?}");
    }
}
