//! Where a section begins and ends in its source: what is right above a heading and is its own, and
//! what is at the end of the file and is nobody's.
//!
//! It looks at lines alone; what they show is the document's business.

use crate::markdown::document::{Document, Heading};
use crate::text::{Pattern, pattern};
use std::ops::Range;

/// Where a section begins (its heading's index): at the anchors, comments and rules right above the heading.
///
/// Behind a blank line only an anchor, a comment of one line or a rule is the heading's, and only where
/// the section before has something else to show.
pub fn begin(document: &Document, heading: usize) -> usize {
    let own = line_start(document, document.headings[heading].span.start);
    let floor = document.headings[..heading].last().map_or(document.body_start, |before| before.span.end);
    let mut start = own;
    let mut at = own;
    let mut apart = false;
    while let Some(line) = line_above(document, at).filter(|line| line.start >= floor) {
        if document.text.slice(line.clone()).trim().is_empty() {
            (at, apart) = (line.start, true);
        } else if let Some(from) = belongs(document, &line, floor, apart) {
            (at, start) = (from, from);
        } else {
            return start;
        }
    }
    // Nothing else is in the section before: what is behind a blank line is its own.
    let lines = document.text.slice(start..own);
    let joined = lines.rsplit_once("\n\n").or_else(|| lines.rsplit_once("\n\r\n"));
    joined.filter(|_| heading > 0).map_or(start, |(_, rest)| own - rest.len())
}

/// Where what is directly under a heading ends.
pub fn end(document: &Document, heading: &Heading) -> usize {
    let next = document.headings.partition_point(|h| h.span.start <= heading.span.start);
    if next < document.headings.len() { begin(document, next) } else { text_end(document) }
}

/// Where what belongs to a heading begins, if the line does.
fn belongs(document: &Document, line: &Range<usize>, floor: usize, apart: bool) -> Option<usize> {
    let text = document.text.slice(line.clone());
    let indent = text.len() - text.trim_start_matches(' ').len();
    if indent > 3 {
        return None;
    }
    let text = text.trim();
    let blank_above = || {
        let above = line_above(document, line.start).filter(|l| l.start >= floor);
        above.is_none_or(|l| document.text.slice(l).trim().is_empty())
    };
    if is_anchor(text) {
        return Some(line.start);
    }
    if is_rule(text) {
        return (apart && blank_above()).then_some(line.start);
    }
    let closed = text.strip_suffix("-->")?;
    if closed.starts_with("<!--") && !closed.contains("-->") {
        return Some(line.start);
    }
    if apart || closed.contains("-->") || closed.contains("<!--") {
        return None;
    }
    let open = document.text.slice(floor..line.start).rfind("<!--").map(|i| floor + i)?;
    let start = line_start(document, open);
    let alone = document.text.slice(start..open).trim().is_empty();
    (alone && !document.text.slice(open..line.start).contains("-->")).then_some(start)
}

/// Whether a line holds nothing but places to link to, such as `<a id="goals"></a>`.
fn is_anchor(text: &str) -> bool {
    static ANCHORS: Pattern = Pattern::new(|| pattern(r"^(?:<a\s+(?:id|name)=[^>]*>(?:</a>)?\s*)+$"));
    ANCHORS.is_match(text) && !text.contains("href")
}

fn is_rule(text: &str) -> bool {
    let signs: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    signs.len() >= 3 && ['-', '*', '_'].iter().any(|glyph| signs.chars().all(|c| c == *glyph))
}

/// Where the text ends: before the definitions of links and footnotes that close the file, unless they
/// are all that its last section has.
pub fn text_end(document: &Document) -> usize {
    let end = document.text.len();
    let floor = document.headings.last().map_or(document.body_start, |h| h.span.end);
    let mut at = end;
    let mut first = end;
    while let Some(line) = line_above(document, at).filter(|line| line.start >= floor) {
        let text = document.text.slice(line.clone());
        match text.trim() {
            "" => {}
            _ if is_definition(text) => first = line.start,
            // A footnote goes on in indented lines.
            _ if text.starts_with("    ") || text.starts_with('\t') => {}
            _ => break,
        }
        at = line.start;
    }
    let before = document.text.slice(floor..first);
    let apart = before.ends_with("\n\n") || before.ends_with("\n\r\n");
    if first == end || before.trim().is_empty() || !apart { end } else { first }
}

fn is_definition(line: &str) -> bool {
    static DEFINITION: Pattern = Pattern::new(|| pattern(r"^ {0,3}\[[^\[\]]+\]:"));
    DEFINITION.is_match(line)
}

/// The line before the one that begins at `at`, with its line break; none at the start of the file.
fn line_above(document: &Document, at: usize) -> Option<Range<usize>> {
    (at > document.body_start).then(|| line_start(document, at - 1)..at)
}

/// The first byte of the line of `offset`, as far as it is Markdown.
pub fn line_start(document: &Document, offset: usize) -> usize {
    document.text.line_range(offset).start.max(document.body_start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` is where the section of the last heading begins, or where the text ends.
    fn check(marked: &str, found: fn(&Document) -> usize) {
        for ending in ["\n", "\r\n"] {
            let marked = marked.replace('\n', ending);
            let at = marked.find('|').expect("it is marked");
            let document = Document::parse(marked.replace('|', "").as_bytes());
            let found = found(&document);
            assert_eq!(found, at, "{}", marked.replace('|', "").get(found..).unwrap_or_default());
        }
    }

    fn last(document: &Document) -> usize {
        begin(document, document.headings.len() - 1)
    }

    #[test]
    fn what_is_right_above_a_heading_is_its_own() {
        check("# A\n\nx\n|## B\n", last);
        check("# A\n\nx\n\n|<a id=\"b\"></a>\n## B\n", last);
        check("# A\n\nx\n\n|<!-- two\nlines -->\n## B\n", last);
        check("# A\n\nx\n\n|<a name=\"b\"></a>\n\n<!-- b -->\n\n## B\n", last);
        check("# A\n\nx\n\n|---\n\n## B\n", last);
        check("|<!-- c -->\n# A\n", last);
    }

    #[test]
    fn what_is_the_section_befores_stays_there() {
        check("# A\n\n<!-- to come -->\n\n|## B\n", last);
        check("# A\n\nTBD\n\n<!--\nprompt\n-->\n\n|## B\n", last);
        check("# A\n\n<a href=\"x\">y</a>\n\n|## B\n", last);
        check("# A\n\n    <a id=\"b\"></a>\n\n|## B\n", last);
        check("# A\n\nx <!-- y -->\n|## B\n", last);
        check("# A\n\nx\n---\n\n|## B\n", last);
    }

    #[test]
    fn definitions_close_the_file() {
        check("# A\n\nx[^n]\n\n|[1]: y\n[^n]: one\n\n    more\n", text_end);
        check("# A\n\nx\n[1]: y\n|", text_end);
        check("# A\n\n[1]: y\n|", text_end);
        check("# A\n\nx\n\n    code\n|", text_end);
    }
}
