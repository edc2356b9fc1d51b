//! What the paths below the proposal folder say: which file is an OKEP, which its template, which neither.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The name of an OKEP's file or folder, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OkepName {
    pub number: Option<u64>,
    /// Whether it is `okep-NNNN-lower-case-title`.
    pub well_formed: bool,
}

/// What a Markdown file below the proposal folder is, by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Template,
    Okep,
    /// The index page of the proposal folder, or what is one where there is no other.
    IndexPage,
    /// A page inside a folder named like an OKEP.
    InOkepFolder,
    /// A page that is directly in the proposal folder and is named like nothing known.
    Stray,
    Other,
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The path without its last part; empty at the root.
pub fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("", |i| &path[..i])
}

/// Whether a path is that of something in a folder, at any depth.
pub fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The endings of the files that MkDocs takes for pages.
pub const PAGE_ENDINGS: [&str; 5] = [".md", ".markdown", ".mdown", ".mkdn", ".mkd"];

/// A file's name without its Markdown ending, in whatever case that is written.
pub fn stem(name: &str) -> Option<&str> {
    PAGE_ENDINGS.iter().find_map(|page| {
        let (stem, ending) = name.split_at_checked(name.len().checked_sub(page.len())?)?;
        ending.eq_ignore_ascii_case(page).then_some(stem)
    })
}

/// What is behind `okep` in a name that is meant to be an OKEP's: one that begins with `okep`, in any case, whether blanks
/// are before it or not.
fn behind_okep(stem: &str) -> Option<&str> {
    let (okep, rest) = stem.trim_start().split_at_checked("okep".len())?;
    okep.eq_ignore_ascii_case("okep").then_some(rest)
}

/// Takes apart a name that is meant to be an OKEP's.
pub fn okep_name(stem: &str) -> Option<OkepName> {
    let rest = behind_okep(stem)?.trim_start_matches(['-', '_', ' ', '.', '#']);
    let digits = &rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())];
    let number = digits.parse().ok().filter(|_| number_placeholder(rest) == 0);
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let title = stem.strip_prefix("okep-").and_then(|stem| stem.strip_prefix(digits)?.strip_prefix('-'));
    let well_formed = number.is_some() && title.is_some_and(|title| title.split('-').all(is_word));
    Some(OkepName { number, well_formed })
}

/// How many bytes at the start of `text` are a word in place of a number that is not known yet, such as `NNNN`.
pub fn number_placeholder(text: &str) -> usize {
    let length = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
    let word = &text.as_bytes()[..length];
    let is_all = |letter: u8| length > 1 && word.iter().all(|b| b.eq_ignore_ascii_case(&letter));
    if is_all(b'x') || is_all(b'n') || is_all(b'0') || word.eq_ignore_ascii_case(b"tbd") { length } else { 0 }
}

/// A title as the last part of a file name: lower case, a hyphen between words.
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    // A letter with a mark becomes the letter; letters of other scripts are left out.
    let plain = title.nfkd().filter(|c| !is_combining_mark(*c));
    for c in plain.flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() && !matches!(c, '\'' | '’') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// The role of the Markdown file at `path` below `folder`.
pub fn role(path: &str, folder: &str) -> Role {
    let Some(inside) = path.strip_prefix(folder).and_then(|p| p.strip_prefix('/')) else {
        return Role::Other;
    };
    let name = file_name(inside);
    // As to MkDocs, which leaves hidden files out.
    if inside.split('/').any(|part| part.starts_with('.')) {
        return Role::Other;
    }
    let Some(stem) = stem(name) else { return Role::Other };
    if template_number(stem).is_some() || is_of_folder(stem) && is_template_folder(folder_of(inside)) {
        return Role::Template;
    }
    if behind_okep(stem).is_some() && !says_template(stem) {
        return Role::Okep;
    }
    if okep_folder(path, folder).is_some() {
        return Role::InOkepFolder;
    }
    match (inside.contains('/'), stem.to_ascii_lowercase().as_str()) {
        (false, "index" | "readme") => Role::IndexPage,
        (false, _) => Role::Stray,
        (true, _) => Role::Other,
    }
}

/// Whether a file of this name is a template: `okep-*-template.md`, in any case.
pub fn is_template(name: &str) -> bool {
    stem(name).and_then(template_number).is_some()
}

/// What is between `okep-` and `-template`.
fn template_number(name: &str) -> Option<&str> {
    let (okep, rest) = name.split_at_checked("okep-".len())?;
    let (number, template) = rest.split_at_checked(rest.len().checked_sub("-template".len())?)?;
    let is_named = okep.eq_ignore_ascii_case("okep-") && template.eq_ignore_ascii_case("-template");
    (is_named && !number.is_empty()).then_some(number)
}

/// Whether a folder is that of the template alone: `okep-NNNN-template`.
pub fn is_template_folder(folder: &str) -> bool {
    template_number(file_name(folder)).is_some_and(|number| !number.contains('-'))
}

/// Whether a file's name says that it is a template, in another form: `template.md`, `OKEP_template.md`.
pub fn is_unnamed_template(path: &str) -> bool {
    stem(file_name(path)).is_some_and(says_template)
}

fn says_template(stem: &str) -> bool {
    let words = stem.split(|c: char| !c.is_ascii_alphanumeric());
    let is_number = |word: &str| word.bytes().all(|b| b.is_ascii_digit());
    let mut words = words.filter(|word| !word.eq_ignore_ascii_case("okep") && !is_number(word));
    words.next().is_some_and(|word| word.eq_ignore_ascii_case("template"))
        && words.next().is_none()
        && template_number(stem).is_none()
}

/// Whether a page is what a site and a forge show of its folder.
pub fn is_folder_page(path: &str) -> bool {
    stem(file_name(path)).is_some_and(is_of_folder)
}

fn is_of_folder(stem: &str) -> bool {
    ["index", "readme"].iter().any(|name| stem.eq_ignore_ascii_case(name))
}

/// Whether a page is an `index.md`, which goes before a `README.md`.
pub fn is_index(path: &str) -> bool {
    stem(file_name(path)).is_some_and(|name| name.eq_ignore_ascii_case("index"))
}

/// Whether a file outside of the proposal folder is named like an OKEP, and is in no other folder that is named
/// like that folder, such as that of a translation or an archive; case alone makes no other folder.
pub fn is_outside_okep(path: &str, folder: &str) -> bool {
    let own = file_name(folder).to_ascii_lowercase();
    let lower = path.to_ascii_lowercase();
    let is_elsewhere = folder_of(&lower).split('/').all(|name| !name.contains(&own))
        || is_below(&lower, &folder.to_ascii_lowercase());
    let is_template = page_name(path).and_then(template_number).is_some();
    !is_below(path, folder) && is_elsewhere && page_number(path).is_some() && !is_template
}

/// The name of a page without its ending; that of its folder where it is what is shown of that.
pub fn page_name(path: &str) -> Option<&str> {
    let name = stem(file_name(path))?;
    Some(if is_folder_page(path) { file_name(folder_of(path)) } else { name })
}

/// The number in that name.
pub fn page_number(path: &str) -> Option<u64> {
    okep_name(page_name(path)?)?.number
}

/// Whether a file that is named like a template, and is not the one that counts, is an OKEP about templates:
/// its title has more words, or it is in a folder of its own.
pub fn is_about_templates(path: &str, folder: &str) -> bool {
    let words = stem(file_name(path)).map_or(0, |name| name.split('-').count());
    words > 3 || !is_folder_page(path) && okep_folder(path, folder).is_some()
}

/// The number in the name of an OKEP's file, as well as it can be read.
pub fn number(path: &str) -> Option<u64> {
    okep_name(stem(file_name(path))?)?.number
}

/// The order of templates that landed together: by number, then by path.
pub fn template_order(path: &str) -> (u64, &str) {
    (number(path).unwrap_or(u64::MAX), path)
}

/// The nearest folder around `path`, below `folder`, that is named like an OKEP.
pub fn okep_folder<'a>(path: &'a str, folder: &str) -> Option<(&'a str, OkepName)> {
    let mut dir = folder_of(path);
    while dir.len() > folder.len() {
        if let Some(name) = okep_name(file_name(dir)) {
            return Some((dir, name));
        }
        dir = folder_of(dir);
    }
    None
}

/// The number of the OKEP or template that a file is, else of the OKEP in whose folder it is.
pub fn okep_number(path: &str, folder: &str) -> Option<u64> {
    let own = number(path).filter(|_| matches!(role(path, folder), Role::Okep | Role::Template));
    own.or_else(|| okep_folder(path, folder)?.1.number)
}

/// `path` relative to `folder`, with `.` and `..` resolved; none where it leaves the repository.
pub fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The path of `target`, a relative link from the file at `from`; none where it leaves the repository.
pub fn resolve(from: &str, target: &str) -> Option<String> {
    join(folder_of(from), target)
}

/// The path from the folder `from` to `to`, both from the root; empty where they are the same.
pub fn relative(from: &str, to: &str) -> String {
    let [from, to] =
        [from, to].map(|path| path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>());
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    [vec![".."; from.len() - common], to[common..].to_vec()].concat().join("/")
}

/// The text with `%XX` resolved; kept as it is where that gives no UTF-8.
pub fn percent_decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let check = |stem, expected| {
            assert_eq!(okep_name(stem).map(|n| (n.number, n.well_formed)), expected, "{stem}");
        };
        check("okep-5224-connecting-udns", Some((Some(5224), true)));
        check("okep-5224-Connecting-udns", Some((Some(5224), false)));
        check("OKEP-5224-connecting", Some((Some(5224), false)));
        check("okep_5224_connecting", Some((Some(5224), false)));
        check(" okep-5224-connecting", Some((Some(5224), false)));
        check("\u{a0} Okep-5224-connecting", Some((Some(5224), false)));
        check("okep-5224", Some((Some(5224), false)));
        check("okep-5224-a--b", Some((Some(5224), false)));
        check("okep-my-title", Some((None, false)));
        check("network-qos", None);
        check("öké", None);
    }

    #[test]
    fn roles_follow_from_the_path() {
        let check = |path, expected| assert_eq!(role(path, "docs/okeps"), expected, "{path}");
        check("docs/okeps/okep-4368-template.md", Role::Template);
        check("docs/okeps/okep-4368-Template.md", Role::Template);
        check("docs/okeps/okep-template.md", Role::Stray);
        check("docs/okeps/OKEP_4368_template.md", Role::Stray);
        check("docs/okeps/.okep-7-x.md", Role::Other);
        check("docs/okeps/.drafts/okep-7-x.md", Role::Other);
        check("docs/okeps/okep-7-template-support.md", Role::Okep);
        check("docs/okeps/templates/okep-4368-template.md", Role::Template);
        check("docs/okeps/okep-5224-x/okep-5224-template.md", Role::Template);
        check("docs/okeps/okep-4368-template/README.md", Role::Template);
        check("docs/okeps/okep-4368-template/images.md", Role::InOkepFolder);
        check("docs/okeps/okep-7-api-template/README.md", Role::InOkepFolder);
        check("docs/okeps/okep-5224-x/okep-5224-x.md", Role::Okep);
        check("docs/okeps/okep-5224-x/other.md", Role::InOkepFolder);
        check("docs/okeps/okep-5224-x/deep/other.md", Role::InOkepFolder);
        check("docs/okeps/archive/okep-1-x.md", Role::Okep);
        check("docs/okeps/index.md", Role::IndexPage);
        check("docs/okeps/README.md", Role::IndexPage);
        check("docs/okeps/notes.md", Role::Stray);
        check("docs/okeps/notes.mkd", Role::Stray);
        check("docs/okeps/okep-5224-x.mdown", Role::Okep);
        check("docs/okeps/ okep-5224-x.md", Role::Okep);
        check("docs/okeps/images/notes.md", Role::Other);
        check("docs/okeps-old/okep-1-x.md", Role::Other);
    }

    #[test]
    fn relative_links_resolve_inside_the_repository() {
        assert_eq!(resolve("docs/okeps/index.md", "./okep-1-x.md"), Some("docs/okeps/okep-1-x.md".into()));
        assert_eq!(resolve("docs/okeps/index.md", "../a.md"), Some("docs/a.md".into()));
        assert_eq!(resolve("docs/a.md", "../../b.md"), None);
    }

    #[test]
    fn a_path_is_written_as_seen_from_a_folder() {
        let check = |from, to, expected| assert_eq!(relative(from, to), expected, "{from} {to}");
        check("", "docs/a.md", "docs/a.md");
        check("docs", "docs/okeps/a.md", "okeps/a.md");
        check("docs/okeps", "docs/a.md", "../a.md");
        check("src/lib", "docs", "../../docs");
        check("docs/okeps", "docs/okeps", "");
    }

    #[test]
    fn signs_in_links_are_decoded() {
        let check = |text, expected| assert_eq!(percent_decoded(text), expected);
        check("okep%2D1-x.md", "okep-1-x.md");
        check("%C3%B6", "ö");
        check("%c3", "%c3");
        check("100%, %+f, %2 and %", "100%, %+f, %2 and %");
        check("%öö", "%öö");
    }

    #[test]
    fn a_title_becomes_a_slug() {
        assert_eq!(slug("Überprüfung à la carte"), "uberprufung-a-la-carte");
        assert_eq!(slug("Straße 日本"), "stra-e");
        assert_eq!(slug("User's Layer-2 (UDN) Networks!"), "users-layer-2-udn-networks");
    }
}
