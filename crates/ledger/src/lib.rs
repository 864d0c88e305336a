//! Pure decisions about money and limits: what may be spent, what is spent then, which day a call falls on, how often one
//! may ask. No I/O, no clock: every store and the model that checks them call the same functions.
//!
//! The terms are a ledger's: an account's **book** holds what was *credited* to it (top-ups less withdrawals) and *debited* from it, of which
//! *charged* is for good and *held* may still be voided. A **hold** is *posted* (becomes a charge) or *voided*, once.

mod book;
mod day;
mod rate;

pub use book::{
    AccountBook, Quota, Refusal, Settled, TokenBook, charge, check, hold, post, reconcile, refund, top_up, void,
    withdraw,
};
pub use day::{Day, DayError, DayRange, RangeError};
pub use rate::{Admission, Bucket, intervals_us};
