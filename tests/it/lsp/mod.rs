//! `okep lsp`, as a client sees it that speaks the protocol's JSON.

mod actions;
mod client;
mod diagnostics;
mod neovim;
mod random;
mod robust;
mod writing;
