//! How much is printed: as much as there is to act on.

use crate::cli::choosing::with_stdin;
use crate::cli::output::faulty;
use crate::support::{QUIET_GAUGES, Ran, Repo, TEMPLATE};

/// The labels and commands that end a report.
fn suggestions(ran: &Ran) -> Vec<(String, String)> {
    let lines = ran.stdout.lines().chain(ran.stderr.lines());
    let lines = lines.filter_map(|line| line.strip_prefix("  ")?.split_once(":  "));
    lines.map(|(what, command)| (what.to_owned(), command.trim().to_owned())).collect()
}

/// A template with `n` sections, each with a prompt, and a fresh copy of it that is staged.
fn fresh_copy(n: usize) -> Repo {
    let repo = Repo::clean();
    let section =
        |i: usize| format!("\n## Part {i}\n\n(Describe part {i} of the proposal in one or two sentences.)\n");
    let head = repo.read(TEMPLATE).lines().take(3).collect::<Vec<_>>().join("\n");
    repo.write(TEMPLATE, format!("{head}\n{}", (1..=n).map(section).collect::<String>()));
    repo.commit("Replace the template");
    repo.okep(&["new", "2130", "Tide Tables"]).exits(0);
    repo.git(&["add", "-A"]);
    repo
}

#[test]
fn every_prompt_of_a_fresh_copy_is_listed_in_a_line() {
    let repo = fresh_copy(15);
    for args in [&["check", "--staged"][..], &["check"], &["check", "--since", "HEAD"]] {
        for columns in ["80", "120"] {
            let shown = repo.okep_with(&[("COLUMNS", columns)], args).exits(1).stdout;
            assert!(shown.lines().count() <= 40, "{shown}");
            let prompts = repo.okep(&["-q", "--since", "HEAD"]).exits(1).stdout;
            let prompts: Vec<&str> = prompts.lines().filter(|line| line.contains("template-text")).collect();
            assert_eq!(prompts.len(), 15);
            for prompt in prompts {
                let line = prompt.split(':').nth(1).expect("a line");
                assert!(shown.lines().any(|l| l.split_whitespace().next() == Some(line)), "{line}: {shown}");
            }
        }
    }
}

#[test]
fn more_prompts_than_there_is_room_for_share_a_line() {
    let repo = fresh_copy(90);
    let shown = repo.okep_with(&[("COLUMNS", "80")], &["check", "--staged"]).exits(1).stdout;
    assert!(shown.lines().count() <= 40, "{shown}");
    assert!(shown.contains("; and 89 more (lines "), "{shown}");
}

#[test]
fn the_same_rule_of_one_file_is_one_line() {
    let repo = Repo::clean();
    let links: String = (1..=40).map(|i| format!("[{i}](no-such-page-{i}.md)\n")).collect();
    repo.edit(QUIET_GAUGES, "## Alternatives\n", &format!("## Alternatives\n\n{links}"));
    let shown = repo.okep(&["check", "--strict"]).exits(1).stdout;
    assert_eq!(shown.matches("broken-link").count(), 1, "{shown}");
    assert!(shown.lines().count() <= 15, "{shown}");
}

#[test]
fn a_folder_of_many_okeps_takes_at_most_two_hundred_lines() {
    let repo = Repo::clean();
    for number in 2200..2400 {
        repo.write(
            &format!("docs/okeps/okep-{number}-a.md"),
            format!("# OKEP-{number}: A\n\n## Goals\n\nTBD\n"),
        );
    }
    let shown = repo.okep_with(&[("COLUMNS", "80")], &["check"]).exits(1).stdout;
    assert!(shown.lines().count() <= 200, "{} lines", shown.lines().count());
    assert!(shown.contains(" more OKEPs\n") && shown.contains(" more findings in "), "{shown}");
}

#[test]
fn findings_on_one_line_are_named_by_their_okeps() {
    let repo = Repo::clean();
    let (nav, index) = (repo.read("mkdocs.yml"), repo.read("docs/okeps/index.md"));
    (0..30).for_each(|n| repo.add_okep(2200 + n, &format!("Tide {n}")));
    repo.write("mkdocs.yml", nav);
    repo.write("docs/okeps/index.md", index);
    let shown = repo.okep_with(&[("COLUMNS", "1000")], &["check", "--select", "not-in-nav"]).exits(1).stdout;
    let others = "; and 29 more: `okep-2201-tide-1.md`, `okep-2202-tide-2.md`, ";
    assert!(shown.contains(others) && shown.contains(" and 17 more\n"), "{shown}");
}

#[test]
fn fixes_of_what_is_not_on_disk_are_not_said_to_be_written() {
    let repo = Repo::clean();
    repo.edit(QUIET_GAUGES, "# OKEP-2104: ", "# OKEP 2104 ");
    let text = repo.read(QUIET_GAUGES);
    repo.commit("A slip");
    let said = |args: &[&str]| repo.okep(args).stderr;
    assert_eq!(said(&["check", "--diff"]).matches("`--fix` writes").count(), 1);
    for args in [&["check", "--rev", "HEAD", "--diff"][..], &["history", "--diff"]] {
        assert!(said(args).contains("1 fix in 1 file, not written\n"), "{}", said(args));
    }
    let unsaved = ["check", "--diff", "--stdin-filename", QUIET_GAUGES, "-"];
    let said = with_stdin(&repo, &unsaved, &text).stderr;
    assert!(said.contains("1 fix in 1 file, not written\n"), "{said}");
    let page = repo.okep(&["check", "--rev", "HEAD", "--format", "markdown"]).stdout;
    assert!(page.contains("  - the change:\n") && !page.contains("--fix"), "{page}");
}

#[test]
fn one_finding_is_shown_whole_with_its_change_and_its_command() {
    let repo = Repo::clean();
    repo.edit(QUIET_GAUGES, "# OKEP-2104: ", "# OKEP 2104 ");
    let ran = repo.okep(&["check"]).exits(1);
    for part in
        ["error[malformed-title]: ", "--> docs/okeps/", "1 - # OKEP 2104 ", "1 + # OKEP-2104: ", "safe fix: "]
    {
        assert!(ran.stdout.contains(part), "no {part:?} in {}", ran.stdout);
    }
    let expected = [("1 safe fix", "okep check --fix"), ("learn more", "okep explain malformed-title")];
    assert_eq!(suggestions(&ran), expected.map(|(what, command)| (what.to_owned(), command.to_owned())));
    repo.okep(&["check", "--fix"]).exits(0);
}

#[test]
fn every_command_in_the_output_runs_as_it_is() {
    let repo = faulty();
    repo.git(&["tag", "before"]);
    repo.edit("docs/okeps/okep-2111-bell-codes.md", "## Risks\n", "## Risk\n");
    let calls = [
        &["check"][..],
        &["check", "--since", "before~0"],
        &["check", "--rev", "before", "--strict"],
        &["--okep", "2111", "--strict"],
        &["check", "--select", "missing-section,renamed-section", "docs/okeps"],
        &["-C", "docs", "check"],
        &["check", "--statistics"],
        &["check", "--format", "full"],
    ];
    for call in calls {
        let ran = repo.okep(call);
        let found = suggestions(&ran);
        assert!(ran.code < 2 && !found.is_empty(), "{call:?}: {ran:?}");
        for (what, command) in found {
            let mut shell = repo.command("sh");
            // Nothing is written, so that the next command meets the same files.
            let command = command.replace("--fix", "--diff");
            shell.env("PATH", crate::support::path_with_okep()).args(["-c", &command]);
            let ran = crate::support::ran(shell);
            assert!(ran.code < 2, "{call:?}: {what}: {command}\n{}", ran.stderr);
        }
        let typed = call.iter().position(|word| *word == "--since").map(|at| call[at + 1]);
        let since = |command: &str| typed.is_none_or(|rev| command.contains(&format!("--since {rev}")));
        let fixes = suggestions(&ran).into_iter().filter(|(what, _)| what.contains(" fix"));
        assert!(fixes.into_iter().all(|(_, command)| since(&command)), "{call:?}");
    }
}

#[test]
fn hints_are_counted_unless_they_are_asked_for() {
    let repo = Repo::clean();
    repo.edit(QUIET_GAUGES, "* Issue:", "- Issue:");
    let shown = repo.okep(&["check"]).exits(0).stdout;
    let verdict = "2 OKEPs checked: 1 hint (hints not shown: `--format full` lists them)\n";
    assert_eq!(shown, format!("{verdict}  1 safe fix:  okep check --fix\n"));
    assert!(repo.okep(&["check", "--fail-on", "hint"]).exits(1).stdout.contains("hint[malformed-issue]: "));
    assert!(repo.okep(&["check", "--format", "full"]).exits(0).stdout.contains("hint[malformed-issue]: "));
}

#[test]
fn quiet_and_short_are_one_line_a_finding() {
    let repo = faulty();
    let json = repo.json(&[]).exits(1).value();
    let findings = json["findings"].as_array().expect("a list").len();
    for args in [&["-q"][..], &["check", "--quiet"], &["check", "--format", "short"]] {
        let ran = repo.okep(args).exits(1);
        assert_eq!((ran.stdout.lines().count(), ran.stderr.as_str()), (findings, ""));
        for line in ran.stdout.lines() {
            let mut parts = line.splitn(4, ':');
            let (path, number, column) = (parts.next(), parts.next(), parts.next());
            assert!(path.is_some_and(|path| repo.root.join(path).is_file()), "{line}");
            assert!([number, column].iter().all(|n| n.is_some_and(|n| n.parse::<usize>().is_ok())), "{line}");
            let message = parts.next().expect("a message");
            assert!(
                [" error[", " warning[", " hint["].iter().any(|word| message.starts_with(word)),
                "{line}"
            );
        }
    }
}

#[test]
fn statistics_count_by_rule() {
    let repo = faulty();
    let shown = repo.okep(&["check", "--statistics"]).exits(1).stdout;
    let json = repo.json(&[]).exits(1).value();
    let of = |rule: &str| {
        json["findings"].as_array().expect("a list").iter().filter(|f| f["rule"] == rule).count()
    };
    for rule in ["missing-section", "not-in-nav", "malformed-issue"] {
        let line = shown.lines().find(|line| line.contains(rule)).expect("a line for each rule");
        assert_eq!(line.split_whitespace().next(), Some(&*of(rule).to_string()), "{line}");
    }
    repo.okep(&["check", "--statistics", "--format", "json"]).exits(2);
}

#[test]
fn a_width_that_is_no_width_is_as_if_it_were_not_set() {
    let repo = faulty();
    let shown = |command: &str, columns: &str| repo.okep_with(&[("COLUMNS", columns)], &[command]).stdout;
    for command in ["check", "history"] {
        let unset = repo.okep(&[command]).stdout;
        for columns in ["0", "", "-80", "wide", "99999999999999999999999"] {
            assert_eq!(shown(command, columns), unset, "{command} with COLUMNS={columns:?}");
        }
        // Less than any terminal has, and more than can be read.
        assert_eq!(shown(command, "1"), shown(command, "40"));
        assert_eq!(shown(command, "5000"), shown(command, "200"));
    }
}
