//! Parts in ten thousand, as people read them.

/// Basis points as percent: 1200 is `12.00 %`.
pub fn percent(basis_points: u64) -> String {
    format!("{}.{:02} %", basis_points / 100, basis_points % 100)
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn two_decimals_are_told() {
        assert_eq!([0, 5, 1250, 10_000].map(percent), ["0.00 %", "0.05 %", "12.50 %", "100.00 %"]);
    }
}
