//! The hooks that okep installs.

/// A git hook, and what another hook must call to do the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Script {
    /// The name by which git calls it.
    pub name: &'static str,
    pub text: &'static str,
    /// The command that the hook runs.
    pub command: &'static str,
    /// The command with its arguments, as a line of another hook.
    pub line: &'static str,
    /// The id of the hook in `.pre-commit-hooks.yaml`.
    pub id: &'static str,
}

pub const PRE_COMMIT: Script = Script {
    name: "pre-commit",
    text: include_str!("../../../hooks/pre-commit"),
    command: "okep check --staged",
    line: "okep check --staged || exit 1",
    id: "okep-check",
};
/// Git does not run `pre-commit` for a merge without conflicts.
pub const PRE_MERGE_COMMIT: Script = Script { name: "pre-merge-commit", ..PRE_COMMIT };
pub const PRE_PUSH: Script = Script {
    name: "pre-push",
    text: include_str!("../../../hooks/pre-push"),
    command: "okep pre-push",
    line: "okep pre-push \"$@\" || exit 1",
    ..PRE_COMMIT
};
pub const COMMIT_MSG: Script = Script {
    name: "commit-msg",
    text: include_str!("../../../hooks/commit-msg"),
    command: "okep commit-msg",
    line: "okep commit-msg \"$1\"",
    id: "okep-commit-msg",
};
pub const ALL: [Script; 4] = [PRE_COMMIT, PRE_MERGE_COMMIT, PRE_PUSH, COMMIT_MSG];

/// How the second line of each of these hooks begins, in every version of okep.
pub const MARK: &str = "# okep's hook: ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hook_has_the_mark_and_runs_its_command() {
        for script in ALL {
            assert!(script.text.starts_with("#!/bin/sh\n"));
            assert!(script.text.lines().nth(1).expect("two lines").starts_with(MARK));
            let line = script.line.trim_end_matches(" || exit 1");
            assert!(script.text.ends_with(&format!("\nexec {line}\n")), "{}", script.name);
            assert!(line.starts_with(script.command));
        }
    }
}
