//! Why a hook cannot be installed or removed, and what to do about it.

use crate::fix::atomic;
use crate::git::Error as GitError;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(
        "hooks are turned off here: `core.hooksPath` is `{configured}`, which is not a folder; \
         to turn them on: `git config core.hooksPath '{default}'`"
    )]
    Off { configured: String, default: PathBuf },
    #[error(
        "git takes hooks from `{path}`, which is outside of this repository (`core.hooksPath` is \
         `{configured}`): a hook there would run in other repositories too; to have hooks of its own here: \
         `git config core.hooksPath '{default}'`"
    )]
    Outside { path: PathBuf, configured: String, default: PathBuf },
    #[error(
        "`{link}` is a link to `{path}`, which is outside of this repository: a hook there would run in other \
         repositories too; to have hooks of its own here, replace the link by a folder"
    )]
    OutsideLink { path: PathBuf, link: PathBuf },
    #[error(
        "there is already another hook, `{path}`, which is left as it is\n  \
         to have it call okep, add {how}:\n      {line}"
    )]
    Other { path: PathBuf, how: &'static str, line: &'static str },
    #[error("`{path}` calls okep, but git skips it: it is not executable; `chmod +x` it")]
    NotExecutable { path: PathBuf },
    #[error(
        "`{path}` runs the hooks of `.pre-commit-config.yaml` and is left as it is; \
         list `{id}` there, as in okep's `.pre-commit-hooks.yaml`"
    )]
    PreCommit { path: PathBuf, id: &'static str },
    #[error(
        "`{path}` belongs to husky, which runs `{own}`, and is left as it is\n  \
         to have it call okep, add this line to `{own}`:\n      {line}"
    )]
    Husky { path: PathBuf, own: PathBuf, line: &'static str },
    #[error(
        "`{path}` belongs to lefthook and is left as it is; add a command to `{name}` in `lefthook.yml` that \
         runs `{command}`{stdin}"
    )]
    Lefthook { path: PathBuf, name: &'static str, command: &'static str, stdin: &'static str },
    #[error(
        "`{path}` is okep's hook, but it was changed by hand or is of another version, and is left as it \
         is; delete it first if you do not need it"
    )]
    Changed { path: PathBuf },
    #[error("{why}\n  nothing was installed: after that, run `{command}` again for {rest}")]
    Nothing { why: Box<Error>, command: String, rest: String },
    #[error("`{path}` cannot be {what}: {source}{}", atomic::remedy(.source))]
    Io { path: PathBuf, what: &'static str, source: io::Error },
}

impl Error {
    /// The error of the system about a file that cannot be `what`.
    pub fn io(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::Io { path: path.to_owned(), what, source }
    }
}
