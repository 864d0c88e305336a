//! The header `Date`, by the server's clock. The HTTP layer's own stands still, after the clock was set back, until it has caught up.

use std::cell::RefCell;

use domain::UnixTime;
use hyper::header::HeaderValue;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use crate::moment::Moment;

thread_local! {
    /// The second last told and its text: formatting a date costs more than the rest of a head.
    static LAST: RefCell<Option<(UnixTime, HeaderValue)>> = const { RefCell::new(None) };
}

/// A moment as the header has it: `Sun, 22 Nov 2026 03:04:05 GMT`.
pub(crate) fn date(moment: Moment) -> HeaderValue {
    let second = moment.second();
    LAST.with_borrow_mut(|last| match last {
        Some((told, text)) if *told == second => text.clone(),
        _ => last.insert((second, write(second))).1.clone(),
    })
}

fn write(second: UnixTime) -> HeaderValue {
    // Every second there is has a date of four digits, in visible ASCII.
    let moment = Timestamp::from_second(i64::from(second.0)).unwrap_or_default();
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&moment).unwrap_or_default();
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_follow_the_clock_forward_and_back() {
        let at = |unix_ms| date(Moment { unix_ms });
        assert_eq!(at(1_795_316_645_123), "Sun, 22 Nov 2026 03:04:05 GMT");
        assert_eq!(at(1_795_316_645_999), "Sun, 22 Nov 2026 03:04:05 GMT");
        assert_eq!(at(1_795_316_646_000), "Sun, 22 Nov 2026 03:04:06 GMT");
        assert_eq!(at(1_795_230_245_000), "Sat, 21 Nov 2026 03:04:05 GMT");
        assert_eq!(at(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
