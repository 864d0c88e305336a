//! Why there is no plan, naming the limit that rules it out.

use domain::{AuthorId, Fen};

/// Why no set of creators answers the question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Infeasible {
    /// A must-have is excluded too.
    #[error("creator {0} is both a must-have and excluded")]
    MustExcluded(AuthorId),
    /// A must-have is none of the candidates.
    #[error("the must-have {0} is not among the candidates")]
    MustUnknown(AuthorId),
    /// A must-have has no price at any length that will do.
    #[error("the must-have {0} has no price at the lengths asked for")]
    MustUnpriced(AuthorId),
    /// The goal counts interactions, and a must-have's are unknown.
    #[error("the interactions of the must-have {0} are unknown, which this goal counts")]
    MustWithoutInteractions(AuthorId),
    /// The must-haves cost more than the budget.
    #[error("the must-haves cost {} yuan, more than the budget of {} yuan", needed.yuan(), budget.yuan())]
    MustsOverBudget {
        /// What they cost together.
        needed: Fen,
        /// The budget.
        budget: Fen,
    },
    /// There are more must-haves than picks are allowed.
    #[error("{needed} must-haves are more than the {picks_max} picks allowed")]
    MustsOverPicks {
        /// How many must-haves there are.
        needed: usize,
        /// How many picks are allowed.
        picks_max: usize,
    },
    /// The must-haves of a category are more than its cap.
    #[error("{needed} must-haves are in the category {category}, whose cap is {cap} picks")]
    MustsOverCap {
        /// The category.
        category: String,
        /// How many must-haves are in it.
        needed: usize,
        /// Its cap.
        cap: usize,
    },
    /// No plan reaches the floor of views.
    #[error("the floor of {floor} views is out of reach: the most that these limits allow is {most}")]
    FloorOutOfReach {
        /// The floor asked for.
        floor: u64,
        /// The most views that were found possible.
        most: u64,
    },
    /// No plan that reaches the floor has any interactions, so that none has a cost per interaction.
    #[error("no plan within these limits has any expected interactions")]
    NoInteractions,
    /// No candidate may be booked at all.
    #[error("no candidate can be booked: none has a price at the lengths asked for within the budget and the caps")]
    NothingToChoose,
}
