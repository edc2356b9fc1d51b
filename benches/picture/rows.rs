//! The table of what was measured: rows that replace each other, and how they grow.

use crate::measure::Measured;
use std::fmt::{Display, Formatter, Write as _};
use std::path::Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum What {
    #[default]
    History,
    /// The same with a commit-graph.
    Graph,
    Hook,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Row {
    pub what: What,
    pub commits: usize,
    pub okeps: usize,
    pub states: usize,
    pub documents: usize,
    pub measured: Measured,
}

#[derive(Debug, Clone, Default)]
pub struct Rows(Vec<Row>);

const FIELDS: &str = "what,commits,okeps,states,documents,okep_ms,git_ms,peak_kib";

impl What {
    const ALL: [What; 3] = [What::History, What::Graph, What::Hook];

    pub fn name(self) -> &'static str {
        match self {
            What::History => "history",
            What::Graph => "commit-graph",
            What::Hook => "hook",
        }
    }
}

impl Row {
    pub const HEAD: &'static str = "what            commits   OKEPs  states documents    okep ms     git ms  \
                                    ratio    peak MB  bytes/commit";

    /// What okep holds at most, for each commit.
    pub fn bytes(&self) -> f64 {
        self.measured.peak as f64 * 1024.0 / self.commits as f64
    }
}

impl Display for Row {
    fn fmt(&self, to: &mut Formatter) -> std::fmt::Result {
        let Row { what, commits, okeps, states, documents, measured } = self;
        let Measured { okep, git, .. } = measured;
        let (name, ratio, peak, bytes) = (what.name(), measured.ratio(), measured.megabytes(), self.bytes());
        write!(
            to,
            "{name:<12} {commits:>10} {okeps:>7} {states:>7} {documents:>9} {okep:>10.1} {git:>10.1} "
        )?;
        write!(to, "{ratio:>6.2} {peak:>10.1} {bytes:>13.0}")
    }
}

impl Rows {
    /// The rows of earlier runs; none where there were none.
    pub fn read(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join("scale.csv")).unwrap_or_default();
        Rows(text.lines().filter(|line| *line != FIELDS).filter_map(parse).collect())
    }

    pub fn write(&self, folder: &Path) {
        let mut text = format!("{FIELDS}\n");
        for Row { what, commits, okeps, states, documents, measured } in &self.0 {
            let Measured { okep, git, peak } = measured;
            let what = what.name();
            let _ = writeln!(text, "{what},{commits},{okeps},{states},{documents},{okep:.1},{git:.1},{peak}");
        }
        std::fs::write(folder.join("scale.csv"), text).expect("the table can be written");
    }

    /// Takes up what was measured, in place of what was measured before.
    pub fn take(&mut self, row: Row) {
        let key = |r: &Row| (r.what as usize, r.okeps, r.commits);
        self.0.retain(|r| key(r) != key(&row));
        self.0.push(row);
        self.0.sort_by_key(key);
    }

    /// What is known of a repository of this size from earlier runs.
    pub fn like(&self, size: Row) -> Option<Row> {
        self.0.iter().find(|r| (r.commits, r.okeps) == (size.commits, size.okeps)).copied()
    }

    /// All of one kind, by OKEPs and then by commits.
    pub fn of(&self, what: What) -> impl Iterator<Item = &Row> {
        self.0.iter().filter(move |r| r.what == what)
    }

    /// By how much time and memory grow from each row to those of ten times its size.
    pub fn growth(&self) -> String {
        let mut text = "growth (okep time, git time, okep memory)\n".to_owned();
        for what in What::ALL {
            for from in self.of(what) {
                let commits = |to: &&Row| to.okeps == from.okeps && to.commits == 10 * from.commits;
                let okeps = |to: &&Row| to.commits == from.commits && to.okeps == 10 * from.okeps;
                let (a, name) = (from.measured, what.name());
                let mut tell = |to: &Row, how: String| {
                    let b = to.measured;
                    let (okep, git) = (b.okep / a.okep, b.git / a.git);
                    let memory = b.peak as f64 / a.peak as f64;
                    let _ = writeln!(text, "{name:<12} {how:<48} {okep:>6.2} {git:>6.2} {memory:>6.2}");
                };
                let Row { commits: c, okeps: o, .. } = *from;
                self.of(what)
                    .filter(commits)
                    .for_each(|to| tell(to, format!("{c} -> {} commits, {o} OKEPs", to.commits)));
                self.of(what)
                    .filter(okeps)
                    .for_each(|to| tell(to, format!("{o} -> {} OKEPs, {c} commits", to.okeps)));
            }
        }
        text
    }
}

fn parse(line: &str) -> Option<Row> {
    let fields: Vec<&str> = line.split(',').collect();
    let [what, commits, okeps, states, documents, okep, git, peak] = fields[..] else { return None };
    Some(Row {
        what: What::ALL.into_iter().find(|w| w.name() == what)?,
        commits: commits.parse().ok()?,
        okeps: okeps.parse().ok()?,
        states: states.parse().ok()?,
        documents: documents.parse().ok()?,
        measured: Measured { okep: okep.parse().ok()?, git: git.parse().ok()?, peak: peak.parse().ok()? },
    })
}
