//! `okep hook`: installs git hooks that call okep where git looks for them, shows and removes them.

mod error;
mod file;
mod folder;
mod install;
mod script;
mod status;
mod uninstall;

pub use error::Error;
pub use install::install;
pub use status::status;
pub use uninstall::uninstall;
