//! What okep promises of any bytes at all, as checks that count themselves.
//!
//! The fuzz targets, the real files of the dependencies and the nasty shapes are all held to these. A
//! promise that is broken is an error that says which; nothing here reads a disk or makes up inputs.
#![allow(dead_code)]

pub mod document;
pub mod fixes;
pub mod patch;
pub mod register;
pub mod report;

use std::fmt::Display;
use std::ops::Range;

/// How often something was looked at and was as promised.
#[derive(Debug, Default, Clone, Copy)]
pub struct Kept {
    pub promises: usize,
    pub findings: usize,
    pub fixes: usize,
    /// Fixes that okep itself left out, because they did not pass its own proof.
    pub left_out: usize,
    /// Documents with more to fix than one run does, as that run said.
    pub unfinished: usize,
}

pub type Broken = String;

impl Kept {
    /// Counts a promise that holds.
    ///
    /// # Errors
    /// It does not hold; `what` says which it is.
    pub fn hold<D: Display>(&mut self, holds: bool, what: impl FnOnce() -> D) -> Result<(), Broken> {
        self.promises += 1;
        if holds { Ok(()) } else { Err(what().to_string()) }
    }

    /// A range lies in the text and cuts no character.
    pub fn span(&mut self, text: &str, range: &Range<usize>, what: &str) -> Result<(), Broken> {
        self.hold(text.get(range.clone()).is_some(), || format!("{what} {range:?} is no range of the text"))
    }

    pub fn add(&mut self, other: Kept) {
        self.promises += other.promises;
        self.findings += other.findings;
        self.fixes += other.fixes;
        self.left_out += other.left_out;
        self.unfinished += other.unfinished;
    }
}
