//! Texts as cells of CSV, which spreadsheets open.

use std::borrow::Cow;

/// The text as a cell that no spreadsheet takes for a formula: one that begins like a formula gets an apostrophe before it. A
/// negative number stays as it is.
pub fn csv_text(text: &str) -> Cow<'_, str> {
    let is_number = || text[1..].bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && text.starts_with('-');
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number() {
        return Cow::Owned(format!("'{text}"));
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for formula in ["=cmd|'/C calc'!A0", "@SUM(A1)", "+1+1", "-1+1", "-cmd|'/C calc'!A0", "\t=1", "\r=1", "+5"] {
            assert_eq!(csv_text(formula), format!("'{formula}"));
        }
        for text in ["", "达人", "a=1", " =1", "-1", "-1.5", "12"] {
            assert_eq!(csv_text(text), text);
        }
    }
}
