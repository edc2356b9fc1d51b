//! `.pre-commit-hooks.yaml` under the real pre-commit and the real prek.
//!
//! Each test writes the manifest's own hooks into a repository's configuration, with one word changed:
//! `language: rust` would have the client compile okep and gix anew, which takes minutes; what is tested
//! is the fields, and they mean the same for a program that is on PATH.
#![cfg(unix)]

use crate::support::{QUIET_GAUGES, Ran, Repo, SHARED_BUOYS, path_with_okep, python, ran};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::process::Command;

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml");

/// Runs a test under each client, as modules of the Python that `tests/run.sh` sets up.
fn under_each(test: impl Fn(&Client)) {
    let Some(python) = python() else { return };
    for module in ["pre_commit", "prek"] {
        test(&Client { python: python.clone(), module });
    }
}

struct Client {
    python: String,
    module: &'static str,
}

impl Client {
    fn run(&self, repo: &Repo, args: &[&str]) -> Ran {
        let mut command = repo.command(&self.python);
        command.args(["-m", self.module]).args(args);
        ran(self.at_home(repo, command))
    }

    /// Caches go beside the repository; the packages may lie in a folder that only `tests/run.sh` knows.
    fn at_home(&self, repo: &Repo, mut command: Command) -> Command {
        let find = "import os, pre_commit; print(os.path.dirname(os.path.dirname(pre_commit.__file__)))";
        let found = ran({
            let mut command = repo.command(&self.python);
            command.args(["-c", find]);
            command
        });
        let found = found.exits(0).stdout;
        for home in ["PRE_COMMIT_HOME", "PREK_HOME"] {
            command.env(home, repo.beside("home").join(home));
        }
        command.env("PYTHONPATH", found.trim()).env("PYTHONDONTWRITEBYTECODE", "1");
        command.env("PATH", path_with_okep());
        command
    }

    fn git(&self, repo: &Repo, args: &[&str]) -> Ran {
        ran(self.at_home(repo, repo.git_command(args)))
    }

    /// A repository whose commits the client judges.
    fn installed(&self) -> Repo {
        let repo = Repo::clean();
        repo.write(".pre-commit-config.yaml", config());
        repo.commit("Configure the hooks");
        self.install(&repo);
        repo
    }

    fn install(&self, repo: &Repo) {
        let types = ["pre-commit", "pre-merge-commit", "commit-msg"];
        let types = types.map(|name| format!("--hook-type={name}"));
        self.run(repo, &["install", &types[0], &types[1], &types[2]]).exits(0);
    }
}

/// The hooks of the manifest as those of a repository itself.
fn config() -> String {
    let mut hooks = manifest();
    for hook in hooks.as_array_mut().expect("a list") {
        assert_eq!(hook["language"], "rust");
        hook["language"] = "system".into();
    }
    // JSON is YAML.
    json!({"repos": [{"repo": "local", "hooks": hooks}]}).to_string()
}

fn manifest() -> Value {
    let text = std::fs::read_to_string(MANIFEST).expect("it is there");
    serde_yaml::from_str(&text).expect("it is YAML")
}

#[track_caller]
fn refused(ran: Ran, parts: &[&str]) {
    let said = ran.stdout + &ran.stderr;
    assert_eq!(ran.code, 1, "{said}");
    for part in parts {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
}

#[test]
fn both_take_the_manifest() {
    under_each(|client| {
        client.run(&Repo::folder(""), &["validate-manifest", MANIFEST]).exits(0);
    });
}

#[test]
fn the_manifest_has_three_hooks_that_always_run() {
    let hooks = manifest();
    let ids: Vec<&str> =
        hooks.as_array().expect("a list").iter().map(|h| h["id"].as_str().expect("a word")).collect();
    assert_eq!(ids, ["okep-check", "okep-fix", "okep-commit-msg"]);
    for hook in hooks.as_array().expect("a list") {
        assert_eq!(hook["always_run"], true, "a commit that only deletes passes no files");
        let entry = hook["entry"].as_str().expect("a command");
        assert!(entry.starts_with("okep "), "{entry}");
    }
}

#[test]
fn a_commit_is_refused_with_place_reason_and_remedy_and_passes_once_fixed() {
    under_each(|client| {
        let repo = client.installed();
        repo.edit(QUIET_GAUGES, "## Risks\n", "");
        repo.git(&["add", "-A"]);
        let commit = ["commit", "-m", "Change"];
        refused(client.git(&repo, &commit), &[QUIET_GAUGES, "missing-section", "add `## Risks`", "Failed"]);
        repo.edit(QUIET_GAUGES, "## Upgrade and Rollback\n", "## Risks\n\nNone\n\n## Upgrade and Rollback\n");
        repo.edit(QUIET_GAUGES, "ten metres", "twelve metres");
        repo.git(&["add", "-A"]);
        let said = client.git(&repo, &commit).exits(0).stderr;
        assert!(said.contains("Passed"), "{said}");
    });
}

#[test]
fn a_commit_that_only_deletes_is_checked() {
    under_each(|client| {
        let repo = client.installed();
        repo.git(&["rm", "-q", QUIET_GAUGES]);
        refused(client.git(&repo, &["commit", "-m", "Delete"]), &["dead-nav-entry", "mkdocs.yml"]);
    });
}

#[test]
fn half_staged_files_and_partial_commits_are_checked_as_they_will_be_committed() {
    under_each(|client| {
        let repo = client.installed();
        repo.edit(QUIET_GAUGES, "## Risks\n", "");
        repo.git(&["add", "-A"]);
        // Mended on disk only; the client puts that aside and back.
        repo.edit(QUIET_GAUGES, "## Upgrade and Rollback\n", "## Risks\n\nNone\n\n## Upgrade and Rollback\n");
        let on_disk = repo.read(QUIET_GAUGES);
        refused(client.git(&repo, &["commit", "-m", "Half"]), &["missing-section"]);
        assert_eq!(repo.read(QUIET_GAUGES), on_disk);

        repo.edit(SHARED_BUOYS, "Two harbours", "Three harbours");
        client.git(&repo, &["commit", "-m", "Another", SHARED_BUOYS]).exits(0);
        repo.write(QUIET_GAUGES, on_disk.replace("## Risks\n", ""));
        refused(client.git(&repo, &["commit", "-m", "By name", QUIET_GAUGES]), &["missing-section"]);
        repo.write(QUIET_GAUGES, on_disk.replace("ten metres", "twelve metres"));
        client.git(&repo, &["commit", "-m", "Mended, by name", QUIET_GAUGES]).exits(0);
        assert_eq!(repo.git(&["status", "--porcelain"]), "");
    });
}

#[test]
fn a_merge_is_checked() {
    under_each(|client| {
        let repo = client.installed();
        repo.git(&["config", "core.hooksPath", "/dev/null"]);
        repo.git(&["checkout", "-q", "-b", "topic"]);
        repo.write("docs/okeps/okep-2130-wind-vanes.md", crate::support::good_okep(2130, "Wind Vanes"));
        repo.edit(
            "mkdocs.yml",
            "      # - An",
            "      - Wind Vanes: okeps/okep-2130-wind-vanes.md\n      # - An",
        );
        repo.commit("Propose wind vanes");
        repo.git(&["checkout", "-q", "main"]);
        repo.add_okep(2130, "Rain Gauges");
        repo.commit("Propose rain gauges");
        repo.git(&["config", "--unset", "core.hooksPath"]);
        refused(client.git(&repo, &["merge", "--no-edit", "topic"]), &["duplicate-number"]);
    });
}

#[test]
fn a_subject_that_names_another_okep_is_reported_and_passes() {
    under_each(|client| {
        let repo = client.installed();
        repo.edit(QUIET_GAUGES, "ten metres", "twelve metres");
        let args = ["commit", "-a", "-m", "OKEP-2107: twelve metres"];
        let said = client.git(&repo, &args).exits(0).stderr;
        assert!(said.contains("wrong-number-in-commit") && said.contains("OKEP-2104"), "{said}");
    });
}

#[test]
fn all_files_and_the_manual_stage_check_what_is_staged() {
    under_each(|client| {
        let repo = client.installed();
        client.run(&repo, &["run", "--all-files", "okep-check"]).exits(0);
        repo.edit(QUIET_GAUGES, "## Risks\n", "");
        repo.git(&["add", "-A"]);
        let stage = "--hook-stage=manual";
        refused(client.run(&repo, &["run", stage, "okep-check"]), &["missing-section"]);
    });
}

#[test]
fn its_own_hook_and_okep_s_coexist() {
    under_each(|client| {
        // Theirs first: ours stays out of the way, and is not needed where theirs lists it.
        let repo = client.installed();
        let theirs = repo.read(".git/hooks/pre-commit");
        let said = repo.okep(&["hook", "install"]).exits(0).stdout;
        assert!(
            said.contains("which mentions `okep check --staged`") && !said.contains("installed `"),
            "{said}"
        );
        let status = repo.okep(&["hook", "status"]).exits(0).stdout;
        assert!(
            status.contains("belongs to pre-commit or prek; its configuration mentions `okep-check`"),
            "{status}"
        );
        let listed = repo.read(".pre-commit-config.yaml");
        for without in [listed.replace("okep-check", "x").replace("okep check --staged", "true"), "[]".into()]
        {
            repo.write(".pre-commit-config.yaml", without);
            repo.okep(&["hook", "install"]).refuses(&["`.pre-commit-config.yaml`", "okep-check"]);
            let status = repo.okep(&["hook", "status"]).exits(1).stdout;
            assert!(status.contains("list `okep-check` in"), "{status}");
        }
        assert_eq!(repo.read(".git/hooks/pre-commit"), theirs);

        // Ours first: theirs sets it aside and runs it, and it can still be removed.
        let repo = Repo::clean();
        repo.okep(&["hook", "install"]).exits(0);
        let other = json!({"id": "other", "name": "other", "entry": "true", "language": "system", "always_run": true});
        repo.write(
            ".pre-commit-config.yaml",
            json!({"repos": [{"repo": "local", "hooks": [other]}]}).to_string(),
        );
        client.install(&repo);
        let status = repo.okep(&["hook", "status"]).exits(0).stdout;
        assert!(status.contains("set it aside as `pre-commit.legacy`"), "{status}");
        repo.edit(QUIET_GAUGES, "## Risks\n", "");
        repo.git(&["add", "-A"]);
        refused(client.git(&repo, &["commit", "-m", "Change"]), &["missing-section"]);
        let said = repo.okep(&["hook", "uninstall"]).exits(0).stdout;
        assert!(said.contains("pre-commit.legacy"), "{said}");
        client.git(&repo, &["commit", "-q", "-m", "Change"]).exits(0);
    });
}

fn break_it_unseen(repo: &Repo) {
    repo.edit(QUIET_GAUGES, "## Risks\n", "");
    repo.git(&["commit", "-q", "--no-verify", "-a", "-m", "Forget the risks"]);
}

#[test]
fn where_no_commit_is_made_everything_is_checked() {
    under_each(|client| {
        let repo = client.installed();
        client.run(&repo, &["run", "okep-check", "--all-files"]).exits(0);
        break_it_unseen(&repo);
        let all = ["run", "okep-check", "--all-files"];
        refused(client.run(&repo, &all), &["missing-section", "nothing is staged", "1 error"]);
        // Somebody who commits answers for nothing that was there.
        client.git(&repo, &["commit", "-q", "--allow-empty", "-m", "Nothing"]).exits(0);
        client.git(&repo, &["commit", "-q", "--amend", "--allow-empty", "-m", "Else"]).exits(0);
        repo.write("notes.txt", "more");
        repo.git(&["add", "-A"]);
        client.run(&repo, &["run", "okep-check"]).exits(0);
        client.git(&repo, &["commit", "-q", "-m", "Notes"]).exits(0);
    });
}

#[test]
fn between_two_commits_what_the_second_added_is_checked() {
    under_each(|client| {
        let repo = client.installed();
        let base = repo.git(&["rev-parse", "HEAD"]).trim().to_owned();
        break_it_unseen(&repo);
        let run =
            |from: &str| client.run(&repo, &["run", "okep-check", "--from-ref", from, "--to-ref", "HEAD"]);
        refused(run(&base), &["missing-section", "PRE_COMMIT_FROM_REF", "merge base"]);
        repo.write("notes.txt", "more");
        repo.git(&["add", "-A"]);
        repo.git(&["commit", "-q", "--no-verify", "-m", "Notes"]);
        run("HEAD~1").exits(0);
    });
}

#[test]
fn a_draft_is_committed_freely_and_refused_when_it_is_pushed() {
    under_each(|client| {
        let repo = Repo::clean();
        let server = repo.beside("server.git");
        let server = server.to_str().expect("UTF-8");
        repo.git(&["clone", "-q", "--bare", ".", server]);
        repo.git(&["remote", "add", "origin", server]);
        repo.git(&["fetch", "-q", "origin"]);
        // As the documentation has it: the hook of the manifest, at this stage alone.
        let mut hooks = manifest();
        let check = &mut hooks[0];
        assert!(check["stages"].as_array().expect("a list").contains(&json!("pre-push")));
        check["language"] = "system".into();
        check["stages"] = json!(["pre-push"]);
        let config = json!({"repos": [{"repo": "local", "hooks": [check]}]}).to_string();
        repo.git(&["checkout", "-q", "-b", "topic"]);
        repo.write(".pre-commit-config.yaml", config);
        repo.commit("Configure the hooks");
        client.run(&repo, &["install", "--hook-type=pre-push", "--hook-type=pre-commit"]).exits(0);
        let status = repo.okep(&["hook", "status"]).exits(0).stdout;
        assert!(status.contains("pre-push          belongs to pre-commit or prek; its config"), "{status}");

        repo.edit(QUIET_GAUGES, "## Risks\n", "");
        client.git(&repo, &["commit", "-q", "-a", "-m", "Draft"]).exits(0);
        let push = ["push", "-q", "origin", "topic"];
        let parts = ["missing-section", "push refused", "git push --no-verify"];
        refused(client.git(&repo, &push), &parts);
        repo.edit(QUIET_GAUGES, "## Upgrade and Rollback\n", "## Risks\n\nNone\n\n## Upgrade and Rollback\n");
        client.git(&repo, &["commit", "-q", "-a", "-m", "Finish"]).exits(0);
        client.git(&repo, &push).exits(0);
        // A branch that the remote has.
        repo.edit(QUIET_GAUGES, "## Risks\n", "");
        client.git(&repo, &["commit", "-q", "-a", "-m", "Forget the risks"]).exits(0);
        refused(client.git(&repo, &push), &parts);
    });
}

/// What the clients say of themselves goes into the log of a run that fails.
#[test]
fn the_clients_are_those_of_the_requirements() {
    under_each(|client| {
        let said = client.run(&Repo::folder(""), &["--version"]).exits(0).stdout;
        let pinned = include_str!("../requirements.txt");
        let version = said.split_whitespace().last().map(OsString::from).expect("a version");
        assert!(pinned.contains(&format!("{}=={}", client.module, version.display())), "{said}");
    });
}
