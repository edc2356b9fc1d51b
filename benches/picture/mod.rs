//! The table of what was measured as a picture: one SVG that needs nothing else, for light and for dark.
//!
//! Both axes of every panel are logarithmic, so that what grows as its cause does is a straight line that
//! climbs one step for each step to the right.

pub mod rows;

use rows::{Row, Rows, What};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 760.0;

const STYLE: &str = "\
    text{font:13px system-ui,'Segoe UI',Helvetica,Arial,sans-serif;fill:#1f2328}\
    .title{font-weight:600;font-size:14px}.axis{fill:#59636e;font-size:12px}\
    .paper{fill:#fff}.grid{stroke:#d1d9e0;stroke-width:1}.line{fill:none;stroke-width:2}\
    .okep{stroke:#0969da}.git{stroke:#bc4c00}.okep.dot{fill:#0969da}.git.dot{fill:#bc4c00}\
    .few{stroke:#0969da}.some{stroke:#8250df}.many{stroke:#1a7f37}\
    .few.dot{fill:#0969da}.some.dot{fill:#8250df}.many.dot{fill:#1a7f37}\
    .graph{stroke-dasharray:6 4}.dot{stroke:none}\
    @media(prefers-color-scheme:dark){\
    text{fill:#f0f6fc}.axis{fill:#9198a1}.paper{fill:#0d1117}.grid{stroke:#3d444d}\
    .okep{stroke:#4493f8}.git{stroke:#f0883e}.okep.dot{fill:#4493f8}.git.dot{fill:#f0883e}\
    .few{stroke:#4493f8}.some{stroke:#ab7df8}.many{stroke:#3fb950}\
    .few.dot{fill:#4493f8}.some.dot{fill:#ab7df8}.many.dot{fill:#3fb950}}";

/// A line of a panel: its classes, and what it goes through.
struct Curve {
    class: String,
    name: String,
    points: Vec<(f64, f64)>,
}

/// A panel at a place of the picture.
struct Panel {
    left: f64,
    top: f64,
    title: String,
    across: &'static str,
    up: &'static str,
    curves: Vec<Curve>,
}

const PANEL: (f64, f64) = (345.0, 230.0);

pub fn picture(rows: &Rows) -> String {
    let mut okeps: Vec<usize> = rows.of(What::History).map(|r| r.okeps).collect();
    okeps.dedup();
    let (few, many) = (okeps.first().copied().unwrap_or(0), okeps.last().copied().unwrap_or(0));
    let most = rows.of(What::History).map(|r| r.commits).max().unwrap_or(0);
    let of = |okeps: usize| move |r: &Row| r.okeps == okeps;
    let commits = |r: &Row| r.commits as f64;
    let by_commits = |left: f64, top: f64, okeps: usize| Panel {
        left,
        top,
        title: format!("{} OKEPs: time by commits", thousands(okeps as f64)),
        across: "commits",
        up: "milliseconds",
        curves: beside_git(rows, &of(okeps), &commits),
    };
    let classes = ["few", "some", "many"];
    let memory = okeps.iter().zip(classes.into_iter().cycle()).map(|(okeps, class)| Curve {
        class: class.to_owned(),
        name: format!("{} OKEPs", thousands(*okeps as f64)),
        points: rows
            .of(What::History)
            .filter(|r| r.okeps == *okeps)
            .map(|r| (commits(r), r.bytes()))
            .collect(),
    });
    let panels = [
        by_commits(80.0, 100.0, few),
        by_commits(525.0, 100.0, many),
        Panel {
            left: 80.0,
            top: 450.0,
            title: format!("{} commits: time by OKEPs", thousands(most as f64)),
            across: "OKEPs",
            up: "milliseconds",
            curves: beside_git(rows, &|r| r.commits == most, &|r| r.okeps as f64),
        },
        Panel {
            left: 525.0,
            top: 450.0,
            title: "okep's own memory by commits".to_owned(),
            across: "commits",
            up: "bytes a commit, at most",
            curves: memory.collect(),
        },
    ];
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\n\
         <title>What okep history --all costs as commits and OKEPs grow</title>\n\
         <style>{STYLE}</style>\n<rect class=\"paper\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"6\"/>\n"
    );
    let legend = [
        ("okep", "okep history --all"),
        ("git", "git log --raw of the same"),
        ("okep graph", "okep, commit-graph"),
        ("git graph", "git, commit-graph"),
    ];
    for ((class, name), x) in legend.into_iter().zip([80.0, 265.0, 495.0, 705.0]) {
        let _ = writeln!(
            svg,
            "<path class=\"line {class}\" d=\"M{x} 36h34\"/><text x=\"{}\" y=\"40\">{name}</text>",
            x + 42.0
        );
    }
    panels.iter().for_each(|panel| panel.draw(&mut svg));
    svg.push_str("</svg>\n");
    svg
}

/// The four lines of a panel that has git beside okep.
fn beside_git(rows: &Rows, which: &dyn Fn(&Row) -> bool, across: &dyn Fn(&Row) -> f64) -> Vec<Curve> {
    let mut curves = Vec::new();
    for (what, graph) in [(What::History, ""), (What::Graph, " graph")] {
        let points = |time: fn(&Row) -> f64| {
            rows.of(what).filter(|r| which(r)).map(|r| (across(r), time(r))).collect::<Vec<_>>()
        };
        let curve =
            |class: &str, points| Curve { class: format!("{class}{graph}"), name: String::new(), points };
        curves.push(curve("git", points(|r| r.measured.git)));
        curves.push(curve("okep", points(|r| r.measured.okep)));
    }
    curves
}

impl Panel {
    fn draw(&self, svg: &mut String) {
        let all = || self.curves.iter().flat_map(|c| &c.points);
        let (x0, x1) = bounds(all().map(|p| p.0));
        let (x0, x1) = (x0 - 0.08, x1 + 0.08);
        let (y0, y1) = bounds(all().map(|p| p.1));
        let (y0, y1) = (y0.floor(), y1.ceil().max(y0.floor() + 1.0));
        let (width, height) = PANEL;
        let x = |value: f64| self.left + (value.log10() - x0) / (x1 - x0) * width;
        let y = |value: f64| self.top + height - (value.log10() - y0) / (y1 - y0) * height;
        let (left, top, bottom) = (self.left, self.top, self.top + height);
        let _ =
            writeln!(svg, "<text class=\"title\" x=\"{left}\" y=\"{}\">{}</text>", top - 14.0, self.title);
        let measured: BTreeSet<u64> = all().map(|p| p.0 as u64).collect();
        for value in measured.into_iter().map(|value| value as f64) {
            let at = x(value);
            let _ = writeln!(
                svg,
                "<path class=\"grid\" d=\"M{at:.1} {top}v{height}\"/>\
                 <text class=\"axis\" text-anchor=\"middle\" x=\"{at:.1}\" y=\"{}\">{}</text>",
                bottom + 17.0,
                thousands(value)
            );
        }
        for step in y0.ceil() as i32..=y1.floor() as i32 {
            let (value, at) = (10f64.powi(step), y(10f64.powi(step)));
            let _ = writeln!(
                svg,
                "<path class=\"grid\" d=\"M{left} {at:.1}h{width}\"/>\
                 <text class=\"axis\" text-anchor=\"end\" x=\"{}\" y=\"{:.1}\">{}</text>",
                left - 7.0,
                at + 4.0,
                thousands(value)
            );
        }
        let middle = left + width / 2.0;
        let _ = writeln!(
            svg,
            "<text class=\"axis\" text-anchor=\"middle\" x=\"{middle}\" y=\"{}\">{}</text>",
            bottom + 37.0,
            self.across
        );
        let (aside, halfway) = (left - 62.0, top + height / 2.0);
        let _ = writeln!(
            svg,
            "<text class=\"axis\" text-anchor=\"middle\" transform=\"translate({aside} {halfway}) rotate(-90)\">{}</text>",
            self.up
        );
        for curve in &self.curves {
            let points: Vec<String> =
                curve.points.iter().map(|(a, b)| format!("{:.1} {:.1}", x(*a), y(*b))).collect();
            if points.is_empty() {
                continue;
            }
            let class = &curve.class;
            let _ = writeln!(svg, "<path class=\"line {class}\" d=\"M{}\"/>", points.join("L"));
            for (a, b) in &curve.points {
                let _ = writeln!(
                    svg,
                    "<circle class=\"dot {class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\"/>",
                    x(*a),
                    y(*b)
                );
            }
            if let Some((a, b)) = curve.points.first().filter(|_| !curve.name.is_empty()) {
                let _ = writeln!(
                    svg,
                    "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                    x(*a) + 8.0,
                    // The lowest of the lines has room below it alone.
                    y(*b) + if curve.class == "few" { 18.0 } else { -7.0 },
                    curve.name
                );
            }
        }
    }
}

/// The least and the most of values, as powers of ten.
fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let logs: Vec<f64> = values.map(f64::log10).collect();
    let least = logs.iter().copied().fold(f64::MAX, f64::min);
    let most = logs.iter().copied().fold(f64::MIN, f64::max);
    if least > most { (0.0, 1.0) } else { (least, most) }
}

fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).expect("digits")).collect();
    parts.join(",")
}
