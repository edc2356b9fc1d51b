//! What a change brings: its findings less those that were there before.
//!
//! A finding's identity is (rule, OKEP, subject), never a line: it survives edits, and an OKEP that
//! changed its name is known by its number. A number that several carry is one finding, whichever of
//! them it is told of.

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
    let came: HashMap<u64, &str> =
        paths.difference(paths_before).filter_map(|p| Some((number(p)?, *p))).collect();
    let now_called = |path: &str| -> String {
        let went = !paths.contains(path);
        let new_name = went.then(|| came.get(&number(path)?).copied()).flatten();
        new_name.unwrap_or(path).to_owned()
    };
    let mut known: HashMap<(&str, Option<String>, &str), usize> = HashMap::new();
    for finding in before {
        let okep = finding.okep.as_deref().filter(|_| finding.rule != SHARED).map(now_called);
        *known.entry((finding.rule, okep, &finding.subject)).or_insert(0) += 1;
    }
    findings
        .iter()
        .map(|finding| {
            let okep = finding.okep.clone().filter(|_| finding.rule != SHARED);
            let identity = (finding.rule, okep, finding.subject.as_str());
            match known.get_mut(&identity).filter(|n| **n > 0) {
                Some(n) => {
                    *n -= 1;
                    Baseline::Existing
                }
                None => Baseline::New,
            }
        })
        .collect()
}

/// The rule whose findings are about several OKEPs at once.
const SHARED: &str = "duplicate-number";
