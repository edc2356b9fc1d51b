//! Repairs: the edits rules propose, and the engine that proves and applies them.

pub mod markdown;
pub mod rename;
