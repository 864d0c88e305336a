//! Days worth a line, between two moments, by the calendar of China.

use domain::UnixTime;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

/// Steps from line to line, in months and days.
const STEPS: [(i32, i32); 12] =
    [(0, 1), (0, 2), (0, 7), (0, 14), (1, 0), (2, 0), (3, 0), (6, 0), (12, 0), (24, 0), (60, 0), (240, 0)];

/// China has had one offset since 1991.
fn zone() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

/// The day in China.
pub(crate) fn day(moment: UnixTime) -> String {
    date(moment).map_or_else(String::new, |date| date.to_string())
}

fn date(moment: UnixTime) -> Option<Date> {
    Timestamp::from_second(i64::from(moment.0)).ok().map(|moment| moment.to_zoned(zone()).date())
}

/// Moments at which days begin, and how they are told; `count` of them at most.
pub(crate) fn ticks(from: UnixTime, to: UnixTime, count: usize) -> Vec<(UnixTime, String)> {
    let all = STEPS.iter().map(|step| of_step(from, to, *step, count));
    let few = all.into_iter().flatten().next();
    few.unwrap_or_default()
}

/// The ticks of one step; none where they are too many.
fn of_step(from: UnixTime, to: UnixTime, (months, days): (i32, i32), count: usize) -> Option<Vec<(UnixTime, String)>> {
    let mut date = date(from)?;
    if months > 0 {
        let month = (i32::from(date.month()) - 1) / months * months + 1;
        let year =
            if months > 12 { i32::from(date.year()) / (months / 12) * (months / 12) } else { i32::from(date.year()) };
        date = Date::new(i16::try_from(year).ok()?, i8::try_from(month.min(12)).ok()?, 1).ok()?;
    }
    let mut ticks = Vec::new();
    let mut year = None;
    loop {
        let moment = date.to_zoned(zone()).ok()?.timestamp().as_second();
        if moment > i64::from(to.0) {
            return Some(ticks);
        }
        if let Some(moment) = UnixTime::from_seconds(moment).ok().filter(|moment| *moment >= from) {
            let is_new_year = year.replace(date.year()) != Some(date.year());
            ticks.push((moment, told(date, months, is_new_year)));
            if ticks.len() > count {
                return None;
            }
        }
        date = date.checked_add(months.months().days(days)).ok()?;
    }
}

fn told(date: Date, months: i32, is_new_year: bool) -> String {
    let (year, month, day) = (date.year(), date.month(), date.day());
    match months {
        0 if is_new_year => format!("{year}-{month:02}-{day:02}"),
        0 => format!("{month:02}-{day:02}"),
        1..12 => format!("{year}-{month:02}"),
        _ => year.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixTime {
        text.parse().expect("a moment")
    }

    fn told(from: &str, to: &str, count: usize) -> Vec<String> {
        ticks(at(from), at(to), count).into_iter().map(|(_, told)| told).collect()
    }

    #[test]
    fn lines_are_at_round_dates_of_china() {
        assert_eq!(told("2026-12-30T00:00:00Z", "2027-01-02T00:00:00Z", 6), ["2026-12-31", "2027-01-01", "01-02"]);
        assert_eq!(
            told("2026-03-04T00:00:00Z", "2026-11-24T00:00:00Z", 5),
            ["2026-05", "2026-07", "2026-09", "2026-11"]
        );
        assert_eq!(told("1999-03-04T00:00:00Z", "2031-01-01T00:00:00Z", 8).len(), 7);
        assert_eq!(day(at("2026-11-24T16:00:00Z")), "2026-11-25");
    }

    #[test]
    fn no_span_of_time_is_without_lines_or_with_too_many() {
        for days in [0, 1, 2, 12, 50, 120, 1_200, 12_000, 49_000] {
            let ticks = ticks(UnixTime(0), UnixTime(days * UnixTime::DAY), 7);
            assert!(ticks.len() <= 7 && (days < 3 || ticks.len() >= 2), "{days} days: {ticks:?}");
        }
    }
}
