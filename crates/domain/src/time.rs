//! A moment, to the second, as posts and prices carry it.

use std::fmt;
use std::str::FromStr;

use crate::{Lang, Spoken};

/// Seconds since 1970-01-01T00:00:00Z, up to 2106. Four bytes: a creator's state holds two for every post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnixTime(pub u32);

/// Why a text is not a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not RFC 3339 with an offset.
    #[error("not a time with its offset, such as 2026-11-22T03:04:05Z or 2026-11-22T11:04:05+08:00")]
    NotRfc3339,
    /// Outside 1970–2106.
    #[error("outside the years 1970 to 2106")]
    OutOfRange,
}

impl Spoken for TimeError {
    fn chinese(&self) -> String {
        let text = match self {
            Self::NotRfc3339 => "应为带时区的时间，如 2026-11-22T03:04:05Z 或 2026-11-22T11:04:05+08:00",
            Self::OutOfRange => "超出 1970 至 2106 年",
        };
        text.into()
    }
}

impl UnixTime {
    /// Seconds in a day.
    pub const DAY: u32 = 86_400;

    /// The moment `seconds` after the epoch.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] outside 1970–2106.
    #[inline]
    pub fn from_seconds(seconds: i64) -> Result<Self, TimeError> {
        u32::try_from(seconds).map(Self).map_err(|_| TimeError::OutOfRange)
    }

    /// How many seconds this is after `earlier`; zero when it is not after.
    pub fn seconds_since(self, earlier: UnixTime) -> u32 {
        self.0.saturating_sub(earlier.0)
    }

    /// The moment in a sentence for people: RFC 3339 in UTC in English, `北京时间 2026-11-22 11:04:05` in Chinese.
    pub fn told(self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Zh => format!("{} {}", lang.clock(), self.on_clock(lang)),
        }
    }

    /// The moment beside words that say which clock is meant ([`Lang::clock`]): `2026-11-22 03:04:05Z` in English,
    /// `2026-11-22 11:04:05` in Chinese.
    pub fn on_clock(self, lang: Lang) -> String {
        let ahead_s = i64::from(lang.ahead_of_utc_s());
        let text = jiff::Timestamp::from_second(i64::from(self.0) + ahead_s)
            .map_or_else(|_| format!("@{}", self.0), |moment| moment.to_string().replace('T', " "));
        match lang {
            Lang::En => text,
            Lang::Zh => text.trim_end_matches('Z').to_owned(),
        }
    }

    /// The moment `days` days before, not before 1970.
    pub fn days_before(self, days: u32) -> UnixTime {
        UnixTime(self.0.saturating_sub(days.saturating_mul(Self::DAY)))
    }
}

impl FromStr for UnixTime {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let moment: jiff::Timestamp = text.parse().map_err(|_| TimeError::NotRfc3339)?;
        Self::from_seconds(moment.as_second())
    }
}

impl fmt::Display for UnixTime {
    /// RFC 3339 in UTC: `2026-11-22T03:04:05Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(i64::from(self.0)) {
            Ok(moment) => moment.fmt(f),
            Err(_) => write!(f, "@{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_with_its_offset_and_written_in_utc() {
        let moment: UnixTime = "2026-11-22T11:04:05+08:00".parse().expect("a moment");
        assert_eq!(moment.to_string(), "2026-11-22T03:04:05Z");
        assert_eq!("2026-11-22 03:04:05Z".parse::<UnixTime>(), Ok(moment));
    }

    #[test]
    fn people_read_the_time_of_their_clocks() {
        let moment: UnixTime = "2026-11-22T19:04:05Z".parse().expect("a moment");
        let both = |told: fn(UnixTime, Lang) -> String| [Lang::En, Lang::Zh].map(|lang| told(moment, lang));
        assert_eq!(both(UnixTime::told), ["2026-11-22T19:04:05Z", "北京时间 2026-11-23 03:04:05"]);
        assert_eq!(both(UnixTime::on_clock), ["2026-11-22 19:04:05Z", "2026-11-23 03:04:05"]);
    }

    #[test]
    fn a_time_without_an_offset_is_refused_for_it_has_two_meanings() {
        assert_eq!("2026-11-22T03:04:05".parse::<UnixTime>(), Err(TimeError::NotRfc3339));
        assert_eq!("2026-11-22".parse::<UnixTime>(), Err(TimeError::NotRfc3339));
        assert_eq!("1969-12-31T23:59:59Z".parse::<UnixTime>(), Err(TimeError::OutOfRange));
    }
}
