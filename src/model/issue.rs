//! The tracking issue of an OKEP: the line between title and first section that links to it.
//!
//! The template's own line gives the form (bullet, label, repository); what it glues to the line as a
//! prompt is not part of it.

use super::document::{Block, Document, Link, LinkKind};
use std::ops::Range;

/// The line that names the tracking issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueLine {
    /// From the bullet to the end of the link, or of the line where there is no link.
    pub span: Range<usize>,
    pub bullet: Option<char>,
    /// The word before the colon, as written.
    pub label: Option<String>,
    /// The number the reader sees.
    pub shown: Option<Number>,
    pub link: Option<ForgeLink>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    pub value: u64,
    /// Where its digits stand.
    pub span: Range<usize>,
}

/// A link to an issue or a pull request of a forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgeLink {
    /// The destination, as written.
    pub span: Range<usize>,
    pub url: String,
    /// Scheme and host, such as `https://github.com`.
    pub forge: String,
    /// Organisation and repository, such as `ovn-kubernetes/ovn-kubernetes`.
    pub repository: String,
    pub pull_request: bool,
    pub number: Option<Number>,
    /// What follows the number, such as a comment's anchor.
    pub tail: String,
}

impl IssueLine {
    /// The number of the issue: that of the link, else the one shown.
    pub fn number(&self) -> Option<u64> {
        self.link.as_ref().and_then(|l| l.number.as_ref()).or(self.shown.as_ref()).map(|n| n.value)
    }

    /// The line as the template would write it, for this issue: its bullet and label, this link's target.
    pub fn in_form_of(&self, form: &IssueLine) -> Option<String> {
        let link = self.link.as_ref()?;
        let number = link.number.as_ref()?.value;
        let shown = self.shown.as_ref().map_or(number, |n| n.value);
        let bullet = form.bullet.map_or(String::new(), |b| format!("{b} "));
        let label = form.label.as_deref().map_or(String::new(), |l| format!("{l}: "));
        let kind = if link.pull_request { "pull" } else { "issues" };
        Some(format!(
            "{bullet}{label}[#{shown}]({}/{}/{kind}/{number})",
            if link.forge.starts_with("http://") {
                link.forge.replacen("http", "https", 1)
            } else {
                link.forge.clone()
            },
            link.repository
        ))
    }
}

/// Finds the issue line among the bytes before the first section.
pub fn read(document: &Document, preamble: &Range<usize>) -> Option<IssueLine> {
    let blocks = document.blocks_in(preamble);
    let lines = || blocks.iter().map(|b| (b, label(document, b)));
    if let Some((block, label)) = lines().find(|(_, label)| label.is_some()) {
        return Some(line(document, block, label));
    }
    lines()
        .map(|(block, _)| line(document, block, None))
        .find(|line| line.link.as_ref().is_some_and(|l| l.number.is_some()))
}

/// `Issue` of a block that begins with `Issue:`, however it is decorated.
fn label(document: &Document, block: &Block) -> Option<String> {
    let source = document.text.slice(block.span.clone());
    let first_line = source.lines().next()?;
    let before = first_line.split([':', '[', '#']).next()?;
    let bare = before.trim_matches([' ', '*', '_', '`', '\t']);
    let words = super::names::Name::new(bare).words;
    (words.len() <= 3 && words.iter().any(|w| w == "issue")).then(|| bare.to_owned())
}

fn line(document: &Document, block: &Block, label: Option<String>) -> IssueLine {
    let text = &document.text;
    let start = block.marker.unwrap_or(block.span.start);
    let bullet = block.marker.and_then(|m| text.slice(m..text.len()).chars().next());
    let links = links_in(document, &block.span);
    let forge = links.iter().find_map(|l| forge_link(document, l).map(|f| (l.span.clone(), f)));
    if let Some((span, link)) = forge {
        let shown = number_in(text.slice(span.start..link.span.start.max(span.start)), span.start);
        return IssueLine { span: start..span.end, bullet, label, shown, link: Some(link) };
    }
    let first_line = text.slice(block.span.clone()).lines().next().unwrap_or_default();
    let end = block.span.start + first_line.trim_end().len();
    // Without a link, a bare address may still stand in the text.
    let bare = first_line.find("https://").or_else(|| first_line.find("http://")).and_then(|at| {
        let from = block.span.start + at;
        let url = text.slice(from..end).split([' ', ')', '>', ']', '\t']).next()?;
        forge_url(url, from)
    });
    if let Some(link) = bare {
        return IssueLine { span: start..link.span.end, bullet, label, shown: None, link: Some(link) };
    }
    let shown = first_line.find('#').and_then(|at| number_in(&first_line[at..], block.span.start + at));
    IssueLine { span: start..end, bullet, label, shown, link: None }
}

fn links_in<'a>(document: &'a Document, span: &Range<usize>) -> &'a [Link] {
    let first = document.links.partition_point(|l| l.span.start < span.start);
    let last = document.links.partition_point(|l| l.span.start < span.end);
    &document.links[first..last.max(first)]
}

fn forge_link(document: &Document, link: &Link) -> Option<ForgeLink> {
    if link.image {
        return None;
    }
    let source = document.text.slice(link.span.clone());
    let at = match link.kind {
        LinkKind::Inline => source.rfind(&link.target),
        LinkKind::Autolink => source.find(&link.target),
        // The address stands elsewhere; the whole construct stands for it.
        LinkKind::Reference => None,
    };
    let start = at.map_or(link.span.start, |at| link.span.start + at);
    let mut forge = forge_url(&link.target, start)?;
    if at.is_none() {
        forge.span = link.span.end..link.span.end;
        forge.number = forge.number.map(|n| Number { value: n.value, span: link.span.clone() });
    }
    Some(forge)
}

/// Takes apart `https://HOST/ORG/REPO/(issues|pull)/N`.
fn forge_url(url: &str, start: usize) -> Option<ForgeLink> {
    let scheme_end = url.find("://")? + 3;
    let mut parts = url[scheme_end..].splitn(4, '/');
    let (host, org, repo, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (kind, after) = rest.split_once('/')?;
    let pull_request = match kind {
        "issues" => false,
        "pull" | "pulls" => true,
        _ => return None,
    };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let at = start + (url.len() - after.len());
    Some(ForgeLink {
        span: start..start + url.len(),
        url: url.to_owned(),
        forge: url[..scheme_end + host.len()].to_owned(),
        repository: format!("{org}/{repo}"),
        pull_request,
        number: after[..digits].parse().ok().map(|value| Number { value, span: at..at + digits }),
        tail: after[digits..].to_owned(),
    })
}

/// The first run of digits in `source`, which starts at byte `start`.
fn number_in(source: &str, start: usize) -> Option<Number> {
    let at = source.find(|c: char| c.is_ascii_digit())?;
    let digits = source[at..].bytes().take_while(u8::is_ascii_digit).count();
    let value = source[at..at + digits].parse().ok()?;
    Some(Number { value, span: start + at..start + at + digits })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        let document = Document::parse(format!("# OKEP-1: T\n\n{line}\n\n## S\n").as_bytes());
        let found = read(&document, &document.preamble(Some(0))).map_or("none".into(), |l| {
            let link = l.link.as_ref().map_or("-".to_owned(), |k| {
                let kind = if k.pull_request { "pull" } else { "issue" };
                format!("{} {kind} {:?} {}", k.repository, k.number.as_ref().map(|n| n.value), k.tail)
            });
            format!(
                "{:?} {:?} {:?} | {} | {}",
                l.bullet,
                l.label,
                l.shown.as_ref().map(|n| n.value),
                link.trim(),
                document.text.slice(l.span.clone())
            )
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn issue_lines_are_found_in_every_usual_form() {
        check(
            "* Issue: [#12](https://github.com/o/r/issues/12)\n(a prompt)",
            "Some('*') Some(\"Issue\") Some(12) | o/r issue Some(12) | * Issue: [#12](https://github.com/o/r/issues/12)",
        );
        check(
            "- Issue: [\\#12](https://github.com/o/r/issues/12)",
            "Some('-') Some(\"Issue\") Some(12) | o/r issue Some(12) | - Issue: [\\#12](https://github.com/o/r/issues/12)",
        );
        check(
            "**Issue**: <https://github.com/o/r/pull/12#note>",
            "None Some(\"Issue\") None | o/r pull Some(12) #note | **Issue**: <https://github.com/o/r/pull/12#note>",
        );
        check(
            "Issue: https://github.com/o/r/issues/12",
            "None Some(\"Issue\") None | o/r issue Some(12) | Issue: https://github.com/o/r/issues/12",
        );
        check("* Issue: #12", "Some('*') Some(\"Issue\") Some(12) | - | * Issue: #12");
        check("* Issue: TBD", "Some('*') Some(\"Issue\") None | - | * Issue: TBD");
        check("Some text about [a thing](https://example.org).", "none");
    }
}
