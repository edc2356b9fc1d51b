//! Where PyYAML is stricter than YAML 1.2 about a whole file: control characters and tabs.

use super::yaml::{NodeKind, Refusal, Style, YamlCause, YamlDocument, YamlNode};
use crate::text::Text;
use std::ops::Range;

/// PyYAML refuses control characters wherever they are, comments included.
pub fn refuse_unprintable(path: &str, text: &Text) -> Result<(), Refusal> {
    let refused = |c: char| c.is_control() && !"\t\n\r\u{85}".contains(c) || "\u{fffe}\u{ffff}".contains(c);
    let Some((at, c)) = text.as_str().char_indices().find(|(_, c)| refused(*c)) else { return Ok(()) };
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
        NodeKind::Scalar { style: Style::Literal | Style::Folded, .. } => Some(whole_block(text, &node.span)),
        NodeKind::Scalar { style, .. } if *style != Style::Plain => Some(node.span.clone()),
        _ => None,
    };
    let mut inside: Vec<Range<usize>> = doc.nodes().filter_map(|(_, node)| allowed(node)).collect();
    inside.extend(doc.comments.iter().cloned());
    inside.sort_by_key(|r| r.start);
    let before = |at: usize| inside[..inside.partition_point(|range| range.start <= at)].last();
    let outside = tabs.find(|at| before(*at).is_none_or(|range| range.end <= *at));
    let fault = |at| doc.fault(at..at + 1, "a tab outside quotes: PyYAML takes only blanks here");
    outside.map_or(Ok(()), |at| Err(fault(at)))
}

/// A block scalar with the blank lines that follow it, which are its own as far as they are indented.
fn whole_block(text: &Text, span: &Range<usize>) -> Range<usize> {
    let end = text.line_range(span.end).end;
    let is_blank = |line: &&str| line.starts_with(' ') && line.trim().is_empty();
    let blank = text.as_str()[end..].split_inclusive('\n').take_while(is_blank);
    span.start..end + blank.map(str::len).sum::<usize>()
}
