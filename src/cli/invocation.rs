//! Who calls `okep check --staged`, as far as the environment shows: git at a commit, pre-commit or prek at a
//! push or outside of both, or somebody at a prompt.

/// What there is to check for a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A commit is being made; git names its index. That is temporary where it is for this commit alone, as with
    /// `git commit -a` or `git commit PATH`.
    Commit { is_temporary: bool },
    /// `pre-commit run --from-ref FROM --to-ref TO`, as in CI.
    Refs { from: String, to: String },
    /// pre-commit or prek at a push: a commit or a branch, and what the remote has, where they know it.
    Push { local: String, from: Option<String> },
    /// pre-commit or prek with no commit under way, such as `run --all-files`.
    Client,
    /// Somebody at a prompt.
    Person,
}

/// The caller, by the variables of its environment; an empty one counts as unset.
pub fn caller(env: impl Fn(&str) -> Option<String>) -> Caller {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    // Git names the index to every hook before a commit, and both clients pass it on.
    if let Some(index) = set("GIT_INDEX_FILE") {
        return Caller::Commit { is_temporary: index.ends_with(".lock") };
    }
    let (from, to) = (set("PRE_COMMIT_FROM_REF"), set("PRE_COMMIT_TO_REF"));
    // They set it at a push alone. For a branch with a root commit of its own they name no range.
    if let Some(branch) = set("PRE_COMMIT_LOCAL_BRANCH") {
        return Caller::Push { local: to.unwrap_or(branch), from };
    }
    match (from, to) {
        (Some(from), Some(to)) => Caller::Refs { from, to },
        _ if set("PRE_COMMIT").as_deref() == Some("1") => Caller::Client,
        _ => Caller::Person,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(env: &[(&str, &str)], expected: Caller) {
        let found = |name: &str| env.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        assert_eq!(caller(found), expected, "{env:?}");
    }

    #[test]
    fn a_commit_counts_before_all_else() {
        let refs = [("PRE_COMMIT_FROM_REF", "a"), ("PRE_COMMIT_TO_REF", "b"), ("PRE_COMMIT", "1")];
        let commit = |index| [&refs[..], &[("GIT_INDEX_FILE", index)]].concat();
        check(&commit(".git/index"), Caller::Commit { is_temporary: false });
        check(&commit(".git/next-index-7.lock"), Caller::Commit { is_temporary: true });
        check(&refs, Caller::Refs { from: "a".into(), to: "b".into() });
    }

    #[test]
    fn a_push_is_known_by_its_branch() {
        let branch = ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/topic");
        let range = [("PRE_COMMIT", "1"), branch, ("PRE_COMMIT_FROM_REF", "a"), ("PRE_COMMIT_TO_REF", "b")];
        check(&range, Caller::Push { local: "b".into(), from: Some("a".into()) });
        check(&range[..2], Caller::Push { local: "refs/heads/topic".into(), from: None });
    }

    #[test]
    fn half_of_a_range_is_none() {
        check(&[("PRE_COMMIT", "1"), ("PRE_COMMIT_FROM_REF", "a")], Caller::Client);
        check(
            &[("PRE_COMMIT", "1"), ("PRE_COMMIT_FROM_REF", "a"), ("PRE_COMMIT_TO_REF", "")],
            Caller::Client,
        );
        check(&[("PRE_COMMIT", "0")], Caller::Person);
        check(&[], Caller::Person);
    }
}
