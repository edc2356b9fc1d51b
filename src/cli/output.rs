//! Prints results on stdout and everything else on stderr, and knows what stdout can show.

use crate::fix::atomic;
use crate::report::{self, Terminal};
use anstream::AutoStream;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

/// The version of okep, for output.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Writes to stderr; where that fails there is nowhere to report it.
pub fn print_error(text: &str) {
    let _ = write!(anstream::stderr(), "{text}");
}

/// Prints why nothing could be done; the exit status is 2.
pub fn refuse(reason: &str) -> ExitCode {
    print_error(&format!("error: {}\n", report::escape_control(reason)));
    ExitCode::from(2)
}

pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

/// Writes to stdout; a reader that has gone away is no error.
pub fn print(text: impl AsRef<[u8]>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    written(out.write_all(text.as_ref()).and_then(|()| out.flush()))
}

/// How writing the output went.
pub fn written(result: io::Result<()>) -> io::Result<()> {
    let Some(error) = result.err().filter(|e| e.kind() != io::ErrorKind::BrokenPipe) else { return Ok(()) };
    let message = format!("the output cannot be written: {error}{}", atomic::remedy(&error));
    Err(io::Error::new(error.kind(), message))
}

/// Lines that may name files, as a terminal may have them.
pub fn escape_lines(lines: &str) -> String {
    lines.lines().map(|line| format!("{}\n", report::escape_control(line))).collect()
}

/// A patch: to a file or a program as it is, to a terminal with colours and without control characters.
pub fn print_patch(patch: &[u8]) -> io::Result<()> {
    if io::stdout().is_terminal() || anstream::ColorChoice::global() == anstream::ColorChoice::Always {
        print(report::patch::readable(patch, &terminal()))
    } else {
        print(patch)
    }
}

/// What stdout can show.
pub fn terminal() -> Terminal {
    let out = io::stdout();
    let color = AutoStream::choice(&out) != anstream::ColorChoice::Never;
    let terminal = terminal_size::terminal_size().filter(|_| out.is_terminal());
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    // Terminals without a size report 0.
    let width = terminal.map(|(w, _)| usize::from(w.0)).into_iter().chain(columns).find(|width| *width > 0);
    Terminal { width: width.unwrap_or(100).clamp(40, 200), color, unicode: unicode() }
}

/// Whether the locale is UTF-8; where it is not set, the system decides.
fn unicode() -> bool {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    let is_utf8 = |locale: String| locale.to_ascii_lowercase().replace('-', "").contains("utf8");
    set("TERM").is_none_or(|term| term != "dumb")
        && locale.map_or(cfg!(windows) || cfg!(target_os = "macos"), is_utf8)
}
