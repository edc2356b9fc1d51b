//! `okep hook`: installs git hooks that call okep where git looks for them, shows and removes them.

mod file;
mod install;
mod obstacle;
mod script;
mod status;

pub use install::install;
pub use status::status;

use file::{Hooks, Owner, cannot};
use script::ALL;
use std::fs;
use std::path::Path;

/// Removes okep's own unchanged hooks and nothing else, also where pre-commit has set them aside.
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
                Owner::Other if file.mentions_okep => message += &file.left(script),
                _ => {}
            }
        }
    }
    if message.is_empty() {
        message += "no hook of okep is installed\n";
    }
    changed.map_or(Ok(message), Err)
}
