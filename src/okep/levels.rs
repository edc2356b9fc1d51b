//! Sections at the wrong level or inside of the wrong section, put together by their cause.
//!
//! Neighbouring sections that are all as many levels off have one cause, and are right again once that range has other
//! levels. A section at its level inside of another section than the template's is right if such a range has put it
//! there; else it is a cause of its own.

use super::alignment::{Aligner, Misplacement};

impl Aligner<'_> {
    /// Every cause, in the order of the document, and for each row the level that it would have without them.
    pub(super) fn misplacements(&self) -> (Vec<Misplacement>, Vec<i8>) {
        let mut levels: Vec<i8> = (0..self.document.rows.len()).map(|row| self.level(row)).collect();
        let mut found = self.runs(&levels);
        for run in &found {
            levels[run.rows.clone()].iter_mut().for_each(|level| *level -= run.by);
        }
        let in_runs: Vec<usize> = found.iter().flat_map(|run| run.sections.iter().copied()).collect();
        found.extend(self.inside_of_others(&levels, &in_runs));
        found.sort_by_key(|m| self.found.matches[m.sections[0]].map(|m| m.row));
        (found, levels)
    }

    /// The rows that stand for a section, with it, in order.
    fn matched(&self) -> impl Iterator<Item = (usize, usize)> {
        self.found.section_of.iter().enumerate().filter_map(|(row, section)| Some((row, (*section)?)))
    }

    /// Neighbouring sections that are all the same number of levels off.
    fn runs(&self, levels: &[i8]) -> Vec<Misplacement> {
        let mut runs: Vec<Misplacement> = Vec::new();
        let mut is_open = false;
        for (row, section) in self.matched() {
            let by = levels[row] - self.template.rows[section].level as i8;
            match runs.last_mut().filter(|run| is_open && run.by == by && joins(run, row, levels)) {
                Some(run) => {
                    run.sections.push(section);
                    run.rows.end = row + 1;
                }
                None if by != 0 => {
                    runs.push(Misplacement { sections: vec![section], rows: row..row + 1, by })
                }
                None => {}
            }
            is_open = by != 0;
        }
        for run in &mut runs {
            let last = run.rows.end - 1;
            let is_inside =
                |row: &usize| self.found.section_of[*row].is_none() && levels[*row] > levels[last];
            run.rows.end = (last + 1..levels.len()).find(|row| !is_inside(row)).unwrap_or(levels.len());
        }
        runs
    }

    /// Sections at their level that are inside of another section than the template has them in: neighbours that are
    /// in the same one have one cause.
    fn inside_of_others(&self, levels: &[i8], in_runs: &[usize]) -> Vec<Misplacement> {
        // The section that one is wanted in, and the row that it is inside of; none where these agree.
        let cause = |row: usize, section: usize| {
            let wanted = self.template.rows[section].parent;
            let around = self.found.matches[wanted?]?.row;
            let is = parent(levels, row);
            (is != Some(around) && !in_runs.contains(&section)).then_some((wanted, is))
        };
        let matched: Vec<_> =
            self.matched().map(|(row, section)| (row, section, cause(row, section))).collect();
        let runs = matched.chunk_by(|(.., one), (.., next)| one == next);
        let misplaced = runs.filter(|run| run[0].2.is_some()).map(|run| {
            let (row, sections) = (run[0].0, run.iter().map(|(_, section, _)| *section).collect());
            Misplacement { sections, rows: row..row, by: 0 }
        });
        misplaced.collect()
    }
}

/// Whether a section is of the same range as a run: no heading between them is higher than all of the run.
fn joins(run: &Misplacement, row: usize, levels: &[i8]) -> bool {
    let highest = levels[run.rows.clone()].iter().min().min(Some(&levels[row]));
    levels[run.rows.end..row].iter().all(|level| Some(level) >= highest)
}

/// The row that a row is inside of, by these levels.
fn parent(levels: &[i8], row: usize) -> Option<usize> {
    (0..row).rev().find(|above| levels[*above] < levels[row])
}
