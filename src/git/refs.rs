//! The references of a repository, whether it keeps them as files or as a reftable.
//!
//! A reftable gix cannot read yet: git itself is asked. It makes such repositories since 2.45, and by default since
//! 3.0, so that it is there wherever they are.
//!
//! Git may pack references while they are read: what was read is read again until they are still. `git pack-refs`,
//! which is part of `git gc`, writes all references into one file and deletes those of their own. Whoever has read the
//! file before and looks for the others after finds neither. What else changes is no matter: a branch that moves is at
//! one commit or at the other.

use super::{Id, cause};
use std::io;
use std::process::Command;
use std::time::{Duration, SystemTime};

pub(crate) const LOCAL_BRANCHES: &str = "refs/heads/";
pub(crate) const REMOTE_BRANCHES: &str = "refs/remotes/";
pub(crate) const TAGS: &str = "refs/tags/";

/// A reference by its full name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    /// As in `refs/heads/main`.
    pub name: String,
    /// The object that it points to in the end, or why there is none.
    pub target: Result<Id, String>,
    /// The reference that a symbolic one names.
    pub symbolic: Option<String>,
}

/// A reference's name without `refs/heads/` or the like.
pub(crate) fn short(name: &str) -> &str {
    let prefixes = [LOCAL_BRANCHES, REMOTE_BRANCHES, TAGS, "refs/"];
    prefixes.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

/// The references below some prefixes, by prefix and name.
#[derive(Debug, Default)]
pub(crate) struct References {
    pub all: Vec<Reference>,
    /// What could not be listed, each with the reason.
    pub unread: Vec<(String, String)>,
}

/// Every reference below one of `prefixes`.
pub(crate) fn references(local: &gix::Repository, prefixes: &[&str]) -> References {
    settled(local, || {
        let mut found = References::default();
        let mut has_vanished = false;
        let mut list = || -> Result<(), String> {
            if is_reftable(local) {
                found.all = list_reftable(local, prefixes)?;
                return Ok(());
            }
            let platform = local.references().map_err(|error| cause(&error))?;
            for prefix in prefixes {
                for reference in platform.prefixed(*prefix).map_err(|error| cause(&error))? {
                    match reference {
                        Ok(reference) => found.all.push(read(reference)),
                        Err(error) => {
                            has_vanished |= is_gone(&error);
                            found.unread.push(((*prefix).to_owned(), cause(&error)));
                        }
                    }
                }
            }
            Ok(())
        };
        if let Err(reason) = list() {
            found.unread.push(("refs".to_owned(), reason));
        }
        (found, has_vanished)
    })
}

fn read(mut reference: gix::Reference<'_>) -> Reference {
    let symbolic = reference.target().try_name().map(|name| name.as_bstr().to_string());
    let target = reference.try_id().map_or_else(|| reference.follow_to_object(), Ok).map(|id| id.detach());
    let target = target.map_err(|_| "it names a reference that is not there".to_owned());
    Reference { name: reference.name().as_bstr().to_string(), target, symbolic }
}

/// The branch that HEAD names, without `refs/heads/`.
pub(crate) fn head_branch(local: &gix::Repository) -> Option<String> {
    let name = match is_reftable(local) {
        true => head_of_reftable(local).ok().flatten(),
        false => local.head_name().ok().flatten().map(|name| name.as_bstr().to_string()),
    };
    name?.strip_prefix(LOCAL_BRANCHES).map(str::to_owned)
}

/// Whether the repository keeps its references as a reftable.
pub(crate) fn is_reftable(local: &gix::Repository) -> bool {
    local.common_dir().join("reftable").join("tables.list").is_file()
}

/// The id of the object that `rev` names; none where it names nothing.
pub(crate) fn in_reftable(local: &gix::Repository, rev: &str) -> Result<Option<Id>, String> {
    head_of_reftable(local)?;
    let id = git(local, &["rev-parse", "--verify", "--quiet", "--end-of-options", rev])?;
    Ok(id.and_then(|id| Id::from_hex(id.as_bytes()).ok()))
}

/// The references that point to an object.
fn list_reftable(local: &gix::Repository, prefixes: &[&str]) -> Result<Vec<Reference>, String> {
    head_of_reftable(local)?;
    let format = "--format=%(objectname) %(refname) %(symref)";
    let listed = git(local, &[&["for-each-ref", format], prefixes].concat())?.unwrap_or_default();
    let reference = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let target = Ok(Id::from_hex(words.next()?.as_bytes()).ok()?);
        let (name, symbolic) = (words.next()?.to_owned(), words.next().filter(|name| !name.is_empty()));
        Some(Reference { name, target, symbolic: symbolic.map(str::to_owned) })
    };
    Ok(listed.lines().filter_map(reference).collect())
}

/// The reference that HEAD names; none where it names a commit. Where git cannot read a table, it lists nothing and
/// says no more than that there is no HEAD, which every repository has.
fn head_of_reftable(local: &gix::Repository) -> Result<Option<String>, String> {
    git(local, &["symbolic-ref", "--quiet", "HEAD"])
}

/// What git prints; none where it ends with 1, which is its answer "no".
fn git(local: &gix::Repository, arguments: &[&str]) -> Result<Option<String>, String> {
    let mut git = Command::new("git");
    git.arg("--git-dir").arg(local.git_dir()).args(arguments).env("GIT_NO_LAZY_FETCH", "1");
    let failed = |error| format!("its references are a reftable, which `git` has to read: {error}");
    let output = git.output().map_err(failed)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    match output.status.code() {
        Some(0) => Ok(Some(text(&output.stdout))),
        Some(1) => Ok(None),
        _ => Err(format!("`git {}`: {}", arguments[0], text(&output.stderr))),
    }
}

/// The last try is a quarter of a second after the first, and takes what there is.
const TRIES: u32 = 8;

/// What `read` reads of the references while they are not packed; it also says whether one was gone
/// between being listed and being read.
pub(crate) fn settled<T>(local: &gix::Repository, read: impl Fn() -> (T, bool)) -> T {
    for wait in 0..TRIES {
        let before = packed(local);
        let (found, has_vanished) = read();
        if !has_vanished && packed(local) == before {
            return found;
        }
        // The file was kept by its time, which may be that of another one.
        let _ = local.refs.force_refresh_packed_buffer();
        std::thread::sleep(Duration::from_millis(1 << wait));
    }
    read().0
}

/// Whether a reference was gone when it was to be read.
fn is_gone(error: &gix::Error) -> bool {
    error.downcast_any_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// What tells one file of packed references from the next; none where there is none.
fn packed(local: &gix::Repository) -> Option<(Option<SystemTime>, u64)> {
    let found = local.refs.packed_refs_path().metadata().ok()?;
    Some((found.modified().ok(), found.len()))
}
