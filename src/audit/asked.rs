//! The part of a report that was asked for by path.

use crate::audit::report::{Report, Reported, paths_named};
use crate::files::{CONFIG, Note};
use crate::okep::snapshot::Snapshot;
use crate::rules::finding::Finding;
use crate::text::nearest::nearest;
use crate::text::path::{self, file_name};

/// A file or folder that somebody asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedPath {
    /// As it was written.
    pub written: String,
    /// From the root, `/` between the parts; of something outside an absolute path, which no file has.
    pub path: String,
    /// The folder that it was written in, from the root.
    pub from: String,
    /// Whether it is a file of the working tree, such as a hook manager passes with all others.
    pub is_file: bool,
    /// Whether anything has this path on the disk.
    pub exists: bool,
}

/// A path that is neither a file nor anything that an OKEP depends on.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UnknownPath(String);

impl UnknownPath {
    /// Names the file of that name elsewhere, else the OKEP of the number in it, else the one with the nearest path.
    fn new(asked: &AskedPath, now: &Snapshot) -> Self {
        let folder = now.layout.folder.clone();
        let known: Vec<&str> = inputs(now).chain([folder.as_str()]).collect();
        let name = file_name(&asked.path);
        let moved = known.iter().copied().find(|path| file_name(path) == name);
        let number = name.split(|c: char| !c.is_ascii_digit()).find_map(|digits| digits.parse().ok());
        let numbered = || Some(now.okep_of_number(number?)?.path.as_str());
        let near = moved.or_else(numbered).or_else(|| nearest(&asked.path, &known));
        let seen = |path: &str| match path::relative(&asked.from, path) {
            path if path.is_empty() => ".".to_owned(),
            path => path,
        };
        let near = near.map_or(String::new(), |near| format!("; did you mean `{}`?", seen(near)));
        let exists = asked.exists || now.tree.contains(&asked.path);
        let reason = if exists { "is not an OKEP or a file that OKEPs depend on" } else { "does not exist" };
        UnknownPath(format!("`{}` {reason}; OKEPs are in `{}`{near}", asked.written, seen(&folder)))
    }
}

/// Keeps what is about the paths asked for, and gives them; all where none is asked for. The report is about the first
/// of the `snapshots`, compared with the others.
///
/// # Errors
/// One of them is neither a file nor anything that an OKEP depends on.
pub fn keep_asked(
    report: &mut Report,
    paths: &[AskedPath],
    snapshots: &[&Snapshot],
) -> Result<Vec<String>, UnknownPath> {
    let now = snapshots[0];
    for asked_path @ AskedPath { path, is_file, .. } in paths {
        let is_input = snapshots.iter().flat_map(|now| inputs(now)).any(|input| is_within(path, input));
        if !is_input && !is_file {
            return Err(UnknownPath::new(asked_path, now));
        }
        if !is_input {
            let message = format!(
                "not an OKEP or a file that OKEPs depend on: not checked; OKEPs are in `{}`",
                now.layout.folder
            );
            report.notes.push(Note::at("not-an-okep", path.clone(), message));
        } else if now.template.path.as_ref() == Some(path) {
            let message = "the template, which is not checked itself; `okep check` holds the OKEPs to it";
            report.notes.push(Note::at("template", path.clone(), message));
        }
    }
    let asked: Vec<String> = paths.iter().map(|asked| asked.path.clone()).collect();
    if asked.is_empty() {
        return Ok(asked);
    }
    let is_asked = |path: &str| is_about(&asked, path);
    report.findings.retain(|Reported { finding, .. }| {
        paths_named(finding).any(is_asked) || entry_target(finding, now).is_some_and(|path| is_asked(&path))
    });
    report.keep_okeps(is_asked);
    report.notes.sort();
    Ok(asked)
}

/// The path that an entry of a register names, where a finding is about one for an OKEP that is not there.
pub fn entry_target(finding: &Finding, snapshot: &Snapshot) -> Option<String> {
    let target = Some(&finding.subject).filter(|target| path::page_number(target).is_some())?;
    let site = snapshot.site.as_ref().filter(|site| site.files.contains(&finding.path));
    let folder = site.map_or(Some(path::folder_of(&finding.path)), |site| site.docs_dir.as_deref())?;
    path::join(folder, target).filter(|_| finding.okep.is_none())
}

/// The files that the findings of a snapshot depend on.
fn inputs(snapshot: &Snapshot) -> impl Iterator<Item = &str> {
    let registers = snapshot.site.iter().flat_map(|site| site.files.iter().map(String::as_str));
    let config = snapshot.tree.contains(CONFIG).then_some(CONFIG);
    let misplaced = snapshot.misplaced.iter().map(|page| page.path.as_str());
    snapshot.paths().chain(misplaced).chain(registers).chain(config)
}

/// Whether a path is one of those asked for, or below one; any is where none was asked for.
pub fn is_about(asked: &[String], path: &str) -> bool {
    asked.is_empty() || asked.iter().any(|asked| is_within(asked, path))
}

fn is_within(asked: &str, path: &str) -> bool {
    asked.is_empty() || path == asked || path::is_below(path, asked)
}
