//! Random edits: nothing panics, and every place is one of the text.

use super::client::{Client, offset};
use crate::support::{QUIET_GAUGES, Repo};
use lsp_types::Range;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

/// What people type into a proposal, and what they do not.
const PIECES: [&str; 24] = [
    "",
    "\n",
    "\r\n",
    "\r",
    "# ",
    "\n## Goals\n",
    "\n### Interface\n",
    "```\n",
    "~~~",
    "<!-- ",
    " -->",
    "🚀",
    "ä",
    "[a](b.md)",
    "[a](#goals)",
    "![x](",
    "| a | b |\n|---|---|\n",
    "* Issue: #7\n",
    "- [ ] x\n",
    "TBD",
    "\n---\n",
    "\0",
    "\u{feff}",
    "<!-- okep: allow stub-section because it is -->",
];

/// An edit: where it starts and ends, each of 1,000 of the text, and what comes there.
type RandomEdit = (usize, usize, usize);

fn edits() -> impl Strategy<Value = Vec<RandomEdit>> {
    prop::collection::vec((0..1000_usize, 0..40_usize, 0..PIECES.len()), 1..6)
}

/// How many rounds of edits there are: more of them where a variable says so.
fn rounds() -> u32 {
    std::env::var("OKEP_TEST_EDITS").ok().and_then(|count| count.parse().ok()).unwrap_or(60)
}

#[test]
fn random_edits_are_survived_and_every_place_is_in_the_text() {
    let repo = Repo::of("faulty");
    let path = "docs/okeps/okep-2111-bell-codes.md";
    let original = repo.read(path);
    let mut client = Client::begin(&repo, &[]);
    client.open(path, &original);
    client.diagnostics(path);
    let mut runner = TestRunner::new(Config { cases: rounds(), max_shrink_iters: 0, ..Config::default() });
    let client = std::cell::RefCell::new(client);
    let result = runner.run(&edits(), |edits| {
        let client = &mut *client.borrow_mut();
        let mut text = client.texts[path].clone();
        if text.len() > 2 * original.len() {
            text.clone_from(&original);
            client.change(path, &text);
        }
        for (start, length, piece) in edits {
            let start = boundary(&text, text.len() * start / 1000);
            let end = boundary(&text, (start + length).min(text.len()));
            let range = Range { start: position(&text, start), end: position(&text, end) };
            // Inside of a line break is no position.
            let is_inside = |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
            if is_inside(start) || is_inside(end) {
                continue;
            }
            client.change_by(path, json!([{ "range": range, "text": PIECES[piece] }]));
            text.replace_range(start..end, PIECES[piece]);
        }
        client.texts.insert(path.to_owned(), text.clone());
        client.save(path);
        for diagnostic in client.diagnostics(path) {
            assert!(at(&text, diagnostic.range.start) <= at(&text, diagnostic.range.end), "{diagnostic:?}");
        }
        let line = lines(&text).len() as u32 / 2;
        client.at("textDocument/hover", path, line, 1);
        client.at("textDocument/completion", path, line, 1);
        let range = Range {
            start: lsp_types::Position { line, character: 0 },
            end: lsp_types::Position { line, character: 1 },
        };
        client.actions(path, range, json!({ "diagnostics": [], "triggerKind": 2 }));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    let mut client = client.into_inner();
    // The server has the text that the client has: what it finds is what it finds in the whole text, sent again.
    let text = client.texts[path].clone();
    let found = client.shown[path].clone();
    client.change(path, &text);
    assert_eq!(client.diagnostics(path), found);
    client.open(QUIET_GAUGES, "");
    assert_eq!(client.end().0, 0);
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Where the lines of a text start, as the protocol ends them: at `\n`, `\r\n` and `\r`.
fn lines(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let ends = (0..bytes.len())
        .filter(|at| bytes[*at] == b'\n' || bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
    std::iter::once(0).chain(ends.map(|at| at + 1)).collect()
}

fn position(text: &str, byte: usize) -> lsp_types::Position {
    let starts = lines(text);
    let line = starts.iter().rposition(|start| *start <= byte).expect("the first one starts at 0");
    let character = text[starts[line]..byte].encode_utf16().count() as u32;
    lsp_types::Position { line: line as u32, character }
}

/// The byte of a position, which must be one of the text.
fn at(text: &str, position: lsp_types::Position) -> usize {
    let starts = lines(text);
    let start =
        *starts.get(position.line as usize).unwrap_or_else(|| panic!("{position:?} is not in the text"));
    let end = starts.get(position.line as usize + 1).copied().unwrap_or(text.len());
    start + offset(&text[start..end], lsp_types::Position { line: 0, ..position })
}
