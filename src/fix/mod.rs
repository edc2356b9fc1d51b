//! Repairs: the edits rules propose, and the engine that proves and applies them.

pub mod atomic;
pub mod repair;
pub mod verify;

pub mod apply;
pub mod compare;
pub mod dead_suppressions;
pub mod engine;
pub mod patch;
pub mod plan;
pub mod write;
