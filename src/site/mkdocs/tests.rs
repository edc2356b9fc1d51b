//! What the reader makes of small configurations, without Python; tests/nav.rs asks MkDocs itself.

use super::*;
use crate::text::Text;
use std::collections::BTreeMap;

fn site(files: &[(&str, &str)]) -> Site {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    read("mkdocs.yml", &|path| files.get(path).map(|text| Content::Bytes(text.as_bytes().into())))
}

/// The site in lines: `section / title = page`, `?` before a target that names no page, problems with
/// their lines, notes.
fn described(site: &Site, source: &str) -> String {
    let mut out = Vec::new();
    match &site.nav {
        Nav::Absent => out.push("all pages".to_owned()),
        Nav::Unreadable => {}
        Nav::Listed(tree) => {
            for entry in &tree.entries {
                let mut name = entry.section.to_vec();
                name.push(entry.title.clone().unwrap_or_else(|| "-".into()));
                let page = entry.doc.clone().unwrap_or_else(|| format!("?{}", entry.target));
                let elsewhere = if entry.elsewhere { " (elsewhere)" } else { "" };
                out.push(format!("{} = {page}{elsewhere}", name.join(" / ")));
            }
            out.extend(tree.rests.iter().map(|rest| format!("rest {}", rest.text)));
        }
    }
    let text = Text::new(source.as_bytes());
    for problem in &site.problems {
        let line = if problem.path == "mkdocs.yml" { text.line_of(problem.span.start) } else { 0 };
        out.push(format!("{}:{line}: {}", problem.path, problem.message));
    }
    out.extend(site.notes.iter().map(|note| format!("note: {}", note.message)));
    out.join("\n")
}

fn check(yaml: &str, expected: &[&str]) {
    let site = site(&[("mkdocs.yml", yaml)]);
    assert_eq!(described(&site, yaml), expected.join("\n"), "{yaml}");
    for entry in site.nav.entries().iter().filter(|e| !e.elsewhere) {
        let source = Text::new(yaml.as_bytes());
        assert!(source.slice(entry.span.clone()).contains(entry.target.trim_end()), "{entry:?}");
        let sections = &site.nav.tree().expect("it has entries").sections;
        let lines = &sections[entry.parent].items[entry.item].lines;
        assert!(lines.as_ref().is_none_or(|l| l.start <= entry.span.start && entry.span.end <= l.end));
    }
}

#[test]
fn entries_sections_and_addresses() {
    check(
        "nav:\n  - Home: index.md\n  - Proposals:\n    # - FeatureName: okeps/<filename.md>\n    - A: okeps/a.md # note\n    - Deep:\n      - okeps/b.md\n  - Code: https://example.org/a.md\n",
        &[
            "Home = docs/index.md",
            "Proposals / A = docs/okeps/a.md",
            "Proposals / Deep / - = docs/okeps/b.md",
            "Code = ?https://example.org/a.md",
        ],
    );
}

#[test]
fn no_navigation_shows_all_pages() {
    for yaml in ["", "# nothing\n", "site_name: x\n", "nav:\n", "nav: ~\n", "nav: []\n", "nav: !ENV X\n"] {
        check(yaml, &["all pages"]);
    }
    check("nav: !ENV [X, [a.md]]\n", &["- = docs/a.md (elsewhere)"]);
}

#[test]
fn forms_that_mkdocs_does_not_resolve() {
    check(
        "nav:\n- ./a.md\n- b//./c.md\n- ../docs/a.md\n- x/../a.md\n- /a.md\n- x\\a.md\n- x%20y.md\n- a.md/\n- a.md#b\n- ../../a.md\n",
        &[
            "- = docs/a.md",
            "- = docs/b/c.md",
            "- = ?../docs/a.md",
            "- = ?x/../a.md",
            "- = ?/a.md",
            "- = docs/x\\a.md",
            "- = docs/x%20y.md",
            "- = docs/a.md",
            "- = ?a.md#b",
            "- = ?../../a.md",
        ],
    );
}

#[test]
fn the_last_of_two_equal_keys_counts() {
    check("nav: [a.md]\nnav:\n- b.md\n", &["- = docs/b.md"]);
    check("nav:\n- {A: a.md, A: b.md}\n", &["A = docs/b.md"]);
    check("docs_dir: x\ndocs_dir: y\nnav: [a.md]\n", &["- = y/a.md"]);
}

#[test]
fn anchors_aliases_and_merge_keys() {
    check("x: &n [a.md]\nnav: *n\n", &["- = docs/a.md (elsewhere)"]);
    check("x: &n a.md\nnav:\n- A: *n\n", &["A = docs/a.md (elsewhere)"]);
    check("nav:\n- S: &s\n  - a.md\n- T: *s\n", &["S / - = docs/a.md", "T / - = docs/a.md (elsewhere)"]);
    check("x: &e {A: a.md}\nnav:\n- <<: *e\n", &["A = docs/a.md (elsewhere)"]);
    check("nav: &n\n- a.md\n- S: *n\n", &["mkdocs.yml:3: a section of `nav` holds itself, by an alias"]);
}

#[test]
fn byte_order_marks_and_line_endings() {
    check("\u{feff}nav:\r\n- A: a.md\r\n- B: b.md", &["A = docs/a.md", "B = docs/b.md"]);
}

#[test]
fn what_mkdocs_refuses_has_its_line() {
    for (yaml, problem) in [
        ("nav: a.md\n", "mkdocs.yml:1: `nav` must be a list, found text"),
        ("nav:\n  A: a.md\n", "mkdocs.yml:2: `nav` must be a list, found a mapping"),
        (
            "nav:\n- a.md\n- 12\n",
            "mkdocs.yml:3: an item of `nav` must be a page or one `title: page`, found a number",
        ),
        (
            "nav:\n- a.md\n-\n- b.md\n",
            "mkdocs.yml:3: an item of `nav` must be a page or one `title: page`, found nothing",
        ),
        (
            "nav:\n- A: a.md\n  B: b.md\n",
            "mkdocs.yml:2: an item of `nav` must be a page or one `title: page`, found a mapping of 2 keys",
        ),
        ("nav:\n- A: a.md\n- S:\n", "mkdocs.yml:3: `S` in `nav` must hold a page or a list, found nothing"),
        ("nav:\n- A: yes\n", "mkdocs.yml:2: `A` in `nav` must hold a page or a list, found a boolean"),
        ("- a\n", "mkdocs.yml:1: the file must be a mapping of settings, found a list"),
        ("nav: [a.md]\n---\nnav: []\n", "mkdocs.yml:2: more than one YAML document in the file"),
        ("x: !include y\n", "mkdocs.yml:1: MkDocs does not know the tag `!include` here"),
        ("a: b\t\n", "mkdocs.yml:1: a tab outside quotes: PyYAML takes only blanks here"),
        (
            "nav:\n  - a: b.md\n\t- c: d.md\n",
            "mkdocs.yml:3: not valid YAML: while scanning a plain scalar, found a tab",
        ),
        ("a: b\nc: \"\u{7}\"\n", "mkdocs.yml:2: the character U+0007 is not allowed in YAML"),
        ("a: &a 1\nb: &a 2\n", "mkdocs.yml:2: the anchor `a` is defined twice"),
        ("a: [x?y]\n", "mkdocs.yml:1: PyYAML wants text with a `?` between brackets in quotes"),
        ("docs_dir: 1\n", "mkdocs.yml:1: `docs_dir` must be a path, found a number"),
        ("docs_dir: .\n", "mkdocs.yml:1: `docs_dir` must not be the folder of the configuration file itself"),
        ("exclude_docs: [a]\n", "mkdocs.yml:1: `exclude_docs` must be text, found a list"),
        ("not_in_nav: a\\\n", "mkdocs.yml:1: `not_in_nav`: `a\\` is not a valid gitignore pattern"),
        ("INHERIT: x.yml\n", "mkdocs.yml:1: the inherited file `x.yml` is not there"),
    ] {
        check(yaml, &[problem]);
    }
    let broken = site(&[("mkdocs.yml", "nav:\n- A: b: c\n")]);
    assert_eq!(Text::new(b"nav:\n- A: b: c\n").line_of(broken.problems[0].span.start), 2);
}

#[test]
fn foreign_bytes_are_a_problem_at_their_place() {
    let content = Content::Bytes(b"nav:\n- caf\xe9.md\n".as_slice().into());
    let site = read("mkdocs.yml", &|_| Some(content.clone()));
    assert_eq!(
        (site.problems[0].span.clone(), site.problems[0].message.as_str()),
        (10..11, "not valid UTF-8")
    );
}

#[test]
fn what_only_this_reader_cannot_read_is_a_note() {
    check("docs_dir: /srv/docs\n", &["all pages", "note: `docs_dir` is `/srv/docs`, outside the repository"]);
    check(
        "INHERIT: ../../x.yml\nnav: [a.md]\n",
        &["- = docs/a.md", "note: `INHERIT` names `../../x.yml`, which is not in the repository"],
    );
    let deep = format!("nav: {}a.md{}\n", "[".repeat(300), "]".repeat(300));
    let site = site(&[("mkdocs.yml", &deep)]);
    assert!(site.problems.is_empty() && site.notes.len() == 1);
    assert_eq!(site.registered("docs/a.md"), Registered::Unknown);
}

#[test]
fn aliases_of_aliases_are_not_expanded_without_end() {
    let mut yaml = String::from("x0: &x0 [a.md]\n");
    for n in 1..40 {
        let list = vec![format!("{{S: *x{}}}", n - 1); 9].join(", ");
        yaml.push_str(&format!("x{n}: &x{n} [{list}]\n"));
    }
    yaml.push_str("nav: *x39\n");
    let site = site(&[("mkdocs.yml", &yaml)]);
    assert_eq!(site.notes[0].message, "`nav` is too large to be read");
    let mut yaml = String::from("x0: &x0 {a: 1}\n");
    for n in 1..40 {
        yaml.push_str(&format!("x{n}: &x{n}\n  <<: [*x{}, *x{}]\n", n - 1, n - 1));
    }
    yaml.push_str("plugins: *x39\n");
    let site = self::site(&[("mkdocs.yml", &yaml)]);
    assert_eq!(site.problems, []);
    assert_eq!(site.notes.len(), 1);
}

#[test]
fn inherited_files_are_merged() {
    let parent = "docs_dir: pages\nnav: [a.md]\nplugins: {awesome-pages: {}}\n";
    let chain = |child: &str| site(&[("mkdocs.yml", child), ("conf/base.yml", parent)]);
    let all = chain("INHERIT: conf/base.yml\n");
    assert_eq!(all.files, ["mkdocs.yml", "conf/base.yml"]);
    assert_eq!(all.nav.tree().map(|t| t.path.as_str()), Some("conf/base.yml"));
    assert_eq!(all.registered("pages/a.md"), Registered::Shown);
    let replaced = chain("INHERIT: conf/base.yml\nnav: [b.md, '...']\nplugins: {search: }\n");
    assert_eq!(replaced.registered("pages/a.md"), Registered::Shown);
    let null = chain("INHERIT: conf/base.yml\nnav:\n");
    assert_eq!(null.registered("pages/x.md"), Registered::Shown);
}

#[test]
fn a_chain_is_followed_as_deep_as_mkdocs_does() {
    let config = |yaml: &str| Some(Content::Bytes(yaml.as_bytes().into()));
    let one =
        |path: &str, yaml: &str| chain_of(path, &|at| if at == path { config(yaml) } else { config("") });
    assert_eq!(one("site/mkdocs.yml", "INHERIT: ../base.yml\n"), ["site/mkdocs.yml", "base.yml"]);
    for yaml in ["INHERIT: ../base.yml\n", "INHERIT: /base.yml\n", "nav: [\n", "INHERIT: mkdocs.yml\n"] {
        assert_eq!(one("mkdocs.yml", yaml), ["mkdocs.yml"], "{yaml}");
    }
    // `0.yml` inherits from `1.yml`, and so on.
    let long = |length: usize| {
        move |path: &str| {
            let number: usize = path.strip_suffix(".yml")?.parse().ok()?;
            let last = number + 1 == length;
            config(&if last { "nav: [a.md]\n".to_owned() } else { format!("INHERIT: {}.yml\n", number + 1) })
        }
    };
    for length in [1, 2, 13, 300] {
        let site = read("0.yml", &long(length));
        assert_eq!((site.files.len(), site.problems.len(), site.notes.len()), (length, 0, 0));
        assert_eq!(site.registered("docs/a.md"), Registered::Shown);
    }
    let endless = read("0.yml", &long(MAX_CHAIN + 1));
    assert!(endless.too_large && endless.problems.is_empty());
}

#[test]
fn what_an_unreadable_file_sets_is_unknown() {
    let file = |path: &str| match path {
        "mkdocs.yml" => Some(Content::Bytes(b"INHERIT: base.yml\n".as_slice().into())),
        _ => Some(Content::Unavailable("not fetched".into())),
    };
    let site = read("mkdocs.yml", &file);
    assert_eq!((site.files.len(), site.problems.len()), (2, 0));
    assert_eq!(site.notes[0].kind, "register-not-understood");
    assert_eq!(site.registered("docs/a.md"), Registered::Unknown);
}

#[test]
fn registered_says_why() {
    let yaml = "exclude_docs: drafts/\ndraft_docs: later.md\nnot_in_nav: hidden.md\nnav: [a.md]\n";
    let site = site(&[("mkdocs.yml", yaml)]);
    for (path, expected) in [
        ("docs/a.md", Registered::Shown),
        ("docs/b.md", Registered::Missing),
        ("docs/drafts/a.md", Registered::Excluded),
        ("docs/.a.md", Registered::Excluded),
        ("docs/templates/a.md", Registered::Excluded),
        ("docs/x/templates/a.md", Registered::Missing),
        ("docs/later.md", Registered::Draft),
        ("docs/hidden.md", Registered::NotInNav),
        ("README.md", Registered::OutsideDocsDir),
        ("docsx/a.md", Registered::OutsideDocsDir),
        ("docs/a.png", Registered::NotAPage),
    ] {
        assert_eq!(site.registered(path), expected, "{path}");
    }
    let plugin = self::site(&[("mkdocs.yml", "plugins: [literate-nav]\nnav: [a.md]\n")]);
    assert_eq!(plugin.registered("docs/b.md"), Registered::Unknown);
    assert_eq!(plugin.registered("docs/a.md").shown(), Some(true));
}

#[test]
fn rest_entries_need_their_plugin() {
    let rests = "nav:\n- a.md\n- ... | okeps/*.md\n- Title: ...\n";
    let with = format!("plugins: [awesome-pages]\n{rests}");
    let site = site(&[("mkdocs.yml", &with)]);
    assert_eq!(site.registered("docs/okeps/b.md"), Registered::Shown);
    assert_eq!(site.registered("docs/b.md"), Registered::Missing);
    let off = format!("plugins:\n- awesome-pages:\n    enabled: false\n{rests}");
    assert_eq!(self::site(&[("mkdocs.yml", &off)]).registered("docs/okeps/b.md"), Registered::Missing);
    assert_eq!(self::site(&[("mkdocs.yml", rests)]).registered("docs/okeps/b.md"), Registered::Missing);
}
