//! The rules about links against the real MkDocs: on hostile pages and on real proposals `broken-link`
//! speaks where MkDocs warns and nowhere else, and likewise `broken-anchor` of what the site does not have.
//!
//! Needs a Python with MkDocs and pymdown-extensions in `OKEP_TEST_PYTHON`, and for real documents a clone
//! of the project in `OKEP_TEST_CORPUS`; without them the tests say so and pass. Links in HTML, which MkDocs
//! does not look at, are left to the tests of the rule.

use okep::audit::{AuditCache, of_links};
use okep::files::{Layout, Tree};
use okep::okep::snapshot::{Parsed, Snapshot};
use okep::rules::page_links::pages;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Page, from the docs folder, and target.
type Told = BTreeSet<(String, String)>;

const EXTENSIONS: &str = "markdown_extensions: [admonition, meta, pymdownx.details, pymdownx.highlight, \
                          pymdownx.inlinehilite, pymdownx.superfences, toc, tables]\n";

const TEMPLATE: &str = "# OKEP-1: T\n\n* Issue: [#1](https://github.com/org/net/issues/1)\n\n## Goals\n";

/// Links that lead somewhere, nowhere, or are none.
const HOSTILE: &str = "\
# OKEP-2: Links

[plain](okep-3-b.md) [dot](./okep-3-b.md) [up](../guide.md#top) [gone](gone.md) [gone](../gone.md)
![picture](images/a.png) ![gone](images/b.png) ![coded](images/c%20d.png) ![spaced](<images/c d.png>)
[query](okep-3-b.md?plain=1) [both](gone.md?plain=1#x) [titled](gone-1.md \"a title\") [quoted](gone-2.md 'x')
[out](../../Makefile.am) [far out](../../../x.md) [folder](images/) [bare](images) [bare up](../guide)
[html](../guide.html) [url](../guide/) [dotted](v1.2) [absolute](/okeps/okep-3-b.md) [protocol](//example.org/a.md)
[mail](mailto:a@example.org) <a@example.org> <https://example.org/gone.md> [scheme](x-y:gone.md)
[ref][one] [two][] [two] [none][three] [^note]

[one]: okep-3-b.md
[two]: gone-3.md
[three]: <gone-4.md> (with a title)

`[code](gone-5.md)` \\[escaped](gone-6.md) [brack\\]et](gone-7.md) [par(en)](gone-(8).md) [a [b] c](gone-9.md)
[![image in link](gone-10.png)](gone-11.md) *[emphasis](gone-12.md)* **[strong]( gone-13.md )**

```
[fenced](gone-14.md)
```

    [indented](gone-15.md)

* [item](gone-16.md)
    * [deeper](gone-17.md)

> [quote](gone-18.md)

| table | b |
|---|---|
| [cell](gone-19.md) | `[x](gone-20.md)` |

## [heading](gone-21.md)

!!! note

    [admonition](gone-22.md)

<!-- [comment](gone-23.md) -->

<div>[html](gone-24.md)</div>

[Case](Okep-3-b.md) [self](okep-2-a.md) [excluded](../drafts/secret.md) [unicode](\u{fc}ber.md) [coded](%C3%BCber.md)
[amp](a&amp;b.md) [escaped](a\\_b.md) [hidden](.hidden.md) [empty]() [hash](#) [dot](.) [slash](okep-3-b.md/)
";

/// What only MkDocs warns of, and why that is left so: GitHub shows the body of an admonition as code; and
/// CommonMark reads `&amp;` in a target as `&`, where Python-Markdown leaves it and no file is so called.
const ONLY_MKDOCS: [&str; 2] = ["gone-22.md", "a&amp;b.md"];

/// Headings whose anchors are hard to tell.
const HEADINGS: [&str; 34] = [
    "Plain Words",
    "A & B",
    "A -- B",
    "Example - Namespace Scoped",
    "What's new?",
    "`code` and `more_code`",
    "*emphasis* and __strong__",
    "snake_case_word",
    "[link](okep-3-b.md) here",
    "[reference][one] here",
    "1.2.3 Versions",
    "100%",
    "🚀 Launch",
    "⚙️ Settings",
    "Žlutý kůň",
    "中文标题",
    "Mixed 中文 text",
    "Ünïcödé",
    "ﬁne ligature Ⅳ x²",
    "!?.,",
    "---",
    "Story 1",
    "Story 1",
    "Story",
    "Story",
    "Story_1",
    "a\u{a0}b",
    "Trailing #hash #",
    "C++ & C#",
    "\\*escaped\\* \\_x\\_",
    "Tom &amp; Jerry &lt;x&gt;",
    "<b>bold</b> html",
    "dash–and—dash",
    "path/to/file.go: func()",
];

fn anchors_page() -> String {
    let mut page = "# OKEP-4: Anchors\n\n[one]: okep-3-b.md\n\n".to_owned();
    for heading in HEADINGS {
        page += &format!("## {heading}\n\ntext <a id=\"id-{}\"></a>\n\n", heading.len());
    }
    page += "<a name=\"named\"></a>\n\n<div id='block'></div>\n\n";
    for anchor in [
        "plain-words",
        "a-b",
        "a--b",
        "a-b_1",
        "example-namespace-scoped",
        "example---namespace-scoped",
        "whats-new",
        "code-and-more_code",
        "emphasis-and-strong",
        "snake_case_word",
        "link-here",
        "reference-here",
        "123-versions",
        "100",
        "launch",
        "-launch",
        "settings",
        "zluty-kun",
        "žlutý-kůň",
        "_1",
        "_2",
        "mixed-text",
        "story-1",
        "story-1_1",
        "story-1-1",
        "story",
        "story_1",
        "story_2",
        "story_3",
        "trailing-hash",
        "c-c",
        "escaped-_x_",
        "tom-jerry-x",
        "bold-html",
        "dashanddash",
        "pathtofilego-func",
        "named",
        "block",
        "id-5",
        "gone",
        "Plain-Words",
        "okep-4-anchors",
    ] {
        page += &format!("[x](#{anchor}) [y](okep-4-c.md#{anchor}) ");
    }
    page
}

fn site(dir: &Path, config: &str) {
    let write = |path: &str, text: &str| {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    };
    write(
        "mkdocs.yml",
        &format!("site_name: T\ntheme: {{name: null, custom_dir: theme}}\n{EXTENSIONS}{config}"),
    );
    write("theme/main.html", "");
    write("docs/okeps/okep-1-template.md", TEMPLATE);
    write("docs/okeps/okep-2-a.md", HOSTILE);
    write("docs/okeps/okep-3-b.md", "# OKEP-3: B\n\nNothing.\n");
    write("docs/okeps/okep-4-c.md", &anchors_page());
    write(
        "docs/okeps/okep-5-d/okep-5-d.md",
        "# OKEP-5: D\n\n[a](more.md) [b](../okep-3-b.md) [c](images/d.png)\n",
    );
    write("docs/okeps/okep-5-d/more.md", "# More\n\n[a](okep-5-d.md#x) [b](gone.md) [c](#more) [d](#less)\n");
    write("docs/okeps/a&b.md", "x\n");
    write("docs/okeps/a_b.md", "x\n");
    write("docs/okeps/über.md", "x\n");
    write("docs/guide.md", "# Guide\n");
    write("docs/drafts/secret.md", "# Secret\n");
    write("docs/okeps/images/a.png", "");
    write("docs/okeps/images/c d.png", "");
    write("docs/okeps/v1.2/x.txt", "");
    write("Makefile.am", "");
}

/// What okep says of the folder at `dir`: links, anchors that the site does not have, and how many links it saw.
fn ours(dir: &Path) -> (Told, Told, usize, Snapshot) {
    let layout = Layout::default();
    let tree = Tree::folder(dir).expect("it is a folder");
    let snapshot = Snapshot::new(&tree, &layout, &Parsed::default());
    let (mut links, mut anchors) = (Told::new(), Told::new());
    for finding in of_links(&snapshot, &AuditCache::default()) {
        let page = finding.path.strip_prefix("docs/").expect("it is a page").to_owned();
        match finding.rule {
            // MkDocs leaves what may be an address as it is.
            "broken-link" if finding.message.contains("nor the address of a page") => false,
            "broken-link" => links.insert((page, finding.subject.clone())),
            "broken-anchor" if !finding.message.contains("works on the site but") => {
                anchors.insert((page, finding.subject.clone()))
            }
            _ => false,
        };
    }
    let seen = pages(&snapshot).iter().map(|p| p.links().len()).sum();
    (links, anchors, seen, snapshot)
}

fn oracle(configs: &[&Path]) -> Option<Vec<Value>> {
    let python = variable("OKEP_TEST_PYTHON")?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/links_oracle.py");
    let mut child = Command::new(python)
        .arg("-B")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the Python of OKEP_TEST_PYTHON starts");
    let lines: String = configs.iter().map(|dir| format!("{}\n", dir.join("mkdocs.yml").display())).collect();
    child.stdin.take().expect("a pipe").write_all(lines.as_bytes()).expect("the oracle listens");
    let output = child.wait_with_output().expect("the oracle ends");
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let answers: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(answers.len(), configs.len(), "one answer each");
    Some(answers)
}

fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).ok().filter(|v| !v.is_empty());
    if value.is_none() {
        println!("skipped: {name} is not set");
    }
    value
}

/// What MkDocs says of OKEPs and of the pages beside them; anchors without the file before them.
fn theirs(answer: &Value, kind: &str, judged: &BTreeSet<String>) -> Told {
    assert!(answer.get("error").is_none(), "{answer}");
    let list = answer[kind].as_array().expect("a list");
    let pair = |v: &Value| {
        let text = |i: usize| v[i].as_str().expect("text").to_owned();
        let target = if kind == "anchors" {
            text(1)[text(1).find('#').expect("an anchor")..].to_owned()
        } else {
            text(1)
        };
        (text(0), target)
    };
    let told = list.iter().map(pair).filter(|(page, _)| judged.contains(page));
    told.filter(|(_, target)| !ONLY_MKDOCS.contains(&target.as_str())).collect()
}

/// How the two differ, a line each.
fn differences(name: &str, ours: &Told, theirs: &Told) -> Vec<String> {
    let silent =
        theirs.difference(ours).map(|(page, target)| format!("{name}: only MkDocs: {page} {target}"));
    let loud = ours.difference(theirs).map(|(page, target)| format!("{name}: only okep: {page} {target}"));
    silent.chain(loud).collect()
}

fn compare(name: &str, dir: &Path, answer: &Value) -> Vec<String> {
    let (links, anchors, seen, snapshot) = ours(dir);
    let judged: BTreeSet<String> =
        pages(&snapshot).iter().map(|p| p.path.strip_prefix("docs/").expect("a page").to_owned()).collect();
    let mut wrong = differences(name, &links, &theirs(answer, "links", &judged));
    wrong.extend(differences(name, &anchors, &theirs(answer, "anchors", &judged)));
    let mut headings = 0;
    for page in pages(&snapshot) {
        let ours: Vec<&str> =
            page.anchors().site.iter().flatten().map(|(_, anchor)| anchor.as_str()).collect();
        let theirs = &answer["ids"][page.path.strip_prefix("docs/").expect("a page")];
        let theirs: Vec<&str> = theirs.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        headings += theirs.len();
        if ours != theirs {
            wrong.push(format!("{name}: {}: anchors {ours:?}, MkDocs has {theirs:?}", page.path));
        }
    }
    println!(
        "{name}: {} pages, {seen} links, {headings} headings, {} links and {} anchors told, {} differences",
        judged.len(),
        links.len(),
        anchors.len(),
        wrong.len()
    );
    wrong
}

#[test]
fn hostile_links_are_reported_where_mkdocs_warns_and_nowhere_else() {
    let root = tempfile::tempdir().expect("a folder for a while");
    let configs = [
        ("defaults", ""),
        (
            "strict",
            "validation: {links: {not_found: warn, unrecognized_links: warn, absolute_links: warn}}\n",
        ),
        ("relative", "validation: {absolute_links: relative_to_docs}\n"),
        ("quiet", "validation: {links: {not_found: info}}\n"),
        ("files", "use_directory_urls: false\nexclude_docs: drafts/\n"),
    ];
    let folders: Vec<_> = configs.iter().map(|(name, _)| root.path().join(name)).collect();
    for ((_, config), folder) in configs.iter().zip(&folders) {
        site(folder, config);
    }
    let paths: Vec<&Path> = folders.iter().map(|f| f.as_path()).collect();
    let Some(answers) = oracle(&paths) else { return };
    let mut wrong = Vec::new();
    for (((name, _), folder), answer) in configs.iter().zip(&paths).zip(&answers) {
        wrong.extend(compare(name, folder, answer));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn real_proposals_are_reported_where_mkdocs_warns_and_nowhere_else() {
    let Some(corpus) = variable("OKEP_TEST_CORPUS") else { return };
    let root = tempfile::tempdir().expect("a folder for a while");
    copy(&Path::new(&corpus).join("docs"), &root.path().join("docs"));
    fs::create_dir_all(root.path().join("theme")).expect("it can be made");
    fs::write(root.path().join("theme/main.html"), "").expect("it can be written");
    let config = format!("site_name: T\ntheme: {{name: null, custom_dir: theme}}\n{EXTENSIONS}");
    fs::write(root.path().join("mkdocs.yml"), config).expect("it can be written");
    let Some(answers) = oracle(&[root.path()]) else { return };
    let wrong = compare("corpus", root.path(), &answers[0]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("it can be made");
    for entry in fs::read_dir(from).expect("it is a folder") {
        let path = entry.expect("readable").path();
        let to = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("it can be copied");
        }
    }
}
