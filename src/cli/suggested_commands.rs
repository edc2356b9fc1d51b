//! Commands that the output suggests, written so that a shell and git take them as they are.
//!
//! It runs nothing, and reads of the surroundings only the folder that the reader is in.

use crate::audit::report::{HALF_STAGED, Report, Source, count};
use crate::cli::args::CheckArgs;
use crate::cli::target::Request;
use crate::files::Note;
use crate::report::summary::listed;
use crate::report::{Suggestion, View};
use crate::rules::finding::{Finding, Fix, Safety};
use crate::text::path::is_below;
use std::collections::BTreeSet;
use std::path::Path;

/// More files than this are not named one by one.
const FEW: usize = 4;

/// The command that skips the hook of a `commit` or `push`.
pub fn way_around(what: &str) -> String {
    format!("git {what} --no-verify")
}

/// The call of `okep check` that asks for the same, with more options. What was read from standard input is checked as
/// it is saved.
pub fn check(Request { dir, args, .. }: &Request, options: &str) -> String {
    let mut words = vec!["okep".to_owned()];
    words.extend(dir.iter().map(|dir| format!("-C {}", shell_path(dir))));
    words.push("check".to_owned());
    let CheckArgs { staged, rev, since, okep, select, ignore, paths, .. } = args;
    words.extend(staged.then(|| "--staged".to_owned()));
    words.extend(rev.iter().map(|rev| format!("--rev {}", shell(rev))));
    words.extend(since.iter().map(|since| format!("--since {}", shell(since))));
    words.extend(okep.iter().map(|number| format!("--okep {number}")));
    for (option, rules) in [("--select", select), ("--ignore", ignore)] {
        words.extend((!rules.is_empty()).then(|| format!("{option} {}", rules.join(","))));
    }
    words.extend((!options.is_empty()).then(|| options.to_owned()));
    words.extend(paths.iter().map(|path| shell_path(path)));
    words.join(" ")
}

/// The command that stages tracked files, named where they are few; `away` as for [`for_git`].
pub fn stage<'a>(request: &Request, paths: impl IntoIterator<Item = &'a str>, away: bool) -> String {
    let paths: Vec<&str> = paths.into_iter().collect();
    let dir = request.dir.as_ref().filter(|_| away);
    let dir = dir.map_or(String::new(), |dir| format!(" -C {}", shell_path(dir)));
    match paths.len() > FEW {
        true => format!("git{dir} add -u {}", for_git(folders(&paths), away)),
        false => format!("git{dir} add {}", for_git(paths, away)),
    }
}

/// The folders that hold some files, and the files at the top.
fn folders<'a>(paths: &[&'a str]) -> BTreeSet<&'a str> {
    let folders: BTreeSet<&str> =
        paths.iter().map(|path| path.rsplit_once('/').map_or(*path, |(f, _)| f)).collect();
    folders.iter().filter(|one| !folders.iter().any(|other| is_below(one, other))).copied().collect()
}

/// What asks for the same once the check has ended: a hook that lets a commit pass leaves nothing staged, and what the
/// commit introduced is then compared with its parent. Nothing is staged either after `git commit -a` was refused.
pub fn after_check(request: &Request, report: &Report, is_refused: bool) -> Request {
    match (request.refused == Some("commit") && request.args.staged, is_refused) {
        (true, false) => on_disk(request, report, "HEAD~1"),
        (true, true) if request.is_temporary => on_disk(request, report, "HEAD"),
        _ => request.clone(),
    }
}

/// The same question about the files on disk, compared with a commit where the report compares.
fn on_disk(request: &Request, report: &Report, since: &str) -> Request {
    let since = report.since.is_some().then(|| since.to_owned());
    let args = CheckArgs { staged: false, since, ..request.args.clone() };
    Request { args, ..request.clone() }
}

/// What to type next, in the order of what it is worth: fixes first. `is_folded` says whether there is more to
/// see of the findings.
pub fn suggestions(request: &Request, report: &Report, view: &View, is_folded: bool) -> Vec<Suggestion> {
    let listed = listed(report, view);
    // A fix of what is not shown is no way out of a refusal.
    let findings = if view.refused.is_some() { listed.clone() } else { report.live().collect() };
    let mut half = half_staged(&report.notes);
    // Of a file of which a commit takes only a part, it is unknown whether the working copy needs its fixes.
    let is_known = |fix: &&Fix| !request.is_temporary || !fix.paths().any(|path| half.contains(path));
    let known = findings.iter().filter_map(|finding| finding.fix.as_ref()).filter(is_known);
    let (safe, suggested): (Vec<_>, Vec<_>) = known.partition(|fix| fix.safety == Safety::Safe);
    let fixed: BTreeSet<&str> = safe.iter().flat_map(|fix| fix.paths()).collect();
    let mut found = fixes(request, report, &safe, &suggested);
    half.retain(|path| !fixed.contains(path));
    if !half.is_empty() && !request.is_temporary {
        found.push(("stage your changes".to_owned(), stage(request, half, report.away)));
    }
    if let Some(worst) = listed.first() {
        found.push(match number_of(report, worst).filter(|_| view.all) {
            _ if !is_folded => ("learn more".to_owned(), format!("okep explain {}", worst.rule)),
            None => ("in detail".to_owned(), check(request, "--format full")),
            Some(number) => {
                let args = CheckArgs { okep: vec![number], ..request.args.clone() };
                let command = check(&Request { args, ..request.clone() }, "--format full");
                ("one OKEP in detail".to_owned(), command)
            }
        });
    }
    found.extend(view.refused.map(|what| ("skip okep".to_owned(), way_around(what))));
    found
}

/// The number of the OKEP that a finding is about, where it is one of several.
fn number_of(report: &Report, finding: &Finding) -> Option<u64> {
    let okep = report.okeps.iter().find(|okep| Some(&okep.path) == finding.okep.as_ref());
    okep.and_then(|okep| okep.number).filter(|_| report.okeps.len() > 1)
}

fn fixes(request: &Request, report: &Report, safe: &[&Fix], suggested: &[&Fix]) -> Vec<Suggestion> {
    let mut found = Vec::new();
    // What a push is compared with cannot be typed.
    if report.since.is_some() && request.args.since.is_none() && !request.args.staged {
        return found;
    }
    let command = match &report.source {
        // A commit is not rewritten.
        Source::Commit(_) => check(request, "--diff"),
        // The index is not written to: the files are fixed, and staged again.
        Source::Index if request.args.staged => {
            let files: BTreeSet<&str> = safe.iter().flat_map(|fix| fix.paths()).collect();
            // `--staged` does not write to a file that is staged only in part.
            let is_half = !files.is_disjoint(&half_staged(&report.notes));
            let fixed = if is_half { &on_disk(request, report, "HEAD") } else { request };
            format!("{}; {}", check(fixed, "--fix"), stage(request, files, report.away))
        }
        _ => check(request, "--fix"),
    };
    if !safe.is_empty() {
        found.push((count(safe.len(), "safe fix"), command));
    }
    if !suggested.is_empty() {
        found.push((count(suggested.len(), "suggested fix"), check(request, "--diff=all")));
    }
    found
}

/// The files of which only a part is staged, so that no fix is written to them.
pub fn half_staged(notes: &[Note]) -> BTreeSet<&str> {
    notes.iter().filter(|note| note.kind == HALF_STAGED).filter_map(|note| note.path.as_deref()).collect()
}

/// The word as a shell takes it.
pub fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@+^~".contains(c);
    let is_plain = !word.is_empty() && word.chars().all(plain) && !word.starts_with('~');
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

pub fn shell_path(path: &Path) -> String {
    shell(&path.to_string_lossy())
}

/// Paths from the root as words for git; `away` from the top of the working tree it takes `:/` for it.
fn for_git<'a>(paths: impl IntoIterator<Item = &'a str>, away: bool) -> String {
    let top = if away { ":/" } else { "" };
    let words: Vec<String> = paths.into_iter().map(|path| shell(&format!("{top}{path}"))).collect();
    words.join(" ")
}

/// Whether the reader is elsewhere than in `root`. A hook runs at the top, and git names the folder of its
/// caller.
pub fn is_away(root: &Path) -> bool {
    let called_below = std::env::var_os("GIT_PREFIX").is_some_and(|prefix| !prefix.is_empty());
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).ok();
    called_below || here.is_none() || here != root.canonicalize().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_reaches_git_as_it_is() {
        assert_eq!(shell("docs/okeps/a-1.md"), "docs/okeps/a-1.md");
        assert_eq!(shell("it's a $(file).md"), r"'it'\''s a $(file).md'");
        assert_eq!(shell("HEAD~1^2"), "HEAD~1^2");
        assert_eq!(shell("~/a"), "'~/a'");
        assert_eq!(shell(""), "''");
    }

    #[test]
    fn few_files_are_named_and_many_are_not() {
        let here = &Request::default();
        let there = &Request { dir: Some("a b".into()), ..Request::default() };
        assert_eq!(stage(here, ["a.md", "b c.md"], false), "git add a.md 'b c.md'");
        assert_eq!(stage(here, ["a.md"], true), "git add :/a.md");
        assert_eq!(stage(there, ["a.md"], true), "git -C 'a b' add :/a.md");
        assert_eq!(stage(there, ["a.md"], false), "git add a.md");
        let many = ["a/b/1", "a/2", "a b/3", "a b/4", "5"];
        assert_eq!(stage(there, many, true), "git -C 'a b' add -u :/5 :/a ':/a b'");
    }

    #[test]
    fn a_call_is_repeated_as_it_was_typed() {
        let paths = vec!["docs/a b.md".into()];
        let args = CheckArgs { since: Some("main~1".into()), paths, ..CheckArgs::default() };
        let request = Request { dir: Some("..".into()), args, ..Request::default() };
        assert_eq!(check(&request, "--fix"), "okep -C .. check --since main~1 --fix 'docs/a b.md'");
        let (select, okep) = (vec!["not-in-nav"], vec![7, 8]);
        let args = CheckArgs { staged: true, okep, select, ..CheckArgs::default() };
        let request = Request { args, ..Request::default() };
        assert_eq!(check(&request, ""), "okep check --staged --okep 7 --okep 8 --select not-in-nav");
    }
}
