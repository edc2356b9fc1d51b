//! `okep pre-push`: what git's hook of that name, or a hook manager's, is about to push.

use crate::git::{Id, PushedRef, Repo};
use std::io::BufRead;

/// A commit that is pushed, and the commits whose findings it does not introduce.
pub struct Push {
    pub commit: String,
    pub bases: Vec<Id>,
}

/// The pushes that git describes on standard input, a line each.
///
/// # Errors
/// Git wrote something else.
pub fn of_git(repo: &Repo, lines: impl BufRead) -> anyhow::Result<Vec<Push>> {
    let mut pushes = Vec::new();
    for line in lines.lines() {
        let line = line?;
        let Some(pushed) = PushedRef::parse(&line) else {
            anyhow::bail!(
                "`{line}` is not a line that git passes to a pre-push hook: local ref, local id, remote \
                 ref, remote id"
            );
        };
        if pushed.is_checked() {
            pushes.push(Push { commit: pushed.local.to_string(), bases: repo.push_bases(&pushed) });
        }
    }
    Ok(pushes)
}

/// The push that pre-commit or prek describes: `local` is a commit or a branch, `from` what the remote has of it.
///
/// # Errors
/// `local` is not a commit of the repository.
pub fn of_pre_commit(repo: &Repo, local: &str, from: Option<&str>) -> anyhow::Result<Push> {
    let commit = repo.resolve(local)?;
    let remote = from.and_then(|from| repo.resolve(from).ok());
    let null = Id::null(commit.kind());
    let pushed = PushedRef {
        local_name: local.to_owned(),
        local: commit,
        remote_name: String::new(),
        remote: remote.unwrap_or(null),
    };
    Ok(Push { commit: commit.to_string(), bases: repo.push_bases(&pushed) })
}
