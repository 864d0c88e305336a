//! Texts from outside, as they may be shown: a terminal obeys what is written to it.

/// Whether a character is obeyed in place of being seen: controls, with which colours, titles and what was written before are
/// changed, the separators of lines and paragraphs, and the marks that turn the direction in which text is read (Unicode's
/// `Bidi_Control`).
fn is_obeyed(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text on one line, with a space for each character that would be obeyed.
pub fn shown(text: &str) -> String {
    text.chars().map(|letter| if is_obeyed(letter) { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_obeyed_and_the_rest_is_as_it_was() {
        assert_eq!(shown("evil\u{1b}[31m\u{1b}]0;pwned\u{7}\0x"), "evil [31m ]0;pwned  x");
        assert_eq!(shown("a\tb\r\nc\u{7f}\u{9b}2J"), "a b  c  2J");
        assert_eq!(shown("a\u{202e}b\u{2066}c\u{200f}d\u{61c}e\u{2028}f\u{2029}"), "a b c d e f ");
        let seen = "达人 “é” 👩\u{200d}👩 a\u{a0}×\u{a0}3 e\u{301}";
        assert_eq!(shown(seen), seen);
    }
}
