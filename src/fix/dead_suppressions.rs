//! Deletes suppressions that suppress nothing, once everything else is fixed.

use super::apply::apply;
use super::compare::counted;
use super::engine::Fixed;
use crate::audit::audit;
use crate::audit::check::Outcome;
use crate::audit::policy::{DEAD, Policy};
use crate::okep::config::Config;
use crate::okep::snapshot::{Parsed, Snapshot};
use crate::okep::suppressions::Suppression;
use crate::rules::finding::{Edit, Finding, Fix};
use crate::rules::{ids, rule};
use crate::text::Text;
use std::ops::Range;

/// Deletes the suppressions of a fixed tree that suppress nothing, where the check found some and each of them
/// leaves all findings as they are; `may_write` says which files may be written.
pub fn delete(fixed: &mut Fixed, outcome: &Outcome, may_write: &dyn Fn(&str) -> bool) {
    if outcome.incomplete || outcome.report.notes.iter().all(|note| note.kind != DEAD) {
        return;
    }
    while let Some(finding) = next(fixed, outcome, may_write) {
        fixed.applied.push(finding);
    }
}

/// Deletes one, and gives it as a finding that is fixed.
fn next(fixed: &mut Fixed, outcome: &Outcome, may_write: &dyn Fn(&str) -> bool) -> Option<Finding> {
    let config = Config::of(&fixed.tree, ids()).ok()?;
    let snapshot = Snapshot::new(&fixed.tree, &config.layout, &Parsed::default());
    let policy = Policy::of(&config, &snapshot, &fixed.left);
    let dead = policy.dead(&fixed.left, &snapshot);
    dead.iter().find_map(|suppression| {
        let (path, span) = &suppression.at;
        let together = dead.iter().filter(|other| other.at == suppression.at).count();
        let text = snapshot.text(path).filter(|_| may_write(path))?;
        let edit = Edit::replace(path, lines(&text, span)?, "");
        let fix = Fix::safe("delete a suppression that suppresses nothing", vec![edit]);
        let tree = apply(&fixed.tree, &[&fix]).ok()?;
        let config = Config::of(&tree, ids()).ok()?;
        let after = Snapshot::new(&tree, &config.layout, &Parsed::default());
        let left = audit(&after, outcome.template_history.as_ref()).findings;
        let count = Policy::of(&config, &after, &left).suppressions.len();
        let is_harmless =
            count + together == policy.suppressions.len() && counted(&left, &[]) == counted(&fixed.left, &[]);
        is_harmless.then(|| {
            (fixed.tree, fixed.left) = (tree, left);
            finding(suppression, fix)
        })
    })
}

/// The whole lines of a suppression, which ends with its paragraph where it is a table, and a blank line that
/// would be left behind; none where it shares a line.
fn lines(text: &Text, span: &Range<usize>) -> Option<Range<usize>> {
    let source = text.as_str();
    let line = |at: usize| &source[text.line_range(at)];
    let is_blank = |at: usize| at < source.len() && line(at).trim().is_empty();
    let start = text.line_range(span.start).start;
    let mut end = text.line_range(span.end.saturating_sub(1)).end;
    let is_alone = source[start..span.start].trim().is_empty() && source[span.end..end].trim().is_empty();
    while source[span.start..].starts_with("[[")
        && end < source.len()
        && !is_blank(end)
        && !line(end).starts_with(['[', '#'])
    {
        end = text.line_range(end).end;
    }
    if is_blank(end) && (start == 0 || is_blank(start - 1)) {
        end = text.line_range(end).end;
    }
    is_alone.then_some(start..end)
}

fn finding(suppression: &Suppression, fix: Fix) -> Finding {
    let rule = rule(suppression.rule).expect("a suppression names a rule");
    let subject = suppression.subject.clone().unwrap_or_default();
    let message = "suppressed, and not found".to_owned();
    let mut finding = rule.about(None, &suppression.at.0, subject, message);
    finding.fix = Some(fix);
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Deletes what begins with `[[allow]]` or is a comment, and compares what is left.
    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let start = text.find("[[allow]]").or_else(|| text.find("<!--")).expect("there is a suppression");
        let end = text[start..].find("-->").map_or(start + "[[allow]]".len(), |at| start + at + 3);
        let left = lines(&Text::new(text.as_bytes()), &(start..end)).map(|lines| {
            let mut left = text.to_owned();
            left.replace_range(lines, "");
            left
        });
        assert_eq!(left.as_deref(), expected);
    }

    #[test]
    fn a_comment_is_deleted_with_its_lines() {
        check("# A\n\n<!-- x -->\n\n## B\n", Some("# A\n\n## B\n"));
        check("# A\n<!-- x -->\n## B\n", Some("# A\n## B\n"));
        check("# A\n\n  <!-- x\ny -->  \n## B\n", Some("# A\n\n## B\n"));
        check("# A\r\n\r\n<!-- x -->\r\n\r\n## B\r\n", Some("# A\r\n\r\n## B\r\n"));
        check("<!-- x -->\n\n# A\n", Some("# A\n"));
        check("# A\n\n<!-- x -->", Some("# A\n\n"));
    }

    #[test]
    fn a_comment_that_shares_a_line_is_left() {
        check("Text <!-- x -->\n", None);
        check("<!-- x --> text\n", None);
    }

    #[test]
    fn a_table_is_deleted_to_its_end() {
        let table = "[[allow]]\nrule = \"a\"\nokep = 7\n";
        check(&format!("a = 1\n\n{table}\n[b]\n"), Some("a = 1\n\n[b]\n"));
        check(&format!("a = 1\n\n{table}[b]\n"), Some("a = 1\n\n[b]\n"));
        check(&format!("{table}# About b.\n[b]\n"), Some("# About b.\n[b]\n"));
        check(table, Some(""));
    }
}
