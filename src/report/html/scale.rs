//! The axis of days that the pictures share, in percent of their width, so that they fit any screen.

use crate::history::report::Story;
use jiff::civil::Date;
use maud::{Markup, html};

/// Where the first and the last day are.
const START: f64 = 2.0;
pub const END: f64 = 97.0;
/// Steps between two marks, in months.
const MONTHS: [i32; 8] = [1, 2, 3, 6, 12, 24, 60, 120];
const MOST_MARKS: f64 = 9.0;

pub struct Scale {
    first: Date,
    last: Date,
}

impl Scale {
    /// From shortly before the first finding or OKEP to the end of the line; none where there is
    /// neither an OKEP nor a template.
    ///
    /// A template may be older by years, and so may be the commit that wrote an OKEP: they would leave the rest
    /// no room, and are drawn at the beginning.
    pub fn of(story: &Story) -> Option<Scale> {
        let parsed = |day: &String| day.parse::<Date>().ok();
        let landed = story.okeps.iter().filter_map(|o| parsed(&o.added.as_ref()?.date));
        let found = story.findings.iter().filter_map(|f| parsed(&f.introduced.as_ref()?.landed.date));
        let written = story.okeps.iter().filter_map(|o| parsed(&o.written.as_ref()?.date));
        let templates = story.templates.iter().filter_map(|t| parsed(&t.at.date));
        let end = story.walk.days.as_ref().and_then(|(_, last)| parsed(last));
        let happened: Vec<Date> = landed.chain(found).collect();
        let first = happened.iter().copied().min().or_else(|| templates.clone().min())?;
        let last = happened.into_iter().chain(templates.clone()).chain(end).max()?;
        let room = (days(first, last) * 0.12).clamp(1.0, 3650.0) as i32;
        let begin = first.saturating_sub(jiff::Span::new().days(room));
        let first = templates.chain(written).filter(|day| *day >= begin).chain([first]).min()?;
        // What happened on the last day is to be seen too.
        let more = (days(first, last) * 0.015).ceil().max(1.0) as i32;
        Some(Scale { first, last: last.saturating_add(jiff::Span::new().days(more)) })
    }

    /// Where a day is; what is before the first one, or no day, is at the beginning.
    pub fn x(&self, day: &str) -> f64 {
        day.parse().map_or(START, |day| self.at(day))
    }

    fn at(&self, day: Date) -> f64 {
        let part = days(self.first, day) / days(self.first, self.last);
        START + part.clamp(0.0, 1.0) * (END - START)
    }

    /// Whether a day is before the first one.
    pub fn is_before(&self, day: &str) -> bool {
        day.parse().is_ok_and(|day: Date| day < self.first)
    }

    /// Lines down to `bottom` for the days.
    pub fn lines(&self, top: u32, bottom: u32) -> Markup {
        html! {
            @for (day, _) in self.marks() {
                @let x = percent(self.at(day));
                line.grid x1=(x) x2=(x) y1=(top) y2=(bottom) {}
            }
        }
    }

    /// The days, at the height `y`. A narrow screen leaves every other one out.
    pub fn labels(&self, y: u32) -> Markup {
        html! {
            @for (nth, (day, label)) in self.marks().into_iter().enumerate() {
                text class=(if nth % 2 == 1 { "tick odd" } else { "tick" }) x=(percent(self.at(day))) y=(y) text-anchor="middle" { (label) }
            }
        }
    }

    fn marks(&self) -> Vec<(Date, String)> {
        let all = days(self.first, self.last);
        let (begin, step, form) = if all < 60.0 {
            let step = (all / MOST_MARKS).ceil().max(1.0) as i32;
            (self.first, jiff::Span::new().days(step), "%m-%d")
        } else {
            let step = MONTHS.into_iter().find(|m| all / (30.4 * f64::from(*m)) <= MOST_MARKS).unwrap_or(120);
            let month = (i32::from(self.first.year()) * 12 + i32::from(self.first.month()) - 1) / step * step;
            let Ok(begin) = Date::new((month / 12).max(1) as i16, (month % 12) as i8 + 1, 1) else {
                return Vec::new();
            };
            (begin, jiff::Span::new().months(step), if step >= 12 { "%Y" } else { "%Y-%m" })
        };
        let days = begin.series(step).take_while(|day| *day <= self.last);
        days.filter(|day| *day >= self.first).map(|day| (day, day.strftime(form).to_string())).collect()
    }
}

fn days(from: Date, to: Date) -> f64 {
    from.until(to).map_or(0.0, |span| span.get_days().into())
}

/// A length or a place for an attribute, to a hundredth of a percent.
pub fn percent(value: f64) -> String {
    format!("{value:.2}%")
}

/// A drawing around the point at `x` percent and `y` pixels.
pub fn at(x: f64, y: u32, drawing: Markup) -> Markup {
    html! { svg.mark x=(percent(x)) y=(y) { (drawing) } }
}

/// The day `days` before another.
pub fn days_before(day: &str, days: i32) -> Option<String> {
    let day: Date = day.parse().ok()?;
    day.checked_sub(jiff::Span::new().days(days)).ok().map(|d| d.to_string())
}
