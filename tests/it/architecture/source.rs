//! What the files of `src/` import, define and call, without their tests.

use regex::Regex;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, ItemUse, Macro, UseTree, Visibility};

#[derive(Default)]
pub struct File {
    /// The path below `src/`.
    pub name: String,
    /// The module's path from the root of the crate, which is empty for the root.
    pub module: Vec<String>,
    /// Paths into this crate, from its root, through `pub use` to where the name is defined.
    pub paths: Vec<Vec<String>>,
    /// The types that the module defines.
    pub types: Vec<String>,
    pub is_rule: bool,
    pub prints: bool,
    pub reads_environment: bool,
    /// What `pub use` passes on: the name, and the path that it is short for.
    passed_on: Vec<(String, Vec<String>)>,
    /// Modules that are declared for tests only.
    test_modules: Vec<String>,
}

/// All files of `src/` but those of tests.
pub fn files() -> &'static [File] {
    static FILES: OnceLock<Vec<File>> = OnceLock::new();
    FILES.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files: Vec<File> = rust_files(&root).iter().map(|path| read(&root, path)).collect();
        let of_tests: Vec<Vec<String>> =
            files.iter().flat_map(|f| f.test_modules.iter().map(|name| child(&f.module, name))).collect();
        files.retain(|file| !of_tests.iter().any(|module| file.module.starts_with(module)));
        follow_reexports(&mut files);
        files
    })
}

fn rust_files(root: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the sources are readable") {
            let path = entry.expect("the sources are readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(root: &Path, path: &Path) -> File {
    let name = path.strip_prefix(root).expect("it is below the root");
    let mut module: Vec<String> =
        name.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        module.pop();
    }
    let text = std::fs::read_to_string(path).expect("a source is text");
    let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut file = File { name: name.to_string_lossy().into_owned(), module, ..File::default() };
    file.visit_file(&parsed);
    file
}

fn child(module: &[String], name: &str) -> Vec<String> {
    [module, &[name.to_owned()]].concat()
}

/// Replaces names that a module only passes on by what they are short for.
fn follow_reexports(files: &mut [File]) {
    let mut passed_on = BTreeMap::new();
    for file in files.iter() {
        passed_on.extend(file.passed_on.iter().map(|(name, path)| (child(&file.module, name), path.clone())));
    }
    for path in files.iter_mut().flat_map(|file| file.paths.iter_mut()) {
        // As many steps as there are re-exports: they may pass each other on.
        for _ in 0..passed_on.len() {
            let name = (1..=path.len()).rev().find(|end| passed_on.contains_key(&path[..*end]));
            let Some(end) = name else { break };
            *path = [&passed_on[&path[..end]][..], &path[end..]].concat();
        }
    }
}

impl File {
    fn saw(&mut self, path: &[String]) {
        let calls = |module: &str, names: &[&str]| {
            path.windows(2).any(|two| two[0] == module && names.iter().any(|name| two[1].starts_with(name)))
        };
        self.prints |= calls("io", &["stdout", "stderr"]) || calls("io", &["_print", "_eprint"]);
        self.reads_environment |= calls("env", &["var", "args", "current_dir", "temp_dir", "home_dir"]);
        if let Some(path) = self.absolute(path) {
            self.paths.push(path);
        }
    }

    /// A path from the crate's root; none where it begins with a local name or another crate's.
    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        let mut base = match path.first()?.as_str() {
            "crate" | "okep" => return Some(path[1..].to_vec()),
            "self" | "super" => self.module.clone(),
            _ => return None,
        };
        let steps = path.iter().take_while(|part| *part == "self" || *part == "super");
        let mut rest = path;
        for step in steps {
            rest = &rest[1..];
            if step == "super" {
                base.pop();
            }
        }
        Some([&base[..], rest].concat())
    }

    fn define(&mut self, name: &syn::Ident) {
        self.types.push(name.to_string());
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string();
            condition == "test" || condition.starts_with("all (test") || condition.starts_with("all(test")
        }
        _ => false,
    })
}

/// The paths of a `use`, each with the name that it gets.
fn unfold(tree: &UseTree, before: &[String], found: &mut Vec<(Vec<String>, String)>) {
    match tree {
        UseTree::Path(path) => unfold(&path.tree, &child(before, &path.ident.to_string()), found),
        UseTree::Name(name) if name.ident == "self" => {
            found.push((before.to_vec(), before.last().cloned().unwrap_or_default()));
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            found.push((child(before, &name), name));
        }
        UseTree::Rename(rename) => {
            found.push((child(before, &rename.ident.to_string()), rename.rename.to_string()));
        }
        UseTree::Glob(_) => found.push((before.to_vec(), "*".to_owned())),
        UseTree::Group(group) => group.items.iter().for_each(|item| unfold(item, before, found)),
    }
}

impl<'ast> Visit<'ast> for File {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Const(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Static(item) => &item.attrs,
            Item::Struct(item) => &item.attrs,
            Item::Enum(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => &vec![],
        };
        if is_test(attributes) {
            if let Item::Mod(item) = item {
                self.test_modules.push(item.ident.to_string());
            }
            return;
        }
        match item {
            Item::Struct(item) => self.define(&item.ident),
            Item::Enum(item) => self.define(&item.ident),
            Item::Union(item) => self.define(&item.ident),
            Item::Trait(item) => self.define(&item.ident),
            Item::Type(item) => self.define(&item.ident),
            Item::Static(item) => self.is_rule |= item.ident == "RULE",
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        if !matches!(item, ImplItem::Fn(function) if is_test(&function.attrs)) {
            visit::visit_impl_item(self, item);
        }
    }

    /// Types inside of a function have no name outside of it.
    fn visit_block(&mut self, block: &'ast syn::Block) {
        let outside = self.types.len();
        visit::visit_block(self, block);
        self.types.truncate(outside);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let mut found = vec![];
        unfold(&item.tree, &[], &mut found);
        for (path, name) in found {
            self.saw(&path);
            if !matches!(item.vis, Visibility::Inherited) {
                // A path that begins with a child's name.
                let whole = self.absolute(&path).unwrap_or_else(|| [&self.module[..], &path].concat());
                self.passed_on.push((name, whole));
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        self.saw(&parts);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        const PRINTING: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];
        self.prints |= PRINTING.iter().any(|name| call.path.is_ident(name));
        // Arguments are not parsed; their paths look like paths all the same.
        static PATH: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"\w+(?: ?:: ?\w+)+").expect("a valid pattern"));
        for found in PATH.find_iter(&call.tokens.to_string()) {
            let parts: Vec<String> = found.as_str().split("::").map(|part| part.trim().to_owned()).collect();
            self.saw(&parts);
        }
    }
}
