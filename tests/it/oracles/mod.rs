//! Our readings of MkDocs's world next to MkDocs itself.

mod links;
mod nav;
mod site_headings;
mod strict;

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One answer of a script for each path, or nothing where there is no Python for it.
fn ask(script: &str, paths: &[PathBuf]) -> Option<Vec<Value>> {
    let Ok(python) = std::env::var("OKEP_TEST_PYTHON") else {
        println!("skipped: OKEP_TEST_PYTHON names no Python with MkDocs");
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let mut child = Command::new(python)
        .arg("-B")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the Python of OKEP_TEST_PYTHON starts");
    let lines: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
    let mut input = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().expect("the oracle ends");
    writer.join().expect("no panic").expect("the oracle listens");
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let answers: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(answers.len(), paths.len(), "one answer each");
    Some(answers)
}
