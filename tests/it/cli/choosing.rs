//! `--select`, `--ignore` and `--okep`, for checks and fixes alike.

use crate::support::{QUIET_GAUGES, Ran, Repo, SHARED_BUOYS, good_okep, ran};
use std::process::Stdio;

/// Two OKEPs with a finding each: one that is fixed safely, and one that has no fix.
fn two_findings() -> Repo {
    let repo = Repo::clean();
    repo.edit(QUIET_GAUGES, "# OKEP-2104: ", "# OKEP 2104 ");
    repo.edit(SHARED_BUOYS, "## Risks\n", "## Risks\n\nTBD\n\n## Dangers\n");
    repo
}

#[track_caller]
fn check(args: &[&str], expected: &[&str]) {
    let repo = two_findings();
    let found: Vec<String> = repo.json(args).faults();
    let rules: Vec<&str> = found.iter().map(|f| f.split(' ').nth(1).expect("severity, rule")).collect();
    assert_eq!(rules, expected, "{args:?}");
}

#[test]
fn rules_are_selected_and_ignored() {
    check(&[], &["malformed-title", "stub-section"]);
    check(&["--select", "stub-section"], &["stub-section"]);
    check(&["--select", "stub-section,malformed-title"], &["malformed-title", "stub-section"]);
    check(&["--ignore", "stub-section"], &["malformed-title"]);
    check(&["--ignore", "stub-section", "--ignore", "malformed-title"], &[]);
    check(&["--select", "stub-section", "--ignore", "stub-section"], &[]);
    let repo = two_findings();
    repo.okep(&["check", "--ignore", "malformed-title"]).exits(0);
    for option in ["--select", "--ignore"] {
        let ran = repo.okep(&["check", option, "stub-section,mising-section"]).exits(2);
        assert!(ran.stderr.contains("did you mean `missing-section`"), "{}", ran.stderr);
    }
}

#[test]
fn only_fixes_of_selected_rules_are_written() {
    let repo = two_findings();
    let before = repo.read(QUIET_GAUGES);
    repo.okep(&["check", "--fix", "--ignore", "malformed-title"]).exits(0);
    assert_eq!(repo.read(QUIET_GAUGES), before);
    let diff = repo.okep(&["check", "--diff", "--select", "malformed-title"]).stdout;
    assert!(diff.contains("+# OKEP-2104: "), "{diff}");
    repo.okep(&["check", "--fix", "--select", "malformed-title"]).exits(0);
    assert_ne!(repo.read(QUIET_GAUGES), before);
}

#[test]
fn an_okep_is_named_by_its_number() {
    check(&["--okep", "2104"], &["malformed-title"]);
    check(&["--okep", "OKEP-2107"], &["stub-section"]);
    check(&["--okep", "2104", "--okep", "2107"], &["malformed-title", "stub-section"]);
    check(&["2107"], &["stub-section"]);
    check(&["okep-2104"], &["malformed-title"]);
    let repo = two_findings();
    let shown = repo.okep(&["okep-2107"]).exits(0).stdout;
    assert!(shown.contains("2107") && !shown.contains("2104"), "{shown}");
    repo.okep(&["2104"]).exits(1);
    repo.okep(&["check", "2140"]).refuses(&[
        "there is no OKEP-2140",
        "`docs/okeps`",
        "did you mean OKEP-2104",
    ]);
    repo.okep(&["check", "--okep", "9999"]).refuses(&["there is no OKEP-9999", "`okep check` lists those"]);
    repo.okep(&["check", "--okep", "x"]).exits(2);
    // A path of that name is a path.
    repo.write("2104", "x");
    let note = repo.json(&["2104"]).exits(0);
    assert_eq!(note.notes(), ["not-an-okep"]);
    // The fix of one leaves the other alone.
    repo.remove("2104");
    repo.okep(&["check", "--fix", "2107"]).exits(0);
    assert!(repo.read(QUIET_GAUGES).starts_with("# OKEP 2104 "));
    repo.okep(&["check", "--fix", "2104"]).exits(0);
    assert!(repo.read(QUIET_GAUGES).starts_with("# OKEP-2104: "));
}

#[test]
fn a_suppression_is_dead_only_where_its_rule_ran() {
    let repo = Repo::clean();
    repo.edit(
        QUIET_GAUGES,
        "## Risks\n",
        "<!-- okep: allow stub-section because it is to come -->\n\n## Risks\n",
    );
    assert_eq!(repo.json(&[]).notes(), ["unused-exception"]);
    let before = repo.read(QUIET_GAUGES);
    for args in [
        &["--select", "missing-section"][..],
        &["--ignore", "stub-section"],
        &["--since", "HEAD"],
        &[QUIET_GAUGES],
    ] {
        assert!(repo.json(args).notes().is_empty(), "{args:?}");
        repo.okep(&[&["check", "--fix=all"], args].concat()).exits(0);
        assert_eq!(repo.read(QUIET_GAUGES), before, "{args:?}");
    }
}

#[test]
fn a_suppression_is_not_dead_where_its_rule_is_silent_for_what_is_unknown() {
    let check = |rule: &str, change: &dyn Fn(&Repo), expected: &[&str]| {
        let repo = Repo::clean();
        let comment = format!("<!-- okep: allow {rule} because we know better -->\n\n");
        repo.edit(QUIET_GAUGES, "## Risks\n", &format!("{comment}## Risks\n"));
        change(&repo);
        let mut notes = repo.json(&[]).notes();
        notes.retain(|kind| kind == "unused-exception");
        assert_eq!(notes, expected, "{rule}");
        repo.okep(&["check", "--fix"]);
        assert_eq!(repo.read(QUIET_GAUGES).contains(&comment), expected.is_empty(), "{rule}");
    };
    let site = |line: &'static str| {
        move |repo: &Repo| repo.write("mkdocs.yml", format!("{line}\n{}", repo.read("mkdocs.yml")))
    };
    let dead = ["unused-exception"];
    check("not-in-nav", &site("plugins: [search]"), &dead);
    check("not-in-nav", &site("plugins: [literate-nav]"), &[]);
    check("not-in-nav", &site("hooks: [nav.py]"), &[]);
    check("stub-section", &site("hooks: [nav.py]"), &dead);
    check("ambiguous-heading", &site("markdown_extensions: [toc]"), &dead);
    check("ambiguous-heading", &site("markdown_extensions: [my_headings]"), &[]);
    let linked = |ignored: &'static str| {
        move |repo: &Repo| {
            repo.edit(QUIET_GAUGES, "## Risks\n", "[x](../gen/x.md) and [y](../gen/y.md)\n\n## Risks\n");
            repo.write(".gitignore", ignored);
            repo.write("docs/gen/x.md", "# X\n");
            repo.write("docs/gen/y.md", "# Y\n");
        }
    };
    check("broken-link", &linked(""), &dead);
    check("broken-link", &linked("docs/gen/"), &[]);
    check("broken-link \"../gen/z.md\"", &linked("docs/gen/"), &dead);
    check("stub-section", &linked("docs/gen/"), &dead);
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    for (text, is_kept) in [(good_okep(2107, "Shared Buoys").as_str(), false), (pointer, true)] {
        let repo = Repo::clean();
        repo.write("okep.toml", "[[allow]]\nrule = \"stub-section\"\nokep = 2107\nbecause = \"soon\"\n");
        repo.write(SHARED_BUOYS, text);
        repo.okep(&["check", "--fix"]);
        assert_eq!(repo.read("okep.toml").contains("2107"), is_kept, "{text}");
    }
}

#[test]
fn a_dead_suppression_is_deleted_by_a_fix() {
    let repo = Repo::clean();
    let (clean, dead) =
        (repo.read(QUIET_GAUGES), "<!-- okep: allow stub-section because it is to come -->\n\n");
    repo.edit(QUIET_GAUGES, "## Risks\n", &format!("{dead}## Risks\n"));
    let config = "[[allow]]\nrule = \"missing-issue\"\nokep = 2104\nbecause = \"it is old\"\n\n";
    repo.write("okep.toml", format!("{config}[severity]\nstory-form = \"off\"\n"));
    let shown = repo.okep(&["check", "--diff"]).exits(0);
    assert!(shown.stdout.contains("-<!-- okep: allow") && shown.stdout.contains("-[[allow]]"), "{shown:?}");
    repo.okep(&["check", "--fix"]).exits(0);
    assert_eq!(repo.read(QUIET_GAUGES), clean);
    assert_eq!(repo.read("okep.toml"), "[severity]\nstory-form = \"off\"\n");
    // One that suppresses something stays, and so does one of a rule that only history runs.
    let stub = clean.replace("## Risks\n", &format!("{dead}## Risks\n\nTBD\n\n## Dangers\n"));
    let of_history = stub.replace("stub-section", "pull-request-number");
    for text in [stub, of_history] {
        repo.write(QUIET_GAUGES, &text);
        repo.okep(&["check", "--fix"]);
        assert!(repo.read(QUIET_GAUGES).contains("okep: allow"));
    }
}

#[test]
fn an_okep_with_the_number_of_its_pull_request_is_known_before_the_merge() {
    let repo = Repo::clean();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.add_okep(2140, "Tide Tables");
    repo.commit("Propose tide tables");
    let check = |number: &str| repo.json(&["--since", "main", "--pull-request", number]);
    assert_eq!(check("7").exits(0).faults(), [""; 0]);
    let faults = check("2140").exits(1).faults();
    assert!(faults.len() == 1 && faults[0].contains("pull-request-number"), "{faults:?}");
    // What the change does not add is not its own.
    assert_eq!(check("2104").exits(0).faults(), [""; 0]);
    let shown = repo.okep(&["check", "--since", "main", "--pull-request", "2140"]).exits(1).stdout;
    assert!(shown.contains("pull-request-number") && shown.contains("tracking issue"), "{shown}");
    let alone = repo.okep(&["check", "--pull-request", "2140"]).exits(2).stderr;
    assert!(alone.contains("--since"), "{alone}");
}

pub fn with_stdin(repo: &Repo, args: &[&str], text: &str) -> Ran {
    repo.write("../stdin", text);
    let mut command = repo.okep_command(args);
    command.stdin(Stdio::from(std::fs::File::open(repo.beside("stdin")).expect("just written")));
    ran(command)
}

#[test]
fn unsaved_text_is_checked_with_the_other_files_as_they_are() {
    let repo = two_findings();
    let good = repo.read(QUIET_GAUGES).replace("# OKEP 2104 ", "# OKEP-2104: ");
    let check = |path: &str, text: &str| {
        with_stdin(&repo, &["check", "--format", "json", "--stdin-filename", path, "-"], text)
    };
    assert_eq!(check(QUIET_GAUGES, &good).exits(0).faults(), [""; 0]);
    let faults = check(QUIET_GAUGES, &good.replace("## Risks\n", "")).exits(1).faults();
    assert!(faults.len() == 1 && faults[0].contains("missing-section"), "{faults:?}");
    // A file that was never saved is not in nav.
    let new = check("docs/okeps/okep-2140-x.md", &crate::support::good_okep(2140, "X")).exits(1).faults();
    assert!(new.iter().any(|fault| fault.contains("not-in-nav")), "{new:?}");
    // Without `-` everything is checked.
    let all =
        with_stdin(&repo, &["check", "--format", "json", "--stdin-filename", QUIET_GAUGES], &good).exits(0);
    assert_eq!(all.faults().len(), 1, "of the other file");
    assert!(repo.read(QUIET_GAUGES).starts_with("# OKEP 2104 "), "nothing is written");
    // What is suggested is about the saved file.
    let suggested = with_stdin(
        &repo,
        &["check", "--stdin-filename", QUIET_GAUGES, "-"],
        &good.replace("## Goals", "## goals"),
    );
    assert!(suggested.stdout.contains(&format!("okep check --fix {QUIET_GAUGES}\n")), "{}", suggested.stdout);
    repo.okep(&["check", "-"]).refuses(&["--stdin-filename"]);
    repo.okep(&["check", "--fix", "--stdin-filename", QUIET_GAUGES]).exits(2);
}
