//! Why a hook cannot be installed or removed, and what to do about it.

use super::file::{HookFile, Owner};
use super::script::{PRE_PUSH, Script};
use crate::git::HooksFolder;
use anyhow::{Error, anyhow};
use std::fs;
use std::path::Path;

/// Why git would take hooks for other repositories too, or none, from where it looks for them.
pub fn outside(hooks: &HooksFolder) -> Error {
    let (path, default) = (hooks.path.display(), hooks.default.display());
    let Some(configured) = &hooks.configured else {
        return anyhow!(
            "`{default}` is a link to `{path}`, which is outside of this repository: a hook there would run in \
             other repositories too; to have hooks of its own here, replace the link by a folder"
        );
    };
    if hooks.path.exists() && !hooks.path.is_dir() {
        return anyhow!(
            "hooks are turned off here: `core.hooksPath` is `{configured}`, which is not a folder; \
             to turn them on: `git config core.hooksPath '{default}'`"
        );
    }
    anyhow!(
        "git takes hooks from `{path}`, which is outside of this repository (`core.hooksPath` is \
         `{configured}`): a hook there would run in other repositories too; to have hooks of its own here: \
         `git config core.hooksPath '{default}'`"
    )
}

/// Why a hook that is there prevents ours, and how it would call okep.
pub fn another(script: &Script, file: &HookFile) -> Error {
    let Script { name, command, line, id, .. } = script;
    let (how, path) = (how(&file.path), file.path.display());
    match &file.owner {
        Owner::OkepChanged => anyhow!(
            "`{path}` is okep's hook, but it was changed by hand or is of another version, and is left as it \
             is; delete it first if you do not need it"
        ),
        _ if file.mentions_okep => {
            anyhow!("`{path}` calls okep, but git skips it: it is not executable; `chmod +x` it")
        }
        Owner::PreCommit => anyhow!(
            "`{path}` runs the hooks of `.pre-commit-config.yaml` and is left as it is; \
             list `{id}` there, as in okep's `.pre-commit-hooks.yaml`"
        ),
        Owner::Husky(own) => anyhow!(
            "`{path}` belongs to husky, which runs `{own}`, and is left as it is\n  \
             to have it call okep, add this line to `{own}`:\n      {line}",
            own = own.display()
        ),
        Owner::Lefthook => anyhow!(
            "`{path}` belongs to lefthook and is left as it is; add a command to `{name}` in `lefthook.yml` that \
             runs `{command}`{}",
            if *script == PRE_PUSH { " with `use_stdin: true`" } else { "" }
        ),
        _ => anyhow!(
            "there is already another hook, `{path}`, which is left as it is\n  \
             to have it call okep, add {how}:\n      {line}"
        ),
    }
}

/// Where in another hook the line belongs.
fn how(path: &Path) -> &'static str {
    let bytes = fs::read(path).unwrap_or_default();
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let names_shell = first.ends_with(b"sh") || first.windows(3).any(|w| w == b"sh ");
    if first.starts_with(b"#!") && names_shell { "this line below its first" } else { "a call to it" }
}
