//! Commits and their parents as numbers, and the first-parent line through them.
//!
//! It knows nothing of trees or findings.

/// No commit, or no place on the line.
pub const NONE: u32 = u32::MAX;

/// Which commits are the parents of which; a commit is a number.
#[derive(Debug, Default)]
pub struct Graph {
    parents: Vec<u32>,
    /// Where the parents of each commit end, and those of the next begin.
    ends: Vec<u32>,
    /// Commits with parents that nobody has seen, in ascending order.
    cut: Vec<u32>,
    /// Commits that are named as parents and could not be read, in ascending order.
    absent: Vec<u32>,
}

impl Graph {
    /// Adds the next commit, which is `cut` off from parents it has, or `absent` itself.
    pub fn add(&mut self, parents: &[u32], cut: bool, absent: bool) {
        let commit = self.ends.len() as u32;
        self.parents.extend(parents);
        self.ends.push(self.parents.len() as u32);
        self.cut.extend(cut.then_some(commit));
        self.absent.extend(absent.then_some(commit));
    }

    /// How many commits could be read.
    pub fn readable(&self) -> usize {
        self.ends.len() - self.absent.len()
    }

    pub fn parents(&self, commit: u32) -> &[u32] {
        let commit = commit as usize;
        let start = commit.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.parents[start as usize..self.ends[commit] as usize]
    }

    /// Whether the commit has parents that nobody has seen.
    pub fn is_cut(&self, commit: u32) -> bool {
        self.cut.binary_search(&commit).is_ok()
    }

    pub fn is_absent(&self, commit: u32) -> bool {
        self.absent.binary_search(&commit).is_ok()
    }

    /// The first-parent line that ends in `tip`, oldest first, and whether it goes on beyond its first.
    pub fn line(&self, tip: u32) -> (Vec<u32>, bool) {
        let mut line = Vec::new();
        let mut next = Some(tip).filter(|tip| !self.is_absent(*tip));
        let mut open = next.is_none();
        while let Some(commit) = next {
            line.push(commit);
            next = self.parents(commit).first().copied();
            open = self.is_cut(commit) || next.is_some_and(|parent| self.is_absent(parent));
            next = next.filter(|_| !open);
        }
        line.reverse();
        (line, open)
    }

    /// For each commit, which commit of the line introduced it there, as an index into the line.
    pub fn introduced_by(&self, line: &[u32]) -> Vec<u32> {
        let mut brought = vec![NONE; self.ends.len()];
        let mut stack = Vec::new();
        for (at, commit) in line.iter().enumerate() {
            stack.push(*commit);
            while let Some(commit) = stack.pop() {
                if brought[commit as usize] == NONE {
                    brought[commit as usize] = at as u32;
                    stack.extend(self.parents(commit));
                }
            }
        }
        brought
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(parents: &[&[u32]]) -> Graph {
        let mut graph = Graph::default();
        parents.iter().for_each(|parents| graph.add(parents, false, false));
        graph
    }

    #[test]
    fn the_line_is_that_of_first_parents_oldest_first() {
        // 0 merges 2 into 1; both come from 3.
        let graph = graph(&[&[1, 2], &[3], &[3], &[]]);
        assert_eq!(graph.line(0), (vec![3, 1, 0], false));
        assert_eq!(graph.introduced_by(&[3, 1, 0]), [2, 1, 2, 0]);
        assert_eq!(graph.parents(0), [1, 2]);
        assert!(graph.parents(3).is_empty());
    }

    #[test]
    fn a_line_whose_end_is_out_of_sight_is_open() {
        let mut graph = Graph::default();
        graph.add(&[1], false, false);
        graph.add(&[], true, true);
        assert_eq!(graph.line(0), (vec![0], true));
        assert_eq!(graph.readable(), 1);
        assert!(graph.is_cut(1) && graph.is_absent(1) && !graph.is_cut(0));
    }
}
