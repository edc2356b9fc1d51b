//! What a scalar means to PyYAML (YAML 1.1), and how to write one that means a given text.

use super::yaml::Style;
use crate::text::pattern;
use regex::Regex;
use std::sync::LazyLock;

/// The type YAML 1.1 gives a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    Null,
    Bool,
    Int,
    Float,
    Date,
    Str,
    /// `<<`, as a key.
    Merge,
    /// `=`, for which PyYAML has no constructor unless it is a key.
    Value,
}

static INT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^[-+]?(?:0b[01_]+|0[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*|[1-9][0-9_]*(?::[0-5]?[0-9])+)$")
});
static FLOAT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?",
        r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ))
});
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"^[0-9]{4}-(?:[0-9]{2}-[0-9]{2}|[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}",
        r":[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$"
    ))
});

/// The type of a plain scalar without a tag.
pub fn implicit_type(value: &str) -> Type {
    match value {
        "" | "~" | "null" | "Null" | "NULL" => return Type::Null,
        "yes" | "Yes" | "YES" | "no" | "No" | "NO" | "true" | "True" | "TRUE" | "false" | "False"
        | "FALSE" | "on" | "On" | "ON" | "off" | "Off" | "OFF" => return Type::Bool,
        "<<" => return Type::Merge,
        "=" => return Type::Value,
        _ => {}
    }
    // Keeps the expressions uncompiled for nearly every file there is.
    if !value.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        Type::Str
    } else if INT.is_match(value) {
        Type::Int
    } else if FLOAT.is_match(value) {
        Type::Float
    } else if value.starts_with(|c: char| c.is_ascii_digit()) && DATE.is_match(value) {
        Type::Date
    } else {
        Type::Str
    }
}

/// `text` as a scalar of one line in a block collection, quoted where YAML needs it.
///
/// `like` is how the neighbours are written: quotes of theirs are kept. Plain text is left plain only
/// where YAML 1.1 and 1.2 agree that it is a string.
pub fn write(text: &str, like: Style) -> String {
    match like {
        Style::Plain | Style::Block if is_plain_string(text) => text.into(),
        Style::Single if !text.contains(is_escaped) => format!("'{}'", text.replace('\'', "''")),
        _ => double_quoted(text),
    }
}

/// Whether a character cannot be written as it is.
fn is_escaped(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn double_quoted(text: &str) -> String {
    let written = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        '\n' => "\\n".into(),
        '\t' => "\\t".into(),
        c if is_escaped(c) => format!("\\u{:04X}", u32::from(c)),
        c => c.into(),
    };
    format!("\"{}\"", text.chars().map(written).collect::<String>())
}

fn is_plain_string(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let numeric = first.is_ascii_digit() || matches!(first, '+' | '.');
    implicit_type(text) == Type::Str
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
    fn plain_scalars_have_the_types_of_yaml_1_1() {
        for (value, kind) in [
            ("yes", Type::Bool),
            ("y", Type::Str),
            ("Off", Type::Bool),
            ("oFF", Type::Str),
            ("~", Type::Null),
            ("1_000", Type::Int),
            ("017", Type::Int),
            ("08", Type::Str),
            ("12:30:00", Type::Int),
            ("1:99", Type::Str),
            ("0o17", Type::Str),
            ("1e5", Type::Str),
            ("1.5e+3", Type::Float),
            ("-.inf", Type::Float),
            ("2024-01-31", Type::Date),
            ("2024-1-31", Type::Str),
            ("2024-1-3 1:02:03 +1:00", Type::Date),
            ("1.2.3", Type::Str),
            ("=", Type::Value),
            ("<<", Type::Merge),
            ("...", Type::Str),
        ] {
            assert_eq!(implicit_type(value), kind, "{value}");
        }
    }

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
        assert_eq!(write("it's", Style::Single), "'it''s'");
        assert_eq!(write("plain", Style::Double), "\"plain\"");
    }
}
