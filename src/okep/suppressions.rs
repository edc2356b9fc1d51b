//! What a repository excepts from the rules, and how severe it holds them: findings in, findings out.
//!
//! Exceptions stand in `okep.toml` or in a document, as `<!-- okep: allow RULE ["SUBJECT"] because REASON
//! -->`. They are no part of the audit: it finds what there is, and this says what of it counts.

use crate::files::{CONFIG, Note};
use crate::markdown::document::{Document, options};
use crate::okep::config::Config;
use crate::okep::snapshot::Snapshot;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule;
use crate::text::Text;
use pulldown_cmark::{Event, Parser};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Excepting a faulty exception would except everything.
pub const NOT_EXCEPTABLE: [&str; 1] = ["malformed-exception"];

/// A rule that does not count somewhere. Its reason is for people, and is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    pub rule: &'static str,
    /// Only findings with this subject; all where there is none.
    pub subject: Option<String>,
    pub scope: Scope,
    /// The file it stands in, and its first byte there.
    pub at: (String, usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// What is about the OKEP of this number.
    Okep(u64),
    /// What is about this file, or about what is below this folder.
    Path(String),
}

/// All that a state excepts and weighs in its own way.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    severities: BTreeMap<&'static str, Option<Severity>>,
    exceptions: Vec<Exception>,
}

/// Findings after the rulings.
#[derive(Debug, Default)]
pub struct PolicyOutcome {
    pub findings: Vec<Finding>,
    pub excepted: Vec<Finding>,
    /// The rules that are off.
    pub off: BTreeSet<&'static str>,
    pub notes: Vec<Note>,
}

impl Policy {
    /// The rulings of a configuration and of the comments in the documents beside it.
    pub fn of(config: &Config, snapshot: &Snapshot) -> Self {
        let mut exceptions = config.exceptions.clone();
        let okeps = snapshot.okeps.iter().map(|o| (&o.path, &o.document));
        let pages = snapshot.companions.iter().map(|p| (&p.path, &p.document));
        for (path, document) in okeps.chain(pages) {
            for comment in comments(document) {
                let Ok((rule, subject)) = comment.said else { continue };
                let (scope, at) = (Scope::Path(path.clone()), (path.clone(), comment.span.start));
                exceptions.push(Exception { rule, subject, scope, at });
            }
        }
        Policy { severities: config.severities.clone(), exceptions }
    }

    /// The findings that are not excepted, as they were found.
    pub fn allow(&self, findings: Vec<Finding>, snapshot: &Snapshot) -> Vec<Finding> {
        let excepted = |f: &Finding| self.exceptions.iter().any(|e| e.covers(f, snapshot));
        findings.into_iter().filter(|f| !excepted(f)).collect()
    }

    /// What counts and how much, and what there is to tell of the rest.
    ///
    /// A finding milder than its rule, because the OKEP is held to the template of its time, stays so.
    pub fn apply(&self, findings: Vec<Finding>, snapshot: &Snapshot) -> PolicyOutcome {
        let mut used = vec![false; self.exceptions.len()];
        let off = self.severities.iter().filter(|(_, s)| s.is_none()).map(|(rule, _)| *rule);
        let mut ruled = PolicyOutcome { off: off.collect(), ..PolicyOutcome::default() };
        for mut finding in findings {
            let mut excepted = false;
            for (exception, used) in self.exceptions.iter().zip(&mut used) {
                let covers = exception.covers(&finding, snapshot);
                *used |= covers;
                excepted |= covers;
            }
            if excepted {
                ruled.excepted.push(finding);
                continue;
            }
            match self.severities.get(finding.rule) {
                Some(None) => continue,
                Some(Some(severity))
                    if rule(finding.rule).is_some_and(|r| r.severity == finding.severity) =>
                {
                    finding.severity = *severity;
                }
                _ => {}
            }
            ruled.findings.push(finding);
        }
        ruled.notes = self.notes(&ruled.excepted, &used, snapshot);
        ruled
    }

    fn notes(&self, excepted: &[Finding], used: &[bool], snapshot: &Snapshot) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        excepted.iter().for_each(|f| *counts.entry(f.rule).or_default() += 1);
        if !counts.is_empty() {
            let rules: Vec<String> = counts.iter().map(|(rule, n)| format!("{n} of `{rule}`")).collect();
            notes.push(Note::new("excepted", format!("excepted and not counted: {}", rules.join(", "))));
        }
        let off: Vec<String> = self
            .severities
            .iter()
            .filter(|(_, s)| s.is_none())
            .map(|(rule, _)| format!("`{rule}`"))
            .collect();
        if !off.is_empty() {
            notes.push(Note::at("rule-off", CONFIG, format!("not judged, because off: {}", off.join(", "))));
        }
        // Of OKEPs that were not read nobody knows what they would need.
        let all_read = snapshot.okeps.iter().all(|o| !o.unread);
        for (exception, _) in self.exceptions.iter().zip(used).filter(|(_, used)| !**used) {
            let (path, start) = &exception.at;
            if path != CONFIG || all_read {
                let line = snapshot.texts.get(path).map_or(0, |text| text.line_of(*start));
                let subject = exception.subject.as_ref().map_or(String::new(), |s| format!(" of `{s}`"));
                let rule = exception.rule;
                let message = format!(
                    "line {line}: there is no `{rule}`{subject} here to except; remove the exception"
                );
                notes.push(Note::at("unused-exception", path, message));
            }
        }
        notes
    }
}

impl Exception {
    fn covers(&self, finding: &Finding, snapshot: &Snapshot) -> bool {
        let paths = [Some(finding.path.as_str()), finding.okep.as_deref()];
        self.covers_at(finding.rule, &finding.subject, paths, &|path| snapshot.number_of(path))
    }

    /// Whether it covers a finding of this rule and subject that is about one of `paths`; `number_of` knows
    /// the number of the OKEP at a path.
    pub fn covers_at<'p>(
        &self,
        rule: &str,
        subject: &str,
        paths: impl IntoIterator<Item = Option<&'p str>>,
        number_of: &dyn Fn(&str) -> Option<u64>,
    ) -> bool {
        let about = |path: &str| match &self.scope {
            Scope::Okep(number) => number_of(path) == Some(*number),
            Scope::Path(scope) => {
                path.strip_prefix(scope.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
        };
        self.rule == rule
            && self.subject.as_ref().is_none_or(|s| *s == subject)
            && paths.into_iter().flatten().any(about)
    }
}

/// A comment to okep.
#[derive(Debug)]
pub struct Comment {
    /// Where it stands, in bytes.
    pub span: Range<usize>,
    /// The rule and the subject, or what is wrong with the comment.
    pub said: Result<(&'static str, Option<String>), String>,
}

/// The comments to okep in a document. What stands in code is none.
pub fn comments(document: &Document) -> Vec<Comment> {
    let text: &Text = &document.text;
    // Hardly any document has one, and parsing it again costs as much as judging it.
    const OPEN: &str = "<!--";
    let begins = |at: usize| {
        let inside = text.as_str()[at + OPEN.len()..].trim_start();
        inside.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("okep"))
    };
    if !memchr::memmem::find_iter(text.as_str().as_bytes(), OPEN).any(begins) {
        return Vec::new();
    }
    let body = &text.as_str()[document.body_start..];
    let mut html: Vec<Range<usize>> = Vec::new();
    for (event, range) in Parser::new_ext(body, options()).into_offset_iter() {
        if !matches!(event, Event::Html(_) | Event::InlineHtml(_)) {
            continue;
        }
        // A comment of several lines comes line by line.
        match html.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => html.push(range),
        }
    }
    let mut found = Vec::new();
    for piece in html {
        let mut at = piece.start;
        while let Some(start) = body[at..piece.end].find("<!--").map(|i| at + i) {
            let end = body[start..piece.end].find("-->").map_or(piece.end, |i| start + i);
            let inside = body[start..end].trim_start_matches("<!--").trim();
            at = end.max(start + 4);
            let end = (end + 3).min(piece.end);
            let span = document.body_start + start..document.body_start + end;
            found.extend(said(inside).into_iter().map(|said| Comment { span: span.clone(), said }));
        }
    }
    found
}

type Said = Result<(&'static str, Option<String>), String>;

/// What a comment says to okep: several things where several of its lines begin as the first does.
fn said(inside: &str) -> Vec<Said> {
    let Some(first) = inside.strip_prefix("okep:") else {
        return if nearly(inside) {
            vec![Err("a comment to okep begins with `okep: allow`".into())]
        } else {
            Vec::new()
        };
    };
    let mut parts = vec![String::new()];
    for line in first.lines() {
        match line.trim_start().strip_prefix("okep:") {
            Some(next) => parts.push(next.to_owned()),
            None => parts.last_mut().expect("it holds one").push_str(&format!(" {line}")),
        }
    }
    parts.iter().map(|part| read(part)).collect()
}

/// Whether a comment means to except something and is written otherwise, as `OKEP: allow` or `okep allow`.
fn nearly(inside: &str) -> bool {
    let lower = inside.to_ascii_lowercase();
    let rest = lower.strip_prefix("okep").map(str::trim_start);
    let rest = rest.map(|rest| rest.strip_prefix([':', '-', '=']).unwrap_or(rest).trim_start());
    rest.and_then(|rest| rest.strip_prefix("allow")).is_some_and(|rest| rest.starts_with(char::is_whitespace))
}

/// Takes `allow RULE ["SUBJECT"] because REASON` apart.
fn read(said: &str) -> Said {
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some(rest) = said.strip_prefix("allow ") else {
        return Err("a comment to okep says `allow`".to_owned());
    };
    let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let Some(rule) = rule(name) else {
        return Err(format!("there is no rule `{name}`{}", crate::report::explain::nearest(name)));
    };
    if NOT_EXCEPTABLE.contains(&rule.id) {
        return Err(format!("`{}` has no exceptions", rule.id));
    }
    // Editors write the quotes of books.
    let quoted = rest.strip_prefix(['"', '“', '”']).and_then(|r| r.split_once(['"', '“', '”']));
    let (subject, rest) = match quoted {
        Some((subject, rest)) => (Some(subject.to_owned()), rest.trim_start()),
        None => (None, rest),
    };
    match rest.strip_prefix("because") {
        Some(reason) if !reason.trim().is_empty() && reason.starts_with(' ') => Ok((rule.id, subject)),
        _ => Err("the exception gives no reason".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &[&str]) {
        let said = comments(&Document::parse(document.as_bytes())).into_iter().map(|c| match c.said {
            Ok((rule, None)) => format!("{}: {rule}", &document[c.span]),
            Ok((rule, Some(subject))) => format!("{}: {rule} of {subject}", &document[c.span]),
            Err(error) => format!("{}: {error}", &document[c.span]),
        });
        assert_eq!(said.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_comment_names_a_rule_and_gives_a_reason() {
        let whole = "<!-- okep: allow missing-section \"Risks\" because there are none -->";
        check(&format!("# A\n\n{whole}\n"), &[&format!("{whole}: missing-section of Risks")]);
        check(
            "# A\n\nText <!--okep: allow stub-section because soon--> text\n",
            &["<!--okep: allow stub-section because soon-->: stub-section"],
        );
        let long = "<!--\nokep: allow stub-section\nbecause it is\nlong\n-->";
        check(&format!("# A\n\n{long}\n"), &[&format!("{long}: stub-section")]);
    }

    #[test]
    fn what_is_wrong_with_a_comment_is_said() {
        let check = |said: &str, expected: &str| {
            let comment = format!("<!-- okep: {said} -->");
            check(&format!("{comment}\n"), &[&format!("{comment}: {expected}")]);
        };
        check("allow stub-section", "the exception gives no reason");
        check("allow stub-section because", "the exception gives no reason");
        check("allow stub-section \"Risks because x", "the exception gives no reason");
        check("allow stub because x", "there is no rule `stub`");
        check("ignore stub-section", "a comment to okep says `allow`");
        check("allow malformed-exception because x", "`malformed-exception` has no exceptions");
    }

    #[test]
    fn what_is_nearly_a_comment_to_okep_is_told() {
        for begin in ["OKEP: allow", "okep allow", "okep : allow", "Okep:ALLOW"] {
            let comment = format!("<!-- {begin} stub-section because x -->");
            check(&comment, &[&format!("{comment}: a comment to okep begins with `okep: allow`")]);
        }
    }

    #[test]
    fn each_line_that_begins_anew_is_an_exception_of_its_own() {
        let comment = "<!--\nokep: allow stub-section because\n  it is long\nokep: allow missing-issue\n-->";
        check(
            comment,
            &[&format!("{comment}: stub-section"), &format!("{comment}: the exception gives no reason")],
        );
    }

    #[test]
    fn the_quotes_of_books_are_quotes() {
        let comment = "<!-- okep: allow stub-section “Risks” because soon -->";
        check(comment, &[&format!("{comment}: stub-section of Risks")]);
    }

    #[test]
    fn what_stands_in_code_or_is_about_okep_is_no_comment_to_okep() {
        check("```\n<!-- okep: allow stub-section because x -->\n```\n", &[]);
        check("Write `<!-- okep: allow stub-section because x -->`.\n", &[]);
        check("<!-- see okep: 7 -->\n", &[]);
        check("<!-- okep 7 is allowed, okeps allow much -->\n", &[]);
        check("<!-- OKEP allows it -->\n", &[]);
    }
}
