//! Editing `nav` by single lines: register a page, drop an entry, point an entry elsewhere.
//!
//! Pure: bytes in, one edit out. Nothing is ever written anew from a model, so comments, tags, anchors
//! and odd indents stay; and nothing is proposed that was not verified: the file is read before and after, and
//! must say the same but for the one entry. What cannot be edited by a single line is explained instead.

mod prove;

use crate::site::mkdocs::scalar;
use crate::site::mkdocs::yaml::Style;
use crate::site::mkdocs::{Nav, NavEntry, NavItem, NavSection, NavTree, Shape, Site, What};
use crate::text::Text;
pub use prove::without_nav;
use prove::{NavChange, proven};
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
    let edit = match (section.shape, home.line(section, &text, tree)) {
        (Shape::Flow, _) => Err(why("the list is written in one line with brackets")),
        (Shape::Mapping, _) => Err(why("the section is a mapping, not a list")),
        (Shape::Elsewhere, _) => Err(why("the list is elsewhere, under an anchor or a default")),
        (Shape::Block, None) => Err(why("the entries around are laid out in an unusual way")),
        (Shape::Block, Some(line)) => {
            let entry = line.entry(&title, &target, tree, section);
            let (at, inserted) = line.splice(&text, &entry);
            let own_title = Some(title.clone()).filter(|t| !t.is_empty() && line.titled(tree, section));
            let change = NavChange::Inserted((tree.titles(home.section), own_title, target.clone()));
            proven(tree, &text, (at..at, inserted), change).map_err(|reason| why(&reason))
        }
    };
    plan(edit, place)
}

/// Deletes the whole line of an entry whose page is gone.
pub fn remove(site: &Site, bytes: &[u8], index: usize) -> NavPlan {
    let (text, tree, entry) = match find(site, bytes, index) {
        Ok(found) => found,
        Err(plan) => return *plan,
    };
    let section = &tree.sections[entry.parent];
    let why = |reason: &str| format!("{reason}; delete the entry for `{}` by hand", entry.target);
    let edit = match section.items.get(entry.item).and_then(|item| item.lines.clone()) {
        _ if entry.elsewhere || section.shape == Shape::Elsewhere => {
            Err(why("the entry is elsewhere, under an anchor or a default"))
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
        None => Err(why("the entry shares its line with something else")),
        Some(lines) => {
            let start = with_comment(&text, tree, section, entry.item);
            let lines = whole_lines(&text, start..lines.end);
            proven(tree, &text, (lines, String::new()), NavChange::Removed(index))
                .map_err(|reason| why(&reason))
        }
    };
    NavPlan { edit, path: tree.path.clone(), place: line_at(&text, entry.span.start) }
}

/// Lets an entry name another page, a path from the repository's root; its title stays. `title` is that of an entry
/// that has title and path in one text, because no blank is after the colon.
pub fn retarget(site: &Site, bytes: &[u8], index: usize, new_doc: &str, title: Option<&str>) -> NavPlan {
    let (text, tree, entry) = match find(site, bytes, index) {
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
        return plan(Err(why("the entry is elsewhere, under an anchor or a default")));
    }
    if !one_line {
        return plan(Err(why("the path is written over several lines")));
    }
    let mut written = scalar::write(&target, entry.target_style);
    if tree.sections[entry.parent].shape == Shape::Flow && written.contains([',', '[', ']', '{', '}']) {
        written = scalar::write(&target, Style::Double);
    }
    if let Some(title) = title {
        written = format!("{}: {written}", scalar::write(title, entry.target_style));
    }
    let change = NavChange::Retargeted(index, title.map(str::to_owned), target.clone());
    let edit = proven(tree, &text, (entry.span.clone(), written), change);
    plan(edit.map_err(|reason| why(&reason)))
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

/// Where an item begins: at the comment right above it, if that speaks of it by path, number or title.
fn with_comment(text: &Text, tree: &NavTree, section: &NavSection, item: usize) -> usize {
    let Some((item, own)) = section.items.get(item).and_then(|i| Some((i, i.lines.clone()?.start))) else {
        return section.span.start;
    };
    let What::Entry(entry) = item.what else { return own };
    let entry = &tree.entries[entry];
    let mut start = own;
    while start > 0 && text.slice(text.line_range(start - 1)).trim_start().starts_with('#') {
        start = text.line_range(start - 1).start;
    }
    let said = text.slice(start..own).to_lowercase();
    let number = crate::text::path::number(&entry.target).map(|n| n.to_string());
    let mut words = said.split(|c: char| !c.is_alphanumeric());
    let title = entry.title.as_deref().filter(|t| t.len() > 3).map(str::to_lowercase);
    let named = words.any(|w| number.as_deref() == Some(w))
        || title.is_some_and(|title| said.contains(&title))
        || said.contains(&entry.target.to_lowercase());
    if named { start } else { own }
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

/// Where a new entry belongs: in a section, next to item `next_to`.
struct Home {
    section: usize,
    /// The item whose line is the model for the new one.
    next_to: usize,
    /// The line goes right after the item `next_to`, else right before it.
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
            let numbered = |(index, item): (usize, &NavItem)| match item.what {
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

/// The place among siblings: by number where they are by number, else after the last.
fn ordered(section: usize, siblings: &[(usize, u64)], number: Option<u64>) -> Home {
    let rising = siblings.len() > 1 && siblings.is_sorted_by(|a, b| a.1 < b.1);
    let falling = siblings.len() > 2 && siblings.is_sorted_by(|a, b| a.1 > b.1);
    let next = number
        .and_then(|new| siblings.iter().position(|(_, n)| (rising && *n > new) || (falling && *n < new)));
    let last = siblings.last().map_or(0, |(index, _)| *index);
    let after = |index: usize| Home { section, next_to: index, after: true };
    match next {
        None => after(last),
        // Right after the sibling before, so that a comment above the next one stays with that.
        Some(at) if at > 0 && siblings[at - 1].0 + 1 == siblings[at].0 => after(siblings[at - 1].0),
        Some(at) => Home { section, next_to: siblings[at].0, after: false },
    }
}

fn end_of(tree: &NavTree, section: usize) -> Home {
    Home { section, next_to: tree.sections[section].items.len().saturating_sub(1), after: true }
}

/// The section that is about the page's folder: by its entries, by a comment in it, by its title.
fn section_of_folder(tree: &NavTree, target: &str, text: &Text) -> usize {
    let mut folder = target;
    while let Some((parent, _)) = folder.rsplit_once('/') {
        folder = parent;
        let inside = format!("{folder}/");
        let entries = |section: &NavSection| {
            let of_folder = |item: &&NavItem| match item.what {
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
        let in_comment = |section: &NavSection| {
            text.slice(section.span.clone()).lines().any(|line| {
                line.trim_start().strip_prefix('#').is_some_and(|comment| comment.contains(&inside))
            })
        };
        if let Some((at, _)) = sections().rfind(|(_, s)| in_comment(s)) {
            return at;
        }
        let name = folder.rsplit('/').next().unwrap_or(folder);
        let titled = |s: &NavSection| s.title.as_deref().is_some_and(|t| t.eq_ignore_ascii_case(name));
        if let Some((at, _)) = sections().find(|(_, s)| titled(s)) {
            return at;
        }
    }
    0
}

impl Home {
    /// The line to report at: the one after which the entry belongs.
    fn place(&self, section: &NavSection, text: &Text, tree: &NavTree) -> Range<usize> {
        match section.items.get(self.next_to) {
            Some(item) if self.after => line_at(text, item.span.end),
            Some(item) => line_at(text, item.span.start),
            None if section.title.is_some() => line_at(text, section.span.start),
            None => line_at(text, tree.key.start),
        }
    }

    /// The line to write after or before, if it is one to follow.
    fn line(&self, section: &NavSection, text: &Text, tree: &NavTree) -> Option<NavLine> {
        let item = section.items.get(self.next_to)?;
        let lines = item.lines.clone()?;
        let prefix = text.slice(lines.start..item.span.start).to_owned();
        Some(NavLine {
            at: if self.after { lines.end } else { with_comment(text, tree, section, self.next_to) },
            prefix,
            next_to: self.next_to,
            lines,
        })
    }
}

struct NavLine {
    at: usize,
    /// Indent, dash and blanks of the neighbour.
    prefix: String,
    next_to: usize,
    lines: Range<usize>,
}

impl NavLine {
    /// The neighbour that a new entry is written like: the nearest entry of the section.
    fn model<'t>(&self, tree: &'t NavTree, section: &NavSection) -> Option<&'t NavEntry> {
        let entry = |item: &NavItem| match item.what {
            What::Entry(entry) => tree.entries.get(entry),
            _ => None,
        };
        let before = section.items[..=self.next_to].iter().rev().find_map(entry);
        before.or_else(|| section.items[self.next_to..].iter().find_map(entry))
    }

    /// Whether the neighbours have titles; without neighbours, a new entry has one.
    fn titled(&self, tree: &NavTree, section: &NavSection) -> bool {
        self.model(tree, section).is_none_or(|entry| entry.title.is_some())
    }

    fn entry(&self, title: &str, target: &str, tree: &NavTree, section: &NavSection) -> String {
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

#[cfg(test)]
mod tests;
