//! `okep hook install`: writes new files and nothing else.
//!
//! For what is there already it reports the line that would do the same from there.

use super::error::Error;
use super::file::{HookFile, Owner};
use super::folder::{hooks, set_aside};
use super::script::{COMMIT_MSG, PRE_COMMIT, PRE_MERGE_COMMIT, PRE_PUSH, Script};
use crate::cli::args::InstallArgs;
use crate::fix::atomic;
use crate::git::{HooksFolder, HooksPlace};
use std::fs;
use std::path::{Path, PathBuf};

impl InstallArgs {
    fn scripts(&self) -> Vec<Script> {
        let mut scripts = match self.pre_push {
            true => vec![PRE_PUSH],
            false => vec![PRE_COMMIT, PRE_MERGE_COMMIT],
        };
        scripts.extend(self.commit_msg.then_some(COMMIT_MSG));
        scripts
    }

    fn command(&self) -> String {
        let pre_push = if self.pre_push { " --pre-push" } else { "" };
        let commit_msg = if self.commit_msg { " --commit-msg" } else { "" };
        format!("okep hook install{pre_push}{commit_msg}")
    }
}

/// Installs the hooks that are wanted, and keeps what is there already. Gives what was done, and what prevented the rest.
///
/// # Errors
/// The first hook cannot be installed; then nothing has been written.
pub fn install(dir: Option<&Path>, wanted: &InstallArgs) -> Result<(String, Option<Error>), Error> {
    let (root, hooks) = hooks(dir)?;
    if hooks.place == HooksPlace::Outside {
        return Err(outside(hooks));
    }
    let scripts = wanted.scripts();
    let (mut missing, mut message, mut obstacles) = (Vec::new(), String::new(), Vec::new());
    for script in &scripts {
        let path = hooks.path.join(script.name);
        let file = HookFile::read(&path, script, root.as_deref())?;
        match (&file.owner, file.is_in_place()) {
            (Owner::Nobody, _) => missing.push((path, script)),
            (Owner::Okep, true) => {}
            (Owner::Okep, false) => {
                make_executable(&path)?;
                message += &format!("made `{}` executable\n", path.display());
            }
            (Owner::OkepChanged, _) => obstacles.push((script, Error::Changed { path })),
            (_, true) => {
                message += &format!("left `{}`, which mentions `{}`\n", path.display(), script.command);
            }
            _ => obstacles.push((script, obstacle(path, script, file))),
        }
    }
    let obstacle = match obstacles.into_iter().next() {
        Some((script, why)) if *script == scripts[0] => {
            let rest: Vec<String> = missing.iter().map(|(_, script)| format!("`{}`", script.name)).collect();
            return Err(match rest.is_empty() {
                true => why,
                false => {
                    let (why, command) = (Box::new(why), wanted.command());
                    Error::Nothing { why, command, rest: rest.join(" and ") }
                }
            });
        }
        obstacle => obstacle.map(|(_, why)| why),
    };
    write(&hooks, &missing)?;
    for (path, _) in &missing {
        message += &format!("installed `{}`\n", path.display());
    }
    if message.is_empty() && obstacle.is_none() {
        message += &format!("already installed in `{}`\n", hooks.path.display());
    } else if hooks.place == HooksPlace::WorkTree && !missing.is_empty() {
        message += "they are files of the working tree (`core.hooksPath`): commit them to share them, and\n\
                    each linked working tree has its own\n";
    }
    if wanted.pre_push && checks_commits(&hooks, root.as_deref())? {
        message +=
            "commits are checked too, by another hook of okep; `okep hook uninstall` removes all of them\n";
    }
    Ok((message, obstacle))
}

fn write(hooks: &HooksFolder, missing: &[(PathBuf, &Script)]) -> Result<(), Error> {
    if missing.is_empty() {
        return Ok(());
    }
    fs::create_dir_all(&hooks.path).map_err(Error::io(&hooks.path, "made"))?;
    for (path, script) in missing {
        atomic::create(path, script.text.as_bytes(), true).map_err(Error::io(path, "written"))?;
    }
    Ok(())
}

fn checks_commits(hooks: &HooksFolder, root: Option<&Path>) -> Result<bool, Error> {
    for path in [hooks.path.join(PRE_COMMIT.name), set_aside(hooks, &PRE_COMMIT)] {
        if HookFile::read(&path, &PRE_COMMIT, root)?.owner == Owner::Okep {
            return Ok(true);
        }
    }
    Ok(false)
}

fn outside(hooks: HooksFolder) -> Error {
    let HooksFolder { path, configured, default, .. } = hooks;
    match configured {
        None => Error::OutsideLink { path, link: default },
        Some(configured) if path.exists() && !path.is_dir() => Error::Off { configured, default },
        Some(configured) => Error::Outside { path, configured, default },
    }
}

/// Why another hook prevents ours, and how it would call okep.
fn obstacle(path: PathBuf, script: &Script, file: HookFile) -> Error {
    let line = script.line;
    match file.owner {
        _ if file.mentions_okep => Error::NotExecutable { path },
        Owner::PreCommit => Error::PreCommit { path, id: script.id },
        Owner::Husky(own) => Error::Husky { path, own, line },
        Owner::Lefthook => {
            let stdin = if script.name == PRE_PUSH.name { " with `use_stdin: true`" } else { "" };
            Error::Lefthook { path, name: script.name, command: script.command, stdin }
        }
        _ => Error::Other { how: how(&path), path, line },
    }
}

/// Where in another hook the line belongs.
fn how(path: &Path) -> &'static str {
    let bytes = fs::read(path).unwrap_or_default();
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    match first.starts_with(b"#!") && (first.ends_with(b"sh") || first.windows(3).any(|w| w == b"sh ")) {
        true => "this line below its first",
        false => "a call to it",
    }
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let what = "made executable";
    let mode = fs::metadata(path).map_err(Error::io(path, what))?.permissions().mode();
    // Everybody who may read it may run it, as with git's own sample hooks.
    let mode = mode | ((mode & 0o444) >> 2);
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(Error::io(path, what))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<(), Error> {
    Ok(())
}
