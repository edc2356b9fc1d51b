//! An open document: the text that an editor has of a file.

use super::position::{Encoding, LineRange, Lines};
use serde::Deserialize;

#[derive(Debug)]
pub struct OpenDocument {
    /// As the editor writes it.
    pub uri: String,
    /// From the top folder of its workspace, `/` between the parts.
    pub path: String,
    pub text: String,
    pub version: i64,
}

/// An edit of an open document: of a range, or of all of it.
#[derive(Debug, Deserialize)]
pub struct ContentChange {
    range: Option<LineRange>,
    text: String,
}

impl OpenDocument {
    /// Carries out an edit; one of a range that ends before it starts is an error.
    pub fn apply(&mut self, change: ContentChange, encoding: Encoding) -> Result<(), String> {
        let Some(range) = change.range else {
            self.text = change.text;
            return Ok(());
        };
        let bytes = Lines::new(&self.text, 0, encoding).bytes(range);
        let bytes = bytes.ok_or_else(|| format!("a change of `{}` ends before it starts", self.path))?;
        self.text.replace_range(bytes, &change.text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The text after changes, each as line and character of start and end, and text.
    #[track_caller]
    fn check(text: &str, changes: &[([usize; 4], &str)], expected: Result<&str, &str>) {
        let [uri, path, text] = ["", "a.md", text].map(str::to_owned);
        let mut document = OpenDocument { uri, path, text, version: 0 };
        let applied = changes.iter().try_for_each(|([line, character, to_line, to_character], text)| {
            let start = json!({ "line": line, "character": character });
            let end = json!({ "line": to_line, "character": to_character });
            let change = json!({ "range": { "start": start, "end": end }, "text": text });
            document.apply(serde_json::from_value(change).expect("it is one"), Encoding::Utf16)
        });
        assert_eq!(applied.as_ref().map(|()| document.text.as_str()).map_err(String::as_str), expected);
    }

    #[test]
    fn edits_are_carried_out_one_after_the_other() {
        check("a\nb\n", &[([0, 1, 1, 0], ""), ([0, 2, 0, 2], "c")], Ok("abc\n"));
        check("🚀a\r\nb", &[([0, 2, 0, 3], "x"), ([1, 9, 9, 9], "!")], Ok("🚀x\r\nb!"));
        check("", &[([0, 0, 0, 0], "a")], Ok("a"));
    }

    #[test]
    fn an_edit_that_ends_before_it_starts_is_refused() {
        check("a\nb\n", &[([1, 0, 0, 0], "x")], Err("a change of `a.md` ends before it starts"));
    }
}
