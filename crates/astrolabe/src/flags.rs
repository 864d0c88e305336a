//! Flags that several verbs share: limits, what a token may do, and values that may be cleared.
//!
//! Reading a value is a small function with its tests; what the values change is decided in `limits` and `policy`.

mod change;
mod limits;
mod policy;
mod values;

pub(crate) use change::{Change, change, change_list};
pub(crate) use limits::LimitFlags;
pub(crate) use policy::PolicyFlags;
pub(crate) use values::{
    When, endpoint, parse_address, parse_amount, parse_count, parse_day, parse_fen, parse_limit, parse_platform,
    parse_tier, parse_when, period,
};
