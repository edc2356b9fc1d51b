//! Where things are in a repository.

use super::tree::Tree;
use crate::text::path::{self, Role};

/// Where things are in a repository, by default: the one place that names folders and files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Layout {
    /// The proposal folder, without a slash at either end.
    pub folder: String,
    /// The MkDocs configuration files that are looked for, the first one found counts.
    pub registers: Vec<String>,
    /// The template, where the repository says which one of several it is.
    pub template: Option<String>,
}

/// What a forge shows first of a repository, at the root.
pub const FRONT_PAGE: &str = "README.md";

/// The configuration file, at the root.
pub const CONFIG: &str = "okep.toml";

impl Default for Layout {
    fn default() -> Self {
        let registers = vec!["mkdocs.yml".into(), "mkdocs.yaml".into()];
        Layout { folder: "docs/okeps".into(), registers, template: None }
    }
}

impl Layout {
    /// What a Markdown file is, by its path; a template that is named may have any file name.
    pub fn role(&self, path: &str) -> Role {
        let is_named = self.template.as_deref() == Some(path);
        if is_named { Role::Template } else { path::role(path, &self.folder) }
    }

    /// The same layout where the proposal folder is elsewhere, with all that is in it.
    pub fn in_folder(&self, folder: &str) -> Layout {
        let inside = self.template.as_ref().and_then(|path| path.strip_prefix(&self.folder));
        let template = inside.map(|inside| format!("{folder}{inside}"));
        Layout { folder: folder.to_owned(), template, registers: self.registers.clone() }
    }

    /// Whether the proposal folder holds a page, or what is in place of one.
    pub fn is_in(&self, tree: &Tree) -> bool {
        !tree.list(&self.folder).files.is_empty()
    }
}
