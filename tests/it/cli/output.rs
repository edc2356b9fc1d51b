//! What is printed where, and with which exit code.

use crate::support::{QUIET_GAUGES, Repo, python, ran};
use std::process::Stdio;

/// What is wrong in `fixtures/faulty`: one loud case for every rule that can stand beside the others.
const FAULTY: &[&str] = &[
    "error dead-index-entry docs/okeps/index.md:18 okep-2198-kelp-farms.md",
    "warning not-in-index docs/okeps/index.md:18 index page",
    "error malformed-filename docs/okeps/okep-2110_Tide_Clocks.md:- file name",
    "error malformed-title docs/okeps/okep-2111-bell-codes.md:1 title",
    "error number-mismatch docs/okeps/okep-2112-lamp-oil.md:1 number",
    "error duplicate-number docs/okeps/okep-2113-rope-tags.md:- 2113",
    "error missing-issue docs/okeps/okep-2114-ice-watch.md:- issue",
    "warning foreign-issue docs/okeps/okep-2115-fog-horns.md:3 issue",
    "error missing-section docs/okeps/okep-2117-dry-docks.md:- Risks",
    "warning renamed-section docs/okeps/okep-2117-dry-docks.md:13 Non-Goals",
    "warning misplaced-section docs/okeps/okep-2117-dry-docks.md:33 Tests",
    "error shifted-headings docs/okeps/okep-2118-net-mending.md:5 headings",
    "warning unordered-section docs/okeps/okep-2119-salt-tests.md:21 Alternatives",
    "warning empty-section docs/okeps/okep-2120-mast-heights.md:13 Non-Goals",
    "warning skipped-heading-level docs/okeps/okep-2120-mast-heights.md:17 Story 1",
    "error template-text docs/okeps/okep-2120-mast-heights.md:35 Handbook",
    "warning stub-section docs/okeps/okep-2120-mast-heights.md:38 Risks",
    "warning duplicate-section docs/okeps/okep-2120-mast-heights.md:58 Goals",
    "error unclosed-fence docs/okeps/okep-2122-knot-names.md:51 ```",
    "warning ambiguous-heading docs/okeps/okep-2123-whale-roads.md:41 Whales",
    "error not-utf8 docs/okeps/okep-2125-latin-one.md:7 encoding",
    "error dead-nav-entry mkdocs.yml:24 okeps/okep-2198-kelp-farms.md",
    "error not-in-nav mkdocs.yml:25 nav",
    "warning duplicate-nav-entry mkdocs.yml:25 okeps/okep-2111-bell-codes.md",
];

const FAULTY_HINTS: &[&str] = &[
    "hint malformed-issue docs/okeps/okep-2116-silt-maps.md:3 issue",
    "hint extra-section docs/okeps/okep-2120-mast-heights.md:46 Costs",
];

/// `fixtures/faulty`, and an OKEP in it whose bytes no text file should hold.
pub fn faulty() -> Repo {
    let repo = Repo::init("faulty", &[]);
    let text = crate::support::good_okep(2125, "Latin One").into_bytes();
    let at = text.windows(4).position(|w| w == b"What").expect("a word");
    repo.write("docs/okeps/okep-2125-latin-one.md", [&text[..at], b"Caf\xe9. ", &text[at..]].concat());
    for (path, above, line) in [
        ("mkdocs.yml", "      - Bell Codes", "      - Latin One: okeps/okep-2125-latin-one.md\n"),
        ("docs/okeps/index.md", "* [OKEP-2111", "* [OKEP-2125: Latin One](okep-2125-latin-one.md)\n"),
    ] {
        let text = repo.read(path);
        let at = text.find(above).expect("an entry");
        repo.write(path, format!("{}{line}{}", &text[..at], &text[at..]));
    }
    repo.commit("Begin");
    repo
}

#[test]
fn every_fault_is_found_once_and_nothing_else() {
    let checked = faulty().json(&[]).exits(1);
    assert_eq!(checked.faults(), FAULTY);
    assert_eq!(checked.hints(), FAULTY_HINTS);
    assert_eq!(checked.stderr, "");
}

#[test]
fn a_clean_repository_is_one_line_and_exit_code_0() {
    let repo = Repo::clean();
    let table = repo.okep(&[]).exits(0);
    assert_eq!((table.stdout.lines().count(), table.stderr.as_str()), (1, ""), "{}", table.stdout);
    let json = repo.json(&[]).exits(0);
    assert_eq!((json.faults(), json.hints(), json.notes()), (vec![], vec![], vec![]));
    assert_eq!(json.value()["okeps"].as_array().map(Vec::len), Some(2));
}

#[test]
fn without_a_command_it_is_check() {
    let repo = faulty();
    assert_eq!(repo.okep(&["--strict"]).exits(1).stdout, repo.okep(&["check", "--strict"]).exits(1).stdout);
}

#[test]
fn the_least_severity_that_fails_is_the_users_choice() {
    // Only a warning, only a hint, and nothing.
    let warning = Repo::clean();
    warning.edit(QUIET_GAUGES, "\nNone\n", "\nTBD\n");
    let hint = Repo::clean();
    hint.edit(QUIET_GAUGES, "* Issue:", "- Issue:");
    let check = |repo: &Repo, args: &[&str], code| drop(repo.okep(args).exits(code));
    for (args, on_warning, on_hint) in [
        (&["check"][..], 0, 0),
        (&["check", "--fail-on", "error"], 0, 0),
        (&["check", "--fail-on", "warning"], 1, 0),
        (&["check", "--strict"], 1, 0),
        (&["check", "--fail-on", "hint"], 1, 1),
        (&["check", "--fail-on=never"], 0, 0),
    ] {
        check(&warning, args, on_warning);
        check(&hint, args, on_hint);
        check(&Repo::clean(), args, 0);
    }
    let never = faulty().okep(&["check", "--fail-on", "never"]).exits(0);
    assert!(never.stdout.contains("missing-issue"), "they are shown all the same");
}

#[test]
fn a_wrong_command_line_is_exit_code_2_and_help_is_none() {
    let repo = Repo::clean();
    for args in [
        &["--nonsense"][..],
        &["check", "--fail-on", "much"],
        &["check", "--staged", "--rev", "HEAD"],
        &["--staged", "check"],
        &["--strict", "explain"],
    ] {
        let refused = repo.okep(args).exits(2);
        assert_eq!(refused.stdout, "", "{args:?}");
        assert!(refused.stderr.contains("--help"), "{args:?}: {}", refused.stderr);
    }
    for args in [&["--help"][..], &["check", "--help"], &["--version"]] {
        let shown = repo.okep(args).exits(0);
        assert!(shown.stdout.contains("okep") && shown.stderr.is_empty(), "{args:?}");
    }
    assert!(repo.okep(&["--help"]).stdout.contains("could not check"), "exit status is documented");
}

#[test]
fn json_is_the_same_on_every_run_and_with_any_number_of_threads() {
    let repo = faulty();
    let run = |threads| repo.okep_with(&[("RAYON_NUM_THREADS", threads)], &["check", "--format", "json"]);
    let first = run("1").exits(1).stdout;
    for threads in ["1", "2", "7", "7"] {
        assert_eq!(run(threads).exits(1).stdout, first);
    }
}

#[test]
fn the_same_tree_has_the_same_findings_wherever_it_is() {
    let repo = faulty();
    let worktree = repo.json(&[]).exits(1).value();
    let commit = repo.json(&["--rev", "HEAD"]).exits(1).value();
    assert_eq!(worktree["findings"], commit["findings"]);
    assert_eq!(worktree["okeps"], commit["okeps"]);
    assert_eq!(commit["source"]["commit"], repo.git(&["rev-parse", "HEAD"]).trim());
    // Staged in a repository without a commit all of it is new.
    repo.git(&["update-ref", "-d", "HEAD"]);
    let staged = repo.json(&["--staged"]).exits(1);
    assert_eq!(staged.faults(), FAULTY);
    assert_eq!(staged.value()["source"]["kind"], "index");
}

#[test]
fn a_real_parser_takes_the_json() {
    let Some(python) = python() else { return };
    for repo in [Repo::clean(), faulty()] {
        let mut tool = repo.command(&python);
        let mut tool = tool
            .args(["-m", "json.tool"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("starts");
        let json = repo.json(&["--fail-on", "never"]).exits(0).stdout;
        std::io::Write::write_all(&mut tool.stdin.take().expect("a pipe"), json.as_bytes())
            .expect("it reads");
        assert!(tool.wait().expect("it ends").success());
    }
}

#[test]
fn sorted_by_path_then_place_then_rule() {
    let value = faulty().json(&[]).value();
    let keys: Vec<_> = value["findings"].as_array().expect("a list").iter().map(key).collect();
    let mut sorted = keys.clone();
    sorted.sort();
    assert_eq!(keys, sorted);
}

fn key(finding: &serde_json::Value) -> (String, Option<u64>, Option<u64>, String) {
    let text = |name: &str| finding[name].as_str().expect("a string").to_owned();
    (text("path"), finding["line"].as_u64(), finding["column"].as_u64(), text("rule"))
}

#[test]
fn a_reader_that_has_gone_away_is_no_error() {
    let repo = faulty();
    for args in [&["check"][..], &["check", "--format", "full"], &["check", "--format", "json"], &["explain"]]
    {
        let mut command = repo.okep_command(args);
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        command.stdout(writer);
        let expected = i32::from(args[0] == "check");
        assert_eq!(ran(command).exits(expected).stderr, "", "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_verdict() {
    let repo = faulty();
    for args in [&["check"][..], &["check", "--format", "json"], &["explain"]] {
        let mut command = repo.okep_command(args);
        command.stdout(std::fs::File::create("/dev/full").expect("Linux has it"));
        ran(command).refuses(&[]);
    }
}

#[test]
fn colour_is_for_terminals_or_on_demand() {
    let repo = faulty();
    let escapes = |env: &[(&str, &str)], args: &[&str]| repo.okep_with(env, args).stdout.contains('\u{1b}');
    for args in [&["check"][..], &["check", "--format", "full"], &["explain", "missing-issue"], &["explain"]]
    {
        assert!(!escapes(&[], args), "{args:?} into a pipe");
        assert!(!escapes(&[("TERM", "xterm-256color")], args), "{args:?} into a pipe");
        assert!(escapes(&[("CLICOLOR_FORCE", "1")], args), "{args:?} on demand");
        assert!(!escapes(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], args), "{args:?} with NO_COLOR");
    }
    assert!(!escapes(&[("CLICOLOR_FORCE", "1")], &["check", "--format", "json"]), "JSON has no colour");
}

#[test]
fn a_terminal_gets_colour_unless_it_is_turned_off() {
    let Some(python) = python() else { return };
    let repo = faulty();
    let script = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
    let escapes = |env: &[(&str, &str)]| {
        let mut command = repo.command(&python);
        command.args(["-c", script, env!("CARGO_BIN_EXE_okep"), "check"]);
        command.env("TERM", "xterm").envs(env.iter().copied());
        ran(command).exits(1).stdout.contains('\u{1b}')
    };
    assert!(escapes(&[]));
    assert!(!escapes(&[("NO_COLOR", "1")]));
    assert!(!escapes(&[("TERM", "dumb")]));
}

#[test]
fn lines_fit_the_terminal() {
    let repo = faulty();
    for columns in [80, 120] {
        let env = [("COLUMNS", &*columns.to_string())];
        let shown = repo.okep_with(&env, &["check"]).exits(1).stdout;
        // A path is never broken, so that it can be copied.
        let wide = |l: &&str| l.chars().count() > columns && !l.contains("docs/okeps/");
        assert_eq!(shown.lines().find(wide), None, "at {columns} columns");
    }
    let shown = |columns: &str| repo.okep_with(&[("COLUMNS", columns)], &["check"]).stdout;
    assert_ne!(shown("80"), shown("120"), "the room is used");
}

#[test]
fn a_locale_without_unicode_gets_ascii() {
    let repo = faulty();
    let shown = |locale| {
        repo.okep_with(&[("LC_ALL", locale), ("COLUMNS", "40")], &["check", "--format", "full"])
            .exits(1)
            .stdout
    };
    assert!(shown("C").is_ascii());
    assert!(!shown("C.UTF-8").is_ascii());
}

#[test]
fn the_table_names_what_is_wrong_in_every_format() {
    let repo = faulty();
    for format in ["auto", "full"] {
        let shown = repo.okep(&["check", "--fail-on", "hint", "--format", format]).exits(1).stdout;
        for fault in FAULTY.iter().chain(FAULTY_HINTS) {
            let rule = fault.split(' ').nth(1).expect("a rule");
            assert!(shown.contains(rule), "{format}: {rule}");
        }
    }
}

#[test]
fn the_sample_repository_shows_every_kind_of_fault() {
    let repo = Repo::clean();
    repo.okep(&["demo", "sample"]).exits(0);
    let faults = repo.okep_in("sample", &["check", "--format", "json"]).exits(1).faults();
    let has = |rule: &str, number: &str| faults.iter().any(|f| f.contains(rule) && f.contains(number));
    // The prompt stands only in a revision of the template that history holds.
    for (rule, number) in [
        ("error template-text", "okep-1012"),
        ("error unclosed-fence", "okep-1012"),
        ("error number-mismatch", "okep-1015"),
        ("error missing-issue", "okep-1021"),
        ("error shifted-headings", "okep-1021"),
        ("error dead-nav-entry", "okep-1005"),
        ("error not-in-nav", "mkdocs.yml"),
        ("warning foreign-issue", "okep-1007"),
        ("warning empty-section", "okep-1003"),
    ] {
        assert!(has(rule, number), "{rule} {number}: {faults:#?}");
    }
    assert!(!faults.iter().any(|f| f.contains("okep-1009")), "one of them is right: {faults:#?}");
}
