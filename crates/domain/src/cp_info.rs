//! The cost-performance figures the contract answers with, and the two formulas behind them.

use std::ops::{Index, IndexMut};

use crate::{Fen, Tier};

/// One value for each [`Tier`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerTier<T>([T; Tier::ALL.len()]);

impl<T> PerTier<T> {
    /// The value `of` gives for each tier.
    pub fn from_fn(mut of: impl FnMut(Tier) -> T) -> Self {
        Self(Tier::ALL.map(&mut of))
    }

    /// The values in the order of [`Tier::ALL`].
    pub fn to_array(self) -> [T; Tier::ALL.len()] {
        self.0
    }
}

impl<T> Index<Tier> for PerTier<T> {
    type Output = T;
    fn index(&self, tier: Tier) -> &T {
        &self.0[usize::from(tier.number())]
    }
}

impl<T> IndexMut<Tier> for PerTier<T> {
    fn index_mut(&mut self, tier: Tier) -> &mut T {
        &mut self.0[usize::from(tier.number())]
    }
}

/// On how many posts a hot share rests at most. The contract's own example of `hot_item`, 1200 basis points, is 3 of 25 and cannot
/// come from fewer.
pub const HOT_ITEM_POSTS_MAX: u8 = 25;

/// What a placement with a creator is expected to bring and to cost for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpInfo {
    /// Expected views of the next placement (`expect_vv`).
    pub expected_views: u64,
    /// Cost per mille views, in fen, truncated (`expect_cpm`); none where the tier has no price.
    pub cpm: PerTier<Option<Fen>>,
    /// Cost per interaction, in fen, truncated (`expect_cpe`); none where the tier has no price or interactions are unknown.
    pub cpe: PerTier<Option<Fen>>,
    /// Share of recent posts that were hot, in basis points: 1200 is 12.00 % (`hot_item`). None where no post is recent: a share of
    /// nothing is none, though the contract, whose field is always there, tells 0.
    pub hot_item_bp: Option<u32>,
}

/// CPM: the price of a thousand views, in fen, truncated. None where no view is expected.
///
/// Observed in public replies: 8,200 yuan at 380,245 expected views is answered as "2156".
pub fn cost_per_mille(price: Fen, views: u64) -> Option<Fen> {
    divide(u128::from(price.0) * 1000, views)
}

/// CPE: the price of one interaction, in fen, truncated. None where no interaction is expected.
pub fn cost_per_interaction(price: Fen, interactions: u64) -> Option<Fen> {
    divide(u128::from(price.0), interactions)
}

/// A cost told at one price, at another: it grows with the price, truncated. None where it was told at no price.
pub fn cost_at_price(cost: Fen, told_at: Fen, price: Fen) -> Option<Fen> {
    divide(u128::from(cost.0) * u128::from(price.0), told_at.0)
}

fn divide(amount: u128, by: u64) -> Option<Fen> {
    let quotient = amount.checked_div(u128::from(by))?;
    u64::try_from(quotient).ok().map(Fen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cost_per_mille_is_truncated_to_whole_fen() {
        assert_eq!(cost_per_mille(Fen(820_000), 380_245), Some(Fen(2156)));
        assert_eq!(cost_per_mille(Fen(1), 1001), Some(Fen(0)));
        assert_eq!(cost_per_mille(Fen::MAX, 1), Some(Fen(1_000_000_000_000_000)));
    }

    #[test]
    fn a_cost_follows_its_price() {
        assert_eq!(cost_at_price(Fen(97), Fen(820_000), Fen(820_000)), Some(Fen(97)));
        assert_eq!(cost_at_price(Fen(97), Fen(820_000), Fen(410_000)), Some(Fen(48)));
    }

    #[test]
    fn nothing_expected_has_no_cost() {
        assert_eq!(cost_per_mille(Fen(100), 0), None);
        assert_eq!(cost_per_interaction(Fen(100), 0), None);
        assert_eq!(cost_at_price(Fen(97), Fen(0), Fen(100)), None);
    }
}
