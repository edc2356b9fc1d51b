//! What of a state can differ from the one it is compared with.

use crate::audit::report::Source;
use crate::audit::target::{CheckTarget, Options};
use crate::files::{CONFIG, Layout, Tree};
use crate::git::Id;
use crate::okep::config::Config;
use crate::site::mkdocs;
use crate::text::path;
use crate::text::path::{Role, percent_decoded};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The files that new findings can depend on, known by ids alone, before any page is read; none where all files count. It
/// is narrower than that only for the index, compared with one state.
pub fn changed_inputs(target: &CheckTarget, config: &Config, options: &Options) -> Option<BTreeSet<String>> {
    if target.source != Source::Index || !target.compares || options.thorough {
        return None;
    }
    let (tree, layout) = (&target.tree, &config.layout);
    let inputs_now = inputs(tree, layout);
    let base = match target.bases.as_slice() {
        [] if inputs_now.is_empty() => return Some(BTreeSet::new()),
        [base] => &base.tree,
        _ => return None,
    };
    // A link in a file that nobody changed may point to one that is removed.
    if is_named(&tree.removed_paths(base)?, tree, layout) {
        return None;
    }
    let inputs_before = inputs(base, layout);
    let differs = |path: &&String| inputs_now.get(*path) != inputs_before.get(*path);
    let changed: BTreeSet<String> =
        inputs_now.keys().chain(inputs_before.keys()).filter(differs).cloned().collect();
    let concerns_all = |path: &String| path == CONFIG || layout.role(path) == Role::Template;
    (!changed.iter().any(concerns_all)).then_some(changed)
}

/// The files that findings depend on, with their ids.
pub fn inputs(tree: &Tree, layout: &Layout) -> BTreeMap<String, Option<Id>> {
    let mut inputs = tree.list(&layout.folder).files.clone();
    // OKEPs in another folder; the docs folder is the first one at the most.
    let docs = layout.folder.split('/').next().unwrap_or_default();
    let docs = tree.list(docs);
    let outside = docs.files.iter().filter(|(path, _)| path::is_outside_okep(path, &layout.folder));
    inputs.extend(outside.map(|(path, id)| (path.clone(), *id)));
    let config = tree.contains(CONFIG).then(|| CONFIG.to_owned());
    for path in registers(tree, layout).into_iter().chain(config) {
        let id = tree.id(&path);
        inputs.insert(path, id);
    }
    inputs
}

/// The register of a tree, and those that it inherits from.
pub fn registers(tree: &Tree, layout: &Layout) -> Vec<String> {
    let register = layout.registers.iter().find(|path| tree.contains(path));
    let content = |path: &str| tree.file(path).map(|file| file.content);
    register.map(|path| mkdocs::chain_of(path, &content)).unwrap_or_default()
}

/// Whether a page names a file or a folder that is removed.
fn is_named(removed: &BTreeSet<String>, tree: &Tree, layout: &Layout) -> bool {
    if removed.is_empty() {
        return false;
    }
    let names: HashSet<&str> = removed.iter().map(|path| path::file_name(path)).collect();
    let names_one = |path: &String| {
        let Some(bytes) = tree.bytes(path) else { return false };
        let text = String::from_utf8_lossy(&bytes);
        let plain = percent_decoded(&text);
        names.iter().any(|name| text.contains(name) || plain.contains(name))
    };
    tree.list(&layout.folder).files.keys().any(names_one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::target::Base;
    use crate::git::Id;
    use crate::rules;

    const BEFORE: [(&str, &str); 5] = [
        ("docs/okeps/okep-1-template.md", "# OKEP-1: T\n"),
        ("docs/okeps/okep-7-a.md", "# OKEP-7: A\n\n[b](okep-8-b.md) ![tea](tea%20pot.png)\n"),
        ("docs/okeps/okep-8-b.md", "# OKEP-8: B\n"),
        ("docs/okeps/tea pot.png", "png"),
        ("mkdocs.yml", "INHERIT: base.yml\n"),
    ];

    fn tree(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        files.iter().for_each(|(path, text)| tree.insert(*path, text.as_bytes()));
        tree
    }

    /// What new findings depend on, after these files were changed and those removed.
    #[track_caller]
    fn check(changed: &[(&str, &str)], removed: &[&str], expected: Option<&[&str]>) {
        let before = tree(&[&BEFORE[..], &[("base.yml", "site_name: x\n")]].concat());
        let mut now = before.clone();
        changed.iter().for_each(|(path, text)| now.insert(*path, text.as_bytes()));
        removed.iter().for_each(|path| now.remove(path));
        let config = Config::of(&now, rules::ids()).expect("there is none that is wrong");
        let mut target = CheckTarget::new(now, Source::Index, String::new());
        let commit = Id::null(gix::hash::Kind::Sha1);
        (target.compares, target.bases) = (true, vec![Base { commit, tree: before }]);
        let expected = expected.map(|paths| paths.iter().map(|path| (*path).to_owned()).collect());
        assert_eq!(changed_inputs(&target, &config, &Options::default()), expected);
        let thorough = Options { thorough: true, ..Options::default() };
        assert_eq!(changed_inputs(&target, &config, &thorough), None);
    }

    #[test]
    fn files_of_others_are_in_no_scope() {
        check(&[], &[], Some(&[]));
        check(&[("src/main.go", "x"), ("docs/guide.md", "x")], &[], Some(&[]));
        check(&[("docs/okeps/okep-8-b.md", "# OKEP-8: B\n")], &[], Some(&[]));
    }

    #[test]
    fn what_changed_is_the_scope() {
        let new = ("docs/okeps/okep-9-c.md", "# OKEP-9: C\n");
        check(&[new], &[], Some(&["docs/okeps/okep-9-c.md"]));
        check(&[("base.yml", "site_name: y\n")], &[], Some(&["base.yml"]));
        check(&[new, ("mkdocs.yml", "")], &[], Some(&["docs/okeps/okep-9-c.md", "base.yml", "mkdocs.yml"]));
        check(&[], &["docs/okeps/okep-7-a.md"], Some(&["docs/okeps/okep-7-a.md"]));
        let misplaced = "docs/design/okep-9-c.md";
        check(&[(misplaced, "# OKEP-9: C\n")], &[], Some(&[misplaced]));
        check(&[("docs/zh/okeps/okep-9-c.md", "# OKEP-9: C\n")], &[], Some(&[]));
    }

    #[test]
    fn template_and_configuration_concern_all() {
        check(&[("docs/okeps/okep-1-template.md", "# OKEP-1: U\n")], &[], None);
        check(&[("okep.toml", "[severity]\n")], &[], None);
    }

    #[test]
    fn a_file_that_a_page_names_concerns_that_page() {
        check(&[], &["docs/okeps/okep-8-b.md"], None);
        check(&[], &["docs/okeps/tea pot.png"], None);
    }

    #[test]
    fn without_a_state_before_everything_is_in_scope() {
        let scope = |tree: Tree| {
            let mut target = CheckTarget::new(tree, Source::Index, String::new());
            target.compares = true;
            changed_inputs(&target, &Config::default(), &Options::default())
        };
        assert_eq!(scope(tree(&BEFORE)), None);
        assert_eq!(scope(Tree::default()), Some(BTreeSet::new()));
    }
}
