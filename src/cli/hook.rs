//! `okep hook`: puts git hooks that call okep where git looks for them, and takes them away again.
//!
//! It writes new files and deletes its own unchanged ones; what stands in the way is told, together with
//! the line that would do the same from there, and never touched.

use crate::cli::hook_clients;
use crate::cli::hook_text::{Calls, WantedCall, calls};
use crate::fix::atomic;
use crate::git::{Error as GitError, HooksFolder, HooksPlace, Repo};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A hook of ours.
struct Script {
    /// The name by which git calls it.
    name: &'static str,
    text: &'static str,
    /// What another hook must call to do the same.
    line: &'static str,
}

impl Script {
    /// The call alone.
    fn command(&self) -> &'static str {
        self.line.trim_end_matches(" || exit 1")
    }

    fn wanted(&self) -> WantedCall {
        match self.name == COMMIT_MSG.name {
            true => WantedCall { words: &["okep", "commit-msg"], heeded: false },
            false => WantedCall { words: &["okep", "check", "--staged"], heeded: true },
        }
    }
}

const JUDGE: &str = include_str!("../../hooks/pre-commit");
const COMPARE: &str = include_str!("../../hooks/commit-msg");

const PRE_COMMIT: Script = Script { name: "pre-commit", text: JUDGE, line: "okep check --staged || exit 1" };
/// Git runs no `pre-commit` for a merge that needs no help.
const PRE_MERGE_COMMIT: Script = Script { name: "pre-merge-commit", ..PRE_COMMIT };
const COMMIT_MSG: Script = Script { name: "commit-msg", text: COMPARE, line: "okep commit-msg \"$1\"" };
const ALL: [&Script; 3] = [&PRE_COMMIT, &PRE_MERGE_COMMIT, &COMMIT_MSG];

/// The second line of every hook of ours, of this version or another.
const MARK: &str = "# okep's hook: ";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(
        "hooks are turned off here: `core.hooksPath` is `{configured}`, which is no folder; \
         to turn them on: `git config core.hooksPath '{default}'`"
    )]
    Off { configured: String, default: PathBuf },
    #[error(
        "hooks are taken from `{path}`, which is outside of this repository (`core.hooksPath` is \
         `{configured}`): a hook there would run in other repositories too; to have hooks of its own here: \
         `git config core.hooksPath '{default}'`"
    )]
    Outside { path: PathBuf, configured: String, default: PathBuf },
    #[error(
        "`{link}` is a link to `{path}`, which is outside of this repository: a hook there would run in other \
         repositories too; to have hooks of its own here, put a folder in the place of the link"
    )]
    OutsideLink { path: PathBuf, link: PathBuf },
    #[error(
        "there is another hook already, `{path}`, which is left as it is{but}; \
         to have it call okep, add {how}: `{line}`"
    )]
    Foreign { path: PathBuf, but: &'static str, how: &'static str, line: &'static str },
    #[error("`{path}` calls okep, but git skips it: it is not executable; `chmod +x` it")]
    NotExecutable { path: PathBuf },
    #[error(
        "`{path}` runs the hooks of `.pre-commit-config.yaml` and is left as it is; \
         list `{id}` there, as `.pre-commit-hooks.yaml` of okep has it"
    )]
    Client { path: PathBuf, id: &'static str },
    #[error(
        "`{path}` is that of husky, which runs `{own}`, and is left as it is; add this line there: `{line}`"
    )]
    Husky { path: PathBuf, own: PathBuf, line: &'static str },
    #[error(
        "`{path}` is that of lefthook and is left as it is; add a command to `{name}` in `lefthook.yml` that \
         runs `{line}`"
    )]
    Lefthook { path: PathBuf, name: &'static str, line: &'static str },
    #[error(
        "`{path}` is okep's hook, but changed by hand or of another version, and is left as it is; \
         delete it first if nothing in it is wanted"
    )]
    Changed { path: PathBuf },
    #[error("{why}; nothing was installed: after that, run `okep hook install` again for {rest}")]
    Nothing { why: Box<Error>, rest: String },
    #[error("`{path}` cannot be {what}: {source}{}", atomic::remedy(.source))]
    Io { path: PathBuf, what: &'static str, source: io::Error },
}

/// Whose hook it is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Owner {
    Nobody,
    Us,
    /// Ours once, and no longer as it was written.
    Changed,
    /// pre-commit or prek.
    Client,
    /// husky, which runs this file of the user's.
    Husky(PathBuf),
    Lefthook,
    Somebody,
}

/// What stands where a hook belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
struct HookState {
    owner: Owner,
    /// Git skips what is not executable.
    runs: bool,
    calls: Calls,
}

impl HookState {
    const NOTHING: HookState = HookState { owner: Owner::Nobody, runs: false, calls: Calls::Not };

    /// Whether a commit hangs on okep by it.
    fn judges(&self) -> bool {
        self.runs && self.calls == Calls::Surely
    }
}

/// What was installed, and what stood in the way of the rest.
#[derive(Debug)]
pub struct Installed {
    pub said: String,
    pub hindrance: Option<Error>,
}

/// Installs the hooks that judge commits, with `commit_msg` also the one that looks at the subject; what
/// is there already is kept.
///
/// # Errors
/// Some hook is in the way of the first; then nothing has been written.
pub fn install(dir: Option<&Path>, commit_msg: bool) -> Result<Installed, Error> {
    let (root, hooks) = hooks(dir)?;
    if hooks.place == HooksPlace::Outside {
        return Err(outside(hooks));
    }
    let wanted = &ALL[..if commit_msg { 3 } else { 2 }];
    let (mut missing, mut said, mut hindrance) = (Vec::new(), String::new(), None);
    for script in wanted {
        let path = hooks.path.join(script.name);
        let hook_state = hook_state(&path, script, root.as_deref())?;
        match (&hook_state.owner, hook_state.judges()) {
            (Owner::Nobody, _) => missing.push((path, script)),
            (Owner::Us, true) => {}
            (Owner::Us, false) => {
                make_executable(&path)?;
                said += &format!("made `{}` executable\n", path.display());
            }
            (Owner::Changed, _) => drop(hindrance.get_or_insert((script, Error::Changed { path }))),
            (_, true) => said += &format!("left `{}`, which calls okep already\n", path.display()),
            _ => drop(hindrance.get_or_insert((script, in_the_way(path, script, hook_state)))),
        }
    }
    let hindrance = match hindrance {
        Some((first, why)) if first.name == wanted[0].name => {
            let rest: Vec<String> = missing.iter().map(|(_, script)| format!("`{}`", script.name)).collect();
            return Err(match rest.is_empty() {
                true => why,
                false => Error::Nothing { why: Box::new(why), rest: rest.join(" and ") },
            });
        }
        hindrance => hindrance.map(|(_, why)| why),
    };
    if !missing.is_empty() {
        fs::create_dir_all(&hooks.path).map_err(|source| Error::Io {
            path: hooks.path.clone(),
            what: "made",
            source,
        })?;
    }
    for (path, script) in &missing {
        atomic::create(path, script.text.as_bytes(), true).map_err(|source| Error::Io {
            path: path.clone(),
            what: "written",
            source,
        })?;
        said += &format!("installed `{}`\n", path.display());
    }
    if said.is_empty() && hindrance.is_none() {
        said += &format!("already installed in `{}`\n", hooks.path.display());
    } else if hooks.place == HooksPlace::WorkTree && !missing.is_empty() {
        said += "they are files of the working tree (`core.hooksPath`): commit them to share them, and\n\
                 each linked working tree has its own\n";
    }
    Ok(Installed { said, hindrance })
}

fn outside(hooks: HooksFolder) -> Error {
    let HooksFolder { path, configured, default, .. } = hooks;
    match configured {
        None => Error::OutsideLink { path, link: default },
        Some(configured) if path.exists() && !path.is_dir() => Error::Off { configured, default },
        Some(configured) => Error::Outside { path, configured, default },
    }
}

fn in_the_way(path: PathBuf, script: &Script, hook_state: HookState) -> Error {
    let line = script.line;
    match hook_state.owner {
        Owner::Client => Error::Client { path, id: id(script) },
        Owner::Husky(own) => Error::Husky { path, own, line },
        Owner::Lefthook => Error::Lefthook { path, name: script.name, line: script.command() },
        _ if hook_state.calls == Calls::Surely => Error::NotExecutable { path },
        _ => {
            let but = match hook_state.calls {
                Calls::Perhaps => " (it mentions okep, but whether okep is run and heeded cannot be told)",
                _ => "",
            };
            Error::Foreign { how: how(&path), path, but, line }
        }
    }
}

/// Removes the hooks that are ours, also where pre-commit has set them aside.
///
/// # Errors
/// One of ours has been changed, or a file cannot be deleted.
pub fn uninstall(dir: Option<&Path>) -> Result<String, Error> {
    let (root, hooks) = hooks(dir)?;
    let mut said = String::new();
    let mut changed = None;
    for script in ALL {
        for path in [hooks.path.join(script.name), set_aside(&hooks, script)] {
            let found = hook_state(&path, script, root.as_deref())?;
            match found.owner {
                Owner::Us => {
                    fs::remove_file(&path).map_err(|source| Error::Io {
                        path: path.clone(),
                        what: "deleted",
                        source,
                    })?;
                    said += &format!("removed `{}`\n", path.display());
                }
                Owner::Changed => changed = Some(path),
                Owner::Somebody if found.calls == Calls::Surely => {
                    said += &format!("left `{}`, which calls okep\n", path.display());
                }
                _ => {}
            }
        }
    }
    if let Some(path) = changed {
        return Err(Error::Changed { path });
    }
    Ok(if said.is_empty() { "no hook of okep is installed\n".into() } else { said })
}

/// Says where hooks are taken from and what stands there, and whether commits are judged.
pub fn status(dir: Option<&Path>) -> Result<(String, bool), Error> {
    let (root, hooks) = hooks(dir)?;
    let mut said = format!("hooks are taken from `{}`", hooks.path.display());
    if let Some(value) = &hooks.configured {
        said += &format!(" (`core.hooksPath` is `{value}`)");
    }
    said += "\n";
    let mut judged = false;
    for script in ALL {
        let stands = hook_state(&hooks.path.join(script.name), script, root.as_deref())?;
        let behind = hook_state(&set_aside(&hooks, script), script, root.as_deref())?;
        let chained = stands.owner != Owner::Nobody && stands.runs && behind.judges();
        let word = match chained && !stands.judges() {
            true => format!("installed, behind another hook that set it aside as `{}.legacy`", script.name),
            false => described(&stands, script),
        };
        if script.name == PRE_COMMIT.name {
            judged = stands.judges() || chained;
        }
        said += &format!("{:<16}  {word}\n", script.name);
    }
    Ok((said, judged))
}

/// What stands there, in words.
fn described(stands: &HookState, script: &Script) -> String {
    let line = script.line;
    let whose = match &stands.owner {
        Owner::Nobody => return "not installed".to_owned(),
        Owner::Us => "installed".to_owned(),
        Owner::Changed => "okep's, but changed by hand or of another version".to_owned(),
        Owner::Client => "that of pre-commit or prek".to_owned(),
        Owner::Husky(own) => format!("that of husky, which runs `{}`", own.display()),
        Owner::Lefthook => "that of lefthook".to_owned(),
        Owner::Somebody => "another hook".to_owned(),
    };
    let calls = match (&stands.owner, stands.calls) {
        (Owner::Us, _) => String::new(),
        (Owner::Client, Calls::Surely) => format!(", which lists `{}`", id(script)),
        (Owner::Client, _) => format!(": list `{}` in `.pre-commit-config.yaml`", id(script)),
        (_, Calls::Surely) => ", which calls okep".to_owned(),
        (Owner::Husky(_), _) => format!("; add this line there: {line}"),
        (Owner::Lefthook, _) => {
            format!("; add a command to `{}` in `lefthook.yml`: {}", script.name, script.command())
        }
        (_, Calls::Perhaps) => {
            format!("; it mentions okep, but whether okep is run and heeded cannot be told; sure is: {line}")
        }
        (Owner::Changed, Calls::Not) => "; it does not call okep any more".to_owned(),
        (_, Calls::Not) => format!("; to have it call okep, add: {line}"),
    };
    let skipped = if stands.runs { "" } else { "; git skips it: it is not executable" };
    format!("{whose}{calls}{skipped}")
}

/// The folder of the hooks, and the top of the working tree.
fn hooks(dir: Option<&Path>) -> Result<(Option<PathBuf>, HooksFolder), Error> {
    let Some(repo) = Repo::discover(dir)? else {
        return Err(GitError::no_repository(dir, "are no hooks", "name one with `-C DIR`").into());
    };
    Ok((repo.root().map(Path::to_path_buf), repo.hooks_folder()?))
}

/// Where pre-commit and prek put a hook that was there before theirs, to run it first.
fn set_aside(hooks: &HooksFolder, script: &Script) -> PathBuf {
    hooks.path.join(format!("{}.legacy", script.name))
}

fn hook_state(path: &Path, script: &Script, root: Option<&Path>) -> Result<HookState, Error> {
    let found = match path.symlink_metadata() {
        Ok(found) => found,
        Err(error) if is_absent(&error) => return Ok(HookState::NOTHING),
        Err(source) => return Err(Error::Io { path: path.to_owned(), what: "read", source }),
    };
    // A link may lead nowhere, and a program need not be readable: somebody else's in any case.
    let runs = fs::metadata(path).is_ok_and(|found| found.is_file() && is_executable(&found));
    let foreign = |owner, calls| HookState { owner, runs, calls };
    let Ok(bytes) = fs::read(path) else { return Ok(foreign(Owner::Somebody, Calls::Not)) };
    if found.is_file() && bytes == script.text.as_bytes() {
        return Ok(foreign(Owner::Us, Calls::Surely));
    }
    let text = String::from_utf8_lossy(&bytes);
    let own = calls(&text, script.wanted(), false);
    if found.is_file() && text.lines().nth(1).is_some_and(|line| line.starts_with(MARK)) {
        return Ok(foreign(Owner::Changed, own));
    }
    let name = script.name;
    Ok(if is_client(&text) {
        foreign(Owner::Client, hook_clients::pre_commit(root, &text, name, id(script), script.wanted()))
    } else if let Some(user) = hook_clients::husky(path, name) {
        let calls = hook_clients::of_husky(&user, script.wanted());
        foreign(Owner::Husky(user), calls)
    } else if text.contains("call_lefthook") {
        foreign(Owner::Lefthook, hook_clients::lefthook(root, name, script.wanted()))
    } else {
        foreign(Owner::Somebody, own)
    })
}

/// Whether a hook was written by pre-commit or prek, of which both say so in their first lines.
fn is_client(text: &str) -> bool {
    text.lines().take(3).any(|line| {
        let line = line.to_ascii_lowercase();
        line.starts_with('#') && line.contains("generated by") && line.contains("pre")
    })
}

/// The id of the hook in `.pre-commit-hooks.yaml`.
fn id(script: &Script) -> &'static str {
    if script.name == COMMIT_MSG.name { "okep-commit-msg" } else { "okep-check" }
}

/// Where in another hook the line belongs.
fn how(path: &Path) -> &'static str {
    let begins = fs::read(path).unwrap_or_default();
    let first = begins.split(|b| *b == b'\n').next().unwrap_or_default();
    match first.starts_with(b"#!") && (first.ends_with(b"sh") || first.windows(3).any(|w| w == b"sh ")) {
        true => "this line below its first",
        false => "a call to it",
    }
}

#[cfg(unix)]
fn is_executable(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    found.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    true
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let failed = |source| Error::Io { path: path.to_owned(), what: "made executable", source };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
    // Whoever may read it may run it, as git's own sample hooks have it.
    let mode = mode | ((mode & 0o444) >> 2);
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(failed)
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<(), Error> {
    Ok(())
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hook_carries_the_mark_and_does_what_its_line_says() {
        for script in ALL {
            assert!(script.text.starts_with("#!/bin/sh\n"));
            assert!(script.text.lines().nth(1).expect("two lines").starts_with(MARK));
            assert!(script.text.ends_with(&format!("\nexec {}\n", script.command())), "{}", script.name);
            assert_eq!(calls(script.text, script.wanted(), false), Calls::Surely, "{}", script.name);
        }
    }
}
