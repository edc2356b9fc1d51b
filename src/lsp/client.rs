//! What a client said about itself at the start, and a page for each rule that it can show.
//!
//! The pages are local because okep is of use without network, and so that they are those of the version that runs.

use super::position::Encoding;
use super::uri;
use super::wire::log;
use crate::report::explain;
use crate::rules::rule;
use serde_json::Value;
use std::path::PathBuf;
use tempfile::TempDir;

#[derive(Debug, Default)]
pub struct Client {
    pub encoding: Encoding,
    /// It takes edits of documents by version, and in order.
    pub versions_edits: bool,
    /// It renames files as part of an edit.
    pub renames_files: bool,
    /// The folders that it has open.
    pub folders: Vec<PathBuf>,
    /// Where the pages of rules are, which go with the server.
    pages: Option<TempDir>,
}

impl Client {
    pub fn of(params: &Value) -> Self {
        let has = |list: &Value, word: &str| list.as_array().into_iter().flatten().any(|one| one == word);
        let capabilities = &params["capabilities"];
        let edits = &capabilities["workspace"]["workspaceEdit"];
        let versions_edits = edits["documentChanges"] == true;
        let is_utf8 = has(&capabilities["general"]["positionEncodings"], "utf-8");
        let open = params["workspaceFolders"].as_array().into_iter().flatten().map(|folder| &folder["uri"]);
        let folders = open.chain([&params["rootUri"]]).filter_map(|uri| uri::to_path(uri.as_str()?));
        let pages = tempfile::Builder::new().prefix("okep-rules-").tempdir();
        let pages = pages.map_err(|error| log(&format!("no pages of rules to link to: {error}")));
        Client {
            encoding: if is_utf8 { Encoding::Utf8 } else { Encoding::Utf16 },
            versions_edits,
            renames_files: versions_edits && has(&edits["resourceOperations"], "rename"),
            folders: folders.collect(),
            pages: pages.ok(),
        }
    }

    /// The URI of a rule's page, which is written where it is not there.
    pub fn page_of(&self, id: &str) -> Option<String> {
        let path = self.pages.as_ref()?.path().join(format!("{id}.md"));
        if !path.exists() {
            std::fs::write(&path, explain::markdown(rule(id)?)).ok()?;
        }
        Some(uri::of_path(&path))
    }
}
