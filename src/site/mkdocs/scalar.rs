//! How to write a scalar that means a given text.

use super::value::{Value, implicit};
use super::yaml::Style;

/// `text` as a scalar of one line in a block collection, quoted where YAML needs it.
///
/// `like` is how the neighbours are written: quotes of theirs are kept. Plain text is left plain only
/// where YAML 1.1 and 1.2 agree that it is a string.
pub fn write(text: &str, like: Style) -> String {
    match like {
        Style::Plain | Style::Literal | Style::Folded if is_plain_string(text) => text.into(),
        Style::SingleQuoted if !text.contains(is_escaped) => format!("'{}'", text.replace('\'', "''")),
        // What JSON quotes is quoted in YAML too.
        _ => serde_json::Value::from(text).to_string(),
    }
}

/// Whether a character cannot be written as it is.
fn is_escaped(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn is_plain_string(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let numeric = first.is_ascii_digit() || matches!(first, '+' | '.');
    matches!(implicit(text), Value::Str(_))
        && text.trim() == text
        && !"-?:,[]{}#&*!|>'\"%@`".contains(first)
        && !text.contains(is_escaped)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && !text.starts_with("...")
        && !(numeric && (text.parse::<f64>().is_ok() || text.starts_with("0o")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_quoted_where_yaml_needs_it() {
        for (title, written) in [
            ("Network QoS", "Network QoS"),
            ("a: b", "\"a: b\""),
            ("C#", "C#"),
            ("a #b", "\"a #b\""),
            ("*star", "\"*star\""),
            ("yes", "\"yes\""),
            ("1_000", "\"1_000\""),
            ("1e5", "\"1e5\""),
            ("0o7", "\"0o7\""),
            ("2024-01-01", "\"2024-01-01\""),
            ("IPv4/IPv6, [dual] {stack}", "IPv4/IPv6, [dual] {stack}"),
            ("it's \"quoted\"", "it's \"quoted\""),
            ("`code` first", "\"`code` first\""),
            ("ends:", "\"ends:\""),
            ("", "\"\""),
            (" blank", "\" blank\""),
        ] {
            assert_eq!(write(title, Style::Plain), written);
        }
        assert_eq!(write("it's", Style::SingleQuoted), "'it''s'");
        assert_eq!(write("plain", Style::DoubleQuoted), "\"plain\"");
    }
}
