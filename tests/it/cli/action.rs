//! The action and the workflows: what they do, and what zizmor and GitHub's own schemas say of them.

use super::output::faulty;
use crate::support::{Ran, Repo, python, ran};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the step of the action as the runner does, with the built binary on PATH.
fn step(repo: &Repo, env: &[(&str, &str)]) -> Ran {
    let mut command = repo.command("bash");
    let binary = Path::new(env!("CARGO_BIN_EXE_okep")).parent().expect("a folder");
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").expect("there is one"));
    command.arg(root().join("action/check.sh")).env("PATH", path);
    command.env("GITHUB_ACTION_PATH", root());
    command.env("GITHUB_STEP_SUMMARY", repo.beside("summary.md"));
    command.env("GITHUB_OUTPUT", repo.beside("output"));
    command.env("OKEP_SARIF_FILE", repo.beside("okep.sarif")).envs(env.iter().copied());
    ran(command)
}

#[cfg(unix)]
#[test]
fn a_pull_request_gets_annotations_a_summary_and_sarif() {
    let repo = faulty();
    let base = repo.git(&["rev-parse", "HEAD"]).trim().to_owned();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.add_okep(2140, "Tide Tables");
    repo.edit("docs/okeps/okep-2140-tide-tables.md", "## Goals\n", "## Aims\n");
    repo.commit("Propose tide tables");
    let step = |env: &[(&str, &str)]| step(&repo, env);

    let judged = step(&[("OKEP_SINCE", &base)]).exits(1);
    assert!(judged.stdout.contains("file=docs/okeps/okep-2140-tide-tables.md,"), "{}", judged.stdout);
    assert!(!judged.stdout.contains("bell-codes"), "{}", judged.stdout);
    let written = |name: &str| std::fs::read_to_string(repo.beside(name)).expect("it was written");
    assert!(written("summary.md").contains(" checked: 1 error, 1 hint ("), "{}", written("summary.md"));
    assert!(written("okep.sarif").contains("\"baselineState\": \"new\""));
    let output = written("output");
    assert!(output.starts_with("sarif-file<<") && output.contains("okep.sarif\n"), "{output}");

    step(&[("OKEP_SINCE", &base), ("OKEP_FAIL_ON", "never")]).exits(0);
    // Outside of a pull request everything is judged.
    assert!(step(&[("OKEP_SINCE", "")]).exits(1).stdout.contains("bell-codes"));
}

#[cfg(unix)]
#[test]
fn what_keeps_the_action_from_a_verdict_is_one_annotation() {
    let repo = Repo::clean();
    for hostile in ["nowhere", "$(touch pwned)", "-x", "a\n::set-output name=x::y"] {
        let refused = step(&repo, &[("OKEP_SINCE", hostile)]).exits(2).stdout;
        assert!(refused.starts_with("::error title=okep::"), "{refused}");
        assert_eq!(refused.matches("error").count(), 1, "{refused}");
        assert_eq!(refused.lines().count(), 1, "{refused}");
    }
    assert!(!repo.root.join("pwned").exists());
}

#[cfg(unix)]
#[test]
fn sarif_that_cannot_be_written_is_no_verdict() {
    let repo = Repo::clean();
    let place = repo.beside("no/such/folder/okep.sarif");
    let refused = step(&repo, &[("OKEP_SARIF_FILE", place.to_str().expect("UTF-8"))]).exits(2).stdout;
    assert!(refused.contains("::error title=okep::SARIF could not be written: "), "{refused}");
}

#[cfg(unix)]
#[test]
fn a_merge_of_a_pull_request_is_compared_with_the_base_it_merges() {
    let repo = Repo::clean();
    let base = repo.git(&["rev-parse", "HEAD"]).trim().to_owned();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.add_okep(2140, "Tide Tables");
    let head = repo.commit("Propose tide tables");
    repo.git(&["checkout", "-q", "main"]);
    repo.edit(crate::support::QUIET_GAUGES, "## Risks\n", "");
    repo.commit("What others brought since");
    repo.git(&["checkout", "-q", "--detach"]);
    repo.git(&["merge", "-q", "--no-edit", "topic"]);
    let event = [("OKEP_BASE", base.as_str()), ("OKEP_HEAD", head.as_str())];
    let said = step(&repo, &event).exits(0).stdout;
    assert!(!said.contains("missing-section"), "{said}");
    // Where the head of the pull request itself is checked out, the base of the event counts.
    repo.edit("docs/okeps/okep-2140-tide-tables.md", "## Risks\n", "");
    repo.commit("Forget the risks");
    let said = step(&repo, &event).exits(1).stdout;
    assert!(said.contains("okep-2140") && said.contains("okep-2104"), "{said}");
}

/// A program that came with the Python of the tests.
fn tool(python: &str, name: &str) -> Command {
    let bin = Path::new(python).parent().expect("a folder");
    let places: [PathBuf; 2] = [bin.join(name), bin.join("../packages/bin").join(name)];
    let place = places.iter().find(|p| p.is_file()).unwrap_or_else(|| panic!("{name} is not in {bin:?}"));
    let mut command = Command::new(place);
    command.current_dir(root());
    command
}

#[test]
fn zizmor_has_nothing_to_say() {
    let Some(python) = python() else { return };
    let mut zizmor = tool(&python, "zizmor");
    zizmor.args(["--offline", "--no-config", "--pedantic", "--strict-collection", "action.yml", ".github"]);
    let said = ran(zizmor);
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("No findings to report"), "{}", said.stdout);
}

#[test]
fn githubs_schemas_allow_the_action_and_the_workflows() {
    let Some(python) = python() else { return };
    let workflows = [".github/workflows/ci.yml", ".github/workflows/release.yml"];
    for (schema, files) in [("github-actions", &["action.yml"][..]), ("github-workflows", &workflows)] {
        let mut check = Command::new(&python);
        check.current_dir(root()).args(["-m", "check_jsonschema", "--builtin-schema"]);
        check.arg(format!("vendor.{schema}")).args(files);
        ran(check).exits(0);
    }
}

#[test]
fn every_script_of_the_project_parses() {
    let mut scripts = vec!["action/check.sh", "packaging/build.sh"];
    scripts.extend(["tests/package.sh", "tests/run.sh"]);
    for script in scripts {
        let mut bash = Command::new("bash");
        bash.current_dir(root()).args(["-n", script]);
        ran(bash).exits(0);
    }
}

#[test]
fn completions_and_the_manual_know_every_command() {
    let folder = Repo::folder("");
    for args in [&["completions", "bash"][..], &["completions", "zsh"], &["completions", "fish"], &["man"]] {
        let shown = folder.okep(args).exits(0).stdout;
        for word in ["check", "explain", "staged", "markdown"] {
            assert!(shown.contains(word) || args == ["man"] && word == "markdown", "{args:?}: {word}");
        }
    }
    let bash = folder.okep(&["completions", "bash"]).exits(0).stdout;
    assert!(
        bash.contains("missing-section") && !bash.contains("commit__subcmd__msg"),
        "rules, and no hidden commands"
    );
    let page = folder.okep(&["man"]).exits(0).stdout;
    for part in ["[\\fB\\-C\\fR \\fIDIR\\fR]", ".SH \"EXIT STATUS\"", "okep\\-check(1)"] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(!page.contains("EXTRA"), "{page}");
    folder.okep(&["man", "."]).exits(0);
    for (page, word) in
        [("okep-check.1", "\\-\\-staged"), ("okep-hook-install.1", "commit\\-msg"), ("okep.1", "TH")]
    {
        assert!(folder.read(page).contains(word), "{page}");
    }
    folder.okep(&["man", "a/new/folder"]).exits(0);
    assert!(folder.read("a/new/folder/okep.1").contains("TH"));
    folder.okep(&["man", "okep.1"]).refuses(&["okep.1", "cannot be made"]);
    folder.okep(&["completions", "csh"]).exits(2);
    let help = folder.okep(&["--help"]).stdout;
    assert!(
        help.contains("  completions ") && help.contains("  man ") && !help.contains("commit-msg"),
        "{help}"
    );
}

/// Runs the step with nothing but `folder` and the system's programs on PATH.
#[cfg(unix)]
fn step_with(repo: &Repo, folder: &Path, env: &[(&str, &str)]) -> Ran {
    let mut command = repo.command("bash");
    command.arg(root().join("action/check.sh")).env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    command.env("GITHUB_ACTION_PATH", root()).env("OKEP_SARIF_FILE", "").envs(env.iter().copied());
    ran(command)
}

/// What actions/checkout makes of the merge of a pull request: no branch, and `depth` commits.
#[cfg(unix)]
fn checkout(repo: &Repo, rev: &str, depth: u32) -> Repo {
    let checkout = Repo::folder("");
    checkout.git(&["init", "-q"]);
    let (depth, url) = (format!("--depth={depth}"), format!("file://{}", repo.root.display()));
    checkout.git(&["fetch", "-q", &depth, &url, &format!("{rev}:refs/remotes/pull/7/merge")]);
    checkout.git(&["checkout", "-q", "--detach", "refs/remotes/pull/7/merge"]);
    checkout
}

/// A pull request's merge on branch `merge`, where others changed the template since; the base and the head.
#[cfg(unix)]
fn merged() -> (Repo, String, String) {
    let repo = Repo::clean();
    let base = repo.git(&["rev-parse", "HEAD"]).trim().to_owned();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.add_okep(2140, "Tide Tables");
    let head = repo.commit("Propose tide tables");
    repo.git(&["checkout", "-q", "-b", "merge", "main"]);
    repo.edit(
        crate::support::TEMPLATE,
        "## Alternatives\n",
        "## Costs\n\n(What does it cost, and who pays?)\n\n## Alternatives\n",
    );
    repo.commit("Ask for costs");
    repo.git(&["merge", "-q", "--no-edit", "topic"]);
    (repo, base, head)
}

#[cfg(unix)]
#[test]
fn two_commits_are_enough_for_a_pull_request_and_one_is_refused() {
    let (repo, base, head) = merged();
    // The event of a fork names the same; only its secrets are missing.
    let event =
        [("OKEP_BASE", base.as_str()), ("OKEP_HEAD", head.as_str()), ("GITHUB_HEAD_REF", "$(touch pwned)")];
    let numbered = [&event[..], &[("OKEP_PULL_REQUEST", "2140")]].concat();
    let numbered = step(&checkout(&repo, "merge", 2), &numbered).exits(1).stdout;
    assert!(numbered.contains("pull-request-number"), "{numbered}");
    let two = step(&checkout(&repo, "merge", 2), &event).exits(1).stdout;
    let errors: Vec<&str> = two.lines().filter(|line| line.starts_with("::error")).collect();
    assert!(errors.len() == 1 && errors[0].contains("okep-2140") && errors[0].contains("Costs"), "{two}");

    let one = step(&checkout(&repo, "merge", 1), &event).exits(2).stdout;
    assert!(one.contains("only one commit") && one.contains("`fetch-depth: 2`"), "{one}");
    // A push has no base: everything is checked.
    let push = step(&checkout(&repo, "main", 1), &[("OKEP_BASE", ""), ("OKEP_HEAD", "")]).exits(0).stdout;
    assert!(!push.contains("::error"), "{push}");
}

#[cfg(unix)]
#[test]
fn a_commit_since_an_unknown_one_of_a_shallow_clone_is_refused() {
    let (repo, base, _) = merged();
    let shallow = checkout(&repo, "merge", 1);
    for since in ["HEAD^1", &base] {
        shallow.okep(&["check", "--since", since]).refuses(&[since, "shallow", "fetch-depth"]);
    }
    checkout(&repo, "merge", 2).okep(&["check", "--since", "HEAD^1"]).exits(1);
}

#[cfg(unix)]
#[test]
fn the_binary_comes_from_a_release_or_a_wheel_and_is_built_only_if_asked_for() {
    use crate::support::make_executable;
    let repo = Repo::clean();
    let bin = repo.beside("bin");
    std::fs::create_dir_all(&bin).expect("writable");
    let program = |name: &str, script: &str| {
        std::fs::write(bin.join(name), script).expect("writable");
        make_executable(&bin.join(name));
    };
    let refused = step_with(&repo, &bin, &[]).exits(2).stdout;
    assert!(refused.contains("okep is not on PATH") && refused.contains("`build: true`"), "{refused}");
    program("cargo", "#!/bin/sh\nexit 9\n");
    assert!(step_with(&repo, &bin, &[]).exits(2).stdout.contains("okep is not on PATH"));
    let built = step_with(&repo, &bin, &[("OKEP_BUILD", "true")]).exits(2).stdout;
    assert!(built.contains("could not be built"), "{built}");

    // A release, as `gh` downloads it.
    let okep = format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_okep"));
    program(
        "gh",
        &format!(
            "#!/bin/sh\nwhile [ $# -gt 0 ]; do case $1 in --dir) dir=$2;; --pattern) case $2 in *.gz) file=$2;; esac;; esac; \
             shift; done\ncd \"$dir\"; name=${{file%.tar.gz}}; mkdir $name; cat >$name/okep <<'X'\n{okep}X\n\
             chmod +x $name/okep; tar -czf $file $name; rm -r $name; sha256sum $file | sed \"s/^/$BREAK/\" >SHA256SUMS\n"
        ),
    );
    let version = [("OKEP_VERSION", "9.9.9"), ("OKEP_REPOSITORY", "o/r")];
    step_with(&repo, &bin, &version).exits(0);
    let broken = step_with(&repo, &bin, &[version[0], version[1], ("BREAK", "0")]).exits(2).stdout;
    assert!(broken.contains("SHA256SUMS"), "{broken}");
    let odd = step_with(&repo, &bin, &[("OKEP_VERSION", "../x")]).exits(2).stdout;
    assert!(odd.contains("is not a version"), "{odd}");

    let refused = step_with(&repo, &bin, &[("OKEP_WHEEL", "no/such.whl")]).exits(2).stdout;
    assert!(refused.contains("no wheel `no/such.whl`"), "{refused}");
    let Some(python) = python() else { return };
    program("python3", &format!("#!/bin/sh\nexec '{python}' \"$@\"\n"));
    let make = "import sys, zipfile\n\
        w = zipfile.ZipFile('okep-9.9.9-py3-none-any.whl', 'w')\n\
        i = 'okep-9.9.9.dist-info/'\n\
        w.writestr(i + 'METADATA', 'Metadata-Version: 2.1\\nName: okep\\nVersion: 9.9.9\\n')\n\
        w.writestr(i + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: false\\nTag: py3-none-any\\n')\n\
        f = zipfile.ZipInfo('okep-9.9.9.data/scripts/okep')\n\
        f.external_attr = 0o100755 << 16\n\
        w.writestr(f, sys.argv[1])\n\
        w.writestr(i + 'RECORD', '')\n\
        w.close()\n";
    let mut command = repo.command(&python);
    command.args(["-c", make, &okep]);
    ran(command).exits(0);
    let wheel = step_with(&repo, &bin, &[("OKEP_WHEEL", "okep-9.9.9-py3-none-any.whl")]);
    assert_eq!(wheel.code, 0, "{wheel:?}");
}
