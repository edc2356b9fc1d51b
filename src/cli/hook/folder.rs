//! Where git looks for the hooks of the repository around.

use super::script::Script;
use crate::cli::target::repository;
use crate::fix::atomic;
use crate::git::HooksFolder;
use anyhow::{Error, anyhow};
use std::io;
use std::path::{Path, PathBuf};

/// The top of the working tree, and the folder of the hooks.
///
/// # Errors
/// There is no repository, or `core.hooksPath` cannot be understood.
pub fn hooks(dir: Option<&Path>) -> anyhow::Result<(Option<PathBuf>, HooksFolder)> {
    let repo = repository(dir, ("are no hooks", "name one with `-C DIR`"))?;
    Ok((repo.root().map(Path::to_path_buf), repo.hooks_folder()?))
}

/// Where pre-commit and prek put a hook that was there before theirs, to run it first.
pub fn set_aside(hooks: &HooksFolder, script: &Script) -> PathBuf {
    hooks.path.join(format!("{}.legacy", script.name))
}

/// The error of the system about a file that cannot be `what`.
pub fn cannot(what: &str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |error| anyhow!("`{}` cannot be {what}: {error}{}", path.display(), atomic::remedy(&error))
}
