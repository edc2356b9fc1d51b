use super::*;

fn memory(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    files.iter().for_each(|(path, text)| tree.insert(*path, text.as_bytes()));
    tree
}

fn listed(tree: &Tree, folder: &str) -> Vec<String> {
    tree.list(folder).files.keys().cloned().collect()
}

#[test]
fn a_tree_in_memory_is_a_whole_state() {
    let tree = memory(&[("docs/a.md", "a"), ("docs/b/c.MD", "c"), ("docs/b/d.png", "d"), ("e.md", "e")]);
    assert_eq!(listed(&tree, "docs"), ["docs/a.md", "docs/b/c.MD"]);
    assert_eq!(listed(&tree, "doc"), [""; 0]);
    assert_eq!(tree.bytes("docs/b/d.png").as_deref(), Some(&b"d"[..]));
    assert_eq!(tree.bytes("docs/b"), None);
    let kinds = ["docs", "docs/b", "docs/b/d.png", "doc", "docs/b/d"].map(|path| tree.kind(path));
    let expected = [PathKind::Folder, PathKind::Folder, PathKind::File, PathKind::Nothing, PathKind::Nothing];
    assert_eq!(kinds, expected);
    assert_eq!(tree.id("e.md"), memory(&[("f.md", "e")]).id("f.md"));
    assert_ne!(tree.id("e.md"), tree.id("docs/a.md"));
}

#[test]
fn what_is_removed_is_known_with_its_folders() {
    let before = memory(&[("docs/a.md", "a"), ("docs/b/c.png", "c"), ("e.md", "e")]);
    let now = memory(&[("docs/a.md", "other"), ("e.md", "e")]);
    let removed: Vec<String> = now.removed_paths(&before).into_iter().flatten().collect();
    assert_eq!(removed, ["docs/b", "docs/b/c.png"]);
}

#[test]
fn changes_are_on_top_of_what_was_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("docs")).expect("a folder");
    for name in ["docs/a.md", "docs/b.md"] {
        std::fs::write(folder.path().join(name), name).expect("a file");
    }
    let read = Tree::folder(folder.path()).expect("it is a folder");
    let file = read.file("docs/a.md");
    let tree = read.with([("docs/a.md".to_owned(), None), ("docs/c/d.md".to_owned(), file)]);
    assert_eq!(listed(&tree, "docs"), ["docs/b.md", "docs/c/d.md"]);
    assert_eq!(tree.bytes("docs/c/d.md").as_deref(), Some(&b"docs/a.md"[..]));
    assert_eq!((tree.kind("docs/a.md"), tree.kind("docs/c")), (PathKind::Nothing, PathKind::Folder));
    assert!(!tree.contains("docs/a.md") && tree.contains("docs/b.md") && !tree.contains("docs/e.md"));
    assert_eq!(listed(&read, "docs"), ["docs/a.md", "docs/b.md"]);
}

#[test]
fn all_files_are_listed_and_no_folders() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir_all(folder.path().join(".github/deep")).expect("a folder");
    for name in ["Makefile", ".github/CODEOWNERS", ".github/deep/a.md"] {
        std::fs::write(folder.path().join(name), name).expect("a file");
    }
    let mut tree = Tree::folder(folder.path()).expect("it is a folder");
    tree.remove("Makefile");
    tree.insert("b.json", &b"{}"[..]);
    let files: Vec<String> = tree.files().into_iter().collect();
    assert_eq!(files, [".github/CODEOWNERS", ".github/deep/a.md", "b.json"]);
}

#[test]
fn what_was_read_once_stays_as_it_was() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("a.md");
    std::fs::write(&file, "before").expect("a file");
    let tree = Tree::folder(folder.path()).expect("it is a folder");
    assert_eq!(tree.bytes("a.md").as_deref(), Some(&b"before"[..]));
    std::fs::write(&file, "after").expect("a file");
    assert_eq!(tree.clone().bytes("a.md").as_deref(), Some(&b"before"[..]));
    assert!(tree.contains("a.md") && tree.notices().is_empty());
}

#[test]
fn a_listed_file_that_vanishes_is_a_notice() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("docs")).expect("a folder");
    let file = folder.path().join("docs/a.md");
    std::fs::write(&file, "a").expect("a file");
    let tree = Tree::folder(folder.path()).expect("it is a folder");
    assert_eq!(listed(&tree, "docs"), ["docs/a.md"]);
    std::fs::remove_file(&file).expect("it is there");
    assert!(matches!(tree.file("docs/a.md").map(|file| file.content), Some(Content::Unavailable(_))));
    assert_eq!(tree.notices()[0].message, "vanished while the folder was read; try again");
}
