//! What a change brings: its findings less those that were there before.
//!
//! A finding's identity is (rule, OKEP, subject), never a line: it survives edits, and an OKEP that
//! changed its name is known by its number. A number that several carry is one finding, whichever of
//! them it is told of.

use crate::audit::identity::{Identity, Naming, OkepKey, identity};
use crate::audit::report::Baseline;
use crate::rules::finding::Finding;
use crate::text::path::number;
use std::collections::{HashMap, HashSet};

/// For each finding, whether `before` has it too.
///
/// Of several findings of one identity, as many are existing as there were before, the first ones.
/// `paths` are the OKEPs of the state judged, `paths_before` those of the state before.
pub fn compare(
    findings: &[Finding],
    paths: &HashSet<&str>,
    before: &[Finding],
    paths_before: &HashSet<&str>,
) -> Vec<Baseline> {
    let added = paths.difference(paths_before).filter_map(|path| Some((number(path)?, *path))).collect();
    let names = PathsNow { paths, added };
    let mut known: HashMap<Identity, usize> = HashMap::new();
    for finding in before {
        *known.entry(identity(finding, &names)).or_insert(0) += 1;
    }
    findings
        .iter()
        .map(|finding| match known.get_mut(&identity(finding, &names)).filter(|n| **n > 0) {
            Some(n) => {
                *n -= 1;
                Baseline::Existing
            }
            None => Baseline::New,
        })
        .collect()
}

/// What OKEPs are called now: one that is not there any more has the path that was added for its number.
struct PathsNow<'a> {
    paths: &'a HashSet<&'a str>,
    added: HashMap<u64, &'a str>,
}

impl Naming for PathsNow<'_> {
    fn okep(&self, finding: &Finding, path: &str) -> OkepKey {
        let number = number(path);
        match number.filter(|_| finding.rule == SHARED) {
            Some(number) => OkepKey::Number(number),
            None if self.paths.contains(path) => OkepKey::Path(path.to_owned()),
            None => {
                let now = number.and_then(|number| self.added.get(&number)).copied();
                OkepKey::Path(now.unwrap_or(path).to_owned())
            }
        }
    }
}

/// The rule whose findings are about several OKEPs at once.
const SHARED: &str = "duplicate-number";
