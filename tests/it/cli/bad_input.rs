//! Files that no author would hand in on a good day: a clear answer, and never a crash.

use crate::support::{QUIET_GAUGES, Repo, SHARED_BUOYS, TEMPLATE, good_okep};

const NEW: &str = "docs/okeps/okep-2130-tide-tables.md";

/// The clean repository with one more OKEP of these bytes, registered.
fn with_okep(bytes: impl AsRef<[u8]>) -> Repo {
    let repo = Repo::clean();
    repo.add_okep(2130, "Tide Tables");
    repo.write(NEW, bytes);
    repo.git(&["add", "-A"]);
    repo
}

/// What is said of the new OKEP on disk, and of it as staged, which must be the same.
#[track_caller]
fn faults(repo: &Repo) -> Vec<String> {
    let disk = repo.json(&[]);
    assert_eq!(disk.stderr, "");
    let staged = repo.json(&["--staged"]);
    assert_eq!((disk.faults(), disk.code), (staged.faults(), staged.code));
    for format in ["auto", "full"] {
        let shown = repo.okep(&["check", "--format", format]);
        assert_eq!((shown.code, shown.stderr.as_str()), (disk.code, ""), "{format}");
    }
    disk.faults()
}

#[test]
fn a_missing_template_is_reported_and_the_built_in_outline_serves() {
    let repo = Repo::clean();
    repo.remove(TEMPLATE);
    let check = repo.json(&[]);
    assert_eq!(check.notes(), ["no-template"]);
    assert_ne!(check.code, 2);
    assert!(repo.okep(&["check"]).stdout.contains("built into okep"), "it says by what was judged");
}

#[test]
fn of_two_templates_one_counts_and_it_is_reported() {
    let repo = Repo::clean();
    let other = "docs/okeps/okep-2099-template.md";
    repo.write(other, "# OKEP-2099: Other\n\n## Something Else\n");
    let check = repo.json(&[]).exits(0);
    assert_eq!(check.notes(), ["several-templates"]);
    let rename = format!("if `{other}` is an OKEP, rename it to have it checked");
    assert!(check.note("several-templates").contains(&rename));
    assert_eq!(check.value()["summary"]["okeps"], 2, "neither is an OKEP");
}

#[test]
fn an_okep_may_be_about_templates() {
    let repo = Repo::clean();
    let about = "docs/okeps/okep-2050-pod-template.md";
    repo.write(about, good_okep(2050, "Pod Template"));
    let check = repo.json(&[]).exits(1);
    assert_eq!(
        check.faults(),
        ["warning not-in-index docs/okeps/index.md:3 index page", "error not-in-nav mkdocs.yml:11 nav"]
    );
    assert!(
        check.note("several-templates").contains(TEMPLATE) || check.note("several-templates").contains(about)
    );
    assert!(!check.note("several-templates").contains("rename it"));
}

#[test]
fn empty_files() {
    assert_eq!(faults(&with_okep("")), [format!("error malformed-title {NEW}:- title")]);
    assert_eq!(faults(&with_okep("\n \n\t\n")), [format!("error malformed-title {NEW}:- title")]);
    let repo = Repo::clean();
    repo.write(TEMPLATE, "");
    let check = repo.json(&[]).exits(0);
    assert_eq!((check.faults(), check.notes()), (vec![], vec!["empty-template".to_owned()]));
    let repo = Repo::clean();
    repo.write("mkdocs.yml", "");
    assert_ne!(repo.json(&[]).code, 2);
    let repo = Repo::clean();
    repo.write("docs/okeps/index.md", "");
    assert_eq!(repo.json(&[]).exits(0).faults(), [""; 0], "an empty page lists no OKEPs");
}

#[test]
fn a_file_of_50_megabytes_is_no_verdict_and_no_burden() {
    let repo = with_okep(vec![b'#'; 50 << 20]);
    for args in [&[][..], &["--staged"]] {
        let check = repo.json(args).exits(2);
        assert_eq!(check.notes(), ["too-large"], "{args:?}");
        assert!(check.note("too-large").contains("50 MiB") || check.note("too-large").contains("52428800"));
        assert!(check.stderr.contains("the result is incomplete"), "{}", check.stderr);
        assert_eq!(check.faults(), [""; 0], "the others are judged");
    }
    repo.edit(QUIET_GAUGES, "## Risks\n", "");
    assert_eq!(repo.json(&[]).exits(2).faults().len(), 1);
}

#[test]
fn nul_and_bytes_that_are_not_utf_8() {
    let good = good_okep(2130, "Tide Tables");
    let nul = good.replace("say of it.\n\n## Goals", "say\0 of it.\n\n## Goals");
    assert_eq!(faults(&with_okep(&nul)), [""; 0]);

    let text = good.into_bytes();
    let at = text.windows(4).position(|w| w == b"What").expect("a word");
    let invalid = [&text[..at], b"\xff\xfe ", &text[at..]].concat();
    let repo = with_okep(invalid);
    assert_eq!(faults(&repo), [format!("error not-utf8 {NEW}:7 encoding")]);

    // UTF-16, as an editor may write it.
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.iter().flat_map(|b| [*b, 0])).collect();
    let found = faults(&with_okep(wide));
    assert!(found.contains(&format!("error not-utf8 {NEW}:1 encoding")), "{found:?}");
}

#[test]
fn line_endings_and_a_byte_order_mark_change_nothing() {
    let good = good_okep(2130, "Tide Tables");
    let faulty = good.replace("## Risks\n\nWhat there is to say of it.\n", "## Risks\n");
    for text in [&good, &faulty] {
        let expected = faults(&with_okep(text));
        for other in [text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
            assert_eq!(faults(&with_okep(other)), expected);
        }
        assert_eq!(faults(&with_okep(text.trim_end())), expected, "no final line break");
        // Line breaks of old: whatever the lines are, the sections are the same.
        assert_eq!(faults(&with_okep(text.replace('\n', "\r"))).len(), expected.len());
    }
    let repo = Repo::clean();
    repo.write("mkdocs.yml", format!("\u{feff}{}", repo.read("mkdocs.yml").replace('\n', "\r\n")));
    assert_eq!(repo.json(&[]).exits(0).faults(), [""; 0]);
}

#[test]
fn a_register_that_does_not_load_is_one_finding_with_its_line() {
    let check = |text: &str, line: usize| {
        let repo = Repo::clean();
        repo.write("mkdocs.yml", text);
        let checked = repo.json(&[]).exits(1);
        let faults = checked.faults();
        assert_eq!(faults.len(), 1, "{faults:?}");
        let start = format!("error unreadable-register mkdocs.yml:{line} ");
        assert!(faults[0].starts_with(&start), "{faults:?} is not {start}");
        repo.edit(QUIET_GAUGES, "## Risks\n", "");
        assert_eq!(repo.json(&[]).exits(1).faults().len(), 2, "the OKEPs are judged all the same");
    };
    check("site_name: T\nnav:\n  - Home: index.md\n - Proposals: okeps/index.md\n", 4);
    check("site_name: \"T\nnav: []\n", 2);
    check("site_name: T\nnav: *nowhere\n", 2);
    check("site_name: T\nnav: {a: [}\n", 2);
}

#[test]
fn bombs_of_aliases_and_brackets() {
    let mut aliases = String::from("site_name: T\na0: &a0 [x, x]\n");
    for n in 1..40 {
        let before = n - 1;
        aliases.push_str(&format!("a{n}: &a{n} [*a{before}, *a{before}, *a{before}, *a{before}]\n"));
    }
    aliases.push_str("nav: *a39\n");
    let brackets = format!("site_name: T\nnav: {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    let maps = format!("site_name: T\nnav: {}{}\n", "{a: ".repeat(10_000), "}".repeat(10_000));
    let open = format!("site_name: T\nnav: {}\n", "[".repeat(10_000));
    for text in [&aliases, &brackets, &maps, &open] {
        let repo = Repo::clean();
        repo.write("mkdocs.yml", text);
        repo.git(&["add", "-A"]);
        for args in [&[][..], &["--staged"]] {
            let check = repo.json(args);
            let told = check.faults().iter().any(|f| f.contains("mkdocs.yml")) || !check.notes().is_empty();
            assert!(told, "{:?} {:?}", check.faults(), check.notes());
        }
    }
}

#[test]
fn markdown_that_is_nested_without_end() {
    for line in ["[".repeat(10_000), "> ".repeat(10_000), "* ".repeat(10_000), "*a ".repeat(10_000)] {
        let text = good_okep(2130, "Tide Tables").replacen("What", &format!("{line}\n\nWhat"), 1);
        assert_eq!(faults(&with_okep(text)), [""; 0], "{}", &line[..2]);
    }
    let title = format!("# OKEP-2130: {}\n", "[".repeat(10_000));
    let found =
        faults(&with_okep(good_okep(2130, "Tide Tables").replace("# OKEP-2130: Tide Tables\n", &title)));
    assert_eq!(found, [""; 0]);
}

#[test]
fn what_would_disturb_a_terminal_is_shown_harmless() {
    let hostile = "Sea\u{1b}[2J\u{1b}]0;owned\u{7} \u{202e}fpd.\u{2066}\u{200b}";
    let text = good_okep(2130, "Tide Tables") + &format!("\n## {hostile}\n\n## {hostile}\n");
    let repo = with_okep(text);
    repo.write("docs/okeps/okep-2131-\u{1b}[31m.md", "# \u{9b}2J\n");
    for format in ["auto", "full", "json"] {
        for env in [&[][..], &[("CLICOLOR_FORCE", "1")]] {
            let shown = repo.okep_with(env, &["check", "--format", format]).exits(1);
            let out = shown.stdout + &shown.stderr;
            assert!(out.contains("1b") && out.contains("202e"), "{format}: it is spelled out");
            for bad in ["\u{1b}[2J", "\u{1b}]0", "\u{7}", "\u{202e}", "\u{2066}", "\u{200b}", "\u{9b}"] {
                assert!(!out.contains(bad), "{format}: {bad:?}");
            }
            if format == "json" || env.is_empty() {
                assert!(!out.contains('\u{1b}'), "{format}");
            }
        }
    }
    // Nor do arguments and errors.
    let refused = repo.okep(&["explain", "\u{1b}[2Jx"]);
    assert!(!refused.stderr.contains('\u{1b}'), "{:?}", refused.stderr);
    let refused = repo.okep(&["check", "\u{1b}[2Jx"]);
    assert!(!refused.stderr.contains('\u{1b}'), "{:?}", refused.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_name_that_is_not_utf_8() {
    use std::os::unix::ffi::OsStrExt;
    let repo = Repo::clean();
    let name = std::ffi::OsStr::from_bytes(b"okep-2132-caf\xe9.md");
    std::fs::write(repo.root.join("docs/okeps").join(name), good_okep(2132, "Coffee")).expect("writable");
    repo.commit("Latin");
    for args in [&[][..], &["--rev", "HEAD"]] {
        let check = repo.json(args).exits(1);
        assert!(check.notes().contains(&"path-not-utf8".to_owned()), "{:?}", check.notes());
    }
}

#[test]
fn an_okep_that_is_a_folder_and_a_folder_without_an_okep() {
    let repo = Repo::clean();
    repo.write("docs/okeps/okep-2133-strange.md/inside.txt", "a folder named like a file");
    repo.json(&[]).exits(0);
    let repo = Repo::clean();
    repo.git(&["mv", SHARED_BUOYS, "docs/okeps/okep-2107-shared-buoys/proposal.md"]);
    let found = repo.json(&[]).exits(1).faults();
    assert!(found.iter().any(|f| f.contains("malformed-filename")), "{found:?}");
}

#[test]
fn numbers_beyond_all_measure() {
    let huge = "9".repeat(40);
    let repo = Repo::clean();
    repo.write(
        &format!("docs/okeps/okep-{huge}-far-away.md"),
        good_okep(1, "Far Away").replace("-1:", &format!("-{huge}:")),
    );
    let check = repo.json(&[]).exits(1);
    assert!(check.faults().iter().any(|f| f.contains("malformed-filename")), "{:?}", check.faults());
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_no_verdict() {
    use std::os::unix::fs::PermissionsExt;
    let repo = Repo::clean();
    let path = repo.root.join(QUIET_GAUGES);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).expect("ours");
    if std::fs::read(&path).is_ok() {
        println!("skipped: the superuser reads everything");
        return;
    }
    let check = repo.json(&[]).exits(2);
    assert!(check.notes().contains(&"unreadable".to_owned()), "{:?}", check.notes());
}
