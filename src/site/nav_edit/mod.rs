//! Editing `nav` by single lines: register a page, drop an entry, point an entry elsewhere.
//!
//! Pure: bytes in, one edit out. Nothing is ever written anew from a model, so comments, tags, anchors
//! and odd indents stay; and nothing is proposed that was not verified: the file is read before and after, and
//! must say the same but for the one entry. What cannot be edited by a single line is explained instead.

mod prove;
#[cfg(test)]
mod tests;

use crate::site::mkdocs::scalar;
use crate::site::mkdocs::yaml::Style;
use crate::site::mkdocs::{Nav, NavEntry, NavItem, NavSection, NavTree, Shape, Site};
use crate::text::{Text, path, trimmed};
use prove::proven;
pub use prove::without_nav;
use std::ops::Range;

/// The bytes to replace and by what; otherwise why not, and what to write where.
type LineEdit = Result<(Range<usize>, String), String>;

/// Gives the number of a page that belongs with the new one; it is asked for that of the new one too.
type NumberOf<'n> = &'n dyn Fn(&str) -> Option<u64>;

/// An edit of the file that holds `nav`, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavPlan {
    pub edit: LineEdit,
    /// The file that holds `nav`.
    pub path: String,
    /// The line to report at: after which, or at which, the entry belongs.
    pub place: Range<usize>,
}

/// Registers a page: with its siblings, in their order where they have one.
///
/// `bytes` are those of the file that holds `nav`. Without siblings, the section whose entries or comments name the
/// page's folder is taken, and at last the end of the navigation. With `proves`, the edited file is read again; a line
/// that is only shown, and not written, needs no proof.
pub fn insert(site: &Site, bytes: &[u8], page: &str, title: &str, number: NumberOf, proves: bool) -> NavPlan {
    let Some(tree) = site.nav.tree() else { return no_tree(site) };
    let file = NavFile { tree, text: Text::new(bytes) };
    let Some(target) = site.target(page) else { return file.plan(tree.key.start, Err(outside(page))) };
    let home = file.home(page, &target, number);
    let section = &tree.sections[home.section];
    let place = match section.items.get(home.next_to) {
        Some(item) if home.after => item.span.end,
        Some(item) => item.span.start,
        None if section.title().is_some() => section.span.start,
        None => tree.key.start,
    };
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let model = file.model(&home).filter(|_| !title.is_empty());
    let both = model.and_then(|entry| number(entry.doc.as_deref()?)).zip(number(page));
    let like = |(theirs, own)| numbered_like(model?.title.as_deref()?, theirs, own, &title);
    let title = both.and_then(like).unwrap_or(title);
    let edit = file.new_line(&home, &title, &target, proves).map_err(|reason| {
        let label = scalar::write(&title, Style::Plain);
        let within =
            section.title().map_or("`nav`".into(), |title| format!("the section `{title}` of `nav`"));
        format!("{reason}; add `{label}: {target}` to {within} by hand")
    });
    file.plan(place, edit)
}

/// Deletes the whole line of an entry whose page is gone.
pub fn remove(site: &Site, bytes: &[u8], index: usize) -> NavPlan {
    edit(site, bytes, index, |file, entry| {
        let section = &file.tree.sections[entry.parent];
        let why = |reason: &str| format!("{reason}; delete the entry for `{}` by hand", entry.target);
        if entry.elsewhere {
            return Err(why("the entry is elsewhere, under an anchor or a default"));
        }
        if section.items.len() == 1 {
            return Err(match section.title() {
                Some(title) => format!(
                    "it is the only entry of the section `{title}`, and MkDocs takes no empty section: delete \
                     the section, or give it another page"
                ),
                None => "it is the only entry of `nav`, and without entries MkDocs shows all pages: name \
                         another page first"
                    .into(),
            });
        }
        let Some(lines) = section.items.get(entry.item).and_then(|item| item.lines.clone()) else {
            return Err(why("the entry shares its line with something else"));
        };
        let lines = file.whole_lines(file.with_comment(entry, lines.start)..lines.end);
        proven(file.tree, &file.text, (lines, String::new()), |entries, _| drop(entries.remove(index)))
            .map_err(|reason| why(&reason))
    })
}

/// Lets an entry name another page, a path from the repository's root; its title stays. `title` is that of an entry
/// that has title and path in one text, because no blank is after the colon.
pub fn retarget(site: &Site, bytes: &[u8], index: usize, new_doc: &str, title: Option<&str>) -> NavPlan {
    edit(site, bytes, index, |file, entry| {
        let Some(target) = site.target(new_doc) else { return Err(outside(new_doc)) };
        let why = |reason: &str| format!("{reason}; write `{target}` for `{}` by hand", entry.target);
        if entry.elsewhere {
            return Err(why("the entry is elsewhere, under an anchor or a default"));
        }
        let is_block = matches!(entry.target_style, Style::Literal | Style::Folded);
        if is_block || file.text.slice(entry.span.clone()).contains('\n') {
            return Err(why("the path is written over several lines"));
        }
        let mut written = scalar::write(&target, entry.target_style);
        let is_flow = file.tree.sections[entry.parent].shape == Shape::Flow;
        if is_flow && written.contains([',', '[', ']', '{', '}']) {
            written = scalar::write(&target, Style::DoubleQuoted);
        }
        if let Some(title) = title {
            written = format!("{}: {written}", scalar::write(title, entry.target_style));
        }
        proven(file.tree, &file.text, (entry.span.clone(), written), |entries, _| {
            // With a title, a text becomes a pair.
            entries[index].1 = title.map(str::to_owned).or(entries[index].1.take());
            entries[index].2 = target.clone();
        })
        .map_err(|reason| why(&reason))
    })
}

/// How the entry with the index `at` is edited.
fn edit(site: &Site, bytes: &[u8], at: usize, how: impl FnOnce(&NavFile, &NavEntry) -> LineEdit) -> NavPlan {
    let entry = site.nav.tree().and_then(|tree| Some((tree, tree.entries.get(at)?)));
    let Some((tree, entry)) = entry else { return no_tree(site) };
    let file = NavFile { tree, text: Text::new(bytes) };
    file.plan(entry.span.start, how(&file, entry))
}

fn no_tree(site: &Site) -> NavPlan {
    let why = match site.nav {
        Nav::Absent => "there is no `nav`, so MkDocs shows all pages",
        _ => "`nav` could not be read",
    };
    NavPlan { edit: Err(why.into()), path: site.path.clone(), place: 0..0 }
}

fn outside(doc_path: &str) -> String {
    format!("`{doc_path}` is not below the docs folder, so `nav` cannot name it")
}

/// A navigation and the text of the file that holds it.
struct NavFile<'s> {
    tree: &'s NavTree,
    text: Text,
}

/// Where a new entry belongs: in a section, next to item `next_to`.
struct Home {
    section: usize,
    /// The item whose line is the model for the new one.
    next_to: usize,
    /// The line goes right after the item `next_to`, else right before it.
    after: bool,
}

impl<'s> NavFile<'s> {
    /// The plan of an edit that is reported at the line of an offset: without indent and break.
    fn plan(&self, offset: usize, edit: LineEdit) -> NavPlan {
        let line = self.text.line_range(offset);
        let place = trimmed(self.text.as_str(), line.start.max(self.text.bom_len())..line.end);
        NavPlan { edit, path: self.tree.path.clone(), place }
    }

    fn entry_of(&self, item: &NavItem) -> Option<&'s NavEntry> {
        self.tree.entries.get(item.entry?)
    }

    /// Where an entry begins whose own line begins at `own`: at the comment right above it, if that speaks of it by
    /// path, number or title.
    fn with_comment(&self, entry: &NavEntry, own: usize) -> usize {
        let line_above = |start: usize| self.text.line_range(start - 1);
        let mut start = own;
        while start > 0 && self.text.slice(line_above(start)).trim_start().starts_with('#') {
            start = line_above(start).start;
        }
        let said = self.text.slice(start..own).to_lowercase();
        let number = path::number(&entry.target).map(|n| n.to_string());
        let mut words = said.split(|c: char| !c.is_alphanumeric());
        let title = entry.title.as_deref().filter(|t| t.len() > 3).map(str::to_lowercase);
        let named = words.any(|w| number.as_deref() == Some(w))
            || title.is_some_and(|title| said.contains(&title))
            || said.contains(&entry.target.to_lowercase());
        if named { start } else { own }
    }

    /// Lines to delete; where the last one has no break, the one before it gives its own.
    fn whole_lines(&self, lines: Range<usize>) -> Range<usize> {
        let before = self.text.slice(0..lines.start);
        let above = before.strip_suffix("\r\n").or_else(|| before.strip_suffix('\n')).unwrap_or(before);
        let is_broken = self.text.slice(lines.clone()).ends_with('\n');
        if is_broken { lines } else { above.len()..lines.end }
    }

    fn home(&self, doc_path: &str, target: &str, number: NumberOf) -> Home {
        let siblings = |section: &NavSection| -> Vec<(usize, u64)> {
            let numbered = |(index, item): (usize, &NavItem)| {
                let doc = self.entry_of(item)?.doc.as_deref().filter(|doc| *doc != doc_path)?;
                number(doc).map(|number| (index, number))
            };
            section.items.iter().enumerate().filter_map(numbered).collect()
        };
        let siblings: Vec<_> = self.tree.sections.iter().map(siblings).collect();
        // Of two sections that hold as many, the one with the newest.
        let weight = |at: &usize| (siblings[*at].len(), siblings[*at].iter().map(|(_, n)| *n).max());
        let section = (0..siblings.len()).max_by_key(|at| (weight(at), usize::MAX - at)).unwrap_or(0);
        if siblings[section].is_empty() {
            let section = self.section_of_folder(target);
            let next_to = self.tree.sections[section].items.len().saturating_sub(1);
            return Home { section, next_to, after: true };
        }
        let (next_to, after) = ordered(&siblings[section], number(doc_path));
        Home { section, next_to, after }
    }

    /// The section that is about the page's folder: by its entries, by a comment in it, by its title.
    fn section_of_folder(&self, target: &str) -> usize {
        let about = |folder: &str| {
            let inside = format!("{folder}/");
            let sections = self.tree.sections.iter().enumerate().skip(1);
            let sections = sections.filter(|(_, section)| section.shape != Shape::Elsewhere);
            let entries = |section: &NavSection| {
                let entries = section.items.iter().filter_map(|item| self.entry_of(item));
                entries.filter(|entry| entry.target.trim_start_matches("./").starts_with(&inside)).count()
            };
            // Of those that hold as many, the first one.
            let most = sections.clone().rev().max_by_key(|(_, section)| entries(section));
            // Of nested sections, the innermost that says the name: the last one to begin.
            let in_comment = |section: &NavSection| {
                let mut lines = self.text.slice(section.span.clone()).lines().map(str::trim_start);
                lines.any(|line| line.starts_with('#') && line.contains(&inside))
            };
            let titled =
                |s: &NavSection| s.title().is_some_and(|t| t.eq_ignore_ascii_case(path::file_name(folder)));
            let found = most
                .filter(|(_, section)| entries(section) > 0)
                .or_else(|| sections.clone().rfind(|(_, section)| in_comment(section)))
                .or_else(|| sections.clone().find(|(_, section)| titled(section)));
            found.map(|(at, _)| at)
        };
        target.rmatch_indices('/').find_map(|(end, _)| about(&target[..end])).unwrap_or(0)
    }

    /// The neighbour that a new entry is written like: the nearest one.
    fn model(&self, home: &Home) -> Option<&'s NavEntry> {
        let items = &self.tree.sections[home.section].items;
        let (before, behind) = items.split_at_checked(home.next_to + 1)?;
        before.iter().rev().chain(behind).find_map(|item| self.entry_of(item))
    }

    /// The edit that writes a new entry like its neighbours, or why there is none.
    fn new_line(&self, home: &Home, title: &str, target: &str, proves: bool) -> LineEdit {
        let section = &self.tree.sections[home.section];
        let written = |item: &'s NavItem| Some((item, item.lines.clone()?));
        let (next_to, lines) = match (section.shape, section.items.get(home.next_to).and_then(written)) {
            (Shape::Flow, _) => return Err("the list is written in one line with brackets".into()),
            (Shape::Mapping, _) => return Err("the section is a mapping, not a list".into()),
            (Shape::Elsewhere, _) => return Err("the list is elsewhere, under an anchor or a default".into()),
            (Shape::Block, None) => return Err("the entries around are laid out in an unusual way".into()),
            (Shape::Block, Some(item)) => item,
        };
        // Without neighbours it has a title.
        let model = self.model(home);
        let has_title = !title.is_empty() && model.is_none_or(|entry| entry.title.is_some());
        let mut entry = scalar::write(target, model.map_or(Style::Plain, |e| e.target_style));
        if has_title {
            let style = model.and_then(|e| e.title_style).unwrap_or(Style::Plain);
            entry = format!("{}: {entry}", scalar::write(title, style));
        }
        let prefix = self.text.slice(lines.start..next_to.span.start);
        let neighbour = self.text.slice(lines.clone());
        let line_break = self.text.line_ending_near(lines.end);
        // After a last line without a break, the break comes first and the file still ends without one.
        let inserted = match home.after && !neighbour.ends_with('\n') {
            true => format!("{line_break}{prefix}{entry}"),
            false => format!("{prefix}{entry}{line_break}"),
        };
        let at = match self.entry_of(next_to) {
            _ if home.after => lines.end,
            Some(entry) => self.with_comment(entry, lines.start),
            None => lines.start,
        };
        if !proves {
            return Ok((at..at, inserted));
        }
        let own = (section.titles.clone(), has_title.then(|| title.to_owned()), target.to_owned());
        proven(self.tree, &self.text, (at..at, inserted), |entries, after| {
            let same = entries.iter().zip(after).take_while(|(was, is)| was == is).count();
            entries.insert(same, own);
        })
    }
}

/// A title with its number where that of its neighbour, such as `OKEP-5: Five`, has one; none where that has none
/// before its words.
fn numbered_like(neighbour: &str, theirs: u64, own: u64, title: &str) -> Option<String> {
    let at = neighbour.find(|c: char| c.is_ascii_digit())?;
    let rest = neighbour[at..].trim_start_matches('0').strip_prefix(&theirs.to_string())?;
    let words = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
    let before = neighbour[..at].trim_matches(|c: char| !c.is_alphabetic());
    let parted = rest.len() - words.len();
    if !before.is_empty() && !before.eq_ignore_ascii_case("okep") || parted == 0 && !words.is_empty() {
        return None;
    }
    let title = if words.is_empty() { "" } else { title };
    Some(format!("{}{own}{}{title}", &neighbour[..at], &rest[..parted]))
}

/// The item next to which a page belongs among its siblings, and whether after it: by number where they are by
/// number, else after the last.
fn ordered(siblings: &[(usize, u64)], number: Option<u64>) -> (usize, bool) {
    let rising = siblings.len() > 1 && siblings.is_sorted_by(|a, b| a.1 < b.1);
    let falling = siblings.len() > 1 && siblings.is_sorted_by(|a, b| a.1 > b.1);
    let next = number
        .and_then(|new| siblings.iter().position(|(_, n)| (rising && *n > new) || (falling && *n < new)));
    match next {
        None => (siblings.last().map_or(0, |(index, _)| *index), true),
        // Right after the sibling before, so that a comment above the next one stays with that.
        Some(at) if at > 0 && siblings[at - 1].0 + 1 == siblings[at].0 => (siblings[at - 1].0, true),
        Some(at) => (siblings[at].0, false),
    }
}
