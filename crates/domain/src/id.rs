//! Public ids of the marketplace: who posted ([`AuthorId`]) and what ([`ItemId`]).
//!
//! Both are 1–32 characters of `[0-9A-Za-z_-]`. Nearly all are decimal numbers that fit 63 bits, so a number is held
//! as one: 16 bytes an id, no allocation, and equality with the same id read from a text column.

use std::fmt;
use std::str::FromStr;

use crate::Spoken;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is empty.
    #[error("the id is empty")]
    Empty,
    /// The text is longer than 32 characters.
    #[error("the id is longer than {MAX_LEN} characters")]
    TooLong,
    /// The text has a character outside `[0-9A-Za-z_-]`.
    #[error("the id has a character outside 0-9 A-Z a-z _ -")]
    BadCharacter,
    /// A spreadsheet took the id for a number and wrote it as one: `6.83E+18`.
    #[error(
        "a spreadsheet has rounded this id, and its last digits are lost: export it again, or paste it into a column that was \
         set to text first"
    )]
    Rounded,
    /// The integer is negative, so it is not an id.
    #[error("the id is a negative number")]
    Negative,
}

impl Spoken for IdError {
    fn chinese(&self) -> String {
        match self {
            Self::Empty => "ID 为空".into(),
            Self::TooLong => format!("ID 超过 {MAX_LEN} 个字符"),
            Self::BadCharacter => "ID 含有 0-9 A-Z a-z _ - 以外的字符".into(),
            Self::Rounded => {
                "该 ID 已被表格软件舍入，末尾数字已丢失：请重新导出，或先将该列设为文本格式，再粘贴 ID".into()
            }
            Self::Negative => "ID 为负数".into(),
        }
    }
}

/// The longest id, in characters.
const MAX_LEN: usize = 32;

/// An id as it is held: a canonical decimal number (no leading zero, below 2^63) or any other text.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum PublicId {
    Number(i64),
    Text(Box<str>),
}

impl PublicId {
    fn parse(bytes: &[u8]) -> Result<Self, IdError> {
        if let Some(number) = parse_canonical_number(bytes) {
            return Ok(Self::Number(number));
        }
        if bytes.is_empty() {
            return Err(IdError::Empty);
        }
        // First, for what is no ASCII has more bytes than characters.
        if !bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
            return Err(if is_rounded(bytes) { IdError::Rounded } else { IdError::BadCharacter });
        }
        if bytes.len() > MAX_LEN {
            return Err(IdError::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| IdError::BadCharacter)?;
        Ok(Self::Text(text.into()))
    }

    fn write<'b>(&'b self, buffer: &'b mut itoa::Buffer) -> &'b str {
        match self {
            Self::Number(number) => buffer.format(*number),
            Self::Text(text) => text,
        }
    }
}

/// Whether `bytes` are what a spreadsheet writes of a large number: `6.83E+18`, `6E+18`. In a query string the plus is a space.
fn is_rounded(bytes: &[u8]) -> bool {
    let Some(at) = bytes.windows(2).position(|two| matches!(two, [b'E' | b'e', b'+' | b' '])) else { return false };
    let (digits, exponent) = (&bytes[..at], &bytes[at + 2..]);
    let is_number = digits.first().is_some_and(u8::is_ascii_digit)
        && digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    is_number && !exponent.is_empty() && exponent.iter().all(u8::is_ascii_digit)
}

/// The number that `bytes` spell, where writing the number gives back exactly `bytes`.
fn parse_canonical_number(bytes: &[u8]) -> Option<i64> {
    // 19 digits: the longest number below 2^63 (9223372036854775807).
    if bytes.is_empty() || bytes.len() > 19 || (bytes[0] == b'0' && bytes.len() > 1) {
        return None;
    }
    let mut number: u64 = 0;
    for byte in bytes {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        // At most 19 digits: below 10^19, which fits 64 bits without a sign.
        number = number * 10 + u64::from(digit);
    }
    i64::try_from(number).ok()
}

macro_rules! public_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(PublicId);

        impl $name {
            /// The most characters of an id.
            pub const CHARS_MAX: usize = MAX_LEN;

            /// Reads an id from the bytes of its text.
            ///
            /// # Errors
            /// [`IdError`] when the text is empty, longer than 32 characters, or has a character outside `[0-9A-Za-z_-]`.
            pub fn parse(bytes: &[u8]) -> Result<Self, IdError> {
                PublicId::parse(bytes).map(Self)
            }

            /// The id that the integer column of a table holds.
            ///
            /// # Errors
            /// [`IdError::Negative`] below zero.
            #[inline]
            pub fn from_integer(number: i64) -> Result<Self, IdError> {
                if number < 0 { Err(IdError::Negative) } else { Ok(Self(PublicId::Number(number))) }
            }

            /// The number this id is, where it is a canonical decimal number below 2^63.
            pub fn as_integer(&self) -> Option<i64> {
                match self.0 {
                    PublicId::Number(number) => Some(number),
                    PublicId::Text(_) => None,
                }
            }

            /// The id's text; `buffer` holds it when the id is kept as a number.
            pub fn write<'b>(&'b self, buffer: &'b mut itoa::Buffer) -> &'b str {
                self.0.write(buffer)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text.as_bytes())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.0.write(&mut itoa::Buffer::new()))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

public_id! {
    /// A creator's id in the marketplace (`oAuthorId` in the contract, `author_id` in files).
    AuthorId
}
public_id! {
    /// A post's id (`item_id` in files).
    ItemId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_text_whatever_it_is_held_as() {
        for text in [
            "0",
            "7",
            "1125041480092",
            "9223372036854775807",
            "9223372036854775808",
            "007",
            "-1",
            "a_B-9",
            "99999999999999999999999999999999",
        ] {
            let id: AuthorId = text.parse().expect(text);
            assert_eq!(id.to_string(), text);
        }
        assert_eq!("42".parse::<ItemId>(), ItemId::from_integer(42));
        assert_ne!("042".parse::<ItemId>(), ItemId::from_integer(42));
    }

    #[test]
    fn what_is_not_an_id_is_refused_with_its_reason() {
        assert_eq!("".parse::<AuthorId>(), Err(IdError::Empty));
        assert_eq!("a b".parse::<AuthorId>(), Err(IdError::BadCharacter));
        assert_eq!("星图".parse::<AuthorId>(), Err(IdError::BadCharacter));
        for rounded in ["6.82613E+18", "6.8e+18", "7E+18", "6.8E 18"] {
            assert_eq!(rounded.parse::<AuthorId>(), Err(IdError::Rounded), "{rounded}");
        }
        for other in ["a+b", "E+18", "6.8E+", "6,8E+18", "6.8E+1x"] {
            assert_eq!(other.parse::<AuthorId>(), Err(IdError::BadCharacter), "{other}");
        }
        // Nineteen full-width digits are 57 bytes; two ids with a comma between are no long id.
        assert_eq!("６８１０１９２６２９８１１７６３３７０".parse::<AuthorId>(), Err(IdError::BadCharacter));
        assert_eq!("6810192629811763370,6826128263245070349".parse::<AuthorId>(), Err(IdError::BadCharacter));
        assert_eq!("x".repeat(33).parse::<AuthorId>(), Err(IdError::TooLong));
        // Full-width digits: three bytes each, and no more characters than an id may have.
        assert_eq!("６".repeat(19).parse::<AuthorId>(), Err(IdError::BadCharacter));
        assert_eq!(AuthorId::parse(&[0x80; 40]), Err(IdError::BadCharacter));
        assert_eq!(AuthorId::from_integer(-1), Err(IdError::Negative));
    }

    #[test]
    fn an_id_takes_sixteen_bytes() {
        assert_eq!(size_of::<AuthorId>(), 16);
    }
}
