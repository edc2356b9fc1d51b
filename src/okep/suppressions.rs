//! Suppressions: findings that a repository accepts, each with its reason.
//!
//! They are in `okep.toml` or in a document, as `<!-- okep: allow RULE ["SUBJECT"] because REASON -->`. Here
//! they are read; `audit::policy` applies them.

use crate::markdown::document::Document;
use crate::text::nearest::did_you_mean;
use crate::text::path::{self, is_below};
use crate::text::{Pattern, pattern};
use std::ops::Range;

/// To suppress a malformed suppression would suppress everything.
pub const NOT_SUPPRESSIBLE: [&str; 1] = ["malformed-exception"];

/// A rule that does not count somewhere. Its reason is for people and is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    pub rule: &'static str,
    /// Only findings with this subject; all where there is none.
    pub subject: Option<String>,
    pub scope: Scope,
    /// The file that holds it, and its bytes there: a comment, which may hold several, or a table.
    pub at: (String, Range<usize>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// What is about the OKEP of this number.
    Okep(u64),
    /// What is about this file, or about what is below this folder.
    Path(String),
}

impl Scope {
    /// Whether a path is in it; `number_of` knows the number of the OKEP at a path.
    pub fn is_about(&self, path: &str, number_of: &dyn Fn(&str) -> Option<u64>) -> bool {
        match self {
            Scope::Okep(number) => number_of(path) == Some(*number),
            Scope::Path(scope) => path == scope || is_below(path, scope),
        }
    }
}

impl Suppression {
    /// Whether it covers a finding of this rule and subject, which points into the file at `path` and is about the OKEP
    /// at `okep`; `number_of` knows the number of the OKEP at a path.
    pub fn covers_at(
        &self,
        rule: &str,
        subject: &str,
        path: &str,
        okep: Option<&str>,
        number_of: &dyn Fn(&str) -> Option<u64>,
    ) -> bool {
        // An entry for an OKEP that is not there is about what it names.
        let is_named = || match &self.scope {
            Scope::Okep(number) => path::number(subject) == Some(*number),
            Scope::Path(scope) => scope.strip_suffix(subject).is_some_and(|above| above.ends_with('/')),
        };
        self.rule == rule
            && self.subject.as_ref().is_none_or(|own| folded(own) == folded(subject))
            && (self.scope.is_about(path, number_of)
                || okep.map_or_else(is_named, |okep| self.scope.is_about(okep, number_of)))
    }
}

/// A subject as it is compared: as in names of sections, neither case nor hyphens nor blanks count.
fn folded(subject: &str) -> String {
    let letters = subject.chars().filter(|c| *c != '-' && !c.is_whitespace());
    letters.flat_map(char::to_lowercase).collect()
}

/// A comment to okep.
#[derive(Debug)]
pub struct Comment {
    /// In bytes.
    pub span: Range<usize>,
    pub directive: Directive,
}

/// What a comment says: the rule and the subject, or what is wrong with the comment.
pub type Directive = Result<(&'static str, Option<String>), String>;

/// The comment that covers findings of a rule and a subject, with its reason left open; none where no comment can.
pub fn suppression(rule: &str, subject: &str) -> Option<String> {
    let is_folded = subject.split_whitespace().collect::<Vec<_>>().join(" ") == subject;
    if NOT_SUPPRESSIBLE.contains(&rule)
        || !is_folded
        || subject.contains(['"', '“', '”'])
        || subject.contains("--")
    {
        return None;
    }
    let subject = if subject.is_empty() { String::new() } else { format!(" \"{subject}\"") };
    Some(format!("<!-- okep: allow {rule}{subject} because -->"))
}

/// The comments to okep in a document, code excluded; `rules` are the ids of all rules.
pub fn comments(document: &Document, rules: &[&'static str]) -> Vec<Comment> {
    static COMMENT: Pattern = Pattern::new(|| pattern("(?s)<!--(?:-?>|.*?(?:-->|$))"));
    let mut found = Vec::new();
    for piece in &document.html {
        for comment in COMMENT.find_iter(document.text.slice(piece.clone())) {
            let inside = comment.as_str().trim_start_matches("<!--").trim_end_matches("-->");
            // Some write a comment that is not to be exported with a third dash.
            let inside = inside.trim_matches('-').trim();
            let span = piece.start + comment.start()..piece.start + comment.end();
            let comment = |directive| Comment { span: span.clone(), directive };
            found.extend(directives(inside, rules).into_iter().map(comment));
        }
    }
    found
}

/// The directives of a comment: several where several of its lines begin with `okep:`.
fn directives(inside: &str, rules: &[&'static str]) -> Vec<Directive> {
    let Some(first) = inside.strip_prefix("okep:") else {
        let wrong = nearly(inside).then(|| Err("a comment to okep begins with `okep: allow`".into()));
        return wrong.into_iter().collect();
    };
    let mut parts = vec![String::new()];
    for line in first.lines() {
        match line.trim_start().strip_prefix("okep:") {
            Some(next) => parts.push(next.to_owned()),
            None => parts.last_mut().expect("it holds one").push_str(&format!(" {line}")),
        }
    }
    // A comment may be about okep and suppress nothing.
    let names_rule = |part: &str| part.split_whitespace().any(|word| rules.contains(&word));
    let is_one = |part: &&String| {
        part.trim().is_empty() || nearly(&format!("okep:{part}")) || names_rule(part.as_str())
    };
    parts.iter().filter(is_one).map(|part| read(part, rules)).collect()
}

/// Whether a comment was meant as a suppression and is written differently, as `OKEP: allow` or `okep ignore`; other
/// linters have other words for it.
fn nearly(inside: &str) -> bool {
    static SUPPRESSION: Pattern = Pattern::new(|| {
        let words = "allow|ignore|disable|skip|suppress|expect|noqa";
        pattern(&format!(r"(?i)^okep\s*[:=-]?\s*(?:{words})(?:\s|$)"))
    });
    SUPPRESSION.is_match(inside)
}

/// Parses `allow RULE ["SUBJECT"] because REASON`.
fn read(directive: &str, rules: &[&'static str]) -> Directive {
    static FORM: Pattern = Pattern::new(|| pattern(r#"^(\S*) ?(\S*) ?(?:["“”]([^"“”]*)["“”] ?)?(.*)$"#));
    let directive = directive.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts = FORM.captures(&directive).expect("each of its parts may be absent");
    let (word, name, rest) = (&parts[1], &parts[2], &parts[4]);
    if word != "allow" {
        return Err(format!("there is no directive `{word}`, write `allow`"));
    }
    if name.is_empty() {
        return Err("the suppression names no rule".to_owned());
    }
    let Some(rule) = rules.iter().copied().find(|rule| *rule == name) else {
        return Err(format!("there is no rule `{name}`{}", did_you_mean(name, rules)));
    };
    if NOT_SUPPRESSIBLE.contains(&rule) {
        return Err(format!("`{rule}` cannot be suppressed"));
    }
    if rest.starts_with("because ") {
        // Editors write typographic quotes.
        return Ok((rule, parts.get(3).map(|subject| subject.as_str().to_owned())));
    }
    Err(match rest.split_once(" because ") {
        Some((words, _)) => {
            format!("`{words}` is not understood: write one rule, and the subject in double quotes")
        }
        None => "the suppression gives no reason".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: [&str; 4] = ["missing-section", "missing-issue", "stub-section", "malformed-exception"];

    fn check(document: &str, expected: &[&str]) {
        let document_read = Document::parse(document.as_bytes());
        let found = comments(&document_read, &RULES).into_iter().map(|c| match c.directive {
            Ok((rule, None)) => format!("{}: {rule}", &document[c.span]),
            Ok((rule, Some(subject))) => format!("{}: {rule} of {subject}", &document[c.span]),
            Err(error) => format!("{}: {error}", &document[c.span]),
        });
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_comment_names_a_rule_and_gives_a_reason() {
        let whole = "<!-- okep: allow missing-section \"Risks\" because there are none -->";
        check(&format!("# A\n\n{whole}\n"), &[&format!("{whole}: missing-section of Risks")]);
        check(
            "# A\n\nText <!--okep: allow stub-section because soon--> text\n",
            &["<!--okep: allow stub-section because soon-->: stub-section"],
        );
        let dashes = "<!--- okep: allow stub-section because soon --->";
        check(dashes, &[&format!("{dashes}: stub-section")]);
        let long = "<!--\nokep: allow stub-section\nbecause it is\nlong\n-->";
        check(&format!("# A\n\n{long}\n"), &[&format!("{long}: stub-section")]);
    }

    #[test]
    fn what_is_wrong_with_a_comment_is_said() {
        let check = |said: &str, expected: &str| {
            let comment = format!("<!-- okep: {said} -->");
            check(&format!("{comment}\n"), &[&format!("{comment}: {expected}")]);
        };
        check("allow stub-section", "the suppression gives no reason");
        check("allow stub-section because", "the suppression gives no reason");
        check("allow stub-section becauseit is long", "the suppression gives no reason");
        check("allow stub-section for it is long", "the suppression gives no reason");
        let unknown = |words: &str| {
            format!("`{words}` is not understood: write one rule, and the subject in double quotes")
        };
        for words in ["\"Risks", "'Risks'", "Risks, Limits", "missing-issue"] {
            check(&format!("allow stub-section {words} because x"), &unknown(words));
        }
        check("allow", "the suppression names no rule");
        check("allow stub because x", "there is no rule `stub`");
        check("ignore stub-section", "there is no directive `ignore`, write `allow`");
        check("alow stub-section because x", "there is no directive `alow`, write `allow`");
        check("", "there is no directive ``, write `allow`");
        check("allow malformed-exception because x", "`malformed-exception` cannot be suppressed");
    }

    #[test]
    fn what_is_nearly_a_comment_to_okep_is_reported() {
        check("<!-- okep-5674 is the other proposal -->", &[]);
        for begin in [
            "OKEP: allow",
            "okep ignore",
            "okep allow",
            "okep : allow",
            "Okep:ALLOW",
            "okep-allow",
            "okep = allow",
        ] {
            let comment = format!("<!-- {begin} stub-section because x -->");
            check(&comment, &[&format!("{comment}: a comment to okep begins with `okep: allow`")]);
        }
    }

    #[test]
    fn each_line_that_begins_anew_is_an_exception_of_its_own() {
        let comment = "<!--\nokep: allow stub-section because\n  it is long\nokep: allow missing-issue\n-->";
        check(
            comment,
            &[&format!("{comment}: stub-section"), &format!("{comment}: the suppression gives no reason")],
        );
    }

    #[test]
    fn the_quotes_of_books_are_quotes() {
        let comment = "<!-- okep: allow stub-section “Risks” because soon -->";
        check(comment, &[&format!("{comment}: stub-section of Risks")]);
    }

    #[test]
    fn comments_of_one_paragraph_or_block_are_read_each() {
        let one = "<!-- okep: allow stub-section because it is long -->";
        let other = "<!-- okep: allow missing-issue because it is old -->";
        let expected = [format!("{one}: stub-section"), format!("{other}: missing-issue")];
        let expected = [expected[0].as_str(), expected[1].as_str()];
        for between in ["", " ", "\n", "<!---->", "<!-->", "<!-- by the editor -->\n", " text ", "\n\n"] {
            check(&format!("{one}{between}{other}"), &expected);
            check(&format!("# A\n\n{one}{between}{other} and more\n"), &expected);
        }
    }

    #[test]
    fn a_comment_after_front_matter_or_a_byte_order_mark_has_its_place() {
        let comment = "<!-- okep: allow stub-section because it is long -->";
        let expected = [format!("{comment}: stub-section")];
        for before in ["---\ntitle: A\n---\n", "\u{feff}", "\u{feff}---\ntitle: A\n---\nWords and "] {
            check(&format!("{before}{comment}\n"), &[&expected[0]]);
            check(&format!("{before}{comment} and words\n"), &[&expected[0]]);
        }
    }

    #[test]
    fn a_comment_that_is_not_closed_ends_with_the_document() {
        let open = "<!-- okep: allow stub-section because it is long";
        check(open, &[&format!("{open}: stub-section")]);
        check(&format!("# A\n\n{open}"), &[&format!("{open}: stub-section")]);
    }

    #[test]
    fn code_and_text_about_okep_are_no_comments_to_okep() {
        check("```\n<!-- okep: allow stub-section because x -->\n```\n", &[]);
        check("Write `<!-- okep: allow stub-section because x -->`.\n", &[]);
        let code = "```\n<!-- okep: allow stub-section because x -->\n```";
        check(&format!("<!-- an example: -->\n\n{code}\n\n<!-- its end -->\n"), &[]);
        let code = "`<!-- okep: allow stub-section because x -->`";
        check(&format!("An <b>example</b>: {code}, and <i>its end</i>.\n"), &[]);
        check("<!-- see okep: 7 -->\n", &[]);
        check("<!-- okep: see also OKEP-7 -->\n", &[]);
        check("<!-- okep 7 is allowed, okeps allow much -->\n", &[]);
        check("<!-- OKEP allows it -->\n", &[]);
    }

    #[track_caller]
    fn check_scope(scope: Scope, path: &str, expected: bool) {
        let at = ("okep.toml".to_owned(), 0..0);
        let suppression = Suppression { rule: "missing-section", subject: None, scope, at };
        let covers = |suppression: &Suppression, rule: &str, subject: &str, path: &str| {
            suppression.covers_at(rule, subject, path, Some(path), &path::number)
        };
        assert_eq!(covers(&suppression, "missing-section", "Goals", path), expected);
        assert!(!covers(&suppression, "stub-section", "Goals", path));
        let suppression = Suppression { subject: Some("non goals".to_owned()), ..suppression };
        assert_eq!(covers(&suppression, "missing-section", "Non-Goals", path), expected);
        assert!(!covers(&suppression, "missing-section", "Goals", path));
    }

    #[test]
    fn a_suppression_covers_its_okep_its_file_or_what_is_below_its_folder() {
        check_scope(Scope::Okep(7), "docs/okeps/okep-7-a.md", true);
        check_scope(Scope::Okep(7), "docs/okeps/okep-8-a.md", false);
        let path = |path: &str| Scope::Path(path.to_owned());
        check_scope(path("docs/okeps/okep-7-a.md"), "docs/okeps/okep-7-a.md", true);
        check_scope(path("docs/okeps/okep-7-a"), "docs/okeps/okep-7-a/okep-7-a.md", true);
        check_scope(path("docs/okeps/okep-7-a"), "docs/okeps/okep-7-a.md", false);
        check_scope(path("docs/okeps/okep-7"), "docs/okeps/okep-7-a.md", false);
    }

    #[test]
    fn what_is_about_no_okep_is_about_the_one_that_its_subject_names() {
        let check = |scope: Scope, subject: &str, expected: bool| {
            let at = ("okep.toml".to_owned(), 0..0);
            let entry = Suppression { rule: "dead-nav-entry", subject: None, scope, at };
            assert_eq!(entry.covers_at(entry.rule, subject, "mkdocs.yml", None, &path::number), expected);
            assert!(!entry.covers_at(entry.rule, subject, "mkdocs.yml", Some("okep-8-b.md"), &path::number));
        };
        let path = |path: &str| Scope::Path(path.to_owned());
        check(Scope::Okep(7), "okeps/okep-7-a.md", true);
        check(Scope::Okep(7), "okeps/okep-8-a.md", false);
        check(path("docs/okeps/okep-7-a.md"), "okeps/okep-7-a.md", true);
        check(path("docs/okeps/okep-7-a.md"), "okeps/okep-8-a.md", false);
        check(path("docs/okeps/okep-7-a.md"), "", false);
    }
}
