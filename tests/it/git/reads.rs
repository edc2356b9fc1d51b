//! One open of the repository, and one read of each blob, in a run.

use super::sandbox::*;
use okep::git::counts::{BLOBS, OPENED};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;

/// The body of a test of its own process: runs okep with the arguments in OKEP_RUN, and writes what was
/// counted to the file OKEP_COUNTS.
pub fn child_run() {
    let Ok(arguments) = std::env::var("OKEP_RUN") else { return };
    let arguments = ["okep"].into_iter().chain(arguments.split(' ')).map(Into::into);
    let _ = okep::cli::run(arguments);
    let blobs = BLOBS.lock().expect("no reader panicked");
    let distinct = blobs.iter().collect::<BTreeSet<_>>().len();
    let counted = format!("{} {distinct} {}", OPENED.load(Relaxed), blobs.len() - distinct);
    std::fs::write(std::env::var_os("OKEP_COUNTS").expect("the parent set it"), counted)
        .expect("it can be written");
}

/// How many times a run opens a repository, how many blobs it reads, and how many of them more than once.
fn counted(root: &Path, arguments: &str) -> (usize, usize, usize) {
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    let mut command = clean(this_program(), root);
    command.args(["--exact", "git::child_run", "--quiet"]).env("OKEP_RUN", arguments);
    succeed(command.env("OKEP_COUNTS", file.path()));
    let counted = std::fs::read_to_string(file.path()).expect("the child wrote it");
    let mut numbers = counted.split(' ').map(|number| number.parse().expect("it is a number"));
    let mut next = || numbers.next().expect("there are three");
    (next(), next(), next())
}

#[test]
fn a_run_opens_once_and_reads_each_blob_once() {
    let sandbox = Sandbox::new();
    let template = "# OKEP-1: T\n\n* Issue: [#1](https://github.com/o/n/issues/1)\n\n## Goals\n";
    sandbox.write("docs/okeps/okep-1-template.md", template).write("mkdocs.yml", "INHERIT: base.yml\n");
    sandbox.write("base.yml", "nav:\n- A: okeps/okep-7-a.md\n").write("okep.toml", "");
    sandbox.write("docs/okeps/okep-7-a.md", "# OKEP-7: A\n\n[x](okep-8-b.md)\n");
    sandbox.write("docs/okeps/OKEP-8-b.md", "# OKEP-8: B\n\n## Gaols\n").commit("first");
    sandbox.write("docs/okeps/okep-1-template.md", &format!("{template}\n## Risks\n")).commit("second");
    sandbox
        .write("docs/guide.md", "[b](okeps/OKEP-8-b.md)\n")
        .write("docs/okeps/okep-9-c.md", "# OKEP-9: C\n");
    sandbox.git(&["add", "-A"]);
    let staged = [
        "check --staged",
        "check --staged --format json",
        "check --staged --diff=all",
        "check",
        "check --format json",
        "check --diff=all",
        "check --rev HEAD --since HEAD~1",
        "check --since HEAD~1",
        "check --fix=all",
    ];
    for arguments in staged {
        let (opened, blobs, often) = counted(&sandbox.root, arguments);
        assert_eq!((opened, often), (1, 0), "{arguments}");
        // What is on disk is read there.
        assert!(blobs > 4 || !arguments.contains("--staged"), "{arguments}: {blobs}");
    }
    sandbox.git(&["reset", "-q", "--hard"]);
    sandbox.git(&["clean", "-fdq"]);
    // With nothing staged, only what says where things are is read.
    assert_eq!(counted(&sandbox.root, "check --staged"), (1, 3, 0));
    sandbox.write("docs/okeps/okep-9-c.md", "# OKEP-9: C\n").git(&["add", "-A"]);
    let (_, blobs, _) = counted(&sandbox.root, "check --staged");
    assert!(blobs < 8, "{blobs}: what did not change is not read");
}
