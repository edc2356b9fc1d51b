//! When files landed and which template stood then; the real git makes the histories.

use super::sandbox::*;
use okep::files::Layout;
use okep::okep::template_history::{HistoryExtent, TemplateHistory};

const T: &str = "docs/okeps/okep-4368-template.md";

fn lore_of(box_: &Sandbox, folder: &str) -> TemplateHistory {
    let repo = box_.repo_in(folder);
    repo.template_history(repo.head().id().expect("there is a commit"), &Layout::default())
}

/// `path day template` of each landing, then `day path` of each template.
fn told(template_history: &TemplateHistory) -> Vec<String> {
    let landed = template_history.landed.iter().map(|(path, landing)| {
        let template = landing.template.map_or("-".into(), |at| at.to_string());
        format!("{} {} {template}", path.trim_start_matches("docs/okeps/"), landing.revision.date)
    });
    let templates = template_history.templates.iter().map(|template| {
        format!("template {} {}", template.revision.date, String::from_utf8_lossy(&template.bytes))
    });
    landed.chain(templates).collect()
}

#[test]
fn a_file_lands_with_the_merge_that_brings_it() {
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
    let template_history = lore_of(&box_, ".");
    assert_eq!(
        told(&template_history),
        [
            "okep-1-a.md 2024-04-01 0",
            "okep-4368-template.md 2024-03-01 0",
            "template 2024-03-01 t1",
            "template 2024-05-01 t2",
        ]
    );
    assert_eq!(template_history.landed["docs/okeps/okep-1-a.md"].revision.commit, merged);
    assert_eq!((template_history.end, template_history.notes), (HistoryExtent::Complete, vec![]));
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
        told(&lore_of(&box_, ".")),
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
    let told = told(&lore_of(&box_, "."));
    assert_eq!(told[1..], ["template 2024-01-01 x", "template 2024-02-01 y", "template 2024-03-01 x"]);
}

#[test]
fn of_several_templates_the_first_counts_and_is_told() {
    let box_ = Sandbox::new();
    box_.write("docs/okeps/okep-10-template.md", "2")
        .write("docs/okeps/okep-9-template.md", "1")
        .commit("two");
    let template_history = lore_of(&box_, ".");
    assert_eq!(template_history.templates[0].path, "docs/okeps/okep-9-template.md");
    assert_eq!(template_history.notes[0].kind, "several-templates");
}

#[test]
fn the_day_is_the_committers_own_even_where_dates_lie() {
    let box_ = Sandbox::new();
    box_.write("docs/okeps/okep-1-a.md", "").commit_on("a", "2024-06-01T23:30:00 -0500");
    box_.write("docs/okeps/okep-2-b.md", "").commit_on("b", "1999-01-01T00:30:00 +0900");
    let template_history = lore_of(&box_, ".");
    assert_eq!(told(&template_history), ["okep-1-a.md 2024-06-01 -", "okep-2-b.md 1999-01-01 -"]);

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
        let template_history = repo.template_history(repo.resolve(&id).unwrap(), &Layout::default());
        assert_eq!(told(&template_history)[0], format!("okep-1-a.md {day} -"), "{date}");
        assert_eq!(
            template_history.notes.iter().any(|n| n.kind == "bad-date"),
            note,
            "{date} {:?}",
            template_history.notes
        );
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
    let template_history = lore_of(&box_, "shallow");
    assert_eq!(told(&template_history), ["okep-2-b.md 2024-03-01 0", "template 2024-02-01 t2"]);
    assert_eq!(template_history.end, HistoryExtent::Shallow { boundary: box_.hash("HEAD~1") });
    assert_eq!(template_history.notes[0].kind, "shallow");
    // A graft that cuts nothing off is a first commit like any other.
    box_.git(&["clone", "-q", "--depth=9", &url, "deep"]);
    assert_eq!(lore_of(&box_, "deep").end, HistoryExtent::Complete);
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
    let template_history = lore_of(&box_, "blobless");
    assert_eq!(told(&template_history), ["okep-2-b.md 2024-03-01 0", "template 2024-02-01 t2"]);
    assert_eq!(template_history.end, HistoryExtent::Unreadable { boundary: box_.hash("HEAD~2") });
    assert_eq!(
        (template_history.notes[0].kind, template_history.notes[0].path.as_deref()),
        ("missing-object", Some(T))
    );
    box_.git(&["clone", "-q", "--filter=tree:0", &url, "treeless"]);
    let template_history = lore_of(&box_, "treeless");
    assert_eq!(template_history.end, HistoryExtent::Unreadable { boundary: box_.hash("HEAD") });
    assert_eq!((template_history.landed.len(), template_history.notes[0].kind), (0, "missing-object"));
}

#[test]
fn replaced_commits_count_as_git_has_it() {
    let box_ = Sandbox::new();
    box_.write("docs/okeps/okep-1-a.md", "a").commit_on("old", "2024-01-01T00:00:00 +0000");
    box_.write("x", "").commit_on("edge", "2024-02-01T00:00:00 +0000");
    box_.write("x", "y").commit_on("new", "2024-03-01T00:00:00 +0000");
    box_.git(&["commit-graph", "write", "--reachable"]);
    assert_eq!(told(&lore_of(&box_, ".")), ["okep-1-a.md 2024-01-01 -"]);
    box_.git(&["replace", "--graft", "HEAD~1"]);
    assert_eq!(told(&lore_of(&box_, ".")), ["okep-1-a.md 2024-02-01 -"]);
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
    let first = lore_of(&box_, ".");
    assert_eq!(first.landed.len(), 30);
    let commit = box_.git(&[
        "log",
        "--first-parent",
        "--format=%H %cs",
        "--diff-filter=A",
        "--",
        "docs/okeps/okep-1007-x.md",
    ]);
    let landing = &first.landed["docs/okeps/okep-1007-x.md"].revision;
    assert_eq!(format!("{} {}\n", landing.commit, landing.date), commit);
    box_.git(&["repack", "-q", "-a", "-d", "-f"]);
    assert_eq!(lore_of(&box_, "."), first);
    box_.git(&["commit-graph", "write", "--reachable"]);
    assert_eq!(lore_of(&box_, "."), first);
}

/// Runs where OKEP_TEST_CORPUS names a clone of the real history.
#[test]
fn the_real_history_is_told_right() {
    let Some(corpus) = std::env::var_os("OKEP_TEST_CORPUS") else { return };
    let repo = okep::git::Repo::discover(Some(corpus.as_ref())).unwrap().expect("it is a repository");
    let template_history = repo.template_history(repo.head().id().unwrap(), &Layout::default());
    let landed = |number| {
        let found =
            template_history.landed.iter().find(|(path, _)| okep::text::path::number(path) == Some(number));
        found.map(|(_, landing)| landing.revision.date.as_str())
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
    let days: Vec<_> = template_history.templates.iter().map(|t| &t.revision.date[..7]).collect();
    assert_eq!(days, ["2024-05", "2025-10", "2025-12", "2026-03"]);
    let has =
        |at: usize, text: &str| String::from_utf8_lossy(&template_history.templates[at].bytes).contains(text);
    assert!(!has(0, "OVN-Kubernetes Version Skew") && has(1, "OVN-Kubernetes Version Skew"));
    assert!(!has(1, "Backwards Compatibility") && has(2, "Backwards Compatibility"));
}
