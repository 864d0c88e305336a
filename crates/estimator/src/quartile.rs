//! Quartiles of whole numbers, in whole numbers: the same posts give the same bytes everywhere.

/// The `quarter`-th quartile (1: p25, 2: median, 3: p75) of `sorted`, linear between neighbours (Hyndman and Fan's type
/// 7), rounded down. `sorted` is ascending and not empty.
pub(crate) fn quartile(sorted: &[u64], quarter: usize) -> u64 {
    let quarters = (sorted.len() - 1) * quarter;
    let (below, rest) = (sorted[quarters / 4], quarters % 4);
    if rest == 0 {
        return below;
    }
    let above = sorted[quarters / 4 + 1];
    below + (above - below) * rest as u64 / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_those_of_type_7_rounded_down() {
        assert_eq!([1, 2, 3].map(|q| quartile(&[7], q)), [7, 7, 7]);
        assert_eq!([1, 2, 3].map(|q| quartile(&[1, 2], q)), [1, 1, 1]);
        assert_eq!([1, 2, 3].map(|q| quartile(&[10, 20, 30, 40], q)), [17, 25, 32]);
        assert_eq!([1, 2, 3].map(|q| quartile(&[1, 2, 3, 4, 5], q)), [2, 3, 4]);
    }
}
