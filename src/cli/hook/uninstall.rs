//! `okep hook uninstall`: deletes okep's own unchanged hooks and nothing else.

use super::file::{Hooks, Owner, cannot};
use super::obstacle;
use super::script::ALL;
use std::fs;
use std::path::Path;

/// Removes the hooks that are okep's, also where pre-commit has set them aside.
///
/// # Errors
/// One of them has been changed, or a file cannot be deleted.
pub fn uninstall(dir: Option<&Path>) -> anyhow::Result<String> {
    let hooks = Hooks::of(dir)?;
    let mut message = String::new();
    let mut changed = None;
    for script in &ALL {
        for file in [hooks.file(script)?, hooks.set_aside(script)?] {
            let path = &file.path;
            match file.owner {
                Owner::Okep => {
                    fs::remove_file(path).map_err(cannot("deleted", path))?;
                    message += &format!("removed `{}`\n", path.display());
                }
                Owner::OkepChanged => changed = Some(obstacle::another(script, &file)),
                Owner::Other if file.mentions_okep => {
                    message += &format!("left `{}`, which mentions `{}`\n", path.display(), script.command);
                }
                _ => {}
            }
        }
    }
    match changed {
        Some(why) => Err(why),
        None if message.is_empty() => Ok("no hook of okep is installed\n".into()),
        None => Ok(message),
    }
}
