//! What the reader's terminal can show.

use crate::report::Terminal;
use anstream::AutoStream;
use std::io::{self, IsTerminal};

/// What stdout can show.
pub fn terminal() -> Terminal {
    let out = io::stdout();
    let choice = AutoStream::choice(&out);
    let color = choice != anstream::ColorChoice::Never;
    let terminal = terminal_size::terminal_size().filter(|_| out.is_terminal());
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    // Terminals without a size report 0.
    let width = terminal.map(|(w, _)| usize::from(w.0)).into_iter().chain(columns).find(|width| *width > 0);
    let width = width.unwrap_or(100);
    Terminal { width: width.clamp(40, 200), color, unicode: unicode() }
}

/// Whether the locale is UTF-8; where it is not set, the system decides.
fn unicode() -> bool {
    let set = |name| std::env::var(name).ok().filter(|v: &String| !v.is_empty());
    if set("TERM").as_deref() == Some("dumb") {
        return false;
    }
    match set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")) {
        Some(locale) => {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        None => cfg!(windows) || cfg!(target_os = "macos"),
    }
}

/// Whether colours are asked for, whatever stdout is.
pub fn color_is_forced() -> bool {
    anstream::ColorChoice::global() == anstream::ColorChoice::Always
}
