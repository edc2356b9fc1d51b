//! The words of a heading in its source, so that an edit of them leaves the markup around as it is.
//!
//! It reads one heading by itself, when a fix asks for it; what it cannot read as the document does, it
//! does not tell.

use crate::markdown::document::{Document, Heading, Link, LinkKind, options};
use pulldown_cmark::{BrokenLink, CowStr, Event, Parser, Tag, TagEnd};
use std::ops::Range;

/// A character of a heading's text, as [`Heading::text`] has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub shown: char,
    /// The bytes it is written with: a run of blanks, an entity, an escape with its backslash.
    pub source: Range<usize>,
}

/// The characters of a heading's text; none where the heading by itself reads otherwise than in its document.
pub fn letters(document: &Document, heading: &Heading) -> Option<Vec<Letter>> {
    let (start, source) = (heading.span.start, document.text.slice(heading.span.clone()));
    // A footnote is one only where it is defined.
    let notes = source.split("[^").skip(1).filter_map(|at| Some(format!("[^{}]:", at.split_once(']')?.0)));
    let defined = notes.filter(|note| document.text.as_str().contains(note));
    let text: String = defined.fold(source.to_owned(), |text, note| text + "\n\n" + &note + " x");
    let known = |link: BrokenLink| {
        let is_it = |l: &&Link| l.kind == LinkKind::Reference && l.span.start == start + link.span.start;
        document.links.iter().find(is_it).map(|_| (CowStr::from("#"), CowStr::from("")))
    };
    let events = Parser::new_with_broken_link_callback(&text, options(), Some(known)).into_offset_iter();
    let mut letters: Vec<Letter> = Vec::new();
    let mut pictures = 0;
    for (event, range) in events.take_while(|(_, range)| range.start < source.len()) {
        match event {
            Event::Start(Tag::Image { .. }) => pictures += 1,
            Event::End(TagEnd::Image) => pictures -= 1,
            _ if pictures > 0 => {}
            Event::Text(shown) => add(&mut letters, &shown, &text, range),
            Event::Code(shown) => {
                let inside = text[range.clone()].find(&*shown).map(|at| range.start + at);
                let range = inside.map_or(range, |at| at..at + shown.len());
                add(&mut letters, &shown, &text, range);
            }
            Event::SoftBreak | Event::HardBreak => add(&mut letters, " ", &text, range),
            _ => {}
        }
    }
    letters.iter_mut().for_each(|l| l.source = l.source.start + start..l.source.end + start);
    let letters = folded(letters);
    letters.iter().map(|l| l.shown).eq(heading.text.chars()).then_some(letters)
}

fn add(letters: &mut Vec<Letter>, shown: &str, text: &str, range: Range<usize>) {
    if text.get(range.clone()) != Some(shown) {
        letters.extend(shown.chars().map(|shown| Letter { shown, source: range.clone() }));
        return;
    }
    let escaped = text[..range.start].ends_with('\\')
        && letters.last().is_none_or(|before| before.source.end < range.start);
    for (at, shown) in shown.char_indices() {
        let start = range.start + at - usize::from(escaped && at == 0);
        letters.push(Letter { shown, source: start..range.start + at + shown.len_utf8() });
    }
}

/// The letters with every run of blanks as one space, none at the ends.
fn folded(mut letters: Vec<Letter>) -> Vec<Letter> {
    let is_blank = |letter: &Letter| letter.shown.is_whitespace();
    letters.dedup_by(|letter, last| {
        let is_run = is_blank(letter) && is_blank(last);
        // A picture between two blanks belongs to neither.
        if is_run && last.source.end == letter.source.start {
            last.source.end = letter.source.end;
        }
        is_run
    });
    let start = letters.iter().take_while(|letter| is_blank(letter)).count();
    let end = letters.iter().rposition(|letter| !is_blank(letter)).map_or(start, |last| last + 1);
    let letters = letters.drain(start..end);
    letters.map(|l| Letter { shown: if is_blank(&l) { ' ' } else { l.shown }, ..l }).collect()
}

/// The bytes of a part of some letters, where they are in one piece: no markup begins or ends between them.
pub fn piece(letters: &[Letter], part: Range<usize>) -> Option<Range<usize>> {
    let start = letters.get(part.start)?.source.start;
    let own = letters.get(part)?;
    let adjoin = |pair: &[Letter]| pair[0].source.end == pair[1].source.start;
    own.windows(2).all(adjoin).then_some(start..own.last().map_or(start, |last| last.source.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The source of the letters `from..to` of the first heading.
    fn check(text: &str, letters_of: &str, expected: Option<&str>) {
        let document = Document::parse(text.as_bytes());
        let heading = &document.headings[0];
        let at = heading.text.find(letters_of).expect("it is shown");
        let first = heading.text[..at].chars().count();
        let found = letters(&document, heading).expect("it reads the same");
        let found = piece(&found, first..first + letters_of.chars().count());
        assert_eq!(found.map(|span| document.text.slice(span)), expected, "{text}");
    }

    #[test]
    fn words_are_found_between_their_markup() {
        check("# a [b c](x) d\n", "b c", Some("b c"));
        check("# **b**: c\n", "b", Some("b"));
        check("# a `b` c\n", "b", Some("b"));
        check("b <span id=\"x\">c</span>\n===\n", "b", Some("b"));
        check("# b[^1]\n\n[^1]: x\n", "b", Some("b"));
        check("# ![a](x) b ![c](y)\n", "b", Some("b"));
        check("# a ![x](y) b\n", "a ", Some("a "));
        check("# [b c][d] e\n\n[d]: x\n", "b c", Some("b c"));
    }

    #[test]
    fn escapes_entities_and_blanks_are_whole() {
        check("# a \\# 1\n", "# 1", Some("\\# 1"));
        check("# a &lt; 1\n", "< 1", Some("&lt; 1"));
        check("#  a   b\n", "a b", Some("a   b"));
    }

    #[test]
    fn what_markup_divides_is_no_piece() {
        check("# **b** c\n", "b c", None);
        check("# b [c](x)\n", "b c", None);
    }
}
