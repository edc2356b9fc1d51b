//! What a push would send, as git describes it to its `pre-push` hook, and what to compare it with.

use super::refs::LOCAL_BRANCHES;
use super::{Error, Id, Repo};

/// A ref that is pushed: a line of what the hook reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedRef {
    /// The name here, as in `refs/heads/topic`; `(delete)` where the remote's is deleted.
    pub local_name: String,
    pub local: Id,
    /// Whether there is anything to check: not in a deletion, and a tag adds nothing to a branch.
    pub is_checked: bool,
    /// What the remote has by that name.
    pub remote: Option<Id>,
}

impl PushedRef {
    /// Reads `<local ref> <local id> <remote ref> <remote id>`; none where it is something else.
    pub fn parse(line: &str) -> Option<PushedRef> {
        // A local name can be any expression, also one with blanks.
        let mut parts = line.rsplitn(4, ' ');
        let remote = Id::from_hex(parts.next()?.as_bytes()).ok()?;
        let remote = (!remote.is_null()).then_some(remote);
        let remote_name = parts.next()?;
        let local = Id::from_hex(parts.next()?.as_bytes()).ok()?;
        let is_checked = !local.is_null() && !remote_name.starts_with("refs/tags/");
        Some(PushedRef { local_name: parts.next()?.to_owned(), local, is_checked, remote })
    }
}

impl Repo {
    /// The ref that pre-commit or prek pushes: `local` is a commit or a branch, `from` what the remote has of it.
    ///
    /// # Errors
    /// `local` is not a commit of the repository.
    pub fn pushed(&self, local: &str, from: Option<&str>) -> Result<PushedRef, Error> {
        let local_name = local.to_owned();
        let (local, remote) = (self.resolve(local)?, from.and_then(|from| self.resolve(from).ok()));
        Ok(PushedRef { local_name, local, is_checked: true, remote })
    }

    /// The commits whose findings a push does not introduce: what the remote has, if that commit is here, and
    /// the merge bases with the main line.
    pub fn push_bases(&self, pushed: &PushedRef) -> Vec<Id> {
        let known = pushed.remote.and_then(|id| self.resolve(&id.to_string()).ok());
        let main = self.pushed_main_line(&pushed.local_name);
        let main = main.and_then(|main| self.merge_bases(&main.to_string(), Some(pushed.local)).ok());
        let mut bases: Vec<Id> = known.into_iter().chain(main.into_iter().flatten()).collect();
        bases.dedup();
        bases
    }

    /// The copy of the default branch that a push is compared with: a remote's, as the local one may hold what
    /// was never pushed; without one the local, unless it is what is pushed.
    fn pushed_main_line(&self, pushed: &str) -> Option<Id> {
        let branch = self.default_branch(None)?;
        let is_pushed = branch.behind.is_none() && pushed.strip_prefix(LOCAL_BRANCHES) == Some(&branch.copy);
        (!is_pushed).then_some(branch.behind.unwrap_or(branch.tip))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<bool>) {
        assert_eq!(PushedRef::parse(line).map(|pushed| pushed.is_checked), expected, "{line}");
    }

    #[test]
    fn branches_are_checked_and_deletions_and_tags_are_not() {
        let (one, none) = ("1".repeat(40), "0".repeat(40));
        check(&format!("refs/heads/a {one} refs/heads/a {none}"), Some(true));
        check(&format!("HEAD {one} refs/heads/a {one}"), Some(true));
        check(&format!("HEAD@{{1 day ago}} {one} refs/heads/a {one}"), Some(true));
        check(&format!("(delete) {none} refs/heads/a {one}"), Some(false));
        check(&format!("refs/tags/v1 {one} refs/tags/v1 {none}"), Some(false));
        check(&format!("refs/heads/a {one} refs/heads/a"), None);
        check("", None);
    }
}
