//! The limits that accounts and tokens both have.

use std::num::NonZeroU32;

use clap::Args;
use domain::LimitsChange;

use super::values::{parse_positive, parse_quota, parse_rate};
use super::{Change, change};

/// Flags for limits; only what is named changes.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct LimitFlags {
    /// Requests a second in the long run: 10/s, or none for no limit
    #[arg(long, value_name = "N/s", value_parser = change(parse_rate), help_heading = "Limits")]
    rate: Option<Change<NonZeroU32>>,
    /// Requests at once after a pause, or none for as many as the rate, which is the default; one that was set apart stays
    #[arg(long, value_name = "N", value_parser = change(parse_positive), help_heading = "Limits")]
    burst: Option<Change<NonZeroU32>>,
    /// Requests being answered at the same time, or none for no limit
    #[arg(long, value_name = "N", value_parser = change(parse_positive), help_heading = "Limits")]
    concurrent: Option<Change<NonZeroU32>>,
    /// Successes a calendar day in Asia/Shanghai, or none for no limit
    #[arg(long, value_name = "N", value_parser = change(parse_quota), help_heading = "Limits")]
    daily_quota: Option<Change<u64>>,
}

impl LimitFlags {
    /// The change.
    pub(crate) fn change(&self) -> LimitsChange {
        LimitsChange {
            rate_per_second: self.rate.map(Change::value),
            rate_burst: self.burst.map(Change::value),
            concurrent: self.concurrent.map(Change::value),
            daily_quota: self.daily_quota.map(Change::value),
        }
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

    fn read(flags: &[&str]) -> LimitsChange {
        Line::try_parse_from([&["line"], flags].concat()).expect("flags").limits.change()
    }

    #[test]
    fn only_what_is_named_changes() {
        let (nothing, ten) = (LimitsChange::default(), Some(NonZeroU32::new(10)));
        assert_eq!(read(&[]), nothing);
        assert_eq!(read(&["--rate", "10/s"]), LimitsChange { rate_per_second: ten, ..nothing });
        assert_eq!(read(&["--rate", "none"]), LimitsChange { rate_per_second: Some(None), ..nothing });
        assert_eq!(read(&["--burst", "10"]), LimitsChange { rate_burst: ten, ..nothing });
        assert_eq!(read(&["--burst", "none"]), LimitsChange { rate_burst: Some(None), ..nothing });
        assert_eq!(read(&["--concurrent", "none"]), LimitsChange { concurrent: Some(None), ..nothing });
        assert_eq!(read(&["--daily-quota", "0"]), LimitsChange { daily_quota: Some(Some(0)), ..nothing });
    }
}
