//! `okep explain` and `okep demo`: what a newcomer tries first.

use crate::support::Repo;

#[test]
fn the_list_names_every_rule_and_each_can_be_asked_for() {
    let folder = Repo::folder("");
    let all = folder.okep(&["explain"]).exits(0).stdout;
    let ids: Vec<&str> =
        all.lines().take_while(|l| !l.is_empty()).filter(|l| !l.starts_with(' ')).map(first_word).collect();
    assert!(ids.len() >= 27, "{ids:?}");
    for id in ids {
        let one = folder.okep(&["explain", id]).exits(0).stdout;
        assert!(one.starts_with(&format!("{id} (")), "{one}");
        for part in ["\nInstead of\n", "\nwrite\n"] {
            assert!(one.contains(part), "{id}: no {part:?} in {one}");
        }
    }
}

fn first_word(line: &str) -> &str {
    line.split(' ').next().unwrap_or_default()
}

#[test]
fn an_unknown_rule_names_the_nearest() {
    let folder = Repo::folder("");
    folder
        .okep(&["explain", "missing-sections"])
        .refuses(&["`missing-sections`", "did you mean `missing-section`"]);
    let far = folder.okep(&["explain", "qqqqqqqqqqqqqqqq"]);
    far.refuses(&["`qqqqqqqqqqqqqqqq`", "`okep explain` lists all rules"]);
    assert!(!far.stderr.contains("did you mean"), "{}", far.stderr);
}

#[test]
fn the_demo_is_a_repository_with_faults_that_check_finds_again() {
    let folder = Repo::folder("");
    let built = folder.okep(&["demo"]).exits(0);
    let again = folder.okep_in("okep-demo", &[]).exits(1);
    // But for the commands at its end, which name the folder.
    let report = again.stdout.split("  ").take_while(|part| !part.contains("okep check")).collect::<Vec<_>>();
    let report = report.join("  ");
    let found = report.rsplit_once('\n').map_or("", |(found, _)| found);
    assert!(found.contains("6 OKEPs checked") && built.stdout.contains(found), "{found}\n{}", built.stdout);
    let git = folder.git_in(&folder.root.join("okep-demo"), &["status", "--porcelain"]);
    assert_eq!(git.exits(0).stdout, "");
    // A second time it stays as it is now.
    let file = folder.root.join("okep-demo/notes.txt");
    std::fs::write(&file, "mine").expect("writable");
    let second = folder.okep(&["demo"]).exits(0).stdout;
    assert_eq!(second.replace("is already in", "is now in"), built.stdout);
    assert!(file.is_file());
    std::fs::create_dir(folder.root.join("other")).expect("writable");
    std::fs::write(folder.root.join("other/notes.txt"), "mine").expect("writable");
    folder.okep(&["demo", "other"]).refuses(&["`other`", "not empty"]);

    // Elsewhere, and the commands that it names next work.
    let built = folder.okep(&["-C", "..", "demo", "home/sample"]).exits(0).stdout;
    assert!(folder.beside("home/sample/mkdocs.yml").is_file());
    assert!(built.ends_with("history --format html > okep-demo.html\n"), "{built}");
    for line in built.lines().filter(|l| l.starts_with("  okep ")) {
        // The shell takes what stands after `>`.
        let next: Vec<&str> = line.split_whitespace().skip(1).take_while(|word| *word != ">").collect();
        assert_ne!(folder.okep(&next).code, 2, "{line}");
    }
}
