//! As much of Rust as the checks need: the text with comments blanked and the insides of strings neutral, so that
//! braces, words and lines of code can be counted without a parser.

/// A copy of `text` with the same lines and byte positions: comments become spaces, the insides of string and character
/// literals become `_`.
pub(super) fn code_only(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let (end, filler) = match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => (line_end(bytes, at), b' '),
            b'/' if bytes[at..].starts_with(b"/*") => (block_comment_end(bytes, at), b' '),
            b'"' => (string_end(bytes, at), b'_'),
            b'r' if !follows_word(bytes, at) => match raw_string_end(bytes, at) {
                Some(end) => (end, b'_'),
                None => (at + 1, bytes[at]),
            },
            b'\'' => match char_end(bytes, at) {
                Some(end) => (end, b'_'),
                None => (at + 1, bytes[at]),
            },
            other => (at + 1, other),
        };
        for byte in code[at..end].iter_mut().filter(|byte| **byte != b'\n') {
            *byte = filler;
        }
        at = end;
    }
    // Only whole literals and comments are replaced, so what is left of other characters is whole too.
    String::from_utf8_lossy(&code).into_owned()
}

/// Byte positions of `word` standing alone.
pub(super) fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = text.as_bytes();
    text.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let after = bytes.get(at + word.len()).copied().unwrap_or(b' ');
        !follows_word(bytes, at) && !is_word(after)
    })
}

/// The line of a byte position, from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn follows_word(bytes: &[u8], at: usize) -> bool {
    // `br"…"` and `cr"…"` are raw strings too.
    let before = |back: usize| at.checked_sub(back).map_or(b' ', |before| bytes[before]);
    is_word(before(1)) && !(matches!(before(1), b'b' | b'c') && bytes[at] == b'r' && !is_word(before(2)))
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |len| at + len)
}

fn block_comment_end(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0usize;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if bytes[at..].starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while end < bytes.len() {
        match bytes[end] {
            b'"' => return end + 1,
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    bytes.len()
}

fn raw_string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let hashes = bytes[at + 1..].iter().take_while(|byte| **byte == b'#').count();
    let start = at + 1 + hashes;
    if bytes.get(start) != Some(&b'"') {
        return None;
    }
    let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
    let found = bytes[start + 1..].windows(close.len()).position(|window| window == close);
    Some(found.map_or(bytes.len(), |len| start + 1 + len + close.len()))
}

/// The end of a character literal, or `None` where the quote opens a lifetime.
fn char_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at + 1..];
    let inside = match rest.first()? {
        b'\\' => 2 + rest.get(2..)?.iter().position(|byte| *byte == b'\'')?,
        _ => std::str::from_utf8(&rest[..rest.len().min(4)])
            .map_or_else(|error| std::str::from_utf8(&rest[..error.valid_up_to()]), Ok)
            .ok()?
            .chars()
            .next()?
            .len_utf8(),
    };
    (rest.get(inside) == Some(&b'\'')).then_some(at + 1 + inside + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_blanked_and_literals_made_neutral() {
        assert_eq!(code_only("a // {\nb"), "a     \nb");
        assert_eq!(code_only("a /* { /* } */ */ b"), "a                 b");
        assert_eq!(code_only(r#"f("{ \" }", '{', '\'')"#), "f(________, ___, ____)");
        assert_eq!(code_only("r#\"{ \" }\"# br\"}\""), "__________ b____");
        assert_eq!(code_only("fn f<'a>(x: &'a str) {}"), "fn f<'a>(x: &'a str) {}");
        assert_eq!(code_only("let c = '粉'; {"), "let c = _____; {");
    }

    #[test]
    fn a_literal_over_lines_keeps_them() {
        assert_eq!(code_only("x(\"a\nb\")\n"), "x(__\n__)\n");
    }

    #[test]
    fn text_cut_off_anywhere_is_read_without_panic() {
        let text = "fn a() { r#\"x\"# '\\u{1}' \"\\\" /* /* */ '粉' b'x' // ";
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            assert_eq!(code_only(&text[..end]).len(), end);
        }
    }

    #[test]
    fn words_stand_alone() {
        assert_eq!(words("fn fnord(a_fn: fn())", "fn").collect::<Vec<_>>(), [0, 15]);
    }
}
