//! Hover and completion.

use super::client::Client;
use crate::support::{QUIET_GAUGES, Repo};
use serde_json::Value;

/// What is shown at a line of an OKEP.
fn hover(client: &mut Client, line: u32) -> String {
    let answer = client.at("textDocument/hover", QUIET_GAUGES, line, 3);
    let hover: Option<lsp_types::Hover> =
        serde_json::from_value(answer).expect("it is what the protocol says");
    match hover.map(|hover| hover.contents) {
        Some(lsp_types::HoverContents::Markup(markup)) => markup.value,
        other => format!("{other:?}"),
    }
}

fn line_of(text: &str, line: &str) -> u32 {
    text.lines().position(|one| one == line).expect("it is there") as u32
}

#[test]
fn a_heading_shows_what_the_template_asks_there() {
    let repo = Repo::clean();
    let mut client = Client::begin(&repo, &[]);
    let text = repo.read(QUIET_GAUGES).replace("## Goals", "## Goal") + "\n[gone](gone.md)\n";
    client.open(QUIET_GAUGES, &text);
    let shown = hover(&mut client, line_of(&text, "## Goal"));
    assert!(shown.contains("**Goals** in `docs/okeps/okep-2100-template.md`"), "{shown}");
    assert!(shown.contains("(Bullet list of what a reader can verify"), "{shown}");
    assert!(shown.contains("## renamed-section"), "{shown}");
    let shown = hover(&mut client, line_of(&text, "[gone](gone.md)"));
    assert!(shown.starts_with("## broken-link"), "{shown}");
    assert_eq!(hover(&mut client, line_of(&text, "[gone](gone.md)") - 1), "None");
    client.end();
}

/// What is offered at the end of a line: label and the text that it writes.
fn offered(client: &mut Client, text: &str, line: &str) -> Vec<String> {
    let at = line_of(text, line);
    let answer = client.at("textDocument/completion", QUIET_GAUGES, at, line.len() as u32);
    let items: Vec<lsp_types::CompletionItem> =
        serde_json::from_value(answer).expect("it is what the protocol says");
    let text_of = |item: lsp_types::CompletionItem| {
        let edit = serde_json::to_value(item.text_edit).expect("it is JSON");
        let position =
            |line: u32, character: usize| serde_json::json!({ "line": line, "character": character });
        assert_eq!(
            edit["range"],
            serde_json::json!({ "start": position(at, 0), "end": position(at, line.len()) })
        );
        assert!(
            item.filter_text
                .is_some_and(|filter| filter.starts_with(line.trim_end_matches(char::is_alphabetic)))
        );
        edit["newText"].as_str().map_or(String::new(), str::to_owned)
    };
    items.into_iter().map(text_of).collect()
}

#[test]
fn missing_sections_are_offered_and_no_others() {
    let repo = Repo::clean();
    let mut client = Client::begin(&repo, &[]);
    let whole = repo.read(QUIET_GAUGES);
    let cut = whole.replace("## Stories", "### Ri").replace("## Risks", "");
    client.open(QUIET_GAUGES, &cut);
    assert_eq!(offered(&mut client, &cut, "### Ri"), ["## Stories", "## Risks"]);
    let fenced = cut.replace("### Ri", "```sh\n# Ri\n```");
    client.change(QUIET_GAUGES, &fenced);
    assert_eq!(offered(&mut client, &fenced, "# Ri"), [""; 0], "it is code");
    client.change(QUIET_GAUGES, &whole);
    assert_eq!(offered(&mut client, &whole, "## Stories"), ["## Stories"], "its own name");
    client.end();
}

#[test]
fn the_issue_is_offered_where_it_is_missing() {
    let repo = Repo::clean();
    let mut client = Client::begin(&repo, &[]);
    let whole = repo.read(QUIET_GAUGES);
    let line = "* Issue: [#2104](https://github.com/tidewater-org/tidewater/issues/2104)";
    let begun = whole.replace(line, "* Iss");
    client.open(QUIET_GAUGES, &begun);
    let answer = client.at("textDocument/completion", QUIET_GAUGES, line_of(&begun, "* Iss"), 5);
    assert_eq!(answer[0]["textEdit"]["newText"], line);
    assert_eq!(answer.as_array().map(Vec::len), Some(1));
    client.change(QUIET_GAUGES, &whole);
    let answer = client.at("textDocument/completion", QUIET_GAUGES, line_of(&whole, line), 3);
    assert_eq!(answer, Value::Array(Vec::new()), "it is there");
    client.end();
}
