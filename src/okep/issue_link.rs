//! Links to issues: what of a line is one, and where host, repository and number are in it.

use crate::markdown::document::{Document, LinkKind};
use std::ops::Range;

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

/// What may be around a label without meaning anything.
pub const DECORATION: [char; 14] = [' ', '*', '_', '`', '~', '\t', '|', '-', '–', '—', ':', '：', '\r', '\n'];

/// A link in a line: of Markdown, of HTML, or a bare address.
pub struct Target {
    /// The whole construct.
    pub span: Range<usize>,
    /// Where the words of the link are.
    pub text: Option<Range<usize>>,
    pub url: String,
    /// Where the address is; empty where it is in a definition elsewhere.
    pub url_span: Range<usize>,
}

impl Target {
    pub fn forge(&self) -> Option<ForgeLink> {
        let mut forge = forge_url(&self.url, self.url_span.start)?;
        if self.url_span.is_empty() {
            forge.span = self.url_span.clone();
            forge.number = forge.number.map(|n| Number { value: n.value, span: self.span.clone() });
        }
        Some(forge)
    }
}

/// The links that begin inside `within`, in order.
pub fn targets(document: &Document, within: &Range<usize>) -> Vec<Target> {
    let links = document.links_in(within);
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
pub fn forge_url(url: &str, start: usize) -> Option<ForgeLink> {
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
pub fn number_in(source: &str, start: usize) -> Option<Number> {
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
