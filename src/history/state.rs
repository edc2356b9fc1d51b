//! What is known of one state of the files: its findings, its OKEPs, and what could not be read.

use super::shared::{Shared, SharedItem};
use crate::okep::suppressions::Suppression;
use crate::rules::finding::Severity;
use std::collections::HashMap;
use std::sync::Arc;

/// A finding's identity, and what it depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KnownIdentity {
    pub rule: &'static str,
    /// Index into [`Numbering::okeps`](super::numbers::Numbering::okeps).
    pub who: u32,
    /// A section by its present name.
    pub subject: String,
    /// Whether it depends on a register, which may be unreadable.
    pub registration: bool,
    /// Whether that is the navigation, which a plugin may generate.
    pub navigation: bool,
}

/// A finding in a state: its identity, and which of several alike it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId {
    /// Index into [`Numbering::identities`](super::numbers::Numbering::identities).
    pub identity: u32,
    pub nth: u32,
}

/// A finding as it was in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedFinding {
    pub identity: u32,
    pub severity: Severity,
    /// Whether the template asks for it only since the OKEP landed.
    pub grandfathered: bool,
    pub path: Arc<str>,
    pub subject: Arc<str>,
}

impl SharedItem for FindingId {
    fn key(&self) -> u32 {
        self.identity
    }
}

/// The findings of a state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Set {
    /// In ascending order.
    pub marks: Shared<FindingId>,
    /// OKEPs about which nothing is known, because a file could not be read; in ascending order.
    pub unknown: Shared<u32>,
    /// OKEPs of which it is unknown whether readers find them, because a plugin or a broken register decides.
    pub unshown: Shared<u32>,
    /// Whether a register could not be read, so that what it lists is unknown.
    pub registers_unread: bool,
    /// Whether nothing is known of any OKEP.
    pub all_unknown: bool,
}

impl Set {
    /// Whether it is unknown if the state has a finding of this identity.
    pub fn leaves_open(&self, identity: &KnownIdentity) -> bool {
        let within = |whos: &Shared<u32>| whos.find(|who| who.cmp(&identity.who)).is_some();
        self.all_unknown
            || within(&self.unknown)
            || (identity.registration && self.registers_unread)
            || (identity.navigation && within(&self.unshown))
    }
}

/// What was found about one document at one path under one template.
#[derive(Debug, Clone, Default)]
pub struct DocumentVerdict {
    pub recorded: Vec<RecordedFinding>,
    pub number: Option<u64>,
    pub title: Option<Arc<str>>,
    /// The number of the issue that it names.
    pub issue: Option<u64>,
    /// The suppressions in its comments.
    pub suppressions: Vec<Suppression>,
}

/// An OKEP of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Listed {
    pub path: u32,
    pub who: u32,
    pub shown: ShownFinding,
}

impl SharedItem for Listed {
    fn key(&self) -> u32 {
        self.path
    }
}

/// Whether readers find an OKEP in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShownFinding {
    Yes,
    No,
    /// A plugin decides, or the register is broken.
    Unknown,
    /// There is no navigation.
    Nowhere,
    /// The register could not be read.
    Unread,
}

/// What depends on paths and registers alone, and the pages that are OKEPs because of their text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Whole {
    pub recorded: Vec<RecordedFinding>,
    /// In the order of their paths.
    pub okeps: Shared<Listed>,
    pub strays: HashMap<u32, DocumentVerdict>,
    /// Pages that may be OKEPs and could not be read.
    pub unread: Vec<u32>,
    pub registers_unread: bool,
}

/// The templates in force when an OKEP landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landed {
    pub chain: Option<u32>,
    pub stands: bool,
    /// Whether it landed just then, and not before what can be read.
    pub is_known: bool,
}
