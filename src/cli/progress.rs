//! A line on a terminal that says how far a long walk has come; nothing in pipes and for short walks.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// A walk that takes no longer than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line is drawn.
const PACE: Duration = Duration::from_millis(100);
/// Columns of the bar.
const BAR: usize = 20;
/// Columns of what wanders along it.
const MARK: usize = 4;

/// How much has been done; the total is unknown before the end.
#[derive(Debug, Default)]
pub struct Progress(AtomicUsize);

impl Progress {
    pub fn set(&self, done: usize) {
        self.0.store(done, Relaxed);
    }

    /// Runs `work` while a thread of its own draws on stderr, if that is a terminal.
    pub fn during<T>(what: &str, work: impl FnOnce(&Progress) -> T) -> T {
        let progress = &Progress::default();
        if !std::io::stderr().is_terminal() || std::env::var_os("TERM").is_some_and(|t| t == "dumb") {
            return work(progress);
        }
        std::thread::scope(|scope| {
            // The drawing ends when this end of the channel is dropped, also where the work panics.
            let (_working, ended) = channel::<()>();
            scope.spawn(move || progress.draw(what, &ended));
            work(progress)
        })
    }

    fn draw(&self, what: &str, ended: &Receiver<()>) {
        let mut step = 0;
        while ended.recv_timeout(if step == 0 { PATIENCE } else { PACE }) == Err(RecvTimeoutError::Timeout) {
            let line = bar(self.0.load(Relaxed), step);
            let _ = write!(std::io::stderr(), "\r{what} {line}\x1b[K");
            step += 1;
        }
        if step > 0 {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

/// A bar with a mark that wanders, and the count.
fn bar(done: usize, step: usize) -> String {
    let marked = |at: usize| (at + BAR - step % BAR) % BAR < MARK;
    let cells: String = (0..BAR).map(|at| if marked(at) { '#' } else { '.' }).collect();
    format!("[{cells}] {done} commits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_wanders() {
        assert_eq!(bar(7, 0), "[####................] 7 commits");
        assert_eq!(bar(7, 1), "[.####...............] 7 commits");
        assert_eq!(bar(7, 19), "[###................#] 7 commits");
    }

    #[test]
    fn the_work_is_done_without_a_terminal() {
        let done = Progress::during("walking", |progress| {
            progress.set(3);
            5
        });
        assert_eq!(done, 5);
    }
}
