use super::*;
use crate::audit::report::Baseline;
use std::sync::Mutex;

const TEMPLATE: &str = "docs/okeps/okep-1-template.md";
const OKEP: &str = "docs/okeps/okep-7-a.md";

/// A history that knows nothing, and notes what it is asked.
#[derive(Default)]
struct AskedHistory(Mutex<Vec<String>>);

impl HistorySource for AskedHistory {
    fn template_history(&self, _: &CheckTarget, _: &Config) -> TemplateHistory {
        self.0.lock().expect("nobody panics").push("template".to_owned());
        TemplateHistory::nothing("none")
    }

    fn moved(&self, _: Id, paths: &BTreeSet<String>, _: &Tree) -> BTreeMap<String, String> {
        self.0.lock().expect("nobody panics").extend(paths.iter().cloned());
        BTreeMap::new()
    }
}

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    tree.insert(
        TEMPLATE,
        &b"# OKEP-1: T\n\n* Issue: [#1](https://github.com/o/n/issues/1)\n\n## Goals\n"[..],
    );
    files.iter().for_each(|(path, text)| tree.insert(*path, text.as_bytes()));
    tree
}

fn okep(text: &str) -> String {
    format!("# OKEP-7: A\n\n* Issue: [#7](https://github.com/o/n/issues/7)\n\n{text}")
}

fn null() -> Id {
    Id::null(gix::hash::Kind::Sha1)
}

/// The index, compared with a state before.
fn staged(now: Tree, before: Tree) -> CheckTarget {
    let target = CheckTarget::new(now, Source::Index, String::new());
    let bases = vec![Base { commit: null(), tree: before }];
    CheckTarget { compares: true, bases, tip: Some(null()), ..target }
}

/// The findings that count, as `rule subject`, and what history was asked.
fn found(target: &CheckTarget) -> (Vec<String>, Vec<String>) {
    let history = AskedHistory::default();
    let outcome = check(target, &Options::default(), &history).expect("it can be checked");
    let found = outcome.report.live().map(|f| format!("{} {}", f.rule, f.subject)).collect();
    (found, history.0.into_inner().expect("nobody panics"))
}

#[test]
fn a_tree_in_memory_is_checked_whole() {
    let target = CheckTarget::new(tree(&[(OKEP, &okep("## Goals\n"))]), Source::Worktree, "memory".into());
    assert_eq!(found(&target), (vec!["empty-section Goals".to_owned()], vec![]));
    let nothing = CheckTarget::new(Tree::default(), Source::Worktree, "memory".into());
    let error = check(&nothing, &Options::default(), &AskedHistory::default()).err().expect("no folder");
    assert!(error.to_string().contains("no `docs/okeps` in memory"), "{error}");
}

#[test]
fn only_what_is_new_counts() {
    let before = tree(&[(OKEP, &okep("## Goals\n"))]);
    let same = okep("## Goals\n\n<!-- more -->\n");
    assert_eq!(found(&staged(tree(&[(OKEP, &same)]), before.clone())).0, [""; 0]);
    let worse = okep("## Goals\n\n## Other\n");
    let target = staged(tree(&[(OKEP, &worse)]), before);
    assert_eq!(found(&target).0, ["empty-section Other", "extra-section Other"]);
    let outcome = check(&target, &Options::default(), &AskedHistory::default()).expect("it can be checked");
    assert!(outcome.report.findings.iter().any(|r| r.baseline == Some(Baseline::Existing)));
}

#[test]
fn nothing_is_new_where_the_text_before_is_not_here() {
    let now = tree(&[(OKEP, &okep("## Goals\n"))]);
    assert_eq!(found(&staged(now.clone(), tree(&[]))).0, ["empty-section Goals"]);
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    assert_eq!(found(&staged(now, tree(&[(OKEP, pointer)]))).0, [""; 0]);
}

#[test]
fn history_is_asked_only_where_a_finding_counts() {
    let good = okep("## Goals\n\n* tea\n");
    let before = tree(&[(OKEP, &good)]);
    let asked = |now: &str| found(&staged(tree(&[(OKEP, now)]), before.clone())).1;
    assert_eq!(asked(&format!("{good}* more tea\n")), [""; 0]);
    assert_eq!(asked(&okep("No section.\n")), ["template"]);
    let two_templates = tree(&[(OKEP, &good), ("docs/okeps/okep-2-template.md", "# OKEP-2: T\n")]);
    assert_eq!(found(&staged(two_templates.clone(), two_templates)), (vec![], vec![]));
    let old = tree(&[(OKEP, &okep("No section.\n"))]);
    let target = staged(tree(&[(OKEP, &okep("No section, still.\n"))]), old);
    assert_eq!(found(&target), (vec![], vec![]));
    let dead = format!("{good}* [x](https://github.com/o/n/blob/main/docs/gone.md)\n");
    assert_eq!(asked(&dead), ["docs/gone.md"]);
}

#[test]
fn a_change_of_the_template_is_a_note() {
    let before = tree(&[(OKEP, &okep("## Goals\n\n* tea\n"))]);
    let mut now = before.clone();
    let more = "# OKEP-1: T\n\n* Issue: [#1](https://github.com/o/n/issues/1)\n\n## Goals\n\n## Risks\n";
    now.insert(TEMPLATE, more.as_bytes());
    let target = staged(now, before);
    let outcome = check(&target, &Options::default(), &AskedHistory::default()).expect("it can be checked");
    assert_eq!(outcome.report.live().count(), 0);
    assert!(outcome.report.notes.iter().any(|note| note.kind == "template-change"));
}

#[test]
fn a_template_whose_text_is_not_here_is_not_emptied() {
    let before = tree(&[(OKEP, &okep("## Goals\n\n* tea\n"))]);
    let notes = |text: &[u8]| {
        let mut now = before.clone();
        now.insert(TEMPLATE, text);
        let outcome = check(&staged(now, before.clone()), &Options::default(), &AskedHistory::default());
        let mut kinds: Vec<&str> =
            outcome.expect("it can be checked").report.notes.iter().map(|note| note.kind).collect();
        kinds.retain(|kind| !matches!(*kind, "no-register" | "lfs-pointer"));
        kinds
    };
    assert_eq!(notes(b"# OKEP-1: T\n"), ["empty-template", "template-change"]);
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    assert_eq!(notes(pointer), ["unread-template"]);
    assert_eq!(notes(b"\xff\xfe#\0 \0T\0"), ["not-utf8"]);
}

#[test]
fn a_working_copy_that_differs_is_a_note() {
    let before = tree(&[]);
    let now = tree(&[(OKEP, &okep("## Goals\n"))]);
    let half_staged = |on_disk: &str| {
        let mut now = now.clone();
        now.working_copy = Some(Arc::new(tree(&[(OKEP, &okep(on_disk))])));
        let target = staged(now, before.clone());
        let outcome = check(&target, &Options::default(), &AskedHistory::default());
        let notes = outcome.expect("it can be checked").report.notes;
        notes.iter().filter(|note| note.kind == HALF_STAGED).count()
    };
    assert_eq!((half_staged("## Goals\n"), half_staged("## Goals\r\n")), (0, 0));
    assert_eq!(half_staged("## Goals\n\n* tea\n"), 1);
}
