//! What a creator asks for a placement, by tier.

use crate::{Fen, PerTier, Tier, UnixTime};

/// A price and when it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price {
    /// When the price was seen. First, for the later price wins.
    pub as_of: UnixTime,
    /// The price of one placement; never zero.
    pub fen: Fen,
}

/// A creator's prices on one platform. A tier without a price is not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateCard {
    prices: PerTier<Option<Price>>,
}

impl RateCard {
    /// The price of a tier, where it is offered.
    pub fn price(&self, tier: Tier) -> Option<Price> {
        self.prices[tier]
    }

    /// The prices alone.
    pub fn fen(&self) -> PerTier<Option<Fen>> {
        PerTier::from_fn(|tier| self.prices[tier].map(|price| price.fen))
    }

    /// Whether no tier has a price.
    pub fn is_empty(&self) -> bool {
        Tier::ALL.into_iter().all(|tier| self.prices[tier].is_none())
    }

    /// When the newest price was seen.
    pub fn as_of(&self) -> Option<UnixTime> {
        Tier::ALL.into_iter().filter_map(|tier| self.prices[tier].map(|price| price.as_of)).max()
    }

    /// Adds a price seen: the later one wins, of two seen at the same second the higher.
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
