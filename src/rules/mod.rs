//! Every rule, one file each, and the table that lists them.
//!
//! A rule is a plain value: what it forbids, why, and a pure function that finds offences. A new rule
//! is one file, its `mod` line and its row in [`RULES`]; `explain`, the README's table, JSON ids and
//! the tests over all rules follow from the row.

pub mod context;
pub mod edits;
pub mod event;
pub mod finding;
mod lookalikes;
pub mod page_links;

use crate::okep::snapshot::Snapshot;
use crate::text::Text;
use context::OkepContext;
use event::Event;
use finding::{Edit, Finding, FindingData, Fix, Related, Severity};
use page_links::{Anchors, Claim, LinkTarget, Linked, PageLink, parts};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

mod ambiguous_heading;
mod broken_anchor;
mod broken_link;
mod dead_index_entry;
mod dead_nav_entry;
mod dead_repository_link;
mod duplicate_nav_entry;
mod duplicate_number;
mod duplicate_section;
mod empty_section;
mod extra_section;
mod foreign_issue;
mod goals_not_listed;
mod long_problem_statement;
mod malformed_exception;
mod malformed_filename;
mod malformed_issue;
mod malformed_title;
mod misplaced_file;
mod misplaced_section;
mod missing_issue;
mod missing_section;
mod not_in_index;
mod not_in_nav;
mod not_utf8;
mod number_mismatch;
mod pull_request_number;
mod renamed_section;
mod shifted_headings;
mod skipped_heading_level;
mod story_form;
mod stub_section;
mod template_text;
#[cfg(test)]
mod test_support;
mod unclosed_fence;
mod unfilled_table;
mod unordered_section;
mod unreadable_register;
mod wrong_number_in_commit;

/// The ids of all rules, in the order of the table.
pub fn ids() -> &'static [&'static str] {
    static IDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| RULES.iter().map(|rule| rule.id).collect());
    &IDS
}

/// What a rule forbids, how it finds offences, and how it fixes them.
#[derive(Debug)]
pub struct Rule {
    /// Names the offence and reads after "allow"; equal to the file's name.
    pub id: &'static str,
    pub severity: Severity,
    /// The offence in one line.
    pub offence: &'static str,
    /// Why it matters, for `explain`.
    pub why: &'static str,
    /// An offence, and the same thing put right, for `explain`.
    pub bad: &'static str,
    pub good: &'static str,
    pub check: Check,
    /// Which demands of the template an OKEP is held to.
    pub demand: Demand,
    /// What a page links to and is no longer there is looked up in history, so that the finding can name
    /// where the file is now.
    pub follows_moves: bool,
    /// Which fixes it offers, for the table of rules.
    pub fixability: &'static str,
    /// Whether its fix may rename a file, so that what is found about other files counts.
    pub renames: bool,
    /// Whether it is about bytes, and is checked where the text is not known.
    pub of_bytes: bool,
    /// Rules whose findings its fix may leave in place of its own. Such a fix waits until there is nothing else to fix.
    pub leaves: &'static [&'static str],
    /// Whether its fix may reveal what one of GitHub and the site hides.
    pub reveals: bool,
    /// Whether what it finds is there and should not be, so that an editor may fade it.
    pub is_superfluous: bool,
}

/// Whether what a rule asks for comes from the template, and from which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// From okep itself: it is asked of every OKEP.
    Always,
    /// From the template: it is asked of an OKEP only if the template in force at its landing asked for it.
    OfTemplate,
    /// The same about one of the template's sections: a template without that section cannot have asked for it.
    OfTemplateSection,
    /// From okep itself, about a section of the template: it is asked only if the template in force at the
    /// OKEP's landing had that section.
    OfSection,
}

/// How far a rule must look, and how it plans the fix of a finding that is shown, from what it saw and the finding.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// At one OKEP and the template. What names a file that a fix renames is added later.
    Okep(Per, Option<fn(&OkepContext, &Finding) -> Option<Fix>>),
    /// At everything: numbers, names and registers. Of the text of an OKEP nothing but the help and the
    /// fix may hang on it: history runs these rules once for each set of paths.
    Tree(fn(&Snapshot) -> Vec<Finding>, Option<fn(&Snapshot, &Finding) -> Option<Fix>>),
    /// At the links of one page, which is an OKEP or is next to one: when each of them leads nowhere. A fix is of
    /// that page.
    Links(fn(&Linked) -> Vec<Claim>, Option<fn(&Linked, &Finding) -> Option<Fix>>),
    /// At what a commit did; a tree alone cannot tell.
    History(fn(&Event) -> Option<Finding>),
}

/// What of an OKEP a rule looks at, one after the other: there is at most one finding about each. That about a section
/// or a heading has its index, from which its fix starts.
#[derive(Debug, Clone, Copy)]
pub enum Per {
    /// The OKEP itself.
    Okep(fn(&OkepContext) -> Option<Finding>),
    /// Each section of the template.
    Section(fn(&OkepContext, usize) -> Option<Finding>),
    /// Each row of the OKEP's outline.
    Heading(fn(&OkepContext, usize) -> Option<Finding>),
    /// Whatever the rule finds by itself.
    Offence(fn(&OkepContext) -> Vec<Finding>),
}

impl Per {
    pub fn findings(self, context: &OkepContext) -> Vec<Finding> {
        let (check, count) = match self {
            Per::Okep(check) => return Vec::from_iter(check(context)),
            Per::Offence(check) => return check(context),
            Per::Section(check) => (check, context.template().outline.rows.len()),
            Per::Heading(check) => (check, context.okep.outline.rows.len()),
        };
        (0..count).filter_map(|at| Some(check(context, at)?.index(at))).collect()
    }
}

/// All rules, in the order of the table in the README.
pub static RULES: [&Rule; 38] = [
    &malformed_filename::RULE,
    &misplaced_file::RULE,
    &malformed_title::RULE,
    &number_mismatch::RULE,
    &duplicate_number::RULE,
    &missing_issue::RULE,
    &foreign_issue::RULE,
    &malformed_issue::RULE,
    &missing_section::RULE,
    &renamed_section::RULE,
    &misplaced_section::RULE,
    &shifted_headings::RULE,
    &unordered_section::RULE,
    &duplicate_section::RULE,
    &empty_section::RULE,
    &stub_section::RULE,
    &template_text::RULE,
    &unfilled_table::RULE,
    &extra_section::RULE,
    &skipped_heading_level::RULE,
    &unclosed_fence::RULE,
    &not_utf8::RULE,
    &unreadable_register::RULE,
    &ambiguous_heading::RULE,
    &not_in_nav::RULE,
    &dead_nav_entry::RULE,
    &duplicate_nav_entry::RULE,
    &not_in_index::RULE,
    &dead_index_entry::RULE,
    &broken_link::RULE,
    &dead_repository_link::RULE,
    &broken_anchor::RULE,
    &goals_not_listed::RULE,
    &long_problem_statement::RULE,
    &story_form::RULE,
    &pull_request_number::RULE,
    &wrong_number_in_commit::RULE,
    &malformed_exception::RULE,
];

/// The rule of this id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.into_iter().find(|rule| rule.id == id)
}

/// Whether the rule of this id looks at one OKEP and the template.
pub fn is_of_okep(id: &str) -> bool {
    rule(id).is_some_and(|rule| matches!(rule.check, Check::Okep(..)))
}

impl Rule {
    /// Whether the template of its time decides if an OKEP is held to it.
    pub fn is_of_template(&self) -> bool {
        matches!(self.demand, Demand::OfTemplate | Demand::OfTemplateSection)
    }

    pub fn has_fix(&self) -> bool {
        matches!(self.check, Check::Okep(_, Some(_)) | Check::Tree(_, Some(_)) | Check::Links(_, Some(_)))
    }

    /// What most rules have in common: nothing to fix, and asked of every OKEP.
    const BASE: Rule = Rule {
        id: "",
        severity: Severity::Error,
        offence: "",
        why: "",
        bad: "",
        good: "",
        check: Check::Tree(|_| Vec::new(), None),
        demand: Demand::Always,
        follows_moves: false,
        fixability: "-",
        renames: false,
        of_bytes: false,
        leaves: &[],
        reveals: false,
        is_superfluous: false,
    };

    /// A finding about the checked OKEP, at a span of its own file.
    fn at(
        &self,
        context: &OkepContext,
        span: Range<usize>,
        subject: impl Into<String>,
        message: String,
    ) -> Finding {
        self.absent(context, subject, message).placed(&context.okep.document.text, span)
    }

    /// A finding about a link of a page.
    fn linked(&self, page: &Linked, link: &PageLink, subject: impl Into<String>, message: String) -> Finding {
        let finding = self.about(Some(&page.okep.path), page.path, subject, message);
        finding.placed(&page.document.text, link.span.clone())
    }

    /// A finding about something the checked OKEP does not have.
    fn absent(&self, context: &OkepContext, subject: impl Into<String>, message: String) -> Finding {
        self.about(Some(&context.okep.path), &context.okep.path, subject, message)
    }

    /// A finding that points into any file.
    pub(crate) fn about(
        &self,
        okep: Option<&str>,
        path: &str,
        subject: impl Into<String>,
        message: String,
    ) -> Finding {
        Finding(Arc::new(FindingData {
            rule: self.id,
            severity: self.severity,
            okep: okep.map(str::to_owned),
            path: path.to_owned(),
            subject: subject.into(),
            message,
            ..FindingData::default()
        }))
    }
}

impl Finding {
    /// The rule that this is a finding of.
    pub fn its_rule(&self) -> &'static Rule {
        rule(self.rule).expect("rules alone make findings")
    }

    /// Whether it points at these bytes of its file.
    fn is_at(&self, span: &Range<usize>) -> bool {
        self.place.as_ref().is_some_and(|p| (p.span.start, p.span.end) == (span.start, span.end))
    }

    fn placed(mut self, text: &Text, span: Range<usize>) -> Self {
        self.place = Some(text.place(span));
        self
    }

    fn help(mut self, line: impl Into<String>) -> Self {
        self.help.push(line.into());
        self
    }

    /// Other places in the OKEP that belong to it.
    fn related<'h>(
        mut self,
        context: &OkepContext,
        spans: impl IntoIterator<Item = &'h Range<usize>>,
        message: &str,
    ) -> Self {
        let (path, text) = (&context.okep.path, &context.okep.document.text);
        self.related.extend(spans.into_iter().map(|span| Related {
            path: path.clone(),
            place: Some(text.place(span.clone())),
            message: message.to_owned(),
        }));
        self
    }

    fn index(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, OKEP, check, found, notices, tree_without_template};

    #[test]
    fn a_good_document_is_left_alone() {
        check(GOOD, &[]);
        check(&GOOD.replace('\n', "\r\n"), &[]);
        check(&format!("\u{feff}{GOOD}"), &[]);
        check(&format!("---\ntitle: Tea\n---\n{GOOD}"), &[]);
        check(GOOD.trim_end(), &[]);
    }

    #[test]
    fn without_a_template_the_built_in_outline_is_used_with_a_notice() {
        let tree = tree_without_template(&[(OKEP, GOOD)]);
        assert!(notices(&tree).contains(&"no-template"));
        assert!(found(&tree).iter().any(|f| f == "missing-section:- Backwards Compatibility"));
    }
}
