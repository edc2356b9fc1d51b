//! Files as editors name them: `file:///home/ada/net/docs/okeps/okep-7-a.md`.

use crate::text::path::percent_decoded;
use crate::text::url_path::percent_encoded;
use std::path::{Path, PathBuf};

/// The file that a URI names; none for what is not on this machine's disks, such as a text without a name.
pub fn to_path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let path = percent_decoded(rest.strip_prefix("localhost").unwrap_or(rest));
    let path = if cfg!(windows) { path.trim_start_matches('/') } else { path.as_str() };
    let path = Path::new(path);
    path.is_absolute().then(|| path.to_owned())
}

/// The URI of a file.
pub fn of_path(path: &Path) -> String {
    let path = path.to_string_lossy();
    let path = if cfg!(windows) { format!("/{}", path.replace('\\', "/")) } else { path.into_owned() };
    format!("file://{}", percent_encoded(&path))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_uri_and_back() {
        for (path, uri) in [
            ("/a/b.md", "file:///a/b.md"),
            ("/a b/ä#?%.md", "file:///a%20b/%C3%A4%23%3F%25.md"),
            ("/c:/x", "file:///c%3A/x"),
        ] {
            assert_eq!(of_path(Path::new(path)), uri);
            assert_eq!(to_path(uri).as_deref(), Some(Path::new(path)));
        }
        assert_eq!(to_path("file://localhost/a:b"), Some("/a:b".into()));
    }

    #[test]
    fn what_is_on_no_disk_has_no_path() {
        for uri in ["untitled:Untitled-1", "file:", "file://host/a", "https://example.org/a.md", ""] {
            assert_eq!(to_path(uri), None, "{uri}");
        }
    }
}
