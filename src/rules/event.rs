//! What happened, as the rules about history see it.

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
pub enum PullRequest {
    /// As GitHub's merge commits do.
    Merged(u64),
    /// In brackets at the end, as GitHub does for squashed commits and people do for issues.
    Squashed(u64),
}

impl PullRequest {
    /// The pull request that the subject of a commit on the first-parent line names.
    pub fn of(subject: &str) -> Option<Self> {
        if let Some(rest) = subject.strip_prefix("Merge pull request #") {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            return rest[..digits].parse().ok().map(PullRequest::Merged);
        }
        let (_, number) = subject.trim_end().strip_suffix(')')?.rsplit_once(" (#")?;
        let digits = number.bytes().all(|b| b.is_ascii_digit());
        number.parse().ok().filter(|_| digits).map(PullRequest::Squashed)
    }

    pub fn number(self) -> u64 {
        match self {
            PullRequest::Merged(number) | PullRequest::Squashed(number) => number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(subject: &str, expected: Option<PullRequest>) {
        assert_eq!(PullRequest::of(subject), expected, "{subject}");
    }

    #[test]
    fn merges_and_squashed_commits_name_their_pull_request() {
        check("Merge pull request #6056 from pliurh/svc_update", Some(PullRequest::Merged(6056)));
        check("OKEP-1012: Pools (#1016)", Some(PullRequest::Squashed(1016)));
        check("Revert \"Pools (#1016)\" (#1020)", Some(PullRequest::Squashed(1020)));
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
