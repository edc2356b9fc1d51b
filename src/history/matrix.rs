//! Which OKEP has which section of the template: findings laid out by section.
//!
//! It checks nothing: a cell says what the findings say about that section and no more, so that it cannot
//! disagree with them. There are two views, since an OKEP is held to the template of its time.

use crate::fix::plan::is_excused;
use crate::markdown::outline::Row;
use crate::okep::proposal::Okep;
use crate::okep::requirements::Requirements;
use crate::okep::snapshot::Snapshot;
use crate::okep::template::Template;
use crate::okep::template_history::{Landing, TemplateHistory};
use crate::rules::finding::Finding;
use crate::rules::is_of_okep;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What is reported of one section of one OKEP; of several the first here is the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum MatrixState {
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
    #[strum(to_string = "not asked")]
    NotAsked,
    /// The document is blank or could not be read.
    Unknown,
}

impl MatrixState {
    /// What a finding about a section says of it, under today's template.
    pub fn of(finding: &Finding) -> MatrixState {
        match finding.rule {
            _ if is_excused(finding) => MatrixState::Excused,
            "missing-section" => MatrixState::Missing,
            "empty-section" => MatrixState::Empty,
            "stub-section" => MatrixState::Stub,
            "misplaced-section" | "unordered-section" => MatrixState::Misplaced,
            "renamed-section" => MatrixState::Renamed,
            _ => MatrixState::Faulty,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// The sections, by the names they have now, or had last.
    pub sections: Vec<MatrixSection>,
    /// A row for each OKEP of the snapshot, in its order.
    pub rows: Vec<Vec<MatrixCell>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixSection {
    pub name: String,
    /// How deep it is below the sections at the top.
    pub depth: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixCell {
    pub state: MatrixState,
    /// What is found there, as indexes into the findings.
    pub findings: Vec<usize>,
}

/// The sections of today's template against every OKEP, and those of the template in force when it landed.
///
/// In the second one nothing that came later is held against an OKEP, and nothing is found that today's template does
/// not ask for either.
pub fn matrices(
    snapshot: &Snapshot,
    template_history: Option<&TemplateHistory>,
    findings: &[Finding],
) -> (Matrix, Matrix) {
    let revisions = template_history.map(|history| history.templates.clone()).unwrap_or_default();
    let book = Requirements::new(&snapshot.template, None, &revisions, Arc::default());
    let key = |name: &str| book.current_name(name);
    let names = |template: &Template| template.names().map(|n| key(&n.text)).collect::<HashSet<_>>();
    let mut of_okep: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, finding) in findings.iter().enumerate() {
        if let Some(okep) = finding.okep.as_deref().filter(|_| is_of_okep(finding.rule)) {
            of_okep.entry(okep).or_default().push(i);
        }
    }
    // What the findings say of a section; `otherwise` where there is none, and the document could be read.
    let cell = |okep: &Okep, otherwise: MatrixState, is_about: &dyn Fn(&Finding) -> bool| {
        let own = of_okep.get(okep.path.as_str()).into_iter().flatten().copied();
        let about: Vec<usize> = own.filter(|i| is_about(&findings[*i])).collect();
        let worst = about.iter().map(|i| MatrixState::of(&findings[*i])).min();
        let is_blank = okep.unchanged || okep.document.is_blank();
        let otherwise = if is_blank { MatrixState::Unknown } else { otherwise };
        MatrixCell { state: worst.unwrap_or(otherwise), findings: about }
    };

    let today = sections(&snapshot.template);
    let row = |okep: &Okep| {
        today.iter().map(|s| cell(okep, MatrixState::Present, &|f| f.subject == s.name)).collect()
    };
    let rows_today = snapshot.okeps.iter().map(row).collect();

    // The template that an OKEP is held to: today's where it is not known when the OKEP landed. Of another history than
    // the one shown the templates are not at hand.
    let in_force = |okep: &Okep| match template_history.and_then(|h| h.landed_as(snapshot, &okep.path)) {
        Some((0, _, Landing { under, .. })) if under.is_known => {
            under.template.map(|at| &revisions[at].template)
        }
        _ => Some(&*snapshot.template),
    };
    let in_force: Vec<Option<&Template>> = snapshot.okeps.iter().map(in_force).collect();
    let asked: Vec<HashSet<String>> = in_force.iter().map(|t| t.map(names).unwrap_or_default()).collect();
    let mut landed = today.clone();
    landed.retain(|s| asked.iter().any(|asked| asked.contains(&key(&s.name))));
    let mut known: HashSet<String> = landed.iter().map(|s| key(&s.name)).collect();
    for template in in_force.into_iter().flatten() {
        landed.extend(sections(template).into_iter().filter(|s| known.insert(key(&s.name))));
    }
    let names_today = names(&snapshot.template);
    let row = |(okep, asked): (&Okep, &HashSet<String>)| {
        let cell = |section: &MatrixSection| {
            let own = key(&section.name);
            if !asked.contains(&own) {
                return MatrixCell { state: MatrixState::NotAsked, findings: Vec::new() };
            }
            // No rule speaks of what today's template does not ask for: the document itself is looked at.
            let is_there = || okep.outline.rows.iter().any(|row| key(&row.name.text) == own);
            let is_present = names_today.contains(&own) || is_there();
            let otherwise = if is_present { MatrixState::Present } else { MatrixState::Missing };
            cell(okep, otherwise, &|f| key(&f.subject) == own && !is_excused(f))
        };
        landed.iter().map(cell).collect()
    };
    let rows_landed = snapshot.okeps.iter().zip(&asked).map(row).collect();
    (Matrix { sections: today, rows: rows_today }, Matrix { sections: landed, rows: rows_landed })
}

fn sections(template: &Template) -> Vec<MatrixSection> {
    let top = template.top_level();
    let section =
        |row: &Row| MatrixSection { name: row.name.text.clone(), depth: row.level.saturating_sub(top) };
    template.outline.rows.iter().map(section).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::audit;
    use crate::files::{Layout, Tree};
    use crate::git::{Id, Revision};
    use crate::markdown::document::Document;
    use crate::okep::snapshot::Parsed;
    use crate::okep::template_history::{LandedOkep, LandedUnder, TemplateRevision};
    use crate::rules::rule;

    const OLD: &str = "# OKEP-1: T\n\n## Problem\n\n(Why is it asked?)\n\n## Checks\n\n(How is it tried?)\n\n## Colour\n\n## Rest\n";
    const NEW: &str = "# OKEP-1: T\n\n## Problem\n\n(Why is it asked?)\n\n## Tests\n\n(How is it tried?)\n\n## Rest\n\n## Rollback\n";

    fn template_history(landed_under: usize) -> TemplateHistory {
        let revision = |commit: &str| Revision { commit: commit.into(), date: "2025-01-01".into() };
        let template = |text: &str, commit| TemplateRevision {
            revision: revision(commit),
            id: Id::null(gix::hash::Kind::Sha1),
            template: Template::new(
                Some("docs/okeps/okep-1-template.md".into()),
                Arc::new(Document::parse(text.as_bytes())),
            ),
        };
        let under = LandedUnder { template: Some(landed_under), is_known: true };
        let blob = Id::null(gix::hash::Kind::Sha1);
        let templates =
            vec![template(OLD, "a"), template(&OLD.replace("Checks", "Tests"), "b"), template(NEW, "c")];
        let mut history = TemplateHistory::default();
        history.landings = Arc::new(vec![Landing { revision: Some(revision("c")), under }]);
        history.landed =
            Arc::new([("docs/okeps/okep-2-x.md".to_owned(), LandedOkep { okep: 0, blob })].into());
        history.templates = Arc::new(templates);
        history
    }

    /// The cells of both views as `section state` in order.
    fn check(document: &str, landed_under: usize, today: &str, landed: &str) {
        let mut tree = Tree::default();
        tree.insert("docs/okeps/okep-1-template.md", NEW.as_bytes());
        tree.insert("docs/okeps/okep-2-x.md", document.as_bytes());
        let snapshot = Snapshot::new(&tree, &Layout::default(), &Parsed::default());
        let template_history = template_history(landed_under);
        let findings = audit(&snapshot, Some(&template_history)).findings;
        let shown = |m: Matrix| {
            let cells = m.sections.iter().zip(&m.rows[0]);
            cells.map(|(s, c)| format!("{} {}", s.name, c.state.into_str())).collect::<Vec<_>>().join(", ")
        };
        let (now, then) = matrices(&snapshot, Some(&template_history), &findings);
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
