//! Which branch is the default one, and which of its copies counts.

use super::refs::{LOCAL_BRANCHES, REMOTE_BRANCHES, Reference, head_branch, references, short};
use super::{Id, Repo};
use std::collections::{BTreeMap, BTreeSet};

/// The default branch of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultBranch {
    /// Without a remote: `main`.
    pub name: String,
    /// The copy that counts, as in `upstream/main`.
    pub copy: String,
    /// The commit of that copy.
    pub tip: Id,
    /// The commit of the remote's copy, where the one that counts is ahead of it.
    pub behind: Option<Id>,
    /// The commits of all copies, local and of any remote.
    pub copies: BTreeSet<Id>,
    /// Whether it is the configured one.
    pub is_configured: bool,
}

/// Names that a default branch has where nothing says which it is.
const USUAL_NAMES: [&str; 2] = ["main", "master"];

impl Repo {
    /// The default branch: `configured` where there is such a branch, else what the remotes' HEADs say, else the only
    /// one of the usual names; none where that is unknown.
    pub fn default_branch(&self, configured: Option<&str>) -> Option<DefaultBranch> {
        let local = self.local();
        let all = references(&local, &[LOCAL_BRANCHES, REMOTE_BRANCHES]).all;
        let by_name = all.into_iter().map(|branch| (branch.name.clone(), branch)).collect();
        let branches = Branches { by_name, remotes: remotes(&local) };
        let configured = configured.and_then(|written| branches.named(written));
        let is_configured = configured.is_some();
        let own_head = if self.root().is_none() { head_branch(&local) } else { None };
        let name = configured.or_else(|| branches.default_name(own_head))?;
        let branch = branches.copy_that_counts(&name, |ancestor, commit| self.contains(commit, ancestor))?;
        Some(DefaultBranch { is_configured, ..branch })
    }

    /// Whether HEAD names the local branch `name`.
    pub fn is_on_branch(&self, name: &str) -> bool {
        head_branch(&self.local()).is_some_and(|head| head == name)
    }

    /// Whether `ancestor` is `commit`, or can be reached from it.
    pub fn contains(&self, commit: Id, ancestor: Id) -> bool {
        let is_base = |base: Option<gix::Id>| base.is_some_and(|base| base == ancestor);
        // Where history cannot be read it is not known to be one.
        ancestor == commit || self.local().merge_base(ancestor, commit).is_ok_and(is_base)
    }

    /// The addresses of the remotes `upstream` and `origin`, as far as there are such.
    pub fn remotes(&self) -> Vec<String> {
        let local = self.local();
        let config = local.config_snapshot();
        let url = |key| Some(config.string(key)?.to_string());
        ["remote.upstream.url", "remote.origin.url"].into_iter().filter_map(url).collect()
    }
}

/// The remotes that count: `upstream`, `origin`, and whichever is the only one.
fn remotes(local: &gix::Repository) -> Vec<String> {
    let named: Vec<String> = local.remote_names().iter().map(|name| name.to_string()).collect();
    let only = if named.len() == 1 { named } else { Vec::new() };
    ["upstream", "origin"].map(str::to_owned).into_iter().chain(only).collect()
}

/// Local and remote-tracking branches, and the remotes that count.
struct Branches {
    /// By their full names.
    by_name: BTreeMap<String, Reference>,
    remotes: Vec<String>,
}

impl Branches {
    fn local(&self, name: &str) -> Option<Id> {
        self.by_name.get(&format!("{LOCAL_BRANCHES}{name}"))?.target.clone().ok()
    }

    fn of_remote(&self, remote: &str, name: &str) -> Option<Id> {
        let branch = self.by_name.get(&format!("{REMOTE_BRANCHES}{remote}/{name}"))?;
        branch.target.clone().ok().filter(|_| branch.symbolic.is_none())
    }

    /// The copy of the first remote that has a branch.
    fn remote(&self, name: &str) -> Option<(String, Id)> {
        self.remotes.iter().find_map(|of| Some((format!("{of}/{name}"), self.of_remote(of, name)?)))
    }

    /// The branch that the HEAD of a remote names; a dangling one counts for nothing.
    fn remote_head(&self, remote: &str) -> Option<String> {
        let head = self.by_name.get(&format!("{REMOTE_BRANCHES}{remote}/HEAD"))?;
        let target = head.symbolic.as_ref().filter(|_| head.target.is_ok())?;
        Some(short(target).strip_prefix(remote)?.strip_prefix('/')?.to_owned())
    }

    /// The name of a branch that is here, however it is `written`: `main`, `origin/main`, `refs/heads/main`.
    fn named(&self, written: &str) -> Option<String> {
        let short = short(written);
        let without_remote = |remote: &String| short.strip_prefix(remote.as_str())?.strip_prefix('/');
        let names = [written, short].into_iter().chain(self.remotes.iter().filter_map(without_remote));
        let is_here = |name: &&str| self.local(name).is_some() || self.remote(name).is_some();
        names.into_iter().find(is_here).map(str::to_owned)
    }

    fn default_name(&self, own_head: Option<String>) -> Option<String> {
        let own_head = own_head.filter(|name| self.local(name).is_some());
        let head = own_head.or_else(|| self.remotes.iter().find_map(|remote| self.remote_head(remote)));
        let of_remote = || only(|name| self.remote(name).is_some());
        head.or_else(of_remote).or_else(|| only(|name| self.local(name).is_some()))
    }

    fn copy_that_counts(&self, name: &str, is_ancestor: impl Fn(Id, Id) -> bool) -> Option<DefaultBranch> {
        let (local, mut remote) = (self.local(name), self.remote(name));
        let is_behind = |(copy, tip): &mut (String, Id)| {
            !copy.starts_with("upstream/") && local.is_some_and(|local| is_ancestor(*tip, local))
        };
        let behind = remote.take_if(is_behind);
        let (copy, tip) = remote.or_else(|| Some((name.to_owned(), local?)))?;
        let behind = behind.map(|(_, behind)| behind).filter(|behind| *behind != tip);
        let of_any_remote = self.by_name.keys().filter_map(|branch| {
            let (remote, rest) = branch.strip_prefix(REMOTE_BRANCHES)?.split_once('/')?;
            self.of_remote(remote, rest).filter(|_| rest == name)
        });
        let copies = of_any_remote.chain(local).collect();
        Some(DefaultBranch { name: name.to_owned(), copy, tip, behind, copies, is_configured: false })
    }
}

/// The only one of the usual names that is there.
fn only(is_there: impl Fn(&str) -> bool) -> Option<String> {
    let mut names = USUAL_NAMES.into_iter().filter(|name| is_there(name));
    let first = names.next()?;
    names.next().is_none().then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A commit by a digit; a higher one has every lower even one as its ancestor.
    fn id(digit: char) -> Id {
        Id::from_hex(digit.to_string().repeat(40).as_bytes()).expect("forty digits are an id")
    }

    /// `refs` are `NAME=DIGIT`, or `NAME>TARGET` for a symbolic one.
    #[track_caller]
    fn check(refs: &[&str], only_remote: &[&str], configured: Option<&str>, expected: Option<&str>) {
        let remotes =
            ["upstream", "origin"].iter().chain(only_remote).map(|name| (*name).to_owned()).collect();
        let mut branches = Branches { by_name: BTreeMap::new(), remotes };
        for reference in refs {
            let (name, target, symbolic) = match reference.split_once('>') {
                Some((name, target)) => (name, id('0'), Some(format!("refs/{target}"))),
                None => {
                    let (name, digit) = reference.split_once('=').expect("a name and a digit");
                    (name, id(digit.chars().next().expect("a digit")), None)
                }
            };
            let name = format!("refs/{name}");
            branches.by_name.insert(name.clone(), Reference { name, target: Ok(target), symbolic });
        }
        let configured = configured.and_then(|written| branches.named(written));
        let name = configured.or_else(|| branches.default_name(None));
        let is_ancestor = |one: Id, other: Id| one <= other && one.as_bytes()[0].is_multiple_of(2);
        let found = name.and_then(|name| branches.copy_that_counts(&name, is_ancestor));
        assert_eq!(found.map(|found| found.copy).as_deref(), expected, "{refs:?}");
    }

    #[test]
    fn a_head_of_a_remote_names_the_default_branch() {
        check(
            &["remotes/origin/HEAD>remotes/origin/next", "remotes/origin/next=2", "remotes/origin/main=2"],
            &[],
            None,
            Some("origin/next"),
        );
        check(
            &[
                "remotes/upstream/HEAD>remotes/upstream/main",
                "remotes/origin/HEAD>remotes/origin/next",
                "remotes/upstream/main=2",
                "remotes/origin/next=2",
            ],
            &[],
            None,
            Some("upstream/main"),
        );
        check(
            &["remotes/mine/HEAD>remotes/mine/dev", "remotes/mine/dev=2"],
            &["mine"],
            None,
            Some("mine/dev"),
        );
        check(&["remotes/mine/HEAD>remotes/mine/dev", "remotes/mine/dev=2"], &[], None, None);
    }

    #[test]
    fn without_a_head_the_only_usual_name_counts() {
        check(&["remotes/upstream/main=2", "remotes/upstream/topic=2"], &[], None, Some("upstream/main"));
        check(&["remotes/upstream/main=2", "remotes/origin/master=2"], &[], None, None);
        check(&["heads/master=2", "heads/topic=2"], &[], None, Some("master"));
        check(&["heads/master=2", "heads/main=2"], &[], None, None);
        check(&["heads/topic=2", "remotes/pull/7/merge=2"], &[], None, None);
    }

    #[test]
    fn a_configured_name_goes_first_and_must_be_there() {
        check(&["heads/main=2", "heads/next=2"], &[], Some("next"), Some("next"));
        check(&["heads/main=2", "remotes/origin/next=2"], &[], Some("next"), Some("origin/next"));
        for written in ["origin/next", "refs/heads/next", "refs/remotes/origin/next"] {
            check(&["heads/main=2", "remotes/origin/next=2"], &[], Some(written), Some("origin/next"));
        }
        check(&["heads/main=2", "heads/next=2"], &[], Some("nxet"), Some("main"));
        check(&["heads/main=2", "remotes/origin/next=2"], &[], Some("mine/next"), Some("main"));
        check(&["heads/topic=2"], &[], Some("next"), None);
    }

    #[test]
    fn of_the_copies_upstreams_counts_else_the_newer_one() {
        check(
            &["remotes/upstream/main=2", "remotes/origin/main=4", "heads/main=4"],
            &[],
            None,
            Some("upstream/main"),
        );
        check(&["remotes/origin/main=2", "heads/main=4"], &[], None, Some("main"));
        check(&["remotes/origin/main=4", "heads/main=2"], &[], None, Some("origin/main"));
        // Neither contains the other.
        check(&["remotes/origin/main=3", "heads/main=4"], &[], None, Some("origin/main"));
        check(&["remotes/fork/main=8", "heads/main=2"], &[], None, Some("main"));
    }
}
