//! Whole numbers in as few bytes as they need: seven bits a byte, lowest first, the eighth bit saying "more follow".

use store::StoreError;

/// The most bytes a number takes.
const BYTES_MAX: usize = 10;

/// Appends a number.
pub(super) fn write(bytes: &mut Vec<u8>, mut value: u64) {
    if value < 0x80 {
        bytes.push(value as u8);
        return;
    }
    // Collected first, so that the vector's room is looked at once and not for every byte.
    let mut buffer = [0; BYTES_MAX];
    let mut len = 0;
    while value >= 0x80 {
        buffer[len] = value as u8 | 0x80;
        value >>= 7;
        len += 1;
    }
    buffer[len] = value as u8;
    bytes.extend_from_slice(&buffer[..=len]);
}

/// Appends a difference; small ones are short whatever their sign.
pub(super) fn write_signed(bytes: &mut Vec<u8>, value: i64) {
    write(bytes, zigzag(value));
}

/// 0, -1, 1, -2, 2 … as 0, 1, 2, 3, 4 …
pub(super) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// Reads what the functions above wrote. Nothing it is given makes it panic.
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
