//! Real Markdown and YAML: the files that lie in the sources of the dependencies, read in place.
//!
//! Each goes through every reader, rule, fix and format as an OKEP, a template, a index page or a
//! register. `cargo test` takes a sample that is the same for the same files; `OKEP_TEST_REAL_FILES=all`
//! takes every one, and more folders can be named in `OKEP_TEST_REAL_FOLDERS`.

use crate::promised::{Kept, document, fixes, register, report};
use crate::tally;
use okep::files::{MAX_FILE_BYTES, Tree};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// Files of a sample.
const SAMPLE: usize = 60;
/// A file that takes longer hangs, for whoever waits for a hook; the machine may be slow and the build too.
const HANGS: Duration = Duration::from_secs(240);

/// Where sources of dependencies lie: what cargo has unpacked, and what `tests/run.sh` has installed.
fn folders() -> Vec<PathBuf> {
    let home = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let cargo =
        home("CARGO_HOME").or_else(|| Some(home("HOME").or_else(|| home("USERPROFILE"))?.join(".cargo")));
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![own.join("target/venv"), own.join("target/browser")];
    folders.extend(cargo.map(|cargo| cargo.join("registry/src")));
    let python = std::env::var_os("OKEP_TEST_PYTHON").map(PathBuf::from);
    folders.extend(python.and_then(|python| Some(python.parent()?.parent()?.to_path_buf())));
    folders.extend(std::env::var_os("OKEP_TEST_REAL_FOLDERS").iter().flat_map(std::env::split_paths));
    folders
}

/// The Markdown and YAML files below a folder; links are not followed.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
        let wanted = |end: &str| ["md", "markdown", "mkd", "yml", "yaml"].contains(&end);
        if kind.is_dir() {
            collect(&path, found);
        } else if kind.is_file() && path.extension().and_then(|e| e.to_str()).is_some_and(wanted) {
            found.push(path);
        }
    }
}

/// Every promise on one file.
fn hold(bytes: &[u8], is_yaml: bool) -> Result<Kept, String> {
    let mut kept = Kept::default();
    let title = "# OKEP-7: A\n\n* Issue: [#7](https://github.com/o/n/issues/7)\n\n";
    let mut tree = Tree::default();
    tree.insert("docs/okeps/okep-1000-template.md", &b"# OKEP-1000: Template\n\n* Issue: [#1000](https://github.com/o/n/issues/1000)\n\n## Introduction\n\n(What is it about, and for whom?)\n\n## Usage\n\n### Examples\n\n## License\n"[..]);
    tree.insert("docs/okeps/okep-8-b.md", format!("{title}## Usage\n\nx\n").replace('7', "8").as_bytes());
    if is_yaml {
        kept.add(register::holds(bytes, "A page")?);
        tree.insert("docs/okeps/okep-7-a.md", title.as_bytes());
        tree.insert("mkdocs.yml", bytes);
    } else {
        kept.add(document::holds(bytes)?);
        kept.add(document::template_holds(bytes, bytes)?);
        tree.insert("docs/okeps/okep-7-a.md", bytes);
        tree.insert("docs/okeps/index.md", bytes);
        tree.insert("mkdocs.yml", &b"nav:\n- Home: index.md\n- B: okeps/okep-8-b.md\n"[..]);
        // With its own headings asked for, and under a proper title, other fixes come into play.
        let mut other = tree.clone();
        other.insert("docs/okeps/okep-1000-template.md", bytes);
        other.insert("docs/okeps/okep-7-a.md", [title.as_bytes(), bytes].concat());
        kept.add(fixes::hold(&other)?);
    }
    kept.add(fixes::hold(&tree)?);
    kept.add(report::holds(&tree)?);
    Ok(kept)
}

/// The same, with a panic or a hang told as what it is.
fn outcome(path: &Path) -> Result<Kept, String> {
    let bytes = std::fs::read(path).map_err(|e| format!("cannot be read: {e}"))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Ok(Kept::default());
    }
    let is_yaml = path.extension().is_some_and(|e| e == "yml" || e == "yaml");
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let kept = catch_unwind(|| hold(&bytes, is_yaml));
        let _ = tell.send(kept.unwrap_or_else(|_| Err("it panics".to_owned())));
    });
    told.recv_timeout(HANGS).unwrap_or_else(|_| Err("it hangs".to_owned()))
}

#[test]
fn real_files_keep_every_promise() {
    let mut files = Vec::new();
    folders().iter().for_each(|folder| collect(folder, &mut files));
    files.sort();
    files.dedup();
    let there = files.len();
    if std::env::var_os("OKEP_TEST_REAL_FILES").is_none_or(|all| all != "all") {
        let step = there.div_ceil(SAMPLE).max(1);
        files = files
            .into_iter()
            .step_by(step)
            .filter(|f| f.metadata().is_ok_and(|m| m.len() < 30_000))
            .collect();
    }
    // Not in the pool that the promises themselves work in: who waits there keeps others from working.
    let next = AtomicUsize::new(0);
    let work =
        || std::iter::from_fn(|| files.get(next.fetch_add(1, Ordering::Relaxed))).map(|f| (f, outcome(f)));
    let outcomes: Vec<(&PathBuf, Result<Kept, String>)> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..rayon::current_num_threads()).map(|_| scope.spawn(|| work().collect::<Vec<_>>())).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("it catches panics")).collect()
    });
    let mut kept = Kept::default();
    let mut broken = Vec::new();
    for (path, outcome) in outcomes {
        match outcome {
            Ok(one) => kept.add(one),
            Err(why) => broken.push(format!("{}: {why}", path.display())),
        }
    }
    println!("{} of {there} files: {kept:?}, {} broken", files.len(), broken.len());
    tally::add("real Markdown and YAML files", files.len());
    tally::add("promises held on real files", kept.promises);
    tally::add("fixes carried out on real files", kept.fixes);
    tally::add("fixes left out on real files, because unproven", kept.left_out);
    tally::add("runs of fixes that said there was more to do", kept.unfinished);
    tally::add("promises broken on real files", broken.len());
    assert!(broken.is_empty(), "{}", broken.join("\n----\n"));
}
