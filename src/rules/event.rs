//! What happened, as the rules about history see it.

use crate::text::{Pattern, pattern};

/// Something that a commit did, and that can be wrong in itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// An OKEP came to the first-parent line.
    Landed {
        path: &'a str,
        number: Option<u64>,
        /// The issue that its own text names.
        issue: Option<u64>,
        /// The pull request that introduced it, where the commit names one.
        pull_request: Option<PullRequest>,
    },
    /// A commit that is no merge changed these files below the proposal folder.
    Commit {
        subject: &'a str,
        /// In their order.
        touched: &'a [&'a str],
        /// The proposal folder.
        folder: &'a str,
    },
}

/// A pull request, as the subject of a commit names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullRequest {
    pub number: u64,
    /// In brackets at the end, as GitHub does for squashed commits and people do for issues; else as GitHub's merge
    /// commits do.
    pub is_in_brackets: bool,
}

impl PullRequest {
    /// The pull request that the subject of a commit on the first-parent line names.
    pub fn of(subject: &str) -> Option<Self> {
        static NAMED: Pattern =
            Pattern::new(|| pattern(r"^Merge pull request #([0-9]+)|^.* \(#([0-9]+)\)\s*$"));
        let named = NAMED.captures(subject)?;
        let number = named.get(1).or(named.get(2))?.as_str().parse().ok()?;
        Some(PullRequest { number, is_in_brackets: named.get(2).is_some() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number, and whether it is in brackets.
    fn check(subject: &str, expected: Option<(u64, bool)>) {
        let named = PullRequest::of(subject).map(|named| (named.number, named.is_in_brackets));
        assert_eq!(named, expected, "{subject}");
    }

    #[test]
    fn merges_and_squashed_commits_name_their_pull_request() {
        check("Merge pull request #6056 from pliurh/svc_update", Some((6056, false)));
        check("OKEP-1012: Pools (#1016)", Some((1016, true)));
        check("Revert \"Pools (#1016)\" (#1020)", Some((1020, true)));
    }

    #[test]
    fn other_subjects_name_none() {
        check("Merge pull request #", None);
        check("Merge pull request #99999999999999999999999 from x", None);
        check("Mend what (#1016) broke", None);
        check("Mend (#+5)", None);
        check("(#)", None);
    }
}
