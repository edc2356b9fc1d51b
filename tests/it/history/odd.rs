//! Repositories that are cut, broken, empty or odd: what cannot be known is told and never guessed.

use super::repo::{Repo, json, nav, notes, of_rule, okep, path, run};

fn exit(repo: &std::path::Path) -> Option<i32> {
    run(repo, &["history"]).status.code()
}

/// Two proposals, the second never registered, and some commits after.
fn faulty() -> Repo {
    let mut repo = Repo::started();
    repo.write(&path(2), &okep(2)).commit("Propose another");
    for n in 0..3 {
        repo.write("code.txt", &n.to_string()).commit("Work");
    }
    repo
}

#[test]
fn an_empty_repository_has_no_history() {
    let repo = Repo::new();
    let story = repo.history(&[]);
    assert_eq!(story["walk"]["commits"], 0);
    assert_eq!(notes(&story), ["no-commits"]);
    let printed = run(&repo.dir, &["history"]);
    assert_eq!(printed.status.code(), Some(0));
    assert_eq!(
        String::from_utf8_lossy(&printed.stdout),
        "note: there is no commit yet, so there is no history\n"
    );
    assert_eq!(notes(&repo.history(&["--all"])), ["no-commits"]);
}

#[test]
fn a_branch_without_commits_is_not_a_repository_without() {
    let repo = faulty();
    repo.git(&["switch", "-q", "--orphan", "new"]);
    let story = repo.history(&[]);
    assert!(story["notes"][0]["message"].to_string().contains("`--all`"), "{story:#}");
    assert_eq!(repo.history(&["--all"])["okeps"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_repository_that_never_held_an_okep_is_refused() {
    let mut repo = Repo::new();
    repo.write("code.txt", "1").commit("Begin");
    let output = run(&repo.dir, &["history"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("`docs/okeps` never held an OKEP"));
    let mut repo = faulty();
    repo.remove(&path(1)).remove(&path(2)).remove(super::repo::TEMPLATE_PATH).commit("Remove all");
    assert_eq!(exit(&repo.dir), Some(0), "what is gone has a history");
}

#[test]
fn references_that_were_not_read_are_named_where_they_alone_have_okeps() {
    let mut repo = Repo::new();
    repo.write("code.txt", "1").commit("Begin");
    repo.git(&["switch", "-qc", "topic"]);
    repo.write(&path(1), &okep(1)).commit("Propose");
    repo.git(&["switch", "-q", "main"]);
    repo.git(&["update-ref", "refs/pull/7/head", "topic"]);
    let refuses = |arguments: &[&str], part: &str| {
        let output = run(&repo.dir, &[&["history"], arguments].concat());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && stderr.contains(part), "{stderr}");
    };
    refuses(&[], "`refs/heads/topic` and 1 more have some: `okep history refs/heads/topic`");
    repo.git(&["branch", "-qD", "topic"]);
    refuses(&["--all"], "`refs/pull/7/head` has some: `okep history refs/pull/7/head`");
    assert_eq!(repo.history(&["refs/pull/7/head"])["okeps"].as_array().map(Vec::len), Some(1));
}

#[test]
fn other_ranges_are_refused_with_a_reason() {
    let repo = faulty();
    for range in ["^HEAD~1", "HEAD...HEAD~1"] {
        let output = run(&repo.dir, &["history", range]);
        assert_eq!(output.status.code(), Some(2), "{range}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("ranges"), "{range}");
    }
}

#[test]
fn a_reftable_is_read_like_loose_references() {
    let mut repo = Repo::new();
    std::fs::remove_dir_all(repo.dir.join(".git")).expect("it was just made");
    let made =
        repo.git_command(&repo.dir).args(["init", "-q", "-b", "main", "--ref-format=reftable"]).output();
    if !made.is_ok_and(|made| made.status.success()) {
        // Git before 2.45 knows no reftable.
        return;
    }
    repo.write(super::repo::TEMPLATE_PATH, super::repo::TEMPLATE).write(&path(1), &okep(1)).commit("Begin");
    repo.git(&["switch", "-qc", "topic"]);
    repo.write(&path(2), &okep(2)).commit("Propose on a branch");
    repo.git(&["tag", "-a", "-m", "release", "v1"]);
    repo.git(&["switch", "-q", "main"]);
    repo.git(&["update-ref", "refs/remotes/origin/other", "topic"]);
    repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/other"]);
    repo.git(&["branch", "-qD", "topic"]);
    for _ in 0..2 {
        let story = repo.history(&["--all"]);
        assert_eq!(story["walk"]["commits"], 2, "{story:#}");
        assert_eq!(story["walk"]["tips"].as_array().map(Vec::len), Some(2));
        assert!(!notes(&story).contains(&"unreadable-ref".to_owned()));
        repo.git(&["pack-refs", "--all"]);
    }
    repo.git(&["tag", "-d", "v1"]);
    repo.git(&["update-ref", "-d", "refs/remotes/origin/other"]);
    let story = repo.history(&["--all"]);
    assert_eq!(story["walk"]["commits"], 1, "what was deleted is not read");
}

#[test]
fn references_to_nothing_are_one_note() {
    let repo = faulty();
    let lost: String = (1..=300).map(|n| format!("{n:040x} refs/heads/b{n:03}\n")).collect();
    let head = repo.head();
    let packed = format!("# pack-refs with: peeled fully-peeled sorted \n{lost}{head} refs/heads/main\n");
    std::fs::write(repo.dir.join(".git/packed-refs"), packed).expect("it can be written");
    let story = repo.history(&["--all"]);
    let told: Vec<&str> = story["notes"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|n| n["kind"] == "unreadable-ref")
        .filter_map(|n| n["message"].as_str())
        .collect();
    assert_eq!(told.len(), 1, "{story:#}");
    assert!(told[0].starts_with("`b001` and 299 more are left out"), "{told:?}");
    assert!(!told[0].contains(['{', '(']), "{told:?}");
}

#[test]
fn no_repository_and_no_such_revision_are_refused() {
    let repo = Repo::new();
    assert_eq!(exit(repo.dir.parent().expect("it stands in a folder")), Some(2));
    assert_eq!(run(&repo.dir, &["history", "no-such-branch"]).status.code(), Some(2));
}

#[test]
fn nothing_is_introduced_at_the_edge_of_a_shallow_clone() {
    let repo = faulty();
    let shallow = repo.beside("shallow");
    let from = format!("file://{}", repo.dir.display());
    repo.git(&["clone", "-q", "--depth", "2", &from, &shallow.to_string_lossy()]);
    let story = json(&shallow, &[]);
    assert_eq!((&story["walk"]["shallow"], &story["walk"]["commits"]), (&true.into(), &2.into()));
    let found = of_rule(&story, "not-in-nav");
    assert_eq!(found.len(), 1);
    assert!(found[0]["introduced"].is_null() && found[0]["age_days"].is_null());
    assert!(story["okeps"][0]["landed"].is_null() && story["okeps"][0]["written"].is_null());
    assert!(notes(&story).contains(&"shallow".to_owned()));
    assert_eq!(exit(&shallow), Some(0));
}

#[test]
fn what_a_partial_clone_lacks_is_counted_and_not_deleted() {
    let mut repo = faulty();
    repo.write(&path(2), &okep(2).replace("\n\nTo solve it.", "")).commit("Empty a section");
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let partial = repo.beside("partial");
    let from = format!("file://{}", repo.dir.display());
    repo.git(&["clone", "-q", "--filter=blob:none", &from, &partial.to_string_lossy()]);
    let story = json(&partial, &[]);
    assert!(story["walk"]["missing_objects"].as_u64() > Some(0), "{story:#}");
    assert!(!notes(&story).contains(&"deleted".to_owned()));
    assert!(notes(&story).contains(&"missing-object".to_owned()));
    let found = of_rule(&story, "empty-section");
    assert_eq!(found.len(), 1);
    assert!(found[0]["introduced"].is_null(), "who brought it cannot be known: {found:#?}");
    assert_eq!(exit(&partial), Some(0));
}

#[test]
fn a_corrupt_object_is_named_and_the_rest_still_reported() {
    let repo = faulty();
    let blob = repo.git(&["rev-parse", &format!("HEAD:{}", path(2))]);
    let object = repo.dir.join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    // Git writes objects that nobody may write.
    std::fs::remove_file(&object).expect("loose objects are files");
    std::fs::write(&object, b"no zlib at all").expect("the folder can be written");
    let output = run(&repo.dir, &["history", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let story: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the rest is told");
    assert!(story.to_string().contains(&blob));
    assert_eq!(story["okeps"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_corrupt_commit_ends_the_line_and_is_named() {
    let repo = faulty();
    let commit = repo.git(&["rev-parse", "HEAD~2"]);
    let object = repo.dir.join(".git/objects").join(&commit[..2]).join(&commit[2..]);
    std::fs::remove_file(&object).expect("loose objects are files");
    std::fs::write(&object, b"no zlib at all").expect("the folder can be written");
    let output = run(&repo.dir, &["history", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let story: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the rest is told");
    assert!(story["notes"].to_string().contains(&commit));
    assert!(of_rule(&story, "not-in-nav")[0]["introduced"].is_null());
    std::fs::remove_file(&object).expect("it was just written");
    let story = repo.history(&[]);
    assert_eq!(story["walk"]["missing_objects"], 1);
    assert_eq!(exit(&repo.dir), Some(2), "nothing may be missing from a full clone");
}

#[test]
fn dates_and_names_in_no_known_form_are_reported() {
    let repo = faulty();
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    let parent = repo.head();
    let mut text = format!("tree {tree}\nparent {parent}\n").into_bytes();
    text.extend(b"author J\xf6rg <j@example.org> 1735689600 +0000\ncommitter x <x> never\n");
    text.extend(b"encoding ISO-8859-1\n\n\xdcber\n");
    std::fs::write(repo.beside("commit"), text).expect("the folder can be written");
    let file = repo.beside("commit").to_string_lossy().into_owned();
    let id = repo.git(&["hash-object", "-t", "commit", "--literally", "-w", &file]);
    repo.git(&["update-ref", "refs/heads/main", &id]);
    let story = repo.history(&[]);
    assert!(notes(&story).contains(&"bad-date".to_owned()), "{story:#}");
    assert_eq!(exit(&repo.dir), Some(0));
}

#[test]
fn octopus_and_criss_cross_merges_and_unrelated_roots_are_walked() {
    let mut repo = faulty();
    for (branch, number) in [("a", 11), ("b", 12), ("c", 13)] {
        repo.git(&["switch", "-q", "-C", branch, "main"]);
        repo.write(&path(number), &okep(number)).commit("Propose");
    }
    repo.git(&["switch", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "Merge three", "a", "b", "c"]);
    let octopus = repo.head();
    repo.git(&["switch", "-q", "--orphan", "other"]);
    repo.write("docs/okeps/okep-14-proposal.md", &okep(14)).commit("Begin elsewhere");
    repo.git(&["switch", "-q", "main"]);
    repo.git(&["merge", "-q", "--allow-unrelated-histories", "-m", "Join", "other"]);
    // Each of two branches merges the other as it was.
    repo.git(&["branch", "-q", "left"]);
    repo.git(&["switch", "-qc", "right"]);
    let right = repo.write("right.txt", "right").commit("Right");
    repo.git(&["switch", "-q", "left"]);
    let left = repo.write("left.txt", "left").commit("Left");
    repo.git(&["merge", "-q", "-m", "Left takes right", &right]);
    repo.git(&["switch", "-q", "right"]);
    repo.git(&["merge", "-q", "-m", "Right takes left", &left]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "Both", "left"]);
    let story = repo.history(&["--all"]);
    assert_eq!(story["okeps"].as_array().map(Vec::len), Some(6));
    let landed = |number: u64| {
        let okeps = story["okeps"].as_array().expect("a list");
        okeps.iter().find(|o| o["number"] == number).expect("it landed")["landed"]["commit"].clone()
    };
    assert_eq!((landed(12), landed(13)), (octopus.clone().into(), octopus.into()));
    let count: u64 = repo.git(&["rev-list", "--count", "--all"]).parse().expect("a number");
    assert_eq!(story["walk"]["commits"], count);
}

#[test]
fn a_tag_of_a_blob_and_a_broken_reference_are_reported_and_left_out() {
    let repo = faulty();
    repo.git(&["tag", "blob", &format!("HEAD:{}", path(1))]);
    repo.git(&["tag", "-a", "-m", "release", "v1", "HEAD~1"]);
    std::fs::write(repo.dir.join(".git/refs/heads/broken"), "ref: refs/heads/nowhere\n")
        .expect("it can be written");
    let story = repo.history(&["--all"]);
    assert!(notes(&story).contains(&"no-commit".to_owned()), "{story:#}");
    assert!(notes(&story).contains(&"unreadable-ref".to_owned()));
    assert_eq!(story["walk"]["tips"].as_array().map(Vec::len), Some(2));
    assert_eq!(exit(&repo.dir), Some(0));
}

#[test]
fn replaced_commits_are_walked_as_git_walks_them_and_grafts_are_reported() {
    let mut repo = faulty();
    let other = repo.git(&["commit-tree", "-m", "Replaced", "HEAD^{tree}"]);
    repo.git(&["commit-graph", "write", "--reachable"]);
    repo.git(&["replace", "HEAD~1", &other]);
    let count: u64 = repo.git(&["rev-list", "--count", "HEAD"]).parse().expect("a number");
    assert_eq!((repo.history(&[])["walk"]["commits"].as_u64(), count), (Some(2), 2));
    std::fs::create_dir_all(repo.dir.join(".git/info")).expect("it can be made");
    std::fs::write(repo.dir.join(".git/info/grafts"), format!("{}\n", repo.head()))
        .expect("it can be written");
    assert!(notes(&repo.history(&[])).contains(&"grafts".to_owned()));
    repo.commit("After");
}

#[test]
fn a_register_that_inherits_is_followed() {
    let mut repo = Repo::started();
    repo.write("mkdocs.yml", "INHERIT: base.yml\nsite_name: Test\n")
        .write("base.yml", &nav(&[]))
        .commit("Split");
    let fixed = repo.write("base.yml", &nav(&[path(1)])).commit("Register in the base");
    let found = repo.history(&[]);
    let found = of_rule(&found, "not-in-nav");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["fixed"]["written"], fixed);
}

#[test]
fn many_references_are_walked_once() {
    let repo = faulty();
    let head = repo.head();
    let refs: String = (0..3000).map(|n| format!("create refs/tags/t{n} {head}\n")).collect();
    let mut update = repo.git_command(&repo.dir);
    let mut update = update
        .args(["update-ref", "--stdin"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .expect("git can be run");
    std::io::Write::write_all(&mut update.stdin.take().expect("it was just piped"), refs.as_bytes())
        .expect("git reads it all");
    assert!(update.wait().expect("git ends").success());
    repo.git(&["pack-refs", "--all"]);
    let story = repo.history(&["--all"]);
    assert_eq!(story["walk"]["tips"].as_array().map(Vec::len), Some(1));
}

#[test]
fn names_are_read_in_the_encoding_of_their_commit() {
    let repo = faulty();
    let (tree, parent) = (repo.git(&["rev-parse", "HEAD^{tree}"]), repo.head());
    repo.git(&["rm", "-q", "--cached", &path(2)]);
    let without = repo.git(&["write-tree"]);
    let commit = |tree: &str, parent: &str| {
        let mut text = format!("tree {tree}\nparent {parent}\n").into_bytes();
        text.extend(b"author J\xf6rg <j@example.org> 1737000000 +0000\n");
        text.extend(b"committer J\xf6rg <j@example.org> 1737000000 +0000\nencoding ISO-8859-1\n\n\xdcber\n");
        std::fs::write(repo.beside("commit"), text).expect("the folder can be written");
        let file = repo.beside("commit").to_string_lossy().into_owned();
        repo.git(&["hash-object", "-t", "commit", "-w", &file])
    };
    let removed = commit(&without, &parent);
    let back = commit(&tree, &removed);
    repo.git(&["update-ref", "refs/heads/main", &back]);
    let story = repo.history(&[]);
    let found = of_rule(&story, "not-in-nav");
    assert_eq!(found.len(), 2, "{story:#}");
    assert_eq!(
        (&found[0]["fixed"]["author"], &found[1]["introduced"]["author"]),
        (&"Jörg".into(), &"Jörg".into())
    );
}
