//! `okep hook`: installs git hooks that call okep where git looks for them, shows and removes them.

mod file;
mod install;
mod obstacle;
mod script;
mod status;
mod uninstall;

pub use install::install;
pub use status::status;
pub use uninstall::uninstall;
