//! The key under which money moves once.

use crate::lang::{self, told};

/// A random key.
///
/// # Errors
/// When the operating system has no random numbers to give.
pub(super) fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(uuid_text(bytes))
}

/// Random bytes as a UUID of version 4.
fn uuid_text(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// Reads a key: anything that can be told apart when seen.
pub(super) fn parse_key(text: &str) -> Result<String, String> {
    let is_plain = text.trim() == text && !text.chars().any(char::is_control);
    if !is_plain || !(1..=128).contains(&text.chars().count()) {
        return Err(told!(
            lang::spoken(),
            "a key is 1 to 128 characters, without control characters and outer spaces",
            "键须为 1 至 128 个字符，且不含控制字符与首尾空格"
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_key_looks_like_a_uuid_of_version_4() {
        assert_eq!(uuid_text([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid_text([0; 16]), "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn a_key_can_be_told_apart_when_seen() {
        assert_eq!(parse_key("invoice 2026-11"), Ok("invoice 2026-11".to_owned()));
        for wrong in ["", " a", "a ", "a\nb", &"a".repeat(129)] {
            assert!(parse_key(wrong).is_err(), "{wrong:?}");
        }
    }
}
