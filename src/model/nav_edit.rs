//! Editing `nav` by single lines: register a page, drop an entry, point an entry elsewhere.
//!
//! Pure: bytes in, one edit out. Nothing is ever written anew from a model, so comments, tags, anchors
//! and odd indents stay; and nothing is proposed that was not proven: the file is read before and after
//! by two parsers, and both must say the same but for the one entry. What cannot be edited by a single
//! line is explained instead.

use crate::model::mkdocs::scalar;
use crate::model::mkdocs::yaml::{Document, Kind, NodeId, Style};
use crate::model::mkdocs::{Item, Nav, NavEntry, NavTree, Section, Shape, Site, What};
use crate::text::Text;
use serde_yaml::Value as Plain;
use std::ops::Range;

/// An edit of the file that holds `nav`, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavPlan {
    /// The bytes to replace and by what; otherwise why not, and what to write where.
    pub edit: Result<(Range<usize>, String), String>,
    /// The file that holds `nav`.
    pub path: String,
    /// The line to report at: after which, or at which, the entry belongs.
    pub place: Range<usize>,
}

/// Registers a page: with its siblings, in their order where they have one.
///
/// `bytes` are those of the file that holds `nav`. `is_sibling` gives the number of a page that belongs
/// with the new one; it is asked for the new one's number too. Without siblings, the section whose
/// entries or comments name the page's folder is taken, and at last the end of the navigation.
pub fn insert(
    site: &Site,
    bytes: &[u8],
    doc_path: &str,
    title: &str,
    is_sibling: &dyn Fn(&str) -> Option<u64>,
) -> NavPlan {
    let Some(tree) = site.nav.tree() else { return no_tree(site) };
    let text = Text::new(bytes);
    let plan = |edit, place| NavPlan { edit, path: tree.path.clone(), place };
    let Some(target) = site.target(doc_path) else {
        let why = format!("`{doc_path}` is not below the docs folder, so `nav` cannot name it");
        return plan(Err(why), line_at(&text, tree.key.start));
    };
    let home = home(tree, doc_path, &target, &text, is_sibling);
    let section = &tree.sections[home.section];
    let place = home.place(section, &text, tree);
    let title = one_line(title);
    let why = |reason: &str| {
        let label = scalar::write(&title, Style::Plain);
        let within = match section.title.as_deref() {
            Some(title) => format!("the section `{title}` of `nav`"),
            None => "`nav`".into(),
        };
        format!("{reason}; add `{label}: {target}` to {within} by hand")
    };
    let edit = match (section.shape, home.line(section, &text)) {
        (Shape::Flow, _) => Err(why("the list is written in one line with brackets")),
        (Shape::Mapping, _) => Err(why("the section is a mapping, not a list")),
        (Shape::Elsewhere, _) => Err(why("the list stands elsewhere, under an anchor or a default")),
        (Shape::Block, None) => Err(why("the entries around share their lines with others")),
        (Shape::Block, Some(line)) => {
            let entry = line.entry(&title, &target, tree, section);
            let (at, inserted) = line.splice(&text, &entry);
            let mut trail = section.trail.clone();
            trail.push(home.index);
            let title = Some(title.as_str()).filter(|t| !t.is_empty() && line.titled(tree, section));
            let change = Change::Inserted { trail, title, target: &target };
            prove(&text, at..at, &inserted, &change)
                .map(|()| (at..at, inserted))
                .map_err(|reason| why(&reason))
        }
    };
    plan(edit, place)
}

/// Deletes the whole line of an entry whose page is gone.
pub fn remove(site: &Site, bytes: &[u8], entry: usize) -> NavPlan {
    let (text, tree, entry) = match find(site, bytes, entry) {
        Ok(found) => found,
        Err(plan) => return *plan,
    };
    let section = &tree.sections[entry.parent];
    let why = |reason: &str| format!("{reason}; delete the entry for `{}` by hand", entry.target);
    let edit = match section.items.get(entry.item).and_then(|item| item.lines.clone()) {
        _ if entry.elsewhere || section.shape == Shape::Elsewhere => {
            Err(why("the entry stands elsewhere, under an anchor or a default"))
        }
        _ if section.items.len() == 1 => Err(match &section.title {
            Some(title) => format!(
                "it is the only entry of the section `{title}`, and MkDocs takes no empty section: delete \
                 the section, or give it another page"
            ),
            None => "it is the only entry of `nav`, and without entries MkDocs shows all pages: name \
                     another page first"
                .into(),
        }),
        None => Err(why("the entry shares its line with others")),
        Some(lines) => {
            let lines = whole_lines(&text, lines);
            let change = Change::Removed { trail: item_trail(entry) };
            prove(&text, lines.clone(), "", &change)
                .map(|()| (lines, String::new()))
                .map_err(|reason| why(&reason))
        }
    };
    NavPlan { edit, path: tree.path.clone(), place: line_at(&text, entry.span.start) }
}

/// Lets an entry name another page, a path from the repository's root; its title stays.
pub fn retarget(site: &Site, bytes: &[u8], entry: usize, new_doc: &str) -> NavPlan {
    let (text, tree, entry) = match find(site, bytes, entry) {
        Ok(found) => found,
        Err(plan) => return *plan,
    };
    let plan = |edit| NavPlan { edit, path: tree.path.clone(), place: line_at(&text, entry.span.start) };
    let Some(target) = site.target(new_doc) else {
        return plan(Err(format!("`{new_doc}` is not below the docs folder, so `nav` cannot name it")));
    };
    let why = |reason: &str| format!("{reason}; write `{target}` for `{}` by hand", entry.target);
    let one_line = !text.slice(entry.span.clone()).contains('\n') && entry.target_style != Style::Block;
    if entry.elsewhere {
        return plan(Err(why("the entry stands elsewhere, under an anchor or a default")));
    }
    if !one_line {
        return plan(Err(why("the path is written over several lines")));
    }
    let mut written = scalar::write(&target, entry.target_style);
    if tree.sections[entry.parent].shape == Shape::Flow && written.contains([',', '[', ']', '{', '}']) {
        written = scalar::write(&target, Style::Double);
    }
    let change = Change::Retargeted { trail: entry.trail.clone(), target: &target };
    let edit = prove(&text, entry.span.clone(), &written, &change)
        .map(|()| (entry.span.clone(), written))
        .map_err(|reason| why(&reason));
    plan(edit)
}

fn no_tree(site: &Site) -> NavPlan {
    let why = match site.nav {
        Nav::Absent => "there is no `nav`, so MkDocs shows all pages",
        _ => "`nav` could not be read",
    };
    NavPlan { edit: Err(why.into()), path: site.path.clone(), place: 0..0 }
}

fn find<'s>(
    site: &'s Site,
    bytes: &[u8],
    entry: usize,
) -> Result<(Text, &'s NavTree, &'s NavEntry), Box<NavPlan>> {
    let Some(tree) = site.nav.tree() else { return Err(Box::new(no_tree(site))) };
    match tree.entries.get(entry) {
        Some(found) => Ok((Text::new(bytes), tree, found)),
        None => {
            let edit = Err("`nav` has no such entry".into());
            Err(Box::new(NavPlan { edit, path: tree.path.clone(), place: tree.key.clone() }))
        }
    }
}

/// The trail of the item that an entry is: without the step from a `title: page` to its page.
fn item_trail(entry: &NavEntry) -> Vec<usize> {
    let titled = usize::from(entry.title.is_some());
    entry.trail[..entry.trail.len() - titled].to_vec()
}

fn one_line(title: &str) -> String {
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The line that holds an offset, without indent, comment-free or not, and without its break.
fn line_at(text: &Text, offset: usize) -> Range<usize> {
    let line = text.line_range(offset);
    let start = if line.start == 0 { text.bom_len().min(line.end) } else { line.start };
    let slice = text.slice(start..line.end);
    let indent = slice.len() - slice.trim_start().len();
    let end = start + slice.trim_end().len();
    (start + indent).min(end)..end
}

/// Lines to delete; where the last one has no break, the one before it gives its own.
fn whole_lines(text: &Text, lines: Range<usize>) -> Range<usize> {
    let unbroken = lines.end == text.len() && !text.slice(lines.clone()).ends_with('\n');
    let start = match text.slice(0..lines.start) {
        before if unbroken && before.ends_with("\r\n") => lines.start - 2,
        before if unbroken && before.ends_with('\n') => lines.start - 1,
        _ => lines.start,
    };
    start..lines.end
}

/// Where a new entry belongs: before item `index` of a section, next to item `beside`.
struct Home {
    section: usize,
    index: usize,
    /// The item whose line is the model for the new one.
    beside: usize,
    /// The line goes right after the item `beside`, else right before it.
    after: bool,
}

fn home(
    tree: &NavTree,
    doc_path: &str,
    target: &str,
    text: &Text,
    is_sibling: &dyn Fn(&str) -> Option<u64>,
) -> Home {
    let number = is_sibling(doc_path);
    let siblings: Vec<Vec<(usize, u64)>> = tree
        .sections
        .iter()
        .map(|section| {
            let numbered = |(index, item): (usize, &Item)| match item.what {
                What::Entry(entry) => {
                    let doc = tree.entries[entry].doc.as_deref().filter(|doc| *doc != doc_path)?;
                    is_sibling(doc).map(|number| (index, number))
                }
                _ => None,
            };
            section.items.iter().enumerate().filter_map(numbered).collect()
        })
        .collect();
    // Of two sections that hold as many, the one with the newest.
    let weight = |at: &usize| (siblings[*at].len(), siblings[*at].iter().map(|(_, n)| *n).max());
    let section = (0..tree.sections.len()).max_by_key(|at| (weight(at), usize::MAX - at)).unwrap_or(0);
    match siblings[section].as_slice() {
        [] => end_of(tree, section_of_folder(tree, target, text)),
        among => ordered(section, among, number),
    }
}

/// The place among siblings: by number where they stand by number, else after the last.
fn ordered(section: usize, siblings: &[(usize, u64)], number: Option<u64>) -> Home {
    let rising = siblings.len() > 1 && siblings.is_sorted_by(|a, b| a.1 < b.1);
    let falling = siblings.len() > 2 && siblings.is_sorted_by(|a, b| a.1 > b.1);
    let next = number
        .and_then(|new| siblings.iter().position(|(_, n)| (rising && *n > new) || (falling && *n < new)));
    let last = siblings.last().map_or(0, |(index, _)| *index);
    let after = |index: usize| Home { section, index: index + 1, beside: index, after: true };
    match next {
        None => after(last),
        // Right after the sibling before, so that a comment above the next one stays with that.
        Some(at) if at > 0 && siblings[at - 1].0 + 1 == siblings[at].0 => after(siblings[at - 1].0),
        Some(at) => Home { section, index: siblings[at].0, beside: siblings[at].0, after: false },
    }
}

fn end_of(tree: &NavTree, section: usize) -> Home {
    let items = &tree.sections[section].items;
    Home { section, index: items.len(), beside: items.len().saturating_sub(1), after: true }
}

/// The section that is about the page's folder: by its entries, by a comment in it, by its title.
fn section_of_folder(tree: &NavTree, target: &str, text: &Text) -> usize {
    let mut folder = target;
    while let Some((parent, _)) = folder.rsplit_once('/') {
        folder = parent;
        let inside = format!("{folder}/");
        let entries = |section: &Section| {
            let of_folder = |item: &&Item| match item.what {
                What::Entry(entry) => {
                    tree.entries[entry].target.trim_start_matches("./").starts_with(&inside)
                }
                _ => false,
            };
            section.items.iter().filter(of_folder).count()
        };
        let sections =
            || tree.sections.iter().enumerate().skip(1).filter(|(_, s)| s.shape != Shape::Elsewhere);
        let most = sections().map(|(at, s)| (entries(s), usize::MAX - at)).max();
        if let Some((1.., at)) = most {
            return usize::MAX - at;
        }
        // Of nested sections, the innermost that says the name: the last one to begin.
        let in_comment = |section: &Section| {
            text.slice(section.span.clone()).lines().any(|line| {
                line.trim_start().strip_prefix('#').is_some_and(|comment| comment.contains(&inside))
            })
        };
        if let Some((at, _)) = sections().rfind(|(_, s)| in_comment(s)) {
            return at;
        }
        let name = folder.rsplit('/').next().unwrap_or(folder);
        let titled = |s: &Section| s.title.as_deref().is_some_and(|t| t.eq_ignore_ascii_case(name));
        if let Some((at, _)) = sections().find(|(_, s)| titled(s)) {
            return at;
        }
    }
    0
}

impl Home {
    /// The line to report at: the one after which the entry belongs.
    fn place(&self, section: &Section, text: &Text, tree: &NavTree) -> Range<usize> {
        match section.items.get(self.beside) {
            Some(item) if self.after => line_at(text, item.span.end),
            Some(item) => line_at(text, item.span.start),
            None if section.title.is_some() => line_at(text, section.span.start),
            None => line_at(text, tree.key.start),
        }
    }

    /// The line to write after or before, if it is one to follow.
    fn line(&self, section: &Section, text: &Text) -> Option<Line> {
        let item = section.items.get(self.beside)?;
        let lines = item.lines.clone()?;
        let prefix = text.slice(lines.start..item.span.start).to_owned();
        Some(Line {
            at: if self.after { lines.end } else { lines.start },
            prefix,
            beside: self.beside,
            lines,
        })
    }
}

struct Line {
    at: usize,
    /// Indent, dash and blanks of the neighbour.
    prefix: String,
    beside: usize,
    lines: Range<usize>,
}

impl Line {
    /// The neighbour that a new entry is written like: the nearest entry of the section.
    fn model<'t>(&self, tree: &'t NavTree, section: &Section) -> Option<&'t NavEntry> {
        let entry = |item: &Item| match item.what {
            What::Entry(entry) => tree.entries.get(entry),
            _ => None,
        };
        let before = section.items[..=self.beside].iter().rev().find_map(entry);
        before.or_else(|| section.items[self.beside..].iter().find_map(entry))
    }

    /// Whether the neighbours have titles; without neighbours, a new entry has one.
    fn titled(&self, tree: &NavTree, section: &Section) -> bool {
        self.model(tree, section).is_none_or(|entry| entry.title.is_some())
    }

    fn entry(&self, title: &str, target: &str, tree: &NavTree, section: &Section) -> String {
        let model = self.model(tree, section);
        let title_style = model.and_then(|e| e.title_style).unwrap_or(Style::Plain);
        let target = scalar::write(target, model.map_or(Style::Plain, |e| e.target_style));
        let prefix = &self.prefix;
        if title.is_empty() || !self.titled(tree, section) {
            return format!("{prefix}{target}");
        }
        format!("{prefix}{}: {target}", scalar::write(title, title_style))
    }

    /// Where to insert what, with the neighbour's line break.
    fn splice(&self, text: &Text, entry: &str) -> (usize, String) {
        let neighbour = text.slice(self.lines.clone());
        let line_break = match neighbour {
            line if line.ends_with("\r\n") => "\r\n",
            line if line.ends_with('\n') => "\n",
            _ => text.line_ending(),
        };
        // After a last line without a break, the break comes first and the file still ends without one.
        if self.at == self.lines.end && !neighbour.ends_with('\n') {
            return (self.at, format!("{line_break}{entry}"));
        }
        (self.at, format!("{entry}{line_break}"))
    }
}

/// The one difference that an edit may make.
enum Change<'c> {
    Inserted { trail: Vec<usize>, title: Option<&'c str>, target: &'c str },
    Removed { trail: Vec<usize> },
    Retargeted { trail: Vec<usize>, target: &'c str },
}

/// Whether the edited file means what the old one meant but for the change, to both parsers.
fn prove(old: &Text, range: Range<usize>, inserted: &str, change: &Change<'_>) -> Result<(), String> {
    let doubt = |what: &str| Err(format!("a single line would change more than the entry ({what})"));
    let (Some(head), Some(tail)) = (old.as_str().get(..range.start), old.as_str().get(range.end..)) else {
        return doubt("the span is not in the file");
    };
    let edited = format!("{head}{inserted}{tail}");
    let new = Text::new(edited.as_bytes());
    let (Ok(before), Ok(after)) = (Document::parse(old), Document::parse(&new)) else {
        return doubt("the file would not be YAML any more");
    };
    let way = match change {
        // The item that will be there is new; the lists around it may be shared.
        Change::Inserted { trail, .. } => &trail[..trail.len().saturating_sub(1)],
        _ => change.trail(),
    };
    if is_shared(&before, way) {
        return Err("the list is used in a second place by an alias".into());
    }
    let (Some(mut wanted), Some(got)) = (outline(&before), outline(&after)) else {
        return doubt("the file would be empty");
    };
    if !change.apply(&mut wanted) || wanted != got {
        return doubt("other entries would move");
    }
    let mark = old.bom_len();
    let second = |text: &str| serde_yaml::from_str::<Plain>(&text[mark.min(text.len())..]);
    if let Ok(mut wanted) = second(old.as_str()) {
        // The second parser refuses some files that MkDocs reads; it has a say where it reads them.
        if !second(&edited).is_ok_and(|got| change.apply_plain(&mut wanted) && wanted == got) {
            return doubt("YAML readers would disagree");
        }
    }
    Ok(())
}

/// A file's nodes as plain nested values, aliases as the number of the node they name.
#[derive(Debug, Clone, PartialEq)]
enum Outline {
    Scalar {
        tag: Option<String>,
        kind: Option<scalar::Type>,
        value: String,
    },
    Seq(Option<String>, Vec<Outline>),
    Map(Option<String>, Vec<(Outline, Outline)>),
    /// The content of the node that it names, without what that holds in turn by alias.
    Alias(Box<Outline>),
}

fn outline(doc: &Document) -> Option<Outline> {
    doc.root.map(|root| outline_of(doc, root))
}

fn outline_of(doc: &Document, id: NodeId) -> Outline {
    let node = doc.written(id);
    let tag = node.tag.clone();
    match &node.kind {
        Kind::Scalar { value, style } => {
            let implicit = tag.is_none() && *style == Style::Plain;
            let kind = implicit.then(|| scalar::implicit_type(value)).filter(|k| *k != scalar::Type::Str);
            Outline::Scalar { tag, kind, value: value.clone() }
        }
        Kind::Sequence { items, .. } => {
            Outline::Seq(tag, items.iter().map(|i| outline_of(doc, *i)).collect())
        }
        Kind::Mapping { pairs, .. } => {
            Outline::Map(tag, pairs.iter().map(|(k, v)| (outline_of(doc, *k), outline_of(doc, *v))).collect())
        }
        Kind::Alias(target) => Outline::Alias(Box::new(shallow(doc, *target))),
    }
}

/// A node without its children: enough to see that an alias still names the same anchor, since names of
/// anchors are unique and an edit adds none.
fn shallow(doc: &Document, id: NodeId) -> Outline {
    let node = doc.written(id);
    match &node.kind {
        Kind::Sequence { .. } => Outline::Seq(node.tag.clone(), Vec::new()),
        Kind::Mapping { .. } => Outline::Map(node.tag.clone(), Vec::new()),
        Kind::Scalar { .. } => outline_of(doc, id),
        Kind::Alias(_) => Outline::Seq(None, Vec::new()),
    }
}

fn text_outline(text: &str) -> Outline {
    Outline::Scalar { tag: None, kind: None, value: text.into() }
}

impl Change<'_> {
    fn trail(&self) -> &[usize] {
        match self {
            Change::Inserted { trail, .. } | Change::Removed { trail } | Change::Retargeted { trail, .. } => {
                trail
            }
        }
    }

    /// Makes the change in the old outline; false where the trail does not lead there.
    fn apply(&self, root: &mut Outline) -> bool {
        let Some((last, way)) = self.trail().split_last() else { return false };
        let Outline::Map(_, pairs) = root else { return false };
        let nav = text_outline("nav");
        let Some((_, start)) = pairs.iter_mut().rfind(|(key, _)| *key == nav) else { return false };
        let Some(parent) = way.iter().try_fold(start, |at, step| at.child(*step)) else { return false };
        match (self, parent) {
            (Change::Inserted { title, target, .. }, Outline::Seq(_, items)) if *last <= items.len() => {
                let target = text_outline(target);
                let item = match title {
                    Some(title) => Outline::Map(None, vec![(text_outline(title), target)]),
                    None => target,
                };
                items.insert(*last, item);
            }
            (Change::Removed { .. }, Outline::Seq(_, items)) if *last < items.len() => {
                items.remove(*last);
            }
            (Change::Retargeted { target, .. }, parent) => match parent.child(*last) {
                Some(Outline::Scalar { kind, value, .. }) => {
                    *kind = None;
                    *value = (*target).into();
                }
                _ => return false,
            },
            _ => return false,
        }
        true
    }

    /// The same in the second parser's values.
    fn apply_plain(&self, root: &mut Plain) -> bool {
        let Some((last, way)) = self.trail().split_last() else { return false };
        let Some(start) = root.get_mut("nav") else { return false };
        let Some(parent) = way.iter().try_fold(start, |at, step| plain_child(at, *step)) else {
            return false;
        };
        match (self, parent) {
            (Change::Inserted { title, target, .. }, Plain::Sequence(items)) if *last <= items.len() => {
                let target = Plain::String((*target).into());
                let item = match title {
                    Some(title) => {
                        let mut pair = serde_yaml::Mapping::new();
                        pair.insert(Plain::String((*title).into()), target);
                        Plain::Mapping(pair)
                    }
                    None => target,
                };
                items.insert(*last, item);
            }
            (Change::Removed { .. }, Plain::Sequence(items)) if *last < items.len() => {
                items.remove(*last);
            }
            (Change::Retargeted { target, .. }, parent) => match plain_child(parent, *last) {
                Some(value) => *value = Plain::String((*target).into()),
                None => return false,
            },
            _ => return false,
        }
        true
    }
}

impl Outline {
    fn child(&mut self, at: usize) -> Option<&mut Outline> {
        match self {
            Outline::Seq(_, items) => items.get_mut(at),
            Outline::Map(_, pairs) => pairs.get_mut(at).map(|(_, value)| value),
            _ => None,
        }
    }
}

fn plain_child(value: &mut Plain, at: usize) -> Option<&mut Plain> {
    match value {
        Plain::Sequence(items) => items.get_mut(at),
        Plain::Mapping(pairs) => pairs.iter_mut().nth(at).map(|(_, value)| value),
        Plain::Tagged(tagged) => plain_child(&mut tagged.value, at),
        _ => None,
    }
}

/// Whether a node on the way from the root to the change is named by an alias somewhere: what is
/// changed there would change in two places.
fn is_shared(doc: &Document, trail: &[usize]) -> bool {
    let mut named: Vec<NodeId> = doc
        .nodes()
        .filter_map(|(_, node)| match node.kind {
            Kind::Alias(target) => Some(target),
            _ => None,
        })
        .collect();
    named.sort_unstable();
    let Some(root) = doc.root else { return false };
    let Kind::Mapping { pairs, .. } = &doc.written(root).kind else { return false };
    let is_nav = |id: NodeId| matches!(&doc.node(id).kind, Kind::Scalar { value, .. } if value == "nav");
    let Some((_, mut at)) = pairs.iter().rfind(|(key, _)| is_nav(*key)).copied() else { return false };
    let mut shared = named.binary_search(&at).is_ok();
    for step in trail {
        let below = match &doc.written(at).kind {
            Kind::Sequence { items, .. } => items.get(*step).copied(),
            Kind::Mapping { pairs, .. } => pairs.get(*step).map(|(_, value)| *value),
            _ => None,
        };
        let Some(below) = below else { break };
        at = below;
        shared |= named.binary_search(&at).is_ok();
    }
    shared
}
