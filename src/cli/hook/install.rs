//! `okep hook install`: writes new files and nothing else.
//!
//! For what is there already it reports the line that would do the same from there.

use super::file::{HookFile, Hooks, Owner, cannot};
use super::obstacle;
use super::script::{COMMIT_MSG, PRE_COMMIT, PRE_MERGE_COMMIT, PRE_PUSH, Script};
use crate::cli::args::InstallArgs;
use crate::fix::atomic;
use crate::git::HooksPlace;
use anyhow::anyhow;
use std::fs;
use std::path::Path;

impl InstallArgs {
    fn scripts(&self) -> Vec<Script> {
        let mut scripts = if self.pre_push { vec![PRE_PUSH] } else { vec![PRE_COMMIT, PRE_MERGE_COMMIT] };
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
pub fn install(dir: Option<&Path>, wanted: &InstallArgs) -> anyhow::Result<(String, Option<anyhow::Error>)> {
    let hooks = Hooks::of(dir)?;
    let folder = &hooks.folder;
    if folder.place == HooksPlace::Outside {
        return Err(obstacle::outside(folder));
    }
    let scripts = wanted.scripts();
    let (mut missing, mut message, mut obstacles) = (Vec::new(), String::new(), Vec::new());
    for script in &scripts {
        let file = hooks.file(script)?;
        let path = &file.path;
        match (&file.owner, file.is_in_place()) {
            (Owner::Nobody, _) => missing.push((path.clone(), script)),
            (Owner::Okep, true) => {}
            (Owner::Okep, false) => {
                let anew = || atomic::create(path, script.text.as_bytes(), true);
                fs::remove_file(path).and_then(|()| anew()).map_err(cannot("made executable", path))?;
                message += &format!("made `{}` executable\n", path.display());
            }
            (owner, true) if *owner != Owner::OkepChanged => message += &file.left(script),
            _ => obstacles.push((script, obstacle::another(script, &file))),
        }
    }
    let obstacle = match obstacles.into_iter().next() {
        Some((script, why)) if *script == scripts[0] => {
            let rest: Vec<String> = missing.iter().map(|(_, script)| format!("`{}`", script.name)).collect();
            let (rest, command) = (rest.join(" and "), wanted.command());
            return Err(match rest.as_str() {
                "" => why,
                _ => anyhow!("{why}\n  nothing was installed: after that, run `{command}` again for {rest}"),
            });
        }
        obstacle => obstacle.map(|(_, why)| why),
    };
    for (path, script) in &missing {
        fs::create_dir_all(&folder.path).map_err(cannot("made", &folder.path))?;
        atomic::create(path, script.text.as_bytes(), true).map_err(cannot("written", path))?;
        message += &format!("installed `{}`\n", path.display());
    }
    if message.is_empty() && obstacle.is_none() {
        message += &format!("already installed in `{}`\n", folder.path.display());
    } else if folder.place == HooksPlace::WorkTree && !missing.is_empty() {
        message += "they are files of the working tree (`core.hooksPath`): commit them to share them, and\n\
                    each linked working tree has its own\n";
    }
    let is_ours = |hook: HookFile| hook.owner == Owner::Okep;
    if wanted.pre_push && (is_ours(hooks.file(&PRE_COMMIT)?) || is_ours(hooks.set_aside(&PRE_COMMIT)?)) {
        message +=
            "commits are checked too, by another hook of okep; `okep hook uninstall` removes all of them\n";
    }
    Ok((message, obstacle))
}
