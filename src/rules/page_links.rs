//! A page laid next to all that its links may point to: what the rules about links look at.
//!
//! A rule says of each link under which circumstances it is dead; whether they hold depends on what else
//! is in the tree. So the shell can ask for those paths alone, and history can check a page once
//! however often its surroundings change. Nothing is looked up here.

use crate::files::PathKind;
use crate::markdown::bare_links::bare_links;
use crate::markdown::document::{Document, LinkKind};
use crate::markdown::html;
use crate::markdown::site_headings::site_headings;
use crate::markdown::slugs::{GithubAnchors, SiteAnchors};
use crate::okep::proposal::Okep;
use crate::okep::snapshot::Snapshot;
use crate::rules::finding::{Finding, Related};
use crate::rules::{Check, RULES, Rule};
use crate::site::mkdocs::PageSettings;
use crate::text::path::okep_folder;
use crate::text::{Pattern, pattern};
use indexmap::IndexMap;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// An OKEP, or a page next to one, and what its links hang on.
pub struct Linked<'a> {
    /// The OKEP that findings are about: the page itself, or the one it is next to.
    pub okep: &'a Okep,
    pub path: &'a str,
    pub document: &'a Document,
    /// None where there is no site.
    pub settings: Option<&'a PageSettings>,
    /// The repository that is checked, as `host/organisation/name` in lower case.
    pub repository: Option<&'a str>,
    /// Of paths that are not there, where their files went, as far as that is known.
    pub moved: &'a BTreeMap<String, String>,
    links: OnceCell<Vec<PageLink>>,
    anchors: OnceCell<Anchors>,
}

/// A finding that holds only while none of some paths is.
#[derive(Debug, Clone)]
pub struct Claim {
    pub finding: Finding,
    /// What would make the link lead somewhere; a claim without any holds always.
    pub unless: Vec<LinkTarget>,
}

/// A path of the repository that a link may mean.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkTarget {
    pub path: String,
    /// Whether a folder would do as well as a file.
    pub or_folder: bool,
}

impl LinkTarget {
    pub fn is_met(&self, path_kind: PathKind) -> bool {
        matches!(path_kind, PathKind::File | PathKind::Unknown)
            || path_kind == PathKind::Folder && self.or_folder
    }
}

/// A link of a page, in Markdown or in HTML, or an address of which GitHub makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageLink {
    pub span: Range<usize>,
    pub target: String,
    /// None for one that is not in Markdown.
    pub kind: Option<LinkKind>,
}

/// What an anchor of a page can be.
#[derive(Debug, Default)]
pub struct Anchors {
    /// Of each heading on GitHub: its text, and its anchor there.
    pub github: Vec<(String, String)>,
    /// The same on the site; none where the project makes anchors by a rule of its own.
    pub site: Option<Vec<(String, String)>>,
    /// What `id` and `name` in raw HTML name, for both.
    pub named: Vec<String>,
    /// Those that both have, each behind its letters; made where one is mistyped.
    pub by_letters: OnceCell<Vec<(String, String)>>,
}

impl<'a> Linked<'a> {
    /// A page of a snapshot that is the OKEP `okep` or next to it.
    pub fn new(snapshot: &'a Snapshot, okep: &'a Okep, path: &'a str, document: &'a Document) -> Self {
        let (settings, repository) =
            (snapshot.site.as_ref().map(|s| &s.pages), snapshot.repository.as_deref());
        let (moved, (links, anchors)) = (&*snapshot.tree.moved, Default::default());
        Linked { okep, path, document, settings, repository, moved, links, anchors }
    }

    /// The links, in order.
    pub fn links(&self) -> &[PageLink] {
        self.links.get_or_init(|| links(self.document))
    }

    pub fn anchors(&self) -> &Anchors {
        self.anchors.get_or_init(|| self.find_anchors())
    }

    fn find_anchors(&self) -> Anchors {
        let document = self.document;
        let mut headings: Vec<_> = document.headings.iter().chain(&document.nested_headings).collect();
        headings.sort_by_key(|h| h.span.start);
        let mut on_github = GithubAnchors::default();
        let github = headings.iter().map(|h| (h.unfolded.clone(), on_github.next(&h.unfolded))).collect();
        let named = tags(document).flat_map(|tag| {
            let name = tag.get("name").filter(|_| tag.is("a"));
            [tag.get("id"), name].map(|value| value.map(|value| value.text.to_owned()))
        });
        Anchors { github, site: self.on_site(), named: named.flatten().collect(), ..Anchors::default() }
    }

    fn on_site(&self) -> Option<Vec<(String, String)>> {
        // An emoji's name, and an id that `attr_list` gives to what is on the line or above it.
        static SHORT_CODE: Pattern = Pattern::new(|| pattern("(?-u):[a-zA-Z0-9_+-]+:"));
        static ID: Pattern = Pattern::new(|| pattern(r"\{[^{}\n]*#[^{}\n]*\}"));
        let text = self.document.text.as_str();
        let settings = self.settings.filter(|s| !s.extensions.may_add_anchors(text))?;
        let separator = settings.separator.as_deref()?;
        let is_okep = self.path == self.okep.path && self.okep.site == Some(settings.extensions);
        let own = is_okep.then(|| self.okep.site_reading().headings.clone());
        let headings = own.unwrap_or_else(|| site_headings(text, settings.extensions));
        // What such a heading becomes is for an extension to say, and so are all after it of its name. The site leaves
        // the mark of a footnote out of a heading's anchor, where it knows footnotes.
        let attributes = settings.extensions.attr_list;
        let is_unsure = |text: &str| {
            (settings.emoji && SHORT_CODE.is_match(text))
                || (attributes && text.contains('{'))
                || text.contains("[^")
        };
        if headings.iter().any(|h| is_unsure(&h.text)) || (attributes && ID.is_match(text)) {
            return None;
        }
        let mut anchors = SiteAnchors::new(separator);
        Some(headings.iter().map(|h| (h.text.clone(), anchors.next(&h.text))).collect())
    }
}

/// The links of a page, in order.
pub fn links(document: &Document) -> Vec<PageLink> {
    let markdown = document.links.iter().map(|l| (l.span.clone(), l.target.clone(), Some(l.kind)));
    let html = tags(document).filter_map(|tag| {
        let key = if tag.is("a") { "href" } else { "src" };
        let value = tag.get(key).filter(|_| tag.is("a") || tag.is("img"))?;
        Some((tag.span.clone(), value.text.trim().replace("&amp;", "&"), None))
    });
    let bare = bare_links(document).into_iter();
    let bare = bare.map(|span| (span.clone(), document.text.slice(span).to_owned(), None));
    let links = markdown.chain(html).chain(bare);
    let mut links: Vec<_> = links.map(|(span, target, kind)| PageLink { span, target, kind }).collect();
    links.sort_by_key(|link| link.span.start);
    links
}

fn tags(document: &Document) -> impl Iterator<Item = html::Tag<'_>> {
    document.html.iter().flat_map(|range| html::tags(document.text.as_str(), range.clone()))
}

/// The file that a target names, as written, and the anchor behind it; the query goes with neither.
pub fn parts(target: &str) -> (&str, Option<&str>) {
    let (before, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = before.split_once('?').map_or(before, |(file, _)| file);
    (file, Some(anchor).filter(|anchor| !anchor.is_empty()))
}

/// The pages of a snapshot that link rules are about: every OKEP that was read, and the pages next to one in a folder
/// of its own.
pub fn pages(snapshot: &Snapshot) -> Vec<Linked<'_>> {
    let read = snapshot.okeps.iter().filter(|o| !o.unchanged);
    let okeps = read.map(|okep| Linked::new(snapshot, okep, &okep.path, &okep.document));
    let companions = snapshot.companions.iter().filter_map(|page| {
        let (around, _) = okep_folder(&page.path, &snapshot.layout.folder)?;
        let holds = |okep: &&Okep| okep.folder.as_ref().is_some_and(|(folder, _)| folder == around);
        let okep = snapshot.okeps.iter().find(holds)?;
        Some(Linked::new(snapshot, okep, &page.path, &page.document))
    });
    okeps.chain(companions).collect()
}

/// What all rules about links say of a page.
pub fn claims(page: &Linked) -> Vec<Claim> {
    if page.document.text.invalid_at.is_some() {
        return Vec::new();
    }
    claims_of(page, |_| true)
}

/// What those of the rules about links that `counts` say of a page.
fn claims_of(page: &Linked, counts: impl Fn(&Rule) -> bool) -> Vec<Claim> {
    let rules = RULES.iter().filter(|rule| counts(rule));
    let checks = rules.filter_map(|r| if let Check::Links(check, _) = r.check { Some(check) } else { None });
    checks.flat_map(|check| once_each(check(page))).collect()
}

/// One claim for each subject of a rule and page; where the same link is elsewhere is reported with the first.
fn once_each(claims: Vec<Claim>) -> Vec<Claim> {
    let mut distinct: IndexMap<String, Claim> = IndexMap::new();
    for claim in claims {
        if let Some(first) = distinct.get_mut(&claim.finding.subject) {
            let (path, place) = (claim.finding.path.clone(), claim.finding.place.clone());
            first.finding.related.push(Related { path, place, message: "and here".into() });
        } else {
            distinct.insert(claim.finding.subject.clone(), claim);
        }
    }
    distinct.into_values().collect()
}

/// Whether what is claimed holds in a snapshot.
pub fn holds(claim: &Claim, snapshot: &Snapshot) -> bool {
    !claim.unless.iter().any(|w| w.is_met(snapshot.path_kind(&w.path)))
}

/// The paths of which it would help to know where their files went.
pub fn lost(snapshot: &Snapshot) -> BTreeSet<String> {
    let claims = pages(snapshot).into_iter().flat_map(|page| claims_of(&page, |rule| rule.follows_moves));
    let dead = claims.filter(|claim| holds(claim, snapshot));
    dead.flat_map(|claim| claim.unless).map(|wanted| wanted.path).collect()
}
