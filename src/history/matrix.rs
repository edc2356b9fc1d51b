//! Which OKEP has which section of the template: findings laid out by section.
//!
//! It judges nothing: a cell says what the findings say about that section and no more, so that it cannot
//! disagree with them. There are two views, since an OKEP is held to the template of its time.

use crate::audit::{landing, revisions};
use crate::okep::requirements::{Rulebook, TemplateRevision};
use crate::okep::snapshot::Snapshot;
use crate::okep::template::Template;
use crate::okep::template_history::Lore;
use crate::rules::finding::{Finding, Severity};
use crate::rules::{Check, rule};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// What is told of one section of one OKEP; of several the first here is the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Missing,
    Empty,
    Stub,
    Misplaced,
    Renamed,
    /// It is there, and something else is wrong with it.
    Faulty,
    /// The template asks for it only since the OKEP landed.
    Excused,
    Present,
    /// The template that was in force did not have it.
    NotAsked,
    /// The document is blank or could not be read.
    Unknown,
}

pub const STATES: [State; 10] = [
    State::Present,
    State::Renamed,
    State::Misplaced,
    State::Empty,
    State::Stub,
    State::Missing,
    State::Faulty,
    State::Excused,
    State::NotAsked,
    State::Unknown,
];

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Missing => "missing",
            State::Empty => "empty",
            State::Stub => "stub",
            State::Misplaced => "misplaced",
            State::Renamed => "renamed",
            State::Faulty => "faulty",
            State::Excused => "excused",
            State::Present => "present",
            State::NotAsked => "not asked",
            State::Unknown => "unknown",
        }
    }

    /// What a finding about a section says of it, under today's template.
    pub fn of(finding: &Finding) -> State {
        match finding.rule {
            _ if is_excused(finding) => State::Excused,
            "missing-section" => State::Missing,
            "empty-section" => State::Empty,
            "stub-section" => State::Stub,
            "misplaced-section" | "unordered-section" => State::Misplaced,
            "renamed-section" => State::Renamed,
            _ => State::Faulty,
        }
    }
}

/// Whether the template came to ask for it after the OKEP had landed.
pub fn is_excused(finding: &Finding) -> bool {
    let milder = |r: &crate::rules::Rule| r.of_its_time && r.severity != Severity::Advice;
    finding.grandfathered.is_some()
        || (finding.severity == Severity::Advice && rule(finding.rule).is_some_and(milder))
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// The sections, by the names they have now, or had last.
    pub sections: Vec<Section>,
    /// A row for each OKEP of the snapshot, in its order.
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub name: String,
    /// How deep it stands below the sections at the top.
    pub depth: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub state: State,
    /// What is found there, as indexes into the findings.
    pub findings: Vec<usize>,
}

/// The sections of today's template against every OKEP, and those of the template in force when it landed.
pub fn matrices(snapshot: &Snapshot, lore: Option<&Lore>, findings: &[Finding]) -> (Matrix, Matrix) {
    let laid = Laid::new(snapshot, lore, findings);
    (laid.today(), laid.landed())
}

struct Laid<'a> {
    snapshot: &'a Snapshot,
    lore: Option<&'a Lore>,
    findings: &'a [Finding],
    past: Vec<TemplateRevision>,
    book: Rulebook,
    /// The findings about each OKEP's sections, by the OKEP's path.
    of_okep: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Laid<'a> {
    fn new(snapshot: &'a Snapshot, lore: Option<&'a Lore>, findings: &'a [Finding]) -> Self {
        let past = lore.map(revisions).unwrap_or_default();
        let book = Rulebook::new(&snapshot.template, None, &past, Arc::default());
        let mut of_okep: HashMap<&str, Vec<usize>> = HashMap::new();
        for (i, finding) in findings.iter().enumerate() {
            let about_text = rule(finding.rule).is_some_and(|r| matches!(r.check, Check::Okep(_)));
            if let Some(okep) = finding.okep.as_deref().filter(|_| about_text) {
                of_okep.entry(okep).or_default().push(i);
            }
        }
        Laid { snapshot, lore, findings, past, book, of_okep }
    }

    fn today(&self) -> Matrix {
        let sections = sections(&self.snapshot.template);
        let row = |okep: &crate::okep::proposal::Okep| {
            let cell = |section: &Section| {
                self.cell(&okep.path, &|f: &Finding| f.subject == section.name, &|_| true)
            };
            sections.iter().map(|section| self.known(okep, cell(section))).collect()
        };
        let rows = self.snapshot.okeps.iter().map(row).collect();
        Matrix { sections, rows }
    }

    /// Nothing that came later is held against an OKEP here, and nothing is found that today's template
    /// does not ask for either.
    fn landed(&self) -> Matrix {
        let in_force: Vec<Option<&Template>> =
            self.snapshot.okeps.iter().map(|okep| self.in_force(&okep.path)).collect();
        let key = |name: &str| self.book.current_name(name);
        let asked: Vec<HashSet<String>> = in_force
            .iter()
            .map(|template| template.iter().flat_map(|t| t.names()).map(|n| key(&n.text)).collect())
            .collect();
        let mut sections = sections(&self.snapshot.template);
        sections.retain(|s| asked.iter().any(|a| a.contains(&key(&s.name))));
        let today: HashSet<String> = self.snapshot.template.names().map(|n| key(&n.text)).collect();
        let mut known: BTreeMap<String, ()> = sections.iter().map(|s| (key(&s.name), ())).collect();
        for template in in_force.iter().flatten() {
            let dropped = self::sections(template).into_iter();
            sections.extend(dropped.filter(|s| known.insert(key(&s.name), ()).is_none()));
        }
        let row = |(okep, asked): (&crate::okep::proposal::Okep, &HashSet<String>)| {
            let cell = |section: &Section| {
                let key_of_it = key(&section.name);
                // No rule speaks of what today's template does not ask for: the document itself is looked at.
                let stands = || okep.outline.rows.iter().any(|row| key(&row.name.text) == key_of_it);
                match asked.contains(&key_of_it) {
                    false => Cell { state: State::NotAsked, findings: Vec::new() },
                    true if !today.contains(&key_of_it) && !stands() => {
                        self.known(okep, Cell { state: State::Missing, findings: Vec::new() })
                    }
                    true => self.known(
                        okep,
                        self.cell(&okep.path, &|f| key(&f.subject) == key_of_it, &|f| !is_excused(f)),
                    ),
                }
            };
            sections.iter().map(cell).collect()
        };
        let rows = self.snapshot.okeps.iter().zip(&asked).map(row).collect();
        Matrix { sections, rows }
    }

    /// The template that an OKEP is held to: today's where it is not known when the OKEP landed.
    fn in_force(&self, path: &str) -> Option<&Template> {
        match self.lore.and_then(|lore| landing(lore, self.snapshot, path)) {
            Some(landing) => landing.template.map(|i| &self.past[i].template),
            None => Some(&self.snapshot.template),
        }
    }

    fn cell(&self, okep: &str, about: &dyn Fn(&Finding) -> bool, counts: &dyn Fn(&Finding) -> bool) -> Cell {
        let own = self.of_okep.get(okep).into_iter().flatten().copied();
        let here = own.filter(|i| about(&self.findings[*i]) && counts(&self.findings[*i]));
        let findings: Vec<usize> = here.collect();
        let worst = findings.iter().map(|i| State::of(&self.findings[*i])).min();
        Cell { state: worst.unwrap_or(State::Present), findings }
    }

    fn known(&self, okep: &crate::okep::proposal::Okep, cell: Cell) -> Cell {
        let blank = okep.unread || okep.document.is_blank();
        if blank && cell.findings.is_empty() { Cell { state: State::Unknown, ..cell } } else { cell }
    }
}

fn sections(template: &Template) -> Vec<Section> {
    let top = template.top_level();
    let section = |row: &crate::markdown::outline::Row| Section {
        name: row.name.text.clone(),
        depth: row.level.saturating_sub(top),
    };
    template.outline.rows.iter().map(section).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::audit;
    use crate::files::{Layout, Tree};
    use crate::okep::snapshot::Parsed;
    use crate::okep::template_history::{Landing, LoreEnd, TemplateRevision};
    use crate::rules::finding::Revision;

    const OLD: &str = "# OKEP-1: T\n\n## Problem\n\n(Why is it asked?)\n\n## Checks\n\n(How is it tried?)\n\n## Colour\n\n## Rest\n";
    const NEW: &str = "# OKEP-1: T\n\n## Problem\n\n(Why is it asked?)\n\n## Tests\n\n(How is it tried?)\n\n## Rest\n\n## Rollback\n";

    fn lore(landed_under: usize) -> Lore {
        let revision = |commit: &str| Revision { commit: commit.into(), date: "2025-01-01".into() };
        let template = |text: &str, commit| TemplateRevision {
            revision: revision(commit),
            path: "docs/okeps/okep-1-template.md".into(),
            id: String::new(),
            bytes: text.as_bytes().into(),
        };
        let landing = Landing { revision: revision("c"), template: Some(landed_under) };
        Lore {
            landed: [("docs/okeps/okep-2-x.md".to_owned(), landing)].into(),
            templates: vec![
                template(OLD, "a"),
                template(&OLD.replace("Checks", "Tests"), "b"),
                template(NEW, "c"),
            ],
            end: LoreEnd::Complete,
            notes: Vec::new(),
        }
    }

    /// The cells of both views as `section state` in order.
    fn check(document: &str, landed_under: usize, today: &str, landed: &str) {
        let mut tree = Tree::default();
        tree.insert("docs/okeps/okep-1-template.md", NEW.as_bytes());
        tree.insert("docs/okeps/okep-2-x.md", document.as_bytes());
        let snapshot = Snapshot::new(&tree, &Layout::default(), &Parsed::default());
        let lore = lore(landed_under);
        let findings = audit(&snapshot, Some(&lore)).findings;
        let shown = |m: Matrix| {
            let cells = m.sections.iter().zip(&m.rows[0]);
            cells.map(|(s, c)| format!("{} {}", s.name, c.state.as_str())).collect::<Vec<_>>().join(", ")
        };
        let (now, then) = matrices(&snapshot, Some(&lore), &findings);
        assert_eq!(shown(now), today);
        assert_eq!(shown(then), landed);
    }

    #[test]
    fn a_cell_says_what_the_findings_say() {
        check(
            "# OKEP-2: X\n\n## Problem\n\n## Rest\n\nTBD\n\n## Rollback\n\nNone\n",
            2,
            "Problem empty, Tests missing, Rest stub, Rollback present",
            "Problem empty, Tests missing, Rest stub, Rollback present",
        );
    }

    #[test]
    fn what_the_template_gained_later_is_excused_today_and_not_asked_then() {
        check(
            "# OKEP-2: X\n\n## Problem\n\nA.\n\n## Checks\n\nB.\n\n## Rest\n\nC.\n",
            0,
            "Problem present, Tests excused, Rest present, Rollback excused",
            "Problem present, Tests present, Rest present, Colour missing",
        );
    }

    #[test]
    fn of_a_blank_document_nothing_is_known() {
        check(
            "",
            2,
            "Problem unknown, Tests unknown, Rest unknown, Rollback unknown",
            "Problem unknown, Tests unknown, Rest unknown, Rollback unknown",
        );
    }

    #[test]
    fn the_states_hang_on_rules_that_are_there() {
        let ids =
            ["missing-section", "empty-section", "stub-section", "misplaced-section", "unordered-section"];
        assert!(ids.iter().chain(&["renamed-section"]).all(|id| rule(id).is_some()));
    }
}
