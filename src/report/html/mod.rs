//! The history as one page of HTML: whole in itself, without network, framework or storage.
//!
//! `maud` escapes whatever is in a template by its type; the only text that is not escaped is our own
//! style and script, and the policy in the head lets nothing run or load but those two, by their hashes.
//! Everything is there without the script, which sorts, filters and folds.

mod cards;
mod curve;
mod ids;
mod matrix;
mod scale;
mod spans;
mod summary;
mod tables;
mod text;

use crate::history::head_audit::Tip;
use crate::history::report::{FindingStory, Story};
use crate::okep::forge::Forge;
use base64::prelude::{BASE64_STANDARD, Engine};
use ids::Ids;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use text::escape_control;

/// Checked out with `\n` everywhere: a browser reads line ends so before it hashes.
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// What the page shows.
pub struct HtmlPage<'a> {
    /// What was asked for.
    pub story: &'a Story,
    /// All findings, whatever was asked for.
    pub all: &'a [FindingStory],
    /// Whether less than everything was asked for.
    pub narrowed: bool,
    /// The last commit; none where it has no proposals.
    pub tip: Option<&'a Tip>,
    pub version: &'a str,
}

impl<'a> HtmlPage<'a> {
    fn forge(&self) -> Option<&'a Forge> {
        self.tip.and_then(|tip| tip.forge.as_ref())
    }

    /// The address of a file, or of a line of it, in the last commit.
    fn file(&self, path: &str, line: Option<usize>) -> Option<String> {
        Some(self.forge()?.file(&self.tip?.commit, path, line))
    }
}

/// The page, ended by a line break.
pub fn page(page: &HtmlPage) -> String {
    let ids = Ids::new(page);
    let name = page.forge().map(|forge| escape_control(&forge.repository));
    let title = name.map_or_else(|| "OKEPs over time".to_owned(), |name| format!("OKEPs of {name}"));
    // Each part with its anchor; those without anything to show are left out.
    let parts = [
        ("glance", "At a glance", Some(summary::at_a_glance(page))),
        ("next", "What to fix next", Some(summary::next(page, &ids))),
        ("time", "Over time", Some(over_time(page, &ids))),
        ("matrix", "Sections", page.tip.map(|tip| matrix::tables(page, tip, &ids))),
        ("okeps", "OKEPs", Some(tables::okeps(page, &ids))),
        ("findings", "All findings", Some(tables::findings(page, &ids))),
        ("details", "Open findings", Some(cards::cards(page, &ids))),
        ("template", "Template", tables::templates(page)),
        ("notes", "Notes", tables::notes(page)),
    ];
    let parts = || parts.iter().filter_map(|(id, title, part)| Some((id, title, part.as_ref()?)));
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ "okep " (page.version) };
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "To the content" }
                header.top {
                    h1 { (title) }
                    (summary::where_and_when(page))
                    nav aria-label="Parts of this page" {
                        ul { @for (id, title, _) in parts() { li { a href={ "#" (id) } { (title) } } } }
                    }
                }
                main #main tabindex="-1" {
                    @for (id, title, part) in parts() {
                        section id=(id) aria-labelledby={ (id) "-h" } { h2 id={ (id) "-h" } { (title) } (part) }
                    }
                }
                footer {
                    p {
                        "Written by okep " (page.version) ". This page loads nothing from elsewhere. "
                        code { "okep explain RULE" } " explains a rule."
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    markup.into_string() + "\n"
}

/// The content security policy: nothing may run, style or load but the page's own style and script.
fn policy() -> String {
    let [style, script] = [STYLE, SCRIPT].map(hash);
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )
}

fn hash(text: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(text))
}

fn over_time(page: &HtmlPage, ids: &Ids) -> Markup {
    html! {
        @match scale::Scale::of(page.story) {
            None => p { "Nothing has landed yet." },
            Some(scale) => {
                (curve::figure(page.story, &scale))
                (spans::figure(page.story, &scale, ids))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_text() {
        assert_eq!(hash(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert!(![STYLE, SCRIPT].concat().contains('\r'));
    }
}
