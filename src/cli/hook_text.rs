//! Whether a hook that somebody else wrote calls okep, so that the commit hangs on what okep says.
//!
//! It reads enough of the shell's language to be sure of the plain cases, and is sure of no other: what
//! stands in quotes, comments, here-documents, functions and branches counts for nothing.

/// What a script makes of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Calls {
    /// It is not even mentioned.
    Not,
    /// Mentioned, but nobody can tell whether it is run and its verdict heeded.
    Perhaps,
    Surely,
}

/// A command whose calls are looked for.
#[derive(Debug, Clone, Copy)]
pub struct WantedCall {
    /// The command and its options, as in `okep check --staged`.
    pub words: &'static [&'static str],
    /// Whether its exit status has to end the hook.
    pub heeded: bool,
}

/// Looks for the command in the text of a hook. `errexit` says that it is run by `sh -e`.
pub fn calls(text: &str, wanted: WantedCall, errexit: bool) -> Calls {
    let mention = wanted.words.join(" ");
    let mentioned = match text.contains(&mention) {
        true => Calls::Perhaps,
        false => Calls::Not,
    };
    let first = text.lines().next().unwrap_or_default();
    let shell = !first.starts_with("#!") || is_shell(first);
    let errexit = errexit || (first.starts_with("#!") && first.split(' ').any(|word| word == "-e"));
    let Some(tokens) = tokens(text).filter(|_| shell) else { return mentioned };
    if surely(&tokens, wanted, errexit) { Calls::Surely } else { mentioned }
}

fn is_shell(first: &str) -> bool {
    let words = first.trim_start_matches("#!").split_whitespace();
    let names = words.map(|word| word.rsplit('/').next().unwrap_or_default());
    names.into_iter().any(|name| ["sh", "bash", "dash", "zsh", "ksh"].contains(&name))
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    /// `;` (a line's end too), `&`, `|`, `&&`, `||`, `(` or `)`.
    Sign(&'static str),
}

/// The words of a script, as far as they can be told; none where quotes do not close.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        end if end == c => break,
                        '\\' if c == '"' => word.push(chars.next()?),
                        other => word.push(other),
                    }
                }
            }
            '\\' => match chars.next()? {
                '\n' => {}
                other => word.get_or_insert_default().push(other),
            },
            '#' if word.is_none() => while chars.next_if(|c| *c != '\n').is_some() {},
            // What follows may be the text of a document and no script.
            '<' if chars.peek() == Some(&'<') => return Some(tokens),
            ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '(' | ')' => {
                tokens.extend(word.take().map(Token::Word));
                let twice = chars.peek() == Some(&c);
                let glyph = match c {
                    '\n' | ';' => ";",
                    '&' if twice => "&&",
                    '&' => "&",
                    '|' if twice => "||",
                    '|' => "|",
                    '(' => "(",
                    ')' => ")",
                    _ => continue,
                };
                if glyph.len() == 2 {
                    chars.next();
                }
                tokens.push(Token::Sign(glyph));
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    tokens.extend(word.map(Token::Word));
    Some(tokens)
}

/// Goes through the commands, at the top level only.
fn surely(tokens: &[Token], wanted: WantedCall, mut errexit: bool) -> bool {
    let mut depth = 0usize;
    let mut at = 0;
    while at < tokens.len() {
        let end = (at..tokens.len()).find(|i| matches!(tokens[*i], Token::Sign(_))).unwrap_or(tokens.len());
        let words: Vec<&str> = tokens[at..end]
            .iter()
            .filter_map(|token| match token {
                Token::Word(word) => Some(word.as_str()),
                Token::Sign(_) => None,
            })
            .collect();
        let before = at.checked_sub(1).map_or(";", |i| glyph(tokens, i));
        let after = glyph(tokens, end);
        let plain = depth == 0 && before == ";";
        let (negated_if, words) = match words.as_slice() {
            ["if", "!", rest @ ..] => (true, rest),
            words => (false, words),
        };
        let (exec, command) = bare(words);
        if depth == 0 && [";", "&&"].contains(&before) && is_call(command, wanted) {
            let heeded = match after {
                _ if !wanted.heeded => true,
                "&" | "|" | "(" | ")" => false,
                _ if negated_if => (end..tokens.len()).any(|i| refuses(tokens, i)),
                "||" => [end + 1, end + 2].iter().any(|i| refuses(tokens, *i)),
                "&&" => errexit || exec,
                _ => errexit || exec || tokens[end..].iter().all(|token| *token == Token::Sign(";")),
            };
            if heeded {
                return true;
            }
        }
        match words.first().copied().unwrap_or_default() {
            _ if negated_if => depth += 1,
            "if" | "for" | "while" | "until" | "case" | "{" | "select" => depth += 1,
            "fi" | "done" | "esac" | "}" => depth = depth.saturating_sub(1),
            "exit" | "return" if plain => return false,
            "set" if plain && words[1..].iter().any(|w| sets_errexit(w)) => errexit = true,
            _ if exec && plain => return false,
            _ => {}
        }
        match after {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        at = end + 1;
    }
    false
}

fn glyph(tokens: &[Token], at: usize) -> &'static str {
    match tokens.get(at) {
        Some(Token::Sign(glyph)) => glyph,
        _ => ";",
    }
}

/// A command without what may stand before it, and whether it replaces the shell.
fn bare<'a, 'b>(words: &'a [&'b str]) -> (bool, &'a [&'b str]) {
    let mut rest = words;
    let mut exec = false;
    while let [first, tail @ ..] = rest {
        let assigns = first.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        });
        match *first {
            "exec" => exec = true,
            "command" | "env" | "time" => {}
            _ if assigns => {}
            _ => break,
        }
        rest = tail;
    }
    (exec, rest)
}

fn is_call(command: &[&str], wanted: WantedCall) -> bool {
    let [program, arguments @ ..] = command else { return false };
    let [name, subcommand, options @ ..] = wanted.words else { return false };
    let toothless = ["never", "--fail-on=never", "--help", "-h", "--diff", "--rev"];
    program.rsplit('/').next() == Some(name)
        && arguments.first() == Some(subcommand)
        && options.iter().all(|option| arguments.contains(option))
        && !(wanted.heeded && arguments.iter().any(|a| toothless.contains(a)))
}

/// Whether a command stands at `at` that leaves the script and refuses.
fn refuses(tokens: &[Token], at: usize) -> bool {
    let word = |i: usize| match tokens.get(i) {
        Some(Token::Word(word)) => word.as_str(),
        _ => "",
    };
    let begins = !matches!(tokens.get(at.wrapping_sub(1)), Some(Token::Word(w)) if w != "then" && w != "{");
    begins && ["exit", "return"].contains(&word(at)) && word(at + 1) != "0"
}

fn sets_errexit(word: &str) -> bool {
    word == "errexit" || (word.starts_with('-') && !word.starts_with("--") && word.contains('e'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECK: WantedCall = WantedCall { words: &["okep", "check", "--staged"], heeded: true };

    fn check(body: &str, expected: Calls) {
        assert_eq!(calls(&format!("#!/bin/sh\n{body}\n"), CHECK, false), expected, "{body}");
    }

    #[test]
    fn a_line_that_starts_the_command_counts_where_the_commit_hangs_on_it() {
        for body in [
            "okep check --staged",
            "okep check --staged || exit 1\ntouch x",
            "okep check --staged || { exit 1; }\ntouch x",
            "exec okep check --staged --strict",
            "make lint && exec okep check --staged",
            "make lint && okep check --staged",
            "set -eu\nokep check --staged\ntouch x",
            "if ! okep check --staged; then\n  echo no\n  exit 1\nfi\ntouch x",
            "if ! okep check --staged; then exit 1; fi\ntouch x",
            "echo \"it's here\"\nRUST_LOG=x /opt/okep/bin/okep check --staged || exit $?\ntouch x",
            "f() {\n  exit 3\n}\nif [ -f x ]; then\n  exit 0\nfi\nokep check \\\n  --staged",
        ] {
            check(body, Calls::Surely);
        }
        assert_eq!(calls("npm test\nokep check --staged\nnpm run x\n", CHECK, true), Calls::Surely);
    }

    #[test]
    fn nobody_can_tell_of_what_is_only_mentioned_or_not_heeded() {
        for body in [
            "echo \"run okep check --staged yourself\"",
            "echo okep check --staged",
            "# okep check --staged",
            "true # okep check --staged",
            "if false; then\n  okep check --staged\nfi",
            "if ! okep check --staged; then echo no; fi",
            "f() {\n  okep check --staged\n}",
            ": <<X\nokep check --staged\nX",
            "x='\nokep check --staged\n'",
            "okep check --staged || true",
            "okep check --staged || exit 0\ntouch x",
            "okep check --staged | tee log",
            "okep check --staged &",
            "okep check --staged\ntouch x",
            "okep check --staged --fail-on never",
            "exit 0\nokep check --staged",
            "false || okep check --staged",
            "echo 'not closed\nokep check --staged",
        ] {
            check(body, Calls::Perhaps);
        }
        check("okep check --staged-x || exit 1", Calls::Perhaps);
        check("make lint", Calls::Not);
        let python = "#!/usr/bin/env python3\nokep check --staged\n";
        assert_eq!(calls(python, CHECK, false), Calls::Perhaps);
    }

    #[test]
    fn a_hint_need_not_be_heeded() {
        let hint = WantedCall { words: &["okep", "commit-msg"], heeded: false };
        assert_eq!(calls("#!/bin/sh\nokep commit-msg \"$1\" || true\n", hint, false), Calls::Surely);
        assert_eq!(calls("#!/bin/sh\n# okep commit-msg\n", hint, false), Calls::Perhaps);
    }

    #[test]
    fn the_hooks_of_okep_are_sure() {
        assert_eq!(calls(include_str!("../../hooks/pre-commit"), CHECK, false), Calls::Surely);
    }
}
