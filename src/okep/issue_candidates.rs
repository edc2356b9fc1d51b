//! Which line is the issue line: each line before the first section is ranked by its label, its link and the
//! number in it.

use super::issue_line::{Elsewhere, IssueLine};
use super::issue_link::{DECORATION, ForgeLink, Number, Target, number_in, targets};
use crate::markdown::document::Document;
use crate::markdown::names::Name;
use crate::text::{Pattern, pattern};
use std::ops::Range;

/// What an issue line is known by.
#[derive(Default)]
pub struct Sought<'a> {
    pub template: bool,
    /// The template's own issue line.
    pub form: Option<&'a IssueLine>,
    pub own: &'a [u64],
}

impl Sought<'_> {
    /// Whether a repository is the one that the template names; none where it names none.
    fn names(&self, repository: &str) -> Option<bool> {
        Some(self.form?.link.as_ref()?.repository.eq_ignore_ascii_case(repository))
    }
}

/// Of the lines in a region the first one of the highest rank.
pub fn likeliest(document: &Document, region: &Range<usize>, sought: &Sought) -> Option<IssueLine> {
    let mut found = Vec::new();
    let lines = lines(document, region);
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let source = document.text.slice(line.span.clone());
        let label = label(source, sought);
        // A label may be on a line of its own, above its link or a list of links.
        let is_alone = label.as_ref().is_some_and(|l| source[l.end..].trim_matches(DECORATION).is_empty());
        let below = if is_alone { lines_below(document, line, &lines[at + 1..]) } else { &[] };
        let own = below.iter().position(|next| names_own(document.text.slice(next.span.clone()), sought));
        let taken = own.map_or(below.len().min(1), |own| own + 1);
        found.extend(candidate(document, line, &lines[at + taken], label, sought));
        at += taken + 1;
    }
    // `max_by_key` takes the last of the highest rank.
    found.into_iter().rev().max_by_key(|(rank, _)| *rank).map(|(_, line)| line)
}

/// One line of a block or of a table, without its marker and the blanks around it.
struct TextLine {
    span: Range<usize>,
    marker: Option<usize>,
    /// Index among the blocks; none for a row of a table and a line of HTML.
    block: Option<usize>,
    /// Whether it is the last of its block.
    last: bool,
}

fn lines(document: &Document, region: &Range<usize>) -> Vec<TextLine> {
    let first = document.blocks.partition_point(|b| b.span.start < region.start);
    let mut lines = Vec::new();
    for (index, block) in document.blocks_in(region).iter().enumerate() {
        let pieces = pieces(document, &block.span);
        let count = pieces.len();
        lines.extend(pieces.into_iter().enumerate().map(|(at, span)| TextLine {
            span,
            marker: block.marker.filter(|_| at == 0),
            block: Some(first + index),
            last: at + 1 == count,
        }));
    }
    // HTML within text is part of its block, and a comment is not shown.
    let is_shown = |html: &&Range<usize>| {
        let above = document.blocks.partition_point(|block| block.span.start <= html.start);
        !document.text.slice((*html).clone()).starts_with("<!")
            && document.blocks[..above].last().is_none_or(|block| block.span.end <= html.start)
    };
    let parts = document.tables.iter().chain(document.html.iter().filter(is_shown));
    let rows = parts.filter(|part| region.contains(&part.start)).flat_map(|part| pieces(document, part));
    lines.extend(rows.map(|span| TextLine { span, marker: None, block: None, last: false }));
    lines.sort_by_key(|line| line.span.start);
    lines
}

/// The lines of a block, without blanks and signs of a quote around them.
fn pieces(document: &Document, block: &Range<usize>) -> Vec<Range<usize>> {
    let mut at = block.start;
    let piece = |line: &str| {
        let start = at + line.len() - line.trim_start_matches([' ', '\t', '>']).len();
        let end = at + line.trim_end().len();
        at += line.len();
        start..end.max(start)
    };
    let pieces = document.text.slice(block.clone()).split_inclusive('\n').map(piece);
    pieces.filter(|piece| !piece.is_empty()).collect()
}

struct Label {
    text: String,
    /// Whether it is the template's own, or plainly `Issue`; else it is another that speaks of an issue.
    exact: bool,
    /// Bytes of the line up to its end, with the colon.
    end: usize,
}

/// The lines that a label alone on its `line` may belong to, of those that follow: the next one of its paragraph, or
/// the items of the list below it.
fn lines_below<'a>(document: &Document, line: &TextLine, rest: &'a [TextLine]) -> &'a [TextLine] {
    let next = rest.first().and_then(|next| Some((line.block?, next.block?, next.marker)));
    let Some((block, below, marker)) = next else { return &[] };
    if block == below || (block + 1 == below && document.blocks[block].has_children) {
        let column = |marker: usize| document.text.place(marker..marker).column;
        let is_item = |next: &&TextLine| marker.is_some() && next.marker.map(column) == marker.map(column);
        return &rest[..rest.iter().take_while(is_item).count().max(1)];
    }
    &[]
}

/// Whether one of the OKEP's own numbers is in `source`.
fn names_own(source: &str, sought: &Sought) -> bool {
    source.split(|c: char| !c.is_ascii_digit()).any(|n| n.parse().is_ok_and(|n| sought.own.contains(&n)))
}

/// What is from `line` to the end of `until` as an issue line, with its rank: the higher the likelier.
fn candidate(
    document: &Document,
    line: &TextLine,
    until: &TextLine,
    label: Option<Label>,
    sought: &Sought,
) -> Option<(u8, IssueLine)> {
    let text = &document.text;
    let in_block = line.block.is_some();
    let end = until.span.end;
    let exact = label.as_ref().map(|l| l.exact);
    let lead = line.span.start + label.as_ref().map_or(0, |l| l.end);
    let mut label = label.map(|l| l.text);
    let number = |span: Range<usize>| number_in(text.slice(span.clone()), span.start, sought.own);
    let mut targets = targets(document, &(line.span.start..end));
    // Where the label is followed by the OKEP's own number, a link to what is no issue is by the way.
    let named = targets.first().map_or(end, |first| first.span.start).max(lead);
    if number(lead..named).is_some_and(|number| sought.own.contains(&number.value)) {
        targets.retain(|target| target.forge().is_some_and(|link| !link.pull_request));
    }
    let forge = targets.iter().filter_map(|t| Some((t, t.forge()?))).map(|(t, f)| (weight(&f, sought), t, f));
    // The first of the best.
    let chosen = forge.rev().max_by_key(|(weight, ..)| *weight);
    let target = chosen.as_ref().map(|(_, target, _)| *target).or(targets.first());
    let link = chosen.as_ref().map(|(_, target, _)| target.span.clone());
    let between = lead..link.as_ref().map_or(end, |link| link.start.max(lead));
    let shown = target.and_then(|t| number(t.text.clone()?)).or_else(|| number(between.clone()));
    let (rank, plain, elsewhere) = match &chosen {
        Some((weight, _, link)) => {
            let plain = in_block
                && balanced(text.slice(line.span.start..between.end))
                && is_plain(text.slice(between.clone()), &between, shown.as_ref(), label.is_some());
            (rank(exact, *weight, link, plain, sought)?, plain, None)
        }
        None => {
            let names_issue = |t: &&Target| shown.is_some() || t.url.ends_with(|c: char| c.is_ascii_digit());
            let target = target.filter(names_issue);
            let elsewhere = target.map(|t| Elsewhere { span: t.url_span.clone(), url: t.url.clone() });
            let other = || {
                let number = shown.as_ref().filter(|number| number.span.start >= lead)?;
                other_repository(text.slice(lead..number.span.start), number.value, sought)
            };
            let elsewhere = elsewhere.or_else(|| Some(Elsewhere { span: end..end, url: other()? }));
            let rank = match (exact?, shown.is_some() || elsewhere.is_some()) {
                (true, true) => 7,
                (_, true) => 3,
                (true, false) => 1,
                (_, false) => 0,
            };
            // A few words may be in place of an issue (`TBD`, `to be opened`); more of them are somebody's text.
            let plain = in_block && text.slice(lead..end).split_whitespace().count() <= 4;
            (rank, plain, elsewhere)
        }
    };
    if let Some(link) = link.as_ref().filter(|_| sought.template && label.is_none() && in_block) {
        let words = text.slice(line.span.start..link.start).trim_matches(DECORATION);
        label = (!words.is_empty()).then(|| words.to_owned());
    }
    let span = line.marker.unwrap_or(line.span.start)..link.map_or(end, |link| link.end);
    let line = IssueLine {
        text: text.slice(span.clone()).to_owned(),
        span,
        bullet: line.marker.and_then(|m| text.slice(m..text.len()).chars().next()),
        label,
        shown,
        link: chosen.map(|(_, _, link)| link),
        elsewhere,
        plain,
        last: until.last,
        is_part: !in_block || text.slice(line.span.clone()).starts_with(": "),
    };
    Some((rank, line))
}

/// An issue of another repository, named as `owner/repo#N`; `before` is what is before its number.
fn other_repository(before: &str, number: u64, sought: &Sought) -> Option<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name = before.strip_suffix('#')?.rsplit(|c: char| !is_name(c) && c != '/').next()?;
    let names_one = name.split('/').count() == 2 && !name.starts_with('/') && !name.ends_with('/');
    (names_one && sought.names(name) == Some(false)).then(|| format!("{name}#{number}"))
}

/// How likely a link is the one meant among those of its line.
fn weight(link: &ForgeLink, sought: &Sought) -> u8 {
    let own = link.number.as_ref().is_some_and(|n| sought.own.contains(&n.value));
    match (own, link.pull_request) {
        (true, false) => 4,
        (true, true) => 3,
        (false, false) if sought.names(&link.repository) == Some(true) => 2,
        (false, false) => 1,
        (false, true) => 0,
    }
}

/// How likely a line with a link is the issue line; none where it is another thing. Its label, where it has one, may be
/// the `exact` one.
///
/// Without a label, a link counts for an issue only: of the OKEP's own number, or of the template's
/// repository where nothing is said about it. Other links are named in passing, and right.
fn rank(exact: Option<bool>, weight: u8, link: &ForgeLink, plain: bool, sought: &Sought) -> Option<u8> {
    let own = weight >= 3;
    match (exact, link.pull_request) {
        (None, true) => sought.template.then_some(2),
        (None, false) if sought.template => Some(5),
        (None, false) if link.number.is_none() => None,
        (None, false) if own => Some(6),
        (None, false) => {
            let is_ours = sought.names(&link.repository) == Some(true);
            (is_ours && (plain || sought.own.is_empty())).then_some(2)
        }
        (Some(true), true) => Some(4),
        (Some(false), true) => Some(2),
        (Some(true), false) => Some(if own { 10 } else { 8 }),
        (Some(false), false) => Some(if own { 9 } else { 5 }),
    }
}

/// Words next to `issue` in a label that leave it the OKEP's own; others make it that of something else, such as
/// `Parent issue`.
const OF_THE_OKEP: [&str; 9] =
    ["enhancement", "feature", "github", "gitlab", "link", "number", "okep", "track", "tracker"];

/// The label that a line begins with, however it is decorated.
fn label(source: &str, sought: &Sought) -> Option<Label> {
    static LABEL: Pattern = Pattern::new(|| {
        let decoration = regex::escape(&DECORATION.iter().collect::<String>());
        pattern(&format!(r"(?s)^[{decoration}]*(.*?)(([:：|])|http|[\[#<]|$)"))
    });
    let found = LABEL.captures(source)?;
    let (written, ending) = (found[1].trim_end_matches(DECORATION), found.get(2)?);
    let name = Name::new(written);
    let own = sought.form.and_then(|form| form.label.as_deref()).map(Name::new);
    let exact = own.is_some_and(|own| own.spells(&name)) || name.normal == "issue";
    let is_known = |word: &String| word == "issue" || OF_THE_OKEP.contains(&word.as_str());
    let speaks = name.words.iter().any(|w| w == "issue") && name.words.iter().all(is_known);
    let colon = found.get(3).is_some();
    // Without a colon it is a label only where it looks like one: running text speaks of issues too.
    let heads = colon
        || (!ending.is_empty()
            && written.starts_with(char::is_uppercase)
            && (exact || name.words.last().is_some_and(|w| w == "issue")));
    let end = if colon { ending.end() } else { ending.start() };
    ((exact || speaks) && heads).then(|| Label { text: written.to_owned(), exact, end })
}

/// Whether what is between label and link, at `span`, may go: no text of the author's, no cell of a
/// table, nothing that is closed only behind the link. Behind a label a word or two is filling (`see`).
fn is_plain(source: &str, span: &Range<usize>, shown: Option<&Number>, labelled: bool) -> bool {
    let between = shown
        .filter(|n| n.span.start >= span.start && n.span.end <= span.end)
        .map_or(span.end..span.end, |n| n.span.clone());
    let (before, after) = (&source[..between.start - span.start], &source[between.end - span.start..]);
    let words = |text: &str| text.split_whitespace().filter(|w| w.contains(char::is_alphanumeric)).count();
    let filling = if labelled { 2 } else { 0 };
    words(before) + words(after) <= filling && !source.contains(['(', '[', '<', '"', '|'])
}

/// Whether all emphasis that opens in `source` is closed there.
fn balanced(source: &str) -> bool {
    // A sign between blanks is a bullet.
    let words = || source.split_whitespace().filter(|word| *word != "*");
    let runs = |glyph: char| words().flat_map(move |word| word.split(move |c| c != glyph));
    ['*', '_', '`', '~'].into_iter().all(|glyph| runs(glyph).filter(|run| !run.is_empty()).count() % 2 == 0)
}
