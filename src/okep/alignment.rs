//! The alignment of a template's outline with a document's: which section stands for which.
//!
//! One weighted matching serves renamed, misplaced, shifted, unordered, missing, extra and duplicate
//! sections alike, and compares two revisions of a template as well. A name counts most, then its
//! place, then order; words in common count only for what no name explains.

use crate::git::Revision;
use crate::markdown::names::{Name, Vocabulary, WEAK};
use crate::markdown::outline::Outline;
use foldhash::{HashMap, HashMapExt, HashSet};
use std::collections::BTreeSet;
use std::ops::Range;

/// An earlier wording of a section, and the revision that gave it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldName {
    pub name: Name,
    /// None where the change that is being checked gives it up.
    pub until: Option<Revision>,
}

/// How a heading of a document was matched with a section of the template.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MatchKind {
    /// The very same text.
    Exact,
    /// Another spelling: case, hyphens, blanks, punctuation, a slip of the pen.
    Form,
    /// The wording of an earlier revision of the template.
    OldWording,
    /// Words in common, from 0 to 1.
    Words(f64),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// The document's row.
    pub row: usize,
    pub kind: MatchKind,
}

/// Sections that are misplaced for one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misplacement {
    /// The sections of the template, in the order of the document.
    pub sections: Vec<usize>,
    /// The rows that have other levels than they should: from the first of the sections to the last heading inside of
    /// the last one, the author's own headings between them included. Empty where only the section around is wrong.
    pub rows: Range<usize>,
    /// By how many levels they are too deep, or too high if negative; 0 where only the section around is wrong.
    pub by: i8,
}

/// What the outline of one document is to the outline of one template.
#[derive(Debug, Clone, Default)]
pub struct Alignment {
    /// How many levels deeper (or higher, if negative) all headings of the document are.
    pub shift: i8,
    /// For each section of the template, what stands for it.
    pub matches: Vec<Option<Match>>,
    /// For each row of the document, the section it stands for.
    pub section_of: Vec<Option<usize>>,
    /// Rows that bear the name of a section that another row already stands for, at its place.
    pub duplicates: Vec<(usize, usize)>,
    /// Sections whose match is at the wrong level or inside of the wrong section, by cause.
    pub misplacements: Vec<Misplacement>,
    /// For each row of the document its level as it would be without these and without the shift.
    pub levels: Vec<i8>,
    /// The fewest sections that must move to bring all into order.
    pub unordered: Vec<usize>,
    /// Sections that nothing stands for but a heading that names them together with its own.
    pub merged: Vec<(usize, usize)>,
    /// Further rows that stand for a part of what a section's name lists, next to its match.
    pub shared_out: Vec<(usize, usize)>,
}

impl Alignment {
    /// Whether a section is at the wrong level or inside of the wrong section.
    pub fn is_misplaced(&self, section: usize) -> bool {
        self.misplacements.iter().any(|m| m.sections.contains(&section))
    }
}

/// More pairs than this are not compared word by word.
const MAX_PAIRS: usize = 1_000_000;

/// A likeness from which order no longer matters.
const STRONG: f64 = 0.7;

/// Aligns `document` with `template`; `old_names` are the earlier wordings of each template section.
pub fn align(template: &Outline, old_names: &[Vec<OldName>], document: &Outline) -> Alignment {
    let matches = vec![None; template.rows.len()];
    let section_of = vec![None; document.rows.len()];
    let found = Alignment { matches, section_of, ..Alignment::default() };
    let mut aligner = Aligner { template, document, found };
    let named = aligner.named(old_names);
    aligner.found.shift = aligner.common_shift(&named);
    aligner.take_named(&named);
    let vocabulary = template.vocabulary();
    aligner.take_likely(vocabulary);
    aligner.found.merged = aligner.merged(vocabulary);
    aligner.found.shared_out = aligner.shared_out(vocabulary);
    aligner.found.duplicates = aligner.duplicates(&named);
    (aligner.found.misplacements, aligner.found.levels) = aligner.misplacements();
    aligner.found.unordered = aligner.unordered();
    aligner.found
}

pub(super) struct Aligner<'a> {
    pub template: &'a Outline,
    pub document: &'a Outline,
    pub found: Alignment,
}

/// A section, and a row that bears its name.
type NamedSection = (usize, Match);

impl Aligner<'_> {
    /// Every pair of section and row whose names are the same, in form or in an old wording.
    fn named(&self, old_names: &[Vec<OldName>]) -> Vec<NamedSection> {
        let mut rows_by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (row, r) in self.document.rows.iter().enumerate() {
            rows_by_name.entry(&r.name.normal).or_default().push(row);
        }
        let taken: HashSet<&str> = self.template.rows.iter().map(|r| r.name.normal.as_str()).collect();
        let is_taken = |name: &Name| taken.contains(name.normal.as_str());
        let rows = self.document.rows.iter().enumerate();
        let others: Vec<_> = rows.filter(|(_, r)| !is_taken(&r.name)).collect();
        let mut named = Vec::new();
        for (section, t) in self.template.rows.iter().enumerate() {
            let rows = |name: &Name| rows_by_name.get(name.normal.as_str()).cloned().unwrap_or_default();
            let pair = |row: usize, kind: MatchKind| (section, Match { row, kind });
            let before = named.len();
            named.extend(rows(&t.name).into_iter().map(|row| {
                let is_exact = self.document.rows[row].name.text == t.name.text;
                pair(row, if is_exact { MatchKind::Exact } else { MatchKind::Form })
            }));
            let old = old_names.get(section).into_iter().flatten().map(|old| &old.name);
            let old = old.filter(|name| !is_taken(name));
            named.extend(old.flat_map(rows).map(|row| pair(row, MatchKind::OldWording)));
            if named.len() == before && self.document.rows.len() * self.template.rows.len() <= MAX_PAIRS {
                let slips = others.iter().filter(|(_, r)| t.name.spells(&r.name));
                named.extend(slips.map(|(row, _)| pair(*row, MatchKind::Form)));
            }
        }
        named
    }

    /// The number of levels by which nearly all named sections are off, together.
    fn common_shift(&self, named: &[NamedSection]) -> i8 {
        // Of several rows with the name of a section that of the nearest level counts.
        let mut nearest: HashMap<usize, (i8, i8)> = HashMap::new();
        for (section, Match { row, .. }) in named {
            let offset = self.document.rows[*row].level as i8 - self.template.rows[*section].level as i8;
            let known = nearest.entry(*section).or_insert((i8::MAX, 0));
            *known = (*known).min((offset.abs(), offset));
        }
        let mut offsets: Vec<i8> = nearest.into_values().map(|(_, offset)| offset).collect();
        offsets.sort_unstable();
        // What nearly all have is in the middle.
        let shift = offsets.get(offsets.len() / 2).copied().unwrap_or(0);
        let count = offsets.iter().filter(|offset| **offset == shift).count();
        if count >= 2 && count * 4 >= offsets.len() * 3 { shift } else { 0 }
    }

    /// The level a row would have if the document were not shifted.
    pub fn level(&self, row: usize) -> i8 {
        self.document.rows[row].level as i8 - self.found.shift
    }

    /// 2 for the right level inside the right section, 1 for the right level, else 0.
    fn place(&self, section: usize, row: usize) -> i32 {
        if self.level(row) != self.template.rows[section].level as i8 {
            return 0;
        }
        let is_wanted = |wanted: usize| {
            self.document.rows[row].parent.is_some_and(|parent| match self.found.section_of[parent] {
                Some(section) => section == wanted,
                None => self.template.rows[wanted].name.spells(&self.document.rows[parent].name),
            })
        };
        if self.template.rows[section].parent.is_none_or(is_wanted) { 2 } else { 1 }
    }

    fn take(&mut self, section: usize, found: Match) {
        if self.found.matches[section].is_none() && self.found.section_of[found.row].is_none() {
            self.found.matches[section] = Some(found);
            self.found.section_of[found.row] = Some(section);
        }
    }

    fn take_named(&mut self, named: &[NamedSection]) {
        let weight = |(section, Match { row, kind }): &NamedSection| {
            let name = match kind {
                MatchKind::Exact => 3,
                MatchKind::Form => 2,
                MatchKind::OldWording | MatchKind::Words(_) => 1,
            };
            // Sections at the top first: they tell the place of those inside them.
            (self.template.rows[*section].level, -(self.place(*section, *row) * 4 + name), *section, *row)
        };
        let mut order = named.to_vec();
        order.sort_by_cached_key(weight);
        for (section, found) in order {
            self.take(section, found);
        }
    }

    /// Matches what is left by words in common, the likeliest first.
    fn take_likely(&mut self, vocabulary: &Vocabulary) {
        let levels: BTreeSet<u8> = self.template.rows.iter().map(|r| r.level).collect();
        for level in levels {
            // What is at its place opens the section around rows that do not.
            for least_place in [2, 0] {
                self.take_likely_of(level, least_place, vocabulary);
            }
        }
    }

    fn take_likely_of(&mut self, level: u8, least_place: i32, vocabulary: &Vocabulary) {
        let deepest = self.template.rows.iter().map(|r| r.level).max().unwrap_or(0) as i8;
        let open = |s: &usize| self.template.rows[*s].level == level && self.found.matches[*s].is_none();
        let sections: Vec<usize> = (0..self.template.rows.len()).filter(open).collect();
        if sections.is_empty() {
            return;
        }
        let rows: Vec<usize> = (0..self.document.rows.len())
            .filter(|r| self.found.section_of[*r].is_none() && self.level(*r) <= deepest && self.is_open(*r))
            .filter(|r| (self.level(*r) - level as i8).abs() <= 1)
            .collect();
        if sections.len() * rows.len() > MAX_PAIRS {
            return;
        }
        let mut pairs = Vec::new();
        for section in &sections {
            for row in &rows {
                let place = self.place(*section, *row);
                if place < least_place {
                    continue;
                }
                let name = &self.template.rows[*section].name;
                let likeness = vocabulary.likeness(name, &self.document.rows[*row].name);
                if likeness > WEAK || (likeness > 0.0 && place == 2) {
                    pairs.push((place, likeness, *section, *row));
                }
            }
        }
        pairs.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)).then(a.3.cmp(&b.3)));
        for (place, likeness, section, row) in pairs {
            if place < 2 || likeness >= STRONG || !self.crosses(section, row) {
                self.take(section, Match { row, kind: MatchKind::Words(likeness) });
            }
        }
    }

    /// Sections without a match that the heading of another names next to it: "Goals and Non-Goals".
    fn merged(&self, vocabulary: &Vocabulary) -> Vec<(usize, usize)> {
        let matched = self.found.matches.iter().flatten().filter(|m| matches!(m.kind, MatchKind::Words(_)));
        let rows: Vec<usize> = matched.map(|m| m.row).collect();
        let missing = (0..self.found.matches.len()).filter(|s| self.found.matches[*s].is_none());
        let merged = missing.filter_map(|section| {
            let name = &self.template.rows[section].name;
            let row = rows.iter().find(|r| vocabulary.lists(name, &self.document.rows[**r].name))?;
            Some((section, *row))
        });
        merged.collect()
    }

    /// Rows that share a section's list of things with its match: "Risks" and, next to it, "Mitigations".
    fn shared_out(&self, vocabulary: &Vocabulary) -> Vec<(usize, usize)> {
        let mut shared_out = Vec::new();
        for (section, m) in self.found.matches.iter().enumerate() {
            let name = &self.template.rows[section].name;
            let is_part = |row: usize| vocabulary.is_part(name, &self.document.rows[row].name);
            let Some(Match { row, kind: MatchKind::Words(_) }) = *m else { continue };
            if is_part(row) {
                let beside = |r: &usize| self.document.rows[*r].parent == self.document.rows[row].parent;
                let free = (0..self.document.rows.len()).filter(|r| self.found.section_of[*r].is_none());
                let rows = free.filter(beside).filter(|r| is_part(*r));
                shared_out.extend(rows.map(|r| (section, r)));
            }
        }
        shared_out
    }

    /// Whether a section of the template may be here under another name: at the top, or directly
    /// inside sections that the template divides. Inside its other sections the author is free.
    fn is_open(&self, row: usize) -> bool {
        self.document
            .ancestors(row)
            .all(|a| self.found.section_of[a].is_some_and(|section| self.template.has_children(section)))
    }

    /// Whether matching the two would contradict the order of sections that are already matched.
    fn crosses(&self, section: usize, row: usize) -> bool {
        let parent = self.template.rows[section].parent;
        self.found.matches.iter().enumerate().any(|(other, m)| {
            m.is_some_and(|m| {
                self.template.rows[other].parent == parent
                    && self.place(other, m.row) == 2
                    && (other < section) != (m.row < row)
            })
        })
    }

    fn duplicates(&self, named: &[NamedSection]) -> Vec<(usize, usize)> {
        let is_duplicate = |(section, row): &(usize, usize)| {
            self.found.section_of[*row].is_none()
                && self.found.matches[*section].is_some()
                && self.place(*section, *row) == 2
        };
        let pairs = named.iter().map(|(section, found)| (*section, found.row));
        let mut duplicates: Vec<(usize, usize)> = pairs.filter(is_duplicate).collect();
        duplicates.sort_unstable_by_key(|(_, row)| *row);
        duplicates.dedup();
        duplicates
    }

    /// Among the well-placed sections inside one section, those outside the heaviest run in order.
    fn unordered(&self) -> Vec<usize> {
        let mut groups: HashMap<Option<usize>, Vec<(usize, usize)>> = HashMap::new();
        for (section, m) in self.found.matches.iter().enumerate() {
            if let Some(m) = m
                && !self.found.is_misplaced(section)
            {
                groups.entry(self.template.rows[section].parent).or_default().push((m.row, section));
            }
        }
        let mut unordered: Vec<usize> =
            groups.into_values().flat_map(|g| out_of_order(g, self.document)).collect();
        unordered.sort_unstable();
        unordered
    }
}

/// The sections outside the longest increasing run; of equally long ones, that with most rows inside.
fn out_of_order(mut group: Vec<(usize, usize)>, document: &Outline) -> Vec<usize> {
    group.sort_unstable();
    if group.is_sorted_by_key(|(_, section)| *section) {
        return Vec::new();
    }
    let size = |row: usize| {
        let level = document.rows[row].level;
        document.rows[row + 1..].iter().take_while(|r| r.level > level).count() + 1
    };
    // best[i]: how many sections, and how many rows, the best run that ends in i keeps.
    let mut best: Vec<(usize, usize, Option<usize>)> = Vec::with_capacity(group.len());
    for (i, (row, section)) in group.iter().enumerate() {
        let before = (0..i).filter(|j| group[*j].1 < *section).max_by_key(|j| (best[*j].0, best[*j].1));
        let (kept, rows) = before.map_or((0, 0), |j| (best[j].0, best[j].1));
        best.push((kept + 1, rows + size(*row), before));
    }
    let last = (0..group.len()).max_by_key(|i| (best[*i].0, best[*i].1));
    let kept: HashSet<usize> = std::iter::successors(last, |i| best[*i].2).collect();
    (0..group.len()).filter(|i| !kept.contains(i)).map(|i| group[i].1).collect()
}
