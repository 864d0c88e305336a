//! Whole numbers as people read them.

/// By what large numbers are told in Chinese, the largest first.
pub const CHINESE_UNITS: [(u64, &str); 2] = [(100_000_000, "亿"), (10_000, "万")];

/// A whole number with its thousands apart: `4,693,149`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut apart = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 12, 999, 1000, 4_693_149].map(thousands), ["0", "12", "999", "1,000", "4,693,149"]);
    }
}
