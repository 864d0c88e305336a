//! What is asked: the candidates, the goal and the limits.

use std::collections::BTreeMap;

use domain::{AuthorId, Fen, PerTier, Range, Tier};

/// A creator that may be booked for one placement.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Who; each creator at most once among the candidates.
    pub id: AuthorId,
    /// The category that caps speak of, where known.
    pub category: Option<Box<str>>,
    /// Expected views of the placement. They do not depend on its length.
    pub views: u64,
    /// Expected interactions, where known.
    pub interactions: Option<u64>,
    /// The quartiles of views, where known.
    pub range: Option<Range>,
    /// The price of each length.
    pub prices: PerTier<Option<Fen>>,
}

impl Candidate {
    /// The cheapest of the lengths, and of equal prices the longest: views do not depend on it, so no other can be better.
    pub(crate) fn cheapest(&self, tiers: &[Tier]) -> Option<(Tier, Fen)> {
        let priced = tiers.iter().filter_map(|tier| Some((*tier, self.prices[*tier]?)));
        priced.min_by_key(|(tier, price)| (*price, std::cmp::Reverse(*tier)))
    }
}

/// What a plan is to be best at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// The most expected views in total.
    Views,
    /// The most expected interactions in total; creators whose interactions are unknown are left out.
    Interactions,
    /// The lowest price of an interaction, total price by total interactions, among plans that reach a floor of views.
    CostPerInteraction {
        /// The fewest expected views in total, at least 1.
        views_min: u64,
    },
}

impl Goal {
    pub(crate) fn counts_interactions(self) -> bool {
        !matches!(self, Self::Views)
    }

    /// Of what a creator brings, what the goal counts.
    pub(crate) fn counted(self, views: u64, interactions: u64) -> u64 {
        if self.counts_interactions() { interactions } else { views }
    }
}

/// What a plan may take of a category; what is none is not limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cap {
    /// So many picks at most.
    pub picks: Option<usize>,
    /// What they may cost together.
    pub budget: Option<Fen>,
}

/// A question for a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What the plan is to be best at.
    pub goal: Goal,
    /// What all picks may cost together.
    pub budget: Fen,
    /// The lengths that will do.
    pub tiers: Vec<Tier>,
    /// Creators that must be in the plan.
    pub must: Vec<AuthorId>,
    /// Creators that must not be.
    pub exclude: Vec<AuthorId>,
    /// Limits by category.
    pub caps: BTreeMap<String, Cap>,
    /// So many picks at most.
    pub picks_max: Option<usize>,
    /// So many candidates are weighed at most, once those are put aside of whom no best plan needs to be made.
    pub weighed_max: usize,
}
