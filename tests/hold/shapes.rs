//! Nasty shapes of text, each at two sizes: four times the text is about four times the work.
//!
//! The work is the processor time of one thread, the least of several runs, so that a busy machine does
//! not count; where the system does not tell it, the clock has to do. What is quadratic does sixteen
//! times the work, and the bound lies between.

use crate::promised::{fixes, register};
use crate::tally;
use okep::audit::audit;
use okep::files::{Layout, Tree};
use okep::fix::verify::{MOST_TIMES, MOST_WORK};
use okep::markdown::document::Document;
use okep::okep::snapshot::{Parsed, Snapshot};
use okep::rules::finding::Safety;
use std::time::{Duration, Instant};

/// Four times the text may do this many times the work.
const MOST: f64 = 9.0;
/// Runs until one is within the bound: a machine that is busy with others makes some runs slow.
const RUNS: usize = 10;

const TEMPLATE: &str = "# OKEP-1000: Template\n\n* Issue: [#1000](https://github.com/o/n/issues/1000)\n\n\
    ## Goals\n\n(What is to be reached by it?)\n\n## Non-Goals\n\n## Proposed Solution\n\n### Details\n\n## Risks\n";

/// What is made of a text, whose work is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    Parse,
    Audit,
    Fix,
    Register,
}

/// Processor time of this thread, where the system tells it.
fn processor_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// The system tells processor time by the tick, so the work is done until it takes a while.
const LEAST: Duration = Duration::from_millis(30);

/// The work of one run, on average.
fn time(work: impl Fn()) -> Duration {
    let (clock, processor) = (Instant::now(), processor_time());
    let mut runs = 0;
    loop {
        work();
        runs += 1;
        let taken = match (processor, processor_time()) {
            (Some(before), Some(after)) => after - before,
            _ => clock.elapsed(),
        };
        if taken >= LEAST {
            return taken / runs;
        }
    }
}

/// A repository of one OKEP with this text behind its title.
fn tree(text: &str) -> Tree {
    let mut tree = Tree::default();
    tree.insert("docs/okeps/okep-1000-template.md", TEMPLATE.as_bytes());
    let okep = format!("# OKEP-7: A\n\n* Issue: [#7](https://github.com/o/n/issues/7)\n\n{text}");
    tree.insert("docs/okeps/okep-7-a.md", okep.as_bytes());
    tree.insert("mkdocs.yml", &b"nav:\n- A: okeps/okep-7-a.md\n"[..]);
    tree
}

fn carry_out(work: Work, text: &str) {
    match work {
        Work::Parse => drop(Document::parse(text.as_bytes())),
        Work::Audit => {
            let tree = tree(text);
            drop(audit(&Snapshot::new(&tree, &Layout::default(), &Parsed::default()), None));
        }
        Work::Fix => drop(fixes::fixed(&tree(text), Safety::Suggested)),
        Work::Register => drop(register::holds(text.as_bytes(), "Five")),
    }
}

/// How many times the work four times the text does, at best.
pub fn growth(work: Work, shape: fn(usize) -> String, size: usize) -> (f64, Duration) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread can be had");
    pool.install(|| {
        let (small, large) = (shape(size), shape(4 * size));
        assert!(large.len() <= 5 * small.len(), "{} bytes are not four times {}", large.len(), small.len());
        let (mut least, mut most) = (Duration::MAX, Duration::MAX);
        for _ in 0..RUNS {
            least = least.min(time(|| carry_out(work, &small)));
            most = most.min(time(|| carry_out(work, &large)));
            if most.as_secs_f64() <= MOST * least.as_secs_f64() {
                break;
            }
        }
        (most.as_secs_f64() / least.as_secs_f64().max(1e-6), most)
    })
}

type Shape = (&'static str, usize, fn(usize) -> String);

/// Shapes of Markdown, with the number of pieces of the smaller text.
pub const MARKDOWN: [Shape; 40] = [
    ("opening brackets", 8000, |n| "[".repeat(n)),
    ("closing brackets", 8000, |n| "]".repeat(n)),
    ("brackets and colons", 4000, |n| "[a]: ".repeat(n)),
    ("images", 4000, |n| "![".repeat(n)),
    ("links in links", 2000, |n| "[a](".repeat(n)),
    ("links", 1500, |n| "[a](b.md) ".repeat(n)),
    ("reference links", 800, |n| {
        (0..n).map(|i| format!("[t{i}] [x][t{i}]\n\n[t{i}]: a{i}.md\n\n")).collect()
    }),
    ("references to one definition", 800, |n| "[x][y]\n\n".repeat(n) + "[y]: a.md\n"),
    ("long labels", 3000, |n| {
        format!("[{}]: x\n\n", "a".repeat(n)) + &format!("[{}]\n\n", "a".repeat(n)).repeat(3)
    }),
    ("backticks", 4000, |n| "` `` ``` ".repeat(n / 4)),
    ("runs of backticks of every length", 90, |n| {
        let most = if n > 90 { 180 } else { 90 };
        (1..most).map(|i| format!("{} ", "`".repeat(i))).collect()
    }),
    ("emphasis", 3000, |n| "*a ".repeat(n)),
    ("mixed emphasis", 2000, |n| "*a _b **c ".repeat(n)),
    ("stars", 8000, |n| "*".repeat(n)),
    ("nested lists", 3600, |n| (0..n.isqrt()).map(|i| format!("{}* a\n", "  ".repeat(i))).collect()),
    ("lists on one line", 1000, |n| "* ".repeat(n) + "a\n"),
    ("list items", 2000, |n| "* an item of words\n".repeat(n)),
    ("numbered items", 2000, |n| "1. an item of words\n\n".repeat(n)),
    ("nested quotes", 500, |n| "> ".repeat(n) + "a\n"),
    ("quotes", 1000, |n| "> a\n\n".repeat(n)),
    ("a long line", 60_000, |n| "word ".repeat(n / 5)),
    ("a long word", 60_000, |n| "x".repeat(n)),
    ("many lines", 6000, |n| "a line\n".repeat(n)),
    ("blank lines", 20_000, |n| "\n".repeat(n)),
    ("line breaks of Windows", 6000, |n| "a\r\n".repeat(n)),
    ("headings", 150, |n| (0..n).map(|i| format!("## Section {i}\n\ntext\n\n")).collect()),
    ("headings of one name", 150, |n| "## Goals\n\ntext\n\n".repeat(n)),
    ("headings nearly of one name", 150, |n| {
        (0..n).map(|i| format!("## Goals of {i}\n\ntext\n\n")).collect()
    }),
    ("headings with slips", 150, |n| (0..n).map(|i| format!("## Golas{}\n\n", i % 3)).collect()),
    ("glued headings", 100, |n| "##Glued\n\n".repeat(n)),
    ("indented headings", 100, |n| " ## Led\n\n".repeat(n)),
    ("underlined headings", 300, |n| "A\nB\n---\n\n".repeat(n)),
    ("skipped levels", 100, |n| "## A\n\n###### B\n\ntext\n\n".repeat(n)),
    ("headings in quotes", 300, |n| "> ## A\n\n".repeat(n)),
    ("stubs", 150, |n| "## A\n\nTBD\n\n".repeat(n)),
    ("prompts", 200, |n| "(What is to be reached by it?)\n\n".repeat(n)),
    ("tables", 400, |n| "| a | b |\n|---|---|\n| c | d |\n\n".repeat(n)),
    ("a wide table", 2000, |n| format!("|{}\n|{}\n|{}\n", "a|".repeat(n), "-|".repeat(n), "b|".repeat(n))),
    ("a table and text without a gap", 400, |n| "| a | b |\n|---|---|\n# x\n".repeat(n)),
    ("notes", 300, |n| "!!! note\n    ## In it\n\n".repeat(n)),
];

pub const HTML: [Shape; 14] = [
    ("open tags", 3000, |n| "<div>\n".repeat(n)),
    ("open tags on a line", 3000, |n| "<b>".repeat(n)),
    ("less-than signs", 8000, |n| "<".repeat(n)),
    ("tags without end", 3000, |n| "<a ".repeat(n)),
    ("quotes without end", 3000, |n| "<a b=\"".repeat(n)),
    ("comments", 1500, |n| "<!-- a -->\n\n".repeat(n)),
    ("comments without end", 3000, |n| "<!-- ".repeat(n)),
    ("comments without end on lines", 1500, |n| "<!-- a\n\n".repeat(n)),
    ("declarations", 3000, |n| "<!A ".repeat(n)),
    ("instructions", 3000, |n| "<? ".repeat(n)),
    ("sections of characters", 3000, |n| "<![CDATA[".repeat(n)),
    ("scripts", 2000, |n| "<script>\n".repeat(n)),
    ("details", 800, |n| "<details><summary>x</summary>\n\n## y\n\n</details>\n\n".repeat(n / 4)),
    ("exceptions", 300, |n| "<!-- okep: allow stub-section because x -->\n\n".repeat(n)),
];

pub const FENCES: [Shape; 8] = [
    ("fences", 1000, |n| "```\na\n```\n\n".repeat(n)),
    ("fences without end", 100, |n| "```go\n\n## A\n\n".repeat(n)),
    ("fences of growing length", 40_000, |n| {
        (3..n.isqrt()).map(|i| format!("{}\n\n", "`".repeat(i))).collect()
    }),
    ("fences in lists", 500, |n| "* a\n\n  ```\n  b\n  ```\n".repeat(n)),
    ("open fences in lists", 100, |n| "* a\n\n  ```\n  b\n\n## C\n\n".repeat(n)),
    ("indented code", 3000, |n| "    code\n\n".repeat(n)),
    ("front matter", 3000, |n| format!("---\n{}---\n", "a: b\n".repeat(n))),
    ("footnotes", 600, |n| (0..n).map(|i| format!("a[^{i}]\n\n[^{i}]: b\n\n")).collect()),
];

/// Shapes of YAML.
pub const YAML: [Shape; 22] = [
    ("entries", 300, |n| {
        "nav:\n".to_owned() + &(0..n).map(|i| format!("- A{i}: a{i}.md\n")).collect::<String>()
    }),
    ("okeps", 300, |n| {
        "nav:\n".to_owned() + &(0..n).map(|i| format!("- okeps/okep-{i}-a.md\n")).collect::<String>()
    }),
    ("sections", 150, |n| {
        "nav:\n".to_owned() + &(0..n).map(|i| format!("- S{i}:\n  - a{i}.md\n")).collect::<String>()
    }),
    ("nested sections", 600, |n| {
        let depth = n.isqrt();
        "nav:\n".to_owned()
            + &(0..depth).map(|i| format!("{}- S:\n", "  ".repeat(i))).collect::<String>()
            + &"  ".repeat(depth)
            + "- a.md\n"
    }),
    ("brackets", 45, |n| format!("nav: {}{}\n", "[".repeat(n), "]".repeat(n))),
    ("open brackets", 3000, |n| format!("nav: {}", "[".repeat(n))),
    ("braces", 45, |n| format!("nav: {}{}\n", "{a: ".repeat(n), "}".repeat(n))),
    ("open braces", 1500, |n| format!("nav: {}", "{a: ".repeat(n))),
    ("a list in one line", 1000, |n| format!("nav: [{}]\n", "a.md, ".repeat(n))),
    ("anchors", 400, |n| (0..n).map(|i| format!("a{i}: &a{i} x\n")).collect::<String>() + "nav: [a.md]\n"),
    ("aliases", 400, |n| format!("x: &x a.md\nnav:\n{}", "- *x\n".repeat(n))),
    ("aliases of aliases", 10, |n| {
        let more = |i: usize| format!("a{i}: &a{i} [*a{0}, *a{0}]\n", i - 1);
        format!("a0: &a0 [x]\n{}nav: *a{}\n", (1..n).map(more).collect::<String>(), n - 1)
    }),
    ("merged keys", 150, |n| {
        (0..n).map(|i| format!("a{i}: &a{i} {{k{i}: v}}\n")).collect::<String>()
            + &format!("nav:\n- <<: [{}]\n", (0..n).map(|i| format!("*a{i}, ")).collect::<String>())
    }),
    ("merges of merges", 20, |n| {
        let more = |i: usize| format!("a{i}: &a{i}\n  <<: *a{}\n  k{i}: v\n", i - 1);
        format!("a0: &a0 {{k: v}}\n{}nav:\n- <<: *a{}\n", (1..n).map(more).collect::<String>(), n - 1)
    }),
    ("one key many times", 1000, |n| "nav: [a.md]\n".repeat(n)),
    ("keys", 1500, |n| (0..n).map(|i| format!("k{i}: v\n")).collect::<String>() + "nav: [a.md]\n"),
    ("comments", 2000, |n| format!("nav:\n{}- a.md\n", "# - C: okeps/x\n".repeat(n))),
    ("a long text", 20_000, |n| format!("x: \"{}\"\nnav: [a.md]\n", "word ".repeat(n / 5))),
    ("a folded text", 2000, |n| format!("x: >\n{}nav: [a.md]\n", "  word\n".repeat(n))),
    ("question marks", 800, |n| format!("nav:\n- a.md\nx:\n{}", "  ? k\n".repeat(n))),
    ("patterns", 120, |n| format!("not_in_nav: |\n{}nav: [a.md]\n", "  okeps/*a*b?/**/x\n".repeat(n))),
    ("tags", 1000, |n| format!("x:\n{}nav: [a.md]\n", "- !ENV [A, b]\n".repeat(n))),
];

/// What only fixes see: they follow links and prove themselves one by one.
const FIXES: [Shape; 6] = [
    ("links to a renamed heading", 100, |n| "## Goal\n\nx\n\n".to_owned() + &"[x](#goal) ".repeat(n)),
    ("references to a renamed heading", 100, |n| {
        "## Goal\n\nx\n\n".to_owned() + &"[x][y] ".repeat(n) + "\n\n[y]: #goal\n"
    }),
    ("definitions of one label", 100, |n| "## Goal\n\n[x][y]\n\n".to_owned() + &"[y]: #goal\n".repeat(n)),
    ("prompts on a line", 30, |n| "(What is to be reached by it?) But no. ".repeat(n)),
    ("a long heading", 3000, |n| format!("## {}\n\nx\n", "Golas ".repeat(n))),
    ("a heading of one word", 20_000, |n| format!("## {}\n\nx\n", "x".repeat(n))),
];

/// Names of shapes of which each piece has a fix to be proven: work is bounded otherwise, see below.
const PROVEN_ONE_BY_ONE: [&str; 3] = ["glued headings", "indented headings", "prompts"];

fn markdown() -> Vec<Shape> {
    [&MARKDOWN[..], &HTML, &FENCES, &FIXES].concat()
}

fn check(work: Work, shapes: &[Shape]) {
    let mut grown = Vec::new();
    for (name, size, shape) in shapes {
        let (ratio, time) = growth(work, *shape, *size);
        println!("{work:?} {name}: {ratio:.1}, {time:?}");
        if ratio > MOST {
            grown.push(format!("{work:?} {name}: {ratio:.1} times the work for 4 times the text, {time:?}"));
        }
    }
    tally::add(&format!("shapes of text doubled twice: {work:?}"), shapes.len());
    assert!(grown.is_empty(), "{}", grown.join("\n"));
}

#[test]
fn parsing_grows_as_the_text_does() {
    check(Work::Parse, &markdown());
}

#[test]
fn an_audit_grows_as_the_text_does() {
    check(Work::Audit, &markdown());
}

#[test]
fn registers_grow_as_the_text_does() {
    check(Work::Register, &YAML);
}

#[test]
fn following_links_grows_as_the_text_does() {
    check(Work::Fix, &FIXES);
}

/// Here the work is counted: the bytes of all documents that were judged.
#[test]
fn fixes_check_no_more_than_the_bound() {
    let mut grown = Vec::new();
    for (name, size, shape) in markdown() {
        let work = |size: usize| {
            let tree = tree(&shape(size));
            let bytes: usize =
                tree.changes().keys().filter_map(|path| tree.bytes(path)).map(|b| b.len()).sum();
            let fixed = fixes::fixed(&tree, Safety::Suggested);
            assert!(
                fixed.work <= MOST_WORK + (MOST_TIMES + 4) * bytes,
                "{name}: {} bytes judged",
                fixed.work
            );
            fixed.work as f64
        };
        let size = size.div_ceil(8);
        let ratio = work(4 * size) / work(size).max(1.0);
        println!("Fix {name}: {ratio:.1}");
        if ratio > MOST && !PROVEN_ONE_BY_ONE.contains(&name) {
            grown.push(format!("{name}: {ratio:.1} times the bytes judged for 4 times the text"));
        }
    }
    tally::add("shapes of text fixed, their work counted", markdown().len());
    assert!(grown.is_empty(), "{}", grown.join("\n"));
}
