//! The blobs of the `creators` table: posts, rate card, report. Pure functions; each blob begins with its version.
//!
//! Decoding takes any bytes: those that no release wrote give [`StoreError::Corrupt`], never a panic.

mod posts;
mod prices;
mod varint;

pub use posts::{decode_posts, encode_posts};
pub use prices::{decode_rate_card, decode_reported, encode_rate_card, encode_reported};

use store::StoreError;
use varint::Reader;

/// The only version so far, of each blob.
const VERSION: u8 = 1;

/// Starts reading a blob.
fn versioned<'a>(bytes: &'a [u8], what: &'static str) -> Result<Reader<'a>, StoreError> {
    let mut reader = Reader::new(bytes, what);
    match reader.byte()? {
        VERSION => Ok(reader),
        version => Err(reader.corrupt(&format!("version {version} is unknown"))),
    }
}
