//! Which line is the issue line: each line before the first section is ranked by its label, its link and the
//! number in it.

use super::issue_line::{Elsewhere, IssueLine};
use super::issue_link::{DECORATION, ForgeLink, Number, Target, number_in, targets};
use crate::markdown::document::Document;
use crate::markdown::names::Name;
use std::ops::Range;

/// What an issue line is known by.
#[derive(Default)]
pub struct Sought<'a> {
    pub template: bool,
    pub label: Option<Name>,
    pub repository: Option<&'a str>,
    pub own: &'a [u64],
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
        let is_alone = label.as_ref().is_some_and(|label| bare(&source[label.end..]));
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
struct CandidateLine {
    span: Range<usize>,
    marker: Option<usize>,
    /// Index among the blocks; none for a row of a table and a line of HTML.
    block: Option<usize>,
    /// Whether it is the last of its block.
    last: bool,
}

fn lines(document: &Document, region: &Range<usize>) -> Vec<CandidateLine> {
    let first = document.blocks.partition_point(|b| b.span.start < region.start);
    let mut lines = Vec::new();
    for (index, block) in document.blocks_in(region).iter().enumerate() {
        let pieces = pieces(document, &block.span);
        let end = pieces.last().map(|piece| piece.start);
        lines.extend(pieces.into_iter().enumerate().map(|(at, span)| CandidateLine {
            last: Some(span.start) == end,
            span,
            marker: block.marker.filter(|_| at == 0),
            block: Some(first + index),
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
    lines.extend(rows.map(|span| CandidateLine { span, marker: None, block: None, last: false }));
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

/// How well a line's label fits: the template's own (or plainly `Issue`), another that speaks of an
/// issue, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Exact,
    Near,
    None,
}

struct Label {
    text: String,
    fit: Fit,
    /// Bytes of the line up to its end, with the colon.
    end: usize,
}

/// The lines that a label alone on its `line` may belong to, of those that follow: the next one of its paragraph, or
/// the items of the list below it.
fn lines_below<'a>(
    document: &Document,
    line: &CandidateLine,
    rest: &'a [CandidateLine],
) -> &'a [CandidateLine] {
    let next = rest.first().and_then(|next| Some((line.block?, next.block?, next.marker)));
    let Some((block, below, marker)) = next else { return &[] };
    if block == below || (block + 1 == below && document.blocks[block].has_children) {
        let column = |marker: usize| document.text.place(marker..marker).column;
        let is_item =
            |next: &&CandidateLine| marker.is_some() && next.marker.map(column) == marker.map(column);
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
    line: &CandidateLine,
    until: &CandidateLine,
    label: Option<Label>,
    sought: &Sought,
) -> Option<(u8, IssueLine)> {
    let text = &document.text;
    let in_block = line.block.is_some();
    let end = until.span.end;
    let fit = label.as_ref().map_or(Fit::None, |l| l.fit);
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
            (rank(fit, *weight, link, plain, sought)?, plain, None)
        }
        None => {
            label.as_ref()?;
            let names_issue = |t: &&Target| shown.is_some() || t.url.ends_with(|c: char| c.is_ascii_digit());
            let target = target.filter(names_issue);
            let elsewhere = target.map(|t| Elsewhere { span: t.url_span.clone(), url: t.url.clone() });
            let other = || {
                let number = shown.as_ref().filter(|number| number.span.start >= lead)?;
                other_repository(text.slice(lead..number.span.start), number.value, sought)
            };
            let elsewhere = elsewhere.or_else(|| Some(Elsewhere { span: end..end, url: other()? }));
            let rank = match (fit, shown.is_some() || elsewhere.is_some()) {
                (Fit::Exact, true) => 7,
                (_, true) => 3,
                (Fit::Exact, false) => 1,
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
    let (owner, repository) = name.split_once('/')?;
    let names_one = !owner.is_empty() && !repository.is_empty() && !repository.contains('/');
    let is_other = sought.repository.is_some_and(|own| !own.eq_ignore_ascii_case(name));
    (names_one && is_other).then(|| format!("{name}#{number}"))
}

/// How likely a link is the one meant among those of its line.
fn weight(link: &ForgeLink, sought: &Sought) -> u8 {
    let own = link.number.as_ref().is_some_and(|n| sought.own.contains(&n.value));
    match (own, link.pull_request) {
        (true, false) => 4,
        (true, true) => 3,
        (false, false) if names_repository(link, sought) => 2,
        (false, false) => 1,
        (false, true) => 0,
    }
}

/// How likely a line with a link is the issue line; none where it is another thing.
///
/// Without a label, a link counts for an issue only: of the OKEP's own number, or of the template's
/// repository where nothing is said about it. Other links are named in passing, and right.
fn rank(fit: Fit, weight: u8, link: &ForgeLink, plain: bool, sought: &Sought) -> Option<u8> {
    let own = weight >= 3;
    match (fit, link.pull_request) {
        (Fit::None, true) => sought.template.then_some(2),
        (Fit::None, false) if sought.template => Some(5),
        (Fit::None, false) if link.number.is_none() => None,
        (Fit::None, false) if own => Some(6),
        (Fit::None, false) => {
            (names_repository(link, sought) && (plain || sought.own.is_empty())).then_some(2)
        }
        (Fit::Exact, true) => Some(4),
        (Fit::Near, true) => Some(2),
        (Fit::Exact, false) => Some(if own { 10 } else { 8 }),
        (Fit::Near, false) => Some(if own { 9 } else { 5 }),
    }
}

fn names_repository(link: &ForgeLink, sought: &Sought) -> bool {
    sought.repository.is_some_and(|r| r.eq_ignore_ascii_case(&link.repository))
}

/// Words next to `issue` in a label that leave it the OKEP's own; others make it that of something else, such as
/// `Parent issue`.
const OF_THE_OKEP: [&str; 9] =
    ["enhancement", "feature", "github", "gitlab", "link", "number", "okep", "track", "tracker"];

/// The label that a line begins with, however it is decorated.
fn label(source: &str, sought: &Sought) -> Option<Label> {
    let opening = source.len() - source.trim_start_matches(DECORATION).len();
    let rest = &source[opening..];
    let ends = [rest.find([':', '：', '[', '#', '|', '<']), rest.find("http")];
    let length = ends.into_iter().flatten().min().unwrap_or(rest.len());
    let written = rest[..length].trim_matches(DECORATION);
    let name = Name::new(written);
    let separator = rest[length..].chars().next();
    let colon = separator.is_some_and(|c| matches!(c, ':' | '：' | '|'));
    let exact = sought.label.as_ref().is_some_and(|l| l.spells(&name)) || name.normal == "issue";
    let is_known = |word: &String| word == "issue" || OF_THE_OKEP.contains(&word.as_str());
    let speaks = name.words.iter().any(|w| w == "issue") && name.words.iter().all(is_known);
    // Without a colon it is a label only where it looks like one: running text speaks of issues too.
    let heads = colon
        || (separator.is_some()
            && written.starts_with(char::is_uppercase)
            && (exact || name.words.last().is_some_and(|w| w == "issue")));
    let fit = match (exact, speaks) {
        (true, _) => Fit::Exact,
        (_, true) => Fit::Near,
        _ => return None,
    };
    let end = opening + length + separator.filter(|_| colon).map_or(0, char::len_utf8);
    heads.then(|| Label { text: written.to_owned(), fit, end })
}

/// Whether nothing but decoration is there.
fn bare(source: &str) -> bool {
    source.trim_matches(DECORATION).is_empty()
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
    let runs = |glyph: char| -> usize {
        let of_word = |word: &str| {
            let mut before = None;
            word.chars().filter(|c| before.replace(*c) != Some(glyph) && *c == glyph).count()
        };
        words().map(of_word).sum()
    };
    ['*', '_', '`', '~'].into_iter().all(|glyph| runs(glyph) % 2 == 0)
}
