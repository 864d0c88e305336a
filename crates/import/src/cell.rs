//! What a cell of text says, whichever column it is in: every text of a table comes through here before it is read as a value.

/// How sheets and programs write that they do not know a value, besides an empty cell; capitals do not count.
const UNKNOWN: [&str; 15] =
    ["-", "--", "–", "—", "——", "/", "N/A", "#N/A", "NA", "null", "None", "NaN", "无", "暂无", "未知"];

/// The most bytes of one of these.
const UNKNOWN_BYTES_MAX: usize = 6;

/// The text without the whitespace around it, as Unicode has it, wide and no-break spaces among it; empty where it says that the
/// value is not known.
#[inline]
pub(crate) fn said(cell: &str) -> &str {
    // Ids, numbers, times and names of platforms, nearly all there is, are told by their ends to be as they should.
    let is_plain = match (cell.as_bytes().first(), cell.as_bytes().last()) {
        (Some(first), Some(last)) => {
            let is_no_word = first.is_ascii_digit() || cell.len() > UNKNOWN_BYTES_MAX;
            is_no_word && first.is_ascii_graphic() && last.is_ascii_graphic()
        }
        _ => true,
    };
    if is_plain { cell } else { trimmed(cell) }
}

fn trimmed(cell: &str) -> &str {
    let text = cell.trim();
    if UNKNOWN.iter().any(|unknown| unknown.eq_ignore_ascii_case(text)) { "" } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_around_a_value_is_no_part_of_it() {
        for cell in ["8000", " 8000", "8000 ", "\t8000\r", "\u{3000}8000\u{a0}", "\u{2003}8000\u{202f}"] {
            assert_eq!(said(cell), "8000", "{cell:?}");
        }
        for text in ["", "7", "2026-01-01T00:00:00Z", "60s+", "甲 乙", "-1", "-甲", "60以上", "无忧", "nap", "a/b"]
        {
            assert_eq!(said(text), text);
        }
    }

    #[test]
    fn what_says_that_a_value_is_not_known_says_nothing() {
        assert_eq!(UNKNOWN.iter().map(|unknown| unknown.len()).max(), Some(UNKNOWN_BYTES_MAX));
        for unknown in UNKNOWN.into_iter().chain([" ", "\u{3000}", "n/a", "NULL", "none", "nan", " - ", "\u{a0}暂无"])
        {
            assert_eq!(said(unknown), "", "{unknown:?}");
        }
    }
}
