//! Entries of `nav` that plainly mean an OKEP or a page of the proposal folder, and point to no page.

use super::proposal::Okep;
use super::snapshot::Snapshot;
use crate::files::PathKind;
use crate::site::mkdocs::{NavEntry, Site};
use crate::text::path::{
    file_name, folder_of, is_below, is_folder_page, join, okep_name, percent_decoded, stem,
};
use crate::text::url_path::is_address;

/// An entry of `nav` that shows no page.
pub struct DeadEntry<'a> {
    /// Which of the entries it is.
    pub index: usize,
    pub entry: &'a NavEntry,
    /// The setting that leaves its page out of the site; else there is no such page.
    pub hidden_by: Option<&'static str>,
    /// Its title, where no colon and blank are behind it, so that title and path are one text.
    pub title: Option<&'a str>,
    /// The OKEPs that it may mean: those of its file name, or else of its number, or else of the title in it.
    pub meant: Vec<&'a Okep>,
    /// The number that it names.
    pub number: Option<u64>,
}

/// All of them, in order; none where a plugin may change what is there.
pub fn dead_entries(snapshot: &Snapshot) -> Vec<DeadEntry<'_>> {
    let Some(site) = snapshot.site.as_ref().filter(|site| site.is_known()) else { return Vec::new() };
    (0..site.nav.entries().len()).filter_map(|index| dead(snapshot, site, index)).collect()
}

impl<'a> DeadEntry<'a> {
    /// The OKEP that an entry means and that the site has, where no other entry shows it.
    pub fn target(&self, snapshot: &Snapshot, all: &[DeadEntry<'_>]) -> Option<&'a Okep> {
        let [okep] = self.meant[..] else { return None };
        let site = snapshot.site.as_ref()?;
        let means_it = |other: &DeadEntry<'_>| other.meant.iter().any(|o| o.path == okep.path);
        let is_first =
            all.iter().find(|other| means_it(other)).is_some_and(|first| first.index == self.index);
        let is_free = site.entry_of(&okep.path).is_none() && site.hidden_by(&okep.path).is_none();
        (is_first && is_free).then_some(okep)
    }
}

fn dead<'a>(snapshot: &'a Snapshot, site: &'a Site, index: usize) -> Option<DeadEntry<'a>> {
    let (entry, docs) = (&site.nav.entries()[index], site.docs_dir.as_deref()?);
    let (title, target) = glued(entry).map_or((None, &*entry.target), |(title, path)| (Some(title), path));
    if title.is_none() && is_address(target) {
        return None;
    }
    let page = entry.doc.clone().or_else(|| join(docs, target).filter(|_| !target.starts_with('/')));
    let kind = |path: &String| snapshot.path_kind(path);
    let is_ours = page.as_ref().is_some_and(|page| is_below(page, &snapshot.layout.folder));
    // Without a digit, in an escape such as `%31` at least, a path has no number.
    if !is_ours && !target.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let named = Named::read(target);
    let number = named.as_ref().and_then(|named| named.number);
    let is_page = entry.doc.is_some() || named.is_some();
    if !(is_ours && is_page) && number.is_none() {
        return None;
    }
    let mut hidden_by = None;
    if title.is_none()
        && let Some(page) = &page
    {
        let localized = site.default_page(page).map_or(PathKind::Nothing, |page| kind(&page));
        match (kind(page), localized) {
            // MkDocs looks for files.
            (PathKind::Nothing | PathKind::Folder, PathKind::Nothing) => {}
            (PathKind::File, _) => {
                hidden_by = site.hidden_by(page);
                // MkDocs compares a path with `..` in it as it is, and finds nothing.
                if !target.split('/').any(|part| part == "..") {
                    hidden_by?;
                }
            }
            _ => return None,
        }
    }
    let meant = named.map_or_else(Vec::new, |named| named.okeps(snapshot));
    Some(DeadEntry { index, entry, hidden_by, title, meant, number })
}

/// The OKEPs that the path of an entry for a file that is not there may mean.
pub fn meant<'a>(snapshot: &'a Snapshot, path: &str) -> Vec<&'a Okep> {
    Named::read(path).map_or_else(Vec::new, |named| named.okeps(snapshot))
}

/// The title and the path of an entry that is one text, as in `BGP:okeps/okep-5296-bgp.md` or without the colon.
fn glued(entry: &NavEntry) -> Option<(&str, &str)> {
    let (title, path) = entry.target.split_once(':').or_else(|| entry.target.rsplit_once(' '))?;
    let is_path =
        !path.starts_with(['/', ' ']) && Named::read(path).is_some_and(|named| named.number.is_some());
    let is_title = !title.is_empty() && !title.contains('/');
    (entry.title.is_none() && is_title && is_path).then_some((title.trim_end(), path))
}

/// What a path says about the OKEP that is meant, however it is written.
struct Named {
    /// Without a Markdown ending, in lower case.
    name: String,
    number: Option<u64>,
}

impl Named {
    /// None where the path has the name of another kind of file.
    fn read(target: &str) -> Option<Named> {
        // A comment of upstream's `mkdocs.yml` has the path in angle brackets.
        let path = percent_decoded(target).replace('\\', "/").replace(['<', '>'], "");
        let path = path.split(['#', '?']).next().unwrap_or_default().trim().trim_end_matches('/');
        // The page of a folder has the folder's name, also on the site.
        let is_page = is_folder_page(path) || file_name(path) == "index.html";
        let path = if is_page { folder_of(path) } else { path };
        let file = file_name(path);
        let name = stem(file).or_else(|| file.strip_suffix(".html")).unwrap_or(file);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let is_other = name == file
            && ending.starts_with(|c: char| c.is_ascii_alphabetic())
            && ending.chars().all(|c| c.is_ascii_alphanumeric());
        let number = okep_name(name).and_then(|name| name.number);
        (!is_other && !name.is_empty()).then(|| Named { name: name.to_lowercase(), number })
    }

    fn okeps<'a>(&self, snapshot: &'a Snapshot) -> Vec<&'a Okep> {
        let name_of = |path: &str| stem(file_name(path)).unwrap_or(file_name(path)).to_lowercase();
        let (name, is_numbered) = (Some(&*self.name), self.number.is_some());
        let fits: [&dyn Fn(&Okep) -> bool; 5] = [
            &|okep| name_of(&okep.path) == self.name,
            &|okep| okep.folder.as_ref().is_some_and(|(folder, _)| name_of(folder) == self.name),
            &|okep| is_numbered && okep.name.number == self.number,
            // An OKEP that got another number keeps the rest of its name.
            &|okep| {
                is_numbered
                    && title_of(&name_of(&okep.path)).is_some_and(|own| Some(own) == title_of(&self.name))
            },
            // Without `okep-`, or without the number too.
            &|okep| {
                let own = name_of(&okep.path);
                own.strip_prefix("okep-") == name || title_of(&own) == name
            },
        ];
        let fitting = fits.iter().map(|fits| snapshot.okeps.iter().filter(|okep| fits(okep)).collect());
        fitting.into_iter().find(|found: &Vec<&Okep>| !found.is_empty()).unwrap_or_default()
    }
}

/// The title in the name of an OKEP's file, which is what follows the number; the name comes without its ending.
fn title_of(name: &str) -> Option<&str> {
    let (_, title) = name.split_once('-')?.1.split_once('-')?;
    Some(title).filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_an_okep_however_it_is_written() {
        let check = |target: &str, name: &str, number: Option<u64>| {
            let named = Named::read(target).expect("it may be a page");
            assert_eq!((named.name.as_str(), named.number), (name, number), "{target}");
        };
        check("okeps/okep-7-a.md", "okep-7-a", Some(7));
        check("docs\\okeps\\OKEP-7-A.MD#goals", "okep-7-a", Some(7));
        check("/okeps/okep%2D7-a", "okep-7-a", Some(7));
        check("okeps/okep-7-a/", "okep-7-a", Some(7));
        check("okeps/okep-7-a/index.md", "okep-7-a", Some(7));
        check("okep-7-v1.2", "okep-7-v1.2", Some(7));
        check("okeps/notes.md", "notes", None);
        for other in ["okeps/okep-7-a.pdf", "okep-7-a.png", "index.md", ""] {
            assert!(Named::read(other).is_none(), "{other}");
        }
    }
}
