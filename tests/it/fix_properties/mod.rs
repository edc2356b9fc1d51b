//! What `--fix` promises, over generated repositories: it converges, what it fixed is gone, nothing new
//! comes, and nothing is lost that it did not mean to change.

mod rules;
mod sample;

use crate::support::isolated;
use okep::audit::identity::{Identity, identity};
use okep::audit::{TemplateTimeline, audit};
use okep::files::{Layout, Tree};
use okep::fix::engine::{Fixed, fix};
use okep::fix::patch::between;
use okep::fix::plan::plan;
use okep::fix::verify::{VerifiedState, Verifier};
use okep::okep::snapshot::{Parsed, Snapshot};
use okep::rules::finding::{Finding, Rename, Safety};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sample::{Case, GUIDE, case};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

fn fixed(tree: &Tree, most: Safety) -> Fixed {
    fix(&Snapshot::new(tree, &Layout::default(), &Parsed::default()), None, most, &|_| true)
}

fn findings(tree: &Tree) -> Vec<Finding> {
    let snapshot = Snapshot::new(tree, &Layout::default(), &Parsed::default());
    audit(&snapshot, None).findings
}

fn counts(findings: &[Finding], renames: &[Rename]) -> HashMap<Identity, usize> {
    let mut counts = HashMap::new();
    findings.iter().for_each(|f| *counts.entry(identity(f, renames)).or_insert(0) += 1);
    counts
}

fn show(tree: &Tree) -> String {
    let files = tree.changes().keys().filter(|p| !p.contains("okep-8") && !p.contains("template"));
    files
        .map(|p| format!("== {p}\n{}\n", String::from_utf8_lossy(&tree.bytes(p).expect("all are bytes"))))
        .collect()
}

fn promises(case: &Case, most: Safety) -> Result<(), TestCaseError> {
    let tree = case.tree();
    let before = findings(&tree);
    let once = fixed(&tree, most);
    let told = || format!("{}\n---- after\n{}", show(&tree), show(&once.tree));
    let ours = once.notes.iter().any(|n| n.message.contains("bug in okep"));
    prop_assert!(case.is_wild() || !ours, "unproven: {:#?}\n{}", once.notes, told());
    let without_fixes = |mut all: Vec<Finding>| {
        all.iter_mut().for_each(|f| f.fix = None);
        all
    };
    prop_assert_eq!(
        without_fixes(findings(&once.tree)),
        without_fixes(once.left.clone()),
        "what is left is what the audit says"
    );

    let fixable = |f: &&Finding| f.fix.as_ref().is_some_and(|x| x.safety <= most);
    prop_assert!(!once.left.iter().any(|f| fixable(&f)), "left: {:#?}\n{}", once.left, told());
    let twice = fixed(&once.tree, most);
    prop_assert_eq!(twice.tree.changes(), once.tree.changes(), "twice is more than once\n{}", told());

    let (was, is) = (counts(&before, &once.renames), counts(&once.left, &[]));
    for finding in &once.left {
        let identity = identity(finding, &[]);
        // What a missing section asks, and what is said of a page that was not judged before its renaming.
        let newly_judged = case.file().ends_with("proposal.md") && !once.renames.is_empty();
        let allowed = finding.rule == "template-text" || newly_judged;
        prop_assert!(
            allowed || is[&identity] <= was.get(&identity).copied().unwrap_or(0),
            "new: {finding:#?}\n{}",
            told()
        );
    }
    let path = format!("docs/okeps/{}", case.file());
    let now = once.renames.iter().fold(path.as_str(), |path, r| if path == r.from { &r.to } else { path });
    let link = if now == path { format!("okeps/{}", case.link()) } else { now.replacen("docs/", "", 1) };
    let guide = String::from_utf8_lossy(&once.tree.bytes(GUIDE).expect("it is there")).into_owned();
    let other = "[Loud](okeps/okep-8-loud-links.md)";
    prop_assert!(guide.starts_with(&format!("[Quiet]({link}#goals) and {other}")), "{}", guide);
    one_document_is_as_good_as_all(&tree)?;
    forms_survive(&tree, &once)
}

/// The proof that looks at one document only says what the proof that looks at everything says.
fn one_document_is_as_good_as_all(tree: &Tree) -> Result<(), TestCaseError> {
    let (layout, parsed) = (Layout::default(), Parsed::default());
    let snapshot = Snapshot::new(tree, &layout, &parsed);
    let mut findings = audit(&snapshot, None).findings;
    plan(&snapshot, &TemplateTimeline::of(&snapshot, None), findings.iter_mut().collect());
    let bench = Verifier::new(&snapshot, None);
    let state = VerifiedState { snapshot: Cow::Borrowed(&snapshot), findings: Cow::Borrowed(&findings) };
    for finding in findings.iter().filter(|f| f.fix.is_some()) {
        let (alone, among_all) =
            (bench.alone(&state, &[finding]), bench.together(&state, &[finding]).map(drop));
        prop_assert_eq!(alone, among_all, "{:#?}", finding);
    }
    Ok(())
}

/// Byte order marks, line endings, final line breaks and foreign bytes are as before.
fn forms_survive(before: &Tree, fixed: &Fixed) -> Result<(), TestCaseError> {
    for path in before.changes().keys() {
        let path = fixed.renames.iter().fold(path.as_str(), |p, r| if p == r.from { &r.to } else { p });
        let old =
            before.bytes(fixed.renames.iter().rev().fold(path, |p, r| if p == r.to { &r.from } else { p }));
        let (old, new) = (old.expect("it was there"), fixed.tree.bytes(path).expect("nothing is deleted"));
        let (old, new) = (&*old, &*new);
        let lone = |b: &[u8]| b.windows(2).filter(|w| w[1] == b'\n' && w[0] != b'\r').count();
        let crlf = |b: &[u8]| b.windows(2).filter(|w| w == b"\r\n").count();
        let told = || {
            format!("{path}\n{}\n---- after\n{}", String::from_utf8_lossy(old), String::from_utf8_lossy(new))
        };
        prop_assert!(lone(old) > 0 || lone(new) == 0, "a lone LF came: {}", told());
        prop_assert!(crlf(old) > 0 || crlf(new) == 0, "a CRLF came: {}", told());
        prop_assert_eq!(old.starts_with(b"\xef\xbb\xbf"), new.starts_with(b"\xef\xbb\xbf"), "{}", told());
        prop_assert_eq!(old.ends_with(b"\n"), new.ends_with(b"\n"), "final break: {}", told());
        let foreign = |b: &[u8]| b.iter().filter(|b| **b == 0xff).count();
        prop_assert_eq!(foreign(old), foreign(new), "{}", told());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn safe_fixes_keep_their_promises(case in case()) {
        promises(&case, Safety::Safe)?;
    }

    #[test]
    fn all_fixes_keep_their_promises(case in case()) {
        promises(&case, Safety::Suggested)?;
    }

    /// Whatever the bytes: no panic, and what was fixed once needs no fixing again.
    #[test]
    fn any_bytes_come_to_rest(case in case(), noise in prop::collection::vec(any::<(u8, u16, u8)>(), 1..12)) {
        let mut tree = case.tree();
        let paths: Vec<String> = tree.changes().keys().filter(|p| !p.contains("template")).cloned().collect();
        for (file, at, byte) in noise {
            let path = &paths[usize::from(file) % paths.len()];
            let mut bytes = tree.bytes(path).expect("all are bytes").to_vec();
            let at = usize::from(at) % (bytes.len() + 1);
            const SIGNS: &[u8] = b"#-*`~>|:[]()<!\n\r\t \xff\xc3'\"&\\";
            bytes.insert(at, SIGNS[usize::from(byte) % SIGNS.len()]);
            tree.insert(path.clone(), bytes);
        }
        let once = fixed(&tree, Safety::Suggested);
        let twice = fixed(&once.tree, Safety::Suggested);
        prop_assert_eq!(twice.tree.changes(), once.tree.changes(), "{:#?}\n{}", twice.applied, show(&once.tree));
        one_document_is_as_good_as_all(&tree)?;
        forms_survive(&tree, &once)?;
    }
}

/// Git takes the patch of many a repository, and makes of it what the engine makes.
#[test]
fn git_takes_every_patch() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..80 {
        let case = case().new_tree(&mut runner).expect("it is generated").current();
        let tree = case.tree();
        let fixed = fixed(&tree, Safety::Suggested);
        let patch = between(&tree, &fixed.tree, &fixed.renames);
        let dir = tempfile::tempdir().expect("a temporary folder");
        for path in tree.changes().keys() {
            let path_on_disk = dir.path().join(path);
            fs::create_dir_all(path_on_disk.parent().expect("it has a folder")).expect("it is writable");
            fs::write(path_on_disk, &tree.bytes(path).expect("all are bytes")[..]).expect("it is writable");
        }
        if !patch.is_empty() {
            apply(dir.path(), &["--check"], &patch);
            apply(dir.path(), &["--whitespace=nowarn"], &patch);
        }
        for path in tree.changes().keys().chain(fixed.tree.changes().keys()) {
            let on_disk = fs::read(dir.path().join(path)).ok();
            assert_eq!(on_disk.as_deref(), fixed.tree.bytes(path).as_deref(), "{path} in {case:?}");
        }
    }
}

fn apply(dir: &Path, args: &[&str], patch: &[u8]) {
    let mut git = isolated("git", dir);
    git.env("GIT_CEILING_DIRECTORIES", dir)
        .arg("apply")
        .args(args)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = git.spawn().expect("git is installed");
    child.stdin.take().expect("it is piped").write_all(patch).expect("git reads it");
    let out = child.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.success(), "{told}\n{}", String::from_utf8_lossy(patch));
}
