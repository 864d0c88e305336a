//! The day that daily quotas go by: the calendar day in Asia/Shanghai, whatever zone the machine is in.

use domain::Spoken;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The zone, by its IANA name; its rules are compiled in.
const ZONE: &str = "Asia/Shanghai";

/// A calendar day in Asia/Shanghai.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// 1970-01-01.
    pub const EPOCH: Day = Day(0);

    /// The day of a moment, in milliseconds since the epoch.
    pub fn of(unix_ms: u64) -> Self {
        let moment = i64::try_from(unix_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let date = moment.unwrap_or(Timestamp::MAX).to_zoned(zone()).date();
        Self(date.duration_since(epoch()).as_hours().div_euclid(24) as i32)
    }

    /// The day of a number kept in a database: days since 1970-01-01.
    pub fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// Days since 1970-01-01.
    pub fn number(self) -> i32 {
        self.0
    }

    /// When it begins, in milliseconds since the epoch.
    pub fn begins_at_ms(self) -> u64 {
        Self(self.0.saturating_sub(1)).ends_at_ms()
    }

    /// When the next day begins, in milliseconds since the epoch: the moment quotas are whole again.
    pub fn ends_at_ms(self) -> u64 {
        let next = self.date().checked_add(1.day()).ok().and_then(|date| date.to_zoned(zone()).ok());
        next.and_then(|midnight| u64::try_from(midnight.timestamp().as_millisecond()).ok()).unwrap_or(u64::MAX)
    }

    fn date(self) -> Date {
        epoch().checked_add(self.0.days()).unwrap_or(Date::MAX)
    }
}

impl std::fmt::Display for Day {
    /// `2026-11-24`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.date().fmt(f)
    }
}

/// A text that is no day as it is written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayError;

impl std::str::FromStr for Day {
    type Err = DayError;

    /// Reads `2026-11-24`, and no other way to write a day.
    fn from_str(text: &str) -> Result<Self, DayError> {
        let date: Date = text.parse().map_err(|_| DayError)?;
        let day = Self(date.duration_since(epoch()).as_hours().div_euclid(24) as i32);
        if day.to_string() == text { Ok(day) } else { Err(DayError) }
    }
}

impl std::fmt::Display for DayError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not a day such as 2026-11-24")
    }
}

impl std::error::Error for DayError {}

/// Days from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRange {
    from: Day,
    to: Day,
}

/// A range whose first day is after its last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangeError {
    /// What should be the first day.
    pub from: Day,
    /// What should be the last one.
    pub to: Day,
}

impl DayRange {
    /// How many days it has where its first one is not named.
    const USUAL: i32 = 30;

    /// The range between the days that are named: up to `today` without a last one, of 30 days without a first one.
    ///
    /// # Errors
    /// [`RangeError`].
    pub fn of(from: Option<Day>, to: Option<Day>, today: Day) -> Result<Self, RangeError> {
        let to = to.unwrap_or(today);
        let from = from.unwrap_or(Day(to.0.saturating_sub(Self::USUAL - 1)));
        if from > to { Err(RangeError { from, to }) } else { Ok(Self { from, to }) }
    }

    /// The first day.
    pub fn from(self) -> Day {
        self.from
    }

    /// The last day.
    pub fn to(self) -> Day {
        self.to
    }

    /// How many days it has: at least one.
    pub fn days(self) -> u32 {
        self.to.0.abs_diff(self.from.0).saturating_add(1)
    }
}

impl std::fmt::Display for RangeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, to } = self;
        write!(f, "from {from} is after to {to}: the first day comes first")
    }
}

impl std::error::Error for RangeError {}

impl Spoken for RangeError {
    fn chinese(&self) -> String {
        let Self { from, to } = self;
        format!("from {from} 晚于 to {to}：起始日期应不晚于结束日期")
    }
}

fn epoch() -> Date {
    Date::constant(1970, 1, 1)
}

fn zone() -> TimeZone {
    // Compiled in, so it is there.
    TimeZone::get(ZONE).expect("the zone is compiled in")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> u64 {
        u64::try_from(text.parse::<Timestamp>().expect(text).as_millisecond()).expect("after 1970")
    }

    #[test]
    fn the_day_changes_at_sixteen_hours_utc() {
        let (before, after) = (Day::of(ms("2026-11-24T15:59:59.9Z")), Day::of(ms("2026-11-24T16:00:00.0Z")));
        assert_eq!((before.to_string().as_str(), after.to_string().as_str()), ("2026-11-24", "2026-11-25"));
        assert_eq!(before.number() + 1, after.number());
        assert_eq!(before.ends_at_ms(), ms("2026-11-24T16:00:00Z"));
        assert_eq!(after.ends_at_ms(), ms("2026-11-25T16:00:00Z"));
        assert_eq!(after.begins_at_ms(), ms("2026-11-24T16:00:00Z"));
    }

    #[test]
    fn a_day_is_never_longer_than_it_is() {
        let start = ms("2026-01-01T00:00:00Z");
        for hour in 0..24 * 400 {
            let now = start + hour * 3_600_000;
            let day = Day::of(now);
            let left = day.ends_at_ms() - now;
            assert!((1..=86_400_000).contains(&left), "{day} {left}");
            assert_eq!(day.to_string().parse::<Day>().expect("a day"), day);
            assert_eq!(Day::from_number(day.number()), day);
        }
    }

    #[test]
    fn a_range_ends_today_and_has_thirty_days_unless_it_is_named_otherwise() {
        let day = |text: &str| text.parse::<Day>().expect(text);
        let (today, before) = (day("2026-11-24"), day("2026-01-30"));
        let told = |range: DayRange| (range.from(), range.to(), range.days());
        let of = |from, to| DayRange::of(from, to, today).map(told);
        assert_eq!(of(None, None), Ok((day("2026-10-26"), today, 30)));
        assert_eq!(of(None, Some(before)), Ok((day("2026-01-01"), before, 30)));
        assert_eq!(of(Some(before), None), Ok((before, today, 299)));
        assert_eq!(of(Some(today), Some(today)), Ok((today, today, 1)));
        assert_eq!(of(Some(today), Some(before)), Err(RangeError { from: today, to: before }));
    }
}
