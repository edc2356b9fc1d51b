//! The path that an OKEP should have, where its own is wrong.

use super::proposal::Okep;
use super::title::PREFIX;
use crate::text::path::{self, file_name, folder_of, is_folder_page, join, number_placeholder, slug, stem};

/// The path in the form that OKEPs have; none where it has that form, or nothing says its number or title.
pub fn in_form(okep: &Okep) -> Option<String> {
    if okep.name.well_formed {
        return None;
    }
    if is_folder_page(&okep.path) {
        let (folder, name) = okep.folder.as_ref()?;
        return name.well_formed.then(|| format!("{folder}/{}.md", file_name(folder)));
    }
    let name = proper_name(okep.number(), &okep.path, okep.title.as_ref().map(|t| t.name.as_str()))?;
    let to = join(folder_of(&okep.path), &name)?;
    (to != okep.path).then_some(to)
}

/// The path with another number in the file's name.
pub fn with_number(path: &str, number: u64) -> Option<String> {
    let name = file_name(path);
    let start = name.find(|c: char| c.is_ascii_digit())?;
    let digits = name[start..].bytes().take_while(u8::is_ascii_digit).count();
    let folder = &path[..path.len() - name.len()];
    Some(format!("{folder}{}{number}{}", &name[..start], &name[start + digits..]))
}

/// Whether `path` is the right one of an OKEP: its own has another form, or another number than title and issue.
pub fn is_right(okep: &Okep, path: &str) -> bool {
    let is_numbered = |number: u64| {
        okep.name.number != Some(number)
            && with_number(&okep.path, number).as_deref() == Some(path)
            && okep.title.as_ref().and_then(|title| title.number) == Some(number)
            && okep.issue.as_ref().and_then(|issue| issue.number()) == Some(number)
    };
    okep.path != path
        && (path::number(path).is_some_and(is_numbered) || in_form(okep).as_deref() == Some(path))
}

/// `okep-NNNN-title.md` from the number, and the title in the file's name or else in its heading.
fn proper_name(number: Option<u64>, path: &str, title: Option<&str>) -> Option<String> {
    let number = number?.to_string();
    let stem = stem(file_name(path))?.trim_start().trim_end_matches(".md");
    let named = stem.get(..4).is_some_and(|p| p.eq_ignore_ascii_case(PREFIX));
    let rest = if named { stem[4..].trim_start_matches(['-', '_', ' ', '.', '#']) } else { stem };
    let rest = &rest[number_placeholder(rest)..];
    let slug_of_file = slug(rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    // The number may be elsewhere in the name, behind a misspelt `okep` or at the end.
    let words: Vec<&str> = slug_of_file.split('-').collect();
    let title_of_file = match words.iter().position(|word| *word == number) {
        Some(at) if at + 1 < words.len() => words[at + 1..].join("-"),
        Some(at) => words[..at].join("-"),
        None => slug_of_file,
    };
    let slug = if title_of_file.is_empty() { slug(title?) } else { title_of_file };
    (!slug.is_empty()).then_some(format!("okep-{number}-{slug}.md"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_name_keeps_number_and_title() {
        let check = |path, expected: &str| {
            let name = proper_name(Some(7), path, Some("Other"));
            assert_eq!(name.as_deref(), Some(expected), "{path}");
        };
        check("docs/okeps/ okep-7-faster-tea.md", "okep-7-faster-tea.md");
        check("docs/okeps/OKEP-7-Faster-Tea.MD", "okep-7-faster-tea.md");
        check("docs/okeps/okep_7 faster tea.mdown", "okep-7-faster-tea.md");
        check("docs/okeps/okep-7.md", "okep-7-other.md");
        check("docs/okeps/okep-NNNN-faster-tea.md", "okep-7-faster-tea.md");
        check("docs/okeps/okep-0000-faster-tea.md", "okep-7-faster-tea.md");
        check("docs/okeps/oekp-7-faster-tea.md", "okep-7-faster-tea.md");
        check("docs/okeps/okep-faster-tea-7.md", "okep-7-faster-tea.md");
        check("docs/okeps/okep-7-faster-tea.md.md", "okep-7-faster-tea.md");
        check("docs/okeps/okep-nn-tea-of-70.md", "okep-7-tea-of-70.md");
    }
}
