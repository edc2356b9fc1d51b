//! Where a repository can be looked at on the web: addresses of commits, pull requests and files.
//!
//! The addresses are put together here from parts that were looked at one by one, so that none can have
//! another scheme than `https` or `http`, whatever a remote or a template names. Nothing is fetched.

use crate::okep::issue::ForgeLink;
use crate::text::url_path::percent_encoded;

/// A repository on a forge whose addresses are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forge {
    /// Scheme and host, such as `https://github.com`.
    host: String,
    /// Organisation and repository, such as `ovn-kubernetes/ovn-kubernetes`; on GitLab all groups.
    pub repository: String,
    gitlab: bool,
}

impl Forge {
    /// The forge of an issue link, as the template of a repository has it.
    pub fn of_issue(link: &ForgeLink) -> Option<Forge> {
        let (scheme, host) = link.forge.split_once("://")?;
        Forge::new(scheme, host, &link.repository, link.route.starts_with("-/"))
    }

    /// The forge of a remote, such as `git@github.com:ovn-kubernetes/ovn-kubernetes.git`; none where it is
    /// not known what addresses look like there.
    pub fn of_remote(url: &str) -> Option<Forge> {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let (host, path) = match scheme {
            "" => rest.split_once(':').filter(|(host, _)| !host.contains('/'))?,
            "https" | "http" | "ssh" | "git" => rest.split_once('/')?,
            _ => return None,
        };
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let host = if scheme == "ssh" { host.split_once(':').map_or(host, |(host, _)| host) } else { host };
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let gitlab = host.split('.').any(|label| label == "gitlab");
        let known = gitlab || host.split('.').any(|label| label == "github");
        known.then(|| Forge::new(if scheme == "http" { "http" } else { "https" }, host, path, gitlab))?
    }

    fn new(scheme: &str, host: &str, repository: &str, gitlab: bool) -> Option<Forge> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        let is_host = !host.is_empty() && host.chars().all(|c| plain(c) || c == ':');
        let parts: Vec<&str> = repository.split('/').collect();
        let is_name = |part: &&str| !matches!(*part, "" | "." | "..") && part.chars().all(plain);
        let good = matches!(scheme, "https" | "http") && is_host;
        let good = good && parts.len() >= 2 && parts.iter().all(is_name);
        let host = format!("{scheme}://{host}");
        good.then(|| Forge { host, repository: repository.to_owned(), gitlab })
    }

    pub fn commit(&self, id: &str) -> String {
        self.address("commit", &percent_encoded(id))
    }

    pub fn pull_request(&self, number: u64) -> String {
        self.address(if self.gitlab { "merge_requests" } else { "pull" }, &number.to_string())
    }

    pub fn issue(&self, number: u64) -> String {
        self.address("issues", &number.to_string())
    }

    /// A file as a commit has it, at a line (from 1).
    pub fn file(&self, commit: &str, path: &str, line: Option<usize>) -> String {
        let at = line.map_or(String::new(), |line| format!("#L{line}"));
        // GitHub shows Markdown without its lines unless it is asked for the plain text.
        let plain = if line.is_some() && !self.gitlab { "?plain=1" } else { "" };
        self.address("blob", &format!("{}/{}{plain}{at}", percent_encoded(commit), percent_encoded(path)))
    }

    fn address(&self, what: &str, which: &str) -> String {
        let Forge { host, repository, gitlab } = self;
        format!("{host}/{repository}/{}{what}/{which}", if *gitlab { "-/" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_of_known_forges_are_read_however_they_are_written() {
        let check = |url: &str, expected: &str| {
            assert_eq!(Forge::of_remote(url).map(|f| f.commit("abc")).as_deref(), Some(expected), "{url}");
        };
        let github = "https://github.com/tea/pot/commit/abc";
        check("https://github.com/tea/pot.git", github);
        check("https://user:secret@github.com/tea/pot/", github);
        check("git@github.com:tea/pot.git", github);
        check("ssh://git@github.com:22/tea/pot", github);
        check("https://gitlab.example.org/a/b/pot", "https://gitlab.example.org/a/b/pot/-/commit/abc");
    }

    #[test]
    fn what_is_no_address_on_the_web_gives_none() {
        let odd = ["/srv/github.com/pot", "../pot", "file:///github.com/tea/pot", "C:\\github.com\\pot"];
        let bad =
            ["javascript://github.com/tea/pot", "https://github.com/tea", "https://git.example.org/a/b"];
        let worse =
            ["https://github.com/a/b\" onclick=\"x", "https://github.com/../b", "git@github.com:a/<b>"];
        for url in [&odd[..], &bad, &worse].concat() {
            assert_eq!(Forge::of_remote(url), None, "{url}");
        }
    }

    #[test]
    fn paths_are_encoded() {
        let forge = Forge::of_remote("git@github.com:tea/pot").expect("a known forge");
        let address = forge.file("abc", "docs/a \"<b>#?.md", Some(3));
        assert_eq!(address, "https://github.com/tea/pot/blob/abc/docs/a%20%22%3Cb%3E%23%3F.md?plain=1#L3");
        assert_eq!(forge.pull_request(7), "https://github.com/tea/pot/pull/7");
    }
}
