//! Values that options take.

use crate::rules::finding::Severity;
use crate::text::nearest::did_you_mean;
use clap::ValueEnum;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    #[default]
    Error,
    Warning,
    Hint,
    /// Findings are shown and do not fail
    Never,
}

impl FailOn {
    /// Whether a finding of this severity fails.
    pub fn fails(self, severity: Severity) -> bool {
        // Both are in the same order.
        self != FailOn::Never && severity as usize <= self as usize
    }
}

/// When to write colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    Always,
    Never,
}

impl Color {
    /// Makes it the choice of everything that is printed from now on.
    pub fn apply(self) {
        let choice = match self {
            Color::Auto => return,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// Reads the id of a rule, with blanks around it as in a list.
///
/// # Errors
/// There is no such rule; the message names the nearest one.
pub fn rule(id: &str) -> Result<&'static str, String> {
    let rule = crate::rules::rule(id.trim()).map(|rule| rule.id);
    rule.ok_or_else(|| format!("there is no such rule{}", similar_or_all(id)))
}

/// The rules whose names have the word in them, else the nearest one, else the command that lists all, to be written
/// after what is wrong.
pub fn similar_or_all(word: &str) -> String {
    let ids = crate::rules::ids();
    let containing: Vec<String> =
        ids.iter().filter(|id| id.split('-').any(|part| part == word)).map(|id| format!("`{id}`")).collect();
    if !containing.is_empty() {
        return format!("; did you mean {}?", containing.join(" or "));
    }
    let similar = did_you_mean(word, ids);
    if similar.is_empty() { "; `okep explain` lists all rules".to_owned() } else { similar }
}

/// Reads the number of a pull request.
///
/// # Errors
/// It is something else.
pub fn pull_request_number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "not the number of a pull request, such as 5225".to_owned())
}

/// Reads the number of an OKEP, bare or as people write it: `5224`, `OKEP-5224`.
///
/// # Errors
/// It is something else.
pub fn okep_number(text: &str) -> Result<u64, String> {
    let named = text.split_at_checked(5).filter(|(start, _)| start.eq_ignore_ascii_case("okep-"));
    let digits = named.map_or(text, |(_, digits)| digits);
    let number = digits.parse().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()));
    number.ok_or_else(|| "not the number of an OKEP, such as 5224 or OKEP-5224".to_owned())
}

/// Reads a day: a date, or so long ago.
///
/// # Errors
/// It is something else.
pub fn day(text: &str) -> Result<String, String> {
    let wrong = || "not a date such as 2026-01-31, `yesterday` or `3 weeks ago`".to_owned();
    let plain = |c: char| c.is_ascii_digit() || c == '-';
    if text.chars().all(plain) {
        let date: Result<jiff::civil::Date, _> = text.parse();
        return date.map(|d| d.to_string()).map_err(|_| wrong());
    }
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let back = match text {
        "today" => jiff::Span::new(),
        "yesterday" => jiff::Span::new().days(-1),
        _ if !text.ends_with(" ago") => return Err(wrong()),
        ago => ago.parse().map_err(|_| wrong())?,
    };
    today.checked_add(back).map(|d| d.to_string()).map_err(|_| "that is too long ago".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_pull_request_is_a_number() {
        assert_eq!(pull_request_number("5225"), Ok(5225));
        for wrong in ["", "#5225", "x", "-1"] {
            assert!(pull_request_number(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_bare_or_as_people_write_them() {
        assert_eq!(rule(" not-in-nav "), Ok("not-in-nav"));
        assert_eq!(okep_number("5224"), Ok(5224));
        assert_eq!(okep_number("OKEP-0007"), Ok(7));
        assert_eq!(okep_number("okep-7"), Ok(7));
        for wrong in ["", "OKEP-", "-7", "+7", "okep-x", "OKEP-öö", "99999999999999999999"] {
            assert!(okep_number(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn days_are_dates_or_so_long_ago() {
        assert_eq!(day("2026-01-31").as_deref(), Ok("2026-01-31"));
        for good in ["today", "yesterday", "1 day ago", "2 weeks ago", "3 months ago", "10 years ago"] {
            let day = day(good).expect(good);
            assert!(day.parse::<jiff::civil::Date>().is_ok(), "{good}: {day}");
        }
        for wrong in
            ["2026-02-30", "2026-01-31T10:00", "2026-01-31 ", "", "-1 days ago", "3 moons ago", "ago"]
        {
            assert!(day(wrong).is_err(), "{wrong}");
        }
    }
}
