//! A small file system of its own, in a namespace: any user may make one, and it goes with the shell.

use super::{Files, files};
use crate::support::{Ran, Repo};
use std::path::PathBuf;

/// What a run said, and what it left, and where.
pub struct Left {
    pub ran: Ran,
    pub files: Files,
    pub root: PathBuf,
}

/// Puts the repository there, makes it what a test wants, runs, and copies all back.
const SCRIPT: &str = r#"
mount -t tmpfs -o size=8m,mode=700 none "$1" && cp -R "$2/." "$1" || exit 99
out=$3 harm=$4
cd "$1" || exit 99
shift 4
eval "$harm" || exit 99
"$@"
code=$?
rm -f .git/filler 2>/dev/null
cp -R . "$out" || exit 99
exit $code
"#;

/// Runs okep in a copy of the repository on such a file system, after the lines of shell `harm`.
///
/// None, where none can be made here.
pub fn okep(repo: &Repo, harm: &str, args: &[&str]) -> Option<Left> {
    let (mount, out) = (repo.beside("mount"), repo.beside("out"));
    let _ = std::fs::remove_dir_all(&out);
    for folder in [&mount, &out] {
        std::fs::create_dir_all(folder).expect("it is writable");
    }
    let mut command = repo.command("unshare");
    command.args(["-Urm", "sh", "-c", SCRIPT, "sh"]).args([&mount, &repo.root, &out]).arg(harm);
    command.arg(env!("CARGO_BIN_EXE_okep")).args(args);
    let done = command.output().ok()?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let ran = Ran { stdout: text(done.stdout), stderr: text(done.stderr), code: done.status.code()? };
    let made = ran.code != 99 && !ran.stderr.starts_with("unshare: ");
    made.then(|| Left { ran, files: files(&out), root: out })
}
