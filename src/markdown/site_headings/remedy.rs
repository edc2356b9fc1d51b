//! What to say of a difference and how to end it.
//!
//! Edits are proposed by the look of the line alone; one that does not make both pages agree fails its proof.

use std::ops::Range;

use super::compare::Difference;
use super::{Ambiguity, SiteHeading, SiteReading, lines};
use crate::markdown::document::{Document, Heading};

/// What to do, and the edit that does it; none where no machine should choose.
type HeadingRemedy = (String, Option<(Range<usize>, String)>);

fn by_hand(help: impl Into<String>) -> HeadingRemedy {
    (help.into(), None)
}

fn by_edit(help: impl Into<String>, range: Range<usize>, with: impl Into<String>) -> HeadingRemedy {
    (help.into(), Some((range, with.into())))
}

pub(super) fn ambiguity(document: &Document, page: &SiteReading, difference: &Difference) -> Ambiguity {
    let place = EditPlace::new(document, difference);
    let (help, edit) = match (difference.github, difference.site) {
        (Some(github), Some(site)) => place.both(github, site),
        (Some(github), None) => place.github_only(page, github),
        (None, site) => place.site_only(site.is_some_and(|site| site.underlined)),
    };
    let github = difference.github.map(|g| (g.level, g.text.clone()));
    let site = difference.site.map(|s| (s.level, s.text.clone()));
    let message = message(place.source(), &github, &site, difference.more);
    Ambiguity { span: place.span, github, site, message, help, edit }
}

fn message(source: &str, github: &Option<(u8, String)>, site: &Option<(u8, String)>, more: usize) -> String {
    let source = source.lines().next().unwrap_or_default().trim();
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

/// The lines in question.
struct EditPlace<'d> {
    document: &'d Document,
    text: &'d str,
    span: Range<usize>,
    /// The indent and the markers of the first line up to the heading.
    prefix: Range<usize>,
}

impl<'d> EditPlace<'d> {
    fn new(document: &'d Document, difference: &Difference) -> Self {
        let text = document.text.as_str();
        let mut span = difference.start()..difference.site.map_or(0, |site| site.span.end);
        if let Some(github) = difference.github {
            // With the blanks at the end of its line.
            let rest = &text[github.span.end..];
            span.end = github.span.end + rest.find(['\n', '\r']).unwrap_or(rest.len());
        }
        let line = line_start(text, span.start).max(document.body_start);
        EditPlace { document, text, prefix: line..span.start, span }
    }

    fn source(&self) -> &'d str {
        &self.text[self.span.clone()]
    }

    fn prefix(&self) -> &'d str {
        &self.text[self.prefix.clone()]
    }

    fn github_only(&self, page: &SiteReading, github: &Heading) -> HeadingRemedy {
        if let Some(html) = page.raw_html_at(self.span.start) {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '!' || c == '-';
            let tag = self.text[html + 1..].split(|c| !is_name(c)).next().unwrap_or_default();
            return by_hand(format!(
                "close `<{tag}>` above the heading, or move the heading out of it: the site reads no Markdown inside"
            ));
        }
        if let Some(fence) = page.fence_at(self.span.start) {
            return close_as_opened(self.text, fence);
        }
        if github.setext {
            return self.with_hashes(github);
        }
        let prefix = self.prefix();
        let marker = prefix.trim_end_matches([' ', '\t']);
        let indent = self.prefix.start + marker.len() + usize::from(marker.ends_with('>'))..self.prefix.end;
        let is_nested = || self.document.nested_headings.contains(github);
        if !indent.is_empty() && !prefix.trim_start().starts_with('>') && is_nested() {
            let mut below = self.text[self.span.end..].lines().filter(|line| !line.trim().is_empty());
            let is_outside =
                below.next().is_some_and(|line| line.len() - line.trim_start().len() < prefix.len());
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
        let line = self.source().trim_end();
        if line.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1 {
            let at = self.span.start + line.len();
            return by_edit("write the backslash at the end of the heading twice", at..at, "\\");
        }
        self.blank_line("heading", self.prefix.start)
    }

    /// An underlined heading of GitHub's that the site does not show becomes one with hashes.
    fn with_hashes(&self, github: &Heading) -> HeadingRemedy {
        let hashes = "#".repeat(usize::from(github.level));
        let help = format!(
            "write the heading on one line with `{hashes}`, or put a blank line before the underline"
        );
        // In a list or a quote, each of the lines has a prefix of its own.
        if !self.prefix().trim().is_empty() || self.prefix.len() >= lines::TAB {
            return by_hand(help);
        }
        let title = self.text[github.text_span.clone()].lines().map(str::trim).collect::<Vec<_>>().join(" ");
        by_edit(help, self.prefix.start..self.span.end, format!("{hashes} {title}"))
    }

    fn site_only(&self, underlined: bool) -> HeadingRemedy {
        if let Some(fence) = self.document.fences.iter().find(|fence| fence.contains(&self.span.start)) {
            return close_as_opened(self.text, fence.start);
        }
        let source = self.source();
        if underlined {
            let line = source.rfind(['\n', '\r']).map_or(source.len(), |n| n + 1);
            return self.blank_line("underline", self.span.start + line);
        }
        let hashes = source.bytes().take_while(|b| *b == b'#').count();
        let rest = &source[hashes..];
        if hashes > 6 {
            return by_hand("use at most six `#`, or write `\\#` where no heading is meant");
        }
        if rest.is_empty() || rest.starts_with([' ', '\t']) {
            return self.hidden_on_github();
        }
        let at = self.span.start + hashes;
        // One `#` in running text may be a channel or a macro.
        if rest.starts_with(|c: char| c.is_ascii_digit())
            || hashes == 1 && in_paragraph(self.text, self.prefix.start)
        {
            return by_edit("write `\\#` where no heading is meant", self.span.start..self.span.start, "\\");
        }
        // Some keyboards write a no-break space for a blank.
        let end = at + rest.len() - rest.trim_start_matches('\u{a0}').len();
        by_edit(format!("put a blank after `{}`", "#".repeat(hashes)), at..end, " ")
    }

    /// A heading CommonMark would accept, but not at its place.
    fn hidden_on_github(&self) -> HeadingRemedy {
        let marker = self.prefix().trim_end_matches([' ', '\t']);
        if self.prefix.is_empty() {
            return self.blank_line("heading", self.prefix.start);
        }
        if marker.is_empty() {
            return by_hand(
                "move the heading out of the `!!!`, `???` or `===` block: GitHub shows its indented body as code",
            );
        }
        let blanks = self.prefix.start + marker.len()..self.prefix.end;
        by_edit("leave one blank between the marker and the `#`", blanks, " ")
    }

    fn both(&self, github: &Heading, site: &SiteHeading) -> HeadingRemedy {
        let source = self.source().trim_end();
        if github.setext {
            return match source.starts_with('#') && !site.underlined {
                true => EditPlace { span: site.span.clone(), prefix: self.prefix.clone(), ..*self }
                    .site_only(false),
                false => self.with_hashes(github),
            };
        }
        let theirs = &self.text[github.text_span.clone()];
        let end = self.span.start + source.len();
        if end < self.span.end && theirs.len() < site.raw.len() {
            return by_edit("remove the blanks at the end of the line", end..self.span.end, "");
        }
        let eaten = theirs.len() - theirs.trim_end_matches('#').len();
        if eaten > 0 && source.ends_with(theirs) {
            let help = "write `\\#` for a `#` at the end of the heading";
            return by_edit(help, end - eaten..end, "\\#".repeat(eaten));
        }
        by_hand("write the heading so that both show the same")
    }

    /// A blank line before `line`, in the line ending of the line above.
    fn blank_line(&self, what: &str, line: usize) -> HeadingRemedy {
        let help = format!("put a blank line before the {what}");
        if !self.prefix.is_empty() || line == 0 {
            return by_hand(help);
        }
        let ending = if self.text[..line].ends_with("\r\n") { "\r\n" } else { "\n" };
        by_edit(help, line..line, ending)
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(['\n', '\r']).map_or(0, |n| n + 1)
}

/// A fence that GitHub sees closed by a line that closes none on the site: a longer one, or one with another indent;
/// or one whose opening line opens none there.
fn close_as_opened(text: &str, fence: usize) -> HeadingRemedy {
    let mut at = line_start(text, fence);
    let mut lines = text[at..].split_inclusive('\n');
    let opening = lines.next().unwrap_or_default();
    let fence = opening.trim_start_matches(' ');
    let mark = fence.chars().next().unwrap_or('`');
    let length = fence.len() - fence.trim_start_matches(mark).len();
    let opened = &opening[..opening.len() - fence.len() + length];
    at += opening.len();
    for line in lines.take_while(|line| line.trim_end() != opened) {
        let marks = line.trim();
        if marks.len() >= length && marks.chars().all(|c| c == mark) {
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
