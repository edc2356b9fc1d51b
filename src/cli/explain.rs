//! `okep explain`: what a rule wants and why.

use crate::cli::output::print;
use crate::cli::terminal::terminal;
use crate::cli::values::similar_or_all;
use crate::report::explain;
use crate::rules;
use std::process::ExitCode;

pub fn run(id: Option<&str>) -> anyhow::Result<ExitCode> {
    let terminal = terminal();
    let Some(id) = id else {
        print(&explain::all(&terminal))?;
        return Ok(ExitCode::SUCCESS);
    };
    match rules::rule(id) {
        Some(rule) => print(&explain::one(rule, &terminal))?,
        None => anyhow::bail!("there is no rule `{id}`{}", similar_or_all(id)),
    }
    Ok(ExitCode::SUCCESS)
}
