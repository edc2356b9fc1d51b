//! Absolute links into the checked repository itself, to files that are not there.

use super::{Check, Claim, Finding, Fix, LinkTarget, Linked, PageLink, Rule, Severity, parts};
use crate::rules::edits::rename::retargeted;
use crate::text::is_one_of;
use crate::text::path::percent_decoded;

pub static RULE: Rule = Rule {
    id: "dead-repository-link",
    severity: Severity::Warning,
    offence: "a link to a file of this repository that no longer exists",
    why: "A link to a branch breaks when the file is moved, and nothing reports it. A link to a commit \
          keeps working.",
    bad: "[Egress IP](https://github.com/org/net/blob/master/docs/egress-ip.md)",
    good: "[Egress IP](../features/egress-ip.md)",
    check: Check::Links(check, Some(fix)),
    fixability: "suggested where history says where the file went",
    follows_moves: true,
    ..Rule::BASE
};

fn check(page: &Linked) -> Vec<Claim> {
    page.links().iter().filter_map(|link| claim(page, link)).collect()
}

fn claim(page: &Linked, link: &PageLink) -> Option<Claim> {
    let path = own_path(&link.target, page.repository?)?;
    let message = format!("`{path}` is not in this repository");
    let help = "link to its new place (relative within the docs folder), or to a commit instead of a branch";
    let finding = RULE.linked(page, link, link.target.clone(), message);
    let finding = match page.moved.get(&path) {
        Some(now) => finding.help(format!("it is now `{now}`")),
        None => finding.help(help),
    };
    Some(Claim { finding, unless: vec![LinkTarget { path, or_folder: true }] })
}

/// Puts the new path in place of the old one in every link of this target, where both are written as they
/// are in an address; all of them, or none.
fn fix(page: &Linked, finding: &Finding) -> Option<Fix> {
    let target = &finding.subject;
    let path = own_path(target, page.repository?)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~+@=,".contains(c);
    let now = page.moved.get(&path).filter(|now| target.contains(&path) && now.chars().all(is_plain))?;
    let edits = retargeted(page, &|link| link.target == *target, &path, now)?;
    Some(Fix::suggested(format!("link it to `{now}`"), edits))
}

/// The path that an address means in the main branch of `repository`, which is in lower case.
fn own_path(target: &str, repository: &str) -> Option<String> {
    let (scheme, rest) = parts(target).0.split_once("://")?;
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let inside = match rest.strip_prefix("raw.githubusercontent.com/") {
        Some(raw) => below(raw, repository.strip_prefix("github.com/")?)?,
        None => {
            let inside = below(rest, repository)?;
            let (kind, inside) = inside.strip_prefix("-/").unwrap_or(inside).split_once('/')?;
            is_one_of("blob tree raw edit blame", kind).then_some(inside)?
        }
    };
    let (branch, path) = inside.strip_prefix("refs/heads/").unwrap_or(inside).split_once('/')?;
    let path = percent_decoded(path.trim_matches('/'));
    let is_plain = !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    let is_web = is_one_of("http https", &scheme.to_ascii_lowercase());
    // The branches are those that nearly every repository calls its first so; of others nobody here knows the tree.
    (is_plain && is_web && is_one_of("HEAD main master trunk", branch)).then_some(path)
}

/// The rest of an address below another, which is in lower case.
fn below<'a>(address: &'a str, folder: &str) -> Option<&'a str> {
    let (start, rest) = address.split_at_checked(folder.len())?;
    rest.strip_prefix('/').filter(|_| start.eq_ignore_ascii_case(folder))
}

#[cfg(test)]
mod tests {
    use super::own_path;
    use crate::rules::test_support::check_links;

    fn check(target: &str, expected: Option<&str>) {
        assert_eq!(own_path(target, "github.com/org/net").as_deref(), expected, "{target}");
    }

    #[test]
    fn addresses_of_the_main_branch_are_paths() {
        check("https://github.com/org/net/blob/master/docs/a.md#x", Some("docs/a.md"));
        check("http://www.github.com/Org/Net/tree/main/docs/", Some("docs"));
        check("https://github.com/org/net/raw/HEAD/a%20b.png?raw=true", Some("a b.png"));
        check("https://github.com/org/net/blob/refs/heads/main/a.md", Some("a.md"));
        check("https://raw.githubusercontent.com/org/net/master/a.md", Some("a.md"));
    }

    #[test]
    fn what_is_pinned_or_elsewhere_is_left_alone() {
        for target in [
            "https://github.com/org/net/blob/0123456789abcdef0123456789abcdef01234567/docs/a.md",
            "https://github.com/org/net/blob/v1.0/docs/a.md",
            "https://github.com/org/net/blob/release-1.0/docs/a.md",
            "https://github.com/org/network/blob/master/docs/a.md",
            "https://github.com/org/net/pull/7",
            "https://github.com/org/net/blob/master",
            "https://github.com/org/net/blob/master/",
            "https://example.org/org/net/blob/master/a.md",
            "docs/a.md",
        ] {
            check(target, None);
        }
    }

    #[test]
    fn links_into_this_repository_point_to_its_files() {
        let link = |rest: &str| format!("[a](https://github.com/org/net/{rest})");
        let dead = |rest: &str| format!("dead-repository-link:19 https://github.com/org/net/{rest}");
        let check = |rest: &str, loud: bool| {
            let expected = if loud { vec![dead(rest)] } else { Vec::new() };
            let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
            check_links(&link(rest), &["go/pkg/tea.go", "docs/egress.md"], &expected);
        };
        check("blob/master/go/pkg/tea.go#L7", false);
        check("tree/main/go/pkg", false);
        check("blob/master/go/pkg/coffee.go#L7-L9", true);
        check("tree/master/go/cmd/", true);
        check("blob/0123456789abcdef0123456789abcdef01234567/go/gone.go", false);
        check("blob/release-1.0/go/gone.go", false);
        check("pull/9", false);
        check_links("[a](https://github.com/other/net/blob/master/gone.go)", &[], &[]);
        // GitHub makes a link of a bare address.
        let bare = "See https://github.com/org/net/blob/master/gone.go.";
        check_links(bare, &[], &["dead-repository-link:19 https://github.com/org/net/blob/master/gone.go"]);
        check_links(bare, &["gone.go"], &[]);
        check_links("`https://github.com/org/net/blob/master/gone.go`", &[], &[]);
    }
}
