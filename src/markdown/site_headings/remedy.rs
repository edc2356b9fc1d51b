//! What to say of a difference and how to end it.
//!
//! Edits are proposed by the look of the line alone; `compare` then holds them against both parsers.

use std::ops::Range;

use super::blocks::BlockHeading;
use super::compare::Difference;
use super::{Ambiguity, SitePage, inline, lines};
use crate::markdown::document::{Document, Heading, fold_blanks};
use crate::markdown::front_matter;

/// What to do, and the edits that do it; none where no machine should choose.
type Remedy = (String, Vec<(Range<usize>, String)>);

fn by_hand(help: impl Into<String>) -> Remedy {
    (help.into(), Vec::new())
}

fn by_edit(help: impl Into<String>, range: Range<usize>, with: impl Into<String>) -> Remedy {
    (help.into(), vec![(range, with.into())])
}

pub(super) fn ambiguity(document: &Document, page: &SitePage, difference: &Difference) -> Ambiguity {
    let text = document.text.as_str();
    let place = EditPlace::new(text, difference);
    let (help, edits) = match (difference.github, difference.site) {
        (Some(github), Some(site)) => both(document, &place, github, site),
        (Some(github), None) => github_only(text, page, &place, github, difference.nested),
        (None, Some(site)) => site_only(document, &place, site.underlined),
        (None, None) => by_hand(""),
    };
    let github = difference.github.map(|g| (g.level, g.text.clone()));
    let site = difference.site.map(|s| (s.level, inline::plain(&s.raw)));
    let message = message(text, &place, &github, &site, difference.more);
    Ambiguity { span: place.span, github, site, message, help, edits }
}

/// The lines in question.
struct EditPlace {
    span: Range<usize>,
    /// The indent and the markers of the first line up to the heading.
    prefix: Range<usize>,
}

impl EditPlace {
    fn new(text: &str, difference: &Difference) -> EditPlace {
        let span = match (difference.github, difference.site) {
            // With the blanks at the end of its line.
            (Some(github), _) => {
                let rest = &text[github.span.end..];
                github.span.start..github.span.end + rest.find(['\n', '\r']).unwrap_or(rest.len())
            }
            (None, Some(site)) => site.span.clone(),
            (None, None) => 0..0,
        };
        let line = text[..span.start].rfind(['\n', '\r']).map_or(0, |n| n + 1);
        let line = if line == 0 { front_matter::bom_len(text).min(span.start) } else { line };
        EditPlace { prefix: line..span.start, span }
    }
}

fn message(
    text: &str,
    place: &EditPlace,
    github: &Option<(u8, String)>,
    site: &Option<(u8, String)>,
    more: usize,
) -> String {
    let source = text[place.span.clone()].lines().next().unwrap_or_default().trim();
    let show = |heading: &Option<(u8, String)>| match heading {
        Some((level, text)) if text.is_empty() => format!("an empty level {level} heading"),
        Some((level, text)) => format!("the level {level} heading `{text}`"),
        None => "no heading".to_owned(),
    };
    let also = match more {
        0 => String::new(),
        1 => ", and so for 1 more heading".to_owned(),
        n => format!(", and so for {n} more headings"),
    };
    format!("`{source}` is {} on GitHub and {} on the site{also}", show(github), show(site))
}

fn github_only(text: &str, page: &SitePage, place: &EditPlace, github: &Heading, nested: bool) -> Remedy {
    let source = &text[place.span.clone()];
    if let Some(html) = page.raw_html_at(github.span.start) {
        let tag = tag_name(&text[html..]);
        return by_hand(format!(
            "close `<{tag}>` above the heading, or move the heading out of it: the site reads no Markdown inside"
        ));
    }
    if let Some(fence) = page.fence_at(github.span.start) {
        return close_as_opened(text, fence);
    }
    if github.setext {
        return underlined(text, place, github);
    }
    let prefix = &text[place.prefix.clone()];
    let marker = prefix.trim_end_matches([' ', '\t']);
    let indent = place.prefix.start + marker.len() + usize::from(marker.ends_with('>'))..place.prefix.end;
    if !indent.is_empty() && nested && !prefix.trim_start().starts_with('>') {
        let below = text[place.span.end..].lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let is_outside = !below.is_empty() && below.len() - below.trim_start().len() < prefix.len();
        if marker.is_empty() && is_outside {
            return by_edit("remove the blanks before the `#`: the list ends above it", indent, "");
        }
        return by_hand(
            "indent the heading by 4 blanks for each list it is in, below a blank line, or end the list before it",
        );
    }
    if !indent.is_empty() && (marker.is_empty() || marker.ends_with('>')) {
        return by_edit("remove the blanks before the `#`", indent, "");
    }
    let line = source.trim_end();
    if line.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1 {
        let at = place.span.start + line.len();
        return by_edit("write the backslash at the end of the heading twice", at..at, "\\");
    }
    blank_line("put a blank line before the heading", text, place.prefix.start, prefix)
}

/// An underlined heading of GitHub's that the site does not show becomes one with hashes.
fn underlined(text: &str, place: &EditPlace, github: &Heading) -> Remedy {
    let hashes = "#".repeat(usize::from(github.level));
    let help =
        format!("write the heading on one line with `{hashes}`, or put a blank line before the underline");
    if place.prefix.is_empty() {
        let title = fold_blanks(&text[github.text_span.clone()]);
        return by_edit(help, place.span.clone(), format!("{hashes} {title}"));
    }
    // In a list or a quote, each of the lines has a prefix of its own.
    if !text[place.prefix.clone()].trim().is_empty() || place.prefix.len() >= lines::TAB {
        return by_hand(help);
    }
    let title = text[github.text_span.clone()].lines().map(str::trim).collect::<Vec<_>>().join(" ");
    by_edit(help, place.prefix.start..place.span.end, format!("{hashes} {title}"))
}

/// A fence that GitHub sees closed by a line that closes none on the site: a longer one, or one with another indent;
/// or one whose opening line opens none there.
fn close_as_opened(text: &str, fence: usize) -> Remedy {
    let line_start = text[..fence].rfind(['\n', '\r']).map_or(0, |n| n + 1);
    let opening = text[line_start..].lines().next().unwrap_or_default();
    let indent = opening.len() - opening.trim_start_matches(' ').len();
    let mark = opening[indent..].chars().next().unwrap_or('`');
    let length = opening[indent..].chars().take_while(|c| *c == mark).count();
    let opened = &opening[..indent + length];
    let mut at = line_start;
    for line in text[line_start..].split_inclusive('\n') {
        let marks = line.trim();
        if at > fence && line.trim_end() == opened {
            break;
        }
        if at > fence && marks.len() >= length && marks.chars().all(|c| c == mark) {
            let number = text[..at].matches('\n').count() + 1;
            let help = format!(
                "close the fence at line {number} as it is opened, with {length} of `{mark}` and the same indent: \
                 the site takes no other for its end"
            );
            return by_edit(help, at..at + line.trim_end().len(), opened);
        }
        at += line.len();
    }
    let help = "on the site, the line that opens the fence above opens none: begin it at the start of the line, with \
                at most a language after it";
    by_hand(help)
}

fn site_only(document: &Document, place: &EditPlace, underlined: bool) -> Remedy {
    let text = document.text.as_str();
    if let Some(fence) = document.fences.iter().find(|fence| fence.contains(&place.span.start)) {
        return close_as_opened(text, fence.start);
    }
    let source = &text[place.span.clone()];
    let prefix = &text[place.prefix.clone()];
    if underlined {
        let line = place.span.start + source.rfind(['\n', '\r']).map_or(source.len(), |n| n + 1);
        return blank_line("put a blank line before the underline", text, line, prefix);
    }
    let hashes = source.bytes().take_while(|b| *b == b'#').count();
    let rest = &source[hashes..];
    if hashes > 6 {
        return by_hand("use at most six `#`, or write `\\#` where no heading is meant");
    }
    if rest.is_empty() || rest.starts_with([' ', '\t']) {
        return hidden_on_github(text, place, prefix);
    }
    let at = place.span.start + hashes;
    // One `#` in running text may be a channel or a macro.
    if rest.starts_with(|c: char| c.is_ascii_digit()) || hashes == 1 && in_paragraph(text, place.prefix.start)
    {
        return by_edit("write `\\#` where no heading is meant", place.span.start..place.span.start, "\\");
    }
    // Some keyboards write a no-break space for a blank.
    let end = at + rest.len() - rest.trim_start_matches('\u{a0}').len();
    by_edit(format!("put a blank after `{}`", "#".repeat(hashes)), at..end, " ")
}

/// A heading CommonMark would accept, but not at its place.
fn hidden_on_github(text: &str, place: &EditPlace, prefix: &str) -> Remedy {
    let marker = prefix.trim_end_matches([' ', '\t']);
    if prefix.is_empty() {
        return blank_line("put a blank line before the heading", text, place.prefix.start, prefix);
    }
    if marker.is_empty() {
        return by_hand(
            "move the heading out of the `!!!`, `???` or `===` block: GitHub shows its indented body as code",
        );
    }
    let blanks = place.prefix.start + marker.len()..place.prefix.end;
    by_edit("leave one blank between the marker and the `#`", blanks, " ")
}

fn both(document: &Document, place: &EditPlace, github: &Heading, site: &BlockHeading) -> Remedy {
    let text = document.text.as_str();
    let source = text[place.span.clone()].trim_end();
    if github.setext {
        if source.starts_with('#') && !site.underlined {
            let place = EditPlace { span: site.span.clone(), prefix: place.prefix.clone() };
            return site_only(document, &place, false);
        }
        return underlined(text, place, github);
    }
    let theirs = &text[github.text_span.clone()];
    let spaces = place.span.start + source.len()..place.span.end;
    if !spaces.is_empty() && theirs.len() < site.raw.len() {
        return by_edit("remove the blanks at the end of the line", spaces, "");
    }
    let end = place.span.start + source.len();
    let eaten = theirs.len() - theirs.trim_end_matches('#').len();
    if eaten > 0 && source.ends_with(theirs) {
        let help = "write `\\#` for a `#` at the end of the heading";
        return by_edit(help, end - eaten..end, "\\#".repeat(eaten));
    }
    by_hand("write the heading so that both show the same")
}

/// A blank line before `line`, in the line ending of the line above.
fn blank_line(help: &str, text: &str, line: usize, prefix: &str) -> Remedy {
    if !prefix.is_empty() || line == 0 {
        return by_hand(help);
    }
    let ending = if text[..line].ends_with("\r\n") { "\r\n" } else { "\n" };
    by_edit(help, line..line, ending)
}

/// Whether the line at `line` goes on with the paragraph of the line above.
fn in_paragraph(text: &str, line: usize) -> bool {
    let above = text[..line].trim_end_matches(['\r', '\n']);
    if text[above.len()..line].matches('\n').count() > 1 {
        return false;
    }
    let above = above.rsplit(['\n', '\r']).next().unwrap_or_default().trim_matches(['\u{feff}', ' ', '\t']);
    above.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '(' | '"' | '\'' | '[' | '`'))
        && !above.starts_with("```")
}

fn tag_name(html: &str) -> &str {
    let name = html.strip_prefix('<').unwrap_or(html);
    &name[..name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '!' || c == '-')).unwrap_or(name.len())]
}
