//! Any tree, fixed: twice is once, what was fixed is gone, no silent rule speaks up, nothing is lost,
//! and the patch that is shown makes the files that are written.

use super::{Broken, Kept, patch};
use okep::audit::identity::{Identity, identity};
use okep::audit::{TemplateTimeline, audit};
use okep::files::{Layout, Tree};
use okep::fix::engine::{Fixed, fix};
use okep::fix::patch::between;
use okep::fix::plan::plan;
use okep::fix::verify::{MOST_TIMES, MOST_WORK};
use okep::okep::snapshot::{Parsed, Snapshot};
use okep::rules::finding::{Finding, Rename, Safety};
use okep::rules::rule;
use std::collections::{BTreeMap, HashMap};

type Counts = HashMap<Identity, usize>;

fn judged(tree: &Tree) -> (Snapshot, Vec<Finding>) {
    let snapshot = Snapshot::new(tree, &Layout::default(), &Parsed::default());
    let mut findings = audit(&snapshot, None).findings;
    plan(&snapshot, &TemplateTimeline::of(&snapshot, None), findings.iter_mut().collect());
    (snapshot, findings)
}

fn counts(findings: &[Finding], renames: &[Rename]) -> Counts {
    let mut counts = HashMap::new();
    findings.iter().for_each(|f| *counts.entry(identity(f, renames)).or_insert(0) += 1);
    counts
}

/// Everything that is promised of an audit and of both kinds of fixes.
pub fn hold(tree: &Tree) -> Result<Kept, Broken> {
    let mut kept = Kept::default();
    let (snapshot, findings) = judged(tree);
    kept.findings += findings.len();
    kept.hold(judged(tree).1 == findings, || "the same tree has the same findings in the same order")?;
    for finding in &findings {
        if let (Some(place), Some(text)) = (&finding.place, snapshot.text(&finding.path)) {
            let (start, end) = (place.span.start, place.span.end);
            kept.span(text.as_str(), &(start..end), finding.rule)?;
            kept.hold(place.line <= text.line_count() + 1, || format!("{} is on a line", finding.rule))?;
        }
        for edit in finding.fix.iter().flat_map(|f| &f.edits) {
            let text = snapshot.text(&edit.path);
            let text = text.as_ref().map_or("", |t| t.as_str());
            kept.span(text, &(edit.start..edit.end), &format!("an edit of {}", finding.rule))?;
        }
    }
    for most in [Safety::Safe, Safety::Suggested] {
        one_kind(tree, &snapshot, &findings, most, &mut kept)
            .map_err(|broken| format!("{most} fixes: {broken}"))?;
    }
    Ok(kept)
}

/// A tree after all its fixes that `most` allows.
pub fn fixed(tree: &Tree, most: Safety) -> Fixed {
    fix(&Snapshot::new(tree, &Layout::default(), &Parsed::default()), None, most, &|_| true)
}

fn one_kind(
    tree: &Tree,
    snapshot: &Snapshot,
    before: &[Finding],
    most: Safety,
    kept: &mut Kept,
) -> Result<(), Broken> {
    let fixed = |tree: &Tree| fixed(tree, most);
    let once = fixed(tree);
    kept.fixes += once.applied.len();
    kept.left_out += once.notes.iter().filter(|n| n.message.contains("bug in okep")).count();
    let unfinished = once.notes.iter().any(|n| n.kind == "unfinished-fix");
    if unfinished {
        // It says so itself: it is still where it was only because that is all one run does.
        let bytes: usize = tree.changes().keys().filter_map(|p| tree.bytes(p)).map(|b| b.len()).sum();
        kept.unfinished += 1;
        kept.hold(once.rounds == 500 || once.work > MOST_WORK, || {
            format!("it comes to rest, not after {} rounds and {} bytes", once.rounds, once.work)
        })?;
        kept.hold(once.work <= MOST_WORK + (MOST_TIMES + 8) * bytes, || "it stops at the bound")?;
    } else {
        let twice = fixed(&once.tree);
        kept.hold(twice.tree.changes() == once.tree.changes(), || {
            format!("twice is once, but then came {:#?}", twice.applied)
        })?;
        let fixable = |f: &&Finding| f.fix.as_ref().is_some_and(|x| x.safety <= most);
        let left = once.left.iter().find(fixable);
        kept.hold(left.is_none(), || format!("nothing is left to fix, but {left:#?}"))?;
    }
    let (_, after) = judged(&once.tree);
    let same = |a: &[Finding], b: &[Finding]| {
        let bare = |f: &Finding| {
            let mut bare = f.clone();
            bare.fix = None;
            bare
        };
        a.iter().map(bare).eq(b.iter().map(bare))
    };
    kept.hold(same(&after, &once.left), || "what is left is what the audit says")?;
    findings_went(tree, snapshot, before, &once, kept)?;
    forms_survive(tree, &once, kept)?;
    patch_makes_it(tree, &once, kept)
}

/// What was fixed is gone, and no silent rule speaks up.
fn findings_went(
    tree: &Tree,
    snapshot: &Snapshot,
    before: &[Finding],
    once: &Fixed,
    kept: &mut Kept,
) -> Result<(), Broken> {
    let (mut was, is) = (counts(before, &once.renames), counts(&once.left, &[]));
    let removed_paths = counts(&once.applied, &once.renames);
    let count = |counts: &Counts, of: &Identity| counts.get(of).copied().unwrap_or(0);
    // What stands behind an open fence was not judged.
    let hidden = |id: &str| rule(id).is_some_and(|r| r.reveals);
    // Nor was a page that had no name to be judged by: what it says is asked under its new name.
    let unjudged = |path: &str| snapshot.okep(once.renames.iter().rev().fold(path, was_called)).is_none();
    for finding in judged(&moved(tree, &once.renames)).1 {
        if finding.okep.as_deref().is_some_and(unjudged) {
            *was.entry(identity(&finding, &[])).or_insert(0) += 1;
        }
    }
    for (identity, fixed) in &removed_paths {
        let (was, is) = (count(&was, identity), count(&is, identity));
        kept.hold(hidden(identity.rule) || is == 0 || is + fixed <= was, || {
            format!("{fixed} of {was} {identity:?} were fixed, and {is} are left")
        })?;
    }
    for finding in &once.left {
        let identity = identity(finding, &[]);
        // A section is added with the template's prompt, which is reported until it is answered.
        let allowed = ["template-text", "unfilled-table"].contains(&finding.rule) || hidden(finding.rule);
        kept.hold(allowed || count(&is, &identity) <= count(&was, &identity), || {
            format!("a silent rule speaks up: {finding:#?}")
        })?;
    }
    Ok(())
}

fn was_called<'a>(path: &'a str, rename: &'a Rename) -> &'a str {
    if rename.to == path { &rename.from } else { path }
}

/// The tree with its files renamed, and nothing else done to it.
fn moved(tree: &Tree, renames: &[Rename]) -> Tree {
    let mut moved = tree.clone();
    for rename in renames {
        let file = moved.file(&rename.from).expect("what is renamed is there");
        moved = moved.with([(rename.from.clone(), None), (rename.to.clone(), Some(file))]);
    }
    moved
}

/// Byte order marks, line endings, final line breaks and foreign bytes are as before.
fn forms_survive(before: &Tree, once: &Fixed, kept: &mut Kept) -> Result<(), Broken> {
    for path in before.changes().keys() {
        let new = once.renames.iter().fold(path.clone(), |p, r| if p == r.from { r.to.clone() } else { p });
        let (Some(old), Some(new)) = (before.bytes(path), once.tree.bytes(&new)) else {
            return Err(format!("`{path}` is lost"));
        };
        let (old, new) = (&*old, &*new);
        let lone = |b: &[u8]| b.iter().enumerate().any(|(i, c)| *c == b'\n' && (i == 0 || b[i - 1] != b'\r'));
        let crlf = |b: &[u8]| b.windows(2).any(|w| w == b"\r\n");
        let foreign = |b: &[u8]| b.utf8_chunks().map(|c| c.invalid().len()).sum::<usize>();
        kept.hold(lone(old) || !lone(new) || !crlf(old), || format!("a lone LF came to {path}"))?;
        kept.hold(crlf(old) || !crlf(new), || format!("a CRLF came to {path}"))?;
        let mark = b"\xef\xbb\xbf";
        kept.hold(old.starts_with(mark) == new.starts_with(mark), || format!("byte order mark of {path}"))?;
        let broken = |b: &[u8]| b.ends_with(b"\n");
        kept.hold(old.is_empty() || broken(old) == broken(new), || format!("final line break of {path}"))?;
        kept.hold(foreign(old) == foreign(new), || format!("foreign bytes of {path}"))?;
    }
    Ok(())
}

fn patch_makes_it(tree: &Tree, once: &Fixed, kept: &mut Kept) -> Result<(), Broken> {
    let files = |tree: &Tree| -> BTreeMap<String, Vec<u8>> {
        let bytes = |path: &String| Some((path.clone(), tree.bytes(path)?.to_vec()));
        tree.changes().keys().filter_map(bytes).collect()
    };
    let made = patch::applied(&files(tree), &between(tree, &once.tree, &once.renames))
        .map_err(|why| format!("the patch does not apply: {why}"))?;
    kept.hold(made == files(&once.tree), || "the patch makes the fixed files")
}
