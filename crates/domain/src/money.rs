//! Money as the marketplace quotes it. Prices come in yuan, the contract answers in fen: mixing them is the classic
//! bug here, so the unit is in the type and the only way from yuan is [`Fen::from_yuan_text`].

use std::fmt;

use crate::{Spoken, thousands};

/// An amount in fen, one hundredth of a yuan (CNY).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fen(pub u64);

/// Why a text is not a price in yuan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not digits with at most one decimal point.
    #[error("not a plain decimal number of yuan, such as 8200 or 8200.50")]
    NotDecimal,
    /// More than two digits behind the point: a fraction of a fen.
    #[error("more than two decimals: the smallest amount is one fen (0.01 yuan)")]
    FractionOfFen,
    /// More than six digits behind the point, where millionths are counted.
    #[error("more than six decimals: the smallest amount is 0.000001 yuan")]
    FractionOfMicroYuan,
    /// Above the largest amount of its unit.
    #[error("too large: nothing costs that much")]
    TooLarge,
}

impl Spoken for MoneyError {
    fn chinese(&self) -> String {
        let text = match self {
            Self::NotDecimal => "应为以元为单位的小数，如 8200 或 8200.50",
            Self::FractionOfFen => "小数超过两位：最小金额为一分（0.01 元）",
            Self::FractionOfMicroYuan => "小数超过六位：最小金额为 0.000001 元",
            Self::TooLarge => "金额过大",
        };
        text.into()
    }
}

impl Fen {
    /// The largest amount taken from a file: ten thousand million yuan.
    pub const MAX: Fen = Fen(1_000_000_000_000);

    /// Reads a plain decimal number of yuan with at most two decimals. `1,234`, `3.9e6` and `12.3万` are refused, not guessed.
    ///
    /// # Errors
    /// [`MoneyError`] with what would be right.
    pub fn from_yuan_text(text: &str) -> Result<Self, MoneyError> {
        let fen = scaled_decimal(text, 2, MoneyError::FractionOfFen)?;
        if fen <= Self::MAX.0 { Ok(Self(fen)) } else { Err(MoneyError::TooLarge) }
    }

    /// Writes the amount in yuan, for people: `8200` or `8200.50`.
    pub fn yuan(self) -> impl fmt::Display {
        Yuan(self)
    }

    /// Writes the amount in yuan for sentences, its thousands apart: `8,200` or `8,200.50`.
    pub fn yuan_apart(self) -> String {
        let (yuan, fen) = (thousands(self.0 / 100), self.0 % 100);
        if fen == 0 { yuan } else { format!("{yuan}.{fen:02}") }
    }

    /// By how much this is more than a smaller amount; nothing where it is not more.
    pub fn beyond(self, smaller: Fen) -> Fen {
        Fen(self.0.saturating_sub(smaller.0))
    }
}

/// Reads a plain decimal number as a whole number of its smallest part, which is `digits` behind the point; more digits than
/// that are `too_fine`, unless they are zeros.
pub(crate) fn scaled_decimal(text: &str, digits: usize, too_fine: MoneyError) -> Result<u64, MoneyError> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let is_plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain(whole) || !is_plain(decimals) {
        return Err(MoneyError::NotDecimal);
    }
    let significant = decimals.trim_end_matches('0');
    if significant.len() > digits {
        return Err(too_fine);
    }
    format!("{whole}{significant:0<digits$}").parse().map_err(|_| MoneyError::TooLarge)
}

struct Yuan(Fen);

impl fmt::Display for Yuan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (yuan, fen) = (self.0.0 / 100, self.0.0 % 100);
        if fen == 0 { f.pad_integral(true, "", &yuan.to_string()) } else { f.pad(&format!("{yuan}.{fen:02}")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_become_fen_exactly() {
        assert_eq!(Fen::from_yuan_text("8200"), Ok(Fen(820_000)));
        assert_eq!(Fen::from_yuan_text("8200.5"), Ok(Fen(820_050)));
        assert_eq!(Fen::from_yuan_text("0.01"), Ok(Fen(1)));
        assert_eq!(Fen::from_yuan_text("12.3400"), Ok(Fen(1234)));
        assert_eq!(Fen(820_050).yuan().to_string(), "8200.50");
        assert_eq!(Fen(820_000).yuan().to_string(), "8200");
        assert_eq!([820_050, 820_000, 5].map(|fen| Fen(fen).yuan_apart()), ["8,200.50", "8,200", "0.05"]);
        assert_eq!((Fen(3).beyond(Fen(1)), Fen(1).beyond(Fen(3))), (Fen(2), Fen(0)));
    }

    #[test]
    fn nothing_is_guessed() {
        for text in ["", "1,234", "3.9e6", "12.3万", "-1", "+1", ".5", "5.", " 5", "1.2.3", "NaN"] {
            assert_eq!(Fen::from_yuan_text(text), Err(MoneyError::NotDecimal), "{text}");
        }
        assert_eq!(Fen::from_yuan_text("0.001"), Err(MoneyError::FractionOfFen));
        assert_eq!(Fen::from_yuan_text("99999999999999999999"), Err(MoneyError::TooLarge));
        assert_eq!(Fen::from_yuan_text("10000000000.01"), Err(MoneyError::TooLarge));
    }
}
