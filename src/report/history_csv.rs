//! The findings of `okep history` for spreadsheets, one a line.

use super::terminal::is_harmful;
use crate::history::report::{FindingStory, Story, Transition};

/// The columns, in order.
const COLUMNS: &str = "rule,severity,okep,path,subject,cause,introduced,introduced_by,introduced_commit,\
                       introduced_landed,pull_request,fixed,fixed_by,fixed_commit,fixed_landed,age_days";

/// Every finding that was ever on the main line, as RFC 4180 has it but for its line breaks.
///
/// A field that a spreadsheet would take for a formula begins with an apostrophe.
pub fn csv(story: &Story) -> String {
    let fields = |finding| row(finding).iter().map(|field| quoted(field)).collect::<Vec<_>>();
    let lines = story.findings.iter().map(|finding| fields(finding).join(",") + "\n");
    format!("{COLUMNS}\n") + &lines.collect::<String>()
}

fn row(finding: &FindingStory) -> Vec<String> {
    let mut row = vec![
        finding.rule.to_owned(),
        finding.severity.to_string(),
        finding.number.map(|n| n.to_string()).or(finding.okep.clone()).unwrap_or_default(),
        finding.path.clone(),
        finding.subject.clone(),
        finding.cause.into_str().to_owned(),
    ];
    row.extend(moment(finding.introduced.as_ref()));
    let request = finding.introduced.as_ref().and_then(|i| i.landed.pull_request);
    row.push(request.map(|n| n.to_string()).unwrap_or_default());
    row.extend(moment(finding.fixed.as_ref()));
    row.push(finding.age_days.map(|d| d.to_string()).unwrap_or_default());
    row
}

fn moment(moment: Option<&Transition>) -> [String; 4] {
    let fields = |Transition { written, author, landed }: &Transition| {
        [&landed.date, author, written, &landed.commit].map(String::clone)
    };
    moment.map(fields).unwrap_or_default()
}

fn quoted(field: &str) -> String {
    let clean: String = field.chars().map(|c| if is_harmful(c) { ' ' } else { c }).collect();
    let formula = clean.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let clean = if formula { format!("'{clean}") } else { clean };
    if clean.contains([',', '"', '\'', ' ']) { format!("\"{}\"", clean.replace('"', "\"\"")) } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_quotes_doubled() {
        assert_eq!(quoted("plain-text"), "plain-text");
        assert_eq!(quoted("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(quoted(" +1"), "\"' +1\"");
        assert_eq!(quoted("\t@SUM"), "\"' @SUM\"");
        assert_eq!(quoted("a\nb"), "\"a b\"");
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("\u{200b}=1\u{202e}"), "\"' =1 \"");
    }
}
