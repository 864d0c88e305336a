//! Whether the caller can pay: the place of codes 303, 602 and 601. Nothing has a price yet, so nothing is held.

use crate::pipeline::validate::Question;
use crate::problem::Problem;

/// Evidence that the answer's price is reserved.
#[derive(Debug)]
pub(crate) struct Hold {
    pub(super) question: Question,
}

/// Reserves the price of a question.
pub(super) fn reserve(question: Question) -> Result<Hold, Problem> {
    Ok(Hold { question })
}
