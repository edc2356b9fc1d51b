//! Where git looks for the hooks of a repository.

use super::{Error, Repo, said};
use std::path::{Path, PathBuf};

/// The folder whose hooks git runs for a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HooksFolder {
    pub path: PathBuf,
    /// `core.hooksPath`, as written, where it is set.
    pub configured: Option<String>,
    pub place: HooksPlace,
    /// Where they would be taken from without `core.hooksPath`.
    pub default: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HooksPlace {
    /// In the git folder, which all working trees of the repository share.
    GitFolder,
    /// In the working tree, where hooks may be tracked files, and where each working tree has its own.
    WorkTree,
    /// Elsewhere: other repositories may run the same hooks.
    Outside,
}

impl Repo {
    /// The folder of the hooks, which need not be there.
    ///
    /// # Errors
    /// `core.hooksPath` cannot be understood, or is relative to a working tree that is not there.
    pub fn hooks_folder(&self) -> Result<HooksFolder, Error> {
        let local = self.local();
        let common = absolute(local.common_dir());
        let default = common.join("hooks");
        let config = local.config_snapshot();
        let unusable = |value: &str, reason: String| Error::HooksPath { value: value.to_owned(), reason };
        let configured = config.string("core.hooksPath").map(|value| value.to_string());
        let path = match &configured {
            // The folder itself may be a link, and point to where other repositories look too.
            None => default.read_link().map_or_else(|_| default.clone(), |to| absolute(&common.join(to))),
            Some(value) => {
                let path = config.trusted_path("core.hooksPath");
                let path = path.map_err(|error| unusable(value, said(&error)))?;
                let path = path.filter(|path| !path.as_os_str().is_empty());
                let path = path.ok_or_else(|| unusable(value, "it is empty".into()))?;
                // Git takes it from the top of whichever working tree the hook runs in.
                let reason = "it is relative, and there is no working tree here to take it from";
                match self.root() {
                    Some(root) => absolute(&root.join(path)),
                    None if path.is_absolute() => absolute(&path),
                    None => return Err(unusable(value, reason.into())),
                }
            }
        };
        let place = match self.root().map(absolute) {
            _ if path.starts_with(&common) => HooksPlace::GitFolder,
            Some(root) if path.starts_with(&root) => HooksPlace::WorkTree,
            _ => HooksPlace::Outside,
        };
        Ok(HooksFolder { path, configured, place, default })
    }

    /// What a comment in the message of a commit may begin with: one thing, but where git may choose.
    pub fn comment_marks(&self) -> Vec<String> {
        let local = self.local();
        let config = local.config_snapshot();
        // The two are one setting under an old and a new name.
        let set = ["core.commentString", "core.commentChar"].iter().find_map(|name| config.string(*name));
        match set.map(|mark| mark.to_string()).filter(|mark| !mark.is_empty()) {
            None => vec!["#".to_owned()],
            Some(auto) if auto == "auto" => MARKS_OF_GIT.chars().map(String::from).collect(),
            Some(mark) => vec![mark],
        }
    }
}

/// With what git begins its comments in a message where it may choose.
const MARKS_OF_GIT: &str = "#;@!$%^&|:";

/// The path without links and dots, as far as it is there.
pub(super) fn absolute(path: &Path) -> PathBuf {
    gix::path::realpath(path).unwrap_or_else(|_| path.to_path_buf())
}
