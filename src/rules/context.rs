//! One OKEP laid next to the rule book it is held to: what every rule about a document looks at.

use crate::markdown::document::{Document, Heading};
use crate::markdown::names::Name;
use crate::okep::alignment::{Alignment, align};
use crate::okep::prompts::Leftover;
use crate::okep::proposal::Okep;
use crate::okep::requirements::Requirements;
use crate::okep::template::Template;
use crate::rules::lookalikes::{Lookalike, lookalikes};
use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

pub struct OkepContext<'a> {
    pub okep: &'a Okep,
    pub requirements: &'a Requirements,
    pub alignment: Alignment,
    leftovers: OnceCell<(Vec<Leftover>, bool)>,
    /// Made once for all sections.
    lookalikes: OnceCell<Vec<Lookalike>>,
    /// The headings that are one on GitHub or on the site only, or may be; also made once for all sections.
    ambiguous: OnceCell<Vec<Name>>,
}

impl<'a> OkepContext<'a> {
    pub fn new(okep: &'a Okep, requirements: &'a Requirements) -> Self {
        let alignment = align(&requirements.template.outline, &requirements.old_names, &okep.outline);
        let (leftovers, lookalikes, ambiguous) = Default::default();
        OkepContext { okep, requirements, alignment, leftovers, lookalikes, ambiguous }
    }

    /// The same OKEP held to other requirements; what both would find alike is not searched for twice.
    pub fn with_requirements(self, requirements: &'a Requirements) -> Self {
        if std::ptr::eq(self.requirements, requirements) {
            return self;
        }
        let has_same_prompts = Arc::ptr_eq(&self.requirements.prompts, &requirements.prompts);
        let leftovers = if has_same_prompts { self.leftovers } else { OnceCell::new() };
        let OkepContext { lookalikes, ambiguous, .. } = self;
        OkepContext { leftovers, lookalikes, ambiguous, ..OkepContext::new(self.okep, requirements) }
    }

    /// Prompts of the template that still are in the document.
    pub fn leftovers(&self) -> &[Leftover] {
        &self.compared_with_prompts().0
    }

    /// Whether one of them is in a part of the document.
    pub fn has_prompt(&self, range: &Range<usize>) -> bool {
        self.leftovers().iter().any(|leftover| range.contains(&leftover.span.start))
    }

    /// Whether other text is so near to a prompt that an earlier revision may hold it.
    pub fn resembles_prompt(&self) -> bool {
        self.compared_with_prompts().1
    }

    fn compared_with_prompts(&self) -> &(Vec<Leftover>, bool) {
        let issue = self.okep.issue.as_ref().map(|i| &i.span);
        self.leftovers.get_or_init(|| self.requirements.prompts.leftovers(&self.okep.document, issue))
    }

    /// Whether text that is not in the document may be on its page: what is absent here may be in that.
    pub fn is_in_parts(&self) -> bool {
        self.okep.site.is_some_and(|on| on.may_add_to(self.document().text.as_str()))
    }

    pub fn template(&self) -> &'a Template {
        &self.requirements.template
    }

    pub fn document(&self) -> &'a Document {
        &self.okep.document
    }

    /// The name of a section of the template.
    pub fn section_name(&self, section: usize) -> &'a str {
        &self.requirements.template.outline.rows[section].name.text
    }

    /// Whether a heading of this name is the section's, by its name of today or an old one.
    pub fn is_named(&self, section: usize, heading: &Name) -> bool {
        self.template().outline.rows[section].name.spells(heading)
            || self.requirements.old_names[section].iter().any(|old| old.name.spells(heading))
    }

    /// What looks like a heading of the section, and is none to GitHub.
    pub fn lookalikes(&self, section: usize) -> impl Iterator<Item = &Lookalike> {
        let all = self.lookalikes.get_or_init(|| lookalikes(self.document()));
        all.iter().filter(move |found| self.is_named(section, &found.name))
    }

    /// Whether a heading of the section is one on GitHub or on the site only, which `ambiguous-heading` reports, or may
    /// be one on a site with extensions that are not known: a second one would not fix it.
    pub fn is_ambiguous(&self, section: usize) -> bool {
        let find = || {
            let (document, reading) = (self.document(), self.okep.site_reading());
            let name = |heading: &str| Name::new(heading);
            let once = reading.ambiguities.iter().flat_map(|a| [&a.github, &a.site]).flatten();
            let mut names: Vec<Name> = once.map(|(_, text)| name(text)).collect();
            if self.okep.site.is_some_and(|on| !on.are_known_for(document.text.as_str())) {
                let nested: Vec<Name> = document.nested_headings.iter().map(|h| name(&h.text)).collect();
                let shown = reading.headings.iter().map(|heading| name(&heading.text));
                names.extend(shown.filter(|shown| !nested.iter().any(|nested| nested.spells(shown))));
            }
            names
        };
        self.ambiguous.get_or_init(find).iter().any(|name| self.is_named(section, name))
    }

    /// Where a section that is not there has its heading in the fence that nothing closes.
    pub fn in_open_fence(&self, section: usize) -> Option<usize> {
        let open = self.document().unclosed_fence.as_ref()?;
        let is_open = |fence: &Range<usize>| fence.start == open.opening.start;
        let is_in = |found: &&Lookalike| found.fence.as_ref().is_some_and(is_open) && found.at < open.resumes;
        let is_missing = self.alignment.matches[section].is_none();
        self.lookalikes(section).find(is_in).filter(|_| is_missing).map(|found| found.at)
    }

    /// The source of a section's name in the template, markup included, where it is one line.
    pub fn section_source(&self, section: usize) -> &'a str {
        let template = self.template();
        let heading = &template.document.headings[template.outline.rows[section].heading];
        let source = template.document.text.slice(heading.text_span.clone());
        if source.contains('\n') { self.section_name(section) } else { source.trim() }
    }

    /// The heading of a row of the OKEP's outline.
    pub fn heading(&self, row: usize) -> &'a Heading {
        &self.okep.document.headings[self.okep.outline.rows[row].heading]
    }

    /// The heading that stands for a section of the template.
    pub fn heading_of(&self, section: usize) -> Option<&'a Heading> {
        self.alignment.matches[section].map(|m| self.heading(m.row))
    }

    /// Whether a section is where the template has it.
    pub fn is_settled(&self, section: usize) -> bool {
        !self.alignment.is_misplaced(section) && !self.alignment.unordered.contains(&section)
    }

    /// The nearest of the sections that are there, have the same parent and `count`: before this one, else after it.
    pub fn neighbour(&self, section: usize, counts: impl Fn(usize) -> bool) -> Option<usize> {
        let rows = &self.template().outline.rows;
        let is_one = |other: &usize| {
            rows[*other].parent == rows[section].parent
                && self.alignment.matches[*other].is_some()
                && counts(*other)
        };
        (0..section).rev().find(is_one).or_else(|| (section + 1..rows.len()).find(is_one))
    }

    /// Where a section is next to a neighbour, in words.
    pub fn next_to(&self, section: usize, neighbour: usize) -> String {
        let side = if neighbour < section { "after" } else { "before" };
        format!("{side} `{}`", self.section_name(neighbour))
    }

    /// A row's level as it would be without the document's shift.
    pub fn level(&self, row: usize) -> u8 {
        self.alignment.levels[row].max(0) as u8
    }

    /// Whether some section is inside of this one, or would be at its right level.
    pub fn has_subsections(&self, row: usize) -> bool {
        let levels = &self.alignment.levels;
        self.okep.outline.has_children(row) || levels.get(row + 1).is_some_and(|next| *next > levels[row])
    }

    /// What a row is about: the template's name of the section, else the heading's own text.
    pub fn subject_of_row(&self, row: usize) -> &'a str {
        let section = self.alignment.section_of[row];
        section.map_or(&self.heading(row).text, |section| self.section_name(section))
    }

    /// The row whose heading is the document's heading `heading`.
    pub fn row_of_heading(&self, heading: usize) -> Option<usize> {
        self.okep.outline.rows.binary_search_by_key(&heading, |r| r.heading).ok()
    }
}
