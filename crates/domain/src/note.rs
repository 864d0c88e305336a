//! What an operator notes with a top-up.

use std::str::FromStr;

use crate::Spoken;

/// A note: at most [`Note::CHARS_MAX`] characters without control characters; may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Note(String);

/// Not a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a note is at most {} characters, without control characters", Note::CHARS_MAX)]
pub struct NoteError;

impl Note {
    /// The most characters of one.
    pub const CHARS_MAX: usize = 200;

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let is_note = text.chars().count() <= Self::CHARS_MAX && !text.chars().any(char::is_control);
        if is_note { Ok(Self(text.to_owned())) } else { Err(NoteError) }
    }
}

impl Spoken for NoteError {
    fn chinese(&self) -> String {
        format!("备注最多 {} 个字符，不含控制字符", Note::CHARS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_a_line_of_some_length() {
        for right in ["", "发票 2026-11, paid", &"备".repeat(200)] {
            assert_eq!(right.parse::<Note>().expect("a note").as_str(), right);
        }
        for wrong in ["a\nb", &"备".repeat(201)] {
            assert_eq!(wrong.parse::<Note>(), Err(NoteError), "{wrong:?}");
        }
    }
}
