//! Links over time: who broke them, by a change of the page or of another file.

use super::repo::{Repo, nav, of_rule, okep, path};

const GUIDE: &str = "docs/guides/pots.md";

/// A proposal that links to a page and to a file of code.
fn linked() -> Repo {
    let mut repo = Repo::started();
    repo.write(GUIDE, "# Pots\n").write("src/pot.c", "int pot;\n").commit("Add a guide");
    let link = "[pots](../guides/pots.md) [code](https://github.com/example/net/blob/master/src/pot.c)";
    repo.write(&path(2), &format!("{}\n{link}\n", okep(2)));
    repo.write("mkdocs.yml", &nav(&[path(1), path(2)])).commit("Propose another");
    repo
}

#[test]
fn a_link_that_lost_its_file_is_the_fault_of_who_removed_it() {
    let mut repo = linked();
    assert!(of_rule(&repo.history(&[]), "broken-link").is_empty());
    repo.remove(GUIDE);
    let removed = repo.commit("Remove the guide");
    repo.write("src/other.c", "").commit("Work");
    repo.write(GUIDE, "# Pots\n");
    let fixed = repo.commit("Bring it back");
    let story = repo.history(&[]);
    let found = of_rule(&story, "broken-link");
    assert_eq!(found.len(), 1, "{story:#}");
    assert_eq!((&found[0]["cause"], &found[0]["number"]), (&"tree".into(), &2.into()));
    assert_eq!(found[0]["introduced"]["written"], removed.as_str());
    assert_eq!(found[0]["fixed"]["written"], fixed.as_str());
    assert_eq!(found[0]["subject"], "../guides/pots.md");
}

#[test]
fn a_link_that_never_led_anywhere_is_the_fault_of_who_wrote_it() {
    let mut repo = linked();
    let text = format!("{}\n[a](gone.md) [b](#gnoe)\n", okep(2));
    let written = repo.write(&path(2), &text).commit("Link");
    let story = repo.history(&[]);
    for rule in ["broken-link", "broken-anchor"] {
        let found = of_rule(&story, rule);
        assert_eq!(found.len(), 1, "{story:#}");
        assert_eq!(found[0]["cause"], "document");
        assert_eq!(found[0]["introduced"]["written"], written.as_str());
    }
}

#[test]
fn files_far_from_the_docs_are_looked_for_too() {
    let mut repo = linked();
    repo.git(&["mv", "src/pot.c", "src/kettle.c"]);
    let renamed = repo.commit("Rename");
    let story = repo.history(&[]);
    let found = of_rule(&story, "dead-repository-link");
    assert_eq!(found.len(), 1, "{story:#}");
    assert_eq!((&found[0]["cause"], &found[0]["introduced"]["written"]), (&"tree".into(), &renamed.into()));
}

#[test]
fn a_companion_page_suppresses_its_own_findings() {
    let mut repo = Repo::started();
    let folder = "docs/okeps/okep-3-pots";
    repo.write(&format!("{folder}/okep-3-pots.md"), &okep(3));
    repo.write(&format!("{folder}/loud.md"), "# Loud\n\n[a](gone.md)\n");
    let allow = "<!-- okep: allow broken-link because it comes later -->";
    repo.write(&format!("{folder}/quiet.md"), &format!("# Quiet\n\n[a](gone.md)\n\n{allow}\n"));
    repo.commit("Add notes");
    let story = repo.history(&[]);
    let found = of_rule(&story, "broken-link");
    assert_eq!(found.len(), 1, "{story:#}");
    assert_eq!(found[0]["path"], format!("{folder}/loud.md"));
}

#[test]
fn an_okep_outside_of_its_folder_is_reported_from_the_commit_that_adds_it() {
    for misplaced in ["docs/design/okep-7-tea.md", "docs/design/okep-7-tea/index.md"] {
        let mut repo = Repo::started();
        repo.write("docs/design/notes.md", "# Notes\n").commit("Work");
        let added = repo.write(misplaced, &okep(7)).commit("Propose it elsewhere");
        repo.write("docs/design/notes.md", "# More notes\n").commit("Work");
        repo.git(&["mv", misplaced, &path(7)]);
        let moved = repo.commit("Move it");
        let story = repo.history(&[]);
        let found = of_rule(&story, "misplaced-file");
        assert_eq!(found.len(), 1, "{story:#}");
        assert_eq!(found[0]["introduced"]["written"], added.as_str());
        assert_eq!(found[0]["fixed"]["written"], moved.as_str());
    }
}
