//! Where the Markdown of a file begins: after a byte order mark and YAML front matter.
//!
//! As MkDocs has it: only at the very start, closed by `---` or `...`, and only when it is a mapping;
//! anything else stays text.

use crate::text::Text;

/// Front matter longer than this is taken for text, in bytes.
const MAX_BYTES: usize = 64 << 10;

/// Byte offset of the first byte after the byte order mark and the front matter.
pub fn end(text: &Text) -> usize {
    let start = text.bom_len();
    let body = &text.as_str()[start..];
    let mut lines = body.split_inclusive('\n');
    let Some(first) = lines.next().filter(|l| l.trim_end() == "---") else { return start };
    let mut at = first.len();
    for line in lines {
        let next = at + line.len();
        if next > MAX_BYTES {
            break;
        }
        if matches!(line.trim_end(), "---" | "...") {
            let yaml = &body[first.len()..at];
            let is_mapping = serde_yaml::from_str::<serde_yaml::Mapping>(yaml).is_ok();
            return if is_mapping { start + next } else { start };
        }
        at = next;
    }
    start
}
