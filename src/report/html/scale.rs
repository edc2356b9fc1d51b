//! The axis of days that both pictures share.

use crate::history::report::Story;
use jiff::civil::Date;
use maud::{Markup, html};

/// Units of the picture; it is scaled as a whole.
pub const WIDTH: f64 = 1000.0;
pub const LEFT: f64 = 48.0;
pub const RIGHT: f64 = 904.0;

pub struct Scale {
    first: Date,
    last: Date,
}

/// Steps between two marks, as months; smaller ones are days.
const MONTHS: [i16; 8] = [1, 2, 3, 6, 12, 24, 60, 120];
const MOST_MARKS: f64 = 9.0;

impl Scale {
    /// From shortly before the first finding or OKEP to the end of the line; none where there is
    /// neither an OKEP nor a template.
    ///
    /// A template may be older by years, and what was written long before it landed too: they would leave
    /// the rest no room, and stand at the beginning.
    pub fn of(story: &Story) -> Option<Scale> {
        let parsed = |day: &String| day.parse::<Date>().ok();
        let landed = story.okeps.iter().filter_map(|o| parsed(&o.landed.as_ref()?.date));
        let found = story.findings.iter().filter_map(|f| parsed(&f.introduced.as_ref()?.landed.date));
        let written = story.okeps.iter().filter_map(|o| parsed(&o.written.as_ref()?.date));
        let templates = story.templates.iter().filter_map(|t| parsed(&t.at.date));
        let end = story.walk.days.as_ref().and_then(|(_, last)| parsed(last));
        let happened: Vec<Date> = landed.chain(found).collect();
        let first = happened.iter().copied().min().or_else(|| templates.clone().min())?;
        let last = happened.into_iter().chain(templates.clone()).chain(end).max()?;
        let room = (days(first, last) * 0.12).clamp(1.0, 3650.0) as i32;
        let begin = first.saturating_sub(jiff::Span::new().days(room));
        let near = templates.chain(written).filter(|day| *day >= begin);
        let first = near.chain([first]).min().unwrap_or(first);
        // What came on the last day is to be seen too.
        let more = (days(first, last) * 0.015).ceil().max(1.0) as i32;
        let last = last.saturating_add(jiff::Span::new().days(more));
        Some(Scale { first, last })
    }

    pub fn end(&self) -> f64 {
        RIGHT
    }

    /// Where a day stands; what is before the first one, or no day, stands at the beginning.
    pub fn x(&self, day: &str) -> f64 {
        day.parse().map_or(LEFT, |day| self.at(day))
    }

    fn at(&self, day: Date) -> f64 {
        let part = days(self.first, day) / days(self.first, self.last);
        LEFT + part.clamp(0.0, 1.0) * (RIGHT - LEFT)
    }

    /// Whether a day is before the first one.
    pub fn is_before(&self, day: &str) -> bool {
        day.parse().is_ok_and(|day: Date| day < self.first)
    }

    /// Lines over `top..bottom` for the days, and their labels `below`.
    pub fn marks(&self, top: f64, bottom: f64, below: f64) -> Markup {
        html! {
            @for (day, label) in self.ticks() {
                @let x = self.at(day);
                line.grid x1=(n(x)) x2=(n(x)) y1=(n(top)) y2=(n(bottom)) {}
                text.tick x=(n(x)) y=(n(bottom + below)) text-anchor="middle" { (label) }
            }
        }
    }

    fn ticks(&self) -> Vec<(Date, String)> {
        let all = days(self.first, self.last);
        if all < 60.0 {
            let step = (all / MOST_MARKS).ceil().max(1.0) as i32;
            let next = |day: &Date| day.checked_add(jiff::Span::new().days(step)).ok();
            let days = std::iter::successors(Some(self.first), next).take_while(|day| *day <= self.last);
            return days.map(|day| (day, day.strftime("%m-%d").to_string())).collect();
        }
        let step = MONTHS.into_iter().find(|m| all / (30.4 * f64::from(*m)) <= MOST_MARKS).unwrap_or(120);
        let month = (i32::from(self.first.month()) - 1) / i32::from(step) * i32::from(step);
        let year = if step >= 12 { self.first.year() / (step / 12) * (step / 12) } else { self.first.year() };
        let Ok(begin) = Date::new(year.max(1), month as i8 + 1, 1) else { return Vec::new() };
        let next = |day: &Date| day.checked_add(jiff::Span::new().months(step)).ok();
        let days = std::iter::successors(Some(begin), next).take_while(|day| *day <= self.last);
        let form = if step >= 12 { "%Y" } else { "%Y-%m" };
        days.filter(|day| *day >= self.first).map(|day| (day, day.strftime(form).to_string())).collect()
    }
}

fn days(from: Date, to: Date) -> f64 {
    from.until(to).map_or(0.0, |span| span.get_days().into())
}

/// A number for an attribute, to a tenth.
pub fn n(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// The day `days` before another.
pub fn days_before(day: &str, days: i32) -> Option<String> {
    let day: Date = day.parse().ok()?;
    day.checked_sub(jiff::Span::new().days(days)).ok().map(|d| d.to_string())
}
