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
        /// The pull request that brought it, where the merge names one.
        pull_request: Option<u64>,
    },
    /// A commit that is no merge changed these OKEPs.
    Commit {
        subject: &'a str,
        /// Path and number of each, in the order of their paths; never empty.
        touched: &'a [(&'a str, Option<u64>)],
    },
}

/// The pull request that a subject of GitHub's merge commits names.
pub fn pull_request(subject: &str) -> Option<u64> {
    let rest = subject.strip_prefix("Merge pull request #")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_merges_of_pull_requests_name_one() {
        assert_eq!(pull_request("Merge pull request #6056 from pliurh/svc_update"), Some(6056));
        assert_eq!(pull_request("Merge pull request #"), None);
        assert_eq!(pull_request("OKEP-1012: Pools (#1016)"), None);
        assert_eq!(pull_request("Merge pull request #99999999999999999999999 from x"), None);
    }
}
