//! Where git looks for the hooks of the repository around.

use super::file::HookFile;
use super::script::Script;
use crate::cli::target::repository;
use crate::git::HooksFolder;
use std::path::{Path, PathBuf};

/// The hooks of a repository.
pub struct Hooks {
    /// The top of the working tree, with the configuration of hook managers.
    root: Option<PathBuf>,
    pub folder: HooksFolder,
}

impl Hooks {
    /// The hooks of the repository around.
    ///
    /// # Errors
    /// There is no repository, or `core.hooksPath` cannot be understood.
    pub fn of(dir: Option<&Path>) -> anyhow::Result<Self> {
        let repo = repository(dir, ("are no hooks", "name one with `-C DIR`"))?;
        Ok(Hooks { root: repo.root().map(Path::to_path_buf), folder: repo.hooks_folder()? })
    }

    /// The file that git runs as a hook.
    pub fn file(&self, script: &Script) -> anyhow::Result<HookFile> {
        HookFile::read(self.folder.path.join(script.name), script, self.root.as_deref())
    }

    /// The file where pre-commit and prek put a hook that was there before theirs, to run it first.
    pub fn set_aside(&self, script: &Script) -> anyhow::Result<HookFile> {
        let path = self.folder.path.join(format!("{}.legacy", script.name));
        HookFile::read(path, script, self.root.as_deref())
    }
}
