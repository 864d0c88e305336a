//! The scores as tables for people.

use catalog::{Lang, Text};
use estimator::{EARLIER_MIN, Method, Report, ReportedGroup, ReportedMethod};

use crate::lang::told;
use crate::output::{counted, thousands};
use crate::tables::fit::{REST_IN_JSON, Shape, Sheet, Shown};

/// The columns that stay where a terminal has little room: errors and what the ranges cover, before single quantiles.
const FIRST: [usize; 7] = [0, 1, 8, 9, 2, 10, 5];

/// A table for each group of forecasts, a row for each method, in a terminal of so many columns. Groups of the same forecasts have one
/// together.
pub(crate) fn scores_text(report: &Report, lang: Lang, width: Option<usize>) -> String {
    let mut tables: Vec<(Vec<String>, String)> = Vec::new();
    for name in names(report) {
        let (name, scores) = (group_text(name, lang), group_scores(report, name, lang, width));
        match tables.iter_mut().find(|(_, same)| *same == scores) {
            Some((names, _)) => names.push(name),
            None => tables.push((vec![name], scores)),
        }
    }
    let tables = tables.into_iter().map(|(names, scores)| {
        let names = names.join(Text::new("; ", "；").of(lang));
        format!("\n{names}{}{scores}", lang.colon())
    });
    told!(
        lang,
        "Forecasts of each post from the {}th on of {} creators, from the earlier ones only; posts younger than {} days at \
         capture left out.\nerror: mean absolute error of log views; bias: forecast less outcome; p10 to p90: pinball loss; \
         in 50 %, in 80 %: outcomes\nwithin the range; interactions: mean absolute error of log (interactions + 1).\n{}",
        "从第 {} 个作品起，仅以更早的作品预测每个作品；共 {} 位达人，不含采集时发布不足 {} 天的作品。\n\
         误差：播放量对数的平均绝对误差；偏差：预测减实际；p10 至 p90：分位数损失；50 % 内、80 % 内：实际落在区间内的\n\
         比例（%）；互动量：互动量加一之对数的平均绝对误差。\n{}",
        EARLIER_MIN + 1,
        thousands(report.creators),
        report.mature_days,
        tables.collect::<Vec<_>>().join("\n")
    )
}

/// How many forecasts a group has, and its table.
fn group_scores(report: &Report, name: &str, lang: Lang, width: Option<usize>) -> String {
    let rows = report.methods.iter().filter_map(|method| Some(row(&method.method, method.group(name)?).into()));
    let sheet = Sheet { columns: columns(lang), rows: rows.collect(), first: &FIRST, rest: REST_IN_JSON };
    let forecasts = report.methods.iter().find_map(|method| method.group(name)).map_or(0, |group| group.forecasts);
    let (table, counted, forecasts) = (sheet.text(lang, width), counted(forecasts, "forecast"), thousands(forecasts));
    told!(lang, "{counted}\n{table}", "{forecasts} 次预测\n{table}")
}

/// The names of the groups, in the order of the first method that has them.
fn names(report: &Report) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for group in report.methods.iter().flat_map(|method| &method.groups) {
        if !names.contains(&group.group.as_str()) {
            names.push(&group.group);
        }
    }
    names
}

/// Fewer forecasts say nothing of which method is the better one.
const FORECASTS_MIN: u64 = 1_000;

/// What to do where a method forecasts these posts better than the one in use, by more than chance explains: two standard errors.
///
/// `known` is the share of these creators that the coefficients were fitted to: none, or not known.
pub(super) fn advice(report: &Report, in_use: Method, known: Option<f64>, lang: Lang) -> Option<String> {
    let all = |method: &ReportedMethod| method.group("all").map(|group| (group.forecasts, group.mean_absolute_error));
    let scored =
        report.methods.iter().find(|method| method.method.split('@').next() == Some(in_use.versioned_name()))?;
    let (forecasts, own) = all(scored)?;
    let others = report.methods.iter().filter_map(|method| Some((method, all(method)?.1)));
    let (best, least) = others.min_by(|one, other| one.1.total_cmp(&other.1))?;
    let difference = best.beside_in_use?;
    if forecasts < FORECASTS_MIN || difference.mean + 2.0 * difference.standard_error >= 0.0 {
        return None;
    }
    let (best, more) = (&best.method, (own / least - 1.0) * 100.0);
    let is_fitted = scored.method.contains('@');
    let in_use = if is_fitted { scored.method.as_str() } else { in_use.name() };
    // Whoever may have fitted them to these need not be told to.
    let next = if is_fitted && known.is_none() { FITTED } else { NOT_FITTED };
    let told = told!(
        lang,
        "{best} errs least here; {in_use}, which is in use, errs {more:.1} % more. ",
        "{best} 在此误差最小；当前使用的 {in_use} 误差高 {more:.1} %。"
    );
    Some(told + next.of(lang))
}

const NOT_FITTED: Text = Text::new(
    "See what fitting it to such posts brings, on creators held out: astrolabe fit FILE… --out coefficients.toml",
    "可用留出的达人检验以这类作品拟合的效果：astrolabe fit FILE… --out coefficients.toml",
);

const FITTED: Text = Text::new(
    "Its coefficients are those of a file: only posts that they were not fitted to tell how good they are.",
    "其系数来自文件：仅凭未用于拟合的作品，才能看出其优劣。",
);

fn columns(lang: Lang) -> Vec<Shown> {
    let headings = match lang {
        Lang::En => {
            ["method", "error", "bias", "p10", "p25", "p50", "p75", "p90", "in 50 %", "in 80 %", "interactions"]
        }
        Lang::Zh => ["方法", "误差", "偏差", "p10", "p25", "p50", "p75", "p90", "50 % 内", "80 % 内", "互动量"],
    };
    let shape = |at| if at == 0 { Shape::Word } else { Shape::Number };
    headings.into_iter().enumerate().map(|(at, heading)| Shown::new(heading, shape(at))).collect()
}

/// A group of forecasts by its name; a group that has no Chinese name keeps its own.
fn group_text(name: &str, lang: Lang) -> String {
    let chinese = match (name.strip_suffix(" earlier posts"), name.strip_suffix(" plays")) {
        (Some(posts), _) => match posts.strip_suffix('+') {
            Some(least) => format!("此前 {least} 个及以上作品"),
            None => format!("此前 {posts} 个作品"),
        },
        (_, Some(plays)) => match (plays.strip_prefix("under "), plays.strip_suffix('+')) {
            (Some(most), _) => format!("播放量不足 {most}"),
            (_, Some(least)) => format!("播放量 {least} 起"),
            _ => format!("播放量 {}", plays.replace(" to ", " 至 ")),
        },
        _ if name == "all" => "全部".to_owned(),
        _ => name.to_owned(),
    };
    told!(lang, "{name}", "{chinese}")
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

#[cfg(test)]
mod tests {
    use estimator::Difference;

    use super::*;
    use crate::tables::fit::table_width;

    /// Scores of methods with these errors, over so many forecasts; differences are sure to so much.
    fn scored(errors: &[(Method, f64)], forecasts: u64, standard_error: f64) -> Report {
        let group = |group: &str, error: f64| ReportedGroup {
            group: group.to_owned(),
            forecasts,
            mean_absolute_error: error,
            bias: 0.0,
            pinball_loss: [0.0; 5],
            coverage_50: 0.5,
            coverage_80: 0.8,
            interactions_mean_absolute_error: None,
        };
        let method = |(method, error): &(Method, f64)| ReportedMethod {
            method: method.versioned_name().to_owned(),
            groups: vec![group("all", *error), group("3-14 earlier posts", *error)],
            beside_in_use: Some(Difference { mean: error - errors[errors.len() - 1].1, standard_error }),
        };
        Report { creators: 1, mature_days: 7, methods: errors.iter().map(method).collect() }
    }

    #[test]
    fn scores_fit_a_terminal_with_their_digits_together() {
        let report = scored(&[(Method::Ensemble, 0.612_345), (Method::Median15, 0.69)], 1, 0.0);
        for lang in [Lang::En, Lang::Zh] {
            let told = scores_text(&report, lang, Some(80));
            let rows: Vec<&str> = told.lines().filter(|line| line.starts_with(['│', '┌'])).collect();
            assert!(table_width(&told) <= 80, "{told}");
            assert!(told.contains(REST_IN_JSON.of(lang)), "{told}");
            for part in ["ensemble/4 ", " 0.6123 ", "+0.000", " 50.0 ", " 80.0 "] {
                assert!(rows.iter().any(|row| row.contains(part)), "{part:?} is not in\n{told}");
            }
        }
    }

    #[test]
    fn groups_are_told_as_ranges_in_chinese_too() {
        for (name, chinese) in [
            ("under 10,000 plays", "播放量不足 10,000"),
            ("100,000 to 999,999 plays", "播放量 100,000 至 999,999"),
            ("10,000,000+ plays", "播放量 10,000,000 起"),
        ] {
            assert_eq!([Lang::En, Lang::Zh].map(|lang| group_text(name, lang)), [name, chinese]);
        }
    }

    #[test]
    fn groups_of_the_same_forecasts_are_one_table() {
        let told = scores_text(&scored(&[(Method::Last, 0.6)], 1, 0.0), Lang::En, None);
        assert!(told.contains("\nall; 3-14 earlier posts: 1 forecast\n"), "{told}");
        assert_eq!(told.matches("last/1").count(), 1, "{told}");
    }

    #[test]
    fn a_better_method_than_the_one_in_use_is_named_with_what_to_do() {
        let errors = [(Method::Last, 0.6), (Method::Median15, 0.69)];
        let report = scored(&errors, 1_000, 0.04);
        let told = advice(&report, Method::Median15, None, Lang::En).expect("another errs less");
        assert!(told.starts_with("last/1 errs least here; median-15, which is in use, errs 15.0 % more"), "{told}");
        assert!(told.contains("astrolabe fit FILE…"), "{told}");
        assert!(advice(&report, Method::Median15, None, Lang::Zh).is_some_and(|told| told.contains("误差最小")));
        let mut fitted = report;
        fitted.methods[1].method += "@ours";
        let told = advice(&fitted, Method::Median15, None, Lang::En).expect("another errs less");
        assert!(told.contains("median-15/1@ours, which is in use") && !told.contains("astrolabe fit"), "{told}");
        let told = advice(&fitted, Method::Median15, Some(0.0), Lang::En).expect("another errs less");
        assert!(told.contains("astrolabe fit"), "fitted to others: {told}");
        assert_eq!(advice(&fitted, Method::Median10, None, Lang::En), None, "not scored");
        let own = scored(&[(Method::Median15, 0.69), (Method::Last, 0.6)], 1_000, 0.0);
        assert_eq!(advice(&own, Method::Last, None, Lang::En), None, "the best is in use");
        assert_eq!(advice(&scored(&errors, 999, 0.0), Method::Median15, None, Lang::En), None, "too few forecasts");
        assert_eq!(advice(&scored(&errors, 1_000, 0.05), Method::Median15, None, Lang::En), None, "it may be chance");
    }
}
