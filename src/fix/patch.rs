//! Unified diffs that `git apply` takes from the root of the work tree.
//!
//! Lines end at `\n` only: `similar` on its own would also end them at a lone CR, and such a patch
//! does not apply. A patch is bytes, because a file need not be UTF-8.

use crate::files::Tree;
use crate::rules::finding::Rename;
use crate::text::Bytes;
use similar::{DiffOp, TextDiff};
use std::collections::{BTreeMap, BTreeSet};

/// Unchanged lines shown around a change, as git has it.
const CONTEXT: usize = 3;

/// One file before and after: its paths, and its bytes where it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange<'t> {
    pub from: &'t str,
    pub to: &'t str,
    pub old: Option<Bytes>,
    pub new: Option<Bytes>,
}

/// The patch that makes `new` of `old`; `renames` as for [`changes`].
pub fn between(old: &Tree, new: &Tree, renames: &[Rename]) -> Vec<u8> {
    changes(old, new, renames).iter().flat_map(FileChange::patch).collect()
}

/// The files that differ, by path. `renames` may come in several rounds: a file that went from `a` to `b` and from
/// `b` to `c` is one that went from `a` to `c`.
pub fn changes<'t>(old: &'t Tree, new: &'t Tree, renames: &'t [Rename]) -> Vec<FileChange<'t>> {
    let mut origins: BTreeMap<&str, &str> = BTreeMap::new();
    for Rename { from, to } in renames {
        let from = origins.remove(from.as_str()).unwrap_or(from);
        origins.insert(to, from);
    }
    let appears = |path: &str| new.bytes(path).is_some() && !old.contains(path);
    let leaves = |path: &str| old.bytes(path).is_some() && !new.contains(path);
    origins.retain(|to, from| appears(to) && leaves(from));
    let moved: BTreeSet<&str> = origins.values().copied().collect();
    let paths: BTreeSet<&String> = old.changes().keys().chain(new.changes().keys()).collect();
    let paths = paths.into_iter().map(String::as_str).filter(|path| !moved.contains(path));
    let change = |to| {
        let from = origins.get(to).copied().unwrap_or(to);
        FileChange { from, to, old: old.bytes(from), new: new.bytes(to) }
    };
    paths.map(change).filter(|change| change.is_rename() || change.is_edit()).collect()
}

impl FileChange<'_> {
    pub fn is_rename(&self) -> bool {
        self.from != self.to
    }

    pub fn is_edit(&self) -> bool {
        self.old != self.new
    }

    /// The change as a patch for `git apply`.
    fn patch(&self) -> Vec<u8> {
        let (old, new) = (self.old.as_deref().unwrap_or_default(), self.new.as_deref().unwrap_or_default());
        let (old_lines, new_lines) = (lines(old), lines(new));
        let diff = TextDiff::configure().newline_terminated(true).diff_slices(&old_lines, &new_lines);
        let (a, b) = (quoted("a/", self.from), quoted("b/", self.to));
        let mut out = format!("diff --git {a} {b}\n");
        if self.old.is_none() {
            out.push_str("new file mode 100644\n");
        } else if self.new.is_none() {
            out.push_str("deleted file mode 100644\n");
        } else if self.is_rename() {
            let similarity = similarity(&old_lines, diff.ops(), old.len().max(new.len()));
            let (from, to) = (quoted("", self.from), quoted("", self.to));
            out.push_str(&format!("similarity index {similarity}%\nrename from {from}\nrename to {to}\n"));
        }
        if old != new {
            let a = if self.old.is_none() { "/dev/null".to_owned() } else { ended(a) };
            let b = if self.new.is_none() { "/dev/null".to_owned() } else { ended(b) };
            out.push_str(&format!("--- {a}\n+++ {b}\n"));
        }
        let mut out = out.into_bytes();
        for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
            out.extend(format!("{}\n", hunk.header()).into_bytes());
            for change in hunk.iter_changes() {
                out.extend(change.tag().to_string().into_bytes());
                out.extend(change.value());
                // `similar` would take a lone CR for the end of the line.
                if !change.value().ends_with(b"\n") {
                    out.extend(b"\n\\ No newline at end of file\n");
                }
            }
        }
        out
    }
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|b| *b == b'\n').collect()
}

/// How much of the larger file stayed, in percent; 100 only where nothing changed.
fn similarity(old: &[&[u8]], ops: &[DiffOp], larger: usize) -> usize {
    let equal = ops.iter().filter(|op| matches!(op, DiffOp::Equal { .. }));
    let kept: usize = equal.flat_map(|op| &old[op.old_range()]).map(|line| line.len()).sum();
    (kept * 100).checked_div(larger).unwrap_or(100)
}

/// A path as git writes it in headers: in quotes and with C escapes where it holds quotes,
/// backslashes, controls or bytes beyond ASCII (git's `quote_c_style` under `core.quotePath`).
fn quoted(side: &str, path: &str) -> String {
    if path.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\') {
        return format!("{side}{path}");
    }
    let mut out = format!("\"{side}");
    for byte in path.bytes() {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            7..=13 => out.extend(['\\', char::from(b"abtnvfr"[usize::from(byte) - 7])]),
            b' '..=b'~' => out.push(byte.into()),
            _ => out.push_str(&format!("\\{byte:03o}")),
        }
    }
    out.push('"');
    out
}

/// The name in a `---` or `+++` line: git ends one that holds a blank with a tab.
fn ended(name: String) -> String {
    if name.contains(' ') && !name.starts_with('"') { name + "\t" } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write as _;
    use std::path::Path;
    use std::process::{Command, Stdio};

    /// Has git apply `patch` to the files of `old` and expects those of `new`.
    fn check_tree(old: &Tree, new: &Tree, patch: &[u8]) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path();
        git(root, &["init", "--quiet"], b"");
        for path in old.changes().keys() {
            let file = root.join(path);
            std::fs::create_dir_all(file.parent().expect("has a folder")).expect("a folder");
            std::fs::write(file, &old.bytes(path).expect("only bytes here")[..]).expect("a file");
        }
        if !patch.is_empty() {
            git(root, &["apply", "--check"], patch);
            git(root, &["apply", "--whitespace=nowarn"], patch);
        }
        for path in old.changes().keys().chain(new.changes().keys()) {
            let found = std::fs::read(root.join(path)).ok();
            assert_eq!(found.as_deref(), new.bytes(path).as_deref(), "{path}");
        }
    }

    /// Runs git apart from the user's configuration and any repository around.
    fn git(folder: &Path, args: &[&str], input: &[u8]) {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        command.current_dir(folder).args(args).stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("git is installed");
        child.stdin.take().expect("is piped").write_all(input).expect("git reads");
        let output = child.wait_with_output().expect("git ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {args:?}: {said}\n{}", String::from_utf8_lossy(input));
    }

    fn tree(files: &[(&str, &[u8])]) -> Tree {
        let mut tree = Tree::default();
        files.iter().for_each(|(path, bytes)| tree.insert(*path, *bytes));
        tree
    }

    fn check(path: &str, old: &[u8], new: &[u8], expected: &str) {
        let (old, new) = (tree(&[(path, old)]), tree(&[(path, new)]));
        let patch = between(&old, &new, &[]);
        let shown = String::from_utf8_lossy(&patch);
        assert_eq!(shown, expected, "\n{shown}");
        check_tree(&old, &new, &patch);
    }

    fn rename(from: &str, to: &str) -> Rename {
        Rename { from: from.into(), to: to.into() }
    }

    #[test]
    fn a_changed_line_has_three_lines_around_it() {
        check(
            "docs/okeps/okep-7-a.md",
            b"1\n2\n3\n4\n5\n6\n7\n8\n9\n",
            b"1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
            "\
diff --git a/docs/okeps/okep-7-a.md b/docs/okeps/okep-7-a.md
--- a/docs/okeps/okep-7-a.md
+++ b/docs/okeps/okep-7-a.md
@@ -2,7 +2,7 @@
 2
 3
 4
-5
+five
 6
 7
 8
",
        );
    }

    #[test]
    fn nothing_changed_is_no_patch() {
        check("a", b"x\n", b"x\n", "");
        assert_eq!(between(&tree(&[]), &tree(&[]), &[]), b"");
    }

    #[test]
    fn a_missing_final_newline_is_marked() {
        let header = "diff --git a/a b/a\n--- a/a\n+++ b/a\n";
        let no = "\\ No newline at end of file\n";
        check("a", b"x", b"x\n", &format!("{header}@@ -1 +1 @@\n-x\n{no}+x\n"));
        check("a", b"x\ny", b"X\ny", &format!("{header}@@ -1,2 +1,2 @@\n-x\n+X\n y\n{no}"));
    }

    #[test]
    fn carriage_returns_are_kept_alone_or_in_pairs() {
        let header = "diff --git a/a b/a\n--- a/a\n+++ b/a\n";
        check("a", b"x\r\ny\r\n", b"x\r\nY\r\n", &format!("{header}@@ -1,2 +1,2 @@\n x\r\n-y\r\n+Y\r\n"));
        check("a", b"x\r\ny\n", b"x\ny\n", &format!("{header}@@ -1,2 +1,2 @@\n-x\r\n+x\n y\n"));
        check("a", b"x\ry\nz\n", b"x\ry\nZ\n", &format!("{header}@@ -1,2 +1,2 @@\n x\ry\n-z\n+Z\n"));
    }

    #[test]
    fn empty_files_are_files() {
        let header = "diff --git a/a b/a\n--- a/a\n+++ b/a\n";
        check("a", b"", b"x\n", &format!("{header}@@ -0,0 +1 @@\n+x\n"));
        check("a", b"x\n", b"", &format!("{header}@@ -1 +0,0 @@\n-x\n"));
    }

    #[test]
    fn files_come_and_go() {
        let (none, one) = (tree(&[]), tree(&[("docs/a b.md", b"x\n")]));
        let made = between(&none, &one, &[]);
        assert_eq!(
            String::from_utf8_lossy(&made),
            "diff --git a/docs/a b.md b/docs/a b.md\nnew file mode 100644\n\
             --- /dev/null\n+++ b/docs/a b.md\t\n@@ -0,0 +1 @@\n+x\n"
        );
        check_tree(&none, &one, &made);
        check_tree(&one, &none, &between(&one, &none, &[]));
        let orphan = tree(&[("a", b"")]);
        check_tree(&none, &orphan, &between(&none, &orphan, &[]));
        check_tree(&orphan, &none, &between(&orphan, &none, &[]));
    }

    #[test]
    fn a_rename_carries_its_edits() {
        let old = tree(&[("docs/a b.md", b"# A\n1\n2\n3\n"), ("mkdocs.yml", b"- a b.md\n")]);
        let new = tree(&[("docs/b.md", b"# B\n1\n2\n3\n"), ("mkdocs.yml", b"- b.md\n")]);
        // Two rounds of fixes: the patch knows only where the file came from and where it is.
        let renames = [rename("docs/a b.md", "docs/c.md"), rename("docs/c.md", "docs/b.md")];
        let patch = between(&old, &new, &renames);
        assert_eq!(
            String::from_utf8_lossy(&patch),
            "\
diff --git a/docs/a b.md b/docs/b.md
similarity index 60%
rename from docs/a b.md
rename to docs/b.md
--- a/docs/a b.md\t
+++ b/docs/b.md
@@ -1,4 +1,4 @@
-# A
+# B
 1
 2
 3
diff --git a/mkdocs.yml b/mkdocs.yml
--- a/mkdocs.yml
+++ b/mkdocs.yml
@@ -1 +1 @@
-- a b.md
+- b.md
"
        );
        check_tree(&old, &new, &patch);
    }

    #[test]
    fn a_bare_rename_has_no_hunk() {
        let (old, new) = (tree(&[("a", b"x\n")]), tree(&[("docs/ä", b"x\n")]));
        let patch = between(&old, &new, &[rename("a", "docs/ä")]);
        assert_eq!(
            String::from_utf8_lossy(&patch),
            "diff --git a/a \"b/docs/\\303\\244\"\nsimilarity index 100%\n\
             rename from a\nrename to \"docs/\\303\\244\"\n"
        );
        check_tree(&old, &new, &patch);
    }

    #[test]
    fn odd_paths_are_quoted_as_git_does() {
        assert_eq!(quoted("a/", "a\"\\\t\u{1b}ä b"), r#""a/a\"\\\t\033\303\244 b""#);
        for path in
            ["with blank", "quo\"te", "back\\slash", "tab\there", "日本", "\u{1b}[31m", "-x", "a  b/c d"]
        {
            let (old, new) = (tree(&[(path, b"1\n")]), tree(&[(path, b"2\n")]));
            check_tree(&old, &new, &between(&old, &new, &[]));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn git_makes_the_new_bytes_of_any_old_ones(
            old in "([ab]|\r|\n|\r\n|ä|[\\x00-\\x7f]){0,60}",
            new in "([ab]|\r|\n|\r\n|ä|[\\x00-\\x7f]){0,60}",
            foreign in proptest::bool::ANY,
        ) {
            let mut new = new.into_bytes();
            if foreign {
                new.extend(b"\xff\xfe");
            }
            let (old, new) = (tree(&[("f", old.as_bytes())]), tree(&[("f", &new)]));
            check_tree(&old, &new, &between(&old, &new, &[]));
        }
    }
}
