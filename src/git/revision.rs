//! Names of commits: HEAD, what a user calls a revision, and the commits being merged; and their dates.

use super::refs::{self, LOCAL_BRANCHES, REMOTE_BRANCHES, TAGS, references, settled, short};
use super::{Error, Id, Repo, cause, said};

/// A commit with its date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Revision {
    /// The full hash.
    pub commit: String,
    /// The committer's day, as `YYYY-MM-DD`.
    pub date: String,
}

/// The commit that the next one will have as its parent: none where there is no commit on its branch yet. Else why HEAD
/// cannot be read.
pub type Head = Result<Option<Id>, String>;

impl Repo {
    pub fn head(&self) -> Head {
        let local = self.local();
        if refs::is_reftable(&local) {
            return refs::in_reftable(&local, "HEAD");
        }
        let head = settled(&local, || (local.head().and_then(|head| head.try_into_peeled_id()), false));
        head.map(|head| head.map(|id| id.detach())).map_err(|error| said(&error))
    }

    /// The commit of HEAD, where there is one that can be read.
    pub fn head_id(&self) -> Option<Id> {
        self.head().ok().flatten()
    }

    /// The other parents of a merge that is being committed, in their order.
    ///
    /// Before `pre-merge-commit` git has not written `MERGE_HEAD` yet and names them in its environment,
    /// as `GITHEAD_<hash>`; a hash of another repository is none of ours.
    pub fn merge_heads(&self) -> Vec<Id> {
        if let Ok(heads) = std::fs::read(self.safe.git_dir().join("MERGE_HEAD")) {
            let lines = heads.split(|b| *b == b'\n');
            return lines.filter_map(|line| Id::from_hex(line.trim_ascii()).ok()).collect();
        }
        let local = self.local();
        let named = std::env::vars_os().filter_map(|(name, _)| {
            let id = Id::from_hex(name.to_str()?.strip_prefix("GITHEAD_")?.as_bytes()).ok()?;
            (id.kind() == local.object_hash() && local.has_object(id)).then_some(id)
        });
        let mut heads: Vec<Id> = named.collect();
        heads.sort_unstable();
        heads
    }

    /// The full id of the commit that `rev` names: a branch, a tag, a hash or its beginning.
    ///
    /// # Errors
    /// `rev` names nothing, several objects, or something that is no commit.
    pub fn resolve(&self, rev: &str) -> Result<Id, Error> {
        let local = self.local();
        let unknown = |mut reason: String| {
            if local.is_shallow().unwrap_or(false) {
                reason += "; this clone is shallow: `git fetch --unshallow` fetches the rest (in CI: \
                           fetch-depth: 0)";
            }
            Error::UnknownRevision { revision: rev.to_owned(), reason }
        };
        let found = match Id::from_hex(rev.as_bytes()) {
            // As hooks and CI get for a branch that was not there before.
            _ if rev.len() >= 40 && rev.bytes().all(|b| b == b'0') => {
                let reason = "it means that a branch is new; name the branch that it started from";
                return Err(unknown(reason.into()));
            }
            // No reference is asked for what can only be an id.
            Ok(id) if id.kind() == local.object_hash() => local.find_object(id),
            // As in CI, where a variable is set for pull requests alone.
            _ if rev.is_empty() || rev.ends_with('/') => {
                let reason = "the name of a branch is missing at its end; is a variable such as GITHUB_BASE_REF empty?";
                return Err(unknown(reason.into()));
            }
            _ if refs::is_reftable(&local) => match refs::in_reftable(&local, rev).map_err(unknown)? {
                Some(id) => local.find_object(id),
                None => return Err(unknown(no_such_name(&local, rev))),
            },
            _ => settled(&local, || (local.rev_parse_single(rev).and_then(|id| id.object()), false)),
        };
        // What gix says where nothing has the name, rather than something that cannot be read.
        let no_name = ["could not be found", "did not resolve", "is not a valid ref name"];
        let object = found.map_err(|error| match cause(&error) {
            reason if no_name.iter().any(|part| reason.contains(part)) => unknown(no_such_name(&local, rev)),
            reason => unknown(reason),
        })?;
        let kind = object.kind;
        let commit = object.peel_to_commit().map_err(|_| unknown(format!("it is a {kind}")))?;
        Ok(commit.id)
    }

    /// The best common ancestors, one at least, of `rev` and `tip`, or HEAD where that is none: where its branch left
    /// that of `rev`. There are several where each was merged into the other.
    ///
    /// # Errors
    /// `rev` names no commit, there is none yet, or no common ancestor is to be found.
    pub fn merge_bases(&self, rev: &str, tip: Option<Id>) -> Result<Vec<Id>, Error> {
        let tip =
            tip.map_or_else(|| self.head(), |tip| Ok(Some(tip))).map_err(|reason| Error::Head { reason })?;
        let tip = tip.ok_or_else(|| Error::Unborn { revision: rev.to_owned() })?;
        let other = self.resolve(rev)?;
        let local = self.local();
        let unreadable = |error| Error::Commit { commit: other.to_string(), reason: said(&error) };
        let bases = local.merge_bases_many(other, &[tip]).map_err(unreadable)?;
        let bases: Vec<Id> = bases.into_iter().map(|base| base.detach()).collect();
        let revision = rev.to_owned();
        match bases.is_empty() {
            false => Ok(bases),
            true if local.is_shallow().unwrap_or(false) => Err(Error::ShallowMergeBase { revision }),
            true => Err(Error::NoMergeBase { revision }),
        }
    }

    /// A commit with its day, and whether that could be read; the first day of 1970 where not, as git has it.
    pub fn revision(&self, id: Id) -> (Revision, bool) {
        let local = self.local();
        let time = local.find_commit(id).and_then(|commit| commit.time());
        let date = time.ok().and_then(|time| day(time.seconds, time.offset));
        let is_dated = date.is_some();
        (Revision { commit: id.to_string(), date: date.unwrap_or_else(|| "1970-01-01".to_owned()) }, is_dated)
    }
}

/// As many of the nearest names are suggested.
const NAMES: usize = 3;

/// Why nothing has the name `rev`, with the branches and tags whose names are nearest to it.
fn no_such_name(local: &gix::Repository, rev: &str) -> String {
    if rev.contains(['^', '~', '@', ':']) {
        return "there is no such commit".into();
    }
    if rev.contains("..") {
        return "it is a range; name one commit".into();
    }
    let all = references(local, &[LOCAL_BRANCHES, REMOTE_BRANCHES, TAGS]).all;
    let mut names: Vec<String> = all.iter().map(|reference| short(&reference.name).to_owned()).collect();
    names.sort_by_cached_key(|name| (strsim::osa_distance(rev, name), name.clone()));
    names.dedup();
    names.truncate(NAMES);
    let near = names.join("`, `");
    let near = if near.is_empty() { near } else { format!("; the nearest names: `{near}`") };
    format!("no branch, tag or commit has that name{near}")
}

/// The day of a moment `seconds` after 1970, as `YYYY-MM-DD` where clocks are `offset` seconds ahead.
///
/// None for a moment outside the years 1 to 9999.
pub(crate) fn day(seconds: i64, offset: i32) -> Option<String> {
    let moment = jiff::Timestamp::from_second(seconds.checked_add(offset.into())?).ok()?;
    let date = moment.to_zoned(jiff::tz::TimeZone::UTC).date();
    (date.year() > 0).then(|| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_that_of_the_committer() {
        assert_eq!(day(1_739_570_400, 0).as_deref(), Some("2025-02-14"));
        assert_eq!(day(1_739_570_400, 7200).as_deref(), Some("2025-02-15"));
        assert_eq!(day(-1, 0).as_deref(), Some("1969-12-31"));
        assert_eq!(day(i64::MAX, 1), None);
        assert_eq!(day(i64::MIN, -1), None);
    }
}
