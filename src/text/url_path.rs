//! Paths as strings: from the repository's root, `/` between the parts, nothing looked up on a disk.

use crate::text::path::PAGE_ENDINGS;
use crate::text::{BytePattern, byte_pattern};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Whether MkDocs takes the path for a page.
pub fn is_page(path: &str) -> bool {
    PAGE_ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// Whether a target has a scheme or a host, such as `https://x` or `mailto:x`.
pub fn is_address(target: &str) -> bool {
    static SCHEME: BytePattern = BytePattern::new(|| byte_pattern("^(?:[A-Za-z][A-Za-z0-9+.-]*:|//)"));
    SCHEME.is_match(target.as_bytes())
}

pub use crate::text::path::{folder_of as folder, join};

/// What is left of `path` below `folder`; the empty folder is the root.
pub fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

/// A path as part of a URI: what is no unreserved character is percent-encoded, and so a colon in a file's name
/// makes no scheme.
pub fn percent_encoded(path: &str) -> String {
    const PLAIN: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(path, PLAIN).to_string()
}
