//! The name of an OKEP's file, and of a folder that ought to hold one.

use super::{Check, Rule};
use crate::okep::snapshot::{OrphanFolder, Snapshot};
use crate::okep::title::PREFIX;
use crate::rules::finding::{Finding, Fix, Severity};
use crate::text::path;
use crate::text::path::{file_name, folder_of, slug, stem};

pub static RULE: Rule = Rule {
    id: "malformed-filename",
    severity: Severity::Error,
    fix: "suggested",
    offence: "not `okep-NNNN-lower-case-title.md`; a rename mends every link to the file too",
    why: "Readers, reviewers and tools find an OKEP by its name. A page in a folder named like an OKEP \
          whose own name does not say so is found by nobody.",
    bad: "docs/okeps/OKEP_5224_Connecting UDNs.md",
    good: "docs/okeps/okep-5224-connecting-udns.md",
    check: Check::Tree(check),
    grandfatherable: false,
};

fn check(snapshot: &Snapshot) -> Vec<Finding> {
    let misnamed = snapshot.okeps.iter().filter(|o| !o.name.well_formed).map(|okep| {
        let message = format!("`{}` is not `okep-NNNN-lower-case-title.md`", file_name(&okep.path));
        let finding = RULE.about(Some(&okep.path), &okep.path, "file name", message);
        let name = proper_name(okep.number(), &okep.path, okep.title.as_ref().map(|t| t.name.as_str()));
        match name.map(|name| beside(&okep.path, &name)) {
            Some(to) if to != okep.path => {
                let finding = finding.help(format!("rename it to `{to}`"));
                finding.fix(rename(snapshot, &okep.path, &to))
            }
            _ => finding.help("name it after the number of its tracking issue and its title"),
        }
    });
    misnamed.chain(snapshot.orphan_folders.iter().map(|folder| orphan(snapshot, folder))).collect()
}

fn orphan(snapshot: &Snapshot, folder: &OrphanFolder) -> Finding {
    let likeliest = folder.pages.iter().find(|p| {
        p.document
            .headings
            .first()
            .is_some_and(|h| h.text.get(..4).is_some_and(|t| t.eq_ignore_ascii_case(PREFIX)))
    });
    let page = likeliest.or(folder.pages.first());
    let path = page.map_or(folder.folder.as_str(), |p| p.path.as_str());
    let message = format!("the folder `{}` is named like an OKEP but holds none", folder.folder);
    let finding = RULE.about(None, path, folder.folder.clone(), message);
    let to = format!("{}/{}.md", folder.folder, file_name(&folder.folder));
    let finding = finding.help(format!("name the proposal itself `{to}`"));
    let certain = likeliest.is_some() || folder.pages.len() == 1;
    let named_well = path::okep_name(file_name(&folder.folder)).is_some_and(|n| n.well_formed);
    finding.fix((certain && named_well).then(|| rename(snapshot, path, &to)).flatten())
}

/// `okep-NNNN-title.md` from the number, and the title in the file's name or else in its heading.
fn proper_name(number: Option<u64>, path: &str, title: Option<&str>) -> Option<String> {
    let stem = stem(file_name(path))?;
    let named = stem.get(..4).is_some_and(|p| p.eq_ignore_ascii_case(PREFIX));
    let rest = if named { stem[4..].trim_start_matches(['-', '_', ' ', '.', '#']) } else { stem };
    let slug_of_file = slug(rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let slug = if slug_of_file.is_empty() { slug(title?) } else { slug_of_file };
    (!slug.is_empty()).then_some(format!("okep-{}-{slug}.md", number?))
}

fn beside(path: &str, name: &str) -> String {
    match folder_of(path) {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

fn rename(snapshot: &Snapshot, from: &str, to: &str) -> Option<Fix> {
    let title = format!("rename to `{}` and mend what names it", file_name(to));
    crate::rules::edits::rename::with_links(snapshot, Fix::suggested(title, Vec::new()).and_rename(from, to))
}
