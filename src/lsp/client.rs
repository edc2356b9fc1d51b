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
        let strings = |pointer: &str| -> Vec<&str> {
            let list = params.pointer(pointer).and_then(Value::as_array);
            list.into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let encodings = strings("/capabilities/general/positionEncodings");
        let versions = params.pointer("/capabilities/workspace/workspaceEdit/documentChanges");
        let operations = strings("/capabilities/workspace/workspaceEdit/resourceOperations");
        let several = params["workspaceFolders"].as_array();
        let folders = several.into_iter().flatten().map(|folder| &folder["uri"]);
        let folders = folders.chain([&params["rootUri"]]).filter_map(|uri| uri::to_path(uri.as_str()?));
        let versions_edits = versions == Some(&Value::Bool(true));
        Client {
            encoding: if encodings.contains(&"utf-8") { Encoding::Utf8 } else { Encoding::Utf16 },
            versions_edits,
            renames_files: versions_edits && operations.contains(&"rename"),
            folders: folders.collect(),
        }
    }
}
