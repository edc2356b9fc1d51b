//! How long an author waits for diagnostics after a change, without the pause that waits for more of them, against one
//! bare pulldown-cmark pass over the document.
//!
//! A document of 1,500 lines is changed in the sample repository of `okep demo`, or in the clone that is named after
//! `--`; what is measured is from the change to the diagnostics on the server's output.
//! `cargo bench --bench lsp -- CLONE`
#![allow(clippy::print_stdout, reason = "a bench prints its measurements")]

use lsp_server::{Message, Notification, Request};
use serde_json::{Value, json};
use std::hint::black_box;
use std::io::{BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const TURNS: usize = 100;
const NAME: &str = "docs/okeps/okep-9999-a-long-proposal.md";

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let clone = std::env::args().skip(1).find(|argument| !argument.starts_with("--")).map(PathBuf::from);
    let root = clone.unwrap_or_else(|| {
        let root = folder.path().join("demo");
        let demo =
            Command::new(env!("CARGO_BIN_EXE_okep")).arg("demo").arg(&root).stdout(Stdio::null()).status();
        assert!(demo.is_ok_and(|status| status.success()), "the sample repository can be made");
        root
    });
    let root = root.canonicalize().expect("the clone is there");
    let text = proposal();
    let mut server = Command::new(env!("CARGO_BIN_EXE_okep"))
        .arg("lsp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut input = server.stdin.take().expect("it is piped");
    let mut output = BufReader::new(server.stdout.take().expect("it is piped"));
    let uri = format!("file://{}", root.join(NAME).display());
    let params = json!({ "capabilities": {}, "rootUri": format!("file://{}", root.display()) });
    let message = Request { id: 1.into(), method: "initialize".to_owned(), params };
    Message::Request(message).write(&mut input).expect("it reads");
    let document = json!({ "uri": uri, "languageId": "markdown", "version": 0, "text": text });
    notify(&mut input, "textDocument/didOpen", json!({ "textDocument": document }));
    let start = Instant::now();
    let findings = wait(&mut output, &uri);
    println!(
        "{} lines, {findings} findings; the first check takes {:.1?}",
        text.lines().count(),
        start.elapsed()
    );
    let (mut waits, mut bare) = (Vec::new(), Vec::new());
    for turn in 0..TURNS {
        let start = Instant::now();
        black_box(pulldown_cmark::Parser::new_ext(&text, pulldown_cmark::Options::ENABLE_TABLES).count());
        bare.push(start.elapsed());
        let at = json!({ "line": 10 + turn, "character": 0 });
        let change = json!([{ "range": { "start": at, "end": at }, "text": "word " }]);
        let start = Instant::now();
        let document = json!({ "uri": uri, "version": turn + 1 });
        notify(
            &mut input,
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": change }),
        );
        // What is saved is checked at once.
        notify(&mut input, "textDocument/didSave", json!({ "textDocument": { "uri": uri } }));
        wait(&mut output, &uri);
        waits.push(start.elapsed());
    }
    notify(&mut input, "exit", Value::Null);
    server.wait().expect("it ends");
    for (name, times) in [("one bare pulldown-cmark pass", bare), ("from a change to its diagnostics", waits)]
    {
        let (best, median, worst) = of(times);
        println!("{best:>9.1?} {median:>9.1?} {worst:>9.1?}  best, median and worst of {TURNS}: {name}");
    }
}

fn notify(input: &mut impl Write, method: &str, params: Value) {
    let message = Notification { method: method.to_owned(), params };
    Message::Notification(message).write(input).expect("it reads");
}

/// Waits for the diagnostics of a document, and gives how many there are.
fn wait(output: &mut BufReader<std::process::ChildStdout>, uri: &str) -> usize {
    loop {
        if let Message::Notification(Notification { params, .. }) =
            Message::read(output).expect("it writes").expect("it goes on")
            && params["uri"] == uri
        {
            return params["diagnostics"].as_array().map_or(0, Vec::len);
        }
    }
}

fn of(mut times: Vec<Duration>) -> (Duration, Duration, Duration) {
    times.sort();
    (times[0], times[times.len() / 2], times[times.len() - 1])
}

/// A document of 1,500 lines with prose, lists, code and tables.
fn proposal() -> String {
    let mut text = String::from(
        "# OKEP-9999: A Long Proposal\n\n* Issue: [#9999](https://github.com/o/n/issues/9999)\n",
    );
    let mut part = 0;
    while text.lines().count() < 1500 {
        part += 1;
        text.push_str(&format!(
            "\n### Part {part}\n\nThe agent of every node watches the `Pool` objects, and *reconciles* what it finds with\n\
             what [the others](https://example.org/{part}) say; nothing is written twice.\n\n* first of all\n* and then\n  \
             the rest\n\n```yaml\n# a comment\nkind: Pool\nname: p{part}\n```\n\n| a | b |\n|---|---|\n| 1 | {part} |\n"
        ));
    }
    text
}
