//! Times that do not say their offset, read in the zone that the caller names.

use std::str::FromStr;

use domain::{Spoken, TimeError, UnixTime};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// A time zone, by its IANA name such as `Asia/Shanghai`; its rules are compiled in.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

/// A text that names no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no time zone of that name; right would be its IANA name, such as Asia/Shanghai")]
pub struct UnknownZone;

impl Spoken for UnknownZone {
    fn chinese(&self) -> String {
        "没有该时区；应为其 IANA 名称，如 Asia/Shanghai".into()
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        TimeZone::get(name).map(Self).map_err(|_| UnknownZone)
    }
}

/// Why a time has no moment in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotInZone {
    /// Clocks show it never there, or twice, for they are set forward or back then.
    Skipped,
    /// Outside the years there are.
    Outside(TimeError),
}

impl Zone {
    /// The moment at which clocks in the zone show a time. A day without a time is its first moment.
    pub(crate) fn moment(&self, civil: Civil) -> Result<UnixTime, NotInZone> {
        let zoned = match civil {
            Civil::Day(date) => date.to_zoned(self.0.clone()).map_err(|_| NotInZone::Outside(TimeError::OutOfRange))?,
            Civil::Time(time) => self.0.to_ambiguous_zoned(time).unambiguous().map_err(|_| NotInZone::Skipped)?,
        };
        UnixTime::from_seconds(zoned.timestamp().as_second()).map_err(NotInZone::Outside)
    }

    /// The moment of seconds that were counted as if clocks in the zone showed UTC, as columns of Parquet without a zone count.
    pub(crate) fn moment_of_seconds(&self, seconds: i64) -> Result<UnixTime, NotInZone> {
        let outside = NotInZone::Outside(TimeError::OutOfRange);
        let shown = jiff::Timestamp::from_second(seconds).map_err(|_| outside)?;
        self.moment(Civil::Time(TimeZone::UTC.to_datetime(shown)))
    }
}

/// What clocks and calendars show, without the place where they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Civil {
    Day(Date),
    Time(DateTime),
}

impl Civil {
    /// Reads `2025-09-01 12:00:00`, as well with a `T`, without seconds or with decimals of them, as spreadsheets write it
    /// (`2025/9/1 12:00`), and a day alone. Nothing whose year does not come first, for it has two meanings.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (day, time) = match text.split_once(['T', ' ']) {
            Some((day, time)) => (day, Some(time.trim_start())),
            None => (text, None),
        };
        let date = read_day(day)?;
        Some(match time {
            None => Self::Day(date),
            Some(time) => Self::Time(DateTime::from_parts(date, read_time(time)?)),
        })
    }
}

fn read_day(text: &str) -> Option<Date> {
    let mark = if text.contains('/') { '/' } else { '-' };
    let mut parts = text.split(mark);
    let (year, month, day) =
        (number(parts.next()?, 4..=4)?, number(parts.next()?, 1..=2)?, number(parts.next()?, 1..=2)?);
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    parts.next().is_none().then_some(date)
}

fn read_time(text: &str) -> Option<Time> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    if decimals.is_empty() || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut parts = whole.split(':');
    let (hour, minute) = (number(parts.next()?, 1..=2)?, number(parts.next()?, 2..=2)?);
    let second = parts.next().map_or(Some(0), |second| number(second, 2..=2))?;
    let part = |number: i16| i8::try_from(number).ok();
    let time = Time::new(part(hour)?, part(minute)?, part(second)?, 0).ok()?;
    // Decimals are of seconds, and moments are whole ones.
    (parts.next().is_none() && (decimals == "0" || whole.matches(':').count() == 2)).then_some(time)
}

/// A number of so many digits.
fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i16> {
    let is_plain = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str, zone: &str) -> Option<String> {
        let zone: Zone = zone.parse().expect("a zone");
        Civil::read(text).and_then(|civil| zone.moment(civil).ok()).map(|moment| moment.to_string())
    }

    #[test]
    fn a_time_is_read_in_its_zone_however_it_is_written() {
        for text in ["2025-09-01 12:00:00", "2025-09-01T12:00:00", "2025-09-01 12:00:00.512", "2025/9/1 12:00"] {
            assert_eq!(moment(text, "Asia/Shanghai").as_deref(), Some("2025-09-01T04:00:00Z"), "{text}");
        }
        assert_eq!(moment("2025-09-01", "Asia/Shanghai").as_deref(), Some("2025-08-31T16:00:00Z"));
        assert_eq!(moment("2025-09-01 12:00:00", "America/New_York").as_deref(), Some("2025-09-01T16:00:00Z"));
        assert_eq!("Asia/Beijing".parse::<Zone>().err(), Some(UnknownZone));
    }

    #[test]
    fn what_has_two_meanings_or_none_is_no_time() {
        for text in [
            "01/09/2025 12:00",
            "2025-13-01 12:00:00",
            "2025-02-30",
            "2025-09-01 24:00:00",
            "2025-09-01 12",
            "2025-09-01 12:00.5",
            "2025-09-01 12:00:00 PM",
            "2025-09/01",
            "20250901",
            "1756699200",
            "",
        ] {
            assert_eq!(Civil::read(text), None, "{text}");
        }
        // Clocks in New York are set forward and back.
        assert_eq!(moment("2025-03-09 02:30:00", "America/New_York"), None);
        assert_eq!(moment("2025-11-02 01:30:00", "America/New_York"), None);
    }
}
