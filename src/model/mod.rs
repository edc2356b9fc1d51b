//! The model: what the files of a tree are to each other.
//!
//! A `Snapshot` is a tree read once: template, OKEPs, companion pages and registers. It is made from
//! values and holds values; rules speak its words and touch neither parser events nor YAML.

pub mod asks;
pub mod bounds;
pub mod document;
pub mod draft;
mod front_matter;
pub mod html;
pub mod issue;
pub mod landing;
pub mod landing_edit;
pub mod mkdocs;
pub mod names;
pub mod nav_edit;
pub mod okep;
pub mod outline;
pub mod path;
pub mod prompts;
pub mod prose;
pub mod register;
pub mod site_headings;
pub mod slugs;
pub mod snapshot;
pub mod template;
pub mod title;
