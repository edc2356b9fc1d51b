//! The three readers on good and bad repositories; the real git is the witness.
use super::sandbox::*;
use okep::audit::check::configuration;
use okep::audit::scope::inputs;
use okep::files::{Content, Layout, MAX_FILE_BYTES, PathKind, Tree};
use okep::git::{Error, Repo};
use std::os::unix::fs::{PermissionsExt, symlink};

const A: &str = "docs/okeps/okep-1-a.md";

fn sample() -> Sandbox {
    let box_ = Sandbox::new();
    box_.write(A, "one\n").write("mkdocs.yml", "nav: []\n").write("docs/index.md", "no\n");
    box_.write("docs/okeps/okep-2-b/okep-2-b.MD", "two\n").write("docs/okeps/okep-2-b/image.png", "png");
    box_.commit("first");
    box_
}

#[test]
fn the_three_readers_agree_on_a_clean_repository() {
    let box_ = sample();
    let repo = box_.repo();
    let expected =
        ["docs/okeps/okep-1-a.md = one", "docs/okeps/okep-2-b/okep-2-b.MD = two", "mkdocs.yml = nav: []"];
    assert_eq!(words(&index(&repo)), expected);
    assert_eq!(words(&worktree(&repo)), expected);
    assert_eq!(words(&commit(&repo, "HEAD")), expected);
    for tree in [worktree(&repo), index(&repo), commit(&repo, "HEAD")] {
        assert_eq!(tree.id(A).map(|id| id.to_string()), Some(box_.hash(&format!("HEAD:{A}"))));
    }
    assert_eq!(repo.root(), Some(box_.root.as_path()));
    let layout = Layout::default();
    let ids = inputs(&index(&repo), &layout);
    assert!(ids.values().all(Option::is_some));
    assert_eq!(ids, inputs(&commit(&repo, "HEAD"), &layout));
    assert_eq!(ids.into_keys().collect::<Vec<_>>(), [A, "docs/okeps/okep-2-b/okep-2-b.MD", "mkdocs.yml"]);
}

#[test]
fn each_reader_sees_its_own_state() {
    let box_ = sample();
    box_.write(A, "staged\n").git(&["add", A]);
    box_.write(A, "on disk\r\n").write("docs/okeps/new.md", "untracked\n");
    std::fs::remove_file(box_.root.join("mkdocs.yml")).unwrap();
    let repo = box_.repo();
    assert_eq!(words(&commit(&repo, "HEAD"))[0], "docs/okeps/okep-1-a.md = one");
    assert_eq!(words(&index(&repo))[0], "docs/okeps/okep-1-a.md = staged");
    let tree = worktree(&repo);
    assert_eq!(&tree.bytes(A).unwrap()[..], b"on disk\r\n");
    let id = tree.id(A).map(|id| id.to_string());
    assert_eq!(id, Some(box_.git(&["hash-object", A]).trim().to_owned()));
    assert_eq!(words(&tree)[0], "docs/okeps/new.md = untracked");
    assert!(!tree.contains("mkdocs.yml"));
}

#[test]
fn ignored_files_count_only_where_tracked() {
    let box_ = sample();
    box_.write("docs/okeps/.gitignore", "draft-*\nbuild/\n");
    box_.write("docs/okeps/draft-tracked.md", "t").git(&["add", "-f", "docs/okeps/draft-tracked.md"]);
    box_.write("docs/okeps/build/tracked.md", "t").git(&["add", "-f", "docs/okeps/build/tracked.md"]);
    box_.write("docs/okeps/draft-x.md", "i").write("docs/okeps/build/x.md", "i");
    box_.write("docs/okeps/okep-2-b/draft-y.md", "i").write(".git/info/exclude", "okep-9-*\n");
    box_.write("docs/okeps/okep-9-a.md", "i").write("docs/okeps/kept.md", "k");
    let ours: Vec<String> =
        paths(&worktree(&box_.repo())).into_iter().filter(|p| p.ends_with(".md")).collect();
    let args =
        ["ls-files", "--cached", "--others", "--exclude-standard", "docs/okeps/**.md", "docs/okeps/*.md"];
    let theirs: std::collections::BTreeSet<String> = box_.git(&args).lines().map(str::to_owned).collect();
    assert_eq!(ours, theirs.into_iter().collect::<Vec<_>>());
}

#[test]
fn no_repository_is_none_and_a_plain_folder_is_still_read() {
    let box_ = Sandbox::folder();
    box_.write(A, "one\n").write("mkdocs.yaml", "y");
    assert!(Repo::discover(Some(&box_.root)).unwrap().is_none());
    assert_eq!(seen(&box_.root, "index", &[]), ["no repository"]);
    let tree = Tree::folder(&box_.root).unwrap();
    assert_eq!(words(&tree), ["docs/okeps/okep-1-a.md = one", "mkdocs.yaml = y"]);
    let nowhere = box_.root.join("nowhere");
    assert!(matches!(Repo::discover(Some(&nowhere)), Err(Error::Folder { .. })));
    assert!(matches!(Tree::folder(&nowhere), Err(Error::Folder { .. })));
}

#[test]
fn a_bare_repository_has_commits_only() {
    let box_ = sample();
    box_.git(&["clone", "-q", "--bare", ".", "bare.git"]);
    let repo = box_.repo_in("bare.git");
    assert_eq!(repo.root(), None);
    assert_eq!(words(&commit(&repo, "master"))[0], "docs/okeps/okep-1-a.md = one");
    assert!(matches!(Tree::worktree(&repo), Err(Error::Bare { .. })));
    assert_eq!(words(&index(&repo)), [""; 0]);
}

#[test]
fn no_proposal_folder_is_an_empty_tree() {
    let box_ = Sandbox::new();
    box_.write("mkdocs.yml", "x").commit("first");
    let repo = box_.repo();
    for tree in [worktree(&repo), index(&repo), commit(&repo, "HEAD")] {
        assert_eq!(words(&tree), ["mkdocs.yml = x"]);
    }
}

#[test]
fn another_layout_reads_another_folder() {
    let box_ = Sandbox::new();
    box_.write("site/okeps/okep-1-a.md", "s").write("mkdocs.yml", "x").commit("first");
    let layout = Layout { folder: "site/okeps".into(), ..Layout::default() };
    assert_eq!(words_of(&index(&box_.repo()), &layout), ["mkdocs.yml = x", "site/okeps/okep-1-a.md = s"]);
}

#[test]
fn an_unborn_branch_has_an_index_and_no_head() {
    let box_ = Sandbox::new();
    let repo = box_.repo();
    assert_eq!((repo.head(), words(&index(&repo))), (Ok(None), vec![]));
    box_.write(A, "one\n").git(&["add", A]);
    let repo = box_.repo();
    assert_eq!(repo.head(), Ok(None));
    assert_eq!(words(&index(&repo)), ["docs/okeps/okep-1-a.md = one"]);
    assert!(matches!(repo.merge_bases("master", None), Err(Error::Unborn { .. })));
    assert!(matches!(repo.resolve("HEAD"), Err(Error::UnknownRevision { .. })));
}

#[test]
fn empty_large_and_unreadable_files_differ() {
    let box_ = sample();
    let large = "docs/okeps/large.md";
    box_.write("docs/okeps/empty.md", "").write(large, "");
    std::fs::File::options()
        .write(true)
        .open(box_.root.join(large))
        .unwrap()
        .set_len(MAX_FILE_BYTES + 1)
        .unwrap();
    box_.commit("large");
    let repo = box_.repo();
    for tree in [worktree(&repo), index(&repo), commit(&repo, "HEAD")] {
        assert_eq!(tree.bytes("docs/okeps/empty.md").map(|bytes| bytes.len()), Some(0));
        assert_eq!(tree.file(large).unwrap().content, Content::TooLarge(MAX_FILE_BYTES + 1));
        assert_eq!(words(&tree).last().unwrap(), &format!("! too-large {large}"));
    }
    let path = box_.root.join(A);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&path).is_err() {
        let tree = worktree(&repo);
        assert!(words(&tree).contains(&format!("{A} = (unavailable)")));
        assert!(words(&tree).contains(&format!("! unreadable {A}")));
    }
}

#[test]
fn links_are_reported_and_never_followed() {
    let box_ = sample();
    box_.write("outside/okep-7-x.md", "x");
    symlink("okep-1-a.md", box_.root.join("docs/okeps/okep-3-link.md")).unwrap();
    symlink("../../outside", box_.root.join("docs/okeps/linked")).unwrap();
    symlink("nowhere", box_.root.join("docs/okeps/dangling.md")).unwrap();
    box_.commit("links");
    let repo = box_.repo();
    for tree in [worktree(&repo), index(&repo), commit(&repo, "HEAD")] {
        assert_eq!(
            words(&tree),
            [
                "docs/okeps/dangling.md = (symlink)",
                "docs/okeps/okep-1-a.md = one",
                "docs/okeps/okep-2-b/okep-2-b.MD = two",
                "docs/okeps/okep-3-link.md = (symlink)",
                "mkdocs.yml = nav: []",
                "! symlink docs/okeps/dangling.md",
                "! symlink docs/okeps/linked",
                "! symlink docs/okeps/okep-3-link.md",
            ]
        );
    }
}

#[test]
fn a_link_is_one_where_the_checkout_has_a_plain_file_in_its_place() {
    let box_ = sample();
    symlink("okep-1-a.md", box_.root.join("docs/okeps/okep-3-link.md")).unwrap();
    box_.commit("a link");
    let as_staged = words(&index(&box_.repo()));
    std::fs::remove_file(box_.root.join("docs/okeps/okep-3-link.md")).unwrap();
    box_.write("docs/okeps/okep-3-link.md", "okep-1-a.md");
    assert_ne!(words(&worktree(&box_.repo())), as_staged);
    box_.git(&["config", "core.symlinks", "false"]);
    assert_eq!(words(&worktree(&box_.repo())), as_staged);
    let tree = worktree(&box_.repo());
    assert!(tree.is_symlink("docs/okeps/okep-3-link.md") && !tree.is_symlink("docs/okeps/okep-1-a.md"));
}

#[test]
fn a_linked_proposal_folder_or_register_is_reported() {
    let box_ = Sandbox::new();
    box_.write("elsewhere/okeps/okep-1-a.md", "x").write("real.yml", "x");
    symlink("elsewhere", box_.root.join("docs")).unwrap();
    symlink("real.yml", box_.root.join("mkdocs.yml")).unwrap();
    box_.commit("links");
    let repo = box_.repo();
    for tree in [worktree(&repo), index(&repo), commit(&repo, "HEAD")] {
        assert_eq!(words(&tree), ["mkdocs.yml = (symlink)", "! symlink docs", "! symlink mkdocs.yml"]);
    }
}

#[test]
fn submodules_are_reported_and_not_read() {
    let box_ = sample();
    let other = sample();
    let url = other.root.to_str().unwrap();
    box_.git(&["submodule", "--quiet", "add", url, "docs/okeps/sub"]);
    box_.commit("submodule");
    let repo = box_.repo();
    for tree in [worktree(&repo), index(&repo), commit(&repo, "HEAD")] {
        assert_eq!(words(&tree)[3..], ["! submodule docs/okeps/sub"]);
    }
}

#[test]
fn what_is_elsewhere_is_unknown() {
    let box_ = sample();
    let other = sample();
    box_.git(&["submodule", "--quiet", "add", other.root.to_str().unwrap(), "sub"]);
    std::fs::create_dir(box_.root.join("real")).unwrap();
    box_.write("real/x.md", "x");
    symlink("real", box_.root.join("linked")).unwrap();
    symlink("nowhere", box_.root.join("dangling")).unwrap();
    box_.commit("elsewhere");
    box_.git(&["submodule", "--quiet", "deinit", "-f", "sub"]);
    let repo = box_.repo();
    for tree in [worktree(&repo), index(&repo), commit(&repo, "HEAD")] {
        assert_eq!(tree.kind("sub/docs/index.md"), PathKind::Unknown);
        assert_eq!(tree.kind("dangling/x.md"), PathKind::Unknown);
        assert_eq!(tree.kind("linked/gone.md"), PathKind::Unknown);
        assert_eq!(tree.kind("docs/gone.md"), PathKind::Nothing);
    }
    assert_eq!(worktree(&repo).kind("linked/x.md"), PathKind::File);
}

#[test]
fn pointers_of_git_lfs_are_no_text() {
    let box_ = sample();
    let pointer =
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n", "4d".repeat(32));
    box_.write("docs/okeps/okep-3-c.md", &pointer).commit("pointer");
    let repo = box_.repo();
    for tree in [worktree(&repo), index(&repo), commit(&repo, "HEAD"), Tree::folder(&box_.root).unwrap()] {
        let words = words(&tree);
        assert_eq!(
            (words[2].as_str(), words[4].as_str()),
            ("docs/okeps/okep-3-c.md = (pointer)", "! lfs-pointer docs/okeps/okep-3-c.md")
        );
    }
}

#[test]
fn a_submodule_around_the_proposal_folder_is_reported() {
    let box_ = Sandbox::new();
    let other = Sandbox::new();
    other.write("okeps/okep-1-a.md", "a").commit("other");
    box_.git(&["submodule", "--quiet", "add", other.root.to_str().unwrap(), "docs"]);
    box_.commit("submodule");
    let repo = box_.repo();
    for tree in [worktree(&repo), index(&repo), commit(&repo, "HEAD")] {
        assert_eq!(words(&tree), ["! submodule docs"]);
    }
}

#[test]
fn a_path_that_is_not_utf8_is_reported() {
    use std::os::unix::ffi::OsStrExt;
    let box_ = sample();
    let name = std::ffi::OsStr::from_bytes(b"docs/okeps/okep-8-\xff.md");
    std::fs::write(box_.root.join(name), "x").unwrap();
    box_.commit("bytes");
    let repo = box_.repo();
    for tree in [worktree(&repo), index(&repo), commit(&repo, "HEAD")] {
        let words = words(&tree);
        assert_eq!(words[2], "docs/okeps/okep-8-\u{fffd}.md = x");
        assert_eq!(words[4..], ["! path-not-utf8 docs/okeps/okep-8-\u{fffd}.md"]);
    }
}

#[test]
fn what_is_only_announced_is_not_staged() {
    let box_ = sample();
    box_.write("docs/okeps/okep-5-new.md", "new").git(&["add", "-N", "docs/okeps/okep-5-new.md"]);
    let repo = box_.repo();
    assert_eq!(
        words(&index(&repo))[2..],
        ["mkdocs.yml = nav: []", "! intent-to-add docs/okeps/okep-5-new.md"]
    );
    assert_eq!(words(&worktree(&repo))[2], "docs/okeps/okep-5-new.md = new");
}

#[test]
fn a_conflict_cannot_be_checked_from_the_index() {
    let box_ = sample();
    box_.git(&["checkout", "-q", "-b", "side"]);
    box_.write(A, "side\n").commit("side");
    let side = box_.hash("HEAD");
    box_.git(&["checkout", "-q", "master"]);
    box_.write(A, "main\n").commit("main");
    assert!(!clean("git", &box_.root).args(["merge", "-q", "side"]).output().unwrap().status.success());
    let repo = box_.repo();
    let tree = index(&repo);
    assert!(matches!(tree.file(A).unwrap().content, Content::Unavailable(_)));
    assert_eq!(tree.conflicts(), [A]);
    let error = configuration(&tree).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`docs/okeps/okep-1-a.md` is in conflict in the index; resolve it, then `git add` and try again"
    );
    assert!(words(&worktree(&repo)).contains(&format!("! conflict {A}")));
    assert_eq!(repo.merge_heads().iter().map(ToString::to_string).collect::<Vec<_>>(), [side]);
    box_.write(A, "both\n").git(&["add", A]);
    assert_eq!(words(&index(&box_.repo()))[0], "docs/okeps/okep-1-a.md = both");

    let id = box_.hash("HEAD:mkdocs.yml");
    let sides: String = (1..=3).map(|side| format!("100644 {id} {side}\tmkdocs.yml\n")).collect();
    box_.write(".git/sides", &format!("0 {} 0\tmkdocs.yml\n{sides}", "0".repeat(40)));
    succeed(clean("sh", &box_.root).args(["-c", "git update-index --index-info <.git/sides"]));
    let tree = index(&box_.repo());
    assert!(configuration(&tree).is_err());
    assert_eq!(tree.conflicts(), ["mkdocs.yml"]);
}

#[test]
fn a_sparse_checkout_and_index_lose_nothing() {
    let box_ = sample();
    box_.write("src/main.rs", "x").commit("src");
    let all = words(&index(&box_.repo()));
    for sparse_index in ["--no-sparse-index", "--sparse-index"] {
        box_.git(&["sparse-checkout", "set", "--cone", sparse_index, "src"]);
        let repo = box_.repo();
        assert!(!box_.root.join("docs").exists());
        assert_eq!(words(&index(&repo)), all, "{sparse_index}");
        let tree = worktree(&repo);
        assert_eq!(words(&tree), [all.clone(), vec!["! sparse-checkout".into()]].concat(), "{sparse_index}");
    }
    box_.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "docs/okeps/okep-2-b"]);
    assert!(box_.git(&["ls-files", "--sparse"]).contains("src/\n"));
    assert_eq!(words(&index(&box_.repo())), all);
    box_.git(&["sparse-checkout", "set", "--no-cone", "/src/"]);
    assert!(!box_.root.join("mkdocs.yml").exists());
    assert_eq!(words(&worktree(&box_.repo())), [all, vec!["! sparse-checkout".into()]].concat());
}

#[test]
fn registers_are_followed_to_what_they_inherit_from() {
    let box_ = sample();
    box_.write("mkdocs.yml", "INHERIT: base/a.yml")
        .write("base/a.yml", "INHERIT: ../base/../b.yml")
        .write("b.yml", "INHERIT: base/a.yml");
    box_.commit("inherit");
    let repo = box_.repo();
    let trees = [worktree(&repo), index(&repo), commit(&repo, "HEAD"), Tree::folder(&box_.root).unwrap()];
    for tree in trees {
        let yml: Vec<_> = paths(&tree).into_iter().filter(|path| path.ends_with(".yml")).collect();
        assert_eq!(yml, ["b.yml", "base/a.yml", "mkdocs.yml"]);
        assert_eq!(tree.notices(), []);
    }
    for at in 0..20 {
        box_.write(&format!("chain/{at}.yml"), &format!("INHERIT: {}.yml", at + 1));
    }
    box_.write("mkdocs.yml", "INHERIT: chain/0.yml").commit("chain");
    let tree = index(&box_.repo());
    assert_eq!(paths(&tree).iter().filter(|path| path.ends_with(".yml")).count(), 21);
}

#[test]
fn revisions_are_what_git_takes_them_for() {
    let box_ = sample();
    let first = box_.hash("HEAD");
    box_.git(&["tag", "-a", "-m", "annotated", "v1"]);
    box_.git(&["branch", "side"]);
    let second = box_.commit("second");
    let repo = box_.repo();
    for rev in ["v1", "HEAD^", "HEAD~1", "side", "refs/heads/side", &first[..8], &first, "master^{commit}~1"]
    {
        assert_eq!(repo.resolve(rev).unwrap().to_string(), first, "{rev}");
    }
    assert_eq!(repo.head(), Ok(Some(repo.resolve(&second).unwrap())));
    for rev in ["nothing", "", "HEAD~9", "v1..HEAD", "HEAD:mkdocs.yml", "HEAD^{tree}", "-x", &"0".repeat(40)]
    {
        assert!(matches!(repo.resolve(rev), Err(Error::UnknownRevision { .. })), "{rev}");
    }
    box_.git(&["pack-refs", "--all"]);
    box_.git(&["gc", "-q"]);
    assert_eq!(box_.repo().resolve("side").unwrap().to_string(), first);
}

#[test]
fn the_merge_base_is_that_of_git() {
    let box_ = sample();
    box_.git(&["checkout", "-q", "-b", "side"]);
    box_.commit("side");
    box_.git(&["checkout", "-q", "master"]);
    box_.commit("main");
    let base = box_.repo().merge_bases("side", None).unwrap()[0].to_string();
    assert_eq!(base, box_.git(&["merge-base", "side", "HEAD"]).trim());
    box_.git(&["checkout", "-q", "--orphan", "other"]);
    box_.commit("unrelated");
    let repo = box_.repo();
    assert!(matches!(repo.merge_bases("side", None), Err(Error::NoMergeBase { .. })));
    assert!(matches!(repo.merge_bases("nothing", None), Err(Error::UnknownRevision { .. })));
}
