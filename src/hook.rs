//! `okep hook`: puts git hooks that call okep where git looks for them, and takes them away again.
//!
//! It writes new files and deletes its own unchanged ones; what stands in the way is told, together with
//! the line that would do the same from there, and never touched.

use crate::atomic;
use crate::git::{Error as GitError, HooksFolder, HooksPlace, Repo};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A hook of ours.
struct Script {
    /// The name by which git calls it.
    name: &'static str,
    text: &'static str,
    /// What another hook must call to do the same.
    line: &'static str,
}

const JUDGE: &str = include_str!("../hooks/pre-commit");
const COMPARE: &str = include_str!("../hooks/commit-msg");

const PRE_COMMIT: Script = Script { name: "pre-commit", text: JUDGE, line: "okep check --staged || exit 1" };
/// Git runs no `pre-commit` for a merge that needs no help.
const PRE_MERGE_COMMIT: Script = Script { name: "pre-merge-commit", ..PRE_COMMIT };
const COMMIT_MSG: Script = Script { name: "commit-msg", text: COMPARE, line: "okep commit-msg \"$1\"" };
const ALL: [&Script; 3] = [&PRE_COMMIT, &PRE_MERGE_COMMIT, &COMMIT_MSG];

/// The second line of every hook of ours, of this version or another.
const MARK: &str = "# okep's hook: ";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(
        "hooks are turned off here: `core.hooksPath` is `{configured}`, which is no folder; \
         to turn them on: `git config core.hooksPath '{default}'`"
    )]
    Off { configured: String, default: PathBuf },
    #[error(
        "hooks are taken from `{path}`, which is outside of this repository (`core.hooksPath` is \
         `{configured}`): a hook there would run in other repositories too; to have hooks of its own here: \
         `git config core.hooksPath '{default}'`"
    )]
    Outside { path: PathBuf, configured: String, default: PathBuf },
    #[error(
        "there is another hook already, `{path}`, which is left as it is; \
         to have it call okep, add {how}: `{line}`"
    )]
    Foreign { path: PathBuf, how: &'static str, line: &'static str },
    #[error(
        "`{path}` runs the hooks of `.pre-commit-config.yaml` and is left as it is; \
         list `{id}` there, as `.pre-commit-hooks.yaml` of okep has it"
    )]
    Framework { path: PathBuf, id: &'static str },
    #[error(
        "`{path}` is okep's hook, but changed by hand or of another version, and is left as it is; \
         delete it first if nothing in it is wanted"
    )]
    Changed { path: PathBuf },
    #[error("`{path}` cannot be {what}: {source}")]
    Io { path: PathBuf, what: &'static str, source: io::Error },
}

/// What stands where a hook belongs.
#[derive(Debug, PartialEq, Eq)]
enum Standing {
    Nothing,
    Ours {
        runs: bool,
    },
    /// Ours once, and no longer as it was written.
    Changed,
    /// Somebody else's that calls okep.
    Calls,
    /// That of pre-commit or prek.
    Framework,
    Foreign,
}

/// Installs the hooks that judge commits, with `commit_msg` also the one that looks at the subject; what
/// is there already is kept. Gives what there is to say.
///
/// # Errors
/// Some hook is in the way; then nothing has been written.
pub fn install(dir: Option<&Path>, commit_msg: bool) -> Result<String, Error> {
    let hooks = hooks(dir)?;
    if hooks.place == HooksPlace::Outside {
        let HooksFolder { path, configured, default, .. } = hooks;
        let configured = configured.unwrap_or_default();
        return Err(match path.exists() && !path.is_dir() {
            true => Error::Off { configured, default },
            false => Error::Outside { path, configured, default },
        });
    }
    let wanted = &ALL[..if commit_msg { 3 } else { 2 }];
    let mut missing = Vec::new();
    for script in wanted {
        let path = hooks.path.join(script.name);
        match standing(&path, script)? {
            Standing::Nothing => missing.push((path, script)),
            Standing::Ours { .. } | Standing::Calls => {}
            Standing::Changed => return Err(Error::Changed { path }),
            Standing::Framework => return Err(Error::Framework { path, id: id(script) }),
            Standing::Foreign => {
                return Err(Error::Foreign { how: how(&path), path, line: script.line });
            }
        }
    }
    let mut said = String::new();
    if !missing.is_empty() {
        fs::create_dir_all(&hooks.path).map_err(|source| Error::Io {
            path: hooks.path.clone(),
            what: "made",
            source,
        })?;
    }
    for (path, script) in &missing {
        atomic::create(path, script.text.as_bytes(), true).map_err(|source| Error::Io {
            path: path.clone(),
            what: "written",
            source,
        })?;
        said += &format!("installed `{}`\n", path.display());
    }
    if missing.is_empty() {
        said += &format!("already installed in `{}`\n", hooks.path.display());
    } else if hooks.place == HooksPlace::WorkTree {
        said += "they are files of the working tree (`core.hooksPath`): commit them to share them, and\n\
                 each linked working tree has its own\n";
    }
    Ok(said)
}

/// Removes the hooks that are ours, also where pre-commit has set them aside.
///
/// # Errors
/// One of ours has been changed, or a file cannot be deleted.
pub fn uninstall(dir: Option<&Path>) -> Result<String, Error> {
    let hooks = hooks(dir)?;
    let mut said = String::new();
    let mut changed = None;
    for script in ALL {
        for path in [hooks.path.join(script.name), set_aside(&hooks, script)] {
            match standing(&path, script)? {
                Standing::Ours { .. } => {
                    fs::remove_file(&path).map_err(|source| Error::Io {
                        path: path.clone(),
                        what: "deleted",
                        source,
                    })?;
                    said += &format!("removed `{}`\n", path.display());
                }
                Standing::Changed => changed = Some(path),
                Standing::Calls => said += &format!("left `{}`, which calls okep\n", path.display()),
                Standing::Nothing | Standing::Framework | Standing::Foreign => {}
            }
        }
    }
    if let Some(path) = changed {
        return Err(Error::Changed { path });
    }
    Ok(if said.is_empty() { "no hook of okep is installed\n".into() } else { said })
}

/// Says where hooks are taken from and what stands there, and whether commits are judged.
pub fn status(dir: Option<&Path>) -> Result<(String, bool), Error> {
    let hooks = hooks(dir)?;
    let mut said = format!("hooks are taken from `{}`", hooks.path.display());
    if let Some(value) = &hooks.configured {
        said += &format!(" (`core.hooksPath` is `{value}`)");
    }
    said += "\n";
    let mut judged = false;
    for script in ALL {
        let stands = standing(&hooks.path.join(script.name), script)?;
        let behind = standing(&set_aside(&hooks, script), script)?;
        let word = match &stands {
            Standing::Nothing => "not installed".to_owned(),
            Standing::Ours { runs: true } => "installed".into(),
            Standing::Ours { runs: false } => "installed, but git skips it: it is not executable".into(),
            Standing::Changed => "okep's, but changed by hand or of another version".into(),
            Standing::Calls => "another hook, which calls okep".into(),
            Standing::Framework | Standing::Foreign if behind == (Standing::Ours { runs: true }) => {
                format!("installed, behind another hook that set it aside as `{}.legacy`", script.name)
            }
            Standing::Framework => {
                format!("that of pre-commit or prek: list `{}` in `.pre-commit-config.yaml`", id(script))
            }
            Standing::Foreign => format!("another hook; to have it call okep, add: {}", script.line),
        };
        if script.name == PRE_COMMIT.name {
            judged = matches!(stands, Standing::Ours { runs: true } | Standing::Calls | Standing::Changed)
                || behind == (Standing::Ours { runs: true });
        }
        said += &format!("{:<16}  {word}\n", script.name);
    }
    Ok((said, judged))
}

fn hooks(dir: Option<&Path>) -> Result<HooksFolder, Error> {
    let Some(repo) = Repo::discover(dir)? else {
        return Err(GitError::no_repository(dir, "are no hooks", "name one with `-C DIR`").into());
    };
    Ok(repo.hooks_folder()?)
}

/// Where pre-commit and prek put a hook that was there before theirs, to run it first.
fn set_aside(hooks: &HooksFolder, script: &Script) -> PathBuf {
    hooks.path.join(format!("{}.legacy", script.name))
}

fn standing(path: &Path, script: &Script) -> Result<Standing, Error> {
    let found = match path.symlink_metadata() {
        Ok(found) => found,
        Err(error) if is_absent(&error) => return Ok(Standing::Nothing),
        Err(source) => return Err(Error::Io { path: path.to_owned(), what: "read", source }),
    };
    if found.is_dir() {
        return Ok(Standing::Foreign);
    }
    // A link may lead nowhere, and a program need not be readable: somebody else's in any case.
    let Ok(bytes) = fs::read(path) else { return Ok(Standing::Foreign) };
    if found.is_file() && bytes == script.text.as_bytes() {
        return Ok(Standing::Ours { runs: is_executable(&found) });
    }
    let text = String::from_utf8_lossy(&bytes);
    if found.is_file() && text.lines().nth(1).is_some_and(|line| line.starts_with(MARK)) {
        return Ok(Standing::Changed);
    }
    let command = script.line.split(" ||").next().unwrap_or_default().split(" \"").next().unwrap_or_default();
    let calls = |line: &str| !line.trim_start().starts_with('#') && line.contains(command);
    Ok(match text.lines().any(calls) {
        true => Standing::Calls,
        false if is_framework(&text) => Standing::Framework,
        false => Standing::Foreign,
    })
}

/// Whether a hook was written by pre-commit or prek, of which both say so in their first lines.
fn is_framework(text: &str) -> bool {
    text.lines().take(3).any(|line| {
        let line = line.to_ascii_lowercase();
        line.starts_with('#') && line.contains("generated by") && line.contains("pre")
    })
}

/// The id of the hook in `.pre-commit-hooks.yaml`.
fn id(script: &Script) -> &'static str {
    if script.name == COMMIT_MSG.name { "okep-commit-msg" } else { "okep-check" }
}

/// Where in another hook the line belongs.
fn how(path: &Path) -> &'static str {
    let begins = fs::read(path).unwrap_or_default();
    let first = begins.split(|b| *b == b'\n').next().unwrap_or_default();
    match first.starts_with(b"#!") && (first.ends_with(b"sh") || first.windows(3).any(|w| w == b"sh ")) {
        true => "this line below its first",
        false => "a call to it",
    }
}

#[cfg(unix)]
fn is_executable(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    found.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    true
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hook_carries_the_mark_and_does_what_its_line_says() {
        for script in ALL {
            assert!(script.text.starts_with("#!/bin/sh\n"));
            assert!(script.text.lines().nth(1).expect("two lines").starts_with(MARK));
            let command = script.line.trim_end_matches(" || exit 1");
            assert!(script.text.ends_with(&format!("\nexec {command}\n")), "{}", script.name);
        }
    }
}
