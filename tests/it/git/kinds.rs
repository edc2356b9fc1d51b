//! Kinds of repositories and what surrounds them: hooks, clones of every sort, index formats.
use super::sandbox::*;
use okep::files::{Content, Tree};
use okep::git::{Error, Repo};
use std::os::unix::fs::PermissionsExt;

const A: &str = "docs/okeps/okep-1-a.md";

fn sample() -> Sandbox {
    sample_with(&[])
}

fn sample_with(options: &[&str]) -> Sandbox {
    let box_ = Sandbox::with(options);
    box_.write(A, "one\n").write("docs/okeps/okep-2-b.md", "two\n").write("mkdocs.yml", "nav\n");
    box_.commit("first");
    box_
}

const CLEAN: [&str; 3] = ["docs/okeps/okep-1-a.md = one", "docs/okeps/okep-2-b.md = two", "mkdocs.yml = nav"];

/// A pre-commit hook that writes what it sees of the index into `name`, after `go` was run.
fn hook(box_: &Sandbox, name: &str, what: &str, go: &str) -> std::path::PathBuf {
    let dump = box_.root.join(name);
    let script = format!(
        "#!/bin/sh\n{go}\nOKEP_CHILD='{what}' OKEP_DUMP='{}' exec '{}' --exact git::child_entry --quiet\n",
        dump.display(),
        this_program().display()
    );
    for hook in ["pre-commit", "pre-merge-commit"] {
        box_.write(&format!(".hooks/{hook}"), &script);
        let path = box_.root.join(".hooks").join(hook);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    box_.git(&["config", "core.hooksPath", box_.root.join(".hooks").to_str().unwrap()]);
    dump
}

fn lines(dump: &std::path::Path) -> Vec<String> {
    let lines = std::fs::read_to_string(dump).expect("the hook ran");
    std::fs::remove_file(dump).unwrap();
    lines.lines().map(str::to_owned).collect()
}

#[test]
fn a_hook_sees_what_is_being_committed() {
    for what in ["index", "index ."] {
        let box_ = sample();
        let dump = hook(&box_, "dump", what, "");
        box_.write(A, "staged\n").git(&["add", A]);
        box_.write(A, "on disk\n");
        box_.git(&["commit", "-q", "-m", "plain"]);
        assert_eq!(lines(&dump)[0], "docs/okeps/okep-1-a.md = staged", "{what}");
        box_.git(&["commit", "-q", "-a", "-m", "all"]);
        assert_eq!(lines(&dump)[0], "docs/okeps/okep-1-a.md = on disk", "{what}");
        box_.write(A, "not this\n").git(&["add", A]);
        box_.write("docs/okeps/okep-2-b.md", "only\n");
        box_.git(&["commit", "-q", "-m", "only", "docs/okeps/okep-2-b.md"]);
        assert_eq!(lines(&dump)[..2], ["docs/okeps/okep-1-a.md = on disk", "docs/okeps/okep-2-b.md = only"]);
        box_.git_in("docs", &["commit", "-q", "-m", "from below"]);
        assert_eq!(lines(&dump)[0], "docs/okeps/okep-1-a.md = not this", "{what}");
        box_.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
        box_.write("docs/okeps/okep-3-c.md", "three\n").git(&["add", "docs"]);
        box_.git(&["commit", "-q", "-m", "side"]);
        box_.git(&["checkout", "-q", "master"]);
        lines(&dump);
        box_.git(&["merge", "-q", "--no-edit", "side"]);
        assert_eq!(lines(&dump)[2], "docs/okeps/okep-3-c.md = three", "{what}");
    }
}

#[test]
fn a_hook_that_went_into_a_folder_sees_the_same() {
    for what in ["index", "index ..", "index ."] {
        let box_ = sample();
        let dump = hook(&box_, "dump", what, "cd docs");
        box_.write(A, "staged\n").git(&["commit", "-q", "-a", "-m", "all"]);
        assert_eq!(lines(&dump)[0], "docs/okeps/okep-1-a.md = staged", "{what}");
        box_.write(A, "again\n").git(&["add", A]);
        box_.git(&["commit", "-q", "-m", "plain"]);
        assert_eq!(lines(&dump)[0], "docs/okeps/okep-1-a.md = again", "{what}");
    }
}

#[test]
fn a_hooks_index_does_not_leak_into_another_repository() {
    let other = sample();
    other.write(A, "other\n").commit("other");
    for what in ["index", "worktree"] {
        let box_ = sample();
        let dump = hook(&box_, "dump", &format!("{what} {}", other.root.display()), "");
        box_.write(A, "staged\n").git(&["commit", "-q", "-a", "-m", "all"]);
        assert_eq!(lines(&dump)[0], "docs/okeps/okep-1-a.md = other");
        // With GIT_DIR and GIT_WORK_TREE set too.
        let git_dir = box_.root.join(".git");
        box_.write(A, "more\n").git(&[
            "--git-dir",
            git_dir.to_str().unwrap(),
            "--work-tree",
            ".",
            "commit",
            "-q",
            "-a",
            "-m",
            "x",
        ]);
        assert_eq!(lines(&dump)[0], "docs/okeps/okep-1-a.md = other");
    }
}

#[test]
fn git_dir_and_work_tree_say_what_is_meant() {
    let box_ = sample();
    let elsewhere = Sandbox::folder();
    elsewhere.write("docs/okeps/okep-9-z.md", "elsewhere\n");
    let git_dir = box_.root.join(".git");
    let git_dir = git_dir.to_str().unwrap();
    assert_eq!(seen(&elsewhere.root, "index", &[("GIT_DIR", git_dir)]), CLEAN);
    let both = [("GIT_DIR", git_dir), ("GIT_WORK_TREE", ".")];
    assert_eq!(seen(&elsewhere.root, "worktree", &both), ["docs/okeps/okep-9-z.md = elsewhere"]);
    let wrong = seen(&box_.root, "index", &[("GIT_DIR", "/nonexistent")]);
    assert!(wrong[0].starts_with("error: GIT_DIR names `/nonexistent`"), "{wrong:?}");
    // A folder named by the user is what it is, whatever GIT_DIR says.
    let named = format!("index {}", box_.root.display());
    assert_eq!(seen(&elsewhere.root, &named, &[("GIT_DIR", "/nonexistent")]), CLEAN);
    assert_eq!(
        seen(&box_.root, &format!("index {}", elsewhere.root.display()), &[("GIT_DIR", git_dir)]),
        ["no repository"]
    );
}

#[test]
fn git_index_file_names_the_index() {
    let box_ = sample();
    let first = box_.hash("HEAD");
    box_.write(A, "second\n").commit("second");
    let other = box_.root.join("other-index");
    succeed(clean("git", &box_.root).env("GIT_INDEX_FILE", &other).args(["read-tree", &first]));
    let env = [("GIT_INDEX_FILE", other.to_str().unwrap())];
    assert_eq!(seen(&box_.root, "index", &env), CLEAN);
    assert_eq!(seen(&box_.root.join("docs"), "index", &[("GIT_INDEX_FILE", "other-index")]), CLEAN);
    assert_eq!(seen(&box_.root, "index", &[])[0], "docs/okeps/okep-1-a.md = second");
    assert_eq!(seen(&box_.root, "index", &[("GIT_INDEX_FILE", "none-there")]), [""; 0]);
    box_.write("broken", "no index");
    let broken = seen(&box_.root, "index", &[("GIT_INDEX_FILE", "broken")]);
    assert!(broken[0].starts_with("error: the index `"), "{broken:?}");
}

#[test]
fn a_linked_worktree_has_its_own_index() {
    let box_ = sample();
    box_.git(&["worktree", "add", "-q", "linked", "-b", "linked"]);
    box_.write("linked/docs/okeps/okep-1-a.md", "linked\n").git_in("linked", &["add", "docs"]);
    let repo = box_.repo_in("linked/docs");
    assert_eq!(repo.root(), Some(box_.root.join("linked").as_path()));
    assert_eq!(words(&index(&repo))[0], "docs/okeps/okep-1-a.md = linked");
    assert_eq!(words(&worktree(&repo)), words(&index(&repo)));
    assert_eq!(words(&index(&box_.repo())), CLEAN);
    let dump = hook(&box_, "dump", "index", "");
    box_.git_in("linked", &["commit", "-q", "-m", "x"]);
    assert_eq!(lines(&dump)[0], "docs/okeps/okep-1-a.md = linked");
    // From a hook of one worktree, the other one named by the user keeps its own index.
    let dump = hook(&box_, "dump", &format!("index {}", box_.root.display()), "");
    box_.write("linked/docs/okeps/okep-1-a.md", "more\n")
        .git_in("linked", &["commit", "-q", "-a", "-m", "x"]);
    assert_eq!(lines(&dump), CLEAN);
}

#[test]
fn every_index_format_is_read() {
    let box_ = sample();
    for (format, args) in [
        ("version 4", &["update-index", "--index-version", "4"][..]),
        ("untracked cache", &["update-index", "--force-untracked-cache"]),
        ("split", &["update-index", "--split-index"]),
    ] {
        box_.git(args);
        assert_eq!(words(&index(&box_.repo())), CLEAN, "{format}");
    }
    box_.write("docs/okeps/okep-3-c.md", "three\n").git(&["add", "docs"]);
    box_.git(&["rm", "-q", "--cached", A]);
    assert_eq!(words(&index(&box_.repo())), [CLEAN[1], "docs/okeps/okep-3-c.md = three", CLEAN[2]]);
    box_.git(&["-c", "index.skipHash=true", "update-index", "--no-split-index", "--force-write-index"]);
    assert_eq!(words(&index(&box_.repo())).len(), 3);
}

#[test]
fn sha256_and_alternates_and_packs_are_read() {
    let box_ = sample_with(&["--object-format=sha256"]);
    let repo = box_.repo();
    assert_eq!(words(&index(&repo)), CLEAN);
    assert_eq!(words(&worktree(&repo)), words(&index(&repo)));
    assert_eq!(repo.resolve(&box_.hash("HEAD")).unwrap().to_string().len(), 64);

    let box_ = sample();
    box_.git(&["gc", "-q"]);
    box_.git(&["clone", "-q", "--shared", ".", "shared"]);
    let repo = box_.repo_in("shared");
    assert_eq!(words(&index(&repo)), CLEAN);
    assert_eq!(words(&commit(&repo, "origin/master")), CLEAN);
}

#[test]
fn a_reftable_is_read_like_other_references() {
    let probe = Sandbox::folder();
    let args = ["init", "-q", "--ref-format=reftable", "."];
    if !clean("git", &probe.root).args(args).output().unwrap().status.success() {
        eprintln!("this git knows no reftable");
        return;
    }
    assert_eq!(Sandbox::with(&["--ref-format=reftable"]).repo().head(), Ok(None));
    for options in [&["--ref-format=reftable"][..], &["--ref-format=reftable", "--object-format=sha256"]] {
        let box_ = sample_with(options);
        let first = box_.hash("HEAD");
        let side = box_.commit("second");
        // Enough of them for several blocks, some of them gone again, in several tables.
        let many: String = (0..500).map(|n| format!("create refs/heads/many-{n} {first}\n")).collect();
        box_.write("many", &many).git(&["tag", "-a", "-m", "tag", "v1", &first]);
        succeed(clean("sh", &box_.root).args(["-c", "git update-ref --stdin <many"]));
        box_.git(&["branch", "-q", "-D", "many-300"]);
        box_.git(&["worktree", "add", "-q", "-b", "other", "linked", &first]);
        for packed in [false, true] {
            let repo = box_.repo();
            assert_eq!(words(&index(&repo)), CLEAN);
            assert_eq!(words(&commit(&repo, "HEAD")), CLEAN);
            assert_eq!(repo.head_id().unwrap().to_string(), side);
            assert_eq!(box_.repo_in("linked").head_id().unwrap().to_string(), first);
            for rev in
                ["many-0", "many-499", "heads/many-42", "v1", "HEAD~1", "@^", "other", "refs/heads/master~1"]
            {
                assert_eq!(repo.resolve(rev).unwrap().to_string(), first, "{rev} {packed}");
            }
            for rev in ["many-300", "many-500", "many"] {
                assert!(matches!(repo.resolve(rev), Err(Error::UnknownRevision { .. })), "{rev} {packed}");
            }
            assert_eq!(repo.merge_bases("v1", None).unwrap()[0].to_string(), first);
            box_.git(&["pack-refs", "--all"]);
        }
        let table = std::fs::read_dir(box_.root.join(".git/reftable")).unwrap();
        let table = table.map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some()).unwrap();
        std::fs::set_permissions(&table, std::fs::Permissions::from_mode(0o644)).unwrap();
        std::fs::write(table.with_file_name("tables.list"), "broken.ref\n").unwrap();
        std::fs::write(table.with_file_name("broken.ref"), "broken").unwrap();
        let repo = box_.repo();
        assert_eq!(words(&index(&repo)), CLEAN);
        assert!(repo.head().is_err());
        assert!(matches!(repo.merge_bases("HEAD", None), Err(Error::Head { .. })));
    }
}

#[test]
fn a_partial_clone_tells_what_is_missing() {
    let box_ = sample();
    box_.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", box_.root.display());
    box_.git(&["clone", "-q", "--filter=blob:none", "--no-checkout", &url, "blobless"]);
    let tree = commit(&box_.repo_in("blobless"), "HEAD");
    assert_eq!(
        words(&tree),
        [
            "docs/okeps/okep-1-a.md = (unavailable)",
            "docs/okeps/okep-2-b.md = (unavailable)",
            "mkdocs.yml = (unavailable)",
            "! missing-object docs/okeps/okep-1-a.md",
            "! missing-object docs/okeps/okep-2-b.md",
            "! missing-object mkdocs.yml",
        ]
    );
    assert!(tree.notices()[0].message.contains("partial clone"), "{:?}", tree.notices());
    box_.git(&["clone", "-q", "--filter=tree:0", "--no-checkout", &url, "treeless"]);
    let repo = box_.repo_in("treeless");
    let error = Tree::commit(&repo, repo.head_id().unwrap()).err().unwrap();
    assert!(matches!(error, Error::Commit { .. }), "{error}");
    box_.git_in("blobless", &["fetch", "-q", "--refetch", "--no-filter"]);
    assert_eq!(words(&commit(&box_.repo_in("blobless"), "HEAD")), CLEAN);
}

#[test]
fn broken_objects_are_reported() {
    let box_ = sample();
    let loose = |rev: &str| {
        let id = box_.hash(rev);
        let path = box_.root.join(".git/objects").join(&id[..2]).join(&id[2..]);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        path
    };
    std::fs::write(loose(&format!("HEAD:{A}")), "no zlib stream").unwrap();
    std::fs::remove_file(loose("HEAD:mkdocs.yml")).unwrap();
    let repo = box_.repo();
    for tree in [index(&repo), commit(&repo, "HEAD")] {
        let words = words(&tree);
        assert_eq!(words[1], CLEAN[1]);
        assert_eq!(words[3..], ["! corrupt-object docs/okeps/okep-1-a.md", "! missing-object mkdocs.yml"]);
        assert!(matches!(tree.file(A).unwrap().content, Content::Unavailable(_)));
    }
    std::fs::write(loose("HEAD:docs/okeps"), "").unwrap();
    let tree = commit(&box_.repo(), "HEAD");
    assert_eq!(
        words(&tree),
        ["mkdocs.yml = (unavailable)", "! corrupt-object docs/okeps", "! missing-object mkdocs.yml"]
    );
    std::fs::write(loose("HEAD^{tree}"), "").unwrap();
    let repo = box_.repo();
    let error = Tree::commit(&repo, repo.head_id().unwrap()).err().unwrap();
    assert!(matches!(error, Error::Commit { .. }));
}

#[test]
fn a_shallow_clone_says_why_it_knows_no_merge_base() {
    let box_ = sample();
    box_.git(&["checkout", "-q", "-b", "side"]);
    box_.commit("side");
    box_.git(&["checkout", "-q", "master"]);
    box_.commit("main");
    let url = format!("file://{}", box_.root.display());
    box_.git(&["clone", "-q", "--depth=1", "--no-single-branch", &url, "shallow"]);
    let repo = box_.repo_in("shallow");
    let error = repo.merge_bases("origin/side", None).unwrap_err();
    assert!(matches!(error, Error::ShallowMergeBase { .. }));
    assert!(error.to_string().contains("git fetch --unshallow"));
    box_.git_in("shallow", &["fetch", "-q", "--unshallow"]);
    assert!(box_.repo_in("shallow").merge_bases("origin/side", None).is_ok());
}

#[test]
fn the_repository_of_another_user_is_refused_as_by_git() {
    let box_ = sample();
    if std::os::unix::fs::chown(&box_.root, Some(12345), None).is_err() {
        eprintln!("only root can give a repository away");
        return;
    }
    std::os::unix::fs::chown(box_.root.join(".git"), Some(12345), None).unwrap();
    assert!(!clean("git", &box_.root).arg("status").output().unwrap().status.success());
    assert!(matches!(Repo::discover(Some(&box_.root)), Err(Error::Untrusted { .. })));
    let said = seen(&box_.root, "index", &[]);
    assert!(said[0].contains("git config --global --add safe.directory"), "{said:?}");
    let home = Sandbox::folder();
    home.write(".gitconfig", &format!("[safe]\n\tdirectory = {}\n", box_.root.display()));
    assert_eq!(seen(&box_.root, "index", &[("HOME", home.root.to_str().unwrap())]), CLEAN);
    // The environment may trust it, as `git -c` does.
    let by_environment = |folder: &str| {
        let counted = [
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "safe.directory"),
            ("GIT_CONFIG_VALUE_0", folder),
        ];
        let passed = format!("'user.name'='a' 'safe.directory'='{folder}'");
        [
            seen(&box_.root, "index", &counted),
            seen(&box_.root, "index", &[("GIT_CONFIG_PARAMETERS", &passed)]),
        ]
    };
    for folder in ["*", box_.root.to_str().unwrap()] {
        assert_eq!(by_environment(folder), [CLEAN, CLEAN], "{folder}");
    }
    assert_eq!(by_environment("/elsewhere"), [said.clone(), said]);
}
