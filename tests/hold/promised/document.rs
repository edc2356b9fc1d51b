//! Any bytes as a Markdown file: every range is one, and they stand in order.

use super::{Broken, Kept};
use okep::markdown::document::Document;
use okep::markdown::extensions::Extensions;
use okep::markdown::site_headings;
use okep::okep::draft::draft;
use okep::okep::prompts::Prompts;
use okep::okep::proposal::{Okep, OkepText};
use okep::okep::template::Template;
use okep::site::index_page::IndexPage;
use std::sync::Arc;

/// The model of a document: headings, bodies, blocks, links, and the page that the site shows.
pub fn holds(bytes: &[u8]) -> Result<Kept, Broken> {
    let mut kept = Kept::default();
    let document = Document::parse(bytes);
    let text = document.text.as_str();
    kept.hold(text.len() == bytes.len(), || "text and file are of one length")?;
    kept.span(text, &(document.body_start..text.len()), "the body")?;
    let mut before = document.body_start;
    for (i, heading) in document.headings.iter().enumerate() {
        kept.hold((1..=6).contains(&heading.level), || format!("level {}", heading.level))?;
        kept.span(text, &heading.span, "a heading")?;
        kept.span(text, &heading.text_span, "a heading's text")?;
        kept.span(text, &heading.body, "a heading's body")?;
        kept.hold(heading.span.start >= before, || format!("heading {i} stands before the last one's end"))?;
        kept.hold(heading.body.start >= heading.span.end, || "a body begins behind its heading")?;
        let inside =
            heading.span.start <= heading.text_span.start && heading.text_span.end <= heading.span.end;
        kept.hold(inside, || format!("the text {:?} is outside of {:?}", heading.text_span, heading.span))?;
        kept.hold(!heading.text.contains('\n'), || "a heading's text is one line")?;
        kept.hold(document.section_end(i) >= heading.span.end, || "a section ends behind its heading")?;
        kept.hold(document.blocks.get(heading.blocks.clone()).is_some(), || "its blocks are blocks")?;
        before = heading.span.end;
    }
    for block in &document.blocks {
        kept.span(text, &block.span, "a block")?;
        kept.hold(block.marker.is_none_or(|at| at <= block.span.start), || "a marker stands first")?;
    }
    let sorted = document.blocks.is_sorted_by_key(|b| b.span.start);
    kept.hold(sorted, || "the blocks are in order")?;
    document.links.iter().try_for_each(|link| kept.span(text, &link.span, "a link"))?;
    document.tables.iter().try_for_each(|table| kept.span(text, table, "a table"))?;
    document.nested_headings.iter().try_for_each(|h| kept.span(text, &h.span, "a nested heading"))?;
    if let Some(fence) = &document.unclosed_fence {
        kept.span(text, &fence.opening, "an open fence")?;
        kept.hold(fence.resumes <= text.len(), || "the text resumes inside the text")?;
    }
    site(text, &document, &mut kept)?;
    IndexPage::new("docs/okeps/index.md", Arc::new(document), None);
    Ok(kept)
}

/// The site's headings, and where they differ from GitHub's.
fn site(text: &str, document: &Document, kept: &mut Kept) -> Result<(), Broken> {
    let few = Extensions { admonition: true, superfences: true, meta: true, ..Extensions::default() };
    let many = Extensions { details: true, tabbed: true, md_in_html: true, attr_list: true, ..few };
    for on in [Extensions::default(), few, many] {
        let mut before = 0;
        for heading in site_headings::site_headings(text, on) {
            kept.span(text, &heading.span, "a heading of the site")?;
            kept.hold(heading.span.start >= before, || "the site's headings are in order")?;
            before = heading.span.start;
        }
        for found in site_headings::site_reading(document, on).ambiguities {
            kept.span(text, &found.span, "an ambiguity")?;
            found.edit.iter().try_for_each(|(span, _)| kept.span(text, span, "an edit of an ambiguity"))?;
        }
    }
    Ok(())
}

/// Any bytes as the template, and as an OKEP judged by it: what it asks for is found in itself.
pub fn template_holds(bytes: &[u8], okep: &[u8]) -> Result<Kept, Broken> {
    let mut kept = Kept::default();
    let document = Arc::new(Document::parse(bytes));
    let path = "docs/okeps/okep-1000-template.md";
    let template = Template::new(Some(path.to_owned()), document.clone());
    let headings = document.headings.len();
    for row in &template.outline.rows {
        kept.hold(row.heading < headings, || "a section of the outline is a heading")?;
        kept.hold(row.parent.is_none_or(|p| p < template.outline.rows.len()), || "a parent is a section")?;
    }
    if let Some(issue) = &template.issue {
        kept.span(document.text.as_str(), &issue.span, "the issue line")?;
    }
    let prompts = Prompts::of(&document, template.issue.as_ref().map(|issue| &issue.span));
    for okep in [okep, bytes] {
        let text = OkepText::new(Arc::new(Document::parse(okep)), Some(7), &template);
        let okep = Okep::new("docs/okeps/okep-7-a.md", "docs/okeps", move || Arc::new(text.clone()));
        let text = okep.document.text.as_str();
        if let Some(issue) = &okep.issue {
            kept.span(text, &issue.span, "an issue line")?;
        }
        let (leftovers, _) = prompts.leftovers(&okep.document, okep.issue.as_ref().map(|i| &i.span));
        for leftover in leftovers {
            kept.span(text, &leftover.span, "a prompt")?;
            kept.hold(leftover.block < okep.document.blocks.len(), || "a prompt is of a block")?;
        }
    }
    // A draft is the template but for its number, title and issue.
    let (made, _) = draft(&template, bytes, 4711, "A Title");
    let again = Document::parse(made.as_slice());
    kept.hold(again.text.invalid_bytes <= document.text.invalid_bytes, || "a draft adds no foreign bytes")?;
    Ok(kept)
}
