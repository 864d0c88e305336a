//! Finds a text in another one that may spell it with escapes: of URLs (`%2f`), of JSON (`\/`, `\u002F`), some characters of it or
//! all, and escapes of escapes. For what must not be seen, so rather too much is found than too little.

use std::ops::Range;

/// As many times escapes are undone: a URL in JSON in a text in JSON.
const DEPTH: u32 = 3;

/// A text with escapes undone.
struct View {
    bytes: Vec<u8>,
    /// Where what each of the bytes stands for begins, and the end.
    from: Vec<usize>,
}

/// What an escape stands for, and its length.
type Escape = fn(&[u8]) -> Option<(Vec<u8>, usize)>;

const ESCAPES: [Escape; 2] = [percent, json];

/// Where `sought`, which is not empty, stands in `text`, by where it begins.
pub(crate) fn find(text: &str, sought: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let is_plain = !text.contains(['%', '\\', '+']);
    if is_plain {
        found.extend(text.match_indices(sought).map(|(at, part)| at..at + part.len()));
        return found;
    }
    let view = View { bytes: text.as_bytes().to_vec(), from: (0..=text.len()).collect() };
    view.find(sought.as_bytes(), DEPTH, &mut found);
    found.sort_unstable_by_key(|range| (range.start, range.end));
    found
}

impl View {
    fn find(&self, sought: &[u8], depth: u32, found: &mut Vec<Range<usize>>) {
        // In a query a blank may be a plus.
        let is_it = |(byte, sought): (&u8, &u8)| byte == sought || (*byte == b'+' && *sought == b' ');
        for at in 0..(self.bytes.len() + 1).saturating_sub(sought.len()) {
            if self.bytes[at..].iter().zip(sought).all(is_it) {
                found.push(self.from[at]..self.from[at + sought.len()]);
            }
        }
        if depth > 0 {
            let undone = ESCAPES.into_iter().filter_map(|escape| self.undo(escape));
            undone.for_each(|view| view.find(sought, depth - 1, found));
        }
    }

    /// The text with one kind of escapes undone; none where it has none.
    fn undo(&self, escape: Escape) -> Option<Self> {
        let mut undone = Self { bytes: Vec::with_capacity(self.bytes.len()), from: Vec::new() };
        let mut at = 0;
        while at < self.bytes.len() {
            match escape(&self.bytes[at..]) {
                Some((bytes, length)) => {
                    undone.from.extend(bytes.iter().map(|_| self.from[at]));
                    undone.bytes.extend(bytes);
                    at += length;
                }
                None => {
                    undone.bytes.push(self.bytes[at]);
                    undone.from.push(self.from[at]);
                    at += 1;
                }
            }
        }
        undone.from.push(self.from[at]);
        (undone.bytes.len() < self.bytes.len()).then_some(undone)
    }
}

/// `%2f`.
fn percent(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let [b'%', high, low, ..] = text else { return None };
    let byte = hex(&[*high, *low]).and_then(|byte| u8::try_from(byte).ok())?;
    Some((vec![byte], 3))
}

/// `\/`, `\u002F`, `\ud83d\ude00`.
fn json(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    match text {
        [b'\\', b'u', ..] => {
            let (first, second) = (unit(text)?, text.get(6..).and_then(unit));
            let pair = second.map(|second| [first, second]);
            let of = |units: &[u16]| String::from_utf16(units).ok().map(String::into_bytes);
            of(&[first]).map(|bytes| (bytes, 6)).or_else(|| of(&pair?).map(|bytes| (bytes, 12)))
        }
        [b'\\', escaped @ (b'/' | b'"' | b'\\'), ..] => Some((vec![*escaped], 2)),
        _ => None,
    }
}

/// The UTF-16 unit of `\u002F`.
fn unit(text: &[u8]) -> Option<u16> {
    match text {
        [b'\\', b'u', digits @ ..] => hex(digits.get(..4)?),
        _ => None,
    }
}

fn hex(digits: &[u8]) -> Option<u16> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16).and_then(|digit| u16::try_from(digit).ok());
    digits.iter().try_fold(0, |number, next| Some(number * 16 + digit(next)?))
}
