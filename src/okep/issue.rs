//! The tracking issue of an OKEP: the line before the first section that links to it.
//!
//! Every line there is weighed by its label, its link and the number in it, and the best one is the
//! issue line. The template's own line gives the form (bullet, label, repository); what it glues to the
//! line as a prompt is not part of it. Nothing is checked here.

use crate::markdown::document::{Document, LinkKind};
use crate::markdown::names::Name;
use std::ops::Range;

/// The line that names the tracking issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueLine {
    /// From the bullet to the end of the link, or of the line where there is no link.
    pub span: Range<usize>,
    /// What is there, as written.
    pub text: String,
    pub bullet: Option<char>,
    /// The words before the colon, as written.
    pub label: Option<String>,
    /// The number the reader sees.
    pub shown: Option<Number>,
    pub link: Option<ForgeLink>,
    /// Where the line points to, if it names an issue that is none of a known forge.
    pub elsewhere: Option<Elsewhere>,
    /// Whether hardly more than bullet and label is before the link, so that the line may be rewritten.
    pub plain: bool,
    /// Whether no other line of its paragraph or list item follows.
    pub last: bool,
    /// Whether it is a row of a table.
    pub in_table: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    pub value: u64,
    /// Where its digits are.
    pub span: Range<usize>,
}

/// A link to an issue or a pull request of a forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgeLink {
    /// The destination, as written; empty where it is in a definition elsewhere.
    pub span: Range<usize>,
    pub url: String,
    /// Scheme and host, such as `https://github.com`.
    pub forge: String,
    /// Organisation and repository, such as `ovn-kubernetes/ovn-kubernetes`; on GitLab all groups.
    pub repository: String,
    /// What is between repository and number, such as `issues` or `-/issues`.
    pub route: String,
    pub pull_request: bool,
    pub number: Option<Number>,
    /// What follows the number, such as a comment's anchor.
    pub tail: String,
}

/// A link to something that is no issue of a known forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The destination, as written; empty where it is in a definition elsewhere.
    pub span: Range<usize>,
    pub url: String,
}

impl ForgeLink {
    /// The address of an issue in the same repository.
    pub fn issue_url(&self, number: u64) -> String {
        format!("{}/{}/{}/{number}", self.forge, self.repository, self.issue_route())
    }

    /// Whether both are of one host, however its scheme and name are written.
    pub fn same_host(&self, other: &ForgeLink) -> bool {
        host(&self.forge).eq_ignore_ascii_case(host(&other.forge))
    }

    fn issue_route(&self) -> &str {
        match self.route.as_str() {
            "pull" | "pulls" => "issues",
            "-/merge_requests" => "-/issues",
            route => route,
        }
    }
}

fn host(forge: &str) -> &str {
    let host = forge.split_once("://").map_or(forge, |(_, host)| host);
    host.strip_prefix("www.").unwrap_or(host)
}

impl IssueLine {
    /// The number of the issue: that of the link, else the one shown.
    pub fn number(&self) -> Option<u64> {
        self.link.as_ref().and_then(|l| l.number.as_ref()).or(self.shown.as_ref()).map(|n| n.value)
    }

    /// Whether the address is in a link definition, and not in the line.
    pub fn is_reference(&self) -> bool {
        self.link.as_ref().is_some_and(|l| l.span.is_empty())
    }

    /// The line as the template would write it, for this issue: all but the target's repository.
    pub fn in_form_of(&self, form: &IssueLine) -> Option<String> {
        let link = self.link.as_ref()?;
        let number = self.number()?;
        let shown = self.shown.as_ref().map_or(number, |n| n.value);
        let template = form.link.as_ref()?;
        let near = link.same_host(template);
        let url = ForgeLink {
            forge: if near { template.forge.clone() } else { link.forge.clone() },
            route: if near { template.route.clone() } else { link.route.clone() },
            ..link.clone()
        };
        // What is asked of the page, and where on it, is the author's.
        let tail = if link.tail.starts_with(['#', '?']) { link.tail.as_str() } else { "" };
        Some(form.with(shown, &format!("{}{tail}", url.issue_url(number))))
    }

    /// The line for another issue of the same repository.
    pub fn for_number(&self, number: u64) -> Option<String> {
        let Some(link) = &self.link else {
            let shown = self.shown.as_ref()?;
            let mut line = self.text.clone();
            line.replace_range(self.inside(&shown.span), &number.to_string());
            return Some(line);
        };
        Some(self.with(number, &link.issue_url(number)))
    }

    fn inside(&self, span: &Range<usize>) -> Range<usize> {
        span.start - self.span.start..span.end - self.span.start
    }

    fn with(&self, shown: u64, url: &str) -> String {
        if let Some(link) = self.link.as_ref().filter(|l| l.number.is_some() && !l.span.is_empty()) {
            let mut line = self.text.clone();
            line.replace_range(self.inside(&link.span), url);
            if let Some(number) = self.shown.as_ref().filter(|n| n.span.end <= link.span.start) {
                line.replace_range(self.inside(&number.span), &shown.to_string());
            }
            return line;
        }
        // The template has a placeholder for the number, or keeps the address somewhere else.
        let bullet = self.bullet.map_or(String::new(), |b| format!("{b} "));
        let label = self.label.as_deref().map_or(String::new(), |l| format!("{l}: "));
        format!("{bullet}{label}[#{shown}]({url})")
    }
}

/// The issue line of a template: whatever is before its link is its label.
pub fn of_template(document: &Document, title: Option<usize>) -> Option<IssueLine> {
    let lines = lines(document, &before_sections(document, title));
    let found = candidates(document, &lines, &Sought { template: true, ..Sought::default() });
    best(found)
}

/// The issue line of an OKEP that should look like the template's `form` and have one of the numbers
/// that the OKEP calls its `own`.
pub fn of_okep(
    document: &Document,
    title: Option<usize>,
    form: Option<&IssueLine>,
    own: &[u64],
) -> Option<IssueLine> {
    let lines = lines(document, &before_sections(document, title));
    let sought = Sought {
        template: false,
        label: form.and_then(|f| f.label.as_deref()).map(Name::new),
        repository: form.and_then(|f| f.link.as_ref()).map(|l| l.repository.as_str()),
        own,
    };
    best(candidates(document, &lines, &sought))
}

/// All that is before the first section, the title's neighbourhood on both sides.
fn before_sections(document: &Document, title: Option<usize>) -> Range<usize> {
    document.body_start..document.preamble(title).end
}

/// What an issue line is known by.
#[derive(Default)]
struct Sought<'a> {
    template: bool,
    label: Option<Name>,
    repository: Option<&'a str>,
    own: &'a [u64],
}

/// One line of a block or of a table, without its marker and the blanks around it.
struct CandidateLine {
    span: Range<usize>,
    marker: Option<usize>,
    /// Index among the blocks; none for a row of a table.
    block: Option<usize>,
    /// Whether it is the last of its block.
    last: bool,
}

fn lines(document: &Document, region: &Range<usize>) -> Vec<CandidateLine> {
    let text = &document.text;
    let pieces = |span: &Range<usize>| {
        let mut at = span.start;
        let pieces: Vec<Range<usize>> = text
            .slice(span.clone())
            .split_inclusive('\n')
            .map(|piece| {
                let start = at + piece.len() - piece.trim_start_matches([' ', '\t', '>']).len();
                at += piece.len();
                start..(at - piece.len() + piece.trim_end().len()).max(start)
            })
            .filter(|piece| !piece.is_empty())
            .collect();
        pieces
    };
    let first = document.blocks.partition_point(|b| b.span.start < region.start);
    let mut lines = Vec::new();
    for (index, block) in document.blocks_in(region).iter().enumerate() {
        let pieces = pieces(&block.span);
        let end = pieces.last().map(|piece| piece.start);
        let mut marker = block.marker;
        lines.extend(pieces.into_iter().map(|span| CandidateLine {
            last: Some(span.start) == end,
            span,
            marker: marker.take(),
            block: Some(first + index),
        }));
    }
    for table in document.tables.iter().filter(|t| region.contains(&t.start)) {
        lines.extend(pieces(table).into_iter().map(|span| CandidateLine {
            span,
            marker: None,
            block: None,
            last: false,
        }));
    }
    lines.sort_by_key(|line| line.span.start);
    lines
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

/// A line that may be the issue line; the higher its rank the likelier.
struct Candidate {
    rank: u8,
    line: IssueLine,
}

/// The first of the highest rank.
fn best(candidates: Vec<Candidate>) -> Option<IssueLine> {
    let highest = candidates.iter().map(|c| c.rank).max()?;
    candidates.into_iter().find(|c| c.rank == highest).map(|c| c.line)
}

fn candidates(document: &Document, lines: &[CandidateLine], sought: &Sought) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut joined = false;
    for (index, line) in lines.iter().enumerate() {
        if std::mem::take(&mut joined) {
            continue;
        }
        let source = document.text.slice(line.span.clone());
        let label = label(source, sought);
        let mut until = line;
        // A label may be on a line of its own, above its link.
        if label.as_ref().is_some_and(|l| bare(&source[l.end..]))
            && let Some(next) = lines.get(index + 1).filter(|next| follows(document, line, next))
        {
            until = next;
            joined = true;
        }
        found.extend(candidate(document, line, until, label, sought));
    }
    found
}

fn follows(document: &Document, line: &CandidateLine, next: &CandidateLine) -> bool {
    let (Some(block), Some(below)) = (line.block, next.block) else { return false };
    block == below || (block + 1 == below && document.blocks[block].has_children)
}

fn candidate(
    document: &Document,
    line: &CandidateLine,
    until: &CandidateLine,
    label: Option<Label>,
    sought: &Sought,
) -> Option<Candidate> {
    let text = &document.text;
    let (end, last, in_table) = (until.span.end, until.last, line.block.is_none());
    let within = line.span.start..end;
    let start = line.marker.unwrap_or(line.span.start);
    let bullet = line.marker.and_then(|m| text.slice(m..text.len()).chars().next());
    let fit = label.as_ref().map_or(Fit::None, |l| l.fit);
    let lead = line.span.start + label.as_ref().map_or(0, |l| l.end);
    let label = label.map(|l| l.text);
    let targets = targets(document, &within);
    let forge = targets.iter().filter_map(|t| Some((t, t.forge()?))).map(|(t, f)| (weight(&f, sought), t, f));
    // The first of the best: `max_by_key` would take the last.
    let chosen = forge.reduce(|a, b| if b.0 > a.0 { b } else { a });
    if let Some((weight, target, link)) = chosen {
        let between = lead..target.span.start.max(lead);
        let shown = target
            .text
            .clone()
            .and_then(|span| number_in(text.slice(span.clone()), span.start))
            .or_else(|| number_in(text.slice(between.clone()), between.start));
        let plain = line.block.is_some()
            && balanced(text.slice(line.span.start..between.end))
            && is_plain(text.slice(between.clone()), &between, shown.as_ref(), label.is_some());
        let label = if sought.template && label.is_none() && line.block.is_some() {
            let words = text.slice(line.span.start..target.span.start).trim_matches(DECORATION);
            (!words.is_empty()).then(|| words.to_owned())
        } else {
            label
        };
        let rank = rank(fit, weight, &link, plain, sought)?;
        let span = start..target.span.end;
        let text = text.slice(span.clone()).to_owned();
        let link = Some(link);
        let line =
            IssueLine { span, text, bullet, label, shown, link, elsewhere: None, plain, last, in_table };
        return Some(Candidate { rank, line });
    }
    label.as_ref()?;
    let target = targets.first();
    let shown = target
        .and_then(|t| t.text.clone())
        .and_then(|span| number_in(text.slice(span.clone()), span.start))
        .or_else(|| number_in(text.slice(lead..end), lead));
    let names_issue = |t: &&Target| shown.is_some() || t.url.ends_with(|c: char| c.is_ascii_digit());
    let elsewhere = target
        .filter(names_issue)
        .map(|t| Elsewhere { span: t.url_span.clone(), url: t.url.clone() })
        .or_else(|| {
            other_repository(text.slice(lead..end), sought).map(|url| Elsewhere { span: end..end, url })
        });
    let rank = match (fit, shown.is_some() || elsewhere.is_some()) {
        (Fit::Exact, true) => 7,
        (_, true) => 3,
        (Fit::Exact, false) => 1,
        (_, false) => 0,
    };
    // A few words replace an issue (`TBD`, `to be opened`); more of them are somebody's text.
    let plain = line.block.is_some() && text.slice(lead..end).split_whitespace().count() <= 4;
    let span = start..end;
    let text = text.slice(span.clone()).to_owned();
    let line = IssueLine { span, text, bullet, label, shown, link: None, elsewhere, plain, last, in_table };
    Some(Candidate { rank, line })
}

/// An issue of another repository, named as `owner/repo#N`.
fn other_repository(source: &str, sought: &Sought) -> Option<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let (before, after) = source.split_once('#')?;
    let name = before.rsplit(|c: char| !is_name(c) && c != '/').next()?;
    let (owner, repository) = name.split_once('/')?;
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let names_one = !owner.is_empty() && !repository.is_empty() && !repository.contains('/') && digits > 0;
    let is_other = sought.repository.is_some_and(|own| !own.eq_ignore_ascii_case(name));
    (names_one && is_other).then(|| format!("{name}#{}", &after[..digits]))
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

/// What may be around a label without meaning anything.
const DECORATION: [char; 14] = [' ', '*', '_', '`', '~', '\t', '|', '-', '–', '—', ':', '：', '\r', '\n'];

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
    let speaks = name.words.len() <= 3 && name.words.iter().any(|w| w == "issue");
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

/// A link in a line: of Markdown, of HTML, or a bare address.
struct Target {
    /// The whole construct.
    span: Range<usize>,
    /// Where the words of the link are.
    text: Option<Range<usize>>,
    url: String,
    /// Where the address is; empty where it is in a definition elsewhere.
    url_span: Range<usize>,
}

impl Target {
    fn forge(&self) -> Option<ForgeLink> {
        let mut forge = forge_url(&self.url, self.url_span.start)?;
        if self.url_span.is_empty() {
            forge.span = self.url_span.clone();
            forge.number = forge.number.map(|n| Number { value: n.value, span: self.span.clone() });
        }
        Some(forge)
    }
}

/// The links that begin inside `within`, in order.
fn targets(document: &Document, within: &Range<usize>) -> Vec<Target> {
    let first = document.links.partition_point(|l| l.span.start < within.start);
    let last = document.links.partition_point(|l| l.span.start < within.end);
    let links = &document.links[first..last.max(first)];
    let mut found: Vec<Target> = Vec::new();
    for link in links.iter().filter(|l| !l.image) {
        let source = document.text.slice(link.span.clone());
        let at = match link.kind {
            LinkKind::Inline => source.rfind(&link.target),
            LinkKind::Autolink => source.find(&link.target),
            LinkKind::Reference => None,
        };
        let url_span = match at {
            Some(at) => link.span.start + at..link.span.start + at + link.target.len(),
            None => link.span.end..link.span.end,
        };
        let close = match link.kind {
            LinkKind::Inline => source[..at.unwrap_or(source.len())].rfind("]("),
            LinkKind::Reference => source.find("][").or_else(|| source.rfind(']')),
            LinkKind::Autolink => None,
        };
        let text = close.filter(|c| *c > 0).map(|c| link.span.start + 1..link.span.start + c);
        found.push(Target { span: link.span.clone(), text, url: link.target.clone(), url_span });
    }
    let mut at = within.start;
    for link in links.iter().map(|l| l.span.clone()).chain(std::iter::once(within.end..within.end)) {
        if at < link.start.min(within.end) {
            unmarked(document.text.slice(at..link.start.min(within.end)), at, &mut found);
        }
        at = at.max(link.end);
    }
    found.sort_by_key(|target| target.span.start);
    found
}

/// Addresses that are no links of Markdown: bare ones, and those of HTML anchors.
fn unmarked(source: &str, start: usize, found: &mut Vec<Target>) {
    let mut at = 0;
    let next = |from: usize| {
        let ends = [source[from..].find("http://"), source[from..].find("https://")];
        ends.into_iter().flatten().min().map(|i| from + i)
    };
    while let Some(from) = next(at) {
        let length = source[from..].find([' ', ')', '>', ']', '\t', '\n', '|', '"', '\'', '<', '`', ',']);
        let url = &source[from..length.map_or(source.len(), |l| from + l)];
        let url = url.trim_end_matches(['.', ';', '\r']);
        let end = from + url.len();
        let anchor = source[at..from].rfind("<a ").filter(|a| !source[at + a..from].contains('>'));
        let closing = source[end..].find("</a>").map(|i| end + i);
        let (span, text) = match (anchor, closing) {
            (Some(open), Some(close)) => {
                let words = source[end..close].find('>').map(|i| start + end + i + 1..start + close);
                (at + open..close + "</a>".len(), words)
            }
            _ => (from..end, None),
        };
        at = span.end;
        found.push(Target {
            span: start + span.start..start + span.end,
            text,
            url: url.to_owned(),
            url_span: start + from..start + end,
        });
    }
}

/// Takes apart `https://HOST/ORG/REPO/(issues|pull)/N` and GitLab's `.../GROUP/REPO/-/issues/N`.
fn forge_url(url: &str, start: usize) -> Option<ForgeLink> {
    let scheme_end = url.find("://")? + 3;
    let (host, path) = url[scheme_end..].split_once('/')?;
    let (repository, route, after) = match path.split_once("/-/") {
        Some((repository, rest)) => {
            let (kind, after) = rest.split_once('/')?;
            (repository, format!("-/{kind}"), after)
        }
        None => {
            let (org, rest) = path.split_once('/')?;
            let (repo, rest) = rest.split_once('/')?;
            let (kind, after) = rest.split_once('/')?;
            (&path[..org.len() + 1 + repo.len()], kind.to_owned(), after)
        }
    };
    let pull_request = match route.as_str() {
        "issues" | "-/issues" | "-/work_items" => false,
        "pull" | "pulls" | "-/merge_requests" => true,
        _ => return None,
    };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let at = start + (url.len() - after.len());
    Some(ForgeLink {
        span: start..start + url.len(),
        url: url.to_owned(),
        forge: url[..scheme_end + host.len()].to_owned(),
        repository: repository.to_owned(),
        route,
        pull_request,
        number: after[..digits].parse().ok().map(|value| Number { value, span: at..at + digits }),
        tail: after[digits..].to_owned(),
    })
}

/// The number that `source`, at byte `start`, shows as an issue's: `#N`, `GH-N`, or all of it.
///
/// Other digits are part of a name, such as those of `Layer2` or `K8s`.
fn number_in(source: &str, start: usize) -> Option<Number> {
    let number = |at: usize| {
        let digits = source[at..].bytes().take_while(u8::is_ascii_digit).count();
        let ends = !source[at + digits..].starts_with(char::is_alphanumeric);
        let value = source[at..at + digits].parse().ok().filter(|_| ends)?;
        Some(Number { value, span: start + at..start + at + digits })
    };
    let marked = source.match_indices('#').find_map(|(at, _)| number(at + 1)).or_else(|| {
        // GitHub links `GH-N` as it links `#N`.
        let lower = source.to_ascii_lowercase();
        let is_word = |at: usize| !lower[..at].ends_with(|c: char| c.is_alphanumeric());
        lower.match_indices("gh-").filter(|(at, _)| is_word(*at)).find_map(|(at, _)| number(at + 3))
    });
    marked.or_else(|| {
        let whole = source.trim_matches(DECORATION);
        let at = source.len() - source.trim_start_matches(DECORATION).len();
        whole.bytes().all(|b| b.is_ascii_digit()).then(|| number(at)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> IssueLine {
        let template = "# OKEP-1: T\n\n* Issue: [#1](https://github.com/o/r/issues/1)\n";
        of_template(&Document::parse(template.as_bytes()), Some(0)).expect("it has an issue line")
    }

    fn check(line: &str, expected: &str) {
        let document = Document::parse(format!("# OKEP-1: T\n\n{line}\n\n## S\n").as_bytes());
        let found = of_okep(&document, Some(0), Some(&form()), &[7]).map_or("none".into(), |l| {
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

    /// The number and the link's that are found, or `none`, and whether the line may be rewritten.
    fn told(before_sections: &str, form: &IssueLine) -> String {
        let document = Document::parse(format!("{before_sections}\n\n## S\n").as_bytes());
        let title = document.headings.first().filter(|h| h.level == 1).map(|_| 0);
        of_okep(&document, title, Some(form), &[7]).map_or("none".to_owned(), |line| {
            let shown = line.shown.as_ref().map_or("-".to_owned(), |n| n.value.to_string());
            let place = document.text.place(line.span.clone()).line;
            let kind = line.link.as_ref().map_or("-", |l| if l.pull_request { "pull" } else { "issue" });
            let number = line.link.as_ref().and_then(|l| l.number.as_ref()).map_or(0, |n| n.value);
            format!("{place}: {shown} {kind} {number}{}", if line.plain { "" } else { " amid words" })
        })
    }

    fn find(lines: &str, expected: &str) {
        assert_eq!(
            told(&format!("# OKEP-7: T\n\n{}", lines.replace('@', URL)), &form()),
            expected,
            "{lines}"
        );
    }

    const URL: &str = "https://github.com/o/r";

    #[test]
    fn only_a_marked_number_or_nothing_but_digits_is_shown() {
        find("* Issue: [#7](@/issues/7)", "3: 7 issue 7");
        find("* Issue: [7](@/issues/7)", "3: 7 issue 7");
        find("* Issue: [OVN-K8s #7](@/issues/7)", "3: 7 issue 7");
        find("* Issue: [2024 Tea roadmap #7](@/issues/7)", "3: 7 issue 7");
        for words in ["Layer2 tea", "v2 tracker", "2024 roadmap", "#7th cup"] {
            find(&format!("* Issue: [{words}](@/issues/7)"), "3: - issue 7");
        }
        find("* Issue: 7", "3: 7 - 0");
        find("* Issue: K8s", "3: - - 0");
        find("* Issue: #8 @/issues/7", "3: 8 issue 7");
    }

    #[test]
    fn links_in_passing_are_no_issue_line() {
        find("Proof of concept: [PR](@/pull/99)", "none");
        find("Proof of concept: [PR](@/pull/7)", "none");
        find("Needs a fix in OVN first: [ovn #200](https://github.com/ovn-org/ovn/issues/200)", "none");
        find("This replaces [#99](@/issues/99).", "none");
        find("a fix of the\nissue in [tea](@/issues/99) is needed", "none");
        find("The work is tracked in [#7](@/issues/7), see there.", "3: 7 issue 7 amid words");
        find("[#7](@/issues/7)", "3: 7 issue 7");
        find("* [#8](@/issues/8)", "3: 8 issue 8");
    }

    #[test]
    fn the_likeliest_line_and_link_are_the_issue() {
        find("* PR: [#99](@/pull/99)\n* Tracked by [#7](@/issues/7)", "4: 7 issue 7 amid words");
        find("* Issue: [PR](@/pull/99), [#7](@/issues/7)", "3: 7 issue 7 amid words");
        find("* Issues: [#8](@/issues/8), [#7](@/issues/7)", "3: 7 issue 7 amid words");
        find("* Issue: [PR](@/pull/99), [#8](@/issues/8)", "3: 8 issue 8 amid words");
        find("* Issue: [#99](@/pull/99)", "3: 99 pull 99");
        find("* Related issues: [#99](@/issues/99)\n* Issue: [#8](@/issues/8)", "4: 8 issue 8");
        find("* Issue: TBD\n* Issue: [#7](@/issues/7)", "4: 7 issue 7");
        find("* Issue: [#8](@/issues/8)\n\nIt follows [#7](@/issues/7).", "3: 8 issue 8");
    }

    #[test]
    fn a_line_is_read_without_its_neighbours() {
        find("Authors: @me\nIssue: [#7](@/issues/7)\nStatus: draft", "4: 7 issue 7");
        find("Issue:\n[#7](@/issues/7)", "3: 7 issue 7");
        find("* Issue:\n  * [#7](@/issues/7)", "3: 7 issue 7");
        find("> Authors: me\n> Issue: [#7](@/issues/7)", "4: 7 issue 7");
    }

    #[test]
    fn emphasis_around_a_link_is_not_cut() {
        find("**Issue:** [#7](@/issues/7)", "3: 7 issue 7");
        find("**Issue: [#7](@/issues/7)**", "3: 7 issue 7 amid words");
    }

    #[test]
    fn an_anchor_of_html_is_a_link() {
        find("* Issue: <a href=\"@/issues/7\">#7</a>", "3: 7 issue 7");
    }

    #[test]
    fn the_issue_may_stand_above_the_title_and_in_a_table() {
        assert_eq!(
            told(&format!("* Issue: [#7]({URL}/issues/7)\n\n# OKEP-7: T\n\nx"), &form()),
            "1: 7 issue 7"
        );
        assert_eq!(told(&format!("# OKEP-7: [T]({URL}/issues/7)\n\nx"), &form()), "none");
        find("| Field | Value |\n|---|---|\n| Issue | [#7](@/issues/7) |", "5: 7 issue 7 amid words");
        find("| Issue | [#7](@/issues/7) |\n|---|---|\n| Author | me |", "3: 7 issue 7 amid words");
        find("| PR | [#7](@/pull/7) |\n|---|---|", "none");
    }

    #[test]
    fn an_issue_of_another_tracker_leads_elsewhere() {
        let leads = |line: &str| {
            let document = Document::parse(format!("# OKEP-7: T\n\n{line}\n").as_bytes());
            let line = of_okep(&document, Some(0), Some(&form()), &[7]).expect("it has a label");
            line.elsewhere.map(|e| document.text.slice(e.span).to_owned())
        };
        let url = "https://issues.example.org/browse/X-7";
        assert_eq!(leads(&format!("* Issue: [#7]({url})")).as_deref(), Some(url));
        assert_eq!(leads(&format!("* Issue: [X-7]({url})")).as_deref(), Some(url));
        assert_eq!(leads("* Issue: TBD, see [the docs](https://example.org/docs)"), None);
        assert_eq!(leads("* Issue: #7"), None);
    }

    fn form_of(line: &str) -> IssueLine {
        let template = Document::parse(format!("# OKEP-1: T\n\n{line}\n(Open one.)\n\n## S\n").as_bytes());
        of_template(&template, Some(0)).expect("it has an issue line")
    }

    #[test]
    fn a_template_has_the_label_and_the_form_that_it_has() {
        let check = |line: &str, expected: &str| {
            let form = form_of(line);
            assert_eq!(form.for_number(7).as_deref(), Some(expected));
            assert_eq!(told(&format!("# OKEP-7: T\n\n{expected}"), &form).split(' ').nth(2), Some("issue"));
        };
        check("- Tracker: [#1](https://g.org/o/r/issues/1)", "- Tracker: [#7](https://g.org/o/r/issues/7)");
        check("Tracking: [\\#1](https://g.org/o/r/issues/1)", "Tracking: [\\#7](https://g.org/o/r/issues/7)");
        check("**Issue**: <https://g.org/o/r/issues/1>", "**Issue**: <https://g.org/o/r/issues/7>");
        check("* Issue: [#xxxx](https://g.org/o/r/issues/xxxx)", "* Issue: [#7](https://g.org/o/r/issues/7)");
        check(
            "* Tracker: [#1](https://gitlab.com/grp/sub/tea/-/issues/1)",
            "* Tracker: [#7](https://gitlab.com/grp/sub/tea/-/issues/7)",
        );
        let form = form_of("- Tracker: [#1](https://g.org/o/r/issues/1)");
        assert_eq!(told("# OKEP-7: T\n\n- Tracker: TBD", &form), "3: - - 0");
        assert_eq!(told("# OKEP-7: T\n\n- Authors: TBD", &form), "none");
        assert_eq!(told("# OKEP-7: T\n\n- Issue: [#7](https://g.org/o/r/issues/7)", &form), "3: 7 issue 7");
    }

    #[test]
    fn groups_and_merge_requests_of_gitlab_are_read() {
        let link = |url: &str| forge_url(url, 0).map(|l| (l.repository.clone(), l.pull_request));
        let of = |repository: &str, pull| Some((repository.to_owned(), pull));
        assert_eq!(link("https://gitlab.com/grp/tea/-/issues/7"), of("grp/tea", false));
        assert_eq!(link("https://gitlab.com/grp/sub/tea/-/merge_requests/7"), of("grp/sub/tea", true));
        assert_eq!(link("https://gitlab.com/grp/tea/-/blob/main/issues/7"), None);
        assert_eq!(link("https://github.com/o/r/blob/main/issues/7"), None);
    }
}
