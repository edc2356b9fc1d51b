//! Who calls `okep check --staged`, as far as the environment tells: git at a commit, pre-commit or prek
//! outside of one, or somebody at a prompt.
//!
//! It only reads what it is given; what follows from it is the command line's affair.

/// What there is to judge for a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A commit is being made, whose index git names.
    Commit,
    /// `pre-commit run --from-ref FROM --to-ref TO`, as in CI.
    Refs {
        from: String,
        to: String,
    },
    /// pre-commit or prek with no commit under way, such as `run --all-files`.
    Client,
    Person,
}

/// The caller, by the variables of its environment; an empty one counts as none.
pub fn caller(env: impl Fn(&str) -> Option<String>) -> Caller {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    // Git names the index to every hook before a commit, and both clients pass it on.
    if set("GIT_INDEX_FILE").is_some() {
        return Caller::Commit;
    }
    match (set("PRE_COMMIT_FROM_REF"), set("PRE_COMMIT_TO_REF")) {
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
        check(&[&refs[..], &[("GIT_INDEX_FILE", ".git/index")]].concat(), Caller::Commit);
        check(&refs, Caller::Refs { from: "a".into(), to: "b".into() });
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
