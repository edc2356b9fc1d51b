//! Relative links and images that lead nowhere on the site.

use super::{Check, Claim, LinkTarget, Linked, PageLink, Rule, Severity, parts};
use crate::markdown::document::LinkKind;
use crate::site::mkdocs::{AbsoluteLinks, PageSettings};
use crate::text::path::{self, folder_of, join, percent_decoded};
use crate::text::url_path;

pub static RULE: Rule = Rule {
    id: "broken-link",
    severity: Severity::Warning,
    offence: "a relative link or image that points to nothing in the docs folder",
    why: "Readers of the site get a missing page, and MkDocs refuses to build with `--strict`. The site \
          has nothing from outside of the docs folder, even where the link works on GitHub.",
    bad: "![the packet's way](imgs/packet.png)\n\nSee [Egress](egress.md).",
    good: "![the packet's way](images/packet.png)\n\nSee [Egress](../features/egress.md).",
    check: Check::Links(check, None),
    ..Rule::BASE
};

fn check(page: &Linked) -> Vec<Claim> {
    page.links().iter().filter_map(|link| claim(page, link)).collect()
}

fn claim(page: &Linked, link: &PageLink) -> Option<Claim> {
    let (file, _) = parts(&link.target);
    if file.is_empty() || link.kind == Some(LinkKind::Autolink) || url_path::is_address(&link.target) {
        return None;
    }
    let file = percent_decoded(file);
    let defaults = PageSettings { docs_dir: Some(String::new()), ..PageSettings::default() };
    let settings = page.settings.unwrap_or(&defaults);
    let docs = settings.docs_dir.as_deref().filter(|_| settings.links_are_known)?;
    let (message, help, unless) = match link.kind {
        Some(_) => in_markdown(page, &file, settings, docs)?,
        None => in_html(page, &file, settings)?,
    };
    let message = format!("`{}` {message}", link.target);
    Some(Claim { finding: RULE.linked(page, link, link.target.clone(), message).help(help), unless })
}

/// What is wrong with a link, what to do about it, and what would make it lead somewhere.
type DeadLink = (String, &'static str, Vec<LinkTarget>);

/// As MkDocs resolves it: from the place of the file.
fn in_markdown(page: &Linked, file: &str, settings: &PageSettings, docs: &str) -> Option<DeadLink> {
    let absolute = file.starts_with(['/', '\\']);
    let folder = match settings.absolute {
        _ if !absolute => folder_of(page.path),
        AbsoluteLinks::RelativeToDocs => docs,
        AbsoluteLinks::Ignored => return None,
        AbsoluteLinks::Warned => {
            let message = "begins with `/`, but the site may not be at the root of its host";
            return Some((message.to_owned(), "make it relative to this file", Vec::new()));
        }
    };
    let may_be_address = !has_ending(file) && !absolute;
    if may_be_address && settings.not_found && !settings.unrecognized {
        return as_address(page, file, settings);
    }
    if !(if may_be_address { settings.unrecognized } else { settings.not_found }) {
        return None;
    }
    let path = join(folder, file);
    let Some(target) = path.as_deref().and_then(|path| url_path::below(docs, path)) else {
        let place = if docs.is_empty() { "the repository".to_owned() } else { format!("`{docs}`") };
        let message = format!("points outside of {place}, and the site has nothing from there");
        return Some((message, "link to it with its full address", Vec::new()));
    };
    // The page of the default language may have its name in it.
    let localized = settings.languages.as_ref().and_then(|all| join(docs, &all.default_page(target)?));
    let message = format!("points to `{}`, which does not exist", path.as_deref().unwrap_or_default());
    let targets = [path, localized].into_iter().flatten();
    let unless = targets.map(|path| LinkTarget { path, or_folder: false }).collect();
    Some((message, "correct the path, or add the file", unless))
}

/// A link without an ending, which MkDocs leaves as it is: it may name a file or a folder, or be the address of a page.
fn as_address(page: &Linked, file: &str, settings: &PageSettings) -> Option<DeadLink> {
    let to = |path: String, or_folder: bool| LinkTarget { path, or_folder };
    let mut unless = vec![to(join(folder_of(page.path), file)?, true)];
    if settings.use_directory_urls && page.settings.is_some() {
        let stem = path::stem(page.path).unwrap_or(page.path);
        let own = if path::is_folder_page(page.path) { folder_of(page.path) } else { stem };
        let address = join(own, file)?;
        unless.extend([".md", "/index.md", "/README.md"].map(|end| to(format!("{address}{end}"), false)));
        unless.push(to(address, true));
    }
    let message = "is neither a file nor the address of a page".to_owned();
    Some((message, "name the page by its file, with `.md`", unless))
}

/// MkDocs passes HTML through as it is: on GitHub it starts at the file, on the site at the page's address.
/// What leads somewhere on either is left alone.
fn in_html(page: &Linked, file: &str, settings: &PageSettings) -> Option<DeadLink> {
    let is_relative = !file.starts_with(['/', '\\']) && has_ending(file);
    if !is_relative || !settings.not_found || file.ends_with("index.html") {
        return None;
    }
    let stem = path::stem(page.path).unwrap_or(page.path);
    let address = if settings.use_directory_urls { stem } else { folder_of(page.path) };
    let paths = [folder_of(page.path), address].into_iter().filter_map(|folder| join(folder, file));
    // The site has a page under another name.
    let page_of = |path: &str| path.strip_suffix(".html").map(|page| format!("{page}.md"));
    let paths = paths.flat_map(|path| [page_of(&path), Some(path)]).flatten();
    let unless = paths.map(|path| LinkTarget { path, or_folder: false }).collect();
    let message = "points to nothing, neither from this file nor from the page that is built from it";
    let help = "correct the path, or write a Markdown link, which MkDocs adjusts";
    Some((message.to_owned(), help, unless))
}

/// Whether the last part of a path has an ending, as Python takes it: a dot that does not lead it.
fn has_ending(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.trim_start_matches('.').contains('.')
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, NAV, OKEP, check_links, found_among, with};

    #[test]
    fn relative_links_point_to_files_of_the_docs_folder() {
        check_links(
            "[a](../egress.md) ![b](images/tea.png)",
            &["docs/egress.md", "docs/okeps/images/tea.png"],
            &[],
        );
        check_links("[a](../egress.md#x)", &[], &["broken-link:19 ../egress.md#x"]);
        check_links("![a](images/tea%20leaf.png?raw=true \"t\")", &["docs/okeps/images/tea leaf.png"], &[]);
        check_links("[a][b]\n\n[b]: gone.md", &[], &["broken-link:19 gone.md"]);
        check_links("[a](../../Makefile.am)", &["Makefile.am"], &["broken-link:19 ../../Makefile.am"]);
        check_links("[a](../../../x.md)", &[], &["broken-link:19 ../../../x.md"]);
        // A folder is not a file, and another case is another name.
        check_links("[a](v1.2)", &["docs/okeps/v1.2/a.md"], &["broken-link:19 v1.2"]);
        check_links("[a](Egress.md)", &["docs/okeps/egress.md"], &["broken-link:19 Egress.md"]);
        // The template and the OKEP itself are there.
        check_links("[a](okep-1-template.md) [b](./okep-7-faster-tea.md)", &[], &[]);
        // The same link twice is one finding.
        check_links("[a](gone.md)\n[b](gone.md)", &[], &["broken-link:19 gone.md"]);
    }

    #[test]
    fn what_is_no_link_to_a_file_is_left_alone() {
        for quiet in [
            "[a](https://example.org/gone.md) <https://example.org/x.md> [b](mailto:a@b.c) <a@b.org>",
            "[a](//example.org/x.md) [b](/images/gone.png) [c](?plain=1)",
            "[c](.) [d]()",
            "`[a](gone.md)` \\[a](gone.md)\n\n```\n[a](gone.md)\n```\n\n    [a](gone.md)",
            "[a]: gone.md",
            "<!-- <a href=\"gone.md\">x</a> -->",
        ] {
            check_links(quiet, &[], &[]);
        }
    }

    #[test]
    fn a_link_without_an_ending_is_the_address_of_a_page_or_names_nothing() {
        check_links(
            "[a](../egress/) [b](../../features/egress#x)",
            &["docs/okeps/egress.md", "docs/features/egress.md"],
            &[],
        );
        check_links("[a](images/) [b](../LICENSE)", &["docs/okeps/images/tea.png", "docs/LICENSE"], &[]);
        check_links("[a](../okep-7-faster-tea/)", &[], &[]);
        // Neither GitHub nor the site finds the page by these.
        check_links(
            "[a](tea/notes) [b](../egress)",
            &["docs/okeps/tea/notes.md"],
            &["broken-link:19 tea/notes", "broken-link:19 ../egress"],
        );
        let without = |config: &str| {
            let document = with("A `Kettle`.", "A `Kettle`, see [egress](egress).");
            found_among(
                &[(OKEP, &document), ("mkdocs.yml", &format!("{NAV}{config}"))],
                &["docs/okeps/egress.md"],
            )
        };
        assert_eq!(without(""), ["broken-link:21 egress"]);
        // The page of the default language may have its name in it, and that of another has.
        let i18n = "plugins:\n  - i18n:\n      languages:\n        - locale: en\n          default: true\n";
        let among = |config: &str, other: &str| {
            let document = with("A `Kettle`.", "A `Kettle`, see [egress](../egress.md).");
            found_among(&[(OKEP, &document), ("mkdocs.yml", &format!("{NAV}{config}"))], &[other])
        };
        assert_eq!(among(i18n, "docs/egress.en.md"), [""; 0]);
        assert_eq!(among(i18n, "docs/egress.zh.md"), ["broken-link:21 ../egress.md"]);
        assert_eq!(among("", "docs/egress.en.md"), ["broken-link:21 ../egress.md"]);
        // Where a plugin makes links, it is unknown.
        assert_eq!(without("plugins: [ezlinks]\n"), [""; 0]);
        assert_eq!(without("plugins: [our-own]\n"), [""; 0]);
    }

    #[test]
    fn links_in_html_start_at_the_file_or_at_its_page() {
        let expected = ["broken-link:19 images/tea.png"];
        check_links("<img src=\"images/tea.png\" width=3>", &[], &expected);
        check_links("x <img src='images/tea.png'/> y", &["docs/okeps/images/tea.png"], &[]);
        check_links("<img src=images/tea.png>", &["docs/okeps/okep-7-faster-tea/images/tea.png"], &[]);
        check_links("<a href=\"../gone.html\">a</a>", &[], &["broken-link:19 ../gone.html"]);
        check_links(
            "<a href=\"../egress.html\">a</a> <a href=\"../egress/\">b</a>",
            &["docs/egress.md"],
            &[],
        );
    }

    #[test]
    fn links_are_checked_as_mkdocs_is_configured() {
        let with_site = |site: &str, text: &str| {
            let document = with("Coffee.\n", text);
            let nav = NAV.replace("okeps/", if site.contains("docs_dir") { "docs/okeps/" } else { "okeps/" });
            found_among(&[(OKEP, &document), ("mkdocs.yml", &format!("{site}{nav}"))], &["docs/egress.md"])
        };
        let check = |site: &str, text: &str, expected: &[&str]| {
            assert_eq!(with_site(site, text), expected, "{site}");
        };
        check("", "[a](gone.md)\n", &["broken-link:29 gone.md"]);
        check("validation:\n  links:\n    not_found: ignore\n", "[a](gone.md)\n", &[]);
        check("validation:\n  not_found: info\n", "[a](gone.md)\n", &[]);
        check("validation:\n  unrecognized_links: warn\n", "[a](gone)\n", &["broken-link:29 gone"]);
        check("validation:\n  absolute_links: warn\n", "[a](/x.md)\n", &["broken-link:29 /x.md"]);
        let relative = "validation:\n  absolute_links: relative_to_docs\n";
        check(relative, "[a](/egress.md) [b](/okeps/okep-7-faster-tea.md)\n", &[]);
        check(relative, "[a](/docs/egress.md)\n", &["broken-link:29 /docs/egress.md"]);
    }

    #[test]
    fn links_of_companion_pages_are_checked() {
        let files = [
            ("docs/okeps/okep-8-a/okep-8-a.md", GOOD.replace('7', "8")),
            ("docs/okeps/okep-8-a/more.md", "# More\n\n[a](okep-8-a.md) [b](gone.md) [c](#mroe)\n".into()),
            ("mkdocs.yml", "nav:\n  - a: okeps/okep-8-a/okep-8-a.md\n".into()),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
        assert_eq!(found_among(&files, &[]), ["broken-link:3 gone.md", "broken-anchor:3 #mroe"]);
    }
}
