//! `okep hook status`: which hooks there are, and which of them mention okep.

use super::file::{HookFile, Hooks, Owner};
use super::obstacle;
use super::script::{ALL, PRE_COMMIT, PRE_PUSH, Script};
use crate::git::HooksPlace;
use std::path::Path;

/// The hooks in words, and whether one that checks commits or pushes is in place.
///
/// # Errors
/// There is no repository, or a hook cannot be read.
pub fn status(dir: Option<&Path>) -> anyhow::Result<(String, bool)> {
    let hooks = Hooks::of(dir)?;
    let mut message = format!("git takes hooks from `{}`", hooks.folder.path.display());
    if let Some(value) = &hooks.folder.configured {
        message += &format!(" (`core.hooksPath` is `{value}`)");
    }
    message += "\n";
    let (mut checks, mut is_empty) = (false, true);
    for script in &ALL {
        let (file, behind) = (hooks.file(script)?, hooks.set_aside(script)?);
        let is_behind = file.is_executable && behind.is_in_place();
        let description = match is_behind && !file.is_in_place() {
            true => format!("installed, behind another hook that set it aside as `{}.legacy`", script.name),
            false => described(&file, script),
        };
        is_empty &= matches!(file.owner, Owner::Nobody) && !is_behind;
        let counts = [PRE_COMMIT.name, PRE_PUSH.name].contains(&script.name);
        checks |= counts && (file.is_in_place() || is_behind);
        message += &format!("{:<16}  {description}\n", script.name);
    }
    if hooks.folder.place == HooksPlace::Outside {
        message += &format!("{}\n", obstacle::outside(&hooks.folder));
    } else if is_empty {
        message += "install them: okep hook install\n";
    }
    Ok((message, checks))
}

/// What is there, in words.
fn described(file: &HookFile, script: &Script) -> String {
    let Script { line, command, id, name, .. } = script;
    let owner = match &file.owner {
        Owner::Nobody => return "not installed".to_owned(),
        Owner::Okep => "installed".to_owned(),
        Owner::OkepChanged => "okep's, but changed by hand or of another version".to_owned(),
        Owner::PreCommit => "belongs to pre-commit or prek".to_owned(),
        Owner::Husky(own) => format!("belongs to husky, which runs `{}`", own.display()),
        Owner::Lefthook => "belongs to lefthook".to_owned(),
        Owner::Other => "another hook".to_owned(),
    };
    let calls = match (&file.owner, file.mentions_okep) {
        (Owner::Okep, _) => String::new(),
        (Owner::PreCommit, true) => format!("; its configuration mentions `{id}`"),
        (Owner::PreCommit, false) => format!("; to have it call okep, list `{id}` in its configuration"),
        (_, true) => format!("; mentions `{command}`"),
        (Owner::OkepChanged, false) => "; does not call okep".to_owned(),
        (Owner::Lefthook, false) => {
            format!("; to have it call okep, add to `{name}` in `lefthook.yml`: {command}")
        }
        (_, false) => format!("; to have it call okep, add: {line}"),
    };
    let skipped = if file.is_executable { "" } else { "; git skips it: it is not executable" };
    format!("{owner}{calls}{skipped}")
}
