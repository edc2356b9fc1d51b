//! What the fuzz targets share: bytes become files, and a broken promise is a crash.
//!
//! An input is text, so that a fuzzer's dictionary and its reader's eye work on it: files follow one
//! another with a line `%%%` between them.

#[path = "../../tests/hold/promised/mod.rs"]
pub mod promised;

use okep::files::Tree;
use promised::{Broken, Kept};

/// The line between the files of one input.
const NEXT: &[u8] = b"%%%\n";

const TEMPLATE: &[u8] = include_bytes!("template.md");

/// # Panics
/// The promise that is broken: this is what a fuzzer looks for.
pub fn must(kept: Result<Kept, Broken>) {
    if let Err(broken) = kept {
        panic!("broken promise: {broken}");
    }
}

/// The files of an input, in their order.
pub fn files(input: &[u8]) -> Vec<&[u8]> {
    let mut files = Vec::new();
    let mut rest = input;
    while let Some(at) = rest.windows(NEXT.len()).position(|w| w == NEXT) {
        files.push(&rest[..at]);
        rest = &rest[at + NEXT.len()..];
    }
    files.push(rest);
    files
}

/// A repository: an OKEP under one of several names, the register, the landing page and the template.
pub fn tree(input: &[u8]) -> Tree {
    let files = files(input);
    let (name, files) = files.split_first().expect("a list of files is never empty");
    let file = |at: usize| files.get(at).copied();
    let mut tree = Tree::default();
    let names = [
        "okep-7-quiet-links.md",
        "OKEP-7-quiet-links.md",
        "quiet-links.md",
        "okep-7-quiet-links/proposal.md",
        "okep-9-quiet-links.md",
        "okep-7-quiet-links/okep-7-quiet-links.md",
    ];
    let name = names[name.first().map_or(0, |b| usize::from(*b)) % names.len()];
    tree.insert(format!("docs/okeps/{name}"), file(0).unwrap_or_default());
    tree.insert("docs/okeps/okep-1000-template.md", file(3).unwrap_or(TEMPLATE));
    if let Some(register) = file(1) {
        tree.insert("mkdocs.yml", register);
    }
    if let Some(landing) = file(2).filter(|bytes| !bytes.is_empty()) {
        tree.insert("docs/okeps/index.md", landing);
    }
    if let Some(companion) = file(4) {
        tree.insert("docs/okeps/okep-8-loud-links.md", companion);
    }
    tree
}
