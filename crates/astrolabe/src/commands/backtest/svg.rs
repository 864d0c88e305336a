//! The scores as a picture: bars of errors by length of history, and how far the ranges cover what they claim.

use catalog::{Lang, Text};
use chart::{Bar, BarPanel, bars};
use estimator::{Report, ReportedGroup, ReportedMethod};

use crate::lang::told;

/// Groups that are drawn, and their headings.
const PANELS: [(&str, Text); 2] = [
    ("3-14 earlier posts", Text::new("3–14 earlier posts", "此前 3–14 个作品")),
    ("15+ earlier posts", Text::new("15 and more earlier posts", "此前 15 个及以上作品")),
];

/// The picture.
pub(super) fn drawn(report: &Report, lang: Lang) -> String {
    let note = told!(
        lang,
        "{} creators, posts of at least {} days at capture. Beside each bar: the error, and the outcomes within the 50 % and \
         the 80 % range.",
        "{} 位达人，采集时已发布至少 {} 天的作品。条形旁依次为误差，以及落在 50 % 与 80 % 区间内的比例。",
        report.creators,
        report.mature_days
    );
    let panels = PANELS.map(|(group, title)| panel(&report.methods, group, title, lang));
    let title = Text::new(
        "Forecasts of the next post: mean absolute error of log views",
        "对下一个作品的预测：播放量对数的平均绝对误差",
    );
    bars(title.of(lang), &note, &panels, lang)
}

fn panel(methods: &[ReportedMethod], group: &str, title: Text, lang: Lang) -> BarPanel {
    let forecasts = methods.iter().filter_map(|method| method.group(group)).map(|group| group.forecasts).max();
    let (title, forecasts) = (title.of(lang), forecasts.unwrap_or(0));
    BarPanel {
        title: told!(lang, "{title}: {forecasts} forecasts", "{title}：{forecasts} 次预测"),
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
