//! Random histories, and a reference that is slow and obvious: `okep check` of every commit, and sets.

use super::lineage_reference::LineageReference;
use super::repo::{Repo, TEMPLATE, TEMPLATE_PATH, nav, okep, path, run};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Stdio;

/// A finding of a commit: rule, whom it is about, what about, and which of several alike.
type Finding = (String, String, String, usize);

/// A finding but for its number among those alike, and the commits of the line at which it came and went.
type Life = (String, String, String, String, Option<String>);

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

type Files = BTreeMap<String, String>;

/// One random change of the files.
fn change(files: &mut Files, random: &mut Random, template: &mut usize) {
    let number = 1 + random.below(3) as u64;
    let held = files.keys().find(|p| p.contains(&format!("okep-{number}-"))).cloned();
    match (random.below(13), held) {
        (0, Some(path)) => {
            files.remove(&path);
        }
        (1, Some(path)) => {
            let text = files.remove(&path).expect("it was found there");
            files.insert(format!("docs/okeps/okep-{number}-renamed.md"), text);
        }
        (2 | 3, _) => {
            let listed: Vec<String> = files.keys().filter(|p| p.contains("/okep-")).cloned().collect();
            let listed = listed.into_iter().filter(|p| !p.contains("template") && random.below(3) > 0);
            files.insert("mkdocs.yml".into(), nav(&listed.collect::<Vec<_>>()));
        }
        (10, _) => {
            files.insert(format!("docs/okeps/okep-{number}-twin.md"), okep(number).replace("None.", "TBD"));
        }
        (11, _) => {
            files.insert("docs/okeps/some-page.md".into(), okep(number).replace("To solve it.", ""));
        }
        (12, _) => {
            files.remove("docs/okeps/some-page.md");
            files.remove(&format!("docs/okeps/okep-{number}-twin.md"));
        }
        (4, _) if *template < 2 => {
            *template += 1;
            let text = files.get_mut(TEMPLATE_PATH).expect("it stands from the start");
            *text += &format!("\n## Demand {template}\n\n(What of demand {template}, in some detail?)\n");
        }
        (_, held) => {
            let mut text = okep(number);
            for section in ["Problem Statement", "Goals", "Alternatives"] {
                match random.below(6) {
                    0 => text = text.replace(&format!("## {section}\n"), &format!("### {section}\n")),
                    1 => text = text.replace(&format!("## {section}\n"), ""),
                    2 => text += "\n## Extra\n\nMore of it.\n",
                    _ => {}
                }
            }
            if random.below(4) == 0 {
                text = text.replace("To solve it.", "TBD");
            }
            files.insert(held.unwrap_or_else(|| path(number)), text);
        }
    }
}

/// Writes a history of `commits` commits with branches, merges and reverts.
fn history(repo: &Repo, seed: u64, commits: usize) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut states: Vec<Files> = Vec::new();
    let mut stream = String::new();
    let mut heads: Vec<usize> = Vec::new();
    let mut template = 0;
    for commit in 1..=commits {
        let (parents, files) = match commit {
            1 => {
                let start = [(TEMPLATE_PATH, TEMPLATE.to_owned()), ("mkdocs.yml", nav(&[]))];
                (Vec::new(), start.into_iter().map(|(p, t)| (p.to_owned(), t)).collect())
            }
            _ => next(&states, &heads, &mut random, &mut template),
        };
        let who = format!("Person {} <p@example.org> {} +0000", commit % 4, 1_735_689_600 + commit * 40_000);
        let subject = if parents.len() > 1 { "Merge pull request #9 from x" } else { "Change" };
        stream += &format!("commit refs/heads/b{commit}\nmark :{commit}\nauthor {who}\ncommitter {who}\n");
        stream += &format!("data {}\n{subject}\n", subject.len());
        for (at, parent) in parents.iter().enumerate() {
            stream += &format!("{} :{parent}\n", if at == 0 { "from" } else { "merge" });
        }
        stream += "deleteall\n";
        for (path, text) in &files {
            stream += &format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len());
        }
        stream.push('\n');
        states.push(files);
        heads.push(commit);
    }
    stream += &format!("reset refs/heads/main\nfrom :{commits}\n\n");
    let mut import = repo.git_command(&repo.dir);
    let mut import = import
        .args(["fast-import", "--quiet", "--force"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("git can be run");
    let mut input = import.stdin.take().expect("it was just piped");
    input.write_all(stream.as_bytes()).expect("git reads it all");
    drop(input);
    assert!(import.wait().expect("git ends").success());
}

fn next(states: &[Files], heads: &[usize], random: &mut Random, template: &mut usize) -> (Vec<usize>, Files) {
    let last = states.len();
    let one = if random.below(3) > 0 { last } else { heads[random.below(heads.len())] };
    let other = heads[random.below(heads.len())];
    let mut files = states[one - 1].clone();
    if random.below(4) == 0 && other != one {
        // Each file from one side or the other, as a hand that resolves conflicts would have it.
        let theirs = &states[other - 1];
        let paths: BTreeSet<String> = files.keys().chain(theirs.keys()).cloned().collect();
        for path in paths.into_iter().filter(|_| random.below(2) == 0) {
            match theirs.get(&path) {
                Some(text) => files.insert(path, text.clone()),
                None => files.remove(&path),
            };
        }
        files.entry(TEMPLATE_PATH.into()).or_insert_with(|| TEMPLATE.into());
        return (vec![one, other], files);
    }
    if random.below(8) == 0 {
        files = states[random.below(states.len())].clone();
    } else {
        change(&mut files, random, template);
    }
    (vec![one], files)
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The subject as a rename leaves it.
fn subject(finding: &Value) -> String {
    let subject = finding["subject"].as_str().expect("a finding has a subject");
    let is_own = finding["okep"].as_str().is_some_and(|path| path.ends_with(subject));
    if is_own { String::new() } else { letters(subject) }
}

/// What `okep check` says of a commit.
fn checked(repo: &Repo, commit: &str) -> Value {
    let output = run(&repo.dir, &["check", "--rev", commit, "--format", "json"]);
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

fn findings(check: &Value, who: &dyn Fn(&str) -> String) -> BTreeSet<Finding> {
    let mut seen: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    let mut findings = BTreeSet::new();
    for finding in check["findings"].as_array().into_iter().flatten() {
        let who = finding["okep"].as_str().map_or(String::new(), who);
        let rule = finding["rule"].as_str().expect("a finding has a rule").to_owned();
        let identity = (rule, who, subject(finding));
        let nth = seen.entry(identity.clone()).or_insert(0);
        findings.insert((identity.0, identity.1, identity.2, *nth));
        *nth += 1;
    }
    findings
}

struct Reference {
    findings: BTreeMap<String, BTreeSet<Finding>>,
    parents: BTreeMap<String, Vec<String>>,
    /// Oldest first.
    line: Vec<String>,
    lineage: LineageReference,
}

impl Reference {
    fn of(repo: &Repo) -> Self {
        let mut parents = BTreeMap::new();
        let mut checks = BTreeMap::new();
        for line in repo.git(&["rev-list", "--parents", "HEAD"]).lines() {
            let mut ids = line.split(' ').map(str::to_owned);
            let commit = ids.next().expect("rev-list names commits");
            checks.insert(commit.clone(), checked(repo, &commit));
            parents.insert(commit, ids.collect());
        }
        let line = repo.git(&["rev-list", "--first-parent", "--reverse", "HEAD"]);
        let line: Vec<String> = line.lines().map(str::to_owned).collect();
        let lineage = LineageReference::of(repo, &line, parents.keys().cloned());
        let mut findings = BTreeMap::new();
        for (commit, check) in &checks {
            let contained = repo.git(&["rev-list", commit]);
            let newest =
                line.iter().rev().find(|other| contained.contains(*other)).expect("all have one root");
            let of = self::findings(check, &|path| lineage.who(commit, newest, path));
            findings.insert(commit.clone(), of);
        }
        Reference { findings, parents, line, lineage }
    }

    /// Each finding of the line with the commits at which it came and went.
    fn timeline(&self) -> BTreeMap<(Finding, String), Option<String>> {
        let mut lives = BTreeMap::new();
        let mut open: BTreeMap<Finding, String> = BTreeMap::new();
        for commit in &self.line {
            let now = &self.findings[commit];
            for finding in open.keys().filter(|f| !now.contains(f)).cloned().collect::<Vec<_>>() {
                let came = open.remove(&finding).expect("it was just found there");
                lives.insert((finding, came), Some(commit.clone()));
            }
            for finding in now {
                open.entry(finding.clone()).or_insert_with(|| commit.clone());
            }
        }
        lives.extend(open.into_iter().map(|life| (life, None)));
        lives
    }

    fn has(&self, commit: &str, finding: &Finding) -> bool {
        self.findings[commit].contains(finding)
    }

    fn brings(&self, commit: &str, finding: &Finding) -> bool {
        self.has(commit, finding) && self.parents[commit].iter().all(|p| !self.has(p, finding))
    }

    fn mends(&self, commit: &str, finding: &Finding) -> bool {
        let parents = &self.parents[commit];
        !self.has(commit, finding) && !parents.is_empty() && parents.iter().all(|p| self.has(p, finding))
    }

    /// The commits that a commit of the line brought.
    fn brought(&self, repo: &Repo, landed: &str) -> Vec<String> {
        let first = self.parents[landed].first().map(|p| format!("^{p}"));
        let mut arguments = vec!["rev-list", landed];
        arguments.extend(first.as_deref());
        repo.git(&arguments).lines().map(str::to_owned).collect()
    }
}

/// Compares what is told with the reference.
fn agree(repo: &Repo, seed: u64) {
    let story = repo.history(&[]);
    let reference = Reference::of(repo);
    let mut told = BTreeMap::new();
    let mut seen: BTreeMap<Life, usize> = BTreeMap::new();
    let of_history = ["pull-request-number", "wrong-number-in-commit"];
    for finding in story["findings"].as_array().expect("a list") {
        let rule = finding["rule"].as_str().expect("a finding has a rule").to_owned();
        if of_history.contains(&rule.as_str()) {
            continue;
        }
        let who = finding["okep"].as_str().map_or(String::new(), |path| reference.lineage.reported(path));
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let came = text(&finding["introduced"]["landed"]).expect("all is known here");
        let went = text(&finding["fixed"]["landed"]);
        let identity = (rule, who.clone(), subject(finding), came.clone(), went.clone());
        let nth = seen.entry(identity.clone()).or_insert(0);
        told.entry((identity, *nth)).or_insert(finding.clone());
        *nth += 1;
    }
    let mut expected: BTreeMap<Life, Vec<Finding>> = BTreeMap::new();
    for ((finding, came), went) in reference.timeline() {
        let identity = (finding.0.clone(), finding.1.clone(), finding.2.clone(), came, went);
        expected.entry(identity).or_default().push(finding);
    }
    let counted: BTreeMap<_, _> =
        expected.iter().map(|(identity, all)| (identity.clone(), all.len())).collect();
    assert_eq!(seen, counted, "seed {seed}: {}", repo.dir.display());
    for ((identity, _), finding) in &told {
        let alike = &expected[identity];
        let written = finding["introduced"]["written"].as_str().expect("all is known here");
        assert!(alike.iter().any(|f| reference.brings(written, f)), "seed {seed}: {finding:#}");
        if let Some(fixed) = finding["fixed"]["written"].as_str() {
            let landed = finding["fixed"]["landed"].as_str().expect("it has both");
            let brought = reference.brought(repo, landed);
            let any = alike.iter().any(|f| brought.iter().any(|c| reference.mends(c, f)));
            let right =
                alike.iter().any(|f| reference.mends(fixed, f)) && brought.contains(&fixed.to_owned());
            // Where no commit did it, the merge settled it.
            assert!(right || (!any && fixed == landed), "seed {seed}: {finding:#}");
        }
    }
}

/// Compares the counts of the tip with those of a check of it, severities included.
fn agree_on_the_tip(repo: &Repo, seed: u64) {
    let story = repo.history(&[]);
    let output = run(&repo.dir, &["check", "--rev", "HEAD", "--format", "json"]);
    let Ok(check) = serde_json::from_slice::<Value>(&output.stdout) else { return };
    let judged = check["okeps"].as_array().expect("a list");
    for judged in judged {
        let told = story["okeps"].as_array().expect("a list");
        let is_it = |o: &&Value| o["path"] == judged["path"] && o["deleted"].is_null();
        let told = told.iter().find(is_it).unwrap_or_else(|| panic!("seed {seed}: {judged:#}"));
        for key in ["number", "title", "errors", "warnings", "hints"] {
            assert_eq!(told[key], judged[key], "seed {seed}: {key} of {}", judged["path"]);
        }
    }
}

#[test]
fn random_histories_agree_with_the_slow_reference() {
    let seeds = std::env::var("OKEP_TEST_SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(4);
    for seed in 1..=seeds {
        let repo = Repo::new();
        history(&repo, seed, 24);
        agree(&repo, seed);
        agree_on_the_tip(&repo, seed);
    }
}

#[test]
fn threads_clones_and_commit_graphs_make_no_difference() {
    let repo = Repo::new();
    history(&repo, 11, 60);
    let arguments = ["history", "--format", "json"];
    let whole = run(&repo.dir, &arguments).stdout;
    assert!(!whole.is_empty());
    let one = super::repo::okep_command(&repo.dir, &arguments).env("RAYON_NUM_THREADS", "1").output();
    assert_eq!(whole, one.expect("okep can be run").stdout, "one thread");
    let bare = repo.beside("bare");
    repo.git(&["clone", "-q", "--bare", ".", &bare.to_string_lossy()]);
    assert_eq!(whole, run(&bare, &arguments).stdout, "bare");
    let worktree = repo.beside("worktree");
    repo.git(&["worktree", "add", "-q", "--detach", &worktree.to_string_lossy(), "main"]);
    assert_eq!(whole, run(&worktree, &arguments).stdout, "worktree");
    let all = run(&repo.dir, &["history", "--all", "--format", "json"]).stdout;
    repo.git(&["commit-graph", "write", "--reachable"]);
    assert_eq!(whole, run(&repo.dir, &arguments).stdout, "commit-graph");
    assert_eq!(all, run(&repo.dir, &["history", "--all", "--format", "json"]).stdout, "commit-graph, all");
    repo.git(&["repack", "-adq"]);
    assert_eq!(whole, run(&repo.dir, &arguments).stdout, "packed");
}
