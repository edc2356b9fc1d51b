//! The findings and the registers before and after a fix, compared: what a proof comes down to.

use crate::audit::identity::{Identity, identity};
use crate::files::{Note, Tree};
use crate::okep::snapshot::Snapshot;
use crate::rules::finding::{Finding, Fix, Rename, Safety};
use crate::rules::rule;
use crate::site::nav_edit::without_nav;
use std::collections::HashMap;

/// Why a fix is not proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixRejection {
    why: String,
    /// Whether it would introduce another finding; else it cannot be carried out, does not help, or breaks something.
    brings_another: bool,
}

/// Whether a fix is proven.
pub type Proven = Result<(), FixRejection>;

impl FixRejection {
    /// What to say of it where the rule should have known better; `finding` still has the fix.
    ///
    /// A suggestion that would bring another finding does not fit this document, and what one of the two pages hides may
    /// well be at fault: then no fix is offered, and there is nothing to say. So it is where an edit that goes by the look
    /// of a line does not help.
    pub fn note(&self, finding: &Finding) -> Option<Note> {
        let suggested = finding.fix.as_ref().is_some_and(|f| f.safety == Safety::Suggested);
        if finding.its_rule().reveals || self.brings_another && suggested {
            return None;
        }
        let (rule, subject, reason) = (finding.rule, &finding.subject, &self.why);
        let message = format!(
            "the fix of `{rule}` for `{subject}` was rejected: {reason}; this is a bug in okep, please report it"
        );
        Some(Note::at("unproven-fix", &finding.path, message))
    }
}

/// Why a fix cannot be carried out, does not help, or breaks something.
pub(super) fn fails(why: impl Into<String>) -> FixRejection {
    FixRejection { why: why.into(), brings_another: false }
}

/// How many findings there are of each identity, by the names after the renames.
pub(super) fn counted<'f>(
    findings: impl IntoIterator<Item = &'f Finding>,
    renames: &[Rename],
) -> HashMap<Identity, usize> {
    let mut counts = HashMap::new();
    for finding in findings {
        *counts.entry(identity(finding, renames)).or_insert(0) += 1;
    }
    counts
}

/// Whether the findings `fixed` are gone and no other has come.
pub(super) fn compare(
    before: Vec<&Finding>,
    after: &[Finding],
    fixed: &[&Finding],
    renames: &[Rename],
    checked_before: &dyn Fn(&str) -> bool,
    is_safely_fixed: &dyn Fn(&Finding) -> bool,
) -> Proven {
    let (was, is) = (counted(before.iter().copied(), renames), counted(after, &[]));
    let gone = counted(fixed.iter().copied(), renames);
    let count = |counts: &HashMap<Identity, usize>, of: &Identity| counts.get(of).copied().unwrap_or(0);
    // An open fence hides those after it: another one, further on, is not the same.
    let further_on = |of: &Identity| {
        let start = |f: &Finding| f.place.as_ref().map(|p| p.span.start);
        let is_it = |f: &Finding, renames: &[Rename]| identity(f, renames) == *of;
        let was = before.iter().filter(|f| is_it(f, renames)).filter_map(|f| start(f)).min();
        let is = after.iter().filter(|f| is_it(f, &[])).filter_map(start).min();
        let edits = fixed.iter().flat_map(|f| &f.fix).flat_map(|fix| &fix.edits);
        let inserted: usize = edits.map(|edit| edit.replacement.len()).sum();
        rule(of.rule).is_some_and(|r| r.reveals) && was.map(|was| was + inserted) < is
    };
    for (identity, fixed) in &gone {
        if count(&is, identity) + fixed > count(&was, identity) && !further_on(identity) {
            return Err(fails("the finding would still be there"));
        }
    }
    let is_alike = |one: &Finding, other: &Finding| one.rule == other.rule && one.okep == other.okep;
    let leaves = |f: &Finding, new: &Finding| f.its_rule().leaves.contains(&new.rule) && f.okep == new.okep;
    // A fix that asks the author something leaves that to be reported until it is answered; a section comes with the
    // sections inside it.
    let question = |new: &Finding| {
        let is_removed = |f: &Finding| f.subject == new.subject && count(&is, &identity(f, renames)) == 0;
        let mut askers = fixed.iter().filter(|f| leaves(f, new));
        askers.any(|asker| before.iter().any(|f| is_alike(f, asker) && is_removed(f)))
    };
    // What a heading is under its new name it was under the old one.
    let renamed = |new: &Finding| {
        let line = |f: &Finding| f.place.as_ref().map(|p| p.line);
        let was: Vec<&&Finding> = before.iter().filter(|f| is_alike(f, new)).collect();
        new.its_rule().reveals
            && was.iter().any(|f| line(f) == line(new))
            && fixed.iter().any(|f| line(f) == line(new))
            && after.iter().filter(|f| is_alike(f, new)).count() <= was.len()
    };
    // What only one of the two pages showed may be fixed now, as safely.
    let uncovered = |new: &Finding| {
        is_safely_fixed(new) && fixed.iter().any(|f| f.its_rule().reveals && f.severity <= new.severity)
    };
    let unseen = |new: &Finding| new.okep.as_deref().is_some_and(|path| !checked_before(path));
    let has_come = |f: &&Finding| {
        let identity = identity(f, &[]);
        count(&is, &identity) > count(&was, &identity)
            && !(question(f) || renamed(f) || uncovered(f) || unseen(f))
    };
    let asks_nothing = |f: &&Finding| {
        !f.its_rule().leaves.is_empty() && !after.iter().any(|new| leaves(f, new) && question(new))
    };
    if fixed.iter().any(asks_nothing) {
        return Err(fails("nothing would ask the author for an answer"));
    }
    let Some(new) = after.iter().find(has_come) else { return Ok(()) };
    let why = format!("it would introduce `{}` for `{}`", new.rule, new.subject);
    Err(FixRejection { why, brings_another: true })
}

/// Reads registers again: everything but `nav` is the same, and `nav` but for one entry an edit.
pub(super) fn registers_hold(before: &Snapshot, after: &Snapshot, fixes: &[&Fix]) -> Proven {
    let (Some(old), Some(new)) = (&before.site, &after.site) else { return Ok(()) };
    for path in &old.files {
        let edits = fixes.iter().flat_map(|f| &f.edits).filter(|e| e.path == *path).count();
        if edits == 0 {
            continue;
        }
        if new.problems.len() > old.problems.len() || new.files != old.files {
            return Err(fails(format!("`{path}` could not be read any more")));
        }
        let rest = |tree: &Tree| without_nav(std::str::from_utf8(&tree.bytes(path)?).ok()?);
        if rest(&before.tree) != rest(&after.tree) {
            return Err(fails(format!("`{path}` would say something else outside `nav`")));
        }
        // Of each entry, how many more there were than there are.
        let mut changed: HashMap<String, isize> = HashMap::new();
        for (site, by) in [(old, 1), (new, -1)] {
            for entry in site.nav.entries() {
                let entry = format!("{:?}{:?}{}", entry.section, entry.title, entry.target);
                *changed.entry(entry).or_default() += by;
            }
        }
        let removed: isize = changed.values().filter(|more| **more > 0).sum();
        let added: isize = changed.values().filter(|more| **more < 0).sum();
        if removed.max(-added) > edits as isize {
            return Err(fails(format!("more than one entry of `{path}` would change")));
        }
    }
    Ok(())
}
