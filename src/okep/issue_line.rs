//! The issue line as a value: its parts, and the same line in another form or with another number.

use super::issue_link::{ForgeLink, Number};
use std::ops::Range;

/// The line that names the tracking issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueLine {
    /// From the bullet to the end of the link, or of the line where there is no link.
    pub span: Range<usize>,
    /// What is there, as written.
    pub text: String,
    pub bullet: Option<char>,
    /// The words before the colon, as written.
    pub label: Option<String>,
    /// The number the reader sees.
    pub shown: Option<Number>,
    pub link: Option<ForgeLink>,
    /// Where the line points to, if it names an issue that is none of a known forge.
    pub elsewhere: Option<Elsewhere>,
    /// Whether hardly more than bullet and label is before the link, so that the line may be rewritten.
    pub plain: bool,
    /// Whether no other line of its paragraph or list item follows.
    pub last: bool,
    /// Whether it means nothing by itself: a row of a table, or the definition below a term.
    pub is_part: bool,
}

/// A link to something that is no issue of a known forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The destination, as written; empty where it is in a definition elsewhere.
    pub span: Range<usize>,
    pub url: String,
}

impl IssueLine {
    /// The number of the issue: that of the link, else the one shown.
    pub fn number(&self) -> Option<u64> {
        self.link.as_ref().and_then(|l| l.number.as_ref()).or(self.shown.as_ref()).map(|n| n.value)
    }

    /// What follows the label.
    pub fn after_label(&self) -> Option<&str> {
        Some(self.text.split_once(self.label.as_deref()?)?.1)
    }

    /// Whether the address is in a link definition, and not in the line.
    pub fn is_reference(&self) -> bool {
        self.link.as_ref().is_some_and(|l| l.span.is_empty())
    }

    /// The line as the template would write it, for this issue: all but the target's repository.
    pub fn in_form_of(&self, form: &IssueLine) -> Option<String> {
        let link = self.link.as_ref()?;
        let number = self.number()?;
        let shown = self.shown.as_ref().map_or(number, |n| n.value);
        let template = form.link.as_ref()?;
        let near = link.same_host(&template.forge);
        let url = ForgeLink {
            forge: if near { template.forge.clone() } else { link.forge.clone() },
            route: if near { template.route.clone() } else { link.route.clone() },
            ..link.clone()
        };
        // What is asked of the page, and where on it, is the author's.
        let tail = if link.tail.starts_with(['#', '?']) { link.tail.as_str() } else { "" };
        Some(form.with(shown, &format!("{}{tail}", url.issue_url(number))))
    }

    /// The line for another issue of the same repository.
    pub fn for_number(&self, number: u64) -> Option<String> {
        let Some(link) = &self.link else {
            let shown = self.shown.as_ref()?;
            let mut line = self.text.clone();
            line.replace_range(self.inside(&shown.span), &number.to_string());
            return Some(line);
        };
        Some(self.with(number, &link.issue_url(number)))
    }

    fn inside(&self, span: &Range<usize>) -> Range<usize> {
        span.start - self.span.start..span.end - self.span.start
    }

    fn with(&self, shown: u64, url: &str) -> String {
        if let Some(link) = self.link.as_ref().filter(|l| l.number.is_some() && !l.span.is_empty()) {
            let mut line = self.text.clone();
            line.replace_range(self.inside(&link.span), url);
            if let Some(number) = self.shown.as_ref().filter(|n| n.span.end <= link.span.start) {
                line.replace_range(self.inside(&number.span), &shown.to_string());
            }
            return line;
        }
        // The template has a placeholder for the number, or keeps the address somewhere else.
        let bullet = self.bullet.map_or(String::new(), |b| format!("{b} "));
        let label = self.label.as_deref().map_or(String::new(), |l| format!("{l}: "));
        format!("{bullet}{label}[#{shown}]({url})")
    }
}
