//! The key under which money moves once, and what is noted with it.

use domain::{IdempotencyKey, IdempotencyKeyError, Note, NoteError};

use crate::errors;

/// A random key.
///
/// # Errors
/// When the operating system has no random numbers to give.
pub(super) fn random() -> anyhow::Result<IdempotencyKey> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(uuid_text(bytes).parse()?)
}

/// Random bytes as a UUID of version 4.
fn uuid_text(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

pub(super) fn parse_key(text: &str) -> Result<IdempotencyKey, String> {
    text.parse().map_err(|error: IdempotencyKeyError| errors::of_value(&error))
}

pub(super) fn parse_note(text: &str) -> Result<Note, String> {
    text.parse().map_err(|error: NoteError| errors::of_value(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_key_looks_like_a_uuid_of_version_4() {
        assert_eq!(uuid_text([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid_text([0; 16]), "00000000-0000-4000-8000-000000000000");
    }
}
