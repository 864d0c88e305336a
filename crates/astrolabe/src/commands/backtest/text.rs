//! The scores as tables for people.

use estimator::{EARLIER_MIN, Report, ReportedGroup};

use crate::output::{self, thousands};

/// A table for each group of forecasts, a row for each method.
pub(crate) fn scores_text(report: &Report) -> String {
    let mut names: Vec<&str> = Vec::new();
    for group in report.methods.iter().flat_map(|method| &method.groups) {
        if !names.contains(&group.group.as_str()) {
            names.push(&group.group);
        }
    }
    let tables = names.iter().map(|name| {
        let rows = report.methods.iter().filter_map(|method| Some(row(&method.method, method.group(name)?)));
        let forecasts = report.methods.iter().find_map(|method| method.group(name)).map_or(0, |group| group.forecasts);
        format!(
            "\n{name}: {} forecasts\n{}",
            thousands(forecasts),
            output::table(
                ["method", "error", "bias", "p10", "p25", "p50", "p75", "p90", "in 50 %", "in 80 %", "interactions"],
                &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
                rows
            )
        )
    });
    format!(
        "Forecasts of each post from the {}th on of {} creators, from the earlier ones only; posts younger than {} days at \
         capture left out.\nerror: mean absolute error of log views; bias: forecast less outcome; p10 to p90: pinball loss; \
         in 50 %, in 80 %: outcomes\nwithin the range; interactions: mean absolute error of log interactions.\n{}",
        EARLIER_MIN + 1,
        thousands(report.creators),
        report.mature_days,
        tables.collect::<Vec<_>>().join("\n")
    )
}

fn row(method: &str, group: &ReportedGroup) -> [String; 11] {
    let [p10, p25, p50, p75, p90] = group.pinball_loss.map(|loss| format!("{loss:.4}"));
    let percent = |share: f64| format!("{:.1}", share * 100.0);
    [
        method.to_owned(),
        format!("{:.4}", group.mean_absolute_error),
        format!("{:+.3}", group.bias),
        p10,
        p25,
        p50,
        p75,
        p90,
        percent(group.coverage_50),
        percent(group.coverage_80),
        group.interactions_mean_absolute_error.map_or_else(|| "–".into(), |error| format!("{error:.4}")),
    ]
}
