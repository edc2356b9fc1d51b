//! `okep.toml` at the root of the audited tree: where things are, how severe rules are, and exceptions.
//!
//! It is read from the same tree as the OKEPs, so that a commit is checked with its own configuration. A
//! mistake in it is an error with its line, not a finding: without it okep does not know what to check, or
//! how. An exception without a reason is such a mistake.

use crate::files::{CONFIG, Content, Layout, PathKind, Tree};
use crate::okep::suppressions::{NOT_SUPPRESSIBLE, Scope, Suppression};
use crate::site::mkdocs;
use crate::text::nearest::did_you_mean;
use crate::text::{Text, path, pattern};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

/// The configuration of a repository; the default is that of one without `okep.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    pub layout: Layout,
    /// The default branch, where the repository says which it is.
    pub main_branch: Option<String>,
    /// The rules that have another level than their own.
    pub levels: BTreeMap<&'static str, Level>,
    pub suppressions: Vec<Suppression>,
    /// The lines of `folder`, `template` and `registers`, where the file has them.
    lines: BTreeMap<&'static str, usize>,
}

/// How a repository weighs a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Error,
    Warning,
    Hint,
    Off,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("{CONFIG}:{line}:{column}: {message}")]
    Wrong { line: usize, column: usize, message: String },
    #[error("{CONFIG}:{line}: {message}")]
    Absent { line: usize, message: String },
    #[error("`{CONFIG}` cannot be read: {reason}")]
    Unreadable { reason: String },
}

/// What went wrong and where, in bytes.
type Mistake = (Range<usize>, String);

impl Config {
    /// The configuration of a tree, which also says where its proposal folder is; `rules` are the ids of all
    /// rules, which this room does not know.
    ///
    /// # Errors
    /// There is one, and it cannot be read or is wrong.
    pub fn of(tree: &Tree, rules: &[&'static str]) -> Result<Self, Error> {
        let unreadable = |reason: &str| Err(Error::Unreadable { reason: reason.to_owned() });
        let mut config = match tree.file(CONFIG).map(|file| file.content) {
            None if tree.kind(CONFIG) == PathKind::Folder => return unreadable("it is a folder"),
            None => Config::default(),
            Some(Content::Bytes(bytes)) => Config::parse(&bytes, rules)?,
            Some(Content::Symlink) => return unreadable("it is a symbolic link, which is not followed"),
            Some(Content::LfsPointer) => return unreadable("it is a Git LFS pointer"),
            Some(Content::TooLarge(bytes)) => return unreadable(&format!("it has {bytes} bytes")),
            Some(Content::Unavailable(reason)) => return unreadable(&reason),
        };
        if !config.lines.contains_key("folder")
            && !config.layout.is_in(tree)
            && let Some(folder) = folder_of_site(&config.layout, tree)
        {
            config.layout.folder = folder;
        }
        Ok(config)
    }

    /// Parses the bytes of an `okep.toml`.
    ///
    /// # Errors
    /// The file is wrong; the place is that of the first mistake.
    pub fn parse(bytes: &[u8], rules: &[&'static str]) -> Result<Self, Error> {
        let text = Text::new(bytes);
        let wrong = |(span, message): Mistake| {
            let place = text.place(span);
            Error::Wrong { line: place.line, column: place.column, message }
        };
        if let Some(at) = text.invalid_at {
            return Err(wrong((at..at, "not UTF-8; save the file as UTF-8".to_owned())));
        }
        let file: ConfigFile = toml::from_str(text.as_str())
            .map_err(|e| wrong((e.span().unwrap_or(0..0), in_words(e.message()))))?;
        let spans = [
            ("folder", file.folder.as_ref().map(Spanned::span)),
            ("template", file.template.as_ref().map(Spanned::span)),
            ("registers", file.registers.as_ref().map(Spanned::span)),
        ];
        let lines = spans.into_iter().filter_map(|(name, span)| Some((name, text.place(span?).line)));
        Ok(Config { lines: lines.collect(), ..file.config(rules).map_err(wrong)? })
    }

    /// The rules that are off.
    pub fn off(&self) -> impl Iterator<Item = &'static str> {
        self.levels.iter().filter(|(_, level)| **level == Level::Off).map(|(rule, _)| *rule)
    }

    /// Whether all that the configuration of a tree names is there.
    ///
    /// # Errors
    /// The first thing that is not there.
    pub fn require_present(&self, tree: &Tree) -> Result<(), Error> {
        let Layout { folder, template, registers } = &self.layout;
        let is_there = |path: &String| tree.contains(path);
        let (template, folder) = (template.as_slice(), std::slice::from_ref(folder));
        let named: [(&str, &[String], bool, &str); 3] = [
            ("folder", folder, self.layout.is_in(tree), "name the folder that holds the OKEPs"),
            ("template", template, template.iter().all(is_there), "name an existing Markdown file"),
            ("registers", registers, registers.iter().any(is_there), "name an existing MkDocs configuration"),
        ];
        for (name, paths, _, remedy) in named.into_iter().filter(|(_, _, is_there, _)| !is_there) {
            let Some(&line) = self.lines.get(name) else { continue };
            let paths = paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
            let message =
                format!("`{name}` is {paths}, which does not exist; {remedy} or leave out `{name}`");
            return Err(Error::Absent { line, message });
        }
        Ok(())
    }
}

/// The proposal folder that the bytes of an `okep.toml` name, whatever else is wrong with them.
pub fn folder(bytes: &[u8]) -> Option<String> {
    let table: toml::Table = toml::from_str(std::str::from_utf8(bytes).ok()?).ok()?;
    Some(table.get("folder")?.as_str()?.trim_matches('/').to_owned())
}

/// Where the site's pages are elsewhere, its proposals are looked for there.
fn folder_of_site(layout: &Layout, tree: &Tree) -> Option<String> {
    let register = layout.registers.iter().find(|path| tree.contains(path))?;
    let site = mkdocs::read(register, &|path: &str| tree.file(path).map(|file| file.content));
    let name = path::file_name(&layout.folder);
    site.docs_dir.map(|docs| format!("{docs}/{name}"))
}

/// The parser's message in the words of somebody who writes the file.
fn in_words(message: &str) -> String {
    IN_WORDS.iter().fold(message.to_owned(), |message, (parsers, words)| {
        pattern(parsers).replace_all(&message, *words).into_owned()
    })
}

/// What parts of a message become, one after the other. `Level` is the only list of words in the file.
const IN_WORDS: [(&str, &str); 16] = [
    ("\\n", "; "),
    ("^invalid (?:type|value): (.*?), expected (?:enum |struct )*(.*)", "expected $2, found $1"),
    ("^expected u64,", "expected a whole number without quotes,"),
    ("^expected a string,", "expected a text in quotes,"),
    ("^expected a sequence,", "expected a list, as in `[[allow]]` or `[\"a\", \"b\"]`,"),
    ("^expected a map,", "expected a table, as in `[severity]`,"),
    ("(^expected .*, found )(?:integer|floating point) ", "${1}the number "),
    ("(^expected .*, found )string ", "${1}the text "),
    ("(^expected .*, found )boolean ", "$1"),
    ("(^expected .*, found )map$", "${1}a table"),
    ("(^expected .*, found )sequence$", "${1}a list"),
    ("^missing field `because`", "this `[[allow]]` has no `because`; add `because = \"REASON\"`"),
    ("^missing field `(.*)`", "this `[[allow]]` has no `$1`; add `$1 = \"RULE\"`"),
    ("^unknown variant (`.*?`).*", "$1 is not a severity; use `error`, `warning`, `hint` or `off`"),
    ("^wanted string or table$", "not a severity; use `error`, `warning`, `hint` or `off` in quotes"),
    (", expected nothing$", ""),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    folder: Option<Spanned<String>>,
    template: Option<Spanned<String>>,
    #[serde(rename = "main-branch")]
    main_branch: Option<Spanned<String>>,
    registers: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    severity: BTreeMap<Spanned<String>, Level>,
    #[serde(default)]
    allow: Vec<Spanned<AllowEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowEntry {
    rule: Spanned<String>,
    path: Option<Spanned<String>>,
    okep: Option<u64>,
    subject: Option<String>,
    because: Spanned<String>,
}

impl ConfigFile {
    fn config(self, rules: &[&'static str]) -> Result<Config, Mistake> {
        let mut config = Config::default();
        if let Some(folder) = &self.folder {
            config.layout.folder = relative(folder)?;
        }
        if let Some(registers) = &self.registers {
            config.layout.registers = registers.get_ref().iter().map(relative).collect::<Result<_, _>>()?;
            let is_named = !config.layout.registers.is_empty();
            ensure(is_named, registers, "`registers` is empty; leave it out to use the default")?;
        }
        if let Some(template) = &self.template {
            let (path, folder) = (relative(template)?, &config.layout.folder);
            let is_page = path::is_below(&path, folder) && path::stem(path::file_name(&path)).is_some();
            let why = format!("`{path}` cannot be the template: it must be a Markdown file in `{folder}`");
            ensure(is_page, template, &why)?;
            config.layout.template = Some(path);
        }
        if let Some(branch) = &self.main_branch {
            let is_named = !branch.get_ref().trim().is_empty();
            ensure(is_named, branch, "`main-branch` is empty; leave it out to use the default branch")?;
            config.main_branch = Some(branch.get_ref().clone());
        }
        for (name, level) in self.severity {
            let rule = known(&name, rules)?;
            let may_be = level != Level::Off || !NOT_SUPPRESSIBLE.contains(&rule);
            ensure(may_be, &name, &format!("`{rule}` cannot be turned off"))?;
            config.levels.insert(rule, level);
        }
        for allow in self.allow {
            let span = allow.span();
            config.suppressions.push(allow.into_inner().suppression(span, rules)?);
        }
        Ok(config)
    }
}

impl AllowEntry {
    fn suppression(self, span: Range<usize>, rules: &[&'static str]) -> Result<Suppression, Mistake> {
        let rule = known(&self.rule, rules)?;
        let may_be = !NOT_SUPPRESSIBLE.contains(&rule);
        ensure(may_be, &self.rule, &format!("`{rule}` cannot be suppressed"))?;
        let has_reason = !self.because.get_ref().trim().is_empty();
        ensure(has_reason, &self.because, "a suppression needs a reason; give it in `because`")?;
        let scope = match (&self.path, self.okep) {
            (Some(path), None) => Scope::Path(relative(path)?),
            (None, Some(number)) => Scope::Okep(number),
            _ => {
                let message =
                    "a suppression is for one `path` (a file or a folder) or for one `okep` (its number)";
                return Err((span, message.to_owned()));
            }
        };
        Ok(Suppression { rule, subject: self.subject, scope, at: (CONFIG.to_owned(), span) })
    }
}

/// A mistake in a value, unless something holds.
fn ensure<T>(holds: bool, value: &Spanned<T>, message: &str) -> Result<(), Mistake> {
    if holds { Ok(()) } else { Err((value.span(), message.to_owned())) }
}

fn known(name: &Spanned<String>, rules: &[&'static str]) -> Result<&'static str, Mistake> {
    let id = name.get_ref();
    let known = rules.iter().copied().find(|rule| rule == id);
    known.ok_or_else(|| (name.span(), format!("there is no rule `{id}`{}", did_you_mean(id, rules))))
}

/// A path from the root of the repository, `/` between the parts, without a slash at its end.
fn relative(path: &Spanned<String>) -> Result<String, Mistake> {
    let text = path.get_ref().strip_suffix('/').unwrap_or(path.get_ref());
    // A colon makes a drive or a stream of it on Windows.
    let fine = |part: &str| {
        !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':']) && !is_git(part)
    };
    let message =
        format!("`{}` is not a path from the root of the repository, such as `docs/okeps`", path.get_ref());
    ensure(text.split('/').all(fine), path, &message)?;
    Ok(text.to_owned())
}

/// Whether a file system may take a name for that of git's own folder.
pub fn is_git(name: &str) -> bool {
    let name = name.trim_end_matches(['.', ' ']);
    name.eq_ignore_ascii_case(".git") || name.eq_ignore_ascii_case("git~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::path::Role;

    const RULES: [&str; 5] =
        ["extra-section", "stub-section", "missing-section", "not-in-nav", "malformed-exception"];

    fn wrong(text: &str, expected: &str) {
        let error = Config::parse(text.as_bytes(), &RULES).expect_err(text).to_string();
        assert_eq!(error, format!("okep.toml:{expected}"));
    }

    #[test]
    fn everything_that_can_be_said_is_read() {
        let text = "\u{feff}folder = \"site/okeps/\"\ntemplate = \"site/okeps/okep-1-template.md\"\n\
                    registers = [\"site.yml\"]\n\n[severity]\nextra-section = \"off\"\nstub-section = \"error\"\n\n\
                    [[allow]]\nrule = \"missing-section\"\nokep = 7\nsubject = \"Risks\"\nbecause = \"none\"\n\n\
                    [[allow]]\nrule = \"not-in-nav\"\npath = \"site/okeps/old/\"\nbecause = \"withdrawn\"\n";
        let config = Config::parse(text.as_bytes(), &RULES).expect("it is right");
        assert_eq!(config.layout.folder, "site/okeps");
        assert_eq!(config.layout.registers, ["site.yml"]);
        assert_eq!(config.layout.template.as_deref(), Some("site/okeps/okep-1-template.md"));
        assert_eq!(config.levels[&"extra-section"], Level::Off);
        assert_eq!(config.levels[&"stub-section"], Level::Error);
        let scopes: Vec<&Scope> = config.suppressions.iter().map(|e| &e.scope).collect();
        assert_eq!(scopes, [&Scope::Okep(7), &Scope::Path("site/okeps/old".to_owned())]);
        assert_eq!(Config::parse(b"", &RULES), Ok(Config::default()));
    }

    #[test]
    fn a_mistake_is_reported_with_its_line() {
        wrong(
            "\nfolde = \"x\"\n",
            "2:1: unknown field `folde`, expected one of `folder`, `template`, `main-branch`, `registers`, `severity`, `allow`",
        );
        wrong("folder = 1\n", "1:10: expected a text in quotes, found the number `1`");
        wrong(
            "[[allow]]\nrule = \"stub-section\"\nokep = \"7\"\nbecause = \"x\"",
            "3:8: expected a whole number without quotes, found the text \"7\"",
        );
        wrong("[severity]\nmalformed-exception = \"off\"", "2:1: `malformed-exception` cannot be turned off");
        wrong(
            "folder = \"../x\"",
            "1:10: `../x` is not a path from the root of the repository, such as `docs/okeps`",
        );
        wrong("registers = []", "1:13: `registers` is empty; leave it out to use the default");
        let why = "cannot be the template: it must be a Markdown file in `docs/okeps`";
        wrong("template = \"docs/template.md\"", &format!("1:12: `docs/template.md` {why}"));
        wrong("template = \"docs/okeps/a.txt\"", &format!("1:12: `docs/okeps/a.txt` {why}"));
        let layout =
            Config::parse(b"template = \"docs/okeps/TEMPLATE.md\"", &RULES).expect("it is right").layout;
        assert_eq!(layout.role("docs/okeps/TEMPLATE.md"), Role::Template);
        assert_eq!(layout.in_folder("docs/teps").role("docs/teps/TEMPLATE.md"), Role::Template);
        wrong(
            "[severity]\nmissing-sections = \"off\"",
            "2:1: there is no rule `missing-sections`; did you mean `missing-section`?",
        );
        wrong(
            "[severity]\nstub-section = \"none\"",
            "2:16: `none` is not a severity; use `error`, `warning`, `hint` or `off`",
        );
        let levels = "use `error`, `warning`, `hint` or `off` in quotes";
        wrong("[severity]\nstub-section = false", &format!("2:16: not a severity; {levels}"));
        wrong("[[allow]]\nokep = 07", "2:8: unexpected leading zero");
        wrong("folder = \"x\"\nfolder = \"y\"", "2:1: duplicate key");
        wrong("folder", "1:7: key with no value, expected `=`");
    }

    #[test]
    fn an_exception_wants_a_reason_and_one_scope() {
        let allow = |rest: &str| format!("[[allow]]\nrule = \"stub-section\"\n{rest}");
        wrong(&allow("okep = 7\n"), "1:1: this `[[allow]]` has no `because`; add `because = \"REASON\"`");
        wrong(
            &allow("okep = 7\nbecause = \"  \"\n"),
            "4:11: a suppression needs a reason; give it in `because`",
        );
        let scope = "1:1: a suppression is for one `path` (a file or a folder) or for one `okep` (its \
                     number)";
        wrong(&allow("because = \"x\"\n"), scope);
        wrong(&allow("okep = 7\npath = \"x\"\nbecause = \"x\"\n"), scope);
        wrong(
            "[[allow]]\nrule = \"malformed-exception\"\nokep = 7\nbecause = \"x\"\n",
            "2:8: `malformed-exception` cannot be suppressed",
        );
    }
}
