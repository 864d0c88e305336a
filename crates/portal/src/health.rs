//! The health of the endpoint as a strip of bars, one for each hour.

use std::fmt::Write;

use catalog::Lang;
use domain::percent;

use crate::{Hour, words};

/// What a page shows of the last hours.
pub(crate) struct Health {
    /// A sentence.
    pub(crate) summary: String,
    /// The strip, SVG.
    pub(crate) strip: String,
    /// The class of the sentence's mark.
    pub(crate) class: &'static str,
}

const BAR: usize = 10;
const STEP: usize = 14;
const HEIGHT: usize = 34;

/// The health of these hours.
pub(crate) fn health(hours: &[Hour], lang: Lang) -> Health {
    let sum = |of: fn(&Hour) -> u64| hours.iter().map(of).sum::<u64>();
    let all = Hour {
        hour: 0,
        succeeded: sum(|hour| hour.succeeded),
        refused: sum(|hour| hour.refused),
        failed: sum(|hour| hour.failed),
    };
    let summary = told(&all, lang);
    let width = STEP * hours.len().max(1) - (STEP - BAR);
    let mut strip = format!(
        "<svg class=\"strip\" viewBox=\"0 0 {width} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}{}{summary}\">",
        words::HEALTH.of(lang),
        lang.colon()
    );
    for (at, hour) in hours.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(
            strip,
            "<rect class=\"{}\" x=\"{}\" width=\"{BAR}\" height=\"{HEIGHT}\" rx=\"3\"><title>{}{}{}</title></rect>",
            class(hour),
            at * STEP,
            named(hour, lang),
            lang.colon(),
            told(hour, lang)
        );
    }
    strip.push_str("</svg>");
    Health { summary, strip, class: class(&all) }
}

/// When an hour begins, by the clock of the language: `05:00 UTC`, `北京时间 13:00`.
fn named(hour: &Hour, lang: Lang) -> String {
    let begins = (hour.hour + u64::from(lang.ahead_of_utc_s() / 3_600)) % 24;
    match lang {
        Lang::En => format!("{begins:02}:00 {}", lang.clock()),
        Lang::Zh => format!("{} {begins:02}:00", lang.clock()),
    }
}

/// Parts in ten thousand that were answered, of what could be.
fn answered_bp(hour: &Hour) -> Option<u64> {
    (hour.succeeded * 10_000).checked_div(hour.succeeded + hour.failed)
}

fn class(hour: &Hour) -> &'static str {
    match answered_bp(hour) {
        None if hour.refused > 0 => "well",
        None => "idle",
        Some(10_000) => "well",
        Some(9_500..) => "weak",
        Some(_) => "ill",
    }
}

fn told(hour: &Hour, lang: Lang) -> String {
    let Hour { succeeded, refused, failed, .. } = hour;
    if succeeded + refused + failed == 0 {
        return words::HEALTH_NONE.of(lang).to_owned();
    }
    let share = answered_bp(hour).map_or_else(String::new, |bp| format!("{} · ", percent(bp)));
    match lang {
        Lang::En => format!("{share}{succeeded} answered, {refused} refused, {failed} failed"),
        Lang::Zh => format!("{share}成功 {succeeded}，拒绝 {refused}，失败 {failed}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_as_well_as_its_answers() {
        let hour = |succeeded, refused, failed| Hour { hour: 5, succeeded, refused, failed };
        let of = |each| health(&[each], Lang::En);
        assert_eq!((of(hour(0, 0, 0)).class, of(hour(0, 3, 0)).class), ("idle", "well"));
        assert_eq!((of(hour(99, 0, 1)).class, of(hour(1, 0, 1)).class), ("weak", "ill"));
        let well = of(hour(2, 1, 0));
        assert_eq!((well.class, well.summary.as_str()), ("well", "100.00 % · 2 answered, 1 refused, 0 failed"));
        assert!(well.strip.contains("05:00 UTC") && well.strip.matches("<rect").count() == 1);
        assert!(health(&[hour(2, 1, 0)], Lang::Zh).strip.contains("<title>北京时间 13:00："));
    }
}
