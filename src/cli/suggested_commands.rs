//! Commands that the output suggests, written so that a shell and git take them as they are.
//!
//! It runs nothing, and reads of the surroundings only the folder that the reader is in.

use crate::audit::report::{HALF_STAGED, Report, Source, count};
use crate::cli::args::CheckArgs;
use crate::files::Note;
use crate::report::summary::listed;
use crate::report::{Suggestion, View};
use crate::rules::finding::{Finding, Fix, Safety};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// More files than this are not named one by one.
const FEW: usize = 4;

/// What a hook refuses where a check fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Commit,
    Push,
}

impl Refused {
    pub fn what(self) -> &'static str {
        match self {
            Refused::Commit => "commit",
            Refused::Push => "push",
        }
    }

    /// The command that skips the hook.
    pub fn way_around(self) -> String {
        format!("git {} --no-verify", self.what())
    }

    pub fn suggestion(self) -> Suggestion {
        suggestion("skip okep", self.way_around())
    }
}

/// How `okep check` was called, as far as other calls must repeat it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The folder given with `-C`.
    pub dir: Option<&'a Path>,
    pub args: &'a CheckArgs,
    /// The paths that are asked for: what was read from standard input is checked as it is saved.
    pub paths: &'a [PathBuf],
}

impl Call<'_> {
    /// The same call with more options.
    pub fn with(&self, options: &str) -> String {
        let mut words = vec!["okep".to_owned()];
        words.extend(self.dir.map(|dir| format!("-C {}", shell_path(dir))));
        words.push("check".to_owned());
        let CheckArgs { staged, rev, since, okep, select, ignore, .. } = self.args;
        words.extend(staged.then(|| "--staged".to_owned()));
        words.extend(rev.iter().map(|rev| format!("--rev {}", shell(rev))));
        words.extend(since.iter().map(|since| format!("--since {}", shell(since))));
        words.extend(okep.iter().map(|number| format!("--okep {number}")));
        for (option, rules) in [("--select", select), ("--ignore", ignore)] {
            words.extend((!rules.is_empty()).then(|| format!("{option} {}", rules.join(","))));
        }
        words.extend((!options.is_empty()).then(|| options.to_owned()));
        words.extend(self.paths.iter().map(|path| shell_path(path)));
        words.join(" ")
    }

    /// The command that stages tracked files, named where they are few; `away` as for [`for_git`].
    pub fn stage<'a>(&self, paths: impl IntoIterator<Item = &'a str>, away: bool) -> String {
        let paths: Vec<&str> = paths.into_iter().collect();
        let dir = self.dir.filter(|_| away).map_or(String::new(), |dir| format!(" -C {}", shell_path(dir)));
        match paths.len() > FEW {
            true => format!("git{dir} add -u"),
            false => format!("git{dir} add {}", for_git(paths, away)),
        }
    }
}

/// What to type next, in the order of what it is worth: fixes first. `is_folded` says whether there is more to
/// see of the findings.
pub fn suggestions(call: &Call, report: &Report, view: &View, is_folded: bool) -> Vec<Suggestion> {
    let mut found = fixes(call, report);
    let half = half_staged(&report.notes);
    if !half.is_empty() {
        found.push(suggestion("stage your changes", call.stage(half, report.away)));
    }
    let listed = listed(report, view);
    if let Some(worst) = listed.first() {
        if !is_folded {
            found.push(suggestion("learn more", format!("okep explain {}", worst.rule)));
        } else if view.all
            && let Some(number) = number_of(report, worst)
        {
            let args = &CheckArgs { okep: vec![number], ..call.args.clone() };
            found.push(suggestion("one OKEP in detail", Call { args, ..*call }.with("--format full")));
        } else {
            found.push(suggestion("in detail", call.with("--format full")));
        }
    }
    found
}

/// The number of the OKEP that a finding is about, where it is one of several.
fn number_of(report: &Report, finding: &Finding) -> Option<u64> {
    let okep = report.okeps.iter().find(|okep| Some(&okep.path) == finding.okep.as_ref());
    okep.and_then(|okep| okep.number).filter(|_| report.okeps.len() > 1)
}

fn fixes(call: &Call, report: &Report) -> Vec<Suggestion> {
    let (safe, suggested) = (fixes_of(report, Safety::Safe), fixes_of(report, Safety::Suggested));
    let mut found = Vec::new();
    // What a push is compared with cannot be typed.
    if report.since.is_some() && call.args.since.is_none() && !call.args.staged {
        return found;
    }
    match (&report.source, safe.len()) {
        (_, 0) => {}
        // A commit is not rewritten.
        (Source::Commit(_), n) => found.push(suggestion(&count(n, "safe fix"), call.with("--diff"))),
        (Source::Worktree, n) => found.push(suggestion(&count(n, "safe fix"), call.with("--fix"))),
        // The index is not written to: the files are fixed, and staged again.
        (Source::Index, n) => {
            let fix = call.with("--fix");
            let files: BTreeSet<&str> = safe.iter().flat_map(|fix| fix.paths()).collect();
            found.push(suggestion(
                &count(n, "safe fix"),
                format!("{fix}; {}", call.stage(files, report.away)),
            ));
        }
    }
    if !suggested.is_empty() {
        found.push(suggestion(&count(suggested.len(), "suggested fix"), call.with("--diff=all")));
    }
    found
}

fn suggestion(what: &str, command: String) -> Suggestion {
    Suggestion { what: what.to_owned(), command }
}

/// The files of which only a part is staged, so that no fix is written to them.
pub fn half_staged(notes: &[Note]) -> BTreeSet<&str> {
    notes.iter().filter(|note| note.kind == HALF_STAGED).filter_map(|note| note.path.as_deref()).collect()
}

/// The fixes that can be written: a file that is staged only in part is left alone.
fn fixes_of(report: &Report, safety: Safety) -> Vec<&Fix> {
    let half = half_staged(&report.notes);
    let fixes = report.live().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.safety == safety);
    fixes.filter(|fix| !fix.paths().any(|path| half.contains(path))).collect()
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
pub fn for_git<'a>(paths: impl IntoIterator<Item = &'a str>, away: bool) -> String {
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
        let args = &CheckArgs::default();
        let here = Call { dir: None, args, paths: &[] };
        let there = Call { dir: Some(Path::new("a b")), ..here };
        assert_eq!(here.stage(["a.md", "b c.md"], false), "git add a.md 'b c.md'");
        assert_eq!(here.stage(["a.md"], true), "git add :/a.md");
        assert_eq!(there.stage(["a.md"], true), "git -C 'a b' add :/a.md");
        assert_eq!(there.stage(["a.md"], false), "git add a.md");
        assert_eq!(there.stage(["a", "b", "c", "d", "e"], true), "git -C 'a b' add -u");
    }

    #[test]
    fn a_call_is_repeated_as_it_was_typed() {
        let paths = [PathBuf::from("docs/a b.md")];
        let args = &CheckArgs { since: Some("main~1".into()), ..CheckArgs::default() };
        let call = Call { dir: Some(Path::new("..")), args, paths: &paths };
        assert_eq!(call.with("--fix"), "okep -C .. check --since main~1 --fix 'docs/a b.md'");
        let (select, okep) = (vec!["not-in-nav"], vec![7, 8]);
        let args = &CheckArgs { staged: true, okep, select, ..CheckArgs::default() };
        let call = Call { dir: None, args, paths: &[] };
        assert_eq!(call.with(""), "okep check --staged --okep 7 --okep 8 --select not-in-nav");
    }
}
