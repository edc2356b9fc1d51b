//! A page for each rule, in a folder that goes with the server: what the code of a diagnostic links to.
//!
//! It is local because okep is of use without network, and so that the page is that of the version that runs.

use super::uri;
use super::wire::log;
use crate::report::explain;
use crate::rules::rule;
use tempfile::TempDir;

pub struct RulePages(Option<TempDir>);

impl RulePages {
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("okep-rules-").tempdir();
        let folder = folder.map_err(|error| log(&format!("no pages of rules to link to: {error}")));
        RulePages(folder.ok())
    }

    /// The URI of a rule's page, which is written where it is not there.
    pub fn uri(&self, id: &str) -> Option<String> {
        let path = self.0.as_ref()?.path().join(format!("{id}.md"));
        if !path.exists() {
            std::fs::write(&path, explain::markdown(rule(id)?)).ok()?;
        }
        Some(uri::of_path(&path))
    }
}
