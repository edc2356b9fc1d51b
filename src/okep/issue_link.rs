//! Links to issues: what of a line is one, and where host, repository and number are in it.

use crate::markdown::document::{Document, Link, LinkKind};
use crate::text::{BytePattern, Pattern, byte_pattern, pattern};
use regex::Captures;
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
        let route = match self.route.as_str() {
            "pull" | "pulls" => "issues",
            "-/merge_requests" => "-/issues",
            route => route,
        };
        format!("{}/{}/{route}/{number}", self.forge, self.repository)
    }

    /// Whether an address is of the same host, however its scheme and name are written.
    pub fn same_host(&self, address: &str) -> bool {
        host(&self.forge).eq_ignore_ascii_case(host(address))
    }

    /// Whether both are of one project, whichever organisation it belongs to.
    pub fn same_project(&self, other: &ForgeLink) -> bool {
        self.repository.rsplit('/').next() == other.repository.rsplit('/').next()
    }

    /// Whether something is in place of a repository, such as `<org>/<repo>` or `ORG/REPO`.
    pub fn is_placeholder(&self) -> bool {
        let name = self.repository.rsplit('/').next().unwrap_or_default().to_lowercase();
        let is_sign = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '/' | '-' | '_' | '.');
        self.repository.contains(is_sign) || matches!(name.as_str(), "repo" | "repository" | "your-repo")
    }
}

/// The host of an address, without `www.`.
pub fn host(address: &str) -> &str {
    let host = address.split_once("://").map_or(address, |(_, host)| host);
    let host = host.strip_prefix("www.").unwrap_or(host);
    host.split_once('/').map_or(host, |(host, _)| host)
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
    let mut found: Vec<Target> =
        links.iter().filter(|l| !l.image).map(|link| of_markdown(document, link)).collect();
    let mut at = within.start;
    for link in links.iter().map(|l| l.span.clone()).chain(std::iter::once(within.end..within.end)) {
        let end = link.start.min(within.end);
        if at < end {
            unmarked(document.text.slice(at..end), at, &mut found);
        }
        at = at.max(link.end);
    }
    found.sort_by_key(|target| target.span.start);
    found
}

fn of_markdown(document: &Document, Link { span, target, kind, .. }: &Link) -> Target {
    let source = document.text.slice(span.clone());
    let (at, close) = match kind {
        LinkKind::Inline => {
            let at = source.rfind(target);
            (at, source[..at.unwrap_or(source.len())].rfind("]("))
        }
        LinkKind::Autolink => (source.find(target), None),
        LinkKind::Reference => (None, source.find("][").or_else(|| source.rfind(']'))),
    };
    let url_span = at.map_or(span.end..span.end, |at| span.start + at..span.start + at + target.len());
    let text = close.filter(|c| *c > 0).map(|c| span.start + 1..span.start + c);
    Target { span: span.clone(), text, url: target.clone(), url_span }
}

/// Addresses that are no links of Markdown: bare ones, and those of HTML anchors.
fn unmarked(source: &str, start: usize, found: &mut Vec<Target>) {
    static ADDRESS: Pattern = Pattern::new(|| {
        let url = r#"(https?://[^ )>\]\t\n|"'<`,]*)"#;
        pattern(&format!("(?s)<a [^>]*?{url}(.*?)</a>|{url}"))
    });
    if !source.contains("://") {
        return;
    }
    for address in ADDRESS.captures_iter(source) {
        let Some(url) = address.get(1).or(address.get(3)) else { continue };
        let trimmed = url.as_str().trim_end_matches(['.', ';', '\r']);
        let url_span = start + url.start()..start + url.start() + trimmed.len();
        let (span, text) = match (address.get(0), address.get(2)) {
            (Some(anchor), Some(rest)) => {
                let words =
                    rest.as_str().find('>').map(|at| start + rest.start() + at + 1..start + rest.end());
                (start + anchor.start()..start + anchor.end(), words)
            }
            _ => (url_span.clone(), None),
        };
        found.push(Target { span, text, url: trimmed.to_owned(), url_span });
    }
}

/// Takes apart `https://HOST/ORG/REPO/(issues|pull)/N` and GitLab's `.../GROUP/REPO/-/issues/N`.
pub fn forge_url(url: &str, start: usize) -> Option<ForgeLink> {
    static FORGE: BytePattern = BytePattern::new(|| {
        let gitlab = "(.*?)/(-/(?:issues|work_items|merge_requests))";
        let github = "([^/]*/[^/]*)/(issues|pulls?)";
        byte_pattern(&format!("(?s)^(.*?://[^/]*)/(?:{gitlab}|{github})/([0-9]*)(.*)$"))
    });
    let parts = FORGE.captures(url.as_bytes())?;
    let text = |part: regex::bytes::Match| url[part.range()].to_owned();
    let part = |one: usize, other: usize| parts.get(one).or(parts.get(other)).map(text);
    let digits = parts.get(6)?;
    // No issue has the number 0, which is a placeholder.
    let number = url[digits.range()].parse().ok().filter(|value| *value > 0);
    let route = part(3, 5)?;
    Some(ForgeLink {
        span: start..start + url.len(),
        url: url.to_owned(),
        forge: part(1, 1)?,
        repository: part(2, 4)?,
        pull_request: !route.ends_with("issues") && !route.ends_with("work_items"),
        route,
        number: number.map(|value| Number { value, span: start + digits.start()..start + digits.end() }),
        tail: part(7, 7)?,
    })
}

/// The number that `source`, at byte `start`, shows as an issue's: `#N`, `GH-N`, or all of it. Of several it is the
/// first of the OKEP's `own`, or else the first.
///
/// Other digits are part of a name, such as those of `Layer2` or `K8s`.
pub fn number_in(source: &str, start: usize, own: &[u64]) -> Option<Number> {
    // GitHub links `GH-N` as it links `#N`.
    static NUMBER: Pattern = Pattern::new(|| {
        let decoration = format!("[{}]*", regex::escape(&DECORATION.iter().collect::<String>()));
        pattern(&format!(r"(?i)(?:#|(?:^|[^0-9a-z])gh-)([0-9]+)|^{decoration}([0-9]+){decoration}$"))
    });
    let number = |found: Captures| {
        let digits = found.get(1).or(found.get(2))?;
        let ends = !source[digits.end()..].starts_with(char::is_alphanumeric);
        let value = digits.as_str().parse().ok().filter(|_| ends)?;
        Some(Number { value, span: start + digits.start()..start + digits.end() })
    };
    let numbers: Vec<Number> = NUMBER.captures_iter(source).filter_map(number).collect();
    numbers.iter().find(|number| own.contains(&number.value)).or(numbers.first()).cloned()
}
