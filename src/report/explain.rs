//! `okep explain`: a rule's own text, and the table of all rules.

use super::terminal::{BOLD, Terminal, severity};
use crate::rules::{RULES, Rule};

/// Every rule with its severity and what it finds.
pub fn all(terminal: &Terminal) -> String {
    let widest = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let line = |rule: &&Rule| {
        let word = terminal.paint(severity(rule.severity), &format!("{:<8}", rule.severity));
        terminal.wrap(&format!("{:widest$} {word} ", rule.id), rule.offence, widest + 10)
    };
    RULES.iter().map(line).collect::<String>() + "\n`okep explain RULE` explains one of them.\n"
}

/// What a rule forbids, why, an example, and how to fix it.
pub fn one(rule: &Rule, terminal: &Terminal) -> String {
    let readable = Terminal { width: terminal.width.min(100), ..*terminal };
    let word = terminal.paint(severity(rule.severity), rule.severity.as_str());
    let mut parts = vec![
        format!("{} ({word})\n", terminal.paint(BOLD, rule.id)),
        readable.wrap("", &format!("{}.", capital(rule.offence)), 0),
        readable.wrap("", rule.why, 0),
        example("Instead of", rule.bad, terminal),
        example("write", rule.good, terminal),
    ];
    if rule.is_of_template() {
        let text = "An OKEP is held to the template that was in force when it landed: what was added to the \
                    template later is a hint.";
        parts.push(readable.wrap("", text, 0));
    }
    let fix = match rule.fixability {
        "-" => "There is no automatic fix.".to_owned(),
        fix => format!("Fix: {fix}."),
    };
    parts.push(readable.wrap("", &fix, 0));
    parts.join("\n")
}

/// The same as a section of a page in Markdown.
pub fn markdown(rule: &Rule) -> String {
    let Rule { id, severity, offence, why, fixability, .. } = rule;
    let fix = if *fixability == "-" { "no automatic fix" } else { fixability };
    let page = format!("## {id}\n\nFinds: {offence}. {why}\n\nSeverity: {severity}. Fix: {fix}.\n");
    let example = |name: &str, text: &str| format!("\n{name}\n\n````text\n{text}\n````\n");
    page + &example("Instead of", rule.bad) + &example("write", rule.good)
}

fn example(title: &str, text: &str, terminal: &Terminal) -> String {
    let lines = text.lines().map(|line| format!("{}\n", format!("    {line}").trim_end()));
    format!("{}\n{}", terminal.paint(BOLD, title), lines.collect::<String>())
}

/// A text with a capital letter at its beginning.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
