//! What a client said about itself at the start.

use super::position::Encoding;
use super::uri;
use serde_json::Value;
use std::path::PathBuf;

#[derive(Debug, Default)]
pub struct Client {
    pub encoding: Encoding,
    /// It takes edits of documents by version, and in order.
    pub versions_edits: bool,
    /// It renames files as part of an edit.
    pub renames_files: bool,
    /// The folders that it has open.
    pub folders: Vec<PathBuf>,
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
        Client {
            encoding: if is_utf8 { Encoding::Utf8 } else { Encoding::Utf16 },
            versions_edits,
            renames_files: versions_edits && has(&edits["resourceOperations"], "rename"),
            folders: folders.collect(),
        }
    }
}
