//! What callers pay for answers. Prices of a call are far below one fen, so their unit is a millionth of a yuan.

use std::fmt;

use crate::money::{MoneyError, scaled_decimal};

/// An amount in micro-yuan: 1,000,000 are one yuan (CNY).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MicroYuan(pub u64);

impl MicroYuan {
    /// Nothing.
    pub const ZERO: MicroYuan = MicroYuan(0);
    /// The largest amount there is: a thousand million yuan. Sums of a few of them fit the 63 bits that databases have.
    pub const MAX: MicroYuan = MicroYuan(1_000_000_000_000_000);

    /// Reads a plain decimal number of yuan with at most six decimals; nothing is guessed.
    ///
    /// # Errors
    /// [`MoneyError`] with what would be right.
    pub fn from_yuan_text(text: &str) -> Result<Self, MoneyError> {
        let amount = scaled_decimal(text, 6, MoneyError::FractionOfMicroYuan)?;
        if amount <= Self::MAX.0 { Ok(Self(amount)) } else { Err(MoneyError::TooLarge) }
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    /// The difference, or none where it would be below zero.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

impl fmt::Display for MicroYuan {
    /// In yuan, without zeros nobody needs: `12`, `0.0123`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, millionths) = (self.0 / 1_000_000, self.0 % 1_000_000);
        match millionths {
            0 => f.pad(&whole.to_string()),
            _ => f.pad(format!("{whole}.{millionths:06}").trim_end_matches('0')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_become_millionths_exactly_and_come_back_as_they_were() {
        for (text, amount) in [("0", 0), ("12", 12_000_000), ("0.0123", 12_300), ("0.000001", 1), ("5.5", 5_500_000)] {
            assert_eq!(MicroYuan::from_yuan_text(text), Ok(MicroYuan(amount)));
            assert_eq!(MicroYuan(amount).to_string(), text);
        }
        assert_eq!(MicroYuan::from_yuan_text("1000000000"), Ok(MicroYuan::MAX));
    }

    #[test]
    fn nothing_is_guessed() {
        for text in ["", "1,2", "1e3", "-1", "+1", ".5", "5.", "1.2.3", "￥5"] {
            assert_eq!(MicroYuan::from_yuan_text(text), Err(MoneyError::NotDecimal), "{text}");
        }
        assert_eq!(MicroYuan::from_yuan_text("0.0000001"), Err(MoneyError::FractionOfMicroYuan));
        assert_eq!(MicroYuan::from_yuan_text("1000000000.000001"), Err(MoneyError::TooLarge));
    }
}
