//! Numbers as databases keep them, which know no others than those with a sign.

/// A number as the databases have it: the largest they can have, where it is larger.
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
