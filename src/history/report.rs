//! What history tells, as plain values: OKEPs, templates, and findings with who introduced and fixed them.

use crate::audit::report::Counts;
use crate::files::Note;
use crate::okep::requirements::TemplateChange;
use crate::rules::finding::Severity;
use serde::Serialize;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Story {
    pub walk: Walked,
    /// Sorted by path.
    pub okeps: Vec<OkepStory>,
    /// Oldest first.
    pub templates: Vec<TemplateStory>,
    /// Sorted by path, rule, subject, and then by when they were introduced and which OKEP they are about.
    pub findings: Vec<FindingStory>,
    pub notes: Vec<Note>,
    /// Something is there and could not be read.
    pub damaged: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Walked {
    /// Full hashes; the one whose first-parent line is reported comes first.
    pub tips: Vec<String>,
    pub commits: usize,
    /// Distinct contents of the proposal folder and the registers.
    pub states: usize,
    /// Distinct texts of OKEPs.
    pub documents: usize,
    pub shallow: bool,
    pub missing_objects: usize,
    /// The first and the last day of the line.
    #[serde(skip)]
    pub days: Option<(String, String)>,
    /// How many commits the line has.
    #[serde(skip)]
    pub line: usize,
}

/// A commit of the first-parent line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubjectPlace {
    pub commit: String,
    pub date: String,
    pub pull_request: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OkepStory {
    pub number: Option<u64>,
    /// The one it has now, or had last.
    pub path: String,
    pub title: Option<String>,
    /// The commit of the line that added it; none where history does not reach back to it, or could not be read just
    /// there.
    pub added: Option<SubjectPlace>,
    pub has_landed: bool,
    /// The commit of the main line with which it landed; none also where history does not reach back to it.
    pub landed: Option<SubjectPlace>,
    pub written: Option<Author>,
    pub revisions: usize,
    /// Every path it had, in order.
    pub paths: Vec<String>,
    /// When readers first found it in the navigation, and how many days after it landed.
    pub registered: Option<(SubjectPlace, i64)>,
    /// How long it was there without readers finding it, all such times together; none where there was no
    /// navigation, or where something that would tell could not be read.
    pub days_unregistered: Option<i64>,
    /// Whether a register that would tell of it could not be read.
    pub register_unread: bool,
    /// Whether readers cannot find it now.
    pub is_unregistered: bool,
    pub deleted: Option<SubjectPlace>,
    /// None where that is unknown.
    pub when_landed: Option<Counts>,
    pub now: Counts,
    /// Whether all of it could be read now.
    pub now_known: bool,
}

/// The commit that wrote something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Author {
    pub commit: String,
    pub author: String,
    /// The committer's day.
    pub date: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateStory {
    pub at: SubjectPlace,
    pub change: TemplateChange,
    pub kind: TemplateKind,
    /// The OKEPs that the same commit made to follow it.
    pub followed_by: Vec<u64>,
    /// How many findings it introduced to OKEPs that had landed before; they are no more than hints.
    pub excused: usize,
}

/// What became of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum TemplateKind {
    /// The first one ever.
    First,
    /// It is where what can be read of history begins, which does not tell when it came.
    #[strum(to_string = "before")]
    Edge,
    Changed,
    /// Its text could not be read.
    Unread,
    /// The text of the one before it could not be read.
    AfterUnread,
    Removed,
    /// The same as before it was removed.
    Back,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum FindingCause {
    Document,
    Template,
    Registration,
    /// Another file came, went or was renamed.
    Tree,
    /// It first shows in a merge, and is the work of neither side.
    Merge,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingStory {
    pub rule: &'static str,
    /// As it is now, or was last.
    pub severity: Severity,
    pub number: Option<u64>,
    /// The path of the OKEP it is about: the one it has now, or had last.
    pub okep: Option<String>,
    /// The file it points into.
    pub path: String,
    pub subject: String,
    pub cause: FindingCause,
    /// None where history does not reach back to it.
    pub introduced: Option<Transition>,
    pub fixed: Option<Transition>,
    /// Days it was on the line: until it was fixed, or to the end of the line.
    pub age_days: Option<i64>,
}

impl FindingStory {
    /// Whether it is a hint for what the template added later, which is listed with the template.
    pub fn is_excused(&self) -> bool {
        self.cause == FindingCause::Template && self.severity == Severity::Hint
    }
}

/// When something came to the line or left it, and who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The commit that did it.
    pub written: String,
    pub author: String,
    /// The commit that introduced it to the line, and its day: what a reader of the branch saw when.
    pub landed: SubjectPlace,
}
