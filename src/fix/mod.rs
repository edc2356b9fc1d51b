//! Repairs: the edits rules propose, and the engine that proves and applies them.

pub mod anchors;
pub mod apply;
pub mod borders;
pub mod compare;
pub mod engine;
pub mod markdown;
pub mod proof;
pub mod rename;
pub mod words;
pub mod write;
