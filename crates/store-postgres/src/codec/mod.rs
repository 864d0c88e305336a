//! The BYTEA of the `creators` table: posts, rate card, report. Pure functions; each value begins with its version.
//!
//! Every field has a fixed width, numbers have their highest byte first. Decoding takes any bytes: those that no release
//! wrote give [`StoreError::Corrupt`], never a panic.

mod posts;
mod prices;

pub(crate) use posts::{decode_posts, encode_posts};
pub(crate) use prices::{decode_rate_card, decode_reported, encode_rate_card, encode_reported};

use bytes::{Buf, TryGetError};
use store::StoreError;

/// Fields of fixed width. Version 1 is the SQLite store's form of varying width, so the two can be told apart.
const VERSION: u8 = 2;

/// Why bytes are not what was written.
enum Damage {
    /// They end too early.
    Short,
    /// A field has a value that is never written.
    Value(&'static str),
}

impl From<TryGetError> for Damage {
    fn from(_: TryGetError) -> Self {
        Self::Short
    }
}

/// Reads a value to its end; `what` names it in errors.
fn decode<T>(
    mut bytes: &[u8],
    what: &str,
    read: impl FnOnce(&mut &[u8]) -> Result<T, Damage>,
) -> Result<T, StoreError> {
    let result = match bytes.try_get_u8() {
        Ok(VERSION) => read(&mut bytes),
        Ok(_) => Err(Damage::Value("of an unknown version")),
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(value) if bytes.is_empty() => Ok(value),
        Ok(_) => Err(StoreError::Corrupt(format!("{what}: too long"))),
        Err(Damage::Short) => Err(StoreError::Corrupt(format!("{what}: cut short"))),
        Err(Damage::Value(why)) => Err(StoreError::Corrupt(format!("{what}: {why}"))),
    }
}
