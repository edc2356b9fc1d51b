//! What clients, disks and people do: the server goes on, and logs a line.

use super::client::Client;
use crate::support::{QUIET_GAUGES, Repo, TEMPLATE, good_okep};
use lsp_server::{Message, Notification};
use lsp_types::NumberOrString;
use serde_json::{Value, json};

/// The rules of what is shown of the OKEP.
fn rules(client: &mut Client) -> Vec<String> {
    let shown = client.diagnostics(QUIET_GAUGES);
    let rule = |diagnostic: &lsp_types::Diagnostic| match &diagnostic.code {
        Some(NumberOrString::String(rule)) => rule.clone(),
        other => panic!("{other:?}"),
    };
    shown.iter().map(rule).collect()
}

#[test]
fn requests_in_the_wrong_order_are_refused() {
    let repo = Repo::clean();
    let mut client = Client::start(&repo);
    let hover = json!({ "textDocument": { "uri": "file:///a" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(client.request("textDocument/hover", hover.clone()), Err(-32002), "not initialized");
    client.notify("textDocument/didOpen", json!({}));
    client.request("initialize", json!({ "capabilities": {} })).expect("it is answered");
    assert_eq!(client.request("initialize", json!({ "capabilities": {} })), Err(-32600));
    assert_eq!(client.request("textDocument/hover", hover.clone()), Ok(Value::Null), "it is not open");
    assert_eq!(client.request("textDocument/rename", hover.clone()), Err(-32601));
    assert_eq!(client.request("textDocument/hover", json!({ "position": 7 })), Err(-32602));
    client.change_by(QUIET_GAUGES, json!([{ "text": "" }]));
    client.close(QUIET_GAUGES);
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(client.request("textDocument/hover", hover), Err(-32600));
    client.notify("exit", Value::Null);
    let (code, log) = client.wait();
    assert_eq!(code, 0);
    assert!(log.contains("textDocument/didChange: ") && log.contains("is not open"), "{log}");
}

#[test]
fn a_client_that_goes_without_a_word_ends_the_server() {
    let repo = Repo::clean();
    assert_eq!(Client::start(&repo).wait().0, 1);
    let mut client = Client::begin(&repo, &[]);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().0, 1, "there was no `shutdown`");
}

#[test]
fn what_is_no_message_is_skipped() {
    let repo = Repo::clean();
    let mut client = Client::begin(&repo, &[]);
    client.write(b"Content-Length: 3\r\n\r\n{]}");
    client.write(b"nonsense\r\n\r\n");
    client.write(b"Content-Length: 16\r\n\r\n{\"jsonrpc\":\"2.0\"");
    client.open(QUIET_GAUGES, &repo.read(QUIET_GAUGES));
    assert_eq!(rules(&mut client), [""; 0]);
    // Positions that are nowhere, and a range that is backwards.
    let at = |line: u64, character: u64| json!({ "line": line, "character": character });
    let far = json!({ "start": at(u64::MAX, u64::MAX), "end": at(u64::MAX, u64::MAX) });
    client.change_by(QUIET_GAUGES, json!([{ "range": far, "text": "\n[gone](gone.md)\n" }]));
    assert_eq!(rules(&mut client), ["broken-link"]);
    let backwards = json!({ "start": at(3, 0), "end": at(1, 0) });
    client.change_by(QUIET_GAUGES, json!([{ "range": backwards, "text": "x" }]));
    // Half a range is no change, and makes no version.
    let document = json!({ "uri": client.uri(QUIET_GAUGES), "version": 9 });
    let half = json!([{ "range": { "start": at(0, 0) }, "text": "x" }]);
    client.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": half }));
    client.save(QUIET_GAUGES);
    assert_eq!(rules(&mut client), ["broken-link"]);
    let (code, log) = client.end();
    assert_eq!(code, 0);
    assert!(
        log.matches("a message was skipped").count() == 3 && log.contains("ends before it starts"),
        "{log}"
    );
}

#[test]
fn a_request_that_is_taken_back_is_not_answered() {
    let repo = Repo::clean();
    let mut client = Client::begin(&repo, &[]);
    client.open(QUIET_GAUGES, &repo.read(QUIET_GAUGES));
    // In one piece, so that the one is behind the other when it is looked at.
    let document = json!({ "uri": client.uri(QUIET_GAUGES) });
    let hover = json!({ "textDocument": document, "position": { "line": 0, "character": 0 } });
    let cancelled = |id: i32| {
        Message::Notification(Notification {
            method: "$/cancelRequest".to_owned(),
            params: json!({ "id": id }),
        })
    };
    let mut bytes = Vec::new();
    for id in 100..150 {
        let request =
            lsp_server::Request { id: id.into(), method: "textDocument/hover".into(), params: hover.clone() };
        Message::Request(request).write(&mut bytes).expect("memory can be written");
    }
    for id in 100..150 {
        cancelled(id).write(&mut bytes).expect("memory can be written");
    }
    cancelled(99).write(&mut bytes).expect("memory can be written");
    client.write(&bytes);
    let answers: Vec<_> = (100..150).map(|id| client.answer(&id.into())).collect();
    assert!(answers.iter().all(|answer| matches!(answer, Ok(_) | Err(-32800))), "{answers:?}");
    assert!(answers.contains(&Err(-32800)), "{answers:?}");
    client.end();
}

#[test]
fn a_huge_text_is_not_read() {
    let repo = Repo::clean();
    let mut client = Client::begin(&repo, &[]);
    let text = repo.read(QUIET_GAUGES);
    client.open(QUIET_GAUGES, &(text.clone() + &"[gone](gone.md) ".repeat(400_000)));
    assert_eq!(rules(&mut client), [""; 0]);
    client.change(QUIET_GAUGES, &(text + "\n[gone](gone.md)\n"));
    assert_eq!(rules(&mut client), ["broken-link"]);
    let (_, log) = client.end();
    assert!(log.contains("more than 4 MiB"), "{log}");
}

#[test]
fn a_folder_need_be_no_repository() {
    let repo = Repo::folder("faulty");
    let path = "docs/okeps/okep-2111-bell-codes.md";
    let mut client = Client::begin(&repo, &[]);
    client.open(path, &repo.read(path));
    assert_ne!(client.diagnostics(path), []);
    let (_, log) = client.end();
    assert!(log.contains("not a git repository"), "{log}");
}

#[test]
fn where_there_are_no_okeps_nothing_is_shown() {
    for repo in [Repo::folder(""), Repo::init("", &[])] {
        repo.write("README.md", "# A\n");
        let mut client = Client::begin(&repo, &[]);
        for path in ["README.md", "new/folder/a.md"] {
            client.open(path, "# A\n\n[gone](gone.md)\n");
            assert_eq!(client.diagnostics(path), []);
        }
        let uri = json!({ "uri": "untitled:a", "languageId": "markdown", "version": 1, "text": "" });
        client.notify("textDocument/didOpen", json!({ "textDocument": uri }));
        let (code, log) = client.end();
        assert_eq!(code, 0);
        assert_eq!(log.matches("no `docs/okeps` in").count(), 1, "once: {log}");
        assert!(log.contains("untitled:a"), "{log}");
    }
}

#[test]
fn what_git_does_below_is_seen_at_the_next_check() {
    let repo = Repo::clean();
    let mut client = Client::begin(&repo, &[]);
    let text = repo.read(QUIET_GAUGES);
    client.open(QUIET_GAUGES, &text);
    assert_eq!(rules(&mut client), [""; 0]);
    // The template gains a section after the OKEP landed: a hint, with the commit.
    repo.edit(TEMPLATE, "## Risks\n", "## Costs\n\n(What does it cost?)\n\n## Risks\n");
    repo.commit("Ask for costs");
    client.save(QUIET_GAUGES);
    let shown = client.diagnostics(QUIET_GAUGES);
    assert!(shown.len() == 1 && shown[0].message.contains("after this OKEP landed"), "{shown:?}");
    // Another branch, where another OKEP has the number.
    repo.git(&["checkout", "-q", "HEAD~1"]);
    repo.write("docs/okeps/okep-2104-b.md", good_okep(2104, "B"));
    client.save(QUIET_GAUGES);
    assert_eq!(rules(&mut client), ["duplicate-number"]);
    repo.remove("docs/okeps/okep-2104-b.md");
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    assert_eq!(rules(&mut client), [""; 0]);
    // The repository goes, and comes back.
    std::fs::rename(repo.root.join(".git"), repo.root.join("git")).expect("it is ours");
    client.save(QUIET_GAUGES);
    assert_eq!(rules(&mut client), [""; 0]);
    std::fs::rename(repo.root.join("git"), repo.root.join(".git")).expect("it is ours");
    std::fs::rename(repo.root.join("docs"), repo.root.join("old")).expect("it is ours");
    client.save(QUIET_GAUGES);
    client.diagnostics(QUIET_GAUGES);
    client.end();
}
