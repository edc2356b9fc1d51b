//! The editor on small files, as diffs, and on any file at all, as promises.

use super::*;
use crate::files::Content;
use crate::site::mkdocs;
use crate::text::Bytes;
use proptest::prelude::*;
use similar::{ChangeTag, TextDiff};
use std::sync::Arc;

fn read(yaml: &str) -> Site {
    let content = Content::Bytes(yaml.as_bytes().into());
    mkdocs::read("mkdocs.yml", &|path| (path == "mkdocs.yml").then(|| content.clone()))
}

fn number(path: &str) -> Option<u64> {
    path.strip_prefix("docs/okeps/okep-")?.split(['-', '.']).next()?.parse().ok()
}

fn apply(yaml: &str, edit: &(Range<usize>, String)) -> String {
    format!("{}{}{}", &yaml[..edit.0.start], edit.1, &yaml[edit.0.end..])
}

/// The edit as the lines it takes and gives, with the line before for the place; or the explanation.
fn described(yaml: &str, plan: &NavPlan) -> String {
    let edit = match &plan.edit {
        Ok(edit) => edit,
        Err(why) => return why.clone(),
    };
    let new = apply(yaml, edit);
    let diff = TextDiff::from_lines(yaml, new.as_str());
    let mut out = String::new();
    let mut before = String::new();
    for change in diff.iter_all_changes() {
        let line = change.value().replace('\r', "\\r");
        match change.tag() {
            ChangeTag::Equal => before = line,
            tag => {
                if out.is_empty() && !before.is_empty() {
                    out = format!(" {}", before.trim_end_matches('\n').to_owned() + "\n");
                }
                out.push_str(if tag == ChangeTag::Insert { "+" } else { "-" });
                out.push_str(line.trim_end_matches('\n'));
                out.push('\n');
            }
        }
    }
    out
}

/// Registers `docs/okeps/okep-5-e.md` under the title `Five`.
fn inserted(yaml: &str, expected: &str) {
    let site = read(yaml);
    assert_eq!(site.problems, [], "{yaml}");
    let plan = insert(&site, yaml.as_bytes(), "docs/okeps/okep-5-e.md", "Five", &number, true);
    assert_eq!(described(yaml, &plan), expected, "{yaml}");
}

#[test]
fn a_title_has_its_number_where_the_others_have_theirs() {
    for (theirs, own) in [
        ("\"OKEP-4: Four\"", "\"OKEP-5: Five\""),
        ("OKEP-4", "OKEP-5"),
        ("4 - Four", "5 - Five"),
        ("\"#4 Four\"", "\"#5 Five\""),
        ("Four", "Five"),
        ("IPv4 for all", "Five"),
        ("4G for all", "Five"),
        ("Step 4", "Five"),
    ] {
        let line = format!("  - {theirs}: okeps/okep-4-d.md\n");
        inserted(&format!("nav:\n{line}"), &format!(" {line}+  - {own}: okeps/okep-5-e.md\n"));
    }
}

#[test]
fn two_falling_numbers_are_an_order() {
    inserted(
        "nav:\n  - Four: okeps/okep-4-d.md\n  - Three: okeps/okep-3-c.md\n",
        " nav:\n+  - Five: okeps/okep-5-e.md\n",
    );
}

#[test]
fn a_page_goes_where_its_number_belongs() {
    inserted(
        "nav:\n- S:\n  - okeps/okep-1.md\n  - B: okeps/okep-3.md\n  # about 7\n  - okeps/okep-7.md\n- x.md\n",
        "   - B: okeps/okep-3.md\n+  - Five: okeps/okep-5-e.md\n",
    );
    inserted(
        "nav:\n  - S:\n    # - FeatureName: okeps/<filename.md>\n    - A: okeps/okep-6.md\n    - B: okeps/okep-7.md\n",
        "     # - FeatureName: okeps/<filename.md>\n+    - Five: okeps/okep-5-e.md\n",
    );
    inserted(
        "nav:\n- A: okeps/okep-9.md\n- B: okeps/okep-7.md\n- C: okeps/okep-3.md\n",
        " - B: okeps/okep-7.md\n+- Five: okeps/okep-5-e.md\n",
    );
}

#[test]
fn without_an_order_it_goes_to_the_end() {
    inserted(
        "nav:\n  - S:\n    - A: okeps/okep-7.md\n    - B: okeps/okep-3.md\n    - C: okeps/okep-9.md # last\n  # Blog\n  - Blog: b.md\n",
        "     - C: okeps/okep-9.md # last\n+    - Five: okeps/okep-5-e.md\n",
    );
    inserted("nav:\n- A: okeps/okep-7.md\n", " - A: okeps/okep-7.md\n+- Five: okeps/okep-5-e.md\n");
}

#[test]
fn it_goes_to_the_section_that_holds_most_or_else_names_the_folder() {
    inserted(
        "nav:\n- S:\n  - A: okeps/okep-7.md\n- T:\n  - A: okeps/okep-1.md\n  - B: okeps/okep-2.md\n- c.md\n",
        "   - B: okeps/okep-2.md\n+  - Five: okeps/okep-5-e.md\n",
    );
    inserted(
        "nav:\n- S:\n  - A: okeps/index.md\n- T:\n  - B: b.md\n",
        "   - A: okeps/index.md\n+  - Five: okeps/okep-5-e.md\n",
    );
    inserted(
        "nav:\n- S:\n  # - Name: okeps/<file>\n  - A: a.md\n- T:\n  - B: b.md\n",
        "   - A: a.md\n+  - Five: okeps/okep-5-e.md\n",
    );
    inserted("nav:\n- OKEPs:\n  - A: a.md\n- b.md\n", "   - A: a.md\n+  - Five: okeps/okep-5-e.md\n");
    inserted("nav:\n- A: a.md\n- T:\n  - B: b.md\nx: y\n", "   - B: b.md\n+- Five: okeps/okep-5-e.md\n");
}

#[test]
fn the_neighbours_decide_how_it_is_written() {
    inserted("nav:\n- okeps/okep-1.md\n", " - okeps/okep-1.md\n+- okeps/okep-5-e.md\n");
    inserted(
        "nav:\n    -   'A': \"okeps/okep-1.md\"\n",
        "     -   'A': \"okeps/okep-1.md\"\n+    -   'Five': \"okeps/okep-5-e.md\"\n",
    );
    inserted(
        "nav:\r\n- A: okeps/okep-1.md\r\nx: y\r\n",
        " - A: okeps/okep-1.md\\r\n+- Five: okeps/okep-5-e.md\\r\n",
    );
    let unbroken = "\u{feff}nav:\r\n- A: okeps/okep-1.md";
    let plan = insert(&read(unbroken), unbroken.as_bytes(), "docs/okeps/okep-5-e.md", "F: 5", &number, true);
    assert_eq!(plan.edit, Ok((unbroken.len()..unbroken.len(), "\r\n- \"F: 5\": okeps/okep-5-e.md".into())));
    // A block scalar's span takes the line break along: the new line still goes right after it.
    inserted(
        "nav:\n- A: >-\n    okeps/okep-1.md\n\n- B: b.md\n",
        "     okeps/okep-1.md\n+- Five: okeps/okep-5-e.md\n",
    );
}

#[test]
fn titles_are_made_one_line_and_quoted() {
    let yaml = "nav:\n- A: okeps/okep-1.md\n";
    for (title, line) in [
        ("two\n lines", "- two lines: okeps/okep-5-e.md\n"),
        ("no", "- \"no\": okeps/okep-5-e.md\n"),
        ("- dash", "- \"- dash\": okeps/okep-5-e.md\n"),
        ("", "- okeps/okep-5-e.md\n"),
        ("tab\tand \u{7}", "- \"tab and \\u0007\": okeps/okep-5-e.md\n"),
    ] {
        let plan = insert(&read(yaml), yaml.as_bytes(), "docs/okeps/okep-5-e.md", title, &number, true);
        assert_eq!(plan.edit, Ok((yaml.len()..yaml.len(), line.into())), "{title:?}");
    }
}

#[test]
fn what_one_line_cannot_do_is_explained() {
    inserted(
        "nav: [{A: okeps/okep-1.md}]\n",
        "the list is written in one line with brackets; add `Five: okeps/okep-5-e.md` to `nav` by hand",
    );
    inserted(
        "nav:\n- S:\n    A: okeps/okep-1.md\n",
        "the section is a mapping, not a list; add `Five: okeps/okep-5-e.md` to the section `S` of `nav` by hand",
    );
    inserted(
        "x: &n\n- A: okeps/okep-1.md\nnav: *n\n",
        "the list is elsewhere, under an anchor or a default; add `Five: okeps/okep-5-e.md` to `nav` by hand",
    );
    inserted(
        "nav:\n- S: &s\n  - A: okeps/okep-1.md\n- T: *s\n",
        "the list is used in a second place by an alias; add `Five: okeps/okep-5-e.md` to the section `S` of `nav` by hand",
    );
    inserted(
        "nav:\n-\n  A: okeps/okep-1.md\n",
        "the entries around are laid out in an unusual way; add `Five: okeps/okep-5-e.md` to `nav` by hand",
    );
}

#[test]
fn the_place_is_the_line_to_report_at() {
    let yaml = "nav:\n- S:\n  - A: okeps/okep-1.md # one\n  - B: okeps/okep-9.md\n";
    let plan = insert(&read(yaml), yaml.as_bytes(), "docs/okeps/okep-5-e.md", "Five", &number, true);
    assert_eq!(&yaml[plan.place], "- A: okeps/okep-1.md # one");
}

#[test]
fn entries_are_removed_by_whole_lines() {
    for (yaml, entry, expected) in [
        ("nav:\n- a.md\n- B: b.md # gone\n- c.md\n", 1, " - a.md\n-- B: b.md # gone\n"),
        ("nav:\r\n- a.md\r\n- b.md", 1, " nav:\\r\n-- a.md\\r\n-- b.md\n+- a.md\n"),
        ("nav:\n- a.md\n- B: |-\n    b.md\n- c.md\n", 1, " - a.md\n-- B: |-\n-    b.md\n"),
        (
            "nav:\n- S:\n  - a.md\n",
            0,
            "it is the only entry of the section `S`, and MkDocs takes no empty section: delete the section, or give it another page",
        ),
        (
            "nav:\n- a.md\n",
            0,
            "it is the only entry of `nav`, and without entries MkDocs shows all pages: name another page first",
        ),
        (
            "nav: [a.md, b.md]\n",
            0,
            "the entry shares its line with something else; delete the entry for `a.md` by hand",
        ),
        (
            "nav:\n- &a a.md\n- b.md\nx: *a\n",
            0,
            "the list is used in a second place by an alias; delete the entry for `a.md` by hand",
        ),
    ] {
        assert_eq!(described(yaml, &remove(&read(yaml), yaml.as_bytes(), entry)), expected, "{yaml}");
    }
}

#[test]
fn entries_are_pointed_elsewhere_in_place() {
    for (yaml, entry, expected) in [
        ("nav:\n- a.md\n- B: b.md # x\n", 1, " - a.md\n-- B: b.md # x\n+- B: new/n.md # x\n"),
        ("nav: [{A: 'a.md'}, b.md]\n", 0, "-nav: [{A: 'a.md'}, b.md]\n+nav: [{A: 'new/n.md'}, b.md]\n"),
        ("nav:\n- S:\n    A: a.md\n", 0, " - S:\n-    A: a.md\n+    A: new/n.md\n"),
        (
            "nav:\n- A: |\n    a.md\n",
            0,
            "the path is written over several lines; write `new/n.md` for `a.md\n` by hand",
        ),
    ] {
        assert_eq!(
            described(yaml, &retarget(&read(yaml), yaml.as_bytes(), entry, "docs/new/n.md", None)),
            expected,
            "{yaml}"
        );
    }
    let outside = retarget(&read("nav: [a.md]\n"), b"nav: [a.md]\n", 0, "README.md", None);
    assert!(outside.edit.is_err());
}

/// Lines that a navigation may be made of, good and bad.
fn line() -> impl Strategy<Value = String> {
    let indent = prop::sample::select(vec!["", "  ", "    ", "      "]);
    let body = prop::sample::select(vec![
        "- S:",
        "- T: &t",
        "- *t",
        "- a.md",
        "- A: okeps/okep-1-a.md",
        "-   B: okeps/okep-9-b.md",
        "# - C: okeps/<x>",
        "- 'D': \"okeps/okep-3-d.md\" # d",
        "- yes: x.md",
        "- {E: okeps/okep-4.md}",
        "- F: [a.md, okeps/okep-2.md]",
        "",
        "- G: >-",
        "x: y",
        "nav:",
        "- <<: *t",
        "- H: !ENV [X, okeps/okep-8.md]",
        "- ...",
        "? k",
        ": v",
        "---",
        "plugins: [awesome-pages]",
        "- - I: i.md",
        "\tx",
        "- \"multi",
        "line\": okeps/okep-6.md",
        "- J: okeps/okep-5-e.md",
    ]);
    (indent, body).prop_map(|(indent, body)| format!("{indent}{body}"))
}

fn file() -> impl Strategy<Value = String> {
    let ending = prop::sample::select(vec!["\n", "\r\n"]);
    (prop::bool::ANY, prop::bool::ANY, ending, prop::collection::vec(line(), 0..9)).prop_map(
        |(mark, last, ending, lines)| {
            let mark = if mark { "\u{feff}" } else { "" };
            let mut text = format!("{mark}nav:{ending}- Z: okeps/okep-7-z.md{ending}{}", lines.join(ending));
            if last {
                text.push_str(ending);
            }
            text
        },
    )
}

/// The pages that are named, and under what, in order.
fn named(site: &Site) -> Vec<(Arc<[String]>, Option<String>, String)> {
    let entries = site.nav.entries().iter();
    entries.map(|e| (e.section.clone(), e.title.clone(), e.target.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn an_insertion_is_one_line_and_one_entry(yaml in file(), title in "[ -~äß\\t\"':#-]{0,12}") {
        let site = read(&yaml);
        let page = "docs/okeps/okep-5-e.md";
        let plan = insert(&site, yaml.as_bytes(), page, &title, &number, true);
        prop_assert!(yaml.is_char_boundary(plan.place.start) && yaml.is_char_boundary(plan.place.end));
        if let Ok(edit) = &plan.edit {
            prop_assert!(edit.0.is_empty());
            prop_assert_eq!(edit.1.trim_matches(['\r', '\n']).lines().count(), 1);
            let after = read(&apply(&yaml, edit));
            prop_assert_eq!(&after.problems, &site.problems);
            prop_assert!(after.entry_of(page).is_some());
            let (before, mut now) = (named(&site), named(&after));
            prop_assert_eq!(before.len() + 1, now.len());
            let at = (0..now.len()).find(|at| before.get(*at) != now.get(*at));
            let (_, _, target) = now.remove(at.expect("one more"));
            prop_assert_eq!(target, "okeps/okep-5-e.md");
            prop_assert_eq!(before, now);
        }
    }

    #[test]
    fn other_edits_change_one_entry(yaml in file(), entry in 0usize..12) {
        let site = read(&yaml);
        if let Ok(edit) = &remove(&site, yaml.as_bytes(), entry).edit {
            let after = read(&apply(&yaml, edit));
            let mut before = named(&site);
            before.remove(entry);
            prop_assert_eq!(&after.problems, &site.problems);
            prop_assert_eq!(before, named(&after));
        }
        if let Ok(edit) = &retarget(&site, yaml.as_bytes(), entry, "docs/n: 1.md", None).edit {
            let after = read(&apply(&yaml, edit));
            let mut before = named(&site);
            before[entry].2 = "n: 1.md".into();
            prop_assert_eq!(&after.problems, &site.problems);
            prop_assert_eq!(before, named(&after));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), at in 0usize..20) {
        let bytes: Bytes = bytes.into();
        let site = mkdocs::read("mkdocs.yml", &|_| Some(Content::Bytes(bytes.clone())));
        let _ = insert(&site, &bytes, "docs/okeps/okep-5-e.md", "x", &number, true);
        let _ = remove(&site, &bytes, at);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[-:#&*!?|>'\"%@`{}\\[\\], a\n\r\t<.~=0é\u{feff}]{0,60}") {
        for text in [text.clone(), format!("nav:\n{text}"), format!("nav: [{text}]"), format!("nav:\n- A: a.md\n{text}")] {
            let site = read(&text);
            let _ = insert(&site, text.as_bytes(), "docs/okeps/okep-5-e.md", "x", &number, true);
            let _ = remove(&site, text.as_bytes(), 0);
            // An editor that is handed other bytes than the reader still does not panic.
            let _ = insert(&site, b"nav:\n- x", "docs/okeps/okep-5-e.md", "x", &number, true);
            let _ = retarget(&site, b"nav:\n", 0, "docs/y.md", None);
        }
    }
}

/// A comment goes with an entry that it names, and with no other.
#[test]
fn a_comment_belongs_to_the_entry_it_names() {
    inserted(
        "nav:\n- S:\n  # about 7\n  - okeps/okep-7.md\n  - okeps/okep-9.md\n",
        " - S:\n+  - okeps/okep-5-e.md\n",
    );
    inserted(
        "nav:\n- S:\n  # all of them\n  - okeps/okep-7.md\n  - okeps/okep-9.md\n",
        "   # all of them\n+  - okeps/okep-5-e.md\n",
    );
    let dead = |comment: &str| format!("nav:\n- S:\n  - a.md\n  # {comment}\n  - Seven: okeps/okep-7.md\n");
    for (comment, goes) in [("seven is done", true), ("OKEP 7", true), ("accepted in 2017", false)] {
        let yaml = dead(comment);
        let found = described(&yaml, &remove(&read(&yaml), yaml.as_bytes(), 1));
        assert_eq!(found.contains(&format!("-  # {comment}\n")), goes, "{found}");
        assert!(found.ends_with("-  - Seven: okeps/okep-7.md\n"), "{found}");
    }
}
