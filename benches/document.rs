//! What checking a document costs, against one bare pulldown-cmark pass over it.
//!
//! Reads the Markdown files named after `--`, or makes a proposal of its own, and prints ratios of the
//! best of many turns, measured turn by turn; a `-template.md` among the files is the template.
//! `cargo bench --bench document -- FILE...`
#![allow(clippy::print_stdout, reason = "a bench prints its measurements")]

use okep::audit::audit;
use okep::files::{Layout, Tree};
use okep::markdown::document::Document;
use okep::markdown::extensions::Extensions;
use okep::markdown::site_headings::site_headings;
use okep::okep::snapshot::{Parsed, Snapshot};
use std::hint::black_box;
use std::time::{Duration, Instant};

const TURNS: usize = 200;

fn main() {
    let files: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let (templates, files): (Vec<String>, Vec<String>) =
        files.into_iter().partition(|f| f.ends_with("-template.md"));
    let template = templates.first().map(|f| read(f));
    let (names, texts): (Vec<String>, Vec<String>) = match files.is_empty() {
        true => vec![("okep-2-a-long-proposal.md".to_owned(), proposal(400))],
        false => files.iter().map(|f| (base_name(f), read(f))).collect(),
    }
    .into_iter()
    .unzip();
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{} documents, {bytes} bytes, best of {TURNS} turns each", texts.len());
    let mut tree = Tree::default();
    tree.insert("docs/okeps/okep-1-template.md", template.as_deref().unwrap_or(TEMPLATE).as_bytes());
    for (name, text) in names.iter().zip(&texts) {
        tree.insert(format!("docs/okeps/{name}"), text.as_bytes());
    }
    let layout = Layout::default();
    let bare = || {
        texts
            .iter()
            .map(|t| pulldown_cmark::Parser::new_ext(t, pulldown_cmark::Options::ENABLE_TABLES).count())
            .sum::<usize>()
    };
    let parse = || texts.iter().map(|t| Document::parse(t.as_bytes()).headings.len()).sum::<usize>();
    let on = Extensions {
        admonition: true,
        details: true,
        meta: true,
        superfences: true,
        ..Extensions::default()
    };
    let site = || texts.iter().map(|t| site_headings(t, on).len()).sum::<usize>();
    let snapshot = Snapshot::new(&tree, &layout, &Parsed::default());
    let judge = || audit(&snapshot, None).findings.len();
    let whole = || audit(&Snapshot::new(&tree, &layout, &Parsed::default()), None).findings.len();
    let measured: [(&str, &dyn Fn() -> usize); 5] = [
        ("one bare pulldown-cmark pass", &bare),
        ("reading the documents", &parse),
        ("the site's headings", &site),
        ("judging what has been read", &judge),
        ("reading and judging, template included", &whole),
    ];
    let mut best = [Duration::MAX; 5];
    for _ in 0..TURNS {
        for (best, (_, work)) in best.iter_mut().zip(&measured) {
            let start = Instant::now();
            black_box(work());
            *best = start.elapsed().min(*best);
        }
    }
    for (best_of, (name, _)) in best.iter().zip(&measured) {
        println!("{:>9.1?}  {:>5.2}  {name}", best_of, best_of.as_secs_f64() / best[0].as_secs_f64());
    }
}

fn read(file: &str) -> String {
    std::fs::read_to_string(file).expect("a named file is readable")
}

fn base_name(file: &str) -> String {
    std::path::Path::new(file).file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
}

const TEMPLATE: &str = include_str!("../fixtures/clean/docs/okeps/okep-2100-template.md");

/// A document in the template's form with many sections of prose, lists, code and tables.
fn proposal(sections: usize) -> String {
    let mut text = String::from(
        "# OKEP-2: A Long Proposal\n\n* Issue: [#2](https://github.com/example-org/example-net/issues/2)\n\n## Problem\n\nLong.\n",
    );
    for i in 0..sections {
        text.push_str(&format!(
            "\n### Part {i}\n\nThe agent of every node watches the `Pool` objects, and *reconciles* what it finds with\n\
             what [the others](https://example.org/{i}) say; nothing is written twice.\n\n* first of all\n* and then\n  the rest\n\n\
             ```yaml\n# a comment\nkind: Pool\nname: p{i}\n```\n\n| a | b |\n|---|---|\n| 1 | {i} |\n"
        ));
    }
    text
}
