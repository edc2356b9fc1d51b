//! Where PyYAML is stricter than YAML 1.2 about a whole file: control characters and tabs.

use super::yaml::{NodeKind, Refusal, Style, YamlCause, YamlDocument, YamlNode};
use crate::text::Text;
use std::ops::Range;

/// PyYAML refuses control characters wherever they are, comments included.
pub fn refuse_unprintable(path: &str, text: &Text) -> Result<(), Refusal> {
    let printable = |c: char| {
        !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}') || matches!(c, '\t' | '\n' | '\r' | '\u{85}')
    };
    let found = text.as_str().char_indices().find(|(_, c)| !printable(*c));
    let Some((at, c)) = found else { return Ok(()) };
    let message = format!("the character U+{:04X} is not allowed in YAML", u32::from(c));
    Err(Refusal { path: path.into(), span: at..at + c.len_utf8(), message, cause: YamlCause::Fault })
}

/// PyYAML takes tabs only inside quotes, block scalars and comments; YAML 1.2 elsewhere too.
pub fn refuse_tabs(doc: &YamlDocument) -> Result<(), Refusal> {
    let text = &doc.text;
    let mut tabs = text.as_str().match_indices('\t').map(|(at, _)| at).peekable();
    if tabs.peek().is_none() {
        return Ok(());
    }
    let allowed = |node: &YamlNode| match &node.kind {
        NodeKind::Scalar { style: Style::Plain, .. } => None,
        NodeKind::Scalar { style: Style::Literal | Style::Folded, .. } => {
            Some(block_with_blank_end(text, &node.span))
        }
        NodeKind::Scalar { .. } => Some(node.span.clone()),
        _ => None,
    };
    let mut inside: Vec<Range<usize>> = doc.nodes().filter_map(|(_, node)| allowed(node)).collect();
    inside.extend(doc.comments.iter().cloned());
    inside.sort_by_key(|r| r.start);
    for at in tabs {
        let next = inside.partition_point(|r| r.start <= at);
        if next == 0 || inside[next - 1].end <= at {
            return Err(doc.fault(at..at + 1, "a tab outside quotes: PyYAML takes only blanks here"));
        }
    }
    Ok(())
}

/// A block scalar with the blank lines that follow it, which are its own as far as they are indented.
fn block_with_blank_end(text: &Text, span: &Range<usize>) -> Range<usize> {
    let mut end = text.line_range(span.end).end;
    for line in text.as_str()[end..].split_inclusive('\n') {
        if !line.starts_with(' ') || !line.trim().is_empty() {
            break;
        }
        end += line.len();
    }
    span.start..end
}
