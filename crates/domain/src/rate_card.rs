//! What a creator asks for a placement, by tier.

use crate::{Fen, PerTier, Tier, UnixTime};

/// A price and when it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price {
    /// When the price was seen. First, for the later price wins.
    pub as_of: UnixTime,
    /// The price of one placement; zero from when on the tier is not offered any more.
    pub fen: Fen,
}

/// A creator's prices on one platform. A tier without a price is not offered, nor is one whose price was withdrawn, which a price
/// of zero says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateCard {
    prices: PerTier<Option<Price>>,
}

impl RateCard {
    /// What was last told of a tier's price: zero where it was withdrawn.
    pub fn price(&self, tier: Tier) -> Option<Price> {
        self.prices[tier]
    }

    /// The prices of the tiers that are offered.
    pub fn fen(&self) -> PerTier<Option<Fen>> {
        PerTier::from_fn(|tier| self.prices[tier].map(|price| price.fen).filter(|fen| *fen > Fen(0)))
    }

    /// Whether nothing was told of any tier.
    pub fn is_empty(&self) -> bool {
        Tier::ALL.into_iter().all(|tier| self.prices[tier].is_none())
    }

    /// When the newest price was seen.
    pub fn as_of(&self) -> Option<UnixTime> {
        Tier::ALL.into_iter().filter_map(|tier| self.prices[tier].map(|price| price.as_of)).max()
    }

    /// Adds a price seen: the later one wins, of two seen at the same second the higher. So a later price of zero withdraws one,
    /// and a later one than that brings it back.
    pub fn add(&mut self, tier: Tier, price: Price) {
        self.prices[tier] = self.prices[tier].max(Some(price));
    }

    /// Adds every price of another rate card. Commutative, associative, idempotent.
    pub fn merge(&mut self, other: &RateCard) {
        for tier in Tier::ALL {
            self.prices[tier] = self.prices[tier].max(other.prices[tier]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_withdrawn_until_a_later_one_comes_in_any_order() {
        let told = |prices: &[(u32, u64)]| {
            let mut card = RateCard::default();
            for (as_of, fen) in prices {
                let mut one = RateCard::default();
                one.add(Tier::Single, Price { as_of: UnixTime(*as_of), fen: Fen(*fen) });
                card.merge(&one);
            }
            card.fen()[Tier::Single]
        };
        for [first, second] in [[(1, 500), (2, 0)], [(2, 0), (1, 500)]] {
            assert_eq!(told(&[first, second]), None);
            assert_eq!(told(&[first, (3, 400), second]), Some(Fen(400)));
        }
        assert_eq!(told(&[(1, 0), (1, 500)]), Some(Fen(500)));
    }
}
