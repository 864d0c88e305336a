//! The scores as a picture: bars of errors by length of history, and how far the ranges cover what they claim. Written by
//! hand: a handful of rectangles needs no library.

use std::fmt::Write;

use estimator::{Report, ReportedGroup};

const PANELS: [(&str, &str); 2] =
    [("3-14 earlier posts", "3–14 earlier posts"), ("15+ earlier posts", "15 and more earlier posts")];
const ROW: f64 = 26.0;
const LABEL: f64 = 190.0;
const BAR: f64 = 300.0;
const PANEL: f64 = 560.0;
const TOP: f64 = 84.0;

/// The picture.
pub(super) fn drawn(report: &Report) -> String {
    let rows = report.methods.len() as f64;
    let (width, height) = (PANEL * 2.0 + 40.0, TOP + rows * ROW + 70.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#1f2933\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"20\" y=\"30\" font-size=\"17\" font-weight=\"600\">Forecasts of the next post: mean absolute error of log \
         views</text>\n"
    );
    for (panel, (group, title)) in PANELS.iter().enumerate() {
        let left = 20.0 + panel as f64 * PANEL;
        let groups: Vec<(&str, Option<&ReportedGroup>)> =
            report.methods.iter().map(|method| (method.method.as_str(), method.group(group))).collect();
        push_panel(&mut svg, left, title, &groups);
    }
    let _ = writeln!(
        svg,
        "<text x=\"20\" y=\"{}\" fill=\"#66707a\">{} creators, posts of at least {} days at capture. Beside each bar: the error, \
         and the outcomes within the 50 % and the 80 % range.</text>\n</svg>",
        height - 22.0,
        report.creators,
        report.mature_days
    );
    svg
}

fn push_panel(svg: &mut String, left: f64, title: &str, groups: &[(&str, Option<&ReportedGroup>)]) {
    let told = || groups.iter().filter_map(|(_, group)| *group);
    let forecasts = told().map(|group| group.forecasts).max().unwrap_or(0);
    let most = told().map(|group| group.mean_absolute_error).fold(0.0, f64::max).max(1e-9);
    let best = told().map(|group| group.mean_absolute_error).fold(f64::INFINITY, f64::min);
    let _ = writeln!(
        svg,
        "<text x=\"{left}\" y=\"{}\" font-weight=\"600\">{title}: {forecasts} forecasts</text>",
        TOP - 22.0
    );
    for (row, (method, group)) in groups.iter().enumerate() {
        let top = TOP + row as f64 * ROW;
        let _ = writeln!(svg, "<text x=\"{left}\" y=\"{:.1}\">{}</text>", top + 13.0, escaped(method));
        let Some(group) = group else { continue };
        let colour = if group.mean_absolute_error <= best { "#0b7285" } else { "#a5c8d1" };
        let bar = BAR * 0.6 * group.mean_absolute_error / most;
        let _ = writeln!(
            svg,
            "<rect x=\"{:.1}\" y=\"{top:.1}\" width=\"{bar:.1}\" height=\"17\" rx=\"2\" fill=\"{colour}\"/>\n\
             <text x=\"{:.1}\" y=\"{:.1}\">{:.3}   {:.0} % · {:.0} %</text>",
            left + LABEL,
            left + LABEL + bar + 8.0,
            top + 13.0,
            group.mean_absolute_error,
            group.coverage_50 * 100.0,
            group.coverage_80 * 100.0
        );
    }
}

/// A name as XML takes it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
