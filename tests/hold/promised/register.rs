//! Any bytes as `mkdocs.yml`: what is read has its place, and an edit is one entry and nothing else.

use super::{Broken, Kept};
use okep::files::Content;
use okep::site::mkdocs;
use okep::site::mkdocs::{Registered, Site};
use okep::site::nav_edit;
use okep::text::Bytes;
use std::ops::Range;

const FILE: &str = "mkdocs.yml";
const PAGE: &str = "docs/okeps/okep-5-e.md";

fn number(path: &str) -> Option<u64> {
    path.strip_prefix("docs/okeps/okep-")?.split(['-', '.']).next()?.parse().ok()
}

fn read(bytes: &[u8]) -> Site {
    let bytes: Bytes = bytes.into();
    mkdocs::read(FILE, &|path| (path == FILE).then(|| Content::Bytes(bytes.clone())))
}

/// The pages that are named, and under what, in order.
fn named(site: &Site) -> Vec<(Vec<String>, Option<String>, String)> {
    let entries = site.nav.entries().iter();
    entries.map(|e| (e.section.to_vec(), e.title.clone(), e.target.clone())).collect()
}

fn spliced(bytes: &[u8], (span, new): &(Range<usize>, String)) -> Vec<u8> {
    [&bytes[..span.start], new.as_bytes(), &bytes[span.end..]].concat()
}

/// Reads the file, enters a page under `title`, and takes out and turns each of the first entries.
pub fn holds(bytes: &[u8], title: &str) -> Result<Kept, Broken> {
    let mut kept = Kept::default();
    let site = read(bytes);
    let text = okep::text::Text::new(bytes);
    let text = text.as_str();
    for problem in &site.problems {
        kept.span(text, &problem.span, "a problem")?;
    }
    let told = !site.problems.is_empty() || !site.notes.is_empty();
    let unreadable = matches!(site.nav, mkdocs::Nav::Unreadable);
    kept.hold(told || !unreadable, || "a navigation that is not read is told")?;
    let Some(tree) = site.nav.tree() else { return Ok(kept) };
    for entry in &tree.entries {
        kept.span(text, &entry.span, "an entry")?;
    }
    for section in &tree.sections {
        kept.span(text, &section.span, "a section")?;
        for item in &section.items {
            kept.span(text, &item.span, "an item")?;
            item.lines.iter().try_for_each(|lines| kept.span(text, lines, "an item's lines"))?;
        }
    }
    kept.findings += tree.entries.len();
    inserted(bytes, title, &site, &mut kept)?;
    for entry in 0..tree.entries.len().min(4) {
        removed(bytes, &site, entry, &mut kept)?;
        retargeted(bytes, &site, entry, &mut kept)?;
    }
    Ok(kept)
}

fn inserted(bytes: &[u8], title: &str, site: &Site, kept: &mut Kept) -> Result<(), Broken> {
    let plan = nav_edit::insert(site, bytes, PAGE, title, &number, true);
    kept.hold(plan.place.end <= bytes.len(), || "the place of an insertion is in the file")?;
    let Ok(edit) = &plan.edit else { return Ok(()) };
    kept.fixes += 1;
    kept.hold(edit.0.is_empty(), || "an insertion replaces nothing")?;
    let lines = edit.1.trim_matches(['\r', '\n']).lines().count();
    kept.hold(lines == 1, || format!("an insertion is one line, not {:?}", edit.1))?;
    let after = read(&spliced(bytes, edit));
    kept.hold(after.problems == site.problems, || "an insertion leaves the file as readable as it was")?;
    let registered = after.registered(PAGE);
    // A page that is hidden on purpose stays so.
    let hidden = matches!(site.registered(PAGE), Registered::Excluded | Registered::Draft);
    kept.hold(hidden || registered == Registered::Shown, || {
        format!("the page is entered, not {registered:?}")
    })?;
    let (before, mut now) = (named(site), named(&after));
    kept.hold(before.len() + 1 == now.len(), || "an insertion is one entry")?;
    let at = (0..now.len()).find(|at| before.get(*at) != now.get(*at)).expect("there is one more");
    now.remove(at);
    kept.hold(before == now, || "the other entries are as they were")
}

fn removed(bytes: &[u8], site: &Site, entry: usize, kept: &mut Kept) -> Result<(), Broken> {
    let Ok(edit) = nav_edit::remove(site, bytes, entry).edit else { return Ok(()) };
    kept.fixes += 1;
    let after = read(&spliced(bytes, &edit));
    let mut before = named(site);
    before.remove(entry);
    kept.hold(after.problems == site.problems, || "a removal leaves the file as readable as it was")?;
    kept.hold(before == named(&after), || "a removal takes one entry")
}

fn retargeted(bytes: &[u8], site: &Site, entry: usize, kept: &mut Kept) -> Result<(), Broken> {
    let Ok(edit) = nav_edit::retarget(site, bytes, entry, "docs/n: 1.md", None).edit else { return Ok(()) };
    kept.fixes += 1;
    let after = read(&spliced(bytes, &edit));
    let mut before = named(site);
    before[entry].2 = "n: 1.md".into();
    kept.hold(after.problems == site.problems, || "another target leaves the file as readable as it was")?;
    kept.hold(before == named(&after), || "another target changes one entry")
}
