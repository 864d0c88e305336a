//! Whole numbers in as few bytes as they need: seven bits a byte, lowest first, the eighth bit saying "more follow".

use store::StoreError;

/// More than a post, a rate card or a report takes; an id has at most 32 bytes and a number at most 10.
const CAPACITY: usize = 128;

/// Bytes being written. Of fixed size, for it is filled byte by byte: a vector would look for room at each.
pub(super) struct Buffer {
    bytes: [u8; CAPACITY],
    len: usize,
}

impl Buffer {
    pub(super) fn new() -> Self {
        Self { bytes: [0; CAPACITY], len: 0 }
    }

    /// Appends a byte.
    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    /// Appends a number.
    pub(super) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.byte(value as u8 | 0x80);
            value >>= 7;
        }
        self.byte(value as u8);
    }

    /// Appends a difference; small ones are short whatever their sign.
    pub(super) fn signed(&mut self, value: i64) {
        self.number(zigzag(value));
    }

    /// Appends a text and its length.
    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        text.bytes().for_each(|byte| self.byte(byte));
    }

    /// Changes the first byte.
    pub(super) fn set_first(&mut self, byte: u8) {
        self.bytes[0] = byte;
    }

    /// Moves what was written to the end of `bytes`.
    pub(super) fn drain_to(&mut self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.bytes[..self.len]);
        self.len = 0;
    }
}

/// 0, -1, 1, -2, 2 … as 0, 1, 2, 3, 4 …
pub(super) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// Reads what a [`Buffer`] wrote. Nothing it is given makes it panic.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    /// Reads `bytes`; `what` names them in errors.
    pub(super) fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Self { bytes, what }
    }

    /// The error for bytes that nobody wrote.
    pub(super) fn corrupt(&self, why: &str) -> StoreError {
        StoreError::Corrupt(format!("{}: {why}", self.what))
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, StoreError> {
        let (first, rest) = self.bytes.split_first().ok_or_else(|| self.corrupt("cut short"))?;
        self.bytes = rest;
        Ok(*first)
    }

    /// The next `len` bytes.
    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], StoreError> {
        let (taken, rest) = self.bytes.split_at_checked(len).ok_or_else(|| self.corrupt("cut short"))?;
        self.bytes = rest;
        Ok(taken)
    }

    /// The next number.
    pub(super) fn number(&mut self) -> Result<u64, StoreError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.corrupt("a number above 64 bits"))
    }

    /// The next difference.
    pub(super) fn signed(&mut self) -> Result<i64, StoreError> {
        let value = self.number()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// The next number, which fits 32 bits.
    pub(super) fn number_u32(&mut self) -> Result<u32, StoreError> {
        let value = self.number()?;
        u32::try_from(value).map_err(|_| self.corrupt("a number above 32 bits"))
    }

    /// Nothing may follow.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        if self.bytes.is_empty() { Ok(()) } else { Err(self.corrupt("too long")) }
    }
}
