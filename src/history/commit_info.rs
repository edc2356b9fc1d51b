//! What commits say about themselves: authors, days and subjects.

use crate::git::revision::day;
use crate::git::{Id, ObjectError, Repo};
use gix::bstr::ByteSlice;
use gix::objs::commit::ref_iter::Token;
use gix::prelude::FindExt;

/// What a commit says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommitInfo {
    /// The author's name, as the mailmap has it.
    pub author: String,
    /// The committer's day, as `YYYY-MM-DD`; the first of 1970, as git has it, where it cannot be read.
    pub date: String,
    pub subject: String,
    /// Whether the date could not be read.
    pub dateless: bool,
}

/// A text of a commit that names its encoding; UTF-8 without one, and where it is unknown.
fn decoded(bytes: &[u8], encoding: Option<&[u8]>) -> String {
    // The mailmap is in UTF-8, and so may be a name in a commit that says otherwise.
    let other = encoding.filter(|_| bytes.to_str().is_err()).and_then(encoding_rs::Encoding::for_label);
    other.map_or_else(|| bytes.to_str_lossy(), |e| e.decode_without_bom_handling(bytes).0).into_owned()
}

impl Repo {
    /// What a commit says about itself; what cannot be read is empty.
    pub fn commit_info(&self, id: Id, mailmap: &gix::mailmap::Snapshot) -> CommitInfo {
        let unknown = || day(0, 0).unwrap_or_default();
        let local = self.handle();
        let mut buffer = Vec::new();
        let Ok(commit) = local.objects.find_commit_iter(&id, &mut buffer) else {
            self.has_vanished(ObjectError::missing(local, id));
            return CommitInfo { date: unknown(), dateless: true, ..CommitInfo::default() };
        };
        let encoding = commit.filter_map(Result::ok).find_map(|token| match token {
            Token::Encoding(name) => Some(name.to_vec()),
            _ => None,
        });
        let text = |bytes: &[u8]| decoded(bytes, encoding.as_deref());
        let author = commit.author().map(|author| mailmap.resolve_cow(author));
        let time = commit.committer().and_then(|committer| committer.time());
        let day_of = time.ok().and_then(|time| day(time.seconds, time.offset));
        let message = commit.message().map(|m| m.trim_start().to_vec()).unwrap_or_default();
        CommitInfo {
            author: author.map(|a| text(&a.name).trim().to_owned()).unwrap_or_default(),
            dateless: day_of.is_none(),
            date: day_of.unwrap_or_else(unknown),
            subject: text(message.lines().next().unwrap_or_default()).trim_end().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_in_the_encoding_that_their_commit_names() {
        assert_eq!(decoded(b"J\xf6rg", Some(b"ISO-8859-1")), "Jörg");
        assert_eq!(decoded(b"\x82\xa0", Some(b"shift_jis")), "あ");
        assert_eq!(decoded("Jörg".as_bytes(), Some(b"ISO-8859-1")), "Jörg");
        assert_eq!(decoded(b"J\xf6rg", Some(b"no such thing")), "J\u{fffd}rg");
        assert_eq!(decoded(b"J\xf6rg", None), "J\u{fffd}rg");
    }
}
