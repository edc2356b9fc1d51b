//! Answers messages: what is open, what is to be checked, and which request gets what.

use super::actions::{ActionContext, KINDS, actions};
use super::at_position::{TRIGGERS, completion, hover};
use super::client::Client;
use super::document::{ContentChange, OpenDocument};
use super::outcome_view::OutcomeView;
use super::position::{LinePosition, LineRange};
use super::uri;
use super::wire::log;
use super::workspace::{Workspace, root_of};
use crate::files::inside;
use crate::report::json::without_nulls;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long nobody may have typed before a document is checked.
const PAUSE: Duration = Duration::from_millis(200);

pub struct Server<W> {
    out: W,
    version: String,
    lifecycle: Lifecycle,
    client: Client,
    /// By top folder.
    workspaces: BTreeMap<PathBuf, Workspace>,
}

#[derive(PartialEq)]
enum Lifecycle {
    New,
    Running,
    ShutDown,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DocumentParams {
    text_document: DocumentItem,
    #[serde(default)]
    content_changes: Vec<ContentChange>,
    position: Option<LinePosition>,
    range: Option<LineRange>,
    #[serde(default)]
    context: ActionContext,
}

/// A document as messages name it: its text comes when it is opened.
#[derive(Deserialize)]
struct DocumentItem {
    uri: String,
    version: Option<i64>,
    text: Option<String>,
}

type Answer = Result<Value, (ErrorCode, String)>;
/// What is said of a document; none where the request lacks a position.
type OfDocument = fn(&OutcomeView, &str, &DocumentParams) -> Option<Value>;

impl<W: Write> Server<W> {
    pub fn new(out: W, version: &str) -> Self {
        Server {
            out,
            version: version.to_owned(),
            lifecycle: Lifecycle::New,
            client: Client::default(),
            workspaces: BTreeMap::new(),
        }
    }

    /// When something is to be checked next.
    pub fn due(&self) -> Option<Instant> {
        self.workspaces.values().filter_map(|workspace| workspace.due).min()
    }

    pub fn is_shut_down(&self) -> bool {
        self.lifecycle == Lifecycle::ShutDown
    }

    /// Answers a message; `queue` are those behind it.
    ///
    /// # Errors
    /// The client reads no more.
    pub fn handle(&mut self, message: Message, queue: &VecDeque<Message>) -> io::Result<()> {
        match message {
            Message::Request(request) => {
                let id = request.id.clone();
                let answer = match is_cancelled(&id, queue) {
                    true => Err((ErrorCode::RequestCanceled, "cancelled".to_owned())),
                    false => self.answer(request),
                };
                let response = match answer {
                    Ok(result) => Response::new_ok(id, result),
                    Err((code, message)) => {
                        log(&format!("request {id}: {message}"));
                        Response::new_err(id, code as i32, message)
                    }
                };
                Message::Response(response).write(&mut self.out)
            }
            Message::Notification(notification) => {
                let method = notification.method.clone();
                if let Err(reason) = self.notice(notification) {
                    log(&format!("{method}: {reason}"));
                }
                Ok(())
            }
            // Nothing is asked of the client.
            Message::Response(_) => Ok(()),
        }
    }

    fn answer(&mut self, Request { method, params, .. }: Request) -> Answer {
        use Lifecycle::{New, Running, ShutDown};
        let refused = |code, reason: &str| Err((code, reason.to_owned()));
        let answer: OfDocument = match (&self.lifecycle, method.as_str()) {
            (New, "initialize") => return Ok(self.initialize(&params)),
            (New, _) => return refused(ErrorCode::ServerNotInitialized, "`initialize` comes first"),
            (Running, "shutdown") => {
                self.lifecycle = ShutDown;
                return Ok(Value::Null);
            }
            (Running, "initialize") | (ShutDown, _) => return refused(ErrorCode::InvalidRequest, NOT_NOW),
            (_, "textDocument/hover") => {
                |view, path, params| Some(json!(hover(view, path, params.position?)))
            }
            (_, "textDocument/completion") => {
                |view, path, params| Some(json!(completion(view, path, params.position?)))
            }
            (_, "textDocument/codeAction") => {
                |view, path, params| Some(json!(actions(view, path, params.range?, &params.context)))
            }
            _ => return refused(ErrorCode::MethodNotFound, &format!("there is no `{method}` here")),
        };
        let invalid = |error: serde_json::Error| (ErrorCode::InvalidParams, error.to_string());
        let params: DocumentParams = serde_json::from_value(params).map_err(invalid)?;
        let uri = &params.text_document.uri;
        let found = self.workspaces.iter().find_map(|(root, workspace)| {
            let document = workspace.documents.get(uri)?;
            Some((root.clone(), document.path.clone(), workspace.due.is_some()))
        });
        let Some((root, path, is_due)) = found else { return Ok(Value::Null) };
        if is_due {
            // A client that reads no more does not get the answer either.
            self.check(&root).map_err(|error| (ErrorCode::InternalError, error.to_string()))?;
        }
        let workspace = self.workspaces.get(&root);
        let view = workspace.and_then(|workspace| workspace.view(&self.client));
        let Some(view) = view else { return Ok(Value::Null) };
        answer(&view, &path, &params).ok_or((ErrorCode::InvalidParams, "there is no position".to_owned()))
    }

    fn initialize(&mut self, params: &Value) -> Value {
        self.client = Client::of(params);
        self.lifecycle = Lifecycle::Running;
        json!({
            "capabilities": {
                "positionEncoding": self.client.encoding,
                "textDocumentSync": { "openClose": true, "change": INCREMENTAL, "save": true },
                "codeActionProvider": { "codeActionKinds": KINDS },
                "hoverProvider": true,
                "completionProvider": { "triggerCharacters": TRIGGERS },
            },
            "serverInfo": { "name": "okep", "version": self.version },
        })
    }

    fn notice(&mut self, Notification { method, params }: Notification) -> Result<(), String> {
        if self.lifecycle != Lifecycle::Running {
            return Err(NOT_NOW.to_owned());
        }
        let now = Instant::now();
        if method == "workspace/didChangeWatchedFiles" {
            self.workspaces.values_mut().for_each(|workspace| workspace.due = Some(now));
        }
        let event = method.strip_prefix("textDocument/").unwrap_or_default();
        if !["didOpen", "didChange", "didSave", "didClose"].contains(&event) {
            return Ok(());
        }
        let params: DocumentParams = serde_json::from_value(params).map_err(|error| error.to_string())?;
        let DocumentItem { uri, version, text } = params.text_document;
        if event == "didOpen" {
            return self.open(uri, version.unwrap_or_default(), text.ok_or("there is no text")?);
        }
        let workspace = self.workspaces.values_mut().find(|workspace| workspace.documents.contains_key(&uri));
        let workspace = workspace.ok_or_else(|| format!("`{uri}` is not open"))?;
        let mut due = now;
        if event == "didClose" {
            workspace.documents.remove(&uri);
        } else if let ("didChange", Some(document)) = (event, workspace.documents.get_mut(&uri)) {
            document.version = version.unwrap_or(document.version);
            for change in params.content_changes {
                document.apply(change, self.client.encoding)?;
            }
            due += PAUSE;
        }
        workspace.due = Some(due);
        Ok(())
    }

    fn open(&mut self, uri: String, version: i64, text: String) -> Result<(), String> {
        let file = uri::to_path(&uri).ok_or_else(|| format!("`{uri}` is not a file of this machine"))?;
        let root = root_of(&file, &self.client.folders)
            .ok_or_else(|| format!("`{}` is in no repository and in no open folder", file.display()))?;
        let path = inside(&file, Path::new(""), &root);
        // The editor may have reached the folder through a link.
        let above = file.ancestors().nth(path.split('/').count()).filter(|above| above.join(&path) == file);
        let folder = above.unwrap_or(&root).to_owned();
        let workspace = self.workspaces.entry(root).or_default();
        workspace.folder = folder;
        workspace.due = Some(Instant::now());
        workspace.documents.insert(uri.clone(), OpenDocument { uri, path, text, version });
        Ok(())
    }

    /// Checks what is to be checked by now.
    ///
    /// # Errors
    /// The client reads no more.
    pub fn check_due(&mut self) -> io::Result<()> {
        let now = Instant::now();
        let is_due = |(_, workspace): &(&PathBuf, &Workspace)| workspace.due.is_some_and(|due| due <= now);
        let due: Vec<PathBuf> = self.workspaces.iter().filter(is_due).map(|(root, _)| root.clone()).collect();
        due.iter().try_for_each(|root| self.check(root))
    }

    /// Checks a workspace, and publishes what was found: of open documents always, of others where it changed.
    fn check(&mut self, root: &Path) -> io::Result<()> {
        let Some(workspace) = self.workspaces.get_mut(root) else { return Ok(()) };
        let found = workspace.check(root, &self.client);
        let before = std::mem::replace(&mut workspace.shown, found.clone());
        let open = workspace.open();
        let others = before.keys().chain(found.keys()).map(String::as_str);
        for path in open.keys().copied().chain(others).collect::<BTreeSet<&str>>() {
            let [was, now] = [&before, &found].map(|of| of.get(path).map(Vec::as_slice).unwrap_or_default());
            let document = open.get(path);
            if document.is_some() || now != was {
                let uri = document
                    .map_or_else(|| uri::of_path(&workspace.folder.join(path)), |open| open.uri.clone());
                let version = document.map(|open| open.version);
                let params = without_nulls(json!({ "diagnostics": now, "uri": uri, "version": version }));
                let method = "textDocument/publishDiagnostics".to_owned();
                Message::Notification(Notification { method, params }).write(&mut self.out)?;
            }
        }
        if open.is_empty() {
            self.workspaces.remove(root);
        }
        Ok(())
    }
}

const NOT_NOW: &str = "messages are taken after `initialize`, which comes once, and before `shutdown`";

/// Full texts, or edits of ranges.
const INCREMENTAL: u8 = 2;

/// Whether a message behind a request takes it back.
fn is_cancelled(id: &RequestId, queue: &VecDeque<Message>) -> bool {
    let is_of_it = |params: &Value| RequestId::deserialize(&params["id"]).is_ok_and(|other| other == *id);
    queue.iter().any(|message| {
        matches!(message, Message::Notification(n) if n.method == "$/cancelRequest" && is_of_it(&n.params))
    })
}
