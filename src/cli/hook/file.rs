//! Where git looks for the hooks of a repository, whose each of them is, and whether it mentions okep.
//!
//! It reads what can be seen: a file of okep's is known byte by byte; of others only whether a line names the
//! command. Whether that line is run, and whether its exit status counts, only running the hook shows.

use super::script::{MARK, Script};
use crate::cli::target::repository;
use crate::files::is_absent;
use crate::fix::atomic;
use crate::git::HooksFolder;
use anyhow::anyhow;
use std::fs;
use std::io;
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
        self.read(self.folder.path.join(script.name), script)
    }

    /// The file where pre-commit and prek put a hook that was there before theirs, to run it first.
    pub fn set_aside(&self, script: &Script) -> anyhow::Result<HookFile> {
        self.read(self.folder.path.join(format!("{}.legacy", script.name)), script)
    }

    fn read(&self, path: PathBuf, script: &Script) -> anyhow::Result<HookFile> {
        let (owner, mentions_okep) = match path.symlink_metadata() {
            Ok(found) => match fs::read(&path) {
                Ok(bytes) => self.owner(&path, &bytes, found.is_file(), script),
                // A dangling link, and a program that is not readable, belong to somebody else.
                Err(_) => (Owner::Other, false),
            },
            Err(error) if is_absent(&error) => (Owner::Nobody, false),
            Err(error) => return Err(cannot("read", &path)(error)),
        };
        let can_run = |file: fs::Metadata| file.is_file() && (!cfg!(unix) || gix::fs::is_executable(&file));
        let is_executable = fs::metadata(&path).is_ok_and(can_run);
        Ok(HookFile { path, owner, is_executable, mentions_okep })
    }

    /// Whose the hook at `path` is, and whether it mentions okep.
    fn owner(&self, path: &Path, bytes: &[u8], is_file: bool, script: &Script) -> (Owner, bool) {
        let text = String::from_utf8_lossy(bytes);
        if is_file && text.lines().nth(1).is_some_and(|line| line.starts_with(MARK)) {
            let is_unchanged = bytes == script.text.as_bytes();
            let owner = if is_unchanged { Owner::Okep } else { Owner::OkepChanged };
            return (owner, mentions(&text, script));
        }
        if is_pre_commit(&text) {
            let named = text.split_once("--config=").map_or("", |(_, rest)| rest);
            let named = named.split([' ', ')', '"', '\'', '\n']).find(|path| !path.is_empty());
            let usual = [".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml"];
            return (Owner::PreCommit, self.any_mentions(named.into_iter().chain(usual), script));
        }
        if let Some(own) = husky(path, script.name) {
            let mentioned = fs::read_to_string(&own).is_ok_and(|text| mentions(&text, script));
            return (Owner::Husky(own), mentioned);
        }
        if text.contains("call_lefthook") {
            let usual = ["lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml", "lefthook.toml"];
            return (Owner::Lefthook, self.any_mentions(usual, script));
        }
        (Owner::Other, mentions(&text, script))
    }

    /// Whether the first of the files that is there mentions okep.
    fn any_mentions<'a>(&self, files: impl IntoIterator<Item = &'a str>, script: &Script) -> bool {
        let read = |file| fs::read_to_string(self.root.as_ref()?.join(file)).ok();
        files.into_iter().find_map(read).is_some_and(|text| mentions(&text, script))
    }
}

/// Whose hook it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// There is no hook.
    Nobody,
    Okep,
    /// Okep's, but changed by hand or of another version.
    OkepChanged,
    /// pre-commit or prek.
    PreCommit,
    /// husky, which runs this file of the user's.
    Husky(PathBuf),
    Lefthook,
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookFile {
    pub path: PathBuf,
    pub owner: Owner,
    /// Git skips what is not executable.
    pub is_executable: bool,
    /// Whether the hook, or the configuration that it runs, has a line with the command.
    pub mentions_okep: bool,
}

impl HookFile {
    /// Whether git runs it and it mentions okep.
    pub fn is_in_place(&self) -> bool {
        self.is_executable && self.mentions_okep
    }

    /// What to say of another hook that calls okep already.
    pub fn left(&self, script: &Script) -> String {
        format!("left `{}`, which mentions `{}`\n", self.path.display(), script.command)
    }
}

/// Whether a line that is not a comment names the command, or the hook that pre-commit knows it by.
fn mentions(text: &str, script: &Script) -> bool {
    let is_comment = |line: &str| line.trim_start().starts_with('#');
    let names_it = |line: &str| line.contains(script.command) || line.contains(script.id);
    text.lines().any(|line| !is_comment(line) && names_it(line))
}

/// Whether a hook was written by pre-commit or prek; both say so in their first lines.
fn is_pre_commit(text: &str) -> bool {
    text.lines().take(3).any(|line| {
        let line = line.to_ascii_lowercase();
        line.starts_with('#') && line.contains("generated by") && line.contains("pre")
    })
}

/// The file that husky runs for the git hook at `path`, where that is husky's own.
fn husky(path: &Path, name: &str) -> Option<PathBuf> {
    let folder = path.parent()?;
    let above = folder.parent()?;
    let is_husky = folder.ends_with("_")
        && (above.ends_with(".husky") || folder.join("h").is_file() || folder.join("husky.sh").is_file());
    is_husky.then(|| above.join(name))
}

/// The error of the system about a file that cannot be `what`.
pub fn cannot(what: &str, path: &Path) -> impl FnOnce(io::Error) -> anyhow::Error {
    move |error| anyhow!("`{}` cannot be {what}: {error}{}", path.display(), atomic::remedy(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::hook::script::PRE_COMMIT;

    #[test]
    fn a_comment_is_not_a_mention() {
        assert!(mentions("#!/bin/sh\nmake lint && exec okep check --staged\n", &PRE_COMMIT));
        assert!(mentions("repos:\n- repo: x\n  hooks: [{id: okep-check}]\n", &PRE_COMMIT));
        assert!(!mentions("#!/bin/sh\n  # okep check --staged\nmake lint\n", &PRE_COMMIT));
    }
}
