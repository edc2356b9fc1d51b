//! A client that speaks the protocol's JSON with the built binary, and reads what it says by the protocol's
//! published types.

use crate::support::Repo;
use lsp_server::{Message, Notification, Request, RequestId, Response};
use lsp_types::{CodeAction, Diagnostic, PublishDiagnosticsParams};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Message>,
    log: Receiver<String>,
    /// What came while an answer was awaited.
    early: VecDeque<Notification>,
    requests: i32,
    root: String,
    /// The texts of open documents, as this client has them.
    pub texts: BTreeMap<String, String>,
    version: i32,
    /// The versions of open documents, by path.
    versions: BTreeMap<String, i32>,
    /// The diagnostics published last, by path.
    pub shown: BTreeMap<String, Vec<Diagnostic>>,
}

const PATIENCE: Duration = Duration::from_secs(60);

impl Client {
    /// Starts the server, without a word to it.
    pub fn start(repo: &Repo) -> Client {
        let mut command = repo.okep_command(&["lsp", "--stdio"]);
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let (sender, messages) = channel();
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        std::thread::spawn(move || {
            while let Ok(Some(message)) = Message::read(&mut output) {
                let _ = sender.send(message);
            }
        });
        let (sender, log) = channel();
        let mut errors = child.stderr.take().expect("it is piped");
        std::thread::spawn(move || {
            let mut text = String::new();
            let _ = errors.read_to_string(&mut text);
            let _ = sender.send(text);
        });
        let input = child.stdin.take();
        let root = format!("file://{}", repo.root.display());
        let (early, texts, versions, shown) = Default::default();
        Client { child, input, messages, log, early, requests: 0, root, texts, version: 0, versions, shown }
    }

    /// The same with the handshake; `encodings` are those of positions.
    pub fn begin(repo: &Repo, encodings: &[&str]) -> Client {
        let mut client = Client::start(repo);
        let capabilities = json!({
            "general": { "positionEncodings": encodings },
            "workspace": { "workspaceEdit": { "documentChanges": true, "resourceOperations": ["rename"] } },
        });
        let folders = json!([{ "uri": client.root, "name": "repo" }]);
        let params = json!({ "processId": null, "capabilities": capabilities, "workspaceFolders": folders });
        let answer = client.request("initialize", params).expect("it is answered");
        serde_json::from_value::<lsp_types::InitializeResult>(answer).expect("it is what the protocol says");
        client.notify("initialized", json!({}));
        client
    }

    pub fn uri(&self, path: &str) -> String {
        format!("{}/{path}", self.root)
    }

    pub fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("it is open");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the server reads");
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        let message = Message::Notification(Notification { method: method.to_owned(), params });
        message.write(self.input.as_mut().expect("it is open")).expect("the server reads");
    }

    /// Sends a request and gives its id.
    pub fn send(&mut self, method: &str, params: Value) -> RequestId {
        self.requests += 1;
        let id = RequestId::from(self.requests);
        let message = Message::Request(Request { id: id.clone(), method: method.to_owned(), params });
        message.write(self.input.as_mut().expect("it is open")).expect("the server reads");
        id
    }

    /// The answer to a request: its result, or the code of its error.
    pub fn answer(&mut self, wanted: &RequestId) -> Result<Value, i32> {
        loop {
            match self.messages.recv_timeout(PATIENCE).expect("there is an answer") {
                Message::Response(Response { id, response_result }) if id == *wanted => {
                    return response_result.map_err(|error| error.code);
                }
                Message::Notification(notification) => self.early.push_back(notification),
                other => panic!("nobody asked for {other:?}"),
            }
        }
    }

    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, i32> {
        let id = self.send(method, params);
        self.answer(&id)
    }

    pub fn open(&mut self, path: &str, text: &str) {
        self.texts.insert(path.to_owned(), text.to_owned());
        let (uri, version) = (self.uri(path), self.next_version(path));
        let document = json!({ "uri": uri, "languageId": "markdown", "version": version, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Sends a document's new text, whole.
    pub fn change(&mut self, path: &str, text: &str) {
        self.texts.insert(path.to_owned(), text.to_owned());
        self.change_by(path, json!([{ "text": text }]));
    }

    pub fn change_by(&mut self, path: &str, changes: Value) {
        let document = json!({ "uri": self.uri(path), "version": self.next_version(path) });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", params);
    }

    fn next_version(&mut self, path: &str) -> i32 {
        self.version += 1;
        self.versions.insert(path.to_owned(), self.version);
        self.version
    }

    /// Saves nothing, and says that it did: what is open is checked at once.
    pub fn save(&mut self, path: &str) {
        let params = json!({ "textDocument": { "uri": self.uri(path) } });
        self.notify("textDocument/didSave", params);
    }

    pub fn close(&mut self, path: &str) {
        self.texts.remove(path);
        self.versions.remove(path);
        let params = json!({ "textDocument": { "uri": self.uri(path) } });
        self.notify("textDocument/didClose", params);
    }

    /// Waits until a document's diagnostics are published, and takes up those of other files.
    ///
    /// Those of an earlier version, or from before the document was opened or closed, do not end the wait.
    pub fn diagnostics(&mut self, path: &str) -> Vec<Diagnostic> {
        let wanted = (self.uri(path), self.versions.get(path).copied());
        loop {
            let notification = match self.early.pop_front() {
                Some(notification) => notification,
                None => match self.messages.recv_timeout(PATIENCE).expect("diagnostics are published") {
                    Message::Notification(notification) => notification,
                    other => panic!("nobody asked for {other:?}"),
                },
            };
            if self.take(notification) == wanted {
                break;
            }
        }
        // What belongs to the same check is there before an answer to whatever is asked next.
        assert_eq!(self.request("okep/none", Value::Null), Err(-32601));
        while let Some(notification) = self.early.pop_front() {
            self.take(notification);
        }
        self.shown[path].clone()
    }

    /// Keeps what was published; gives the URI and the version that it belongs to.
    fn take(&mut self, Notification { method, params }: Notification) -> (String, Option<i32>) {
        assert_eq!(method, "textDocument/publishDiagnostics");
        let params: PublishDiagnosticsParams =
            serde_json::from_value(params).expect("it is what the protocol says");
        let uri = params.uri.as_str().to_owned();
        let path = uri.strip_prefix(&format!("{}/", self.root)).expect("it is in the repository");
        self.shown.insert(path.to_owned(), params.diagnostics);
        (uri, params.version)
    }

    /// Whether nothing more is published for a while.
    pub fn is_silent(&mut self) -> bool {
        let more = self.messages.recv_timeout(Duration::from_millis(600));
        self.early.is_empty() && matches!(more, Err(RecvTimeoutError::Timeout))
    }

    pub fn actions(&mut self, path: &str, range: lsp_types::Range, context: Value) -> Vec<CodeAction> {
        let document = json!({ "uri": self.uri(path) });
        let params = json!({ "textDocument": document, "range": range, "context": context });
        let answer = self.request("textDocument/codeAction", params).expect("it is answered");
        serde_json::from_value(answer).expect("it is what the protocol says")
    }

    /// A request about a position.
    pub fn at(&mut self, method: &str, path: &str, line: u32, character: u32) -> Value {
        let document = json!({ "uri": self.uri(path) });
        let position = json!({ "line": line, "character": character });
        self.request(method, json!({ "textDocument": document, "position": position }))
            .expect("it is answered")
    }

    /// Says goodbye; gives the exit status and the log.
    pub fn end(mut self) -> (i32, String) {
        assert_eq!(self.request("shutdown", Value::Null), Ok(Value::Null));
        self.notify("exit", Value::Null);
        self.wait()
    }

    /// Waits for the end; gives the exit status and the log.
    pub fn wait(mut self) -> (i32, String) {
        drop(self.input.take());
        let code = self.child.wait().expect("it ends").code().expect("no signal ends it");
        (code, self.log.recv_timeout(PATIENCE).expect("the log ends with the server"))
    }
}

/// A text with the edits of the protocol, in UTF-16, carried out by the book: from the last one to the first one.
pub fn edited(text: &str, edits: &Value) -> String {
    let mut text = text.to_owned();
    let mut edits: Vec<lsp_types::TextEdit> = serde_json::from_value(edits.clone()).expect("they are edits");
    // Of several at one place the first one comes first.
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    for edit in edits.iter().rev() {
        let (start, end) = (offset(&text, edit.range.start), offset(&text, edit.range.end));
        text.replace_range(start..end, &edit.new_text);
    }
    text
}

/// The byte of a position in UTF-16, which must be there.
pub fn offset(text: &str, position: lsp_types::Position) -> usize {
    let line = text.split_inclusive('\n').nth(position.line as usize).unwrap_or("");
    let start: usize = text.split_inclusive('\n').take(position.line as usize).map(str::len).sum();
    let mut units = 0;
    for (at, c) in line.trim_end_matches(['\n', '\r']).char_indices() {
        if units == position.character {
            return start + at;
        }
        units += c.len_utf16() as u32;
    }
    assert_eq!(units, position.character, "{position:?} is not in {line:?}");
    start + line.trim_end_matches(['\n', '\r']).len()
}

/// The edits of an action by path, and its renames.
pub fn changes(action: &CodeAction, root: &Path) -> (BTreeMap<String, Value>, Vec<(String, String)>) {
    let edit = serde_json::to_value(action.edit.as_ref().expect("it edits")).expect("it is JSON");
    let top = format!("file://{}/", root.display());
    let path = |uri: &Value| uri.as_str().and_then(|u| u.strip_prefix(&top)).expect("a file").to_owned();
    let (mut edits, mut renames) = (BTreeMap::new(), Vec::new());
    for change in edit["documentChanges"].as_array().expect("a list") {
        match change["kind"].as_str() {
            Some("rename") => renames.push((path(&change["oldUri"]), path(&change["newUri"]))),
            Some(other) => panic!("what is {other}?"),
            None => drop(edits.insert(path(&change["textDocument"]["uri"]), change["edits"].clone())),
        }
    }
    (edits, renames)
}
