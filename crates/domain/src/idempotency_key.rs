//! What makes a request happen once: a key that whoever sends it chooses.

use std::fmt;
use std::str::FromStr;

use crate::Spoken;

/// An idempotency key: 1 to [`IdempotencyKey::CHARS_MAX`] printable ASCII characters without a space at either end, so that it is the
/// same on a command line, in a header and in a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey(String);

/// Not an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is 1 to {} printable ASCII characters, without a space at either end", IdempotencyKey::CHARS_MAX)]
pub struct IdempotencyKeyError;

impl IdempotencyKey {
    /// The most characters of one.
    pub const CHARS_MAX: usize = 255;

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IdempotencyKey {
    type Err = IdempotencyKeyError;

    fn from_str(text: &str) -> Result<Self, IdempotencyKeyError> {
        let is_printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let is_key = is_printable && text.trim() == text && (1..=Self::CHARS_MAX).contains(&text.len());
        if is_key { Ok(Self(text.to_owned())) } else { Err(IdempotencyKeyError) }
    }
}

impl From<IdempotencyKey> for String {
    fn from(key: IdempotencyKey) -> Self {
        key.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Spoken for IdempotencyKeyError {
    fn chinese(&self) -> String {
        format!("键须为 1 至 {} 个可打印的 ASCII 字符，首尾不含空格", IdempotencyKey::CHARS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_wherever_it_is_written() {
        for right in ["invoice 2026-11", "!", "~", &"a".repeat(255)] {
            assert_eq!(right.parse::<IdempotencyKey>().expect("a key").as_str(), right);
        }
        for wrong in ["", " ", " a", "a ", "a\nb", "a\tb", "a\u{7f}", "发票", &"a".repeat(256)] {
            assert_eq!(wrong.parse::<IdempotencyKey>(), Err(IdempotencyKeyError), "{wrong:?}");
        }
    }
}
