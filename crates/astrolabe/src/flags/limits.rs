//! The limits that accounts and tokens both have.

use std::num::NonZeroU32;

use clap::Args;
use domain::{Limits, Rate};

use super::values::{parse_positive, parse_quota, parse_rate};
use super::{Change, change};

/// Flags for limits; only what is named changes.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct LimitFlags {
    /// Requests a second in the long run: 10/s, or none for no limit
    #[arg(long, value_name = "N/s", value_parser = change(parse_rate), help_heading = "Limits")]
    rate: Option<Change<NonZeroU32>>,
    /// Requests at once after a pause [default: as many as the rate; one that was set apart stays]
    #[arg(long, value_name = "N", value_parser = parse_positive, help_heading = "Limits")]
    burst: Option<NonZeroU32>,
    /// Requests being answered at the same time, or none for no limit
    #[arg(long, value_name = "N", value_parser = change(parse_positive), help_heading = "Limits")]
    concurrent: Option<Change<NonZeroU32>>,
    /// Successes a calendar day in Asia/Shanghai, or none for no limit
    #[arg(long, value_name = "N", value_parser = change(parse_quota), help_heading = "Limits")]
    daily_quota: Option<Change<u64>>,
}

impl LimitFlags {
    /// Whether no flag was given.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { rate, burst, concurrent, daily_quota } = self;
        rate.is_none() && burst.is_none() && concurrent.is_none() && daily_quota.is_none()
    }

    /// The limits with what was named changed.
    ///
    /// # Errors
    /// When a burst is left without a rate.
    pub(crate) fn apply(&self, limits: Limits) -> anyhow::Result<Limits> {
        Ok(Limits {
            rate: self.rate(limits.rate)?,
            concurrent: self.concurrent.map_or(limits.concurrent, Change::value),
            daily_quota: self.daily_quota.map_or(limits.daily_quota, Change::value),
        })
    }

    fn rate(&self, before: Option<Rate>) -> anyhow::Result<Option<Rate>> {
        let per_second = self.rate.map_or(before.map(|rate| rate.per_second), Change::value);
        let Some(per_second) = per_second else {
            anyhow::ensure!(self.burst.is_none(), "--burst needs a rate: name one too, such as --rate 10/s");
            return Ok(None);
        };
        // A burst that equals its rate was never chosen, so it follows the rate.
        let kept = before.filter(|rate| rate.burst != rate.per_second).map(|rate| rate.burst);
        Ok(Some(Rate { per_second, burst: self.burst.or(kept).unwrap_or(per_second) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        limits: LimitFlags,
    }

    /// The rate and burst after flags, beginning with a rate and burst.
    fn rate(before: Option<(u32, u32)>, flags: &[&str]) -> Option<Option<(u32, u32)>> {
        let number = |number| NonZeroU32::new(number).expect("not zero");
        let rate = before.map(|(rate, burst)| Rate { per_second: number(rate), burst: number(burst) });
        let line = Line::try_parse_from([&["line"], flags].concat()).ok()?;
        let after = line.limits.apply(Limits { rate, ..Limits::default() }).ok()?;
        Some(after.rate.map(|rate| (rate.per_second.get(), rate.burst.get())))
    }

    #[test]
    fn a_burst_is_the_rate_unless_it_was_set_apart() {
        assert_eq!(rate(None, &["--rate", "10"]), Some(Some((10, 10))));
        assert_eq!(rate(None, &["--rate", "10/s", "--burst", "20"]), Some(Some((10, 20))));
        assert_eq!(rate(Some((10, 10)), &["--rate", "50/s"]), Some(Some((50, 50))));
        assert_eq!(rate(Some((10, 20)), &["--rate", "50/s"]), Some(Some((50, 20))));
        assert_eq!(rate(Some((10, 10)), &["--burst", "5"]), Some(Some((10, 5))));
        assert_eq!(rate(Some((10, 20)), &["--rate", "none"]), Some(None));
        assert_eq!(rate(Some((10, 20)), &["--concurrent", "3"]), Some(Some((10, 20))));
    }

    #[test]
    fn a_burst_without_a_rate_is_refused() {
        assert_eq!(rate(None, &["--burst", "5"]), None);
        assert_eq!(rate(Some((10, 20)), &["--rate", "none", "--burst", "5"]), None);
    }

    #[test]
    fn only_what_is_named_changes() {
        let line = Line::try_parse_from(["line", "--concurrent", "none"]).expect("flags");
        let before = Limits { rate: None, concurrent: NonZeroU32::new(4), daily_quota: Some(0) };
        let after = line.limits.apply(before).expect("limits");
        assert_eq!(after, Limits { concurrent: None, ..before });
        assert!(!line.limits.is_empty() && LimitFlags::default().is_empty());
    }
}
