//! Where the Markdown of a page begins: after a byte order mark and the block between `---` lines.
//!
//! That block is its author's, whether or not its YAML loads: GitHub takes it for front matter either way. MkDocs
//! does so only where it loads; what the site then shows of it is no heading that anybody meant.

use crate::text::{BytePattern, Pattern, bom_len, byte_pattern, pattern};
use std::ops::Range;

/// A block longer than this is text, in bytes.
const MAX_BYTES: usize = 64 << 10;

/// Byte offset of the first byte of Markdown in a whole page.
pub fn end(text: &str) -> usize {
    let start = bom_len(text);
    let block = block(text, start).filter(|(inside, _)| !text[inside.clone()].lines().any(is_title));
    block.map_or(start, |(_, end)| end)
}

/// What is between `---` and `---` or `...` at `start`, and the offset past the closing line.
pub fn block(text: &str, start: usize) -> Option<(Range<usize>, usize)> {
    static BLOCK: BytePattern =
        BytePattern::new(|| byte_pattern(r"(?ms)\A---[ \t\r]*\n(.*?)^(?:---|[.]{3})[ \t\r]*(?:\n|\z)"));
    let found = BLOCK.captures(&text.as_bytes()[start..])?;
    let inside = found.get(1)?.range();
    let inside = start + inside.start..start + inside.end;
    (found[0].len() <= MAX_BYTES).then(|| (inside, start + found[0].len()))
}

/// Whether a line is the title of a numbered document, such as `# OKEP-5224: Title`: then the `---` above it is a
/// rule. A comment of YAML, such as `# version 2`, is none.
fn is_title(line: &str) -> bool {
    static TITLE: Pattern = Pattern::new(|| pattern(r"^#[ \t]\s*(?:[A-Za-z]{2,}[-_]|[A-Z]{2,})[-_ #]*[0-9]"));
    TITLE.is_match(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` marks where the Markdown begins.
    fn check(marked: &str) {
        for ending in ["\n", "\r\n"] {
            let marked = marked.replace('\n', ending);
            let text = marked.replacen('|', "", 1);
            assert_eq!(Some(end(&text)), marked.find('|'), "{marked}");
        }
    }

    #[test]
    fn the_block_at_the_start_is_the_authors() {
        check("---\ntitle: A\n---\n|# A\n");
        check("\u{feff}---\ntitle: A\n...\n|# A\n");
        check("---  \n# version 2\nauthors: [a, b]\n---\t\n|\n# A\n");
        check("---\n---\n|# A\n");
    }

    #[test]
    fn yaml_that_does_not_load_is_the_authors_too() {
        check("---\ntitle: OKEP-7: Tea\nauthors: @ada\n---\n|# OKEP-7: Tea\n");
        check("---\ntitle: \"Tea\nowner: [ada\n---\n|# OKEP-7: Tea\n");
        check("---\njust words\n---\n|# OKEP-7: Tea\n");
        check("---\n\tstatus: draft\n---\n|# OKEP-7: Tea\n");
    }

    #[test]
    fn a_rule_above_the_title_is_a_rule() {
        check("|---\n\n# OKEP-7: Tea\n\n---\n");
        check("|---\n# OKEP 7 - Tea\n---\n\n## Goals\n");
    }

    #[test]
    fn what_is_not_closed_or_not_at_the_start_is_text() {
        check("|---\ntitle: A\n");
        check("|\n---\ntitle: A\n---\n");
        check("|----\ntitle: A\n---\n");
        check("| ---\ntitle: A\n---\n");
        check("|---");
        check("|# A\n");
    }
}
