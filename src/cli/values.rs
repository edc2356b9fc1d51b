//! Values that options take.

use crate::rules::finding::{Safety, Severity};
use clap::ValueEnum;

/// Which fixes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// What changes the form only
    Safe,
    /// What changes the words or leaves work to do, too
    All,
}

impl Which {
    pub fn most(self) -> Safety {
        match self {
            Which::Safe => Safety::Safe,
            Which::All => Safety::Suggested,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    #[default]
    Error,
    Warning,
    Hint,
    /// Findings are shown and do not fail
    Never,
}

impl FailOn {
    /// Whether a finding of this severity fails.
    pub fn fails(self, severity: Severity) -> bool {
        let limit = match self {
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
            FailOn::Hint => Severity::Hint,
            FailOn::Never => return false,
        };
        severity <= limit
    }
}
