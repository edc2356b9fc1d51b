//! When files landed and which template stood then; the real git makes the histories.

use super::sandbox::*;
use okep::files::Layout;
use okep::git::{Id, MainLine, Repo};
use okep::okep::landings::template_history;
use okep::okep::template_history::TemplateHistory;
use std::collections::BTreeMap;

const T: &str = "docs/okeps/okep-4368-template.md";

fn history_of(box_: &Sandbox, folder: &str) -> TemplateHistory {
    let repo = box_.repo_in(folder);
    let head = repo.head_id().expect("there is a commit");
    history_at(&repo, head)
}

/// What the line of one commit says of that commit.
fn history_at(repo: &Repo, commit: Id) -> TemplateHistory {
    let line = MainLine { tip: commit, branch: None };
    template_history(repo, &line, &[commit], &Layout::default(), &BTreeMap::new())
}

/// `path day template` of each landing, `?` for what is not known, then `day path` of each template.
fn told(history: &TemplateHistory) -> Vec<String> {
    let landed = history.landed.iter().map(|(path, okep)| {
        let landing = &history.landings[okep.okep];
        let date = landing.revision.as_ref().map_or("?", |revision| &revision.date);
        let template = landing.under.template.map_or("-".into(), |at| at.to_string());
        let doubt = if landing.under.is_known { "" } else { "?" };
        format!("{} {date} {template}{doubt}", path.trim_start_matches("docs/okeps/"))
    });
    let templates = history.templates.iter().map(|template| {
        format!("template {} {}", template.revision.date, template.template.document.text.as_str())
    });
    landed.chain(templates).collect()
}

#[test]
fn a_file_lands_with_the_merge_that_adds_it() {
    let box_ = Sandbox::new();
    box_.write("README.md", "r").commit_on("root", "2024-01-01T00:00:00 +0000");
    box_.git(&["checkout", "-q", "-b", "side"]);
    box_.write("docs/okeps/okep-1-a.md", "a").commit_on("side", "2024-02-01T00:00:00 +0000");
    box_.git(&["checkout", "-q", "master"]);
    box_.write(T, "t1").commit_on("template", "2024-03-01T00:00:00 +0000");
    let merge = ["merge", "-q", "--no-ff", "-m", "merge", "side"];
    succeed(clean("git", &box_.root).env("GIT_COMMITTER_DATE", "2024-04-01T00:00:00 +0000").args(merge));
    let merged = box_.hash("HEAD");
    box_.write(T, "t2").commit_on("template", "2024-05-01T00:00:00 +0000");
    let history = history_of(&box_, ".");
    assert_eq!(
        told(&history),
        [
            "okep-1-a.md 2024-04-01 0",
            "okep-4368-template.md 2024-03-01 0",
            "template 2024-03-01 t1",
            "template 2024-05-01 t2",
        ]
    );
    let landing = &history.landings[history.landed["docs/okeps/okep-1-a.md"].okep];
    assert_eq!(landing.revision.as_ref().map(|r| &r.commit), Some(&merged));
    assert_eq!(history.notes, []);
}

#[test]
fn moves_and_returns_keep_the_landing() {
    let box_ = Sandbox::new();
    box_.write("docs/okeps/okep-1-a.md", "a").write("docs/okeps/okep-2-b.md", "b");
    box_.commit_on("both", "2024-01-01T00:00:00 +0000");
    std::fs::create_dir_all(box_.root.join("docs/okeps/okep-1-a")).unwrap();
    box_.git(&["mv", "docs/okeps/okep-1-a.md", "docs/okeps/okep-1-a/okep-1-new.md"]);
    box_.git(&["rm", "-q", "docs/okeps/okep-2-b.md"]);
    box_.commit_on("move", "2024-02-01T00:00:00 +0000");
    box_.write(T, "t").commit_on("template", "2024-03-01T00:00:00 +0000");
    box_.write("docs/okeps/okep-2-b.md", "rewritten").commit_on("back", "2024-04-01T00:00:00 +0000");
    assert_eq!(
        told(&history_of(&box_, ".")),
        [
            "okep-1-a/okep-1-new.md 2024-01-01 -",
            "okep-2-b.md 2024-01-01 -",
            "okep-4368-template.md 2024-03-01 0",
            "template 2024-03-01 t",
        ]
    );
}

#[test]
fn a_template_that_changes_back_is_a_new_revision() {
    let box_ = Sandbox::new();
    for (text, date) in [("x", "2024-01-01"), ("y", "2024-02-01"), ("x", "2024-03-01")] {
        box_.write(T, text).commit_on(text, &format!("{date}T00:00:00 +0000"));
    }
    std::fs::create_dir_all(box_.root.join("docs/okeps/meta")).unwrap();
    box_.git(&["mv", T, "docs/okeps/meta/okep-0000-template.md"]);
    box_.commit_on("moved only", "2024-04-01T00:00:00 +0000");
    let told = told(&history_of(&box_, "."));
    assert_eq!(told[1..], ["template 2024-01-01 x", "template 2024-02-01 y", "template 2024-03-01 x"]);
}

/// The template that counts at HEAD, where several files are named like one.
fn first(box_: &Sandbox) -> Option<String> {
    let repo = box_.repo();
    let head = repo.head_id().expect("there is a commit");
    let line = MainLine { tip: head, branch: None };
    let listing = commit(&repo, "HEAD").list("docs/okeps");
    let templates = listing.files.keys().filter(|path| path.ends_with("-template.md"));
    let templates = templates.map(|path| (path.clone(), None)).collect();
    let known = template_history(&repo, &line, &[head], &Layout::default(), &BTreeMap::new());
    known.first_template(templates)
}

#[test]
fn of_several_templates_the_one_that_landed_first_counts() {
    let box_ = Sandbox::new();
    box_.write("docs/okeps/okep-10-template.md", "1").commit("first");
    box_.write("docs/okeps/okep-9-pod-template.md", "2").commit("an OKEP about templates");
    assert_eq!(first(&box_).as_deref(), Some("docs/okeps/okep-10-template.md"));
    let texts = |history: TemplateHistory| -> Vec<String> {
        history.templates.iter().map(|t| t.template.document.text.as_str().to_owned()).collect()
    };
    assert_eq!(texts(history_of(&box_, ".")), ["1"]);
    // It stays the first where it is moved, and one that comes in its place is another.
    std::fs::create_dir_all(box_.root.join("docs/okeps/templates")).unwrap();
    box_.git(&["mv", "docs/okeps/okep-10-template.md", "docs/okeps/templates/okep-10-template.md"]);
    box_.write("docs/okeps/okep-1-template.md", "3").commit("move");
    assert_eq!(first(&box_).as_deref(), Some("docs/okeps/templates/okep-10-template.md"));
    assert_eq!(texts(history_of(&box_, ".")), ["1"]);
    box_.git(&["rm", "-q", "docs/okeps/templates/okep-10-template.md"]);
    box_.commit("remove");
    assert_eq!(first(&box_).as_deref(), Some("docs/okeps/okep-9-pod-template.md"));
}

#[test]
fn of_templates_that_landed_together_the_first_by_its_number_counts() {
    let box_ = Sandbox::new();
    box_.write("docs/okeps/okep-10-template.md", "2")
        .write("docs/okeps/okep-9-template.md", "1")
        .commit("two");
    assert_eq!(first(&box_).as_deref(), Some("docs/okeps/okep-9-template.md"));
    assert_eq!(
        history_of(&box_, ".").templates[0].template.path.as_deref(),
        Some("docs/okeps/okep-9-template.md")
    );
}

#[test]
fn a_proposal_folder_that_moves_keeps_its_landings() {
    let box_ = Sandbox::new();
    box_.write("doc/proposals/okep-4368-template.md", "t1").write("doc/proposals/okep-1-a.md", "a");
    box_.write("doc/index.md", "x").commit_on("old", "2024-01-01T00:00:00 +0000");
    box_.write("doc/proposals/okep-2-b.md", "b").commit_on("more", "2024-02-01T00:00:00 +0000");
    std::fs::create_dir_all(box_.root.join("docs")).unwrap();
    box_.git(&["mv", "doc/proposals", "docs/okeps"]);
    box_.git(&["mv", "docs/okeps/okep-2-b.md", "docs/okeps/okep-2-c.md"]);
    box_.write("docs/okeps/okep-3-c.md", "c").commit_on("move", "2024-03-01T00:00:00 +0000");
    box_.write(T, "t2").commit_on("template", "2024-04-01T00:00:00 +0000");
    assert_eq!(
        told(&history_of(&box_, ".")),
        [
            "okep-1-a.md 2024-01-01 0",
            "okep-2-c.md 2024-02-01 0",
            "okep-3-c.md 2024-03-01 0",
            "okep-4368-template.md 2024-01-01 0",
            "template 2024-01-01 t1",
            "template 2024-04-01 t2",
        ]
    );
}

#[test]
fn history_begins_where_the_folder_does() {
    let box_ = Sandbox::new();
    box_.write(T, "t1").write("docs/okeps/okep-1-a.md", "a").commit_on("old", "2024-01-01T00:00:00 +0000");
    box_.git(&["rm", "-qr", "docs/okeps"]);
    box_.write("x", "x").commit_on("gone", "2024-02-01T00:00:00 +0000");
    box_.write(T, "t2").write("docs/okeps/okep-1-a.md", "a").commit_on("back", "2024-03-01T00:00:00 +0000");
    let lines = ["okep-1-a.md 2024-03-01 0", "okep-4368-template.md 2024-03-01 0", "template 2024-03-01 t2"];
    assert_eq!(told(&history_of(&box_, ".")), lines);
    // At a commit before the gap it is that commit's own history.
    let repo = box_.repo();
    let before = repo.resolve("HEAD~2").unwrap();
    let line = MainLine { tip: repo.head_id().unwrap(), branch: None };
    let history = template_history(&repo, &line, &[before], &Layout::default(), &BTreeMap::new());
    assert_eq!(told(&history)[0], "okep-1-a.md 2024-01-01 0");
}

#[test]
fn the_day_is_the_committers_own_even_where_dates_lie() {
    let box_ = Sandbox::new();
    box_.write("docs/okeps/okep-1-a.md", "").commit_on("a", "2024-06-01T23:30:00 -0500");
    box_.write("docs/okeps/okep-2-b.md", "").commit_on("b", "1999-01-01T00:30:00 +0900");
    let history = history_of(&box_, ".");
    assert_eq!(told(&history), ["okep-1-a.md 2024-06-01 -", "okep-2-b.md 1999-01-01 -"]);

    for (date, day, note) in [
        ("x +0000", "1970-01-01", true),
        ("99999999999999999999999 +0000", "1970-01-01", true),
        ("-86400 +0000", "1969-12-31", false),
    ] {
        let tree = box_.hash("HEAD^{tree}");
        let object = format!("tree {tree}\nauthor A <a> 0 +0000\ncommitter A <a> {date}\n\nodd\n");
        box_.write("object", &object);
        let args = ["hash-object", "--literally", "-t", "commit", "-w", "object"];
        let id = box_.git(&args).trim().to_owned();
        let repo = box_.repo();
        let history = history_at(&repo, repo.resolve(&id).unwrap());
        assert_eq!(told(&history)[0], format!("okep-1-a.md {day} -"), "{date}");
        assert_eq!(history.notes.iter().any(|n| n.kind == "bad-date"), note, "{date} {:?}", history.notes);
    }
}

#[test]
fn a_shallow_clone_does_not_claim_what_it_cannot_know() {
    let box_ = Sandbox::new();
    box_.write(T, "t1").write("docs/okeps/okep-1-a.md", "a").commit_on("old", "2024-01-01T00:00:00 +0000");
    box_.write(T, "t2").commit_on("edge", "2024-02-01T00:00:00 +0000");
    box_.write("docs/okeps/okep-2-b.md", "b").commit_on("new", "2024-03-01T00:00:00 +0000");
    let url = format!("file://{}", box_.root.display());
    box_.git(&["clone", "-q", "--depth=2", &url, "shallow"]);
    let history = history_of(&box_, "shallow");
    assert_eq!(
        told(&history),
        [
            "okep-1-a.md ? 0?",
            "okep-2-b.md 2024-03-01 0",
            "okep-4368-template.md ? 0?",
            "template 2024-02-01 t2",
        ]
    );
    assert_eq!(history.notes[0].kind, "shallow");
    // A graft that cuts nothing off is a first commit like any other.
    box_.git(&["clone", "-q", "--depth=9", &url, "deep"]);
    assert_eq!(history_of(&box_, "deep").notes, []);
}

#[test]
fn a_partial_clone_does_not_claim_what_it_cannot_know() {
    let box_ = Sandbox::new();
    box_.git(&["config", "uploadpack.allowFilter", "true"]);
    box_.write(T, "t1").write("docs/okeps/okep-1-a.md", "a").commit_on("old", "2024-01-01T00:00:00 +0000");
    box_.write(T, "t2").commit_on("edge", "2024-02-01T00:00:00 +0000");
    box_.write("docs/okeps/okep-2-b.md", "b").commit_on("new", "2024-03-01T00:00:00 +0000");
    let url = format!("file://{}", box_.root.display());
    // The checkout brings the blobs of the tip, and so the newest template.
    box_.git(&["clone", "-q", "--filter=blob:none", &url, "blobless"]);
    let history = history_of(&box_, "blobless");
    assert_eq!(
        told(&history),
        [
            // The next template that is known is the one that it landed under, or a later one.
            "okep-1-a.md 2024-01-01 0?",
            "okep-2-b.md 2024-03-01 0",
            "okep-4368-template.md 2024-01-01 0?",
            "template 2024-02-01 t2",
        ]
    );
    assert_eq!((history.notes[0].kind, history.notes[0].path.as_deref()), ("missing-object", Some(T)));
    box_.git(&["clone", "-q", "--filter=tree:0", &url, "treeless"]);
    let history = history_of(&box_, "treeless");
    assert_eq!(
        told(&history),
        ["okep-1-a.md ? 0?", "okep-2-b.md ? 0?", "okep-4368-template.md ? 0?", "template 2024-03-01 t2",]
    );
    assert_eq!(history.notes[0].kind, "missing-object");
}

#[test]
fn replaced_commits_count_as_git_has_it() {
    let box_ = Sandbox::new();
    box_.write("docs/okeps/okep-1-a.md", "a").commit_on("old", "2024-01-01T00:00:00 +0000");
    box_.write("x", "").commit_on("edge", "2024-02-01T00:00:00 +0000");
    box_.write("x", "y").commit_on("new", "2024-03-01T00:00:00 +0000");
    box_.git(&["commit-graph", "write", "--reachable"]);
    assert_eq!(told(&history_of(&box_, ".")), ["okep-1-a.md 2024-01-01 -"]);
    box_.git(&["replace", "--graft", "HEAD~1"]);
    assert_eq!(told(&history_of(&box_, ".")), ["okep-1-a.md 2024-02-01 -"]);
}

#[test]
fn many_commits_are_read_alike_however_they_are_packed() {
    let box_ = Sandbox::new();
    let mut import = String::new();
    for n in 0..3000 {
        let day = 1_700_000_000 + n * 3600;
        import += &format!("commit refs/heads/master\ncommitter A <a> {day} +0000\ndata 1\nx\n");
        let path = match n % 100 {
            7 => format!("docs/okeps/okep-{n}-x.md"),
            _ => format!("src/{}.txt", n % 30),
        };
        import += &format!("M 100644 inline {path}\ndata {}\n{n}\n\n", n.to_string().len() + 1);
    }
    box_.write("import", &import);
    let script = "git fast-import --quiet <import && git reset -q --hard";
    succeed(clean("sh", &box_.root).args(["-c", script]));
    let first = history_of(&box_, ".");
    assert_eq!(first.landed.len(), 30);
    let commit = box_.git(&[
        "log",
        "--first-parent",
        "--format=%H %cs",
        "--diff-filter=A",
        "--",
        "docs/okeps/okep-1007-x.md",
    ]);
    let landing = &first.landings[first.landed["docs/okeps/okep-1007-x.md"].okep];
    let landing = landing.revision.as_ref().expect("it is known");
    assert_eq!(format!("{} {}\n", landing.commit, landing.date), commit);
    box_.git(&["repack", "-q", "-a", "-d", "-f"]);
    assert_eq!(
        (told(&history_of(&box_, ".")), &history_of(&box_, ".").landed),
        (told(&first), &first.landed)
    );
    box_.git(&["commit-graph", "write", "--reachable"]);
    assert_eq!(
        (told(&history_of(&box_, ".")), &history_of(&box_, ".").landed),
        (told(&first), &first.landed)
    );
}

/// Runs where OKEP_TEST_CORPUS names a clone of the real history.
#[test]
fn the_real_history_is_read_right() {
    let Some(corpus) = std::env::var_os("OKEP_TEST_CORPUS") else { return };
    let repo = okep::git::Repo::discover(Some(corpus.as_ref())).unwrap().expect("it is a repository");
    let history = history_at(&repo, repo.head_id().unwrap());
    let landed = |number| {
        let found = history.landed.iter().find(|(path, _)| okep::text::path::number(path) == Some(number));
        found.and_then(|(_, okep)| Some(history.landings[okep.okep].revision.as_ref()?.date.as_str()))
    };
    for (number, day) in [
        (4380, "2025-02-14"),
        (5085, "2025-04-08"),
        (5094, "2025-09-15"),
        (5224, "2025-10-29"),
        (5233, "2025-07-15"),
        (5296, "2025-08-08"),
        (5494, "2025-09-24"),
        (5674, "2025-12-19"),
    ] {
        assert_eq!(landed(number), Some(day), "{number}");
    }
    let days: Vec<_> = history.templates.iter().map(|t| &t.revision.date[..7]).collect();
    assert_eq!(days, ["2024-05", "2025-10", "2025-12", "2026-03"]);
    let has = |at: usize, text: &str| history.templates[at].template.document.text.as_str().contains(text);
    assert!(!has(0, "OVN-Kubernetes Version Skew") && has(1, "OVN-Kubernetes Version Skew"));
    assert!(!has(1, "Backwards Compatibility") && has(2, "Backwards Compatibility"));
}
