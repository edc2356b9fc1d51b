//! What must change with the name of a file: every link, entry of `nav` and entry of the index page that names it.
//!
//! Where the name is left in any other place, there is no rename.

use crate::files::{CONFIG, PathKind};
use crate::markdown::document::{Document, Link, LinkKind};
use crate::okep::proposal::Okep;
use crate::okep::snapshot::Snapshot;
use crate::rules::finding::{Edit, Fix, Rename};
use crate::rules::page_links::{Linked, PageLink, links, parts};
use crate::site::nav_edit;
use crate::text::byte_pattern;
use crate::text::path::{self, folder_of, okep_name, percent_decoded, stem};
use regex::{Regex, bytes};
use std::collections::BTreeSet;
use std::ops::Range;

/// The fix with the edits that let everything that names its renamed files name them anew.
///
/// None where a new name or its number is taken, or where the old name is left in a place that is not understood.
pub fn with_links(snapshot: &Snapshot, mut fix: Fix) -> Option<Fix> {
    // Its translations have the name of the page in theirs.
    if snapshot.site.as_ref().is_some_and(|site| site.has_languages()) {
        return None;
    }
    for Rename { from, to } in &fix.renames {
        let is_taken = |okep: &Okep| okep.path != *from && okep.name.number == path::number(to);
        let is_there = snapshot.contains(to) || snapshot.tree.kind(to) != PathKind::Nothing;
        if is_there || snapshot.okeps.iter().any(is_taken) {
            return None;
        }
        fix.edits.extend(updated_links(snapshot, from, to)?);
    }
    fix.edits.sort();
    fix.edits.dedup();
    let is_left = |rename: &Rename| is_named_elsewhere(snapshot, &rename.from, &fix.edits);
    (!fix.renames.iter().any(is_left)).then_some(fix)
}

/// Whether a file's name, with or without its ending, is anywhere but where the edits are: in HTML, code or running
/// text, in the address of its page, in settings of the site, in `.pages`, in the configuration, or in a file of
/// whatever kind, such as a workflow, `CODEOWNERS` or a script.
fn is_named_elsewhere(snapshot: &Snapshot, from: &str, edits: &[Edit]) -> bool {
    let Some(page) = stem(from) else { return true };
    let name = path::file_name(page);
    let mut known: BTreeSet<String> = snapshot.pages().map(|(path, _)| path.to_owned()).collect();
    known.extend(snapshot.backlinks(name).into_iter().map(|page| page.path));
    known.extend(snapshot.template.path.clone());
    known.extend(snapshot.site.iter().flat_map(|site| site.files.iter().cloned()));
    known.insert(CONFIG.to_owned());
    let folders = from.match_indices('/').map(|(at, _)| &from[..at]);
    known.extend(folders.map(|folder| format!("{folder}/.pages")));
    // There that of another page, as `index`, is an OKEP's with its folder only.
    let name_outside = if okep_name(name).is_some() { name } else { path::file_name(folder_of(from)) };
    let is_outside = |path: &String| path != from && !snapshot.contains(path) && !known.contains(path);
    let (inside, outside) = (name_pattern(name), name_pattern(name_outside));
    let is_named = |path: &String, name| is_named_in(snapshot, path, name, from, edits);
    known.iter().any(|path| is_named(path, &inside))
        || snapshot.tree.files().iter().any(|path| is_outside(path) && is_named(path, &outside))
}

/// The name of a page, with or without its ending, where it is not part of a longer one or of that of another kind of
/// file.
fn name_pattern(name: &str) -> bytes::Regex {
    let names = [name, &name.replace(' ', "%20")].map(regex::escape).join("|");
    let endings = path::PAGE_ENDINGS.map(regex::escape).join("|");
    byte_pattern(&format!(r"(?:{names})(?i:{endings})?\.*(?:[^\w.-]|$)"))
}

/// Whether a file names the page `from`, as `name` has it, outside of the edits.
fn is_named_in(snapshot: &Snapshot, path: &str, name: &bytes::Regex, from: &str, edits: &[Edit]) -> bool {
    let Some(bytes) = snapshot.tree.bytes(path) else { return false };
    let is_edited = |at: usize| edits.iter().any(|e| e.path == path && (e.start..e.end).contains(&at));
    let mut places = name.find_iter(&bytes).map(|m| m.start()).filter(|at| !is_edited(*at)).peekable();
    if places.peek().is_none() {
        return false;
    }
    // A link to another file of that name is none to this one, and neither is an entry.
    let document = snapshot.document(path);
    let links = document.iter().flat_map(|document| &document.links);
    let page = stem(from).unwrap_or(from);
    let links = links.filter(|link| target_of(path, &link.target).is_some_and(|to| to != from && to != page));
    let nav = snapshot.site.as_ref().and_then(|site| site.nav.tree()).filter(|tree| tree.path == path);
    let entries = nav.iter().flat_map(|tree| &tree.entries);
    let entries = entries.filter(|entry| entry.doc.as_ref().is_some_and(|doc| doc != from));
    let other: Vec<&Range<usize>> = links.map(|l| &l.span).chain(entries.map(|e| &e.span)).collect();
    places.any(|at| !other.iter().any(|span| span.contains(&at)))
}

/// The edits that let everything that names `from` name `to`; none where it goes to another folder and has
/// relative links of its own.
fn updated_links(snapshot: &Snapshot, from: &str, to: &str) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    let is_moved = folder_of(from) != folder_of(to);
    let names_another = |link: &Link| target_of(from, &link.target).is_some_and(|path| path != from);
    if is_moved && snapshot.document(from)?.links.iter().any(names_another) {
        return None;
    }
    let around = snapshot.backlinks(path::file_name(from));
    let around = around.iter().map(|page| (page.path.as_str(), &*page.document));
    for (page, document) in snapshot.pages().chain(around) {
        let links = links(document).into_iter().filter(|link| link.kind.is_some());
        for link in links.filter(|link| target_of(page, &link.target).as_deref() == Some(from)) {
            let ((file, _), places) = (parts(&link.target), destinations(document, &link));
            places.first()?;
            let new = new_target(page, file, from, to);
            edits.extend(places.into_iter().map(|at| Edit::replace(page, at..at + file.len(), new.clone())));
        }
    }
    if let Some(site) = &snapshot.site
        && let Some(tree) = site.nav.tree()
        && let Some(text) = snapshot.text(&tree.path)
    {
        for (index, _) in tree.entries.iter().enumerate().filter(|(_, e)| e.doc.as_deref() == Some(from)) {
            let plan = nav_edit::retarget(site, text.as_str().as_bytes(), index, to, None);
            let (span, new) = plan.edit.ok()?;
            edits.push(Edit::replace(&plan.path, span, new));
        }
    }
    Some(edits)
}

/// What a link of a page to `from`, written as `file`, is to `to`: it keeps its form where the folder is the same.
fn new_target(page: &str, file: &str, from: &str, to: &str) -> String {
    let name = path::file_name(to);
    let folder = if folder_of(from) == folder_of(to) {
        folder_of(file).to_owned()
    } else {
        path::relative(folder_of(if page == from { to } else { page }), folder_of(to))
    };
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The file that a relative link of a page to `target` names, from the root of the repository.
pub(crate) fn target_of(page: &str, target: &str) -> Option<String> {
    let (file, _) = parts(target);
    let is_relative = !file.is_empty() && !target.contains("://") && !target.starts_with('/');
    path::resolve(page, &percent_decoded(file)).filter(|_| is_relative)
}

/// Whether every link that led to a renamed file points to it still.
pub(crate) fn links_hold(before: &Snapshot, after: &Snapshot, renames: &[Rename]) -> Result<(), String> {
    let count = |document: &Document, page: &str, to: &str| {
        document.links.iter().filter(|l| target_of(page, &l.target).as_deref() == Some(to)).count()
    };
    let renamed = |path: &str| renames.iter().find(|r| r.from == path).map_or(path, |r| &r.to).to_owned();
    for Rename { from, to } in renames {
        let around = before.backlinks(path::file_name(from));
        let around = around.iter().map(|page| (page.path.as_str(), &*page.document));
        for (page, document) in before.pages().chain(around) {
            let (was, page) = (count(document, page, from), renamed(page));
            let is = if was > 0 { after.document(&page) } else { None };
            if is.map_or(0, |document| count(&document, &page, to)) < was {
                return Err(format!("a link to `{from}` in `{page}` would lead nowhere"));
            }
        }
    }
    Ok(())
}

/// The edits that put `new` in place of `old` in the targets of some links of a page; none where one of them is written
/// in a way that is not understood.
pub fn retargeted(
    page: &Linked,
    is_it: &dyn Fn(&PageLink) -> bool,
    old: &str,
    new: &str,
) -> Option<Vec<Edit>> {
    let mut edits = BTreeSet::new();
    for link in page.links().iter().filter(|link| is_it(link)) {
        let (places, within) = (destinations(page.document, link), link.target.rfind(old)?);
        places.first()?;
        let places = places.into_iter().map(|at| at + within);
        edits.extend(places.map(|at| Edit::replace(page.path, at..at + old.len(), new)));
    }
    (!edits.is_empty()).then(|| edits.into_iter().collect())
}

/// Where a link's destination is: in the link itself, or in every definition it may refer to.
pub fn destinations(document: &Document, link: &PageLink) -> Vec<usize> {
    let (opening, range) = match link.kind {
        Some(LinkKind::Inline) => (r"\]\(", link.span.clone()),
        Some(LinkKind::Autolink) => ("<", link.span.clone()),
        Some(LinkKind::Reference) => (r"\]:", 0..document.text.len()),
        // An attribute of HTML, or a bare address.
        None => (r#"(?i:href)\s*=\s*["']?|^"#, link.span.clone()),
    };
    let target = regex::escape(&link.target);
    // Only a target of megabytes makes no expression.
    let expression = format!(r#"(?:{opening})\s*<?({target})(?:[\s<>)"']|$)"#);
    let Ok(target) = Regex::new(&expression) else { return Vec::new() };
    let found = target.captures_iter(document.text.slice(range.clone()));
    let places = found.filter_map(|found| Some(range.start + found.get(1)?.start()));
    match link.kind {
        // A link around an image has two destinations; its own is the last.
        Some(LinkKind::Inline) => places.last().into_iter().collect(),
        _ => places.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{Layout, Tree};
    use crate::okep::snapshot::Parsed;

    const FROM: &str = "docs/okeps/OKEP-1-a.md";
    const TO: &str = "docs/okeps/okep-1-a.md";

    fn snapshot(files: &[(&str, &str)]) -> Snapshot {
        let mut tree = Tree::default();
        files.iter().for_each(|(path, text)| tree.insert(*path, text.as_bytes()));
        Snapshot::new(&tree, &Layout::default(), &Parsed::default())
    }

    /// What is said where the file is renamed, and a page of this text then has that text.
    fn check(page: &str, before: &str, after: &str, expected: Result<(), &str>) {
        let renames = [Rename { from: FROM.into(), to: TO.into() }];
        let old = snapshot(&[(FROM, "# OKEP-1: A\n\n[I](OKEP-1-a.md#x)\n"), (page, before)]);
        let new = snapshot(&[(TO, "# OKEP-1: A\n\n[I](okep-1-a.md#x)\n"), (page, after)]);
        match (links_hold(&old, &new, &renames), expected) {
            (Ok(()), Ok(())) => {}
            (Err(message), Err(expected)) => assert!(message.contains(expected), "{message}"),
            (message, expected) => panic!("{message:?} and not {expected:?}: {after}"),
        }
    }

    #[test]
    fn a_link_that_is_not_fixed_is_found_wherever_it_is() {
        for page in [
            "docs/okeps/okep-2-b.md",
            "docs/okeps/index.md",
            "docs/okeps/okep-2-b/more.md",
            "docs/a.md",
            "README.md",
        ] {
            let folder = folder_of(page);
            let up = "../".repeat(folder.split('/').filter(|f| !f.is_empty()).count());
            let (was, is) = (format!("[x]({up}{FROM}?y#z)\n"), format!("[x]({up}{TO}?y#z)\n"));
            check(page, &was, &is, Ok(()));
            check(page, &was, &was, Err(&format!("`{page}` would lead nowhere")));
            check(page, &format!("{was}\n{was}"), &format!("{was}\n{is}"), Err("would lead nowhere"));
        }
    }

    #[test]
    fn a_file_of_another_kind_that_names_the_page_stops_the_rename() {
        let is_renamed = |path: &str, text: &str| {
            let snapshot = snapshot(&[(FROM, "# OKEP-1: A\n"), (path, text)]);
            with_links(&snapshot, Fix::suggested("rename it", Vec::new()).and_rename(FROM, TO)).is_some()
        };
        for (path, text) in [
            (".github/CODEOWNERS", "/docs/okeps/OKEP-1-a.md @me\n"),
            ("Makefile", "x:\n\tcat docs/okeps/OKEP-1-a.md\n"),
            (".github/workflows/a.yml", "run: cat docs/okeps/OKEP-1-a.md\n"),
            ("docs/a.json", "{\"a\": \"OKEP-1-a\"}"),
            ("docs/a.html", "<a href=\"okeps/OKEP-1-a/\">x</a>"),
            ("CONTRIBUTING.md", "[x](docs/okeps/OKEP-1-a.md)\n"),
        ] {
            assert!(!is_renamed(path, text), "{path}");
            assert!(is_renamed(path, &text.replace("1-a", "1-abc")), "{path}");
        }
    }

    #[test]
    fn a_name_that_is_left_somewhere_stops_the_rename() {
        let is_renamed = |page: &str| {
            let snapshot = snapshot(&[(FROM, "# OKEP-1: A\n"), ("docs/a.md", page)]);
            with_links(&snapshot, Fix::suggested("rename it", Vec::new()).and_rename(FROM, TO)).is_some()
        };
        assert!(is_renamed("[x](okeps/OKEP-1-a.md)\n"));
        assert!(is_renamed("[x](okeps/OKEP-1-a.svg) and OKEP-1-a-more.md, OKEP-1-ab\n"));
        for page in [
            "See `OKEP-1-a.md`.\n",
            "<a href=\"okeps/OKEP-1-a.md\">x</a>\n",
            // The address of its page.
            "[x](okeps/OKEP-1-a)\n",
            "[x](okeps/OKEP-1-a/#goals)\n",
            "<https://example.org/okeps/OKEP-1-a/>\n",
        ] {
            assert!(!is_renamed(page), "{page}");
        }
        let from = "docs/okeps/OKEP 1 a.md";
        let is_renamed = |page: &str| {
            let snapshot = snapshot(&[(from, "# OKEP-1: A\n"), ("docs/a.md", page)]);
            with_links(&snapshot, Fix::suggested("rename it", Vec::new()).and_rename(from, TO)).is_some()
        };
        assert!(is_renamed("[x](okeps/OKEP%201%20a.md)\n"));
        assert!(!is_renamed("<a href=\"okeps/OKEP%201%20a.md\">x</a>\n"));
    }
}
