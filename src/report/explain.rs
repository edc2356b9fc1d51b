//! `okep explain`: a rule's own text, and the table of all rules.

use super::{BOLD, Terminal};
use crate::rules::{RULES, Rule};
use std::fmt::Write as _;

/// Every rule, a line or two each, the severity and the fix beside it.
pub fn all(terminal: &Terminal) -> String {
    let id_width = RULES.iter().map(|r| r.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in RULES {
        let severity = terminal.paint(Terminal::severity(rule.severity), &format!("{:<8}", rule.severity));
        let indent = id_width + 11;
        let lines = wrap(rule.offence, terminal.width.saturating_sub(indent).max(20));
        let _ = write!(out, "{:id_width$} {severity} ", rule.id);
        for (i, line) in lines.iter().enumerate() {
            let pad = if i == 0 { String::new() } else { " ".repeat(indent - 1) };
            let _ = writeln!(out, "{pad}{line}");
        }
    }
    out.push_str("\n`okep explain RULE` tells more about one of them.\n");
    out
}

/// What a rule forbids, why, an example, and how to put it right.
pub fn one(rule: &Rule, terminal: &Terminal) -> String {
    let mut out = String::new();
    let severity = terminal.paint(Terminal::severity(rule.severity), rule.severity.as_str());
    let _ = writeln!(out, "{} ({severity})\n", terminal.paint(BOLD, rule.id));
    let paragraph = |out: &mut String, text: &str| {
        for line in wrap(text, terminal.width.min(100)) {
            let _ = writeln!(out, "{line}");
        }
        out.push('\n');
    };
    paragraph(&mut out, &capital(rule.offence));
    paragraph(&mut out, rule.why);
    let example = |out: &mut String, title: &str, text: &str| {
        let _ = writeln!(out, "{}", terminal.paint(BOLD, title));
        text.lines().for_each(|line| {
            let _ = writeln!(out, "{}", format!("    {line}").trim_end());
        });
        out.push('\n');
    };
    example(&mut out, "Instead of", rule.bad);
    example(&mut out, "write", rule.good);
    if rule.is_of_template() {
        paragraph(
            &mut out,
            "An OKEP is held to the template that was in force when it landed: what the template asked for only later is a hint.",
        );
    }
    let fix = match rule.fixability {
        "-" => "No machine can mend it.".to_owned(),
        fix => format!("Fix: {fix}."),
    };
    paragraph(&mut out, &fix);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// The table of rules in Markdown, for the README.
pub fn markdown() -> String {
    let mut out = String::from("| rule | severity | fix | offence |\n|---|---|---|---|\n");
    for rule in RULES {
        let _ = writeln!(out, "| {} | {} | {} | {} |", rule.id, rule.severity, rule.fixability, rule.offence);
    }
    out
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).chain(['.']).collect(),
        None => String::new(),
    }
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}
