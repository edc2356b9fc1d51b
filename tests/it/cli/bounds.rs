//! What is beyond a bound is told and not judged, and no commit passes over it.

use crate::support::{QUIET_GAUGES, Repo, good_okep};

/// An OKEP, or another file, of this text: exit 2 and a note that says why, on disk and staged.
fn beyond(path: &str, text: impl AsRef<[u8]>, why: &str) {
    let repo = Repo::clean();
    repo.edit(QUIET_GAUGES, "## Risks\n", "");
    repo.write(path, text);
    repo.git(&["add", "-A"]);
    for args in [&[][..], &["--staged"]] {
        let check = repo.json(args).exits(2);
        assert_eq!(check.notes(), ["too-large"], "{args:?}");
        assert!(check.note("too-large").contains(why), "{}", check.note("too-large"));
        assert!(check.stderr.contains("the result is incomplete"), "{}", check.stderr);
        let risks = format!("error missing-section {QUIET_GAUGES}:- Risks");
        assert!(check.faults().contains(&risks), "the others are judged: {:?}", check.faults());
    }
}

/// The same text, a little shorter, is judged.
fn within(path: &str, text: impl AsRef<[u8]>) {
    let repo = Repo::clean();
    repo.write(path, text);
    let check = repo.json(&[]);
    assert!(check.code < 2 && !check.notes().contains(&"too-large".to_owned()), "{}", check.stdout);
}

const OKEP: &str = "docs/okeps/okep-2130-tide-tables.md";

fn okep(more: String) -> String {
    good_okep(2130, "Tide Tables") + &more
}

#[test]
fn the_bytes_of_a_file() {
    beyond(OKEP, vec![b'#'; (4 << 20) + 1], "4 MiB");
}

#[test]
fn the_headings_of_a_document() {
    beyond(OKEP, okep("\n### More\n\nx\n".repeat(2_000)), "2013 headings");
    within(OKEP, okep("\n### More\n\nx\n".repeat(200)));
}

#[test]
fn the_fences_that_nothing_closes() {
    // Behind each the text is read anew, so that thousands of them were a day's work.
    beyond(OKEP, okep("\n```go\n\n## More\n".repeat(20_000)), "more than 20 code fences");
    within(OKEP, okep("\n```go\n\n## More\n".repeat(20)));
}

#[test]
fn the_words_of_headings_to_compare() {
    let headings =
        |n: usize| (0..n).map(|i| format!("## {}\n\nx\n\n", format!("word{i} ").repeat(100))).collect();
    let text: String = headings(200);
    let repo = Repo::clean();
    repo.write(OKEP, okep(text.clone()));
    repo.write(crate::support::TEMPLATE, repo.read(crate::support::TEMPLATE) + &text);
    let check = repo.json(&[]).exits(2);
    assert!(check.note("too-large").contains("too many to compare"), "{}", check.stdout);
}

#[test]
fn the_nesting_aliases_and_size_of_a_register() {
    let aliases = |i: usize| {
        format!("a{i}: &a{i} [{0}{{S: *a{1}}}]\n", format!("{{S: *a{}}}, ", i - 1).repeat(8), i - 1)
    };
    let bomb: String = (1..40).map(aliases).collect();
    beyond("mkdocs.yml", format!("a0: &a0 [a.md]\n{bomb}nav: *a39\n"), "too large");
    let brackets = |n: usize| format!("nav: {}{}\n", "[".repeat(n), "]".repeat(n));
    beyond("mkdocs.yml", brackets(10_000), "");
    beyond("mkdocs.yml", "# ".repeat(3 << 20), "more than 4 MiB: not read");
    beyond("mkdocs.yml", "nav:\n".to_owned() + &"- a.md\n".repeat(60_000), "too large");
}
