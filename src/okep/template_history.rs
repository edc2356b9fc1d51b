//! What history knows: when each file came to the branch, and which template stood then.
//!
//! Plain data and the arithmetic over it; `git` reads the commits.

use crate::files::Note;
use crate::rules::finding::Revision;
use crate::text::path::number;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What the first-parent line of one commit, the tip, has to tell about the files of the tip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateHistory {
    /// By path in the tip's tree; a file is not in it where its landing, or the template that stood then,
    /// cannot be known.
    pub landed: BTreeMap<String, Landing>,
    /// The template, each time its text changed on the line, oldest first.
    ///
    /// Where [`TemplateHistory::end`] is not complete the first of them may be older than its revision says.
    pub templates: Vec<TemplateRevision>,
    pub end: HistoryExtent,
    /// What could not be known or was odd, for the output.
    pub notes: Vec<Note>,
}

/// How a file came to the branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// The first commit on the line that holds the file, or one that was renamed to it.
    pub revision: Revision,
    /// Which of [`TemplateHistory::templates`] stood in that commit's tree; none where it held no template.
    pub template: Option<usize>,
}

/// A text of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateRevision {
    /// The commit that brought it to the line.
    pub revision: Revision,
    pub path: String,
    /// The blob id, in hexadecimal.
    pub id: String,
    pub bytes: Arc<[u8]>,
}

/// How far back history could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistoryExtent {
    /// To the first commit.
    Complete,
    /// To this commit, whose parents a shallow clone leaves out.
    Shallow { boundary: String },
    /// To this commit, beyond which objects are missing or broken, or whose template is.
    Unreadable { boundary: String },
    /// There is no repository, or no commit.
    Nothing,
}

impl TemplateHistory {
    /// Where there is no history to ask.
    pub fn nothing(reason: impl Into<String>) -> Self {
        TemplateHistory {
            landed: BTreeMap::new(),
            templates: Vec::new(),
            end: HistoryExtent::Nothing,
            notes: vec![Note::new("no-history", reason)],
        }
    }
}

/// The landing of each file in the last of `states`, as an index into them; none where it is unknown.
///
/// `states` are the paths below the proposal folder, oldest first. With `open`, history goes on before
/// the first of them, so that what it holds landed nobody knows when.
///
/// A path that comes while another with the same OKEP number goes is that one under a new name; a path
/// that comes back keeps the landing it had.
pub fn landings(states: &[BTreeSet<String>], open: bool) -> BTreeMap<String, Option<usize>> {
    static NOTHING: BTreeSet<String> = BTreeSet::new();
    let before = std::iter::once(&NOTHING).chain(states);
    fn unlike<'a>(one: &'a BTreeSet<String>, other: &'a BTreeSet<String>) -> Vec<&'a str> {
        one.difference(other).map(String::as_str).collect()
    }
    let changes = before.zip(states).map(|(before, now)| (unlike(before, now), unlike(now, before)));
    let first = landings_ever(changes, open);
    states.last().into_iter().flatten().map(|path| (path.clone(), first[path.as_str()])).collect()
}

/// The landing of every path that ever was, as [`landings`] has it; a smaller one is earlier, and none
/// is earliest. `changes` are the paths that went with each state, and those that came.
pub fn landings_ever<'a>(
    changes: impl Iterator<Item = (Vec<&'a str>, Vec<&'a str>)>,
    open: bool,
) -> HashMap<&'a str, Option<usize>> {
    let mut first: HashMap<&str, Option<usize>> = HashMap::new();
    for (at, (removed_paths, came)) in changes.enumerate() {
        let mut removed_paths: Vec<(u64, &str)> =
            removed_paths.into_iter().filter_map(|path| Some((number(path)?, path))).collect();
        removed_paths.sort_unstable();
        let landed: Vec<_> = came
            .iter()
            .map(|path| {
                let new = (!(open && at == 0)).then_some(at);
                let returned = first.get(path).copied();
                let renamed = number(path).and_then(|number| {
                    let same = removed_paths
                        .iter()
                        .filter(|(removed_paths, _)| *removed_paths == number)
                        .map(|(_, path)| *path);
                    same.min_by_key(|removed_paths| (name(removed_paths) != name(path), first[removed_paths]))
                        .map(|removed_paths| first[removed_paths])
                });
                [Some(new), returned, renamed].into_iter().flatten().min().expect("new is always there")
            })
            .collect();
        first.extend(came.into_iter().zip(landed));
    }
    first
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The day of a moment `seconds` after 1970, as `YYYY-MM-DD` where clocks are `offset` seconds ahead.
///
/// None for a moment outside the years 1 to 9999.
pub fn day(seconds: i64, offset: i32) -> Option<String> {
    let moment = jiff::Timestamp::from_second(seconds.checked_add(offset.into())?).ok()?;
    let date = moment.to_zoned(jiff::tz::TimeZone::UTC).date();
    (date.year() > 0).then(|| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(states: &[&str], open: bool, expected: &str) {
        let states: Vec<BTreeSet<String>> =
            states.iter().map(|s| s.split_whitespace().map(str::to_owned).collect()).collect();
        let told: Vec<_> = landings(&states, open)
            .into_iter()
            .map(|(path, at)| format!("{path}@{}", at.map_or("?".into(), |at| at.to_string())))
            .collect();
        assert_eq!(told.join(" "), expected);
    }

    #[test]
    fn a_file_lands_where_it_first_stands() {
        check(&["a.md", "a.md b.md"], false, "a.md@0 b.md@1");
        check(&[], false, "");
    }

    #[test]
    fn a_rename_keeps_the_landing_by_number() {
        check(&["okep-1-a.md", "x/OKEP-1-b.md okep-2-a.md"], false, "okep-2-a.md@1 x/OKEP-1-b.md@0");
        check(&["okep-1-a.md", "okep-1-a.md okep-1-b.md"], false, "okep-1-a.md@0 okep-1-b.md@1");
        check(&["notes.md", "other.md"], false, "other.md@1");
    }

    #[test]
    fn of_two_that_went_the_one_of_the_same_name_counts() {
        check(
            &["okep-1-a.md", "okep-1-a.md okep-1-b.md", "d/okep-1-a.md d/okep-1-b.md"],
            false,
            "d/okep-1-a.md@0 d/okep-1-b.md@1",
        );
    }

    #[test]
    fn what_comes_back_keeps_its_landing() {
        check(&["okep-1-a.md", "", "", "okep-1-a.md"], false, "okep-1-a.md@0");
        check(&["okep-1-a.md", "", "okep-1-b.md"], false, "okep-1-b.md@2");
    }

    #[test]
    fn what_stands_at_an_open_end_landed_nobody_knows_when() {
        check(
            &["okep-1-a.md", "okep-1-b.md", "okep-1-b.md okep-2-c.md"],
            true,
            "okep-1-b.md@? okep-2-c.md@2",
        );
    }

    #[test]
    fn the_day_is_that_of_the_committer() {
        assert_eq!(day(1_739_570_400, 0).as_deref(), Some("2025-02-14"));
        assert_eq!(day(1_739_570_400, 7200).as_deref(), Some("2025-02-15"));
        assert_eq!(day(-1, 0).as_deref(), Some("1969-12-31"));
        assert_eq!(day(i64::MAX, 1), None);
        assert_eq!(day(i64::MIN, -1), None);
    }
}
