//! The scores as a picture: bars of errors by length of history, and how far the ranges cover what they claim.

use chart::{Bar, BarPanel, bars};
use estimator::{Report, ReportedGroup, ReportedMethod};

/// Groups that are drawn, and their headings.
const PANELS: [(&str, &str); 2] =
    [("3-14 earlier posts", "3–14 earlier posts"), ("15+ earlier posts", "15 and more earlier posts")];

/// The picture.
pub(super) fn drawn(report: &Report) -> String {
    let note = format!(
        "{} creators, posts of at least {} days at capture. Beside each bar: the error, and the outcomes within the 50 % and \
         the 80 % range.",
        report.creators, report.mature_days
    );
    let panels = PANELS.map(|(group, title)| panel(&report.methods, group, title));
    bars("Forecasts of the next post: mean absolute error of log views", &note, &panels)
}

fn panel(methods: &[ReportedMethod], group: &str, title: &str) -> BarPanel {
    let forecasts = methods.iter().filter_map(|method| method.group(group)).map(|group| group.forecasts).max();
    BarPanel {
        title: format!("{title}: {} forecasts", forecasts.unwrap_or(0)),
        bars: methods.iter().map(|method| bar(&method.method, method.group(group))).collect(),
    }
}

fn bar(method: &str, group: Option<&ReportedGroup>) -> Bar {
    let told = |group: &ReportedGroup| {
        let (half, most) = (group.coverage_50 * 100.0, group.coverage_80 * 100.0);
        format!("{:.3} · {half:.0} % · {most:.0} %", group.mean_absolute_error)
    };
    Bar {
        name: method.to_owned(),
        value: group.map(|group| group.mean_absolute_error),
        told: group.map_or_else(String::new, told),
    }
}
