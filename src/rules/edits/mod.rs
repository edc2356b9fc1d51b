//! The edits that rules propose.

pub mod anchors;
pub mod markdown;
pub mod markup_spans;
pub mod rename;
