//! The remotes that the repository's configuration names; nothing is asked of them.

use super::Repo;
use gix::bstr::ByteSlice;

impl Repo {
    /// The addresses of the remotes `upstream` and `origin`, as far as there are such.
    pub fn remotes(&self) -> Vec<String> {
        let local = self.local();
        let config = local.config_snapshot();
        let url = |key| Some(config.string(key)?.to_str_lossy().into_owned());
        ["remote.upstream.url", "remote.origin.url"].into_iter().filter_map(url).collect()
    }
}
