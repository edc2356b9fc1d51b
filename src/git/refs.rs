//! The references of a repository in one list, whether it keeps them as files or as a reftable.

use super::error::cause;
use super::reference::{DANGLING, Reference};
use super::reftable;
use super::stable_refs::{is_gone, settled};
use gix::refs::TargetRef;

/// The references below some prefixes, by prefix and name.
#[derive(Debug, Default)]
pub(crate) struct References {
    pub all: Vec<Reference>,
    /// What could not be listed, each with the reason.
    pub unread: Vec<(String, String)>,
    /// Whether a reference was listed and was gone when it was to be read.
    vanished: bool,
}

/// Every reference below one of `prefixes`.
pub(crate) fn references(local: &gix::Repository, prefixes: &[&str]) -> References {
    settled(local, || {
        let found = list(local, prefixes);
        let vanished = found.vanished;
        (found, vanished)
    })
}

fn list(local: &gix::Repository, prefixes: &[&str]) -> References {
    let mut found = References::default();
    if reftable::is_used(local) {
        match reftable::all(local, prefixes) {
            Ok(all) => found.all = all,
            Err(reason) => found.unread.push(("refs".to_owned(), reason)),
        }
        return found;
    }
    let platform = match local.references() {
        Ok(platform) => platform,
        Err(error) => {
            found.unread.push(("refs".to_owned(), cause(&error)));
            return found;
        }
    };
    for prefix in prefixes {
        let references = match platform.prefixed(*prefix) {
            Ok(references) => references,
            Err(error) => {
                found.unread.push(((*prefix).to_owned(), cause(&error)));
                continue;
            }
        };
        for reference in references {
            match reference {
                Ok(reference) => found.all.push(read(reference)),
                Err(error) => {
                    found.vanished |= is_gone(&error);
                    found.unread.push(((*prefix).to_owned(), cause(&error)));
                }
            }
        }
    }
    found
}

fn read(mut reference: gix::Reference<'_>) -> Reference {
    let symbolic = match reference.target() {
        TargetRef::Symbolic(name) => Some(name.as_bstr().to_string()),
        TargetRef::Object(_) => None,
    };
    let target = match reference.try_id() {
        Some(id) => Ok(id.detach()),
        None => reference.follow_to_object().map(|id| id.detach()).map_err(|_| DANGLING.to_owned()),
    };
    Reference { name: reference.name().as_bstr().to_string(), target, symbolic }
}
